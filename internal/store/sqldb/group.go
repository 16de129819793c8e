package sqldb

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// Written are the rows of a group that has been settled, ready for statements. All of it is one transaction.
type Written struct {
	Outcome group.Outcome

	Limits    []Row
	Cursors   []Row
	Created   []Row // new payments
	Changed   []Row // of Changes: payments that are updated, without those that were Sure
	Journal   []Row
	NewTasks  []Row // of payments that had none
	Tasks     []Row // of others
	Done      []group.PaymentID
	Exchanges []Row
	Told      []Row
	Named     []Row
	Holds     []Row
	Facts     []Row // in the order of their keys, each once
	Link      Row

	Chain Chain // as it stands once the group is written
}

// Encoding collects rows while a group is settled.
type Encoding struct {
	payments []Row // by index of the change
	journal  []Row
}

// NewEncoding is for a group of n changes.
func NewEncoding(n int) *Encoding {
	return &Encoding{payments: make([]Row, n), journal: make([]Row, n)}
}

// Prepare encodes a change, unless Early has; it is Settle's prepare.
func (e *Encoding) Prepare(i int, c *store.Change) (err error) {
	if e.journal[i] != nil {
		return nil
	}
	if e.payments[i], err = PaymentRow(&c.Payment); err != nil {
		return err
	}
	e.journal[i], err = JournalRow(c)
	return err
}

// Early encodes a change that takes no number before the group is settled, and gives its row of Changes.
func (e *Encoding) Early(i int, c *store.Change) (Row, error) {
	if c.Event == nil {
		return nil, errNoEvent
	}
	if err := e.Prepare(i, c); err != nil {
		return nil, err
	}
	return ChangesRow(e.payments[i]), nil
}

var errNoEvent = errors.New("a change needs the event that led to it")

// Rows gives all rows of a settled group, and the chain's next link. Sure are the changes whose payments have been
// updated already.
func (e *Encoding) Rows(o group.Outcome, chain Chain, now time.Time, sure map[int]bool) *Written {
	w := &Written{Outcome: o}
	var digests [][]byte
	next := chain.Link + 1
	for _, i := range o.Won {
		c := o.Change(i)
		w.payment(c, e.payments[i], sure[i])
		w.task(c)
		entry := e.journal[i]
		if d := entry[journalDigest].([]byte); len(d) > 0 {
			entry[journalChain], entry[journalLink] = chain.ID, next
			digests = append(digests, d)
		}
		w.Journal = append(w.Journal, entry)
		for p := range c.Exchanges {
			digests = append(digests, w.exchange(&c.Exchanges[p], chain.ID, next))
		}
		w.Facts = append(w.Facts, factRows(c)...)
		if c.Name != "" {
			w.Named = append(w.Named, Row{c.Payment.MerchantID, c.Name, c.Payment.ID})
		}
		for t := range c.Told {
			w.Told = append(w.Told, ToldRow(c.Payment.MerchantID, c.Payment.ID, &c.Told[t]))
		}
	}
	for _, l := range o.Limits {
		w.Limits = append(w.Limits, Row{l.Name, Micros(l.Used)})
	}
	for _, t := range o.Cursors {
		w.Cursors = append(w.Cursors, cursorRow(t))
	}
	for _, t := range o.Holds() {
		w.Holds = append(w.Holds, Row{t.MerchantID, t.ID, t.Held})
	}
	w.Facts = inOrder(w.Facts)
	w.link(chain, digests, now)
	return w
}

// Loose gives the rows of exchanges that belong to no change.
func Loose(parts []exchange.Part, chain Chain, now time.Time) *Written {
	w := &Written{}
	var digests [][]byte
	for i := range parts {
		digests = append(digests, w.exchange(&parts[i], chain.ID, chain.Link+1))
	}
	w.link(chain, digests, now)
	return w
}

func (w *Written) payment(c *store.Change, row Row, sure bool) {
	switch {
	case c.Payment.Version == 1:
		w.Created = append(w.Created, row)
	case !sure:
		w.Changed = append(w.Changed, ChangesRow(row))
	}
}

func (w *Written) task(c *store.Change) {
	t, due := group.TaskOf(c)
	switch {
	case due && c.Payment.Version == 1:
		w.NewTasks = append(w.NewTasks, taskRow(t))
	case due:
		w.Tasks = append(w.Tasks, taskRow(t))
	case !c.WakeBefore.IsZero():
		w.Done = append(w.Done, group.PaymentOf(c))
	}
}

func (w *Written) exchange(p *exchange.Part, chain, link int64) (digest []byte) {
	row := ExchangeRow(p)
	row[exchangeChain], row[exchangeLink] = chain, link
	w.Exchanges = append(w.Exchanges, row)
	return row[exchangeDigest].([]byte)
}

func (w *Written) link(chain Chain, digests [][]byte, now time.Time) {
	n := int64(len(digests))
	w.Chain = chain.Next(digests)
	w.Link = Row{w.Chain.ID, w.Chain.Link, Micros(now), n, w.Chain.Hash}
}
