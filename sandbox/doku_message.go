package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const dokuDate = "20060102150405" // ovo_payment.date, in WIB

// dokuAmount is order.amount, 0 if it is none: 1 to 12 digits, as a number or, as the form
// example of DOKU's PHP library sends it, as text.
func dokuAmount(m *snapMessage) int64 {
	amount, _ := m.get("order.amount")
	if (amount.kind != 'n' && amount.kind != 's') || len(amount.text) > 12 || !digits(amount.text) {
		return 0
	}
	n, err := strconv.ParseInt(amount.text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// judgeBody looks at the JSON and at each field. Members that DOKU does not know are
// passed over, as its PHP library sends some.
func (d *dokuRail) judgeBody(now time.Time, held *call) dokuVerdict {
	c := held.doku
	if c.operation == OperationCheckPush {
		return dokuVerdict{}
	}
	switch {
	case !c.json || !c.message.object:
		return dokuVerdict{"invalid_request", "The body is not a JSON object", RuleDOKUJSON, "the body is no JSON object"}
	case c.message.twice != "":
		return dokuVerdict{"invalid_request", "A member stands twice", RuleDOKUJSON, clip(c.message.twice, 40) + " stands twice"}
	}
	for _, field := range [...]struct {
		name  string
		kinds string // as jsonReader.scalar has them
		fine  func(string) bool
	}{
		{"client.id", "s", upTo(64)},
		{"order.invoice_number", "s", upTo(64)},
		{"order.amount", "ns", func(text string) bool { return len(text) <= 12 && digits(text) }},
		{"ovo_info.ovo_id", "s", func(text string) bool { return len(text) <= 20 && digits(text) }},
		{"security.check_sum", "s", upTo(64)},
	} {
		member, given := c.message.get(field.name)
		switch {
		case !given || member.kind == 's' && member.text == "":
			return dokuVerdict{"invalid_parameter", field.name + " is required", RuleDOKUMandatory, field.name}
		case !strings.Contains(field.kinds, string(rune(member.kind))) || !field.fine(member.text):
			return dokuVerdict{"invalid_parameter", "Invalid format " + field.name, RuleDOKUField, field.name}
		}
	}
	if amount, _ := c.message.get("order.amount"); amount.kind == 's' {
		d.core.violated(now, held, RuleDOKUAmountText, true, "it was sent as text")
	}
	if !strings.HasPrefix(c.message.text("ovo_info.ovo_id"), "08") {
		d.core.violated(now, held, RuleDOKUPhoneFormat, true, "not in the 08xxx format")
	}
	client := d.merchants[c.message.text("client.id")]
	if client == nil || c.merchant != nil && client != c.merchant {
		return dokuVerdict{"invalid_client_id", "", RuleDOKUClient, "client.id is not known, or not Client-Id"}
	}
	c.merchant = client
	return d.judgeNumbers(c)
}

// judgeNumbers looks at what a void copies from the answer to its push.
func (d *dokuRail) judgeNumbers(c *dokuCall) dokuVerdict {
	if c.operation != OperationVoid {
		return dokuVerdict{}
	}
	some := false
	for _, name := range [...]string{"batch_number", "trace_number", "reference_number", "approval_code"} {
		name = "ovo_payment." + name
		member, given := c.message.get(name)
		if !given {
			continue
		}
		some = true
		if member.kind != 's' && (member.kind != 'n' || name == "ovo_payment.approval_code") {
			return dokuVerdict{"invalid_parameter", "Invalid format " + name, RuleDOKUField, name}
		}
	}
	if !some {
		return dokuVerdict{"invalid_parameter", "ovo_payment is required", RuleDOKUMandatory, "ovo_payment"}
	}
	return dokuVerdict{}
}

func upTo(most int) func(string) bool { return func(text string) bool { return len(text) <= most } }

// judgeCheckSum verifies security.check_sum: the values in the alphabetical order of their
// names, then the secret.
func (d *dokuRail) judgeCheckSum(_ time.Time, held *call) dokuVerdict {
	c := held.doku
	if c.operation == OperationCheckPush {
		return dokuVerdict{}
	}
	value := func(name string) string {
		member, _ := c.message.get(name)
		return member.text
	}
	var values []string
	if c.operation == OperationVoid {
		values = []string{
			value("order.amount"), value("ovo_payment.approval_code"), value("ovo_payment.batch_number"), value("client.id"),
			value("order.invoice_number"), value("ovo_info.ovo_id"), value("ovo_payment.reference_number"), value("ovo_payment.trace_number"),
		}
	} else {
		values = []string{value("order.amount"), value("client.id"), value("order.invoice_number"), value("ovo_info.ovo_id")}
	}
	if want := dokuSum(c.merchant.Secret, values...); !hmac.Equal([]byte(want), []byte(value("security.check_sum"))) {
		return dokuVerdict{"invalid_check_sum", "", RuleDOKUCheckSum, "check_sum is not that of these values"}
	}
	return dokuVerdict{}
}

func dokuSum(secret string, values ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(values, "") + secret))
	return hex.EncodeToString(sum[:])
}

// dokuRefused is one refusal of DOKU's.
type dokuRefused struct {
	status  int
	message string
}

// dokuRefusal finds a refusal by its code. Where DOKU publishes none, code and text are
// this sandbox's: see Rules.
func dokuRefusal(code string) (dokuRefused, bool) {
	switch code {
	case "invalid_header_request":
		return dokuRefused{400, "Header Signature is required"}, true
	case "request_time_out_of_range":
		return dokuRefused{400, "Header Request-Timestamp is not in +- 3600 second of now"}, true
	case "invalid_client_id":
		return dokuRefused{400, "Invalid Client-Id"}, true
	case "invalid_signature":
		return dokuRefused{400, "Invalid Header Signature"}, true
	case "invalid_check_sum":
		return dokuRefused{400, "Invalid check_sum"}, true
	case "invalid_parameter":
		return dokuRefused{400, "Invalid parameter"}, true
	case "invalid_request":
		return dokuRefused{400, "Bad request"}, true
	case "data_not_found":
		return dokuRefused{404, "Transaction not found"}, true
	case "internal_server_error":
		return dokuRefused{500, "Internal server error"}, true
	}
	return dokuRefused{}, false
}

// dokuCode is a code that only DOKU answers: nobody responded, or a refusal.
func dokuCode(code string) bool {
	_, refusal := dokuRefusal(code)
	return refusal || code == "-"
}

// refuse answers an error. A response code that is forced on a check stands as its code.
func (d *dokuRail) refuse(now time.Time, held *call, code, message string) {
	known, ok := dokuRefusal(code)
	switch {
	case code == "25":
		known = dokuRefused{http.StatusNotFound, "Transaction Not Found"}
	case !ok:
		known = dokuRefused{http.StatusBadRequest, "Response code " + code}
	}
	if (code == "invalid_client_id" || code == "invalid_signature") && d.options.GateStatus != 0 {
		known.status = d.options.GateStatus
	}
	if message == "" {
		message = known.message
	}
	body := []byte(`{"error":{"code":`)
	body = appendText(body, code)
	body = append(body, `,"message":`...)
	body = appendText(body, message)
	body = append(body, `,"type":"invalid_request_error"}}`...)
	if d.options.Envelope == MessageList {
		body = append(appendText([]byte(`{"message":[`), message), "]}"...)
	}
	d.answer(now, held, known.status, body, nil)
}

// spring answers what DOKU's framework answers before DOKU's program is asked.
func (d *dokuRail) spring(now time.Time, held *call, status int, method, path string) {
	header := http.Header{"Content-Type": {"application/json"}}
	if status == http.StatusMethodNotAllowed {
		header["Allow"] = []string{method}
	}
	body := []byte(`{"timestamp":"` + now.UTC().Format("2006-01-02T15:04:05.000+00:00") + `","status":` + strconv.Itoa(status) + `,"error":`)
	body = appendText(body, http.StatusText(status))
	body = append(body, `,"path":`...)
	body = append(appendText(body, clip(path, 200)), '}')
	d.core.reply(now, held, Answer{Status: status, Header: header, Body: body})
}

// answer sends a body, and keeps it for repetitions of its Request-Id. spoilt is the body
// that a script has ordered instead, if any.
func (d *dokuRail) answer(now time.Time, held *call, status int, body, spoilt []byte) {
	first := held.doku.first
	if first != nil {
		first.answer = Answer{Status: status, Body: body}
	}
	sent := body
	if spoilt != nil {
		sent = spoilt
	}
	answer := Answer{Status: status, Header: d.headers(now, held, sent)}
	d.core.reply(now, held, d.core.onItsWay(held, answer, func() []byte { return sent }))
	if first != nil {
		d.release(now, first)
	}
}

// release answers the repetitions that waited for the first.
func (d *dokuRail) release(now time.Time, first *dokuFirst) {
	waiting := first.waiting
	first.waiting = nil
	for _, held := range waiting {
		if first.never {
			d.core.reply(now, held, Answer{Never: true})
			continue
		}
		d.repeat(now, held, first)
	}
}

// headers are those of an answer. DOKU signs the answers to signed requests, with
// Response-Timestamp and the request's target.
func (d *dokuRail) headers(now time.Time, held *call, body []byte) http.Header {
	header := http.Header{"Content-Type": {"application/json"}}
	c := held.doku
	if !c.signed || c.merchant == nil {
		return header
	}
	at := now.UTC().Format(dokuTime)
	header["Client-Id"], header["Request-Id"], header["Response-Timestamp"] = []string{c.header.clientID}, []string{c.header.requestID}, []string{at}
	header["Signature"] = []string{dokuSignature(
		c.merchant.Secret, c.header.clientID, c.header.requestID, "Response-Timestamp:"+at, c.paths[0], dokuDigest(body))}
	return header
}

// dokuResult is what stands in the answer to a push or void besides the echo.
type dokuResult struct {
	code     string
	at       time.Time
	payment  *payment // nil: a void of what is not known
	figures  bool     // with the customer's name and balances: an approval
	approval string
	fault    AnswerFault
}

// result answers a push or void. A script's AnswerCode stands instead of the truth.
func (d *dokuRail) result(now time.Time, held *call, code string, p *payment) {
	r := dokuResult{code: code, at: now, payment: p, figures: code == "00" && p != nil && !p.Charged.IsZero()}
	if forced := held.effect.AnswerCode; forced != "" && forced != code {
		if _, refusal := dokuRefusal(forced); refusal {
			d.refuse(now, held, forced, "")
			return
		}
		r.code, r.figures = forced, false
	}
	if p != nil && held.doku.operation == OperationVoid && !p.Voided.IsZero() {
		r.at = p.Voided
	}
	if r.figures {
		r.approval = p.approval()
	}
	body := held.doku.encode(r)
	var spoilt []byte
	switch r.fault = held.effect.Answer; r.fault {
	case AnswerForeign, AnswerOtherAmount, AnswerBadChecksum:
		spoilt = held.doku.encode(r)
	}
	d.answer(now, held, http.StatusOK, body, spoilt)
}

// dokuWriter writes a body and keeps the values for check_sum, in their order.
type dokuWriter struct {
	bytes.Buffer
	values map[string]string
}

func (w *dokuWriter) text(name, key, value string) {
	w.values[key] = value
	w.WriteString(`"` + name + `":`)
	w.Write(appendText(nil, value))
}

func (w *dokuWriter) number(name, key string, value int64) {
	text := strconv.FormatInt(value, 10)
	w.values[key] = text
	w.WriteString(`,"` + name + `":` + text)
}

// dokuSummed is the order of the values in an answer's check_sum, the alphabetical one of
// their names. DOKU does not publish it; it is the rule of its requests.
const dokuSummed = "amount approvalCode batchNumber cashBalance cashUsed clientId date invoiceNumber merchantId mid ovoAccountName ovoId " +
	"ovoPointsBalance ovoPointsEarned ovoPointsUsed referenceNumber responseCode status storeCode tid traceNumber"

// encode writes the answer to a push or void in the order of DOKU's guide.
func (c *dokuCall) encode(r dokuResult) []byte {
	m := c.merchant
	w := &dokuWriter{values: map[string]string{}}
	invoice, amount := c.invoice, c.amount
	switch r.fault {
	case AnswerForeign:
		invoice = "INV-OF-ANOTHER-PAYMENT"
	case AnswerOtherAmount:
		amount++
	}
	var p payment
	name := ""
	if r.payment != nil {
		p = *r.payment
	}
	if r.figures {
		name = p.wallet.Name
	} else {
		p.Cash, p.Points, p.left.cash, p.left.points = 0, 0, 0, 0
	}
	w.WriteString(`{"client":{`)
	w.text("id", "clientId", m.ClientID)
	w.WriteString(`},"order":{`)
	w.text("invoice_number", "invoiceNumber", invoice)
	w.number("amount", "amount", amount)
	w.WriteString(`},"ovo_info":{`)
	w.text("ovo_id", "ovoId", c.message.text("ovo_info.ovo_id"))
	w.WriteByte(',')
	w.text("ovo_account_name", "ovoAccountName", name)
	w.WriteString(`},"ovo_configuration":{`)
	w.text("merchant_id", "merchantId", m.MerchantID)
	w.WriteByte(',')
	w.text("store_code", "storeCode", m.StoreCode)
	w.WriteByte(',')
	w.text("mid", "mid", m.MID)
	w.WriteByte(',')
	w.text("tid", "tid", m.TID)
	w.WriteString(`},"ovo_payment":{`)
	w.text("date", "date", r.at.In(WIB).Format(dokuDate))
	w.number("batch_number", "batchNumber", int64(p.Batch))
	w.number("trace_number", "traceNumber", int64(p.trace))
	w.number("reference_number", "referenceNumber", int64(p.Reference))
	w.WriteByte(',')
	w.text("approval_code", "approvalCode", r.approval)
	w.WriteByte(',')
	status := "FAILED"
	if r.code == "00" {
		status = "SUCCESS"
	}
	w.text("response_code", "responseCode", strings.TrimPrefix(r.code, "empty"))
	w.number("cash_used", "cashUsed", p.Cash)
	w.number("cash_balance", "cashBalance", p.left.cash)
	w.number("ovo_points_used", "ovoPointsUsed", p.Points)
	w.number("ovo_points_balance", "ovoPointsBalance", p.left.points)
	w.number("ovo_points_earned", "ovoPointsEarned", 0)
	w.WriteByte(',')
	w.text("status", "status", status)
	var values []string
	for key := range strings.FieldsSeq(dokuSummed) {
		values = append(values, w.values[key])
	}
	sum := dokuSum(m.Secret, values...)
	if r.fault == AnswerBadChecksum {
		sum = spoilChecksum(sum)
	}
	w.WriteString(`},"security":{`)
	w.text("check_sum", "", sum)
	w.WriteString(`}}`)
	return w.Bytes()
}

// approval is OVO's approval code of a payment in the books.
func (p *payment) approval() string { return strconv.FormatUint(100000+p.ID*7919%900000, 10) }

// dokuHead is what the log keeps of a request's headers, the signature masked.
func dokuHead(h http.Header) string {
	var text strings.Builder
	for _, name := range [...]string{"Client-Id", "Request-Id", "Request-Timestamp", "Signature"} {
		value := h.Get(name)
		if value == "" {
			continue
		}
		if name == "Signature" {
			value = maskSecret(value)
		}
		text.WriteString(name + ": " + clip(value, 64) + "\n")
	}
	return text.String()
}
