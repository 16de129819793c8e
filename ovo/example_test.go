package ovo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/lunas-pay/lunas/ovo"
)

// provider stands in for OVO: it gives every request the same answer.
func provider(status int, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
}

var payment = ovo.Request{
	Terminal: ovo.Terminal{TID: "00300001", MID: "0010000000MM001", MerchantID: "123456", StoreCode: "MM001"},
	Amount:   12500, BatchNumber: 4, ReferenceNumber: 1, MerchantInvoice: "INV-1", Phone: "+6281234567890",
}

const approval = `{"type":"0210","processingCode":"040000","amount":12500,"traceNumber":3451,"referenceNumber":1,
	"approvalCode":"410315","responseCode":"00","tid":"00300001","mid":"0010000000MM001",
	"transactionRequestData":{"merchantInvoice":"INV-1","batchNo":"000004","phone":"081234567890"}}`

func Example() {
	server := provider(200, approval)
	defer server.Close()
	client, err := ovo.NewClient(ovo.Options{URL: server.URL + "/pos", AppID: "app", AppKey: "key"})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.Push(context.Background(), payment)
	switch {
	case errors.Is(err, ovo.ErrNotSent):
		fmt.Println("the customer was not asked:", err)
	case err != nil:
		fmt.Println("the customer may have paid; reverse at 65 s:", err)
	default:
		fmt.Println(answer.Meaning().Follow, answer.Response.ApprovalCode)
		fmt.Println(answer.Meaning().Text.ID)
	}
	// Output:
	// approved 410315
	// Pembayaran berhasil
}

// A decline is a value.
func ExampleClient_Push_declined() {
	server := provider(400, `{"type":"0210","responseCode":"17"}`)
	defer server.Close()
	client, err := ovo.NewClient(ovo.Options{URL: server.URL, AppID: "app", AppKey: "key"})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.Push(context.Background(), payment)
	fmt.Println(answer.Code, answer.Meaning().Follow, err)
	fmt.Println(answer.Meaning().Text.EN)
	// Output:
	// 17 declined <nil>
	// Payment Canceled By User
}

// An empty 404 says that the customer let the push expire, but it is no verdict.
func ExampleCallError() {
	server := provider(404, "")
	defer server.Close()
	client, err := ovo.NewClient(ovo.Options{URL: server.URL, AppID: "app", AppKey: "key"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Push(context.Background(), payment)
	var call *ovo.CallError
	fmt.Println(errors.As(err, &call), errors.Is(err, ovo.ErrUnclear))
	fmt.Println(call)
	fmt.Println(call.Hint)
	// Output:
	// true true
	// ovo: push 000004/000001 TID 00300001: unclear answer (HTTP 404): empty body
	// OVO answers an empty 404 when the customer let the push expire
}

// What is sent can be written to disk first, byte for byte.
func ExampleClient_Render() {
	client, err := ovo.NewClient(ovo.Options{URL: ovo.StagingURL, AppID: "app", AppKey: "key"})
	if err != nil {
		log.Fatal(err)
	}
	request := payment
	request.Operation = ovo.Push
	rendered, err := client.Render(request, time.Date(2022, 2, 10, 17, 34, 58, 497_000_000, ovo.WIB))
	if err != nil {
		log.Fatal(err)
	}
	stored := rendered.Wire()
	again, err := ovo.ParseWire(stored)
	fmt.Println(again, err)
	fmt.Println("send by", again.SendBy.Format(ovo.DateLayout))
	// Output:
	// push 000004/000001 TID 00300001 at 2022-02-10T17:34:58.497+07:00, 302 bytes <nil>
	// send by 2022-02-10 17:35:00.497
}

func ExampleCode_For() {
	for _, operation := range []ovo.Operation{ovo.Push, ovo.Check, ovo.Reversal} {
		fmt.Println(operation, "answered 58:", ovo.Code("58").For(operation).Follow)
	}
	// Output:
	// push answered 58: misconfigured
	// check answered 58: unknown
	// reversal answered 58: misconfigured
}

func ExampleNormalizePhone() {
	fmt.Println(ovo.NormalizePhone("+6281234567890"))
	fmt.Println(ovo.NormalizePhone("+62081234567890"))
	// Output:
	// 081234567890 <nil>
	//  phone has a 0 after the country code (write +62 8…, or 08…, not +62 08…)
}
