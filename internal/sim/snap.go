package sim

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// The operations of SNAP, as the sandbox and the exchange log call them.
const (
	opToken    = string(sandbox.OperationToken)
	opGenerate = string(sandbox.OperationGenerate)
	opQuery    = string(sandbox.OperationQuery)
	opRefund   = string(sandbox.OperationRefund)
)

const (
	snapAccount  = "qris"
	secondSecret = "0e1f5d27-second-secret-of-the-sandbox-4c"
)

// snapTrack is OVO's dynamic QRIS over SNAP.
type snapTrack struct {
	*day
	x        snapWeather
	partners []sandbox.SNAPMerchant // as the provider knows them, in the order of shops
	shops    []string               // the merchants' ids
	owners   map[qrNumber]string    // whose a number is
	qrs      map[string]*qrStory    // by payment
	tokens   map[string]*tokenStory // by merchant
	refused  map[string]bool        // access tokens that the provider does not take any more
	denied   map[qrNumber]bool      // QRs of which a gateway was told that nobody will pay them
	used     map[string]string      // what was sent once: X-EXTERNAL-IDs by client and day, numbers by client
}

// qrNumber is how a provider knows a payment: client and partnerReferenceNo.
type qrNumber struct{ client, number string }

// qrStory is what the world has seen of a payment by QR.
type qrStory struct {
	planned  int // attempts whose customers are planned
	query    *send
	canceled bool // its merchant was told that it is given up
}

// tokenStory is what the world has seen of a merchant's access tokens.
type tokenStory struct {
	value   string
	expires time.Time
	asking  *send
}

// snapWeather is what of a day is drawn for SNAP only.
type snapWeather struct {
	shops, tills  int
	style         payment.NumberStyle
	preset        payment.ReferenceNumber
	terms         payment.Terms
	options       sandbox.SNAPOptions
	notify        sandbox.NotifyMode
	compact       bool
	tokenDeaths   int
	forged        int
	longDay       bool    // with an hour between first and last, so that tokens come to their end
	noticeFault   float64 // by the provider
	wrongQR       float64
	pending       float64 // a query is told that nothing is known yet
	early         float64 // somebody pays before the answer of generate is here
	scan, decline float64
	edge, late    float64
	refund, renew float64
	check, cancel float64
}

// ordinaryQRs is a quiet day: the mix in which checkers are shown to bite.
func ordinaryQRs() snapWeather {
	return snapWeather{
		shops: 2, tills: 1, style: payment.BySequence, terms: payment.SNAPTerms(), notify: sandbox.NotifyEmptyToken,
		scan: 0.9, decline: 0.03, refund: 0.1,
	}
}

// stormyQRs draws a day from the seed.
func (w *world) stormyQRs() snapWeather {
	x := snapWeather{
		shops: pick(w, 1, 2, 2), tills: pick(w, 1, 2), style: pick(w, payment.BySequence, payment.ByDate), terms: payment.SNAPTerms(),
		notify:  pick(w, sandbox.NotifyEmptyToken, sandbox.NotifyEmptyToken, sandbox.NotifyLastToken, sandbox.NotifyLastToken, sandbox.NotifyAsymmetric),
		compact: w.chance(0.2), longDay: w.chance(0.2),
		noticeFault: w.rate(0.5), wrongQR: w.rate(0.1), pending: w.rate(0.3), early: w.rate(0.05),
		scan: 0.4 + 0.6*w.rng.Float64(), decline: 0.2 * w.rng.Float64(), edge: w.rate(0.5), late: w.rate(0.4),
		refund: w.rate(0.8), renew: w.rate(0.8), check: w.rate(0.4), cancel: w.rate(0.2),
	}
	if w.chance(0.3) {
		x.preset = 999990
	}
	if w.chance(0.5) {
		x.tokenDeaths = 1 + w.rng.IntN(4)
	}
	if w.chance(0.5) {
		x.forged = 1 + w.rng.IntN(4)
	}
	x.terms.QueryUntil = pick(w, 10*time.Minute, 24*time.Hour)
	x.options = sandbox.SNAPOptions{StandardFields: w.chance(0.3), NotifyRetries: pick(w, 3, 3, -1), PlainPaths: w.chance(0.2)}
	if x.terms.QueryUntil < time.Hour {
		x.options.ExpiredStatus = pick(w, "06", "05", "03") // the last one is none: such a QR is never known to be unpaid
	}
	return x
}

func newSNAPTrack(d *day) track {
	t := &snapTrack{
		day: d, x: d.weather.snap, owners: map[qrNumber]string{}, qrs: map[string]*qrStory{}, tokens: map[string]*tokenStory{},
		refused: map[string]bool{}, denied: map[qrNumber]bool{}, used: map[string]string{},
	}
	other := sandbox.DemoSNAPMerchant()
	other.ClientID, other.Secret, other.MerchantID = "kopi-sandbox-qris", secondSecret, "000000000000280"
	other.Terminals, other.StoreID, other.Name, other.NMID = []string{"00000280", "00000281"}, "KS001", "Kopi Senja", "ID1020000000028"
	t.partners = []sandbox.SNAPMerchant{sandbox.DemoSNAPMerchant(), other}[:t.x.shops]
	t.shops = []string{merchantID, "kopi"}[:t.x.shops]
	for i := range t.partners {
		t.partners[i].Callback = sandbox.Callback{URL: callbackURL(t.shops[i], snapAccount), Mode: t.x.notify}
		t.tokens[t.shops[i]] = &tokenStory{}
	}
	return t
}

func (t *snapTrack) rail() payment.Rail { return payment.SNAP }

func (t *snapTrack) accounts() []merchant.Account {
	var list []merchant.Account
	for i, partner := range t.partners {
		list = append(list, t.account(t.shops[i], partner))
	}
	return list
}

func (t *snapTrack) account(shop string, partner sandbox.SNAPMerchant) merchant.Account {
	key, err := sandbox.DemoSNAPKey()
	if err != nil {
		panic(err)
	}
	a := merchant.Account{
		ID: snapAccount, MerchantID: shop, Rail: payment.SNAP, Environment: merchant.Sandbox, URL: "http://sandbox/OVOSNAP",
		Terms: t.x.terms, SNAP: merchant.SNAPCredentials{
			ClientID: partner.ClientID, ClientSecret: merchant.NewSecret(partner.Secret), NMID: partner.NMID, ChannelID: "95221",
			PrivateKey:        merchant.NewSecret(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key))),
			CompactTimestamps: t.x.compact, Notify: merchant.SNAPNotify{Mode: "shared_secret"},
		},
	}
	if t.sabotage.clientSecret != "" {
		a.SNAP.ClientSecret = merchant.NewSecret(t.sabotage.clientSecret)
	}
	if t.x.notify == sandbox.NotifyAsymmetric {
		provider, err := sandbox.DemoProviderKey()
		if err != nil {
			panic(err)
		}
		a.SNAP.Notify = merchant.SNAPNotify{
			Mode: "provider_key", PublicKey: base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&provider.PublicKey)),
		}
	}
	for i := range t.x.tills {
		a.Terminals = append(a.Terminals, merchant.Terminal{Style: t.x.style, Terminal: payment.Terminal{
			ID: tillID(i), TID: partner.Terminals[i], MID: partner.MerchantID, StoreCode: partner.StoreID,
		}})
	}
	return a
}

func (t *snapTrack) provide(o *sandbox.Options) {
	o.SNAP = t.x.options
	o.SNAP.Merchants = t.partners
}

func (t *snapTrack) dawn(half time.Duration) {
	for _, shop := range t.shops {
		t.presetNumber(shop, "qr/"+snapAccount, t.x.style, t.x.preset)
	}
	for range t.x.tokenDeaths {
		t.at(t.between(0, half), nil, func() {
			client := ""
			if t.chance(0.5) {
				client = pick(t.world, t.partners...).ClientID
			}
			t.tell("provider forgets tokens", nil, "", strconv.Itoa(t.core.KillTokens(client)))
		})
	}
	for range t.x.forged {
		t.at(t.between(0, half), nil, t.forgery)
	}
}

// forgery is somebody who has seen a notification and would like another QR to count as paid.
func (t *snapTrack) forgery() {
	open := t.core.OpenQRs(t.time(), 20)
	was := field(t.lastNotice.Body, originalField)
	if len(open) == 0 || was == nil {
		return
	}
	x := pick(t.world, open...)
	n := t.lastNotice
	n.URL = callbackURL(t.shopOf(x.MID), snapAccount)
	t.forge(n, string(was), x.Invoice)
}

func (t *snapTrack) restWithin() time.Duration {
	terms := t.x.terms
	rest := terms.QRLife + 2*terms.QueryGapMax + 2*terms.RetryGapMax + terms.SignatureLife + terms.ShortCallLimit + time.Minute
	if terms.QueryUntil < time.Hour {
		rest += terms.QueryUntil
	}
	return rest
}

func (t *snapTrack) order(i int) engine.Order {
	return engine.Order{
		MerchantID: pick(t.world, t.shops...), Mode: payment.Test, Method: payment.QRIS, Amount: payment.Rupiah(1000 + t.rng.IntN(100_000)),
		Reference: "QR-" + strconv.Itoa(i), Terminal: tillID(t.rng.IntN(t.x.tills)),
	}
}

func (t *snapTrack) followUp(s *story) {
	later := func(rate float64, from, to time.Duration, what payment.Ask) {
		if t.chance(rate) {
			t.after(t.between(from, to), nil, func() { t.ask(s, what) })
		}
	}
	later(t.x.refund, time.Second, 4*time.Minute, payment.AskRefund)
	later(t.x.refund, time.Second, 20*time.Minute, payment.AskRefund)
	later(t.x.renew, time.Minute, 4*time.Minute, payment.AskRenew)
	later(t.x.renew, time.Minute, 8*time.Minute, payment.AskRenew)
	later(t.x.cancel, 0, 2*time.Minute, payment.AskCancel)
	for range 3 {
		later(t.x.check, 0, 4*time.Minute, payment.AskCheck)
	}
}

// refusals: a query never says that what is there is not.
func (t *snapTrack) refusals(operation string) []string {
	switch operation {
	case opToken:
		return []string{"5007300", "5047300", "4297300", "4017300"}
	case opGenerate:
		return []string{"5004700", "5044700", "4294700", "4094701", "4094700", "4034702", "4054700", "4014701", "4004700", "2024700"}
	case opQuery:
		return []string{"5005100", "5045100", "4295100", "4015101", "4095100", "2025100"}
	}
	return []string{"5007800", "5047800", "4297800", "4037815", "4047800", "4097800", "4017801", "4007802"} // of opRefund
}

func (t *snapTrack) afterwards() []string { return []string{"5000000", "5040000", "2020000"} }

func (t *snapTrack) effect(operation string, e *sandbox.Effect) {
	if t.calm {
		return
	}
	switch operation {
	case opGenerate:
		if t.chance(t.x.wrongQR) {
			e.Answer = pick(t.world, sandbox.AnswerBadChecksum, sandbox.AnswerOtherAmount, sandbox.AnswerOtherMerchant)
		}
		if t.chance(t.x.noticeFault) {
			e.Notify = pick(t.world, sandbox.NotifyLost, sandbox.NotifyDuplicate, sandbox.NotifyBadSignature, sandbox.NotifyStale, sandbox.NotifyForeign)
		}
		if t.chance(t.x.noticeFault) {
			e.NotifyDelay = sandbox.Duration(t.between(0, time.Minute))
		}
		if t.chance(t.x.early) {
			e.Customer, e.CustomerAfter = sandbox.Cash, sandbox.Duration(t.between(0, time.Second))
			e.Payer, e.AnswerAfter = t.phones[1].Digits(), sandbox.Duration(t.between(time.Second, 9*time.Second))
		}
	case opQuery:
		if t.chance(t.x.pending) {
			e.Status = pick(t.world, "01", "02", "03")
		}
	}
}

// What is looked for on SNAP's wire; never written.
var (
	partnerHeader  = []byte("\r\nX-Partner-Id: ")
	clientHeader   = []byte("\r\nX-Client-Key: ")
	externalHeader = []byte("\r\nX-External-Id: ")
	tokenHeader    = []byte("\r\nAuthorization: Bearer ")
	numberField    = []byte(`"partnerReferenceNo":"`)
	originalField  = []byte(`"originalPartnerReferenceNo":"`)
	refundNoField  = []byte(`"partnerRefundNo":"`)
	valueField     = []byte(`"value":"`)
	statusField    = []byte(`"latestTransactionStatus":"`)
)

// header finds a header of a request.
func header(wire, name []byte) string {
	head := wire[:bytes.Index(wire, headEnd)+len(lineEnd)]
	i := bytes.Index(head, name)
	if i < 0 {
		return ""
	}
	rest := head[i+len(name):]
	return string(rest[:bytes.Index(rest, lineEnd)])
}

var snapOperations = [...]struct{ path, name string }{ // never written
	{"/access-token/b2b ", opToken}, {"/qr-mpm-generate ", opGenerate}, {"/qr-mpm-query ", opQuery}, {"/qr-mpm-refund ", opRefund},
}

func (t *snapTrack) call(wire []byte) (operation, shop, id string) {
	first := wire[:bytes.Index(wire, lineEnd)]
	for _, o := range snapOperations {
		if bytes.Contains(first, []byte(o.path)) {
			operation = o.name
		}
	}
	number := t.numberOn(wire)
	return operation, t.shopOf(cmp.Or(number.client, header(wire, clientHeader))), t.owners[number]
}

// numberOn gives the number that a request is about.
func (t *snapTrack) numberOn(wire []byte) qrNumber {
	body := wire[bytes.Index(wire, headEnd)+len(headEnd):]
	number := field(body, numberField)
	if number == nil {
		number = field(body, originalField)
	}
	return qrNumber{header(wire, partnerHeader), string(number)}
}

// clientOf and shopOf tell which client of the provider a merchant is, and the other way round.
func (t *snapTrack) clientOf(shop string) string {
	for i, s := range t.shops {
		if s == shop {
			return t.partners[i].ClientID
		}
	}
	return ""
}

func (t *snapTrack) shopOf(client string) string {
	for i, p := range t.partners {
		if p.ClientID == client || p.MerchantID == client {
			return t.shops[i]
		}
	}
	return ""
}

func (t *snapTrack) owner(x sandbox.Transaction) (id string, mine bool) {
	return t.owners[qrNumber{t.clientOf(t.shopOf(x.MID)), x.Invoice}], x.Rail == sandbox.RailSNAP
}

func (t *snapTrack) secret(text string) string {
	for _, partner := range t.partners {
		if strings.Contains(text, partner.Secret) {
			return "the client secret"
		}
	}
	if strings.Contains(text, "eyJ") {
		return "an access token"
	}
	return ""
}

// qr gives what was seen of a payment by QR.
func (t *snapTrack) qr(id string) *qrStory {
	q := t.qrs[id]
	if q == nil {
		q = &qrStory{}
		t.qrs[id] = q
	}
	return q
}

func (t *snapTrack) written(_ *process, s *story, c *store.Change) {
	q := t.qr(s.id)
	n := len(c.Payment.Attempts)
	a := c.Payment.Attempts[n-1]
	if c.Terminal != "" {
		t.owners[qrNumber{t.clientOf(s.merchant), a.Number.Digits()}] = s.id
	}
	q.canceled = q.canceled || c.Payment.CancelAsked
	if c.Payment.State == payment.Awaiting && q.planned < n {
		q.planned = n
		t.customer(s, a)
		t.lookLater(s, a)
	}
}

func (t *snapTrack) secretSaved(shop, name string, sealed []byte) {
	part := exchange.Part{ID: name, MerchantID: shop, Side: exchange.Response, Sealed: sealed}
	var token struct {
		Value   string
		Expires time.Time
	}
	if t.keyring.Open(&part) == nil && json.Unmarshal(part.Wire, &token) == nil {
		k := t.tokens[shop]
		k.value, k.expires = token.Value, token.Expires
		if k.asking != nil {
			k.asking.got = true
		}
	}
}

// customer plans what the customer does with a QR.
func (t *snapTrack) customer(s *story, a payment.Attempt) {
	t0 := a.PushedAt.Sub(t.start)
	scan := max(t.now, t0+t.between(0, 60*time.Second))
	with := pick(t.world, sandbox.Cash, sandbox.Cash, sandbox.Points, sandbox.Both)
	roll := t.rng.Float64()
	switch {
	case t.chance(t.x.late): // the customer has a picture of it, and pays when it is over
		after := pick(t.world, 75*time.Second, 75100*time.Millisecond, 76*time.Second, t.between(76*time.Second, 6*time.Minute))
		t.plan(max(scan, t0+after), func() {
			if x, ok := t.core.QRTransaction(t.clientOf(s.merchant), a.Number.Digits()); ok {
				t.pays(s, t.core.PayLate(t.time(), x.ID, pick(t.world, t.phones...).Digits(), with, 0), "late")
			}
		})
		return
	case t.chance(t.x.edge):
		pay := t0 + pick(t.world, 74*time.Second, 74900*time.Millisecond, 74999*time.Millisecond, 75*time.Second, 75040*time.Millisecond, 75200*time.Millisecond, 76*time.Second)
		t.scan(s, scan, max(scan, pay), with)
		return
	case roll < t.x.scan:
	case roll < t.x.scan+t.x.decline:
		with = sandbox.Decline
	case roll < t.x.scan+2*t.x.decline:
		with = sandbox.Ignore
	default:
		return
	}
	t.scan(s, scan, scan+t.between(0, 10*time.Second), with)
}

// plan is at for what a customer does: the day does not end before.
func (t *snapTrack) plan(when time.Duration, do func()) {
	t.mail++
	t.at(when, nil, func() {
		t.mail--
		do()
		t.watchSandbox()
	})
}

// scan lets a customer scan what is shown, if something is, and decide later.
func (t *snapTrack) scan(s *story, when, decide time.Duration, with sandbox.Choice) {
	phone := pick(t.world, t.phones...).Digits()
	t.plan(when, func() {
		content := t.look(s)
		if content == "" {
			return
		}
		id, err := t.core.Scan(t.time(), phone, content)
		if err != nil {
			t.pays(s, err, "scan")
			return
		}
		t.plan(decide, func() { t.pays(s, t.core.Choose(t.time(), id, with), string(with)) })
	})
}

func (t *snapTrack) pays(s *story, err error, how string) {
	if err != nil {
		how += ": " + err.Error()
	}
	t.tell("customer decides", nil, s.id, how)
}

// lookLater looks at the customer's page around the end of a QR, and at some other time.
func (t *snapTrack) lookLater(s *story, a payment.Attempt) {
	t0 := a.PushedAt.Sub(t.start)
	t.at(t0+75*time.Second+t.between(0, 2*time.Second), nil, func() { t.look(s) })
	t.at(t0+t.between(0, 3*time.Minute), nil, func() { t.look(s) })
}

func (t *snapTrack) received(k *call) {
	switch s := k.send; {
	case bytes.Contains(k.answer, []byte(`"OV00502"`)), bytes.HasPrefix(field(k.answer, codeField), []byte("401")) && bytes.HasSuffix(field(k.answer, codeField), []byte("01")):
		t.refused[header(s.wire, tokenHeader)] = true
	case s.operation == opQuery:
		if status := string(field(k.answer, statusField)); status == "05" || status == "06" {
			t.denied[t.numberOn(s.wire)] = true
		}
	}
}

func (t *snapTrack) said(answer []byte) string { return string(field(answer, codeField)) }

func (t *snapTrack) noticed(shop string, body []byte) (id string, mine bool) {
	number := field(body, originalField)
	return t.owners[qrNumber{t.clientOf(shop), string(number)}], number != nil
}
