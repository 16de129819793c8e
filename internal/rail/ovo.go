package rail

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/ovo"
)

var (
	_ PhoneChecker = (*ovoRail)(nil)
	_ Explainer    = (*ovoRail)(nil)
	_ Instructor   = (*ovoRail)(nil)
)

// ovoRail is OVO direct Push To Pay. docs/rails/ovo.md has the provider's sentences beside our rules.
type ovoRail struct {
	account merchant.Account
	client  *ovo.Client
	byDate  map[string]bool // terminals whose batch is a date, which needs its leading zero
}

func newOVO(a merchant.Account, transport http.RoundTripper, now func() time.Time) (*ovoRail, error) {
	mode := ovo.R1
	if a.OVO.SignBody {
		mode = ovo.R2
	}
	client, err := ovo.NewClient(ovo.Options{
		URL: a.URL, AppID: a.OVO.AppID, AppKey: ovo.Secret(a.OVO.AppKey.Reveal()), HMACMode: mode,
		AppSource: a.OVO.AppSource, PadReferenceNumber: a.OVO.PadNumbers, Transport: transport, Now: now,
	})
	if err != nil {
		return nil, fmt.Errorf("account %s of merchant %s: %w", a.ID, a.MerchantID, err)
	}
	r := &ovoRail{account: a, client: client, byDate: map[string]bool{}}
	for _, t := range a.Terminals {
		r.byDate[t.ID] = t.Style == payment.ByDate
	}
	return r, nil
}

// Terms gives the account's terms.
func (r *ovoRail) Terms() payment.Terms { return r.account.Terms }

// Render writes a command in OVO's words.
func (r *ovoRail) Render(c payment.Command, at time.Time) (Rendered, error) {
	call, target, ok := payment.CallOf(c)
	if !ok {
		return Rendered{}, fmt.Errorf("a %T is no call to a provider", c)
	}
	var sendBy time.Time
	if push, ok := c.(payment.Push); ok {
		sendBy = push.SendBy // the terms', not the client's default
	}
	return r.render(r.request(call, target, at), at, sendBy)
}

func (r *ovoRail) render(request ovo.Request, at, sendBy time.Time) (Rendered, error) {
	native, err := r.client.Render(request, at)
	if err != nil {
		return Rendered{}, err
	}
	native.SendBy = sendBy
	return Rendered{Operation: string(request.Operation), At: native.RenderedAt, Wire: native.Wire(), native: native}, nil
}

var operations = map[payment.Call]ovo.Operation{ // never written
	payment.CallPush: ovo.Push, payment.CallReversal: ovo.Reversal, payment.CallVoid: ovo.Void,
	payment.CallCheck: ovo.Check, payment.CallCheckVoid: ovo.CheckVoid,
}

func (r *ovoRail) request(call payment.Call, t payment.Target, at time.Time) ovo.Request {
	request := ovo.Request{
		Operation: operations[call], Terminal: terminal(t.Terminal), Amount: int64(t.Amount), Date: t.PushedAt,
		BatchNumber: int(t.Number.Batch), PadBatchNumber: r.byDate[t.Terminal.ID], ReferenceNumber: int(t.Number.Reference),
		MerchantInvoice: t.Invoice, Phone: t.Phone.Digits(),
	}
	// OVO says of the date only that a check carries the push's. A reversal and a void carry their own time unless the
	// account says otherwise.
	if (call == payment.CallReversal || call == payment.CallVoid) && !r.account.OVO.OriginalDate {
		request.Date = at
	}
	return request
}

func terminal(t payment.Terminal) ovo.Terminal {
	return ovo.Terminal{TID: t.TID, MID: t.MID, MerchantID: t.MerchantID, StoreCode: t.StoreCode}
}

// RenderPhone writes the inquiry of a phone number.
func (r *ovoRail) RenderPhone(phone payment.Phone, at time.Time) (Rendered, error) {
	return r.render(ovo.Request{
		Operation: ovo.Inquiry, Terminal: terminal(r.account.Terminals[0].Terminal), Date: at, Phone: phone.Digits(),
	}, at, time.Time{})
}

// Do sends a message and reads the verdict.
func (r *ovoRail) Do(ctx context.Context, m Rendered) (payment.Outcome, error) {
	native, ok := m.native.(ovo.Rendered)
	if !ok {
		return payment.Outcome{}, fmt.Errorf("%w: the message was not rendered by this rail", ErrNotSent)
	}
	answer, err := r.client.Do(ctx, native)
	if err != nil {
		return payment.Outcome{}, failure(ctx, err, ovo.ErrNotSent, ovo.ErrUnclear)
	}
	o := payment.Outcome{
		Class: classOf(answer), Code: string(answer.Code), ApprovalCode: answer.Response.ApprovalCode,
	}
	if answer.Operation == ovo.Push && (o.Class == payment.Refused || o.Class == payment.Misconfigured) {
		o.NotAsked = !answer.Meaning().Asked
	}
	if n := answer.Response.TraceNumber; n != 0 {
		o.TraceNumber = strconv.Itoa(n)
	}
	if o.Class != payment.Approved && o.Class != payment.WasReversed {
		o.Cause = reasonOf(answer.Code)
	}
	return o, nil
}

// classOf translates what follows from a code into what the core reads. A check that OVO refuses to answer says nothing
// about the push; one that it can no longer answer needs a human.
func classOf(a ovo.Answer) payment.Class {
	check := a.Operation == ovo.Check || a.Operation == ovo.CheckVoid
	switch a.Meaning().Follow {
	case ovo.Approved:
		return payment.Approved
	case ovo.Declined:
		return payment.Refused
	case ovo.NotFound:
		return payment.NotFound
	case ovo.Reversed:
		return payment.WasReversed
	case ovo.Duplicate:
		return payment.Duplicate
	case ovo.Review:
		return payment.Misconfigured
	case ovo.Misconfigured:
		if !check {
			return payment.Misconfigured
		}
	}
	return payment.Unknown
}

// reasons are our stable words for OVO's codes, as they are served to merchants.
var reasons = map[ovo.Code]payment.Reason{ // never written
	"13": "invalid_amount", "14": "phone_not_registered", "17": "canceled_by_customer", "25": payment.ReasonNotFound,
	"26": "push_not_delivered", "40": "provider_error", "51": "insufficient_funds", "54": "too_old", "56": "card_blocked",
	"58": payment.ReasonMisconfigured, "61": "customer_limit_exceeded", "63": payment.ReasonMisconfigured,
	"64": "account_blocked", "65": "limit_exceeded", "67": "below_minimum", "68": "provider_pending", "73": "was_reversed",
	"94": payment.ReasonDuplicate, "96": payment.ReasonMisconfigured, "ER": "provider_error",
	"EB": payment.ReasonMisconfigured, "TO": payment.ReasonMisconfigured, "BR": payment.ReasonMisconfigured,
}

func reasonOf(c ovo.Code) payment.Reason {
	if r, ok := reasons[c]; ok {
		return r
	}
	return "provider_declined"
}

// PhonePage is what stands beside the field for the phone number on our pages.
// Source: OVO, Push To Pay API, "Instruction on Input Phone Number Page".
var PhonePage = Words{ID: ovo.TextPhonePage.ID, EN: ovo.TextPhonePage.EN} // never written

// Instructions are those of the waiting page, in the variant that the account has chosen.
// Source: OVO, Push To Pay API, "Instruction in the Waiting Page": "First Sentence … or Second Sentence".
func (r *ovoRail) Instructions() []Words {
	if r.account.OVO.OneSentence {
		return []Words{{ID: ovo.TextWaiting.ID, EN: ovo.TextWaiting.EN}}
	}
	var all []Words
	for _, step := range ovo.TextWaitingSteps {
		all = append(all, Words{ID: step.ID, EN: step.EN})
	}
	return all
}

// Explain gives the words for a code.
func (r *ovoRail) Explain(call payment.Call, code string) (Explanation, bool) {
	operation := operations[call]
	meaning := ovo.Code(code).For(operation)
	x := Explanation{
		Indonesian: meaning.Text.ID, English: meaning.Text.EN, CustomerWasAsked: meaning.Asked,
		OperatorAttention: meaning.Follow == ovo.Misconfigured || meaning.Follow == ovo.Duplicate || meaning.Follow == ovo.Review,
	}
	entry, known := ovo.Code(code).Entry()
	for i, w := range entry.Words {
		if i > 0 {
			x.Provider += " / "
		}
		x.Provider += w.Title
		if w.Title != "" {
			x.Provider += ": "
		}
		x.Provider += w.Description
	}
	return x, known
}
