package ovo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// A complete push, byte for byte as a public client sent it.
func TestPushBody(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{PadReferenceNumber: true})
	got := render(t, c, testRequest(Push)).Body
	if want := readFile(t, "push_request.json"); !bytes.Equal(got, want) {
		t.Errorf("body =\n%s, want\n%s", got, want)
	}
	sum := sha256.Sum256(got)
	if hex.EncodeToString(sum[:]) != "6b547417744b1b845ff30ee6ffca4e1680d1bffbed99089dbbc5f13ee7dc0973" || len(got) != 307 {
		t.Errorf("%d bytes with sha256 %x are not those of the vector", len(got), sum)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, pad := range []bool{false, true} {
		c := newTestClient(t, Options{PadReferenceNumber: pad})
		for _, o := range Operations() {
			out.Write(append(render(t, c, testRequest(o)).Body, '\n'))
		}
	}
	noPhone := testRequest(Reversal)
	noPhone.Phone = ""
	large := testRequest(Push)
	large.Amount, large.BatchNumber, large.ReferenceNumber = MaxAmount, MaxBatchNumber, MaxReferenceNumber
	large.Date = time.Date(2026, 12, 31, 17, 0, 0, 999_999_999, time.UTC) // midnight in Jakarta
	c := newTestClient(t, Options{PadReferenceNumber: true, AppSource: "EDC"})
	for _, r := range []Request{noPhone, large} {
		out.Write(append(render(t, c, r).Body, '\n'))
	}
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	golden(t, "requests.golden", out.Bytes())
}

func TestOperationOf(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		got, ok := OperationOf(o.RequestType(), o.ProcessingCode())
		if !ok || got != o {
			t.Errorf("OperationOf(%s, %s) = %s, %t, want %s", o.RequestType(), o.ProcessingCode(), got, ok, o)
		}
	}
	if o, ok := OperationOf("0400", "050000"); ok {
		t.Errorf("OperationOf(0400, 050000) = %s, want none", o)
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
		{"tid", Push, func(r *Request) { r.Terminal.TID = "300001" }},
		{"tid", Inquiry, func(r *Request) { r.Terminal.TID = "0030000A" }},
		{"mid", Push, func(r *Request) { r.Terminal.MID = "0010000000MM0011" }},
		{"mid", Push, func(r *Request) { r.Terminal.MID = "" }},
		{"merchantId", Push, func(r *Request) { r.Terminal.MerchantID = `M"` }},
		{"storeCode", Push, func(r *Request) { r.Terminal.StoreCode = "" }},
		{"storeCode", Void, func(r *Request) { r.Terminal.StoreCode = "1234567890123456" }},
		{"amount", Push, func(r *Request) { r.Amount = 0 }},
		{"amount", Push, func(r *Request) { r.Amount = -1 }},
		{"amount", Reversal, func(r *Request) { r.Amount = MaxAmount + 1 }},
		{"batchNo", Check, func(r *Request) { r.BatchNumber = 0 }},
		{"batchNo", Push, func(r *Request) { r.BatchNumber = 1_000_000 }},
		{"referenceNumber", Push, func(r *Request) { r.ReferenceNumber = 0 }},
		{"referenceNumber", Push, func(r *Request) { r.ReferenceNumber = 1_000_000 }},
		{"merchantInvoice", Push, func(r *Request) { r.MerchantInvoice = "" }},
		{"merchantInvoice", Push, func(r *Request) { r.MerchantInvoice = strings.Repeat("x", 51) }},
		{"merchantInvoice", Push, func(r *Request) { r.MerchantInvoice = `INV","amount":1,"x":"` }},
		{"merchantInvoice", Push, func(r *Request) { r.MerchantInvoice = "INV\r\n1" }},
		{"phone", Push, func(r *Request) { r.Phone = "" }},
		{"phone", Inquiry, func(r *Request) { r.Phone = "0217654321" }},
		{"phone", Reversal, func(r *Request) { r.Phone = "08" }},
		{"date", Check, func(r *Request) { r.Date = time.Time{} }},
		{"date", Reversal, func(r *Request) { r.Date = time.Time{} }},
		{"date", Push, func(r *Request) { r.Date = time.Unix(0, 0) }},
	} {
		r := testRequest(test.o)
		test.change(&r)
		_, err := c.Render(r, testAt)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s %s: Render = %v, want a FieldError of %s", test.o, test.field, err, test.field)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(999, 0), time.Unix(10_000_000_000, 0)} {
		if _, err := c.Render(testRequest(Push), at); err == nil {
			t.Errorf("Render takes a clock at %v", at)
		}
	}
	// The fake clock of testing/synctest begins in 2000, with 9 digits.
	r, err := c.Render(testRequest(Push), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || r.Header.Get("Random") != "0946684800" {
		t.Errorf("random = %s, %v, want 0946684800", r.Header.Get("Random"), err)
	}
}

func TestRenderReportsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := newTestClient(t, Options{}).Render(Request{Operation: Push}, testAt)
	for _, field := range []string{"tid", "mid", "merchantId", "storeCode", "amount", "batchNo", "referenceNumber", "merchantInvoice", "phone"} {
		if err == nil || !strings.Contains(err.Error(), field+" ") {
			t.Errorf("Render(empty push) = %v, want %s in it", err, field)
		}
	}
}

// A batch named after its day (1 March 2021) keeps its zero; the reference number does
// not gain any.
func TestPadBatchNumber(t *testing.T) {
	t.Parallel()
	r := testRequest(Push)
	r.BatchNumber, r.PadBatchNumber = 10321, true
	body := render(t, newTestClient(t, Options{}), r).Body
	for _, want := range []string{`"batchNo":"010321"`, `"referenceNumber":"1"`} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("body = %s, want %s in it", body, want)
		}
	}
}

// An inquiry needs no payment, and what it does not need it does not send.
func TestInquiryNeedsPhoneOnly(t *testing.T) {
	t.Parallel()
	full := testRequest(Inquiry)
	r := render(t, newTestClient(t, Options{}), Request{Operation: Inquiry, Terminal: full.Terminal, Phone: "+6281234567890"})
	for _, word := range []string{"amount", "batchNo", "referenceNumber", "merchantInvoice"} {
		if bytes.Contains(r.Body, []byte(word)) {
			t.Errorf("inquiry carries %s: %s", word, r.Body)
		}
	}
	if !bytes.Contains(r.Body, []byte(`"phone":"081234567890"`)) || !r.SendBy.IsZero() {
		t.Errorf("inquiry = %s, send by %v", r.Body, r.SendBy)
	}
}

func TestNormalizePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"081234567890":    "081234567890",
		"6281234567890":   "081234567890",
		"+6281234567890":  "081234567890",
		"08817482255":     "08817482255", // Faspay's documented test number
		"0812345678":      "0812345678",
		"0812345678901":   "0812345678901",
		"081234567":       "", // 9 digits
		"08123456789012":  "", // 14
		"+62081234567890": "",
		"62081234567890":  "",
		"+081234567890":   "",
		"+6591234567":     "",
		"81234567890":     "",
		"0217654321":      "",
		"0812-3456-7890":  "",
		" 081234567890":   "",
		"08١٢٣٤٥٦٧٨":      "",
		"+":               "",
		"":                "",
	} {
		got, err := NormalizePhone(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NormalizePhone(%q) = %q, %v, want %q", in, got, err, want)
		}
		var field *FieldError
		if err != nil && (!errors.As(err, &field) || field.Hint == "" || len(in) > 3 && strings.Contains(err.Error(), in)) {
			t.Errorf("NormalizePhone(%q): error %q wants a hint and not the number", in, err)
		}
	}
}

func TestBatchOfADateKeepsItsLeadingZero(t *testing.T) {
	r := Request{Operation: Push, BatchNumber: 10321, ReferenceNumber: 7, PadBatchNumber: true}
	if body := string(r.appendBody(nil, "POS", false)); !strings.Contains(body, `"batchNo":"010321"`) || !strings.Contains(body, `"referenceNumber":"7"`) {
		t.Errorf("body = %s, want batchNo 010321 and referenceNumber 7", body)
	}
}
