package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type evidenceCommand struct {
	Make   evidenceMakeCommand   `cmd:"" default:"withargs" help:"Make documents of a run, or of payments, and a signed pack of them."`
	Verify evidenceVerifyCommand `cmd:"" help:"Check a pack: is everything as it was made?"`
	List   evidenceListCommand   `cmd:"" help:"List the documents that were made, and where each of them stands."`
	Status evidenceStatusCommand `cmd:"" help:"Note that a document was submitted, returned or approved."`
}

type evidenceMakeCommand struct {
	Folder   string   `name:"run" help:"Folder of a run that lunas certify has made." type:"existingdir" placeholder:"FOLDER"`
	Payments []string `help:"Payments of a gateway's database instead, by id." placeholder:"pay_…"`
	Config   string   `help:"Configuration file that names database and master key, for --payments." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
	Merchant string   `help:"Whose payments." placeholder:"ID"`
	Data     string   `help:"Folder of the archive and of the key that signs; ${default} when left out." default:"data" type:"path" placeholder:"FOLDER"`
	Out      string   `help:"Folder for the documents; by default one in the archive." type:"path" placeholder:"FOLDER"`
	Title    string   `help:"Title of the documents; by default the suite's."`
	Style    string   `help:"How requests are written: ${enum}." enum:"raw,curl" default:"raw"`
	Template string   `help:"Bank Indonesia's functional test sheet (XLSX): only its columns Request and Response are filled." type:"existingfile" placeholder:"FILE"`
	Rows     string   `help:"A JSON object that says which scenario belongs into which row of the template, by the row's first cell." type:"existingfile" placeholder:"FILE"`
	Attach   []string `help:"Files to be put into the pack as they are, such as the portal's own PDF." type:"existingfile" placeholder:"FILE"`
	Capture  []string `help:"Pictures of the tester's own, as SCENARIO=FILE or SCENARIO=FILE=TITLE (PNG or JPEG)." placeholder:"ovo-04=FILE"`
	Reason   string   `help:"Why live payments are exported; noted in the gateway's log of actions."`
	By       string   `help:"Who makes the document; by default the user of this machine." placeholder:"NAME"`
}

// Help shows examples.
func (evidenceMakeCommand) Help() string {
	return "Makes the UAT document as PDF and HTML, the functional test sheet (XLSX), the Devsite summary, and a zip of them with a\n" +
		"signed manifest. Every page says with whom and in which environment the exchanges were made. Of live payments tokens and\n" +
		"signatures are cut, and the export is noted in the gateway's log of actions.\n\n" +
		"Examples:\n" +
		"  lunas evidence --run data/certify/ovo-uat-staging-20261121-101500\n" +
		"  lunas evidence --run … --template 'Functional Test QRIS.xlsx' --attach devsite-result.pdf\n" +
		"  lunas evidence --payments pay_…,pay_… --merchant kopi -c lunas.yaml --reason 'dispute 4711'\n" +
		"  lunas evidence verify ovo-uat.zip --key 1a2b-…"
}

// Run makes the documents.
func (c evidenceMakeCommand) Run(t *terminal) error {
	r, conf, err := c.source(t)
	if err != nil {
		return err
	}
	if err := c.addCaptures(&r); err != nil {
		return err
	}
	files, sheet, err := c.documents(r)
	if err != nil {
		return err
	}
	for _, path := range c.Attach {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files = append(files, evidence.File{Name: filepath.Base(path), About: "attached as it was given", Attached: true, Data: b})
	}
	key, err := signingKey(c.Data)
	if err != nil {
		return err
	}
	now := time.Now()
	pack, err := evidence.Pack(r, files, key, now)
	if err != nil {
		return err
	}
	document := marked(r, r.Suite) + "-" + now.In(evidence.WIB).Format("20060102-150405")
	sum := sha256.Sum256(pack)
	if len(c.Payments) > 0 { // first noted, then given out
		err := gateway.NoteEvidence(t.ctx, conf, c.Merchant, document, r.Environment, hex.EncodeToString(sum[:]), len(r.Scenarios), c.Reason)
		if err != nil {
			return fmt.Errorf("the export cannot be noted in the log of actions, so it is not made: %w", err)
		}
	}
	folder := c.Out
	if folder == "" {
		folder = filepath.Join(c.Data, "evidence", document)
	}
	if err := writeAll(folder, append(files, evidence.File{Name: document + ".zip", Data: pack})); err != nil {
		return err
	}
	entry := evidence.Entry{
		At: now.In(evidence.WIB).Truncate(time.Second), Document: document, Status: evidence.Made, By: c.maker(), File: filepath.Join(folder, document+".zip"),
		SHA256: hex.EncodeToString(sum[:]), Run: r.ID, Suite: r.Suite, Environment: r.Environment, Verdict: r.Verdict(),
	}
	if err := archive(c.Data).add(entry); err != nil {
		return err
	}
	c.tell(t, r, folder, document, files, sheet, key)
	return nil
}

// source is the run of which the documents are made.
func (c evidenceMakeCommand) source(t *terminal) (evidence.Run, config.Config, error) {
	switch {
	case c.Folder != "" && len(c.Payments) > 0:
		return evidence.Run{}, config.Config{}, errors.New("--run and --payments are two sources: choose one")
	case c.Folder != "":
		r, err := certify.Load(c.Folder)
		return r, config.Config{}, err
	case len(c.Payments) == 0:
		return evidence.Run{}, config.Config{}, errors.New("say of what: --run FOLDER that lunas certify has made, or --payments with --merchant and --config")
	case c.Merchant == "":
		return evidence.Run{}, config.Config{}, errors.New("--payments needs --merchant")
	}
	conf, err := config.Load(c.Config, t.environ)
	if err != nil {
		return evidence.Run{}, conf, err
	}
	r, err := gateway.PaymentEvidence(t.ctx, conf, c.Merchant, c.Payments, "lunas "+programVersion())
	return r, conf, err
}

// addCaptures puts the tester's own pictures to their scenarios.
func (c evidenceMakeCommand) addCaptures(r *evidence.Run) error {
	for _, given := range c.Capture {
		id, rest, _ := strings.Cut(given, "=")
		path, title, _ := strings.Cut(rest, "=")
		i := slices.IndexFunc(r.Scenarios, func(s evidence.Scenario) bool { return s.ID == id })
		if i < 0 || path == "" {
			return fmt.Errorf("--capture %s: write a scenario of the run and a file, such as ovo-04=paid.png", given)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("--capture: %w", err)
		}
		if kind := http.DetectContentType(b); kind != "image/png" && kind != "image/jpeg" {
			return fmt.Errorf("--capture %s: the file is %s, and a PNG or JPEG picture is expected", id, kind)
		}
		if title == "" {
			title = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		}
		s := &r.Scenarios[i]
		s.Captures = append(s.Captures, evidence.Capture{
			Title: title, File: fmt.Sprintf("%s-uploaded-%d%s", id, len(s.Captures)+1, filepath.Ext(path)), Origin: "uploaded", Data: b,
		})
	}
	return nil
}

// marked puts SANDBOX before a name, so that no file can be taken for another.
func marked(r evidence.Run, name string) string {
	if r.Emulated {
		return "SANDBOX-" + name
	}
	return name
}

// documents are those of the run's suite.
func (c evidenceMakeCommand) documents(r evidence.Run) (files []evidence.File, sheet evidence.Sheet, err error) {
	o := evidence.Options{Title: c.Title, Style: evidence.Style(c.Style)}
	about := "request and response of every scenario"
	name := marked(r, map[string]string{"ovo-uat": "uat", "payments": "payments"}[r.Suite])
	if strings.HasSuffix(name, "-") || name == "" {
		name = marked(r, r.Suite)
	}
	files, err = pages(r, o, name, about)
	if err != nil {
		return nil, sheet, err
	}
	if r.Suite == "snap-devsite" {
		summary := o
		summary.Summary = true
		more, err := pages(r, summary, marked(r, "devsite-summary"), "summary of the ten Devsite scenarios")
		if err != nil {
			return nil, sheet, err
		}
		files = append(files, more...)
	}
	if strings.HasPrefix(r.Suite, "snap") || c.Template != "" {
		var b []byte
		if b, sheet, err = c.workbook(r, o); err != nil {
			return nil, sheet, err
		}
		files = append(files, evidence.File{Name: marked(r, "functional-test.xlsx"), About: "functional test sheet, columns Request and Response filled", Data: b})
	}
	return files, sheet, nil
}

func pages(r evidence.Run, o evidence.Options, name, about string) ([]evidence.File, error) {
	pdf, err := evidence.PDF(r, o)
	if err != nil {
		return nil, err
	}
	html, err := evidence.HTML(r, o)
	if err != nil {
		return nil, err
	}
	return []evidence.File{{Name: name + ".pdf", About: about + ", as PDF", Data: pdf}, {Name: name + ".html", About: about + ", as a page", Data: html}}, nil
}

func (c evidenceMakeCommand) workbook(r evidence.Run, o evidence.Options) ([]byte, evidence.Sheet, error) {
	var template []byte
	var rows evidence.Rows
	var err error
	if c.Template != "" {
		if template, err = os.ReadFile(c.Template); err != nil {
			return nil, evidence.Sheet{}, err
		}
	}
	if c.Rows != "" {
		b, err := os.ReadFile(c.Rows)
		if err == nil {
			err = json.Unmarshal(b, &rows)
		}
		if err != nil {
			return nil, evidence.Sheet{}, fmt.Errorf("--rows: expected a JSON object such as {\"18.6\": \"bi-03\"}: %w", err)
		}
	}
	return evidence.Workbook(r, o, template, rows)
}

func (c evidenceMakeCommand) maker() string {
	if c.By != "" {
		return c.By
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

func (c evidenceMakeCommand) tell(t *terminal, r evidence.Run, folder, document string, files []evidence.File, sheet evidence.Sheet, key ed25519.PrivateKey) {
	fmt.Fprintf(t.out, "%s\n%s\n\nDocument %s, in %s:\n", r.Verdict(), r.Banner(), document, folder)
	for _, f := range files {
		fmt.Fprintf(t.out, "  %-32s %s\n", f.Name, f.About)
	}
	fmt.Fprintf(t.out, "  %-32s the pack, signed with the key %s\n", document+".zip", evidence.Fingerprint(key.Public().(ed25519.PublicKey)))
	if c.Template != "" {
		fmt.Fprintf(t.out, "\nRows of the template filled: %d\n", len(sheet.Filled))
		for what, list := range map[string][]string{
			"Scenarios without a row": sheet.Without, "Rows that stay empty": sheet.Open, "Longer than a cell, so cut": sheet.Cut,
		} {
			if len(list) > 0 {
				fmt.Fprintf(t.out, "%s: %s\n", what, strings.Join(list, ", "))
			}
		}
	}
	if n := r.Count(); n[evidence.Failed]+n[evidence.Pending] > 0 {
		fmt.Fprintln(t.out, "\nNot everything has passed: the documents say so.")
	}
}

func writeAll(folder string, files []evidence.File) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the folder for the documents cannot be made: %w", err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o600); err != nil {
			return fmt.Errorf("write a document: %w", err)
		}
	}
	return nil
}

// signingKey is the data folder's Ed25519 key, made when it is first needed.
func signingKey(folder string) (ed25519.PrivateKey, error) {
	path := filepath.Join(folder, "evidence.key")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("the data folder cannot be made: %w", err)
		}
		return key, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key that signs: %w", err)
	}
	block, _ := pem.Decode(b)
	if block != nil {
		if any, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if key, ok := any.(ed25519.PrivateKey); ok {
				return key, nil
			}
		}
	}
	return nil, fmt.Errorf("%s is no Ed25519 key in PEM: put the right one back, or move it away, and a new one is made", path)
}

// archive is the list of documents in a data folder.
type archive string

func (a archive) path() string { return filepath.Join(string(a), "evidence", "archive.jsonl") }

func (a archive) read() ([]evidence.Document, error) {
	b, err := os.ReadFile(a.path())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return evidence.ParseArchive(b)
}

// add appends a line, on disk before it returns.
func (a archive) add(e evidence.Entry) error {
	line, err := e.Line()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(a.path()), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(a.path(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note it in the archive: %w", err)
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Sync(), f.Close())
}

type evidenceVerifyCommand struct {
	File string `arg:"" help:"The pack." type:"existingfile" placeholder:"FILE.zip"`
	Key  string `help:"Fingerprint of the key that it must be signed with, as its maker told you." placeholder:"1a2b-…"`
}

// Help shows examples.
func (evidenceVerifyCommand) Help() string {
	return "Examples:\n" +
		"  lunas evidence verify ovo-uat.zip --key 1a2b-…    the key as its maker told you"
}

// Run verifies.
func (c evidenceVerifyCommand) Run(t *terminal) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	m, err := evidence.Verify(b, c.Key)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	fmt.Fprintf(t.out, "%s\n\nMade %s by %s. Run %s: %s\nCounterparty: %s. Environment: %s.\n%d files and %d exchanges, signed with the key %s\n",
		m.Notice, evidence.Clock(m.Made), m.Tool, m.Run, m.Verdict, m.Counterparty, m.Environment, len(m.Files), len(m.Exchanges), m.Key)
	if c.Key == "" {
		fmt.Fprintln(t.out, "Everything is as it was made. Whose key this is, the pack cannot say: compare it with what its maker told you.")
		return nil
	}
	fmt.Fprintln(t.out, "Everything is as it was made, and signed with the key that was expected.")
	return nil
}

type evidenceListCommand struct {
	Data string `help:"Folder of the archive; ${default} when left out." default:"data" type:"path" placeholder:"FOLDER"`
}

// Help shows examples.
func (evidenceListCommand) Help() string {
	return "Examples:\n" +
		"  lunas evidence list\n" +
		"  lunas evidence list --data /var/lib/lunas"
}

// Run lists.
func (c evidenceListCommand) Run(t *terminal) error {
	all, err := archive(c.Data).read()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err := fmt.Fprintf(t.out, "No document was made yet. The archive is %s\n", archive(c.Data).path())
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "DOCUMENT\tSTATUS\tSINCE\tBY\tENVIRONMENT\tRESULT\tNOTE")
	for _, d := range all {
		last := d.History[len(d.History)-1]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.Document, d.Stands(), last.At.Format("2006-01-02 15:04"), last.By, d.Environment, d.Verdict, last.Note)
	}
	return table.Flush()
}

type evidenceStatusCommand struct {
	Document string `arg:"" help:"The document, as lunas evidence list names it."`
	Status   string `arg:"" help:"What has happened: ${enum}." enum:"submitted,returned,approved"`
	By       string `help:"Who did it." required:"" placeholder:"NAME"`
	Note     string `help:"What there is to say about it, such as the reviewer's remark."`
	Data     string `help:"Folder of the archive; ${default} when left out." default:"data" type:"path" placeholder:"FOLDER"`
}

// Help shows examples.
func (evidenceStatusCommand) Help() string {
	return "Examples:\n" +
		"  lunas evidence status ovo-uat-sandbox-20261121-101500-1 submitted --by ayu\n" +
		"  lunas evidence status ovo-uat-sandbox-20261121-101500-1 returned --by ayu --note 'picture of scenario 4 is missing'"
}

// Run notes it.
func (c evidenceStatusCommand) Run(t *terminal) error {
	all, err := archive(c.Data).read()
	if err != nil {
		return err
	}
	entry, err := evidence.Move(all, c.Document, evidence.Status(c.Status), c.By, c.Note, time.Now())
	if err != nil {
		return err
	}
	if err := archive(c.Data).add(entry); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s is %s.\n", c.Document, c.Status)
	return err
}
