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
	Payments    int    // how many are made
	Concurrency int    // how many are made side by side
	Terminals   int    // over how many terminals they are spread, for lunas and the rival alike
	Database    string // empty: a SQLite file in a temporary folder; else an address of an empty PostgreSQL database
	Held        int    // how many pushes are held at once to measure memory; 0: none
	Progress    io.Writer
}

// Report is what was measured.
type Report struct {
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
}

// Run measures.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Payments < 1 || o.Concurrency < 1 || o.Terminals < 1 || o.Held < 0 {
		return Report{}, errors.New("payments, concurrency and terminals must be at least 1, and held at least 0")
	}
	folder, err := os.MkdirTemp("", "lunas-bench-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(folder)
	r := Report{Store: "postgres", Payments: o.Payments, Concurrency: o.Concurrency, Terminals: o.Terminals}
	if o.Database == "" {
		r.Store, o.Database = "sqlite", filepath.Join(folder, "lunas.db")
	}
	w, err := open(ctx, o, filepath.Join(folder, "key"))
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
	if o.Held > 0 {
		fmt.Fprintf(o.Progress, "%d pushes held, and as many bare calls …\n", o.Held)
		err = held(ctx, o, folder, &r)
	}
	return r, err
}

// world is a gateway and a sandbox on loopback.
type world struct {
	o       Options
	sandbox *sandbox.Sandbox
	gateway *gateway.Gateway
	url     string
	key     string
	stop    context.CancelFunc
	ended   chan error
}

func open(ctx context.Context, o Options, keyFile string) (*world, error) {
	demo := manyTerminals(o.Terminals)
	s := sandbox.New(sandbox.Options{
		OVO:          sandbox.OVOOptions{Merchants: []sandbox.OVOMerchant{demo}},
		Wallets:      []sandbox.Wallet{{Phone: phone, Name: "Bench", Cash: 900_000_000_000_000, Habit: sandbox.Effect{Customer: sandbox.Cash}}},
		KeepRequests: -1, KeepTransactions: 1000,
	})
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &world{o: o, sandbox: s, url: "http://" + front.Addr().String(), key: "lunas_test_bench_0123456789abcdef01234567", ended: make(chan error, 2)}
	w.gateway, err = gateway.Open(ctx, gateway.Options{
		Clock: gateway.RealClock(), Migrate: true, Config: configOf(o, w.key, "http://"+back.Addr().String()+"/pos"),
	})
	if err != nil {
		return nil, err
	}
	ctx, w.stop = context.WithCancel(ctx)
	server := &http.Server{Handler: s.OVO(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(back) }()
	go func() {
		err := w.gateway.Serve(ctx, front)
		_ = server.Close()
		w.ended <- err
	}()
	return w, nil
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
	apiKey := merchant.APIKey{MerchantID: "bench", Mode: payment.Test, Hash: merchant.HashKey(key)}
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
	body := fmt.Sprintf(`{"amount":12500,"reference":"INV-%d","method":"ovo_push","phone":%q,"terminal":%q}`, i, phone, terminalID(i%w.o.Terminals))
	request, err := http.NewRequest(http.MethodPost, w.url+"/v1/payments?wait=60", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+w.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var p struct{ State string }
	if err := json.Unmarshal(answer, &p); err != nil || p.State != "paid" {
		return fmt.Errorf("a payment was answered %d, state %q: %.300s", response.StatusCode, p.State, bytes.TrimSpace(answer))
	}
	return nil
}

// Print writes the report as a table.
func (r Report) Print(w io.Writer) {
	rows := [][2]string{
		{"store", r.Store},
		{"payments", fmt.Sprintf("%d, %d side by side, %d terminals", r.Payments, r.Concurrency, r.Terminals)},
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
	for _, row := range rows {
		fmt.Fprintf(w, "%-24s %s\n", row[0], row[1])
	}
}
