package recap

import (
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
		e.Astride = e.Money == Kept && payment.DayOf(a.PushedAt) != payment.DayOf(money) && money.Sub(a.PushedAt) < astrideWithin
		if !a.ContradictedAt.IsZero() {
			e.Contradicted = "the contrary, at " + a.ContradictedAt.In(payment.WIB).Format("2006-01-02 15:04:05")
		}
		all = append(all, e)
	}
	return all
}

// astrideWithin is how long after its t0 a payment is counted as one of midnight; a later change of it is something else.
const astrideWithin = 30 * 60 * 1_000_000_000

// carrierOf is the attempt whose money the payment's state is about: the one by which the customer paid, else the last.
func carrierOf(p payment.Payment) int {
	for i := len(p.Attempts) - 1; i >= 0; i-- {
		if !p.Attempts[i].PaidAt.IsZero() {
			return i
		}
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
