package snap

import (
	"fmt"
	"slices"
	"strconv"
)

// Code is SNAP's responseCode: the HTTP status (3 digits), the service (2) and the case
// (2). "4044701" is case 01 under HTTP 404 of service 47, QR generate.
type Code string

// NewCode puts a code together; kind is 01 in 4044701.
func NewCode(status int, service string, kind string) Code {
	return Code(strconv.Itoa(status) + service + kind)
}

// Valid tells whether c has seven digits and an HTTP status. Bank Indonesia's own portal
// has a sample with eight.
func (c Code) Valid() bool {
	return len(c) == 7 && only(string(c), digit) && c[0] >= '1' && c[0] <= '5'
}

// Status is the HTTP status in c, or 0.
func (c Code) Status() int {
	if !c.Valid() {
		return 0
	}
	n, _ := strconv.Atoi(string(c[:3]))
	return n
}

// Service is the service in c, such as "47".
func (c Code) Service() string {
	if !c.Valid() {
		return ""
	}
	return string(c[3:5])
}

// Case is the case in c, such as "01".
func (c Code) Case() string {
	if !c.Valid() {
		return ""
	}
	return string(c[5:])
}

// Succeeded tells whether the HTTP status in c is 200 or 202.
func (c Code) Succeeded() bool { return c.Status()/100 == 2 }

// Entry is a line of Bank Indonesia's table of response codes, the same for all services.
type Entry struct {
	Status  int    // HTTP
	Case    string // two digits
	Message string // as published, spelling included; match on codes only, texts vary
	Note    string // the table's meaning, in short; may be empty
}

// table is Bank Indonesia's list in its order. It is never changed.
var table = []Entry{
	{200, "00", "Successful", ""},
	{202, "00", "Request In Progress", "still processing"},
	{400, "00", "Bad Request", "general failure, message parsing included"},
	{400, "01", "Invalid Field Format {field name}", ""},
	{400, "02", "Invalid Mandatory Field {field name}", "also of headers"},
	{401, "00", "Unauthorized. [reason]", "unknown client, interface not allowed, bad signature, key not found"},
	{401, "01", "Invalid Token (B2B)", "not existing or expired"},
	{401, "02", "Invalid Customer Token", ""},
	{401, "03", "Token Not Found (B2B)", ""},
	{401, "04", "Customer Token Not Found", ""},
	{403, "00", "Transaction Expired", ""},
	{403, "01", "Feature Not Allowed [Reason]", ""},
	{403, "02", "Exceeds Transaction Amount Limit", ""},
	{403, "03", "Suspected Fraud", ""},
	{403, "04", "Activity Count Limit Exceeded", "frequency"},
	{403, "05", "Do Not Honor", "account or user abnormal"},
	{403, "06", "Feature Not Allowed At This Time. [reason]", "cut-off"},
	{403, "07", "Card Blocked", ""},
	{403, "08", "Card Expired", ""},
	{403, "09", "Dormant Account", ""},
	{403, "10", "Need To Set Token Limit", ""},
	{403, "11", "OTP Blocked", ""},
	{403, "12", "OTP Lifetime Expired", ""},
	{403, "13", "OTP Sent To Cardholer", ""},
	{403, "14", "Insufficient Funds", ""},
	{403, "15", "Transaction Not Permitted.[reason]", ""},
	{403, "16", "Suspend Transaction", ""},
	{403, "17", "Token Limit Exceeded", ""},
	{403, "18", "Inactive Card/Account/Customer", ""},
	{403, "19", "Merchant Blacklisted", ""},
	{403, "20", "Merchant Limit Exceed", ""},
	{403, "21", "Set Limit Not Allowed", ""},
	{403, "22", "Token Limit Invalid", ""},
	{403, "23", "Account Limit Exceed", ""},
	{404, "00", "Invalid Transaction Status", ""},
	{404, "01", "Transaction Not Found", ""},
	{404, "02", "Invalid Routing", ""},
	{404, "03", "Bank Not Supported By Switch", ""},
	{404, "04", "Transaction Cancelled", "by the customer"},
	{404, "05", "Merchant Is Not Registered For Card Registration Services", ""},
	{404, "06", "Need To Request OTP", ""},
	{404, "07", "Journey Not Found", ""},
	{404, "08", "Invalid Merchant", "not existing or abnormal"},
	{404, "09", "No Issuer", ""},
	{404, "10", "Invalid API Transition", ""},
	{404, "11", "Invalid Card/Account/Customer [info]/Virtual Account", ""},
	{404, "12", "Invalid Bill/Virtual Account [Reason]", ""},
	{404, "13", "Invalid Amount", "differs from what was expected"},
	{404, "14", "Paid Bill", ""},
	{404, "15", "Invalid OTP", ""},
	{404, "16", "Partner Not Found", ""},
	{404, "17", "Invalid Terminal", ""},
	{404, "18", "Inconsistent Request", "same reference number, different parameters; a success for transfers, refund and void, a failure for others"},
	{404, "19", "Invalid Bill/Virtual Account", "expired"},
	{405, "00", "Requested Function Is Not Supported", ""},
	{405, "01", "Requested Opearation Is Not Allowed", "cancel or refund not allowed now"},
	{409, "00", "Conflict", "same X-EXTERNAL-ID in the same day"},
	{409, "01", "Duplicate partnerReferenceNo", "already processed successfully"},
	{429, "00", "Too Many Requests", ""},
	{500, "00", "General Error", ""},
	{500, "01", "Internal Server Error", "try again"},
	{500, "02", "External Server Error", "at a system behind"},
	{504, "00", "Timeout", "from the issuer"},
}

// Codes is Bank Indonesia's table.
func Codes() []Entry { return slices.Clone(table) }

// Entry finds c in the table, whatever its service; ok is false for a code that the
// table does not list.
func (c Code) Entry() (e Entry, ok bool) {
	status, kind := c.Status(), c.Case()
	for _, e := range table {
		if e.Status == status && e.Case == kind {
			return e, true
		}
	}
	return Entry{Status: status, Case: kind}, false
}

// For is what c means in answer to o. A code that is not listed, or that makes no sense
// there, is Unknown: doubt leads to another question, never to "done".
func (c Code) For(o Operation) Meaning {
	m := Meaning{Follow: c.follow(o)}
	m.Text = followText(o, m.Follow)
	return m
}

// String is the code itself where it is one.
func (c Code) String() string { return maskDigits(string(c)) }

// Format prints String for every verb but %q, so that a foreign text prints masked.
func (c Code) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		print(f, strconv.Quote(c.String()))
		return
	}
	print(f, c.String())
}

func (c Code) follow(o Operation) Follow {
	if _, listed := c.Entry(); !listed || o.Service() == "" {
		return Unknown
	}
	kind := c.Status()*100 + int(c[5]-'0')*10 + int(c[6]-'0') // 40401
	if f := anywhere(kind, o); f != "" {
		return f
	}
	switch o {
	case Generate:
		return afterGenerate(kind)
	case Query:
		return afterQuery(kind)
	case Refund:
		return afterRefund(kind)
	case Cancel:
		return afterCancel(kind)
	}
	return afterAccount(kind)
}

// anywhere are the cases that mean the same for every operation.
func anywhere(kind int, o Operation) Follow {
	switch kind {
	case 200_00:
		return Done
	case 202_00:
		return Pending
	case 400_00, 400_01, 400_02, 401_00, 403_01, 403_19, 404_02, 404_08, 404_16, 404_17, 405_00:
		return Misconfigured
	case 401_01, 401_03:
		if o.bearer() {
			return TokenDead
		}
		return Misconfigured
	case 401_02, 401_04:
		if o == Unbind {
			return TokenDead // the customer's
		}
		return Misconfigured
	case 409_00, 429_00:
		return Again
	case 500_00, 500_01, 500_02, 504_00:
		return Unknown
	}
	return ""
}

// afterGenerate: without 200 there is no QR that a customer could pay, so that all
// refusals are final for the number.
func afterGenerate(kind int) Follow {
	switch {
	case kind == 409_01 || kind == 404_18:
		return Duplicate
	case kind == 405_01:
		return Misconfigured
	}
	return Declined
}

// afterQuery: a refusal of the question says nothing about the payment. That includes
// 403 00 and 404 04: whether they speak of the payment or of the question, Bank
// Indonesia does not say, and an expired or cancelled payment has a status of its own.
func afterQuery(kind int) Follow {
	switch kind {
	case 404_01:
		return NotFound
	case 403_04, 403_06:
		return Again
	case 405_01:
		return Misconfigured
	}
	return Unknown
}

// afterRefund: what Bank Indonesia lists for cards, OTPs and bills leaves a refund in
// doubt; a doubtful one is repeated with the same partnerRefundNo, which is safe.
func afterRefund(kind int) Follow {
	switch kind {
	case 403_00, 403_02, 403_03, 403_04, 403_05, 403_06, 403_14, 403_15, 403_16, 403_18, 403_20, 403_23,
		404_00, 404_13, 405_01:
		return Declined
	case 404_01:
		return NotFound
	case 404_18, 409_01:
		return Duplicate
	}
	return Unknown
}

func afterCancel(kind int) Follow {
	switch kind {
	case 403_00, 403_05, 403_06, 403_15, 403_16, 404_00, 404_13, 404_14, 405_01:
		return Declined
	case 404_01:
		return NotFound
	case 404_18, 409_01:
		return Duplicate
	}
	return Unknown
}

// afterAccount serves tokens and account binding, which move no money.
func afterAccount(kind int) Follow {
	switch kind {
	case 404_01, 404_11:
		return NotFound
	case 404_18, 409_01:
		return Duplicate
	}
	return Declined
}
