package recap

import (
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Dossier is a discrepancy with everything that all sides say of it, each word with its source and time. It holds no phone
// number, name or balance.
type Dossier struct {
	Number int64 `json:"number"` // within its reconciliation, from 1
	Discrepancy
	Advice     string      `json:"advice"`
	Reference  string      `json:"reference,omitempty"` // the merchant's own, of the payment
	Statements []Statement `json:"statements,omitempty"`
	Exchanges  []Reference `json:"exchanges,omitempty"`
	// Settled is the other day's file that has come to list the payment since; nil: none. It is looked up when a dossier is
	// shown, and never stored.
	Settled *Elsewhere `json:"settled,omitempty"`
}

// Source is who says something.
type Source string

// The three sides.
const (
	FromJournal  Source = "journal"  // our own books
	FromProvider Source = "provider" // what the provider answered or notified; the exchanges hold it word for word
	FromFile     Source = "file"     // the settlement file
)

// Statement is one thing that one side says.
type Statement struct {
	Source Source    `json:"source"`
	At     time.Time `json:"at,omitzero"`
	Text   string    `json:"text"`
	// Indonesian is the text in Indonesian; empty where it was written before there was one.
	Indonesian string `json:"indonesian,omitempty"`
}

// Words are the text in both languages.
func (s Statement) Words() language.Words { return language.Words{ID: s.Indonesian, EN: s.Text} }

// Say makes a statement.
func Say(by Source, at time.Time, w language.Words) Statement {
	return Statement{Source: by, At: at, Text: w.EN, Indonesian: w.ID}
}

// Reference names one half of an exchange.
type Reference struct {
	ID        string        `json:"id"`
	Operation string        `json:"operation"`
	Side      exchange.Side `json:"side"`
	At        time.Time     `json:"at"`
}

// StatementsMax is how many of a journal's entries a dossier repeats.
const StatementsMax = 100

// StatementOf says what an entry of a payment's journal tells; false for one that tells nothing of the money.
func StatementOf(at time.Time, e payment.Event) (Statement, bool) {
	by, w := FromJournal, language.Words{}
	switch e := e.(type) {
	case payment.Requested:
		w = language.Words{ID: "diminta %v", EN: "asked for %v"}.With(e.Amount)
	case payment.Answered:
		by, w = FromProvider, language.Words{ID: "menjawab %s: %s%s", EN: "answered the %s: %s%s"}.With(callOf(e.Call), classOf(e.Outcome), coded(e.Outcome))
	case payment.Notified:
		by, w = FromProvider, language.Words{ID: "memberi tahu: %s%s", EN: "notified: %s%s"}.With(classOf(e.Outcome), coded(e.Outcome))
	case payment.NoAnswer:
		why := language.Words{ID: language.Silence(e.Why).ID, EN: string(e.Why)}
		w = language.Words{ID: "%s tidak dijawab: %s", EN: "no answer to the %s: %s"}.With(callOf(e.Call), why)
	case payment.NotSent:
		w = language.Words{ID: "%s tidak terkirim", EN: "the %s did not leave"}.With(callOf(e.Call))
	case payment.Asked:
		w = askOf(e)
	default:
		return Statement{}, false
	}
	return Say(by, at, w), true
}

// StatementOfState says where a payment stands in our own books.
func StatementOfState(at time.Time, s payment.State, amount payment.Rupiah) Statement {
	name := language.Words{ID: language.State(s).ID, EN: string(s)}
	return Say(FromJournal, at, language.Words{ID: "kini %s, dengan %v", EN: "it is %s, with %v"}.With(name, amount))
}

// In English the sentences have the codes themselves, as the API has them.
func callOf(c payment.Call) language.Words {
	return language.Words{ID: language.Call(c).ID, EN: string(c)}
}

func classOf(o payment.Outcome) language.Words {
	return language.Words{ID: language.Class(o.Class).ID, EN: string(o.Class)}
}

var asks = map[payment.Ask]string{ // in Indonesian; never written
	payment.AskCheck: "tanyakan keadaannya", payment.AskVoid: "batalkan (void)", payment.AskCancel: "hentikan", payment.AskRefund: "kembalikan",
	payment.AskRenew: "QR baru", payment.AskReverse: "kirim pembalikan lagi", payment.AskResolve: "tutup setelah diperiksa",
	payment.AskReturn: "pelanggan kembali dari halaman provider", payment.AskPhone: "pelanggan mengisi nomor HP",
}

func askOf(e payment.Asked) language.Words {
	who := language.Same(e.By)
	if e.By == "" {
		who = language.Words{ID: "seseorang", EN: "somebody"}
	}
	what := language.Words{ID: asks[e.What], EN: string(e.What)}
	if what.ID == "" {
		what.ID = what.EN
	}
	w := language.Words{ID: "%s meminta: %s", EN: "%s asked for: %s"}.With(who, what)
	if e.To != "" {
		w = w.And(language.Words{ID: " sebagai " + language.State(e.To).ID, EN: " as " + string(e.To)})
	}
	return w
}

func coded(o payment.Outcome) (w language.Words) {
	add := func(id, en string, value any) { w = w.And(language.Words{ID: id, EN: en}.With(value)) }
	if o.Code != "" {
		add(", kode %s", ", code %s", o.Code)
	}
	if o.ApprovalCode != "" {
		add(", kode persetujuan %s", ", approval code %s", o.ApprovalCode)
	}
	if o.TraceNumber != "" {
		add(", nomor trace %s", ", trace number %s", o.TraceNumber)
	}
	if o.ProviderReference != "" {
		add(", nomor provider %s", ", its number %s", o.ProviderReference)
	}
	if o.Amount != 0 {
		add(", %v", ", %v", o.Amount)
	}
	return w
}

// NameOf names what a line of the file says of a payment.
func NameOf(s Standing) language.Words {
	id := map[Standing]string{LinePaid: "lunas", LineReturned: "dikembalikan", LineFailed: "gagal"}[s]
	return language.Words{ID: id, EN: string(s)}
}

// StatementOfLine says what a line of the file tells.
func StatementOfLine(l Line) Statement {
	w := language.Words{ID: "baris %d: %s, %v", EN: "row %d: %s, %v"}.With(l.Row, NameOf(l.Standing), l.Amount)
	if l.Written != "" {
		w = language.Words{ID: "baris %d: %s (%q), %v", EN: "row %d: %s (%q), %v"}.With(l.Row, NameOf(l.Standing), clip(l.Written, 60), l.Amount)
	}
	if l.HasFee {
		w = w.And(language.Words{ID: ", biaya Rp %s", EN: ", fee Rp %s"}.With(l.Fee))
	}
	if l.HasNet {
		w = w.And(language.Words{ID: ", bersih Rp %s", EN: ", net Rp %s"}.With(l.Net))
	}
	return Say(FromFile, l.At, w)
}
