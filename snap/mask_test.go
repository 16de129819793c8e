package snap

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

// canaries are what must never be seen: secret, tokens, key, phone in each form, name.
var canaries = []string{
	"canary", "63616e617279", "081299887766", "6281299887766", "99887766", "3038313239393838", "Nama Rahasia",
	"MIIEv", "0O53Sl5", "Jqer9Tyr",
}

// Nothing that a program prints without thinking shows a secret or a whole phone number.
func TestNothingPrivateIsPrinted(t *testing.T) {
	t.Parallel()
	options := goodOptions()
	options.ClientSecret = "canary-secret"
	bind := testRequest(Bind).(BindRequest)
	bind.Phone, bind.CustomerName, bind.Email = "+6281299887766", "Nama Rahasia", "canary@example.com"
	bind.RedirectURL = "https://partner.example/canary"
	e := Envelope{Token: "canary.token", ExternalID: "1", CustomerToken: "canary.customer"}
	values := []any{
		options, &options, options.ClientSecret,
		[]Secret{"canary"},
		map[string]Secret{"k": "canary"},
		options.PrivateKey, &options.PrivateKey,
		[]PrivateKey{options.PrivateKey},
		e, &e, bind, &bind,
		[]any{bind},
		Phone("081299887766"),
		[]Phone{"+6281299887766"},
		CustomerAccessRequest{AuthCode: "canary", RefreshToken: "canary"},
		UnbindRequest{TokenID: "canary"},
		Signed{Token: "canary"},
		Signed{Token: "canary"}.SymmetricString(), NewHMACKey("canary"),
		NotifyOptions{ClientSecret: "canary", Token: "canary", PrivateKey: options.PrivateKey},
		VerifierOptions{ClientSecret: "canary"},
	}
	for _, o := range Operations() {
		body := strings.Replace(echoed(o, ""), `"responseMessage":"Successful"`, `"responseMessage":"call 081299887766, canary"`, 1)
		good := newTestClient(t, Options{ClientSecret: "canary-secret", Transport: replying(200, jsonType, body)})
		request := testRequest(o)
		if o == Bind {
			request = bind
		}
		rendered, err := good.Render(request, e, testAt)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := good.Do(context.Background(), rendered)
		if err != nil {
			t.Fatalf("%s: %v", o, err)
		}
		bad := newTestClient(t, Options{Transport: replying(502, "text/plain", body)})
		_, unclear := bad.Do(context.Background(), rendered)
		values = append(values, good, rendered, &rendered, answer, &answer, []any{answer}, answer.Token, answer.RefreshToken, answer.Binding, unclear, struct{ R Rendered }{rendered})
	}
	misplaced := testRequest(Generate).(GenerateRequest)
	misplaced.PartnerReferenceNo, misplaced.Store.MerchantID = "081299887766", "canary canary"
	_, notSent := newTestClient(t, Options{}).Generate(context.Background(), e, misplaced)
	misplaced.Store = testStore
	phoneAsNumber, err := newTestClient(t, Options{}).Render(misplaced, e, testAt)
	if err != nil {
		t.Fatal(err)
	}
	_, badOptions := NewClient(Options{URL: "http://u:canary@host", ClientID: "canary canary", ClientSecret: "canary\n"})
	_, badKey := ParsePrivateKey([]byte("-----BEGIN canary-----"))
	s := sides()["issued token"]
	in := s.sign(t, testNotification())
	notification, err := s.verifier(t).Verify(in, testAt)
	if err != nil {
		t.Fatal(err)
	}
	in.Header.Set("Authorization", "Bearer canary")
	_, forged := s.verifier(t).Verify(in, testAt)
	back, err := ParseBindingReturn(url.Values{"authCode": {"canary"}, "state": {"canary"}, "displayMessage": {"081299887766"}})
	if err != nil {
		t.Fatal(err)
	}
	values = append(values, notSent, phoneAsNumber, badOptions, badKey, notification, &notification, forged, s.verifier(t), s.notify, back)

	for _, value := range values {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", "value", value)
		if _, isRecord := value.(slog.LogValuer); isRecord {
			slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "value", value)
		}
		for _, canary := range canaries {
			if strings.Contains(strings.ToLower(out.String()), strings.ToLower(canary)) {
				t.Errorf("%T shows %s:\n%.2000s", value, canary, out.String())
			}
		}
	}
	encoded, err := json.Marshal(map[string]any{"bind": bind, "envelope": e, "key": options.PrivateKey, "token": Token{Value: "canary"}})
	if err != nil || bytes.Contains(encoded, []byte("canary")) || bytes.Contains(encoded, []byte("99887766")) {
		t.Errorf("JSON = %s, %v", encoded, err)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"081234567890": "0812*****890", "": "", "call 081234567890, or +6281234567890!": "call 0812*****890, or +6281******890!",
		"127.0.0.1:54321: connection refused": "127.0.0.1:54321: connection refused",
	} {
		if got := maskDigits(in); got != want {
			t.Errorf("maskDigits(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"000000000123": "000000000123", "2026112110153000001": "2026112110153000001", "081234567890": "0812*****890", "6281234567890": "6281******890",
	} {
		if got := maskReference(in); got != want {
			t.Errorf("maskReference(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Phone("0812").String(); got != "****" {
		t.Errorf("Phone(0812) = %q", got)
	}
}

func TestErrorsRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op   Operation
		want string
	}{
		{Generate, "snap: generate 000000000123: unclear answer (HTTP 404): empty body"},
		{Refund, "snap: refund 000000000123 refund R-123: unclear answer (HTTP 404): empty body"},
		{Access, "snap: access_token: unclear answer (HTTP 404): empty body"},
	} {
		if _, err := ask(t, test.op, 404, "", ""); err == nil || err.Error() != test.want {
			t.Errorf("error = %v, want %s", err, test.want)
		}
	}
}
