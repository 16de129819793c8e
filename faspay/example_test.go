package faspay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/faspay"
)

var credentials = faspay.Credentials{UserID: "bot99999", Password: "p@ssw0rd"}

// provider stands in for Faspay.
func provider() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		echo := `"trx_id":"9999981256572178","merchant_id":"99999","bill_no":"INV1A","response_code":"00","response_desc":"Success"`
		switch {
		case strings.HasSuffix(r.URL.Path, "ovo_direct"):
		case strings.Contains(string(body), "Inquiry"):
			echo += `,"payment_status_code":"2","payment_status_desc":"Payment Sukses","payment_total":"2000"`
		default:
			echo += `,"redirect_url":"https://pay.example/ovo"`
		}
		io.WriteString(w, "{"+echo+"}")
	}))
}

func newClient(url string) *faspay.Client {
	client, err := faspay.NewClient(faspay.Options{URL: url, MerchantID: "99999", Merchant: "Sophia Store", Credentials: credentials})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

var bill = faspay.Bill{
	Number: "INV1A", Description: "Kopi susu", Total: faspay.Rupiah(2000),
	Customer: faspay.Customer{Number: "1", Name: "Budi", Phone: "08817482255", Email: "budi@example.com"},
	Items:    []faspay.Item{{Product: "Kopi susu", Quantity: 1, Amount: faspay.Rupiah(2000)}},
}

func Example() {
	server := provider()
	defer server.Close()
	client, ctx := newClient(server.URL), context.Background()

	posted, err := client.PostData(ctx, bill)
	if err != nil {
		log.Fatal(err)
	}
	trxID := posted.Response.TrxID
	fmt.Println("bill", trxID, "or send the customer to", posted.Response.RedirectURL)

	asked, err := client.Direct(ctx, trxID, "08817482255")
	switch {
	case errors.Is(err, faspay.ErrNotSent):
		fmt.Println("the customer was not asked:", err)
	case err != nil:
		fmt.Println("accepted for all we know; wait for the notification:", err)
	default:
		fmt.Println(asked.Meaning().Follow, "-", asked.Meaning().Text.ID)
	}

	told, err := client.Inquire(ctx, bill.Number, trxID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(told.Response.Status.Meaning().Follow, told.Response.PaymentTotal.Is(bill.Total))
	// Output:
	// bill 9999981256572178 or send the customer to https://pay.example/ovo
	// accepted - Menunggu pembayaran Anda di aplikasi OVO
	// paid true
}

// A notification is verified, written down, and acknowledged in its own form.
func ExampleVerifier_Notification() {
	verifier, err := faspay.NewVerifier("99999", credentials)
	if err != nil {
		log.Fatal(err)
	}
	notification, err := verifier.Notification([]byte(`<faspay><trx_id>9999981256572178</trx_id><merchant_id>99999</merchant_id>
		<bill_no>20201222024304</bill_no><payment_status_code>2</payment_status_code><bill_total>2000</bill_total>
		<signature>25D77976621C74C2C7F7E9ADD305E1E91DE3633B</signature></faspay>`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(notification, notification.BillTotal)
	fmt.Println(string(notification.Acknowledge(time.Date(2020, 12, 19, 6, 10, 1, 0, faspay.WIB)).Body))

	_, err = verifier.Notification([]byte(`trx_id=1&payment_status_code=2`))
	fmt.Println(err)
	// Output:
	// notification of bill 20201222024304 trx 9999981256572178: status 2 Rp2000
	// <?xml version="1.0" encoding="UTF-8"?><faspay><response>Payment Notification</response><trx_id>9999981256572178</trx_id><merchant_id>99999</merchant_id><bill_no>20201222024304</bill_no><response_code>00</response_code><response_desc>Success</response_desc><response_date>2020-12-19 06:10:01</response_date></faspay>
	// faspay: refused: not proper: a form, where JSON or XML is due
}

// What a browser brings back is a claim, and at most the reason for an inquiry.
func ExampleVerifier_Return() {
	verifier, err := faspay.NewVerifier("99999", credentials)
	if err != nil {
		log.Fatal(err)
	}
	back, err := verifier.Return("trx_id=8985999990013136&merchant_id=99999&merchant=FASPAY+STORE&bill_no=4370&bill_ref=4370&bill_total=10000&bank_user_name=FaspayTest&status=0&signature=0da33ad07fe9980f7b7ff70a964803e821a86866")
	fmt.Println(back, err)
	// Output:
	// return of bill 4370 trx 8985999990013136: claims status 0 <nil>
}

// What is sent can be written to disk first, byte for byte.
func ExampleClient_Render() {
	client := newClient(faspay.SandboxURL)
	at := time.Date(2020, 12, 19, 6, 4, 29, 0, faspay.WIB)
	rendered, err := client.Render(faspay.Request{Operation: faspay.Direct, TrxID: "9999981256572178", Phone: "+628817482255"}, at)
	if err != nil {
		log.Fatal(err)
	}
	again, err := faspay.ParseWire(rendered.Wire(), rendered.RenderedAt)
	fmt.Println(again, err)
	fmt.Println("send by", again.SendBy.Format(faspay.DateLayout))
	// Output:
	// ovo_direct trx 9999981256572178 at 2020-12-19T06:04:29+07:00, 97 bytes of form <nil>
	// send by 2020-12-19 06:04:31
}

// One sum in the two scales of Faspay's messages.
func ExampleAmount() {
	a := faspay.Rupiah(2000)
	fmt.Println(a, "in a request:", a.Scaled(), "in a notification:", a.Plain())
	// Output:
	// Rp2000 in a request: 200000 in a notification: 2000
}

func ExampleBillNoIsSafe() {
	seen := credentials.SignBill("1232") // in the address of the redirect page of bill 1232
	fmt.Println("also says that bill 123 is paid:", seen == credentials.SignStatus("123", faspay.Paid))
	fmt.Println(faspay.BillNoIsSafe("123"), faspay.BillNoIsSafe("123A"))
	// Output:
	// also says that bill 123 is paid: true
	// false true
}
