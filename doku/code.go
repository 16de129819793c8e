package doku

import "slices"

// Code is OVO's response_code, as DOKU hands it on. NoResponse is also sent as "".
type Code string

// Codes with a name.
const (
	Success    Code = "00"
	NoResponse Code = "-" // the customer did not respond
)

// Follow says what follows from an answer. The strings are stable and may be stored.
type Follow string

// What may follow.
const (
	// Approved: what was asked for is so. A push, or a check: paid. A void: voided.
	Approved Follow = "approved"
	// Declined: refused for good, and nothing was paid. A declined void leaves the
	// payment paid.
	Declined Follow = "declined"
	// Unanswered: the customer did not respond. Final only when a check says so too.
	Unanswered Follow = "unanswered"
	// Pending: not final yet. Ask by Check, again later.
	Pending Follow = "pending"
	// Unknown: it may or may not have happened. Ask by Check.
	Unknown Follow = "unknown"
	// NotFound: DOKU does not know the payment. Provisional for as long as the push may
	// still be on its way.
	NotFound Follow = "not_found"
	// Reversed: the payment is undone: voided, refunded or reversed.
	Reversed Follow = "reversed"
	// Duplicate: the invoice number was used before, maybe by an earlier, good sale. A
	// check shows it; a person must look where invoice numbers come from.
	Duplicate Follow = "duplicate"
	// Misconfigured: credentials, terminal, clock or message are refused; nothing was
	// done. Alarm. On a check it says nothing about the payment.
	Misconfigured Follow = "misconfigured"
)

// Meaning is what an answer says.
type Meaning struct {
	Follow Follow
	// Asked tells whether the customer may have been asked to pay. Only where it is
	// false, and nothing is unknown, may the payment be tried another way at once.
	Asked bool
	// Text is for the customer, safe and short; empty where the customer is told nothing
	// (checks).
	Text Text
}

// Words are the provider's own for a code: title and description as printed in DOKU's OVO
// Response Code Mapping, contradictions and spelling included. BR stands there twice.
type Words struct{ Title, Description string }

// Entry is one code of the table.
type Entry struct {
	Code  Code
	Words []Words
	Older bool // not in the current table, only in older ones and in other people's clients
}

// table is DOKU's list in its order, then the codes of older tables of OVO's, whose words
// are paraphrased. It is never changed.
var table = []Entry{
	{"00", []Words{{"Success / Approved", "Success / Approved Transaction"}}, false},
	{"13", []Words{{"Invalid Amount", "Amount is missing ( less than Rp 1 )"}}, false},
	{"14", []Words{{"Invalid Mobile Number / OVO ID", "Phone number / OVO ID not found in OVO System"}}, false},
	{"17", []Words{{"Transaction Decline", "OVO User canceled payment using OVO Apps"}}, false},
	{"25", []Words{{"Transaction Not Found", "Payment status not found when called by Check Payment Status API"}}, false},
	{"26", []Words{{"Transaction Failed", "Failed push payment confirmation to OVO Apps"}}, false},
	{"40", []Words{{"Transaction Failed", "General Error from OVO, please check to OVO"}}, false},
	{"54", []Words{{"Transaction Expired (More than 7 days)", "Transaction details already expired when API check payment status called"}}, false},
	{"56", []Words{{"Card Blocked. Please call 1500696", "Card is blocked, unable to process card transaction"}}, false},
	{"58", []Words{{"Transaction Not Allowed", "Transaction module not registered in OVO Systems"}}, false},
	{"61", []Words{{"Exceed Transaction Limit", "Amount / count exceed limit, set by user"}}, false},
	{"63", []Words{{"Secutiry Violation", "Authentication Failed"}}, false},
	{"64", []Words{{"Account Blocked. Please call 1500696", "Account is blocked, unable to process transaction"}}, false},
	{"65", []Words{{"Transaction Failed", "Limit transaction exceeded, limit on count or amount"}}, false},
	{"67", []Words{{"Below Transaction Limit", "The transaction amount is less than the minimum payment"}}, false},
	{"68", []Words{{"Transaction Pending / Timeout", "OVO Wallet late to give respond to OVO JPOS"}}, false},
	{"73", []Words{{"Transaction has been reversed", "Transaction has been reversed by API Reversal Push to Pay in Check Payment Status API"}}, false},
	{"94", []Words{{"Duplicate request params", "Duplication on merchant invoice or reference number"}}, false},
	{"96", []Words{{"Invalid Processing Code", "Invalid Processing Code inputted during Call API Check Payment Status"}}, false},
	{"ER", []Words{{"System Failure", "There is an error in OVO Systems, Credentials not found in OVO Systems"}}, false},
	{"EB", []Words{{"Terminal Blocked", "TID and/or MID not registered in OVO Systems"}}, false},
	{"TO", []Words{{"Timeout", "Request has expired due to invalid usage of unix timestamp (5 minutes max.)"}}, false},
	{"BR", []Words{
		{"Bad request", "Incorrect JSON Format setup"},
		{"Invalid format request", "Invalid store code, empty storecode, or invalid appsource"},
	}, false},
	{NoResponse, []Words{{"No response", "User did not give any response within the remaining time to finish the transaction"}}, false},
	{"8", []Words{{"", "voucher already used"}}, true},
	{"11", []Words{{"", "bad account type"}}, true},
	{"16", []Words{{"", "bad card"}}, true},
	{"18", []Words{{"", "bad voucher"}}, true},
	{"30", []Words{{"", "format error"}}, true},
	{"44", []Words{{"", "refund code expired"}}, true},
	{"51", []Words{{"", "insufficient funds"}}, true},
	{"57", []Words{{"", "not refundable"}}, true},
	{"66", []Words{{"", "bad code"}}, true},
}

// Codes is the table of codes: DOKU's in its order, then older ones.
func Codes() []Entry { return slices.Clone(table) }

// Entry finds a code in the table, "" as NoResponse; ok is false for a code that is not
// listed.
func (c Code) Entry() (e Entry, ok bool) {
	if c == "" {
		c = NoResponse
	}
	for _, e := range table {
		if e.Code == c {
			return e, true
		}
	}
	return Entry{Code: c}, false
}

// For is what c means in answer to a push or a void, if DOKU's status does not contradict
// it: see Payment.Meaning. A code that is not listed, or makes no sense there, is Unknown:
// doubt leads to a check, never to a sale.
func (c Code) For(o Operation) Meaning {
	m := Meaning{Follow: Unknown}
	switch o {
	case Push:
		m.Follow, m.Asked = c.afterPush(), !c.notAsked()
	case Void:
		m.Follow = c.afterVoid()
	}
	m.Text = c.text(o, m.Follow)
	return m
}

// afterPush: 40, 68 and ER leave the wallet's word open ("General Error", "late to give
// respond", "error in OVO Systems"); 25, 54 and 73 answer other questions.
func (c Code) afterPush() Follow {
	switch c {
	case Success:
		return Approved
	case "13", "14", "17", "26", "56", "61", "64", "65", "67", "11", "16", "51":
		return Declined
	case NoResponse, "":
		return Unanswered
	case "58", "63", "96", "EB", "TO", "BR", "30":
		return Misconfigured
	case "94":
		return Duplicate
	}
	return Unknown
}

// afterVoid: a refused void leaves the payment paid; a doubtful one is asked about by
// Check, never voided again blindly.
func (c Code) afterVoid() Follow {
	switch c {
	case Success:
		return Approved
	case "73":
		return Reversed
	case "25":
		return NotFound
	case "94":
		return Duplicate
	case "13", "14", "17", "26", "54", "56", "57", "61", "64", "65", "67":
		return Declined
	case "58", "63", "96", "EB", "TO", "BR", "30":
		return Misconfigured
	}
	return Unknown
}

// notAsked: codes of a push that is refused before the customer is turned to. 26 is not
// among them: the push may have reached the app although OVO believes that it failed.
// ER is, but stays Unknown, so that nothing is tried before its check.
func (c Code) notAsked() bool {
	switch c {
	case "14", "58", "EB", "ER", "63", "BR", "TO", "96":
		return true
	}
	return false
}

// proper tells whether c has the form of a code: up to 4 letters and digits, or "-".
func (c Code) proper() bool {
	return c == NoResponse || len(c) <= 4 && only(string(c), func(b byte) bool { return name(b) && b != '-' && b != '_' && b != '.' })
}

// Status is DOKU's word for where a payment stands: ovo_payment.status of a push,
// transaction.status of a check and a notification.
type Status string

// DOKU's statuses. DOKU, Check Status API; the guide of this product names SUCCESS only.
const (
	StatusPending  Status = "PENDING"
	StatusSuccess  Status = "SUCCESS"
	StatusFailed   Status = "FAILED"
	StatusExpired  Status = "EXPIRED"
	StatusRefunded Status = "REFUNDED"
	StatusTimeout  Status = "TIMEOUT"  // e-money only, and not final
	StatusRedirect Status = "REDIRECT" // the customer is being led to pay
)

// Statuses lists them all.
func Statuses() []Status {
	return []Status{StatusPending, StatusSuccess, StatusFailed, StatusExpired, StatusRefunded, StatusTimeout, StatusRedirect}
}

// Follow is what s means in a check or a notification.
func (s Status) Follow() Follow {
	switch s {
	case StatusSuccess:
		return Approved
	case StatusFailed, StatusExpired:
		return Declined
	case StatusRefunded:
		return Reversed
	case StatusPending, StatusTimeout, StatusRedirect:
		return Pending
	}
	return Unknown
}

// Final tells whether DOKU will not change s by itself any more. A SUCCESS can still
// become REFUNDED, by a void.
func (s Status) Final() bool {
	f := s.Follow()
	return f == Approved || f == Declined || f == Reversed
}

// proper tells whether s is a word in capitals, such as DOKU's are.
func (s Status) proper() bool {
	return len(s) <= 32 && only(string(s), func(b byte) bool { return b >= 'A' && b <= 'Z' || b == '_' })
}
