package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/doku"
)

func (w *dokuWorld) offsets() string {
	var text []string
	for _, n := range w.left {
		text = append(text, n.At.Sub(morning).String())
	}
	return strings.Join(text, " ")
}

func TestDOKUNotificationIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		from   int // the try that is answered so; those before are not answered
		change func(*DOKUOptions)
		want   string
	}{
		{"never answered", 0, 9, nil, "0s 30m0s 6h0m0s 12h0m0s"},
		{"acknowledged", 200, 1, nil, "0s"},
		{"any 2xx will do", 204, 1, nil, "0s"},
		{"acknowledged at the second try", 200, 2, nil, "0s 30m0s"},
		{"acknowledged at the last try", 200, 4, nil, "0s 30m0s 6h0m0s 12h0m0s"},
		{"500", 500, 1, nil, "0s 30m0s 6h0m0s 12h0m0s"},
		{"401", 401, 1, nil, "0s 30m0s 6h0m0s 12h0m0s"},
		{"302", 302, 1, nil, "0s 30m0s 6h0m0s 12h0m0s"},
		{"own times", 0, 9, func(o *DOKUOptions) { o.NotifyAgain = []time.Duration{time.Second, 3 * time.Second} }, "0s 1s 3s"},
		{"never again", 0, 9, func(o *DOKUOptions) { o.NotifyAgain = []time.Duration{} }, "0s"},
	} {
		w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) {
			if c.change != nil {
				c.change(o)
			}
		}))
		w.pushDOKU("INV-1", 10_000, "081211110000")
		told := 0
		for range 5 {
			w.collect()
			for ; told < len(w.left); told++ {
				if told+1 >= c.from {
					w.core.Delivered(w.now, w.left[told].ID, c.status, []byte("OK"))
				}
			}
			if next, ok := w.core.Next(); ok {
				w.until(next)
			}
		}
		w.after(24 * time.Hour)
		if got := w.offsets(); got != c.want {
			t.Errorf("%s: sent at %s, want %s", c.name, got, c.want)
		}
		if len(w.core.outbox.sent) != 0 {
			t.Errorf("%s: %d are waited for for ever", c.name, len(w.core.outbox.sent))
		}
		p := w.transaction("INV-1")
		if p.Sent != len(w.left) || p.Acknowledged.IsZero() == (c.status/100 == 2) {
			t.Errorf("%s: transaction = %+v", c.name, p)
		}
		ids := map[string]bool{}
		for _, n := range w.left {
			ids[n.Header.Get("Request-Id")] = true
		}
		if len(ids) != 1 {
			t.Errorf("%s: Request-Ids %v, want one for all tries", c.name, ids)
		}
	}
}

// notified reads notifications as a merchant does who uses the client package.
func notified(t *testing.T, n Notification, now time.Time) (doku.Notification, error) {
	t.Helper()
	v, err := doku.NewVerifier(doku.VerifierOptions{ClientID: "MCH-UJI", Secret: "SK-uji"})
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(doku.Incoming{Target: "/payments/notifications", Header: n.Header, Body: n.Body}, now)
}

func TestDOKUNotificationFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		effect Effect
		at     string
		said   string // by the client package, of the first
	}{
		{Effect{}, "0s", "INV-1 SUCCESS"},
		{Effect{NotifyDelay: Duration(90 * time.Second)}, "1m30s", "INV-1 SUCCESS"},
		{Effect{Notify: NotifyLost}, "", ""},
		{Effect{Notify: NotifyDuplicate}, "0s 0s", "INV-1 SUCCESS"},
		{Effect{Notify: NotifyBadSignature}, "0s", "forged"},
		{Effect{Notify: NotifyStale}, "0s", "stale"},
		{Effect{Notify: NotifyForeign}, "0s", "INV-OF-ANOTHER-PAYMENT SUCCESS 10000"},
		{Effect{Notify: NotifyOtherAmount}, "0s", "INV-1 SUCCESS 10001"},
	} {
		w := newDOKUWorld(t, dokuOptions())
		effect := c.effect
		effect.Customer = Cash
		if _, err := w.core.AddScript(Script{Operation: OperationPush, Effect: effect}); err != nil {
			t.Fatal(err)
		}
		w.pushDOKU("INV-1", 10_000, "081211111111")
		w.after(2 * time.Minute)
		if got := w.offsets(); got != c.at {
			t.Errorf("%+v: sent at %q, want %q", c.effect, got, c.at)
		}
		if len(w.left) == 0 {
			continue
		}
		n, err := notified(t, w.left[0], w.now)
		got := fmt.Sprint(n.Transaction.InvoiceNumber, " ", n.Transaction.Status, " ", n.Transaction.Amount)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.said) {
			t.Errorf("%+v: a merchant reads %q, want %q", c.effect, got, c.said)
		}
		if c.effect.Notify == NotifyDuplicate && w.left[0].Header.Get("Request-Id") != w.left[1].Header.Get("Request-Id") {
			t.Error("a duplicate has another Request-Id")
		}
	}
}

// Failed pushes are notified only where that is switched on.
func TestDOKUNotifyFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone string
		want  string
	}{
		{"081211110000", "SUCCESS"},
		{"081211110017", "FAILED"},
		{"081211110040", "FAILED"},
		{"081211110014", "FAILED"},
		{"081211111111", "TIMEOUT"},
	} {
		for _, on := range []bool{false, true} {
			w := newDOKUWorld(t, dokuOptions(func(o *DOKUOptions) { o.NotifyFailures = on }))
			w.pushDOKU("INV-1", 10_000, c.phone)
			w.after(71 * time.Second)
			if on != (len(w.left) == 1) && c.want != "SUCCESS" {
				t.Errorf("%s (on: %v): %d notifications", c.phone, on, len(w.left))
				continue
			}
			if len(w.left) == 0 {
				continue
			}
			if n, err := notified(t, w.left[0], w.now); err != nil || string(n.Transaction.Status) != c.want {
				t.Errorf("%s is notified as %v, %v, want %s", c.phone, n, err, c.want)
			}
		}
	}
}

func TestDOKUNotifyAgain(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	w.pushDOKU("INV-1", 10_000, "081211111111")
	if err := w.core.NotifyAgain(w.now, 1); err == nil {
		t.Error("a push that has not ended is notified")
	}
	if err := w.core.Choose(w.now, 1, Cash); err != nil {
		t.Fatal(err)
	}
	w.collect()
	w.core.Delivered(w.now, w.left[0].ID, 200, nil)
	if err := w.core.NotifyAgain(w.now, 1); err != nil {
		t.Fatal(err)
	}
	w.collect()
	if len(w.left) != 2 || w.left[0].Header.Get("Request-Id") == w.left[1].Header.Get("Request-Id") {
		t.Errorf("%d notifications, the second as a new one", len(w.left))
	}
	// A callback that is taken away gets nothing more.
	if err := w.core.RegisterCallback("MCH-UJI", Callback{}); err != nil {
		t.Fatal(err)
	}
	w.after(24 * time.Hour)
	if err := w.core.NotifyAgain(w.now, 1); err == nil || len(w.left) != 2 {
		t.Errorf("%d notifications, %v", len(w.left), err)
	}
}

func TestDOKURegisterCallback(t *testing.T) {
	t.Parallel()
	w := newDOKUWorld(t, dokuOptions())
	for _, c := range []struct {
		client   string
		callback Callback
		want     string
	}{
		{"MCH-LAIN", Callback{URL: "http://127.0.0.1:9/x"}, ""},
		{"MCH-NOBODY", Callback{URL: "http://127.0.0.1:9/x"}, "no client"},
		{"MCH-LAIN", Callback{URL: "ftp://x"}, "http://"},
		{"MCH-LAIN", Callback{URL: "http://127.0.0.1:9/y", TokenURL: "http://127.0.0.1:9/t"}, "token_url"},
		{"MCH-LAIN", Callback{URL: "http://127.0.0.1:9/y", Mode: NotifyEmptyToken}, "mode"},
	} {
		err := w.core.RegisterCallback(c.client, c.callback)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("register %+v = %v, want %q", c.callback, err, c.want)
		}
	}
	if got, ok := w.core.CallbackOf("MCH-LAIN"); !ok || got.URL != "http://127.0.0.1:9/x" {
		t.Errorf("callback = %+v", got)
	}
	w.client, w.secret = "MCH-LAIN", "SK-lain"
	w.pushDOKU("INV-1", 10_000, "081211110000")
	if len(w.left) != 1 || w.left[0].URL != "http://127.0.0.1:9/x" || w.left[0].Header.Get("Client-Id") != "MCH-LAIN" {
		t.Errorf("notifications = %+v", w.left)
	}
	if list := w.core.Deliveries(); len(list) != 1 || list[0].Rail != RailDOKU || list[0].Transaction != 1 {
		t.Errorf("deliveries = %+v", list)
	}
	// Addresses have a path, or "/".
	for address, want := range map[string]string{
		"http://x": "/", "http://x/": "/", "http://x/a%20b?c=d#e": "/a%20b", "::": "/",
	} {
		if got := pathOf(address); got != want {
			t.Errorf("path of %s = %s, want %s", address, got, want)
		}
	}
}

// The shell delivers over HTTP, and takes HTTP 200 as the end of it.
func TestShellSendsDOKUsNotifications(t *testing.T) {
	t.Parallel()
	got := make(chan Notification, 4)
	options := dokuOptions()
	options.Sender = roundTrip{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		got <- Notification{URL: r.URL.String(), Header: r.Header, Body: body}
		w.WriteHeader(http.StatusOK)
	})}
	v := newVisitor(t, options)
	w := newDOKUWorld(t, options)
	w.now = time.Now()
	r := w.make("POST", dokuPushPath, w.dokuBody("INV-1", 10_000, "081211110000"))
	if status, text := post(t, v.base, r); status != 200 || !strings.Contains(text, `"status":"SUCCESS"`) {
		t.Fatalf("push = %d %s", status, text)
	}
	n := <-got
	if read, err := notified(t, n, time.Now()); err != nil || read.Transaction.Amount != 10_000 {
		t.Errorf("notification = %v, %v", read, err)
	}
	for acknowledged := false; !acknowledged; {
		list := v.control("GET", "notifications", "", 200)["notifications"].([]any)
		acknowledged = list[0].(map[string]any)["done"].(bool)
	}
}
