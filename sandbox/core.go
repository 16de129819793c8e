package sandbox

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// WIB is Jakarta's time, GMT+7, in which every date on OVO's wire is written.
var WIB = time.FixedZone("WIB", 7*60*60)

// Errors of what a customer (or the control API for them) can ask.
var (
	ErrUnknownPush   = errors.New("sandbox: no such push")
	ErrNotPending    = errors.New("sandbox: the payment no longer waits for the customer")
	ErrUnknownQR     = errors.New("sandbox: no such QR was made here")
	ErrNotScanned    = errors.New("sandbox: no wallet has scanned the QR")
	ErrScanned       = errors.New("sandbox: another wallet has scanned the QR")
	ErrUnknownChoice = errors.New("sandbox: a customer chooses cash, points, both, decline or ignore")
	ErrUnknownPhone  = errors.New("sandbox: no wallet has this phone")
)

// Core is the providers' side without clock, network, goroutine or lock: it is
// told what time it is, takes requests, and says which answers are due. It is not
// safe for use by several goroutines; Sandbox puts a mutex round it, the simulator
// needs none. Calls must not go back in time.
type Core struct {
	options  Options
	ovo      ovoRail
	snap     snapRail
	doku     dokuRail
	faspay   faspayRail
	outbox   outbox
	wallets  map[string]*wallet
	phones   []string // every wallet's phone, in order of creation
	scripts  []*scripted
	due      dueHeap
	sequence uint64
	calls    map[uint64]*call
	lastCall uint64
	out      []Answer
	spare    []Answer

	ledger  []*payment // every payment kept, oldest first
	first   uint64     // id of ledger[0]
	nextID  uint64
	dropped Totals // what payments no longer kept had moved

	violations violations
	requests   []*logged
	revision   uint64
	scriptID   uint64
	paidIn     int64 // rupiah and points ever put into wallets
	now        time.Time
}

// NewCore returns a core with the seeded (or given) wallets and scripts. It reads
// no clock; Options.Now, After and RealNow are used by Sandbox only.
func NewCore(options Options) *Core {
	options = options.withDefaults()
	c := &Core{options: options}
	c.Reset()
	return c
}

// Reset forgets every payment, script and violation and gives the wallets their
// first balances again. Held calls are cut.
func (c *Core) Reset() {
	out, last, revision, notices := c.out, c.lastCall, c.revision, c.outbox.last
	for _, id := range slices.Sorted(maps.Keys(c.calls)) {
		if !c.calls[id].gone {
			out = append(out, Answer{ID: id, At: c.now, Reset: true})
		}
	}
	*c = Core{
		options: c.options, wallets: map[string]*wallet{}, calls: map[uint64]*call{},
		first: 1, nextID: 1, out: out, lastCall: last, revision: revision + 1, now: c.now,
		outbox: outbox{last: notices, sent: map[uint64]*sending{}},
	}
	c.violations.keep = c.options.KeepViolations
	c.ovo = newOVORail(c, c.options.OVO)
	c.snap = newSNAPRail(c, c.options.SNAP)
	c.doku = newDOKURail(c, c.options.DOKU)
	c.faspay = newFaspayRail(c, c.options.Faspay)
	for _, w := range c.options.Wallets {
		c.PutWallet(w)
	}
	for _, s := range c.options.Scripts {
		// Options.Scripts were checked by the caller; a broken one never matches.
		_, _ = c.AddScript(s)
	}
}

// Request is a request as it came over the wire. The core keeps no reference to
// Header or Body.
type Request struct {
	Method string
	Host   string // where it was sent to, for links back; may be empty
	Path   string
	Query  string      // without "?"
	Header http.Header // canonical keys
	Body   []byte
	// Real is the wall clock when the sandbox's own clock is scaled; signatures made
	// by either are accepted. Zero means that there is one clock only.
	Real time.Time
}

// Answer is what a caller gets. Exactly one of three holds: a response (Status is
// not 0), Reset (the connection is cut), or Never (nothing is ever said; the call is
// held until the caller goes away).
type Answer struct {
	ID     uint64
	At     time.Time
	Status int
	Header http.Header // shared, not to be changed
	Body   []byte
	Reset  bool
	Never  bool
}

// call is one request that has come and is not answered yet.
type call struct {
	id      uint64
	arrived time.Time
	real    time.Time
	effect  Effect
	gone    bool
	rail    Rail
	ovo     ovoCall
	snap    *snapCall   // nil on every other rail
	doku    *dokuCall   // nil on every other rail
	faspay  *faspayCall // nil on every other rail
	answer  Answer
	log     *logged
}

// Arrive takes a request at now and returns the id under which its answer will
// come out of Advance.
func (c *Core) Arrive(now time.Time, request Request) uint64 {
	c.run(now)
	c.lastCall++
	held := &call{id: c.lastCall, arrived: now, real: request.Real, rail: c.options.railOf(request.Path)}
	c.calls[held.id] = held
	c.provider(held.rail).arrive(now, held, request)
	return held.id
}

// Gone says that the caller of id hung up. What it asked for goes on: the provider
// cannot know that nobody listens.
func (c *Core) Gone(id uint64) {
	if held, ok := c.calls[id]; ok {
		held.gone = true
		if held.answer.Never {
			delete(c.calls, id)
		}
	}
}

// Advance lets time pass until now and returns the answers due by then, in order.
// The slice is good until the next call of Advance.
func (c *Core) Advance(now time.Time) []Answer {
	c.run(now)
	out := c.out
	c.out, c.spare = c.spare[:0], out
	return out
}

// Next returns when Advance is needed next; false if nothing is planned. As long as there
// are answers or notifications that nobody has taken, that is now.
func (c *Core) Next() (time.Time, bool) {
	if len(c.out) > 0 || len(c.outbox.out) > 0 {
		return c.now, true
	}
	if len(c.due) == 0 {
		return time.Time{}, false
	}
	return c.due[0].at, true
}

// run performs everything planned up to now, each at its own time.
func (c *Core) run(now time.Time) {
	for len(c.due) > 0 && !c.due[0].at.After(now) {
		d := c.due.pop()
		c.now = d.at
		switch d.kind {
		case dueRead:
			c.provider(d.call.rail).read(d.at, d.call)
		case dueProcess:
			c.provider(d.call.rail).process(d.at, d.call)
		case dueHabit:
			if d.payment.state == Pending || d.payment.late() {
				c.decide(d.at, d.payment, d.payment.habit)
			}
		case dueSession:
			c.sessionEnds(d.at, d.payment)
		case dueAnswer:
			c.emit(d.call)
		case dueNotice:
			c.notify(d.at, d.notice)
		case dueAct:
			d.act(d.at)
		}
	}
	if c.now.Before(now) {
		c.now = now
	}
}

// plan puts a step of a call or payment on the heap.
func (c *Core) plan(at time.Time, kind dueKind, held *call, p *payment) {
	c.sequence++
	c.due.push(due{at: at, sequence: c.sequence, kind: kind, call: held, payment: p})
}

// after plans anything else.
func (c *Core) after(at time.Time, act func(now time.Time)) {
	c.sequence++
	c.due.push(due{at: at, sequence: c.sequence, kind: dueAct, act: act})
}

// reply gives a call its answer at the earliest time the script allows.
func (c *Core) reply(at time.Time, held *call, answer Answer) {
	if late := held.arrived.Add(time.Duration(held.effect.AnswerAfter)); late.After(at) {
		at = late
	}
	answer.ID, answer.At = held.id, at
	held.answer = answer
	if !at.After(c.now) {
		c.emit(held)
		return
	}
	c.plan(at, dueAnswer, held, nil)
}

func (c *Core) emit(held *call) {
	if held.log != nil {
		held.log.answered(held.answer)
		c.revision++
	}
	if !held.answer.Never || held.gone {
		delete(c.calls, held.id)
	}
	if !held.gone {
		c.out = append(c.out, held.answer)
	}
}

// Held says how many calls wait for an answer or for their caller to leave.
func (c *Core) Held() int { return len(c.calls) }

// Revision grows with every change that a page could show.
func (c *Core) Revision() uint64 { return c.revision }

// The planned things of all calls and payments stand in one binary heap by time and
// order of planning. It is written out because container/heap boxes every element.
type (
	dueKind uint8
	due     struct {
		at       time.Time
		sequence uint64
		kind     dueKind
		call     *call
		payment  *payment
		notice   *notice
		act      func(now time.Time)
	}
	dueHeap []due
)

const (
	dueRead    dueKind = iota // a delayed request reaches the provider
	dueProcess                // an accepted request is acted on
	dueHabit                  // the customer decides
	dueSession                // the customer's time is up
	dueAnswer                 // an answer leaves
	dueNotice                 // a notification leaves, or is given up
	dueAct                    // anything else
)

func (d *due) before(other *due) bool {
	if d.at.Equal(other.at) {
		return d.sequence < other.sequence
	}
	return d.at.Before(other.at)
}

func (h *dueHeap) push(d due) {
	*h = append(*h, d)
	s := *h
	for i := len(s) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s[i].before(&s[parent]) {
			return
		}
		s[i], s[parent] = s[parent], s[i]
		i = parent
	}
}

func (h *dueHeap) pop() due {
	s := *h
	top, last := s[0], len(s)-1
	s[0] = s[last]
	s[last] = due{}
	s = s[:last]
	*h = s
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return top
		}
		if child+1 < last && s[child+1].before(&s[child]) {
			child++
		}
		if !s[child].before(&s[i]) {
			return top
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
}

// logged is one request in the log of the control API, with credentials masked.
type logged struct {
	ID       uint64    `json:"id"`
	At       time.Time `json:"at"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	AppID    string    `json:"app_id,omitempty"`
	Random   string    `json:"random,omitempty"`
	HMAC     string    `json:"hmac,omitempty"`
	Head     string    `json:"head,omitempty"` // of SNAP and DOKU, a header a line
	Body     string    `json:"body"`
	Status   int       `json:"status,omitempty"`
	Outcome  string    `json:"outcome"`
	Answer   string    `json:"answer,omitempty"`
	Answered time.Time `json:"answered,omitzero"`
}

// record opens the log entry of a call, if the log is kept at all.
func (c *Core) record(now time.Time, held *call, request Request, body string) {
	if c.options.KeepRequests < 0 {
		return
	}
	const longest = 4 << 10
	entry := &logged{
		ID: held.id, At: now, Method: request.Method, Path: request.Path,
		AppID: clip(request.Header.Get("App-Id"), 64), Random: clip(request.Header.Get("Random"), 20),
		HMAC: maskSecret(request.Header.Get("Hmac")), Body: clip(body, longest), Outcome: "held",
	}
	if held.snap != nil {
		entry.Head, entry.Body = snapHead(request.Header), clip(maskTokens(body), longest)
	}
	if held.doku != nil {
		entry.Head, entry.Body = dokuHead(request.Header), clip(maskTokens(body), longest)
	}
	held.log = entry
	c.revision++
	c.requests = append(c.requests, entry)
	if keep := c.options.KeepRequests; len(c.requests) >= 2*keep {
		c.requests = append(c.requests[:0:0], c.requests[len(c.requests)-keep:]...)
	}
}

func (l *logged) answered(a Answer) {
	l.Answered, l.Status, l.Answer = a.At, a.Status, clip(maskTokens(string(a.Body)), 4<<10)
	switch {
	case a.Never:
		l.Outcome = "never answered"
	case a.Reset:
		l.Outcome = "connection cut"
	default:
		l.Outcome = "answered " + strconv.Itoa(a.Status)
	}
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

// maskSecret shows four characters of a signature, enough to tell two apart.
func maskSecret(s string) string {
	if len(s) <= 8 {
		return clip("********", len(s))
	}
	return s[:4] + "…" + strconv.Itoa(len(s)) + " characters"
}
