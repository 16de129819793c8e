package sim

import (
	"bytes"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// story is what the world has seen of a payment.
type story struct {
	id       string // empty: of what belongs to no payment
	merchant string
	track    track // nil until the payment is written
	number   payment.Number
	last     payment.State
	written  []time.Duration // when each version was written
	sends    []*send
	notices  [][]byte // that were acknowledged

	// By the provider's books, when the day is over.
	truth   []sandbox.Transaction
	held    int64 // rupiah that the merchant has of the customer
	charges int
}

// send is one request that left a gateway.
type send struct {
	track              track
	of                 *story
	payment, operation string
	wire               []byte
	sealed             []byte // as it stood in the log when it left
	by                 *process
	at                 time.Duration
	arrivals           int
	hand               bool
	over               bool // nobody waits for its answer any more
	done               bool // what came of it has been brought to the payment
	got                bool // of a call for a token: one was kept
	received           []byte
	receivedAt         time.Duration
}

// story gives that of a payment, or without an id that of what belongs to none.
func (d *day) story(merchantID, id string) *story {
	if id == "" {
		if d.loose[merchantID] == nil {
			d.loose[merchantID] = &story{merchant: merchantID}
		}
		return d.loose[merchantID]
	}
	s := d.stories[id]
	if s == nil {
		s = &story{id: id, merchant: merchantID}
		d.stories[id] = s
		d.ordered = append(d.ordered, s)
	}
	return s
}

// written is told of each change that a database has just written.
func (d *day) written(p *process, c *store.Change) {
	s := d.story(c.Payment.MerchantID, c.Payment.ID)
	s.written = append(s.written, d.now)
	s.last = c.Payment.State
	if c.Payment.Unchosen() {
		s.track = d.tracks[0] // nobody knows yet
		d.tell(becomes[c.Payment.State], p, s.id, payment.Kind(c.Event))
		return
	}
	s.track = d.trackOf(c.Payment.Rail)
	kind := payment.Kind(c.Event)
	d.tell(becomes[c.Payment.State], p, s.id, kind)
	if c.Terminal != "" {
		d.numbered(s, c)
	}
	if c.Hold != nil {
		d.release(c.Payment.MerchantID, c.Hold.Terminal)
	}
	s.track.written(p, s, c)
}

var becomes = func() map[payment.State]string { // never written
	words := map[payment.State]string{}
	for _, s := range payment.States() {
		words[s] = "becomes " + string(s)
	}
	return words
}()

// sent is told of each request just before its first byte leaves.
func (d *day) sent(k *call, t track, wire []byte) *send {
	operation, shop, id := t.call(wire)
	s := d.story(shop, id)
	sent := &send{track: t, of: s, payment: id, operation: operation, wire: wire, by: k.p, at: d.now}
	d.sends++
	t.sent(k, sent)
	s.sends = append(s.sends, sent)
	d.checkWritten(sent)
	d.tell("is sent", k.p, id, operation)
	return sent
}

// checkWritten holds that what is sent stands in the log already, to the byte.
//
// Where answers contradict each other until the cut-off a payment has hundreds of exchanges. Of those every sixteenth is
// looked up; the audit sees them all.
func (d *day) checkWritten(s *send) {
	if n := len(s.of.sends); n > 24 && n%16 != 0 {
		return
	}
	parts, err := d.base.Exchanges(background, s.of.merchant, s.payment)
	for _, part := range slices.Backward(parts) {
		if err == nil && part.Side == exchange.Request && d.keyring.Open(&part) == nil && bytes.Equal(part.Wire, s.wire) {
			s.sealed = part.Sealed
			return
		}
	}
	d.fail(WrittenBeforeSent, s.payment, "a %s is sent, and no exchange of these bytes is in the store", s.operation)
}

// received is told of each answer that reaches its gateway.
func (d *day) received(k *call) {
	k.send.received, k.send.receivedAt, k.send.over = k.answer, d.now, true
	what := "the connection is cut"
	if first := bytes.Index(k.answer, lineEnd); first > 0 {
		what = string(k.answer[:first]) + " " + k.send.track.said(k.answer)
	}
	d.tell(answered[k.send.operation], k.p, k.send.payment, what)
	k.send.track.received(k)
}

var answered = map[string]string{ // never written
	opPush: "push is answered", opReversal: "reversal is answered", opVoid: "void is answered",
	opCheck: "check is answered", opCheckVoid: "check of the void is answered",
	opPost: "post is answered", opCancel: "cancel is answered",
	opToken: "token is answered", opGenerate: "generate is answered", opQuery: "query is answered", opRefund: "refund is answered",
}

// What is looked for on the wire; never written.
var (
	headEnd   = []byte("\r\n\r\n")
	lineEnd   = []byte("\r\n")
	codeField = []byte(`"responseCode":"`)
)

// field finds a text in flat JSON.
func field(body, name []byte) []byte {
	i := bytes.Index(body, name)
	if i < 0 {
		return nil
	}
	rest := body[i+len(name):]
	return rest[:max(0, bytes.IndexByte(rest, '"'))]
}
