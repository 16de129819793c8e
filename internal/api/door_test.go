package api

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

const doorPath = "/notify/snap/qris"

// waiting makes a payment that is awaiting, of which the provider says nothing by itself.
func (w *qrWorld) waiting() (p Payment, number string) {
	w.t.Helper()
	w.quiet()
	p = w.present()
	return p, p.Attempts[0].PartnerReferenceNo
}

// wantAnswer holds an answer of the door, in SNAP's form, against its code and the state that its payment has then.
func (w *qrWorld) wantAnswer(a answer, code, id, state string) {
	w.t.Helper()
	if got := fmt.Sprint(a.status); !strings.HasPrefix(code, got) || !strings.Contains(string(a.body), `"responseCode":"`+code+`"`) {
		w.t.Errorf("answer %d %s, want %s", a.status, a.body, code)
	}
	if id == "" {
		return
	}
	if p := w.do("GET", "/v1/payments/"+id, "").payment(w.t); p.State != state {
		w.t.Errorf("the payment is %s, want %s", p.State, state)
	}
}

// kept counts the notifications that stand in a payment's log.
func (w *qrWorld) kept(id string) (n int) {
	w.t.Helper()
	for _, e := range decode[ExchangeList](w.t, w.do("GET", "/v1/payments/"+id+"/exchanges", "")).Data {
		if e.Operation == "notification" && e.Direction == "request" {
			n++
		}
	}
	return n
}

func TestNotificationIsAccepted(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
	if n := w.kept(p.ID); n != 1 {
		t.Errorf("%d notifications in the log, want 1", n)
	}
}

func TestNotificationIsForged(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	w.wantAnswer(w.send(doorPath, header, bytes.Replace(body, []byte("12500"), []byte("12501"), 1)), "4015200", p.ID, "awaiting")
	header, body = w.notification(doorPath, number, func(o *snap.NotifyOptions, _ *snap.Notification, _ *time.Time) {
		o.ClientSecret = "another"
	})
	w.wantAnswer(w.send(doorPath, header, body), "4015200", p.ID, "awaiting")
	// Signed well, for another door: the signature covers the path.
	header, body = w.notification("/notify/snap/theirs", number, nil)
	w.wantAnswer(w.send(doorPath, header, body), "4015200", p.ID, "awaiting")
	header, body = w.notification(doorPath, number, nil)
	w.wantAnswer(w.send(doorPath+"?x=1", header, body), "4015200", p.ID, "awaiting")
	header.Del("X-Signature")
	w.wantAnswer(w.send(doorPath, header, body), "4005202", p.ID, "awaiting")
}

func TestNotificationIsStale(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	for _, off := range []time.Duration{-5*time.Minute - 2*time.Second, 5*time.Minute + 2*time.Second} {
		header, body := w.notification(doorPath, number, func(_ *snap.NotifyOptions, _ *snap.Notification, at *time.Time) { *at = at.Add(off) })
		w.wantAnswer(w.send(doorPath, header, body), "4015200", p.ID, "awaiting")
	}
	header, body := w.notification(doorPath, number, func(_ *snap.NotifyOptions, _ *snap.Notification, at *time.Time) { *at = at.Add(-4 * time.Minute) })
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
}

func TestNotificationIsReplayed(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
	version := w.do("GET", "/v1/payments/"+p.ID, "").payment(t).Version
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
	if got := w.do("GET", "/v1/payments/"+p.ID, "").payment(t).Version; got != version {
		t.Errorf("version %d after the same again, want still %d", got, version)
	}
	// After a refund it makes the payment not paid again.
	w.do("POST", "/v1/payments/"+p.ID+"/refund?wait=20", "")
	after := w.do("GET", "/v1/payments/"+p.ID, "").payment(t)
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, after.State)
	if w.kept(p.ID) != 3 {
		t.Errorf("%d notifications in the log, want all 3", w.kept(p.ID))
	}
}

func TestNotificationIsOversized(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	w.wantAnswer(w.send(doorPath, header, append(bytes.Repeat([]byte(" "), engine.NotificationMax), body...)), "4005200", p.ID, "awaiting")
	// White space does not belong to what is signed: just within the limit it is taken.
	w.wantAnswer(w.send(doorPath, header, append(bytes.Repeat([]byte(" "), engine.NotificationMax-len(body)), body...)), "2005200", p.ID, "paid")
}

func TestNotificationForAnotherMerchant(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, func(_ *snap.NotifyOptions, n *snap.Notification, _ *time.Time) { n.MerchantID = "999" })
	w.wantAnswer(w.send(doorPath, header, body), "4045208", p.ID, "awaiting")
	// The number of merchant A's payment, well signed, at merchant B's door: there it is nobody's.
	header, body = w.notification("/notify/snap/theirs", number, nil)
	w.wantAnswer(w.send("/notify/snap/theirs", header, body), "4045201", p.ID, "awaiting")
}

func TestNotificationOfAnUnknownPayment(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	for _, number := range []string{"000009000009", "INV-1"} {
		header, body := w.notification(doorPath, number, nil)
		w.wantAnswer(w.send(doorPath, header, body), "4045201", "", "")
	}
}

// The customer can be faster than the answer that brought the QR.
func TestNotificationBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Effect: sandbox.Effect{
		AnswerAfter: sandbox.Duration(8 * time.Second), Notify: sandbox.NotifyLost,
	}})
	p := w.do("POST", "/v1/payments", qrOrder).payment(t)
	if p.State != "presenting" || p.QR != nil || p.NextAction.What != "present" || p.Message.EN != "Your QR code is being made" {
		t.Errorf("before the QR: %s, %v, %+v, %+v", p.State, p.QR, p.NextAction, p.Message)
	}
	a := w.do("GET", "/v1/payments/"+p.ID+"/qr.png", "")
	if q := a.problem(t); q.Code != "qr_not_ready" || q.RetryAfter != 1 || q.State != "presenting" || q.PaymentID != p.ID {
		t.Errorf("its picture: %d %s", a.status, a.body)
	}
	header, body := w.notification(doorPath, p.Attempts[0].PartnerReferenceNo, nil)
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
}

// Twice at once: both are acknowledged, and it is written once.
func TestNotificationTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	var together sync.WaitGroup
	for range 8 {
		together.Go(func() { w.wantAnswer(w.send(doorPath, header, body), "2005200", "", "") })
	}
	together.Wait()
	q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t)
	paid := 0
	for _, e := range decode[EventList](t, w.do("GET", "/v1/payments/"+p.ID+"/events", "")).Data {
		if e.Type == "payment.paid" {
			paid++
		}
	}
	if q.State != "paid" || paid != 1 || w.kept(p.ID) != 8 {
		t.Errorf("%s, told %d times, %d kept; want paid once and 8 kept", q.State, paid, w.kept(p.ID))
	}
}

func TestNotificationWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	w.store.away.Store(true)
	a := w.send(doorPath, header, body)
	w.store.away.Store(false)
	w.wantAnswer(a, "5005200", p.ID, "awaiting")
	w.wantAnswer(w.send(doorPath, header, body), "2005200", p.ID, "paid")
}

// Whatever is wrong with the address or the method is said in SNAP's form too, where there is a door.
func TestDoorsThatAreNone(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	header, body := w.notification(doorPath, "000001000001", nil)
	for _, c := range []struct{ path, code string }{
		{"/notify/snap/nope", "4045216"},
		{"/notify/snap/main", "4045216"},  // an account of another rail
		{"/notify/snap/twice", "4045216"}, // of two merchants: of none
		{"/notify/snap/" + strings.Repeat("x", 500), "4045216"},
	} {
		w.wantAnswer(w.send(c.path, header, body), c.code, "", "")
	}
	for _, method := range []string{"GET", "PUT", "DELETE", "PATCH"} {
		a := w.do(method, doorPath, "", without("Authorization"))
		w.wantAnswer(a, "4055200", "", "")
		if a.header.Get("Allow") != "POST" {
			t.Errorf("%s: Allow %q", method, a.header.Get("Allow"))
		}
	}
	for _, path := range []string{"/notify/ovo/main", "/notify/bank/qris", "/notify/snap", "/notify/snap/qris/more", "/notify/snap/"} {
		if a := w.do("POST", path, "{}"); a.status != 404 || a.problem(t).Code != "route_not_found" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// A body that does not come to its end is refused, and not believed as far as it came.
func TestNotificationIsCutShort(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	p, number := w.waiting()
	header, body := w.notification(doorPath, number, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var request bytes.Buffer
	fmt.Fprintf(&request, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n", doorPath, len(body)+1)
	_ = header.Write(&request)
	request.WriteString("\r\n")
	request.Write(body)
	if _, err := conn.Write(request.Bytes()); err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	got, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(got), " 400 ") || !strings.Contains(string(got), "4005200") {
		t.Errorf("answer %q, %v, want 4005200", got, err)
	}
	if q := w.do("GET", "/v1/payments/"+p.ID, "").payment(t); q.State != "awaiting" {
		t.Errorf("the payment is %s", q.State)
	}
}

// What the log says of the door holds no data of the message.
func TestDoorLogsNoData(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	_, number := w.waiting()
	header, body := w.notification(doorPath, number, func(_ *snap.NotifyOptions, n *snap.Notification, _ *time.Time) {
		n.CustomerNumber = canaryPhone
		n.Payment.ReferenceNo = "ref-canary-1"
	})
	w.wantAnswer(w.send(doorPath, header, body), "2005200", "", "")
	w.wantAnswer(w.send(doorPath, http.Header{"X-Canary": {"ref-canary-1"}}, body), "4005202", "", "")
	if strings.Contains(w.logs.String(), "ref-canary") || !strings.Contains(w.logs.String(), "/notify/{rail}/{account}") {
		t.Errorf("the log:\n%s", w.logs.String())
	}
}

// A proxy may have another path: what is signed is the address that the provider was given.
func TestNotificationThroughAProxy(t *testing.T) {
	t.Parallel()
	w := serveQR(t)
	w.quiet()
	p := w.do("POST", "/v1/payments?wait=20", strings.Replace(qrOrder, "{", `{"account":"proxied",`, 1)).payment(t)
	header, body := w.notification("/notify/snap/proxied", p.Attempts[0].PartnerReferenceNo, nil)
	w.wantAnswer(w.send("/notify/snap/proxied", header, body), "4015200", p.ID, "awaiting")
	header, body = w.notification("/pay/in?p=1", p.Attempts[0].PartnerReferenceNo, nil)
	w.wantAnswer(w.send("/notify/snap/proxied", header, body), "2005200", p.ID, "paid")
}
