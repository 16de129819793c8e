// Package rail is the contract between the engine and a provider, and its four implementations, one file each. A rail
// translates: commands into the provider's bytes, and its answers into outcomes. It decides nothing and keeps nothing.
package rail

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Rail speaks to one provider for one account of a merchant.
type Rail interface {
	// Terms are the rules of the rail with the account's settings.
	Terms() payment.Terms
	// Render writes the command's message complete as it will be on the wire, signed at the given time. An error
	// means that the command can never be sent; it says which field is at fault.
	Render(c payment.Command, at time.Time) (Rendered, error)
	// Do sends what Render wrote, once, and waits for the verdict until the context ends. Its error is one of
	// ErrNotSent, ErrNoAnswer and ErrUnclear, wrapped, and nothing else. A decline is an outcome.
	Do(context.Context, Rendered) (payment.Outcome, error)
}

// The three ways in which a call brings no verdict. No code may merge them.
var (
	ErrNotSent  = errors.New("not sent")       // not one byte left
	ErrNoAnswer = errors.New("no answer")      // it may have arrived
	ErrUnclear  = errors.New("unclear answer") // something came back that is no verdict
)

// failure sorts a call without a verdict by what the client says of it. What our own transport refused before the first
// byte was certainly not sent, whatever else is known.
func failure(ctx context.Context, err, notSent, unclear error) error {
	refused := errors.Is(err, exchange.ErrRefused)
	if call := exchange.CallFrom(ctx); call != nil {
		refused = refused || call.Result().Refused != nil
	}
	switch {
	case refused, errors.Is(err, notSent):
		return fmt.Errorf("%w: %w", ErrNotSent, err)
	case errors.Is(err, unclear):
		return fmt.Errorf("%w: %w", ErrUnclear, err)
	default:
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
}

// Rendered is a message ready to be stored and sent.
type Rendered struct {
	Operation string // the provider's operation, in our words: push, reversal, …
	At        time.Time
	Wire      []byte // exactly the bytes that will be sent
	native    any    // the client's own form
	target    payment.Target
	call      payment.Call
}

// PhoneChecker is a rail that can tell whether a phone is registered.
type PhoneChecker interface {
	RenderPhone(phone payment.Phone, at time.Time) (Rendered, error)
}

// Tokened is a rail whose messages carry an access token, which whoever uses the rail keeps.
type Tokened interface {
	Rail
	// RenderAccess writes the message that asks for a token.
	RenderAccess(at time.Time) (Rendered, error)
	// Access sends it. Errors are those of Do, or ErrNoToken where the provider gives none.
	Access(context.Context, Rendered) (Token, error)
	// WithToken is the same rail with a token. Without one Render gives ErrNoToken.
	WithToken(Token) Rail
}

// Token is an access token. It prints masked.
type Token struct {
	Value   merchant.Secret
	Expires time.Time
}

// ErrNoToken says that there is no access token.
var ErrNoToken = errors.New("no access token")

// NotificationReader is a rail whose provider notifies by itself.
type NotificationReader interface {
	// ReadNotification verifies and reads. Tokens are those that the account has got lately; see TokenIssuer. The error is a
	// *Rejected.
	ReadNotification(in Notification, tokens []Token, now time.Time) (Notice, error)
	// Reply is the answer to a notification, in the provider's own form.
	Reply(Verdict) Reply
}

// TokenIssuer is a rail whose provider may ask us for an access token first, and notify with it.
type TokenIssuer interface {
	NotificationReader
	// IssuesTokens tells whether the account's provider does so. ReadNotification then wants the tokens that were issued to
	// it and still live.
	IssuesTokens() bool
	// ReadTokenRequest verifies that it is the provider who asks. The error is a *Rejected.
	ReadTokenRequest(in Notification, now time.Time) error
	// Grant is the answer that gives a token, with how long it may be used from now on.
	Grant(value merchant.Secret, life time.Duration, now time.Time) Reply
	// ReplyToken is any other answer to who asks for a token, in the provider's own form.
	ReplyToken(Verdict) Reply
}

// ChannelLister is a rail whose provider offers many ways to pay and can tell which of them are active for the merchant.
type ChannelLister interface {
	// RenderChannels writes the question.
	RenderChannels(at time.Time) (Rendered, error)
	// Channels sends it. Errors are those of Do, or that the question was refused.
	Channels(context.Context, Rendered) ([]Channel, error)
}

// Channel is one way to pay.
type Channel struct {
	Code, Name string
	Ours       bool // the one by which this rail is paid
}

// ReturnReader is a rail whose provider sends the customer's browser back to us.
type ReturnReader interface {
	// ReadReturn verifies the query of the address at which the browser arrived, and gives the attempt's invoice. Whatever
	// else it claims is only a claim. The error is a *Rejected.
	ReadReturn(rawQuery string) (invoice string, err error)
}

// Notification is a provider's message as it came to us.
type Notification struct {
	Method   string
	Endpoint string // path and query, as the provider sees them
	Header   http.Header
	Body     []byte
}

// Notice is what a verified notification says.
type Notice struct {
	Number  payment.Number // zero: it names no number of ours
	Invoice string         // the attempt's invoice, where the provider names that
	Foreign bool           // it names another merchant than this account's
	Outcome payment.Outcome
	// Acknowledgement is the answer once it is taken, where the provider wants its own data back; nil: Reply's.
	Acknowledgement *Reply
}

// Verdict is what we say to a notification.
type Verdict string

// The verdicts.
const (
	Taken          Verdict = "taken"
	UnknownPayment Verdict = "unknown_payment"
	OtherMerchant  Verdict = "other_merchant"
	OurTrouble     Verdict = "our_trouble" // come again
	NotForUs       Verdict = "not_for_us"  // the account takes no notifications, or not by this method
	NoAccount      Verdict = "no_account"  // there is none at this address
	Broken         Verdict = "broken"      // it did not come to its end
)

// Reply is an answer to be given, as HTTP.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// ReplyAs is what a provider of this rail is told where there is no account to ask; false for one that does not notify.
func ReplyAs(r payment.Rail, v Verdict) (Reply, bool) {
	switch r {
	case payment.SNAP:
		return (*snapRail)(nil).Reply(v), true
	case payment.DOKU:
		return (*dokuRail)(nil).Reply(v), true
	case payment.Faspay:
		return (*faspayRail)(nil).Reply(v), true
	}
	return Reply{}, false
}

// ReplyTokenAs is what who asks for a token is told where there is no account to ask; false for a rail without such tokens.
func ReplyTokenAs(r payment.Rail, v Verdict) (Reply, bool) {
	if r == payment.SNAP {
		return (*snapRail)(nil).ReplyToken(v), true
	}
	return Reply{}, false
}

// Rejected is why a notification is not believed, with the answer to it.
type Rejected struct {
	Reply Reply
	Why   string // for the log, without any data of the message
}

func (r *Rejected) Error() string { return "notification rejected: " + r.Why }

// Explainer is a rail whose response codes can be explained.
type Explainer interface {
	// Explain gives the words for a code as the answer to a call; false when the code is not in the provider's table.
	Explain(call payment.Call, code string) (Explanation, bool)
}

// Explanation says what a provider's code means to each reader.
type Explanation struct {
	Provider          string // the provider's own words
	Indonesian        string // for the customer; safe and short
	English           string
	CustomerWasAsked  bool
	OperatorAttention bool
}

// Words are one sentence for the customer, safe to show.
type Words = language.Words

// Instructor is a rail whose provider prescribes what the customer is told to do while a payment waits.
type Instructor interface {
	// Instructions are the sentences in their order.
	Instructions() []Words
}

// Open gives the rail of an account. The transport carries every call; it must be made for money calls (see
// exchange.NewTransport) or be the simulator's link. now is the clock by which a late message is held back.
func Open(a merchant.Account, transport http.RoundTripper, now func() time.Time) (Rail, error) {
	switch a.Rail {
	case payment.OVO:
		return newOVO(a, transport, now)
	case payment.SNAP:
		return newSNAP(a, transport, now)
	case payment.DOKU:
		return newDOKU(a, transport, now)
	case payment.Faspay:
		return newFaspay(a, transport, now)
	default:
		return nil, fmt.Errorf("account %s: unknown rail %q; known: ovo, snap, doku, faspay", a.ID, a.Rail)
	}
}
