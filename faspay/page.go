package faspay

import (
	"bytes"
	"fmt"
	"html/template"
	"log/slog"
	"net/url"
)

// RedirectURL is the address of Faspay's page where the customer types the OVO number,
// for where the post's own redirect_url is not used. Its signature is over bill_no and
// stands in the customer's browser: see BillNoIsSafe. Errors are *FieldError, joined.
func (c *Client) RedirectURL(billNo, trxID string) (string, error) {
	var p problems
	p.billNo(billNo)
	p.trxID(trxID)
	if err := p.err(); err != nil {
		return "", fmt.Errorf("faspay: redirect page: %w", err)
	}
	return c.base + c.paths.Redirect + c.credentials.SignBill(billNo) +
		"?trx_id=" + url.QueryEscape(trxID) + "&merchant_id=" + url.QueryEscape(c.merchantID) + "&bill_no=" + url.QueryEscape(billNo), nil
}

// Form is ovo_direct as a form that the customer's browser sends, after which Faspay
// leads the browser to the return URL. It prints with the phone masked.
type Form struct {
	action string
	values values
}

// DirectForm makes the form. Nothing is sent by it, and whether the browser sends it is
// not known: only a notification or an inquiry tells. Errors are *FieldError, joined.
func (c *Client) DirectForm(trxID, phone string) (Form, error) {
	r := Request{Operation: Direct, TrxID: trxID, Phone: phone}.completed(c.merchantID, c.now())
	if err := r.check(c.now()); err != nil {
		return Form{}, fmt.Errorf("faspay: form of ovo_direct: %w", err)
	}
	return Form{c.endpoint(Direct, URLEncoded), c.directValues(r.TrxID, r.Phone)}, nil
}

// Action is the address that the form is posted to, for a policy's form-action.
func (f Form) Action() string { return f.action }

// page is OVO Integration Guide's sample code, escaped, with a button for browsers
// without scripts. It is never changed.
var page = template.Must(template.New("ovo_direct").Parse(`<!DOCTYPE html>
<html lang="id">
<head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>OVO</title></head>
<body>
<form method="post" action="{{.Action}}" accept-charset="utf-8">
{{range .Values}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{end}}<noscript><button type="submit">Lanjutkan ke OVO</button></noscript>
</form>
<script{{with .Nonce}} nonce="{{.}}"{{end}}>document.forms[0].submit()</script>
</body>
</html>
`))

// HTML is a whole page that sends itself as soon as it is shown. nonce is that of the
// page's Content-Security-Policy, letters and digits of base64; empty for none. Send it
// with Cache-Control: no-store.
func (f Form) HTML(nonce string) ([]byte, error) {
	if f.action == "" {
		return nil, fmt.Errorf("faspay: form of ovo_direct: %w", &FieldError{"form", "is empty", "made by DirectForm"})
	}
	base64 := func(c byte) bool { return alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=' }
	if len(nonce) > 128 || !only(nonce, base64) {
		return nil, fmt.Errorf("faspay: form of ovo_direct: %w", &FieldError{"nonce", "must be base64", ""})
	}
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		Action, Nonce string
		Values        values
	}{f.action, nonce, f.values})
	if err != nil {
		return nil, fmt.Errorf("faspay: form of ovo_direct: %w", err)
	}
	return b.Bytes(), nil
}

// String is "form of trx 9999981256572178 for 0881****255".
func (f Form) String() string {
	return "form of " + identity{trxID: f.values[0].Value}.String() + " for " + MaskPhone(f.values[1].Value)
}

// Format prints String for every verb.
func (f Form) Format(s fmt.State, _ rune) { print(s, f.String()) }

// LogValue is String.
func (f Form) LogValue() slog.Value { return slog.StringValue(f.String()) }
