package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

func TestTimeInAFolderNeverGoesBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	ahead := time.Now().Add(24 * time.Hour)
	if err := os.WriteFile(filepath.Join(folder, "clock"), []byte(ahead.Format(time.RFC3339Nano)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := gateway.ClockInFolder(folder, 1)
	if err != nil {
		t.Fatal(err)
	}
	if now := c.Now(); now.Before(ahead) {
		t.Errorf("now is %v, before the folder's last instant %v", now, ahead)
	}
	if err := os.WriteFile(filepath.Join(folder, "clock"), []byte("yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.ClockInFolder(folder, 1); err == nil || !strings.Contains(err.Error(), "does not hold a time") {
		t.Errorf("a damaged clock file = %v, want an error that says so", err)
	}
}

func TestAFastClockRunsFast(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	c := gateway.FastClock(1000, base)
	began := time.Now()
	<-c.After(2 * time.Second) // two milliseconds
	passed, real := c.Now().Sub(base), time.Since(began)
	if passed < 2*time.Second || passed > 2*1000*real {
		t.Errorf("%v passed by the clock in %v, want about a thousand times as much", passed, real)
	}
}

func TestADevFolderKeepsItsKeys(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	first, key, err := gateway.DevConfig(folder, "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	second, again, err := gateway.DevConfig(folder, "", "http://127.0.0.1:1", 1)
	if err != nil || again != key || string(second.MasterKey) != string(first.MasterKey) {
		t.Errorf("a second start has other keys: %v", err)
	}
	for _, name := range []string{"master.key", "api.key"} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s = %v %v, want a file for its owner only", name, info.Mode(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "master.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := gateway.DevConfig(folder, "", "http://127.0.0.1:1", 1); err == nil || !strings.Contains(err.Error(), "master.key") {
		t.Errorf("a damaged master key = %v, want an error that names the file", err)
	}
}

// The demo's merchant and the sandbox agree on both rails: a push and a QR are paid by phones that pay by themselves.
func TestTheDemoPaysOnBothRails(t *testing.T) {
	t.Parallel()
	const speed = 10 // a QR lives 7.5 s then, which a busy machine keeps
	clock := gateway.FastClock(speed, time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB))
	s := sandbox.New(sandbox.Options{Now: clock.Now, After: clock.After, RealNow: time.Now, Speed: speed})
	provider := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); provider.Close() })
	conf, _, err := gateway.DevConfig(t.TempDir(), "", provider.URL, speed)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.Open(t.Context(), gateway.Options{Config: conf, Clock: clock, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := gateway.Listen("127.0.0.1:0", "--listen")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	phone, err := payment.ParsePhone("081211110101")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []engine.Order{
		{Method: payment.OVOPush, Amount: 12_500, Phone: phone},
		{Method: payment.QRIS, Amount: 1_110_101}, // scanned and paid by 081211110101
	} {
		o.MerchantID, o.Mode, o.Reference = "demo", payment.Test, "INV-"+string(o.Method)
		p, _, err := g.Engine.Request(t.Context(), o)
		if err != nil {
			t.Fatalf("%s: %v", o.Method, err)
		}
		within, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		for err == nil && p.State != payment.Paid {
			p, err = g.Engine.Wait(within, p.MerchantID, p.ID, p.Version)
		}
		stop()
		if err != nil {
			t.Errorf("%s does not become paid: %v", o.Method, err)
		}
	}
}

// What only a rail can see is seen before the gateway is started, in every account at once, and no key is shown.
func TestAccountsAreChecked(t *testing.T) {
	t.Parallel()
	conf, _, err := gateway.DevConfig(t.TempDir(), "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := gateway.Check(conf); err != nil {
		t.Errorf("Check = %v for the demo", err)
	}
	accounts := conf.Merchants[0].Accounts
	accounts[0].OVO.AppID = "no spaces, please"
	accounts[1].SNAP.PrivateKey = merchant.NewSecret("-----BEGIN canary-----")
	err = gateway.Check(conf)
	for _, want := range []string{"account ovo", "AppID", "account qris", "key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check = %v, want %q in it", err, want)
		}
	}
	if strings.Contains(fmt.Sprint(err), "canary") {
		t.Errorf("Check shows a key: %v", err)
	}
	accounts[1] = demoQRIS(t)
	for _, c := range []struct {
		change func(*merchant.SNAPCredentials)
		want   string
	}{
		{func(s *merchant.SNAPCredentials) { s.Paths = map[string]string{"query": "/v1.1/qr/query"} }, "must begin with a slash and end in /qr-mpm-query"},
		{func(s *merchant.SNAPCredentials) { s.AllowedSources = []string{"OVO CASH"} }, "AllowedSources"},
		{func(s *merchant.SNAPCredentials) { s.ChannelID = "95221\n" }, "ChannelID"},
		{func(s *merchant.SNAPCredentials) { s.Notify.PublicKey = "" }, "public"},
	} {
		changed := demoQRIS(t)
		c.change(&changed.SNAP)
		accounts[1] = changed
		if err := gateway.Check(conf); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(c.want)) {
			t.Errorf("Check = %v, want %q", err, c.want)
		}
	}
}

func demoQRIS(t *testing.T) merchant.Account {
	t.Helper()
	conf, _, err := gateway.DevConfig(t.TempDir(), "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	return conf.Merchants[0].Accounts[1]
}

// The operator's listener is apart from the API, and shows the numbers of what this gateway does.
func TestMetricsHaveAListenerOfTheirOwn(t *testing.T) {
	t.Parallel()
	conf, key, err := gateway.DevConfig(t.TempDir(), "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	conf.Observe = config.Observe{Listen: "127.0.0.1:0"}
	g, err := gateway.Open(t.Context(), gateway.Options{Config: conf, Clock: gateway.RealClock(), Migrate: true, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	front, err := gateway.Listen("127.0.0.1:0", "--listen")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, front) }()
	get := func(url string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	api, own := "http://"+front.Addr().String(), "http://"+g.MetricsAddr().String()
	if status, _ := get(api + "/v1/payments"); status != http.StatusOK {
		t.Errorf("GET /v1/payments = %d", status)
	}
	for url, want := range map[string]int{
		api + "/metrics": http.StatusNotFound, api + "/debug/pprof/": http.StatusNotFound,
		own + "/debug/pprof/": http.StatusNotFound, own + "/v1/payments": http.StatusNotFound,
	} {
		if status, _ := get(url); status != want {
			t.Errorf("GET %s = %d, want %d", url, status, want)
		}
	}
	_, shown := get(own + "/metrics")
	for _, want := range []string{`lunas_build_info{`, `version="1.2.3"} 1`, `route="GET /v1/payments",status="200"} 1`, "lunas_store_up 1", "go_goroutines "} {
		if !strings.Contains(shown, want) {
			t.Errorf("/metrics does not show %s", want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the gateway ended with %v", err)
	}
	if _, err := http.Get(own + "/metrics"); err == nil {
		t.Error("metrics are still shown after the end")
	}
}
