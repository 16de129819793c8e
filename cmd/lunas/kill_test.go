package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/testpg"
	"github.com/lunas-pay/lunas/sandbox"
)

// These tests kill real processes in real time. They shorten the terms (in doubt after 6 s, reversal at 6.5 s) instead
// of waiting for a minute; the sandbox and everything else are as they are.

func TestAfterKill9EveryPushEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, filepath.Join(t.TempDir(), "lunas.db"))
	first := h.serve()
	ids := h.ask(first, 100)
	first.kill()
	second := h.serve()
	h.wantEnds(second, ids)
}

func TestAnotherGatewayTakesOverOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := testpg.DSN(t)
	if code, _, errOut := lunas(t, nil, "migrate", "--db", dsn); code != 0 {
		t.Fatalf("migrate: %s", errOut)
	}
	h := newHouse(t, dsn)
	first, second := h.serve(), h.serve()
	ids := h.ask(first, 50)
	ids = append(ids, h.ask(second, 50)...)
	first.kill()
	h.wantEnds(second, ids)
}

// The customers pay while nobody is there to be told, and the sandbox has no address to tell: what is found is found by
// asking.
func TestAfterKill9PaidQRsAreFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, filepath.Join(t.TempDir(), "lunas.db"))
	first := h.serve()
	paid, open := h.show(first, 20)
	first.kill()
	h.payQRs(len(paid))
	h.wantFound(h.serve(), paid, open)
}

func TestAnotherGatewayFindsPaidQRsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := testpg.DSN(t)
	if code, _, errOut := lunas(t, nil, "migrate", "--db", dsn); code != 0 {
		t.Fatalf("migrate: %s", errOut)
	}
	h := newHouse(t, dsn)
	first, second := h.serve(), h.serve()
	paid, open := h.show(first, 20)
	first.kill()
	h.payQRs(len(paid))
	h.wantFound(second, paid, open)
}

// house is a sandbox process, a configuration, and gateways.
type house struct {
	*testing.T
	binary, config, sandbox string
}

const houseKey = "lunas_test_0123456789abcdef0123456789"

func newHouse(t *testing.T, database string) *house {
	t.Helper()
	dir := t.TempDir()
	h := &house{T: t, binary: filepath.Join(dir, "lunas"), config: filepath.Join(dir, "lunas.yaml")}
	if out, err := exec.Command("go", "build", "-o", h.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	s := h.start(regexp.MustCompile(`Wallets\s+(http://\S+)/`), "sandbox", "--listen", "127.0.0.1:0")
	h.sandbox = s.url
	demo := sandbox.DemoMerchant()
	yaml := fmt.Sprintf(`
listen: 127.0.0.1:0
database: %q
drain: 1s
merchants:
  - id: demo
    api_keys: [{mode: test, key_env: DEMO_KEY}]
    accounts:
      - id: ovo
        rail: ovo
        environment: sandbox
        url: %s/pos
        app_id: %s
        app_key_env: DEMO_APP_KEY
        terms: {shorten: 10, cut_off_guard: flag}
        terminals: [{id: till-1, tid: %q, mid: %s, merchant_id: %q, store_code: %s}]
`, database, h.sandbox, demo.AppID, demo.Stores[0].Terminals[0].TID, demo.Stores[0].Terminals[0].MID, demo.MerchantID, demo.Stores[0].Code) +
		h.qrisAccount(filepath.Join(dir, "qris.pem"))
	if err := os.WriteFile(h.config, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

// qrisAccount is the part of a configuration that makes QRs possible. Its key is PKCS#1, as OVO asks for.
func (h *house) qrisAccount(keyFile string) string {
	h.Helper()
	demo := sandbox.DemoSNAPMerchant()
	key, err := sandbox.DemoSNAPKey()
	if err != nil {
		h.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(keyFile, text, 0o600); err != nil {
		h.Fatal(err)
	}
	return fmt.Sprintf(`
      - id: qris
        rail: snap
        environment: sandbox
        url: %s/OVOSNAP
        client_id: %s
        client_secret_env: DEMO_QRIS_SECRET
        private_key_file: %s
        terms: {shorten: 5}
        terminals: [{id: till-1, tid: %q, mid: %q, store_code: %s}]
`, h.sandbox, demo.ClientID, keyFile, demo.Terminals[0], demo.MerchantID, demo.StoreID)
}

// process is a running lunas.
type process struct {
	cmd *exec.Cmd
	url string
}

func (h *house) serve() *process {
	h.Helper()
	return h.start(regexp.MustCompile(`"address":"([^"]+)"`), "serve", "--config", h.config, "--migrate")
}

// start runs lunas and reads its address off what it prints.
func (h *house) start(address *regexp.Regexp, args ...string) *process {
	h.Helper()
	cmd := exec.Command(h.binary, args...)
	cmd.Env = []string{
		"DEMO_KEY=" + houseKey, "DEMO_APP_KEY=" + sandbox.DemoMerchant().AppKey,
		"DEMO_QRIS_SECRET=" + sandbox.DemoSNAPMerchant().Secret, "LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32),
	}
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	p := &process{cmd: cmd}
	h.Cleanup(p.kill)
	found := make(chan string, 1)
	var mu sync.Mutex
	var printed []string
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			mu.Lock()
			printed = append(printed, lines.Text())
			mu.Unlock()
			if m := address.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
	}()
	select {
	case p.url = <-found:
	case <-time.After(2 * time.Minute):
		mu.Lock()
		defer mu.Unlock()
		h.Fatalf("lunas %v does not come up:\n%s", args, strings.Join(printed, "\n"))
	}
	if !strings.HasPrefix(p.url, "http") {
		p.url = "http://" + p.url
	}
	return p
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// ask makes n payments: customers who pay after 2 s, who never answer, whose answers are lost, who decline.
func (h *house) ask(p *process, n int) (ids []string) {
	h.Helper()
	phones := []string{"081211110101", "081211110160", "081211110165", "081211110102", "081211111111"}
	client := &dev{T: h.T, key: houseKey}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var made paymentAnswer
			body := fmt.Sprintf(`{"amount":%d,"reference":"INV-%d","method":"ovo_push","phone":%q}`, 1000+i, i, phones[i%len(phones)])
			if status := client.call("POST", p.url+"/v1/payments", body, &made); status != http.StatusCreated {
				h.Errorf("create = %d %+v", status, made)
			}
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, made.ID)
		})
	}
	wg.Wait()
	return ids
}

// wantEnds waits until every payment has ended, and holds our books against the sandbox's.
func (h *house) wantEnds(p *process, ids []string) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	invoices := map[string]paymentAnswer{}
	deadline := time.Now().Add(5 * time.Minute)
	for _, id := range ids {
		var made paymentAnswer
		for made.State == "" || !ended(made.State) {
			if time.Now().After(deadline) {
				h.Fatalf("payment %s is still %s", id, made.State)
			}
			client.call("GET", p.url+"/v1/payments/"+id+"?wait=30", "", &made)
		}
		invoices[made.Attempts[0].Invoice] = made
	}
	var books struct {
		Transactions []struct {
			Invoice, State string
			Seen           int
		}
	}
	client.call("GET", h.sandbox+"/control/transactions", "", &books)
	states := map[string]int{}
	for _, x := range books.Transactions {
		if x.Seen != 1 {
			h.Errorf("push %s was sent %d times", x.Invoice, x.Seen)
		}
		ours := invoices[x.Invoice]
		delete(invoices, x.Invoice)
		states[ours.State]++
		if (x.State == "paid") != (ours.State == "paid") {
			h.Errorf("the books differ: payment %s is %s here and %s at the provider", ours.ID, ours.State, x.State)
		}
	}
	for invoice, ours := range invoices {
		if ours.State == "paid" {
			h.Errorf("payment %s is paid here, but push %s never reached the provider", ours.ID, invoice)
		}
	}
	b, _ := json.Marshal(states)
	h.Logf("ended as %s", b)
	if states["paid"] == 0 || states["reversed"] == 0 {
		h.Errorf("ended as %s; some should be paid and some reversed, or this test shows nothing", b)
	}
}

// unpaidQR is the amount of the one QR that nobody pays.
const unpaidQR = 999

// show makes QRs, and waits until each can be scanned. One of them is not to be paid.
func (h *house) show(p *process, n int) (paid []string, open string) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	for i := range n {
		amount := 1000 + i
		if i == 0 {
			amount = unpaidQR
		}
		var made paymentAnswer
		body := fmt.Sprintf(`{"amount":%d,"reference":"QR-%d","method":"qris"}`, amount, i)
		if status := client.call("POST", p.url+"/v1/payments?wait=30", body, &made); status != http.StatusCreated || made.State != "awaiting" {
			h.Fatalf("create = %d %+v, want 201 and a QR that awaits its customer", status, made)
		}
		if i == 0 {
			open = made.ID
			continue
		}
		paid = append(paid, made.ID)
	}
	return paid, open
}

// payQRs is customers who scan what is shown, and pay.
func (h *house) payQRs(n int) {
	h.Helper()
	client := &dev{T: h.T}
	var shown struct{ QRs []qrShown }
	client.call("GET", h.sandbox+"/control/qrs?state=pending", "", &shown)
	if len(shown.QRs) != n+1 {
		h.Fatalf("%d QRs are open at the provider, want %d", len(shown.QRs), n+1)
	}
	for _, qr := range shown.QRs {
		if qr.Amount == unpaidQR {
			continue
		}
		var done qrShown
		status := client.call("POST", fmt.Sprintf("%s/control/qrs/%d/pay", h.sandbox, qr.ID), `{"phone":"081211111111","with":"cash"}`, &done)
		if status != http.StatusOK || done.State != "paid" {
			h.Fatalf("pay = %d %+v", status, done)
		}
	}
}

// qrShown is a QR in the sandbox's books.
type qrShown struct {
	ID, Seen, Sent int
	Amount         int64
	State          string
}

// wantFound waits until each payment that was paid is known to be, and looks that no other is.
func (h *house) wantFound(p *process, paid []string, open string) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	deadline := time.Now().Add(5 * time.Minute)
	for _, id := range paid {
		var made paymentAnswer
		for made.State != "paid" {
			if time.Now().After(deadline) || made.State == "expired" {
				h.Fatalf("payment %s is still %s", id, made.State)
			}
			client.call("GET", p.url+"/v1/payments/"+id+"?wait=10", "", &made)
		}
	}
	var left paymentAnswer
	client.call("GET", p.url+"/v1/payments/"+open, "", &left)
	if left.State == "paid" || left.State == "review" {
		h.Errorf("payment %s is %s, though nobody paid it", open, left.State)
	}
	var books struct{ QRs []qrShown }
	client.call("GET", h.sandbox+"/control/qrs", "", &books)
	if len(books.QRs) != len(paid)+1 {
		h.Errorf("the provider has made %d QRs, want %d", len(books.QRs), len(paid)+1)
	}
	for _, qr := range books.QRs {
		if qr.Seen != 1 || qr.Sent != 0 {
			h.Errorf("QR %d was asked for %d times and notified %d times, want once and never", qr.ID, qr.Seen, qr.Sent)
		}
	}
}

// ended tells whether nothing more happens to a payment by itself.
func ended(state string) bool {
	switch state {
	case "paid", "declined", "expired", "reversed", "review":
		return true
	}
	return false
}
