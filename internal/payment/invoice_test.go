package payment_test

import (
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
)

func TestPaymentOfInvoice(t *testing.T) {
	t.Parallel()
	const id = "pay_01jq3x8v5k2m4n6p8r0s2t4w6y"
	for n, invoice := range map[int]string{1: "01jq3x8v5k2m4n6p8r0s2t4w6y-1", 12: "01jq3x8v5k2m4n6p8r0s2t4w6y-12"} {
		if got := payment.Invoice(id, n); got != invoice {
			t.Errorf("Invoice(%d) = %q, want %q", n, got, invoice)
		}
		for _, invoice := range []string{invoice, invoice + payment.FaspayTerms().InvoiceEnd} {
			if got, ok := payment.PaymentOfInvoice(invoice); !ok || got != id {
				t.Errorf("PaymentOfInvoice(%q) = %q, %t, want %q", invoice, got, ok, id)
			}
		}
	}
	for _, other := range []string{"", "-1", "INV-X", "INV", "a-0", "a-01", "a-+1", "a--1", "a-1-1", "pay_a-1-", "00000000000000000000000000000-100"} {
		if got, ok := payment.PaymentOfInvoice(other); ok {
			t.Errorf("PaymentOfInvoice(%q) = %q, want it not ours", other, got)
		}
	}
}
