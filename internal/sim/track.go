package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// track is a rail as it is in the world: its accounts, its shops and customers, the whims of its provider, and the rules
// that are its own. A rail is a file or two, such as ovo.go and ovo_rules.go; what holds for all of them stands
// elsewhere.
type track interface {
	rail() payment.Rail
	// accounts are the merchants' accounts on this rail.
	accounts() []merchant.Account
	// provide sets up the provider.
	provide(*sandbox.Options)
	// dawn plans what happens on this rail by itself in the first half of the day.
	dawn(half time.Duration)
	// restWithin is how long after the last injury everything has come to rest.
	restWithin() time.Duration

	// order is what a shop asks for, and followUp plans what it does with its payment later.
	order(i int) engine.Order
	followUp(s *story)
	// effect is what provider and customer make of a request, and refusals are the codes with which the provider does
	// nothing; it does not lie about what it knows. afterwards are those that it gives although it did it.
	effect(operation string, e *sandbox.Effect)
	refusals(operation string) []string
	afterwards() []string

	// call tells of a request on the wire what it is and whose; without an id it is the account's own.
	call(wire []byte) (operation, merchantID, id string)
	// written is told of each change, sent of each request just before its first byte leaves, and received of each
	// answer that has reached its gateway.
	written(p *process, s *story, c *store.Change)
	sent(k *call, s *send)
	received(k *call)
	// said is what of an answer is told: its code.
	said(answer []byte) string
	// noticed says whose payment a notification to a merchant is about; false when it is none of this rail's.
	noticed(merchantID string, body []byte) (id string, mine bool)

	// owner says whose a payment in the provider's books is; fault which rule is broken by what the provider finds fault
	// with, none if that is the network's doing. Both are false for what belongs to another rail.
	owner(sandbox.Transaction) (id string, mine bool)
	fault(sandbox.Violation) (broken Property, mine bool)
	// audit holds a payment against the rules of this rail when the day is over.
	audit(*books)
	// secret names what of this rail's credentials stands in a text.
	secret(text string) string
}

// keeper is a track whose gateways keep access tokens in the store.
type keeper interface {
	secretSaved(merchantID, name string, sealed []byte)
}

// repeater is a track on whose way to the provider requests may be repeated; true: it was seen to.
type repeater interface {
	repeats(k *call, wire []byte, f road) bool
}

// rails are the rails that the world knows, in the order in which their accounts are configured.
var rails = []struct { // never written
	rail payment.Rail
	make func(*day) track
}{
	{payment.OVO, func(d *day) track { return &ovoTrack{day: d} }},
	{payment.SNAP, newSNAPTrack},
	{payment.DOKU, newDOKUTrack},
	{payment.Faspay, newFaspayTrack},
}

// Mixed stands for all rails on the same day.
const Mixed = "mixed"

// layTracks makes the day's tracks: that of one rail, or all.
func (d *day) layTracks(only string) error {
	for _, r := range rails {
		if only == "" || only == Mixed || only == string(r.rail) {
			d.tracks = append(d.tracks, r.make(d))
		}
	}
	if len(d.tracks) == 0 {
		return fmt.Errorf("simulate the rail %q: there is no such; choose ovo, snap, doku, faspay or mixed", only)
	}
	return nil
}

// trackOf gives the track of a rail.
func (d *day) trackOf(r payment.Rail) track {
	i := slices.IndexFunc(d.tracks, func(t track) bool { return t.rail() == r })
	return d.tracks[i]
}
