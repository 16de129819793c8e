package rail_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/doku"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/rail/railtest"
	"github.com/lunas-pay/lunas/sandbox"
)

var (
	dokuClient = sandbox.DemoDOKUMerchant().ClientID // never written
	dokuSecret = sandbox.DemoDOKUMerchant().Secret   // never written
)

func dokuAccount(host string) merchant.Account {
	return merchant.Account{
		ID: "doku", MerchantID: "demo", Rail: payment.DOKU, Environment: merchant.Sandbox, URL: "http://" + host,
		Terms:     payment.DOKUTerms(),
		DOKU:      merchant.DOKUCredentials{ClientID: dokuClient, SecretKey: merchant.NewSecret(dokuSecret)},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "doku"}}},
	}
}

func openDOKU(t *testing.T, transport http.RoundTripper) rail.Rail {
	t.Helper()
	line, err := rail.Open(dokuAccount("127.0.0.1:1"), transport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// dokuAnswer answers a push as DOKU's guide shows it, with OVO's code and DOKU's status.
func dokuAnswer(body []byte, code, status string) string {
	var m struct {
		Order struct {
			Invoice string `json:"invoice_number"`
			Amount  int64  `json:"amount"`
		} `json:"order"`
		OVO struct {
			ID string `json:"ovo_id"`
		} `json:"ovo_info"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return `{"error":{"code":"invalid_request","message":"not JSON","type":""}}`
	}
	return fmt.Sprintf(`{"client":{"id":%q},"order":{"invoice_number":%q,"amount":%d},
"ovo_info":{"ovo_id":%q,"ovo_account_name":"Anton Budiman"},
"ovo_payment":{"date":"20201014162928","batch_number":4,"trace_number":987654,"reference_number":38,"approval_code":"19832",
"response_code":%q,"status":%q}}`, dokuClient, m.Order.Invoice, m.Order.Amount, m.OVO.ID, code, status)
}

func dokuProvider(t *testing.T) http.Handler {
	s := sandbox.New(sandbox.Options{Wallets: []sandbox.Wallet{
		{Phone: payer, Name: "Budi", Cash: 1_000_000, Habit: sandbox.Effect{Customer: sandbox.Cash}},
		{Phone: decliner, Name: "Citra", Cash: 1_000_000, Habit: sandbox.Effect{Code: "17"}},
	}})
	t.Cleanup(s.Close)
	return s.DOKU()
}

func TestDOKU(t *testing.T) {
	t.Parallel()
	for _, unsigned := range []bool{false, true} {
		t.Run(fmt.Sprintf("unsigned %t", unsigned), func(t *testing.T) {
			t.Parallel()
			railtest.Run(t, railtest.Subject{
				Open: func(host string, transport http.RoundTripper, now func() time.Time) (rail.Rail, error) {
					a := dokuAccount(host)
					a.DOKU.Unsigned = unsigned
					return rail.Open(a, transport, now)
				},
				Provider: dokuProvider,
				Approved: func(n int, now time.Time) payment.Command { return push(payer, n, now) },
				Declined: func(n int, now time.Time) payment.Command { return push(decliner, n, now) },
				Secrets:  []string{payer, dokuSecret},
			})
		})
	}
}

// answering is a provider that answers everything with one message.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return straight{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := a.body
		if code, status, ok := strings.Cut(strings.TrimPrefix(a.body, "push "), " "); ok && strings.HasPrefix(a.body, "push ") {
			text = dokuAnswer(body, code, status)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, text)
	})}.RoundTrip(r)
}

func checkAnswer(status string, amount int) string {
	return fmt.Sprintf(`{"order":{"invoice_number":"test-1","amount":%d},"transaction":{"status":%q,"date":"2021-01-27T03:24:23Z"}}`, amount, status)
}

// What DOKU answers, and what we make of it. Sources: DOKU, OVO Push Payment Guide, "OVO Response Code Mapping"; DOKU,
// Check Status API. 40, 68, ER, and that the customer did not respond, are left to a check.
func TestDOKUOutcomes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	target := push(payer, 1, at).(payment.Push).Target
	target.ProviderNumber, target.TraceNumber, target.ApprovalCode = payment.Number{Batch: 4, Reference: 38}, "987654", "19832"
	pushed := payment.Push{Target: target, SendBy: at.Add(2 * time.Second)}
	check, void := payment.Inquire{Target: target, Of: payment.CallPush}, payment.Void{Target: target}
	checkVoid := payment.Inquire{Target: target, Of: payment.CallVoid}
	const gate = `{"error":{"code":"invalid_signature","message":"Invalid Header Signature","type":"x"}}`
	const other = `{"error":{"code":"order_not_found","message":"no such order","type":"x"}}`
	for _, test := range []struct {
		command payment.Command
		status  int
		body    string
		class   payment.Class
		code    string
		cause   payment.Reason
		asked   bool
	}{
		{pushed, 200, "push 00 SUCCESS", payment.Approved, "00", "", true},
		{pushed, 200, "push 14 FAILED", payment.Refused, "14", "phone_not_registered", false},
		{pushed, 200, "push 17 FAILED", payment.Refused, "17", "canceled_by_customer", true},
		{pushed, 200, "push - FAILED", payment.Pending, "-", payment.ReasonTimeout, true},
		{pushed, 200, "push  FAILED", payment.Pending, "-", payment.ReasonTimeout, true},
		{pushed, 200, "push 68 FAILED", payment.Unknown, "68", "provider_pending", true},
		{pushed, 200, "push 40 FAILED", payment.Unknown, "40", "provider_error", true},
		{pushed, 200, "push ER FAILED", payment.Unknown, "ER", "provider_error", true},
		{pushed, 200, "push 00 FAILED", payment.Unknown, "00", "provider_declined", true}, // they contradict each other
		{pushed, 200, "push 17 SUCCESS", payment.Unknown, "17", "canceled_by_customer", true},
		{pushed, 200, "push 94 FAILED", payment.Duplicate, "94", payment.ReasonDuplicate, true},
		{pushed, 200, "push EB FAILED", payment.Misconfigured, "EB", payment.ReasonMisconfigured, false},
		{pushed, 409, "push 00 SUCCESS", payment.Approved, "00", "", true},
		{pushed, 400, gate, payment.Misconfigured, "invalid_signature", payment.ReasonMisconfigured, false},
		{pushed, 400, other, payment.Unknown, "order_not_found", "provider_error", true},
		{pushed, 400, `{"message":["AMOUNT IS NOT VALID"]}`, payment.Unknown, "400", "provider_error", true},
		{void, 200, "push 00 SUCCESS", payment.Approved, "00", "", true},
		{void, 200, "push 65 FAILED", payment.Refused, "65", "limit_exceeded", true},
		{void, 400, gate, payment.Misconfigured, "invalid_signature", payment.ReasonMisconfigured, true},
		{check, 200, checkAnswer("SUCCESS", 12500), payment.Approved, "SUCCESS", "", true},
		{check, 200, checkAnswer("FAILED", 12500), payment.Refused, "FAILED", "provider_declined", true},
		{check, 200, checkAnswer("EXPIRED", 12500), payment.Refused, "EXPIRED", payment.ReasonTimeout, true},
		{check, 200, checkAnswer("PENDING", 12500), payment.Pending, "PENDING", "", true},
		{check, 200, checkAnswer("TIMEOUT", 12500), payment.Pending, "TIMEOUT", payment.ReasonTimeout, true},
		{check, 200, checkAnswer("REFUNDED", 12500), payment.WasReversed, "REFUNDED", "", true},
		{check, 404, other, payment.NotFound, "order_not_found", payment.ReasonNotFound, true},
		{check, 400, gate, payment.Unknown, "invalid_signature", "provider_error", true}, // it says nothing about the payment
		{checkVoid, 200, checkAnswer("REFUNDED", 12500), payment.Approved, "REFUNDED", "", true},
		{checkVoid, 200, checkAnswer("SUCCESS", 12500), payment.NotFound, "SUCCESS", payment.ReasonNotFound, true},
		{checkVoid, 200, checkAnswer("PENDING", 12500), payment.Pending, "PENDING", "", true},
		{checkVoid, 200, checkAnswer("FAILED", 12500), payment.Unknown, "FAILED", "provider_error", true},
		{checkVoid, 404, other, payment.Unknown, "order_not_found", "provider_error", true},
	} {
		line, err := rail.Open(dokuAccount("127.0.0.1:1"), answering{test.status, test.body}, func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		m, err := line.Render(test.command, at)
		if err != nil {
			t.Fatal(err)
		}
		o, err := line.Do(t.Context(), m)
		if err != nil || o.Class != test.class || o.Code != test.code || o.Cause != test.cause || o.NotAsked == test.asked {
			t.Errorf("%T, %d %s:\n%s %q %q not asked %t, %v; want %s %q %q asked %t",
				test.command, test.status, test.body, o.Class, o.Code, o.Cause, o.NotAsked, err, test.class, test.code, test.cause, test.asked)
		}
		if test.command == payment.Command(pushed) && o.Class == payment.Approved &&
			(o.ApprovalCode != "19832" || o.TraceNumber != "987654" || o.ProviderNumber != target.ProviderNumber || o.Amount != 12500) {
			t.Errorf("facts = %+v, want those of the guide's sample", o)
		}
	}
	line := openDOKU(t, answering{200, checkAnswer("SUCCESS", 1)})
	m, err := line.Render(check, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if o, err := line.Do(t.Context(), m); !errors.Is(err, rail.ErrUnclear) {
		t.Errorf("a check that tells another amount = %+v, %v, want it unclear", o, err)
	}
}

// Request-Id is never the same for two calls: DOKU would answer the second one with its first answer.
func TestDOKURequestIDs(t *testing.T) {
	t.Parallel()
	line := openDOKU(t, http.DefaultTransport)
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	target := push(payer, 1, at).(payment.Push).Target
	target.ApprovalCode = "19832"
	again, other := target, target
	again.Try, other.Invoice = 2, "test-2"
	seen := map[string]bool{}
	for _, c := range []struct {
		command payment.Command
		at      time.Time
	}{
		{payment.Push{Target: target}, at},
		{payment.Push{Target: other}, at},
		{payment.Inquire{Target: target, Of: payment.CallPush}, at},
		{payment.Inquire{Target: again, Of: payment.CallPush}, at},
		{payment.Inquire{Target: target, Of: payment.CallPush}, at.Add(time.Second)}, // of a restored backup
		{payment.Inquire{Target: target, Of: payment.CallVoid}, at},
		{payment.Void{Target: target}, at},
	} {
		m, err := line.Render(c.command, c.at)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(m.Wire), "Request-Id: ")
		id, _, _ := strings.Cut(rest, "\r\n")
		if id == "" || seen[id] || strings.Contains(id, payer) {
			t.Errorf("%T: Request-Id %q, want one that no other has", c.command, id)
		}
		seen[id] = true
	}
	for _, c := range []payment.Command{payment.Reverse{Target: target}, payment.ShowQR{Target: target}} {
		if _, err := line.Render(c, at); err == nil {
			t.Errorf("DOKU has rendered a %T", c)
		}
	}
	target.ApprovalCode = ""
	if _, err := line.Render(payment.Void{Target: target}, at); err == nil || !strings.Contains(err.Error(), "DOKU Back Office") {
		t.Errorf("a void without OVO's numbers = %v, want an error that says what to do", err)
	}
}

// A push or void that waits too long does not leave, also where the terms give it more time than the client does by itself.
func TestDOKUSendBy(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	target := push(payer, 1, at).(payment.Push).Target
	target.ApprovalCode = "19832"
	for _, c := range []payment.Command{payment.Push{Target: target, SendBy: at.Add(time.Minute)}, payment.Void{Target: target}} {
		for after, leaves := range map[time.Duration]bool{59 * time.Second: true, 61 * time.Second: false} {
			a := dokuAccount("127.0.0.1:1")
			a.Terms.SendWithin = time.Minute
			line, err := rail.Open(a, answering{200, "push 00 SUCCESS"}, func() time.Time { return at.Add(after) })
			if err != nil {
				t.Fatal(err)
			}
			m, err := line.Render(c, at)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := line.Do(context.Background(), m); errors.Is(err, rail.ErrNotSent) == leaves {
				t.Errorf("%T after %s: %v; that it leaves is %t", c, after, err, leaves)
			}
		}
	}
}

func dokuNotification(t *testing.T, target string, x doku.Transaction, at time.Time, secret string) rail.Notification {
	t.Helper()
	header, body, err := doku.SignNotification(doku.NotifyOptions{ClientID: dokuClient, Secret: doku.Secret(secret), Target: target},
		doku.Notification{Transaction: x, RequestID: "n-1", At: at})
	if err != nil {
		t.Fatal(err)
	}
	return rail.Notification{Method: http.MethodPost, Endpoint: target, Header: header, Body: body}
}

func TestDOKUNotifications(t *testing.T) {
	t.Parallel()
	reader := openDOKU(t, http.DefaultTransport).(rail.NotificationReader)
	now := time.Date(2026, 3, 21, 3, 0, 0, 0, time.UTC)
	const door = "/notify/doku/doku"
	paid := doku.Transaction{InvoiceNumber: "test-1", Amount: 12500, Status: doku.StatusSuccess, Date: "2026-03-21T02:59:00Z"}
	notice, err := reader.ReadNotification(dokuNotification(t, door, paid, now, dokuSecret), nil, now)
	want := payment.Outcome{Class: payment.Approved, Code: "SUCCESS", Amount: 12500, PaidAt: paid.At()}
	if err != nil || notice.Invoice != "test-1" || notice.Outcome != want || !notice.Number.IsZero() {
		t.Errorf("ReadNotification = %+v, %v; want test-1 %+v", notice, err, want)
	}
	changed := dokuNotification(t, door, paid, now, dokuSecret)
	changed.Body = []byte(strings.Replace(string(changed.Body), "12500", "1", 1))
	elsewhere := dokuNotification(t, door, paid, now, dokuSecret)
	elsewhere.Endpoint = "/notify/doku/other"
	unsigned := dokuNotification(t, door, paid, now, dokuSecret)
	unsigned.Header.Del("Signature")
	for name, in := range map[string]struct {
		rail.Notification
		status int
	}{
		"signed with another secret": {dokuNotification(t, door, paid, now, "SK-other"), http.StatusUnauthorized},
		"changed on its way":         {changed, http.StatusUnauthorized},
		"sent to another door":       {elsewhere, http.StatusUnauthorized},
		"two days old":               {dokuNotification(t, door, paid, now.Add(-48*time.Hour), dokuSecret), http.StatusUnauthorized},
		"unsigned":                   {unsigned, http.StatusBadRequest},
	} {
		var rejected *rail.Rejected
		if _, err := reader.ReadNotification(in.Notification, nil, now); !errors.As(err, &rejected) || rejected.Reply.Status != in.status {
			t.Errorf("%s: %v, want it rejected with %d", name, err, in.status)
		} else if strings.Contains(rejected.Why, "12500") || !json.Valid(rejected.Reply.Body) {
			t.Errorf("%s: why %q, reply %s; want no data of the message, and JSON", name, rejected.Why, rejected.Reply.Body)
		}
	}
	for verdict, status := range map[rail.Verdict]int{rail.Taken: 200, rail.UnknownPayment: 404, rail.OtherMerchant: 404, rail.OurTrouble: 503} {
		if r := reader.Reply(verdict); r.Status != status || !json.Valid(r.Body) {
			t.Errorf("Reply(%s) = %d %s, want %d", verdict, r.Status, r.Body, status)
		}
	}
}

func TestDOKUCodes(t *testing.T) {
	t.Parallel()
	explainer := openDOKU(t, http.DefaultTransport).(rail.Explainer)
	for _, entry := range doku.Codes() {
		for _, call := range []payment.Call{payment.CallPush, payment.CallVoid} {
			x, known := explainer.Explain(call, string(entry.Code))
			if !known || x.Provider == "" || x.Indonesian == "" || x.English == "" {
				t.Errorf("Explain(%s, %s) = %+v, %t; want the provider's words and ours in two languages", call, entry.Code, x, known)
			}
		}
	}
	for _, status := range doku.Statuses() {
		if x, known := explainer.Explain(payment.CallCheck, string(status)); !known || x.Provider == "" || x.English == "" || x.Indonesian == "" {
			t.Errorf("Explain(check, %s) = %+v, %t", status, x, known)
		}
	}
	if x, known := explainer.Explain(payment.CallPush, "invalid_signature"); !known || !x.OperatorAttention || x.CustomerWasAsked {
		t.Errorf("Explain(push, invalid_signature) = %+v, %t", x, known)
	}
	for _, call := range []payment.Call{payment.CallPush, payment.CallCheck} {
		if _, known := explainer.Explain(call, "99"); known {
			t.Errorf("99 is no code of DOKU's to a %s", call)
		}
	}
}

// A proxy may have another path: what is signed is the address that DOKU was given.
func TestDOKUNotificationThroughAProxy(t *testing.T) {
	t.Parallel()
	a := dokuAccount("127.0.0.1:1")
	a.DOKU.NotifyPath = "/pay/in"
	line, err := rail.Open(a, http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 21, 3, 0, 0, 0, time.UTC)
	paid := doku.Transaction{InvoiceNumber: "test-1", Amount: 12500, Status: doku.StatusSuccess}
	for signed, want := range map[string]bool{"/pay/in": true, "/notify/doku/doku": false} {
		in := dokuNotification(t, signed, paid, now, dokuSecret)
		in.Endpoint = "/notify/doku/doku"
		if _, err := line.(rail.NotificationReader).ReadNotification(in, nil, now); (err == nil) != want {
			t.Errorf("signed for %s: %v, want that it is believed: %t", signed, err, want)
		}
	}
}
