package sim

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

const dokuAccount = "doku"

// dokuTrack is DOKU's OVO e-money API.
type dokuTrack struct {
	*day
	x      dokuWeather
	client sandbox.DOKUMerchant
}

// dokuWeather is what of a day is drawn for DOKU only.
type dokuWeather struct {
	style           payment.NumberStyle
	preset          payment.ReferenceNumber
	terms           payment.Terms
	options         sandbox.DOKUOptions
	unsigned        bool
	signedResponses bool
	checkSum        string
	forged          int
	repeated        float64 // a proxy sends a request again, and brings the second answer
	noticeFault     float64 // by the provider
	pending         float64 // a check is told that nothing is known yet
	late            float64 // the customer pays when the call is over
	lies            float64 // a push is refused before the customer is asked, says the answer, and they are asked
	void, check     float64
}

// ordinaryDOKU is a quiet day: the mix in which checkers are shown to bite.
func ordinaryDOKU() dokuWeather {
	return dokuWeather{style: payment.BySequence, terms: payment.DOKUTerms(), options: sandbox.DOKUOptions{NotifyAgain: soon}, void: 0.1}
}

// soon are short times from one try of a notification to the next; never written.
var soon = []time.Duration{time.Minute, 5 * time.Minute}

// stormyDOKU draws a day from the seed.
func (w *world) stormyDOKU() dokuWeather {
	x := dokuWeather{
		style: pick(w, payment.BySequence, payment.ByDate), terms: payment.DOKUTerms(),
		unsigned: w.chance(0.2), signedResponses: w.chance(0.2), repeated: w.rate(0.2), noticeFault: w.rate(0.5),
		pending: w.rate(0.3), late: w.rate(0.2), lies: w.rate(0.2), void: w.rate(0.4), check: w.rate(0.4),
	}
	x.signedResponses = x.signedResponses && !x.unsigned
	if w.chance(0.3) {
		x.preset = 999990
	}
	if w.chance(0.5) {
		x.forged = 1 + w.rng.IntN(4)
	}
	x.options = sandbox.DOKUOptions{
		NoResponseCode: pick(w, "-", "68", "empty"), Ignored: pick(w, "", "", sandbox.Empty404, sandbox.NoAnswer),
		TimeoutFor:    pick(w, time.Minute, -time.Second, 10*time.Minute),
		ExpiredStatus: pick(w, "EXPIRED", "FAILED"), RepeatedCode: pick(w, "00", "73"), GateStatus: pick(w, 400, 401),
		Envelope: pick(w, sandbox.ErrorObject, sandbox.MessageList), NotifyFailures: w.chance(0.3), NotifyAgain: soon,
	}
	if w.chance(0.2) {
		x.options.NotifyAgain = nil // as DOKU does: for half a day
	}
	return x
}

func newDOKUTrack(d *day) track {
	t := &dokuTrack{day: d, x: d.weather.doku, client: sandbox.DemoDOKUMerchant()}
	t.client.Callback = sandbox.Callback{URL: callbackURL(merchantID, dokuAccount)}
	return t
}

func (t *dokuTrack) rail() payment.Rail { return payment.DOKU }

func (t *dokuTrack) accounts() []merchant.Account {
	secret := cmp.Or(t.sabotage.dokuSecret, t.client.Secret)
	return []merchant.Account{{
		ID: dokuAccount, MerchantID: merchantID, Rail: payment.DOKU, Environment: merchant.Sandbox, URL: "http://sandbox",
		Terms: t.x.terms, DOKU: merchant.DOKUCredentials{
			ClientID: t.client.ClientID, SecretKey: merchant.NewSecret(secret), Unsigned: t.x.unsigned,
			ResponseCheckSum: t.x.checkSum, SignedResponses: t.x.signedResponses,
		},
		Terminals: []merchant.Terminal{{Style: t.x.style, Terminal: payment.Terminal{ID: dokuAccount}}},
	}}
}

func (t *dokuTrack) provide(o *sandbox.Options) {
	o.DOKU = t.x.options
	o.DOKU.Merchants = []sandbox.DOKUMerchant{t.client}
}

func (t *dokuTrack) dawn(half time.Duration) {
	t.presetNumber(merchantID, dokuAccount, t.x.style, t.x.preset)
	for range t.x.forged {
		t.at(t.between(0, half), nil, func() {
			if was := member(t.lastNotice.Body, "invoice_number"); was != "" && len(t.ordered) > 0 {
				t.forge(t.lastNotice, was, payment.Invoice(pick(t.world, t.ordered...).id, 1))
			}
		})
	}
}

// restWithin: a push that was lost is unknown for good only when nothing can deliver it any more, which is after an hour.
func (t *dokuTrack) restWithin() time.Duration {
	terms := t.x.terms
	rest := terms.SignatureLife + 2*terms.QueryGapMax + 2*terms.RetryGapMax + max(t.x.options.TimeoutFor, 0) + 10*time.Minute
	if t.x.options.NotifyAgain == nil {
		rest = max(rest, 13*time.Hour)
	}
	return rest
}

func (t *dokuTrack) order(i int) engine.Order {
	return engine.Order{
		MerchantID: merchantID, Mode: payment.Test, Method: payment.OVOPush, Amount: payment.Rupiah(1000 + t.rng.IntN(100_000)),
		Phone: t.phones[t.rng.IntN(len(t.phones))], Reference: "DOKU-" + strconv.Itoa(i),
	}
}

func (t *dokuTrack) followUp(s *story) {
	if t.chance(t.x.void) {
		t.after(t.between(time.Second, 4*time.Minute), nil, func() { t.ask(s, payment.AskVoid) })
	}
	for range 3 {
		if t.chance(t.x.check) {
			t.after(t.between(0, 6*time.Minute), nil, func() { t.ask(s, payment.AskCheck) })
		}
	}
	if t.chance(t.weather.cancel) {
		t.after(t.between(0, 2*time.Minute), nil, func() { t.ask(s, payment.AskCancel) })
	}
}

// refusals: a check never says "not found" of what is there.
func (t *dokuTrack) refusals(operation string) []string {
	switch operation {
	case opPush:
		return []string{
			"40", "68", "ER", "25", "94", "58", "17", "26", "61", "63", "EB", "TO", "96", "14", "13", "56", "64", "65", "67", "BR",
			"invalid_signature", "invalid_parameter", "internal_server_error",
		}
	case opVoid:
		return []string{"40", "68", "ER", "94", "58", "17", "65", "TO", "internal_server_error"}
	}
	return []string{"internal_server_error", "invalid_signature", "invalid_client_id", "request_time_out_of_range"}
}

func (t *dokuTrack) afterwards() []string { return []string{"40", "68", "ER"} }

// effect decides what the customer of a push does.
func (t *dokuTrack) effect(operation string, e *sandbox.Effect) {
	switch operation {
	case opPush:
		t.decides(e, 69*time.Second, 69900*time.Millisecond, 70*time.Second, 74900*time.Millisecond, 75*time.Second, 75100*time.Millisecond)
		if t.chance(t.x.late) && !t.calm {
			e.Customer, e.CustomerAfter = sandbox.Cash, sandbox.Duration(t.between(70*time.Second, 6*time.Minute))
		}
		if t.chance(t.x.lies) && !t.calm {
			e.AnswerCode = pick(t.world, "14", "58", "EB", "TO")
		}
		t.noticeFaults(e, t.x.noticeFault)
		if !t.calm && e.Answer == "" && t.chance(t.weather.oddAnswer) {
			e.Answer = pick(t.world, sandbox.AnswerBadChecksum, sandbox.AnswerOtherAmount)
		}
	case opCheck, opCheckVoid:
		if !t.calm && t.chance(t.x.pending) {
			e.Status = pick(t.world, "PENDING", "TIMEOUT", "REDIRECT")
		}
	}
}

// repeats has a proxy send a push or void twice: what comes back is the answer to the second.
func (t *dokuTrack) repeats(k *call, wire []byte, f road) bool {
	if t.x.unsigned && k.send.operation == opVoid {
		return false // DOKU could not tell the second from another one
	}
	if t.calm || k.send.operation == opCheck || k.send.operation == opCheckVoid || !t.chance(t.x.repeated) {
		return false
	}
	t.arrive(nobody(k), wire, f)
	t.watchSandbox()
	t.mail++
	t.after(t.between(0, 20*time.Second), nil, func() {
		t.mail--
		t.tell("a proxy repeats", k.p, k.send.payment, k.send.operation)
		t.arrive(k, wire, f)
		t.watchSandbox()
	})
	return true
}

// What is looked for on DOKU's wire; never written.
var (
	dokuPushPath    = []byte(" /ovo-emoney/v1/payment ")
	dokuVoidPath    = []byte(" /ovo-emoney/v1/cancel ")
	dokuCheckPath   = "/orders/v1/status/"
	requestIDHeader = []byte("\r\nRequest-Id: ")
)

func (t *dokuTrack) call(wire []byte) (operation, shop, id string) {
	first := wire[:bytes.Index(wire, lineEnd)]
	switch {
	case bytes.Contains(first, dokuPushPath):
		operation = opPush
	case bytes.Contains(first, dokuVoidPath):
		operation = opVoid
	case strings.Contains(header(wire, requestIDHeader), "-"+opCheckVoid+"-"):
		operation = opCheckVoid
	default:
		operation = opCheck
	}
	return operation, merchantID, paymentOf(t.invoiceOn(wire))
}

func (t *dokuTrack) invoiceOn(wire []byte) string {
	if _, rest, ok := strings.Cut(string(wire[:bytes.Index(wire, lineEnd)]), dokuCheckPath); ok {
		invoice, _, _ := strings.Cut(rest, " ")
		return invoice
	}
	return member(wire[bytes.Index(wire, headEnd):], "invoice_number")
}

func (t *dokuTrack) written(*process, *story, *store.Change) {}

func (t *dokuTrack) received(*call) {}

func (t *dokuTrack) said(answer []byte) string {
	return cmp.Or(member(answer, "response_code"), member(answer, "code"), member(answer, "status"))
}

func (t *dokuTrack) noticed(_ string, body []byte) (id string, mine bool) {
	invoice := member(body, "invoice_number")
	return paymentOf(invoice), invoice != ""
}

func (t *dokuTrack) owner(x sandbox.Transaction) (id string, mine bool) {
	return paymentOf(x.Invoice), x.Rail == sandbox.RailDOKU
}

func (t *dokuTrack) secret(text string) string {
	if strings.Contains(text, t.client.Secret) {
		return "the secret key"
	}
	return ""
}
