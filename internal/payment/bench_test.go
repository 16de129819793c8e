package payment_test

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// BenchmarkDecide is the common life of a payment: pushed, and approved.
func BenchmarkDecide(b *testing.B) {
	terms, ask := payment.OVOTerms(), requested(morning)
	approved := payment.Answered{
		At: morning.Add(12 * time.Second), Call: payment.CallPush, Try: 1, Outcome: outcome(payment.Approved, "00"),
	}
	b.ReportAllocs()
	for b.Loop() {
		p, _, err := payment.Decide(terms, payment.Payment{}, ask)
		if err != nil {
			b.Fatal(err)
		}
		if p, _, err = payment.Decide(terms, p, approved); err != nil || p.State != payment.Paid {
			b.Fatal(p.State, err)
		}
	}
}

// BenchmarkDecideReversal is a payment without an answer: checked, reversed, reversed.
func BenchmarkDecideReversal(b *testing.B) {
	terms := payment.OVOTerms()
	events := []payment.Event{
		requested(morning),
		payment.Woke{At: morning.Add(60 * time.Second)},
		payment.NoAnswer{At: morning.Add(64 * time.Second), Call: payment.CallCheck, Try: 1},
		payment.Woke{At: morning.Add(65 * time.Second)},
		payment.Answered{At: morning.Add(66 * time.Second), Call: payment.CallReversal, Try: 1, Outcome: outcome(payment.Approved, "00")},
	}
	b.ReportAllocs()
	for b.Loop() {
		var p payment.Payment
		for _, e := range events {
			var err error
			if p, _, err = payment.Decide(terms, p, e); err != nil {
				b.Fatal(err)
			}
		}
		if p.State != payment.Reversed {
			b.Fatal(p.State)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	f := newFlow(morning)
	p := f.must(b, "+0s request", "+12s push answered 00 approved")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := payment.Encode(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	f := newFlow(morning)
	stored, err := payment.Encode(f.must(b, "+0s request", "+12s push answered 00 approved"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := payment.Decode(stored); err != nil {
			b.Fatal(err)
		}
	}
}
