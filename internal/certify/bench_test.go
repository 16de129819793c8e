package certify_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
)

// BenchmarkEvidence makes OVO's UAT of fifty scenarios and its documents, in a signed pack.
func BenchmarkEvidence(b *testing.B) {
	suite, err := certify.SuiteNamed("ovo-uat")
	if err != nil {
		b.Fatal(err)
	}
	account, name, err := gateway.DemoAccount(suite.Rail, "http://sandbox.lunas")
	if err != nil {
		b.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	var lived time.Duration
	for b.Loop() {
		r, err := certify.Run(context.Background(), certify.Options{
			Suite: suite, Target: certify.Sandbox, Account: account, Merchant: name, Tool: "bench", Folder: b.TempDir(),
			Start: time.Date(2026, 11, 20, 9, 0, 0, 0, payment.WIB),
		})
		if err != nil {
			b.Fatal(err)
		}
		lived = r.Ended.Sub(r.Began)
		pdf, err := evidence.PDF(r, evidence.Options{})
		if err != nil {
			b.Fatal(err)
		}
		html, err := evidence.HTML(r, evidence.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := evidence.Pack(r, []evidence.File{{Name: "uat.pdf", Data: pdf}, {Name: "uat.html", Data: html}}, key, r.Ended); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(lived.Hours(), "virtual-hours/op")
	b.ReportMetric(float64(len(suite.Scenarios)), "scenarios/op")
}
