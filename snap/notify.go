package snap

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// NotifyMode says how a provider signs its notifications. OVO signs symmetrically; which
// token goes into the string is not published, so the mode is a setting.
type NotifyMode string

// The three modes that are known. The strings are stable and may be stored.
const (
	// IssuedToken: the provider first gets a token from the partner's own token door,
	// and notifies with it as Bearer (DOKU, BRI). Symmetric.
	IssuedToken NotifyMode = "issued_token"
	// SharedSecret: symmetric with a token that the partner got from the provider, or
	// with an empty one.
	SharedSecret NotifyMode = "shared_secret"
	// ProviderKey: asymmetric with the provider's key, without a token (Midtrans, DANA).
	ProviderKey NotifyMode = "provider_key"
)

// Limits of a notification.
const (
	MaxNotification  = 64 << 10        // bytes of its body
	DefaultTolerance = 5 * time.Minute // ours: neither Bank Indonesia nor OVO names one for SNAP
)

// Why a notification is refused.
var (
	ErrForged    = errors.New("forged")     // signature, token or partner are not right
	ErrStale     = errors.New("stale")      // X-TIMESTAMP is too far from now
	ErrMalformed = errors.New("not proper") // too long, not JSON, headers or fields missing
)

// NotificationError is a refused notification. errors.Is finds its Kind.
type NotificationError struct {
	Kind  error  // ErrForged, ErrStale or ErrMalformed
	Code  Code   // to be answered, with the HTTP status in it; see Reply
	Text  string // responseMessage to be answered
	Cause string // for the log, without any data of the message
}

// Error is "snap: notification: forged: signature", or "snap: token request: …" of a provider's
// request for a token.
func (e *NotificationError) Error() string {
	what := "notification"
	if e.Code.Service() == Access.Service() {
		what = "token request"
	}
	return "snap: " + what + ": " + e.Kind.Error() + ": " + e.Cause
}

// Is finds the kind.
func (e *NotificationError) Is(target error) bool { return target == e.Kind }

// Notification is what a provider says of a payment. OVO notifies of successful
// payments only. The same one may come several times: ReferenceNo tells.
type Notification struct {
	Payment    Payment
	MerchantID string // where it is told, at the top or in additionalInfo; else empty
	ExternalID string // X-EXTERNAL-ID, as sent
	At         time.Time

	CustomerNumber  Secret
	AccountType     string
	BankCode        string
	SessionID       string
	ExternalStoreID string
	AdditionalInfo  json.RawMessage // an object, or empty; it may hold personal data
}

// String is "notification of 000000000123: 00", without the rest.
func (n Notification) String() string {
	return "notification of " + maskReference(n.Payment.PartnerReferenceNo+" "+n.Payment.ReferenceNo) + ": " + maskDigits(string(n.Payment.Status))
}

// Format prints String for every verb.
func (n Notification) Format(f fmt.State, _ rune) { print(f, n.String()) }

// LogValue is String.
func (n Notification) LogValue() slog.Value { return slog.StringValue(n.String()) }

// VerifierOptions say whose notifications are taken.
type VerifierOptions struct {
	Mode         NotifyMode
	ClientSecret Secret        // IssuedToken and SharedSecret
	PublicKey    PublicKey     // the provider's: of notifications with ProviderKey, of its requests for a token with IssuedToken
	ClientID     string        // X-CLIENT-KEY of the provider's requests for a token; see VerifyTokenRequest
	PartnerID    string        // X-PARTNER-ID, if one comes, must be this; empty: not compared
	Tolerance    time.Duration // of X-TIMESTAMP; 0 is DefaultTolerance, negative is no limit
}

// Verifier checks notifications. It is safe for many goroutines. It remembers nothing:
// telling a repeated notification from a new one is the caller's.
type Verifier struct {
	o    VerifierOptions
	hmac *HMACKey
}

// NewVerifier checks the options.
func NewVerifier(o VerifierOptions) (*Verifier, error) {
	var p problems
	switch o.Mode {
	case IssuedToken, SharedSecret:
		p.must(o.ClientSecret != "", "ClientSecret", "is missing", "notifications are signed with it in this mode")
	case ProviderKey:
		p.must(!o.PublicKey.IsZero(), "PublicKey", "is missing", "the provider's, not your own")
	default:
		p.must(false, "Mode", "must be issued_token, shared_secret or provider_key", "")
	}
	if err := p.err(); err != nil {
		return nil, fmt.Errorf("snap: new verifier: %w", err)
	}
	if o.Tolerance == 0 {
		o.Tolerance = DefaultTolerance
	}
	return &Verifier{o, NewHMACKey(o.ClientSecret)}, nil
}

// Format does not show the secret.
func (v *Verifier) Format(f fmt.State, _ rune) { print(f, "verifier of "+string(v.o.Mode)) }

// Incoming is a notification as it came. Tokens are those that count: with IssuedToken
// the living ones that the partner's door has issued to this provider, with SharedSecret
// the last ones that the partner has got.
type Incoming struct {
	Method   string // POST
	Endpoint string // path and query of the registered callback, as the provider sees them
	Header   http.Header
	Body     []byte
	Tokens   []Secret
}

// Verify reads a notification and checks, in this order: size and headers, time,
// partner, signature, message. The error is a *NotificationError.
func (v *Verifier) Verify(in Incoming, now time.Time) (Notification, error) {
	if len(in.Body) > MaxNotification {
		return Notification{}, malformed("00", "Bad Request", "above 64 KiB")
	}
	at, err := v.timely(in.Header, now, "X-Timestamp", "X-Signature")
	if err != nil {
		return Notification{}, err
	}
	if partner := in.Header.Get("X-Partner-Id"); partner != "" && v.o.PartnerID != "" && partner != v.o.PartnerID {
		return Notification{}, unauthorized(ErrForged, "[Unknown client]", "X-PARTNER-ID is another's")
	}
	if err := v.signed(in); err != nil {
		return Notification{}, err
	}
	return readNotification(in.Header.Get("X-External-Id"), at, in.Body)
}

// timely checks that the headers stand once each, and reads X-TIMESTAMP.
func (v *Verifier) timely(h http.Header, now time.Time, mandatory ...string) (time.Time, error) {
	for _, header := range mandatory {
		if len(h[header]) != 1 || h[header][0] == "" {
			return time.Time{}, malformed("02", "Invalid Mandatory Field "+strings.ToUpper(header), strings.ToUpper(header)+" must stand once")
		}
	}
	at, err := ParseTimestamp(h.Get("X-Timestamp"))
	if err != nil {
		return time.Time{}, malformed("01", "Invalid Field Format X-TIMESTAMP", "X-TIMESTAMP is no time")
	}
	if off := now.Sub(at); v.o.Tolerance > 0 && (off > v.o.Tolerance || off < -v.o.Tolerance) {
		return time.Time{}, unauthorized(ErrStale, "[X-TIMESTAMP]", "X-TIMESTAMP is "+off.Round(time.Second).String()+" behind our clock")
	}
	return at, nil
}

// signed checks token and signature.
func (v *Verifier) signed(in Incoming) error {
	s := Signed{Method: in.Method, Endpoint: in.Endpoint, Body: Minify(in.Body), Timestamp: in.Header.Get("X-Timestamp")}
	signature := in.Header.Get("X-Signature")
	tokens := in.Tokens
	switch v.o.Mode {
	case ProviderKey:
		if v.o.PublicKey.Verify(s, signature) {
			return nil
		}
		return unauthorized(ErrForged, "[Signature]", "signature")
	case IssuedToken:
		token, bearer := strings.CutPrefix(in.Header.Get("Authorization"), "Bearer ")
		if !bearer || !oneOf(tokens, token) {
			return &NotificationError{ErrForged, NewCode(401, ServiceNotify, "01"), "Invalid Token (B2B)", "the token is none of ours"}
		}
		tokens = []Secret{Secret(token)}
	case SharedSecret:
		tokens = append(tokens[:len(tokens):len(tokens)], "")
	}
	for _, s.Token = range tokens {
		if v.hmac.Verify(s, signature) {
			return nil
		}
	}
	return unauthorized(ErrForged, "[Signature]", "signature")
}

// oneOf looks at all tokens whatever it finds.
func oneOf(tokens []Secret, token string) bool {
	found := 0
	for _, t := range tokens {
		found |= subtle.ConstantTimeCompare([]byte(t), []byte(token))
	}
	return found == 1 && token != ""
}

func readNotification(externalID string, at time.Time, body []byte) (Notification, error) {
	m, err := parseObject(body)
	if err != nil {
		return Notification{}, malformed("00", "Bad Request", err.Error())
	}
	extra := m.inner("additionalInfo")
	n := Notification{
		Payment: m.payment(), ExternalID: externalID, At: at,
		MerchantID: m.text("merchantId"), CustomerNumber: Secret(m.text("customerNumber")), AccountType: m.text("accountType"),
		BankCode: m.text("bankCode"), SessionID: m.text("sessionId"), ExternalStoreID: m.text("externalStoreId"),
	}
	if extra != nil {
		n.AdditionalInfo = m["additionalInfo"]
	}
	if n.MerchantID == "" {
		n.MerchantID = extra.text("merchantId")
	}
	if n.Payment.PaidTime == "" {
		n.Payment.PaidTime = extra.text("paidTime")
		n.Payment.PaidAt, _ = ParseTimestamp(n.Payment.PaidTime)
	}
	if n.Payment.TerminalID == "" {
		n.Payment.TerminalID = extra.text("terminalId")
	}
	for _, mandatory := range [...]string{"originalReferenceNo", "latestTransactionStatus"} {
		if m.text(mandatory) == "" {
			return Notification{}, malformed("02", "Invalid Mandatory Field "+mandatory, mandatory+" is missing")
		}
	}
	if !m.missing("amount") {
		if _, err := m.amount("amount"); err != nil {
			return Notification{}, malformed("01", "Invalid Field Format amount.value", err.Error())
		}
	}
	return n, nil
}

func malformed(kind, text, cause string) *NotificationError {
	return &NotificationError{ErrMalformed, NewCode(400, ServiceNotify, kind), text, cause}
}

func unauthorized(kind error, reason, cause string) *NotificationError {
	return &NotificationError{kind, NewCode(401, ServiceNotify, "00"), "Unauthorized. " + reason, cause}
}

// Reply is SNAP's own form of an answer to a notification; send it with code.Status() as
// the HTTP status and Content-Type application/json.
func Reply(code Code, text string) []byte {
	return []byte(`{"responseCode":` + strconv.Quote(string(code)) + `,"responseMessage":` + strconv.Quote(plainText(text)) + `}`)
}

// plainText keeps what strconv and JSON quote alike.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// Acknowledged are code and text for a notification that was taken, Bank Indonesia's own.
const (
	Acknowledged     Code   = "2005200"
	AcknowledgedText string = "Request has been processed successfully"
)
