package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// dokuHold: DOKU, OVO Push Payment Guide: the timeout from OVO is 70 seconds.
	dokuHold = 70 * time.Second
	// dokuWindow: Header Request-Timestamp is not in +- 3600 second of now.
	dokuWindow = time.Hour
	// dokuCheckAfter: DOKU, Check Status API: 60 seconds after the payment or later.
	dokuCheckAfter = time.Minute

	dokuPushPath  = "/ovo-emoney/v1/payment"
	dokuVoidPath  = "/ovo-emoney/v1/cancel"
	dokuCheckPath = "/orders/v1/status/"
	dokuTime      = "2006-01-02T15:04:05Z" // always UTC
)

// dokuRail is DOKU's OVO e-money API: a push that is one long call, void and check. It
// verifies with its own code and not with the client's, so that both cannot be wrong
// together.
type dokuRail struct {
	core      *Core
	options   DOKUOptions
	merchants map[string]*dokuMerchant // by client id
	list      []*dokuMerchant          // in the order of the options
	byInvoice map[dokuInvoice]*payment
	trace     int
	notices   int
	again     []time.Duration // from one try of a notification to the next
}

// dokuInvoice is what a merchant knows a payment by.
type dokuInvoice struct {
	merchant *dokuMerchant
	number   string
}

type dokuMerchant struct {
	DOKUMerchant
	callback  Callback
	day       string // the WIB day of batch
	batch     uint32
	reference uint32
	byRequest map[string]*payment   // pushes by their Request-Id
	first     map[string]*dokuFirst // the first request with a Request-Id
	order     []string              // of first
}

// dokuFirst is the first request with its Request-Id, and what was answered.
type dokuFirst struct {
	digest  [sha256.Size]byte
	answer  Answer  // Status 0: not answered yet
	never   bool    // and never will be
	waiting []*call // repetitions that came before the answer
}

// dokuCall is what a call on this rail carries.
type dokuCall struct {
	operation Operation // "" where nothing is served
	header    dokuHeader
	signed    bool     // the header signature was asked for
	method    string   // of the request
	paths     []string // what Request-Target may be
	body      []byte
	json      bool
	message   *snapMessage
	invoice   string
	amount    int64
	merchant  *dokuMerchant
	first     *dokuFirst
	broken    []Rule
}

type dokuHeader struct{ clientID, requestID, timestamp, signature string }

// dokuPush is what only a push by DOKU has.
type dokuPush struct {
	merchant  *dokuMerchant
	requestID string
	effect    Effect
	ordered   bool      // the customer's decision was ordered for when the time is up
	ended     time.Time // when the push came to an end
}

func newDOKURail(c *Core, options DOKUOptions) dokuRail {
	d := dokuRail{core: c, options: options, merchants: map[string]*dokuMerchant{}, byInvoice: map[dokuInvoice]*payment{}}
	for _, merchant := range options.Merchants {
		known := &dokuMerchant{
			DOKUMerchant: merchant, callback: merchant.Callback,
			byRequest: map[string]*payment{}, first: map[string]*dokuFirst{},
		}
		d.merchants[merchant.ClientID] = known
		d.list = append(d.list, known)
	}
	last := time.Duration(0)
	for _, after := range options.NotifyAgain {
		d.again = append(d.again, max(after-last, 0))
		last = max(after, last)
	}
	return d
}

// servesDOKU says whether a path is this rail's, known or not.
func servesDOKU(path string) bool {
	return strings.HasPrefix(path, "/ovo-emoney/") || strings.HasPrefix(path, "/orders/")
}

// arrive takes a request off the wire: transport is judged, the script is chosen, and it
// is read now or when its delay is over.
func (d *dokuRail) arrive(now time.Time, held *call, request Request) {
	h := request.Header
	escaped := (&url.URL{Path: request.Path}).EscapedPath()
	c := &dokuCall{
		header: dokuHeader{h.Get("Client-Id"), h.Get("Request-Id"), h.Get("Request-Timestamp"), h.Get("Signature")},
		method: request.Method, paths: []string{request.Path, escaped}, body: bytes.Clone(request.Body), message: &snapMessage{},
	}
	held.doku = c
	method := http.MethodPost
	switch invoice, isCheck := strings.CutPrefix(request.Path, dokuCheckPath); {
	case request.Path == dokuPushPath:
		c.operation = OperationPush
	case request.Path == dokuVoidPath:
		c.operation = OperationVoid
	case isCheck && invoice != "":
		c.operation, c.invoice, method = OperationCheckPush, strings.Clone(invoice), http.MethodGet
	}
	d.core.record(now, held, request, string(request.Body))
	if status, rule, detail := c.transport(request, method); rule != "" {
		d.core.violated(now, held, rule, false, detail)
		d.spring(now, held, status, method, request.Path)
		return
	}
	if c.json = json.Valid(request.Body); c.json && c.operation != OperationCheckPush {
		c.message = parseSNAP(string(request.Body))
		c.invoice, c.amount = strings.Clone(c.message.text("order.invoice_number")), dokuAmount(c.message)
	}
	held.effect = d.effectFor(held)
	d.core.travel(now, held)
}

// transport judges what comes before the headers.
func (c *dokuCall) transport(request Request, method string) (int, Rule, string) {
	switch {
	case c.operation == "":
		return http.StatusNotFound, RuleDOKUPath, "no operation has this path"
	case request.Method != method:
		return http.StatusMethodNotAllowed, RuleDOKUMethod, "the method is " + method
	case c.operation == OperationCheckPush:
		return 0, "", ""
	}
	if kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType, RuleDOKUContentType, "Content-Type is application/json"
	}
	if len(request.Body) > ovoBodyMax {
		return http.StatusRequestEntityTooLarge, RuleDOKUBodySize, "the body is longer than 64 KiB"
	}
	return 0, "", ""
}

// effectFor finds what was ordered for a request: by a script, by the phone's habit, or by
// the amount of a push: Rp 1.110.NNN does what the phone 081211110NNN does.
func (d *dokuRail) effectFor(held *call) Effect {
	c := held.doku
	phone, _ := normalPhone(c.message.text("ovo_info.ovo_id"))
	ask := asked{
		rail: RailDOKU, operation: c.operation, phone: phone, amount: c.amount, invoice: c.invoice, externalID: c.header.requestID,
	}
	if p := d.known(d.merchants[c.header.clientID], c.invoice); p != nil && c.operation == OperationCheckPush {
		ask.phone, ask.amount, ask.invoice = p.Phone, p.Amount, p.Invoice
	}
	effect := d.core.effectFor(ask)
	if effect != (Effect{}) || c.operation != OperationPush || !d.core.options.seeded {
		return effect
	}
	if phone, magic := magicPhone(c.amount); magic {
		if w := d.core.wallet(phone); w != nil {
			return w.Habit
		}
		return Effect{Code: "14"} // 081211110014 has no account
	}
	return effect
}

// known finds a payment by its invoice number, or by the Request-Id of its push.
func (d *dokuRail) known(m *dokuMerchant, number string) *payment {
	if m == nil {
		return nil
	}
	if p := d.byInvoice[dokuInvoice{m, number}]; p != nil {
		return p
	}
	return m.byRequest[number]
}

// dokuVerdict is a broken rule and its refusal; the zero value means that none is.
type dokuVerdict struct {
	code    string
	message string
	rule    Rule
	detail  string
}

// read judges a request: headers, JSON, fields, check_sum, Request-Id. What passes is acted
// on now or when its delay is over.
func (d *dokuRail) read(now time.Time, held *call) {
	for _, judge := range [...]func(time.Time, *call) dokuVerdict{d.judgeHeaders, d.judgeBody, d.judgeCheckSum} {
		if v := judge(now, held); v.rule != "" {
			d.core.violated(now, held, v.rule, false, v.detail)
			d.refuse(now, held, v.code, v.message)
			return
		}
	}
	if d.repeated(now, held) {
		return
	}
	if held.effect.ProcessDelay > 0 {
		d.core.plan(now.Add(time.Duration(held.effect.ProcessDelay)), dueProcess, held, nil)
		return
	}
	d.process(now, held)
}

// process acts on a request that has been accepted.
func (d *dokuRail) process(now time.Time, held *call) {
	code := held.effect.Code
	if _, refusal := dokuRefusal(code); code != "" && (refusal || held.doku.operation == OperationCheckPush) {
		d.refuse(now, held, code, "")
		return
	}
	switch held.doku.operation {
	case OperationPush:
		d.push(now, held)
	case OperationVoid:
		d.void(now, held)
	case OperationCheckPush:
		d.check(now, held)
	}
}

// judgeHeaders is DOKU's gate: the four headers in their order, then time, client,
// signature.
func (d *dokuRail) judgeHeaders(now time.Time, held *call) dokuVerdict {
	c := held.doku
	h := c.header
	if c.operation != OperationCheckPush {
		mode := d.options.Headers
		if mode == HeadersIgnored || mode == HeadersOptional && h.signature == "" {
			return dokuVerdict{}
		}
	}
	c.signed = true
	for _, header := range [...]struct{ name, value string }{
		{"Client-Id", h.clientID}, {"Request-Id", h.requestID}, {"Request-Timestamp", h.timestamp}, {"Signature", h.signature},
	} {
		if header.value == "" {
			return dokuVerdict{"invalid_header_request", "Header " + header.name + " is required", RuleDOKUHeader, header.name}
		}
	}
	if len(h.requestID) > 128 {
		return dokuVerdict{"invalid_header_request", "Invalid format Header Request-Id", RuleDOKURequestIDLength, "it is longer than 128"}
	}
	at, err := time.Parse(dokuTime, h.timestamp)
	if err != nil || at.Format(dokuTime) != h.timestamp {
		return dokuVerdict{"invalid_header_request", "Invalid format Header Request-Timestamp", RuleDOKUTimestamp, "it is not like 2020-08-11T08:45:42Z"}
	}
	if !held.fresh(now, at, dokuWindow) {
		return dokuVerdict{"request_time_out_of_range", "", RuleDOKUWindow, "it is more than an hour away"}
	}
	if c.merchant = d.merchants[h.clientID]; c.merchant == nil {
		return dokuVerdict{"invalid_client_id", "", RuleDOKUClient, "Client-Id is not known"}
	}
	if !c.verified() {
		return dokuVerdict{"invalid_signature", "", RuleDOKUSignature, "Signature is not that of this request"}
	}
	return dokuVerdict{}
}

// dokuSignature is the value of Signature. last is the line that differs: a GET has no
// Digest.
func dokuSignature(secret, clientID, requestID, stamped, target, digest string) string {
	text := "Client-Id:" + clientID + "\nRequest-Id:" + requestID + "\n" + stamped + "\nRequest-Target:" + target
	if digest != "" {
		text += "\nDigest:" + digest
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return "HMACSHA256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func dokuDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// verified compares the bytes and not the text: one of DOKU's samples has no padding.
func (c *dokuCall) verified() bool {
	given, ok := strings.CutPrefix(c.header.signature, "HMACSHA256=")
	digest := ""
	if c.method != http.MethodGet {
		digest = dokuDigest(c.body)
	}
	given = strings.TrimRight(given, "=")
	for _, path := range c.paths {
		want := dokuSignature(c.merchant.Secret, c.header.clientID, c.header.requestID, "Request-Timestamp:"+c.header.timestamp, path, digest)
		want = strings.TrimRight(strings.TrimPrefix(want, "HMACSHA256="), "=")
		if ok && hmac.Equal([]byte(given), []byte(want)) {
			return true
		}
	}
	return false
}

// repeated answers a Request-Id that was used before with HTTP 409 and the first answer;
// where there is none yet, it is waited for.
func (d *dokuRail) repeated(now time.Time, held *call) bool {
	c := held.doku
	id := c.header.requestID
	if c.operation == OperationCheckPush || id == "" || d.options.Headers == HeadersIgnored {
		return false
	}
	digest := sha256.Sum256(c.body)
	first := c.merchant.first[id]
	if first == nil {
		c.first = &dokuFirst{digest: digest}
		d.remember(c.merchant, strings.Clone(id), c.first)
		return false
	}
	detail := "the same request came before"
	if first.digest != digest {
		detail = "another request had this Request-Id"
	}
	d.core.violated(now, held, RuleDOKURepeated, false, detail)
	switch {
	case first.never:
		d.core.reply(now, held, Answer{Never: true})
	case first.answer.Status == 0:
		first.waiting = append(first.waiting, held)
	default:
		d.repeat(now, held, first)
	}
	return true
}

// remember keeps a first request. A core that forgets payments forgets these too.
func (d *dokuRail) remember(m *dokuMerchant, id string, first *dokuFirst) {
	m.first[id] = first
	m.order = append(m.order, id)
	if keep := d.core.options.KeepTransactions; keep > 0 {
		for len(m.order) > 2*keep {
			if oldest := m.first[m.order[0]]; oldest != nil && oldest.answer.Status == 0 && !oldest.never {
				break // somebody may wait for it
			}
			delete(m.first, m.order[0])
			m.order = m.order[1:]
		}
	}
}

func (d *dokuRail) repeat(now time.Time, held *call, first *dokuFirst) {
	answer := Answer{Status: http.StatusConflict, Header: d.headers(now, held, first.answer.Body)}
	d.core.reply(now, held, d.core.onItsWay(held, answer, func() []byte { return first.answer.Body }))
}

// callback is where a client's notifications go.
func (d *dokuRail) callback(clientID string) *Callback {
	if m := d.merchants[clientID]; m != nil {
		return &m.callback
	}
	return nil
}

func (d *dokuRail) register(clientID string, callback Callback) error {
	if callback != (Callback{URL: callback.URL}) {
		return errDOKUCallback
	}
	d.merchants[clientID].callback = callback
	return nil
}

func (d *dokuRail) forget(p *payment) {
	m := p.doku.merchant
	if invoice := (dokuInvoice{m, p.Invoice}); d.byInvoice[invoice] == p {
		delete(d.byInvoice, invoice)
	}
	if m.byRequest[p.doku.requestID] == p {
		delete(m.byRequest, p.doku.requestID)
	}
}
