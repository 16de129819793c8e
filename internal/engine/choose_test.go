package engine_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

const (
	pays    = "081211110101"
	unknown = "081299990000"
)

// offer asks for a payment whose customer gives the phone on the payment's page.
func (w *world) offer() payment.Payment {
	w.Helper()
	o := w.order(pays)
	o.Phone, o.Method, o.Methods = payment.Phone{}, "", []payment.Method{payment.OVOPush, payment.QRIS}
	p, _, err := w.engine.Request(w.Context(), o)
	if err != nil {
		w.Fatalf("Request = %v", err)
	}
	return p
}

func (w *world) choice(phone string) engine.Choice {
	w.Helper()
	return engine.Choice{Method: payment.OVOPush, Phone: w.order(phone).Phone}
}

// refused gives the code of a refusal.
func refused(err error) string {
	var r *payment.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// A payment without a phone sends nothing until its customer gives one, and then goes its usual way.
func TestTheCustomerGivesThePhone(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		p := w.offer()
		w.wantState(p, payment.Created)
		if offers := w.engine.Offers(p); len(offers) != 1 || offers[0] != (engine.Offer{Method: payment.OVOPush, Phone: true}) {
			w.Errorf("offers = %+v, want a push alone: there is no account for a QR", offers)
		}
		w.wantState(w.after(p, 10*time.Minute), payment.Created)
		w.wantPushes(0)
		p, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays))
		if err != nil {
			w.Fatal(err)
		}
		w.wantState(p, payment.Pushing)
		if got := p.Attempts[0].PushedAt.Sub(p.CreatedAt); got != 10*time.Minute {
			w.Errorf("the push is of %s after the request", got)
		}
		w.wantState(w.after(p, 10*time.Minute+5*time.Second), payment.Paid)
		again, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice("081211119999"))
		if err != nil || again.State != payment.Paid {
			w.Errorf("chosen again: %s, %v; want the payment as it is", again.State, err)
		}
		w.wantPushes(1)
	})
}

// However many pages press at once, on however many replicas, there is one push.
func TestPressedAtOnceItIsPushedOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		other, stop := w.other("own_2")
		defer stop()
		for range 5 {
			p := w.offer()
			var all sync.WaitGroup
			for i := range 16 {
				e := w.engine
				if i%2 == 1 {
					e = other
				}
				all.Go(func() {
					if now, err := e.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays)); err != nil || len(now.Attempts) != 1 {
						w.Errorf("Choose = %d attempts, %v", len(now.Attempts), err)
					}
				})
			}
			all.Wait()
			w.wantState(w.after(p, 10*time.Second), payment.Paid)
		}
		w.wantPushes(5)
	})
}

// Nobody chooses: the payment expires at its time, although no process holds a timer for it.
func TestNobodyChooses(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		o := w.order(pays)
		o.Phone, o.Methods, o.ExpiresAt = payment.Phone{}, []payment.Method{payment.OVOPush}, time.Now().Add(20*time.Minute)
		p, _, err := w.engine.Request(w.Context(), o)
		if err != nil {
			w.Fatal(err)
		}
		w.wantState(w.after(p, 20*time.Minute-time.Second), payment.Created)
		w.restart(w.store)
		p = w.after(p, 20*time.Minute+2*time.Second)
		w.wantState(p, payment.Expired)
		if p.Failure == nil || p.Failure.Code != string(payment.ReasonNotChosen) || len(p.Attempts) != 0 {
			w.Errorf("failure = %+v, %d attempts", p.Failure, len(p.Attempts))
		}
		told, err := w.store.Told(w.Context(), p.MerchantID, p.ID)
		if err != nil || len(told) != 2 || told[0].Type != "payment.created" || told[1].Type != "payment.expired" {
			w.Errorf("told %+v, %v", told, err)
		}
		_, err = w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays))
		if err != nil && refused(err) != payment.CodeNotPossible {
			w.Errorf("chosen too late: %v", err)
		}
		w.wantPushes(0)
	})
}

// The provider is asked about the phone first; one that it does not know is not pushed to, and after five no more are asked
// about.
func TestThePhoneIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.inquire = true
		w.restart(w.store)
		p := w.offer()
		for range payment.PhonesMax {
			if _, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(unknown)); refused(err) != engine.CodePhoneUnregistered {
				w.Fatalf("an unknown phone: %v", err)
			}
		}
		if _, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays)); refused(err) != payment.CodePhonesTried {
			w.Errorf("the sixth phone: %v", err)
		}
		w.wantPushes(0)
		parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
		if err != nil || len(parts) != 2*payment.PhonesMax {
			w.Errorf("the payment's log has %d halves of inquiries, %v; want %d", len(parts), err, 2*payment.PhonesMax)
		}
		p = w.offer()
		if p, err = w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays)); err != nil || p.State != payment.Pushing {
			w.Errorf("a known phone: %s, %v", p.State, err)
		}
		w.wantState(w.after(p, 10*time.Second), payment.Paid)
	})
}

// An inquiry that is not answered lets the customer go on.
func TestAnInquiryWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.inquire = true
		w.restart(w.store)
		p := w.offer()
		w.net.setDown(true)
		time.AfterFunc(time.Millisecond, func() { w.net.setDown(false) })
		p, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays))
		if err != nil {
			w.Fatal(err)
		}
		synctest.Wait()
		if p.State != payment.Pushing || p.Choice.Phones != 1 {
			w.Errorf("%s after %d inquiries, want a push all the same", p.State, p.Choice.Phones)
		}
	})
}

// The limit on a phone counts when it is chosen, and that on a key when the payment is asked for.
func TestLimitsOfAChoice(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.place = merchant.Staging
		w.limits = engine.Limits{
			Phone: []engine.Rate{{Count: 1, Per: time.Minute}}, Key: []engine.Rate{{Count: 3, Per: time.Hour}}, PhoneKey: []byte("hides"),
		}
		w.restart(w.store)
		var all []payment.Payment
		for i := range 4 {
			o := w.order(pays)
			o.Phone, o.Methods, o.By = payment.Phone{}, []payment.Method{payment.OVOPush}, "key_1"
			o.Key = store.Key{Key: string(rune('a' + i)), Fingerprint: "f"}
			p, _, err := w.engine.Request(w.Context(), o)
			if i < 3 && err != nil || i == 3 && refused(err) != engine.CodeKeyLimited {
				w.Fatalf("payment %d: %v", i+1, err)
			}
			again, replayed, err := w.engine.Request(w.Context(), o)
			if i < 3 && (err != nil || !replayed || again.ID != p.ID) {
				w.Fatalf("the same request again: %v, %v", replayed, err)
			}
			all = append(all, p)
		}
		if _, err := w.engine.Choose(w.Context(), all[0].MerchantID, all[0].ID, w.choice(ignores)); err != nil {
			w.Fatal(err)
		}
		p, err := w.engine.Choose(w.Context(), all[1].MerchantID, all[1].ID, w.choice(ignores))
		if refused(err) != engine.CodePhoneLimited || p.State != payment.Created {
			w.Errorf("the same phone at once: %s, %v", p.State, err)
		}
		time.Sleep(time.Minute)
		if _, err := w.engine.Choose(w.Context(), all[1].MerchantID, all[1].ID, w.choice(ignores)); err != nil {
			w.Errorf("a minute later: %v", err)
		}
		w.after(all[1], 3*time.Minute)
	})
}

// A payment that waits is not kept in memory, and what cannot be offered is refused at once.
func TestWhatIsOffered(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		o := w.order(pays)
		o.Phone, o.Methods = payment.Phone{}, []payment.Method{payment.QRIS}
		if _, _, err := w.engine.Request(w.Context(), o); refused(err) != engine.CodeNoAccount {
			w.Errorf("a QR without an account for it: %v", err)
		}
		o.Methods, o.ExpiresAt = []payment.Method{payment.OVOPush}, time.Now().Add(time.Second)
		if _, _, err := w.engine.Request(w.Context(), o); refused(err) != payment.CodeExpiryInvalid {
			w.Errorf("a second to choose: %v", err)
		}
		p := w.offer()
		if _, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCheck}, store.Key{}); refused(err) != payment.CodeNothingSent {
			w.Errorf("checked: %v", err)
		}
		if _, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, engine.Choice{Method: payment.QRIS}); refused(err) != payment.CodeNotPossible {
			w.Errorf("a method that is not offered: %v", err)
		}
		if _, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, engine.Choice{Method: payment.OVOPush}); refused(err) != payment.CodePhoneMissing {
			w.Errorf("no phone: %v", err)
		}
		p, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCancel}, store.Key{})
		if err != nil || p.State != payment.Canceled {
			w.Errorf("canceled: %s, %v", p.State, err)
		}
		if again, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(pays)); refused(err) != payment.CodeNotPossible {
			w.Errorf("chosen after that: %s, %v", again.State, err)
		}
		w.wantPushes(0)
	})
}

// A phone that turns out not to be registered when it is pushed to is asked for again; a page of before tries nothing, and the
// limit on a phone counts each try.
func TestAnotherNumberIsGiven(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.place = merchant.Staging
		w.limits = engine.Limits{Phone: []engine.Rate{{Count: 2, Per: time.Hour}}, PhoneKey: []byte("hides")}
		w.restart(w.store)
		p := w.offer()
		choose := func(phone string, after int) (payment.Payment, error) {
			c := w.choice(phone)
			c.After = after
			return w.engine.Choose(w.Context(), p.MerchantID, p.ID, c)
		}
		for n := range 2 {
			if _, err := choose(unknown, n); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			now := w.after(p, time.Since(p.CreatedAt)+time.Second)
			w.wantState(now, payment.Created)
			if now.Failure == nil || now.Failure.Code != string(payment.ReasonPhoneUnknown) || now.Choice.Tries != 2-n || !now.Choosing() {
				w.Errorf("after %d numbers: %+v, %+v", n+1, now.Failure, now.Choice)
			}
			for _, old := range []int{n, n + 2} {
				if same, err := choose(pays, old); err != nil || same.Version != now.Version {
					w.Errorf("chosen on a page of %d attempts: version %d, %v", old, same.Version, err)
				}
			}
		}
		if _, err := choose(unknown, 2); refused(err) != engine.CodePhoneLimited {
			w.Errorf("the same phone a third time: %v", err)
		}
		w.wantPushes(2)
		w.restart(w.store) // the task alone knows of it
		if _, err := choose(pays, 2); err != nil {
			t.Fatal(err)
		}
		p = w.after(p, time.Since(p.CreatedAt)+20*time.Second)
		w.wantState(p, payment.Paid)
		if p.Failure != nil || len(p.Attempts) != 3 || p.AccountOf(0) != p.AccountOf(2) {
			w.Errorf("%+v, %d attempts", p.Failure, len(p.Attempts))
		}
		told, err := w.store.Told(w.Context(), p.MerchantID, p.ID)
		var types []string
		for _, one := range told {
			types = append(types, strings.TrimPrefix(one.Type, "payment."))
		}
		if want := "created pushing created pushing created pushing paid"; err != nil || strings.Join(types, " ") != want {
			w.Errorf("told %v, %v; want %s", types, err, want)
		}
	})
}

// Who does not come back after a wrong number lets the payment expire, on whichever process.
func TestNobodyComesBackAfterAWrongNumber(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		p := w.offer()
		if _, err := w.engine.Choose(w.Context(), p.MerchantID, p.ID, w.choice(unknown)); err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(p, time.Minute), payment.Created)
		w.restart(w.store)
		p = w.after(p, payment.ChoiceLife+2*time.Second)
		w.wantState(p, payment.Expired)
		if p.Failure == nil || p.Failure.Code != string(payment.ReasonNotChosen) || len(p.Attempts) != 1 || p.Attempts[0].ResponseCode != "14" {
			w.Errorf("%+v, %+v", p.Failure, p.Attempts)
		}
	})
}
