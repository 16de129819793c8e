package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The times of a push, OVO, Push To Pay API: the customer confirms within 55 s, the
// session in the back end is 60 s, a timestamp is good for 5 minutes, status checks go
// 7 days back.
const (
	confirmWithin = 55 * time.Second
	timeWindow    = 5 * time.Minute
	checkWithin   = 7 * 24 * time.Hour
)

// ovoRail is OVO's own API: POST /pos.
type ovoRail struct {
	core      *Core
	options   OVOOptions
	merchants map[string]*ovoMerchant // by app-id
	stores    map[string]bool         // codes of any merchant
	byNumber  map[ovoNumber]*payment
	byInvoice map[ovoInvoice]*payment
	trace     int
	json      http.Header
	html      http.Header
	none      http.Header
}

// ovoNumber is what OVO knows a payment by; padding does not count.
type ovoNumber struct {
	tid              string
	batch, reference uint32
}

type ovoInvoice struct {
	merchant *ovoMerchant
	invoice  string
}

type ovoMerchant struct {
	OVOMerchant
	mac       hash.Hash
	scratch   []byte
	stores    map[string]*OVOStore
	terminals map[string]*ovoTerminal
}

type ovoTerminal struct {
	OVOTerminal
	store   *OVOStore
	highest map[uint32]uint32 // per batch, the highest reference number seen
	batch   uint32            // the last batch
	daily   bool              // the last batch was its day as ddmmyy
}

// ovoCall is what a call on this rail carries.
type ovoCall struct {
	message  *ovoMessage
	header   ovoHeader
	body     string
	merchant *ovoMerchant
	terminal *ovoTerminal
}

type ovoHeader struct{ appID, random, hmac string }

func newOVORail(c *Core, options OVOOptions) ovoRail {
	o := ovoRail{
		core: c, options: options,
		merchants: map[string]*ovoMerchant{}, stores: map[string]bool{},
		byNumber: map[ovoNumber]*payment{}, byInvoice: map[ovoInvoice]*payment{},
		json: http.Header{"Content-Type": {"application/json"}},
		html: http.Header{"Content-Type": {"text/html"}},
		none: http.Header{},
	}
	for _, merchant := range options.Merchants {
		known := &ovoMerchant{
			OVOMerchant: merchant, mac: hmac.New(sha256.New, []byte(merchant.AppKey)),
			stores: map[string]*OVOStore{}, terminals: map[string]*ovoTerminal{},
		}
		for i := range merchant.Stores {
			store := &merchant.Stores[i]
			known.stores[store.Code], o.stores[store.Code] = store, true
			for _, terminal := range store.Terminals {
				known.terminals[terminal.TID] = &ovoTerminal{
					OVOTerminal: terminal, store: store, highest: map[uint32]uint32{},
				}
			}
		}
		o.merchants[merchant.AppID] = known
	}
	return o
}

func (m *ovoMerchant) address(store string) string {
	if s := m.stores[store]; s != nil {
		return s.Address
	}
	return ""
}

// arrive takes a request off the wire: transport and JSON are judged, the script is
// chosen, and it is read now or when its delay is over.
func (o *ovoRail) arrive(now time.Time, held *call, request Request) {
	body := string(request.Body)
	o.core.record(now, held, request, body)
	held.ovo.message = &ovoMessage{}
	if status, rule, detail := transport(request); rule != "" {
		o.refuseTransport(now, held, status, rule, detail)
		return
	}
	if !json.Valid(request.Body) {
		o.refuse(now, held, "BR", RuleJSON, "the body is no JSON")
		return
	}
	message, rule, detail := parseOVO(body)
	held.ovo = ovoCall{message: message, body: body, header: ovoHeader{
		request.Header.Get("App-Id"), request.Header.Get("Random"), request.Header.Get("Hmac"),
	}}
	if rule != "" {
		o.refuse(now, held, "BR", rule, detail)
		return
	}
	held.effect = o.core.effectFor(asked{
		rail: RailOVO, operation: message.operation, phone: message.phone, amount: message.amount, invoice: message.invoice,
	})
	o.core.travel(now, held)
}

// transport judges what comes before the body.
func transport(request Request) (int, Rule, string) {
	switch {
	case request.Path != "/pos":
		return http.StatusNotFound, RulePath, "the only path is /pos"
	case request.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, RuleMethod, "the only method is POST"
	}
	if given := request.Header.Get("Content-Type"); given != "application/json" {
		if kind, _, err := mime.ParseMediaType(given); err != nil || kind != "application/json" {
			return http.StatusUnsupportedMediaType, RuleContentType, "Content-Type is application/json"
		}
	}
	if len(request.Body) > ovoBodyMax {
		return http.StatusRequestEntityTooLarge, RuleBodySize, "the body is longer than 64 KiB"
	}
	return 0, "", ""
}

func (o *ovoRail) refuseTransport(now time.Time, held *call, status int, rule Rule, detail string) {
	o.core.violated(now, held, rule, false, detail)
	header := o.json
	if status == http.StatusMethodNotAllowed {
		header = http.Header{"Content-Type": {"application/json"}, "Allow": {http.MethodPost}}
	}
	body := appendText([]byte(`{"responseCode":"BR","message":`), detail)
	body = append(body, `,"transactionRequestData":{"merchantInvoice":"","batchNo":"","phone":""}}`...)
	o.core.reply(now, held, Answer{Status: status, Header: header, Body: body})
}

// read judges a request in OVO's order. What passes is acted on now or when its delay
// is over.
func (o *ovoRail) read(now time.Time, held *call) {
	code, rule, detail := o.judge(now, held)
	if rule != "" {
		o.refuse(now, held, code, rule, detail)
		return
	}
	if held.effect.ProcessDelay > 0 {
		o.core.plan(now.Add(time.Duration(held.effect.ProcessDelay)), dueProcess, held, nil)
		return
	}
	o.process(now, held)
}

// judge goes through the rules in order: appSource and storeCode (BR), credentials
// (ER), time (TO), signature (63), terminal (EB), processing code (96), amount (13),
// the other fields (BR).
func (o *ovoRail) judge(now time.Time, held *call) (code string, rule Rule, detail string) {
	m := held.ovo.message
	switch {
	case m.appSource != "POS" && m.appSource != "EDC":
		return "BR", RuleAppSource, "appSource is POS"
	case len(m.storeCode) > 15 || !o.stores[m.storeCode]:
		return "BR", RuleStoreCode, "storeCode is empty or not registered"
	}
	merchant := o.merchants[held.ovo.header.appID]
	if merchant == nil || merchant.MerchantID != m.merchantID {
		return "ER", RuleCredentials, "app-id or merchantId is not known"
	}
	held.ovo.merchant = merchant
	if code, rule, detail = o.signature(now, held); rule != "" {
		return code, rule, detail
	}
	terminal := merchant.terminals[m.tid]
	if terminal == nil || terminal.MID != m.mid {
		return "EB", RuleTerminal, "tid or mid is not registered for this merchant"
	}
	if terminal.store.Code != m.storeCode {
		return "BR", RuleStoreCode, "the terminal stands in another store"
	}
	held.ovo.terminal = terminal
	if m.operation == "" {
		return "96", RuleProcessingCode, "type and processingCode name no operation"
	}
	return o.fields(now, held)
}

// signature accepts the recipes that are switched on.
func (o *ovoRail) signature(now time.Time, held *call) (string, Rule, string) {
	h, merchant := held.ovo.header, held.ovo.merchant
	for _, mode := range o.options.HMACModes {
		if mode == R3 && h.hmac == recipeR3(h, merchant.AppKey) {
			return "", "", "" // its random is no time
		}
	}
	seconds, err := strconv.ParseInt(h.random, 10, 64)
	if err != nil || len(h.random) > 10 {
		return "TO", RuleTimeWindow, "random is not a Unix time in seconds"
	}
	made := time.Unix(seconds, 0)
	if !held.fresh(now, made, timeWindow) {
		return "TO", RuleTimeWindow, "random is more than 5 minutes away"
	}
	for _, mode := range o.options.HMACModes {
		if mode != R3 && merchant.signed(h, mode, held.ovo.body) {
			return "", "", ""
		}
	}
	return "63", RuleHMAC, "hmac is not the signature of this request"
}

// fresh says whether a request that was dated at is within a window of now, by the
// sandbox's clock or by the machine's, as far as a script has not put the provider's clock
// ahead.
func (c *call) fresh(now, at time.Time, window time.Duration) bool {
	skew := time.Duration(c.effect.Skew)
	return within(now.Add(skew), at, window) || (!c.real.IsZero() && within(c.real.Add(skew), at, window))
}

func within(a, b time.Time, d time.Duration) bool {
	apart := a.Sub(b)
	return apart <= d && apart >= -d
}

// signed compares the hmac, 64 lower-case hexadecimal characters.
func (m *ovoMerchant) signed(h ovoHeader, mode HMACMode, body string) bool {
	if len(h.hmac) != 2*sha256.Size {
		return false
	}
	m.mac.Reset()
	m.scratch = append(append(m.scratch[:0], h.appID...), h.random...)
	m.mac.Write(m.scratch)
	if mode == R2 {
		m.mac.Write([]byte(body))
	}
	var text [2 * sha256.Size]byte
	m.scratch = m.mac.Sum(m.scratch[:0])
	hex.Encode(text[:], m.scratch)
	m.scratch = append(m.scratch[:0], h.hmac...)
	return hmac.Equal(text[:], m.scratch)
}

func recipeR3(h ovoHeader, key string) string {
	sum := sha256.Sum256([]byte(h.appID + h.random + key))
	return hex.EncodeToString(sum[:])
}

// fields judges the amount (13) and then the shape of the other fields (BR), as far
// as the operation needs them, and notes what is unusual but let through.
func (o *ovoRail) fields(now time.Time, held *call) (string, Rule, string) {
	m := held.ovo.message
	if m.operation != OperationInquiry && m.amount == 0 {
		return "13", RuleAmount, "amount is missing, below 1 or not whole"
	}
	if m.day.IsZero() {
		return "BR", RuleDateFormat, "date is not yyyy-MM-dd HH:mm:ss.SSS"
	}
	if m.operation != OperationInquiry {
		switch {
		case m.reference == 0:
			return "BR", RuleReferenceNumber, "referenceNumber is not 1 to 999999"
		case m.batch == 0:
			return "BR", RuleBatchNumber, "batchNo is not 1 to 6 digits"
		case m.invoice == "" || len(m.invoice) > 50:
			return "BR", RuleInvoice, "merchantInvoice is empty or longer than 50"
		}
	}
	note := func(rule Rule, detail string) { o.core.violated(now, held, rule, true, detail) }
	if m.unknown != "" {
		note(RuleUnknownField, clip(m.unknown, 40))
	}
	if m.referenceNumber {
		note(RuleReferenceType, "sent as a number")
	}
	if m.batchIsNumber {
		note(RuleBatchType, "sent as a number")
	}
	if m.phoneText != "" && !strings.HasPrefix(m.phoneText, "08") {
		note(RulePhoneFormat, "not in the 08xxx format")
	}
	if m.operation == OperationPush && !held.fresh(now, m.day, timeWindow) {
		note(RuleDateClock, "date is more than 5 minutes from now in GMT+7")
	}
	return "", "", ""
}

// process acts on a request that has been accepted.
func (o *ovoRail) process(now time.Time, held *call) {
	if code := held.effect.Code; code != "" && held.ovo.message.operation != OperationPush {
		o.answer(now, held, code, nil)
		return
	}
	switch held.ovo.message.operation {
	case OperationPush:
		o.push(now, held)
	case OperationReversal:
		o.reverse(now, held)
	case OperationVoid:
		o.void(now, held)
	case OperationCheckPush, OperationCheckVoid:
		o.check(now, held)
	case OperationInquiry:
		o.inquire(now, held)
	}
}

// refuse answers a code for a broken rule.
func (o *ovoRail) refuse(now time.Time, held *call, code string, rule Rule, detail string) {
	o.core.violated(now, held, rule, false, detail)
	o.answer(now, held, code, nil)
}

// answer writes the response; p lends its figures to an approval.
func (o *ovoRail) answer(now time.Time, held *call, code string, p *payment) {
	o.answerAt(now, now, held, code, p)
}

func (o *ovoRail) answerAt(now, at time.Time, held *call, code string, p *payment) {
	if held.effect.AnswerCode != "" && code != held.effect.AnswerCode {
		code, p = held.effect.AnswerCode, nil
	}
	a := ovoAnswer{code: code, at: now, payment: p, foreign: held.effect.Answer == AnswerForeign}
	if p != nil {
		a.trace = p.trace
		switch held.ovo.message.operation { // a check repeats what was answered then
		case OperationCheckPush:
			a.at = p.Charged
		case OperationCheckVoid:
			a.at = p.Voided
		}
	} else {
		o.trace = o.trace%999999 + 1
		a.trace = o.trace
	}
	answer := Answer{Status: http.StatusOK, Header: o.json}
	if code != "00" {
		answer.Status = o.options.FailureStatus
	}
	o.core.reply(at, held, o.core.onItsWay(held, answer, func() []byte {
		return appendOVO(make([]byte, 0, 1024), held.ovo.message, a)
	}))
}

// onItsWay does to an answer what the script has ordered; body is asked for only if
// somebody reads it.
func (c *Core) onItsWay(held *call, answer Answer, body func() []byte) Answer {
	switch held.effect.Answer {
	case AnswerLost:
		return Answer{Never: true}
	case AnswerReset:
		return Answer{Reset: true}
	case AnswerEmpty404:
		return Answer{Status: http.StatusNotFound, Header: c.ovo.none}
	case AnswerHTTP500:
		return Answer{Status: http.StatusInternalServerError, Header: c.ovo.html, Body: htmlError("500 Internal Server Error")}
	case AnswerHTTP502:
		return Answer{Status: http.StatusBadGateway, Header: c.ovo.html, Body: htmlError("502 Bad Gateway")}
	case AnswerHTML:
		return Answer{Status: http.StatusOK, Header: c.ovo.html, Body: htmlError("Maintenance")}
	}
	if held.gone {
		return answer
	}
	answer.Body = body()
	if held.effect.Answer == AnswerTruncated {
		answer.Body = answer.Body[:len(answer.Body)/2]
	}
	return answer
}

func htmlError(title string) []byte {
	return []byte("<html><head><title>" + title + "</title></head><body><center><h1>" + title + "</h1></center></body></html>\n")
}

// silence ends a call to which nobody has anything to say.
func (o *ovoRail) silence(at time.Time, held *call, how Silence) {
	switch {
	case how == NoAnswer || held.effect.Answer == AnswerLost:
		o.core.reply(at, held, Answer{Never: true})
	case held.effect.Answer == AnswerReset:
		o.core.reply(at, held, Answer{Reset: true})
	default:
		o.core.reply(at, held, Answer{Status: http.StatusNotFound, Header: o.none})
	}
}

func (o *ovoRail) forget(p *payment) {
	number := ovoNumber{p.TID, p.Batch, p.Reference}
	if o.byNumber[number] == p {
		delete(o.byNumber, number)
	}
	invoice := ovoInvoice{p.merchant, p.Invoice}
	if o.byInvoice[invoice] == p {
		delete(o.byInvoice, invoice)
	}
}
