package books

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

// A settlement file is a provider's day, and the provider's clock is not ours: a payment of 23:59:58 may stand in the next day's
// file. What the neighbouring days' files say is known from their reconciliations, in which such a payment is a discrepancy or
// of the class other_day; no reconciliation is changed by a later one.

// neighbour is the reconciliation that stands for a neighbouring day: the last that was done.
type neighbour struct {
	store.Reconciliation
	// whole is set when all that it found was kept, and every payment of its day was there to be found.
	whole bool
	notes map[string]note // of payments in what it found, by noteKey
}

// note is what a reconciliation has found of an attempt.
type note struct {
	class recap.Class
	row   int // in which it is listed as paid; 0: in none
}

func noteKey(paymentID string, attempt int) string { return fmt.Sprintf("%s/%d", paymentID, attempt) }

// beyond is the neighbouring day that may list a payment with this t0 when a day is reconciled; 0 for none.
func beyond(at time.Time, day payment.Day) payment.Day {
	switch start, end := day.Start(), recap.End(day); {
	case at.Before(start.Add(around)):
		return payment.DayOf(start.Add(-time.Hour))
	case !at.Before(end.Add(-around)):
		return recap.Next(day)
	}
	return 0
}

// standing gives the last reconciliation of an account's day that was done.
func (b *Books) standing(ctx context.Context, of store.Reconciliation, day payment.Day) (*neighbour, error) {
	list, err := b.Store.Reconciliations(ctx, store.ReconciliationFilter{MerchantID: of.MerchantID, Mode: of.Mode, Account: of.Account, From: day, To: day, Limit: 100})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.State == store.Reconciled && r.ID != of.ID {
			return &neighbour{Reconciliation: r, notes: map[string]note{}}, nil
		}
	}
	return nil, nil
}

// neighbours reads what the days before and after a reconciliation have found.
func (b *Books) neighbours(ctx context.Context, of store.Reconciliation) (all []*neighbour, err error) {
	for _, day := range []payment.Day{payment.DayOf(of.Day.Start().Add(-time.Hour)), recap.Next(of.Day)} {
		n, err := b.standing(ctx, of, day)
		if err != nil {
			return nil, err
		}
		if n == nil {
			continue
		}
		if err := b.notes(ctx, n, ""); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// notes reads what a reconciliation has found, of one payment or of all.
func (b *Books) notes(ctx context.Context, n *neighbour, paymentID string) error {
	r, err := b.result(n.Reconciliation)
	if err != nil {
		return err
	}
	n.whole = r.Summary != nil && n.CreatedAt.After(recap.End(n.Day)) && r.Found+r.Summary.Counts[recap.OtherDay] == r.Kept
	f := store.DiscrepancyFilter{MerchantID: n.MerchantID, ReconciliationID: n.ID, PaymentID: paymentID, Limit: 500}
	for {
		page, err := b.Store.Discrepancies(ctx, f)
		if err != nil {
			return err
		}
		for _, kept := range page {
			var d recap.Discrepancy
			if err := json.Unmarshal(kept.Body, &d); err != nil {
				return fmt.Errorf("read a discrepancy: %w", err)
			}
			n.note(d)
			f.After = kept.Number
		}
		if len(page) < f.Limit {
			return nil
		}
	}
}

func (n *neighbour) note(d recap.Discrepancy) {
	found := note{class: d.Class}
	for _, l := range d.Theirs {
		if l.Standing == recap.LinePaid {
			found.row = l.Row
		}
	}
	for _, e := range d.Ours {
		n.notes[noteKey(e.PaymentID, e.Attempt)] = found
	}
}

// says tells what the neighbouring day's file says of an attempt; nil where that is not known.
func (n *neighbour) says(p payment.Payment, e recap.Entry) *recap.Elsewhere {
	out := &recap.Elsewhere{Day: n.Day, ReconciliationID: n.ID}
	found, noted := n.notes[noteKey(p.ID, e.Attempt)]
	home := payment.DayOf(e.At) == n.Day
	switch {
	case noted && found.row > 0:
		out.Says, out.Row = recap.ElseListed, found.row
	case noted && found.class == recap.OtherDay:
		out.Says = recap.ElseAwaited
	case noted && found.class == recap.MissingThere:
		out.Says = recap.ElseAbsent
	case noted || !n.whole:
		return nil
	case !home: // a payment of the neighbouring day that a file lists is always noted
		out.Says = recap.ElseAbsent
	case e.Money == recap.Kept && p.UpdatedAt.Before(n.CreatedAt): // it was as it is now, and nothing was found amiss
		out.Says = recap.ElseListed
	default:
		return nil
	}
	return out
}

// settle looks up which of a reconciliation's payments, missing or left to the other day, that day's file has come to list.
func (b *Books) settle(ctx context.Context, merchantID, reconciliationID string, list []recap.Dossier) error {
	var of store.Reconciliation
	stands := map[payment.Day]*neighbour{}
	for i := range list {
		d := &list[i]
		if d.Class != recap.MissingThere && d.Action != recap.AwaitFile || len(d.Ours) == 0 {
			continue
		}
		if of.ID == "" {
			var err error
			if of, err = b.Store.Reconciliation(ctx, merchantID, reconciliationID); err != nil {
				return err
			}
		}
		e := d.Ours[0]
		day := beyond(e.At, of.Day)
		if day == 0 {
			continue
		}
		if _, looked := stands[day]; !looked {
			n, err := b.standing(ctx, of, day)
			if err != nil {
				return err
			}
			stands[day] = n
		}
		n := stands[day]
		if n == nil {
			continue
		}
		if err := b.notes(ctx, n, e.PaymentID); err != nil {
			return err
		}
		p, err := b.Store.Load(ctx, merchantID, e.PaymentID)
		if err != nil {
			return err
		}
		if s := n.says(p, e); s != nil && s.Says == recap.ElseListed {
			d.Settled = s
		}
	}
	return nil
}
