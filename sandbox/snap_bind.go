package sandbox

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"time"
)

// SecurityCode is every wallet's: the one that a customer types in the binding pages.
const SecurityCode = "123456"

const (
	bindWithin = 10 * time.Minute // from the request to the end of the pages
	codeWithin = 10 * time.Minute // from there to the token
	bindTries  = 3                // wrong codes until it is over
)

// BindingStep is where a customer stands in the pages that link an account.
type BindingStep string

// The steps. OVO, Payment API: terms, OTP, security code, and back to the merchant.
const (
	BindingTerms    BindingStep = "terms"
	BindingOTP      BindingStep = "otp"
	BindingSecurity BindingStep = "security"
	BindingLinked   BindingStep = "linked"
	BindingFailed   BindingStep = "failed"
	BindingUnbound  BindingStep = "unbound"
)

// Binding is a linked account, or one that is being linked.
type Binding struct {
	ID        string      `json:"id"`
	ClientID  string      `json:"client_id"`
	Merchant  string      `json:"merchant"`
	Phone     string      `json:"phone"`
	Step      BindingStep `json:"step"`
	Reference string      `json:"reference_no"`
	Made      time.Time   `json:"made"`
	Deadline  time.Time   `json:"deadline"`
	Tries     int         `json:"tries"`          // wrong codes given
	Back      string      `json:"-"`              // where the customer goes when it is over
	Token     bool        `json:"customer_token"` // there is a live B2B2C token
}

// Errors of the binding's pages.
var (
	ErrUnknownBinding = errors.New("sandbox: no such account binding")
	ErrWrongCode      = errors.New("sandbox: the code is wrong")
)

type binding struct {
	Binding
	merchant        *snapMerchant
	state           string
	success, failed string
	linkage         string
	code            string
	codeUntil       time.Time
	codeUsed        bool
	access, refresh *snapToken
}

func (b *binding) view() Binding {
	v := b.Binding
	v.Token = b.access != nil
	return v
}

// bind begins to link a phone's account: it answers where the customer has to go.
func (s *snapRail) bind(now time.Time, held *call) {
	c := held.snap
	m := c.message
	w := s.core.wallet(m.text("phoneNo"))
	if w == nil {
		s.refuse(now, held, "40411", "", RuleBindingPhone, "the phone has no OVO account")
		return
	}
	b := &binding{
		merchant: c.merchant, state: m.text("state"),
		success: m.text("successRegistrationUrl"), failed: m.text("failedRegistrationUrl"),
	}
	for _, to := range []*string{&b.success, &b.failed} {
		if *to == "" {
			*to = m.text("redirectUrl")
		}
	}
	if b.failed == "" {
		b.failed = b.success
	}
	if !isWebAddress(b.success) || !isWebAddress(b.failed) {
		s.refuse(now, held, "40001", "redirectUrl", RuleRedirect, "redirectUrl")
		return
	}
	b.linkage = s.jwt(c.merchant, now)
	b.Binding = Binding{
		ID: hex.EncodeToString(s.secret(c.merchant.Secret, now)[:12]), ClientID: c.merchant.ClientID, Merchant: c.merchant.Name,
		Phone: w.Phone, Step: BindingTerms, Reference: s.reference(now), Made: now, Deadline: now.Add(bindWithin),
	}
	s.bindings[b.ID] = b
	s.bound = append(s.bound, b)
	s.core.touch(w)
	s.answer(now, held, "20000", "", func(body *snapBody) {
		body.text("referenceNo", b.Reference)
		body.given("partnerReferenceNo", m.text("partnerReferenceNo"))
		body.text("linkageToken", b.linkage)
		body.text("redirectUrl", c.base+"/binding/"+b.ID)
	})
}

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// byCode finds the binding whose code has not been used yet.
func (s *snapRail) byCode(now time.Time, m *snapMerchant, code string) *binding {
	for _, b := range s.bound {
		if b.code == code && b.code != "" && b.merchant == m && !b.codeUsed && now.Before(b.codeUntil) && b.Step == BindingLinked {
			return b
		}
	}
	return nil
}

// Binding finds an account binding by its id.
func (c *Core) Binding(id string) (Binding, bool) {
	if b := c.snap.bindings[id]; b != nil {
		return b.view(), true
	}
	return Binding{}, false
}

// Bindings lists the account bindings, oldest first.
func (c *Core) Bindings() []Binding {
	list := make([]Binding, 0, len(c.snap.bound))
	for _, b := range c.snap.bound {
		list = append(list, b.view())
	}
	return list
}

// AnswerBinding is the customer at the pages of an account binding: step is the page
// that was answered, value what was typed: anything but "" for the terms, the last four
// digits of the phone for the OTP, SecurityCode for the security code; "" is a refusal.
// When Back is not empty the customer goes there.
func (c *Core) AnswerBinding(now time.Time, id string, step BindingStep, value string) (Binding, error) {
	c.run(now)
	b := c.snap.bindings[id]
	if b == nil {
		return Binding{}, ErrUnknownBinding
	}
	if b.Step != step {
		return b.view(), nil // a second click: the page shows where it stands
	}
	defer c.touch(c.wallets[b.Phone])
	switch {
	case !now.Before(b.Deadline) || value == "":
		b.fail()
	case step == BindingTerms:
		b.Step = BindingOTP
	case step == BindingOTP && value == b.Phone[len(b.Phone)-4:]:
		b.Step = BindingSecurity
	case step == BindingSecurity && value == SecurityCode:
		c.snap.link(now, b)
	default:
		if b.Tries++; b.Tries >= bindTries {
			b.fail()
			break
		}
		return b.view(), ErrWrongCode
	}
	return b.view(), nil
}

func (s *snapRail) link(now time.Time, b *binding) {
	b.Step = BindingLinked
	b.code, b.codeUntil = base64.RawURLEncoding.EncodeToString(s.secret(b.merchant.Secret, now)), now.Add(codeWithin)
	b.Back = withQuery(b.success, url.Values{"authCode": {b.code}, "state": {b.state}, "displayMessage": {"SUCCESS"}})
}

// fail ends a binding: OVO's OV00006 is what clients have seen.
func (b *binding) fail() {
	b.Step = BindingFailed
	failure := append(appendText([]byte(`{"code":"OV00006","state":`), b.state), '}')
	b.Back = withQuery(b.failed, url.Values{"errorResponse": {string(failure)}})
}

func withQuery(address string, add url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	query := u.Query()
	for name, values := range add {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// unbind ends a link: the customer's token stands in Authorization-Customer, or in the
// body's tokenId, or linkId names the binding.
func (s *snapRail) unbind(now time.Time, held *call) {
	c := held.snap
	text := c.message.text("tokenId")
	if given := c.header.customer; given != "" {
		if len(given) > len("Bearer ") && given[:len("Bearer ")] == "Bearer " {
			given = given[len("Bearer "):]
		}
		text = given
	}
	var b *binding
	switch token := s.tokens[text]; {
	case token != nil && token.merchant == c.merchant && !token.refreshes && now.Before(token.until):
		b = token.binding
	case text != "":
	default:
		for _, known := range s.bound {
			if link := c.message.text("linkId"); link != "" && known.ID == link && known.merchant == c.merchant && known.Step == BindingLinked {
				b = known
			}
		}
		if b == nil {
			s.refuse(now, held, "40104", "", RuleCustomerTokenMissing, "Authorization-Customer, tokenId and linkId name no binding")
			return
		}
	}
	if b == nil {
		s.refuse(now, held, "40102", "", RuleCustomerToken, "the customer's token is not known or over")
		return
	}
	s.kill(b)
	b.Step, b.code = BindingUnbound, ""
	s.core.touch(s.core.wallets[b.Phone])
	s.answer(now, held, "20000", "", func(body *snapBody) {
		body.text("referenceNo", s.reference(now))
		body.given("partnerReferenceNo", c.message.text("partnerReferenceNo"))
		body.text("linkId", b.ID)
		body.text("unlinkResult", "success")
	})
}
