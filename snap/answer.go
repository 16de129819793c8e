package snap

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// MaxBody is the largest answer that is read, in bytes. A QR may come as a picture too.
const MaxBody = 256 << 10

// Answer is OVO's verdict on one request. Of the fields below Problem only the one of
// the operation is filled, and only where the Code succeeded. It prints without tokens
// and personal data; Header and Body are what came over the wire, for the log.
type Answer struct {
	Operation Operation
	Code      Code   // responseCode; empty where OVO sent none, see Meaning
	Message   string // responseMessage; texts vary, decide by Meaning
	Problem   Problem

	Token        Token // Access, CustomerAccess
	RefreshToken Token // CustomerAccess
	QR           QR    // Generate
	Payment      Payment
	Refund       Refunding
	Cancellation Cancellation
	Binding      Binding // Bind, Unbind

	Status int // HTTP
	Header http.Header
	Body   []byte
}

// Meaning is what follows from the answer: Code.For(Operation), but that OVO's own
// OV00502 is a dead token whatever stands beside it.
func (a Answer) Meaning() Meaning {
	if a.Operation.bearer() && a.Problem.tokenDead() && !a.Code.Succeeded() {
		return Meaning{Follow: TokenDead, Text: followText(a.Operation, TokenDead)}
	}
	return a.Code.For(a.Operation)
}

// Token is an access token. Its value never prints.
type Token struct {
	Value     Secret
	Type      string    // "Bearer"
	ExpiresAt time.Time // counted from when it was asked for, so never too late
}

// Lives tells whether the token is there and lives for at least another margin.
func (t Token) Lives(at time.Time, margin time.Duration) bool {
	return t.Value != "" && at.Add(margin).Before(t.ExpiresAt)
}

// QR is what was generated. Content must be looked at before it is shown: its checksum,
// amount and merchant, by a reader of QRIS.
type QR struct {
	ReferenceNo        string // OVO's; may be empty
	PartnerReferenceNo string
	Content            string // the QRIS text; OVO calls it qrStr, Bank Indonesia qrContent
	URL                string
	Image              string // base64
	RedirectURL        string
	MerchantName       string
	StoreID            string
	TerminalID         string
}

// Payment is what became of a QR. Compare Amount with what was asked for: a query does
// not say it, so this package cannot.
type Payment struct {
	ReferenceNo        string
	PartnerReferenceNo string
	ExternalID         string
	ServiceCode        string
	Status             Status
	StatusDescription  string
	PaidTime           string    // as sent
	PaidAt             time.Time // zero if PaidTime is missing or unreadable
	Amount             int64     // whole rupiah; 0 if it was not sent
	Fee                int64
	TerminalID         string
}

// Refunding is a refund that OVO took.
type Refunding struct {
	RefundNo        string // OVO's
	PartnerRefundNo string
	ReferenceNo     string
	Amount          int64
	RefundTime      string    // as sent
	RefundedAt      time.Time // zero if RefundTime is missing or unreadable
}

// Cancellation is a cancel that OVO took.
type Cancellation struct {
	ReferenceNo     string
	CancelTime      string // as sent
	TransactionDate string // as sent
}

// Binding is the answer to a Bind or Unbind.
type Binding struct {
	ReferenceNo        string
	PartnerReferenceNo string
	LinkageToken       Secret
	RedirectURL        Secret // where to send the customer
	AccountToken       Secret
	NextAction         string
	LinkID             string
	UnlinkResult       string
}

// Problem is OVO's own error beside SNAP's: its data object. OVO, Dynamic QRIS FAQ,
// shows one with code OV00502, "Unauthorized access", under the message "Invalid
// Token:Anda Tidak Memiliki Akses".
type Problem struct {
	Code        string
	Message     string
	Actionables []Actionable
}

// Actionable is what OVO's own apps would do next.
type Actionable struct {
	PINWebviewURL string
	Action        string // such as regeneratePayment
	ClientID      string
}

func (p Problem) tokenDead() bool { return p.Code == "OV00502" }

// identity is what an answer must be about.
type identity struct {
	partnerReferenceNo, referenceNo string
	partnerRefundNo, terminalID     string
	amount                          int64
	body                            *byte // the first byte of the Body it was made from
}

// identityOf reads it from one of our own messages.
func identityOf(o Operation, body []byte) (identity, error) {
	m, err := parseObject(body)
	if err != nil {
		return identity{}, fmt.Errorf("body: %w", err)
	}
	w := identity{
		partnerReferenceNo: m.text("partnerReferenceNo") + m.text("originalPartnerReferenceNo"),
		referenceNo:        m.text("originalReferenceNo"), partnerRefundNo: m.text("partnerRefundNo"),
		terminalID: m.text("terminalId"), body: &body[0],
	}
	switch o {
	case Generate:
		w.amount, err = m.amount("amount")
	case Refund:
		w.amount, err = m.amount("refundAmount")
	case Access, CustomerAccess:
		if m.missing("grantType") {
			err = errors.New("grantType is missing")
		}
		return w, err
	default:
		if m.missing("merchantId") {
			err = errors.New("merchantId is missing")
		}
	}
	if err != nil {
		return identity{}, fmt.Errorf("body: %w", err)
	}
	return w, nil
}

// String is "000000000123", or what else there is to name the payment.
func (w identity) String() string {
	s := w.partnerReferenceNo
	if s == "" {
		s = w.referenceNo
	}
	if w.partnerRefundNo != "" {
		s += " refund " + w.partnerRefundNo
	}
	return maskReference(s)
}

// judge tells whether an HTTP answer is a verdict on the request that was sent at that
// time. The error says why it is none.
//
// Bank Indonesia: responseCode begins with the HTTP status. Where both are not of the
// same hundred, only a failure under HTTP 200 is believed.
func judge(o Operation, want *identity, at time.Time, status int, header http.Header, body []byte) (Answer, error) {
	switch {
	case status < 200 || status >= 300 && status < 400 || status >= 600:
		return Answer{}, errors.New("the HTTP status is none of SNAP's")
	case len(body) == 0:
		return Answer{}, errors.New("empty body")
	case !isJSON(header.Get("Content-Type")):
		return Answer{}, errors.New("content type is not JSON")
	}
	m, err := parseObject(body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{
		Operation: o, Code: Code(m.text("responseCode")), Message: m.text("responseMessage"), Problem: readProblem(m),
		Status: status, Header: header, Body: body,
	}
	if a.Code == "" && m.missing("responseCode") {
		switch {
		case o.access() && status == 200 && !m.missing("accessToken"):
			a.Code = NewCode(200, o.Service(), "00") // Bank Indonesia: conditional on success
		case a.Problem.tokenDead() && (status == 200 || status/100 == 4):
			return a, nil
		}
	}
	if err := a.Code.fits(o, status); err != nil {
		return Answer{}, err
	}
	if err := m.about(o, want); err != nil {
		return Answer{}, err
	}
	if a.Code.Succeeded() {
		err = a.read(m, want, at)
	}
	return a, err
}

// fits tells whether the code can be a verdict on o under this HTTP status. A door in
// front of the service may refuse in its own name: 00, or 73 for the token.
func (c Code) fits(o Operation, status int) error {
	switch {
	case !c.Valid():
		return errors.New("no responseCode of 7 digits")
	case c.Status()/100 != status/100 && (status != 200 || c.Status() < 400):
		return errors.New("responseCode and HTTP status disagree")
	case c.Service() == o.Service(),
		c.Status() >= 400 && c.Service() == "00",
		c.Status() == 401 && c.Service() == Access.Service():
		return nil
	}
	return errors.New("responseCode is another service's")
}

// isJSON accepts a missing content type: nothing speaks against JSON then.
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	return mediaType == "" || mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// about compares the echo with what was asked. A field that was left out is tolerated, a
// field of another payment never is.
func (m object) about(o Operation, want *identity) error {
	for _, echo := range [...]struct{ field, want string }{
		{"partnerReferenceNo", want.partnerReferenceNo},
		{"originalPartnerReferenceNo", want.partnerReferenceNo},
		{"originalReferenceNo", want.referenceNo},
		{"partnerRefundNo", want.partnerRefundNo},
		{"terminalId", want.terminalID},
	} {
		if echo.want != "" && !m.missing(echo.field) && m.text(echo.field) != echo.want {
			return errors.New("foreign echo: " + echo.field)
		}
	}
	field := map[Operation]string{Generate: "amount", Refund: "refundAmount"}[o]
	if field != "" && !m.missing(field) {
		if got, err := m.amount(field); err != nil || got != want.amount {
			return errors.New("foreign echo: " + field)
		}
	}
	return nil
}

// read fills what a successful answer to o says, and refuses what is no success
// although it says so.
func (a *Answer) read(m object, want *identity, at time.Time) error {
	switch a.Operation {
	case Access, CustomerAccess:
		return a.readToken(m, at)
	case Generate:
		a.QR = m.qr()
		if a.Code.Status() == 200 && a.QR.Content == "" && a.QR.URL == "" && a.QR.Image == "" {
			return errors.New("generated, but without a QR")
		}
	case Query:
		return a.readPayment(m, want)
	case Refund:
		a.Refund = Refunding{
			RefundNo: m.text("refundNo"), PartnerRefundNo: m.text("partnerRefundNo"),
			ReferenceNo: m.text("originalReferenceNo"), RefundTime: m.text("refundTime"),
		}
		a.Refund.RefundedAt, _ = ParseTimestamp(a.Refund.RefundTime)
		a.Refund.Amount, _ = m.amount("refundAmount")
		if a.Code.Status() == 200 && a.Refund.RefundNo == "" && a.Refund.PartnerRefundNo == "" && m.missing("originalPartnerReferenceNo") {
			return errors.New("refunded, but does not say what")
		}
	case Cancel:
		a.Cancellation = Cancellation{m.text("originalReferenceNo"), m.text("cancelTime"), m.text("transactionDate")}
	case Bind, Unbind:
		a.Binding = Binding{
			ReferenceNo: m.text("referenceNo"), PartnerReferenceNo: m.text("partnerReferenceNo"),
			LinkageToken: Secret(m.text("linkageToken")), RedirectURL: Secret(m.text("redirectUrl")),
			AccountToken: Secret(m.text("accountToken")), NextAction: m.text("nextAction"),
			LinkID: m.text("linkId"), UnlinkResult: m.text("unlinkResult"),
		}
	}
	return nil
}

// readToken: expiresIn is a string with Bank Indonesia and a number with others;
// accessTokenExpiryTime is B2B2C's.
func (a *Answer) readToken(m object, at time.Time) error {
	a.Token = Token{Value: Secret(m.text("accessToken")), Type: m.text("tokenType")}
	if !usableToken(a.Token.Value) {
		return errors.New("no accessToken that can be sent")
	}
	if !m.missing("tokenType") && !strings.EqualFold(a.Token.Type, "Bearer") {
		return errors.New("tokenType is not Bearer")
	}
	a.Token.ExpiresAt = m.expiry(at, "accessTokenExpiryTime", "expiresIn", "tokenExpiresIn")
	if refresh := Secret(m.text("refreshToken")); refresh != "" {
		a.RefreshToken = Token{Value: refresh, ExpiresAt: m.expiry(at, "refreshTokenExpiryTime", "refreshTokenExpiresIn")}
	}
	return nil
}

// expiry is an instant, or seconds from at; TokenLife if neither can be read.
func (m object) expiry(at time.Time, instant string, seconds ...string) time.Time {
	if t, err := ParseTimestamp(m.text(instant)); err == nil {
		return t
	}
	for _, key := range seconds {
		if n, ok := m.integer(key); ok && n > 0 && n < 1<<31 {
			return at.Add(time.Duration(n) * time.Second)
		}
	}
	return at.Add(TokenLife)
}

// qr reads what Bank Indonesia and OVO name differently, and looks for it also where
// OVO's other messages keep their data. If both names have a text, the one that reads
// like QRIS wins.
func (m object) qr() QR {
	holders := []object{m, m.inner("additionalInfo"), m.inner("data")}
	first := func(keys ...string) string {
		for _, holder := range holders {
			for _, key := range keys {
				if s := holder.text(key); s != "" {
					return s
				}
			}
		}
		return ""
	}
	q := QR{
		ReferenceNo: first("referenceNo", "refNo"), PartnerReferenceNo: m.text("partnerReferenceNo"),
		Content: first("qrContent", "qrStr"), URL: first("qrUrl"), Image: first("qrImage"),
		RedirectURL: m.text("redirectUrl"), MerchantName: m.text("merchantName"),
		StoreID: m.text("storeId"), TerminalID: m.text("terminalId"),
	}
	if other := first("qrStr"); !isQRIS(q.Content) && isQRIS(other) {
		q.Content = other
	}
	return q
}

func isQRIS(s string) bool { return strings.HasPrefix(s, "000201") }

func (a *Answer) readPayment(m object, want *identity) error {
	p := m.payment()
	a.Payment = p
	switch {
	case a.Code.Status() != 200:
		return nil
	case p.Status == "":
		return errors.New("no latestTransactionStatus")
	case !slices.Contains([]string{"", serviceQRGenerate, Query.Service()}, p.ServiceCode):
		return errors.New("foreign echo: serviceCode")
	case p.Status.State() == Missing:
		return nil
	case (p.PartnerReferenceNo == "" || want.partnerReferenceNo == "") && (p.ReferenceNo == "" || want.referenceNo == ""):
		return errors.New("does not say which payment it is about")
	}
	if !m.missing("amount") && p.Amount == 0 {
		return errors.New("amount is not in whole rupiah")
	}
	return nil
}

// payment reads what queries and notifications have in common.
func (m object) payment() Payment {
	p := Payment{
		ReferenceNo: m.text("originalReferenceNo"), PartnerReferenceNo: m.text("originalPartnerReferenceNo"),
		ExternalID: m.text("originalExternalId"), ServiceCode: m.text("serviceCode"),
		Status: Status(m.text("latestTransactionStatus")), StatusDescription: m.text("transactionStatusDesc"),
		PaidTime: m.text("paidTime"), TerminalID: m.text("terminalId"),
	}
	p.PaidAt, _ = ParseTimestamp(p.PaidTime)
	p.Amount, _ = m.amount("amount")
	p.Fee, _ = m.amount("feeAmount")
	return p
}

// readProblem reads OVO's data object; its FAQ's print of it has lost lines, so that the
// error is looked for in both places where it may have stood.
func readProblem(m object) Problem {
	data := m.inner("data")
	failure := data.inner("error")
	var p Problem
	for _, raw := range elements(data["actionables"]) {
		a, err := parseObject(raw)
		if err != nil {
			continue
		}
		parameters := a.inner("qParams")
		p.Actionables = append(p.Actionables, Actionable{a.text("pinWebviewURL"), parameters.text("action"), parameters.text("client-id")})
		if failure == nil {
			failure = a.inner("error")
		}
	}
	p.Code, p.Message = failure.text("code"), failure.text("message")
	return p
}

// String is "generate: 2004700 (HTTP 200)".
func (a Answer) String() string {
	code := a.Code.String()
	if code == "" {
		code = "no responseCode"
	}
	if a.Problem.Code != "" {
		code += " " + maskDigits(a.Problem.Code)
	}
	return fmt.Sprintf("%s: %s (HTTP %d)", string(a.Operation), code, a.Status)
}

// Format prints String for every verb.
func (a Answer) Format(f fmt.State, _ rune) { print(f, a.String()) }

// LogValue is String.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }
