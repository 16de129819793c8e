package console

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file tells the story of a payment: everything that happened, was said, was told and was done by hand, in the order of
// time. Messages are shown masked.

// paymentView is a payment with its story, and what can be done.
type paymentView struct {
	Payment payment.Payment
	Asks    []possible
	Pending []operator.Approval

	Told     *wording.Words // what the customer is told now
	Review   wording.Words
	Waits    wording.Words // what the payment waits for, and who acts
	WaitsFor time.Time
	Items    []item
	Left     int    // how many items are not shown
	All      string // where all are
	Live     string // where the page hears of changes; empty for a payment that is at rest
}

// item is a line of the story.
type item struct {
	At    time.Time
	order int
	Kind  string // event, asked, sent, received, told, delivered, request
	Title wording.Words
	Note  string
	State payment.State // the one to which it led, where it is another
	Wire  string        // a message, masked
	Bad   bool
	Path  string
}

// itemsMax is how many lines of a story are shown before somebody asks for all.
const itemsMax = 120

func (s *server) paymentPage(v *visit) error {
	ctx := v.r.Context()
	p, err := s.Engine.Store.Load(ctx, v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	d := paymentView{Payment: p, Review: reviewWords(p.Review)}
	if d.Asks, err = v.asks(p); err != nil {
		return err
	}
	if d.Pending, err = v.pending(p.ID); err != nil {
		return err
	}
	terms, err := s.Engine.TermsOf(ctx, p)
	if err != nil {
		return err
	}
	line, _ := s.Engine.RailOf(p.MerchantID, p.Account)
	explainer, _ := line.(rail.Explainer)
	d.Told = wording.Of(p, terms, explainer, s.Now())
	next := payment.NextOf(terms, p)
	d.Waits, d.WaitsFor = waitWords[next.What], next.At
	if d.Items, err = s.story(ctx, v, p); err != nil {
		return err
	}
	if n := len(d.Items) - itemsMax; n > 0 && v.r.URL.Query().Get("all") == "" {
		d.Items, d.Left, d.All = d.Items[n:], n, v.at("payments", p.ID)+"?all=1"
	}
	if !rests(p, s.Now()) {
		d.Live = v.at("payments", p.ID, "turns") + "?version=" + strconv.Itoa(p.Version)
	}
	return v.show("payment", d)
}

// story gathers the lines, the oldest first.
func (s *server) story(ctx context.Context, v *visit, p payment.Payment) (list []item, err error) {
	told, err := s.Engine.Store.Told(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	for _, gather := range []func(context.Context, *visit, payment.Payment, []store.Told) ([]item, error){
		s.eventItems, s.exchangeItems, s.toldItems, s.requestItems,
	} {
		some, err := gather(ctx, v, p, told)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortStableFunc(list, func(a, b item) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.order, b.order)) })
	return list, nil
}

// eventItems are the journal's.
func (s *server) eventItems(ctx context.Context, v *visit, p payment.Payment, told []store.Told) (list []item, err error) {
	journal, err := s.Engine.Store.Journal(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	states := map[int]payment.State{}
	for _, t := range told {
		state := payment.State(strings.TrimPrefix(t.Type, "payment."))
		if t.Type == payment.ToldReversedAfterPaid {
			state = payment.Reversed
		}
		if state.Known() {
			states[t.Version] = state
		}
	}
	for _, entry := range journal {
		it := item{At: entry.At, order: 2, Kind: "event", State: states[entry.Version]}
		it.Title, it.Bad = s.eventWords(p, entry.Event)
		if _, ok := entry.Event.(payment.Requested); ok {
			it.order = 0
		}
		if a, ok := entry.Event.(payment.Asked); ok {
			it.Kind, it.order = "asked", 0
			it.Note = byWhom(a.By, names)
			if a.Reason != "" {
				it.Note = strings.TrimSpace(it.Note + ": " + a.Reason)
			}
		}
		if f, ok := entry.Event.(payment.Faulted); ok {
			it.Note = v.Say(reviewWords(f.Why))
		}
		list = append(list, it)
	}
	return list, nil
}

// byWhom names who asked for something: users of the console by their names, an API key by its id.
func byWhom(by string, names map[string]string) string {
	for id, name := range names {
		by = strings.ReplaceAll(by, id, name)
	}
	return by
}

// eventWords says what happened.
func (s *server) eventWords(p payment.Payment, e payment.Event) (w wording.Words, bad bool) {
	call := func(c payment.Call, attempt, try int, then wording.Words) wording.Words {
		name := language.Call(c)
		if try > 1 {
			n := strconv.Itoa(try)
			name.ID, name.EN = name.ID+" (ke-"+n+")", name.EN+" (no. "+n+")"
		}
		if attempt > 0 {
			n := strconv.Itoa(attempt + 1)
			name.ID, name.EN = name.ID+", percobaan "+n, name.EN+", attempt "+n
		}
		return wording.Words{ID: name.ID + ": " + then.ID, EN: name.EN + ": " + then.EN}
	}
	switch e := e.(type) {
	case payment.Answered:
		return call(e.Call, e.Attempt, e.Try, s.outcomeWords(p, e.Attempt, e.Call, e.Outcome)), classBad(e.Outcome.Class)
	case payment.NoAnswer:
		return call(e.Call, e.Attempt, e.Try, language.Silence(e.Why)), true
	case payment.NotSent:
		return call(e.Call, e.Attempt, e.Try, sayNotSent), true
	case payment.Notified:
		w := s.outcomeWords(p, len(p.Attempts)-1, payment.CallPush, e.Outcome)
		return wording.Words{ID: "Provider memberi tahu: " + w.ID, EN: "The provider notified: " + w.EN}, classBad(e.Outcome.Class)
	case payment.Asked:
		return askedWords[e.What], false
	case payment.Renumbered:
		n := e.Number.String()
		return wording.Words{ID: "Percobaan baru dengan nomor " + n, EN: "A new attempt, number " + n}, false
	}
	return happenedWords[payment.Kind(e)], payment.Kind(e) == "faulted"
}

func classBad(c payment.Class) bool {
	return c != payment.Approved && c != payment.Pending && c != payment.WasReversed
}

// outcomeWords says what a provider's verdict means: our word for it, its code, and what the provider calls that.
func (s *server) outcomeWords(p payment.Payment, attempt int, c payment.Call, o payment.Outcome) wording.Words {
	w := language.Class(o.Class)
	if o.Code == "" {
		return w
	}
	w.ID, w.EN = w.ID+" ("+o.Code+")", w.EN+" ("+o.Code+")"
	line, _ := s.Engine.RailOf(p.MerchantID, p.AccountOf(attempt))
	if explainer, ok := line.(rail.Explainer); ok {
		if x, known := explainer.Explain(c, o.Code); known && x.Provider != "" {
			w.ID, w.EN = w.ID+", \u201c"+x.Provider+"\u201d", w.EN+", \u201c"+x.Provider+"\u201d"
		}
	}
	return w
}

// exchangeItems are the messages, masked.
func (s *server) exchangeItems(ctx context.Context, v *visit, p payment.Payment, _ []store.Told) (list []item, err error) {
	parts, err := s.Engine.Store.Exchanges(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		it := item{At: part.At, order: 1, Kind: "sent", Title: sentWords(part.Operation), Note: part.Note}
		if part.Side == exchange.Response {
			it.Kind, it.Title = "received", receivedWords(part.Operation)
		}
		if err := s.Keyring.Open(&part); err != nil {
			s.Log.Error("an exchange cannot be opened", "exchange", part.ID, "side", string(part.Side), "error", err)
			it.Wire, it.Bad = v.Word("sealed"), true
		} else {
			it.Wire = strings.ToValidUTF8(exchange.Masked(part.Wire), "\uFFFD")
		}
		list = append(list, it)
	}
	return list, nil
}

// toldItems are the webhooks: what was told, and what came of telling each endpoint.
func (s *server) toldItems(ctx context.Context, v *visit, p payment.Payment, told []store.Told) (list []item, err error) {
	endpoints, err := s.Engine.Store.Endpoints(ctx, p.MerchantID, p.Mode)
	if err != nil {
		return nil, err
	}
	for _, t := range told {
		for _, e := range endpoints {
			found, err := s.Engine.Store.Deliveries(ctx, store.DeliveryFilter{MerchantID: p.MerchantID, EndpointID: e.ID, EventID: t.ID, Limit: 1})
			if err != nil {
				return nil, err
			}
			for _, d := range found {
				it := item{At: d.CreatedAt, order: 3, Kind: "told", Title: deliveryWords(d), Note: e.URL, Path: v.at("webhooks", e.ID, "deliveries"), Bad: d.State == webhook.Failed}
				if !d.Last.At.IsZero() {
					it.At, it.Bad = d.Last.At, !d.Last.Good()
				}
				list = append(list, it)
			}
		}
	}
	return list, nil
}

// requestItems are what people asked one another.
func (s *server) requestItems(ctx context.Context, v *visit, p payment.Payment, _ []store.Told) (list []item, err error) {
	approvals, err := s.Engine.Store.Approvals(ctx, store.ApprovalFilter{MerchantID: p.MerchantID, Subject: p.ID, Limit: 50})
	if err != nil || len(approvals) == 0 {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range approvals {
		what := s.pages.words["what_"+string(a.Action)]
		line := func(at time.Time, who string, words wording.Words, note string) {
			list = append(list, item{
				At: at, Kind: "request", Note: strings.TrimSpace(note), Path: v.at("approvals", a.ID),
				Title: wording.Words{ID: names[who] + " " + words.ID + ": " + what.ID, EN: names[who] + " " + words.EN + ": " + what.EN},
			})
		}
		line(a.RequestedAt, a.RequestedBy, wording.Words{ID: "meminta", EN: "asked for approval"}, a.Reason)
		if a.DecidedBy != "" {
			stands := a.State
			if stands == operator.Performed || stands == operator.Failed {
				stands = operator.Approved
			}
			line(a.DecidedAt, a.DecidedBy, decisionWords[stands], "")
		}
	}
	return list, nil
}

// Why says why a human must look at a payment.
func (v *visit) Why(review string) string { return v.Say(reviewWords(review)) }
