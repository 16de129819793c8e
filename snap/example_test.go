package snap_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/lunas-pay/lunas/snap"
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

func newClient(address string) *snap.Client {
	key, err := rsa.GenerateKey(rand.Reader, 2048) // in earnest: snap.ParsePrivateKey of a file
	if err != nil {
		log.Fatal(err)
	}
	private, err := snap.NewPrivateKey(key)
	if err != nil {
		log.Fatal(err)
	}
	client, err := snap.NewClient(snap.Options{URL: address, ClientID: "tokouji", ClientSecret: "secret", PrivateKey: private})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

var (
	envelope = snap.Envelope{Token: "a.living.token", ExternalID: "20261121101530000000000001"}
	request  = snap.GenerateRequest{
		Store:              snap.Store{MerchantID: "000000000000179", TerminalID: "00000179"},
		PartnerReferenceNo: "000000000123", Amount: 10_000,
	}
)

func Example() {
	server := provider(200, `{"responseCode":"2004700","responseMessage":"Successful","refNo":"R1","qrStr":"00020101021226..."}`)
	defer server.Close()
	client := newClient(server.URL + "/OVOSNAP")
	answer, err := client.Generate(context.Background(), envelope, request)
	switch {
	case err != nil:
		fmt.Println("nothing was charged; take a new number:", err)
	case answer.Meaning().Follow == snap.TokenDead:
		fmt.Println("get a new token, and once more")
	case answer.Meaning().Follow == snap.Done:
		fmt.Println(answer.QR.ReferenceNo, answer.QR.Content)
		fmt.Println(answer.Meaning().Text.ID)
	}
	// Output:
	// R1 00020101021226...
	// Pindai kode QR ini dengan aplikasi pembayaran Anda
}

func ExampleClient_Token() {
	server := provider(200, `{"responseCode":"2007300","accessToken":"a.living.token","tokenType":"Bearer","expiresIn":"900"}`)
	defer server.Close()
	answer, err := newClient(server.URL).Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Token.Value, answer.Token.Lives(time.Now(), time.Minute))
	// Output: *** true
}

// A refusal is a value. OVO says in its own way that a token is dead.
func ExampleAnswer_Meaning() {
	server := provider(401, `{"data":{"error":{"code":"OV00502","message":"Unauthorized access"}},
		"responseCode":"4014701","responseMessage":"Invalid Token:Anda Tidak Memiliki Akses"}`)
	defer server.Close()
	answer, err := newClient(server.URL).Generate(context.Background(), envelope, request)
	fmt.Println(answer, err)
	fmt.Println(answer.Meaning().Follow)
	// Output:
	// generate: 4014701 OV00502 (HTTP 401) <nil>
	// token_dead
}

// Too much is refused before anything is sent.
func ExampleCallError() {
	client := newClient("https://host.invalid/OVOSNAP")
	large := request
	large.Amount = 5_000_001
	_, err := client.Generate(context.Background(), envelope, large)
	fmt.Println(errors.Is(err, snap.ErrNotSent))
	fmt.Println(err)
	// Output:
	// true
	// snap: generate: not sent: snap: render generate: amount must be at most 5000000 rupiah (OVO's limit of one QR)
}

// What is sent can be written to disk first, byte for byte.
func ExampleClient_Render() {
	client := newClient(snap.StagingURL)
	rendered, err := client.Render(request, envelope, time.Date(2026, 11, 21, 10, 15, 30, 0, snap.WIB))
	if err != nil {
		log.Fatal(err)
	}
	again, err := snap.ParseWire(rendered.Wire())
	fmt.Println(again, err)
	fmt.Println("send by", again.SendBy.Format(snap.TimestampLayout))
	// Output:
	// generate 000000000123 at 2026-11-21T10:15:30+07:00, 159 bytes <nil>
	// send by 2026-11-21T10:15:32+07:00
}

func ExampleVerifier() {
	at := time.Date(2026, 11, 21, 10, 16, 0, 0, snap.WIB)
	header, body, err := snap.SignNotification(snap.NotifyOptions{
		Mode: snap.SharedSecret, ClientSecret: "secret", Endpoint: "/notify",
	}, snap.Notification{Payment: snap.Payment{ReferenceNo: "R1", PartnerReferenceNo: "000000000123", Status: snap.StatusSuccess, Amount: 10_000}}, at)
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := snap.NewVerifier(snap.VerifierOptions{Mode: snap.SharedSecret, ClientSecret: "secret"})
	if err != nil {
		log.Fatal(err)
	}
	came := snap.Incoming{Method: "POST", Endpoint: "/notify", Header: header, Body: body}
	notification, err := verifier.Verify(came, at)
	fmt.Println(notification.Payment.PartnerReferenceNo, notification.Payment.Status.State(), err)
	_, err = verifier.Verify(came, at.Add(time.Hour))
	fmt.Println(err)
	fmt.Println(string(snap.Reply(snap.Acknowledged, snap.AcknowledgedText)))
	// Output:
	// 000000000123 paid <nil>
	// snap: notification: stale: X-TIMESTAMP is 1h0m0s behind our clock
	// {"responseCode":"2005200","responseMessage":"Request has been processed successfully"}
}

func ExampleCode_For() {
	for _, code := range []snap.Code{"2007800", "4037815", "5047800", "4097801"} {
		entry, _ := code.Entry()
		fmt.Println(code, entry.Message, "→", code.For(snap.Refund).Follow)
	}
	// Output:
	// 2007800 Successful → done
	// 4037815 Transaction Not Permitted.[reason] → declined
	// 5047800 Timeout → unknown
	// 4097801 Duplicate partnerReferenceNo → duplicate
}
