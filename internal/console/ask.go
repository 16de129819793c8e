package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

// This file asks things of payments by hand. The page of a payment shows what can be asked by {{template "asks" .}}, of
// v.asks(p).

// actionRoutes are those by which something is done.
func (s *server) actionRoutes() []route {
	return []route{
		{"GET /console/m/{merchant}/payments/{id}/ask/{what}", operator.Operator, s.askPage, ""},
		{"POST /console/m/{merchant}/payments/{id}/ask/{what}", operator.Operator, s.ask, ""},
		{"GET /console/m/{merchant}/payments/{id}/unmask", operator.Operator, s.unmaskPage, ""},
		{"POST /console/m/{merchant}/payments/{id}/unmask", operator.Operator, s.unmask, ""},
		{"GET /console/m/{merchant}/terminals/{id}/numbering", operator.Operator, s.numberingPage, ""},
		{"POST /console/m/{merchant}/terminals/{id}/numbering", operator.Operator, s.numbering, ""},
		{"GET /console/m/{merchant}/webhooks/{id}/{what}", operator.Developer, s.webhookPage, ""},
		{"POST /console/m/{merchant}/webhooks/{id}/{what}", operator.Developer, s.webhook, ""},
		{"GET /console/m/{merchant}/approvals", operator.Viewer, s.approvalsPage, "approvals"},
		{"GET /console/m/{merchant}/approvals/{id}", operator.Viewer, s.approvalPage, ""},
		{"POST /console/m/{merchant}/approvals/{id}/approve", operator.Approver, s.approve, ""},
		{"POST /console/m/{merchant}/approvals/{id}/reject", operator.Approver, s.reject, ""},
		{"POST /console/m/{merchant}/approvals/{id}/withdraw", operator.Operator, s.withdraw, ""},
		{"GET /console/m/{merchant}/log", operator.Operator, s.logPage, "log"},
	}
}

// asked are the asks that are made by hand, and the action that takes two people, where one does.
var asked = []struct { // never written
	what   payment.Ask
	action operator.Action
}{
	{payment.AskCheck, ""},
	{payment.AskVoid, operator.Void},
	{payment.AskRefund, operator.Refund},
	{payment.AskReverse, operator.Reverse},
	{payment.AskResolve, operator.Resolve},
}

// actionOf gives the action of an ask; false: it is not made by hand.
func actionOf(what payment.Ask) (operator.Action, bool) {
	for _, a := range asked {
		if a.what == what {
			return a.action, true
		}
	}
	return "", false
}

// possible is something that can be asked of a payment now.
type possible struct {
	What     payment.Ask
	Path     string
	Until    time.Time // zero: no limit known
	FourEyes bool
	Danger   bool // it moves money
}

// asks lists what the visitor can ask of a payment, and until when.
func (v *visit) asks(p payment.Payment) (list []possible, err error) {
	if !v.May(string(operator.Operator)) {
		return nil, nil
	}
	terms, err := v.s.Engine.TermsOf(v.r.Context(), p)
	if err != nil {
		return nil, err
	}
	now := v.s.Now()
	known := payment.Actions(terms, p, now)
	for _, a := range asked {
		e := payment.Asked{At: now, What: a.what, To: payment.Paid}
		if payment.MayAsk(terms, p, e) != nil {
			continue
		}
		ask := possible{
			What: a.what, Path: atMerchant(p.MerchantID, "payments", p.ID, "ask", string(a.what)), Danger: a.action != "",
			FourEyes: a.action != "" && v.s.FourEyes(p.MerchantID, a.action),
		}
		for _, k := range known {
			if k.What == a.what {
				ask.Until = k.Until
			}
		}
		list = append(list, ask)
	}
	return list, nil
}

// askForm is what the page of an ask shows.
type askForm struct {
	Payment  payment.Payment
	What     payment.Ask
	FourEyes bool
	To       []payment.State // Resolve: the choices
	Chosen   payment.State
	Reason   string
	Refused  wording.Words // why it is not possible now
	Pending  []operator.Approval
}

// askedOf gives the payment and the ask of a route.
func (s *server) askedOf(v *visit) (f askForm, action operator.Action, err error) {
	f.What = payment.Ask(v.r.PathValue("what"))
	action, ok := actionOf(f.What)
	if !ok {
		return f, action, store.ErrNotFound
	}
	if f.Payment, err = s.Engine.Store.Load(v.r.Context(), v.Merchant.ID, v.r.PathValue("id")); err != nil {
		return f, action, err
	}
	f.FourEyes = action != "" && s.FourEyes(v.Merchant.ID, action)
	if f.What == payment.AskResolve {
		f.To = slices.DeleteFunc(payment.States(), func(s payment.State) bool { return !s.Final() })
	}
	terms, err := s.Engine.TermsOf(v.r.Context(), f.Payment)
	if err != nil {
		return f, action, err
	}
	if err := payment.MayAsk(terms, f.Payment, payment.Asked{At: s.Now(), What: f.What, To: payment.Paid}); err != nil {
		f.Refused = v.refusal(err)
	}
	f.Pending, err = s.Engine.Store.Approvals(v.r.Context(), store.ApprovalFilter{MerchantID: v.Merchant.ID, Subject: f.Payment.ID, PendingAt: v.Wall})
	return f, action, err
}

func (s *server) askPage(v *visit) error {
	f, _, err := s.askedOf(v)
	if err != nil {
		return err
	}
	return v.show("ask", f)
}

// ask does what is asked, or, where that takes two people, asks the second.
func (s *server) ask(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, action, err := s.askedOf(v)
	if err != nil {
		return err
	}
	f.Reason, f.Chosen = v.r.PostForm.Get("reason"), payment.State(v.r.PostForm.Get("to"))
	if f.Refused != (wording.Words{}) {
		return v.again("ask", f, f.Refused)
	}
	reason, err := operator.CheckReason(f.Reason)
	if err != nil {
		return v.again("ask", f, sayReason)
	}
	if f.What == payment.AskResolve && !slices.Contains(f.To, f.Chosen) {
		return v.again("ask", f, sayTo)
	}
	if f.FourEyes {
		if len(f.Pending) > 0 {
			return v.again("ask", f, sayPending)
		}
		return s.request(v, operator.Approval{Action: action, Subject: f.Payment.ID, To: string(f.Chosen), Reason: reason})
	}
	ctx, cancel := detached(v.r.Context())
	defer cancel()
	_, _, err = s.Engine.Ask(ctx, v.Merchant.ID, f.Payment.ID, payment.Asked{What: f.What, By: v.User.ID, Reason: reason, To: f.Chosen}, store.Key{})
	if refusal := new(payment.Refusal); errors.As(err, &refusal) {
		return v.again("ask", f, v.refusal(err))
	}
	if err != nil {
		return err
	}
	deed := v.deed(store.ActPaymentAsked, v.Merchant.ID, f.Payment.ID, reason, map[string]any{"ask": string(f.What), "to": string(f.Chosen)})
	if err := s.Engine.Store.AppendAction(ctx, deed.Action); err != nil {
		s.Log.Error("what was asked stands in the payment's journal, and not in the log of actions", "payment", f.Payment.ID, "error", err)
	}
	return v.redirect(v.at("payments", f.Payment.ID) + "?done=asked")
}

// request asks a second person.
func (s *server) request(v *visit, a operator.Approval) error {
	a.ID, a.MerchantID, a.State = engine.NewID("apr_"), v.Merchant.ID, operator.Pending
	a.RequestedBy, a.RequestedAt, a.ExpiresAt = v.User.ID, v.Wall, v.Wall.Add(operator.ApprovalLife)
	err := s.Engine.Store.RequestApproval(v.r.Context(), a, approvalDeed(s, v.User.ID, store.ActApprovalRequested, a))
	if err != nil {
		return err
	}
	return v.redirect(v.at("approvals", a.ID) + "?done=requested")
}

// commitTimeout is how long something is tried that was ordered, whether or not who ordered it still waits.
const commitTimeout = 15 * time.Second

func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
}

// refusal says why something cannot be asked.
func (v *visit) refusal(err error) wording.Words {
	var refusal *payment.Refusal
	if !errors.As(err, &refusal) {
		return sayTrouble[1]
	}
	return v.s.refusalOf(refusal.Code)
}

// refusalOf says what a code of a refusal means.
func (s *server) refusalOf(code string) wording.Words {
	if w, ok := s.pages.words["refused_"+code]; ok {
		return w
	}
	return wording.Words{ID: "Tidak dapat dilakukan (" + code + ").", EN: "It cannot be done (" + code + ")."}
}

// pending lists the requests about something that wait for a second person.
func (v *visit) pending(subject string) ([]operator.Approval, error) {
	return v.s.Engine.Store.Approvals(v.r.Context(), store.ApprovalFilter{MerchantID: v.Merchant.ID, Subject: subject, PendingAt: v.Wall})
}

// badRequest is for what a browser does not send by itself.
func badRequest() error { return wrong(http.StatusBadRequest, sayBad[0], sayBad[1]) }
