package rail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/doku"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/ovo"
)

var (
	_ NotificationReader = (*dokuRail)(nil)
	_ Explainer          = (*dokuRail)(nil)
)

// dokuRail is DOKU's OVO push payment. docs/rails/doku.md has the provider's sentences beside our rules.
type dokuRail struct {
	account  merchant.Account
	client   *doku.Client
	verifier *doku.Verifier
}

func newDOKU(a merchant.Account, transport http.RoundTripper, now func() time.Time) (*dokuRail, error) {
	fail := func(err error) (*dokuRail, error) {
		return nil, fmt.Errorf("account %s of merchant %s: %w", a.ID, a.MerchantID, err)
	}
	secret := doku.Secret(a.DOKU.SecretKey.Reveal())
	client, err := doku.NewClient(doku.Options{
		URL: a.URL, ClientID: a.DOKU.ClientID, Secret: secret, Unsigned: a.DOKU.Unsigned, VoidPath: a.DOKU.VoidPath,
		ResponseRule: doku.ResponseRule(a.DOKU.ResponseCheckSum), SignedResponses: a.DOKU.SignedResponses,
		Transport: transport, Now: now,
	})
	if err != nil {
		return fail(err)
	}
	verifier, err := doku.NewVerifier(doku.VerifierOptions{
		ClientID: a.DOKU.ClientID, Secret: secret, Tolerance: a.DOKU.NotifyTolerance,
	})
	if err != nil {
		return fail(err)
	}
	return &dokuRail{account: a, client: client, verifier: verifier}, nil
}

// Terms gives the account's terms.
func (r *dokuRail) Terms() payment.Terms { return r.account.Terms }

// Render writes a command in DOKU's words.
func (r *dokuRail) Render(c payment.Command, at time.Time) (Rendered, error) {
	call, target, ok := payment.CallOf(c)
	if !ok {
		return Rendered{}, fmt.Errorf("a %T is no call to a provider", c)
	}
	request := doku.Request{
		InvoiceNumber: target.Invoice, Amount: int64(target.Amount), Phone: doku.Phone(target.Phone.Digits()),
		RequestID: requestID(call, target, at),
	}
	sendBy := at.Add(r.account.Terms.SendWithin) // the terms', not the client's default
	switch c := c.(type) {
	case payment.Push:
		request.Operation, sendBy = doku.Push, c.SendBy
	case payment.Void:
		request.Operation, request.Paid = doku.Void, paidNumbers(target)
		if request.Paid == (doku.Numbers{}) {
			return Rendered{}, errors.New("DOKU voids by OVO's numbers, and this payment was found paid by a check, " +
				"which did not tell them: void it in DOKU Back Office")
		}
	case payment.Inquire:
		request.Operation, sendBy = doku.Check, time.Time{}
	default:
		return Rendered{}, fmt.Errorf("DOKU has no %s", call)
	}
	native, err := r.client.Render(request, at)
	if err != nil {
		return Rendered{}, err
	}
	native.SendBy = sendBy
	return Rendered{
		Operation: string(call), At: native.RenderedAt, Wire: native.Wire(), native: native, target: target, call: call,
	}, nil
}

// requestID is Request-Id, which DOKU answers with its first answer when it comes again: no two calls have invoice, call,
// try and time in common, and the same command rendered again gives the same.
func requestID(call payment.Call, t payment.Target, at time.Time) string {
	return fmt.Sprintf("%s-%s-%d-%s", t.Invoice, call, t.Try, at.In(payment.WIB).Format("20060102150405"))
}

// paidNumbers are what a void repeats of the push's answer. What is no number is left out.
func paidNumbers(t payment.Target) doku.Numbers {
	trace, _ := strconv.ParseInt(t.TraceNumber, 10, 64)
	return doku.Numbers{
		BatchNumber: int64(t.ProviderNumber.Batch), ReferenceNumber: int64(t.ProviderNumber.Reference), TraceNumber: trace,
		ApprovalCode: t.ApprovalCode,
	}
}

// Do sends a message and reads the verdict.
func (r *dokuRail) Do(ctx context.Context, m Rendered) (payment.Outcome, error) {
	native, ok := m.native.(doku.Rendered)
	if !ok {
		return payment.Outcome{}, fmt.Errorf("%w: the message was not rendered by this rail", ErrNotSent)
	}
	a, err := r.client.Do(ctx, native)
	if err != nil {
		return payment.Outcome{}, failure(ctx, err, doku.ErrNotSent, doku.ErrUnclear)
	}
	switch {
	case !a.Refusal.IsZero():
		return refusedByDOKU(a, m.call), nil
	case a.Operation == doku.Check:
		return checkedByDOKU(a.Transaction, m.call), nil
	}
	return paidByDOKU(a), nil
}

var dokuClasses = map[doku.Follow]payment.Class{ // never written
	doku.Approved: payment.Approved, doku.Declined: payment.Refused, doku.Unanswered: payment.Pending, doku.Pending: payment.Pending,
	doku.NotFound: payment.NotFound, doku.Reversed: payment.WasReversed, doku.Duplicate: payment.Duplicate,
	doku.Misconfigured: payment.Misconfigured, doku.Unknown: payment.Unknown,
}

// paidByDOKU reads the answer to a push or void. That the customer did not respond is final only when a check says so
// too, so it is pending.
func paidByDOKU(a doku.Answer) payment.Outcome {
	p := a.Payment
	o := payment.Outcome{
		Class: dokuClasses[a.Meaning().Follow], Code: cmp.Or(string(p.Code), string(doku.NoResponse)), ApprovalCode: p.ApprovalCode,
		ProviderNumber: payment.Number{Batch: payment.Batch(p.BatchNumber), Reference: payment.ReferenceNumber(p.ReferenceNumber)},
	}
	if a.Operation == doku.Push && (o.Class == payment.Refused || o.Class == payment.Misconfigured) {
		o.NotAsked = !a.Meaning().Asked
	}
	if p.TraceNumber != 0 {
		o.TraceNumber = strconv.FormatInt(p.TraceNumber, 10)
	}
	switch o.Class {
	case payment.Approved:
		if a.Operation == doku.Push {
			o.Amount, o.PaidAt = payment.Rupiah(p.Amount), p.At()
		}
	case payment.WasReversed:
	default:
		o.Cause = dokuReason(p.Code)
	}
	return o
}

// dokuReason is our word for OVO's codes as DOKU hands them on.
func dokuReason(c doku.Code) payment.Reason {
	if c == doku.NoResponse || c == "" {
		return payment.ReasonTimeout
	}
	return reasonOf(ovo.Code(c))
}

// refusedByDOKU reads an error instead of an answer. A check that is refused says nothing about the payment, unless DOKU
// does not know it; and whether a payment that it does not know was voided cannot be said either.
func refusedByDOKU(a doku.Answer, call payment.Call) payment.Outcome {
	o := payment.Outcome{Class: dokuClasses[a.Meaning().Follow], Code: cmp.Or(a.Refusal.Code, strconv.Itoa(a.Status))}
	switch {
	case o.Class == payment.Misconfigured && a.Operation == doku.Check, o.Class == payment.NotFound && call == payment.CallCheckVoid:
		o.Class = payment.Unknown
	}
	o.NotAsked = a.Operation == doku.Push && o.Class == payment.Misconfigured && !a.Meaning().Asked
	switch o.Class {
	case payment.NotFound:
		o.Cause = payment.ReasonNotFound
	case payment.Misconfigured:
		o.Cause = payment.ReasonMisconfigured
	default:
		o.Cause = "provider_error"
	}
	return o
}

// checkedByDOKU reads what a check or a notification tells. DOKU has no status of a void: of the payment it says REFUNDED
// when it was voided, and while it says SUCCESS it knows of no void.
func checkedByDOKU(t doku.Transaction, call payment.Call) payment.Outcome {
	o := payment.Outcome{Class: dokuClasses[t.Status.Follow()], Code: string(t.Status)}
	if call == payment.CallCheckVoid {
		switch o.Class {
		case payment.WasReversed:
			o.Class = payment.Approved
		case payment.Approved:
			o.Class, o.Cause = payment.NotFound, payment.ReasonNotFound
		case payment.Pending:
		default:
			o.Class, o.Cause = payment.Unknown, "provider_error"
		}
		return o
	}
	switch {
	case o.Class == payment.Approved:
		o.Amount, o.PaidAt, o.ApprovalCode = payment.Rupiah(t.Amount), t.At(), t.Paid.ApprovalCode
		o.ProviderNumber = payment.Number{Batch: payment.Batch(t.Paid.BatchNumber), Reference: payment.ReferenceNumber(t.Paid.ReferenceNumber)}
		if t.Paid.TraceNumber != 0 {
			o.TraceNumber = strconv.FormatInt(t.Paid.TraceNumber, 10)
		}
	case t.Status == doku.StatusExpired, t.Status == doku.StatusTimeout:
		o.Cause = payment.ReasonTimeout
	case o.Class == payment.Refused:
		o.Cause = "provider_declined"
	}
	return o
}

// ReadNotification verifies and reads what DOKU notifies.
func (r *dokuRail) ReadNotification(in Notification, _ []Token, now time.Time) (Notice, error) {
	// A proxy before us may change the path, and the provider signs what it was given.
	target, _, _ := strings.Cut(cmp.Or(r.account.DOKU.NotifyPath, in.Endpoint), "?")
	n, err := r.verifier.Verify(doku.Incoming{Target: target, Header: in.Header, Body: in.Body}, now)
	if err != nil {
		rejected := &Rejected{Reply: r.Reply(OurTrouble), Why: err.Error()}
		var known *doku.NotificationError
		if errors.As(err, &known) {
			rejected.Reply = dokuReply(known.Status, known.Kind.Error())
		}
		return Notice{}, rejected
	}
	return Notice{Invoice: n.Transaction.InvoiceNumber, Outcome: checkedByDOKU(n.Transaction, payment.CallCheck)}, nil
}

// Reply answers in DOKU's way: 2xx is taken, after anything else it comes again.
func (r *dokuRail) Reply(v Verdict) Reply {
	switch v {
	case Taken:
		return dokuReply(http.StatusOK, "taken")
	case UnknownPayment, OtherMerchant, NotForUs, NoAccount:
		return dokuReply(http.StatusNotFound, "unknown payment")
	case Broken:
		return dokuReply(http.StatusBadRequest, "incomplete")
	}
	return dokuReply(http.StatusServiceUnavailable, "come again")
}

// dokuReply takes words without quotes.
func dokuReply(status int, words string) Reply {
	return Reply{
		Status: status, Body: fmt.Appendf(nil, `{"message":[%q]}`, words), Header: http.Header{"Content-Type": {"application/json"}},
	}
}

// Explain gives the words for a code, or for a status that a check told.
func (r *dokuRail) Explain(call payment.Call, code string) (Explanation, bool) {
	if call == payment.CallCheck || call == payment.CallCheckVoid {
		return explainDOKUStatus(doku.Status(code))
	}
	operation := doku.Push
	if call == payment.CallVoid {
		operation = doku.Void
	}
	for _, refusal := range doku.RefusalCodes() {
		if refusal.Code == code {
			return Explanation{
				Provider: refusal.Message, OperatorAttention: true,
				Indonesian: "Pembayaran gagal, silakan gunakan cara pembayaran lain", English: "Payment failed, please try another way to pay",
			}, true
		}
	}
	meaning := doku.Code(code).For(operation)
	x := Explanation{
		Indonesian: meaning.Text.ID, English: meaning.Text.EN, CustomerWasAsked: meaning.Asked,
		OperatorAttention: meaning.Follow == doku.Misconfigured || meaning.Follow == doku.Duplicate,
	}
	entry, known := doku.Code(code).Entry()
	var words []string
	for _, w := range entry.Words {
		words = append(words, strings.TrimPrefix(w.Title+": "+w.Description, ": "))
	}
	x.Provider = strings.Join(words, " / ")
	return x, known
}

func explainDOKUStatus(s doku.Status) (Explanation, bool) {
	texts := map[doku.Status]doku.Text{
		doku.StatusSuccess: {EN: "Payment Success", ID: "Pembayaran berhasil"},
		doku.StatusFailed:  {EN: "Payment failed, please try another way to pay", ID: "Pembayaran gagal, silakan gunakan cara pembayaran lain"},
		doku.StatusExpired: doku.TextTimeout, doku.StatusRefunded: doku.TextVoided, doku.StatusPending: doku.TextChecking,
		doku.StatusTimeout: doku.TextChecking, doku.StatusRedirect: doku.TextChecking,
	}
	text, known := texts[s]
	if !known {
		return Explanation{}, false
	}
	return Explanation{Provider: "transaction.status " + string(s), Indonesian: text.ID, English: text.EN, CustomerWasAsked: true}, true
}
