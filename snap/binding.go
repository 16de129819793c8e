package snap

import (
	"errors"
	"net/url"
	"strings"
)

// BindRequest begins to link a customer's account. It is signed asymmetrically and
// carries no token. The fields beside Bank Indonesia's are those of OVO's Payment API,
// as far as they are public; empty ones are not sent.
type BindRequest struct {
	Store              Store
	PartnerReferenceNo string // 12 digits; optional
	Phone              Phone  // 08…, 62… or +62…; sent as 08…; optional
	RedirectURL        Secret // where the customer comes back; it may carry a state

	CustomerID   string // custIdMerchant: the merchant's own number of the customer, up to 64 visible characters
	CustomerName Secret
	Email        Secret
	SuccessURL   Secret // successRegistrationUrl
	FailureURL   Secret // failedRegistrationUrl
}

// Operation is Bind.
func (BindRequest) Operation() Operation { return Bind }

func (r BindRequest) check(p *problems) {
	r.Store.check(p)
	p.must(r.PartnerReferenceNo == "" || isReferenceNo(r.PartnerReferenceNo), "partnerReferenceNo", "must be exactly 12 digits", "")
	if r.Phone != "" {
		if _, err := r.Phone.normalized(); err != nil {
			*p = append(*p, err)
		}
	}
	p.must(r.RedirectURL != "" || r.SuccessURL != "", "redirectUrl", "is missing", "or successRegistrationUrl")
	checkURL(p, "redirectUrl", r.RedirectURL)
	checkURL(p, "successRegistrationUrl", r.SuccessURL)
	checkURL(p, "failedRegistrationUrl", r.FailureURL)
	p.must(len(r.CustomerID) <= 64 && only(r.CustomerID, quotable), "custIdMerchant", "must be up to 64 visible ASCII characters", "")
	checkText(p, "customerName", string(r.CustomerName), 128)
	checkText(p, "email", string(r.Email), 254)
}

func checkURL(p *problems, field string, address Secret) {
	u, err := url.Parse(string(address))
	ok := err == nil && len(address) <= 2048 && only(string(address), quotable) && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
	p.must(address == "" || ok, field, "must be an address of up to 2048 characters", "https://…")
}

func (r BindRequest) message(*Client) any {
	phone := ""
	if r.Phone != "" {
		phone, _ = r.Phone.normalized() // checked
	}
	return struct {
		PartnerReferenceNo string `json:"partnerReferenceNo,omitempty"`
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		TerminalID         string `json:"terminalId,omitempty"`
		Phone              string `json:"phoneNo,omitempty"`
		RedirectURL        string `json:"redirectUrl,omitempty"`
		CustomerID         string `json:"custIdMerchant,omitempty"`
		CustomerName       string `json:"customerName,omitempty"`
		Email              string `json:"email,omitempty"`
		SuccessURL         string `json:"successRegistrationUrl,omitempty"`
		FailureURL         string `json:"failedRegistrationUrl,omitempty"`
	}{
		r.PartnerReferenceNo, r.Store.MerchantID, r.Store.SubMerchantID, r.Store.TerminalID, phone, string(r.RedirectURL),
		r.CustomerID, string(r.CustomerName), string(r.Email), string(r.SuccessURL), string(r.FailureURL),
	}
}

// UnbindRequest ends a link. OVO, Payment API: call it once with the customer's token,
// and once more with the token that the first call gave.
type UnbindRequest struct {
	Store              Store
	PartnerReferenceNo string // 12 digits; optional
	LinkID             string // up to 24 characters; optional
	TokenID            Secret // up to 128 characters; optional
}

// Operation is Unbind.
func (UnbindRequest) Operation() Operation { return Unbind }

func (r UnbindRequest) check(p *problems) {
	r.Store.check(p)
	p.must(r.PartnerReferenceNo == "" || isReferenceNo(r.PartnerReferenceNo), "partnerReferenceNo", "must be exactly 12 digits", "")
	p.must(len(r.LinkID) <= 24 && only(r.LinkID, quotable), "linkId", "must be up to 24 visible ASCII characters", "")
	p.must(len(r.TokenID) <= 128 && only(string(r.TokenID), quotable), "tokenId", "must be up to 128 visible ASCII characters", "")
}

func (r UnbindRequest) message(*Client) any {
	return struct {
		PartnerReferenceNo string `json:"partnerReferenceNo,omitempty"`
		LinkID             string `json:"linkId,omitempty"`
		MerchantID         string `json:"merchantId"`
		SubMerchantID      string `json:"subMerchantId,omitempty"`
		TokenID            string `json:"tokenId,omitempty"`
	}{r.PartnerReferenceNo, r.LinkID, r.Store.MerchantID, r.Store.SubMerchantID, string(r.TokenID)}
}

// CustomerAccessRequest asks for a B2B2C token: with the AuthCode that a customer came
// back with, or with a RefreshToken; one of the two.
type CustomerAccessRequest struct {
	AuthCode     Secret // up to 256 characters
	RefreshToken Secret // up to 512 characters
}

// Operation is CustomerAccess.
func (CustomerAccessRequest) Operation() Operation { return CustomerAccess }

func (r CustomerAccessRequest) check(p *problems) {
	p.must((r.AuthCode == "") != (r.RefreshToken == ""), "authCode", "or refreshToken is needed", "one of the two")
	p.must(len(r.AuthCode) <= 256 && only(string(r.AuthCode), quotable), "authCode", "must be up to 256 visible ASCII characters", "")
	p.must(len(r.RefreshToken) <= 512 && only(string(r.RefreshToken), quotable), "refreshToken", "must be up to 512 visible ASCII characters", "")
}

func (r CustomerAccessRequest) message(*Client) any {
	grant := "authorization_code" // OVO's spelling; Bank Indonesia's table has it in capitals
	if r.RefreshToken != "" {
		grant = "refresh_token"
	}
	return struct {
		GrantType    string `json:"grantType"`
		AuthCode     string `json:"authCode,omitempty"`
		RefreshToken string `json:"refreshToken,omitempty"`
	}{grant, string(r.AuthCode), string(r.RefreshToken)}
}

// BindingReturn is what a customer brings back from OVO's pages.
type BindingReturn struct {
	AuthCode Secret // for a CustomerAccessRequest; empty after a failure
	State    Secret // compare it with the one that was sent
	Message  string // displayMessage, such as SUCCESS
	Code     string // OVO's code of a failure, such as OV00006
}

// ParseBindingReturn reads the query of the address that the customer came back to:
// ?authCode=…&state=…&displayMessage=SUCCESS, or ?errorResponse={"code":…,"state":…}.
func ParseBindingReturn(query url.Values) (BindingReturn, error) {
	if text := query.Get("errorResponse"); text != "" {
		m, err := parseObject([]byte(text))
		if err != nil {
			return BindingReturn{}, errors.New("snap: binding return: errorResponse is not JSON")
		}
		code := m.text("code")
		if !sized(code, 16) || !only(code, name) {
			return BindingReturn{}, errors.New("snap: binding return: errorResponse has no code")
		}
		return BindingReturn{Code: code, State: Secret(m.text("state"))}, nil
	}
	code := query.Get("authCode")
	if !sized(code, 256) || !only(code, quotable) {
		return BindingReturn{}, errors.New("snap: binding return: neither authCode nor errorResponse")
	}
	message := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, query.Get("displayMessage"))
	return BindingReturn{AuthCode: Secret(code), State: Secret(query.Get("state")), Message: maskDigits(message[:min(len(message), 100)])}, nil
}
