package recap

import (
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Entries makes an entry of every attempt of a payment at an account, empty for every account; without keys. The day is the
// one that is reconciled.
func Entries(p payment.Payment, account string, day payment.Day) []Entry {
	carrier := carrierOf(p)
	var all []Entry
	for i := range p.Attempts {
		a := &p.Attempts[i]
		if account != "" && p.AccountOf(i) != account || a.Number.IsZero() || a.PushedAt.IsZero() {
			continue
		}
		e := Entry{PaymentID: p.ID, Attempt: i, State: p.State, Money: MoneyOf(p), Amount: p.Amount, At: a.PushedAt}
		if i != carrier {
			e.State, e.Money = payment.Expired, NotTaken
			switch {
			case a.Stray != "":
				e.Money = Doubtful
			case a.Dead == payment.DeadReversed:
				e.State, e.Money = payment.Reversed, GivenBack
			}
		}
		money := p.UpdatedAt
		if !a.PaidAt.IsZero() {
			money = a.PaidAt
		}
		e.Home = payment.DayOf(a.PushedAt) == day
		e.Astride = e.Money == Kept && (nearMidnight(a.PushedAt) || money.Sub(a.PushedAt) < astrideWithin &&
			(nearMidnight(money) || payment.DayOf(a.PushedAt) != payment.DayOf(money)))
		if !a.ContradictedAt.IsZero() {
			e.Contradicted = a.ContradictedAt.In(payment.WIB).Format("2006-01-02 15:04:05")
		}
		all = append(all, e)
	}
	return all
}

const (
	// astrideWithin is how long after its t0 a payment is counted as one of midnight; a later change of it is something else.
	astrideWithin = 30 * time.Minute
	// midnightWithin is how near to midnight a provider may count on either day: it books later than it answers, and closes its
	// own day at 23:59 (OVO, Push To Pay API: "before transaction recap in end of day").
	midnightWithin = 5 * time.Minute
)

func nearMidnight(at time.Time) bool {
	into := at.Sub(payment.DayOf(at).Start())
	return into < midnightWithin || into >= 24*time.Hour-midnightWithin
}

// carrierOf is the attempt whose money the payment's state is about: the one by which the customer paid, else the last. While
// the customer chooses again it is about none of them.
func carrierOf(p payment.Payment) int {
	for i := len(p.Attempts) - 1; i >= 0; i-- {
		if !p.Attempts[i].PaidAt.IsZero() {
			return i
		}
	}
	if p.Choosing() {
		return -1
	}
	return len(p.Attempts) - 1
}

// MoneyOf says what became of the money of a payment.
func MoneyOf(p payment.Payment) Money {
	switch p.State {
	case payment.Paid:
		return Kept
	case payment.Voided, payment.Refunded, payment.Reversed:
		return GivenBack
	case payment.Declined, payment.Expired, payment.Canceled:
		return NotTaken
	case payment.Review:
		return Doubtful
	}
	return UnderWay
}
