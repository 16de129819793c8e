package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/checkout"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/onboarding"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
	"github.com/lunas-pay/lunas/lunas"
	"github.com/lunas-pay/lunas/sandbox"
)

// treasure is a database with one of everything that a master key seals or signs.
type treasure struct {
	*testing.T
	conf      config.Config
	payments  []payment.Payment // one by a push, one by a QR, for which a token was needed
	link      string            // of the first one's page, as it was given
	returnKey lunas.Secret
	secrets   webhook.Secrets
}

var gate = onboarding.Gate{ // never written
	ID: "ovo", Address: "sftp.ovo.example:22", User: "lunas", Password: "gate-password", Egress: "203.0.113.7", Email: "onboarding@kopi.example.id",
}

// newTreasure makes it all with the configuration's master key.
func newTreasure(t *testing.T) *treasure {
	t.Helper()
	const speed = 10
	clock := FastClock(speed, time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB))
	s := sandbox.New(sandbox.Options{Now: clock.Now, After: clock.After, RealNow: time.Now, Speed: speed})
	provider := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); provider.Close() })
	w := &treasure{T: t}
	var err error
	w.conf, _, err = DevConfig(t.TempDir(), "", provider.URL, speed)
	w.must(err)
	w.conf.PublicURL = "https://pay.example.id"
	g, err := Open(t.Context(), Options{Config: w.conf, Clock: clock, Migrate: true})
	w.must(err)
	l, err := Listen("127.0.0.1:0", "--listen")
	w.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l) }()
	w.pay(g)
	links, err := checkout.NewLinks("https://pay.example.id", w.conf.MasterKey)
	w.must(err)
	w.link = links.Of(w.payments[0])
	w.returnKey = lunas.Secret(signerOf(Options{Config: w.conf}).Key(demoID, payment.Test))
	_, err = g.registry.CreateMerchant(ctx, "teh", "Teh")
	w.must(err)
	_, err = g.registry.CreateAccount(ctx, "teh", registry.NewAccount{
		ID: "doku-teh", Secrets: map[string]string{"secret_key": "canary-secret"},
		Settings: []byte(`{"rail":"doku","environment":"sandbox","url":"http://127.0.0.1:1","client_id":"MCH-1"}`),
	})
	w.must(err)
	w.secrets = webhook.Secrets{{Secret: webhook.NewSecret([webhook.SecretSize]byte{7})}}
	e := store.Endpoint{Endpoint: webhook.Endpoint{ID: "whe_1", MerchantID: "teh", Mode: payment.Live, URL: "https://shop.example/", Version: 1, CreatedAt: time.Now()}}
	w.must(courier.Seal(g.keyring, &e, w.secrets))
	w.must(g.store.SaveEndpoint(ctx, e))
	factor := exchange.Part{ID: "totp/usr_1", Side: exchange.Request, Wire: bytes.Repeat([]byte("x"), operator.TOTPBytes)}
	w.must(g.keyring.Seal(&factor))
	w.must(g.store.SaveUser(ctx, operator.User{ID: "usr_1", Name: "ayu@kopi.id", Version: 1, CreatedAt: time.Now(), TOTP: factor.Sealed}))
	cancel()
	w.must(<-ended)
	w.must(WithOnboarding(t.Context(), w.conf, func(ctx context.Context, o *onboarding.Onboarding) error {
		mapping, err := onboarding.Example()
		if err != nil {
			return err
		}
		made := gate
		made.Mapping = string(mapping)
		_, err = o.Connect(ctx, made)
		return err
	}))
	return w
}

func (w *treasure) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *treasure) pay(g *Gateway) {
	w.Helper()
	phone, err := payment.ParsePhone("081211110101")
	w.must(err)
	for _, o := range []engine.Order{{Method: payment.OVOPush, Amount: 12_500, Phone: phone}, {Method: payment.QRIS, Amount: 1_110_101}} {
		o.MerchantID, o.Mode, o.Reference, o.ReturnURL = demoID, payment.Test, "INV-"+string(o.Method), "https://shop.example/done"
		p, _, err := g.Engine.Request(w.Context(), o)
		w.must(err)
		within, stop := context.WithTimeout(w.Context(), 2*time.Minute)
		for err == nil && p.State != payment.Paid {
			p, err = g.Engine.Wait(within, p.MerchantID, p.ID, p.Version)
		}
		stop()
		w.must(err)
		w.payments = append(w.payments, p)
	}
}

// by is the configuration with these master keys, the first one in front.
func (w *treasure) by(keys ...[]byte) config.Config {
	c := w.conf
	c.MasterKey, c.OldKeys = keys[0], keys[1:]
	return c
}

// shut tells what does not open with a configuration.
func (w *treasure) shut(c config.Config) (shut []string) {
	w.Helper()
	g, err := Open(w.Context(), Options{Config: c, Clock: RealClock()})
	if errors.Is(err, exchange.ErrSealed) {
		return []string{"the gateway"}
	}
	w.must(err)
	tell := func(what string, ok bool) {
		if !ok {
			shut = append(shut, what)
		}
	}
	for _, p := range w.payments {
		parts, err := g.store.Exchanges(w.Context(), p.MerchantID, p.ID)
		w.must(err)
		for _, part := range parts {
			tell("exchanges", len(parts) > 1 && g.keyring.Open(&part) == nil)
		}
		address, _ := signerOf(Options{Config: g.config}).Address(p, time.Now())
		back, err := url.Parse(address)
		w.must(err)
		_, err = lunas.ReadReturn(w.returnKey, back.Query())
		tell("return keys", err == nil)
	}
	rec := httptest.NewRecorder()
	g.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(w.Context(), "GET", w.link, nil))
	tell("links", rec.Code == 200)
	token := exchange.Part{ID: "token/qris", MerchantID: demoID, Side: exchange.Response}
	token.Sealed, _, err = g.store.Secret(w.Context(), demoID, token.ID)
	w.must(err)
	tell("tokens", g.keyring.Open(&token) == nil)
	a, err := g.registry.Account(w.Context(), "teh", "doku-teh")
	w.must(err)
	tell("credentials", a.Fault == "")
	e, err := g.store.Endpoint(w.Context(), "teh", "whe_1")
	w.must(err)
	secrets, err := courier.Open(g.keyring, e)
	tell("webhook secrets", err == nil && bytes.Equal(secrets.Encode(), w.secrets.Encode()))
	u, err := g.store.User(w.Context(), "usr_1")
	w.must(err)
	factor := exchange.Part{ID: "totp/usr_1", Side: exchange.Request, Sealed: u.TOTP}
	tell("second factors", g.keyring.Open(&factor) == nil && len(factor.Wire) == operator.TOTPBytes)
	w.must(g.Close())
	err = WithOnboarding(w.Context(), c, func(ctx context.Context, o *onboarding.Onboarding) error {
		opened, err := o.Gate(ctx, gate.ID)
		if err == nil && opened.Password != gate.Password {
			return errors.New("another password")
		}
		return err
	})
	tell("passwords of onboarding", err == nil)
	return shut
}

// TestOneMasterKeyOpensEverything: after lunas keys rewrap the master keys of before need not stand in the file any more.
func TestOneMasterKeyOpensEverything(t *testing.T) {
	t.Parallel()
	w := newTreasure(t)
	first, second, third := w.conf.MasterKey, bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{3}, 32)
	shut := func(c config.Config) []string {
		list := w.shut(c)
		slices.Sort(list)
		return slices.Compact(list)
	}
	if got := shut(w.by(second)); len(got) != 1 {
		t.Errorf("by another key alone these stay shut: %q, want the gateway", got)
	}
	if got := shut(w.by(second, first)); got != nil {
		t.Errorf("with the old key behind the new one these stay shut: %q", got)
	}
	for _, keys := range [][][]byte{{second, first}, {third, second}} {
		did, err := Rewrap(t.Context(), w.by(keys...))
		if err != nil || did.Merchants != 1 || did.Endpoints != 1 || did.SecondFactors != 1 {
			t.Fatalf("Rewrap = %+v, %v; want one of each", did, err)
		}
		if got := shut(w.by(keys[0])); got != nil {
			t.Errorf("without the old key these stay shut: %q", got)
		}
	}
	if did, err := Rewrap(t.Context(), w.by(third)); err != nil || did.Kept != 2 {
		t.Errorf("Rewrap again, with one key = %+v, %v; want two keys kept", did, err)
	}
	// With the key of before in its place the gateway does not start, and whoever looks is told what to do.
	if got := shut(w.by(second)); len(got) != 1 {
		t.Errorf("by the key of before these stay shut: %q, want the gateway", got)
	}
	asked := w.by(second)
	asked.PublicURL, asked.Merchants = "", nil // it looks at the database only
	report, err := Doctor(t.Context(), asked, nil)
	w.must(err)
	if said := fmt.Sprint(report); !strings.Contains(said, "behind the present one in master_key_file") || !slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool {
		return f.Check == "master key" && f.Status == doctor.Failed
	}) {
		t.Errorf("the doctor says %s", said)
	}
	if _, err := Rewrap(t.Context(), w.by(second)); !errors.Is(err, exchange.ErrSealed) {
		t.Errorf("Rewrap without the newest key = %v", err)
	}
	if got := shut(w.by(third)); got != nil {
		t.Errorf("in the end these stay shut: %q", got)
	}
}
