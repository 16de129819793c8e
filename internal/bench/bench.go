// Package bench measures lunas end to end on this machine, beside a rival that writes the same rows plainly, in the
// same run: only the ratio can be compared between machines.
package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// Options say what is measured.
type Options struct {
	Rail        string // ovo (pushes) or snap (QRs)
	Payments    int    // how many are made
	Concurrency int    // how many are made side by side
	// Terminals is over how many counts of numbers they are spread, for lunas and the rival alike: terminals of one merchant
	// for pushes, merchants with a client id each for QRs.
	Terminals int
	Database  string // empty: a SQLite file in a temporary folder; else an address of an empty PostgreSQL database
	Held      int    // how many pushes are held at once to measure memory; 0: none
	Open      int    // how many QRs are kept open and asked about at once; 0: none
	// OpenFor is how long they are watched; above 5 s, which is the distance of two queries.
	OpenFor  time.Duration
	Progress io.Writer
}

func (o Options) qrs() bool { return o.Rail == string(payment.SNAP) }

// Report is what was measured.
type Report struct {
	Rail        string  `json:"rail"`
	Store       string  `json:"store"`
	Payments    int     `json:"payments"`
	Concurrency int     `json:"concurrency"`
	Terminals   int     `json:"terminals"`
	PerSecond   float64 `json:"payments_per_second"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
	Commits     float64 `json:"commits_per_payment"`
	Allocations float64 `json:"allocations_per_payment"` // sandbox and HTTP client of the bench included
	WALBytes    float64 `json:"wal_bytes_per_payment,omitempty"`
	Rival       float64 `json:"rival_payments_per_second"`
	RivalNote   string  `json:"rival"`
	Ratio       float64 `json:"ratio"`
	Held        int     `json:"held,omitempty"`
	HeldBytes   float64 `json:"held_bytes_per_push,omitempty"`
	BareBytes   float64 `json:"bare_bytes_per_call,omitempty"`
	HeldRatio   float64 `json:"held_ratio,omitempty"`

	Open *OpenReport `json:"open,omitempty"`
}

// Run measures.
func Run(ctx context.Context, o Options) (Report, error) {
	if !o.qrs() && o.Rail != string(payment.OVO) {
		return Report{}, fmt.Errorf("the rail is %q; it must be ovo or snap", o.Rail)
	}
	if o.Payments < 1 || o.Concurrency < 1 || o.Terminals < 1 || o.Held < 0 || o.Open < 0 {
		return Report{}, errors.New("payments, concurrency and terminals must be at least 1, held and open at least 0")
	}
	if o.qrs() && o.Open > 0 && (o.OpenFor <= 5*time.Second || o.OpenFor > time.Minute) {
		return Report{}, fmt.Errorf("open QRs are watched for %s; it must be more than 5 s, the distance of two queries, and at most a minute", o.OpenFor)
	}
	folder, err := os.MkdirTemp("", "lunas-bench-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(folder)
	r := Report{Rail: o.Rail, Store: "postgres", Payments: o.Payments, Concurrency: o.Concurrency, Terminals: o.Terminals}
	if o.Database == "" {
		r.Store, o.Database = "sqlite", filepath.Join(folder, "lunas.db")
	}
	w, err := open(ctx, o)
	if err != nil {
		return r, err
	}
	fmt.Fprintf(o.Progress, "%d payments through the API, sandbox and %s …\n", o.Payments, r.Store)
	err = w.measure(&r)
	err = errors.Join(err, w.close())
	if err != nil {
		return r, err
	}
	fmt.Fprintln(o.Progress, "the rival: the same rows, one transaction and one row at a time …")
	if err := rival(ctx, o, folder, &r); err != nil {
		return r, fmt.Errorf("rival: %w", err)
	}
	r.Ratio = r.PerSecond / r.Rival
	if !o.qrs() && o.Held > 0 {
		fmt.Fprintf(o.Progress, "%d pushes held, and as many bare calls …\n", o.Held)
		err = held(ctx, o, folder, &r)
	}
	if o.qrs() && o.Open > 0 {
		fmt.Fprintf(o.Progress, "%d QRs kept open and asked about for %s, the provider in a process of its own …\n", o.Open, o.OpenFor)
		r.Open, err = keepOpen(ctx, o, folder)
	}
	return r, err
}

// world is a gateway and a sandbox on loopback.
type world struct {
	o       Options
	sandbox *sandbox.Sandbox
	gateway *gateway.Gateway
	url     string
	stop    context.CancelFunc
	ended   chan error
}

func open(ctx context.Context, o Options) (*world, error) {
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &world{o: o, url: "http://" + front.Addr().String(), ended: make(chan error, 2)}
	provider, conf, handler := "http://"+back.Addr().String(), config.Config{}, (*sandbox.Sandbox).OVO
	if o.qrs() {
		w.sandbox = sandbox.New(qrSandbox(o, w.url))
		conf, err = qrConfig(o, provider+"/OVOSNAP")
		handler = (*sandbox.Sandbox).SNAP
	} else {
		w.sandbox = sandbox.New(pushSandbox(o))
		conf = configOf(o, keyOf(0), provider+"/pos")
	}
	if err != nil {
		return nil, err
	}
	w.gateway, err = gateway.Open(ctx, gateway.Options{Clock: gateway.RealClock(), Migrate: true, Config: conf})
	if err != nil {
		return nil, err
	}
	ctx, w.stop = context.WithCancel(ctx)
	server := &http.Server{Handler: handler(w.sandbox), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(back) }()
	go func() {
		err := w.gateway.Serve(ctx, front)
		_ = server.Close()
		w.ended <- err
	}()
	return w, nil
}

// keyOf is the API key of a merchant.
func keyOf(i int) string { return fmt.Sprintf("lunas_test_bench_0123456789abcdef0123%04d", i) }

func pushSandbox(o Options) sandbox.Options {
	return sandbox.Options{
		OVO:          sandbox.OVOOptions{Merchants: []sandbox.OVOMerchant{manyTerminals(o.Terminals)}},
		Wallets:      []sandbox.Wallet{{Phone: phone, Name: "Bench", Cash: 900_000_000_000_000, Habit: sandbox.Effect{Customer: sandbox.Cash}}},
		KeepRequests: -1, KeepTransactions: 1000,
	}
}

func (w *world) close() error {
	w.stop()
	err := <-w.ended
	w.sandbox.Close()
	return err
}

// phone is a customer who pays at once.
const phone = "081211110000"

func manyTerminals(n int) sandbox.OVOMerchant {
	demo := sandbox.DemoMerchant()
	demo.Stores = demo.Stores[:1]
	demo.Stores[0].Terminals = nil
	for i := range n {
		demo.Stores[0].Terminals = append(demo.Stores[0].Terminals, sandbox.OVOTerminal{TID: fmt.Sprintf("%08d", i+1), MID: "MIDBENCH"})
	}
	return demo
}

func configOf(o Options, key, url string) config.Config {
	demo := manyTerminals(o.Terminals)
	apiKey := merchant.APIKey{MerchantID: "bench", Mode: payment.Test, Hash: merchant.HashKey(key), Scopes: merchant.Scopes()}
	apiKey.ID = merchant.KeyID(apiKey.Hash)
	terms := payment.OVOTerms()
	terms.CutOffGuard = payment.FlagAtCutOff
	account := merchant.Account{
		ID: "ovo", MerchantID: "bench", Rail: payment.OVO, Environment: merchant.Sandbox, URL: url, Terms: terms,
		OVO: merchant.OVOCredentials{AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey)},
	}
	for i, t := range demo.Stores[0].Terminals {
		account.Terminals = append(account.Terminals, merchant.Terminal{Style: payment.BySequence, Terminal: payment.Terminal{
			ID: terminalID(i), TID: t.TID, MID: t.MID, MerchantID: demo.MerchantID, StoreCode: demo.Stores[0].Code,
		}})
	}
	return config.Config{
		Database: o.Database, MasterKey: make([]byte, 32), Drain: time.Second,
		Merchants: []config.Merchant{{ID: "bench", Keys: []merchant.APIKey{apiKey}, Accounts: []merchant.Account{account}}},
	}
}

func terminalID(i int) string { return fmt.Sprintf("till-%04d", i+1) }

// measure makes the payments: a short run to warm up, then the one that counts.
func (w *world) measure(r *Report) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: w.o.Concurrency, DisableCompression: true}}
	defer client.CloseIdleConnections()
	if _, err := w.pay(client, min(w.o.Payments/10+1, 2000)); err != nil {
		return err
	}
	groups := w.gateway.Stats().Groups
	wal, err := walBytes(w.o.Database)
	if err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	times, err := w.pay(client, w.o.Payments)
	if err != nil {
		return err
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	n := float64(w.o.Payments)
	slices.Sort(times)
	r.PerSecond = n / took.Seconds()
	r.P50, r.P99 = milliseconds(times[len(times)/2]), milliseconds(times[len(times)*99/100])
	r.Commits = float64(w.gateway.Stats().Groups-groups) / n
	r.Allocations = float64(after.Mallocs-before.Mallocs) / n
	walAfter, err := walBytes(w.o.Database)
	r.WALBytes = float64(walAfter-wal) / n
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// pay makes n payments and waits until each is paid.
func (w *world) pay(client *http.Client, n int) ([]time.Duration, error) {
	times := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, w.o.Concurrency)
	for range w.o.Concurrency {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				began := time.Now()
				if err := w.payOne(client, i); err != nil {
					errs <- err
					return
				}
				times[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
		return times, nil
	}
}

func (w *world) payOne(client *http.Client, i int) error {
	key, body := keyOf(0), fmt.Sprintf(`{"amount":12500,"reference":"INV-%d","method":"ovo_push","phone":%q,"terminal":%q}`, i, phone, terminalID(i%w.o.Terminals))
	if w.o.qrs() {
		key, body = keyOf(i%w.o.Terminals), fmt.Sprintf(`{"amount":12500,"reference":"INV-%d","method":"qris"}`, i)
	}
	p, err := w.call(client, key, http.MethodPost, "/v1/payments?wait=60", body)
	if err == nil && p.State == string(payment.Awaiting) { // the QR is there; a shop would show it and ask on
		p, err = w.call(client, key, http.MethodGet, "/v1/payments/"+p.ID+"?wait=60", "")
	}
	if err == nil && p.State != string(payment.Paid) {
		err = fmt.Errorf("a payment is %s, not paid", p.State)
	}
	return err
}

// answered is what the bench reads of an answer.
type answered struct{ ID, State string }

// call asks the API.
func (w *world) call(client *http.Client, key, method, path, body string) (p answered, err error) {
	request, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		return p, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return p, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(answer, &p); err != nil || p.ID == "" {
		return p, fmt.Errorf("%s %s was answered %d: %.300s", method, path, response.StatusCode, bytes.TrimSpace(answer))
	}
	return p, nil
}

// Print writes the report as a table.
func (r Report) Print(w io.Writer) {
	rows := [][2]string{
		{"rail", r.Rail},
		{"store", r.Store},
		{"payments", fmt.Sprintf("%d, %d side by side, %d counts of numbers", r.Payments, r.Concurrency, r.Terminals)},
		{"payments/s", fmt.Sprintf("%.0f", r.PerSecond)},
		{"p50, p99", fmt.Sprintf("%.1f ms, %.1f ms", r.P50, r.P99)},
		{"commits per payment", fmt.Sprintf("%.3f", r.Commits)},
		{"allocations per payment", fmt.Sprintf("%.0f (with sandbox and client)", r.Allocations)},
	}
	if r.WALBytes > 0 {
		rows = append(rows, [2]string{"WAL bytes per payment", fmt.Sprintf("%.0f", r.WALBytes)})
	}
	rows = append(rows,
		[2]string{"rival payments/s", fmt.Sprintf("%.0f (%s)", r.Rival, r.RivalNote)},
		[2]string{"ratio", fmt.Sprintf("%.2f ×", r.Ratio)})
	if r.Held > 0 {
		rows = append(rows,
			[2]string{"held pushes", fmt.Sprintf("%d", r.Held)},
			[2]string{"bytes per held push", fmt.Sprintf("%.0f", r.HeldBytes)},
			[2]string{"bytes per bare call", fmt.Sprintf("%.0f", r.BareBytes)},
			[2]string{"ratio", fmt.Sprintf("%.2f ×", r.HeldRatio)})
	}
	if r.Open != nil {
		rows = append(rows, r.Open.rows()...)
	}
	for _, row := range rows {
		fmt.Fprintf(w, "%-24s %s\n", row[0], row[1])
	}
}
