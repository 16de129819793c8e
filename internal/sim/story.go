package sim

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// The operations, as the sandbox and the exchange log call them.
const (
	opPush      = "push"
	opReversal  = "reversal"
	opVoid      = "void"
	opCheck     = "check"
	opCheckVoid = "check_void"
)

// story is what the world has seen of a payment.
type story struct {
	id      string
	till    string
	number  payment.Number
	last    payment.State
	written []time.Duration // when each version was written
	sends   []*send
	byHand  [][]byte // the checks that somebody asked for

	// By the provider's books, when the day is over.
	held    int64 // rupiah that the merchant has of the customer
	charges int
}

// send is one request that left a gateway.
type send struct {
	payment, operation string
	wire               []byte
	sealed             []byte // as it stood in the log when it left
	by                 *process
	at                 time.Duration
	arrivals           int
	hand               bool
	over               bool // nobody waits for its answer any more
	done               bool // what came of it has been brought to the payment
	received           []byte
	receivedAt         time.Duration
}

func (d *day) story(id string) *story {
	s := d.stories[id]
	if s == nil {
		s = &story{id: id}
		d.stories[id] = s
		d.ordered = append(d.ordered, s)
	}
	return s
}

// written is told of each change that a database has just written.
func (d *day) written(p *process, c *store.Change) {
	s := d.story(c.Payment.ID)
	s.written = append(s.written, d.now)
	s.last = c.Payment.State
	kind := payment.Kind(c.Event)
	d.tell(becomes[c.Payment.State], p, s.id, kind)
	if c.Payment.Version == 1 && c.Terminal != "" {
		d.numbered(s, c)
	}
	if asked, ok := c.Event.(payment.Asked); ok && asked.What == payment.AskCheck {
		for _, part := range c.Exchanges {
			if strings.HasPrefix(part.Operation, opCheck) && part.Side == exchange.Request && d.keyring.Open(&part) == nil {
				s.byHand = append(s.byHand, part.Wire)
			}
		}
	}
	if c.Hold != nil {
		d.release(c.Hold.Terminal)
	}
	if c.Payment.State == payment.Review && !d.calm && d.chance(d.weather.operator) {
		id := s.id
		d.after(d.between(time.Second, time.Minute), nil, func() { d.ask(id, payment.Asked{What: payment.AskReverse}) })
	}
}

var becomes = func() map[payment.State]string { // never written
	words := map[payment.State]string{}
	for _, s := range payment.States() {
		words[s] = "becomes " + string(s)
	}
	return words
}()

// sent is told of each request just before its first byte leaves.
func (d *day) sent(k *call, wire []byte) *send {
	operation, id := read(wire)
	s := d.story(id)
	sent := &send{payment: id, operation: operation, wire: wire, by: k.p, at: d.now}
	d.sends++
	if operation == opPush {
		for _, other := range s.sends {
			if other.operation == opPush {
				d.fail(NoPushTwice, id, "a second push leaves %v after the first", d.now-other.at)
			}
		}
		k.p.open[id] = k
		if !d.calm && d.chance(d.weather.awayAt65) {
			long := d.between(200*time.Millisecond, 9*time.Second)
			d.after(65*time.Second-d.between(0, 200*time.Millisecond), nil, func() { d.outage(long) })
		}
	}
	if i := slices.IndexFunc(s.byHand, func(hand []byte) bool { return bytes.Equal(hand, wire) }); i >= 0 {
		s.byHand = slices.Delete(s.byHand, i, i+1) // the automatic check may have the same bytes
		d.checkByHand(sent)
	}
	s.sends = append(s.sends, sent)
	d.checkWritten(sent)
	d.tell("is sent", k.p, id, operation)
	return sent
}

// checkByHand holds that checks by hand are made one at a time.
func (d *day) checkByHand(s *send) {
	s.hand = true
	if other := d.checking; other != nil && !other.over && !other.by.dead && other.by.pausedUntil <= d.now && s.by.lastPause() < s.at {
		d.fail(OneCheckAtATime, s.payment, "its check by hand is sent while that of payment %s is under way", other.payment)
	}
	d.checking = s
}

// checkWritten holds that what is sent stands in the log already, to the byte.
//
// Where answers contradict each other until the cut-off a payment has hundreds of exchanges. Of those every sixteenth is
// looked up; the audit sees them all.
func (d *day) checkWritten(s *send) {
	if n := len(d.story(s.payment).sends); n > 24 && n%16 != 0 {
		return
	}
	parts, err := d.base.Exchanges(background, merchantID, s.payment)
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
		what = string(k.answer[:first]) + " " + string(field(k.answer, codeField))
	}
	d.tell(answeredWords[k.send.operation], k.p, k.send.payment, what)
}

var answeredWords = map[string]string{ // never written
	opPush: "push is answered", opReversal: "reversal is answered", opVoid: "void is answered",
	opCheck: "check is answered", opCheckVoid: "check of the void is answered",
}

// read tells of a request what it is and whose.
func read(wire []byte) (operation, id string) {
	body := wire[bytes.Index(wire, headEnd)+len(headEnd):]
	if invoice := field(body, invoiceField); len(invoice) > 26 {
		id = "pay_" + string(invoice[:26])
	}
	kind, processing := field(body, typeField), field(body, processingField)
	for _, o := range operations {
		if string(kind) == o.kind && string(processing) == o.processing {
			operation = o.name
		}
	}
	return operation, id
}

var operations = [...]struct{ kind, processing, name string }{ // never written
	{"0200", "040000", opPush},
	{"0400", "040000", opReversal},
	{"0200", "020040", opVoid},
	{"0100", "040000", opCheck},
	{"0100", "020040", opCheckVoid},
}

// What is looked for on the wire; never written.
var (
	headEnd         = []byte("\r\n\r\n")
	lineEnd         = []byte("\r\n")
	typeField       = []byte(`"type":"`)
	processingField = []byte(`"processingCode":"`)
	invoiceField    = []byte(`"merchantInvoice":"`)
	codeField       = []byte(`"responseCode":"`)
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

// lastPause is when the process was last frozen until.
func (p *process) lastPause() time.Duration {
	var end time.Duration = -1
	for _, s := range p.pauses {
		if s.what == p.name {
			end = max(end, s.to)
		}
	}
	if end < 0 {
		return -1
	}
	// What was begun before the pause is sent after it.
	return end + 30*time.Second
}

// numbering is the rule of numbers a second time, written apart from payment.Cursor: OVO, Push To Pay API: sequence
// from 1, +1 with every push, success or failure, at most 999999 in a batch; a batch a day, by sequence or by date.
type numbering struct {
	style payment.NumberStyle
	day   int
	last  payment.Number
}

// next gives the number that must come now; ok is false when there is none.
func (n *numbering) next(t0 time.Time) (number payment.Number, ok bool) {
	today := max(wibDay(t0), n.day)
	full := n.last.Reference == 999999
	switch {
	case today == n.day && !full:
		return payment.Number{Batch: n.last.Batch, Reference: n.last.Reference + 1}, true
	case n.style == payment.BySequence:
		return payment.Number{Batch: n.last.Batch + 1, Reference: 1}, n.last.Batch < 999999
	case today == n.day:
		return payment.Number{}, false
	}
	return payment.Number{Batch: ddmmyy(t0), Reference: 1}, true
}

// numbered holds that numbers are given in order and without gaps.
func (d *day) numbered(s *story, c *store.Change) {
	a := &c.Payment.Attempts[0]
	s.till, s.number = c.Terminal, a.Number
	n := d.numbers[c.Terminal]
	want, ok := n.next(a.PushedAt)
	if !ok || a.Number != want {
		d.fail(Numbers, s.id, "terminal %s gives number %v after %v, want %v", c.Terminal, a.Number, n.last, want)
	}
	n.day, n.last = max(n.day, wibDay(a.PushedAt)), a.Number
}
