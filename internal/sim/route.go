package sim

import (
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Where there are several rails beside each other a merchant may leave the choice to the gateway, and have payments go on
// from one to the next.

// routeWeather is what of a day is drawn for choosing and changing rails.
type routeWeather struct {
	free     float64 // of pushes: the rail is not named
	prefer   []payment.Rail
	failOver bool
	within   time.Duration
}

// ordinaryRoutes is a quiet day: the mix in which checkers are shown to bite.
func ordinaryRoutes() routeWeather {
	return routeWeather{free: 1, prefer: []payment.Rail{payment.OVO, payment.DOKU, payment.Faspay}, failOver: true}
}

// stormyRoutes draws a day from the seed.
func (w *world) stormyRoutes() routeWeather {
	x := routeWeather{
		free: pick(w, 0, 0.5, 1), prefer: []payment.Rail{payment.OVO, payment.DOKU, payment.Faspay}, failOver: w.chance(0.8),
		within: pick(w, 0, 20*time.Second, 10*time.Minute),
	}
	w.rng.Shuffle(len(x.prefer), func(i, j int) { x.prefer[i], x.prefer[j] = x.prefer[j], x.prefer[i] })
	return x
}

// routing is what the merchants want of the gateway.
func (d *day) routing() map[string]merchant.Routing {
	x := &d.weather.routes
	return map[string]merchant.Routing{merchantID: {
		Prefer: map[payment.Method][]payment.Rail{payment.OVOPush: x.prefer}, FailOver: x.failOver, FailOverWithin: x.within,
	}}
}

// routeOrder names the rail of an order, or leaves the choice to the gateway.
func (d *day) routeOrder(t track, o *order) {
	if o.Method == payment.OVOPush && d.chance(d.weather.routes.free) {
		o.Terminal = ""
		return
	}
	o.Rail = t.rail()
}

// pusher is a track on which customers are pushed.
type pusher interface {
	// notAsked tells whether a code in answer to a push says that the customer was not turned to.
	notAsked(code string) bool
}

// auditRoutes holds a payment that was tried by several rails, or more than once, against the rules of all of them.
func (b *books) auditRoutes() {
	if b.stored.Rail == payment.SNAP { // after pushes that were refused for their phone
		b.story.track.audit(b)
	} else {
		b.checkCharges()
	}
	b.checkDeaths()
	if b.stored.Attempts[b.ovo].Rail == payment.OVO {
		b.checkUnanswered()
	}
}

// checkDeaths holds that nobody is asked on another rail before the last attempt was known to be dead.
func (b *books) checkDeaths() {
	for i, s := range b.story.sends {
		if s.operation != opPush {
			continue
		}
		for _, earlier := range b.story.sends[:i] {
			if earlier.operation == opPush && earlier.track != s.track && !b.dead(earlier, s.at) {
				b.fail(RouteAfterDeath, b.id, "a push leaves for %s, and that for %s %v before was not known to be dead",
					s.track.rail(), earlier.track.rail(), s.at-earlier.at)
			}
		}
	}
}

// dead tells whether a gateway had been told by a time that a push has charged nobody and never will: it was refused before
// the customer was asked, or its reversal was confirmed.
func (b *books) dead(push *send, by time.Duration) bool {
	heard := func(s *send) bool { return len(s.received) > 0 && s.receivedAt <= by }
	if p, ok := push.track.(pusher); ok && heard(push) && p.notAsked(push.track.said(push.received)) {
		return true
	}
	return slices.ContainsFunc(b.story.sends, func(s *send) bool {
		if s.track != push.track || !heard(s) {
			return false
		}
		code := s.track.said(s.received)
		return s.operation == opReversal && (code == "00" || code == "73") || s.operation == opCheck && code == "73"
	})
}

// notAsked tells whether an answer to a push says that the customer was not turned to. OVO, Push To Pay API: response codes.
func (t *ovoTrack) notAsked(code string) bool {
	switch code {
	case "14", "58", "EB", "ER", "63", "BR", "TO", "96":
		return true
	}
	return false
}
