package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// WaitingKind says what it is that waits.
type WaitingKind string

// The kinds.
const (
	WaitingPush    WaitingKind = "push"
	WaitingQR      WaitingKind = "qr"
	WaitingBill    WaitingKind = "bill"
	WaitingBinding WaitingKind = "binding"
	WaitingCall    WaitingKind = "call"   // a merchant's request, of which nothing else here tells
	WaitingNotice  WaitingKind = "notice" // a notification that no merchant has acknowledged
)

// WaitsFor says what a pending thing waits for.
type WaitsFor string

// What is waited for.
const (
	WaitsCustomer WaitsFor = "customer" // decides
	WaitsEnd      WaitsFor = "end"      // put aside by the customer: ends when its time is up
	WaitsScan     WaitsFor = "scan"     // of a QR
	WaitsNumber   WaitsFor = "number"   // on Faspay's page
	WaitsTerms    WaitsFor = "terms"    // on the binding's pages, as the next two
	WaitsOTP      WaitsFor = "otp"
	WaitsSecurity WaitsFor = "security"
	WaitsArrival  WaitsFor = "arrival" // the request is on its way
	WaitsThought  WaitsFor = "thought" // the provider has it, and has not acted
	WaitsAnswer   WaitsFor = "answer"  // the answer leaves later
	WaitsCaller   WaitsFor = "caller"  // nothing is ever answered: the caller must hang up
	WaitsSending  WaitsFor = "sending" // the notification leaves later
	WaitsReceipt  WaitsFor = "receipt" // it left, and is sent again
)

// Waiting is one thing that waits, at any of the providers, with what it waits for.
type Waiting struct {
	Kind      WaitingKind `json:"kind"`
	Rail      Rail        `json:"rail"`
	ID        string      `json:"id"` // of the transaction, trx_id, the binding, the call
	For       WaitsFor    `json:"waits_for"`
	Until     time.Time   `json:"until,omitzero"` // when it goes on by itself; zero: it does not
	Since     time.Time   `json:"since"`
	Operation Operation   `json:"operation,omitempty"` // of a call
	Phone     string      `json:"phone,omitempty"`
	Name      string      `json:"name,omitempty"` // the store's or merchant's
	Amount    int64       `json:"amount,omitempty"`
	Invoice   string      `json:"invoice,omitempty"`
	Try       int         `json:"try,omitempty"`  // of a notification: how often it has left
	Page      string      `json:"page,omitempty"` // where its customer acts
	// Actions are what can be done about it, see Act.
	Actions []Action `json:"actions,omitempty"`
}

// Pending lists what waits, the oldest first.
func (c *Core) Pending(now time.Time) []Waiting {
	list := []Waiting{}
	shown := map[*call]bool{}
	for _, p := range c.ledger {
		if p.state == Pending || p.state == Ignored {
			list = append(list, p.pending(now))
			shown[p.held] = true
		}
	}
	for _, b := range c.faspay.bills {
		if !b.over() && b.push == nil {
			list = append(list, Waiting{
				Kind: WaitingBill, Rail: RailFaspay, ID: b.trxID, For: WaitsNumber, Until: b.expires, Since: b.made, Name: b.name,
				Amount: b.amount, Invoice: b.number, Page: c.faspay.pageURL(b), Actions: []Action{ActAsk, ActPay},
			})
		}
	}
	for _, b := range c.snap.bound {
		if waits, ok := bindingWaits(b.Step); ok && now.Before(b.Deadline) {
			list = append(list, Waiting{
				Kind: WaitingBinding, Rail: RailSNAP, ID: b.ID, For: waits, Until: b.Deadline, Since: b.Made, Phone: b.Phone, Name: b.Merchant,
				Page: "/binding/" + b.ID, Actions: []Action{ActAgree, ActRefuse},
			})
		}
	}
	list = append(list, c.pendingOnTheWire(shown)...)
	slices.SortStableFunc(list, func(a, b Waiting) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return list
}

func bindingWaits(step BindingStep) (WaitsFor, bool) {
	switch step {
	case BindingTerms:
		return WaitsTerms, true
	case BindingOTP:
		return WaitsOTP, true
	case BindingSecurity:
		return WaitsSecurity, true
	}
	return "", false
}

func (p *payment) pending(now time.Time) Waiting {
	w := Waiting{
		Kind: WaitingPush, Rail: p.Rail, ID: strconv.FormatUint(p.ID, 10), For: WaitsCustomer, Until: p.Deadline, Since: p.Arrived,
		Phone: p.Phone, Name: p.StoreName, Amount: p.Amount, Invoice: p.Invoice,
	}
	if p.Rail == "" {
		w.Rail = RailOVO
	}
	if p.qr != nil {
		w.Kind = WaitingQR
	}
	switch {
	case p.state == Ignored:
		w.For = WaitsEnd
	case p.wallet == nil:
		w.For, w.Actions = WaitsScan, []Action{ActScan, ActPay}
	default:
		shown := p.show(now)
		for _, with := range []struct {
			action Action
			can    bool
		}{{ActCash, shown.CanCash}, {ActPoints, shown.CanPoints}, {ActBoth, shown.CanBoth}} {
			if with.can {
				w.Actions = append(w.Actions, with.action)
			}
		}
		w.Actions = append(w.Actions, ActDecline, ActIgnore)
	}
	if p.wallet != nil {
		w.Page = "/phones/" + p.Phone
	}
	return w
}

// pendingOnTheWire are the requests and notifications that are under way.
func (c *Core) pendingOnTheWire(shown map[*call]bool) (list []Waiting) {
	steps := map[*call]*due{}
	for i := range c.due {
		d := &c.due[i]
		switch {
		case d.call != nil:
			if known := steps[d.call]; known == nil || d.before(known) {
				steps[d.call] = d
			}
		case d.notice != nil && !d.notice.done && d.notice.tries <= len(d.notice.rail.gaps()):
			list = append(list, d.notice.pending(d.at))
		}
	}
	for _, held := range c.calls {
		if shown[held] || held.gone {
			continue
		}
		w := Waiting{Kind: WaitingCall, Rail: held.rail, ID: strconv.FormatUint(held.id, 10), For: WaitsCaller, Since: held.arrived}
		w.Operation, w.Invoice = held.about()
		if step := steps[held]; step != nil {
			w.For, w.Until = map[dueKind]WaitsFor{dueRead: WaitsArrival, dueProcess: WaitsThought, dueAnswer: WaitsAnswer}[step.kind], step.at
		}
		if held.answer.Never {
			w.For, w.Until, w.Actions = WaitsCaller, time.Time{}, []Action{ActCut}
		}
		list = append(list, w)
	}
	return list
}

// about says what a call asks for, as far as that has been read.
func (c *call) about() (Operation, string) {
	switch {
	case c.snap != nil:
		return c.snap.service.operation, clip(c.snap.message.invoice(), 64)
	case c.doku != nil:
		return c.doku.operation, clip(c.doku.invoice, 64)
	case c.faspay != nil:
		return c.faspay.operation, clip(c.faspay.asked().invoice, 64)
	case c.ovo.message != nil:
		return c.ovo.message.operation, ""
	}
	return "", ""
}

func (n *notice) pending(at time.Time) Waiting {
	w := Waiting{Kind: WaitingNotice, For: WaitsSending, Until: at, Since: at, Try: n.tries, Actions: []Action{ActNotify}}
	if n.tries > 0 {
		w.For = WaitsReceipt
	}
	if p := n.payment; p != nil {
		w.Rail, w.ID, w.Phone, w.Name, w.Amount, w.Invoice = p.Rail, strconv.FormatUint(p.ID, 10), p.Phone, p.StoreName, p.Amount, p.Invoice
		w.Since = cmp.Or(p.Charged, p.Arrived)
	}
	if b := n.bill; b != nil {
		w.Rail, w.ID, w.Name, w.Amount, w.Invoice, w.Since = RailFaspay, b.trxID, b.name, b.amount, b.number, b.since
	}
	return w
}

// Action is something that a director does about a pending thing, or about one that has ended.
type Action string

// The actions. Those of the customer are spelled as their Choice.
const (
	ActCash    Action = "cash"
	ActPoints  Action = "points"
	ActBoth    Action = "both"
	ActDecline Action = "decline"
	ActIgnore  Action = "ignore"
	ActScan    Action = "scan"    // a QR, by the phone that is named: its habit follows
	ActPay     Action = "pay"     // a QR or a bill, by the phone that is named, in cash
	ActAsk     Action = "ask"     // the phone that is named types its number on Faspay's page: its habit follows
	ActAgree   Action = "agree"   // to the terms of a binding, with the right codes
	ActRefuse  Action = "refuse"  // a binding
	ActCut     Action = "cut"     // the connection of a call that is never answered
	ActNotify  Action = "notify"  // once more
	ActReverse Action = "reverse" // a paid bill of Faspay's: its money goes back
)

// Act does what a director asks about the thing of a kind and id; phone is who pays, scans
// or types the number, the first wallet if it is empty. The errors are those of Choose,
// ScanID, AskBill, ReverseBill, NotifyAgain, NotifyBillAgain and AnswerBinding.
func (c *Core) Act(now time.Time, kind WaitingKind, id string, action Action, phone string) error {
	c.run(now)
	number, _ := strconv.ParseUint(id, 10, 64)
	switch kind {
	case WaitingPush, WaitingQR:
		p := c.payment(number)
		switch {
		case p == nil:
			return ErrUnknownPush
		case p.qr != nil:
			return c.actOnQR(now, p.view(), choiceOf(action), cmp.Or(phone, p.Phone), withOf(action))
		case action == ActNotify:
			return c.NotifyAgain(now, number)
		}
		return c.Choose(now, number, Choice(action))
	case WaitingBill:
		return c.actOnBill(now, id, string(action), c.snap.payer(phone), Cash)
	case WaitingNotice:
		if _, known := c.Bill(id); known {
			return c.NotifyBillAgain(now, id)
		}
		return c.NotifyAgain(now, number)
	case WaitingBinding:
		return c.actOnBinding(now, id, action)
	case WaitingCall:
		return c.cut(number)
	}
	return ErrUnknownPush
}

// choiceOf and withOf write an action as actOnQR wants it: how it is paid stands apart.
func choiceOf(action Action) string {
	if Choice(action) == withOf(action) {
		return string(ActPay)
	}
	return string(action)
}

func withOf(action Action) Choice {
	if action == ActPoints || action == ActBoth {
		return Choice(action)
	}
	return Cash
}

// actOnBinding goes through what is left of a binding's pages as a customer does who knows
// every code, or refuses.
func (c *Core) actOnBinding(now time.Time, id string, action Action) error {
	b, known := c.Binding(id)
	if !known {
		return ErrUnknownBinding
	}
	for {
		if _, waits := bindingWaits(b.Step); !waits {
			return nil
		}
		value := map[BindingStep]string{BindingTerms: "yes", BindingOTP: b.Phone[len(b.Phone)-4:], BindingSecurity: SecurityCode}[b.Step]
		if action != ActAgree {
			value = ""
		}
		var err error
		if b, err = c.AnswerBinding(now, id, b.Step, value); err != nil {
			return err
		}
	}
}

// cut ends a call that is never answered.
func (c *Core) cut(id uint64) error {
	held := c.calls[id]
	if held == nil || !held.answer.Never {
		return ErrNotPending
	}
	delete(c.calls, id)
	if !held.gone {
		c.out = append(c.out, Answer{ID: id, At: c.now, Reset: true})
	}
	c.revision++
	return nil
}
