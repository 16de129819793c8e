package doku

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

var sink any

// bareSigning is the least that signing one push costs with the standard library: sum,
// digest and signature.
func bareSigning(body []byte) string {
	sum := sha256.Sum256(body[:100])
	digest := sha256.Sum256(body)
	h := hmac.New(sha256.New, []byte(testSecret))
	h.Write(body[:220])
	return hex.EncodeToString(sum[:]) + base64.StdEncoding.EncodeToString(digest[:]) + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// ratio measures spent time over that of another function, in the same run.
func ratio(b *testing.B, unit string, other func()) {
	spent := b.Elapsed()
	began := time.Now()
	for range b.N {
		other()
	}
	b.ReportMetric(float64(spent)/float64(time.Since(began)), unit)
}

// BenchmarkRender renders and signs a push; x_signing is its time over bareSigning's.
func BenchmarkRender(b *testing.B) {
	c := newTestClient(b, Options{})
	r := testRequest(Push)
	body := render(b, c, r).Body
	b.ReportAllocs()
	for b.Loop() {
		out, err := c.Render(r, testAt)
		if err != nil {
			b.Fatal(err)
		}
		sink = out.Body
	}
	ratio(b, "x_signing", func() { sink = bareSigning(body) })
}

// BenchmarkParse reads an answer; x_json is its time over encoding/json's into structs of
// the same fields.
func BenchmarkParse(b *testing.B) {
	body := readFile(b, "push_response.json")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := parse(body)
		if err != nil {
			b.Fatal(err)
		}
		sink = m.payment().Amount
	}
	ratio(b, "x_json", func() {
		var m struct {
			Client struct{ ID string }
			Order  struct {
				InvoiceNumber string `json:"invoice_number"`
				Amount        int64
			}
			Info struct {
				ID   string `json:"ovo_id"`
				Name string `json:"ovo_account_name"`
			} `json:"ovo_info"`
			Configuration map[string]string `json:"ovo_configuration"`
			Payment       map[string]any    `json:"ovo_payment"`
			Security      map[string]string
		}
		if err := json.Unmarshal(body, &m); err != nil {
			b.Fatal(err)
		}
		sink = m.Order.Amount
	})
}

// BenchmarkDo sends a push through an in-process RoundTripper and judges the answer.
func BenchmarkDo(b *testing.B) {
	body := []byte(echoed(Push, "00"))
	header := http.Header{"Content-Type": {"application/json"}}
	c := newTestClient(b, Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		taken(r)
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}, nil
	})})
	r := render(b, c, testRequest(Push))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Do(ctx, r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify checks a notification; x_hmac is its time over that of its digest and
// signature alone.
func BenchmarkVerify(b *testing.B) {
	v := newTestVerifier(b, VerifierOptions{})
	in := signBody(readFile(b, "notification.json"), testAt)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(in, testAt); err != nil {
			b.Fatal(err)
		}
	}
	s := Signed{ClientID: testClientID, RequestID: "n-1", Timestamp: FormatTimestamp(testAt), Target: testTarget, Body: in.Body}
	ratio(b, "x_hmac", func() { sink = mac(testSecret, s) })
}
