package snap

// Follow says what follows from an answer. The strings are stable and may be stored.
type Follow string

// What may follow.
const (
	// Done: what was asked for is so. A generate: Answer.QR can be shown. A query: it
	// was answered, and Answer.Payment.Status decides. A refund: refunded. A cancel:
	// cancelled. A token: Answer.Token.
	Done Follow = "done"
	// Pending: taken, still processing. A generate: as Unknown. Others: ask by Query; a
	// refund may be repeated with the same partnerRefundNo.
	Pending Follow = "pending"
	// Declined: refused for good, and nothing was done. A generate: its
	// partnerReferenceNo is used up. A declined refund or cancel leaves the payment as it
	// is; but if an earlier try of the same refund had no answer, that one may have been
	// done, and Query tells.
	Declined Follow = "declined"
	// Unknown: it may or may not have been done. A generate: nothing was charged; its
	// number is burnt, take a new one. A query: ask again, later. A refund: repeat with
	// the same partnerRefundNo, and Query.
	Unknown Follow = "unknown"
	// NotFound: OVO does not know the payment, or the account to be bound. For a QR
	// that was just made it may be too early.
	NotFound Follow = "not_found"
	// Duplicate: the reference number was used before. A generate: OVO is not
	// idempotent; take a new number. A refund or cancel: an earlier try may have been
	// done; ask by Query.
	Duplicate Follow = "duplicate"
	// TokenDead: the token is not valid any more and nothing was done. Get a new one at
	// once and send the request again, with a new X-EXTERNAL-ID.
	TokenDead Follow = "token_dead"
	// Again: refused for a passing reason (rate, X-EXTERNAL-ID used today) and nothing
	// was done. Later once more, with a new X-EXTERNAL-ID.
	Again Follow = "again"
	// Misconfigured: credentials, merchant, terminal, clock or message are refused;
	// nothing was done. Alarm.
	Misconfigured Follow = "misconfigured"
)

// Meaning is what a code says in answer to one operation.
type Meaning struct {
	Follow Follow
	// Text is for the customer, safe and short; empty where the customer is told nothing.
	Text Text
}

// Text is one sentence for the customer in both languages, safe to show.
type Text struct {
	EN string
	ID string // Indonesian
}

// Sentences for the customer. They are ours, but for the first, which is OVO's for its
// other ways to pay, and are never changed.
var (
	textPaid      = Text{"Payment Success", "Pembayaran berhasil"}
	textScan      = Text{"Scan this QR code with your payment app", "Pindai kode QR ini dengan aplikasi pembayaran Anda"}
	textNoQR      = Text{"No QR code could be made, please try again or pay another way", "Kode QR tidak dapat dibuat, silakan coba lagi atau gunakan cara pembayaran lain"}
	textUnpaid    = Text{"The payment was not made", "Pembayaran tidak terjadi"}
	textCanceled  = Text{"Payment Canceled", "Pembayaran dibatalkan"}
	textRefunded  = Text{"Your payment has been refunded", "Pembayaran Anda telah dikembalikan"}
	textRefunding = Text{"Your payment is being refunded", "Pembayaran Anda sedang dikembalikan"}
)

func followText(o Operation, f Follow) Text {
	switch {
	case o == Generate && f == Done:
		return textScan
	case o == Generate:
		return textNoQR
	case o == Refund && f == Done:
		return textRefunded
	case o == Refund && (f == Pending || f == Unknown || f == Duplicate):
		return textRefunding
	case o == Cancel && f == Done:
		return textCanceled
	}
	return Text{}
}

// Status is SNAP's latestTransactionStatus, as sent.
type Status string

// Bank Indonesia's statuses. There is none for "expired": what OVO says after 75 s is
// not published, and [StatusFailed] is the likeliest.
const (
	StatusSuccess   Status = "00"
	StatusInitiated Status = "01"
	StatusPaying    Status = "02"
	StatusPending   Status = "03"
	StatusRefunded  Status = "04"
	StatusCanceled  Status = "05"
	StatusFailed    Status = "06"
	StatusNotFound  Status = "07"
)

// State is what a Status says about the money. The strings are stable and may be stored.
type State string

// What may be with the money.
const (
	Paid     State = "paid"
	Waiting  State = "waiting"   // not yet paid
	Refunded State = "refunded"  // was paid, and given back
	Canceled State = "canceled"  // final, nothing was paid
	Failed   State = "failed"    // final, nothing was paid; expired QRs too
	Missing  State = "not_found" // unknown to OVO, perhaps not yet known
	Unlisted State = "unlisted"  // none of Bank Indonesia's; ask again
)

// State translates the status. One that Bank Indonesia does not list is never final.
func (s Status) State() State {
	switch s {
	case StatusSuccess:
		return Paid
	case StatusInitiated, StatusPaying, StatusPending:
		return Waiting
	case StatusRefunded:
		return Refunded
	case StatusCanceled:
		return Canceled
	case StatusFailed:
		return Failed
	case StatusNotFound:
		return Missing
	}
	return Unlisted
}

// Final tells whether nothing but a refund can follow.
func (s Status) Final() bool {
	switch s.State() {
	case Paid, Refunded, Canceled, Failed:
		return true
	}
	return false
}

// Words are Bank Indonesia's for the status; empty for one that it does not list.
func (s Status) Words() string {
	switch s {
	case StatusSuccess:
		return "Success"
	case StatusInitiated:
		return "Initiated"
	case StatusPaying:
		return "Paying"
	case StatusPending:
		return "Pending"
	case StatusRefunded:
		return "Refunded"
	case StatusCanceled:
		return "Canceled"
	case StatusFailed:
		return "Failed"
	case StatusNotFound:
		return "Not found"
	}
	return ""
}

// Text is what the customer is told; empty while nothing is certain.
func (s Status) Text() Text {
	switch s.State() {
	case Paid:
		return textPaid
	case Refunded:
		return textRefunded
	case Canceled:
		return textCanceled
	case Failed:
		return textUnpaid
	}
	return Text{}
}
