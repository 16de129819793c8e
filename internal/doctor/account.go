package doctor

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// callFor is how long a provider may take for one of our questions.
const callFor = 15 * time.Second

func (l *look) account(ctx context.Context, account Account) {
	a := l.of("account " + account.MerchantID + "/" + account.ID)
	switch {
	case account.Closed:
		a.skip("account", "it is closed", "it takes payments", "")
		return
	case account.Fault != "":
		a.add(Failed, "account", account.Fault, "it can be used", "lunas accounts change, or lunas accounts rotate")
		return
	}
	a.keys(account)
	reached := a.chain(ctx, account)
	if reached {
		reached = a.providerClock(ctx, account)
	}
	line, err := rail.Open(account.Account, l.Transport, l.Now)
	if err != nil {
		a.add(Failed, "signature", err.Error(), "the provider takes our signature", "put the credentials right: lunas accounts rotate")
		return
	}
	p := prober{a, account, line}
	p.ask(ctx, reached)
}

// keys looks at what signs, without using it.
func (a about) keys(account Account) {
	const mend = "lunas accounts rotate with new credentials"
	switch account.Rail {
	case payment.SNAP:
		a.snapKey(account)
	case payment.OVO:
		key := account.OVO.AppKey.Reveal()
		hexadecimal := len(key) == 64 && strings.Trim(key, "0123456789abcdef") == ""
		found := fmt.Sprintf("app key of %d characters", len(key))
		const wanted = "64 hexadecimal digits, as OVO hands them out"
		if !hexadecimal && account.Environment != merchant.Sandbox {
			a.add(Warning, "keys", found+", not 64 hexadecimal digits", wanted, "compare it with what OVO has sent: lunas credentials import --dry-run shows its length")
			return
		}
		a.ends("keys", account.Expires, found, mend)
	case payment.DOKU:
		a.ends("keys", account.Expires, fmt.Sprintf("shared key of %d characters", len(account.DOKU.SecretKey.Reveal())), mend)
	case payment.Faspay:
		a.ends("keys", account.Expires, fmt.Sprintf("password of %d characters", len(account.Faspay.Password.Reveal())), mend)
	}
}

// snapKey looks at the key for signatures: its form, its size, and whether its public half is what OVO has been sent.
func (a about) snapKey(account Account) {
	const wanted = "RSA 4096, whose public half OVO has"
	print, bits, err := credential.FingerprintOf([]byte(account.SNAP.PrivateKey.Reveal()))
	if err != nil {
		a.add(Failed, "keys", err.Error(), wanted, "lunas accounts rotate with the key of lunas credentials keygen")
		return
	}
	found := fmt.Sprintf("RSA %d, %.23s…", bits, print)
	if bits < credential.Signature.Bits() && account.Environment != merchant.Sandbox {
		a.add(Warning, "keys", found, wanted, "make one of 4096 bits with lunas credentials keygen, send OVO its public half, then lunas accounts rotate")
		return
	}
	pair, known := a.pairOf(print)
	switch {
	case !known && len(a.Machine.KeyFolders) > 0:
		a.add(Warning, "keys", found+": in none of the folders of doctor.keys", wanted, "compare the fingerprint with that of the public key that OVO has")
		return
	case known:
		found += ", of " + pair
	}
	a.ends("keys", account.Expires, found, "make new keys and send OVO the public halves: lunas credentials keygen")
}

// pairOf finds the public half of a key in the folders of keys.
func (a about) pairOf(print string) (file string, known bool) {
	for _, dir := range a.Machine.KeyFolders {
		name := filepath.Join(dir, credential.Signature.PublicName())
		b, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if other, _, err := credential.FingerprintOf(b); err == nil && other == print {
			return name, true
		}
	}
	return "", false
}

// certificateSoon is how long before a provider's certificate ends it is told.
const certificateSoon = 7 * 24 * time.Hour

// chain looks at the way to the provider and at the certificates on it.
func (a about) chain(ctx context.Context, account Account) (reached bool) {
	const wanted = "TLS 1.2 or 1.3 with a chain that this machine trusts"
	u, err := url.Parse(account.URL)
	if err != nil || u.Host == "" {
		a.add(Failed, "TLS chain", "the account's url is no address", wanted, "put the account's url right")
		return false
	}
	if u.Scheme == "http" {
		a.skip("TLS chain", "plain http, as only a sandbox has it", wanted, "")
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "443")
	}
	dialer := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, Time: a.Now, RootCAs: a.Outside.Roots}}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		a.add(Failed, "TLS chain", untrusted.Err.Error(), wanted, "renew the package ca-certificates; is there a proxy that reads along, or does the clock stand wrong?")
		return false
	case err != nil:
		a.add(Failed, "TLS chain", "the provider is not reached: "+reason(err), wanted, "let this machine out to "+host+"; has the provider your address on its whitelist?")
		return false
	}
	state := conn.(*tls.Conn).ConnectionState()
	_ = conn.Close()
	left := state.PeerCertificates[0].NotAfter.Sub(a.Now())
	found := fmt.Sprintf("%s, certificate until %s", tls.VersionName(state.Version), state.PeerCertificates[0].NotAfter.Format(time.DateOnly))
	if left < certificateSoon {
		a.add(Warning, "TLS chain", found, wanted, "the provider renews it; tell them if they have not within a few days")
		return true
	}
	a.add(OK, "TLS chain", found, wanted, "")
	return true
}

// providerClock compares our clock with the date of the provider's answer.
func (a about) providerClock(ctx context.Context, account Account) (reached bool) {
	ctx, cancel := context.WithTimeout(ctx, callFor)
	defer cancel()
	u, err := url.Parse(account.URL)
	if err != nil {
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, u.Scheme+"://"+u.Host+"/", nil)
	if err != nil {
		return false
	}
	began := a.Now()
	answer, err := a.Outside.client().Do(r)
	ended := a.Now()
	if err != nil {
		a.add(Failed, "clock", "the provider does not answer: "+reason(err), clockWanted, "let this machine out to "+u.Host)
		return false
	}
	_ = answer.Body.Close()
	their, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		a.skip("clock", "the provider's answer has no date", clockWanted, "set doctor.ntp")
		return true
	}
	middle := began.Add(ended.Sub(began) / 2)
	a.clock("clock", middle.Sub(their.Add(500*time.Millisecond)), ended.Sub(began)/2+500*time.Millisecond, "the provider")
	return true
}

// prober asks a provider what moves no money.
type prober struct {
	about
	account Account
	line    rail.Rail
}

const (
	tokenWanted     = "the provider gives an access token"
	signatureWanted = "the provider takes our signature"
	numberWanted    = "numbers ahead of all that the provider has seen"
)

// ask asks for a token where there are tokens, and then for the status of a payment that does not exist.
func (p prober) ask(ctx context.Context, reached bool) {
	if !reached {
		p.skip("signature", "the provider is not reached", signatureWanted, "")
		return
	}
	if tokened, ok := p.line.(rail.Tokened); ok {
		token, err := p.token(ctx, tokened)
		if err != nil {
			p.add(Failed, "token", said(err), tokenWanted,
				"is the public half of the key with OVO, is the client id of this environment, and is the clock right? The signature of the token request is by RSA")
			p.skip("signature", "there is no token", signatureWanted, "")
			p.numbering()
			return
		}
		p.add(OK, "token", "given, until "+token.Expires.In(payment.WIB).Format("15:04:05 WIB"), tokenWanted, "")
		p.line = tokened.WithToken(token)
	}
	p.signature(ctx)
	if !p.counted() {
		p.numbering()
	}
}

// counted tells whether the provider knows a payment by a number that is counted up, and so can repeat: OVO's by terminal, SNAP's
// partnerReferenceNo by account.
func (p prober) counted() bool {
	return p.account.Rail == payment.OVO || p.account.Rail == payment.SNAP
}

// said is what went wrong with a call, in words.
func said(err error) string {
	switch {
	case errors.Is(err, rail.ErrNotSent):
		return "the provider is not reached"
	case errors.Is(err, rail.ErrNoAnswer):
		return "the provider does not answer"
	case errors.Is(err, rail.ErrUnclear):
		return "what comes back is no answer of this provider's"
	}
	return strings.TrimPrefix(err.Error(), rail.ErrNoToken.Error()+": ")
}

func (p prober) token(ctx context.Context, line rail.Tokened) (token rail.Token, err error) {
	m, err := line.RenderAccess(p.Now())
	if err != nil {
		return token, err
	}
	err = p.call(ctx, m, func(ctx context.Context) error {
		token, err = line.Access(ctx, m)
		return err
	})
	return token, err
}

// call sends a message, and keeps it with its answer.
func (p prober) call(ctx context.Context, m rail.Rendered, do func(context.Context) error) error {
	part := exchange.Part{
		ID: probeID("exc_"), MerchantID: p.account.MerchantID, Account: p.account.ID, Operation: m.Operation, Side: exchange.Request,
		At: p.Now(), Wire: m.Wire, Note: "lunas doctor",
	}
	if p.Keep != nil {
		if err := p.Keep(ctx, part); err != nil {
			return fmt.Errorf("the exchange cannot be kept, and nothing is sent that is not: %w", err)
		}
	}
	record := &exchange.Call{Expected: m.Wire, Now: p.Now}
	limited, cancel := context.WithTimeout(exchange.WithCall(ctx, record), callFor)
	defer cancel()
	err := do(limited)
	if result := record.Result(); p.Keep != nil && len(result.Received) > 0 {
		part.Side, part.At, part.Wire, part.Sealed = exchange.Response, p.Now(), result.Received, nil
		err = errors.Join(err, p.Keep(ctx, part))
	}
	return err
}

func probeID(prefix string) string {
	var b [13]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return prefix + hex.EncodeToString(b[:])
}

// signature asks for the status of a payment that does not exist. For OVO it is the next number of each terminal, for SNAP that
// of the account, so that the answer tells too whether that number is still free.
func (p prober) signature(ctx context.Context) {
	if len(p.account.Terminals) == 0 {
		p.skip("signature", "the account has no terminal", signatureWanted, "")
		return
	}
	for i, t := range p.account.Terminals {
		number := payment.Number{Batch: 1, Reference: 1}
		if p.counted() {
			c := p.cursor(t.ID)
			if c.Held != "" || !c.Known {
				p.held(c, p.counter(t.ID))
				if i > 0 || c.Held != "" {
					continue
				}
			}
			if next, _, err := c.Cursor.Next(payment.DayOf(p.Now())); err == nil && c.Known {
				number = next
			}
			p.one(ctx, t, number, c.Known, i == 0)
			if p.account.Rail == payment.SNAP {
				return // all its terminals share one count
			}
			continue
		}
		p.one(ctx, t, payment.Number{Batch: 999999, Reference: 999999}, false, true)
		return
	}
}

// counter is the name by which a terminal's numbers are counted.
func (p prober) counter(terminal string) string {
	if p.account.Rail == payment.SNAP {
		return "qr/" + p.account.ID
	}
	return terminal
}

func (p prober) cursor(terminal string) Cursor {
	for _, c := range p.account.Cursors {
		if c.Terminal == terminal {
			return c
		}
	}
	return Cursor{Terminal: terminal}
}

// one asks about one number.
func (p prober) one(ctx context.Context, t merchant.Terminal, number payment.Number, next, first bool) {
	outcome, err := p.status(ctx, t.Terminal, number)
	known := outcome.Class == payment.Approved || outcome.Class == payment.WasReversed || outcome.Class == payment.Pending || outcome.Class == payment.Refused
	if first {
		p.verdict(outcome, err, known)
	}
	if !next {
		return
	}
	at := fmt.Sprintf("terminal %s: %d/%d comes next", p.counter(t.ID), number.Batch, number.Reference)
	switch {
	case err != nil || outcome.Class != payment.NotFound && !known:
		p.skip("numbering", at+", and the provider has not said whether it knows it", numberWanted, "")
	case known:
		p.add(Failed, "numbering", at+", and the provider knows a payment of this number", numberWanted,
			p.advance(p.counter(t.ID)))
	default:
		p.add(OK, "numbering", at+", and the provider knows no payment of this number", numberWanted, "")
	}
}

// verdict says what an answer about a payment that does not exist means for our signature.
func (p prober) verdict(o payment.Outcome, err error, known bool) {
	const mend = "is the secret the one of this environment, and the account's url? lunas credentials import, or lunas accounts rotate"
	switch {
	case err != nil:
		p.add(Failed, "signature", said(err), signatureWanted, mend)
	case o.Class == payment.NotFound || known:
		p.add(OK, "signature", "taken: asked for the status of a payment that does not exist, the provider answers "+codeOf(o), signatureWanted, "")
	default:
		p.add(Failed, "signature", "the provider answers "+codeOf(o)+" to a question of ours", signatureWanted, mend)
	}
}

func codeOf(o payment.Outcome) string {
	if o.Code == "" {
		return "without a code"
	}
	return o.Code
}

// status asks what became of a number.
func (p prober) status(ctx context.Context, t payment.Terminal, number payment.Number) (o payment.Outcome, err error) {
	now := p.Now()
	phone, err := payment.ParsePhone("081200000000") // nobody's: a check needs one
	if err != nil {
		return o, err
	}
	name := probeID("")
	m, err := p.line.Render(payment.Inquire{Target: payment.Target{
		Terminal: t, Number: number, Invoice: "doctor" + name[:16] + "x", Amount: 1, Phone: phone, PushedAt: now, Try: anyTry(),
		Until: now.Add(callFor), ProviderReference: providerReference(p.account.Rail),
	}, Of: payment.CallPush}, now)
	if err != nil {
		return o, err
	}
	err = p.call(ctx, m, func(ctx context.Context) error {
		o, err = p.line.Do(ctx, m)
		return err
	})
	return o, err
}

// anyTry keeps apart the questions of two who look within one second: SNAP takes no X-EXTERNAL-ID twice a day, and it is made of
// time, number and try.
func anyTry() int {
	var b [4]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return 1 + int(binary.BigEndian.Uint32(b[:])%999_998)
}

// providerReference is a number of the provider's own that stands for nothing, where a question needs one.
func providerReference(r payment.Rail) string {
	if r == payment.Faspay {
		return "9999999999999999"
	}
	return ""
}

// held says how a terminal is whose numbers are not asked for.
func (p prober) held(c Cursor, terminal string) {
	if c.Held != "" {
		p.add(Failed, "numbering", "terminal "+terminal+" is stopped: "+c.Held, numberWanted,
			p.advance(terminal))
		return
	}
	p.skip("numbering", "terminal "+terminal+": the database was not opened", numberWanted, "")
}

func (p prober) advance(terminal string) string {
	return "lunas terminals advance " + terminal + " --merchant " + p.account.MerchantID + " to the last number that OVO has seen"
}

// numbering tells of terminals that are stopped, where the provider is not asked for numbers.
func (p prober) numbering() {
	stopped := false
	for _, c := range p.account.Cursors {
		if c.Held != "" {
			p.held(c, p.counter(c.Terminal))
			stopped = true
		}
	}
	name, known := map[payment.Rail]string{payment.DOKU: "invoice number", payment.Faspay: "bill_no"}[p.account.Rail]
	if known && !stopped {
		p.add(OK, "numbering", "not applicable: the provider knows a payment by its "+name+
			", which is made of the attempt's own id and repeats in no restored backup", numberWanted, "")
	}
}
