package faspay

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Every field is checked before anything is sent.
func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("é", n) }
	bill := func(change func(*Bill)) Request {
		r := testRequest(PostData)
		change(&r.Bill)
		return r
	}
	c := newTestClient(t, Options{})
	for _, test := range []struct {
		field string
		r     Request
	}{
		{"operation", Request{Operation: "refund"}},
		{"bill_no", bill(func(b *Bill) { b.Number = "" })},
		{"bill_no", bill(func(b *Bill) { b.Number = strings.Repeat("1", 33) })},
		{"bill_no", bill(func(b *Bill) { b.Number = "INV/1" })},
		{"bill_reff", bill(func(b *Bill) { b.Reference = long(33) })},
		{"bill_date", bill(func(b *Bill) { b.Date, b.Expires = time.Unix(0, 0), testAt.Add(time.Hour) })},
		{"bill_expired", bill(func(b *Bill) { b.Expires = testAt.Add(-time.Hour) })},
		{"bill_expired", bill(func(b *Bill) { b.Date, b.Expires = testAt.Add(-2*time.Hour), testAt.Add(-time.Hour) })},
		{"bill_expired", bill(func(b *Bill) { b.Expires = testAt.Add(MaxExpiry + time.Second) })},
		{"bill_desc", bill(func(b *Bill) { b.Description = "" })},
		{"bill_desc", bill(func(b *Bill) { b.Description = long(129) })},
		{"bill_desc", bill(func(b *Bill) { b.Description = "a\nb" })},
		{"bill_desc", bill(func(b *Bill) { b.Description = "a\xff" })},
		{"bill_desc", bill(func(b *Bill) { b.Description = " a" })},
		{"bill_desc", bill(func(b *Bill) { b.Description = "a\u202eb" })},
		{"bill_gross", bill(func(b *Bill) { b.Gross = Rupiah(-1) })},
		{"bill_miscfee", bill(func(b *Bill) { b.MiscFee = Amount{1} })},
		{"bill_tax", bill(func(b *Bill) { b.Tax = Rupiah(MaxRupiah + 1) })},
		{"bill_total", bill(func(b *Bill) { b.Total = Amount{} })},
		{"bill_total", bill(func(b *Bill) { b.Total = Rupiah(MaxRupiah + 1) })},
		{"bill_total", bill(func(b *Bill) { b.Total = Amount{150} })},
		{"payment_channel", bill(func(b *Bill) { b.Channel = "81" })},
		{"pay_type", bill(func(b *Bill) { b.PayType = "4" })},
		{"terminal", bill(func(b *Bill) { b.Terminal = "11" })},
		{"cust_no", bill(func(b *Bill) { b.Customer.Number = "" })},
		{"cust_name", bill(func(b *Bill) { b.Customer.Name = "" })},
		{"msisdn", bill(func(b *Bill) { b.Customer.Phone = "0211234567" })},
		{"email", bill(func(b *Bill) { b.Customer.Email = "" })},
		{"email", bill(func(b *Bill) { b.Customer.Email = "John <john@example.com>" })},
		{"email", bill(func(b *Bill) { b.Customer.Email = "john" })},
		{"bank_userid", bill(func(b *Bill) { b.Customer.BankUserID = long(129) })},
		{"billing_name", bill(func(b *Bill) { b.Billing.Name = long(129) })},
		{"billing_address", bill(func(b *Bill) { b.Billing.Street = long(201) })},
		{"billing_address_city", bill(func(b *Bill) { b.Billing.City = long(51) })},
		{"billing_msisdn", bill(func(b *Bill) { b.Billing.Phone = "call me" })},
		{"receiver_name_for_shipping", bill(func(b *Bill) { b.Shipping.Name = "\x00" })},
		{"shipping_lastname", bill(func(b *Bill) { b.Shipping.LastName = long(101) })},
		{"shipping_address_region", bill(func(b *Bill) { b.Shipping.Region = long(101) })},
		{"shipping_address_state", bill(func(b *Bill) { b.Shipping.State = long(101) })},
		{"shipping_address_poscode", bill(func(b *Bill) { b.Shipping.PostalCode = long(11) })},
		{"shipping_address_country_code", bill(func(b *Bill) { b.Shipping.CountryCode = long(11) })},
		{"item", bill(func(b *Bill) { b.Items = nil })},
		{"item", bill(func(b *Bill) { b.Items = make([]Item, MaxItems+1) })},
		{"item[0].product", bill(func(b *Bill) { b.Items = []Item{{Quantity: 1}} })},
		{"item[0].qty", bill(func(b *Bill) { b.Items = []Item{{Product: "a"}} })},
		{"item[0].amount", bill(func(b *Bill) { b.Items = []Item{{Product: "a", Quantity: 1, Amount: Rupiah(-1)}} })},
		{"item[0].payment_plan", bill(func(b *Bill) { b.Items = []Item{{Product: "a", Quantity: 1, PaymentPlan: "x"}} })},
		{"item[0].merchant_id", bill(func(b *Bill) { b.Items = []Item{{Product: "a", Quantity: 1, MerchantID: "x"}} })},
		{"item[0].tenor", bill(func(b *Bill) { b.Items = []Item{{Product: "a", Quantity: 1, Tenor: "3"}} })},
		{"item[0].url", bill(func(b *Bill) { b.Items = []Item{{Product: "a", Quantity: 1, URL: long(256)}} })},
		{"reserve1", bill(func(b *Bill) { b.Reserve1 = long(51) })},
		{"reserve2", bill(func(b *Bill) { b.Reserve2 = "\t" })},
		{"trx_id", Request{Operation: Direct, Phone: testPhone}},
		{"trx_id", Request{Operation: Direct, TrxID: "99&x=1", Phone: testPhone}},
		{"ovo_number", Request{Operation: Direct, TrxID: testTrx}},
		{"ovo_number", Request{Operation: Direct, TrxID: testTrx, Phone: "+62081299887766"}},
		{"bill_no", Request{Operation: Inquiry, TrxID: testTrx}},
		{"trx_id", Request{Operation: Inquiry, BillNo: "1", TrxID: "x"}},
		{"trx_id", Request{Operation: Cancel, BillNo: "1", Reason: "a"}},
		{"payment_cancel", Request{Operation: Cancel, BillNo: "1", TrxID: "1"}},
		{"payment_cancel", Request{Operation: Cancel, BillNo: "1", TrxID: "1", Reason: long(51)}},
	} {
		_, err := c.Render(test.r, testAt)
		if !hasField(err, test.field) {
			t.Errorf("%s: Render = %v, want a FieldError of it", test.field, err)
		}
	}
	if _, err := c.Render(testRequest(Inquiry), time.Time{}); !hasField(err, "rendering") {
		t.Errorf("in the year 1: %v", err)
	}
}

// hasField tells whether err is, or joins, a FieldError of this field.
func hasField(err error, field string) bool {
	switch e := err.(type) {
	case *FieldError:
		return e.Field == field
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if hasField(inner, field) {
				return true
			}
		}
		return false
	}
	return err != nil && hasField(errors.Unwrap(err), field)
}

// A full bill of long texts is taken; so is the least one, with its defaults.
func TestRenderTakes(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{})
	least := Bill{
		Number: "A", Description: "d", Total: Rupiah(1), Customer: Customer{Number: "1", Name: "N", Phone: testPhone, Email: "a@b.id"},
		Items: []Item{{Product: "p", Quantity: 1}},
	}
	n, _, err := parse(render(t, c, Request{Operation: PostData, Bill: least}).Body)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"bill_date": "2020-12-19 06:04:29", "bill_expired": "2020-12-19 07:04:29", "bill_currency": "IDR", "bill_total": "100", "bill_gross": "",
		"payment_channel": "812", "pay_type": "1", "terminal": "10", "billing_name": "N", "msisdn": testPhone, "receiver_name_for_shipping": "",
	} {
		if got := n.get(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	item := n.records("item")[0]
	if item.get("payment_plan") != "01" || item.get("tenor") != "00" || item.get("merchant_id") != testMerchant || item.get("amount") != "0" {
		t.Errorf("item = %+v", item)
	}
	most := testBill()
	most.Total, most.Description, most.Number = Rupiah(MaxRupiah), strings.Repeat("é", 128), strings.Repeat("9", 32)
	most.Date, most.Expires = testAt, testAt.Add(MaxExpiry)
	for range MaxItems - 1 {
		most.Items = append(most.Items, most.Items[0])
	}
	n, _, err = parse(render(t, c, Request{Operation: PostData, Bill: most}).Body)
	if err != nil || n.get("bill_total") != "999999999999900" || len(n.records("item")) != MaxItems {
		t.Errorf("the largest bill: %s, %d items, %v", n.get("bill_total"), len(n.records("item")), err)
	}
	if most.Items[0].Tenor != "" {
		t.Error("the caller's items were changed")
	}
}

func TestNormalizePhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		testPhone: testPhone, "628817482255": testPhone, "+628817482255": testPhone, "0812345678": "0812345678", "0812345678901": "0812345678901",
		"": "", "081234567": "", "08123456789012": "", "+081234567890": "", "8817482255": "", "0881 748 2255": "", "+6208817482255": "", "0211234567": "",
	} {
		if got, err := NormalizePhone(in); got != want || (err == nil) != (want != "") {
			t.Errorf("NormalizePhone(%s) = %s, %v, want %s", in, got, err, want)
		}
	}
}
