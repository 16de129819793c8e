// Package cli is the command line over the API: what a developer or an operator asks of a gateway that runs, here or
// elsewhere. It decides nothing and knows nothing but the API's client, package lunas. Tables are for people, --json gives
// programs what the gateway said, one JSON object a line. The API key comes from the environment only, since command lines
// are seen by others and kept in histories.
package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/lunas-pay/lunas/lunas"
)

// Terminal is what a command may see of the world.
type Terminal struct {
	Context context.Context
	Environ []string
	In      io.Reader // for secrets that come neither by a file nor by the environment
	Out     io.Writer // for what was asked for
	Err     io.Writer // for how it goes
}

// Exit is an error that ends the program with a code of its own.
type Exit struct {
	Code   int
	Reason string
}

// Error gives the reason.
func (e *Exit) Error() string { return e.Reason }

// Codes with which the program ends, beside 1 for an error and 2 for a mistake on the command line.
const (
	CodeOtherEnd = 3 // the payment has come to another end than was wanted
	CodeStopped  = 130
)

// Connection is how a command finds the gateway. It is part of every command that speaks to one.
type Connection struct {
	URL  string `help:"Address of the gateway; LUNAS_URL of the environment when left out. The API key comes from LUNAS_API_KEY." name:"url" placeholder:"URL"`
	JSON bool   `help:"Print what the gateway says, one JSON object a line." name:"json"`
}

// Session is a command's connection with its way of printing.
type Session struct {
	Client *lunas.Client
	t      *Terminal
	json   bool
	said   *recorder
	lost   time.Duration // lostPause
}

// Open makes a session.
func (c Connection) Open(t *Terminal) (*Session, error) {
	s := &Session{t: t, json: c.JSON, lost: lostPause, said: &recorder{next: &http.Transport{Proxy: http.ProxyFromEnvironment}}}
	address, key := c.URL, variable(t.Environ, "LUNAS_API_KEY")
	if address == "" {
		address = variable(t.Environ, "LUNAS_URL")
	}
	const dev = "; with lunas dev running here: source data/dev.env"
	switch {
	case address == "":
		return nil, errors.New("which gateway? Set LUNAS_URL, or give --url" + dev)
	case key == "":
		return nil, errors.New("the API key is missing: set LUNAS_API_KEY to lunas_test_… or lunas_live_…" + dev)
	}
	s.Client = &lunas.Client{
		URL: address, Key: lunas.Secret(key), HTTP: &http.Client{Transport: s.said},
		OnRetry: func(err error, pause time.Duration) {
			fmt.Fprintf(t.Err, "%v; trying again in %v\n", Explain(err), pause.Round(100*time.Millisecond))
		},
	}
	return s, nil
}

func variable(environ []string, name string) string {
	for _, v := range environ {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// with opens a session, does something in it, and says in a person's words what went wrong.
func (c Connection) with(t *Terminal, do func(context.Context, *Session) error) error {
	s, err := c.Open(t)
	if err != nil {
		return err
	}
	err = Explain(do(t.Context, s))
	if t.Context.Err() != nil && err != nil {
		return &Exit{CodeStopped, "stopped"}
	}
	return err
}

// Explain makes a sentence for people of an error of the client: what is wrong, and what to do about it.
func Explain(err error) error {
	var problem *lunas.Error
	var away *lunas.ConnectionError
	switch {
	case errors.As(err, &away):
		return fmt.Errorf("the gateway does not answer (is its address right, and is it running?): %w", away.Err)
	case !errors.As(err, &problem):
		return err
	case problem.Status == http.StatusUnauthorized:
		return fmt.Errorf("%s; set LUNAS_API_KEY to a key of this gateway, with lunas dev: source data/dev.env%s", problem.Detail, requestOf(problem))
	case len(problem.Errors) > 1:
		var all []error
		for _, e := range problem.Errors {
			all = append(all, errors.New(hinted(e.Detail, e.Field, e.Hint)))
		}
		return errors.Join(all...)
	}
	return errors.New(hinted(problem.Detail, problem.Field, problem.Hint) + requestOf(problem))
}

func requestOf(e *lunas.Error) string {
	if e.RequestID == "" {
		return ""
	}
	return " (" + clean(e.RequestID) + ")"
}

func hinted(detail, field, hint string) string {
	s := clean(detail)
	if field != "" && !strings.Contains(detail, field) {
		s = clean(field) + ": " + s
	}
	if hint != "" {
		s += ". " + strings.TrimSuffix(clean(hint), ".")
	}
	return s
}

// recorder keeps the last good answer, so that --json can print what the gateway said and not what the client made of it.
type recorder struct {
	next  http.RoundTripper
	body  []byte
	count int
}

// RoundTrip makes the request and keeps the answer's body.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := r.next.RoundTrip(request)
	if err != nil || answer.StatusCode >= 300 || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	r.body, r.count = body, r.count+1
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	return answer, nil
}

// failing is the end of a body: io.EOF, or why it could not be read further.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// said prints the last answer with --json, and else lets show print it for people.
func said(s *Session, show func(io.Writer) error) error {
	if s.json {
		return printJSON(s.t.Out, s.said.body)
	}
	return show(s.t.Out)
}

func printJSON(out io.Writer, body []byte) error {
	var line bytes.Buffer
	if err := json.Compact(&line, body); err != nil {
		return err
	}
	line.WriteByte('\n')
	_, err := out.Write(line.Bytes())
	return err
}

// each goes through a list, at most limit things of it, 0: all. With --json each is printed as the gateway said it, else
// shown for people.
func each[T any](s *Session, all iter.Seq2[*T, error], limit int, show func(*T) error) error {
	var page struct{ Data []json.RawMessage }
	pages, i, n := 0, 0, 0
	for v, err := range all {
		if err != nil {
			return err
		}
		if pages != s.said.count {
			page.Data, pages, i = nil, s.said.count, 0
			if err := json.Unmarshal(s.said.body, &page); err != nil {
				return err
			}
		}
		if s.json {
			err = printJSON(s.t.Out, page.Data[i])
		} else {
			err = show(v)
		}
		i, n = i+1, n+1
		if err != nil || n == limit {
			return err
		}
	}
	return nil
}

// printed goes through a list of things that are all there.
func printed[T any](list []T) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for i := range list {
			if !yield(&list[i], nil) {
				return
			}
		}
	}
}

// table prints columns.
type table struct {
	w    *tabwriter.Writer
	rows int
}

func newTable(out io.Writer, columns ...string) *table {
	t := &table{w: tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)}
	fmt.Fprintln(t.w, strings.Join(columns, "\t"))
	return t
}

func (t *table) row(cells ...string) error {
	t.rows++
	for i := range cells {
		cells[i] = clean(cells[i])
	}
	_, err := fmt.Fprintln(t.w, strings.Join(cells, "\t"))
	return err
}

// end prints the table, or a word where there is nothing in it.
func (t *table) end(s *Session, none string) error {
	switch {
	case s.json:
		return nil
	case t.rows == 0:
		_, err := fmt.Fprintln(s.t.Err, none)
		return err
	}
	return t.w.Flush()
}

// clean makes text from outside fit for a terminal: control characters could rule it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// rupiah writes an amount as people in Indonesia do.
func rupiah(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return "Rp " + digits
}

// withSen writes an amount with sen behind a comma, as the gateway tells it (38230,50), as people in Indonesia do.
func withSen(amount string) string {
	whole, sen, found := strings.Cut(amount, ",")
	n, err := strconv.ParseInt(whole, 10, 64)
	switch {
	case err != nil || (n == 0 && strings.HasPrefix(whole, "-")):
		return "Rp " + amount
	case !found:
		return rupiah(n)
	}
	return rupiah(n) + "," + sen
}

// day and clock are how times are shown, in the zone in which the gateway tells them.
const (
	day   = "2006-01-02 15:04:05"
	clock = "15:04:05"
)

// isScreen tells whether somebody looks, so that a line can be written over.
func isScreen(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
