// Package notice tells a human in time what a program cannot mend: a reversal that does not get through before the cut-off, a
// payment in review, a dead endpoint, keys that end, a provider that is away, a clock that is off, a disk that is full. Wanted
// says what there is to tell of how things stand, and Next what follows from what was told before; both are pure. Board does it
// again and again, and Mailer writes e-mails. It knows nothing of stores and engines.
package notice

import (
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Kind is what a notice is about. The spelling is stored and served.
type Kind string

// The kinds.
const (
	Reversal    Kind = "reversal_pending"   // a reversal does not get through, and can only until 23:59 WIB
	Review      Kind = "payments_in_review" // payments need a human
	Endpoint    Kind = "endpoint_failing"   // webhooks are not taken, or an endpoint was switched off for that
	Credentials Kind = "credentials_ending" // an account's credentials are to be replaced
	APIKey      Kind = "api_key_ending"     // an API key that is in use ends
	Provider    Kind = "provider_down"      // a provider does not answer
	Clock       Kind = "clock_off"          // this machine's clock and others' differ
	Disk        Kind = "disk_nearly_full"   // there is little room where data is written
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Reversal, Review, Endpoint, Credentials, APIKey, Provider, Clock, Disk}
}

// Notice is something that a human is told. It holds no phone number, name, amount or secret.
type Notice struct {
	// Cause is what brings it about: there is one notice of it at a time, for its merchant.
	Cause      string       `json:"-"`
	Kind       Kind         `json:"-"`
	MerchantID string       `json:"-"`                 // whom it concerns; empty: who runs the gateway
	Mode       payment.Mode `json:"-"`                 // empty: of both
	Subject    string       `json:"subject,omitempty"` // the id of a payment, endpoint, account or key; empty: of nothing that has one
	Urgent     bool         `json:"urgent,omitempty"`  // now, and not in the next days
	Deadline   time.Time    `json:"deadline,omitzero"` // until when something must be done; zero: there is none
	Text       string       `json:"text"`              // what is the matter, in one sentence
	Mend       string       `json:"mend"`              // what to do
	// Both in Indonesian; empty where the notice was written before there was any.
	TextIndonesian string `json:"text_indonesian,omitempty"`
	MendIndonesian string `json:"mend_indonesian,omitempty"`
}

// say sets what is the matter and what to do.
func (n Notice) say(text, mend language.Words) Notice {
	n.Text, n.TextIndonesian, n.Mend, n.MendIndonesian = text.EN, text.ID, mend.EN, mend.ID
	return n
}

// Matter says what is the matter, in both languages.
func (n Notice) Matter() language.Words { return language.Words{ID: n.TextIndonesian, EN: n.Text} }

// ToDo says what to do, in both languages.
func (n Notice) ToDo() language.Words { return language.Words{ID: n.MendIndonesian, EN: n.Mend} }

// Kept is a notice as it is kept.
type Kept struct {
	Notice
	ID        string // ntc_…, unique; a later one is greater
	Version   int    // grows with every change
	RaisedAt  time.Time
	ClearedAt time.Time // zero: it holds

	GoneAt time.Time // since when its cause is over; zero: it is not
	SaidAt time.Time // when it was last told
	Said   int       // how often it was told, its clearing included
	Mailed int       // up to which of these by e-mail
}

// Open tells whether it holds.
func (k Kept) Open() bool { return k.ClearedAt.IsZero() }

// Step is what became of a notice. The spelling is stored.
type Step string

// The steps.
const (
	Raised   Step = "raised"
	Repeated Step = "repeated"
	Cleared  Step = "cleared"
	Noted    Step = "noted" // something to remember of it; nobody is told
)

// Change is a notice with what became of it.
type Change struct {
	Kept
	Step Step
}

const (
	// calm is for how long a cause must be over before its notice is cleared: what comes and goes is told once.
	calm = 2 * time.Minute
	// The first and the longest wait between two tellings of what is urgent, and of what is not.
	urgentFirst, urgentMax = 15 * time.Minute, 12 * time.Hour
	soonFirst, soonMax     = 12 * time.Hour, 3 * 24 * time.Hour
)

// again is how long after the n-th telling, from 1, a notice is told again: each wait is twice the one before.
func again(n int, urgent bool) time.Duration {
	first, longest := soonFirst, soonMax
	if urgent {
		first, longest = urgentFirst, urgentMax
	}
	wait := first
	for range n - 1 {
		if wait *= 2; wait >= longest {
			return longest
		}
	}
	return wait
}

// Next says what follows from how things stand: notices to be raised, told again or cleared. Kept are those that hold, wanted
// what Wanted says now. New ones get their ids from newID.
func Next(kept []Kept, wanted []Notice, now time.Time, newID func() string) (changes []Change) {
	type key struct{ merchant, cause string }
	still := map[key]Notice{}
	for _, n := range wanted {
		still[key{n.MerchantID, n.Cause}] = n
	}
	for _, k := range kept {
		if !k.Open() {
			continue
		}
		at := key{k.MerchantID, k.Cause}
		n, holds := still[at]
		delete(still, at)
		if c, changed := next(k, n, holds, now); changed {
			changes = append(changes, c)
		}
	}
	for _, n := range wanted { // in their order, each cause once
		at := key{n.MerchantID, n.Cause}
		if _, fresh := still[at]; fresh {
			delete(still, at)
			changes = append(changes, Change{Kept{Notice: n, ID: newID(), Version: 1, RaisedAt: now, SaidAt: now, Said: 1}, Raised})
		}
	}
	return changes
}

// next says what becomes of one that holds.
func next(k Kept, n Notice, holds bool, now time.Time) (c Change, changed bool) {
	c = Change{k, Noted}
	c.Version++
	switch {
	case !holds && k.GoneAt.IsZero():
		c.GoneAt = now
	case !holds && now.Sub(k.GoneAt) < calm:
		return c, false
	case !holds:
		c.ClearedAt, c.SaidAt, c.Said, c.Step = now, now, k.Said+1, Cleared
	case n.Urgent && !k.Urgent || now.Sub(k.SaidAt) >= again(k.Said, n.Urgent):
		c.Notice, c.GoneAt, c.SaidAt, c.Said, c.Step = n, time.Time{}, now, k.Said+1, Repeated
	case !k.GoneAt.IsZero():
		c.GoneAt = time.Time{}
	default:
		return c, false
	}
	return c, true
}
