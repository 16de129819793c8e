package sandbox

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// snapCodeLength is that of a responseCode: HTTP status, service, case.
const snapCodeLength = 7

// snapRail is OVO's dynamic QRIS: Bank Indonesia's SNAP under /OVOSNAP. It verifies
// with its own code and not with the client's, so that both cannot be wrong together.
type snapRail struct {
	core        *Core
	options     SNAPOptions
	services    []snapService
	merchants   map[string]*snapMerchant // by client id
	list        []*snapMerchant          // in the order of the options
	tokens      map[string]*snapToken    // all that are alive, or have not been swept yet
	byInvoice   map[snapInvoice]*payment // by partnerReferenceNo
	byReference map[string]*payment      // by referenceNo
	byQR        map[string]*payment      // by payload
	bindings    map[string]*binding      // by id
	bound       []*binding               // in order
	sequence    uint64                   // of tokens and other secrets
	references  uint64

	again      []time.Duration // from one try of a notification to the next
	qrRevision uint64          // grows when the list of open QRs changes
}

// snapInvoice is what a partner knows a payment by.
type snapInvoice struct {
	merchant *snapMerchant
	number   string
}

type snapMerchant struct {
	SNAPMerchant
	callback     Callback
	tokens       []*snapToken // B2B, oldest first
	lastToken    *snapToken
	externalDay  string          // the WIB day of externalIDs
	externalIDs  map[string]bool // X-EXTERNAL-ID of that day
	refunds      map[string]*payment
	partnerToken string // got from the partner's TokenURL
	partnerUntil time.Time
	waiting      []*notice
}

// snapCall is what a call on this rail carries.
type snapCall struct {
	service  *snapService
	method   string
	paths    []string // what the signature may have been made over
	header   snapHeader
	body     []byte
	message  *snapMessage
	json     bool // the body is JSON
	base     string
	merchant *snapMerchant
	token    *snapToken
	broken   []Rule
}

type snapHeader struct {
	timestamp, clientKey, partnerID, signature     string
	externalID, channelID, authorization, customer string
}

// snapAuth is how a service is guarded.
type snapAuth uint8

const (
	authToken      snapAuth = iota // X-CLIENT-KEY, signed client|timestamp
	authSymmetric                  // token and HMAC
	authAsymmetric                 // RSA without token
)

// snapService is one API. BI, SNAP: the service code stands in every responseCode.
type snapService struct {
	operation Operation
	code      string
	path      string // after the version
	auth      snapAuth
	fields    []snapField
	act       func(*snapRail, time.Time, *call)
}

func newSNAPRail(c *Core, options SNAPOptions) snapRail {
	s := snapRail{
		core: c, options: options, services: snapServices(), merchants: map[string]*snapMerchant{}, tokens: map[string]*snapToken{},
		byInvoice: map[snapInvoice]*payment{}, byReference: map[string]*payment{}, byQR: map[string]*payment{},
		bindings: map[string]*binding{}, again: slices.Repeat([]time.Duration{notifyEvery}, max(options.NotifyRetries, 0)),
	}
	for _, merchant := range options.Merchants {
		known := &snapMerchant{
			SNAPMerchant: merchant, callback: merchant.Callback,
			externalIDs: map[string]bool{}, refunds: map[string]*payment{},
		}
		s.merchants[merchant.ClientID] = known
		s.list = append(s.list, known)
	}
	return s
}

// servesSNAP says whether a path is this rail's, known or not.
func servesSNAP(path string, plain bool) bool {
	if strings.HasPrefix(path, "/OVOSNAP/") || strings.HasPrefix(path, "/ovosnap/") {
		return true
	}
	_, versioned := afterVersion(strings.TrimPrefix(path, "/api"))
	return plain && versioned
}

// route finds the service of a path: /OVOSNAP/v1.0/… with any version, since OVO's
// documents differ in it; /ovosnap/<name>, as OVO's sample log has it; and the plain ones.
func (s *snapRail) route(path string) *snapService {
	rest, ok := strings.CutPrefix(path, "/OVOSNAP")
	if !ok {
		rest, ok = strings.CutPrefix(path, "/ovosnap")
	}
	if !ok {
		rest = strings.TrimPrefix(rest, "/api")
	}
	named, versioned := afterVersion(rest)
	for i := range s.services {
		service := &s.services[i]
		switch {
		case versioned && (named == service.path || "oauth/account/"+named == service.path):
			return service
		case ok && !versioned && strings.HasSuffix(service.path, rest) && strings.HasPrefix(rest, "/qr-mpm-"):
			return service
		}
	}
	return nil
}

// afterVersion cuts "/v1.0/" off.
func afterVersion(path string) (string, bool) {
	if len(path) < 6 || path[:2] != "/v" || !digits(path[2:3]) || path[3] != '.' || !digits(path[4:5]) || path[5] != '/' {
		return "", false
	}
	return path[6:], true
}

// arrive takes a request off the wire: the route is judged, the script is chosen, and
// it is read now or when its delay is over.
func (s *snapRail) arrive(now time.Time, held *call, request Request) {
	service := s.route(request.Path)
	h := request.Header
	held.snap = &snapCall{
		service: service, method: request.Method, body: bytes.Clone(request.Body), message: &snapMessage{},
		base: s.base(request.Host), paths: s.signedPaths(request),
		header: snapHeader{
			h.Get("X-Timestamp"), h.Get("X-Client-Key"), h.Get("X-Partner-Id"), h.Get("X-Signature"),
			h.Get("X-External-Id"), h.Get("Channel-Id"), h.Get("Authorization"), h.Get("Authorization-Customer"),
		},
	}
	if service == nil {
		held.snap.service = &snapService{}
		s.core.record(now, held, request, string(request.Body))
		s.core.violated(now, held, RuleSNAPPath, false, "no service has this path")
		s.core.reply(now, held, Answer{Status: http.StatusNotFound, Header: s.core.ovo.none})
		return
	}
	s.core.record(now, held, request, string(request.Body))
	if v := judgeTransport(request); v.rule != "" {
		s.refuse(now, held, v.code, v.reason, v.rule, v.detail)
		return
	}
	if held.snap.json = json.Valid(request.Body); held.snap.json {
		held.snap.message = parseSNAP(string(request.Body))
	}
	held.effect = s.effectFor(held)
	s.core.travel(now, held)
}

// base is where this sandbox's pages are, for a caller.
func (s *snapRail) base(host string) string {
	if s.options.WebURL != "" {
		return strings.TrimSuffix(s.options.WebURL, "/")
	}
	if host == "" {
		host = "localhost"
	}
	return "http://" + host
}

// signedPaths are the EndpointUrls that a signature may cover. BI, SNAP, security:
// relative path with all parameters. Midtrans' client signs /v1.0/… whatever stands
// before it in its base URL, which PlainPaths lets pass.
func (s *snapRail) signedPaths(request Request) []string {
	path := request.Path
	if request.Query != "" {
		path += "?" + request.Query
	}
	paths := []string{path}
	if s.options.PlainPaths {
		for _, prefix := range []string{"/OVOSNAP", "/ovosnap", "/api"} {
			if plain, ok := strings.CutPrefix(path, prefix+"/v"); ok {
				paths = append(paths, "/v"+plain)
			}
		}
	}
	return paths
}

// magicID begins an X-EXTERNAL-ID that asks for an outcome: 99999 and seven digits of a
// responseCode. Real ones begin with a date.
const magicID = "99999"

func (s *snapRail) effectFor(held *call) Effect {
	c, m := held.snap, held.snap.message
	phone, _ := normalPhone(m.text("phoneNo"))
	effect := s.core.effectFor(asked{
		rail: RailSNAP, operation: c.service.operation, phone: phone, amount: m.rupiah(),
		invoice: m.invoice(), externalID: c.header.externalID,
	})
	if rest, ok := strings.CutPrefix(c.header.externalID, magicID); ok && effect == (Effect{}) && len(rest) >= snapCodeLength {
		if code := rest[:snapCodeLength]; snapCode(code) && snapText(code[:3]+code[5:]) != "" && code[:3] != "200" {
			effect.Code = code
		}
	}
	return effect
}

// judgeTransport looks at what comes before the headers.
func judgeTransport(request Request) verdict {
	if request.Method != http.MethodPost {
		return verdict{"40500", "", RuleSNAPMethod, "the only method is POST"}
	}
	if kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return badField("40002", "Content-Type", RuleSNAPContentType)
	}
	if len(request.Body) > ovoBodyMax {
		return verdict{"40000", "", RuleSNAPBodySize, "the body is longer than 64 KiB"}
	}
	return verdict{}
}

// read judges a request: headers, timestamp, client, token, signature, JSON,
// X-EXTERNAL-ID, fields. What passes is acted on now or when its delay is over.
func (s *snapRail) read(now time.Time, held *call) {
	for _, judge := range [...]func(time.Time, *call) verdict{
		s.judgeHeaders, s.judgeTimestamp, s.judgeClient, s.judgeToken, s.judgeSignature, s.judgeBody, s.judgeFields,
	} {
		if v := judge(now, held); v.rule != "" {
			s.refuse(now, held, v.code, v.reason, v.rule, v.detail)
			return
		}
	}
	if held.effect.ProcessDelay > 0 {
		s.core.plan(now.Add(time.Duration(held.effect.ProcessDelay)), dueProcess, held, nil)
		return
	}
	s.process(now, held)
}

// process acts on a request that has been accepted.
func (s *snapRail) process(now time.Time, held *call) {
	if code := held.effect.Code; code != "" {
		s.answer(now, held, code[:3]+code[5:], "", nil)
		return
	}
	held.snap.service.act(s, now, held)
}

// verdict is a broken rule and its answer; the zero value means that none is. The code
// is five digits: HTTP status and case.
type verdict struct {
	code   string
	reason string // goes into the message
	rule   Rule
	detail string
}

// field is a verdict about one field, which is named in the message.
func badField(code, name string, rule Rule) verdict { return verdict{code, name, rule, name} }

func (s *snapRail) judgeHeaders(now time.Time, held *call) verdict {
	h, auth := &held.snap.header, held.snap.service.auth
	note := func(rule Rule, detail string) { s.core.violated(now, held, rule, true, detail) }
	for _, header := range [...]struct {
		name, value string
		needed      bool
	}{
		{"X-TIMESTAMP", h.timestamp, true},
		{"X-SIGNATURE", h.signature, true},
		{"X-CLIENT-KEY", h.clientKey, auth == authToken},
		{"X-PARTNER-ID", h.partnerID, auth != authToken},
		{"X-EXTERNAL-ID", h.externalID, auth != authToken},
	} {
		if header.needed && header.value == "" {
			return badField("40002", header.name, RuleHeader)
		}
	}
	if auth == authToken {
		return verdict{}
	}
	if len(h.externalID) > 36 {
		return badField("40001", "X-EXTERNAL-ID", RuleExternalIDFormat)
	}
	if !digits(h.externalID) {
		note(RuleExternalIDNumeric, "it is not numeric")
	}
	switch {
	case h.channelID == "":
		note(RuleChannelID, "it is missing")
	case len(h.channelID) > 5:
		note(RuleChannelID, "it is longer than 5")
	}
	return verdict{}
}

// judgeTimestamp reads the forms that the documents have: 2020-12-17T10:55:00+07:00,
// and with milliseconds, or with them and the date without hyphens, as in OVO's sample.
func (s *snapRail) judgeTimestamp(now time.Time, held *call) verdict {
	text := held.snap.header.timestamp
	at, form := parseSNAPTime(text)
	bad := badField("40001", "X-TIMESTAMP", RuleTimestamp)
	if at.IsZero() {
		return bad
	}
	note := func(rule Rule, detail string) { s.core.violated(now, held, rule, true, detail) }
	// Indonesia has three zones: +07:00, +08:00, +09:00.
	if zone := text[len(text)-6:]; zone != "+07:00" && zone != "+08:00" && zone != "+09:00" {
		if !s.options.Lenient {
			bad.rule = RuleTimestampZone
			return bad
		}
		note(RuleTimestampZone, "it is not in an Indonesian zone")
	}
	if form != snapTime {
		note(RuleTimestampMillis, "it is not yyyy-MM-ddTHH:mm:ssTZD")
	}
	if tolerance := s.options.Tolerance; tolerance >= 0 && !held.fresh(now, at, tolerance) {
		return verdict{"40100", "X-TIMESTAMP", RuleTimestampWindow, "it is more than " + tolerance.String() + " away"}
	}
	return verdict{}
}

const snapTime = "2006-01-02T15:04:05Z07:00"

// parseSNAPTime returns the zero time for what is none, and the layout that fits.
func parseSNAPTime(text string) (time.Time, string) {
	if len(text) < len("20060102T15:04:05Z") || len(text) > 40 {
		return time.Time{}, ""
	}
	for _, layout := range [...]string{snapTime, "20060102T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			if strings.ContainsAny(text, ".,") {
				layout += ".SSS"
			}
			return at, layout
		}
	}
	return time.Time{}, ""
}

func (s *snapRail) judgeClient(_ time.Time, held *call) verdict {
	id := held.snap.header.partnerID
	if held.snap.service.auth == authToken {
		id = held.snap.header.clientKey
	}
	if held.snap.merchant = s.merchants[id]; held.snap.merchant == nil {
		return verdict{"40100", "Unknown client", RuleClient, "X-CLIENT-KEY or X-PARTNER-ID is not known"}
	}
	return verdict{}
}

// judgeToken looks at the B2B token; the account binding and the tokens need none.
func (s *snapRail) judgeToken(now time.Time, held *call) verdict {
	if held.snap.service.auth != authSymmetric {
		return verdict{}
	}
	text, ok := strings.CutPrefix(held.snap.header.authorization, "Bearer ")
	if !ok || text == "" {
		return verdict{"40103", "", RuleTokenMissing, "Authorization is not Bearer and a token"}
	}
	token := s.tokens[text]
	if token == nil || !now.Before(token.until) {
		return verdict{"40101", "", RuleToken, "the token is not known, killed, or older than 15 minutes"}
	}
	if token.merchant != held.snap.merchant || token.binding != nil {
		return verdict{"40100", "Unknown client", RuleTokenOwner, "X-PARTNER-ID is not the token's owner"}
	}
	held.snap.token = token
	return verdict{}
}

func (s *snapRail) judgeSignature(now time.Time, held *call) verdict {
	bad := verdict{"40100", "Signature", RuleSignature, "X-SIGNATURE is not the signature of this request"}
	text := held.snap.header.signature
	signature, err := hex.DecodeString(text) // of a length that Base64 of a signature never has
	switch {
	case err != nil || len(signature)%64 != 0:
		if signature, err = base64.StdEncoding.Strict().DecodeString(text); err != nil {
			bad.detail = "X-SIGNATURE is not Base64"
			return bad
		}
	case !s.options.Lenient:
		return verdict{"40100", "Signature", RuleSignatureHex, "X-SIGNATURE is hexadecimal"}
	default:
		s.core.violated(now, held, RuleSignatureHex, true, "X-SIGNATURE is hexadecimal")
	}
	if !held.snap.signed(signature) {
		return bad
	}
	return verdict{}
}

// signed tells whether signature is that of the call, in one of its possible forms.
func (c *snapCall) signed(signature []byte) bool {
	if c.service.auth == authToken {
		return verifyRSA(c.merchant.PublicKey, c.header.clientKey+"|"+c.header.timestamp, signature)
	}
	body := c.body
	var small bytes.Buffer
	if json.Compact(&small, c.body) == nil {
		body = small.Bytes()
	}
	sum := sha256.Sum256(body)
	tail := hex.EncodeToString(sum[:]) + ":" + c.header.timestamp
	for _, path := range c.paths {
		text := c.method + ":" + path
		if c.service.auth == authSymmetric {
			mac := hmac.New(sha512.New, []byte(c.merchant.Secret))
			mac.Write([]byte(text + ":" + c.token.text + ":" + tail))
			if hmac.Equal(mac.Sum(nil), signature) {
				return true
			}
			continue
		}
		// OVO's FAQ prints the string without the colon before the hash; Bank Indonesia has it.
		if verifyRSA(c.merchant.PublicKey, text+":"+tail, signature) || verifyRSA(c.merchant.PublicKey, text+tail, signature) {
			return true
		}
	}
	return false
}

func verifyRSA(key *rsa.PublicKey, text string, signature []byte) bool {
	if key == nil {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
}

// judgeBody looks at the JSON, and then takes down the X-EXTERNAL-ID: only what is
// signed can use one up.
func (s *snapRail) judgeBody(now time.Time, held *call) verdict {
	c := held.snap
	switch {
	case !c.json || !c.message.object:
		return verdict{"40000", "", RuleSNAPJSON, "the body is no JSON object"}
	case c.message.twice != "":
		return verdict{"40000", "", RuleSNAPJSON, clip(c.message.twice, 40) + " stands twice"}
	}
	if c.service.auth == authToken {
		return verdict{}
	}
	m := c.merchant
	if day := now.In(WIB).Format(time.DateOnly); day != m.externalDay {
		m.externalDay = day
		clear(m.externalIDs)
	}
	if m.externalIDs[c.header.externalID] {
		return verdict{"40900", "", RuleExternalIDRepeated, "X-EXTERNAL-ID was used today"}
	}
	m.externalIDs[strings.Clone(c.header.externalID)] = true
	return verdict{}
}

// judgeFields goes through the fields of the service in the order of its table.
func (s *snapRail) judgeFields(now time.Time, held *call) verdict {
	c := held.snap
	for _, field := range c.service.fields {
		if v := field.judge(c.message); v.rule != "" {
			if field.rule == RuleGrantType && s.options.Lenient && lenientGrant(c.message) {
				s.core.violated(now, held, RuleGrantType, true, "it is not spelled grantType")
				continue
			}
			if field.name == "merchantId" && v.code == "40002" && c.service.operation == OperationBind && s.options.Lenient {
				s.core.violated(now, held, v.rule, true, "merchantId is missing")
				continue
			}
			return v
		}
	}
	if name := c.message.unknown(c.service.fields); name != "" && !(c.service.auth == authToken && strings.HasPrefix(name, "grant")) {
		s.core.violated(now, held, RuleSNAPUnknownField, true, clip(name, 40))
	}
	if id, given := c.message.get("merchantId"); given && c.service.auth != authToken && id.text != c.merchant.MerchantID {
		return verdict{"40408", "", RuleMerchant, "merchantId is not this partner's"}
	}
	return verdict{}
}

// lenientGrant accepts the spellings of other clients and of older text.
func lenientGrant(m *snapMessage) bool {
	return m.text("grant_type") == "client_credentials" || m.text("granttype") == "client_credentials"
}
