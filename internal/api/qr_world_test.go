package api

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

const qrOrder = `{"amount":12500,"reference":"INV-1","method":"qris"}`

// qrWorld is a world whose merchants take QRIS beside pushes, with the real client, the emulated provider, and its
// notifications, over loopback. Time is real, but can be turned forward.
type qrWorld struct {
	*world
	provider *sandbox.Sandbox
}

func serveQR(t *testing.T) *qrWorld {
	t.Helper()
	w := &qrWorld{world: newWorld(t, nil)}
	door := httptest.NewServer(w.handler)
	t.Cleanup(door.Close)
	w.url = door.URL
	demo := sandbox.DemoSNAPMerchant()
	demo.Callback = sandbox.Callback{URL: door.URL + "/notify/snap/qris", Mode: sandbox.NotifyLastToken}
	w.provider = sandbox.New(sandbox.Options{Now: w.server.Now, SNAP: sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{demo}}})
	provider := httptest.NewServer(w.provider.Handler())
	transport := exchange.NewTransport(exchange.Options{})
	t.Cleanup(func() {
		w.provider.Close()
		transport.CloseIdleConnections()
		provider.CloseClientConnections()
		provider.Close()
	})
	accounts := []engine.Account{account("mer_a", "main", merchant.Sandbox, w.rail)}
	proxied := qrAccount(t, "mer_a", "proxied", provider.URL)
	proxied.SNAP.Notify.Path = "/pay/in?p=1"
	for _, a := range []merchant.Account{
		qrAccount(t, "mer_a", "qris", provider.URL), qrAccount(t, "mer_b", "theirs", provider.URL),
		qrAccount(t, "mer_a", "twice", provider.URL), qrAccount(t, "mer_b", "twice", provider.URL),
		proxied, issuing(t, qrAccount(t, "mer_a", "issued", provider.URL)), issuing(t, qrAccount(t, "mer_b", "issuedtheirs", provider.URL)),
	} {
		line, err := rail.Open(a, transport, w.server.Now)
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, engine.Account{Account: a, Line: line})
	}
	var err error
	w.engine, err = engine.New(t.Context(), engine.Options{
		Store: w.store, Accounts: accounts, Keyring: w.server.Keyring, Now: w.server.Now, Log: w.server.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Engine = w.engine
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.engine.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return w
}

func qrAccount(t *testing.T, owner, id, url string) merchant.Account {
	t.Helper()
	demo := sandbox.DemoSNAPMerchant()
	key, err := sandbox.DemoSNAPKey()
	if err != nil {
		t.Fatal(err)
	}
	return merchant.Account{
		ID: id, MerchantID: owner, Rail: payment.SNAP, Environment: merchant.Sandbox, URL: url + "/OVOSNAP", Terms: payment.SNAPTerms(),
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{
			ID: "till-1", TID: demo.Terminals[0], MID: demo.MerchantID, StoreCode: demo.StoreID,
		}}},
		SNAP: merchant.SNAPCredentials{
			ClientID: demo.ClientID, ClientSecret: merchant.NewSecret(demo.Secret), PrivateKey: merchant.NewSecret(pemOf(key)),
			ChannelID: "95221", NMID: demo.NMID, Notify: merchant.SNAPNotify{Mode: string(snap.SharedSecret)},
		},
	}
}

// forward turns the clock on.
func (w *qrWorld) forward(d time.Duration) { w.now.Add(int64(d)) }

func (w *qrWorld) script(s sandbox.Script) {
	w.t.Helper()
	w.provider.Do(func(core *sandbox.Core, _ time.Time) {
		if _, err := core.AddScript(s); err != nil {
			w.t.Fatal(err)
		}
	})
}

// quiet lets no notification come by itself.
func (w *qrWorld) quiet() {
	w.t.Helper()
	w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Effect: sandbox.Effect{Notify: sandbox.NotifyLost}})
}

// present makes a payment whose QR is shown.
func (w *qrWorld) present() Payment {
	w.t.Helper()
	a := w.do("POST", "/v1/payments?wait=20", qrOrder)
	p := a.payment(w.t)
	if a.status != 201 || p.State != "awaiting" || p.QR == nil {
		w.t.Fatalf("answer %d, state %s, want 201 and awaiting with a QR: %s", a.status, p.State, a.body)
	}
	return p
}

// scan lets a customer pay what a QR says.
func (w *qrWorld) scan(content string) {
	w.t.Helper()
	w.provider.Do(func(core *sandbox.Core, now time.Time) {
		id, err := core.Scan(now, "081211111111", content)
		if err != nil {
			w.t.Errorf("scan: %v", err)
			return
		}
		if found, _ := core.TransactionByID(id); found.State == sandbox.Pending {
			if err := core.Choose(now, id, sandbox.Cash); err != nil {
				w.t.Errorf("choose: %v", err)
			}
		}
	})
}

// paid makes a payment that was paid by its QR.
func (w *qrWorld) paid() Payment {
	w.t.Helper()
	p := w.present()
	w.scan(p.QR.Content)
	p = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "").payment(w.t)
	if p.State != "paid" {
		w.t.Fatalf("state %s, want paid", p.State)
	}
	return p
}

// lapse brings a payment's QR to its end: its life is over, and the provider has said that nobody paid.
func (w *qrWorld) lapse(p Payment) Payment {
	w.t.Helper()
	w.forward(76 * time.Second)
	a := w.do("POST", "/v1/payments/"+p.ID+"/check?wait=20", "")
	if a.status == 409 { // lunas asks by itself at this very moment
		a = w.do("GET", "/v1/payments/"+p.ID+"?wait=20", "")
	}
	p = a.payment(w.t)
	if p.State != "expired" {
		w.t.Fatalf("state %s, want expired", p.State)
	}
	return p
}

// notification signs one as OVO would, for a door.
func (w *qrWorld) notification(path, number string, edit func(*snap.NotifyOptions, *snap.Notification, *time.Time)) (http.Header, []byte) {
	w.t.Helper()
	demo := sandbox.DemoSNAPMerchant()
	o := snap.NotifyOptions{Mode: snap.SharedSecret, Endpoint: path, ClientSecret: snap.Secret(demo.Secret), PartnerID: demo.ClientID}
	n := snap.Notification{ExternalID: "1", Payment: snap.Payment{
		ReferenceNo: "R1", PartnerReferenceNo: number, Status: snap.StatusSuccess, Amount: 12500,
	}}
	at := w.server.Now()
	if edit != nil {
		edit(&o, &n, &at)
	}
	header, body, err := snap.SignNotification(o, n, at)
	if err != nil {
		w.t.Fatal(err)
	}
	return header, body
}

// send brings a notification to the door.
func (w *qrWorld) send(path string, header http.Header, body []byte) answer {
	w.t.Helper()
	return w.do("POST", path, string(bytes.Clone(body)), func(r *http.Request) {
		r.Header = header.Clone()
	})
}

func pemOf(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}
