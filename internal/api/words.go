package api

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// Words are a sentence for the customer.
type Words struct {
	ID string `json:"id" doc:"Indonesian."`
	EN string `json:"en" doc:"English."`
}

// The sentences that belong to a payment's state and not to a provider's code. Those of success and time-out are
// prescribed. Source: OVO, Push To Pay API, "Response Message"; OVO also wants the customer told that a void is in
// process, and that it is done.
var (
	wordsPaid     = Words{"Pembayaran berhasil", "Payment Success"}
	wordsTimeout  = Words{"Waktu transaksi habis", "Transaction Timeout"}
	wordsChecking = Words{"Kami sedang memeriksa pembayaran Anda", "We are checking your payment"}
	wordsCanceled = Words{"Pembayaran dibatalkan", "The payment was cancelled"}
	wordsVoiding  = Words{"Pembayaran Anda sedang dibatalkan", "Your payment is being cancelled"}
	wordsVoided   = Words{"Pembayaran Anda telah dibatalkan", "Your payment has been cancelled"}
	wordsNotVoid  = Words{"Pembayaran Anda tidak dapat dibatalkan", "Your payment could not be cancelled"}
	wordsFailed   = Words{"Pembayaran gagal, silakan gunakan cara pembayaran lain", "Payment failed, please try another way to pay"}
	wordsAgain    = Words{"Pembayaran gagal, silakan coba lagi", "Payment failed, please try again"}
	wordsGoOn     = Words{"Nomor ini belum dapat diperiksa, silakan lanjutkan pembayaran", "This number could not be checked yet, you may go on with the payment"}
	wordsNoPhone  = Words{"Nomor HP tidak terdaftar di sistem OVO", "Phone Number not registered in OVO System"}
)

// coreWords are for the reasons that the core gives itself, where no provider's code explains.
var coreWords = map[payment.Reason]Words{ // never written
	payment.ReasonNotSent:       {"Layanan pembayaran tidak dapat dihubungi, silakan coba lagi", "The payment service could not be reached, please try again"},
	payment.ReasonTimeout:       wordsTimeout,
	payment.ReasonNotFound:      wordsAgain,
	payment.ReasonDuplicate:     wordsAgain,
	payment.ReasonMisconfigured: wordsFailed,
}

// failureWords says a failure to the customer: in the provider's prescribed words where it answered, else in ours.
func failureWords(f payment.Failure, explainer rail.Explainer) Words {
	if explainer != nil && f.ProviderCode != "" {
		if x, ok := explainer.Explain(f.Operation, f.ProviderCode); ok && x.Indonesian != "" && x.English != "" {
			return Words{x.Indonesian, x.English}
		}
	}
	if f.Operation == payment.CallVoid || f.Operation == payment.CallCheckVoid {
		return wordsNotVoid
	}
	if w, ok := coreWords[payment.Reason(f.Code)]; ok {
		return w
	}
	return wordsFailed
}

// messageOf is what the customer is told now; nil when there is nothing to say. From the end of the customer's time
// until the reversal is due the payment is being checked, and not timed out.
func messageOf(p payment.Payment, t payment.Terms, explainer rail.Explainer, now time.Time) *Words {
	w := wordsChecking
	switch p.State {
	case payment.Created, payment.Presenting, payment.Awaiting:
		return nil
	case payment.Pushing:
		if now.Before(pushedAt(p).Add(t.ConfirmWithin)) {
			return nil
		}
	case payment.InDoubt:
	case payment.Voiding:
		w = wordsVoiding
	case payment.Voided:
		w = wordsVoided
	case payment.Canceled:
		w = wordsCanceled
	case payment.Refunding, payment.Refunded:
		return nil
	default:
		switch {
		case p.Failure != nil:
			w = failureWords(*p.Failure, explainer)
		case p.State == payment.Paid:
			w = wordsPaid
		}
	}
	return &w
}
