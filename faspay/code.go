package faspay

import "slices"

// Code is a response_code, as sent. In answer to Direct it is OVO's, elsewhere Faspay's.
type Code string

// Success is response_code 00.
const Success Code = "00"

// Follow says what follows from a code. The strings are stable and may be stored.
type Follow string

// What may follow.
const (
	// Done: the bill exists, is cancelled, or is told of: see Response.Status. Of a
	// payment it says nothing.
	Done Follow = "done"
	// Accepted: the customer is being asked. The result comes by notification.
	Accepted Follow = "accepted"
	// Refused: not done and, for a Direct, not paid; an inquiry confirms it.
	Refused Follow = "refused"
	// Duplicate: this bill_no was used before; take a new one.
	Duplicate Follow = "duplicate"
	// NotFound: Faspay knows no such bill.
	NotFound Follow = "not_found"
	// Closed: the bill is cancelled, expired or reversed; an inquiry says which.
	Closed Follow = "closed"
	// AlreadyPaid: the bill is paid, so that it cannot be cancelled or paid again.
	AlreadyPaid Follow = "already_paid"
	// Unknown: it may or may not have happened: ask.
	Unknown Follow = "unknown"
	// Misconfigured: credentials, address or message are refused; nothing was done. Alarm.
	Misconfigured Follow = "misconfigured"
)

// Meaning is what a code says in answer to one operation.
type Meaning struct {
	Follow Follow
	// Asked tells whether the customer may have been asked to pay. Only where it is
	// false may the payment be tried another way at once.
	Asked bool
	// Text is for the customer, safe and short; empty where the customer is told nothing.
	Text Text
}

// Entry is one code of the tables.
type Entry struct {
	Code   Code
	Words  string // Faspay's own, spelling included
	Older  string // what another of its pages says in their place
	Direct string // OVO's title for the same code, in answer to Direct
}

// table is Faspay's list, then codes of OVO's that only Direct brings. It is never
// changed. On 56 and 63 two of Faspay's pages contradict each other; 63 as security
// violation is ISO 8583's meaning and the fresher page's.
var table = []Entry{
	{"00", "Success", "", "Success / Approved"},
	{"03", "Invalid Merchant", "", ""},
	{"13", "Invalid Amount", "", "Invalid Amount"},
	{"14", "Invalid Order", "", "Invalid Mobile Number / OVO ID"},
	{"17", "Order Cancelled by Merchant/Customer", "", "Transaction Decline"},
	{"18", "Invalid Customer or MSISDN is not found", "", ""},
	{"21", "Subscription is Expired", "", ""},
	{"30", "Format Error", "", ""},
	{"40", "Requested Function not Supported", "", "Transaction Failed"},
	{"54", "Order is Expired", "", "Transaction Expired (More than 7 days)"},
	{"55", "Incorrect User/Password", "", ""},
	{"56", "Not Active / Suspended", "Security Violation (from unknown IP-Address)", "Card Blocked. Please call 1500696"},
	{"63", "Security Violation (from unknown IP-Address)", "Not Active / Suspended", "Secutiry Violation"},
	{"66", "internal Error", "", ""},
	{"80", "Payment Was Reversal", "", ""},
	{"81", "Already Been Paid", "", ""},
	{"82", "Unregistered Entity", "", ""},
	{"83", "Parameter is mandatory", "", ""},
	{"84", "Unregistered Parameters", "", ""},
	{"85", "Insufficient Paramaters", "", ""},
	{"96", "System Malfunction", "", "Invalid Processing Code"},
	{"25", "", "", "Transaction Not Found"},
	{"26", "", "", "Transaction Failed"},
	{"51", "", "", ""},
	{"58", "", "", "Transaction Not Allowed"},
	{"61", "", "", "Exceed Transaction Limit"},
	{"64", "", "", "Account Blocked. Please call 1500696"},
	{"65", "", "", "Transaction Failed"},
	{"67", "", "", "Below Transaction Limit"},
	{"68", "", "", "Transaction Pending / Timeout"},
	{"73", "", "", "Transaction has been reversed"},
	{"94", "", "", "Duplicate request params"},
	{"BR", "", "", "Bad request"},
	{"EB", "", "", "Terminal Blocked"},
	{"ER", "", "", "System Failure"},
	{"TO", "", "", "Timeout"},
}

// Codes is the table of codes: Faspay's in its order, then OVO's.
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

// For is what c means in answer to o. A code that nobody lists for it is Unknown: doubt
// leads to another question, never to a sale and never to a second push.
func (c Code) For(o Operation) Meaning {
	switch o {
	case PostData:
		return Meaning{Follow: c.afterPost()}
	case Inquiry, Cancel:
		return Meaning{Follow: c.afterBill()}
	case Channels:
		if c == Success {
			return Meaning{Follow: Done}
		}
		if c.badSettings() {
			return Meaning{Follow: Misconfigured}
		}
	case Direct:
		m := Meaning{Follow: c.afterDirect(), Asked: !c.notAsked()}
		m.Text = c.directText(m.Follow)
		return m
	}
	return Meaning{Follow: Unknown}
}

// badSettings: what will not change by sending it again.
func (c Code) badSettings() bool {
	switch c {
	case "03", "21", "30", "40", "55", "56", "63", "82", "83", "84", "85":
		return true
	}
	return false
}

func (c Code) afterPost() Follow {
	switch c {
	case Success:
		return Done
	case "13", "14", "18":
		return Refused
	case "17", "54", "80", "81":
		return Duplicate // a new bill can be neither closed nor paid: it is another's number
	}
	if c.badSettings() {
		return Misconfigured
	}
	return Unknown
}

// afterBill: of an inquiry or a cancel.
func (c Code) afterBill() Follow {
	switch c {
	case Success:
		return Done
	case "14":
		return NotFound
	case "17", "54", "80":
		return Closed
	case "81":
		return AlreadyPaid
	}
	if c.badSettings() {
		return Misconfigured
	}
	return Unknown
}

// afterDirect reads OVO's codes, which public clients have seen Faspay hand through, and
// Faspay's own where OVO has no such code. 40, 68, ER and 94 leave it open what became of
// the push, and so does 96: to OVO a wrong processing code, to Faspay a malfunction.
func (c Code) afterDirect() Follow {
	switch c {
	case Success:
		return Accepted
	case "13", "14", "17", "18", "26", "51", "56", "61", "64", "65", "67":
		return Refused
	case "54", "73", "80":
		return Closed
	case "81":
		return AlreadyPaid
	case "03", "21", "30", "55", "58", "63", "82", "83", "84", "85", "BR", "EB", "TO":
		return Misconfigured
	}
	return Unknown
}

// notAsked: codes of a Direct by which Faspay or OVO refuses before it turns to the
// customer, in both readings where the two differ; so 96 is not among them.
func (c Code) notAsked() bool {
	switch c {
	case "03", "14", "18", "21", "30", "55", "58", "63", "82", "83", "84", "85", "BR", "EB", "TO":
		return true
	}
	return false
}

func (c Code) directText(f Follow) Text {
	switch c {
	case "14", "18":
		return textNotOnApps
	case "17":
		return textByUser
	case "26":
		return textPushFailed
	case "51":
		return textFunds
	case "56":
		return textCardBlocked
	case "61", "65":
		return textLimit
	case "64":
		return textBlocked
	case "67":
		return textBelow
	}
	switch f {
	case Accepted:
		return textWaiting
	case Refused, Misconfigured:
		return textFailed
	}
	return textChecking
}
