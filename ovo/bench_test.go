package ovo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"testing"
	"time"
)

// bareHMAC is the least that signing one request costs with the standard library.
func bareHMAC() string {
	h := hmac.New(sha256.New, []byte(testKey))
	io.WriteString(h, testAppID)
	io.WriteString(h, "1644489298")
	return hex.EncodeToString(h.Sum(nil))
}

var sink any

func BenchmarkBareHMAC(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = bareHMAC()
	}
}

// BenchmarkRender renders and signs a push; x_hmac is its time over that of bareHMAC,
// measured in the same run.
func BenchmarkRender(b *testing.B) {
	c := newTestClient(b, Options{})
	r := testRequest(Push)
	b.ReportAllocs()
	for b.Loop() {
		out, err := c.Render(r, testAt)
		if err != nil {
			b.Fatal(err)
		}
		sink = out.Body
	}
	spent := b.Elapsed()
	began := time.Now()
	for range b.N {
		sink = bareHMAC()
	}
	b.ReportMetric(float64(spent)/float64(time.Since(began)), "x_hmac")
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

func BenchmarkParse(b *testing.B) {
	body := readFile(b, "sample_a.json")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := parseMessage(body)
		if err != nil {
			b.Fatal(err)
		}
		sink = m.toResponse("00").Amount
	}
}
