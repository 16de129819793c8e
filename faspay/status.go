package faspay

import "slices"

// Status is Faspay's payment_status_code, one digit.
type Status string

// The status codes of Faspay's debit API. There is no 6.
const (
	Unprocessed   Status = "0"
	InProcess     Status = "1"
	Paid          Status = "2"
	Failed        Status = "3"
	Reversed      Status = "4"
	NoBill        Status = "5"
	Expired       Status = "7"
	Canceled      Status = "8"
	UnknownStatus Status = "9"
)

// StatusFollow says what follows from a status. The strings are stable and may be stored.
type StatusFollow string

// What may follow from a status.
const (
	BillOpen     StatusFollow = "open"      // nothing final: wait, or ask again
	BillPaid     StatusFollow = "paid"      // the customer has paid
	BillFailed   StatusFollow = "failed"    // the payment did not come about
	BillReversed StatusFollow = "reversed"  // it was given back, also after it was paid
	BillNotFound StatusFollow = "not_found" // Faspay knows no such bill
	BillExpired  StatusFollow = "expired"   // its time is over, unpaid
	BillCanceled StatusFollow = "canceled"  // it was taken back, unpaid
	BillUnknown  StatusFollow = "unknown"   // Faspay does not know: ask again
)

// StatusEntry is one line of the table of statuses.
type StatusEntry struct {
	Status Status
	Words  string // Faspay's own
	Follow StatusFollow
	Final  bool // no later status is expected; Paid may still become Reversed
	Text   Text
}

// statuses is never changed.
var statuses = []StatusEntry{
	{Unprocessed, "Unprocessed", BillOpen, false, textWaiting},
	{InProcess, "In process", BillOpen, false, textWaiting},
	{Paid, "Payment success", BillPaid, true, textSuccess},
	{Failed, "Failed", BillFailed, true, textFailed},
	{Reversed, "Reversal", BillReversed, true, textReversed},
	{NoBill, "No bills found", BillNotFound, false, textChecking},
	{Expired, "Expired", BillExpired, true, textExpired},
	{Canceled, "Cancelled", BillCanceled, true, textCanceled},
	{UnknownStatus, "Unknown", BillUnknown, false, textChecking},
}

// Statuses is the table of statuses in Faspay's order.
func Statuses() []StatusEntry { return slices.Clone(statuses) }

// Meaning is the status's line of the table. A status that no table lists is unknown.
func (s Status) Meaning() StatusEntry {
	for _, e := range statuses {
		if e.Status == s {
			return e
		}
	}
	return StatusEntry{s, "", BillUnknown, false, textChecking}
}

// valid tells whether s is one digit.
func (s Status) valid() bool { return len(s) == 1 && digit(s[0]) }
