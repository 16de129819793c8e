package faspay

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func do(t *testing.T, o Operation, status int, body string) (Answer, error) {
	t.Helper()
	c := newTestClient(t, Options{Transport: replying(status, "", body)})
	return c.Do(context.Background(), render(t, c, testRequest(o)))
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	post, err := do(t, PostData, 200, echoed(PostData, "00"))
	if err != nil {
		t.Fatal(err)
	}
	if r := post.Response; r.TrxID != testTrx || r.RedirectURL != "https://pay.example/pws/100003" || r.Description != "Success" ||
		!reflect.DeepEqual(r.Items, []BilledItem{{"", "Invoice #2286704", "1", "100000"}}) || post.Meaning().Follow != Done {
		t.Errorf("post = %+v", r.Items)
	}
	inquiry, err := do(t, Inquiry, 200, echoed(Inquiry, "00"))
	if err != nil {
		t.Fatal(err)
	}
	if r := inquiry.Response; r.Status != Paid || r.PaymentReference != "" || !r.PaymentDate.Equal(time.Date(2020, 12, 19, 6, 10, 0, 0, WIB)) ||
		!r.PaymentTotal.Is(Rupiah(2000)) || r.StatusDescription != "Payment Sukses" {
		t.Errorf("inquiry = %v %v %v", r, r.PaymentDate, r.PaymentTotal)
	}
	canceled, err := do(t, Cancel, 200, echoed(Cancel, "00"))
	if err != nil || canceled.Response.Status != Canceled || canceled.Response.CanceledAt.IsZero() || canceled.Response.TrxStatus != "8" || canceled.Response.CancelReason != "Barang habis" {
		t.Errorf("cancel = %v, %v", canceled, err)
	}
	channels, err := do(t, Channels, 200, echoed(Channels, "00"))
	if err != nil || !reflect.DeepEqual(channels.Response.Channels, []Channel{{"302", "LinkAja"}, {"812", "OVO"}}) {
		t.Errorf("channels = %+v, %v", channels.Response.Channels, err)
	}
	direct, err := do(t, Direct, 200, echoed(Direct, "00"))
	if err != nil || direct.Meaning().Follow != Accepted {
		t.Errorf("direct = %v, %v", direct, err)
	}
}

// OVO Integration Guide's answer to a post, in XML, and items in the two ways in which
// they may stand.
func TestAnswerInXML(t *testing.T) {
	t.Parallel()
	const item = `<product>Invoice #2286704</product><qty>1</qty><amount>100000</amount>`
	for _, items := range []string{
		`<bill_items>` + item + `</bill_items><bill_items>` + item + `</bill_items>`,
		`<bill_items><item>` + item + `</item><item>` + item + `</item></bill_items>`,
	} {
		body := `<?xml version="1.0" encoding="UTF-8" ?><faspay><response>Transmission of Purchase Detail Info</response><trx_id>` + testTrx +
			`</trx_id><merchant_id>99999</merchant_id><merchant>Sophia Store</merchant><bill_no>` + testBillNo + `</bill_no>` + items +
			`<response_code>00</response_code><response_desc>Sukses</response_desc></faspay>`
		got, err := do(t, PostData, 200, body)
		if err != nil || got.Response.TrxID != testTrx || len(got.Response.Items) != 2 || got.Response.Items[1].Amount != "100000" {
			t.Errorf("%s: %v, %d items, %v", items, got, len(got.Response.Items), err)
		}
	}
}

// Refusals are values, in all the envelopes in which they come.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		o      Operation
		status int
		body   string
		code   Code
		follow Follow
	}{
		{PostData, 200, `{"response_error":{"response_code":"40","response_desc":"x"}}`, "40", Misconfigured},
		{PostData, 200, `{"errors":[{"response_code":"55","response_desc":"x"}]}`, "55", Misconfigured},
		{PostData, 400, `{"response_code":"83","bill_no":null,"trx_id":""}`, "83", Misconfigured},
		{PostData, 200, `{"response_code":"13","response_error":{"response_code":"13"}}`, "13", Refused},
		{PostData, 200, `{"response_code":"13","errors":[{"message":"x"}]}`, "13", Refused},
		{PostData, 200, `{"response_code":81}`, "81", Duplicate},
		{PostData, 200, `{"response_code":"66"}`, "66", Unknown},
		{PostData, 200, `<faspay><response_error><response_code>14</response_code></response_error></faspay>`, "14", Refused},
		{Inquiry, 200, echoed(Inquiry, "14"), "14", NotFound},
		{Cancel, 200, `{"trx_status_code":"3","trx_status_desc":"Order Expired","payment_status_code":"7","response_code":"54"}`, "54", Closed},
		{Cancel, 200, `{"payment_status_code":2,"response_code":"81"}`, "81", AlreadyPaid},
		{Direct, 200, `{"response_code":"17","response_desc":"Transaction Decline","trx_id":` + testTrx + `}`, "17", Refused},
		{Channels, 403, `{"response_code":"63"}`, "63", Misconfigured},
	} {
		got, err := do(t, test.o, test.status, test.body)
		if err != nil || got.Code != test.code || got.Meaning().Follow != test.follow || got.Status != test.status {
			t.Errorf("%s %s = %v, %v, want %s, %s", test.o, test.body, got, err, test.code, test.follow)
		}
	}
}

// Only a verdict is an answer.
func TestUnclear(t *testing.T) {
	t.Parallel()
	replace := func(o Operation, from, to string) string {
		body := strings.Replace(echoed(o, "00"), from, to, 1)
		if body == echoed(o, "00") {
			t.Fatalf("%s is not in %s", from, body)
		}
		return body
	}
	for _, test := range []struct {
		o      Operation
		status int
		body   string
		cause  string
	}{
		{PostData, 500, echoed(PostData, "00"), "HTTP status"},
		{PostData, 302, echoed(PostData, "00"), "HTTP status"},
		{PostData, 404, "", "empty"},
		{PostData, 400, echoed(PostData, "00"), "failing HTTP status"},
		{PostData, 200, "<!DOCTYPE html><html></html>", "HTML"},
		{PostData, 200, "response_code=00", "a form"},
		{PostData, 200, `{}`, "no response_code"},
		{PostData, 200, `{"response_code":"00 "}`, "no response_code"},
		{PostData, 200, `{"response_code":["00"]}`, "no response_code"},
		{PostData, 200, `{"response_code":"null"}`, "no response_code"},
		{PostData, 200, `{"errors":["x"]}`, "no response_code"},
		{PostData, 200, `{"response_code":"00","response_error":{"response_code":"40"}}`, "00 beside response_error"},
		{PostData, 200, `{"response_code":"13","response_error":{"response_code":"40"}}`, "differ"},
		{PostData, 200, `{"response_error":{"response_code":"00"}}`, "00 beside response_error"},
		{PostData, 200, `{"response_code":"00","errors":[{"message":"x"}]}`, "00 beside errors"},
		{PostData, 200, replace(PostData, testBillNo, "1"), "foreign echo: bill_no"},
		{PostData, 200, replace(PostData, `"99999"`, `"99998"`), "foreign echo: merchant_id"},
		{PostData, 200, replace(PostData, `"`+testBillNo+`"`, "null"), "without bill_no"},
		{PostData, 200, replace(PostData, `"`+testTrx+`"`, `""`), "without trx_id"},
		{PostData, 200, replace(PostData, `"`+testTrx+`"`, `"12x"`), "trx_id is not digits"},
		{PostData, 200, replace(PostData, `"`+testBillNo+`"`, `{}`), "bill_no is neither"},
		{PostData, 200, `{"response_code":"13","bill_no":"other"}`, "foreign echo: bill_no"},
		{PostData, 200, echoed(PostData, "00") + strings.Repeat(" ", MaxBody), "above"},
		{Inquiry, 200, replace(Inquiry, testTrx, "9999981256572179"), "foreign echo: trx_id"},
		{Inquiry, 200, replace(Inquiry, `"payment_status_code":"2"`, `"x":"2"`), "without payment_status_code"},
		{Inquiry, 200, replace(Inquiry, `"payment_status_code":"2"`, `"payment_status_code":"02"`), "not one digit"},
		{Inquiry, 200, replace(Inquiry, `"payment_status_code":"2"`, `"payment_status_code":true`), "not one digit"},
		{Inquiry, 200, replace(Inquiry, `"payment_status_code":"2"`, `"payment_status_code":"3","payment_status_code":"2"`), "stands twice"},
		{Cancel, 200, replace(Cancel, `"payment_status_code":"8"`, `"payment_status_code":"2"`), "says 2"},
		{Direct, 200, `{"response_code":"00","trx_id":"1"}`, "foreign echo: trx_id"},
		{Direct, 200, "<html>Silakan cek aplikasi OVO</html>", "HTML"},
		{Direct, 307, "", "HTTP status"},
	} {
		got, err := do(t, test.o, test.status, test.body)
		var call *CallError
		if !isKind(err, ErrUnclear) || !errors.As(err, &call) || !strings.Contains(call.Cause.Error(), test.cause) {
			t.Errorf("%s %d %.200s = %v, %v, want %q", test.o, test.status, test.body, got, err, test.cause)
			continue
		}
		if call.Status != test.status || len(test.body) <= MaxBody && string(call.Body) != test.body {
			t.Errorf("%s: what came back is not kept: %d %q", test.cause, call.Status, call.Body)
		}
		if test.o == Direct && call.Hint == "" {
			t.Errorf("%s: no hint that a Direct may be under way", test.cause)
		}
	}
}

// A Direct that ends as a browser's would is accepted, whatever status the return URL
// claims; a redirect to anywhere else is unclear.
func TestDirectRedirect(t *testing.T) {
	t.Parallel()
	query := "trx_id=" + testTrx + "&merchant_id=99999&bill_no=" + testBillNo + "&bill_total=2000&status=2&signature=x"
	for _, test := range []struct {
		status   int
		location string
		accepted bool
	}{
		{302, "https://shop.example/back?" + query, true},
		{303, "/back?" + query, true},
		{302, "https://shop.example/back?" + strings.Replace(query, testTrx, "1", 1), false},
		{302, "https://shop.example/login", false},
		{302, "", false},
		{302, "https://shop.example/back?" + query + "&trx_id=1", false},
		{302, "https://shop.example/back?" + query + "%zz", false},
		{307, "https://shop.example/back?" + query, false},
	} {
		c := newTestClient(t, Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			taken(r)
			answer := response(test.status, "", "")
			answer.Header.Set("Location", test.location)
			return answer, nil
		})})
		got, err := c.Direct(context.Background(), testTrx, testPhone)
		switch {
		case !test.accepted && !isKind(err, ErrUnclear):
			t.Errorf("%d to %s = %v, %v, want ErrUnclear", test.status, test.location, got, err)
		case test.accepted && (err != nil || got.Meaning().Follow != Accepted || got.Response.Status != "" || got.Response.Return.ClaimedStatus != Paid):
			t.Errorf("%d to %s = %v, %v, want accepted", test.status, test.location, got, err)
		}
	}
}

// A customer is sent to an address of the web and nowhere else.
func TestRedirectURLIsAnAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://pay.example/a?b=c": "https://pay.example/a?b=c", "http://pay.example": "http://pay.example",
		"javascript:alert(1)": "", "//pay.example/a": "", "/a": "", "data:text/html,x": "", "https://": "", "null": "", " https://pay.example": "",
	} {
		body := strings.Replace(echoed(PostData, "00"), "https://pay.example/pws/100003", text, 1)
		got, err := do(t, PostData, 200, body)
		if err != nil || got.Response.RedirectURL != want {
			t.Errorf("%q = %q, %v, want %q", text, got.Response.RedirectURL, err, want)
		}
	}
}

// Whatever comes back, judging it does not panic, and what it finds done is about ours.
func FuzzJudge(f *testing.F) {
	for i, o := range Operations() {
		f.Add(i, 200, "", []byte(echoed(o, "00")))
		f.Add(i, 400, "", []byte(echoed(o, "17")))
	}
	f.Add(1, 302, "https://shop.example/back?trx_id="+testTrx+"&bill_no=1&status=2", []byte(""))
	f.Fuzz(func(t *testing.T, i, status int, location string, body []byte) {
		o := Operations()[uint(i)%5]
		want := identity{merchantID: testMerchant, billNo: testBillNo, trxID: testTrx}
		if o == PostData {
			want.trxID = ""
		}
		code, r, err := judge(o, &want, status, http.Header{"Location": {location}}, body)
		if err != nil || code != Success || o == Channels {
			return
		}
		ours := r.TrxID == testTrx || o == PostData && r.TrxID != "" || o == Direct && r.TrxID == ""
		if !ours || o != Direct && (r.BillNo != testBillNo || status < 200 || status > 299) || o == Inquiry && !r.Status.valid() {
			t.Fatalf("%s done: %d %q %+v", o, status, body, r)
		}
	})
}
