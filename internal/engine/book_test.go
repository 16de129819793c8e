package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/snap"
)

// set sets an account of the merchant up while the engine runs.
func (w *world) set(a merchant.Account, edit func(*engine.Account)) error {
	w.Helper()
	transport := exchange.NewTransport(exchange.Options{DialContext: w.net.dial, DisableKeepAlives: true})
	line, err := rail.Open(a, transport, time.Now)
	if err != nil {
		w.Fatal(err)
	}
	set := engine.Account{Account: a, Line: line}
	if edit != nil {
		edit(&set)
	}
	return w.engine.SetAccount(w.Context(), set)
}

func wantRefusal(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refusal *payment.Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%s = %v, want the refusal %s", what, err, code)
	}
}

// TestAccountsComeWhileTheEngineRuns: a merchant that was not there at the start takes a payment.
func TestAccountsComeWhileTheEngineRuns(t *testing.T) {
	inBubble(t, func(w *world) {
		order := w.order("081211110101")
		order.MerchantID = "teh"
		_, _, err := w.engine.Request(w.Context(), order)
		wantRefusal(t, "a payment before there is an account", err, engine.CodeNoAccount)
		a := account(w.terms)
		a.MerchantID = "teh"
		if err := w.set(a, nil); err != nil {
			t.Fatal(err)
		}
		p, _, err := w.engine.Request(w.Context(), order)
		if err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(p, 5*time.Second), payment.Paid)
		if owner, ok := w.engine.MerchantAt(payment.OVO, "ovo"); ok {
			t.Errorf("an account of two merchants is %s's", owner)
		}
	})
}

// TestClosedAccountsFinishWhatTheyBegan: no new payment is made, and one that is under way is reversed as it would have been.
func TestClosedAccountsFinishWhatTheyBegan(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160") // never answers
		if err := w.set(account(w.terms), func(a *engine.Account) { a.Closed = true }); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.engine.Request(w.Context(), w.order("081211110101"))
		wantRefusal(t, "a payment by a closed account", err, engine.CodeNoAccount)
		if _, err := w.engine.CheckPhone(w.Context(), "demo", payment.Test, p.Phone); !errors.Is(err, engine.ErrNoInquiry) {
			t.Errorf("an inquiry by a closed account = %v, want ErrNoInquiry", err)
		}
		w.wantState(w.after(p, 70*time.Second), payment.Reversed)
		if err := w.set(account(w.terms), nil); err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(w.pay("081211110101"), 5*time.Second), payment.Paid)
	})
}

// TestChangedTermsAreForNewPayments: a payment keeps the terms under which it was asked for.
func TestChangedTermsAreForNewPayments(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pay("081211110101")
		changed := w.terms
		changed.AmountMax = 10000
		if err := w.set(account(changed), nil); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.engine.Request(w.Context(), w.order("081211110101"))
		wantRefusal(t, "a payment above the new maximum", err, payment.CodeAmountTooLarge)
		if terms, err := w.engine.TermsOf(w.Context(), p); err != nil || terms.AmountMax != w.terms.AmountMax {
			t.Errorf("the terms of the payment = %v, %v; want those of before", terms.AmountMax, err)
		}
		w.wantState(w.after(p, 5*time.Second), payment.Paid)
	})
}

func TestWhatAnAccountCannotBecome(t *testing.T) {
	inBubble(t, func(w *world) {
		a := account(w.terms)
		a.Environment = merchant.Staging
		if err := w.set(a, nil); !errors.Is(err, engine.ErrFixed) {
			t.Errorf("another environment: %v, want ErrFixed", err)
		}
		a = account(w.terms)
		a.Terminals[0].Style = payment.ByDate
		if err := w.set(a, nil); !errors.Is(err, store.ErrStyle) {
			t.Errorf("another style of numbering: %v, want ErrStyle", err)
		}
		w.wantState(w.after(w.pay("081211110101"), 5*time.Second), payment.Paid)
	})
}

// TestAccountsOfOutletsAreNamed: a payment goes to an outlet's account only when it names that or its terminal.
func TestAccountsOfOutletsAreNamed(t *testing.T) {
	inBubble(t, func(w *world) {
		a := account(w.terms)
		a.MerchantID, a.Outlet = "teh", "tebet"
		if err := w.set(a, nil); err != nil {
			t.Fatal(err)
		}
		order := w.order("081211110101")
		order.MerchantID = "teh"
		_, _, err := w.engine.Request(w.Context(), order)
		wantRefusal(t, "a payment that names no outlet's account", err, engine.CodeNoAccount)
		for _, name := range []func(*engine.Order){
			func(o *engine.Order) { o.Account = "ovo" }, func(o *engine.Order) { o.Terminal = "till-1" }, func(o *engine.Order) { o.Outlet = "tebet" },
			func(o *engine.Order) { o.Outlet, o.Account, o.Terminal = "tebet", "ovo", "till-1" },
			func(o *engine.Order) { o.Account, o.Methods = "ovo", []payment.Method{payment.OVOPush} },
			func(o *engine.Order) { o.Outlet, o.Methods = "tebet", []payment.Method{payment.OVOPush} },
		} {
			named := order
			name(&named)
			if named.Methods != nil {
				named.Phone = payment.Phone{}
			}
			p, _, err := w.engine.Request(w.Context(), named)
			if err != nil || p.Outlet != "tebet" {
				t.Errorf("a payment that names it = of outlet %q, %v", p.Outlet, err)
			}
			if named.Methods == nil {
				continue
			}
			p, err = w.engine.Choose(w.Context(), p.MerchantID, p.ID, engine.Choice{Method: payment.OVOPush, Phone: order.Phone})
			if err != nil || p.Outlet != "tebet" || p.Account != "ovo" {
				t.Errorf("chosen by the customer = account %q of outlet %q, %v", p.Account, p.Outlet, err)
			}
		}
		for name, other := range map[string]func(*engine.Order){
			"another outlet": func(o *engine.Order) { o.Outlet = "menteng" }, "another outlet of the account": func(o *engine.Order) { o.Outlet, o.Account = "menteng", "ovo" },
		} {
			named := order
			other(&named)
			_, _, err := w.engine.Request(w.Context(), named)
			wantRefusal(t, name, err, engine.CodeNoAccount)
		}
	})
}

// TestNotificationsOfEitherCredentials: while the provider changes credentials, it may sign with the old or the new ones,
// and with no others.
func TestNotificationsOfEitherCredentials(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		p := w.after(w.show(), time.Second)
		next := qrAccount(t, w.terms, "")
		next.SNAP.ClientSecret = merchant.NewSecret("the-secret-to-come")
		line, err := rail.Open(next, exchange.NewTransport(exchange.Options{}), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		signed := func(secret string) rail.Notification {
			return w.notification(p.Attempts[0].Number.Digits(), func(o *snap.NotifyOptions, _ *snap.Notification) { o.ClientSecret = snap.Secret(secret) })
		}
		if reply := w.receive(signed("the-secret-to-come")); !strings.Contains(string(reply.Body), "4015200") {
			t.Errorf("before the change: %s, want it refused", reply.Body)
		}
		if err := w.set(qrAccount(t, w.terms, ""), func(a *engine.Account) { a.Beside = []rail.Rail{line} }); err != nil {
			t.Fatal(err)
		}
		if reply := w.receive(signed("another")); !strings.Contains(string(reply.Body), "4015200") {
			t.Errorf("signed with another secret: %s, want it refused", reply.Body)
		}
		w.wantState(w.after(p, 0), payment.Awaiting)
		if reply := w.receive(signed("the-secret-to-come")); reply.Status != 200 {
			t.Errorf("signed with the secret to come: %d %s", reply.Status, reply.Body)
		}
		w.wantState(w.after(p, 2*time.Second), payment.Paid)
	})
}

// TestNoFailOverToAClosedAccount: an account that was closed since the payment was asked for is passed over.
func TestNoFailOverToAClosedAccount(t *testing.T) {
	inRoutedBubble(t, preferred(true), func(w *routed) {
		w.script(pending)
		p := w.pay("081211110160") // OVO never answers, so DOKU is next after the reversal
		for _, a := range w.engine.AccountsOf("demo") {
			if a.ID == "doku" {
				a.Closed = true
				if err := w.engine.SetAccount(w.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
		}
		p = w.after(p, 80*time.Second)
		if len(p.Attempts) != 2 || p.Attempts[1].Rail != payment.Faspay {
			t.Errorf("tried %q, want ovo and then faspay", ways(p))
		}
	})
}
