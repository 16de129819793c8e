package notice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Facts are how things stand.
type Facts struct {
	Now       time.Time
	Reversing []payment.Payment // pushes whose reversal is under way
	Queues    []Queue
	Endpoints []Hook
	Ends      []End
	Providers []Outage
	Clocks    []Drift
	Disk      Room
}

// Queue is a merchant's payments that need a human.
type Queue struct {
	MerchantID string
	Mode       payment.Mode
	Count      int
	More       bool      // there are more than were counted
	Oldest     time.Time // since when the oldest waits
}

// Hook is where a merchant wants to be told of events, which does not work. Host is the address without path and query.
type Hook struct {
	MerchantID, ID, Host string
	Mode                 payment.Mode
	FailingSince         time.Time
	OffAt                time.Time // when it is switched off, or was
	Off                  bool
}

// End is a secret that ends.
type End struct {
	MerchantID string // empty: the platform's own key
	Mode       payment.Mode
	Kind       Kind   // Credentials or APIKey
	Subject    string // the account, the folder of keys where there is no merchant, or the key's id
	Name       string // what people call it
	At         time.Time
	Used       time.Time // when a key was last used
}

// Outage is a rail whose provider is not asked for new payments for a while, by so many accounts.
type Outage struct {
	Rail     payment.Rail
	Accounts int
}

// Drift is how far this machine's clock is ahead of another one.
type Drift struct {
	Of    string // the database, the time server
	Ahead time.Duration
}

// Room is the room where data is written.
type Room struct {
	Known bool
	Free  uint64 // bytes
}

const (
	// reversalAfter is how long after a push its reversal should have got through: it goes out at 65 s, and is tried again after
	// 15 s, 30 s and 60 s.
	reversalAfter = 4 * time.Minute
	// failingAfter is how long an endpoint may fail before somebody is told; it is switched off after three days.
	failingAfter = time.Hour

	credentialsSoon, credentialsUrgent = 30 * 24 * time.Hour, 3 * 24 * time.Hour
	keySoon, keyUrgent                 = 14 * 24 * time.Hour, 24 * time.Hour
	// usedLately is how long ago a key was used that somebody still needs.
	usedLately = 24 * time.Hour

	driftMax = 2 * time.Second
	// OVO takes no signature that is older than five minutes.
	driftUrgent = time.Minute

	roomSoon, roomUrgent = 10 << 30, 2 << 30
)

// Wanted says what there is to tell, each cause once.
func Wanted(f Facts) []Notice {
	return slices.Concat(reversals(f), reviews(f), endpoints(f), ends(f), outages(f), drifts(f), room(f))
}

// reversals. OVO, Push To Pay API: "Cut off time call reversal is at 23:59 … in the same day".
func reversals(f Facts) (all []Notice) {
	for _, p := range f.Reversing {
		pushed := pushedAt(p)
		if f.Now.Sub(pushed) < reversalAfter {
			continue
		}
		all = append(all, Notice{
			Cause: "reversal/" + p.ID, Kind: Reversal, MerchantID: p.MerchantID, Mode: p.Mode, Subject: p.ID, Urgent: true,
			Deadline: payment.DayOf(pushed).Start().Add(23*time.Hour + 59*time.Minute),
			Text:     "The reversal of payment " + p.ID + " does not get through: the provider has not confirmed it, and takes it until 23:59 WIB of the push's day only.",
			Mend:     "See whether the provider can be reached (lunas doctor) and call its support with the payment's exchanges; lunas goes on trying until 23:59, then the payment comes to review.",
		})
	}
	return all
}

func pushedAt(p payment.Payment) time.Time {
	if n := len(p.Attempts); n > 0 && !p.Attempts[n-1].PushedAt.IsZero() {
		return p.Attempts[n-1].PushedAt
	}
	return p.CreatedAt
}

func reviews(f Facts) (all []Notice) {
	for _, q := range f.Queues {
		if q.Count == 0 {
			continue
		}
		count := fmt.Sprintf("%d payment(s) of merchant %s (%s)", q.Count, q.MerchantID, q.Mode)
		if q.More {
			count = "More than " + count
		}
		all = append(all, Notice{
			Cause: "review/" + string(q.Mode), Kind: Review, MerchantID: q.MerchantID, Mode: q.Mode,
			Text: count + " wait for a human, the oldest since " + wib(q.Oldest) + ": how they ended is not known.",
			Mend: "Find out from the provider what became of each, and resolve it in the console, or see lunas payments list --state review.",
		})
	}
	return all
}

func endpoints(f Facts) (all []Notice) {
	for _, e := range f.Endpoints {
		n := Notice{
			Cause: "endpoint/" + e.ID, Kind: Endpoint, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.ID, Deadline: e.OffAt,
			Text: "The webhook endpoint " + e.ID + " at " + e.Host + " has taken nothing since " + wib(e.FailingSince) + " and is switched off after three days.",
			Mend: "See what it answers: lunas webhooks deliveries " + e.ID + ". What it has missed can be replayed.",
		}
		switch {
		case e.Off:
			n.Urgent, n.Deadline = true, time.Time{}
			n.Text = "The webhook endpoint " + e.ID + " at " + e.Host + " was switched off at " + wib(e.OffAt) + ": it took nothing for too long."
			n.Mend = "Mend it, switch it on again, and replay what it has missed; or delete it."
		case f.Now.Sub(e.FailingSince) < failingAfter:
			continue
		}
		all = append(all, n)
	}
	return all
}

func ends(f Facts) (all []Notice) {
	for _, e := range f.Ends {
		left := e.At.Sub(f.Now)
		n := Notice{
			Cause: string(e.Kind) + "/" + e.Subject, Kind: e.Kind, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.Subject, Deadline: e.At,
		}
		switch {
		case e.At.IsZero():
			continue
		case e.Kind == Credentials && left < credentialsSoon:
			n.Urgent = left < credentialsUrgent
			n.Text = "The credentials of account " + e.Subject + " of merchant " + e.MerchantID + " are to be replaced by " + wib(e.At) + "."
			if e.MerchantID == "" {
				n.Text = "The keys in the folder " + e.Subject + " are to be replaced by " + wib(e.At) + "."
			}
			n.Mend = "Make new keys and send the provider their public halves: lunas credentials keygen; then lunas credentials import."
		case e.Kind == APIKey && left < keySoon && left > 0 && f.Now.Sub(e.Used) < usedLately:
			n.Urgent = left < keyUrgent
			n.Text = "The API key " + e.Subject + strings.TrimRight(" "+e.Name, " ") + ", which is in use, ends at " + wib(e.At) + "."
			n.Mend = "Make another one and change the program over: lunas keys rotate " + e.Subject + "."
		default:
			continue
		}
		all = append(all, n)
	}
	return all
}

func outages(f Facts) (all []Notice) {
	for _, o := range f.Providers {
		if o.Accounts == 0 {
			continue
		}
		all = append(all, Notice{
			Cause: "provider/" + string(o.Rail), Kind: Provider, Subject: string(o.Rail), Urgent: true,
			Text: fmt.Sprintf("The provider of rail %s does not answer: %d account(s) are not asked for new payments for a while.", o.Rail, o.Accounts),
			Mend: "See whether the provider can be reached from here (lunas doctor), and what it says of itself; payments under way are brought to their end.",
		})
	}
	return all
}

func drifts(f Facts) (all []Notice) {
	for _, d := range f.Clocks {
		off := d.Ahead.Abs()
		if off < driftMax {
			continue
		}
		direction := "ahead of"
		if d.Ahead < 0 {
			direction = "behind"
		}
		all = append(all, Notice{
			Cause: "clock/" + d.Of, Kind: Clock, Urgent: off >= driftUrgent,
			Text: fmt.Sprintf("This machine's clock is %s %s that of %s: signatures, batches and the cut-off hang on it.", off.Round(100*time.Millisecond), direction, d.Of),
			Mend: "Let chrony or systemd-timesyncd keep the clock: timedatectl set-ntp true.",
		})
	}
	return all
}

func room(f Facts) []Notice {
	if !f.Disk.Known || f.Disk.Free >= roomSoon {
		return nil
	}
	return []Notice{{
		Cause: "disk", Kind: Disk, Urgent: f.Disk.Free < roomUrgent,
		Text: fmt.Sprintf("There are %.1f GiB left where the database is; without room no payment is taken.", float64(f.Disk.Free)/(1<<30)),
		Mend: "Make room, or move the database to a larger disk.",
	}}
}

func wib(t time.Time) string { return t.In(payment.WIB).Format("2006-01-02 15:04 WIB") }
