package ovo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Sample A: an approval as OVO's documents of 2017 show it; here also as a whole call.
func TestSampleA(t *testing.T) {
	t.Parallel()
	r := testRequest(Push)
	r.Amount, r.BatchNumber, r.ReferenceNumber = 950000, 4, 123412
	r.MerchantInvoice, r.Phone = "MM001-2017-10-29-213", "081296010400"
	c := newTestClient(t, Options{Transport: replying(200, "application/json", string(readFile(t, "sample_a.json")))})
	got, err := c.Push(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := Response{
		Type: "0210", ProcessingCode: "040000", Amount: 950000, Date: "2017-11-03 00:35:03.249",
		TraceNumber: 3451, HostTime: "003503", HostDate: "1103", ReferenceNumber: 123412, ApprovalCode: "410315",
		Code: "00", TID: "00300001", MID: "0010000000MM001",
		RequestData: RequestData{4, "MM001-2017-10-29-213", "081296010400"},
		ResponseData: ResponseData{
			OVOID: "********0400", CashUsed: "0", CashBalance: "0", OVOPointsUsed: "950000", OVOPointsBalance: "2130700",
			OVOPointsEarned: "0", FullName: "andrey angkoso", StoreName: "MatahariMall HeadQuarter", StoreCode: "MM001", PaymentType: "PUSH TO PAY",
		},
	}
	if got.Response != want || got.Code != Success || got.Meaning().Follow != Approved {
		type plain Response // without Format, so that differences show
		t.Errorf("Push = %+v, want %+v", plain(got.Response), plain(want))
	}
}

func TestSampleB(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: replying(200, "application/json", string(readFile(t, "sample_b.json")))})
	got, err := c.Push(context.Background(), testRequest(Push))
	if err != nil {
		t.Fatal(err)
	}
	want := ResponseData{
		StoreAddress1: "Kempinsky", OVOID: "********8094", CashUsed: "20000", CashBalance: "1934970",
		OVOPointsBalance: "4543500", StoreCode: "BookMyShow2018",
	}
	if got.Response.ResponseData != want {
		type plain ResponseData
		t.Errorf("ResponseData = %+v, want %+v", plain(got.Response.ResponseData), plain(want))
	}
}

// Only a verdict is an answer. Each line changes one thing in a good answer to a push;
// what is not a verdict must be unclear, with its bytes kept.
func TestVerdict(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	approved, declined := echoed(Push, "00"), echoed(Push, "17")
	swap := func(body, old, new string) string {
		if !strings.Contains(body, old) {
			t.Fatalf("%s is not in the answer", old)
		}
		return strings.Replace(body, old, new, 1)
	}
	for _, test := range []struct {
		name        string
		status      int
		contentType string
		body        string
		verdict     bool
	}{
		{"approved", 200, json, approved, true},
		{"declined", 200, json, declined, true},
		{"declined under 400", 400, json, declined, true},
		{"declined under 404 with a body", 404, json, declined, true},
		{"charset", 200, "application/json;charset=UTF-8", approved, true},
		{"vendor type", 200, "application/vnd.ovo+json", approved, true},
		{"no content type", 200, "", approved, true},
		{"reference padded, text", 200, json, swap(approved, `"referenceNumber":1`, `"referenceNumber":"000001"`), true},
		{"batch as number", 200, json, swap(approved, `"batchNo":"000004"`, `"batchNo":4`), true},
		{"amount as text", 200, json, swap(approved, `"amount":12500`, `"amount":"12500"`), true},
		{"amount with .00", 200, json, swap(approved, `"amount":12500`, `"amount":12500.00`), true},
		{"unknown fields", 200, json, swap(approved, `{"type"`, `{"new":[{"a":[1,2,{}]},null,true],"type"`), true},
		{"escaped text", 200, json, swap(approved, `"tid":"00300001"`, `"tid":"\u00300300001"`), true},
		{"name in Latin-1", 200, json, swap(approved, "Budi", "Bud\xec"), true},
		{"no response data", 200, json, swap(approved, `,"transactionResponseData":{"fullName":"Budi","cashUsed":"12500"}`, ""), true},
		{"unlisted code", 200, json, echoed(Push, "Z9"), true},
		{"declined, bare", 400, json, `{"type":"0210","responseCode":"17"}`, true},
		{"declined, echo null", 400, json, `{"type":"0210","responseCode":"17","tid":null,"amount":null,"transactionRequestData":null}`, true},
		{"declined, echo empty", 400, json, `{"type":"0210","responseCode":"17","tid":"","referenceNumber":"","transactionRequestData":{}}`, true},

		{"empty 404", 404, "", "", false},
		{"empty 200", 200, json, "", false},
		{"html", 200, "text/html", "<html>down</html>", false},
		{"html said to be JSON", 200, json, "<html>down</html>", false},
		{"verdict said to be html", 200, "text/html", approved, false},
		{"502", 502, json, approved, false},
		{"500 declined", 500, json, declined, false},
		{"307", 307, json, declined, false},
		{"approved under 400", 400, json, approved, false},
		{"type of a reversal", 200, json, swap(approved, "0210", "0410"), false},
		{"type without its zero", 200, json, swap(approved, "0210", "210"), false},
		{"no type", 200, json, swap(declined, `"type":"0210",`, ""), false},
		{"type a number", 200, json, swap(declined, `"0210"`, "210"), false},
		{"no code", 200, json, swap(approved, `"responseCode":"00",`, ""), false},
		{"code null", 200, json, swap(approved, `"responseCode":"00"`, `"responseCode":null`), false},
		{"code a number", 200, json, swap(approved, `"responseCode":"00"`, `"responseCode":0`), false},
		{"code empty", 200, json, swap(approved, `"responseCode":"00"`, `"responseCode":""`), false},
		{"code a sentence", 200, json, swap(approved, `"responseCode":"00"`, `"responseCode":"OK, approved"`), false},
		{"two codes", 200, json, swap(approved, `"responseCode":"00"`, `"responseCode":"17","responseCode":"00"`), false},
		{"two amounts", 200, json, swap(approved, `"amount":12500`, `"amount":12500,"amount":12500`), false},
		{"cut short", 200, json, approved[:len(approved)-1], false},
		{"something behind", 200, json, approved + "{}", false},
		{"array", 200, json, "[" + approved + "]", false},
		{"null", 200, json, "null", false},
		{"another tid", 200, json, swap(approved, "00300001", "00300002"), false},
		{"another mid", 200, json, swap(approved, "0010000000MM001", "0010000000MM002"), false},
		{"another batch", 200, json, swap(approved, "000004", "000005"), false},
		{"another reference", 200, json, swap(approved, `"referenceNumber":1`, `"referenceNumber":2`), false},
		{"another amount", 200, json, swap(approved, "12500", "12501"), false},
		{"amount with sen", 200, json, swap(approved, `"amount":12500`, `"amount":12500.50`), false},
		{"amount zero", 200, json, swap(approved, `"amount":12500`, `"amount":0`), false},
		{"amount an object", 200, json, swap(approved, `"amount":12500`, `"amount":{}`), false},
		{"another invoice", 200, json, swap(approved, "INV-1", "INV-2"), false},
		{"a void's processing code", 200, json, swap(approved, "040000", "020040"), false},
		{"declined for another tid", 400, json, swap(declined, "00300001", "00300002"), false},
		{"declined for another reference", 400, json, swap(declined, `"referenceNumber":1`, `"referenceNumber":2`), false},
		{"approved without tid", 200, json, swap(approved, `"tid":"00300001",`, ""), false},
		{"approved without mid", 200, json, swap(approved, `"mid":"0010000000MM001",`, ""), false},
		{"approved without batch", 200, json, swap(approved, `"batchNo":"000004",`, ""), false},
		{"approved without reference", 200, json, swap(approved, `"referenceNumber":1,`, ""), false},
		{"approved without amount", 200, json, swap(approved, `"amount":12500,`, ""), false},
		{"approved, echo a text", 200, json, swap(approved, `"transactionRequestData":{"merchantInvoice":"INV-1","batchNo":"000004","phone":"081234567890"}`, `"transactionRequestData":"x"`), false},
		{"objects too deep", 200, json, `{"x":` + strings.Repeat(`{"y":`, 40) + "1" + strings.Repeat("}", 40) + `,` + approved[1:], false},
		{"arrays too deep", 200, json, `{"x":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `,` + approved[1:], false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newTestClient(t, Options{Transport: replying(test.status, test.contentType, test.body)})
			got, err := c.Push(context.Background(), testRequest(Push))
			if test.verdict {
				if err != nil || got.Status != test.status || string(got.Body) != test.body {
					t.Errorf("Push = %v, %v, want a verdict", got, err)
				}
				return
			}
			var call *CallError
			if !errors.Is(err, ErrUnclear) || !errors.As(err, &call) {
				t.Fatalf("Push = %v, %v, want ErrUnclear", got, err)
			}
			if call.Status != test.status || string(call.Body) != test.body || call.Header == nil {
				t.Errorf("CallError keeps %d %q, want what came", call.Status, call.Body)
			}
			if errors.Is(err, ErrNoAnswer) || errors.Is(err, ErrNotSent) {
				t.Errorf("%v is more than one kind of failure", err)
			}
		})
	}
}

// Every operation takes its own type only, and every code is a value.
func TestEveryOperationAnswers(t *testing.T) {
	t.Parallel()
	for _, asked := range Operations() {
		for _, answered := range Operations() {
			for _, code := range []Code{"00", "14", "40", "ER"} {
				c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(answered, code))})
				got, err := c.Do(context.Background(), render(t, c, testRequest(asked)))
				if asked == answered && (err != nil || got.Code != code || got.Operation != asked) {
					t.Errorf("%s answered %s = %v, %v", asked, code, got, err)
				}
				if asked != answered && !errors.Is(err, ErrUnclear) {
					t.Errorf("%s answered as %s = %v, %v, want ErrUnclear", asked, answered, got, err)
				}
			}
		}
	}
}

// Only an approved push must echo all five; what other operations leave out is tolerated.
func TestMissingEchoElsewhere(t *testing.T) {
	t.Parallel()
	for _, o := range []Operation{Reversal, Void, Check, CheckVoid, Inquiry} {
		body := fmt.Sprintf(`{"type":%q,"responseCode":"00"}`, o.ResponseType())
		c := newTestClient(t, Options{Transport: replying(200, "application/json", body)})
		if _, err := c.Do(context.Background(), render(t, c, testRequest(o))); err != nil {
			t.Errorf("%s with a bare 00: %v", o, err)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	pad := func(n int) string {
		body := echoed(Push, "00")
		return body[:len(body)-1] + strings.Repeat(" ", n-len(body)) + "}"
	}
	for _, known := range []bool{true, false} {
		for size, verdict := range map[int]bool{MaxBody: true, MaxBody + 1: false, 10 * MaxBody: false, 2048: true} {
			transport := roundTripper(func(r *http.Request) (*http.Response, error) {
				taken(r)
				out := response(200, "application/json", pad(size))
				if !known {
					out.ContentLength = -1
				}
				return out, nil
			})
			c := newTestClient(t, Options{Transport: transport})
			got, err := c.Push(context.Background(), testRequest(Push))
			var call *CallError
			switch {
			case verdict && (err != nil || len(got.Body) != size):
				t.Errorf("%d bytes: %v", size, err)
			case !verdict && (!errors.Is(err, ErrUnclear) || !errors.As(err, &call) || len(call.Body) != MaxBody):
				t.Errorf("%d bytes = %v, want ErrUnclear with %d bytes kept", size, err, MaxBody)
			}
		}
	}
}

// An answer that breaks off is no verdict, but the fact that it came is kept.
func TestAnswerBreaksOff(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, Options{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
		taken(request)
		out := response(200, "application/json", "")
		out.Body, out.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(`{"type":`), broken{})), 500
		return out, nil
	})})
	_, err := c.Do(context.Background(), render(t, c, testRequest(Push)))
	var call *CallError
	if !errors.Is(err, ErrUnclear) || !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &call) || string(call.Body) != `{"type":` {
		t.Errorf("Do = %v, want ErrUnclear with the bytes read so far", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
