package engine_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
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
)

// aggregators is a world whose merchant has an account at Faspay, whose notifications reach the engine as a door would
// bring them.
type aggregators struct {
	*world
	mu      sync.Mutex
	replies []rail.Reply // of every notification
	opened  []merchant.Account
}

const (
	quickPayer = "081211110101" // pays 2 s after being asked
	neverPays  = "081211110160"
	refuser    = "081211110017"
	nobody     = "081211110014" // has no OVO account
)

func inFaspayBubble(t *testing.T, flow payment.Flow, encoding string, f func(w *aggregators)) {
	t.Helper()
	demo := sandbox.DemoFaspayMerchant()
	demo.Callback = sandbox.Callback{
		URL: "http://kopi.test/notify/faspay/faspay", ReturnURL: "http://kopi.test/return/faspay/faspay", Encoding: sandbox.FaspayEncoding(encoding),
	}
	terms := payment.FaspayTerms()
	terms.Flow = flow
	a := merchant.Account{
		ID: "faspay", MerchantID: "demo", Rail: payment.Faspay, Environment: merchant.Sandbox, URL: "http://sandbox", Terms: terms,
		Faspay: merchant.FaspayCredentials{
			MerchantID: demo.MerchantID, Merchant: demo.Name, UserID: demo.UserID, Password: merchant.NewSecret(demo.Password), Encoding: encoding,
			Customer: merchant.FaspayCustomer{Name: "Pelanggan", Email: "kasir@kopi.example"},
		},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "faspay"}}},
	}
	inAggregatorBubble(t, sandbox.Options{Faspay: sandbox.FaspayOptions{Merchants: []sandbox.FaspayMerchant{demo}}}, a, f)
}

func inDOKUBubble(t *testing.T, o sandbox.DOKUOptions, f func(w *aggregators)) {
	t.Helper()
	demo := sandbox.DemoDOKUMerchant()
	demo.Callback = sandbox.Callback{URL: "http://kopi.test/notify/doku/doku"}
	o.Merchants = []sandbox.DOKUMerchant{demo}
	a := merchant.Account{
		ID: "doku", MerchantID: "demo", Rail: payment.DOKU, Environment: merchant.Sandbox, URL: "http://sandbox", Terms: payment.DOKUTerms(),
		DOKU:      merchant.DOKUCredentials{ClientID: demo.ClientID, SecretKey: merchant.NewSecret(demo.Secret)},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: payment.Terminal{ID: "doku"}}},
	}
	inAggregatorBubble(t, sandbox.Options{DOKU: o}, a, f)
}

func inAggregatorBubble(t *testing.T, o sandbox.Options, a merchant.Account, f func(w *aggregators)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2000, 1, 1, 10, 0, 0, 0, payment.WIB)))
		w := &aggregators{world: &world{T: t, terms: a.Terms, net: newPipes(), account: a.ID}}
		o.Sender = w
		w.sandbox = sandbox.New(o)
		w.store = memory.New(memory.Options{Before: func([]store.Change) error {
			if w.gone.Load() {
				return errors.New("the database is away")
			}
			return nil
		}})
		server := &http.Server{Handler: w.sandbox.Handler()}
		go func() { _ = server.Serve(w.net) }()
		w.run(a)
		defer func() {
			w.stop()
			w.sandbox.Close()
			_ = server.Close()
			_ = w.net.Close()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}()
		f(w)
	})
}

func (w *aggregators) run(accounts ...merchant.Account) {
	w.Helper()
	key, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	w.opened = accounts
	var open []engine.Account
	for _, a := range accounts {
		line, err := rail.Open(a, exchange.NewTransport(exchange.Options{DialContext: w.net.dial, DisableKeepAlives: true}), time.Now)
		if err != nil {
			w.Fatal(err)
		}
		open = append(open, engine.Account{Account: a, Line: line})
	}
	w.engine, err = engine.New(w.Context(), engine.Options{
		Store: w.store, Keyring: key, Owner: "own_1", Log: slog.New(slog.NewTextHandler(w.Output(), nil)), Accounts: open,
	})
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(w.Context())
	w.stop = stop
	e := w.engine // another one may be run after this one
	go func() {
		if err := e.Run(ctx); err != nil {
			w.Errorf("Run = %v", err)
		}
	}()
}

// returnQuery is what Faspay adds to the return URL.
func returnQuery(m sandbox.FaspayMerchant, a payment.Attempt, status string) string {
	sum := md5.Sum([]byte(m.UserID + m.Password + a.Invoice + status))
	signature := sha1.Sum([]byte(hex.EncodeToString(sum[:])))
	return url.Values{
		"trx_id": {a.ProviderReference}, "merchant_id": {m.MerchantID}, "bill_no": {a.Invoice}, "status": {status},
		"signature": {hex.EncodeToString(signature[:])},
	}.Encode()
}

// RoundTrip is the way of a notification from the sandbox to our door.
func (w *aggregators) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	reply, err := w.engine.Receive(w.Context(), "demo", w.account, rail.Notification{
		Method: r.Method, Endpoint: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body,
	})
	if err != nil {
		w.Errorf("Receive = %v", err)
	}
	w.mu.Lock()
	w.replies = append(w.replies, reply)
	w.mu.Unlock()
	return &http.Response{StatusCode: reply.Status, Header: reply.Header, Body: io.NopCloser(bytes.NewReader(reply.Body)), Request: r}, nil
}

// polite makes sure that the provider found nothing to complain about, but for notifications that were refused, and that it
// charged the customer so often.
func (w *aggregators) polite(charges int) {
	w.Helper()
	w.mu.Lock()
	refused := slices.ContainsFunc(w.replies, func(r rail.Reply) bool { return r.Status >= 400 })
	w.mu.Unlock()
	w.sandbox.Do(func(core *sandbox.Core, _ time.Time) {
		for _, v := range core.Violations() {
			if v.Rule != sandbox.RuleFaspayAcknowledge || !refused {
				w.Errorf("the provider notes: %+v", v)
			}
		}
		n := 0
		for x := range core.Transactions() {
			if !x.Charged.IsZero() {
				n++
			}
		}
		if n != charges {
			w.Errorf("the provider has charged %d times, want %d", n, charges)
		}
	})
}

// heard are our replies so far.
func (w *aggregators) heard() []rail.Reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.replies)
}

func TestFaspayDirectIsPaid(t *testing.T) {
	for _, encoding := range []string{"json", "xml"} {
		inFaspayBubble(t, payment.Direct, encoding, func(w *aggregators) {
			p := w.pay(quickPayer)
			w.wantState(p, payment.Presenting)
			p = w.after(p, time.Second)
			w.wantState(p, payment.Pushing)
			p = w.after(p, 15*time.Second)
			w.wantState(p, payment.Paid)
			a := p.Attempts[0]
			if a.ProviderReference == "" || !strings.HasSuffix(a.Invoice, "b") || len(w.heard()) != 1 || w.heard()[0].Status != 200 {
				t.Errorf("%s: attempt %+v, replies %+v", encoding, a, w.heard())
			}
			w.polite(1)
		})
	}
}

func TestFaspayIsFoundWithoutANotification(t *testing.T) {
	inFaspayBubble(t, payment.Direct, "json", func(w *aggregators) {
		w.script(sandbox.Script{Operation: sandbox.OperationPostData, Effect: sandbox.Effect{Notify: sandbox.NotifyLost}})
		p := w.after(w.pay(quickPayer), 3*time.Minute)
		w.wantState(p, payment.Paid)
		w.polite(1)
	})
}

func TestFaspayDirectRefused(t *testing.T) {
	inFaspayBubble(t, payment.Direct, "json", func(w *aggregators) {
		p := w.after(w.pay(refuser), 5*time.Minute)
		w.wantState(p, payment.Declined)
		if p.Failure.Code != "canceled_by_customer" {
			t.Errorf("failure = %+v", p.Failure)
		}
		p = w.after(w.pay(nobody), 5*time.Minute)
		w.wantState(p, payment.Declined)
		if p.Failure.Code != "phone_not_registered" {
			t.Errorf("failure = %+v", p.Failure)
		}
	})
}

// A customer who never answers: the bill is canceled when its time is over, and what came of it is asked.
func TestFaspayBillExpires(t *testing.T) {
	inFaspayBubble(t, payment.Direct, "json", func(w *aggregators) {
		p := w.pay(neverPays)
		w.wantState(w.after(p, 10*time.Minute), payment.Awaiting)
		w.wantState(w.after(p, 62*time.Minute), payment.Expired)
		w.polite(0)
	})
}

func TestFaspayRedirect(t *testing.T) {
	inFaspayBubble(t, payment.Redirect, "json", func(w *aggregators) {
		p := w.after(w.pay(quickPayer), time.Second)
		w.wantState(p, payment.Awaiting)
		page, _, ok := payment.RedirectOf(p, time.Now())
		if !ok || !strings.HasPrefix(page, "http://sandbox/pws/100003/") {
			t.Fatalf("page = %q, %t", page, ok)
		}
		w.polite(0)
		w.sandbox.Do(func(core *sandbox.Core, now time.Time) {
			if err := core.AskBill(now, p.Attempts[0].ProviderReference, quickPayer); err != nil {
				t.Error(err)
			}
		})
		w.wantState(w.after(p, 15*time.Second), payment.Paid)
		w.polite(1)
	})
}

// What comes twice, or forged, or for another bill, changes nothing.
func TestFaspayNotificationsCountOnce(t *testing.T) {
	for _, fault := range []sandbox.NotifyFault{sandbox.NotifyDuplicate, sandbox.NotifyStale, sandbox.NotifyForeign, sandbox.NotifyBadSignature} {
		inFaspayBubble(t, payment.Direct, "json", func(w *aggregators) {
			w.script(sandbox.Script{Operation: sandbox.OperationPostData, Effect: sandbox.Effect{Notify: fault}})
			p := w.after(w.pay(quickPayer), 10*time.Minute)
			w.wantState(p, payment.Paid)
			version := p.Version
			w.wantState(w.after(p, time.Hour), payment.Paid)
			entries, err := w.store.Journal(w.Context(), "demo", p.ID)
			if err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, j := range entries {
				if n, ok := j.Event.(payment.Notified); ok && n.Outcome.Class == payment.Approved {
					said++
				}
			}
			wrong := fault == sandbox.NotifyForeign || fault == sandbox.NotifyBadSignature
			if said > 1 || (said == 1) == wrong || p.Version != version || len(w.heard()) == 0 {
				t.Errorf("%s: %d notifications of a payment counted, %d replies", fault, said, len(w.heard()))
			}
			w.polite(1)
		})
	}
}

// The customer's way back never changes a status; it makes the status be asked for. A forged one does not even that.
func TestFaspayReturn(t *testing.T) {
	inFaspayBubble(t, payment.Direct, "json", func(w *aggregators) {
		w.script(sandbox.Script{Operation: sandbox.OperationPostData, Effect: sandbox.Effect{Notify: sandbox.NotifyLost}})
		p := w.after(w.pay(neverPays), 2*time.Minute)
		w.wantState(p, payment.Awaiting)
		checks := calls(p, 0, payment.CallCheck).Tries
		demo := sandbox.DemoFaspayMerchant()
		query := returnQuery(demo, p.Attempts[0], "2")
		back, err := w.engine.Return(w.Context(), "demo", "faspay", rail.Notification{Method: "GET", Endpoint: "/return/faspay/faspay?" + query}, query)
		if err != nil || back.ID != p.ID {
			t.Fatalf("Return = %s, %v, want the payment", back.ID, err)
		}
		w.wantState(back, payment.Awaiting)
		p = w.after(p, 2*time.Minute+15*time.Second)
		w.wantState(p, payment.Awaiting)
		if got := calls(p, 0, payment.CallCheck).Tries; got <= checks {
			t.Errorf("%d checks after the customer came back, before it were %d: want another soon", got, checks)
		}
		for range 20 {
			time.Sleep(30 * time.Second) // each time there is something to ask again
			if _, err := w.engine.Return(w.Context(), "demo", "faspay", rail.Notification{Method: "GET", Endpoint: "/"}, query); err != nil {
				t.Fatal(err)
			}
		}
		entries, err := w.store.Journal(w.Context(), "demo", p.ID)
		asked := 0
		for _, j := range entries {
			if a, ok := j.Event.(payment.Asked); ok && a.What == payment.AskReturn {
				asked++
			}
		}
		if err != nil || asked != 5 {
			t.Errorf("%d questions by one customer's coming back again and again, %v", asked, err)
		}
		var rejected *rail.Rejected
		forged := strings.Replace(query, "status=2", "status=3", 1)
		if _, err := w.engine.Return(w.Context(), "demo", "faspay", rail.Notification{Method: "GET"}, forged); !errors.As(err, &rejected) {
			t.Errorf("a forged return = %v, want it rejected", err)
		}
		other := p.Attempts[0]
		other.Invoice = "00000000000000000000000000-1b"
		if _, err := w.engine.Return(w.Context(), "demo", "faspay", rail.Notification{Method: "GET"}, returnQuery(demo, other, "2")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a return of an unknown bill = %v", err)
		}
		if _, err := w.engine.Return(w.Context(), "demo", "none", rail.Notification{Method: "GET"}, query); !errors.Is(err, engine.ErrNoDoor) {
			t.Errorf("a return to no account = %v", err)
		}
	})
}

func TestDOKUIsPaid(t *testing.T) {
	inDOKUBubble(t, sandbox.DOKUOptions{}, func(w *aggregators) {
		p := w.pay(quickPayer)
		w.wantState(p, payment.Pushing)
		p = w.after(p, 3*time.Second)
		w.wantState(p, payment.Paid)
		version := p.Version
		if a := p.Attempts[0]; a.ApprovalCode == "" || a.TraceNumber == "" || a.ProviderNumber.IsZero() || a.ResponseCode != "00" {
			t.Errorf("attempt = %+v, want the provider's facts", a)
		}
		p = w.after(p, time.Hour)
		if len(w.heard()) != 1 || w.heard()[0].Status != 200 || p.State != payment.Paid || p.Version > version+1 {
			t.Errorf("%d replies to the notification, %s in version %d after %d", len(w.heard()), p.State, p.Version, version)
		}
		if _, _, err := w.engine.Ask(w.Context(), "demo", p.ID, payment.Asked{What: payment.AskVoid, By: "key_1"}, store.Key{}); err != nil {
			t.Fatal(err)
		}
		w.wantState(w.after(p, time.Hour+time.Minute), payment.Voided)
		w.polite(1)
	})
}

func TestDOKUDeclined(t *testing.T) {
	inDOKUBubble(t, sandbox.DOKUOptions{NotifyFailures: true}, func(w *aggregators) {
		p := w.after(w.pay(refuser), time.Minute)
		w.wantState(p, payment.Declined)
		if p.Failure.ProviderCode != "17" || p.Failure.Code != "canceled_by_customer" {
			t.Errorf("failure = %+v", p.Failure)
		}
		w.polite(0)
	})
}

// A customer who does not respond: the call ends after 70 s, and only checks bring the last word. TIMEOUT is none.
func TestDOKUUnanswered(t *testing.T) {
	for _, o := range []sandbox.DOKUOptions{{}, {NoResponseCode: "empty"}, {NoResponseCode: "68"}, {ExpiredStatus: "FAILED"}, {TimeoutFor: 10 * time.Minute}} {
		inDOKUBubble(t, o, func(w *aggregators) {
			p := w.pay(neverPays)
			w.wantState(w.after(p, 69*time.Second), payment.Pushing)
			p = w.after(p, 2*time.Minute)
			w.wantState(p, payment.InDoubt)
			p = w.after(p, 40*time.Minute)
			if p.State != payment.Expired && p.State != payment.Declined && p.State != payment.Reversed {
				t.Errorf("%+v: %s (%+v), want an end without a charge", o, p.State, p.Failure)
			}
			if n := calls(p, 0, payment.CallPush).Tries; n != 1 {
				t.Errorf("%d pushes", n)
			}
			w.polite(0)
		})
	}
}

// The customer paid, and the answer is lost: the notification brings it, or a check does. A second push is never made.
func TestDOKUAnswerIsLost(t *testing.T) {
	for _, fault := range []sandbox.NotifyFault{"", sandbox.NotifyLost} {
		inDOKUBubble(t, sandbox.DOKUOptions{}, func(w *aggregators) {
			w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{
				Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(2 * time.Second), Answer: sandbox.AnswerLost, Notify: fault,
			}})
			p := w.after(w.pay(quickPayer), 10*time.Minute)
			w.wantState(p, payment.Paid)
			if n := calls(p, 0, payment.CallPush).Tries; n != 1 {
				t.Errorf("%d pushes", n)
			}
			w.polite(1)
		})
	}
}

// What only a check or a notification showed to be paid is voided by the approval code that these told, if they did.
func TestDOKUVoidAfterALostAnswer(t *testing.T) {
	for _, fault := range []sandbox.NotifyFault{"", sandbox.NotifyLost} {
		for _, plain := range []bool{false, true} {
			inDOKUBubble(t, sandbox.DOKUOptions{PlainStatus: plain}, func(w *aggregators) {
				w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{
					Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(2 * time.Second), Answer: sandbox.AnswerLost, Notify: fault,
				}})
				p := w.after(w.pay(quickPayer), 10*time.Minute)
				w.wantState(p, payment.Paid)
				_, _, err := w.engine.Ask(w.Context(), "demo", p.ID, payment.Asked{What: payment.AskVoid, By: "key_1"}, store.Key{})
				p = w.after(p, 20*time.Minute)
				switch a := p.Attempts[0]; {
				case !plain && (err != nil || p.State != payment.Voided || a.ApprovalCode == "" || a.TraceNumber != ""):
					t.Errorf("notified %q: %s, %v, attempt %+v; want it voided by its approval code", fault, p.State, err, a)
				case plain && (err == nil || p.State != payment.Paid || !strings.Contains(err.Error(), "Back Office")):
					t.Errorf("notified %q, no code told: %s, %v; want an error that says what to do", fault, p.State, err)
				}
				w.polite(1)
			})
		}
	}
}

// While the database is away a notification is not taken: DOKU comes again after half an hour. Forged ones change nothing.
func TestDOKUNotifications(t *testing.T) {
	for _, fault := range []sandbox.NotifyFault{sandbox.NotifyDuplicate, sandbox.NotifyForeign, sandbox.NotifyBadSignature, sandbox.NotifyOtherAmount} {
		inDOKUBubble(t, sandbox.DOKUOptions{}, func(w *aggregators) {
			w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{
				Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(2 * time.Second), Notify: fault,
				NotifyDelay: sandbox.Duration(time.Second), // after the answer
			}})
			p := w.after(w.pay(quickPayer), 35*time.Minute)
			w.wantState(p, payment.Paid)
			if len(w.heard()) == 0 {
				t.Errorf("%s: no notification came", fault)
			}
		})
	}
	inDOKUBubble(t, sandbox.DOKUOptions{}, func(w *aggregators) {
		w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{
			Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(2 * time.Second), NotifyDelay: sandbox.Duration(10 * time.Second),
		}})
		p := w.after(w.pay(quickPayer), 5*time.Second)
		w.wantState(p, payment.Paid)
		w.away(true)
		p = w.after(p, 20*time.Second)
		w.away(false)
		if len(w.heard()) != 1 || w.heard()[0].Status != http.StatusServiceUnavailable {
			t.Fatalf("replies while the database is away = %+v", w.heard())
		}
		w.wantState(w.after(p, 31*time.Minute), payment.Paid)
		if len(w.heard()) != 2 || w.heard()[1].Status != http.StatusOK {
			t.Errorf("replies = %+v, want the second one taken", w.heard())
		}
	})
}

// Two accounts of a merchant may share a provider's credentials, so that a notification at the wrong door is signed well. It
// tells nothing of the other account's payment.
func TestANotificationAtAnotherAccountsDoor(t *testing.T) {
	inDOKUBubble(t, sandbox.DOKUOptions{}, func(w *aggregators) {
		w.stop()
		second := w.opened[0]
		second.ID = "doku-2"
		w.run(w.opened[0], second)
		w.script(sandbox.Script{Operation: sandbox.OperationPush, Effect: sandbox.Effect{
			Customer: sandbox.Cash, CustomerAfter: sandbox.Duration(2 * time.Second), NotifyDelay: sandbox.Duration(time.Second),
		}})
		o := w.order(quickPayer)
		o.Account = "doku"
		w.account = second.ID // whose door the provider notifies
		p, _, err := w.engine.Request(w.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		p = w.after(p, 2500*time.Millisecond)
		w.wantState(p, payment.Paid) // by the push's own answer
		version := p.Version
		p = w.after(p, time.Minute)
		if r := w.heard(); len(r) != 1 || r[0].Status != http.StatusNotFound || p.Version != version {
			t.Errorf("replies = %+v, version %d after %d; want it refused and nothing changed", r, p.Version, version)
		}
	})
}
