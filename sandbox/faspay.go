package sandbox

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
)

// faspaySuccess is Faspay's response_code for what was done. Of a payment it says nothing.
const faspaySuccess = "00"

// faspayRail is Faspay's debit API with its OVO channel: /cvr/… and /pws/…. It reads and
// signs with its own code and not with the client's, so that both cannot be wrong together.
type faspayRail struct {
	core      *Core
	options   FaspayOptions
	merchants map[string]*faspayMerchant // by merchant_id
	list      []*faspayMerchant          // in the order of the options
	bills     []*faspayBill              // oldest first
	byTrxID   map[string]*faspayBill
	byBillNo  map[faspayBillNo]*faspayBill
	sequence  uint64
	gapList   []time.Duration
}

// faspayBillNo is what a merchant knows a bill by.
type faspayBillNo struct {
	merchant *faspayMerchant
	number   string
}

type faspayMerchant struct {
	FaspayMerchant
	callback Callback
}

// faspayCall is what a call on this rail carries.
type faspayCall struct {
	operation Operation
	path      string
	host      string
	browser   bool // a person sees the answer
	form      FaspayEncoding
	message   faspayNode
	flaw      *flaw // the message could not be read
	trusted   bool  // merchant and signature are right
	merchant  *faspayMerchant
	bill      *faspayBill // of everything but a post
	broken    []Rule
}

func newFaspayRail(c *Core, options FaspayOptions) faspayRail {
	f := faspayRail{
		core: c, options: options, merchants: map[string]*faspayMerchant{},
		byTrxID: map[string]*faspayBill{}, byBillNo: map[faspayBillNo]*faspayBill{},
	}
	for range max(options.NotifyRetries, 0) {
		f.gapList = append(f.gapList, options.NotifyEvery)
	}
	for _, merchant := range options.Merchants {
		known := &faspayMerchant{FaspayMerchant: merchant, callback: merchant.Callback}
		f.merchants[merchant.MerchantID] = known
		f.list = append(f.list, known)
	}
	return f
}

// servesFaspay says whether a path is this rail's, known or not.
func servesFaspay(path string) bool {
	return strings.HasPrefix(path, "/cvr/") || strings.HasPrefix(path, "/pws/")
}

// servesFaspayPage says whether a path is of the page that asks for the number, which a
// person visits.
func servesFaspayPage(path string) bool { return strings.HasPrefix(path, "/pws/100003/") }

// faspayOperation finds what a path is for. Faspay's documents have a number at its end,
// another for XML ("183xx00010100000") and another in production; only the form must fit.
func faspayOperation(path string) (Operation, bool) {
	if path == "/pws/ovo_direct" {
		return OperationDirect, true
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) != 3 || parts[2] == "" {
		return "", false
	}
	operation, known := map[string]Operation{
		"300011": OperationPostData, "300002": OperationPostData, "100004": OperationBillInquiry,
		"100005": OperationBillCancel, "100001": OperationChannels,
	}[parts[1]]
	if parts[1] == "300002" && parts[0] != "pws" || operation == OperationChannels && parts[0] != "cvr" {
		return "", false
	}
	return operation, known
}

// arrive takes a request off the wire: the route is judged, the message read, the script
// chosen, and it is judged now or when its delay is over.
func (f *faspayRail) arrive(now time.Time, held *call, request Request) {
	operation, known := faspayOperation(request.Path)
	call := &faspayCall{
		operation: operation, path: request.Path, host: request.Host, form: FaspayJSON,
		browser: operation == OperationDirect && strings.Contains(request.Header.Get("Accept"), "text/html"),
	}
	held.faspay = call
	switch {
	case !known || request.Method != http.MethodPost:
	case operation == OperationDirect:
		call.message, call.flaw = readFaspayForm(request.Body)
	default:
		var form FaspayEncoding
		call.message, form, call.flaw = readFaspay(request.Body)
		if form != "" {
			call.form = form
		}
	}
	call.find(f)
	f.core.record(now, held, request, call.told())
	switch {
	case !known:
		f.core.violated(now, held, RuleFaspayPath, false, "no operation has this path")
		f.core.reply(now, held, Answer{Status: http.StatusNotFound, Header: f.core.ovo.none})
		return
	case request.Method != http.MethodPost:
		f.core.violated(now, held, RuleFaspayMethod, false, "the only method is POST")
		f.core.reply(now, held, Answer{Status: http.StatusMethodNotAllowed, Header: http.Header{"Allow": {http.MethodPost}}})
		return
	}
	held.effect = f.core.effectFor(call.asked())
	switch {
	case held.effect.Request == RequestLost:
		f.core.reply(now, held, Answer{Never: true})
	case held.effect.Request == RequestReset:
		f.core.reply(now, held, Answer{Reset: true})
	case held.effect.RequestDelay > 0:
		delay := time.Duration(held.effect.RequestDelay)
		if !held.real.IsZero() {
			held.real = held.real.Add(time.Duration(float64(delay) / f.core.options.Speed))
		}
		f.core.plan(now.Add(delay), dueRead, held, nil)
	default:
		f.read(now, held)
	}
}

// find sets what a message is about, as far as it is known here. Nothing is trusted yet.
func (c *faspayCall) find(f *faspayRail) {
	c.merchant = f.merchants[c.message.get("merchant_id")]
	if c.operation == OperationDirect {
		if c.bill = f.byTrxID[c.message.get("trx_id")]; c.bill != nil {
			c.merchant = c.bill.merchant
		}
		return
	}
	if c.operation == OperationPostData {
		return
	}
	c.bill = f.byBillNo[faspayBillNo{c.merchant, c.message.get("bill_no")}]
	if c.bill == nil && c.message.get("bill_no") == "" {
		if b := f.byTrxID[c.message.get("trx_id")]; b != nil && b.merchant == c.merchant {
			c.bill = b
		}
	}
}

// asked is what scripts can match.
func (c *faspayCall) asked() asked {
	a := asked{rail: RailFaspay, operation: c.operation, invoice: c.message.get("bill_no")}
	if c.operation == OperationPostData {
		a.amount, _, _ = scaledRupiah(c.message.get("bill_total"))
	}
	if b := c.bill; b != nil {
		a.amount, a.invoice = b.amount, b.number
	}
	if c.operation == OperationDirect {
		a.phone, _ = normalPhone(c.message.get("ovo_number"))
	}
	return a
}

// told is a message for the log of requests: without signature, customer or addresses.
func (c *faspayCall) told() string {
	if c.flaw != nil {
		return "(" + c.flaw.detail + ")"
	}
	var text strings.Builder
	for _, m := range c.message.list {
		value := m.text
		switch {
		case m.name == "signature":
			value = maskSecret(value)
		case m.kind == 'o' || m.kind == 'a':
			value = "…"
		case slices.Contains([]string{"cust_name", "email", "msisdn", "bank_userid"}, m.name),
			strings.HasPrefix(m.name, "billing_"), strings.Contains(m.name, "shipping"):
			value = strings.Repeat("*", min(len(value), 8))
		}
		text.WriteString(clip(m.name, 64) + ": " + clip(value, 200) + "\n")
	}
	return text.String()
}

// read judges a request: its form, merchant, signature and fields. What passes is acted
// on now or when its delay is over.
func (f *faspayRail) read(now time.Time, held *call) {
	held.faspay.find(f) // it may have travelled while its bill was made
	if v := f.judge(now, held); v.rule != "" {
		f.refuse(now, held, v)
		return
	}
	if held.effect.ProcessDelay > 0 {
		f.core.plan(now.Add(time.Duration(held.effect.ProcessDelay)), dueProcess, held, nil)
		return
	}
	f.process(now, held)
}

// judge goes through the rules in order.
func (f *faspayRail) judge(now time.Time, held *call) verdict {
	c := held.faspay
	if c.flaw != nil {
		return verdict{"30", c.flaw.detail, c.flaw.rule, c.flaw.detail}
	}
	if v := f.judgeOwner(c); v.rule != "" {
		return v
	}
	c.trusted = true
	fields := faspayFields(c.operation)
	for i := range fields {
		if v := fields[i].judge(&c.message); v.rule != "" {
			return v
		}
	}
	f.judgeUnusual(now, held)
	if c.operation == OperationPostData {
		return f.judgeBill(now, held)
	}
	return verdict{}
}

// judgeOwner looks at merchant and signature, and the field that is signed.
func (f *faspayRail) judgeOwner(c *faspayCall) verdict {
	signed := "bill_no"
	switch c.operation {
	case OperationDirect:
		signed = "trx_id"
	case OperationChannels:
		signed = ""
	}
	text := c.message.get(signed)
	if signed == "bill_no" && text == "" && c.bill != nil && c.operation == OperationBillInquiry {
		text = c.bill.number // asked for by trx_id alone
	}
	switch {
	case c.operation != OperationDirect && c.message.get("merchant_id") == "":
		return faspayMissing("merchant_id")
	case c.operation != OperationDirect && c.merchant == nil:
		return faspayWrong("03", "merchant_id", "is not known", RuleFaspayMerchant)
	case signed != "" && text == "":
		return faspayMissing(signed)
	case c.operation == OperationDirect && c.bill == nil:
		return faspayWrong("14", "trx_id", "is of no bill", RuleFaspayTrxID)
	case c.message.get("signature") == "":
		return faspayMissing("signature")
	}
	if why := c.merchant.judgeSignature(&c.message, signed, text); why != "" {
		return verdict{"55", why, RuleFaspaySignature, why}
	}
	return verdict{}
}

// faspaySign is sha1 over the hexadecimal text of the md5: user ‖ password ‖ text.
func (m *faspayMerchant) sign(text string) string {
	inner := md5.Sum([]byte(m.UserID + m.Password + text))
	outer := sha1.Sum([]byte(hex.EncodeToString(inner[:])))
	return hex.EncodeToString(outer[:])
}

// judgeSignature says what is wrong with a signature, as exactly as can be; empty: nothing.
func (m *faspayMerchant) judgeSignature(n *faspayNode, signed, text string) string {
	got, plain := n.get("signature"), m.UserID+m.Password+text
	same := func(other string) bool { return subtle.ConstantTimeCompare([]byte(got), []byte(other)) == 1 }
	if same(m.sign(text)) {
		return ""
	}
	inner := md5.Sum([]byte(plain))
	raw, once := sha1.Sum(inner[:]), sha1.Sum([]byte(plain))
	due := "user_id and password"
	if signed != "" {
		due = "user_id, password and " + signed
	}
	switch {
	case len(got) != 2*sha1.Size:
		if same(hex.EncodeToString(inner[:])) {
			return "signature is the md5 alone, where sha1 of its text is due"
		}
		return "signature has not 40 characters"
	case strings.ToLower(got) == m.sign(text):
		return "signature is in capitals, where lower case is due"
	case same(hex.EncodeToString(raw[:])):
		return "signature is sha1 of the md5's bytes, where sha1 of its 32 characters is due"
	case same(hex.EncodeToString(once[:])):
		return "signature is sha1 alone, where sha1(md5(…)) is due"
	}
	for _, name := range [...]string{"bill_no", "trx_id", "ovo_number", "merchant_id", "bill_total"} {
		if other := n.get(name); name != signed && other != "" && same(m.sign(other)) {
			return "signature is over " + name + ", where " + due + " are due"
		}
	}
	if signed != "" && same(m.sign("")) {
		return "signature is over user_id and password alone, where " + due + " are due"
	}
	return "signature is not sha1(md5(…)) of " + due
}

func faspayMissing(name string) verdict {
	return verdict{"83", name, RuleFaspayMandatory, name + " is missing"}
}

func faspayWrong(code, name, problem string, rule Rule) verdict {
	return verdict{code, name + " " + problem, rule, name + " " + problem}
}

// process acts on a request that has been accepted.
func (f *faspayRail) process(now time.Time, held *call) {
	c := held.faspay
	if code := held.effect.Code; code != "" && c.operation != OperationDirect {
		f.fail(now, held, code, "")
		return
	}
	c.find(f)
	switch c.operation {
	case OperationPostData:
		f.post(now, held)
	case OperationDirect:
		f.direct(now, held)
	case OperationBillInquiry:
		f.inquire(now, held)
	case OperationBillCancel:
		f.cancel(now, held)
	case OperationChannels:
		f.channels(now, held)
	}
}

// refuse answers a code for a broken rule.
func (f *faspayRail) refuse(now time.Time, held *call, v verdict) {
	f.core.violated(now, held, v.rule, false, v.detail)
	f.fail(now, held, v.code, v.reason)
}

// fail answers a code and nothing else.
func (f *faspayRail) fail(now time.Time, held *call, code, reason string) {
	if forced := held.effect.AnswerCode; forced != "" {
		code, reason = forced, ""
	}
	record, words := faspayRecord{}, faspayWords(code)
	if reason != "" {
		words += ": " + reason
	} else if ovo, ok := faspayOVOWords[code]; ok && held.faspay.operation == OperationDirect {
		words = ovo
	}
	record.text("response_code", code)
	record.text("response_desc", words)
	if !f.options.PlainErrors && code != faspaySuccess { // 00 is ordered: done, says the answer
		record = faspayRecord{{name: "response_error", one: record}}
	} else {
		record = append(f.echo(held), record...)
	}
	f.write(now, held, record)
}

// echo begins the ordinary message: what it is, and of which bill.
func (f *faspayRail) echo(held *call) faspayRecord {
	c := held.faspay
	r := faspayRecord{}
	r.text("response", map[Operation]string{
		OperationPostData: "Transmission of Purchase Detail Info", OperationBillInquiry: "Inquiry Payment Status",
		OperationBillCancel: "Cancel Payment", OperationChannels: "Request List of Payment Gateway", OperationDirect: "OVO Direct",
	}[c.operation])
	trxID, number := c.message.get("trx_id"), c.message.get("bill_no")
	if c.bill != nil {
		trxID, number = c.bill.trxID, c.bill.number
	}
	if held.effect.Answer == AnswerForeign {
		trxID, number = "9999900000000000", "of-another-bill"
	}
	r.given("trx_id", trxID)
	if c.merchant != nil {
		r.text("merchant_id", c.merchant.MerchantID)
		name := c.message.get("merchant")
		if name == "" {
			name = c.merchant.Name
		}
		r.given("merchant", name)
	}
	r.given("bill_no", number)
	return r
}

// answer writes an ordinary message that ends with its code.
func (f *faspayRail) answer(now time.Time, held *call, code string, r faspayRecord, after ...faspayMember) {
	if forced := held.effect.AnswerCode; forced != "" && forced != code {
		f.fail(now, held, forced, "")
		return
	}
	r.text("response_code", code)
	words := faspayWords(code)
	if ovo, ok := faspayOVOWords[code]; ok && held.faspay.operation == OperationDirect {
		words = ovo
	}
	r.text("response_desc", words)
	f.write(now, held, append(r, after...))
}

// write sends a message in the form in which the request came; a browser gets a page.
func (f *faspayRail) write(now time.Time, held *call, r faspayRecord) {
	c := held.faspay
	if c.browser {
		f.leadBack(now, held, r)
		return
	}
	answer := Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {c.form.contentType()}}}
	f.core.reply(now, held, f.core.onItsWay(held, answer, func() []byte { return r.write(c.form) }))
}

// faspayPage is what a browser is shown that cannot be led back to the merchant.
func faspayPage(title, text string) Answer {
	var b bytes.Buffer
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>`)
	b.WriteString(html.EscapeString(title))
	b.WriteString(`</title><link rel="stylesheet" href="/static/wallet.css"></head><body><main><section class="empty"><p><strong>`)
	b.WriteString(html.EscapeString(title) + "</strong></p><p>" + html.EscapeString(text))
	b.WriteString("</p></section></main></body></html>\n")
	return Answer{Status: http.StatusOK, Body: b.Bytes(), Header: http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"},
		"Content-Security-Policy": {"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"},
	}}
}

// faspayOVOWords are OVO's own for codes that Faspay has too, in answer to ovo_direct.
var faspayOVOWords = map[string]string{
	"14": "Invalid Mobile Number / OVO ID", "17": "Transaction Decline", "40": "Transaction Failed",
	"54": "Transaction Expired", "56": "Card Blocked. Please call 1500696", "63": "Security Violation", "96": "Invalid Processing Code",
}

// faspayWords are the words of a response_code. Faspay, Status Response Code; then OVO's,
// which ovo_direct hands through.
func faspayWords(code string) string {
	words := map[string]string{
		"00": "Success", "03": "Invalid Merchant", "13": "Invalid Amount", "14": "Invalid Order",
		"17": "Order Cancelled by Merchant/Customer", "18": "Invalid Customer or MSISDN is not found",
		"21": "Subscription is Expired", "30": "Format Error", "40": "Requested Function not Supported", "54": "Order is Expired",
		"55": "Incorrect User/Password", "56": "Not Active / Suspended", "63": "Security Violation (from unknown IP-Address)",
		"66": "internal Error", "80": "Payment Was Reversal", "81": "Already Been Paid", "82": "Unregistered Entity",
		"83": "Parameter is mandatory", "84": "Unregistered Parameters", "85": "Insufficient Paramaters", "96": "System Malfunction",
		"25": "Transaction Not Found", "26": "Transaction Failed", "58": "Transaction Not Allowed", "61": "Exceed Transaction Limit",
		"64": "Account Blocked. Please call 1500696", "65": "Transaction Failed", "67": "Below Transaction Limit",
		"68": "Transaction Pending / Timeout", "73": "Transaction has been reversed", "94": "Duplicate request params",
		"BR": "Bad request", "EB": "Terminal Blocked", "ER": "System Failure", "TO": "Timeout",
	}
	if text, ok := words[code]; ok {
		return text
	}
	return "Response code " + code
}
