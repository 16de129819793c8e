package doku

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// canaries are what must never be seen: secret, phone in each form, name, balance.
var canaries = []string{
	"canary-key", "63616e6172792d6b6579", "081299887766", "6281299887766", "+6281299887766", "99887766",
	"3038313239393838", "Nama Rahasia", "7654321",
}

// Nothing that a program prints without thinking shows a secret or a whole phone number.
func TestNothingPrivateIsPrinted(t *testing.T) {
	t.Parallel()
	options := Options{URL: "http://127.0.0.1:1/doku", ClientID: testClientID, Secret: "canary-key"}
	r := testRequest(Push)
	r.Phone = "+6281299887766"
	body := strings.NewReplacer("081211111111", "081299887766", "Anton Budiman", "Nama Rahasia", `:90000`, `:7654321`).Replace(echoed(Push, "00"))
	options.Transport = replying(200, "application/json", body)
	c := newTestClient(t, options)
	rendered := render(t, c, r)
	answer, err := c.Do(context.Background(), rendered)
	if err != nil {
		t.Fatal(err)
	}
	options.Transport = replying(500, "text/plain", body)
	_, unclear := newTestClient(t, options).Do(context.Background(), rendered)
	options.Transport = replying(400, "application/json", `{"error":{"code":"x 081299887766","message":"call +6281299887766"}}`)
	refusal, err := newTestClient(t, options).Do(context.Background(), rendered)
	if err != nil {
		t.Fatal(err)
	}
	refused := r
	refused.Phone, refused.InvoiceNumber = "+62081299887766", "canary-key?"
	_, notSent := c.Push(context.Background(), refused)
	misplaced := r // a phone in the wrong field
	misplaced.InvoiceNumber = "081299887766"
	_, foreign := c.Push(context.Background(), misplaced)
	_, badOptions := NewClient(Options{URL: "http://u:canary-key@host", ClientID: "canary-key\n", Secret: "canary-key\n"})
	options.Transport = nil
	verifierOptions := VerifierOptions{ClientID: testClientID, Secret: "canary-key"}
	verifier := newTestVerifier(t, verifierOptions)
	in := signBody([]byte(strings.Replace(echoed(Check, "SUCCESS"), "INV-20210115-0001", "081299887766", 1)), testAt)
	_, forged := verifier.Verify(in, testAt)
	told, err := newTestVerifier(t, VerifierOptions{}).Verify(in, testAt)
	if err != nil {
		t.Fatal(err)
	}

	for _, value := range []any{
		options, &options, options.Secret, &options.Secret, []Secret{options.Secret}, map[string]Secret{"k": options.Secret},
		c, r, &r, misplaced, []Request{r}, r.Phone, &r.Phone, []Phone{r.Phone}, rendered, &rendered, answer, &answer, []any{answer},
		answer.Payment, &answer.Payment, answer.Payment.AccountName, refusal, refusal.Refusal, &refusal.Refusal,
		unclear, notSent, foreign, badOptions, verifierOptions, verifier, forged, told, &told, told.Transaction,
		NotifyOptions{testClientID, "canary-key", testTarget}, struct{ Err error }{unclear}, struct{ R Rendered }{rendered},
	} {
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
				t.Errorf("%T shows %s:\n%s", value, canary, out.String())
			}
		}
	}
	answer.Body, answer.Header = nil, nil // which hold the plain bytes
	encoded, err := json.Marshal(map[string]any{"secret": options.Secret, "phone": r.Phone, "payment": answer.Payment.AccountName})
	if err != nil || bytes.Contains(encoded, []byte("canary")) || bytes.Contains(encoded, []byte("99887766")) || bytes.Contains(encoded, []byte("Nama")) {
		t.Errorf("JSON = %s, %v", encoded, err)
	}
	for _, mustShow := range []string{"+628*******766", "INV-20210115-0001", "push", "Rp10000"} {
		if !strings.Contains(r.String(), mustShow) {
			t.Errorf("Request = %s, want %s in it", r, mustShow)
		}
	}
}

func TestErrorsRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := newTestClient(t, Options{Transport: replying(404, "", "")})
	_, unclear := c.Push(ctx, testRequest(Push))
	_, notSent := c.Push(ctx, Request{})
	c = newTestClient(t, Options{Transport: replying(400, "", `{"error":{"code":"invalid_signature","message":"Invalid Header Signature"}}`)})
	refused, err := c.Push(ctx, testRequest(Push))
	if err != nil {
		t.Fatal(err)
	}
	c = newTestClient(t, Options{Transport: replying(200, "", echoed(Push, "17"))})
	declined, err := c.Push(ctx, testRequest(Push))
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		unclear.Error():   "doku: push INV-20210115-0001: unclear answer (HTTP 404): empty body",
		refused.String():  "push: refused: invalid_signature: Invalid Header Signature (HTTP 400)",
		declined.String(): "push: INV-20210115-0001 FAILED, response_code 17, trace 987654 (HTTP 200)",
		c.String():        "doku client MCH-0001-10791114622547 at http://127.0.0.1:1/doku",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if !strings.HasPrefix(notSent.Error(), "doku: push: not sent: doku: render push: order.invoice_number must be") {
		t.Errorf("%v", notSent)
	}
	long := Refusal{Messages: []string{strings.Repeat("é", 1000)}}
	if got := long.String(); len(got) > 600 {
		t.Errorf("a refusal prints %d bytes", len(got))
	}
}
