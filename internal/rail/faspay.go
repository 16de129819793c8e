package rail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/lunas-pay/lunas/faspay"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/ovo"
)

var (
	_ NotificationReader = (*faspayRail)(nil)
	_ ReturnReader       = (*faspayRail)(nil)
	_ Explainer          = (*faspayRail)(nil)
	_ ChannelLister      = (*faspayRail)(nil)
)

// faspayRail is Faspay's debit API with its OVO channel. docs/rails/faspay.md has the provider's sentences beside our
// rules.
type faspayRail struct {
	account  merchant.Account
	client   *faspay.Client
	verifier *faspay.Verifier
}

func newFaspay(a merchant.Account, transport http.RoundTripper, now func() time.Time) (*faspayRail, error) {
	fail := func(err error) (*faspayRail, error) {
		return nil, fmt.Errorf("account %s of merchant %s: %w", a.ID, a.MerchantID, err)
	}
	f := a.Faspay
	credentials := faspay.Credentials{UserID: f.UserID, Password: faspay.Secret(f.Password.Reveal())}
	client, err := faspay.NewClient(faspay.Options{
		URL: a.URL, MerchantID: f.MerchantID, Merchant: f.Merchant, Credentials: credentials,
		Encoding: faspay.Encoding(f.Encoding), DecimalAmounts: f.DecimalAmounts, ContentType: f.ContentType,
		Paths: faspay.Paths{
			PostDataXML: f.Paths.PostDataXML, InquiryXML: f.Paths.InquiryXML, CancelXML: f.Paths.CancelXML, Redirect: f.Paths.Redirect,
		},
		Transport: transport, Now: now,
	})
	if err != nil {
		return fail(err)
	}
	verifier, err := faspay.NewVerifier(f.MerchantID, credentials)
	if err != nil {
		return fail(err)
	}
	if a.Terms.InvoiceEnd == "" || !faspay.BillNoIsSafe("1"+a.Terms.InvoiceEnd) {
		return fail(errors.New("the terms give bill numbers that end in a digit: another bill's notification could be forged with them"))
	}
	return &faspayRail{account: a, client: client, verifier: verifier}, nil
}

// Terms gives the account's terms.
func (r *faspayRail) Terms() payment.Terms { return r.account.Terms }

// Render writes a command in Faspay's words.
func (r *faspayRail) Render(c payment.Command, at time.Time) (Rendered, error) {
	call, target, ok := payment.CallOf(c)
	if !ok {
		return Rendered{}, fmt.Errorf("a %T is no call to a provider", c)
	}
	request := faspay.Request{BillNo: target.Invoice, TrxID: target.ProviderReference}
	sendBy := at.Add(r.account.Terms.SendWithin) // the terms', not the client's default
	switch c := c.(type) {
	case payment.PostBill:
		request = faspay.Request{Operation: faspay.PostData, Bill: r.bill(c)}
		sendBy = c.SendBy
	case payment.Push:
		request.Operation, request.Phone, sendBy = faspay.Direct, c.Phone.Digits(), c.SendBy
	case payment.Inquire:
		request.Operation, sendBy = faspay.Inquiry, time.Time{}
	case payment.CancelBill:
		request.Operation, request.Reason = faspay.Cancel, "given up by the merchant"
	default:
		return Rendered{}, fmt.Errorf("no %s is known at Faspay", call)
	}
	if !faspay.BillNoIsSafe(target.Invoice) {
		return Rendered{}, errors.New("bill_no must not end in a digit: another bill's notification could be forged with it")
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

// RenderChannels writes the channel inquiry. It asks about no payment.
func (r *faspayRail) RenderChannels(at time.Time) (Rendered, error) {
	native, err := r.client.Render(faspay.Request{Operation: faspay.Channels}, at)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{Operation: string(native.Operation), At: native.RenderedAt, Wire: native.Wire(), native: native}, nil
}

// Channels asks which ways to pay the merchant has.
func (r *faspayRail) Channels(ctx context.Context, m Rendered) (all []Channel, err error) {
	native, ok := m.native.(faspay.Rendered)
	if !ok || native.Operation != faspay.Channels {
		return nil, fmt.Errorf("%w: the message was not rendered by this rail", ErrNotSent)
	}
	a, err := r.client.Do(ctx, native)
	if err != nil {
		return nil, failure(ctx, err, faspay.ErrNotSent, faspay.ErrUnclear)
	}
	if a.Meaning().Follow != faspay.Done {
		return nil, fmt.Errorf("the provider answers %s to the question for channels", a.Code)
	}
	for _, c := range a.Response.Channels {
		all = append(all, Channel{Code: c.Code, Name: c.Name, Ours: c.Code == faspay.ChannelOVO})
	}
	return all, nil
}

// bill writes a bill, with the account's words where the merchant gave none.
func (r *faspayRail) bill(c payment.PostBill) faspay.Bill {
	f, who := r.account.Faspay, c.Customer
	total := faspay.Rupiah(int64(c.Amount))
	name := cmp.Or(line(who.Name, 100), f.Customer.Name)
	b := faspay.Bill{
		Number: c.Invoice, Reference: line(c.Reference, 32), Date: c.PushedAt, Expires: c.Expires,
		Description: cmp.Or(line(c.Description, 128), line("Payment to "+f.Merchant, 128)), Gross: total, Total: total,
		Customer: faspay.Customer{
			Number: cmp.Or(line(who.Number, 32), "0"), Name: name, Phone: c.Phone.Digits(), Email: cmp.Or(line(who.Email, 128), f.Customer.Email),
		},
		Billing: faspay.Address{
			Name: name, Street: line(who.Address, 200), City: line(who.City, 50), Region: line(who.Region, 100),
			PostalCode: line(who.PostalCode, 10), CountryCode: line(who.Country, 10),
		},
	}
	for _, item := range c.Items {
		b.Items = append(b.Items, faspay.Item{
			ID: line(item.ID, 50), Product: line(item.Name, 50), Quantity: item.Quantity, Amount: faspay.Rupiah(int64(item.Price)),
		})
	}
	if len(b.Items) == 0 {
		b.Items = []faspay.Item{{Product: line(b.Description, 50), Quantity: 1, Amount: total}}
	}
	return b
}

// line makes a free text fit for a field: printable, on one line, of at most so many characters.
func line(s string, most int) string {
	runes := []rune(strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), most)]))
}

// Do sends a message and reads the verdict.
func (r *faspayRail) Do(ctx context.Context, m Rendered) (payment.Outcome, error) {
	native, ok := m.native.(faspay.Rendered)
	if !ok {
		return payment.Outcome{}, fmt.Errorf("%w: the message was not rendered by this rail", ErrNotSent)
	}
	a, err := r.client.Do(ctx, native)
	if err != nil {
		return payment.Outcome{}, failure(ctx, err, faspay.ErrNotSent, faspay.ErrUnclear)
	}
	switch a.Operation {
	case faspay.PostData:
		return r.billed(a, m.target)
	case faspay.Direct:
		return pushedByFaspay(a), nil
	case faspay.Inquiry:
		return inquiredAtFaspay(a, m.target)
	case faspay.Cancel:
		return canceledAtFaspay(a), nil
	}
	return payment.Outcome{}, fmt.Errorf("%w: an answer to %s", ErrUnclear, a.Operation)
}

var faspayClasses = map[faspay.Follow]payment.Class{ // never written
	faspay.Done: payment.Approved, faspay.Accepted: payment.Pending, faspay.Refused: payment.Refused, faspay.Duplicate: payment.Duplicate,
	faspay.NotFound: payment.NotFound, faspay.Misconfigured: payment.Misconfigured, faspay.Closed: payment.Unknown,
	faspay.AlreadyPaid: payment.Unknown, faspay.Unknown: payment.Unknown,
}

// outcomeOfFaspay translates a code, as far as that goes without the operation.
func outcomeOfFaspay(a faspay.Answer) payment.Outcome {
	o := payment.Outcome{Class: faspayClasses[a.Meaning().Follow], Code: string(a.Code)}
	switch o.Class {
	case payment.Approved, payment.Pending:
	case payment.Duplicate:
		o.Cause = payment.ReasonDuplicate
	case payment.NotFound:
		o.Cause = payment.ReasonNotFound
	case payment.Misconfigured:
		o.Cause = payment.ReasonMisconfigured
	default:
		o.Cause = "provider_error"
	}
	return o
}

// billed reads the answer to a post. The page that is told is the customer's; where none is told, it is made.
func (r *faspayRail) billed(a faspay.Answer, t payment.Target) (payment.Outcome, error) {
	o := outcomeOfFaspay(a)
	switch o.Class {
	case payment.Refused:
		o.Cause = cmp.Or(faspayReasons[a.Code], "provider_declined")
	case payment.Approved:
		o.ProviderReference, o.RedirectURL = a.Response.TrxID, a.Response.RedirectURL
		if o.RedirectURL == "" {
			page, err := r.client.RedirectURL(t.Invoice, a.Response.TrxID)
			if err != nil {
				return payment.Outcome{}, fmt.Errorf("%w: no page for the customer: %w", ErrUnclear, err)
			}
			o.RedirectURL = page
		}
	}
	return o, nil
}

// faspayReasons are our stable words for Faspay's codes where OVO's table has others, as they are served to merchants.
var faspayReasons = map[faspay.Code]payment.Reason{ // never written
	"13": "invalid_amount", "14": "invalid_order", "18": "phone_not_registered",
}

// pushedByFaspay reads the answer to a push. Accepted says no more than that the customer is being asked.
func pushedByFaspay(a faspay.Answer) payment.Outcome {
	o := outcomeOfFaspay(a)
	switch o.Class {
	case payment.Refused:
		o.Cause = reasonOf(ovo.Code(a.Code)) // OVO's codes, handed through
		if a.Code == "18" {
			o.Cause = faspayReasons[a.Code]
		}
	case payment.Misconfigured:
	default:
		return o
	}
	o.NotAsked = !a.Meaning().Asked
	return o
}

// inquiredAtFaspay reads what became of a bill. Where code and status contradict each other nothing is believed.
func inquiredAtFaspay(a faspay.Answer, t payment.Target) (payment.Outcome, error) {
	o := outcomeOfFaspay(a)
	said := a.Response.Status
	means, closed := map[faspay.Code]faspay.Status{
		"14": faspay.NoBill, "17": faspay.Canceled, "54": faspay.Expired, "80": faspay.Reversed, "81": faspay.Paid,
	}[a.Code]
	switch {
	case a.Code == faspay.Success:
	case !closed:
		if o.Class == payment.Misconfigured {
			o.Class = payment.Unknown // the question was refused, which says nothing of the bill
		}
		return o, nil
	case said != "" && said != means:
		o.Class, o.Cause = payment.Unknown, "provider_error"
		return o, nil
	case said == "" && means == faspay.Paid:
		return o, nil // money is believed in when a status says so
	default:
		said = means
	}
	o = outcomeOfBill(said)
	if o.Class == payment.Approved {
		paid, err := paidAmount(a.Response.PaymentTotal, t.Amount)
		if err != nil {
			return payment.Outcome{}, err
		}
		o.Amount, o.PaidAt = paid, a.Response.PaymentDate
	}
	return o, nil
}

// paidAmount reads what was paid of an amount. Faspay does not say in which scale it answers: either counts, if it is the
// right amount.
func paidAmount(text faspay.AmountText, asked payment.Rupiah) (payment.Rupiah, error) {
	switch {
	case text == "":
		return 0, nil
	case text.Is(faspay.Rupiah(int64(asked))):
		return asked, nil
	}
	other, err := faspay.ParsePlain(string(text))
	n, whole := other.Rupiah()
	if err != nil || !whole {
		return 0, fmt.Errorf("%w: paid, but the amount cannot be read", ErrUnclear)
	}
	return payment.Rupiah(n), nil
}

// outcomeOfBill translates a status, in an inquiry's answer or in a notification.
func outcomeOfBill(s faspay.Status) payment.Outcome {
	o := payment.Outcome{Code: string(s), Class: payment.Unknown}
	switch s.Meaning().Follow {
	case faspay.BillPaid:
		o.Class = payment.Approved
	case faspay.BillOpen:
		o.Class = payment.Pending
	case faspay.BillReversed:
		o.Class, o.Cause = payment.WasReversed, payment.ReasonGivenBack
	case faspay.BillNotFound:
		o.Class, o.Cause = payment.NotFound, payment.ReasonNotFound
	case faspay.BillFailed:
		o.Class, o.Cause = payment.Refused, "provider_declined"
	case faspay.BillExpired:
		o.Class, o.Cause = payment.Refused, payment.ReasonExpired
	case faspay.BillCanceled:
		o.Class, o.Cause = payment.Refused, payment.ReasonCanceled
	}
	return o
}

// canceledAtFaspay reads the answer to a cancel. What became of the bill an inquiry says.
func canceledAtFaspay(a faspay.Answer) payment.Outcome {
	o := outcomeOfFaspay(a)
	if follow := a.Meaning().Follow; follow == faspay.AlreadyPaid || follow == faspay.Closed {
		o.Class, o.Cause = payment.Refused, "not_cancelable"
	}
	return o
}

// ReadNotification verifies and reads what Faspay notifies. The signature covers bill_no and status, and nothing else.
func (r *faspayRail) ReadNotification(in Notification, _ []Token, now time.Time) (Notice, error) {
	n, err := r.verifier.Notification(in.Body)
	if err != nil {
		return Notice{}, r.rejected(err)
	}
	o := outcomeOfBill(n.Status)
	if o.Class == payment.Approved {
		paid := n.PaymentTotal
		if paid.IsZero() {
			paid = n.BillTotal
		}
		amount, whole := paid.Rupiah()
		if !whole {
			return Notice{}, &Rejected{Reply: plainReply(http.StatusBadRequest, "Format Error"), Why: "the amount has hundredths"}
		}
		o.Amount, o.PaidAt = payment.Rupiah(amount), n.PaymentDate
	}
	ack := n.Acknowledge(now)
	return Notice{Invoice: n.BillNo, Outcome: o, Acknowledgement: &Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {ack.ContentType}}, Body: ack.Body,
	}}, nil
}

func (r *faspayRail) rejected(err error) *Rejected {
	rejected := &Rejected{Reply: r.Reply(OurTrouble), Why: err.Error()}
	var known *faspay.RefusedError
	if errors.As(err, &known) {
		status := http.StatusBadRequest
		switch known.Kind {
		case faspay.ErrForged:
			status = http.StatusUnauthorized
		case faspay.ErrForeign:
			status = http.StatusNotFound
		}
		rejected.Reply = plainReply(status, known.Reply())
	}
	return rejected
}

// ReadReturn verifies what a customer's browser brings to the return URL. Of what it claims only the bill's number counts.
func (r *faspayRail) ReadReturn(rawQuery string) (invoice string, err error) {
	back, err := r.verifier.Return(rawQuery)
	if err != nil {
		return "", r.rejected(err)
	}
	return back.BillNo, nil
}

// Reply answers a notification that has no acknowledgement of its own: Faspay comes again, up to three times.
func (r *faspayRail) Reply(v Verdict) Reply {
	switch v {
	case Taken:
		return plainReply(http.StatusOK, "OK")
	case UnknownPayment, NotForUs, NoAccount:
		return plainReply(http.StatusNotFound, "Transaction Not Found")
	case Broken:
		return plainReply(http.StatusBadRequest, "Format Error")
	case OtherMerchant:
		return plainReply(http.StatusNotFound, "Invalid Merchant")
	}
	return plainReply(http.StatusServiceUnavailable, "Try Again")
}

func plainReply(status int, text string) Reply {
	return Reply{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(text)}
}

// Explain gives the words for a code as the answer to a call, or for a status that an inquiry told.
func (r *faspayRail) Explain(call payment.Call, code string) (Explanation, bool) {
	if len(code) == 1 {
		status := faspay.Status(code).Meaning()
		return Explanation{Provider: status.Words, Indonesian: status.Text.ID, English: status.Text.EN, CustomerWasAsked: true}, status.Words != ""
	}
	operation := map[payment.Call]faspay.Operation{
		payment.CallPost: faspay.PostData, payment.CallPush: faspay.Direct, payment.CallCancel: faspay.Cancel,
	}[call]
	operation = cmp.Or(operation, faspay.Inquiry)
	meaning := faspay.Code(code).For(operation)
	entry, known := faspay.Code(code).Entry()
	x := Explanation{
		Provider: entry.Words, Indonesian: meaning.Text.ID, English: meaning.Text.EN, CustomerWasAsked: meaning.Asked,
		OperatorAttention: meaning.Follow == faspay.Misconfigured || meaning.Follow == faspay.Duplicate,
	}
	if operation == faspay.Direct {
		x.Provider = cmp.Or(entry.Direct, entry.Words)
	}
	if x.Provider == "" && known {
		x.Provider = "response_code " + code // a code of OVO's for which Faspay prints no words
	}
	if x.English == "" {
		general := generalText(meaning.Follow)
		x.English, x.Indonesian = general.EN, general.ID
	}
	return x, known
}

// generalText is for calls of which the customer knows nothing.
func generalText(f faspay.Follow) faspay.Text {
	switch f {
	case faspay.Done, faspay.Unknown, faspay.Closed, faspay.AlreadyPaid:
		return faspay.Text{EN: "We are checking your payment", ID: "Kami sedang memeriksa pembayaran Anda"}
	}
	return faspay.Text{EN: "Payment failed, please try another way to pay", ID: "Pembayaran gagal, silakan gunakan cara pembayaran lain"}
}
