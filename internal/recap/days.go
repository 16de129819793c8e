package recap

import (
	"github.com/lunas-pay/lunas/internal/payment"
)

// DayOf is the day on which a payment counts: that of its last attempt's t0, or of its making while it has none.
func DayOf(p payment.Payment) payment.Day {
	if n := len(p.Attempts); n > 0 && !p.Attempts[n-1].PushedAt.IsZero() {
		return payment.DayOf(p.Attempts[n-1].PushedAt)
	}
	return payment.DayOf(p.CreatedAt)
}

// Facts lists the days whose recap must look at a payment by itself, after something has happened to it at a time: a day that
// was over by then, on which it counts or has counted; the day on which it counts, where that is not the day of its making
// and so not found by it; and every day of a payment with several attempts, whose earlier numbers are explained by it.
// For nearly all payments there is none.
func Facts(p payment.Payment, at payment.Day) []payment.Day {
	made := payment.DayOf(p.CreatedAt)
	if len(p.Attempts) <= 1 && made == at && DayOf(p) == made {
		return nil // nearly always
	}
	days := []payment.Day{made}
	for i := range p.Attempts {
		if p.Attempts[i].PushedAt.IsZero() {
			continue
		}
		if d := payment.DayOf(p.Attempts[i].PushedAt); d != days[len(days)-1] {
			days = append(days, d)
		}
	}
	several := len(p.Attempts) > 1
	counts := DayOf(p)
	all := days[:0:0]
	for _, d := range days {
		if several || d != at || d == counts && d != made {
			all = append(all, d)
		}
	}
	return all
}
