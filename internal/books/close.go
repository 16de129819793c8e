package books

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// writing is the work of writing a day's recaps: the first ones, or corrections.
type writing struct {
	*Books
	merchant string
	day      payment.Day
	at       time.Time
	first    bool // the day has not been closed yet

	facts   []store.Fact
	late    []lateOne               // what has happened since the recaps that are there
	several map[string]bool         // payments with several attempts
	held    map[batchOf][]recap.Gap // numbers of earlier attempts
	burnt   map[batchOf]*burntOnes  // numbers that are used up for nothing
	numbers map[batchOf]*recap.Seen // only of batches in which some are missing
	moved   map[string][]move       // of terminals, how their numbering was moved ahead by hand
	before  map[string]recap.Recap  // the recaps that are there, by their id
}

type batchOf struct {
	terminal string
	batch    payment.Batch
}

type burntOnes struct {
	listed []recap.Gap
	all    int64
}

type lateOne struct {
	recap.Late
	places []string // ids of the recaps that it is about
}

// At a time: what is written together.
const (
	recapsAtOnce = 200
	factsAtOnce  = 1000
	// lateMax is how many late facts a correction names.
	lateMax = 200
)

// write counts the day and writes what is new. Facts are read before the payments are counted: what comes up meanwhile is
// counted or not, and is noted as unseen in either case.
func (w *writing) write(ctx context.Context) error {
	if err := w.readBefore(ctx); err != nil {
		return err
	}
	if err := w.readFacts(ctx); err != nil {
		return err
	}
	counts, err := w.Store.CountDay(ctx, w.merchant, w.day)
	if err != nil {
		return err
	}
	recaps := recap.Assemble(w.merchant, w.day, w.at, counts)
	if err := w.number(ctx, recaps, counts); err != nil {
		return err
	}
	return w.save(ctx, w.changed(recaps))
}

// readFacts reads what is noted of the day, with the payments that it is about.
func (w *writing) readFacts(ctx context.Context) error {
	w.several, w.held, w.burnt = map[string]bool{}, map[batchOf][]recap.Gap{}, map[batchOf]*burntOnes{}
	if err := w.Store.Facts(ctx, w.merchant, w.day, func(f store.Fact) error {
		w.facts = append(w.facts, f)
		return nil
	}); err != nil {
		return err
	}
	for _, f := range w.facts {
		p, err := w.Store.Load(ctx, w.merchant, f.PaymentID)
		if errors.Is(err, store.ErrNotFound) {
			continue // archived since
		}
		if err != nil {
			return err
		}
		if len(p.Attempts) > 1 {
			w.several[p.ID] = true
			for _, h := range recap.Earlier(p) {
				at := batchOf{h.Terminal, h.Batch}
				w.held[at] = append(w.held[at], h.Gap)
			}
			if h, burnt := recap.Burnt(p); burnt && recap.DayOf(p) == w.day && p.State != payment.Paid {
				w.addBurnt(h)
			}
		}
		if f.Seen < f.Version && len(w.before) > 0 && len(w.late) < 10*lateMax {
			if err := w.readLate(ctx, f, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// readLate reads what has happened to a payment last.
func (w *writing) readLate(ctx context.Context, f store.Fact, p payment.Payment) error {
	journal, err := w.Store.Journal(ctx, w.merchant, p.ID)
	if err != nil {
		return err
	}
	l := lateOne{Late: recap.Late{PaymentID: p.ID, State: p.State, At: f.At}}
	for _, e := range journal {
		if e.Version > f.Version {
			break
		}
		l.Event = payment.Kind(e.Event)
		if asked, ok := e.Event.(payment.Asked); ok {
			l.By = asked.By // who set it in motion
		}
	}
	for i := range p.Attempts {
		r := recap.Recap{Mode: p.Mode, Day: w.day, Terminal: recap.CounterOf(p, i)}
		if id := r.ID(); !slices.Contains(l.places, id) {
			l.places = append(l.places, id)
		}
	}
	w.late = append(w.late, l)
	return nil
}

func (w *writing) addBurnt(h recap.Held) {
	at := batchOf{h.Terminal, h.Batch}
	if w.burnt[at] == nil {
		w.burnt[at] = &burntOnes{}
	}
	if w.burnt[at].all++; len(w.burnt[at].listed) < recap.GapsMax {
		w.burnt[at].listed = append(w.burnt[at].listed, h.Gap)
	}
}

// number says of each batch which numbers were given. Where the database has counted as many as the last one says, none is
// missing; only the others are looked through.
func (w *writing) number(ctx context.Context, recaps []recap.Recap, counts []recap.Count) error {
	full := map[batchOf]*recap.Numbering{}
	for _, c := range counts {
		at := batchOf{c.Terminal, c.Batch}
		n := full[at]
		if n == nil {
			n = &recap.Numbering{First: c.First}
			full[at] = n
		}
		n.First, n.Last, n.Given = min(n.First, c.First), max(n.Last, c.Last), n.Given+c.Total.Count
	}
	w.numbers, w.moved = map[batchOf]*recap.Seen{}, map[string][]move{}
	for at, n := range full { // order does not matter: they become a map
		if at.batch != 0 && (n.Given != int64(n.Last) || n.First != 1 || len(w.held[at]) > 0) {
			w.numbers[at] = &recap.Seen{}
		}
	}
	if len(w.numbers) > 0 {
		if err := w.lookThrough(ctx); err != nil {
			return err
		}
	}
	err := w.Store.Burnt(ctx, w.merchant, w.day, func(h recap.Held) error {
		if !w.several[h.Gap.PaymentID] {
			w.addBurnt(h)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range recaps {
		for j := range recaps[i].Batches {
			b := &recaps[i].Batches[j]
			at := batchOf{recaps[i].Terminal, b.Batch}
			burnt := w.burnt[at]
			if burnt == nil {
				burnt = &burntOnes{}
			}
			slices.SortFunc(burnt.listed, func(a, b recap.Gap) int { return int(a.From) - int(b.From) })
			if seen := w.numbers[at]; seen != nil {
				b.Numbering = seen.Numbering(w.held[at], burnt.listed, burnt.all)
				w.sayMoved(at, b.Numbering.Gaps)
				continue
			}
			b.Numbering = *full[at]
			b.Numbering.Burnt, b.Numbering.BurntAll = burnt.listed, burnt.all
		}
	}
	return nil
}

// move is how an operator has moved a terminal's numbering ahead: to a number, and where that is known from which.
type move struct{ from, to payment.Number }

// moveOf reads the details of an action by which a numbering was moved ahead, in the forms of the command line and the console.
func moveOf(a store.Action) (m move) {
	var d struct {
		Before, After    string
		Batch, Reference int
	}
	if json.Unmarshal(a.Details, &d) != nil {
		return m
	}
	m.to = payment.Number{Batch: payment.Batch(d.Batch), Reference: payment.ReferenceNumber(d.Reference)}
	for written, n := range map[string]*payment.Number{d.Before: &m.from, d.After: &m.to} { // order does not matter: each by itself
		var batch, reference int
		if _, err := fmt.Sscanf(written, "%d/%d", &batch, &reference); err == nil {
			*n = payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}
		}
	}
	return m
}

// explains tells whether a gap in a batch is one that the move has made: it ends where the move led to, or lies between its ends.
func (m move) explains(batch payment.Batch, g recap.Gap) bool {
	if m.to.Batch != batch || g.To > m.to.Reference {
		return false
	}
	return g.To == m.to.Reference || m.from.Batch == batch && g.From > m.from.Reference
}

// lookThrough reads the numbers of the batches in which some are missing, and how the terminal was moved ahead by hand.
func (w *writing) lookThrough(ctx context.Context) error {
	err := w.Store.DayNumbers(ctx, w.merchant, w.day, func(n store.DayNumber) error {
		if seen := w.numbers[batchOf{n.Terminal, n.Batch}]; seen != nil {
			seen.Add(n.Reference)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for at := range w.numbers { // order does not matter: they become a map
		if _, known := w.moved[at.terminal]; known {
			continue
		}
		actions, err := w.Store.Actions(ctx, store.ActionFilter{MerchantID: w.merchant, Kind: store.ActTerminalAdvanced, Subject: at.terminal, Limit: 100})
		if err != nil {
			return err
		}
		w.moved[at.terminal] = []move{}
		for _, a := range actions {
			w.moved[at.terminal] = append(w.moved[at.terminal], moveOf(a))
		}
	}
	return nil
}

func (w *writing) sayMoved(at batchOf, gaps []recap.Gap) {
	for i := range gaps {
		explains := func(m move) bool { return m.explains(at.batch, gaps[i]) }
		if gaps[i].Reason == recap.Skipped && slices.ContainsFunc(w.moved[at.terminal], explains) {
			gaps[i].Reason = recap.MovedAhead
		}
	}
}

// readBefore reads the newest recaps of the day that are there.
func (w *writing) readBefore(ctx context.Context) error {
	w.before = map[string]recap.Recap{}
	f := store.RecapFilter{MerchantID: w.merchant, From: w.day, To: w.day, Limit: 1000}
	for {
		page, err := w.Store.Recaps(ctx, f)
		if err != nil {
			return err
		}
		for _, r := range page {
			w.before[r.ID()] = r
		}
		if len(page) < f.Limit {
			return nil
		}
		f.After = &page[len(page)-1]
	}
}

// changed gives the recaps that are to be written: those that are not there yet, and corrections of those that are.
func (w *writing) changed(recaps []recap.Recap) (out []recap.Recap) {
	now := map[string]bool{}
	for _, r := range recaps {
		now[r.ID()] = true
	}
	for id, was := range w.before { // sorted below
		if !now[id] && len(was.Batches) > 0 { // all that counted there counts elsewhere now
			recaps = append(recaps, recap.Recap{MerchantID: w.merchant, Mode: was.Mode, Day: w.day, Terminal: was.Terminal, ClosedAt: w.at})
		}
	}
	for _, r := range recaps {
		was, there := w.before[r.ID()]
		r.Version = was.Version + 1
		if there {
			if r.Changed = recap.Differences(was, r); len(r.Changed) == 0 {
				continue
			}
			r.Why = w.why(r.ID())
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b recap.Recap) int { return strings.Compare(a.ID(), b.ID()) })
	return out
}

func (w *writing) why(id string) (all []recap.Late) {
	for _, l := range w.late {
		if slices.Contains(l.places, id) && len(all) < lateMax {
			all = append(all, l.Late)
		}
	}
	return all
}

// save writes recaps in pieces, and at the end that the day is closed. A process that ends in between leaves the rest to the
// next one, which finds what is there.
func (w *writing) save(ctx context.Context, recaps []recap.Recap) error {
	for piece := range slices.Chunk(recaps, recapsAtOnce) {
		c := store.Closing{MerchantID: w.merchant, Day: w.day, At: w.at, Recaps: piece}
		for _, r := range piece {
			c.Told = append(c.Told, w.told(r))
		}
		if err := w.Store.SaveRecaps(ctx, c); err != nil {
			return err
		}
	}
	// Only now: recaps that are not there have seen nothing.
	for piece := range slices.Chunk(w.facts, factsAtOnce) {
		if err := w.Store.SaveRecaps(ctx, store.Closing{MerchantID: w.merchant, Day: w.day, At: w.at, Seen: piece}); err != nil {
			return err
		}
	}
	if w.first {
		if err := w.Store.SaveRecaps(ctx, store.Closing{MerchantID: w.merchant, Day: w.day, At: w.at, Final: true}); err != nil {
			return err
		}
	}
	for _, r := range recaps {
		paid := r.Totals().Paid
		w.Log.Info("recap written", "merchant", w.merchant, "day", recap.DayText(w.day), "terminal", r.Terminal, "mode", string(r.Mode),
			"version", r.Version, "paid", paid.Count, "sum", int64(paid.Sum))
	}
	return nil
}

func (w *writing) told(r recap.Recap) store.Told {
	paid := r.Totals().Paid
	t := store.Told{ID: w.NewID("evt_"), MerchantID: w.merchant, Mode: r.Mode, Type: webhook.TypeRecapClosed, At: w.at}
	if r.Version > 1 {
		t.Type = webhook.TypeRecapCorrected
	}
	t.Body = webhook.RecapEvent(t.ID, t.Type, w.at, webhook.RecapData{
		Day: recap.DayText(r.Day), Terminal: r.Terminal, Mode: string(r.Mode), Version: r.Version, PaidCount: paid.Count, PaidSum: int64(paid.Sum),
	})
	return t
}
