package ovo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// canaries are what must never be seen: key, phone in each form, name, balance.
var canaries = []string{
	"canary-key", "63616e6172792d6b6579", "081299887766", "6281299887766", "+6281299887766", "99887766",
	"3038313239393838", "Nama Rahasia", "7654321",
}

// Nothing that a program prints without thinking shows a secret or a whole phone number.
func TestNothingPrivateIsPrinted(t *testing.T) {
	t.Parallel()
	options := Options{URL: "http://127.0.0.1:1/pos", AppID: "app", AppKey: "canary-key"}
	r := testRequest(Push)
	r.Phone = "+6281299887766"
	body := strings.NewReplacer("081234567890", "081299887766", "Budi", "Nama Rahasia", `"cashUsed":"12500"`, `"cashBalance":"7654321"`).Replace(echoed(Push, "00"))
	options.Transport = replying(200, "application/json", body)
	c := newTestClient(t, options)
	rendered := render(t, c, r)
	answer, err := c.Do(context.Background(), rendered)
	if err != nil {
		t.Fatal(err)
	}
	options.Transport = replying(500, "text/plain", body)
	_, unclear := newTestClient(t, options).Do(context.Background(), rendered)
	refused := r
	refused.Phone = "+62081299887766"
	refused.Terminal.TID = "canary-key"
	_, notSent := c.Push(context.Background(), refused)
	refused.Phone, refused.Terminal.TID = "081299887766", "081299887766" // a phone in the wrong field
	_, misplaced := c.Push(context.Background(), refused)
	_, badOptions := NewClient(Options{URL: "http://u:canary-key@host/pos", AppID: "canary-key\n", AppKey: "canary-key\n"})
	options.Transport = nil

	for _, value := range []any{
		options, &options, options.AppKey, &options.AppKey,
		[]Secret{options.AppKey},
		map[string]Secret{"k": options.AppKey},
		c, r, &r,
		[]Request{r},
		rendered, &rendered, answer, &answer,
		[]any{answer},
		answer.Response, &answer.Response, answer.Response.RequestData, answer.Response.ResponseData,
		unclear, notSent, misplaced, badOptions,
		struct{ Err error }{unclear},
		struct{ R Rendered }{rendered},
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
	encoded, err := json.Marshal(map[string]any{"secret": options.AppKey, "all": []Secret{options.AppKey}})
	if err != nil || bytes.Contains(encoded, []byte("canary")) {
		t.Errorf("JSON = %s, %v", encoded, err)
	}
	for _, mustShow := range []string{"+628*******766", "INV-1", "push"} {
		if !strings.Contains(r.String(), mustShow) {
			t.Errorf("Request = %s, want %s in it", r, mustShow)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"081234567890":                          "0812*****890",
		"0812345678":                            "0812***678",
		"":                                      "",
		"call 081234567890, or +6281234567890!": "call 0812*****890, or +6281******890!",
		"127.0.0.1:54321: connection refused":   "127.0.0.1:54321: connection refused",
	} {
		if got := maskDigits(in); got != want {
			t.Errorf("maskDigits(%q) = %q, want %q", in, got, want)
		}
	}
	if got := MaskPhone("0812"); got != "****" {
		t.Errorf("MaskPhone(0812) = %q", got)
	}
}

func TestCallErrorReads(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(404, "", "")})
	r := testRequest(Push)
	r.ReferenceNumber = 123
	_, err := c.Push(context.Background(), r)
	const want = "ovo: push 000004/000123 TID 00300001: unclear answer (HTTP 404): empty body"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}
