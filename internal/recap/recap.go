// Package recap holds the words and rules of the end of a day: what a day's payments add up to, per terminal and batch, and
// where a provider's books differ from ours. It is pure: it adds up and compares, asks no provider and keeps nothing.
//
// Which payments belong to a day: a payment counts on the WIB day (00:00 to 24:00) of its t0, the instant written in its
// last push or QR. What becomes of it later, a refund on another day too, changes what that day adds up to and never counts
// on a day of its own; if the day is closed by then, the change makes a correction.
package recap

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Recap is what the payments of one day add up to that have their numbers of one counter: of a terminal, or for QRs of an
// account, which is named qr/ and the account. Once it is written it is never changed; what becomes known
// later makes the next version, which says what is different and why.
type Recap struct {
	MerchantID string       `json:"merchant_id"`
	Mode       payment.Mode `json:"mode"`
	Day        payment.Day  `json:"day"` // in WIB
	Terminal   string       `json:"terminal"`
	Version    int          `json:"version"` // 1: as the day was closed; above: corrections
	ClosedAt   time.Time    `json:"closed_at"`

	Batches []Batch `json:"batches"`
	// Why says of a correction what made it: every payment that has changed since the version before, and how.
	Why []Late `json:"why,omitempty"`
	// Changed says of a correction what is different, total by total.
	Changed []Difference `json:"changed,omitempty"`
}

// Batch is a batch of a recap, with what each account took in it.
type Batch struct {
	Batch     payment.Batch `json:"batch"`
	Accounts  []Account     `json:"accounts"`
	Numbering Numbering     `json:"numbering"`
}

// Account is what went through one account.
type Account struct {
	Account string       `json:"account"`
	Rail    payment.Rail `json:"rail"`
	Totals  Totals       `json:"totals"`
}

// Total is a number of payments with what they add up to.
type Total struct {
	Count int64          `json:"count"`
	Sum   payment.Rupiah `json:"sum"`
}

func (t *Total) add(o Total) { t.Count, t.Sum = t.Count+o.Count, t.Sum+o.Sum }

// Totals are the totals of every kind. Every payment is in exactly one of them.
type Totals struct {
	Paid     Total `json:"paid"`     // the merchant has the money
	Voided   Total `json:"voided"`   // paid, and taken back on its day
	Refunded Total `json:"refunded"` // paid, and given back
	Reversed Total `json:"reversed"` // whether it had been paid was not known, and it was undone
	Review   Total `json:"review"`   // a human must look
	Failed   Total `json:"failed"`   // declined, expired or canceled: no money moved
	Open     Total `json:"open"`     // still under way when the recap was written
}

// Kinds lists the totals by the names under which they are served.
func (t *Totals) Kinds() []Kind {
	return []Kind{
		{"paid", &t.Paid},
		{"voided", &t.Voided},
		{"refunded", &t.Refunded},
		{"reversed", &t.Reversed},
		{"review", &t.Review},
		{"failed", &t.Failed},
		{"open", &t.Open},
	}
}

// Kind is one of the totals with its name.
type Kind struct {
	Name  string
	Total *Total
}

// KindOf names the total in which payments of a state are counted.
func KindOf(s payment.State) string {
	switch s {
	case payment.Paid:
		return "paid"
	case payment.Voided:
		return "voided"
	case payment.Refunded:
		return "refunded"
	case payment.Reversed:
		return "reversed"
	case payment.Review:
		return "review"
	case payment.Declined, payment.Expired, payment.Canceled:
		return "failed"
	}
	return "open"
}

// Add adds other totals.
func (t *Totals) Add(o Totals) {
	mine, others := t.Kinds(), o.Kinds()
	for i := range mine {
		mine[i].Total.add(*others[i].Total)
	}
}

// Sum adds up everything.
func (t Totals) Sum() Total {
	var all Total
	for _, k := range t.Kinds() {
		all.add(*k.Total)
	}
	return all
}

// Totals adds up what all batches and accounts of a recap have.
func (r Recap) Totals() Totals {
	var all Totals
	for _, b := range r.Batches {
		for _, a := range b.Accounts {
			all.Add(a.Totals)
		}
	}
	return all
}

// ID names a recap: the same for all its versions.
func (r Recap) ID() string { return DayText(r.Day) + "/" + string(r.Mode) + "/" + r.Terminal }

// Count is a number of payments that have the same mode, terminal, batch, account and state, as a database counts them.
type Count struct {
	Mode     payment.Mode
	Terminal string
	Batch    payment.Batch
	Account  string
	Rail     payment.Rail
	State    payment.State
	Total    Total
	// First and Last are the lowest and the highest number by which they stand.
	First, Last payment.ReferenceNumber
}

// Numbering says which numbers of a batch were given. Numbers are a terminal's and not an account's or a mode's.
type Numbering struct {
	First payment.ReferenceNumber `json:"first"` // 0: no payment of the day has a number of this batch
	Last  payment.ReferenceNumber `json:"last"`
	// Given is how many payments have a number from first to last as the one they stand by.
	Given int64 `json:"given"`
	// Gaps are numbers from 1 to last by which no payment of the day stands, and why. At most GapsMax are listed.
	Gaps    []Gap `json:"gaps,omitempty"`
	GapsAll int64 `json:"gaps_all"` // how many numbers are missing, listed or not
	// Burnt are numbers that are used up though the provider was not asked by them, or made nothing of them.
	Burnt    []Gap `json:"burnt,omitempty"`
	BurntAll int64 `json:"burnt_all"`
	// Twice are numbers by which more than one payment stands, which must not be.
	Twice []payment.ReferenceNumber `json:"twice,omitempty"`
}

// GapsMax is how many gaps, and how many burnt numbers, of a batch are listed.
const GapsMax = 500

// Gap is a row of numbers with the reason for which no payment stands by them, or for which they are burnt.
type Gap struct {
	From      payment.ReferenceNumber `json:"from"`
	To        payment.ReferenceNumber `json:"to"`
	Reason    Reason                  `json:"reason"`
	PaymentID string                  `json:"payment_id,omitempty"`
}

// Reason says what became of a number. The spelling is stored and served.
type Reason string

// The reasons.
const (
	EarlierAttempt Reason = "earlier_attempt" // an earlier try of a payment that stands by another number now
	NotSent        Reason = "not_sent"        // its push did not leave
	NoQR           Reason = "nothing_made"    // the provider made no QR or bill of it
	NumberUsed     Reason = "number_used"     // the provider had seen it before
	MovedAhead     Reason = "moved_ahead"     // nothing here has it, and an operator has moved the terminal's numbering ahead
	Skipped        Reason = "skipped"         // nothing here has it, such as after a backup was restored
)

// Reasons lists them.
func Reasons() []Reason {
	return []Reason{EarlierAttempt, NotSent, NoQR, NumberUsed, MovedAhead, Skipped}
}

// Words say it.
func (r Reason) Words() language.Words {
	switch r {
	case EarlierAttempt:
		return language.Words{ID: "percobaan lebih awal; pembayarannya kini memakai nomor lain", EN: "an earlier try of a payment that has another number now"}
	case NotSent:
		return language.Words{ID: "push-nya tidak terkirim", EN: "its push did not leave"}
	case NoQR:
		return language.Words{ID: "provider tidak membuat QR atau tagihan dari nomor ini", EN: "the provider made no QR or bill of it"}
	case NumberUsed:
		return language.Words{ID: "provider sudah pernah melihatnya", EN: "the provider had seen it before"}
	case MovedAhead:
		return language.Words{ID: "dilewati: operator memajukan penomoran terminal", EN: "passed over: an operator has moved the terminal's numbering ahead"}
	case Skipped:
		return language.Words{ID: "tidak ada pembayaran dengan nomor ini, misalnya setelah cadangan dipulihkan", EN: "no payment has it, such as after a backup was restored"}
	}
	return language.Same(string(r))
}

// Late is something that became known of a payment after its day's recap was written.
type Late struct {
	PaymentID string        `json:"payment_id"`
	State     payment.State `json:"state"`        // as it is now
	Event     string        `json:"event"`        // what happened last: the kind of the journal's entry
	By        string        `json:"by,omitempty"` // who asked for it, where somebody did
	At        time.Time     `json:"at"`
}

// Difference is a total that is another one than in the version before.
type Difference struct {
	Batch   payment.Batch `json:"batch"`
	Account string        `json:"account"`
	Total   string        `json:"total"` // paid, voided, …
	Before  Total         `json:"before"`
	After   Total         `json:"after"`
}

// Assemble makes a day's recaps of what the database has counted: one for each mode and terminal, in that order. Version,
// numbering and the reasons of a correction are left for the caller.
func Assemble(merchantID string, day payment.Day, at time.Time, counts []Count) []Recap {
	type place struct {
		mode     payment.Mode
		terminal string
	}
	batches := map[place]map[payment.Batch]map[string]*Account{}
	for _, c := range counts {
		p := place{c.Mode, c.Terminal}
		if batches[p] == nil {
			batches[p] = map[payment.Batch]map[string]*Account{}
		}
		accounts := batches[p][c.Batch]
		if accounts == nil {
			accounts = map[string]*Account{}
			batches[p][c.Batch] = accounts
		}
		a := accounts[c.Account]
		if a == nil {
			a = &Account{Account: c.Account, Rail: c.Rail}
			accounts[c.Account] = a
		}
		for _, k := range a.Totals.Kinds() {
			if k.Name == KindOf(c.State) {
				k.Total.add(c.Total)
			}
		}
	}
	var all []Recap
	for p, ofBatch := range batches { // sorted below
		r := Recap{MerchantID: merchantID, Mode: p.mode, Day: day, Terminal: p.terminal, ClosedAt: at}
		for batch, accounts := range ofBatch {
			b := Batch{Batch: batch}
			for _, a := range accounts {
				b.Accounts = append(b.Accounts, *a)
			}
			slices.SortFunc(b.Accounts, func(a, b Account) int { return strings.Compare(a.Account, b.Account) })
			r.Batches = append(r.Batches, b)
		}
		slices.SortFunc(r.Batches, func(a, b Batch) int { return cmp.Compare(a.Batch, b.Batch) })
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Recap) int {
		return cmp.Or(strings.Compare(string(a.Mode), string(b.Mode)), strings.Compare(a.Terminal, b.Terminal))
	})
	return all
}

// Differences says which totals of a recap are others than those of the version before.
func Differences(before, after Recap) []Difference {
	type place struct {
		batch   payment.Batch
		account string
	}
	collect := func(r Recap) map[place]Totals {
		m := map[place]Totals{}
		for _, b := range r.Batches {
			for _, a := range b.Accounts {
				m[place{b.Batch, a.Account}] = a.Totals
			}
		}
		return m
	}
	old, now := collect(before), collect(after)
	var places []place
	for p := range old { // sorted below
		places = append(places, p)
	}
	for p := range now {
		if _, both := old[p]; !both {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.batch, b.batch), strings.Compare(a.account, b.account))
	})
	var all []Difference
	for _, p := range places {
		was, is := old[p], now[p]
		olds, news := was.Kinds(), is.Kinds()
		for i := range olds {
			if *olds[i].Total != *news[i].Total {
				all = append(all, Difference{p.batch, p.account, olds[i].Name, *olds[i].Total, *news[i].Total})
			}
		}
	}
	return all
}

// DayText writes a day as 2026-03-21.
func DayText(d payment.Day) string { return d.Start().Format(time.DateOnly) }

// ParseDay reads what DayText writes, and 20260321.
func ParseDay(s string) (payment.Day, error) {
	for _, layout := range []string{time.DateOnly, "20060102"} {
		if t, err := time.ParseInLocation(layout, s, payment.WIB); err == nil && t.Year() >= 2000 {
			return payment.DayOf(t), nil
		}
	}
	return 0, fmt.Errorf("%q is no day: write it as 2026-03-21", clip(s, 40))
}

// End is when a day ends: 24:00 WIB.
func End(d payment.Day) time.Time { return d.Start().AddDate(0, 0, 1) }

// Next is the day after.
func Next(d payment.Day) payment.Day { return payment.DayOf(End(d)) }

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// Title names a recap for people: 2026-03-21, till-1.
func (r Recap) Title() string {
	t := DayText(r.Day) + ", terminal " + r.Terminal
	if r.Version > 1 {
		t += ", correction " + strconv.Itoa(r.Version-1)
	}
	return t
}
