package recap

import (
	"slices"

	"github.com/lunas-pay/lunas/internal/payment"
)

// referenceMax is the highest reference number of a batch. OVO, Push To Pay API, "Reference Number".
const referenceMax = 999999

// Seen collects the numbers of one batch by which payments stand, a bit for each up to the last one: at most 125 kB. The zero
// value is empty.
type Seen struct {
	bits        []uint64
	first, last payment.ReferenceNumber
	given       int64
	twice       []payment.ReferenceNumber
}

// Add notes a number; what is none (0) is left out.
func (s *Seen) Add(n payment.ReferenceNumber) {
	if n < 1 || n > referenceMax {
		return
	}
	if need := int(n/64) + 1; need > len(s.bits) {
		s.bits = append(s.bits, make([]uint64, need-len(s.bits))...)
	}
	if s.Has(n) {
		if len(s.twice) < GapsMax && !slices.Contains(s.twice, n) {
			s.twice = append(s.twice, n)
		}
		return
	}
	s.bits[n/64] |= 1 << (n % 64)
	s.given++
	if s.first == 0 || n < s.first {
		s.first = n
	}
	s.last = max(s.last, n)
}

// Has tells whether a number was noted.
func (s *Seen) Has(n payment.ReferenceNumber) bool {
	return n >= 1 && int(n/64) < len(s.bits) && s.bits[n/64]&(1<<(n%64)) != 0
}

// Missing tells whether there are numbers from 1 to the last by which no payment stands.
func (s *Seen) Missing() bool { return s.given < int64(s.last) }

// Numbering says what was seen. Known are the numbers that are explained, such as those of earlier attempts; what is in
// neither is skipped. Burnt are numbers that are used up, of payments that stand by them.
func (s *Seen) Numbering(known, burnt []Gap, burntAll int64) Numbering {
	n := Numbering{First: s.first, Last: s.last, Given: s.given, Twice: s.twice, Burnt: burnt, BurntAll: burntAll}
	// An earlier attempt may have the highest number of all: its payment went on in another batch or at another terminal.
	explained := map[payment.ReferenceNumber]Gap{}
	for _, g := range known {
		for r := g.From; r <= g.To; r++ {
			explained[r] = g
			if !s.Has(r) {
				n.Last = max(n.Last, r)
				if n.First == 0 || r < n.First {
					n.First = r
				}
			}
		}
	}
	var open *Gap
	for r := payment.ReferenceNumber(1); r <= n.Last; r++ {
		if s.Has(r) {
			open = nil
			continue
		}
		n.GapsAll++
		g, ok := explained[r]
		if !ok {
			g = Gap{Reason: Skipped}
		}
		if open != nil && open.Reason == g.Reason && open.PaymentID == g.PaymentID {
			open.To = r
			continue
		}
		open = nil
		if len(n.Gaps) < GapsMax {
			n.Gaps = append(n.Gaps, Gap{From: r, To: r, Reason: g.Reason, PaymentID: g.PaymentID})
			open = &n.Gaps[len(n.Gaps)-1]
		}
	}
	return n
}

// CounterOf names what counts the numbers of an attempt: its terminal, but for QRs their account, whose terminals share one
// count, since the provider does not look at terminals there. A recap is of one counter.
func CounterOf(p payment.Payment, attempt int) string {
	a := &p.Attempts[attempt]
	return Counter(a.Rail, p.AccountOf(attempt), a.Terminal.ID)
}

// Counter is CounterOf by its parts; empty without a terminal.
func Counter(rail payment.Rail, account, terminal string) string {
	if rail == payment.SNAP && terminal != "" {
		return "qr/" + account
	}
	return terminal
}

// Held is a number of a payment that is no longer the one by which the payment stands, or that is burnt.
type Held struct {
	Terminal string // CounterOf
	Batch    payment.Batch
	Gap      Gap
}

// Earlier lists the numbers of a payment's earlier attempts.
func Earlier(p payment.Payment) (all []Held) {
	for i := range p.Attempts {
		if a := &p.Attempts[i]; i < len(p.Attempts)-1 && !a.Number.IsZero() {
			all = append(all, Held{CounterOf(p, i), a.Number.Batch, Gap{a.Number.Reference, a.Number.Reference, EarlierAttempt, p.ID}})
		}
	}
	return all
}

// Burnt tells whether the number by which a payment stands is used up without the provider having made anything of it.
func Burnt(p payment.Payment) (Held, bool) {
	if len(p.Attempts) == 0 {
		return Held{}, false
	}
	a := &p.Attempts[len(p.Attempts)-1]
	why := Reason("")
	switch {
	case a.NeverSent:
		why = NotSent
	case a.NumberUsed, p.Failure != nil && p.Failure.Code == string(payment.ReasonDuplicate):
		why = NumberUsed
	case a.Burnt:
		why = NoQR
	}
	return Held{CounterOf(p, len(p.Attempts)-1), a.Number.Batch, Gap{a.Number.Reference, a.Number.Reference, why, p.ID}}, why != "" && !a.Number.IsZero()
}
