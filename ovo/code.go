package ovo

import "slices"

// Code is OVO's responseCode, as sent.
type Code string

// Success is responseCode 00.
const Success Code = "00"

// Follow says what follows from a code. The strings are stable and may be stored.
type Follow string

// What may follow.
const (
	// Approved: what was asked for is so. A push or its check: paid. A void or its
	// check: voided. An inquiry: the phone is registered. (A reversal: see Reversed.)
	Approved Follow = "approved"
	// Declined: refused for good, and nothing was paid. A declined void leaves the
	// payment paid.
	Declined Follow = "declined"
	// Unknown: it may or may not have happened. A push or its check: reverse at 65 s.
	// A reversal: again. A void: ask CheckVoid. An inquiry: let the customer go on.
	Unknown Follow = "unknown"
	// NotFound: OVO does not know the payment (an inquiry: the phone). Provisional for
	// as long as the push may still be on its way: 5 minutes from its `random`.
	NotFound Follow = "not_found"
	// Reversed: the payment is undone.
	Reversed Follow = "reversed"
	// Duplicate: invoice or reference number was used before. On a push never reverse
	// (the number may be an earlier, good sale's): stop the terminal and move its number
	// on. On others: check.
	Duplicate Follow = "duplicate"
	// Misconfigured: credentials, terminal, clock or message are refused; nothing was
	// done. Alarm; on a reversal a person must look.
	Misconfigured Follow = "misconfigured"
	// Review: OVO cannot tell any more; a person must look.
	Review Follow = "review"
)

// Meaning is what a code says in answer to one operation.
type Meaning struct {
	Follow Follow
	// Asked tells whether the customer may have been asked to pay. Only where it is
	// false, and nothing is unknown, may the payment be tried another way at once.
	Asked bool
	// Text is for the customer, safe and short; empty where the customer is told
	// nothing (reversals, checks).
	Text Text
}

// Words are OVO's own for a code: title and description as printed in its table,
// contradictions and spelling included. BR stands there twice.
type Words struct{ Title, Description string }

// Entry is one code of the table.
type Entry struct {
	Code  Code
	Words []Words
	Older bool // not in the current table, only in older ones and in other people's clients
}

// table is OVO's list in its order, then the codes of older tables, whose words are
// paraphrased. It is never changed.
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

// Codes is the table of codes: OVO's current one in its order, then older ones.
func Codes() []Entry { return slices.Clone(table) }

// Entry finds a code in the table; ok is false for a code that no table lists.
func (c Code) Entry() (e Entry, ok bool) {
	for _, e := range table {
		if e.Code == c {
			return e, true
		}
	}
	return Entry{Code: c}, false
}

// For is what c means in answer to o. A code that OVO lists for another operation, or
// for none, is Unknown: doubt leads to a reversal or to another question, never to a sale.
func (c Code) For(o Operation) Meaning {
	m := Meaning{Follow: c.follow(o)}
	m.Asked = o == Push && !c.notAsked()
	m.Text = c.text(o, m.Follow)
	return m
}

func (c Code) follow(o Operation) Follow {
	switch o {
	case Push:
		return c.afterPush()
	case Reversal:
		return c.afterReversal()
	case Void:
		return c.afterVoid()
	case Check, CheckVoid:
		return c.afterCheck()
	case Inquiry:
		return c.afterInquiry()
	}
	return Unknown
}

// afterPush: 40, 68 and ER leave the wallet's word open ("General Error", "late to give
// respond", "error in OVO Systems"): reversal at 65 s.
func (c Code) afterPush() Follow {
	switch c {
	case Success:
		return Approved
	case "13", "14", "17", "26", "56", "61", "64", "65", "67", "11", "16", "51":
		return Declined
	case "58", "63", "96", "EB", "TO", "BR", "30":
		return Misconfigured
	case "94":
		return Duplicate
	}
	return Unknown
}

// afterReversal: 58, EB and 63 will not change by asking again; everything that OVO does
// not say about reversals is asked again until the cut-off.
func (c Code) afterReversal() Follow {
	switch c {
	case Success, "73":
		return Reversed
	case "25":
		return NotFound
	case "94":
		return Duplicate
	case "58", "63", "EB", "96", "BR", "30":
		return Misconfigured
	case "54":
		return Review
	}
	return Unknown
}

// afterVoid: a refused void leaves the payment paid; a doubtful one is asked about by
// CheckVoid, never voided again blindly.
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

// afterCheck: OVO, Push To Pay API, Check Payment: "If merchant get RC=40 or RC=58,
// merchant need to call reversal at 65s". 63, EB, TO and BR refuse the question and say
// nothing about the payment.
func (c Code) afterCheck() Follow {
	switch c {
	case Success:
		return Approved
	case "25":
		return NotFound
	case "73":
		return Reversed
	case "54", "96":
		return Review
	case "63", "EB", "TO", "BR", "30":
		return Misconfigured
	}
	return Unknown
}

func (c Code) afterInquiry() Follow {
	switch c {
	case Success:
		return Approved
	case "14":
		return NotFound
	case "56", "64":
		return Declined
	case "58", "63", "96", "EB", "TO", "BR", "30":
		return Misconfigured
	}
	return Unknown
}

// notAsked: codes of a push that OVO refuses before it turns to the customer. 26 is not
// among them: the push may have reached the app although OVO believes that it failed.
// ER is, but stays Unknown, so that nothing is tried before its reversal.
func (c Code) notAsked() bool {
	switch c {
	case "14", "58", "EB", "ER", "63", "BR", "TO", "96":
		return true
	}
	return false
}
