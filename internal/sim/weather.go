package sim

import (
	"math/rand/v2"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// weather is everything about a day that the seed decides in advance: how the house is set up, and how often what goes
// wrong.
type weather struct {
	start                              time.Time
	gap                                time.Duration // between two orders, on average
	gateways                           int
	terms                              payment.Terms
	style                              payment.NumberStyle
	tills                              int
	serial                             bool
	preset                             payment.ReferenceNumber // the last number given before the day began; 0: none
	queryRate                          int                     // of a gateway's queries about QRs, in a second for each merchant; 0: the default
	sandbox                            sandbox.OVOOptions
	signBody, padNumbers, originalDate bool
	snap                               snapWeather
	doku                               dokuWeather
	faspay                             faspayWeather
	routes                             routeWeather

	// Rates per call.
	refused, hang, slowConnect            float64 // not sent
	lost, reset, ghost                    float64 // on the way there
	answerLost, answerLate, cut           float64 // on the way back
	oddAnswer, code, codeAfter, slowThink float64 // by the provider
	noticeLost, noticeTwice, noticeLate   float64 // of the provider's notifications
	// Of customers.
	payNow, decline, ignore, boundary float64
	poor                              bool // one of them cannot pay much

	// Of the store.
	groupMax                     int
	commit                       time.Duration // of a usual commit
	slowCommit, refuse           float64
	lostKnown, unknown, unknown0 float64 // the commit's answer is lost: found out; not found out, written; not written
	slowRead                     float64
	awayAt65                     float64 // per push

	lateRings float64 // per alarm
	// Of processes: the chance at each crash point, and how many pauses and outages in the day.
	crash                         [crashPoints]float64
	pauses, outages, providerDown int

	// Of merchants.
	keys, reuse, otherBody, twice float64
	void, check, cancel, operator float64
	haste                         float64 // of asks: that others are asked at nearly the same moment
}

// crashPoint is a place between two steps of a payment at which a process may die.
type crashPoint int

const (
	beforeCommit crashPoint = iota // decided, not written
	afterCommit                    // written, not sent
	beforeSend                     // connected, nothing sent
	afterSend                      // sent, not answered
	afterAnswer                    // answered, not written
	crashPoints
)

func (c crashPoint) String() string {
	return [...]string{"before a commit", "after a commit", "before sending", "after sending", "after an answer"}[c]
}

// Mix is the kind of day.
type Mix int

const (
	// Stormy days have everything that can go wrong.
	Stormy Mix = iota
	// Ordinary days have a customer in twenty who does nothing, and a call in a hundred that is lost.
	Ordinary
)

// ordinary is a quiet day: the mix by which speed is measured.
func ordinary() weather {
	return weather{
		start: time.Date(2026, 3, 20, 10, 0, 0, 0, payment.WIB), gap: 20 * time.Millisecond, gateways: 1,
		terms: payment.OVOTerms(), style: payment.BySequence, tills: 1,
		lost: 0.005, answerLost: 0.005, payNow: 0.85, decline: 0.07, ignore: 0.05, poor: true,
		groupMax: 64, commit: 2 * time.Millisecond, keys: 0.5, snap: ordinaryQRs(), doku: ordinaryDOKU(), faspay: ordinaryFaspay(), routes: ordinaryRoutes(),
	}
}

// stormy draws a day from the seed.
func (w *world) stormy() weather {
	x := weather{
		gap: pick(w, 50*time.Millisecond, 300*time.Millisecond, time.Second, 3*time.Second), gateways: pick(w, 1, 1, 2, 2, 3),
		terms: payment.OVOTerms(), style: pick(w, payment.BySequence, payment.ByDate),
		tills: pick(w, 1, 1, 2, 3), serial: w.chance(0.15),
		signBody: w.chance(0.3), padNumbers: w.chance(0.3), originalDate: w.chance(0.3),
		refused: w.rate(0.1), hang: w.rate(0.05), slowConnect: w.rate(0.1),
		lost: w.rate(0.1), reset: w.rate(0.1), ghost: w.rate(0.1),
		answerLost: w.rate(0.2), answerLate: w.rate(0.2), cut: w.rate(0.1),
		oddAnswer: w.rate(0.2), code: w.rate(0.3), codeAfter: w.rate(0.2), slowThink: w.rate(0.1),
		payNow: 0.3 + 0.6*w.rng.Float64(), decline: 0.2 * w.rng.Float64(), ignore: 0.4 * w.rng.Float64(), boundary: w.rate(0.5), poor: true,
		groupMax: pick(w, 1, 2, 5, 64), commit: pick(w, 200*time.Microsecond, 2*time.Millisecond, 20*time.Millisecond),
		slowCommit: w.rate(0.05), refuse: w.rate(0.05), lostKnown: w.rate(0.03), unknown: w.rate(0.05), unknown0: w.rate(0.05),
		slowRead: w.rate(0.5), awayAt65: w.rate(0.1),
		keys: 0.2 + 0.8*w.rng.Float64(), reuse: w.rate(0.3), otherBody: w.rate(0.1), twice: w.rate(0.4),
		void: w.rate(0.4), check: w.rate(0.4), cancel: w.rate(0.1), operator: w.rate(0.5),
	}
	for i := range x.crash {
		x.crash[i] = w.rate(0.02)
	}
	if w.chance(0.4) {
		x.pauses = w.rng.IntN(4)
	}
	if w.chance(0.4) {
		x.outages = w.rng.IntN(4)
	}
	if w.chance(0.4) {
		x.providerDown = w.rng.IntN(3)
	}
	w.drawRules(&x)
	return x
}

// drawRules draws what the merchant and the provider have agreed, and where in the day it happens.
func (w *world) drawRules(x *weather) {
	day := time.Date(2026, time.Month(1+w.rng.IntN(12)), 1+w.rng.IntN(28), 0, 0, 0, 0, payment.WIB)
	switch w.rng.IntN(5) {
	case 0, 1:
		x.start = day.Add(time.Duration(w.rng.IntN(22*3600)) * time.Second)
	case 2:
		x.start = day.Add(23*time.Hour + 50*time.Minute)
	case 3:
		x.start = day.Add(23*time.Hour + 50*time.Minute + time.Duration(w.rng.IntN(8*60))*time.Second)
	case 4:
		x.start = day.Add(-time.Duration(w.rng.IntN(180)) * time.Second)
	}
	if w.chance(0.3) {
		x.preset = 999990
	}
	x.terms.CutOffGuard = pick(w, payment.RefuseAtCutOff, payment.FlagAtCutOff)
	x.terms.AutoCheck = w.chance(0.6)
	x.terms.OnCheckApproved = pick(w, payment.AcceptLate, payment.ReverseLate)
	x.terms.LateApproval = pick(w, payment.AcceptLate, payment.ReverseLate)
	x.sandbox = sandbox.OVOOptions{
		FailureStatus: pick(w, 400, 200), Ignored: pick(w, sandbox.Empty404, sandbox.NoAnswer),
		IgnoredAfter: 55*time.Second + w.between(0, 5*time.Second), Canceled: pick(w, sandbox.NoAnswer, sandbox.Empty404),
		RepeatedCode: pick(w, "00", "73"), UnpaidReversalCode: pick(w, "00", "00", "00", "00", "00", "25"),
	}
}

// drawQRs draws what concerns QRs: by luck of its own, so that the days of pushes are what they were without.
func (x *weather) drawQRs(o Options) {
	if o.Rail == string(payment.OVO) {
		return
	}
	w := &world{rng: rand.New(rand.NewPCG(o.Seed, 0x736e6170))}
	x.snap = w.stormyQRs()
	x.noticeLost, x.noticeTwice, x.noticeLate = w.rate(0.4), w.rate(0.4), w.rate(0.3)
	x.queryRate = pick(w, 0, 0, 2)
	if x.snap.longDay {
		x.gap = time.Hour / time.Duration(o.Payments)
	}
}
