package recap

import (
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
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
	s := Statement{Source: FromJournal, At: at}
	switch e := e.(type) {
	case payment.Requested:
		s.Text = fmt.Sprintf("asked for %v", e.Amount)
	case payment.Answered:
		s.Source, s.Text = FromProvider, fmt.Sprintf("answered the %s: %s%s", e.Call, e.Outcome.Class, coded(e.Outcome))
	case payment.Notified:
		s.Source, s.Text = FromProvider, fmt.Sprintf("notified: %s%s", e.Outcome.Class, coded(e.Outcome))
	case payment.NoAnswer:
		s.Text = fmt.Sprintf("no answer to the %s: %s", e.Call, e.Why)
	case payment.NotSent:
		s.Text = fmt.Sprintf("the %s did not leave", e.Call)
	case payment.Asked:
		s.Text = fmt.Sprintf("%s asked for: %s", who(e.By), e.What)
		if e.To != "" {
			s.Text += " as " + string(e.To)
		}
	default:
		return s, false
	}
	return s, true
}

func who(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}

func coded(o payment.Outcome) (s string) {
	if o.Code != "" {
		s += ", code " + o.Code
	}
	if o.ApprovalCode != "" {
		s += ", approval code " + o.ApprovalCode
	}
	if o.TraceNumber != "" {
		s += ", trace number " + o.TraceNumber
	}
	if o.ProviderReference != "" {
		s += ", its number " + o.ProviderReference
	}
	if o.Amount != 0 {
		s += fmt.Sprintf(", %v", o.Amount)
	}
	return s
}

// StatementOfLine says what a line of the file tells.
func StatementOfLine(l Line) Statement {
	s := Statement{Source: FromFile, At: l.At, Text: fmt.Sprintf("row %d: %s, %v", l.Row, l.Standing, l.Amount)}
	if l.Written != "" {
		s.Text = fmt.Sprintf("row %d: %s (%q), %v", l.Row, l.Standing, clip(l.Written, 60), l.Amount)
	}
	if l.HasFee {
		s.Text += ", fee Rp " + l.Fee.String()
	}
	if l.HasNet {
		s.Text += ", net Rp " + l.Net.String()
	}
	return s
}
