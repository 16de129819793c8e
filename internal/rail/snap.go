package rail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/qris"
	"github.com/lunas-pay/lunas/snap"
)

var (
	_ Tokened     = (*snapRail)(nil)
	_ TokenIssuer = (*snapRail)(nil)
	_ Explainer   = (*snapRail)(nil)
)

// snapRail is OVO's dynamic QRIS over SNAP. docs/rails/snap.md has the provider's sentences beside our rules.
type snapRail struct {
	account  merchant.Account
	client   *snap.Client
	verifier *snap.Verifier // nil: notifications are not taken
	token    snap.Secret
}

func newSNAP(a merchant.Account, transport http.RoundTripper, now func() time.Time) (*snapRail, error) {
	fail := func(err error) (*snapRail, error) {
		return nil, fmt.Errorf("account %s of merchant %s: %w", a.ID, a.MerchantID, err)
	}
	key, err := snap.ParsePrivateKey([]byte(a.SNAP.PrivateKey.Reveal()))
	if err != nil {
		return fail(err)
	}
	paths := map[snap.Operation]string{}
	for operation, path := range a.SNAP.Paths {
		paths[snap.Operation(operation)] = path
	}
	client, err := snap.NewClient(snap.Options{
		URL: a.URL, ClientID: a.SNAP.ClientID, ClientSecret: snap.Secret(a.SNAP.ClientSecret.Reveal()), PrivateKey: key,
		PartnerID: a.SNAP.PartnerID, ChannelID: a.SNAP.ChannelID, Origin: a.SNAP.Origin, AllowedSources: a.SNAP.AllowedSources,
		CompactTimestamps: a.SNAP.CompactTimestamps, Paths: paths, Transport: transport, Now: now,
	})
	if err != nil {
		return fail(err)
	}
	r := &snapRail{account: a, client: client}
	if n := a.SNAP.Notify; n.Mode != "" {
		o := snap.VerifierOptions{
			Mode: snap.NotifyMode(n.Mode), ClientSecret: snap.Secret(a.SNAP.ClientSecret.Reveal()), Tolerance: n.Tolerance,
			ClientID: r.providerClient(),
		}
		if n.PublicKey != "" {
			if o.PublicKey, err = snap.ParsePublicKey([]byte(n.PublicKey)); err != nil {
				return fail(err)
			}
		}
		if r.verifier, err = snap.NewVerifier(o); err != nil {
			return fail(err)
		}
	}
	return r, nil
}

// Terms gives the account's terms.
func (r *snapRail) Terms() payment.Terms { return r.account.Terms }

// WithToken is the same rail with a token.
func (r *snapRail) WithToken(t Token) Rail {
	with := *r
	with.token = snap.Secret(t.Value.Reveal())
	return &with
}

// RenderAccess writes the message that asks for a token.
func (r *snapRail) RenderAccess(at time.Time) (Rendered, error) {
	return r.render(snap.AccessRequest{}, snap.Envelope{}, at)
}

// Access asks for a token.
func (r *snapRail) Access(ctx context.Context, m Rendered) (Token, error) {
	answer, err := r.do(ctx, m)
	if err != nil {
		return Token{}, err
	}
	if answer.Meaning().Follow != snap.Done {
		return Token{}, fmt.Errorf("%w: the provider answers %s", ErrNoToken, answer.Code)
	}
	return Token{Value: merchant.NewSecret(string(answer.Token.Value)), Expires: answer.Token.ExpiresAt}, nil
}

// Render writes a command in SNAP's words.
func (r *snapRail) Render(c payment.Command, at time.Time) (Rendered, error) {
	call, target, ok := payment.CallOf(c)
	if !ok {
		return Rendered{}, fmt.Errorf("a %T is no call to a provider", c)
	}
	if r.token == "" {
		return Rendered{}, ErrNoToken
	}
	shop := snap.Store{MerchantID: target.Terminal.MID, TerminalID: target.Terminal.TID, StoreID: target.Terminal.StoreCode}
	number := target.Number.Digits()
	original := snap.Original{PartnerReferenceNo: number, ReferenceNo: target.ProviderReference}
	var request snap.Request
	switch c := c.(type) {
	case payment.ShowQR:
		request = snap.GenerateRequest{Store: shop, PartnerReferenceNo: number, Amount: int64(target.Amount)}
	case payment.Inquire:
		request = snap.QueryRequest{Store: shop, Original: original}
	case payment.Refund:
		request = snap.RefundRequest{
			Store: shop, Original: original, PartnerRefundNo: c.RefundNo, Amount: int64(target.Amount),
		}
	default:
		return Rendered{}, fmt.Errorf("SNAP has no %s", call)
	}
	m, err := r.render(request, snap.Envelope{Token: r.token, ExternalID: externalID(call, target, at)}, at)
	m.target = target
	return m, err
}

// externalID is X-EXTERNAL-ID: digits, and never twice, since no two calls have number, call and try in common. It
// begins as OVO's own sample does, with the time and the number.
func externalID(call payment.Call, t payment.Target, at time.Time) string {
	kind := map[payment.Call]int{payment.CallGenerate: 1, payment.CallCheck: 2, payment.CallRefund: 3}[call]
	return at.In(payment.WIB).Format("20060102150405") + t.Number.Digits() + fmt.Sprintf("%d%06d", kind, t.Try)
}

func (r *snapRail) render(request snap.Request, e snap.Envelope, at time.Time) (Rendered, error) {
	native, err := r.client.Render(request, e, at)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{Operation: string(native.Operation), At: native.RenderedAt, Wire: native.Wire(), native: native}, nil
}

func (r *snapRail) do(ctx context.Context, m Rendered) (snap.Answer, error) {
	native, ok := m.native.(snap.Rendered)
	if !ok {
		return snap.Answer{}, fmt.Errorf("%w: the message was not rendered by this rail", ErrNotSent)
	}
	answer, err := r.client.Do(ctx, native)
	if err == nil {
		return answer, nil
	}
	return snap.Answer{}, failure(ctx, err, snap.ErrNotSent, snap.ErrUnclear)
}

// Do sends a message and reads the verdict.
func (r *snapRail) Do(ctx context.Context, m Rendered) (payment.Outcome, error) {
	a, err := r.do(ctx, m)
	if err != nil {
		return payment.Outcome{}, err
	}
	switch a.Operation {
	case snap.Generate:
		return r.generated(a, m.target)
	case snap.Query:
		return queried(a), nil
	case snap.Refund:
		o := outcomeOf(a)
		if a.Meaning().Follow == snap.Declined {
			o.Class = payment.Refused
		}
		return o, nil
	}
	return payment.Outcome{}, fmt.Errorf("%w: an answer to %s", ErrUnclear, a.Operation)
}

// generated reads a QR. One with a wrong checksum, amount or merchant must not be shown: it is no verdict.
func (r *snapRail) generated(a snap.Answer, t payment.Target) (payment.Outcome, error) {
	o := outcomeOf(a)
	switch a.Meaning().Follow {
	case snap.Done:
	case snap.Declined, snap.NotFound:
		o.Class = payment.Refused
		return o, nil
	case snap.Pending: // a QR that comes later comes to nobody
		o.Class = payment.Unknown
		return o, nil
	default:
		return o, nil
	}
	_, err := qris.Check(a.QR.Content, qris.Want{Amount: int64(t.Amount), MerchantID: t.Terminal.MID, NMID: r.account.SNAP.NMID})
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("%w: the QR must not be shown: %w", ErrUnclear, err)
	}
	o.QR, o.ProviderReference = a.QR.Content, a.QR.ReferenceNo
	return o, nil
}

// queried reads what became of a QR. A query that is refused says nothing about it.
func queried(a snap.Answer) payment.Outcome {
	if a.Meaning().Follow == snap.Done {
		return outcomeOfStatus(a.Payment)
	}
	o := outcomeOf(a)
	if a.Meaning().Follow == snap.Declined || a.Meaning().Follow == snap.Duplicate {
		o.Class = payment.Unknown
	}
	return o
}

// outcomeOfStatus translates what a provider says of a QR, in a query's answer or in a notification.
func outcomeOfStatus(p snap.Payment) payment.Outcome {
	o := payment.Outcome{Code: string(p.Status), ProviderReference: p.ReferenceNo, Class: payment.Unknown}
	switch p.Status.State() {
	case snap.Paid:
		o.Class, o.Amount, o.PaidAt = payment.Approved, payment.Rupiah(p.Amount), p.PaidAt
	case snap.Waiting:
		o.Class = payment.Pending
	case snap.Refunded:
		o.Class = payment.WasReversed
	case snap.Canceled, snap.Failed:
		o.Class, o.Cause = payment.Refused, statusReasons[p.Status]
	case snap.Missing:
		o.Class, o.Cause = payment.NotFound, payment.ReasonNotFound
	}
	return o
}

var statusReasons = map[snap.Status]payment.Reason{ // never written
	snap.StatusCanceled: "canceled_by_customer", snap.StatusFailed: "qr_not_paid",
}

var snapClasses = map[snap.Follow]payment.Class{ // never written
	snap.Done: payment.Approved, snap.Pending: payment.Pending, snap.Declined: payment.Refused, snap.Unknown: payment.Unknown,
	snap.NotFound: payment.NotFound, snap.Duplicate: payment.Duplicate, snap.TokenDead: payment.TokenDead,
	snap.Again: payment.Unknown, snap.Misconfigured: payment.Misconfigured,
}

// outcomeOf translates a code, as far as that goes without the operation.
func outcomeOf(a snap.Answer) payment.Outcome {
	o := payment.Outcome{Code: string(a.Code), Class: payment.Unknown}
	if class, ok := snapClasses[a.Meaning().Follow]; ok {
		o.Class = class
	}
	if o.Class != payment.Approved {
		o.Cause = snapReason(a.Code, o.Class)
	}
	return o
}

// snapReasons are our stable words for SNAP's cases, as they are served to merchants.
var snapReasons = map[string]payment.Reason{ // never written
	"40302": "limit_exceeded", "40304": "limit_exceeded", "40306": "too_late", "40314": "insufficient_funds", "40315": "not_permitted",
	"40320": "limit_exceeded", "40401": payment.ReasonNotFound, "40404": "canceled_by_customer", "40413": "invalid_amount",
	"40501": "not_permitted", "40901": payment.ReasonDuplicate,
}

// snapTexts tell the customer why no QR could be made, where that helps to choose what to do. They are ours.
var snapTexts = map[payment.Reason]snap.Text{ // never written
	"limit_exceeded": {
		ID: "Pembayaran ini melebihi batas, silakan gunakan cara pembayaran lain",
		EN: "This payment is above a limit, please pay another way",
	},
	"not_permitted": {
		ID: "Pembayaran ini tidak dapat dilakukan dengan QRIS, silakan gunakan cara pembayaran lain",
		EN: "This payment cannot be made by QRIS, please pay another way",
	},
	"too_late": {
		ID: "QRIS tidak tersedia saat ini, silakan coba lagi nanti atau gunakan cara pembayaran lain",
		EN: "QRIS is not available at this time, please try again later or pay another way",
	},
}

func snapReason(c snap.Code, class payment.Class) payment.Reason {
	if reason, ok := snapReasons[fmt.Sprintf("%03d", c.Status())+c.Case()]; ok {
		return reason
	}
	switch class {
	case payment.Misconfigured:
		return payment.ReasonMisconfigured
	case payment.Duplicate:
		return payment.ReasonDuplicate
	case payment.Refused:
		return "provider_declined"
	case payment.NotFound:
		return payment.ReasonNotFound
	}
	return "provider_error"
}

// ReadNotification verifies and reads what OVO notifies.
func (r *snapRail) ReadNotification(in Notification, tokens []Token, now time.Time) (Notice, error) {
	if r.verifier == nil {
		return Notice{}, &Rejected{Reply: r.Reply(NotForUs), Why: "this account takes no notifications"}
	}
	incoming := snap.Incoming{Method: in.Method, Endpoint: in.Endpoint, Header: in.Header, Body: in.Body}
	if path := r.account.SNAP.Notify.Path; path != "" {
		incoming.Endpoint = path // a proxy before us changes it, and the provider signs what it was given
	}
	for _, t := range tokens {
		incoming.Tokens = append(incoming.Tokens, snap.Secret(t.Value.Reveal()))
	}
	n, err := r.verifier.Verify(incoming, now)
	if err != nil {
		rejected := &Rejected{Reply: r.Reply(OurTrouble), Why: err.Error()}
		var known *snap.NotificationError
		if errors.As(err, &known) {
			rejected.Reply = reply(known.Code, known.Text)
		}
		return Notice{}, rejected
	}
	notice := Notice{Outcome: outcomeOfStatus(n.Payment)}
	if number, ok := payment.ParseNumber(n.Payment.PartnerReferenceNo); ok {
		notice.Number = number
	}
	ours := func(t merchant.Terminal) bool { return t.MID == n.MerchantID }
	notice.Foreign = n.MerchantID != "" && !slices.ContainsFunc(r.account.Terminals, ours)
	return notice, nil
}

// providerClient is the X-CLIENT-KEY by which the provider asks us for a token.
func (r *snapRail) providerClient() string {
	return cmp.Or(r.account.SNAP.Notify.ClientID, r.account.SNAP.ClientID)
}

// IssuesTokens tells whether OVO notifies with a token of ours.
func (r *snapRail) IssuesTokens() bool {
	return snap.NotifyMode(r.account.SNAP.Notify.Mode) == snap.IssuedToken
}

// ReadTokenRequest verifies that it is OVO who asks for a token.
func (r *snapRail) ReadTokenRequest(in Notification, now time.Time) error {
	if r.verifier == nil || !r.IssuesTokens() {
		return &Rejected{Reply: r.ReplyToken(NotForUs), Why: "this account issues no tokens"}
	}
	err := r.verifier.VerifyTokenRequest(snap.Incoming{Method: in.Method, Header: in.Header, Body: in.Body}, now)
	if err == nil {
		return nil
	}
	rejected := &Rejected{Reply: r.ReplyToken(OurTrouble), Why: err.Error()}
	var known *snap.NotificationError
	if errors.As(err, &known) {
		rejected.Reply = reply(known.Code, known.Text)
	}
	return rejected
}

// Grant gives OVO a token.
func (r *snapRail) Grant(value merchant.Secret, life time.Duration, now time.Time) Reply {
	header, body := snap.GrantToken(snap.Secret(value.Reveal()), life, r.providerClient(), now)
	return Reply{Status: http.StatusOK, Header: header, Body: body}
}

// Reply answers a notification in SNAP's own form.
func (r *snapRail) Reply(v Verdict) Reply {
	if v == Taken {
		return reply(snap.Acknowledged, snap.AcknowledgedText)
	}
	return replyOf(snap.ServiceNotify, v)
}

// ReplyToken answers a request for a token in SNAP's own form.
func (r *snapRail) ReplyToken(v Verdict) Reply { return replyOf(snap.Access.Service(), v) }

// replyOf is what is answered by a door of ours that did not do what it was asked.
func replyOf(service string, v Verdict) Reply {
	code := func(status int, kind string) snap.Code { return snap.NewCode(status, service, kind) }
	switch v {
	case UnknownPayment:
		return reply(code(http.StatusNotFound, "01"), "Transaction Not Found")
	case OtherMerchant:
		return reply(code(http.StatusNotFound, "08"), "Invalid Merchant")
	case NotForUs:
		return reply(code(http.StatusMethodNotAllowed, "00"), "Requested Function Is Not Supported")
	case NoAccount:
		return reply(code(http.StatusNotFound, "16"), "Partner Not Found")
	case Broken:
		return reply(code(http.StatusBadRequest, "00"), "Bad Request")
	}
	return reply(code(http.StatusInternalServerError, "00"), "General Error")
}

func reply(c snap.Code, text string) Reply {
	return Reply{
		Status: c.Status(), Body: snap.Reply(c, text),
		Header: http.Header{"Content-Type": {"application/json"}},
	}
}

// Explain gives the words for a code, or for a status that a query told.
func (r *snapRail) Explain(call payment.Call, code string) (Explanation, bool) {
	if len(code) == 2 {
		status := snap.Status(code)
		text := status.Text()
		return Explanation{Provider: status.Words(), Indonesian: text.ID, English: text.EN, CustomerWasAsked: true}, status.Words() != ""
	}
	operation := map[payment.Call]snap.Operation{
		payment.CallGenerate: snap.Generate, payment.CallCheck: snap.Query, payment.CallRefund: snap.Refund,
	}[call]
	meaning := snap.Code(code).For(operation)
	entry, known := snap.Code(code).Entry()
	text := meaning.Text
	if own, ok := snapTexts[snapReason(snap.Code(code), snapClasses[meaning.Follow])]; ok && call == payment.CallGenerate {
		text = own
	}
	return Explanation{
		Provider: strings.TrimSuffix(entry.Message+": "+entry.Note, ": "), Indonesian: text.ID, English: text.EN,
		CustomerWasAsked: operation == snap.Query, OperatorAttention: meaning.Follow == snap.Misconfigured || meaning.Follow == snap.Duplicate,
	}, known
}
