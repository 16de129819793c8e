// Package language holds sentences in Indonesian and in English, made together so that neither is forgotten, and what the
// core's words are called in both. It knows no page and keeps nothing.
package language

import (
	"fmt"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Words are one sentence, or a part of one, in both languages.
type Words struct {
	ID string `json:"id" doc:"Indonesian."`
	EN string `json:"en" doc:"English."`
}

// Same is what both languages have in common: an id, an amount, a program's or a provider's own words.
func Same(s string) Words { return Words{s, s} }

// With fills the words in as fmt.Sprintf does. An argument that is Words is filled in in the sentence's language.
func (w Words) With(args ...any) Words {
	id, en := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		id[i], en[i] = a, a
		if words, ok := a.(Words); ok {
			id[i], en[i] = words.ID, words.EN
		}
	}
	return Words{fmt.Sprintf(w.ID, id...), fmt.Sprintf(w.EN, en...)}
}

// And adds what follows.
func (w Words) And(next Words) Words { return Words{w.ID + next.ID, w.EN + next.EN} }

// In gives the sentence in a language, id or en: in English where there is no Indonesian one, as of what was written before
// there was.
func (w Words) In(lang string) string {
	if lang == "en" || w.ID == "" {
		return w.EN
	}
	return w.ID
}

// State names a state of payments.
func State(s payment.State) Words { return of(states, s) }

// Call names what is asked of a provider.
func Call(c payment.Call) Words { return of(calls, c) }

// Class names what an answer means.
func Class(c payment.Class) Words { return of(classes, c) }

// Silence says why there was no verdict.
func Silence(s payment.Silence) Words { return of(silences, s) }

// of falls back to a word's own spelling.
func of[K ~string](names map[K]Words, k K) Words {
	if w, ok := names[k]; ok {
		return w
	}
	return Same(string(k))
}

var states = map[payment.State]Words{ // never written
	payment.Created: {ID: "dibuat", EN: "created"}, payment.Pushing: {ID: "di ponsel pelanggan", EN: "with the customer"},
	payment.Presenting: {ID: "disiapkan", EN: "being prepared"}, payment.Awaiting: {ID: "menunggu dibayar", EN: "awaiting payment"},
	payment.InDoubt: {ID: "belum pasti", EN: "in doubt"}, payment.Reversing: {ID: "sedang dibalik", EN: "being reversed"},
	payment.Paid: {ID: "lunas", EN: "paid"}, payment.Declined: {ID: "ditolak", EN: "declined"}, payment.Expired: {ID: "kedaluwarsa", EN: "expired"},
	payment.Canceled: {ID: "dibatalkan", EN: "canceled"}, payment.Reversed: {ID: "dibalik", EN: "reversed"},
	payment.Voiding: {ID: "sedang dibatalkan", EN: "being voided"}, payment.Voided: {ID: "dibatalkan (void)", EN: "voided"},
	payment.Refunding: {ID: "sedang dikembalikan", EN: "being refunded"}, payment.Refunded: {ID: "dikembalikan", EN: "refunded"},
	payment.Review: {ID: "perlu diperiksa", EN: "in review"},
}

var calls = map[payment.Call]Words{ // never written
	payment.CallPush: {ID: "Push ke ponsel", EN: "Push to the phone"}, payment.CallReversal: {ID: "Pembalikan", EN: "Reversal"},
	payment.CallCheck: {ID: "Tanya keadaan", EN: "Status check"}, payment.CallVoid: {ID: "Pembatalan (void)", EN: "Void"},
	payment.CallCheckVoid: {ID: "Tanya keadaan void", EN: "Check of the void"}, payment.CallGenerate: {ID: "Pembuatan QR", EN: "Making of a QR"},
	payment.CallRefund: {ID: "Pengembalian", EN: "Refund"}, payment.CallPost: {ID: "Pembuatan tagihan", EN: "Making of a bill"},
	payment.CallCancel: {ID: "Penarikan tagihan", EN: "Taking back of a bill"},
}

var classes = map[payment.Class]Words{ // never written
	payment.Approved: {ID: "berhasil", EN: "approved"}, payment.Refused: {ID: "ditolak", EN: "refused"}, payment.Pending: {ID: "provider belum tahu", EN: "the provider does not know yet"},
	payment.Unknown: {ID: "jawaban tidak pasti", EN: "an answer that says nothing certain"}, payment.NotFound: {ID: "tidak dikenal provider", EN: "unknown to the provider"},
	payment.WasReversed: {ID: "sudah dibalik", EN: "it has been reversed"}, payment.Duplicate: {ID: "nomor sudah pernah dipakai", EN: "the number was used before"},
	payment.Misconfigured: {ID: "ditolak, akun di provider perlu dibenahi", EN: "refused, the account at the provider needs mending"}, payment.TokenDead: {ID: "token tidak berlaku", EN: "the token was not valid"},
}

var silences = map[payment.Silence]Words{ // never written
	payment.Silent: {ID: "tidak ada jawaban", EN: "no answer"}, payment.Garbled: {ID: "jawaban tidak dapat dibaca", EN: "an answer that is no verdict"},
	payment.Interrupted: {ID: "terputus, prosesnya mati", EN: "interrupted, its process died"},
}
