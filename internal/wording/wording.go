// Package wording says what the customer is told about a payment, in Indonesian and in English: the same sentences in the
// API and on our pages. It decides nothing about a payment, and no sentence holds a phone number, a name or a balance.
package wording

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// Words are one sentence for the customer.
type Words = rail.Words

// The sentences that belong to a payment's state and not to a provider's code. Those of success and time-out are
// prescribed. Source: OVO, Push To Pay API, "Response Message"; OVO also wants the customer told that a void is in
// process, and that it is done. They are never written.
var (
	Paid      = Words{ID: "Pembayaran berhasil", EN: "Payment Success"}
	Timeout   = Words{ID: "Waktu transaksi habis", EN: "Transaction Timeout"}
	Checking  = Words{ID: "Kami sedang memeriksa pembayaran Anda", EN: "We are checking your payment"}
	Canceled  = Words{ID: "Pembayaran dibatalkan", EN: "The payment was cancelled"}
	Voiding   = Words{ID: "Pembayaran Anda sedang dibatalkan", EN: "Your payment is being cancelled"}
	Voided    = Words{ID: "Pembayaran Anda telah dibatalkan", EN: "Your payment has been cancelled"}
	NotVoided = Words{ID: "Pembayaran Anda tidak dapat dibatalkan", EN: "Your payment could not be cancelled"}
	// Of a refund.
	Refunding   = Words{ID: "Pembayaran Anda sedang dikembalikan", EN: "Your payment is being refunded"}
	Refunded    = Words{ID: "Pembayaran Anda telah dikembalikan", EN: "Your payment has been refunded"}
	NotRefunded = Words{ID: "Pembayaran Anda tidak dapat dikembalikan", EN: "Your payment could not be refunded"}
	// Of a QR.
	Making = Words{ID: "Kode QR sedang dibuat", EN: "Your QR code is being made"}
	Scan   = Words{ID: "Pindai kode QR ini dengan aplikasi pembayaran Anda", EN: "Scan this QR code with your payment app"}
	// GivePhone asks for the phone, in the words that OVO prescribes.
	GivePhone = rail.PhonePage
	// GoOn and NotInSystem answer an inquiry about a phone.
	GoOn        = Words{ID: "Nomor ini belum dapat diperiksa, silakan lanjutkan pembayaran", EN: "This number could not be checked yet, you may go on with the payment"}
	NotInSystem = Words{ID: "Nomor HP tidak terdaftar di sistem OVO", EN: "Phone Number not registered in OVO System"}

	failed = Words{ID: "Pembayaran gagal, silakan gunakan cara pembayaran lain", EN: "Payment failed, please try another way to pay"}
	again  = Words{ID: "Pembayaran gagal, silakan coba lagi", EN: "Payment failed, please try again"}
)

// coreWords are for the reasons that the core gives itself, where no provider's code explains.
var coreWords = map[payment.Reason]Words{ // never written
	payment.ReasonNotSent:       {ID: "Layanan pembayaran tidak dapat dihubungi, silakan coba lagi", EN: "The payment service could not be reached, please try again"},
	payment.ReasonTimeout:       Timeout,
	payment.ReasonNotChosen:     {ID: "Waktu untuk membayar sudah habis", EN: "The time to pay is over"},
	payment.ReasonNotFound:      again,
	payment.ReasonDuplicate:     again,
	payment.ReasonMisconfigured: failed,
	payment.ReasonNoQR:          {ID: "Kode QR tidak dapat dibuat, silakan coba lagi atau gunakan cara pembayaran lain", EN: "No QR code could be made, please try again or pay another way"},
}

// Failure says a failure to the customer: in the provider's prescribed words where it answered, else in ours. The
// explainer may be nil. A refund that was not done is said in one way: why is between merchant and provider, and what a
// provider says of one try need not hold for all of them.
func Failure(f payment.Failure, explainer rail.Explainer) Words {
	if f.Operation == payment.CallRefund {
		return NotRefunded
	}
	if explainer != nil && f.ProviderCode != "" {
		if x, ok := explainer.Explain(f.Operation, f.ProviderCode); ok && x.Indonesian != "" && x.English != "" {
			return Words{ID: x.Indonesian, EN: x.English}
		}
	}
	if f.Operation == payment.CallVoid || f.Operation == payment.CallCheckVoid {
		return NotVoided
	}
	if w, ok := coreWords[payment.Reason(f.Code)]; ok {
		return w
	}
	return failed
}

// Of is what the customer is told now; nil when there is nothing to say. From the end of the customer's time until the
// reversal is due the payment is being checked, and not timed out. The explainer may be nil.
func Of(p payment.Payment, t payment.Terms, explainer rail.Explainer, now time.Time) *Words {
	w := Checking
	switch p.State {
	case payment.Created:
		if !p.Choosing() || p.Failure == nil {
			return nil
		}
		w = Failure(*p.Failure, explainer) // and the customer may choose again
	case payment.Presenting:
		if !t.Presents() || p.CancelAsked {
			return nil
		}
		w = Making
	case payment.Awaiting:
		if !t.Presents() {
			return nil
		}
		if _, _, shown := payment.ShownQR(t, p, now); shown {
			w = Scan
		}
	case payment.Pushing:
		if now.Before(pushedAt(p).Add(t.ConfirmWithin)) {
			return nil
		}
	case payment.InDoubt, payment.Review:
	case payment.Voiding:
		w = Voiding
	case payment.Voided:
		w = Voided
	case payment.Canceled:
		w = Canceled
	case payment.Refunding:
		w = Refunding
	case payment.Refunded:
		w = Refunded
	default:
		w = ended(p, explainer)
	}
	return &w
}

// ended is for the states in which something is certain. Without a failure they are an operator's decision.
func ended(p payment.Payment, explainer rail.Explainer) Words {
	switch {
	case p.Failure != nil:
		w := Failure(*p.Failure, explainer)
		if w == Checking && p.State.Final() { // the answer was in doubt; now it is not
			return Timeout
		}
		return w
	case p.State == payment.Paid:
		return Paid
	case p.State == payment.Declined, p.State == payment.Expired:
		return failed
	case p.State == payment.Reversed:
		return Voided
	}
	return Checking
}

// pushedAt is when the current attempt began.
func pushedAt(p payment.Payment) time.Time {
	if len(p.Attempts) == 0 {
		return p.CreatedAt
	}
	return p.Attempts[len(p.Attempts)-1].PushedAt
}
