package wording

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// TestPrescribedWords: sentences that OVO prescribes, letter by letter, and ours beside them.
func TestPrescribedWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got    Words
		id, en string
	}{
		{Paid, "Pembayaran berhasil", "Payment Success"},
		{Timeout, "Waktu transaksi habis", "Transaction Timeout"},
		{NotInSystem, "Nomor HP tidak terdaftar di sistem OVO", "Phone Number not registered in OVO System"},
		{Checking, "Kami sedang memeriksa pembayaran Anda", "We are checking your payment"},
		{Voiding, "Pembayaran Anda sedang dibatalkan", "Your payment is being cancelled"},
		{Refunding, "Pembayaran Anda sedang dikembalikan", "Your payment is being refunded"},
		{Refunded, "Pembayaran Anda telah dikembalikan", "Your payment has been refunded"},
		{Voided, "Pembayaran Anda telah dibatalkan", "Your payment has been cancelled"},
	} {
		if c.got != (Words{ID: c.id, EN: c.en}) {
			t.Errorf("%+v, want %q and %q", c.got, c.id, c.en)
		}
	}
	for _, reason := range []payment.Reason{
		payment.ReasonNotSent, payment.ReasonTimeout, payment.ReasonNotFound, payment.ReasonDuplicate, payment.ReasonMisconfigured,
		payment.ReasonNoQR,
	} {
		if w := coreWords[reason]; w.ID == "" || w.EN == "" {
			t.Errorf("%s has no words", reason)
		}
	}
}

// TestProvidersWords: a rail's words go before ours, where it has some.
func TestProvidersWords(t *testing.T) {
	t.Parallel()
	f := payment.Failure{Code: "canceled_by_customer", Operation: payment.CallPush, ProviderCode: "17"}
	if w := Failure(f, known{}); w.EN != "Payment Canceled By User" {
		t.Errorf("with a rail that knows: %+v", w)
	}
	f.ProviderCode = "99"
	if w := Failure(f, known{}); w != failed {
		t.Errorf("with a rail that does not know: %+v", w)
	}
	if w := Failure(payment.Failure{Code: string(payment.ReasonNotSent), Operation: payment.CallVoid}, nil); w != NotVoided {
		t.Errorf("a void that was not sent: %+v", w)
	}
	if w := Failure(payment.Failure{Code: "too_late", Operation: payment.CallRefund}, nil); w != NotRefunded {
		t.Errorf("a refund that was refused: %+v", w)
	}
}

// known is a rail that knows one code.
type known struct{}

func (known) Explain(_ payment.Call, code string) (rail.Explanation, bool) {
	return rail.Explanation{Indonesian: "Pembayaran dibatalkan oleh pengguna", English: "Payment Canceled By User"}, code == "17"
}

// TestEndsAreSaid: a payment that has ended is not said to be checked, also where an operator ended it without a failure,
// or where the answer that led there was in doubt; one that a person looks at is.
func TestEndsAreSaid(t *testing.T) {
	t.Parallel()
	doubt := &payment.Failure{Code: "provider_error", Operation: payment.CallPush, ProviderCode: "68"}
	for _, state := range payment.States() {
		for _, f := range []*payment.Failure{nil, doubt} {
			p := payment.Payment{State: state, Failure: f}
			said := Of(p, payment.OVOTerms(), doubtful{}, time.Time{})
			if checking := said != nil && *said == Checking; (checking && state.Final()) || (!checking && state == payment.Review) {
				t.Errorf("%s with failure %v: %q", state, f, said.EN)
			}
		}
	}
}

// doubtful is a rail that says of every code that it is being checked.
type doubtful struct{}

func (doubtful) Explain(payment.Call, string) (rail.Explanation, bool) {
	return rail.Explanation{Indonesian: Checking.ID, English: Checking.EN}, true
}
