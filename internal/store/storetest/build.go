package storetest

import (
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// The names that builders use when they are told no others.
const (
	Merchant = "mer_1"
	TID      = "ter_1"
	Owner    = "owner-1"
)

// Request describes a new payment.
type Request struct {
	MerchantID, ID, Terminal, Reference string
	Mode                                payment.Mode
	Amount                              payment.Rupiah
	Key                                 store.Key
	Owner                               string
	SerialKey                           string
	Name                                string
	NotBefore                           time.Time
	Limits                              []store.Limit
	// Flag lets a push through that can no longer be reversed before the cut-off, as an account may; else it is refused.
	Flag bool
	// Refuse makes Finish refuse with this error.
	Refuse error
}

// PaymentID gives the n-th payment's id; they order as their numbers do.
func PaymentID(n int) string { return fmt.Sprintf("pay_%026d", n) }

// NewPayment builds the change that makes the n-th payment, as the engine does: with a push that has no number until
// Finish gives it one.
func NewPayment(n int, edit ...func(*Request)) store.Change {
	r := Request{
		MerchantID: Merchant, ID: PaymentID(n), Terminal: TID, Reference: fmt.Sprintf("order-%d", n), Mode: payment.Live,
		Amount: payment.Rupiah(10_000 + n), Owner: Owner,
	}
	for _, f := range edit {
		f(&r)
	}
	return r.change()
}

func (r Request) change() store.Change {
	phone, err := payment.ParsePhone("081211110101")
	if err != nil {
		panic(err)
	}
	event := payment.Requested{
		ID: r.ID, MerchantID: r.MerchantID, Mode: r.Mode, Account: "acc_1", TermsRevision: "rev_1",
		Reference: r.Reference, Amount: r.Amount, Method: payment.OVOPush, Phone: phone,
		Terminal:    payment.Terminal{ID: r.Terminal, TID: "00000179", MID: "000000000000001", MerchantID: "9001", StoreCode: "jkt-1"},
		Description: `Es kopi "gula aren" 🙂 \ 'dua'`, Metadata: map[string]string{"cart": "7", "kasir": "Ayu"},
	}
	c := store.Change{
		ID: changeID(r.ID, 1), Key: r.Key, Name: r.Name, Terminal: r.Terminal, Owner: r.Owner, SerialKey: r.SerialKey, NotBefore: r.NotBefore,
		Limits:  r.Limits,
		Payment: payment.Payment{ID: r.ID, MerchantID: r.MerchantID, Mode: r.Mode, Version: 1},
	}
	unfinished := c
	c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		if r.Refuse != nil {
			return store.Change{}, r.Refuse
		}
		e := event
		e.Number, e.At = n, t0
		terms := payment.OVOTerms()
		if r.Flag {
			terms.CutOffGuard = payment.FlagAtCutOff
		}
		return decided(terms, unfinished, payment.Payment{}, e)
	}
	return c
}

func named(name string) func(*Request) { return func(r *Request) { r.Name = name } }

func changeID(paymentID string, version int) string {
	return fmt.Sprintf("chg_%s_%d", paymentID, version)
}

// Next builds the change that an event makes of a payment, as the engine does; ErrNothing when it makes none.
func Next(p payment.Payment, e payment.Event) (store.Change, error) {
	c := store.Change{ID: changeID(p.ID, p.Version+1), Owner: Owner, WakeBefore: p.WakeAt}
	return decided(payment.OVOTerms(), c, p, e)
}

// ErrNothing says that an event changes nothing of a payment.
var ErrNothing = fmt.Errorf("the event changes nothing")

// Answer builds the change that an answer of the push makes of a payment; it panics if there is none.
func Answer(p payment.Payment, at time.Time, o payment.Outcome) store.Change {
	c, err := Next(p, payment.Answered{At: at, Call: payment.CallPush, Try: 1, Outcome: o})
	if err != nil {
		panic(err)
	}
	return c
}

// Paid is the outcome of a push that the customer has paid.
func Paid() payment.Outcome {
	return payment.Outcome{Class: payment.Approved, Code: "00", ApprovalCode: "120001", TraceNumber: "000017"}
}

// decided fills a change in with what Decide makes of an event.
func decided(terms payment.Terms, c store.Change, before payment.Payment, e payment.Event) (store.Change, error) {
	p, commands, err := payment.Decide(terms, before, e)
	if err != nil {
		return store.Change{}, err
	}
	if p.Version == before.Version {
		return store.Change{}, ErrNothing
	}
	c.Payment, c.Event, c.Commands = p, e, commands
	for i, command := range commands {
		switch command := command.(type) {
		case payment.Tell:
			c.Told = append(c.Told, store.Told{
				ID: fmt.Sprintf("evt_%s_%d_%d", p.ID, p.Version, i), MerchantID: p.MerchantID, PaymentID: p.ID,
				Version: p.Version, Mode: p.Mode, Type: command.Type, At: e.When(), Body: fmt.Appendf(nil, `{"version":%d}`, p.Version),
			})
		case payment.Hold:
			c.Hold = &command
		}
		if call, target, ok := payment.CallOf(command); ok {
			c.Exchanges = append(c.Exchanges, part(p, call, target.Try, exchange.Request, e.When()))
		}
	}
	if a, ok := e.(payment.Answered); ok {
		c.Exchanges = append(c.Exchanges, part(p, a.Call, a.Try, exchange.Response, a.At))
	}
	return c, nil
}

func part(p payment.Payment, call payment.Call, try int, side exchange.Side, at time.Time) exchange.Part {
	number := p.Attempts[0].Number
	return exchange.Part{
		ID: fmt.Sprintf("exc_%s_%s_%d", p.ID, call, try), MerchantID: p.MerchantID, PaymentID: p.ID, Account: p.Account,
		Operation: string(call), Side: side, At: at, Sealed: fmt.Appendf(nil, "sealed\x00\xff %s %s %s", side, call, number),
	}
}
