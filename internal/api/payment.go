package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/wording"
)

// Words are a sentence for the customer.
type Words = wording.Words

// Payment is a payment as it is served.
type Payment struct {
	ID      string `json:"id" example:"pay_01kafz0q3gf7ktc1ms2cqc1b9w"`
	State   string `json:"state" doc:"Where it stands. A final state is left only by void, refund, or a provider's correction."`
	Version int    `json:"version" minimum:"1" doc:"Grows with every change; of two pictures of a payment the one with the higher version is the newer."`
	Mode    string `json:"mode" enum:"test,live"`

	Amount    int64  `json:"amount" doc:"Whole rupiah."`
	Currency  string `json:"currency" enum:"IDR"`
	Reference string `json:"reference" doc:"Yours."`
	Method    string `json:"method" doc:"How the customer pays; empty until the customer has chosen among several."`
	Rail      string `json:"rail" doc:"The way by which the provider is reached; empty until the customer has chosen."`
	Outlet    string `json:"outlet,omitempty" example:"tebet" doc:"Your outlet whose payment it is; left out where it is yours as a whole."`
	Account   string `json:"account" doc:"Your account at the rail; empty until the customer has chosen."`
	Phone     string `json:"phone,omitempty" example:"0812*****111" doc:"The customer's number, masked."`

	CreatedAt Time `json:"created_at"`
	UpdatedAt Time `json:"updated_at"`

	Methods   []string `json:"methods,omitempty" doc:"Where the customer chooses: what is offered, in this order."`
	ExpiresAt *Time    `json:"expires_at,omitempty" doc:"Where the customer chooses: until when that can be done. Then the payment expires by itself, with nothing sent."`

	Attempts []Attempt `json:"attempts" nullable:"false" doc:"None until the customer has chosen."`
	Failure  *Failure  `json:"failure" doc:"Why it is not paid, why it was given back, or why a void or a refund was not done; null while that is not known."`
	Message  *Words    `json:"message" doc:"What to tell the customer now; null when there is nothing to say beyond your own page."`
	QR       *QR       `json:"qr" doc:"What the customer scans, as long as it can be; else null."`

	NextAction *NextAction `json:"next_action" doc:"What the payment waits for, and who must act."`
	Deadline   *Time       `json:"deadline" nullable:"true" doc:"By when the present state is left: while pushing or in doubt the reversal's time, or where there is none the end of the call or of asking, while the customer can choose the end of that, while a bill is open its end, while reversing or voiding the provider's cut-off, while refunding the end of the day; null where there is none."`
	Actions    []Action    `json:"actions" nullable:"false" doc:"What you can still ask for, and until when."`

	CheckoutURL string `json:"checkout_url,omitempty" doc:"A page for the customer: what to do, how long there is time, how it ended. Whoever has the address sees the page. Left out when the gateway has not been told its public_url."`

	Warning string `json:"warning,omitempty" doc:"Set when a rule that may refuse let the payment through; cutoff: a reversal could come too late."`
	Review  string `json:"review,omitempty" doc:"Why a human must look, in the state review."`

	ReturnURL   string            `json:"return_url,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Attempt is one try at a rail.
type Attempt struct {
	Number          int        `json:"number" minimum:"1"`
	Rail            string     `json:"rail"`
	Terminal        AtTerminal `json:"terminal"`
	Batch           int        `json:"batch"`
	ReferenceNumber int        `json:"reference_number"`
	Invoice         string     `json:"invoice" doc:"What the provider sees as the invoice number."`
	PushedAt        Time       `json:"pushed_at" doc:"The instant written in the push or in the request for a QR: a push's day of recap and cut-off, the beginning of a QR's life."`
	ApprovalCode    string     `json:"approval_code,omitempty"`
	TraceNumber     string     `json:"trace_number,omitempty"`
	ResponseCode    string     `json:"response_code,omitempty" doc:"The provider's answer to the push, or to the request for a QR."`
	NeverSent       bool       `json:"never_sent,omitempty" doc:"Certainly nothing left for the provider."`
	Calls           []Call     `json:"calls" nullable:"false"`

	PartnerReferenceNo string `json:"partner_reference_no,omitempty" example:"000001000042" doc:"Of a QR: batch and reference number as the provider has them; SNAP's partnerReferenceNo."`
	ProviderReference  string `json:"provider_reference,omitempty" doc:"Of a QR: the provider's own number, once it is known; SNAP's referenceNo."`
	RefundNo           string `json:"refund_no,omitempty" doc:"Of a QR whose refund was asked for: SNAP's partnerRefundNo."`
	PresentedAt        *Time  `json:"presented_at,omitempty" doc:"Of a QR: when it came; missing where none did."`
	PaidAt             *Time  `json:"paid_at,omitempty" doc:"Of a QR: when the customer paid by it, as the provider says, else when lunas learnt of it. Its day is the day of a refund."`
}

// QR is what the customer scans.
type QR struct {
	Content string `json:"content" doc:"The text of the code: a QRIS, to be drawn as it is." example:"00020101021226…6304A1B2"`
	Until   Time   `json:"until" doc:"Until when it can be paid. Show it no longer."`
	PNG     string `json:"png" doc:"Where it is drawn, on this gateway; needs the API key." example:"/v1/payments/pay_01kafz0q3gf7ktc1ms2cqc1b9w/qr.png"`
	SVG     string `json:"svg" example:"/v1/payments/pay_01kafz0q3gf7ktc1ms2cqc1b9w/qr.svg"`
}

// AtTerminal is a terminal as the provider knows it.
type AtTerminal struct {
	ID        string `json:"id"`
	TID       string `json:"tid"`
	MID       string `json:"mid"`
	StoreCode string `json:"store_code"`
}

// Call says how often something was asked of the provider in an attempt.
type Call struct {
	Operation string `json:"operation" enum:"push,reversal,check,void,check_void,generate,refund,post,cancel"`
	Tries     int    `json:"tries"`
	LastAt    Time   `json:"last_at"`
	Open      bool   `json:"open" doc:"It is under way."`
}

// Failure says why a payment is not paid, or not voided or refunded.
type Failure struct {
	Code         string `json:"code" doc:"Ours, stable." example:"canceled_by_customer"`
	ProviderCode string `json:"provider_code,omitempty" doc:"The provider's response code, if it gave one." example:"17"`
	Operation    string `json:"operation,omitempty" doc:"To what the provider answered."`
	Message      Words  `json:"message" doc:"For the customer."`
}

// NextAction is what a payment waits for.
type NextAction struct {
	What string `json:"what" enum:"confirm,check,reverse,confirm_reversal,confirm_void,present,push,scan,pay,confirm_refund,redirect,inspect" doc:"redirect: send the customer to redirect_url, to choose how to pay; confirm: in the app; present: the QR or the bill is being made; push: another way is being taken; scan: the QR can be scanned; pay: on the provider's page, redirect_url; check, reverse, confirm_…: lunas asks the provider; inspect: the operator looks."`
	Who  string `json:"who" enum:"customer,gateway,operator"`
	At   *Time  `json:"at" nullable:"true" doc:"When at the latest; null when that is not known."`

	RedirectURL string `json:"redirect_url,omitempty" doc:"Of pay: the provider's page, to which the customer is sent. Of redirect: the payment's checkout_url."`
}

// Action is something that can still be asked for.
type Action struct {
	Action string `json:"action" enum:"check,void,cancel,refund,renew"`
	Until  *Time  `json:"until" nullable:"true" doc:"Null when there is no limit."`
	Amount int64  `json:"amount,omitempty" example:"12500" doc:"Of a refund: how much is given back, which is all of it."`
}

// TransformSchema lists the states.
func (Payment) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, state := range payment.States() {
		s.Properties["state"].Enum = append(s.Properties["state"].Enum, string(state))
	}
	orNull(s, "failure", "message", "next_action", "qr")
	return s
}

// orNull lets properties be null that are objects of their own.
func orNull(s *huma.Schema, names ...string) {
	for _, name := range names {
		p := s.Properties[name]
		s.Properties[name] = &huma.Schema{
			Description: p.Description, AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}},
		}
	}
}

// Time is an instant, written as RFC 3339 with milliseconds in Western Indonesian Time, +07:00.
type Time struct{ time.Time }

// MarshalText writes 2026-03-21T10:15:30.000+07:00.
func (t Time) MarshalText() ([]byte, error) {
	return t.In(payment.WIB).AppendFormat(nil, "2006-01-02T15:04:05.000-07:00"), nil
}

// MarshalJSON writes the same in quotes; without it the embedded time's own would be used.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.In(payment.WIB).AppendFormat(nil, `"2006-01-02T15:04:05.000-07:00"`), nil
}

// Schema describes it.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-03-21T10:15:30.000+07:00"},
		Description: "RFC 3339, in Western Indonesian Time.",
	}
}

func timePtr(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}

// show gives a payment as it is served at this moment.
func (s *server) show(ctx context.Context, p payment.Payment) (Payment, error) {
	terms, err := s.Engine.TermsOf(ctx, p)
	if err != nil {
		return Payment{}, err
	}
	line, _ := s.Engine.RailOf(p.MerchantID, p.Account)
	explainer, _ := line.(rail.Explainer)
	v := view(p, terms, explainer, s.Now())
	v.CheckoutURL = s.CheckoutURL(p)
	if v.NextAction != nil && p.Choosing() {
		v.NextAction.RedirectURL = v.CheckoutURL
	}
	return v, nil
}

// view translates; it reads no clock and asks nobody. The explainer may be nil.
func view(p payment.Payment, t payment.Terms, explainer rail.Explainer, now time.Time) Payment {
	v := Payment{
		ID: p.ID, State: string(p.State), Version: p.Version, Mode: string(p.Mode), Amount: int64(p.Amount), Currency: "IDR",
		Reference: p.Reference, Method: string(p.Method), Rail: string(p.Rail), Outlet: p.Outlet, Account: p.Account,
		CreatedAt: Time{p.CreatedAt}, UpdatedAt: Time{p.UpdatedAt},
		Attempts: make([]Attempt, 0, len(p.Attempts)), Actions: []Action{},
		Warning: p.Warning, Review: p.Review, Description: p.Description, Metadata: p.Metadata, ReturnURL: p.ReturnURL,
		Message: wording.Of(p, t, explainer, now), Deadline: timePtr(deadlineOf(p, t)), QR: viewQR(p, t, now),
	}
	if !p.Phone.IsZero() {
		v.Phone = p.Phone.String()
	}
	if p.Choice != nil {
		v.ExpiresAt = timePtr(p.Choice.Until)
		for _, m := range p.Choice.Methods {
			v.Methods = append(v.Methods, string(m))
		}
	}
	for i, a := range p.Attempts {
		v.Attempts = append(v.Attempts, viewAttempt(i+1, a))
	}
	if f := p.Failure; f != nil && !openQR(p, t) {
		v.Failure = &Failure{
			Code: f.Code, ProviderCode: f.ProviderCode, Operation: string(f.Operation), Message: wording.Failure(*f, explainer),
		}
	}
	if next := nextOf(p, t, now); next.What != "" {
		v.NextAction = &NextAction{What: next.What, Who: next.Who, At: timePtr(next.At)}
		if url, _, ok := payment.RedirectOf(p, now); ok && next.What == "pay" {
			v.NextAction.RedirectURL = url
		}
	}
	for _, a := range payment.Actions(t, p, now) {
		action := Action{Action: string(a.What), Until: timePtr(a.Until)}
		if a.What == payment.AskRefund {
			action.Amount = int64(p.Amount)
		}
		v.Actions = append(v.Actions, action)
	}
	return v
}

// viewQR is the QR that can be shown now; nil when there is none.
func viewQR(p payment.Payment, t payment.Terms, now time.Time) *QR {
	content, until, ok := payment.ShownQR(t, p, now)
	if !ok {
		return nil
	}
	path := "/v1/payments/" + p.ID
	return &QR{Content: content, Until: Time{until}, PNG: path + "/qr.png", SVG: path + "/qr.svg"}
}

// openQR tells whether the failure that a QR's payment holds is not its last word: a refund that was refused may have been
// done by an earlier try, and in review nobody knows.
func openQR(p payment.Payment, t payment.Terms) bool {
	return t.Presents() && (p.State == payment.Refunding || p.State == payment.Review)
}

// nextOf is what the payment waits for at this moment. The core tells it as of the payment's last change, since when the
// QR may have come to its end.
func nextOf(p payment.Payment, t payment.Terms, now time.Time) payment.Next {
	next := payment.NextOf(t, p)
	if (next.What == "scan" || next.What == "pay") && !now.Before(next.At) {
		return payment.Next{What: "check", Who: "gateway", At: p.WakeAt}
	}
	return next
}

func viewAttempt(number int, a payment.Attempt) Attempt {
	v := Attempt{
		Number: number, Rail: string(a.Rail), Batch: int(a.Number.Batch), ReferenceNumber: int(a.Number.Reference),
		Terminal: AtTerminal{ID: a.Terminal.ID, TID: a.Terminal.TID, MID: a.Terminal.MID, StoreCode: a.Terminal.StoreCode},
		Invoice:  a.Invoice, PushedAt: Time{a.PushedAt}, ApprovalCode: a.ApprovalCode, TraceNumber: a.TraceNumber,
		ResponseCode: a.ResponseCode, NeverSent: a.NeverSent, Calls: make([]Call, 0, len(a.Calls)),
		ProviderReference: a.ProviderReference, PresentedAt: timePtr(a.PresentedAt), PaidAt: timePtr(a.PaidAt),
	}
	if a.Rail == payment.SNAP {
		v.PartnerReferenceNo = a.Number.Digits()
	}
	for _, c := range a.Calls {
		if c.Call == payment.CallRefund {
			v.RefundNo = payment.RefundNo(a.Invoice)
		}
		v.Calls = append(v.Calls, Call{Operation: string(c.Call), Tries: c.Tries, LastAt: Time{c.At}, Open: c.Open})
	}
	return v
}

// deadlineOf is when the present state is left at the latest; zero when it may last.
func deadlineOf(p payment.Payment, t payment.Terms) time.Time {
	pushedAt := pushedAt(p)
	switch p.State {
	case payment.Created:
		if p.Choosing() {
			return p.Choice.Until
		}
	case payment.Pushing, payment.InDoubt:
		switch {
		case t.Reverses():
			return pushedAt.Add(t.ReverseAfter)
		case p.State == payment.Pushing:
			return pushedAt.Add(t.CallLimit)
		}
		return pushedAt.Add(t.QueryUntil)
	case payment.Awaiting:
		if t.Bills() {
			return p.Attempts[len(p.Attempts)-1].ExpiresAt.Add(t.CloseAfter)
		}
	case payment.Reversing, payment.Voiding:
		return t.CutOffOf(pushedAt)
	case payment.Refunding:
		return payment.NextOf(t, p).At
	}
	return time.Time{}
}

func pushedAt(p payment.Payment) time.Time {
	if len(p.Attempts) == 0 {
		return p.CreatedAt
	}
	return p.Attempts[len(p.Attempts)-1].PushedAt
}
