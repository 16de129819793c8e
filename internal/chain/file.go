package chain

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"
)

// The file is a line of JSON for each record: first the File, then Begun and Linked, then the rows. Times are
// microseconds since 1970 in UTC. Bytes are base64. Exchanges are sealed; nobody can read them without a master key,
// and nobody needs one to check that they are what was written.

// Format names the file's form.
const Format = "lunas chain 1"

// Record is a line of the file. Exactly one of its fields is set.
type Record struct {
	File     *File     `json:"file,omitempty"`
	Chain    *Begun    `json:"chain,omitempty"`
	Link     *Linked   `json:"link,omitempty"`
	Exchange *Exchange `json:"exchange,omitempty"`
	Action   *Action   `json:"action,omitempty"`
	// OperatorAction is what somebody did to the gateway, and not to a payment.
	OperatorAction *OperatorAction `json:"operator_action,omitempty"`
	// Gone stands for a row that is in an archive; only an export has it. Row is one that no chain guards; only an archive
	// has it.
	Gone *Gone `json:"gone,omitempty"`
	Row  *Row  `json:"row,omitempty"`
	End  *End  `json:"end,omitempty"`
}

// File says what the file is.
type File struct {
	Format string    `json:"format"`
	Made   time.Time `json:"made"`
	By     string    `json:"by"` // the program's version
	// Archive says what is in an archive; nil: the file is an export.
	Archive *Archive `json:"archive,omitempty"`
}

// End stands in the last line, so that a file that was cut is known to be.
type End struct {
	Records int64 `json:"records"` // before this one
	// Hash is the SHA-256 of everything before this line; only of an archive.
	Hash []byte `json:"hash,omitempty"`
}

// Begun is a chain with its beginning.
type Begun struct {
	ID      int64  `json:"id"`
	Parents []byte `json:"parents"`
	Genesis []byte `json:"genesis"`
}

// Linked is a link of a chain.
type Linked struct {
	Chain   int64  `json:"chain"`
	Link    int64  `json:"link"`
	At      int64  `json:"at"`
	Digests int64  `json:"digests"`
	Hash    []byte `json:"hash"`
}

// Place is the link that a row belongs to.
type Place struct {
	Chain int64 `json:"chain"`
	Link  int64 `json:"link"`
}

// Exchange is the row of one half of an exchange, with the columns that are digested, in their order.
type Exchange struct {
	Place
	MerchantID string `json:"merchant_id"`
	PaymentID  string `json:"payment_id"`
	ID         string `json:"id"`
	Side       string `json:"side"`
	At         int64  `json:"at"`
	Account    string `json:"account"`
	Operation  string `json:"operation"`
	Note       string `json:"note"`
	Sealed     []byte `json:"sealed"`
}

// Digest is the row's digest.
func (e *Exchange) Digest() []byte {
	return Digest(e.MerchantID, e.PaymentID, e.ID, e.Side, e.At, e.Account, e.Operation, e.Note, e.Sealed)
}

// Action is the journal's row of what somebody asked for, with the columns that are digested, in their order.
type Action struct {
	Place
	MerchantID string `json:"merchant_id"`
	PaymentID  string `json:"payment_id"`
	Version    int64  `json:"version"`
	At         int64  `json:"at"`
	ChangeID   string `json:"change_id"`
	Kind       string `json:"kind"`
	Owner      string `json:"owner"`
	Event      string `json:"event"`
}

// Digest is the row's digest.
func (a *Action) Digest() []byte {
	return Digest(a.MerchantID, a.PaymentID, a.Version, a.At, a.ChangeID, a.Kind, a.Owner, a.Event)
}

// OperatorAction is the row of what somebody did by hand, with the columns that are digested, in their order.
type OperatorAction struct {
	Place
	MerchantID string `json:"merchant_id"`
	ID         string `json:"id"`
	Mode       string `json:"mode"`
	At         int64  `json:"at"`
	Actor      string `json:"actor"`
	Kind       string `json:"kind"`
	Subject    string `json:"subject"`
	Count      int64  `json:"count"`
	Reason     string `json:"reason"`
	Details    string `json:"details"`
}

// Digest is the row's digest.
func (a *OperatorAction) Digest() []byte {
	return Digest(a.MerchantID, a.ID, a.Mode, a.At, a.Actor, a.Kind, a.Subject, a.Count, a.Reason, a.Details)
}

// Writer writes a file.
type Writer struct {
	w    *bufio.Writer
	e    *json.Encoder
	n    int64
	hash hash.Hash // of an archive; else nil
}

// NewWriter begins a file.
func NewWriter(w io.Writer, made time.Time, by string) (*Writer, error) {
	b := bufio.NewWriterSize(w, 1<<20)
	out := &Writer{w: b, e: json.NewEncoder(b)}
	out.e.SetEscapeHTML(false)
	return out, out.Write(Record{File: &File{Format: Format, Made: made.UTC().Truncate(time.Second), By: by}})
}

// Write writes a record.
func (w *Writer) Write(r Record) error {
	w.n++
	return w.e.Encode(r)
}

// Close writes the last line. It does not close what is beneath.
func (w *Writer) Close() error {
	end := &End{Records: w.n}
	if w.hash != nil {
		end.Hash = w.hash.Sum(nil)
	}
	return errors.Join(w.e.Encode(Record{End: end}), w.w.Flush())
}

// Report is what Verify has found.
type Report struct {
	Chains, Links, Exchanges, Actions int64
	Heads                             []Chain // the last link of each chain, in the order of their numbers
	// Archives counts those that were given, and Elsewhere the rows that are in others: known by their digests alone.
	Archives, Elsewhere int64
	// Troubles say what is not as it was written, the first ones; empty when all is well. More counts the rest.
	Troubles []string
	More     int
}

// troublesMax is how many troubles a report lists.
const troublesMax = 50

func (r *Report) trouble(format string, args ...any) {
	if len(r.Troubles) == troublesMax {
		r.More++
		return
	}
	r.Troubles = append(r.Troubles, fmt.Sprintf(format, args...))
}

// row is what Verify keeps of a row: 48 bytes.
type row struct {
	Place
	digest [sha256.Size]byte
	gone   bool // the row itself is in an archive
}

// Verify reads a file and computes every chain anew. Known are heads that were written down earlier (see Heads): each
// must still be in its chain, which tells that nothing was cut off its end since. Its error says that the file cannot be
// read; what is wrong with its content is in the report. It needs some 50 bytes of memory for each row.
func Verify(r io.Reader, known []Chain) (Report, error) {
	return VerifyWith(r, known, nil)
}

func newVerifier() *verifier {
	return &verifier{begun: map[int64]Begun{}, links: map[int64][]Linked{}, archives: map[string]string{}}
}

// read reads an export.
func (v *verifier) read(r io.Reader) error {
	d := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	d.DisallowUnknownFields()
	for !v.ended {
		var record Record
		if err := d.Decode(&record); err == io.EOF {
			return errors.New("the file was cut: its last line is missing")
		} else if err != nil {
			return fmt.Errorf("line %d of the file: %w", v.n+1, err)
		}
		if err := v.take(record); err != nil {
			return fmt.Errorf("line %d of the file: %w", v.n+1, err)
		}
		v.n++
	}
	if err := d.Decode(&Record{}); err != io.EOF {
		return errors.New("something follows the file's last line")
	}
	return nil
}

type verifier struct {
	n      int64
	ended  bool
	begun  map[int64]Begun
	links  map[int64][]Linked
	rows   []row
	report Report

	archives map[string]string // names by SHA-256, as the database has noted them
}

func (v *verifier) take(r Record) error {
	if first := v.n == 0; first != (r.File != nil) {
		return errors.New("a file begins with its form, and has it once")
	}
	switch {
	case r.File != nil:
		if r.File.Format != Format || r.File.Archive != nil {
			return fmt.Errorf("its form is %q; this program reads %q", r.File.Format, Format)
		}
	case r.Chain != nil:
		if _, twice := v.begun[r.Chain.ID]; twice {
			v.report.trouble("chain %d begins twice", r.Chain.ID)
		}
		v.begun[r.Chain.ID] = *r.Chain
	case r.Link != nil:
		v.links[r.Link.Chain] = append(v.links[r.Link.Chain], *r.Link)
	case r.Exchange != nil:
		v.report.Exchanges++
	case r.Action != nil:
		v.report.Actions++
	case r.OperatorAction != nil:
		v.report.Actions++
		v.noted(r.OperatorAction)
	case r.Gone != nil:
		if len(r.Gone.Digest) != sha256.Size {
			return errors.New("a digest has not its size")
		}
		v.rows = append(v.rows, row{r.Gone.Place, [sha256.Size]byte(r.Gone.Digest), true})
	case r.End != nil:
		if v.ended = true; r.End.Records != v.n {
			return fmt.Errorf("%d lines were written, %d are here", r.End.Records, v.n)
		}
	default:
		return errors.New("it is empty")
	}
	if place, digest, ok := chained(r); ok {
		v.rows = append(v.rows, row{Place: place, digest: digest})
	}
	return nil
}

// check computes every chain anew from the rows, which are sorted.
func (v *verifier) check(known []Chain) {
	ids := make([]int64, 0, len(v.begun))
	for id := range v.begun { // sorted below
		ids = append(ids, id)
	}
	for id := range v.links { // sorted below
		if _, ok := v.begun[id]; !ok {
			v.report.trouble("chain %d has links and no beginning", id)
		}
	}
	slices.Sort(ids)
	rest := v.rows
	for _, id := range ids {
		for len(rest) > 0 && rest[0].Chain < id {
			v.report.trouble("a row belongs to chain %d, which is not there", rest[0].Chain)
			rest = rest[1:]
		}
		n := 0
		for n < len(rest) && rest[n].Chain == id {
			n++
		}
		v.chain(v.begun[id], rest[:n])
		rest = rest[n:]
	}
	for _, r := range rest {
		v.report.trouble("a row belongs to chain %d, which is not there", r.Chain)
	}
	for _, k := range known {
		v.known(k, "an earlier check")
	}
	for _, id := range ids {
		parents, _ := Parents(v.begun[id].Parents) // what is wrong with them has been said
		for _, p := range parents {
			v.known(p, fmt.Sprintf("the beginning of chain %d", id))
		}
	}
}

// chain computes one chain anew from its rows, which are in the order of links and digests.
func (v *verifier) chain(b Begun, rows []row) {
	v.report.Chains++
	if _, err := Parents(b.Parents); err != nil {
		v.report.trouble("chain %d: %v", b.ID, err)
	}
	c := Chain{ID: b.ID, Hash: genesis(b.ID, b.Parents)}
	if !bytes.Equal(c.Hash, b.Genesis) {
		v.report.trouble("the beginning of chain %d is not what was written", b.ID)
	}
	links := v.links[b.ID]
	slices.SortFunc(links, func(a, b Linked) int { return cmp.Compare(a.Link, b.Link) })
	for _, l := range links {
		v.report.Links++
		if l.Link != c.Link+1 {
			v.report.trouble("chain %d: link %d is followed by link %d", b.ID, c.Link, l.Link)
			c.Link = l.Link - 1
		}
		for len(rows) > 0 && rows[0].Link < l.Link {
			v.report.trouble("chain %d: a row belongs to link %d, which is not there", b.ID, rows[0].Link)
			rows = rows[1:]
		}
		var digests [][]byte
		for len(rows) > 0 && rows[0].Link == l.Link {
			digests = append(digests, rows[0].digest[:])
			rows = rows[1:]
		}
		next := c.Next(digests)
		switch {
		case int64(len(digests)) != l.Digests:
			v.report.trouble("chain %d, link %d of %s: it was written with %d rows, %d are here", b.ID, l.Link, moment(l.At), l.Digests, len(digests))
		case !bytes.Equal(next.Hash, l.Hash):
			v.report.trouble("chain %d, link %d of %s: a row is not what was written, or the link before was changed", b.ID, l.Link, moment(l.At))
		}
		next.Hash = l.Hash // go on from what is written, so that one break is told once
		c = next
	}
	for _, r := range rows {
		v.report.trouble("chain %d: a row belongs to link %d, which is not there", b.ID, r.Link)
	}
	v.report.Heads = append(v.report.Heads, c)
}

// known holds that a link which is known from elsewhere is still there.
func (v *verifier) known(k Chain, from string) {
	b, ok := v.begun[k.ID]
	switch links := v.links[k.ID]; {
	case !ok:
		v.report.trouble("chain %d is known from %s and not there", k.ID, from)
	case k.Link == 0:
		if !bytes.Equal(k.Hash, b.Genesis) {
			v.report.trouble("chain %d begins otherwise than known from %s", k.ID, from)
		}
	case k.Link > int64(len(links)):
		v.report.trouble("chain %d ends at link %d; link %d is known from %s", k.ID, len(links), k.Link, from)
	case !bytes.Equal(links[k.Link-1].Hash, k.Hash):
		v.report.trouble("chain %d: link %d is not the one that is known from %s", k.ID, k.Link, from)
	}
}

func moment(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }
