package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// Order is what a merchant asks for.
type Order struct {
	MerchantID  string
	Mode        payment.Mode
	Method      payment.Method   // empty: the customer chooses
	Methods     []payment.Method // among which the customer chooses, where Method is empty or is a push without a phone
	Rail        payment.Rail     // empty: chosen
	Outlet      string           // by whose accounts; empty: the merchant's as a whole, or that of Account or Terminal
	Account     string           // empty: the first that fits
	Terminal    string           // empty: the account's first
	Amount      payment.Rupiah
	Phone       payment.Phone
	Reference   string
	Description string
	Metadata    map[string]string
	ReturnURL   string // where the customer's page leads back to; empty: nowhere
	Key         store.Key
	By          string // the API key's id, for the limit on it

	// For rails that make a bill first; others do not look at it. ExpiresAt zero: as the account's terms say.
	Customer  *payment.Customer
	Items     []payment.Item
	ExpiresAt time.Time
}

// The codes of refusals that the engine gives itself, beside those of the core.
const (
	CodeNoAccount        = "no_account"
	CodeNoTerminal       = "no_terminal"
	CodeTerminalHeld     = "terminal_held"
	CodeNumbersExhausted = "numbers_exhausted"
	CodeShuttingDown     = "shutting_down"
	CodeUnrenderable     = "invalid_field"
)

// KeyMismatch is the error for an idempotency key that came with another request before.
type KeyMismatch struct{ PaymentID string }

func (e *KeyMismatch) Error() string {
	return "this idempotency key was used with another request, which made payment " + e.PaymentID
}

// Request makes a payment. When it returns, the payment is on disk and its push on its way; or, with replayed true, it
// is the payment that the same request made before. Errors: *payment.Refusal, *KeyMismatch, or the store's.
func (e *Engine) Request(ctx context.Context, o Order) (p payment.Payment, replayed bool, err error) {
	p, err = e.request(ctx, o)
	return e.replay(ctx, o.MerchantID, o.Mode, o.Key, p, err)
}

// replay gives what the same request with the same key led to before, if there was one. What would be refused today may
// have been granted then, and what could not be told may have been written: the key decides.
func (e *Engine) replay(ctx context.Context, merchantID string, mode payment.Mode, key store.Key, p payment.Payment, err error) (payment.Payment, bool, error) {
	if err == nil || key.Key == "" {
		return p, false, err
	}
	var used *store.KeyUsed
	if !errors.As(err, &used) {
		found, keyErr := e.Store.KeyOf(ctx, merchantID, mode, key.Key)
		if keyErr != nil {
			return p, false, err
		}
		used = &found
	}
	if used.Fingerprint != key.Fingerprint {
		return p, false, &KeyMismatch{PaymentID: used.PaymentID}
	}
	p, err = e.Store.Load(ctx, merchantID, used.PaymentID)
	return p, true, err
}

func (e *Engine) request(ctx context.Context, o Order) (payment.Payment, error) {
	if !e.begin(true) {
		return payment.Payment{}, &payment.Refusal{
			Code: CodeShuttingDown, Until: e.Now().Add(time.Second),
			Message: "this gateway is shutting down and starts no new push; try again at once",
		}
	}
	defer e.end()
	if len(o.Methods) > 0 {
		return e.offer(ctx, o)
	}
	r, asked, err := e.choose(ctx, o, payment.Requested{
		At: e.Now(), ID: e.NewID("pay_"), MerchantID: o.MerchantID, Mode: o.Mode,
		Reference: o.Reference, Amount: o.Amount, Method: o.Method, Phone: o.Phone,
		Description: o.Description, Metadata: o.Metadata, ReturnURL: o.ReturnURL, Customer: o.Customer, Items: o.Items, ExpiresAt: o.ExpiresAt,
	})
	if err != nil {
		return payment.Payment{}, err
	}
	a, terminal := r.a, r.terminal
	w := work{line: a.Line, terms: a.terms}
	if err := e.needToken(ctx, a, &w); err != nil {
		return payment.Payment{}, noTokenNow(err, e.Now())
	}
	if terminal.Serial {
		if w.sent, err = e.serialize(ctx, o.MerchantID, terminal.ID); err != nil {
			return payment.Payment{}, err
		}
	}
	change := store.Change{
		ID: e.NewID("chg_"), Key: o.Key, Terminal: numbersOf(a.terms, a.ID, terminal.ID), Owner: e.Owner, Event: asked,
		Limits:  e.limitsOf(o, a),
		Payment: payment.Payment{ID: asked.ID, MerchantID: asked.MerchantID, Mode: asked.Mode, Version: 1},
	}
	change.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		asked := asked
		asked.Number, asked.At = n, t0
		return e.finish(&w, change, payment.Payment{}, asked)
	}
	done, err := e.Store.Commit(ctx, change)
	if err != nil {
		e.untried(r.key())
		if w.sent != nil {
			w.sent()
		}
		return payment.Payment{}, refusalOf(err)
	}
	e.Metrics.Requested.Add(1)
	e.Observer.Changed(ctx, payment.Payment{}, done.Payment)
	e.settle(ctx, done, w)
	return done.Payment, nil
}

// refusalOf turns what a store says about numbers into a refusal.
func refusalOf(err error) error {
	var held *store.TerminalHeld
	var limit *store.LimitReached
	switch {
	case errors.As(err, &limit):
		return limitRefusal(limit)
	case errors.As(err, &held):
		return &payment.Refusal{
			Code:    CodeTerminalHeld,
			Message: "terminal " + held.Terminal + " is stopped until an operator releases it: " + held.Reason,
		}
	case errors.Is(err, payment.ErrBatchFull), errors.Is(err, payment.ErrBatchesUsedUp):
		return &payment.Refusal{Code: CodeNumbersExhausted, Message: err.Error()}
	}
	return err
}

// work is what a committed change leaves to be done in this process.
type work struct {
	line  rail.Rail
	terms payment.Terms
	calls []callWork
	after func() // when the calls have ended
	sent  func() // when the first byte of the push has left, or surely none will; may be called again

	token    rail.Token // that line carries, if it does
	renumber *payment.Renumber
}

// callWork is one call to be made, with the message that has been committed.
type callWork struct {
	call       payment.Call
	target     payment.Target
	sendBy     time.Time
	exchangeID string
	rendered   rail.Rendered
	token      rail.Token
	// confirmWithin is how long the customer may take to answer it.
	confirmWithin time.Duration
}

// finish decides, and fills a change: the new payment, the bytes of its commands, what is told. A payment that comes
// back with the version it had needs no commit.
func (e *Engine) finish(w *work, c store.Change, before payment.Payment, ev payment.Event) (store.Change, error) {
	next, commands, err := payment.Decide(w.terms, before, ev)
	if err != nil || next.Version == before.Version {
		c.Payment = next
		return c, err
	}
	w.calls, w.renumber = w.calls[:0], nil
	c.Payment, c.Event, c.Commands, c.WakeBefore, c.Hold, c.Told = next, ev, commands, before.WakeAt, nil, nil
	c.Exchanges = c.Exchanges[:len(c.Exchanges):len(c.Exchanges)] // Finish may be called again: append to a copy
	suffix := strings.TrimPrefix(c.ID, "chg_")
	for i, command := range commands {
		switch command := command.(type) {
		case payment.Tell:
			id := "evt_" + suffix
			c.Told = append(c.Told, store.Told{
				ID: id, MerchantID: next.MerchantID, PaymentID: next.ID, Version: next.Version, Mode: next.Mode,
				Type: command.Type, At: ev.When(), Body: webhook.PaymentEvent(id, command.Type, ev.When(), next),
			})
		case payment.Hold:
			command.Terminal = numbersOf(w.terms, next.Account, command.Terminal)
			c.Hold = &command
		case payment.Renumber:
			w.renumber = &command
		case payment.ShowQR:
			c.Name = qrName(next.Account, command.Number)
		}
		call, target, ok := payment.CallOf(command)
		if !ok {
			continue
		}
		work := callWork{call: call, target: target, exchangeID: "exc_" + suffix, token: w.token, confirmWithin: w.terms.ConfirmWithin}
		if i > 0 && len(w.calls) > 0 {
			work.exchangeID += "-" + strconv.Itoa(len(w.calls)+1)
		}
		switch command := command.(type) {
		case payment.Push:
			work.sendBy = command.SendBy
		case payment.ShowQR:
			work.sendBy = command.SendBy
		case payment.PostBill:
			work.sendBy = command.SendBy
		case payment.Inquire:
			if w.terms.Presents() { // a process that froze must not ask beside the one that took over from it
				work.sendBy = ev.When().Add(w.terms.SendWithin)
			}
		}
		part, err := e.render(w.line, next, command, &work, ev.When())
		if err != nil {
			return c, err
		}
		c.Exchanges = append(c.Exchanges, part)
		w.calls = append(w.calls, work)
	}
	return c, nil
}

// render writes a command's message and seals it for the log.
func (e *Engine) render(line rail.Rail, p payment.Payment, c payment.Command, w *callWork, at time.Time) (exchange.Part, error) {
	rendered, err := line.Render(c, at)
	if errors.Is(err, rail.ErrNoToken) {
		return exchange.Part{}, err
	}
	if err != nil {
		return exchange.Part{}, &payment.Refusal{Code: CodeUnrenderable, Message: err.Error(), State: p.State}
	}
	w.rendered = rendered
	part := exchange.Part{
		ID: w.exchangeID, MerchantID: p.MerchantID, PaymentID: p.ID, Account: p.Account,
		Operation: rendered.Operation, Side: exchange.Request, At: rendered.At, Wire: rendered.Wire,
	}
	if err := e.Keyring.Seal(&part); err != nil {
		return part, fmt.Errorf("seal the request of %s: %w", w.call, err)
	}
	return part, nil
}
