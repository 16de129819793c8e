package doku_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/lunas-pay/lunas/doku"
)

// provider stands in for DOKU: it gives every request the same answer.
func provider(status int, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
}

func client(url string) *doku.Client {
	c, err := doku.NewClient(doku.Options{URL: url, ClientID: "MCH-0001", Secret: "SK-1"})
	if err != nil {
		log.Fatal(err)
	}
	return c
}

var payment = doku.Request{InvoiceNumber: "INV-1", Amount: 10000, Phone: "+6281211111111", RequestID: "4d5e"}

const approval = `{"client":{"id":"MCH-0001"},"order":{"invoice_number":"INV-1","amount":10000},"ovo_info":{"ovo_id":"081211111111"},
	"ovo_payment":{"approval_code":"19832","response_code":"00","cash_used":10000,"cash_balance":90000,"status":"SUCCESS"}}`

func Example() {
	server := provider(200, approval)
	defer server.Close()
	answer, err := client(server.URL).Push(context.Background(), payment)
	switch {
	case errors.Is(err, doku.ErrNotSent):
		fmt.Println("the customer was not asked:", err)
	case err != nil:
		fmt.Println("the customer may have paid; check:", err)
	default:
		fmt.Println(answer.Meaning().Follow, answer.Payment.ApprovalCode, answer.Payment.CashUsed)
		fmt.Println(answer.Meaning().Text.ID)
	}
	// Output:
	// approved 19832 10000
	// Pembayaran berhasil
}

// A decline is a value.
func ExampleClient_Push_declined() {
	server := provider(200, `{"order":{"invoice_number":"INV-1"},"ovo_payment":{"response_code":"17","status":"FAILED"}}`)
	defer server.Close()
	answer, err := client(server.URL).Push(context.Background(), payment)
	fmt.Println(answer.Payment.Code, answer.Meaning().Follow, err)
	fmt.Println(answer.Meaning().Text.EN)
	// Output:
	// 17 declined <nil>
	// Payment Canceled By User
}

// A refusal is a value too. This one was refused before the customer was asked.
func ExampleRefusal() {
	server := provider(400, `{"error":{"code":"invalid_signature","message":"Invalid Header Signature"}}`)
	defer server.Close()
	answer, err := client(server.URL).Push(context.Background(), payment)
	fmt.Println(answer, err)
	fmt.Println(answer.Meaning().Follow, answer.Meaning().Asked)
	// Output:
	// push: refused: invalid_signature: Invalid Header Signature (HTTP 400) <nil>
	// misconfigured false
}

// TIMEOUT is not final: the check is asked again, later.
func ExampleClient_Check() {
	server := provider(200, `{"order":{"invoice_number":"INV-1","amount":10000},"transaction":{"status":"TIMEOUT"}}`)
	defer server.Close()
	answer, err := client(server.URL).Check(context.Background(), payment)
	fmt.Println(answer.Transaction, err)
	fmt.Println(answer.Meaning().Follow, answer.Transaction.Status.Final())
	// Output:
	// INV-1 TIMEOUT Rp10000 <nil>
	// pending false
}

// What is sent can be written to disk first, byte for byte.
func ExampleClient_Render() {
	request := payment
	request.Operation = doku.Push
	rendered, err := client(doku.SandboxURL).Render(request, time.Date(2020, 8, 11, 8, 45, 42, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	stored := rendered.Wire()
	again, err := doku.ParseWire(stored)
	fmt.Println(again, err)
	fmt.Println("send by", again.SendBy.Format(time.TimeOnly))
	// Output:
	// push INV-1 at 2020-08-11T08:45:42Z, 207 bytes <nil>
	// send by 08:45:44
}

func ExampleVerifier() {
	now := time.Date(2020, 8, 11, 8, 45, 42, 0, time.UTC)
	header, body, err := doku.SignNotification(doku.NotifyOptions{ClientID: "MCH-0001", Secret: "SK-1", Target: "/notify"}, doku.Notification{
		RequestID: "7f", At: now,
		Transaction: doku.Transaction{InvoiceNumber: "INV-1", Amount: 10000, Status: doku.StatusSuccess},
	})
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := doku.NewVerifier(doku.VerifierOptions{ClientID: "MCH-0001", Secret: "SK-1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verifier.Verify(doku.Incoming{Target: "/notify", Header: header, Body: body}, now))
	_, err = verifier.Verify(doku.Incoming{Target: "/notify", Header: header, Body: append(body, ' ')}, now)
	fmt.Println(err)
	// Output:
	// notification of INV-1 SUCCESS Rp10000 <nil>
	// doku: notification: forged: signature
}

func ExampleCode_For() {
	for _, code := range []doku.Code{"00", "17", "68", "-", "94"} {
		fmt.Println(code, code.For(doku.Push).Follow)
	}
	// Output:
	// 00 approved
	// 17 declined
	// 68 unknown
	// - unanswered
	// 94 duplicate
}
