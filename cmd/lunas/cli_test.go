package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	sdk "github.com/lunas-pay/lunas/lunas"
)

// line runs a command against the gateway, and holds its exit code and what it prints against what is wanted.
func (d *dev) line(code int, want string, args ...string) (out string) {
	d.Helper()
	got, out, errOut := lunas(d.T, []string{"LUNAS_URL=" + d.url, "LUNAS_API_KEY=" + d.key}, args...)
	if got != code || !strings.Contains(out+errOut, want) {
		d.Errorf("lunas %s = %d\n%s%s\nwant %d and %q", strings.Join(args, " "), got, out, errOut, code, want)
	}
	if strings.Contains(out+errOut, d.key) {
		d.Errorf("lunas %s shows the API key", strings.Join(args, " "))
	}
	return out
}

// id finds an id in what was printed.
func (d *dev) id(prefix, out string) string {
	d.Helper()
	found := regexp.MustCompile(`\b` + prefix + `_[0-9a-z]{26}\b`).FindString(out)
	if found == "" {
		d.Fatalf("no id %s_… in\n%s", prefix, out)
	}
	return found
}

func TestPaymentsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	d := startDev(t, "--speed", "15") // a QR lives five seconds then
	create := func(reference string, how ...string) []string {
		return append([]string{"payments", "create", "--amount", "12500", "--reference", reference}, how...)
	}
	out := d.line(0, "the customer confirms in the app", create("INV-1", "--phone", "081211110101", "--wait", "--idempotency-key", "order-1")...)
	paid := d.id("pay", out)
	if !regexp.MustCompile(`(?m)^State +paid$`).MatchString(out) || !strings.Contains(out, "Rp 12.500") || strings.Contains(out, "81211110101") {
		t.Errorf("what is shown:\n%s", out)
	}
	d.line(0, paid, create("INV-1", "--phone", "081211110101", "--idempotency-key", "order-1")...)
	d.line(1, "Use a new key", create("INV-9", "--phone", "081211110101", "--idempotency-key", "order-1")...)
	d.line(3, "the payment is declined, not paid", create("INV-2", "--phone", "081211110017", "--wait")...)
	d.line(0, "payments", "payments", "list", "--help")
	list := d.line(0, "canceled_by_customer", "payments", "list")
	if rows := strings.Split(strings.TrimSpace(list), "\n"); len(rows) != 3 || !strings.Contains(rows[1], "INV-2") {
		t.Errorf("two payments, the newest first:\n%s", list)
	}
	lines := d.line(0, "", "payments", "list", "--state", "paid", "--json")
	var p paymentAnswer
	if err := json.Unmarshal([]byte(lines), &p); err != nil || p.ID != paid || p.State != "paid" {
		t.Errorf("with --json: %v\n%s", err, lines)
	}
	d.line(0, "There are no such payments", "payments", "list", "--reference", "none")
	d.line(0, paid, "payments", "get", paid)
	d.line(0, paid, "payments", "check", paid)
	if said := d.line(0, "> ", "payments", "exchanges", paid); !strings.Contains(said, "push request, account") || !strings.Contains(said, "< ") || strings.Contains(said, "81211110101") {
		t.Errorf("what was said to the provider:\n%s", said)
	}
	if said := d.line(0, "State    registered", "phones", "check", "081211110101"); strings.Contains(said, "81211110101") {
		t.Errorf("what is said of a phone:\n%s", said)
	}
	d.line(3, "the phone is not registered", "phones", "check", "081200000014")
	d.line(1, "10 to 13 digits", "phones", "check", "0812")
	d.line(0, "voided", "payments", "void", paid, "--reason", "the coffee was cold", "--wait")
	d.line(1, "actions say what is possible", "payments", "void", paid)
	d.line(3, "the payment is voided, not paid", "payments", "watch", paid)

	out = d.line(0, "the customer scans the QR", create("INV-3", "--qris")...)
	open, file := d.id("pay", out), filepath.Join(t.TempDir(), "qr.svg")
	d.line(0, "Written to", "payments", "qr", open, "--out", file)
	if picture, err := os.ReadFile(file); err != nil || !bytes.Contains(picture, []byte("<svg")) {
		t.Errorf("the QR = %.20q, %v", picture, err)
	}
	d.line(1, "must end in .png or .svg", "payments", "qr", open, "--out", file+".gif")
	d.line(0, "canceled", "payments", "cancel", open, "--wait")
	scanned := d.id("pay", d.line(0, "paid", "payments", "create", "--amount", "1110101", "--reference", "INV-4", "--qris", "--wait"))
	d.line(0, "refunded", "payments", "refund", scanned, "--wait")
	d.line(1, "only", "payments", "renew", scanned)
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	d.line(1, "the states are created, pushing", "payments", "list", "--state", "payd")
	d.line(1, "10 to 13 digits", "payments", "create", "--amount", "1", "--reference", "r", "--phone", "0812")
	d.line(1, "write whole rupiah", "payments", "create", "--amount", "12.500", "--reference", "r", "--qris")
	d.line(2, "--reference", "payments", "create", "--amount", "12500", "--qris")
	d.line(1, "no payment of this id", "payments", "get", "pay_1")
	d.line(1, "another machine", "webhooks", "listen", "http://shop.example:80/")
	d.line(1, "of a delivery are due, delivered, failed", "webhooks", "deliveries", "whe_1", "--state", "lost")
	d.line(1, "--event evt_…", "webhooks", "replay", "whe_1")
	d.line(1, "must begin with https://", "webhooks", "create", "ftp://shop.example/", "--description", "x")
	wrong := *d
	wrong.key = "lunas_test_canarycanarycanarycanary"
	wrong.line(1, "set LUNAS_API_KEY to a key of this gateway", "payments", "list")
	wrong.key = "not-of-lunas"
	wrong.line(1, "set LUNAS_API_KEY", "events", "tail")
	away := *d
	away.url = "http://127.0.0.1:1"
	away.line(1, "is it running?", "webhooks", "ping", "whe_1")
	if code, _, errOut := lunas(t, nil, "payments", "list"); code != 1 || !strings.Contains(errOut, "LUNAS_URL") {
		t.Errorf("without an address: %d %s", code, errOut)
	}
}

func TestWebhooksOnTheCommandLine(t *testing.T) {
	t.Parallel()
	d := startDev(t, "--speed", "15")
	took := make(chan struct{}, 10)
	shop := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { took <- struct{}{} }))
	t.Cleanup(shop.Close)
	d.line(0, "There are no endpoints", "webhooks", "list")
	out := d.line(0, "whsec_", "webhooks", "create", shop.URL, "--events", "payment.paid,payment.review", "--description", "the shop")
	endpoint := d.id("whe", out)
	if list := d.line(0, "payment.paid,payment.review", "webhooks", "list"); strings.Contains(list, "whsec_") || !strings.Contains(list, " on") {
		t.Errorf("the list:\n%s", list)
	}
	d.line(1, endpoint, "webhooks", "create", shop.URL)
	d.line(0, "200 in ", "webhooks", "ping", endpoint)
	<-took
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	lost := d.id("whe", d.line(0, "", "webhooks", "create", gone.URL, "--json"))
	d.line(1, "has not taken", "webhooks", "ping", lost)
	d.line(0, "", "webhooks", "delete", lost)
	pay := []string{"payments", "create", "--amount", "12500", "--reference", "INV-1", "--phone", "081211110101", "--wait"}
	d.line(0, "paid", pay...)
	<-took
	deliveries := ""
	for tries := 0; strings.Count(deliveries, "200 in ") < 2; tries++ {
		if tries == 1000 {
			t.Fatalf("the deliveries are not done:\n%s", deliveries)
		}
		deliveries = d.line(0, "delivered", "webhooks", "deliveries", endpoint)
	}
	event := d.id("evt", regexp.MustCompile(`(?m)^.*payment\.paid.*$`).FindString(deliveries))
	d.line(0, "1 events are sent again", "webhooks", "replay", endpoint, "--event", event)
	<-took
	d.line(2, "can't be used together", "webhooks", "replay", endpoint, "--event", event, "--from", "2026-03-21T00:00:00+07:00")
	d.line(0, "events are sent again", "webhooks", "replay", endpoint, "--from", "2026-03-21T00:00:00+07:00", "--to", "2026-03-22T00:00:00+07:00")
	rotated := d.line(0, "whsec_", "webhooks", "rotate-secret", endpoint, "--overlap", "0s")
	if secretOf(t, rotated) == secretOf(t, out) {
		t.Error("a rotation gives the old secret")
	}
	d.line(1, "from 0s to 168h", "webhooks", "rotate-secret", endpoint, "--overlap", "200h")
	d.line(0, "Events    payment.paid\n", "webhooks", "change", endpoint, "--events", "payment.paid", "--description", "")
	d.line(0, "Events    all", "webhooks", "change", endpoint, "--all-events")
	d.line(2, "can't be used together", "webhooks", "change", endpoint, "--all-events", "--events", "payment.paid")
	d.line(1, "what is to change", "webhooks", "change", endpoint)
	d.line(0, "off: it was switched off by hand", "webhooks", "disable", endpoint)
	d.line(1, "nothing is sent to this endpoint", "webhooks", "ping", endpoint)
	d.line(0, "State     on", "webhooks", "enable", endpoint)
	actions := d.line(0, "webhook_endpoint.secret_rotated", "actions", "--subject", endpoint)
	if n := strings.Count(actions, "webhook_endpoint.changed"); n != 4 {
		t.Errorf("%d changes are noted, want 4:\n%s", n, actions)
	}
	d.line(0, "is deleted", "webhooks", "delete", endpoint)
	d.line(0, "is deleted", "webhooks", "delete", endpoint) // whoever has not heard may ask again
	d.line(1, "no such endpoint", "webhooks", "delete", endpoint[:len(endpoint)-4]+"zzzz")
	d.line(1, "no such endpoint", "webhooks", "enable", endpoint)

	tail := d.line(0, event, "events", "tail", "--after", "0", "--count", "1", "--type", "payment.paid", "--json")
	var told struct{ Data struct{ Reference string } }
	if err := json.Unmarshal([]byte(tail), &told); err != nil || told.Data.Reference != "INV-1" {
		t.Errorf("the event: %v\n%s", err, tail)
	}
	d.line(0, "payment.paid", "events", "tail", "--after", "0", "--count", "2")
}

func secretOf(t *testing.T, said string) string {
	t.Helper()
	secret := regexp.MustCompile(`whsec_\S+`).FindString(said)
	if secret == "" {
		t.Errorf("no secret is shown:\n%s", said)
	}
	return secret
}

// listening reads what a command that does not end says, and gives its first secret.
type listening struct {
	mu     sync.Mutex
	text   bytes.Buffer
	secret chan string
}

func (l *listening) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if found := regexp.MustCompile(`Secret: (whsec_\S+)\n`).FindSubmatch(l.text.Bytes()); found != nil && l.secret != nil {
		l.secret <- string(found[1])
		l.secret = nil
	}
	return len(p), nil
}

// What a developer sees: each event comes to the server on this machine, signed with the secret that was printed.
func TestListenForwardsEvents(t *testing.T) {
	t.Parallel()
	d := startDev(t, "--speed", "15")
	var receiver sdk.Receiver
	known := make(chan struct{})
	events := make(chan *sdk.Event, 10)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-known
		e, err := receiver.Receive(r)
		if err != nil {
			t.Errorf("Receive = %v", err)
		}
		events <- e
	}))
	t.Cleanup(shop.Close)
	d.line(0, "paid", "payments", "create", "--amount", "12500", "--reference", "INV-1", "--phone", "081211110101", "--wait")
	said := &listening{secret: make(chan string, 1)}
	secrets := said.secret
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"webhooks", "listen", strings.TrimPrefix(shop.URL, "http://"), "--after", "0"},
			[]string{"LUNAS_URL=" + d.url, "LUNAS_API_KEY=" + d.key}, &out, said)
	}()
	select {
	case secret := <-secrets:
		receiver.Secret = sdk.Secret(secret)
	case code := <-ended:
		t.Fatalf("it ended with %d: %s", code, said.text.String())
	}
	close(known)
	for _, want := range []string{"payment.pushing", "payment.paid"} {
		if e := <-events; e == nil || e.Type != want || e.Payment.Reference != "INV-1" {
			t.Errorf("received %+v, want %s", e, want)
		}
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("after Ctrl-C it ended with %d: %s", code, said.text.String())
	}
	if !regexp.MustCompile(`1  \d\d:\d\d:\d\d  payment.pushing +evt_\w+  200 in \d+ ms\n`).MatchString(out.String()) {
		t.Errorf("printed:\n%s", out.String())
	}
}

// Every command that speaks to a gateway explains itself with examples, and can be completed.
func TestHelpOfTheCommandsOverTheAPI(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, leaf := range parser.Model.Leaves(true) {
		path := strings.Fields(leaf.FullPath())[1:]
		switch path[0] {
		case "payments", "webhooks", "events", "completion":
		default:
			continue
		}
		n++
		if code, out, errOut := lunas(t, nil, append(path, "--help")...); code != 0 || !strings.Contains(out, "Examples:") {
			t.Errorf("lunas %v --help = %d %s %s, want examples", path, code, out, errOut)
		}
		if code, out, errOut := lunas(t, nil, append([]string{"__complete", "--"}, path...)...); code != 0 || !strings.Contains(out, path[len(path)-1]+"\t") {
			t.Errorf("lunas __complete %v = %d %q %s", path, code, out, errOut)
		}
	}
	if n < 18 {
		t.Errorf("%d commands were looked at", n)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if code, out, _ := lunas(t, nil, "completion", shell); code != 0 || !strings.Contains(out, "lunas __complete -- ") {
			t.Errorf("completion %s = %d %s", shell, code, out)
		}
	}
}
