package sqldb

import (
	"strconv"
	"strings"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// Table is what a statement needs to know of a table: its columns in the order of its rows' values, and how PostgreSQL
// calls their types.
type Table struct {
	Name    string
	Columns []Column
}

// Column is a column of a table.
type Column struct{ Name, Type string }

// The tables that a group of changes writes.
var (
	Payments = table("payments", "merchant_id text, id text, version bigint, amount bigint, created_at bigint, "+
		"updated_at bigint, recap_day bigint, batch bigint, reference_number bigint, mode text, account text, "+
		"rail text, method text, state text, rare_state text, terminal text, reference text, phone text, body text")
	// Changes are the columns of a payment that a change may set, after its key. The others stay as they were, and with
	// them their indexes.
	Changes = table("payments", "merchant_id text, id text, version bigint, updated_at bigint, recap_day bigint, "+
		"batch bigint, reference_number bigint, account text, rail text, method text, state text, rare_state text, terminal text, phone text, body text")
	Journal = table("journal", "merchant_id text, payment_id text, version bigint, at bigint, chain bigint, link bigint, "+
		"change_id text, kind text, owner text, event text, digest bytea")
	Tasks = table("tasks", "merchant_id text, payment_id text, kind text, due_at bigint, not_before bigint, "+
		"claimed_until bigint, serial_key text, owner text")
	Exchanges = table("exchanges", "merchant_id text, payment_id text, id text, side text, at bigint, chain bigint, "+
		"link bigint, account text, operation text, note text, digest bytea, sealed bytea")
	Told  = table("told", "merchant_id text, payment_id text, id text, version bigint, at bigint, type text, mode text, body text")
	Named = table("payment_names", "merchant_id text, name text, payment_id text")
	Keys  = table("idempotency_keys", "merchant_id text, mode text, key text, payment_id text, fingerprint text")
	// Cursors are what a group changes of terminals.
	Cursors = table("terminals", "merchant_id text, id text, day bigint, batch bigint, reference bigint")
	// Limits are what is used of limits.
	Limits = table("limits", "name text, used bigint")
	// Holds are the terminals that a group stops.
	Holds = table("terminals", "merchant_id text, id text, held text")
	Links = table("chain_links", "chain bigint, link bigint, at bigint, digests bigint, hash bytea")
)

func table(name, columns string) Table {
	t := Table{Name: name}
	for column := range strings.SplitSeq(columns, ", ") {
		name, kind, _ := strings.Cut(column, " ")
		t.Columns = append(t.Columns, Column{name, kind})
	}
	return t
}

// Names lists the columns, separated by commas.
func (t Table) Names() string {
	var b strings.Builder
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name)
	}
	return b.String()
}

// Values lists placeholders for one row: $1, $2, …
func (t Table) Values() string { return Placeholders(1, len(t.Columns)) }

// Placeholders lists n placeholders from a number on.
func Placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// Row holds the values of one row, in the order of its table's columns: string, int64 or []byte.
type Row []any

// PaymentRow is a payment's row, or the error of encoding it.
func PaymentRow(p *payment.Payment) (Row, error) {
	body, err := payment.Encode(*p)
	if err != nil {
		return nil, err
	}
	var a payment.Attempt
	day := payment.DayOf(p.CreatedAt)
	if n := len(p.Attempts); n > 0 {
		a = p.Attempts[n-1]
		if !a.PushedAt.IsZero() {
			day = payment.DayOf(a.PushedAt)
		}
	}
	return Row{
		p.MerchantID, p.ID, int64(p.Version), int64(p.Amount), Micros(p.CreatedAt),
		Micros(p.UpdatedAt), int64(day), int64(a.Number.Batch), int64(a.Number.Reference), string(p.Mode), p.Account,
		string(p.Rail), string(p.Method), string(p.State), rareState(p), a.Terminal.ID, p.Reference, p.Phone.Digits(),
		string(body),
	}, nil
}

// ChangesRow selects from a row of Payments what a change may set.
func ChangesRow(p Row) Row {
	return Row{p[0], p[1], p[2], p[5], p[6], p[7], p[8], p[10], p[11], p[12], p[13], p[14], p[15], p[17], p[18]}
}

// rareState is the state where it is worth an index: not that of a payment which is paid, nor of one that is on its way
// and has its task. A payment that goes well never touches that index.
func rareState(p *payment.Payment) string {
	if p.State == payment.Paid || underWay(p.State) && !p.WakeAt.IsZero() {
		return ""
	}
	return string(p.State)
}

func underWay(s payment.State) bool {
	switch s {
	case payment.Created, payment.Pushing, payment.Presenting, payment.Awaiting:
		return true
	}
	return false
}

// JournalRow is the row of the journal that a change leaves behind. An operator's or a merchant's action (Asked) is
// linked into the chain; the other entries have an empty digest and no link.
func JournalRow(c *store.Change) (Row, error) {
	kind, event, err := payment.EncodeEvent(c.Event)
	if err != nil {
		return nil, err
	}
	row := Row{
		c.Payment.MerchantID, c.Payment.ID, int64(c.Payment.Version), Micros(c.Event.When()), int64(0), int64(0),
		c.ID, kind, c.Owner, string(event),
		[]byte{},
	}
	if _, asked := c.Event.(payment.Asked); asked {
		row[journalDigest] = chain.Digest(row[0], row[1], row[2], row[3], row[6], row[7], row[8], row[9])
	}
	return row, nil
}

// The places in a row that the chain fills in.
const (
	journalChain, journalLink, journalDigest    = 4, 5, 10
	exchangeChain, exchangeLink, exchangeDigest = 5, 6, 10
)

// ExchangeRow is the row of one half of an exchange. What is not sealed is not stored.
func ExchangeRow(p *exchange.Part) Row {
	sealed := p.Sealed
	if sealed == nil {
		sealed = []byte{}
	}
	row := Row{
		p.MerchantID, p.PaymentID, p.ID, string(p.Side), Micros(p.At), int64(0),
		int64(0), p.Account, p.Operation, p.Note, nil, sealed,
	}
	row[exchangeDigest] = chain.Digest(row[0], row[1], row[2], row[3], row[4], row[7], row[8], row[9], row[11])
	return row
}

func taskRow(t store.Task) Row {
	return Row{
		t.MerchantID, t.PaymentID, t.Kind, Micros(t.DueAt), Micros(t.NotBefore), int64(0), t.SerialKey, t.Owner,
	}
}

// ToldRow is the row of what was told of a payment.
func ToldRow(merchantID, paymentID string, t *store.Told) Row {
	return Row{merchantID, paymentID, t.ID, int64(t.Version), Micros(t.At), t.Type, string(t.Mode), string(t.Body)}
}

// KeyRow is the row of an idempotency key.
func KeyRow(k group.KeyRow) Row {
	return Row{k.MerchantID, string(k.Mode), k.Key, k.PaymentID, k.Fingerprint}
}

func cursorRow(t store.Terminal) Row {
	return Row{t.MerchantID, t.ID, int64(t.Cursor.Day), int64(t.Cursor.Last.Batch), int64(t.Cursor.Last.Reference)}
}
