package sim

import (
	"bytes"
	"fmt"
	"slices"
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

// The operations of OVO's Push To Pay API, as the sandbox and the exchange log call them.
const (
	opPush      = "push"
	opReversal  = "reversal"
	opVoid      = "void"
	opCheck     = "check"
	opCheckVoid = "check_void"
)

// ovoTrack is OVO's Push To Pay API.
type ovoTrack struct {
	*day
	byHand   map[string][][]byte // the checks that somebody asked for, by payment
	checking *send               // the one of these that is under way
}

func (t *ovoTrack) rail() payment.Rail { return payment.OVO }

func (t *ovoTrack) accounts() []merchant.Account {
	demo := sandbox.DemoMerchant()
	shop := demo.Stores[0]
	a := merchant.Account{
		ID: "ovo", MerchantID: merchantID, Rail: payment.OVO, Environment: merchant.Sandbox, URL: "http://sandbox/pos",
		Terms: t.weather.terms, OVO: merchant.OVOCredentials{
			AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey), SignBody: t.weather.signBody,
			PadNumbers: t.weather.padNumbers, OriginalDate: t.weather.originalDate,
		},
	}
	if t.sabotage.appKey != "" {
		a.OVO.AppKey = merchant.NewSecret(t.sabotage.appKey)
	}
	for i := range t.weather.tills {
		a.Terminals = append(a.Terminals, merchant.Terminal{
			Style: t.weather.style, Serial: t.weather.serial, Terminal: payment.Terminal{
				ID: tillID(i), TID: shop.Terminals[i].TID, MID: shop.Terminals[i].MID, MerchantID: demo.MerchantID, StoreCode: shop.Code,
			},
		})
	}
	return []merchant.Account{a}
}

func tillID(i int) string { return fmt.Sprintf("till-%d", i+1) }

func (t *ovoTrack) provide(o *sandbox.Options) { o.OVO = t.weather.sandbox }

// dawn puts the terminals' numbering where the weather wants it.
func (t *ovoTrack) dawn(time.Duration) {
	for i := range t.weather.tills {
		t.presetNumber(merchantID, tillID(i), t.weather.style, t.weather.preset)
	}
}

func (t *ovoTrack) restWithin() time.Duration {
	terms := t.weather.terms
	rest := terms.SignatureLife + 2*terms.RetryGapMax + terms.CallLimit + time.Minute
	if t.weather.sandbox.UnpaidReversalCode == "25" {
		// A reversal of what was refused is then answered 25, and a check of it with the refusal: the terms end that at
		// the cut-off.
		rest = max(rest, payment.DayOf(t.time()).Start().Add(cutOff+2*time.Minute).Sub(t.time()))
	}
	return rest
}

func (t *ovoTrack) order(i int) engine.Order {
	return engine.Order{
		MerchantID: merchantID, Mode: payment.Test, Method: payment.OVOPush, Amount: payment.Rupiah(1000 + t.rng.IntN(100_000)),
		Phone: t.phones[t.rng.IntN(len(t.phones))], Reference: "INV-" + strconv.Itoa(i),
		Terminal: tillID(t.rng.IntN(t.weather.tills)),
	}
}

func (t *ovoTrack) followUp(s *story) {
	x := &t.weather
	if t.chance(x.void) {
		t.after(t.between(time.Second, 2*time.Minute), nil, func() { t.ask(s, payment.AskVoid) })
	}
	for range 3 {
		if t.chance(x.check) {
			t.after(t.between(0, 4*time.Minute), nil, func() { t.ask(s, payment.AskCheck) })
		}
	}
	if t.chance(x.cancel) {
		t.after(t.between(0, 2*time.Minute), nil, func() { t.ask(s, payment.AskCancel) })
	}
}

// refusals: a check never says "not found" of what is there. A reversal may, and the rules see to it.
func (t *ovoTrack) refusals(operation string) []string {
	switch operation {
	case opPush:
		return []string{"40", "68", "ER", "25", "94", "58", "17", "26", "61", "63", "EB", "TO", "96", "14", "13", "56", "64", "65", "67"}
	case opReversal:
		return []string{"40", "68", "ER", "25", "94", "58", "63", "EB", "TO", "BR"}
	case opVoid:
		return []string{"40", "68", "ER", "94", "58", "17", "65", "TO"}
	case opCheck:
		return []string{"40", "58", "68", "ER", "96", "54", "TO", "63"}
	}
	return []string{"40", "58", "68", "ER", "96", "TO"} // of opCheckVoid
}

func (t *ovoTrack) afterwards() []string { return []string{"40", "68", "ER"} }

// effect decides what the customer of a push does.
func (t *ovoTrack) effect(operation string, e *sandbox.Effect) {
	if operation != opPush {
		return
	}
	x := &t.weather
	with := pick(t.world, sandbox.Cash, sandbox.Cash, sandbox.Points, sandbox.Both)
	edge := pick(t.world, 54900*time.Millisecond, 55*time.Second, 59900*time.Millisecond, 60*time.Second, 60100*time.Millisecond,
		64900*time.Millisecond, 65*time.Second, 65100*time.Millisecond)
	roll := t.rng.Float64()
	switch {
	case roll < x.payNow:
		e.Customer, e.CustomerAfter = with, sandbox.Duration(t.between(500*time.Millisecond, 20*time.Second))
	case roll < x.payNow+x.decline:
		e.Customer, e.CustomerAfter = sandbox.Decline, sandbox.Duration(t.between(0, 54*time.Second))
	case roll < x.payNow+x.decline+x.ignore:
		e.Customer, e.CustomerAfter = sandbox.Ignore, sandbox.Duration(t.between(0, 54*time.Second))
	default:
		e.Customer, e.CustomerAfter = with, sandbox.Duration(t.between(20*time.Second, 60*time.Second))
	}
	if t.chance(x.boundary) {
		if t.chance(0.5) {
			e.Customer, e.CustomerAfter = with, sandbox.Duration(edge)
		}
		e.AnswerAfter = sandbox.Duration(edge)
	}
}

func (t *ovoTrack) call(wire []byte) (operation, shop, id string) {
	body := wire[bytes.Index(wire, headEnd)+len(headEnd):]
	if invoice := field(body, invoiceField); len(invoice) > 26 {
		id = "pay_" + string(invoice[:26])
	}
	kind, processing := field(body, typeField), field(body, processingField)
	for _, o := range ovoOperations {
		if string(kind) == o.kind && string(processing) == o.processing {
			operation = o.name
		}
	}
	return operation, merchantID, id
}

var ovoOperations = [...]struct{ kind, processing, name string }{ // never written
	{"0200", "040000", opPush},
	{"0400", "040000", opReversal},
	{"0200", "020040", opVoid},
	{"0100", "040000", opCheck},
	{"0100", "020040", opCheckVoid},
}

// What is looked for on OVO's wire; never written.
var (
	typeField       = []byte(`"type":"`)
	processingField = []byte(`"processingCode":"`)
	invoiceField    = []byte(`"merchantInvoice":"`)
)

func (t *ovoTrack) written(_ *process, s *story, c *store.Change) {
	if asked, ok := c.Event.(payment.Asked); ok && asked.What == payment.AskCheck {
		for _, part := range c.Exchanges {
			if strings.HasPrefix(part.Operation, opCheck) && part.Side == exchange.Request && t.keyring.Open(&part) == nil {
				if t.byHand == nil {
					t.byHand = map[string][][]byte{}
				}
				t.byHand[s.id] = append(t.byHand[s.id], part.Wire)
			}
		}
	}
	if c.Payment.State == payment.Review && !t.calm && t.chance(t.weather.operator) {
		t.after(t.between(time.Second, time.Minute), nil, func() { t.ask(s, payment.AskReverse) })
	}
}

func (t *ovoTrack) sent(k *call, sent *send) {
	id := sent.payment
	if sent.operation == opPush {
		t.pushOnce(k, sent)
		if !t.calm && t.chance(t.weather.awayAt65) {
			long := t.between(200*time.Millisecond, 9*time.Second)
			t.after(65*time.Second-t.between(0, 200*time.Millisecond), nil, func() { t.outage(long) })
		}
	}
	hands := t.byHand[id]
	if i := slices.IndexFunc(hands, func(hand []byte) bool { return bytes.Equal(hand, sent.wire) }); i >= 0 {
		t.byHand[id] = slices.Delete(hands, i, i+1) // the automatic check may have the same bytes
		t.checkByHand(sent)
	}
}

func (t *ovoTrack) received(*call) {}

func (t *ovoTrack) said(answer []byte) string { return string(field(answer, codeField)) }

func (t *ovoTrack) noticed(string, []byte) (string, bool) { return "", false }

func (t *ovoTrack) owner(x sandbox.Transaction) (id string, mine bool) {
	return "pay_" + x.Invoice[:min(26, len(x.Invoice))], x.Rail == sandbox.RailOVO
}

func (t *ovoTrack) secret(text string) string {
	if strings.Contains(text, sandbox.DemoMerchant().AppKey) {
		return "the app key"
	}
	return ""
}
