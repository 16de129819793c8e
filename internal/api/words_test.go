package api

import (
	"slices"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// lived is a payment after some events, as the core makes it.
func lived(t *testing.T, at time.Time, events ...payment.Event) (payment.Payment, payment.Terms) {
	t.Helper()
	terms := payment.OVOTerms()
	phone, err := payment.ParsePhone(canaryPhone)
	if err != nil {
		t.Fatal(err)
	}
	all := append([]payment.Event{payment.Requested{
		At: at, ID: "pay_00000000000000000000000000", MerchantID: "mer_a", Mode: payment.Test, Amount: 1, Method: payment.OVOPush,
		Phone: phone, Terminal: payment.Terminal{ID: "t"}, Number: payment.Number{Batch: 1, Reference: 1},
	}}, events...)
	var p payment.Payment
	for _, e := range all {
		if p, _, err = payment.Decide(terms, p, e); err != nil {
			t.Fatal(err)
		}
	}
	return p, terms
}

// TestChecking: from the end of the customer's time until the reversal is due the customer reads that the payment is
// being checked, and only then that it timed out.
func TestChecking(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	woke := func(d time.Duration) payment.Event { return payment.Woke{At: at(d)} }
	for _, c := range []struct {
		now    time.Duration
		events []payment.Event
		state  payment.State
		en     string
	}{
		{54 * time.Second, nil, payment.Pushing, ""},
		{55 * time.Second, nil, payment.Pushing, "We are checking your payment"},
		{60 * time.Second, []payment.Event{woke(60 * time.Second)}, payment.InDoubt, "We are checking your payment"},
		{64 * time.Second, []payment.Event{woke(60 * time.Second)}, payment.InDoubt, "We are checking your payment"},
		{65 * time.Second, []payment.Event{woke(60 * time.Second), woke(65 * time.Second)}, payment.Reversing, "Transaction Timeout"},
		{10 * time.Second, []payment.Event{payment.NoAnswer{At: at(10 * time.Second), Call: payment.CallPush, Try: 1, Why: payment.Silent}}, payment.InDoubt, "We are checking your payment"},
	} {
		p, terms := lived(t, noon, c.events...)
		v := view(p, terms, nil, at(c.now))
		got := ""
		if v.Message != nil {
			got = v.Message.EN
		}
		if p.State != c.state || got != c.en {
			t.Errorf("after %s: %s, %q; want %s, %q", c.now, p.State, got, c.state, c.en)
		}
		if c.state == payment.InDoubt && v.Failure != nil {
			t.Errorf("after %s: failure %+v while in doubt", c.now, v.Failure)
		}
	}
}

// TestUnsentPush: nobody was asked, and nothing is to be undone.
func TestUnsentPush(t *testing.T) {
	t.Parallel()
	p, terms := lived(t, noon, payment.NotSent{At: noon, Call: payment.CallPush, Try: 1})
	v := view(p, terms, nil, noon)
	if v.State != "expired" || v.Failure.Code != "provider_unreachable" || v.Failure.Message.EN == "" || len(v.Actions) != 0 || !v.Attempts[0].NeverSent {
		t.Errorf("an unsent push: %+v, failure %+v", v, v.Failure)
	}
}

// TestEveryStateIsShown: no state, also none of a later version, breaks the picture.
func TestEveryStateIsShown(t *testing.T) {
	t.Parallel()
	for _, state := range payment.States() {
		p, terms := lived(t, noon)
		p.State = state
		v := view(p, terms, nil, noon.Add(time.Hour))
		silent := []payment.State{payment.Created, payment.Presenting, payment.Awaiting}
		if (v.Message == nil) != slices.Contains(silent, state) {
			t.Errorf("%s: message %v", state, v.Message)
		}
	}
}

func TestRefusalsHaveProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now)
	for _, code := range []string{
		payment.CodeAmountTooSmall, payment.CodeAmountTooLarge, payment.CodePhoneMissing, payment.CodeCutOff, payment.CodeInProgress,
		payment.CodeNotPossible, payment.CodeCheckTooOld, payment.CodeCheckInProgress, payment.CodeNothingSent, payment.CodeExists,
		"no_account", "no_terminal", "terminal_held", "numbers_exhausted", "shutting_down", "invalid_field", "provider_unreachable",
	} {
		p := w.server.refused(&payment.Refusal{Code: code, Message: "m"})
		if p.Code != code || p.Detail != "m" || (p.Status == 503) != (p.RetryAfter > 0) {
			t.Errorf("%s: %d %s, retry after %d", code, p.Status, p.Code, p.RetryAfter)
		}
	}
	if p := w.server.refused(&payment.Refusal{Code: "new_in_the_core"}); p.Status != 409 || p.Code != "refused" {
		t.Errorf("a code that this room does not know: %d %s", p.Status, p.Code)
	}
}

// BenchmarkCreate measures the handler from request to answer, over a store in memory.
func BenchmarkCreate(b *testing.B) {
	w := newWorld(b, time.Now)
	handler := w.server.handler()
	w.handler = handler
	b.ReportAllocs()
	for b.Loop() {
		if a := w.inside(b.Context(), "POST", "/v1/payments", order); a.status != 201 {
			b.Fatalf("%d %s", a.status, a.body)
		}
	}
}
