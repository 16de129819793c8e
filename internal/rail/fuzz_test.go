package rail_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/doku"
	"github.com/lunas-pay/lunas/faspay"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// opened is a rail for bytes from outside, opened once.
func opened(f *testing.F, a merchant.Account) rail.NotificationReader {
	f.Helper()
	line, err := rail.Open(a, http.DefaultTransport, time.Now)
	if err != nil {
		f.Fatal(err)
	}
	return line.(rail.NotificationReader)
}

// readWell makes sure of what holds for every notification, whatever its bytes: it is refused with an answer that is no
// acknowledgement, or it names a payment, and no amount below 0.
func readWell(t *testing.T, n rail.Notice, err error) {
	t.Helper()
	var rejected *rail.Rejected
	switch {
	case errors.As(err, &rejected):
		if rejected.Reply.Status < 400 || rejected.Why == "" {
			t.Fatalf("rejected with %d for %q", rejected.Reply.Status, rejected.Why)
		}
	case err != nil:
		t.Fatalf("the error is no *Rejected: %v", err)
	case n.Invoice == "" || n.Outcome.Class == "" || n.Outcome.Code == "" || n.Outcome.Amount < 0:
		t.Fatalf("taken, and yet %+v", n)
	}
	if id, ok := payment.PaymentOfInvoice(n.Invoice); ok && id == "" {
		t.Fatalf("%q is of no payment", n.Invoice)
	}
}

func FuzzFaspayNotification(f *testing.F) {
	right := credentials().SignStatus("test-1b", faspay.Paid)
	for _, form := range []string{"json", "xml"} {
		f.Add(faspayNotification(form, paidFields(faspay.Paid, right)...).Body)
	}
	f.Add([]byte(xmlBomb))
	f.Add([]byte(externalEntity))
	reader := opened(f, faspayAccount("127.0.0.1:1"))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := reader.ReadNotification(rail.Notification{Method: "POST", Endpoint: "/", Header: http.Header{}, Body: body}, nil, time.Now())
		readWell(t, n, err)
		if err == nil && n.Acknowledgement == nil {
			t.Fatal("taken without an acknowledgement")
		}
	})
}

// The signature is always right here, so that the message is read.
func FuzzDOKUNotification(f *testing.F) {
	now := time.Date(2026, 3, 21, 3, 0, 0, 0, time.UTC)
	f.Add([]byte(`{"order":{"invoice_number":"test-1","amount":12500},"transaction":{"status":"SUCCESS","date":"2021-01-27T03:24:23Z"}}`))
	f.Add([]byte(`{"order":{"invoice_number":"test-1","amount":"12500"},"transaction":{"status":"TIMEOUT"},"acquirer":null}`))
	f.Add([]byte(`null`))
	reader := opened(f, dokuAccount("127.0.0.1:1"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := doku.Signed{ClientID: dokuClient, RequestID: "n-1", Timestamp: doku.FormatTimestamp(now), Target: "/n", Body: body}
		n, err := reader.ReadNotification(rail.Notification{Method: "POST", Endpoint: "/n", Body: body, Header: http.Header{
			"Client-Id": {s.ClientID}, "Request-Id": {s.RequestID}, "Request-Timestamp": {s.Timestamp},
			"Signature": {doku.Sign(doku.Secret(dokuSecret), s)},
		}}, nil, now)
		readWell(t, n, err)
	})
}
