package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// ovoMessage is a request body of OVO's API, read strictly: exact names, exact
// types, no member twice. It is read here and not with the client's types, so that
// client and sandbox cannot be wrong together.
type ovoMessage struct {
	kind, processing   string // "type", "processingCode"
	amountText, date   string
	referenceText      string
	tid, mid           string
	merchantID         string
	storeCode          string
	appSource          string
	batchText, invoice string
	phoneText          string

	// What the texts mean; set by read.
	operation        Operation
	amount           int64
	reference, batch uint32
	phone            string // 08…
	day              time.Time

	amountIsNumber  bool
	referenceNumber bool // sent as a JSON number
	batchIsNumber   bool
	unknown         string // a member that is not in the document
	broken          []Rule
}

const (
	ovoBodyMax = 64 << 10
	ovoDate    = "2006-01-02 15:04:05.000"
	amountMax  = 1e15
)

// parseOVO reads body; rule is empty if it is well-formed.
func parseOVO(body string) (m *ovoMessage, rule Rule, detail string) {
	m = &ovoMessage{}
	r := jsonReader{text: body}
	if !r.open() {
		return m, RuleJSON, "the body is no JSON object"
	}
	var seen uint32
	for r.next() {
		rule, detail = m.member(&r, &seen)
		if rule != "" {
			return m, rule, detail
		}
	}
	m.understand()
	return m, "", ""
}

// member reads one member of the outer object.
func (m *ovoMessage) member(r *jsonReader, seen *uint32) (Rule, string) {
	name := r.name
	var into *string
	var bit uint32
	switch name {
	case "type":
		into, bit = &m.kind, 1<<0
	case "processingCode":
		into, bit = &m.processing, 1<<1
	case "amount":
		into, bit = &m.amountText, 1<<2
	case "date":
		into, bit = &m.date, 1<<3
	case "referenceNumber":
		into, bit = &m.referenceText, 1<<4
	case "tid":
		into, bit = &m.tid, 1<<5
	case "mid":
		into, bit = &m.mid, 1<<6
	case "merchantId":
		into, bit = &m.merchantID, 1<<7
	case "storeCode":
		into, bit = &m.storeCode, 1<<8
	case "appSource":
		into, bit = &m.appSource, 1<<9
	case "transactionRequestData":
		if *seen&(1<<10) != 0 {
			return RuleJSON, name + " stands twice"
		}
		*seen |= 1 << 10
		return m.requestData(r, seen)
	default:
		m.unknown = name
		r.skip()
		return "", ""
	}
	return m.field(r, seen, bit, name, into)
}

// requestData reads transactionRequestData.
func (m *ovoMessage) requestData(r *jsonReader, seen *uint32) (Rule, string) {
	if !r.open() {
		return RuleFieldType, "transactionRequestData is an object"
	}
	for r.next() {
		var into *string
		var bit uint32
		switch r.name {
		case "batchNo":
			into, bit = &m.batchText, 1<<11
		case "merchantInvoice":
			into, bit = &m.invoice, 1<<12
		case "phone":
			into, bit = &m.phoneText, 1<<13
		default:
			m.unknown = r.name
			r.skip()
			continue
		}
		if rule, detail := m.field(r, seen, bit, r.name, into); rule != "" {
			return rule, detail
		}
	}
	return "", ""
}

// field reads a value into a text. Everything is a string but the amount; numbers are
// let through where clients send them, and noted later.
func (m *ovoMessage) field(r *jsonReader, seen *uint32, bit uint32, name string, into *string) (Rule, string) {
	if *seen&bit != 0 {
		return RuleJSON, name + " stands twice"
	}
	*seen |= bit
	text, kind := r.scalar()
	*into = text
	switch {
	case kind == 'z': // null is as good as absent
		*into = ""
	case into == &m.amountText:
		if kind != 'n' {
			return RuleFieldType, "amount is a number"
		}
		m.amountIsNumber = true
	case kind == 's':
	case kind == 'n' && into == &m.referenceText:
		m.referenceNumber = true
	case kind == 'n' && into == &m.batchText:
		m.batchIsNumber = true
	default:
		return RuleFieldType, name + " is a string"
	}
	return "", ""
}

// understand turns texts into values; what cannot be understood stays zero.
func (m *ovoMessage) understand() {
	switch m.kind + m.processing {
	case "0200040000":
		m.operation = OperationPush
	case "0400040000":
		m.operation = OperationReversal
	case "0200020040":
		m.operation = OperationVoid
	case "0100040000":
		m.operation = OperationCheckPush
	case "0100020040":
		m.operation = OperationCheckVoid
	case "0100050000":
		m.operation = OperationInquiry
	}
	if amount, err := strconv.ParseInt(m.amountText, 10, 64); err == nil && amount > 0 && amount <= amountMax {
		m.amount = amount
	}
	m.reference, m.batch = sixDigits(m.referenceText), sixDigits(m.batchText)
	m.phone, _ = normalPhone(m.phoneText)
	m.day = parseDate(m.date)
}

// sixDigits reads 1 to 6 digits, padded or not; 0 means that it is none.
func sixDigits(s string) uint32 {
	if len(s) == 0 || len(s) > 6 || !digits(s) {
		return 0
	}
	n := uint32(0)
	for i := range len(s) {
		n = n*10 + uint32(s[i]-'0')
	}
	return n
}

// parseDate reads yyyy-MM-dd HH:mm:ss.SSS in WIB; the zero time means that it is none.
func parseDate(s string) time.Time {
	if len(s) != len(ovoDate) {
		return time.Time{}
	}
	for i := range len(s) {
		if c, like := s[i], ovoDate[i]; like >= '0' && like <= '9' {
			if c < '0' || c > '9' {
				return time.Time{}
			}
		} else if c != like {
			return time.Time{}
		}
	}
	n := func(from, to int) (n int) {
		for _, c := range s[from:to] {
			n = n*10 + int(c-'0')
		}
		return n
	}
	t := time.Date(n(0, 4), time.Month(n(5, 7)), n(8, 10), n(11, 13), n(14, 16), n(17, 19), n(20, 23)*1e6, WIB)
	if t.Day() != n(8, 10) || t.Month() != time.Month(n(5, 7)) || t.Hour() != n(11, 13) || t.Minute() != n(14, 16) || t.Second() != n(17, 19) {
		return time.Time{} // 31 February and the like roll over in time.Date
	}
	return t
}

// jsonReader walks over JSON that json.Valid has already accepted, so that it needs
// to tell structure from text but not right from wrong.
type jsonReader struct {
	text string
	at   int
	name string // of the member next has found
}

func (r *jsonReader) space() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
		default:
			return c
		}
	}
	return 0
}

// open enters an object.
func (r *jsonReader) open() bool {
	if r.space() != '{' {
		return false
	}
	r.at++
	return true
}

// next finds the next member of the object, or leaves it.
func (r *jsonReader) next() bool {
	if r.space() != '"' {
		r.at = min(r.at+1, len(r.text))
		return false
	}
	r.name, _ = r.scalar()
	return true
}

// scalar reads a string ('s'), number ('n'), null ('z') or boolean ('b'); anything
// else is skipped and reported as 'o'.
func (r *jsonReader) scalar() (string, byte) {
	switch c := r.space(); {
	case c == '"':
		return r.quoted(), 's'
	case c == '-' || c >= '0' && c <= '9':
		start := r.at
		for r.at < len(r.text) && strings.IndexByte("+-0123456789.eE", r.text[r.at]) >= 0 {
			r.at++
		}
		return r.text[start:r.at], 'n'
	case c == 'n':
		r.at = min(r.at+len("null"), len(r.text))
		return "", 'z'
	case c == 't' || c == 'f':
		for r.at < len(r.text) && r.text[r.at] >= 'a' && r.text[r.at] <= 'z' {
			r.at++
		}
		return "", 'b'
	}
	r.skip()
	return "", 'o'
}

func (r *jsonReader) quoted() string {
	start, escaped := r.at, false
	for r.at++; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			escaped = true
			r.at++
		case '"':
			r.at++
			if !escaped {
				return r.text[start+1 : r.at-1]
			}
			var s string
			if json.Unmarshal([]byte(r.text[start:r.at]), &s) != nil {
				return ""
			}
			return s
		}
	}
	r.at = len(r.text)
	return ""
}

// skip passes over one value of any kind.
func (r *jsonReader) skip() {
	depth := 0
	for {
		switch r.space() {
		case 0:
			return
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		default:
			r.scalar()
		}
		if depth <= 0 {
			return
		}
	}
}

// ovoAnswer is what stands in a response body besides the echo.
type ovoAnswer struct {
	code    string
	trace   int
	at      time.Time
	payment *payment // with its figures, for approvals
	foreign bool     // echo another transaction's number
}

// appendOVO writes a response body. Types are those that typed clients declare:
// referenceNumber and traceNumber are numbers here, all response data are strings.
func appendOVO(b []byte, m *ovoMessage, a ovoAnswer) []byte {
	tid, reference, batch := m.tid, m.reference, m.batchText
	if a.foreign {
		tid, reference = "99999999", m.reference%999999+1
	}
	b = append(b, `{"type":`...)
	b = appendText(b, responseType(m.kind))
	b = append(b, `,"processingCode":`...)
	b = appendText(b, m.processing)
	b = append(b, `,"amount":`...)
	b = strconv.AppendInt(b, m.amount, 10)
	b = append(b, `,"date":`...)
	b = appendText(b, m.date)
	b = append(b, `,"traceNumber":`...)
	b = strconv.AppendInt(b, int64(a.trace), 10)
	at := a.at.In(WIB)
	b = append(b, `,"hostTime":"`...)
	b = at.AppendFormat(b, "150405")
	b = append(b, `","hostDate":"`...)
	b = at.AppendFormat(b, "0102")
	b = append(b, `","referenceNumber":`...)
	b = strconv.AppendUint(b, uint64(reference), 10)
	if p := a.payment; p != nil {
		b = append(b, `,"approvalCode":"`...)
		b = strconv.AppendUint(b, 100000+p.ID*7919%900000, 10)
		b = append(b, '"')
	}
	b = append(b, `,"responseCode":`...)
	b = appendText(b, a.code)
	b = append(b, `,"tid":`...)
	b = appendText(b, tid)
	b = append(b, `,"mid":`...)
	b = appendText(b, m.mid)
	b = append(b, `,"transactionRequestData":{"merchantInvoice":`...)
	b = appendText(b, m.invoice)
	b = append(b, `,"batchNo":`...)
	b = appendText(b, batch)
	b = append(b, `,"phone":`...)
	b = appendText(b, m.phoneText)
	b = append(b, '}')
	if a.payment != nil {
		b = appendOVOData(b, a.payment)
	}
	return append(b, '}')
}

func appendOVOData(b []byte, p *payment) []byte {
	phone := p.Phone
	b = append(b, `,"transactionResponseData":{"storeAddress1":`...)
	b = appendText(b, p.merchant.address(p.StoreCode))
	b = append(b, `,"storeAddress2":"","ovoid":"********`...)
	b = append(b, phone[len(phone)-4:]...)
	for _, figure := range [...]struct {
		name  string
		value int64
	}{
		{`","cashUsed":"`, p.Cash},
		{`","cashBalance":"`, p.left.cash},
		{`","ovoPointsEarned":"`, 0},
		{`","ovoPointsUsed":"`, p.Points},
		{`","ovoPointsBalance":"`, p.left.points},
	} {
		b = append(b, figure.name...)
		b = strconv.AppendInt(b, figure.value, 10)
	}
	b = append(b, `","fullName":`...)
	b = appendText(b, p.wallet.Name)
	b = append(b, `,"storeName":`...)
	b = appendText(b, p.StoreName)
	b = append(b, `,"storeCode":`...)
	b = appendText(b, p.StoreCode)
	return append(b, `,"paymentType":"PUSH TO PAY"}`...)
}

func responseType(request string) string {
	switch request {
	case "0100":
		return "0110"
	case "0200":
		return "0210"
	case "0400":
		return "0410"
	}
	return ""
}

// appendText writes a JSON string, quickly if it needs no escapes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...)
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
