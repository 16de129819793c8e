package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

func TestACustomerPays(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.pay("081211110101") // pays with OVO Cash after 2 s
		w.wantState(p, payment.Pushing)
		if n := p.Attempts[0].Number; n != (payment.Number{Batch: 1, Reference: 1}) {
			t.Errorf("number = %v, want 1/1", n)
		}
		p = w.after(p, 3*time.Second)
		w.wantState(p, payment.Paid)
		if a := p.Attempts[0]; a.ApprovalCode == "" || a.TraceNumber == "" || a.ResponseCode != "00" {
			t.Errorf("attempt = %+v, want the provider's facts", a)
		}
		if charged := w.truth(p).Charged; charged.IsZero() {
			t.Error("paid here, but the wallet was not charged")
		}
	})
}

func TestADeclineEndsThePayment(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110017"), time.Second)
		w.wantState(p, payment.Declined)
		if f := p.Failure; f == nil || f.ProviderCode != "17" || f.Code != "canceled_by_customer" {
			t.Errorf("failure = %+v, want 17, canceled by the customer", f)
		}
	})
}

// pending is what the provider answers a status check with while it does not know.
var pending = sandbox.Script{Operation: sandbox.OperationCheckPush, Effect: sandbox.Effect{Code: "68"}}

func TestNoAnswerIsReversedAt65Seconds(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160") // never answers
		w.wantState(w.after(p, 59900*time.Millisecond), payment.Pushing)
		w.wantState(w.after(p, 64900*time.Millisecond), payment.InDoubt)
		p = w.after(p, 65500*time.Millisecond)
		w.wantState(p, payment.Reversed)
		var at time.Duration
		for _, c := range p.Attempts[0].Calls {
			if c.Call == payment.CallReversal {
				at = c.At.Sub(p.Attempts[0].PushedAt)
			}
		}
		if at < 65*time.Second || at > 65500*time.Millisecond {
			t.Errorf("the reversal was ordered after %v, want 65 s", at)
		}
		if p.Failure == nil || p.Failure.Code != string(payment.ReasonTimeout) {
			t.Errorf("failure = %+v, want transaction_timeout", p.Failure)
		}
	})
}

func TestALostApprovalIsFoundByTheCheck(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110165"), 61*time.Second) // charged, the answer is lost
		w.wantState(p, payment.Paid)
	})
}

func TestALostApprovalIsReversedWhereTheTermsSaySo(t *testing.T) {
	terms := payment.OVOTerms()
	terms.OnCheckApproved = payment.ReverseLate
	inBubbleWith(t, terms, func(w *world) {
		p := w.pay("081211110165")
		w.wantState(w.after(p, 64*time.Second), payment.InDoubt)
		p = w.after(p, 66*time.Second)
		w.wantState(p, payment.Reversed)
		if x := w.truth(p); x.Charged.IsZero() || x.Reversed.IsZero() {
			t.Errorf("the sandbox has charged %v, reversed %v; want both", x.Charged, x.Reversed)
		}
	})
}

func TestALateApprovalIsTheSale(t *testing.T) {
	terms := payment.OVOTerms()
	terms.AutoCheck = false
	inBubbleWith(t, terms, func(w *world) {
		p := w.pay("081211110162") // the answer comes after 62 s
		w.wantState(w.after(p, 61*time.Second), payment.InDoubt)
		w.wantState(w.after(p, 63*time.Second), payment.Paid)
	})
}

func TestNothingIsSentToAProviderThatIsDown(t *testing.T) {
	inBubble(t, func(w *world) {
		w.net.setDown(true)
		p := w.after(w.pay("081211110101"), time.Second)
		w.wantState(p, payment.Expired)
		if p.Failure.Code != string(payment.ReasonNotSent) {
			t.Errorf("failure = %+v, want provider_unreachable", p.Failure)
		}
		w.net.setDown(false)
		if n := w.pay("081211110101").Attempts[0].Number; n.Reference != 2 {
			t.Errorf("the next push has number %v; want 1/2, the first one is burnt", n)
		}
		time.Sleep(3 * time.Second)
	})
}

func TestAReversalIsTriedUntilTheProviderAnswers(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160")
		w.after(p, 59*time.Second)
		w.net.setDown(true)
		p = w.after(p, 100*time.Second)
		w.wantState(p, payment.Reversing)
		w.net.setDown(false)
		w.wantState(w.after(p, 200*time.Second), payment.Reversed)
	})
}

func TestVoidOnTheSameDay(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110101"), 3*time.Second)
		if _, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskVoid}, store.Key{}); err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(p, 4*time.Second), payment.Voided)
		_, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskVoid}, store.Key{})
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != payment.CodeNotPossible {
			t.Errorf("a second void = %v, want a refusal", err)
		}
	})
}

func TestTheSameKeyMakesOnePayment(t *testing.T) {
	inBubble(t, func(w *world) {
		o := w.order("081211110101")
		o.Key = store.Key{Key: "k1", Fingerprint: "a"}
		ids := make(chan string, 50)
		for range 50 {
			go func() {
				p, _, err := w.engine.Request(w.Context(), o)
				if err != nil {
					t.Errorf("Request = %v", err)
				}
				ids <- p.ID
			}()
		}
		first := <-ids
		for range 49 {
			if id := <-ids; id != first {
				t.Errorf("the same key made %s and %s", first, id)
			}
		}
		o.Key.Fingerprint = "b"
		var mismatch *engine.KeyMismatch
		if _, _, err := w.engine.Request(w.Context(), o); !errors.As(err, &mismatch) || mismatch.PaymentID != first {
			t.Errorf("another request with the key = %v, want a mismatch naming %s", err, first)
		}
		time.Sleep(3 * time.Second)
	})
}

// A process that is gone is replaced: the push is in doubt at once and reversed at 65 s, not earlier and not twice.
func TestAnotherProcessTakesOver(t *testing.T) {
	inBubble(t, func(w *world) {
		w.script(pending)
		p := w.pay("081211110160")
		w.after(p, 10*time.Second)
		w.stop() // the loop only: the call stays open as that of a process that hangs
		w.start("own_2")
		w.wantState(w.after(p, 20*time.Second), payment.InDoubt)
		w.wantState(w.after(p, 64*time.Second), payment.InDoubt)
		p = w.after(p, 66*time.Second)
		w.wantState(p, payment.Reversed)
		w.truth(p) // one push
	})
}

func TestTheExchangeLogIsByteForByteAndSealed(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110101"), 3*time.Second)
		parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
		if err != nil || len(parts) != 2 {
			t.Fatalf("exchanges = %d, %v; want request and response", len(parts), err)
		}
		key, err := exchange.NewKeyring(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"POST /pos HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n"} {
			if strings.Contains(string(parts[i].Sealed), "pos") || len(parts[i].Wire) > 0 {
				t.Errorf("part %d is stored in the clear", i)
			}
			if err := key.Open(&parts[i]); err != nil {
				t.Fatal(err)
			}
			if got := string(parts[i].Wire); !strings.HasPrefix(got, want) {
				t.Errorf("part %d begins with %.40q, want %q", i, got, want)
			}
		}
		if !strings.Contains(string(parts[0].Wire), `"phone":"081211110101"`) {
			t.Error("the stored request lacks the phone that was sent")
		}
	})
}

func TestChecksAreMadeOneAtATime(t *testing.T) {
	inBubble(t, func(w *world) {
		p := w.after(w.pay("081211110101"), 3*time.Second)
		q := w.after(w.pay("081211110101"), 3*time.Second)
		w.script(sandbox.Script{
			Operation: sandbox.OperationCheckPush, Times: 1, Effect: sandbox.Effect{AnswerAfter: sandbox.Duration(5 * time.Second)},
		})
		if _, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: payment.AskCheck}, store.Key{}); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.engine.Ask(w.Context(), q.MerchantID, q.ID, payment.Asked{What: payment.AskCheck}, store.Key{})
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != payment.CodeCheckInProgress {
			t.Errorf("a second check beside the first = %v, want a refusal", err)
		}
		time.Sleep(6 * time.Second)
		if _, _, err := w.engine.Ask(w.Context(), q.MerchantID, q.ID, payment.Asked{What: payment.AskCheck}, store.Key{}); err != nil {
			t.Errorf("a check after the first has ended = %v", err)
		}
		time.Sleep(time.Second)
	})
}

func TestPhoneInquiry(t *testing.T) {
	inBubble(t, func(w *world) {
		for phone, want := range map[string]payment.Class{"081211111111": payment.Approved, "081299999999": payment.NotFound} {
			number, _ := payment.ParsePhone(phone)
			o, err := w.engine.CheckPhone(w.Context(), "demo", payment.Test, number)
			if err != nil || o.Class != want {
				t.Errorf("CheckPhone(%s) = %v, %v; want %s", phone, o, err, want)
			}
		}
	})
}

// An approval that came in time is the sale, however late the database lets it be written; and a reversal that was due
// while the database was away is signed when it goes out.
func TestFactsOutliveADatabaseThatIsAway(t *testing.T) {
	terms := payment.OVOTerms()
	terms.LateApproval, terms.AutoCheck = payment.ReverseLate, false
	inBubbleWith(t, terms, func(w *world) {
		approved, silent := w.pay("081211110101"), w.pay("081211110160")
		w.away(true)
		w.wantState(w.after(approved, 5*time.Minute+40*time.Second), payment.Pushing)
		w.away(false)
		w.wantState(w.after(approved, 6*time.Minute), payment.Paid)
		p := w.after(silent, 6*time.Minute)
		w.wantState(p, payment.Reversed)
		for _, c := range p.Attempts[0].Calls {
			if c.Call == payment.CallReversal && c.Tries != 1 {
				t.Errorf("the reversal took %d tries, want 1: it was signed with an old time", c.Tries)
			}
		}
	})
}
