package rail_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/rail/railtest"
	"github.com/lunas-pay/lunas/sandbox"
)

// partnerKey is made once: that takes long.
var partnerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func snapAccount(host string) merchant.Account {
	demo := sandbox.DemoSNAPMerchant()
	return merchant.Account{
		ID: "qris", MerchantID: "demo", Rail: payment.SNAP, Environment: merchant.Sandbox, URL: "http://" + host + "/OVOSNAP",
		Terms: payment.SNAPTerms(), Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: snapTerminal()}},
		SNAP: merchant.SNAPCredentials{
			ClientID: demo.ClientID, ClientSecret: merchant.NewSecret(demo.Secret), NMID: demo.NMID, ChannelID: "95221",
			PrivateKey: merchant.NewSecret(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(partnerKey()))),
			Notify:     merchant.SNAPNotify{Mode: "shared_secret"},
		},
	}
}

func snapTerminal() payment.Terminal {
	demo := sandbox.DemoSNAPMerchant()
	return payment.Terminal{ID: "till-1", TID: demo.Terminals[0], MID: demo.MerchantID, StoreCode: demo.StoreID}
}

func showQR(amount payment.Rupiah, n int, now time.Time) payment.Command {
	return payment.ShowQR{Target: payment.Target{
		Terminal: snapTerminal(), Number: payment.Number{Batch: 1, Reference: payment.ReferenceNumber(n)}, Amount: amount,
		PushedAt: now.Truncate(time.Millisecond), Try: 1, Until: now.Add(10 * time.Second),
	}, SendBy: now.Add(2 * time.Second)}
}

const declined = 13000 // rupiah, by a script of the provider

var began = time.Now()

// stopped is the clock of the tokens, so that every sandbox gives the same one.
func stopped() time.Time { return began }

// knowing is a provider that has given the token which all rails of these tests have.
func knowing(t *testing.T) http.Handler {
	demo := sandbox.DemoSNAPMerchant()
	demo.PublicKey = &partnerKey().PublicKey
	s := sandbox.New(sandbox.Options{
		Now:  stopped,
		SNAP: sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{demo}, ProviderKey: partnerKey()},
		Scripts: []sandbox.Script{{
			Operation: sandbox.OperationGenerate, Amount: declined, Effect: sandbox.Effect{Code: "4034702"},
		}},
	})
	t.Cleanup(s.Close)
	if got := firstToken(t, s.SNAP()); got != token() {
		t.Errorf("the first token of a sandbox is %d characters, want those of every sandbox", len(got))
	}
	return s.SNAP()
}

// token is the first one that any sandbox gives.
var token = sync.OnceValue(func() string {
	demo := sandbox.DemoSNAPMerchant()
	demo.PublicKey = &partnerKey().PublicKey
	s := sandbox.New(sandbox.Options{Now: stopped, SNAP: sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{demo}, ProviderKey: partnerKey()}})
	defer s.Close()
	return firstToken(nil, s.SNAP())
})

func firstToken(t *testing.T, provider http.Handler) string {
	r := straight{provider}
	line, err := rail.Open(snapAccount("sandbox"), r, time.Now)
	if err == nil {
		var m rail.Rendered
		if m, err = line.(rail.Tokened).RenderAccess(time.Now()); err == nil {
			var got rail.Token
			if got, err = line.(rail.Tokened).Access(context.Background(), m); err == nil {
				return got.Value.Reveal()
			}
		}
	}
	if t == nil {
		panic(err)
	}
	t.Fatal(err)
	return ""
}

// straight hands requests to a handler.
type straight struct{ http.Handler }

func (s straight) RoundTrip(r *http.Request) (*http.Response, error) {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, err
	}
	request, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request)
	return w.Result(), nil
}

func openWithToken(host string, transport http.RoundTripper, now func() time.Time) (rail.Rail, error) {
	line, err := rail.Open(snapAccount(host), transport, now)
	if err != nil {
		return nil, err
	}
	return line.(rail.Tokened).WithToken(rail.Token{Value: merchant.NewSecret(token())}), nil
}

func TestSNAP(t *testing.T) {
	t.Parallel()
	railtest.Run(t, railtest.Subject{
		Open: openWithToken, Provider: knowing,
		Approved: func(n int, now time.Time) payment.Command { return showQR(12500, n, now) },
		Declined: func(n int, now time.Time) payment.Command { return showQR(declined, n, now) },
		Secrets:  []string{sandbox.DemoSNAPMerchant().Secret, token()},
	})
}

func TestSNAPWithoutToken(t *testing.T) {
	t.Parallel()
	line, err := rail.Open(snapAccount("127.0.0.1:1"), http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.Render(showQR(1, 1, time.Now()), time.Now()); !errors.Is(err, rail.ErrNoToken) {
		t.Errorf("Render = %v, want ErrNoToken", err)
	}
}

// X-EXTERNAL-ID is never the same for two calls.
func TestSNAPExternalIDs(t *testing.T) {
	t.Parallel()
	line, err := openWithToken("127.0.0.1:1", http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	target := showQR(12500, 1, at).(payment.ShowQR).Target
	again := target
	again.Try = 2
	other := target
	other.Number.Reference = 2
	seen := map[string]bool{}
	for _, c := range []payment.Command{
		payment.ShowQR{Target: target},
		payment.ShowQR{Target: other},
		payment.Inquire{Target: target, Of: payment.CallGenerate},
		payment.Inquire{Target: again, Of: payment.CallGenerate},
		payment.Refund{Target: target, RefundNo: "a-1-R"},
		payment.Refund{Target: again, RefundNo: "a-1-R"},
	} {
		m, err := line.Render(c, at)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(m.Wire), "X-External-Id: ")
		id, _, _ := strings.Cut(rest, "\r\n")
		if seen[id] || len(id) != 33 || strings.Trim(id, "0123456789") != "" || !strings.HasPrefix(id, "20260321100000") {
			t.Errorf("%T: X-EXTERNAL-ID %q, want 33 digits that no other has", c, id)
		}
		seen[id] = true
	}
	if _, err := line.Render(payment.Push{Target: target}, at); err == nil {
		t.Error("SNAP has rendered a push")
	}
}

func TestSNAPCodes(t *testing.T) {
	t.Parallel()
	line, err := openWithToken("127.0.0.1:1", http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	explainer := line.(rail.Explainer)
	for _, code := range []string{"2004700", "4034702", "4044708", "4094701", "06", "00"} {
		x, known := explainer.Explain(payment.CallGenerate, code)
		if !known || x.Provider == "" || x.English == "" || x.Indonesian == "" {
			t.Errorf("Explain(generate, %s) = %+v, %t", code, x, known)
		}
	}
	for _, code := range []string{"99", "4994799"} {
		if _, known := explainer.Explain(payment.CallGenerate, code); known {
			t.Errorf("%s is no code of SNAP's", code)
		}
	}
}
