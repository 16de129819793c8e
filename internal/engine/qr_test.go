package engine_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

const (
	callback = "http://kopi.test/notify/snap/qris"
	doorPath = "/notify/snap/qris"

	tokenPath = "/v1.0/access-token/b2b"
)

// qrBubble is a world whose merchant takes QRIS, and whose notifications reach the engine as a door would bring them.
type qrBubble struct {
	*world
	replies []rail.Reply // of every notification
	mu      sync.Mutex
	log     bytes.Buffer
	rate    int // of queries; 0: the default
}

func inQRBubble(t *testing.T, mode sandbox.NotifyMode, f func(w *qrBubble)) {
	t.Helper()
	partnerKey()
	providerKey()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 1, 10, 0, 0, 0, payment.WIB)))
		w := &qrBubble{world: &world{T: t, terms: payment.SNAPTerms(), net: newPipes()}}
		demo := sandbox.DemoSNAPMerchant()
		demo.PublicKey = &partnerKey().PublicKey
		demo.Callback = sandbox.Callback{URL: callback, Mode: cmp.Or(mode, sandbox.NotifyEmptyToken), TokenURL: callback + tokenPath}
		w.sandbox = sandbox.New(sandbox.Options{Sender: w, SNAP: sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{demo}, ProviderKey: providerKey()}})
		w.store = memory.New(memory.Options{Before: func([]store.Change) error {
			if w.gone.Load() {
				return errors.New("the database is away")
			}
			return nil
		}})
		server := &http.Server{Handler: w.sandbox.Handler()}
		go func() { _ = server.Serve(w.net) }()
		w.startQR("own_1", mode)
		defer func() {
			w.stop()
			w.sandbox.Close()
			_ = server.Close()
			_ = w.net.Close()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			if strings.Contains(w.log.String(), "eyJ") {
				t.Error("a token is in the log")
			}
		}()
		f(w)
	})
}

// Keys are made once: that takes long.
var (
	partnerKey  = sync.OnceValue(makeKey)
	providerKey = sync.OnceValue(makeKey)
)

func makeKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// RoundTrip is the way of a notification from the sandbox to our door.
func (w *qrBubble) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	take := w.receive
	if strings.HasSuffix(r.URL.Path, tokenPath) {
		take = w.issue
	}
	reply := take(rail.Notification{Method: r.Method, Endpoint: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body})
	return &http.Response{StatusCode: reply.Status, Header: reply.Header, Body: io.NopCloser(bytes.NewReader(reply.Body)), Request: r}, nil
}

func (w *qrBubble) receive(in rail.Notification) rail.Reply {
	reply, err := w.engine.Receive(w.Context(), "demo", "qris", in)
	if err != nil {
		w.Errorf("Receive = %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replies = append(w.replies, reply)
	return reply
}

func qrAccount(t *testing.T, terms payment.Terms, mode sandbox.NotifyMode) merchant.Account {
	t.Helper()
	demo := sandbox.DemoSNAPMerchant()
	a := merchant.Account{
		ID: "qris", MerchantID: "demo", Rail: payment.SNAP, Environment: merchant.Sandbox, URL: "http://sandbox/OVOSNAP", Terms: terms,
		SNAP: merchant.SNAPCredentials{
			ClientID: demo.ClientID, ClientSecret: merchant.NewSecret(demo.Secret), NMID: demo.NMID, ChannelID: "95221",
			PrivateKey: merchant.NewSecret(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(partnerKey()))),
			Notify:     merchant.SNAPNotify{Mode: string(snap.SharedSecret)},
		},
	}
	if mode == sandbox.NotifyPartnerToken {
		a.SNAP.Notify.Mode = string(snap.IssuedToken)
	}
	if mode == sandbox.NotifyAsymmetric {
		a.SNAP.Notify.Mode = string(snap.ProviderKey)
	}
	if mode == sandbox.NotifyAsymmetric || mode == sandbox.NotifyPartnerToken {
		a.SNAP.Notify.PublicKey = base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&providerKey().PublicKey))
	}
	for i, tid := range demo.Terminals {
		a.Terminals = append(a.Terminals, merchant.Terminal{Style: payment.BySequence, Terminal: payment.Terminal{
			ID: "till-" + string(rune('1'+i)), TID: tid, MID: demo.MerchantID, StoreCode: demo.StoreID,
		}})
	}
	return a
}

func (w *qrBubble) startQR(owner string, mode sandbox.NotifyMode) {
	w.Helper()
	w.engine, w.stop = w.newEngine(owner, mode)
}

func (w *qrBubble) newEngine(owner string, mode sandbox.NotifyMode) (*engine.Engine, context.CancelFunc) {
	w.Helper()
	key, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	transport := exchange.NewTransport(exchange.Options{DialContext: w.net.dial, DisableKeepAlives: true})
	a := qrAccount(w.T, w.terms, mode)
	line, err := rail.Open(a, transport, time.Now)
	if err != nil {
		w.Fatal(err)
	}
	e, err := engine.New(w.Context(), engine.Options{
		Store: w.store, Keyring: key, Owner: owner, QueryRate: w.rate,
		Log:      slog.New(slog.NewTextHandler(io.MultiWriter(w.Output(), &lockedBuffer{mu: &w.mu, b: &w.log}), nil)),
		Accounts: []engine.Account{{Account: a, Line: line}},
	})
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(w.Context())
	go func() {
		if err := e.Run(ctx); err != nil {
			w.Errorf("Run = %v", err)
		}
	}()
	return e, stop
}

type lockedBuffer struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (w *qrBubble) orderQR() engine.Order {
	return engine.Order{MerchantID: "demo", Mode: payment.Test, Method: payment.QRIS, Amount: 12500, Reference: "INV-1"}
}

func (w *qrBubble) show() payment.Payment {
	w.Helper()
	p, _, err := w.engine.Request(w.Context(), w.orderQR())
	if err != nil {
		w.Fatalf("Request = %v", err)
	}
	return p
}

// scan lets a customer pay what is shown.
func (w *qrBubble) scan(p payment.Payment) {
	w.Helper()
	qr := p.Attempts[len(p.Attempts)-1].QR
	w.sandbox.Do(func(core *sandbox.Core, now time.Time) {
		id, err := core.Scan(now, "081211111111", qr)
		if err == nil && !w.decided(core, id) {
			err = core.Choose(now, id, sandbox.Cash)
		}
		if err != nil {
			w.Fatalf("scan: %v", err)
		}
	})
}

func (w *qrBubble) decided(core *sandbox.Core, id uint64) bool {
	t, _ := core.TransactionByID(id)
	return t.State != sandbox.Pending
}

func (w *qrBubble) ask(p payment.Payment, what payment.Ask) error {
	w.Helper()
	_, _, err := w.engine.Ask(w.Context(), p.MerchantID, p.ID, payment.Asked{What: what, By: "key_1"}, store.Key{})
	return err
}

// polite checks that the provider found nothing to complain about.
func (w *qrBubble) polite() {
	w.Helper()
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for _, v := range core.Violations() {
			w.Errorf("the provider notes: %+v", v)
		}
	})
}

func calls(p payment.Payment, attempt int, call payment.Call) payment.CallRecord {
	for _, c := range p.Attempts[attempt].Calls {
		if c.Call == call {
			return c
		}
	}
	return payment.CallRecord{}
}

func TestQRPaid(t *testing.T) {
	for _, mode := range []sandbox.NotifyMode{sandbox.NotifyEmptyToken, sandbox.NotifyLastToken, sandbox.NotifyAsymmetric, sandbox.NotifyPartnerToken} {
		inQRBubble(t, mode, func(w *qrBubble) {
			p := w.show()
			w.wantState(p, payment.Presenting)
			p = w.after(p, time.Second)
			w.wantState(p, payment.Awaiting)
			content, until, ok := payment.ShownQR(w.terms, p, time.Now())
			if !ok || content == "" || !until.Equal(p.Attempts[0].PushedAt.Add(75*time.Second)) {
				t.Errorf("%s: shown %q until %s, %v", mode, content, until, ok)
			}
			w.scan(p)
			p = w.after(p, 2*time.Second)
			w.wantState(p, payment.Paid)
			if p.Attempts[0].ProviderReference == "" || len(w.replies) != 1 || w.replies[0].Status != 200 {
				t.Errorf("%s: attempt %+v, replies %+v", mode, p.Attempts[0], w.replies)
			}
			if err := w.ask(p, payment.AskRefund); err != nil {
				t.Fatal(err)
			}
			w.wantState(w.after(p, 4*time.Second), payment.Refunded)
			parts, err := w.store.Exchanges(w.Context(), "demo", p.ID)
			if err != nil || len(parts) != 6 { // generate, notification, refund
				t.Errorf("%s: %d halves of exchanges, %v; want 6", mode, len(parts), err)
			}
			w.polite()
		})
	}
}

func TestQRFoundByQuery(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Effect: sandbox.Effect{Notify: sandbox.NotifyLost}})
		p := w.after(w.show(), 72*time.Second)
		w.wantState(p, payment.Awaiting)
		w.scan(p)
		w.wantState(w.after(p, 80*time.Second), payment.Paid)
		w.polite()
	})
}

func TestQRExpires(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		p := w.after(w.show(), 3*time.Minute)
		w.wantState(p, payment.Expired)
		if c := calls(p, 0, payment.CallCheck); c.Tries < 14 || c.Tries > 17 {
			t.Errorf("%d queries, want one every 5 s of 75 s", c.Tries)
		}
		if err := w.ask(p, payment.AskRenew); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		p = w.after(p, 0)
		w.wantState(p, payment.Awaiting)
		if n := p.Attempts[1].Number.Digits(); n != "000001000002" {
			t.Errorf("the second number is %s", n)
		}
		w.scan(p)
		time.Sleep(time.Second)
		w.wantState(w.after(p, 0), payment.Paid)
		w.polite()
	})
}

func TestQRCanceled(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		p := w.after(w.show(), time.Second)
		if err := w.ask(p, payment.AskCancel); err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(p, 30*time.Second), payment.Awaiting)
		w.wantState(w.after(p, 3*time.Minute), payment.Canceled)
	})
}

// A generate without a usable answer gives its number up and takes another.
func TestQRTakesANewNumber(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect sandbox.Effect
	}{
		{"lost", sandbox.Effect{Answer: sandbox.AnswerLost}},
		{"html", sandbox.Effect{Answer: sandbox.AnswerHTML}},
		{"500", sandbox.Effect{Code: "5004700"}},
		{"wrong checksum", sandbox.Effect{Answer: sandbox.AnswerBadChecksum}},
		{"another amount", sandbox.Effect{Answer: sandbox.AnswerOtherAmount}},
		{"another merchant", sandbox.Effect{Answer: sandbox.AnswerOtherMerchant}},
		{"dead token", sandbox.Effect{Code: "4014701"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inQRBubble(t, "", func(w *qrBubble) {
				w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: c.effect})
				p := w.after(w.show(), 15*time.Second)
				w.wantState(p, payment.Awaiting)
				if len(p.Attempts) != 2 || !p.Attempts[0].Burnt || p.Attempts[0].QR != "" || p.Attempts[1].Number.Reference != 2 {
					t.Errorf("attempts = %+v", p.Attempts)
				}
				for _, n := range p.Attempts {
					if id, err := w.store.PaymentNamed(w.Context(), "demo", "qr/qris/"+n.Number.Digits()); id != p.ID {
						t.Errorf("number %s is of %q, %v", n.Number.Digits(), id, err)
					}
				}
				w.scan(p)
				w.wantState(w.after(p, 16*time.Second), payment.Paid)
			})
		})
	}
}

func TestQRDeclinedAndUnreachable(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: sandbox.Effect{Code: "4034702"}})
		p := w.after(w.show(), time.Second)
		w.wantState(p, payment.Declined)
		if p.Failure.Code != "limit_exceeded" {
			t.Errorf("failure = %+v", p.Failure)
		}
		w.net.setDown(true)
		p = w.after(w.show(), time.Minute)
		w.wantState(p, payment.Expired)
		if p.Failure.Code != string(payment.ReasonNotSent) || len(p.Attempts) != 3 {
			t.Errorf("failure = %+v after %d attempts", p.Failure, len(p.Attempts))
		}
		w.net.setDown(false)
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: sandbox.Effect{Code: "4094701"}})
		w.wantState(w.after(w.show(), time.Second), payment.Declined)
		_, _, err := w.engine.Request(w.Context(), w.orderQR())
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != engine.CodeTerminalHeld {
			t.Errorf("after a number that was used before: %v, want the numbering stopped", err)
		}
	})
}

// tokens counts the requests for tokens that the provider saw.
func (w *qrBubble) tokens() (n int) {
	w.sandbox.Do(func(core *sandbox.Core, now time.Time) { n = len(core.Tokens(now)) })
	return n
}

func TestQRToken(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		second, stop := w.newEngine("own_2", "")
		defer stop()
		var together sync.WaitGroup
		for i := range 20 {
			together.Go(func() {
				e := []*engine.Engine{w.engine, second}[i%2]
				if _, _, err := e.Request(w.Context(), w.orderQR()); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		synctest.Wait()
		if n := w.tokens(); n != 1 {
			t.Errorf("%d tokens for 20 payments of two replicas at once, want 1", n)
		}
		time.Sleep(14*time.Minute + 30*time.Second)
		w.show()
		time.Sleep(time.Second)
		if n := w.tokens(); n != 2 {
			t.Errorf("%d tokens shortly before the first one ends, want 2", n)
		}
		w.sandbox.Do(func(core *sandbox.Core, _ time.Time) { core.KillTokens("") })
		p := w.after(w.show(), 2*time.Second)
		w.wantState(p, payment.Awaiting)
		if len(p.Attempts) != 2 || p.Attempts[0].ResponseCode == "" {
			t.Errorf("after the token's death: %+v", p.Attempts)
		}
		w.polite2(t)
	})
}

func (w *qrBubble) polite2(t *testing.T) {
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for _, v := range core.Violations() {
			if v.Rule == sandbox.RuleQueryPace {
				t.Errorf("the provider notes: %+v", v)
			}
		}
	})
}

// Where no token can be had nothing is written.
func TestQRWithoutToken(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.script(sandbox.Script{Operation: sandbox.OperationToken, Times: 1, Effect: sandbox.Effect{Code: "5007300"}})
		_, _, err := w.engine.Request(w.Context(), w.orderQR())
		var refusal *payment.Refusal
		if !errors.As(err, &refusal) || refusal.Code != engine.CodeProviderAway || refusal.Until.IsZero() {
			t.Fatalf("Request = %v, want %s", err, engine.CodeProviderAway)
		}
		list, err := w.store.Payments(w.Context(), store.Filter{MerchantID: "demo"})
		if err != nil || len(list) != 0 {
			t.Errorf("%d payments, %v; want none", len(list), err)
		}
		time.Sleep(2 * time.Second)
		p := w.after(w.show(), time.Second)
		w.wantState(p, payment.Awaiting)
		// In the middle of a QR's life: it is asked about as soon as there is a token again, and paid meanwhile all the same.
		w.sandbox.Do(func(core *sandbox.Core, _ time.Time) { core.KillTokens("") })
		w.script(sandbox.Script{Operation: sandbox.OperationToken, Times: 3, Effect: sandbox.Effect{Code: "5007300"}})
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Effect: sandbox.Effect{Notify: sandbox.NotifyLost}})
		w.scan(p)
		w.wantState(w.after(p, 30*time.Second), payment.Paid)
	})
}

func TestQRTakenOver(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: sandbox.Effect{Answer: sandbox.AnswerLost}})
		p := w.show()
		time.Sleep(time.Second)
		w.stop() // and its calls are never heard of again
		w.away(true)
		w.startQR("own_2", "")
		w.away(false)
		p = w.after(p, 20*time.Second)
		w.wantState(p, payment.Awaiting)
		if len(p.Attempts) != 2 {
			t.Errorf("%d attempts, want 2", len(p.Attempts))
		}
		w.scan(p)
		w.wantState(w.after(p, 22*time.Second), payment.Paid)
	})
}

// When the customer paid is the provider's to say, but not against reason: the day of a refund hangs on it.
func TestQRPaidTime(t *testing.T) {
	for said, believed := range map[string]bool{
		"2000-01-01T10:00:03+07:00": true, "2000-01-01T03:00:03Z": true, "2000-01-01T09:56:00+07:00": true,
		"2000-01-01T03:00:03+07:00": false, // in UTC, and says WIB
		"1999-12-31T23:59:59+07:00": false, "2000-01-02T00:00:01+07:00": false, "0001-01-01T00:00:00Z": false, "": false,
	} {
		inQRBubble(t, "", func(w *qrBubble) {
			p := w.after(w.show(), 5*time.Second)
			in := w.notification(p.Attempts[0].Number.Digits(), func(_ *snap.NotifyOptions, n *snap.Notification) { n.Payment.PaidTime = said })
			came := time.Now()
			if reply := w.receive(in); reply.Status != 200 {
				t.Fatalf("%s: %d %s", said, reply.Status, reply.Body)
			}
			p = w.after(p, 6*time.Second)
			w.wantState(p, payment.Paid)
			want := came
			if believed {
				want, _ = snap.ParseTimestamp(said)
			}
			if got := p.Attempts[0].PaidAt; !got.Equal(want) {
				t.Errorf("paidTime %q: paid at %s, want %s", said, got, want)
			}
			if err := w.ask(p, payment.AskRefund); err != nil {
				t.Errorf("paidTime %q: a refund on the same day: %v", said, err)
			}
			w.after(p, time.Minute)
		})
	}
}

// notification signs one as OVO would.
func (w *qrBubble) notification(number string, edit func(*snap.NotifyOptions, *snap.Notification)) rail.Notification {
	w.Helper()
	demo := sandbox.DemoSNAPMerchant()
	o := snap.NotifyOptions{
		Mode: snap.SharedSecret, Endpoint: doorPath, ClientSecret: snap.Secret(demo.Secret), PartnerID: demo.ClientID,
	}
	n := snap.Notification{ExternalID: "1", Payment: snap.Payment{
		ReferenceNo: "R1", PartnerReferenceNo: number, Status: snap.StatusSuccess, Amount: 12500,
	}}
	if edit != nil {
		edit(&o, &n)
	}
	header, body, err := snap.SignNotification(o, n, time.Now())
	if err != nil {
		w.Fatal(err)
	}
	return rail.Notification{Method: http.MethodPost, Endpoint: doorPath, Header: header, Body: body}
}

// TestNotifications gives each kind of notification its answer.
func TestNotifications(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		p := w.after(w.show(), time.Second)
		number := p.Attempts[0].Number.Digits()
		good := w.notification(number, nil)
		changed := good
		changed.Body = bytes.Replace(good.Body, []byte("12500"), []byte("12501"), 1)
		long := good
		long.Body = append(bytes.Repeat([]byte(" "), engine.NotificationMax), good.Body...)
		elsewhere := good
		elsewhere.Endpoint = "/notify/snap/other"
		for _, c := range []struct {
			name string
			in   rail.Notification
			want string
		}{
			{"forged", changed, "4015200"},
			{"of another door", elsewhere, "4015200"},
			{"signed with another secret", w.notification(number, func(o *snap.NotifyOptions, _ *snap.Notification) { o.ClientSecret = "other" }), "4015200"},
			{"oversized", long, "4005200"},
			{"no JSON", rail.Notification{Method: "POST", Endpoint: doorPath, Header: good.Header, Body: []byte("x")}, "4015200"},
			{"no headers", rail.Notification{Method: "POST", Endpoint: doorPath, Header: http.Header{}, Body: good.Body}, "4005202"},
			{"of another merchant", w.notification(number, func(_ *snap.NotifyOptions, n *snap.Notification) { n.MerchantID = "999" }), "4045208"},
			{"of an unknown payment", w.notification("000009000009", nil), "4045201"},
			{"of no number of ours", w.notification("INV-1", nil), "4045201"},
		} {
			if reply := w.receive(c.in); !strings.Contains(string(reply.Body), c.want) {
				t.Errorf("%s: %d %s, want %s", c.name, reply.Status, reply.Body, c.want)
			}
			w.wantState(w.after(p, 0), payment.Awaiting)
		}
		loose, err := w.store.Exchanges(w.Context(), "demo", "")
		if err != nil || len(loose) != 2+2*9 { // the token's, and these
			t.Errorf("%d halves are kept, %v; want 20", len(loose), err)
		}
		time.Sleep(6 * time.Minute)
		if reply := w.receive(good); !strings.Contains(string(reply.Body), "4015200") {
			t.Errorf("stale: %s", reply.Body)
		}
	})
}

func TestNotificationsTwiceAndEarly(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		// Before the answer of generate.
		w.script(sandbox.Script{Operation: sandbox.OperationGenerate, Times: 1, Effect: sandbox.Effect{AnswerAfter: sandbox.Duration(3 * time.Second)}})
		p := w.after(w.show(), time.Second)
		w.wantState(p, payment.Presenting)
		in := w.notification(p.Attempts[0].Number.Digits(), nil)
		// Twice at once.
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if reply := w.receive(in); reply.Status != http.StatusOK {
					t.Errorf("%d %s", reply.Status, reply.Body)
				}
			})
		}
		both.Wait()
		w.wantState(w.after(p, time.Second), payment.Paid)
		p = w.after(p, 5*time.Second)
		w.wantState(p, payment.Paid)
		if p.Attempts[0].QR == "" || !p.Attempts[0].Settled {
			t.Errorf("attempt = %+v", p.Attempts[0])
		}
		// Replayed.
		version := p.Version
		if reply := w.receive(in); reply.Status != http.StatusOK {
			t.Errorf("replayed: %d %s", reply.Status, reply.Body)
		}
		if p = w.after(p, 6*time.Second); p.Version != version {
			t.Errorf("a replayed notification made version %d of %d", p.Version, version)
		}
	})
}

// While the database is away a notification is not acknowledged, and the provider comes again.
func TestNotificationComesAgain(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		p := w.after(w.show(), time.Second)
		w.away(true)
		w.scan(p)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(w.replies) != 1 || !strings.Contains(string(w.replies[0].Body), "5005200") {
			t.Fatalf("replies = %+v, want one that asks to come again", w.replies)
		}
		w.away(false)
		p = w.after(p, 8*time.Second)
		w.wantState(p, payment.Paid)
	})
}

// Many QRs of a merchant share a budget of queries: each waits its turn, and none is forgotten.
func TestQueriesOfAMerchantAreSpread(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.stop()
		w.rate = 2
		w.startQR("own_2", "")
		var shown []payment.Payment
		for range 20 {
			shown = append(shown, w.show())
		}
		at := map[time.Time]int{}
		for i, p := range shown {
			p = w.after(p, 16*time.Second)
			w.wantState(p, payment.Awaiting)
			first := calls(p, 0, payment.CallCheck)
			if first.Tries == 0 {
				t.Errorf("QR %d was not asked about in 16 s", i)
			}
			at[first.At.Truncate(time.Second)]++
		}
		for second, n := range at {
			if n > 3 {
				t.Errorf("%d queries in the second %s, want at most 2", n, second)
			}
		}
		for _, p := range shown {
			w.wantState(w.after(p, 5*time.Minute), payment.Expired)
		}
		w.polite2(t)
	})
}

// Two processes that serve one merchant have one budget of queries between them, and none of the QRs is forgotten.
func TestProcessesShareAMerchantsQueries(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		w.stop()
		w.rate = 2
		w.startQR("own_2", "")
		one := w.engine
		other, stop := w.newEngine("own_3", "")
		defer stop()
		var shown []payment.Payment
		for i := range 20 {
			w.engine = []*engine.Engine{one, other}[i%2]
			shown = append(shown, w.show())
		}
		for _, p := range shown {
			w.wantState(w.after(p, 6*time.Minute), payment.Expired)
		}
		at := map[time.Time]int{}
		for _, p := range shown {
			parts, err := w.store.Exchanges(w.Context(), p.MerchantID, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range parts {
				if part.Operation == string(snap.Query) && part.Side == exchange.Request {
					at[part.At.Truncate(time.Second)]++
				}
			}
		}
		if len(at) < 30 {
			t.Errorf("queries in %d seconds only: nothing is proved", len(at))
		}
		for second, n := range at {
			if n > 3 {
				t.Errorf("%d queries in the second %s, want at most 2, or 3 where one waited", n, second)
			}
		}
		w.polite2(t)
	})
}

func TestReceiveAtNoDoor(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		for _, at := range [][2]string{{"demo", "other"}, {"other", "qris"}} {
			if _, err := w.engine.Receive(w.Context(), at[0], at[1], rail.Notification{}); !errors.Is(err, engine.ErrNoDoor) {
				t.Errorf("Receive at %v = %v, want ErrNoDoor", at, err)
			}
		}
	})
}

// Anybody can send what is not believed: it is kept within bounds.
func TestForgedNotificationsFillNoDisk(t *testing.T) {
	inQRBubble(t, "", func(w *qrBubble) {
		for range 200 {
			w.receive(rail.Notification{Method: "POST", Endpoint: doorPath, Header: http.Header{}, Body: []byte("{}")})
		}
		loose, err := w.store.Exchanges(w.Context(), "demo", "")
		if err != nil || len(loose) > 2*60 {
			t.Errorf("%d halves are kept, %v; want at most 120", len(loose), err)
		}
	})
}
