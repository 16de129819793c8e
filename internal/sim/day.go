package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// day is a world with a merchant, its gateways, their database and a provider in it.
type day struct {
	*world
	options  Options
	tracks   []track
	sabotage *sabotage
	weather  weather
	ringer   *rand.Rand // by which alarms are late
	hasty    *rand.Rand // by which asks meet each other
	chooser  chooser
	keyring  *exchange.Keyring
	base     database
	file     string // of the database; empty: in memory
	scratch  []store.Change
	spare    []*pending
	header   http.Header // of the request that is read
	values   [16]string  // in header
	text     []byte      // of the line that is logged
	books    books       // of the payment that is audited

	processes []*process // by slot; nil while one is down
	starts    int
	serial    uint32
	crashes   int
	touched   []touch

	core      *sandbox.Core
	phones    []payment.Phone
	unknown   payment.Phone   // that no wallet has
	digits    map[string]bool // of all phones, in every spelling
	calls     map[uint64]waitingCall
	sandboxAt time.Duration // when it is next looked at; 0: not planned
	mail      int           // requests on their way
	provider  providerMood
	awayUntil time.Duration // the database
	calm      bool
	eveningAt time.Duration
	restBy    time.Duration
	troubles  []span
	pauses    []span

	stories  map[string]*story
	ordered  []*story
	keys     map[string]string // idempotency key → payment
	numbers  map[till]*numbering
	failures []Failure
	loose    map[string]*story // by merchant: what belongs to no payment

	lastNotice sandbox.Notification // that left the provider
	sends      int
	hash       hash.Hash
	line       []byte
}

// touch is a payment whose push may no longer be worth waiting for.
type touch struct {
	p       *process
	payment string
}

type providerMood int

const (
	providerWell providerMood = iota
	providerRefuses
	providerHangs
	providerSilent
	providerBroken
	providerMoods
)

const (
	customers  = 24
	merchantID = "demo" // who has an account on every rail
)

// merchants lists who has accounts.
func (d *day) merchants() []string {
	var ids []string
	for _, t := range d.tracks {
		for _, a := range t.accounts() {
			if !slices.Contains(ids, a.MerchantID) {
				ids = append(ids, a.MerchantID)
			}
		}
	}
	return ids
}

func newDay(o Options, c *crew) (*day, error) {
	w := &world{crew: c, rng: rand.New(rand.NewPCG(o.Seed, 0x6c756e6173))}
	d := &day{
		world: w, options: o, sabotage: &o.sabotage, calls: map[uint64]waitingCall{}, stories: make(map[string]*story, o.Payments),
		keys: map[string]string{}, numbers: map[till]*numbering{}, digits: map[string]bool{}, loose: map[string]*story{}, header: http.Header{}, hash: sha256.New(),
	}
	d.ringer, d.chooser = rand.New(rand.NewPCG(o.Seed, 0x72696e67)), newChooser(o)
	d.hasty = rand.New(rand.NewPCG(o.Seed, 0x6861737465))
	d.weather = ordinary()
	if o.Mix == Stormy {
		d.weather = w.stormy()
		d.weather.drawQRs(o)
		d.weather.drawAggregators(o)
		d.weather.lateRings = (&world{rng: d.ringer}).rate(0.3)
		d.weather.haste = (&world{rng: d.hasty}).rate(0.6)
	}
	if o.sabotage.weather != nil {
		o.sabotage.weather(&d.weather)
	}
	if o.SQLite != "" {
		d.weather.gateways = 1 // a file belongs to one process
	}
	if err := d.layTracks(o.Rail); err != nil {
		return nil, err
	}
	w.start = d.weather.start.UTC()
	w.slice = d.afterSlice
	var err error
	if d.keyring, err = exchangeKeys(); err != nil {
		return nil, err
	}
	if err := d.openStore(); err != nil {
		return nil, err
	}
	d.openSandbox()
	d.processes = make([]*process, d.weather.gateways)
	return d, nil
}

func (d *day) openSandbox() {
	var wallets []sandbox.Wallet
	var err error
	if d.unknown, err = payment.ParsePhone(unknownPhone); err != nil {
		panic(err)
	}
	d.digits[unknownPhone], d.digits["62"+unknownPhone[1:]] = true, true
	for i := range customers {
		digits := fmt.Sprintf("0812%07d", 3_000_000+d.rng.IntN(90_000)*100+i)
		phone, err := payment.ParsePhone(digits)
		if err != nil {
			panic(err)
		}
		d.phones = append(d.phones, phone)
		d.digits[digits], d.digits["62"+digits[1:]] = true, true
		wallet := sandbox.Wallet{Phone: digits, Name: "Pelanggan", Cash: 1e12, Points: 1e12}
		if i == 0 && d.weather.poor {
			wallet.Cash, wallet.Points = 50_000, 20_000
		}
		wallets = append(wallets, wallet)
	}
	o := sandbox.Options{Wallets: wallets, KeepRequests: -1, KeepViolations: 1 << 20}
	for _, t := range d.tracks {
		t.provide(&o)
	}
	d.core = sandbox.NewCore(o)
}

// dawn plans the first half of the day.
func (d *day) dawn() {
	for slot := range d.processes {
		d.boot(slot)
	}
	d.planOrders()
	half := time.Duration(d.options.Payments)*d.weather.gap + d.between(0, 100*time.Second)
	if d.options.Mix == Ordinary {
		half = time.Duration(d.options.Payments)*d.weather.gap + 100*time.Second // nobody is disturbed in it
	}
	for _, t := range d.tracks {
		t.dawn(half)
	}
	for range d.weather.outages {
		d.at(d.between(0, half), nil, func() { d.outage(d.between(100*time.Millisecond, 20*time.Second)) })
	}
	for range d.weather.pauses {
		d.at(d.between(0, half), nil, func() {
			if p := d.processes[d.rng.IntN(len(d.processes))]; p != nil && !d.calm {
				p.pause(d.between(time.Second, 90*time.Second))
			}
		})
	}
	for range d.weather.providerDown {
		from := d.between(0, half)
		mood := providerMood(1 + d.rng.IntN(int(providerMoods)-1))
		d.at(from, nil, func() { d.provider = mood; d.tell("provider is down", nil, "", "") })
		d.at(from+d.between(time.Second, 4*time.Minute), nil, func() { d.provider = providerWell })
	}
	d.at(half, nil, d.evening)
}

// evening ends the injuries: half of the time everything is started afresh, and then all is left alone.
func (d *day) evening() {
	d.tell("evening: no more injuries", nil, "", "")
	d.calm, d.provider, d.eveningAt = true, providerWell, d.now
	d.awayUntil = min(d.awayUntil, d.now)
	for _, t := range d.tracks {
		d.restBy = max(d.restBy, d.now+t.restWithin())
	}
	afresh := d.options.Mix == Stormy && d.chance(0.5)
	for _, p := range d.processes {
		if p == nil {
			continue
		}
		p.pausedUntil = min(p.pausedUntil, d.now)
		if afresh {
			p.die("is started afresh")
		}
	}
}

func (d *day) outage(length time.Duration) {
	if d.calm {
		return
	}
	d.tell("database goes away", nil, "", length.String())
	d.trouble(d.now, d.now+length, "the database was away")
	d.awayUntil = max(d.awayUntil, d.now+length)
}

func (d *day) databaseAway() bool { return d.now < d.awayUntil }

func (d *day) trouble(from, to time.Duration, what string) {
	d.troubles = append(d.troubles, span{from, to, what})
}

// atRest tells whether nothing is under way any more, anywhere.
func (d *day) atRest() bool {
	if !d.calm {
		return len(d.failures) >= maxFailures
	}
	if d.mail > 0 || len(d.calls) > 0 {
		return false
	}
	for _, p := range d.processes {
		if p == nil || len(p.routines) > 0 {
			return false
		}
	}
	if _, busy := d.core.Next(); busy {
		return false
	}
	open, _, err := d.base.OpenTasks(background)
	return err == nil && open == 0
}

// afterSlice ends the calls whose payments have come to an end.
func (d *day) afterSlice() {
	for _, t := range d.touched {
		open := t.p.open[t.payment]
		if len(open) == 0 {
			continue
		}
		if open = slices.DeleteFunc(open, d.hungUpCall); len(open) == 0 {
			delete(t.p.open, t.payment)
			continue
		}
		t.p.open[t.payment] = open
	}
	d.touched = d.touched[:0]
}

// hungUpCall tells whether nobody waits for a call any more.
func (d *day) hungUpCall(k *call) bool {
	switch {
	case k.over:
		return true
	case k.ctx.Err() != nil:
		d.wake(0, k.routine)
		return true
	}
	return false
}

// broke is told when code of the gateway panics.
func (p *process) broke(what string) { p.fail(StaysUp, "", "%s: %s", p.name, what) }

func (d *day) fail(property Property, paymentID, format string, args ...any) {
	if len(d.failures) >= 2*maxFailures {
		return
	}
	f := Failure{Property: property, Payment: paymentID, Detail: fmt.Sprintf(format, args...)}
	d.failures = append(d.failures, f)
	d.tell("FAILS "+string(property), nil, paymentID, f.Detail)
}

// tell adds what happens to the day's hash, and to its story if somebody listens.
func (d *day) tell(what string, p *process, paymentID, detail string) {
	b := binary.BigEndian.AppendUint64(d.line[:0], uint64(d.now))
	if p != nil {
		b = append(b, p.name...)
	}
	b = append(b, 0)
	b = append(append(b, what...), 0)
	b = append(append(b, paymentID...), 0)
	b = append(b, detail...)
	d.line = b
	d.hash.Write(b)
	if d.options.Story == nil || (d.options.StoryOf != "" && paymentID != "" && paymentID != d.options.StoryOf) {
		return
	}
	name := ""
	if p != nil {
		name = p.name
	}
	fmt.Fprintf(d.options.Story, "%s  %-7s %-30s %-28s %s\n",
		d.time().In(payment.WIB).Format("15:04:05.000"), name, paymentID, what, bytes.ReplaceAll([]byte(detail), []byte("\n"), []byte(" ")))
}

func (d *day) report() Report {
	r := Report{
		Seed: d.options.Seed, Hash: hex.EncodeToString(d.hash.Sum(nil)[:16]), Payments: len(d.ordered), Events: d.sequence,
		Sent: d.sends, Crashes: d.crashes, Lived: d.now, States: map[string]int{}, Failures: d.failures,
	}
	for _, s := range d.ordered {
		r.States[string(s.last)]++
	}
	return r
}

func wibDay(t time.Time) int {
	y, m, day := t.In(payment.WIB).Date()
	return y*10000 + int(m)*100 + day
}

func ddmmyy(t time.Time) payment.Batch {
	y, m, day := t.In(payment.WIB).Date()
	return payment.Batch(day*10000 + int(m)*100 + y%100)
}

// hashOf is one hash of many.
func hashOf(hashes []string) string {
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n")))
	return hex.EncodeToString(sum[:16])
}
