package faspay

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"testing"
	"time"
)

var sink any

// bareSignature is the least that signing one request costs with the standard library.
func bareSignature() string {
	inner := md5.Sum([]byte("bot99999p@ssw0rd" + testBillNo))
	outer := sha1.Sum([]byte(hex.EncodeToString(inner[:])))
	return hex.EncodeToString(outer[:])
}

// ratio reports the benchmark's time over that of what bare does, in the same run.
func ratio(b *testing.B, unit string, bare func()) {
	spent := b.Elapsed()
	b.StopTimer()
	began := time.Now()
	for range b.N {
		bare()
	}
	b.ReportMetric(float64(spent)/float64(time.Since(began)), unit)
}

// BenchmarkRender checks, writes and signs a full bill.
func BenchmarkRender(b *testing.B) {
	for _, encoding := range []Encoding{JSON, XML} {
		b.Run(string(encoding), func(b *testing.B) {
			c := newTestClient(b, Options{Encoding: encoding})
			r := testRequest(PostData)
			b.ReportAllocs()
			for b.Loop() {
				out, err := c.Render(r, testAt)
				if err != nil {
					b.Fatal(err)
				}
				sink = out.Body
			}
			ratio(b, "x_signature", func() { sink = bareSignature() })
		})
	}
}

// BenchmarkDo sends a Direct through an in-process RoundTripper and judges the answer.
func BenchmarkDo(b *testing.B) {
	body := []byte(echoed(Direct, "00"))
	c := newTestClient(b, Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		taken(r)
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}, nil
	})})
	r := render(b, c, testRequest(Direct))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Do(ctx, r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNotification reads and verifies one; the ratio is to unmarshalling it alone.
func BenchmarkNotification(b *testing.B) {
	v := newTestVerifier(b)
	for _, encoding := range []Encoding{JSON, XML} {
		b.Run(string(encoding), func(b *testing.B) {
			body := readFile(b, "notification."+string(encoding))
			b.ReportAllocs()
			for b.Loop() {
				n, err := v.Notification(body)
				if err != nil {
					b.Fatal(err)
				}
				sink = n.Status
			}
			ratio(b, "x_unmarshal", func() {
				var n struct {
					BillNo string `json:"bill_no" xml:"bill_no"`
					Status string `json:"payment_status_code" xml:"payment_status_code"`
				}
				if encoding == JSON {
					_ = json.Unmarshal(body, &n)
				} else {
					_ = xml.Unmarshal(body, &n)
				}
				sink = n
			})
		})
	}
}
