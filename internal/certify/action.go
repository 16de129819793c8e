package certify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/faspay"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/snap"
)

// The phones of the sandbox that plays the customer.
const (
	sandboxPhone   = "081211111111"
	sandboxUnknown = "081299990014"
)

// pay asks the gateway for a payment.
type pay struct {
	amount  payment.Rupiah
	account string // the variant of the account; empty: the real one
	unknown bool   // the phone is registered nowhere
	// orders are outcomes that the emulator is given first: what the customer does, or what goes wrong.
	orders []sandbox.Script
	ours   []fault // what goes wrong at our own end where the provider is real
	person string  // what the tester does
	said   string  // more words
}

// Words say what is done.
func (a pay) Words() string {
	words := "Ask the gateway for a payment of " + a.amount.String()
	if a.account != "" {
		words += ", " + variantWords[a.account]
	}
	if a.unknown {
		words += ", to a phone that is registered nowhere"
	}
	if a.said != "" {
		words += ", " + a.said
	}
	return words
}

func (a pay) tester() string { return a.person }
func (a pay) own() string    { return faulty(a.ours) }

func (a pay) do(r *run) error {
	if err := r.order(a.orders, a.ours...); err != nil {
		return err
	}
	if r.world == nil && a.person != "" {
		if err := r.o.Tester.Act(r.ctx, r.scenario.ID, a.person); err != nil {
			return err
		}
	}
	o := engine.Order{
		MerchantID: r.o.Account.MerchantID, Mode: r.o.Account.Environment.Mode(), Method: payment.OVOPush, Rail: r.o.Suite.Rail,
		Account: r.o.Account.ID, Amount: a.amount, Reference: "UAT-" + r.scenario.ID,
	}
	if a.account != "" {
		o.Account = r.o.Account.ID + a.account
	}
	if r.o.Suite.Rail == payment.SNAP {
		o.Method = payment.QRIS
	} else {
		phone, err := r.phone(a.unknown)
		if err != nil {
			return err
		}
		o.Phone = phone
	}
	p, _, err := r.engine.Request(r.ctx, o)
	if refusal := new(payment.Refusal); errors.As(err, &refusal) {
		r.refusal, r.why = refusal.Code, refusal.Error()
		return nil
	}
	if err != nil {
		return err
	}
	r.current = p.ID
	r.payments = append(r.payments, p.ID)
	return nil
}

// order gives the emulator the outcomes of a step, or our own end of the connection what goes wrong there.
func (r *run) order(orders []sandbox.Script, ours ...fault) error {
	if r.core == nil {
		r.ownEnd.set(ours)
		return nil
	}
	r.core.DeleteScript("")
	for _, s := range orders {
		s.Rail, s.Times = sandbox.Rail(r.o.Suite.Rail), max(s.Times, 1)
		if s.Effect.Customer != "" && s.Operation == sandbox.OperationGenerate {
			s.Effect.Payer = sandboxPhone
		}
		if _, err := r.core.AddScript(s); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) phone(unknown bool) (payment.Phone, error) {
	digits := map[bool]string{false: cmp.Or(r.o.Phones[r.scenario.ID], r.o.Phone), true: r.o.UnknownPhone}[unknown]
	if r.core != nil {
		digits = map[bool]string{false: sandboxPhone, true: sandboxUnknown}[unknown]
	}
	if digits == "" {
		return payment.Phone{}, errors.New("this scenario needs a phone number that is not registered: give one with --unknown-phone")
	}
	return payment.ParsePhone(digits)
}

// await waits until the payment stands somewhere.
type await struct {
	states []payment.State
	within time.Duration
	scan   bool // the tester scans the QR that is shown now
	person string
}

// Words say what is waited for.
func (a await) Words() string {
	var names []string
	for _, s := range a.states {
		names = append(names, string(s))
	}
	return fmt.Sprintf("Wait until the payment is %s, at most %s", strings.Join(names, " or "), length(a.within))
}

func (a await) tester() string { return a.person }

func (a await) do(r *run) error {
	if r.current == "" {
		return errors.New("there is no payment to wait for: " + r.why)
	}
	if r.world == nil && a.person != "" {
		if err := r.invite(a); err != nil {
			return err
		}
	}
	for until := r.now().Add(a.within); ; {
		p, err := r.load()
		if err != nil {
			return err
		}
		if slices.Contains(a.states, p.State) {
			return nil
		}
		if !r.now().Before(until) {
			return fmt.Errorf("after %s the payment is %s%s", length(a.within), p.State, r.lastAnswer())
		}
		if err := r.sleep(250 * time.Millisecond); err != nil {
			return err
		}
	}
}

// lastAnswer says what the provider said last.
func (r *run) lastAnswer() string {
	f, err := r.facts()
	if err != nil {
		return ""
	}
	for _, x := range slices.Backward(f.Exchanges) {
		if code := evidence.CodeOf(exchange.ParseWire(x.Response).Body); code != "" && x.Direction == evidence.Outgoing {
			return ", the last answer was " + code + " to " + x.Operation
		}
	}
	return ", and the provider has answered nothing"
}

// invite shows the tester what to do now: a QR to scan, a page to open.
func (r *run) invite(a await) error {
	p, err := r.load()
	if err != nil || !a.scan || len(p.Attempts) == 0 {
		return err
	}
	last := p.Attempts[len(p.Attempts)-1]
	content := last.QR
	if content == "" {
		content = last.RedirectURL
	}
	return r.o.Tester.Show(r.ctx, a.person, content)
}

func (r *run) load() (payment.Payment, error) {
	return r.store.Load(r.ctx, r.o.Account.MerchantID, r.current)
}

// wait lets time pass.
type wait struct {
	d   time.Duration
	why string
}

// Words say how long.
func (a wait) Words() string { return fmt.Sprintf("Wait %s: %s", length(a.d), a.why) }

// length writes a duration as people say it.
func length(d time.Duration) string {
	if d >= 2*time.Minute && d%time.Minute == 0 {
		return strconv.Itoa(int(d/time.Minute)) + " minutes"
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

func (a wait) do(r *run) error { return r.sleep(a.d) }

// until lets time pass until a time of day.
type until struct{ clock, why string }

// Words say until when.
func (a until) Words() string { return "Wait until " + a.clock + " WIB: " + a.why }

func (a until) do(r *run) error { return r.moveTo(a.clock) }

// ask asks the gateway to do something with the payment.
type ask struct {
	what   payment.Ask
	orders []sandbox.Script
	ours   []fault
}

func (a ask) own() string { return faulty(a.ours) }

var askWords = map[payment.Ask]string{ // never written
	payment.AskCheck: "Check the payment's status by hand", payment.AskVoid: "Void the payment", payment.AskCancel: "Cancel the payment",
	payment.AskRefund: "Refund the payment", payment.AskRenew: "Ask for another QR",
}

// Words say what is asked.
func (a ask) Words() string { return askWords[a.what] }

func (a ask) do(r *run) error {
	if r.current == "" {
		return errors.New("there is no payment to ask about")
	}
	if err := r.order(a.orders, a.ours...); err != nil {
		return err
	}
	_, _, err := r.engine.Ask(r.ctx, r.o.Account.MerchantID, r.current, payment.Asked{What: a.what, By: "certify", Reason: r.scenario.ID}, store.Key{})
	if refusal := new(payment.Refusal); errors.As(err, &refusal) {
		r.refusal = refusal.Code
		return nil
	}
	return err
}

// inquire asks whether a phone is registered.
type inquire struct {
	unknown bool
	orders  []sandbox.Script
	ours    []fault
	person  string // what the tester does afterwards
}

func (a inquire) tester() string { return a.person }
func (a inquire) own() string    { return faulty(a.ours) }

// Words say whose phone.
func (a inquire) Words() string {
	if a.unknown {
		return "Inquire a phone number that is registered nowhere"
	}
	return "Inquire a registered phone number"
}

func (a inquire) do(r *run) error {
	if err := r.order(a.orders, a.ours...); err != nil {
		return err
	}
	if r.world == nil && a.person != "" {
		if err := r.o.Tester.Act(r.ctx, r.scenario.ID, a.person); err != nil {
			return err
		}
	}
	phone, err := r.phone(a.unknown)
	if err != nil {
		return err
	}
	_, err = r.engine.CheckPhone(r.ctx, r.o.Account.MerchantID, r.o.Account.Environment.Mode(), phone)
	if errors.Is(err, rail.ErrNoAnswer) || errors.Is(err, rail.ErrUnclear) {
		return nil // the rules say what is wanted
	}
	return err
}

// number puts a terminal's numbering ahead.
type number struct{ reference payment.ReferenceNumber }

// Words say where to.
func (a number) Words() string {
	return fmt.Sprintf("Put the terminal's numbering on reference number %d of its batch", a.reference)
}

func (a number) do(r *run) error {
	list, err := r.store.Terminals(r.ctx, r.o.Account.MerchantID)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.ID != r.o.Account.Terminals[0].ID {
			continue
		}
		_, cursor, err := t.Cursor.Next(payment.DayOf(r.now()))
		if err != nil {
			return err
		}
		cursor.Last.Reference = a.reference
		t.Cursor = cursor
		return r.store.SetTerminal(r.ctx, t)
	}
	return errors.New("the account has no terminal")
}

// Direct calls: messages that the gateway would not send by itself, by the same clients, with one thing wrong.

// send puts a message on the wire and keeps it with its answer.
func (r *run) send(operation, method, address string, header http.Header, body []byte) error {
	limit := 15 * time.Second
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	if r.world != nil {
		defer r.world.timer(limit, cancel)()
	} else {
		defer time.AfterFunc(limit, cancel).Stop()
	}
	record := &exchange.Call{Now: r.now}
	request, err := http.NewRequestWithContext(exchange.WithCall(ctx, record), method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = header.Clone()
	request.Header.Del("Host")
	request.Header.Del("Content-Length")
	request.GetBody = nil
	began := r.now()
	response, err := r.transport.RoundTrip(request)
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
		_ = response.Body.Close()
	}
	result := record.Result()
	x := r.exchange(exchange.Part{ID: "direct-" + strconv.Itoa(len(r.loose)+1), Operation: operation, At: began, Wire: result.Written, Note: result.Note})
	x.Response = result.Received
	if len(result.Received) > 0 {
		x.Ended = r.now()
	}
	r.keepLoose(x)
	if !result.Sent {
		return fmt.Errorf("%s was not sent: %w", operation, err)
	}
	return nil
}

// exchangeOf sends what a rail rendered and keeps it with its answer.
func (r *run) exchangeOf(line rail.Rail, m rail.Rendered) error {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	if r.world != nil {
		defer r.world.timer(15*time.Second, cancel)()
	} else {
		defer time.AfterFunc(15*time.Second, cancel).Stop()
	}
	record := &exchange.Call{Expected: m.Wire, Now: r.now}
	_, _ = line.Do(exchange.WithCall(ctx, record), m) // the rules say what is wanted
	result := record.Result()
	x := r.exchange(exchange.Part{ID: "direct-" + strconv.Itoa(len(r.loose)+1), Operation: m.Operation, At: result.FirstByteAt, Wire: m.Wire, Note: result.Note})
	x.Response = result.Received
	if len(result.Received) > 0 {
		x.Ended = result.EndedAt
	}
	r.keepLoose(x)
	if !result.Sent {
		return errors.New(m.Operation + " was not sent")
	}
	return nil
}

// direct sends a message about the current payment, or about one that nobody knows, as a rail renders it.
type direct struct {
	command func(payment.Target) payment.Command
	change  func(*payment.Target) // what is other than in the payment; nil: nothing
	age     time.Duration         // how old its signature is
	account string                // variant of the account
	words   string
	orders  []sandbox.Script
}

// Words say what is sent.
func (a direct) Words() string { return a.words }

func (a direct) do(r *run) error {
	if err := r.order(a.orders); err != nil {
		return err
	}
	t, err := r.target()
	if err != nil {
		return err
	}
	if a.change != nil {
		a.change(&t)
	}
	line, err := rail.Open(r.accounts[r.o.Account.ID+a.account], r.transport, r.now)
	if err != nil {
		return err
	}
	m, err := line.Render(a.command(t), r.now().Add(-a.age))
	if err != nil {
		return err
	}
	return r.exchangeOf(line, m)
}

// target is what a message about the current payment repeats; without one, about a payment that nobody has made.
func (r *run) target() (payment.Target, error) {
	var phone payment.Phone
	if r.o.Suite.Rail != payment.SNAP { // whose messages carry none
		var err error
		if phone, err = r.phone(false); err != nil {
			return payment.Target{}, err
		}
	}
	t := payment.Target{
		Terminal: r.o.Account.Terminals[0].Terminal, Number: payment.Number{Batch: 999_998, Reference: 999_998},
		Invoice: "unknown-" + r.scenario.ID, Amount: 12_500, Phone: phone, PushedAt: r.now(), Try: 9, Until: r.now().Add(15 * time.Second),
	}
	if r.current == "" {
		return t, nil
	}
	p, err := r.load()
	if err != nil || len(p.Attempts) == 0 {
		return t, err
	}
	a := p.Attempts[len(p.Attempts)-1]
	t.Terminal, t.Number, t.Invoice, t.Amount, t.PushedAt = a.Terminal, a.Number, a.Invoice, p.Amount, a.PushedAt
	t.ProviderReference, t.ApprovalCode, t.TraceNumber, t.ProviderNumber = a.ProviderReference, a.ApprovalCode, a.TraceNumber, a.ProviderNumber
	return t, nil
}

// raw sends a push of OVO's API whose body is changed after it was written: what our client refuses to write.
type raw struct {
	words  string
	change func(body string) string
}

// Words say what is sent.
func (a raw) Words() string { return a.words }

func (a raw) do(r *run) error {
	if err := r.order(nil); err != nil {
		return err
	}
	t, err := r.target()
	if err != nil {
		return err
	}
	line, err := rail.Open(r.o.Account, r.transport, r.now)
	if err != nil {
		return err
	}
	m, err := line.Render(payment.Push{Target: t, SendBy: r.now().Add(2 * time.Second)}, r.now())
	if err != nil {
		return err
	}
	header, body := parts(m.Wire)
	return r.send("push", http.MethodPost, r.o.Account.URL, header, []byte(a.change(string(body))))
}

func parts(wire []byte) (http.Header, []byte) {
	m := exchange.ParseWire(wire)
	h := http.Header{}
	for _, f := range m.Header {
		h.Add(f.Name, f.Value)
	}
	return h, m.Body
}

// snapCall sends a message of SNAP's.
type snapCall struct {
	words   string
	request func(r *run, t payment.Target) snap.Request
	body    func(body string) string // changes it before it is signed; nil: as it is
	header  func(h http.Header)      // changes headers after signing; nil: as they are
	forged  bool                     // signed with a key that is not ours
	noToken bool
	oldID   bool // the X-EXTERNAL-ID of the direct call before
}

// Words say what is sent.
func (a snapCall) Words() string { return a.words }

func (a snapCall) do(r *run) error {
	if err := r.order(nil); err != nil {
		return err
	}
	account := r.o.Account
	if a.forged {
		key, err := otherKey()
		if err != nil {
			return err
		}
		account.SNAP.PrivateKey, account.SNAP.ClientSecret = key, merchant.NewSecret("not-the-client-secret")
	}
	client, err := r.snapClient(account)
	if err != nil {
		return err
	}
	t, err := r.target()
	if err != nil {
		return err
	}
	request := a.request(r, t)
	e := snap.Envelope{}
	if request.Operation() != snap.Access {
		if err := r.needToken(); err != nil {
			return err
		}
		if !a.oldID {
			r.external++
		}
		e.Token = snap.Secret(r.token)
		e.ExternalID = r.record.Began.In(payment.WIB).Format("20060102150405") + fmt.Sprintf("%012d", r.external)
	}
	m, err := client.Render(request, e, r.now())
	if err != nil {
		return err
	}
	if a.body != nil {
		m.Body = []byte(a.body(string(m.Body)))
		u, err := url.Parse(m.URL)
		if err != nil {
			return err
		}
		m.Header.Set("X-Signature", snap.NewHMACKey(snap.Secret(account.SNAP.ClientSecret.Reveal())).Sign(snap.Signed{
			Method: m.Method, Endpoint: u.RequestURI(), Token: e.Token, Body: m.Body, Timestamp: m.Header.Get("X-Timestamp"),
		}))
	}
	if a.noToken {
		m.Header.Del("Authorization")
	}
	if a.header != nil {
		a.header(m.Header)
	}
	return r.send(string(m.Operation), m.Method, m.URL, m.Header, m.Body)
}

func (r *run) snapClient(a merchant.Account) (*snap.Client, error) {
	key, err := snap.ParsePrivateKey([]byte(a.SNAP.PrivateKey.Reveal()))
	if err != nil {
		return nil, err
	}
	paths := map[snap.Operation]string{}
	for operation, path := range a.SNAP.Paths {
		paths[snap.Operation(operation)] = path
	}
	return snap.NewClient(snap.Options{
		URL: a.URL, ClientID: a.SNAP.ClientID, ClientSecret: snap.Secret(a.SNAP.ClientSecret.Reveal()), PrivateKey: key,
		PartnerID: a.SNAP.PartnerID, ChannelID: a.SNAP.ChannelID, Origin: a.SNAP.Origin, AllowedSources: a.SNAP.AllowedSources,
		CompactTimestamps: a.SNAP.CompactTimestamps, Paths: paths, Transport: r.transport, Now: r.now,
	})
}

// needToken has a token for direct calls; the call for it is an exchange like any other.
func (r *run) needToken() error {
	if r.token != "" {
		return nil
	}
	client, err := r.snapClient(r.o.Account)
	if err != nil {
		return err
	}
	m, err := client.Render(snap.AccessRequest{}, snap.Envelope{}, r.now())
	if err != nil {
		return err
	}
	if err := r.send(string(m.Operation), m.Method, m.URL, m.Header, m.Body); err != nil {
		return err
	}
	token, ok := evidence.FieldOf(exchange.ParseWire(r.loose[len(r.loose)-1].Response).Body, "accessToken")
	if !ok {
		return errors.New("the provider gave no access token")
	}
	r.token = token
	return nil
}

// otherKey is a key that nobody has registered.
func otherKey() (merchant.Secret, error) {
	key, err := rsa.GenerateKey(rand.Reader, snap.MinKeyBits)
	if err != nil {
		return merchant.Secret{}, err
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return merchant.NewSecret(string(b)), nil
}

// forge sends our own door a notification about the current payment that the provider has not made.
type forge struct{ words string }

// Words say what is sent.
func (a forge) Words() string { return a.words }

func (a forge) do(r *run) error {
	t, err := r.target()
	if err != nil {
		return err
	}
	key, err := otherKey()
	if err != nil {
		return err
	}
	private, err := snap.ParsePrivateKey([]byte(key.Reveal()))
	if err != nil {
		return err
	}
	path := "/notify/snap/" + r.o.Account.ID
	header, body, err := snap.SignNotification(snap.NotifyOptions{
		Mode: snap.ProviderKey, Endpoint: path, PrivateKey: private, PartnerID: r.o.Account.SNAP.ClientID, ChannelID: "95221",
	}, snap.Notification{
		ExternalID: r.now().In(payment.WIB).Format("20060102150405") + "999999", MerchantID: t.Terminal.MID,
		Payment: snap.Payment{
			PartnerReferenceNo: t.Number.Digits(), ReferenceNo: t.ProviderReference, Status: snap.StatusSuccess,
			StatusDescription: "Successful", Amount: int64(t.Amount),
		},
	}, r.now())
	if err != nil {
		return err
	}
	r.receive(path, "gateway.sandbox", header, body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loose[len(r.loose)-1].Counterparty = "this program itself, in the part of a forger"
	return nil
}

// notifyPortal sends the developer site a notification, as a provider would: there the tester plays both parts.
type notifyPortal struct {
	words  string
	forged bool
}

// Words say what is sent.
func (a notifyPortal) Words() string { return a.words }

func (a notifyPortal) do(r *run) error {
	if err := r.needToken(); err != nil {
		return err
	}
	t, err := r.target()
	if err != nil {
		return err
	}
	u, err := url.Parse(r.o.Account.URL)
	if err != nil {
		return err
	}
	u = u.JoinPath("v1.0/qr/qr-mpm-notify")
	secret := r.o.Account.SNAP.ClientSecret.Reveal()
	if a.forged {
		secret = "not-the-client-secret"
	}
	r.external++
	header, body, err := snap.SignNotification(snap.NotifyOptions{
		Mode: snap.SharedSecret, Endpoint: u.RequestURI(), ClientSecret: snap.Secret(secret), Token: snap.Secret(r.token),
		PartnerID: cmp.Or(r.o.Account.SNAP.PartnerID, r.o.Account.SNAP.ClientID), ChannelID: r.o.Account.SNAP.ChannelID,
	}, snap.Notification{
		ExternalID: r.now().In(payment.WIB).Format("20060102150405") + fmt.Sprintf("%012d", r.external), MerchantID: t.Terminal.MID,
		Payment: snap.Payment{
			PartnerReferenceNo: "900000000001", ReferenceNo: "2020102977770000000009", Status: snap.StatusSuccess, StatusDescription: "Successful", Amount: 12_500,
		},
	}, r.now())
	if err != nil {
		return err
	}
	header.Set("Authorization", "Bearer "+r.token)
	return r.send("notification", http.MethodPost, u.String(), header, body)
}

// killTokens lets the emulator forget the access tokens it gave.
type killTokens struct{}

// Words say it.
func (killTokens) Words() string { return "The provider ends the access token before its time" }

func (killTokens) do(r *run) error {
	r.core.KillTokens("")
	return nil
}

// notifyAgain lets the emulator send the payment's notification again.
type notifyAgain struct{}

// Words say it.
func (notifyAgain) Words() string { return "The provider sends the same notification again" }

func (notifyAgain) do(r *run) error {
	t, err := r.target()
	if err != nil {
		return err
	}
	x, ok := r.core.QRTransaction(r.o.Account.SNAP.ClientID, t.Number.Digits())
	if !ok {
		return errors.New("the sandbox does not know the QR")
	}
	if err := r.core.NotifyAgain(r.now(), x.ID); err != nil {
		return err
	}
	r.link.watch()
	return r.sleep(time.Second)
}

// channels asks Faspay which ways to pay there are.
type channels struct{}

// Words say it.
func (channels) Words() string { return "Ask which payment channels the merchant has" }

func (channels) do(r *run) error {
	f := r.o.Account.Faspay
	client, err := faspay.NewClient(faspay.Options{
		URL: r.o.Account.URL, Merchant: f.Merchant, Credentials: faspay.Credentials{UserID: f.UserID, Password: faspay.Secret(f.Password.Reveal())},
		MerchantID: f.MerchantID, Transport: r.transport, Now: r.now,
	})
	if err != nil {
		return err
	}
	m, err := client.Render(faspay.Request{Operation: faspay.Channels}, r.now())
	if err != nil {
		return err
	}
	header, body := parts(m.Wire())
	return r.send(string(m.Operation), m.Method, m.URL, header, body)
}

// The variants of an account, each with one thing wrong.
const (
	badKey      = "-bad-key"
	badApp      = "-bad-app"
	badTerminal = "-bad-terminal"
	badStore    = "-bad-store"
	reversing   = "-reversing"
)

var variantWords = map[string]string{ // never written
	badKey: "signed with a wrong key", badApp: "with credentials that the provider does not know", badTerminal: "with a TID that is not registered",
	badStore: "with a wrong store code", reversing: "with the setting that no status is checked by itself",
}

// variants are the account and the same with one thing wrong each. They share the terminal's numbering.
func variants(a merchant.Account, target Target) []merchant.Account {
	if target == Sandbox {
		a.URL = strings.Replace(a.URL, "https://", "http://", 1)
		if a.Rail == payment.OVO {
			a.Terms.CutOffGuard = payment.RefuseAtCutOff // as in production, and unlike `lunas dev`
		}
	}
	all := []merchant.Account{a}
	with := func(name string, change func(*merchant.Account)) {
		b := a
		b.ID, b.Terminals = a.ID+name, slices.Clone(a.Terminals)
		change(&b)
		all = append(all, b)
	}
	switch a.Rail {
	case payment.OVO:
		wrong := strings.Repeat("0", 64)
		with(badKey, func(b *merchant.Account) { b.OVO.AppKey = merchant.NewSecret(wrong) })
		with(badApp, func(b *merchant.Account) { b.OVO.AppID = "nobody-knows-me" })
		with(badTerminal, func(b *merchant.Account) { b.Terminals[0].TID = "99999999" })
		with(badStore, func(b *merchant.Account) { b.Terminals[0].StoreCode = "XX999" })
		with(reversing, func(b *merchant.Account) { b.Terms.AutoCheck = false })
	case payment.DOKU:
		with(badKey, func(b *merchant.Account) { b.DOKU.SecretKey = merchant.NewSecret("SK-wrong") })
	case payment.Faspay:
		with(badKey, func(b *merchant.Account) { b.Faspay.Password = merchant.NewSecret("wrong") })
	}
	return all
}

// capture takes pictures of the customer's page as it is now.
func (r *run) capture(title string) error {
	if r.o.Camera == nil {
		return nil
	}
	p, err := r.load()
	if err != nil {
		return err
	}
	for _, lang := range []string{"en", "id"} {
		picture, err := r.o.Camera.Shoot(r.ctx, r.pages, r.path(p, lang))
		if err != nil {
			return fmt.Errorf("take a picture of the customer's page: %w", err)
		}
		name := map[string]string{"en": "English", "id": "Indonesian"}[lang]
		r.record.Captures = append(r.record.Captures, evidence.Capture{
			Title: title + " (" + name + ")", File: fmt.Sprintf("%s-%d-%s.png", r.scenario.ID, len(r.record.Captures)/2+1, lang),
			At: r.now(), Origin: "chromium", Data: picture,
		})
	}
	return nil
}

// Camera takes a picture of a page that a handler serves.
type Camera interface {
	Shoot(ctx context.Context, pages http.Handler, path string) (png []byte, err error)
}
