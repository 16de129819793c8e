package doku

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPushBody(t *testing.T) {
	t.Parallel()
	got := render(t, newTestClient(t, Options{}), testRequest(Push)).Body
	const want = `{"client":{"id":"MCH-0001-10791114622547"},"order":{"invoice_number":"INV-20210115-0001","amount":10000},"ovo_info":{"ovo_id":"081211111111"},"security":{"check_sum":"5f1f8428d5bb8c624b4893d0d16064d9a7a80de9ab1fa93c6a716d7bb775de78"}}`
	if string(got) != want {
		t.Errorf("body =\n%s, want\n%s", got, want)
	}
}

// A void carries what its payment's answer had, and the sum of just that.
func TestVoidBody(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	for _, n := range []Numbers{
		{4, 987654, 38, "19832"},
		{ApprovalCode: "19832"},
		{BatchNumber: 4},
		{TraceNumber: 4451979, ReferenceNumber: 999999},
	} {
		r := testRequest(Void)
		r.Paid = n
		body := render(t, c, r).Body
		m, err := parse(body)
		if err != nil {
			t.Fatalf("%+v: %s: %v", n, body, err)
		}
		if got := m.payment().Numbers(); got != n {
			t.Errorf("%s carries %+v, want %+v", body, got, n)
		}
		if got, want := m.text("security", "check_sum"), VoidCheckSum(testSecret, 10000, testClientID, r.InvoiceNumber, "081211111111", n); got != want {
			t.Errorf("%s: check_sum %s, want %s", body, got, want)
		}
		if !json.Valid(body) || bytes.Contains(body, []byte(`:""`)) {
			t.Errorf("body = %s", body)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	for _, test := range []struct {
		field  string
		o      Operation
		change func(*Request)
	}{
		{"operation", "refund", func(*Request) {}},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = "" }},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = strings.Repeat("x", 65) }},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = `INV","amount":1,"x":"` }},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = "INV\r\n1" }},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = "INV/1" }},
		{"order.invoice_number", Check, func(r *Request) { r.InvoiceNumber = "INV?1" }},
		{"order.invoice_number", Check, func(r *Request) { r.InvoiceNumber = "INV%2F1" }},
		{"order.invoice_number", Check, func(r *Request) { r.InvoiceNumber = ".." }},
		{"order.invoice_number", Push, func(r *Request) { r.InvoiceNumber = "INVÉ" }},
		{"order.amount", Push, func(r *Request) { r.Amount = 0 }},
		{"order.amount", Push, func(r *Request) { r.Amount = -1 }},
		{"order.amount", Push, func(r *Request) { r.Amount = 1_000_000_000_000 }},
		{"order.amount", Check, func(r *Request) { r.Amount = -1 }},
		{"order.amount", Void, func(r *Request) { r.Amount = 0 }},
		{"ovo_info.ovo_id", Push, func(r *Request) { r.Phone = "" }},
		{"ovo_info.ovo_id", Push, func(r *Request) { r.Phone = "0217654321" }},
		{"ovo_info.ovo_id", Void, func(r *Request) { r.Phone = "08" }},
		{"Request-Id", Push, func(r *Request) { r.RequestID = "" }},
		{"Request-Id", Check, func(r *Request) { r.RequestID = strings.Repeat("x", 129) }},
		{"Request-Id", Push, func(r *Request) { r.RequestID = "a b" }},
		{"Request-Id", Push, func(r *Request) { r.RequestID = "a\nSignature:x" }},
		{"ovo_payment", Void, func(r *Request) { r.Paid = Numbers{} }},
		{"ovo_payment.batch_number", Void, func(r *Request) { r.Paid.BatchNumber = -1 }},
		{"ovo_payment.trace_number", Void, func(r *Request) { r.Paid.TraceNumber = 1_000_000_000 }},
		{"ovo_payment.reference_number", Void, func(r *Request) { r.Paid.ReferenceNumber = -1 }},
		{"ovo_payment.approval_code", Void, func(r *Request) { r.Paid.ApprovalCode = `1"` }},
		{"ovo_payment.approval_code", Void, func(r *Request) { r.Paid.ApprovalCode = strings.Repeat("1", 65) }},
	} {
		r := testRequest(test.o)
		test.change(&r)
		_, err := c.Render(r, testAt)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s %s: Render = %v, want a FieldError of %s", string(test.o), test.field, err, test.field)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(999, 0), time.Unix(10_000_000_000, 0)} {
		if _, err := c.Render(testRequest(Push), at); err == nil {
			t.Errorf("Render takes a clock at %v", at)
		}
	}
}

// What stands at the limits is taken, and a check needs no phone and no amount.
func TestRenderTakes(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	largest := testRequest(Push)
	largest.InvoiceNumber, largest.Amount, largest.RequestID = strings.Repeat("aZ0-_.~9", 8), MaxAmount, strings.Repeat("!", 128)
	least := testRequest(Push)
	least.InvoiceNumber, least.Amount, least.Phone = "1", 1, "0812345678"
	for _, r := range []Request{largest, least, {Operation: Check, InvoiceNumber: "1", RequestID: "1"}} {
		out, err := c.Render(r, testAt)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseWire(out.Wire()); err != nil {
			t.Errorf("%v: %v", r, err)
		}
	}
}

func TestRenderReportsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := newTestClient(t, Options{}).Render(Request{Operation: Void}, testAt)
	for _, field := range []string{"order.invoice_number", "order.amount", "ovo_info.ovo_id", "Request-Id", "ovo_payment"} {
		if err == nil || !strings.Contains(err.Error(), field+" ") {
			t.Errorf("Render(empty void) = %v, want %s in it", err, field)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	for in, want := range map[Phone]string{
		"081234567890": "081234567890", "6281234567890": "081234567890", "+6281234567890": "081234567890",
		"08817482255": "08817482255", "0812345678": "0812345678", "0812345678901": "0812345678901",
		"081234567": "", "08123456789012": "", "+62081234567890": "", "62081234567890": "", "+081234567890": "", "+6591234567": "",
		"81234567890": "", "0217654321": "", "0812-3456-7890": "", " 081234567890": "", "08١٢٣٤٥٦٧٨": "", "+": "", "": "",
	} {
		r := testRequest(Push)
		r.Phone = in
		out, err := c.Render(r, testAt)
		if want == "" {
			var field *FieldError
			if !errors.As(err, &field) || field.Hint == "" || len(in) > 3 && strings.Contains(err.Error(), string(in)) {
				t.Errorf("phone %q: %v, want a refusal with a hint and without the number", string(in), err)
			}
			continue
		}
		if err != nil || !bytes.Contains(out.Body, []byte(`"ovo_id":"`+want+`"`)) {
			t.Errorf("phone %q: %s, %v, want %s", string(in), out.Body, err, want)
		}
	}
}
