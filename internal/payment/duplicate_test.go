package payment_test

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// A proxy repeats a push, and the provider refuses the repetition: the numbers of that answer are the repetition's. Those
// by which the sale would be voided must not be taken from it.
func TestADuplicateBringsNoNumbers(t *testing.T) {
	t.Parallel()
	phone, err := payment.ParsePhone("081211110101")
	if err != nil {
		t.Fatal(err)
	}
	terms, at := payment.DOKUTerms(), time.Date(2026, 11, 21, 10, 0, 0, 0, payment.WIB)
	p, _, err := payment.Decide(terms, payment.Payment{}, payment.Requested{
		At: at, ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w", MerchantID: "mer_1", Mode: payment.Test, Account: "doku", TermsRevision: "r1",
		Reference: "INV-1", Amount: 12_500, Method: payment.OVOPush, Phone: phone,
		Terminal: payment.Terminal{ID: "doku"}, Number: payment.Number{Batch: 1, Reference: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	real, other := payment.Number{Batch: 7, Reference: 70}, payment.Number{Batch: 8, Reference: 80}
	answered := func(p payment.Payment, o payment.Outcome) payment.Payment {
		t.Helper()
		p, _, err := payment.Decide(terms, p, payment.Answered{At: at.Add(time.Second), Call: payment.CallPush, Try: 1, Outcome: o})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if first := answered(p, payment.Outcome{Class: payment.Duplicate, Code: "94", ProviderNumber: other}); !first.Attempts[0].ProviderNumber.IsZero() {
		t.Errorf("numbers after a duplicate = %v, want none", first.Attempts[0].ProviderNumber)
	}
	paid := answered(p, payment.Outcome{Class: payment.Approved, Code: "00", ProviderNumber: real})
	if paid.State != payment.Paid || paid.Attempts[0].ProviderNumber != real {
		t.Fatalf("after an approval: %s with %v, want paid with %v", paid.State, paid.Attempts[0].ProviderNumber, real)
	}
	if still := answered(paid, payment.Outcome{Class: payment.Duplicate, Code: "94", ProviderNumber: other}); still.Attempts[0].ProviderNumber != real {
		t.Errorf("numbers after a later duplicate = %v, want still %v", still.Attempts[0].ProviderNumber, real)
	}
}
