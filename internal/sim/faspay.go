package sim

import (
	"bytes"
	"cmp"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

const faspayAccount = "faspay"

// faspayTrack is Faspay's debit API with its OVO channel.
type faspayTrack struct {
	*day
	x      faspayWeather
	shop   sandbox.FaspayMerchant
	bills  map[string]*billStory // by bill_no
	posted map[string]bool       // bill_no
}

// billStory is what the world has seen of a bill.
type billStory struct {
	planned bool          // somebody is going to visit its page
	over    time.Duration // when a gateway was first told that nobody will pay it; 0: it was not
	back    bool          // and that the money was given back
}

// faspayWeather is what of a day is drawn for Faspay only.
type faspayWeather struct {
	style         payment.NumberStyle
	preset        payment.ReferenceNumber
	terms         payment.Terms
	options       sandbox.FaspayOptions
	encoding      sandbox.FaspayEncoding // of requests
	notify        sandbox.FaspayEncoding
	forged        int
	noticeFault   float64 // by the provider
	pending       float64 // an inquiry is told that nothing is known yet
	late          float64 // the customer pays after the time is up
	reversed      float64 // status 4 after 2
	lies          float64 // a push is refused before the customer is asked, says the answer, and they are asked
	visit, last   float64 // of a bill's page; at the end of the bill's life
	expires       float64 // the merchant says until when a bill can be paid
	returns       float64
	cancel, check float64
}

// ordinaryFaspay is a quiet day: the mix in which checkers are shown to bite.
func ordinaryFaspay() faspayWeather {
	x := faspayWeather{style: payment.BySequence, terms: payment.FaspayTerms(), visit: 0.9, returns: 0.1}
	x.terms.BillLife = 5 * time.Minute
	return x
}

// stormyFaspay draws a day from the seed.
func (w *world) stormyFaspay() faspayWeather {
	x := faspayWeather{
		style: pick(w, payment.BySequence, payment.ByDate), terms: payment.FaspayTerms(),
		encoding: pick(w, sandbox.FaspayJSON, sandbox.FaspayJSON, sandbox.FaspayXML), notify: pick(w, sandbox.FaspayJSON, sandbox.FaspayXML),
		noticeFault: w.rate(0.5), pending: w.rate(0.3), late: w.rate(0.2), reversed: w.rate(0.2), lies: w.rate(0.2), visit: 0.5 + 0.5*w.rng.Float64(),
		last: w.rate(0.3), expires: w.rate(0.5), returns: w.rate(0.8), cancel: w.rate(0.4), check: w.rate(0.4),
	}
	if w.chance(0.3) {
		x.preset = 999990
	}
	if w.chance(0.5) {
		x.forged = 1 + w.rng.IntN(4)
	}
	x.terms.Flow = pick(w, payment.Direct, payment.Direct, payment.Redirect)
	x.terms.BillLife = pick(w, 5*time.Minute, 10*time.Minute, time.Hour)
	x.options = sandbox.FaspayOptions{
		PlainErrors: w.chance(0.3), DirectAtOnce: w.chance(0.3), UnansweredCode: pick(w, "00", "68"), UnansweredFails: w.chance(0.3),
		ReturnTruth: w.chance(0.5), NotifyRetries: pick(w, 3, 3, -1),
	}
	return x
}

func newFaspayTrack(d *day) track {
	t := &faspayTrack{day: d, x: d.weather.faspay, shop: sandbox.DemoFaspayMerchant(), bills: map[string]*billStory{}, posted: map[string]bool{}}
	t.shop.Callback = sandbox.Callback{
		URL: callbackURL(merchantID, faspayAccount), ReturnURL: gatewayURL + "/return/faspay/" + faspayAccount, Encoding: t.x.notify,
	}
	return t
}

func (t *faspayTrack) rail() payment.Rail { return payment.Faspay }

func (t *faspayTrack) accounts() []merchant.Account {
	password := cmp.Or(t.sabotage.faspayPassword, t.shop.Password)
	return []merchant.Account{{
		ID: faspayAccount, MerchantID: merchantID, Rail: payment.Faspay, Environment: merchant.Sandbox, URL: "http://sandbox",
		Terms: t.x.terms, Faspay: merchant.FaspayCredentials{
			MerchantID: t.shop.MerchantID, Merchant: t.shop.Name, UserID: t.shop.UserID, Password: merchant.NewSecret(password),
			Encoding: string(t.x.encoding), Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@kopi.example"},
		},
		Terminals: []merchant.Terminal{{Style: t.x.style, Terminal: payment.Terminal{ID: faspayAccount}}},
	}}
}

func (t *faspayTrack) provide(o *sandbox.Options) {
	o.Faspay = t.x.options
	o.Faspay.Merchants = []sandbox.FaspayMerchant{t.shop}
}

func (t *faspayTrack) dawn(half time.Duration) {
	t.presetNumber(merchantID, faspayAccount, t.x.style, t.x.preset)
	for range t.x.forged {
		t.at(t.between(0, half), nil, func() {
			if was := member(t.lastNotice.Body, "bill_no"); was != "" && len(t.ordered) > 0 {
				t.forge(t.lastNotice, was, payment.Invoice(pick(t.world, t.ordered...).id, 1)+t.x.terms.InvoiceEnd)
			}
		})
	}
}

// restWithin: a bill lives as long as the merchant says; then it is canceled, and asked about.
func (t *faspayTrack) restWithin() time.Duration {
	terms := t.x.terms
	return max(terms.BillLife, longestBill) + terms.CloseAfter + 3*terms.QueryGapMax + 2*terms.RetryGapMax + 10*time.Minute
}

const longestBill = 20 * time.Minute // where the merchant says so

func (t *faspayTrack) order(i int) engine.Order {
	o := engine.Order{
		MerchantID: merchantID, Mode: payment.Test, Method: payment.OVOPush, Amount: payment.Rupiah(1000 + t.rng.IntN(100_000)),
		Phone: t.phones[t.rng.IntN(len(t.phones))], Reference: "BILL-" + strconv.Itoa(i),
	}
	if t.chance(t.x.expires) {
		o.ExpiresAt = t.time().Add(t.between(280*time.Second, longestBill)).Truncate(time.Second)
	}
	return o
}

func (t *faspayTrack) followUp(s *story) {
	later := func(rate float64, to time.Duration, do func()) {
		if t.chance(rate) {
			t.after(t.between(0, to), nil, do)
		}
	}
	later(t.x.cancel, 2*time.Minute, func() { t.ask(s, payment.AskCancel) })
	for range 3 {
		later(t.x.check, 6*time.Minute, func() { t.ask(s, payment.AskCheck) })
		later(t.x.returns, 4*time.Minute, func() { t.comesBack(s) })
	}
}

// refusals: an inquiry never says of a bill what is not so.
func (t *faspayTrack) refusals(operation string) []string {
	switch operation {
	case opPost:
		return []string{"03", "13", "14", "18", "30", "40", "55", "56", "66", "96", "17", "81"}
	case opPush:
		return []string{"14", "17", "26", "61", "63", "64", "65", "67", "68", "EB", "ER", "TO", "BR", "96", "58", "13", "56", "40", "18", "94"}
	}
	return []string{"40", "55", "56", "66", "96"} // of opCheck and opCancel
}

func (t *faspayTrack) afterwards() []string { return []string{"96", "68"} }

func (t *faspayTrack) effect(operation string, e *sandbox.Effect) {
	switch operation {
	case opPush:
		t.customer(e)
		if t.chance(t.x.lies) && !t.calm {
			e.AnswerCode = pick(t.world, "14", "58", "EB", "TO")
		}
	case opCheck:
		if !t.calm && t.chance(t.x.pending) {
			e.Status = pick(t.world, "0", "1")
		}
	}
}

// customer decides what the customer of a push does, whoever asked for it.
func (t *faspayTrack) customer(e *sandbox.Effect) {
	t.decides(e, 54*time.Second, 54900*time.Millisecond, 55*time.Second, 60*time.Second, 74900*time.Millisecond, 75*time.Second)
	t.noticeFaults(e, t.x.noticeFault)
	if t.calm {
		return
	}
	if t.chance(t.x.late) {
		e.Customer, e.CustomerAfter = sandbox.Cash, sandbox.Duration(t.between(55*time.Second, 25*time.Minute))
	}
	if t.chance(t.x.reversed) {
		e.ReverseAfter = sandbox.Duration(t.between(time.Second, 10*time.Minute))
	}
}

// What is looked for on Faspay's wire; never written.
var faspayOperations = [...]struct{ path, name string }{
	{"/300011/", opPost}, {"/pws/ovo_direct ", opPush}, {"/100004/", opCheck}, {"/100005/", opCancel},
}

func (t *faspayTrack) call(wire []byte) (operation, shop, id string) {
	first := wire[:bytes.Index(wire, lineEnd)]
	for _, o := range faspayOperations {
		if bytes.Contains(first, []byte(o.path)) {
			operation = o.name
		}
	}
	return operation, merchantID, paymentOf(t.billOn(wire))
}

// billOn gives the bill_no of a request, which that for a push does not name.
func (t *faspayTrack) billOn(wire []byte) string {
	body := wire[bytes.Index(wire, headEnd)+len(headEnd):]
	if number := member(body, "bill_no"); number != "" {
		return number
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	b, _ := t.core.Bill(form.Get("trx_id"))
	return b.BillNo
}

// bill gives what was seen of a bill.
func (t *faspayTrack) bill(number string) *billStory {
	b := t.bills[number]
	if b == nil {
		b = &billStory{}
		t.bills[number] = b
	}
	return b
}

func (t *faspayTrack) written(_ *process, s *story, c *store.Change) {
	a := c.Payment.Attempts[len(c.Payment.Attempts)-1]
	if a.Rail != payment.Faspay || a.RedirectURL == "" || t.bill(a.Invoice).planned {
		return
	}
	t.bill(a.Invoice).planned = true
	t.visits(s, a)
}

// visits plans the visit of a customer to the page of a bill.
func (t *faspayTrack) visits(s *story, a payment.Attempt) {
	end := a.ExpiresAt.Sub(t.start)
	when := t.now + t.between(0, 2*time.Minute)
	switch {
	case t.chance(t.x.last):
		when = end + pick(t.world, -time.Minute, -time.Second, -100*time.Millisecond, 0, time.Second, 29*time.Second)
	case !t.chance(t.x.visit):
		return
	}
	t.mail++
	t.at(when, nil, func() {
		t.mail--
		script := sandbox.Script{ID: "page", Rail: sandbox.RailFaspay, Operation: sandbox.OperationDirect, Invoice: a.Invoice, Times: 1}
		t.customer(&script.Effect)
		script.Effect.AnswerAfter = 0
		if _, err := t.core.AddScript(script); err != nil {
			panic(err)
		}
		how := "on the page"
		if err := t.core.AskBill(t.time(), a.ProviderReference, pick(t.world, t.phones...).Digits()); err != nil {
			how += ": " + err.Error()
		}
		t.core.DeleteScript("page")
		t.tell("customer decides", nil, s.id, how)
		t.watchSandbox()
		if t.chance(t.x.returns) {
			t.after(t.between(0, time.Minute), nil, func() { t.comesBack(s) })
		}
	})
}

// comesBack is a customer's browser on its way back from Faspay, or somebody who pretends to be one.
func (t *faspayTrack) comesBack(s *story) {
	p, err := t.base.Load(background, s.merchant, s.id)
	g := t.gateway()
	if err != nil || g == nil || t.calm {
		return
	}
	if p.Unchosen() {
		return // nobody was sent anywhere
	}
	a := p.Attempts[len(p.Attempts)-1]
	if a.Rail != payment.Faspay || a.ProviderReference == "" {
		return
	}
	status, forged := strconv.Itoa(t.rng.IntN(10)), t.chance(0.3)
	query := t.returnQuery(a, status)
	if forged {
		query = strings.Replace(query, "status="+status, "status="+strconv.Itoa((t.rng.IntN(9)+1+int(status[0]-'0'))%10), 1)
	}
	g.spawn(0, g, func() {
		if t.sabotage.returns != nil {
			t.sabotage.returns(g, s)
			return
		}
		in := rail.Notification{Method: http.MethodGet, Endpoint: "/return/faspay/" + faspayAccount + "?" + query}
		_, err := g.engine.Return(background, s.merchant, faspayAccount, in, query)
		answer := "is sent on"
		if err != nil {
			answer = err.Error()
		}
		t.tell("customer comes back", g, s.id, answer)
		var rejected *rail.Rejected
		if errors.As(err, &rejected) != forged {
			t.fail(ReturnIsNoWord, s.id, "a return is taken for forged or not, and is the other: %v", err)
		}
	})
}

// returnQuery is what Faspay adds to the return URL. Faspay, Debit API: sha1(md5(user_id, password, bill_no, status)).
func (t *faspayTrack) returnQuery(a payment.Attempt, status string) string {
	inner := md5.Sum([]byte(t.shop.UserID + t.shop.Password + a.Invoice + status))
	outer := sha1.Sum([]byte(hex.EncodeToString(inner[:])))
	return url.Values{
		"trx_id": {a.ProviderReference}, "merchant_id": {t.shop.MerchantID}, "bill_no": {a.Invoice}, "status": {status},
		"signature": {hex.EncodeToString(outer[:])},
	}.Encode()
}

func (t *faspayTrack) said(answer []byte) string {
	return strings.TrimSpace(member(answer, "response_code") + " " + member(answer, "payment_status_code"))
}

// received keeps what a gateway was told of a bill.
func (t *faspayTrack) received(k *call) {
	if k.send.operation != opCheck {
		return
	}
	b := t.bill(t.billOn(k.send.wire))
	switch member(k.answer, "payment_status_code") {
	case "4":
		b.back = true
	case "3", "7", "8":
		if b.over == 0 {
			b.over = t.now
		}
	}
}

func (t *faspayTrack) noticed(_ string, body []byte) (id string, mine bool) {
	number := member(body, "bill_no")
	return paymentOf(number), number != ""
}

func (t *faspayTrack) owner(x sandbox.Transaction) (id string, mine bool) {
	return paymentOf(x.Invoice), x.Rail == sandbox.RailFaspay
}

func (t *faspayTrack) secret(text string) string {
	if strings.Contains(text, t.shop.Password) {
		return "the password"
	}
	return ""
}
