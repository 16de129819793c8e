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
	"github.com/lunas-pay/lunas/internal/language"
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
		a.skip("account", say("ditutup", "it is closed"), say("menerima pembayaran", "it takes payments"), never)
		return
	case account.Fault != "":
		a.add(Failed, "account", language.Same(account.Fault), say("dapat dipakai", "it can be used"), say("lunas accounts change, atau lunas accounts rotate", "lunas accounts change, or lunas accounts rotate"))
		return
	}
	a.keys(account)
	reached := a.chain(ctx, account)
	if reached {
		reached = a.providerClock(ctx, account)
	}
	line, err := rail.Open(account.Account, l.Transport, l.Now)
	if err != nil {
		a.add(Failed, "signature", language.Same(err.Error()), signatureWanted, say("betulkan kredensialnya: lunas accounts rotate", "put the credentials right: lunas accounts rotate"))
		return
	}
	p := prober{a, account, line}
	p.ask(ctx, reached)
}

// keys looks at what signs, without using it.
func (a about) keys(account Account) {
	mend := say("lunas accounts rotate dengan kredensial baru", "lunas accounts rotate with new credentials")
	switch account.Rail {
	case payment.SNAP:
		a.snapKey(account)
	case payment.OVO:
		key := account.OVO.AppKey.Reveal()
		hexadecimal := len(key) == 64 && strings.Trim(key, "0123456789abcdef") == ""
		found := say("app key %d karakter", "app key of %d characters").With(len(key))
		wanted := say("64 digit heksadesimal, seperti yang diberikan OVO", "64 hexadecimal digits, as OVO hands them out")
		if !hexadecimal && account.Environment != merchant.Sandbox {
			a.add(Warning, "keys", found.And(say(", bukan 64 digit heksadesimal", ", not 64 hexadecimal digits")), wanted,
				say("bandingkan dengan kiriman OVO: lunas credentials import --dry-run menampilkan panjangnya", "compare it with what OVO has sent: lunas credentials import --dry-run shows its length"))
			return
		}
		a.ends("keys", account.Expires, found, mend)
	case payment.DOKU:
		a.ends("keys", account.Expires, say("shared key %d karakter", "shared key of %d characters").With(len(account.DOKU.SecretKey.Reveal())), mend)
	case payment.Faspay:
		a.ends("keys", account.Expires, say("kata sandi %d karakter", "password of %d characters").With(len(account.Faspay.Password.Reveal())), mend)
	}
}

// snapKey looks at the key for signatures: its form, its size, and whether its public half is what OVO has been sent.
func (a about) snapKey(account Account) {
	wanted := say("RSA 4096, yang bagian publiknya ada di OVO", "RSA 4096, whose public half OVO has")
	print, bits, err := credential.FingerprintOf([]byte(account.SNAP.PrivateKey.Reveal()))
	if err != nil {
		a.add(Failed, "keys", language.Same(err.Error()), wanted,
			say("lunas accounts rotate dengan kunci dari lunas credentials keygen", "lunas accounts rotate with the key of lunas credentials keygen"))
		return
	}
	found := language.Same(fmt.Sprintf("RSA %d, %.23s…", bits, print))
	if bits < credential.Signature.Bits() && account.Environment != merchant.Sandbox {
		a.add(Warning, "keys", found, wanted,
			say("buat yang 4096 bit dengan lunas credentials keygen, kirim bagian publiknya kepada OVO, lalu lunas accounts rotate", "make one of 4096 bits with lunas credentials keygen, send OVO its public half, then lunas accounts rotate"))
		return
	}
	pair, known := a.pairOf(print)
	switch {
	case !known && len(a.Machine.KeyFolders) > 0:
		a.add(Warning, "keys", found.And(say(": tidak ada di folder mana pun di doctor.keys", ": in none of the folders of doctor.keys")), wanted,
			say("bandingkan sidik jarinya dengan kunci publik yang ada di OVO", "compare the fingerprint with that of the public key that OVO has"))
		return
	case known:
		found = found.And(say(", dari ", ", of ")).And(language.Same(pair))
	}
	a.ends("keys", account.Expires, found, mendKeys)
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
	wanted := say("TLS 1.2 atau 1.3 dengan rantai sertifikat yang dipercaya mesin ini", "TLS 1.2 or 1.3 with a chain that this machine trusts")
	u, err := url.Parse(account.URL)
	if err != nil || u.Host == "" {
		a.add(Failed, "TLS chain", say("url akun bukan alamat", "the account's url is no address"), wanted, say("betulkan url akun", "put the account's url right"))
		return false
	}
	if u.Scheme == "http" {
		a.skip("TLS chain", say("http tanpa TLS, yang hanya ada di sandbox", "plain http, as only a sandbox has it"), wanted, never)
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
		a.add(Failed, "TLS chain", language.Same(untrusted.Err.Error()), wanted,
			say("perbarui paket ca-certificates; adakah proxy yang ikut membaca, atau jam yang salah?", "renew the package ca-certificates; is there a proxy that reads along, or does the clock stand wrong?"))
		return false
	case err != nil:
		a.add(Failed, "TLS chain", say("provider tidak tercapai: %s", "the provider is not reached: %s").With(reason(err)), wanted,
			say("izinkan mesin ini keluar ke %s; apakah alamat Anda ada di daftar putih provider?", "let this machine out to %s; has the provider your address on its whitelist?").With(host))
		return false
	}
	state := conn.(*tls.Conn).ConnectionState()
	_ = conn.Close()
	left := state.PeerCertificates[0].NotAfter.Sub(a.Now())
	found := say("%s, sertifikat sampai %s", "%s, certificate until %s").With(tls.VersionName(state.Version), state.PeerCertificates[0].NotAfter.Format(time.DateOnly))
	if left < certificateSoon {
		a.add(Warning, "TLS chain", found, wanted,
			say("provider yang memperbaruinya; beri tahu mereka bila belum dalam beberapa hari", "the provider renews it; tell them if they have not within a few days"))
		return true
	}
	a.add(OK, "TLS chain", found, wanted, never)
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
		a.add(Failed, "clock", say("provider tidak menjawab: %s", "the provider does not answer: %s").With(reason(err)), clockWanted,
			say("izinkan mesin ini keluar ke %s", "let this machine out to %s").With(u.Host))
		return false
	}
	_ = answer.Body.Close()
	their, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		a.skip("clock", say("jawaban provider tidak bertanggal", "the provider's answer has no date"), clockWanted, say("isi doctor.ntp", "set doctor.ntp"))
		return true
	}
	middle := began.Add(ended.Sub(began) / 2)
	a.clock("clock", middle.Sub(their.Add(500*time.Millisecond)), ended.Sub(began)/2+500*time.Millisecond, say("provider", "the provider"))
	return true
}

// prober asks a provider what moves no money.
type prober struct {
	about
	account Account
	line    rail.Rail
}

// They are never written.
var (
	tokenWanted     = say("provider memberi token akses", "the provider gives an access token")
	signatureWanted = say("provider menerima tanda tangan kita", "the provider takes our signature")
	numberWanted    = say("nomor lebih jauh daripada semua yang pernah dilihat provider", "numbers ahead of all that the provider has seen")
	notReached      = say("provider tidak tercapai", "the provider is not reached")
)

// ask asks for a token where there are tokens, and then for the status of a payment that does not exist.
func (p prober) ask(ctx context.Context, reached bool) {
	if !reached {
		p.skip("signature", notReached, signatureWanted, never)
		return
	}
	if tokened, ok := p.line.(rail.Tokened); ok {
		token, err := p.token(ctx, tokened)
		if err != nil {
			p.add(Failed, "token", said(err), tokenWanted,
				say("apakah bagian publik kunci ada di OVO, client id dari lingkungan ini, dan jamnya tepat? Permintaan token ditandatangani dengan RSA",
					"is the public half of the key with OVO, is the client id of this environment, and is the clock right? The signature of the token request is by RSA"))
			p.skip("signature", say("tidak ada token", "there is no token"), signatureWanted, never)
			p.numbering()
			return
		}
		p.add(OK, "token", say("diberikan, sampai %s", "given, until %s").With(token.Expires.In(payment.WIB).Format("15:04:05 WIB")), tokenWanted, never)
		p.line = tokened.WithToken(token)
	}
	p.signature(ctx)
	p.channel(ctx)
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
func said(err error) language.Words {
	switch {
	case errors.Is(err, rail.ErrNotSent):
		return notReached
	case errors.Is(err, rail.ErrNoAnswer):
		return say("provider tidak menjawab", "the provider does not answer")
	case errors.Is(err, rail.ErrUnclear):
		return say("yang kembali bukan jawaban provider ini", "what comes back is no answer of this provider's")
	}
	return language.Same(strings.TrimPrefix(err.Error(), rail.ErrNoToken.Error()+": "))
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
		p.skip("signature", say("akun ini tidak punya terminal", "the account has no terminal"), signatureWanted, never)
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
	at := say("terminal %s: berikutnya %d/%d", "terminal %s: %d/%d comes next").With(p.counter(t.ID), number.Batch, number.Reference)
	switch {
	case err != nil || outcome.Class != payment.NotFound && !known:
		p.skip("numbering", at.And(say(", dan provider tidak mengatakan apakah mengenalnya", ", and the provider has not said whether it knows it")), numberWanted, never)
	case known:
		p.add(Failed, "numbering", at.And(say(", dan provider mengenal pembayaran bernomor ini", ", and the provider knows a payment of this number")), numberWanted, p.advance(p.counter(t.ID)))
	default:
		p.add(OK, "numbering", at.And(say(", dan provider tidak mengenal pembayaran bernomor ini", ", and the provider knows no payment of this number")), numberWanted, never)
	}
}

// verdict says what an answer about a payment that does not exist means for our signature.
func (p prober) verdict(o payment.Outcome, err error, known bool) {
	mend := say("apakah rahasia dan url akun dari lingkungan ini? lunas credentials import, atau lunas accounts rotate",
		"is the secret the one of this environment, and the account's url? lunas credentials import, or lunas accounts rotate")
	switch {
	case err != nil:
		p.add(Failed, "signature", said(err), signatureWanted, mend)
	case o.Class == payment.NotFound || known:
		p.add(OK, "signature", say("diterima: ditanya tentang pembayaran yang tidak ada, provider menjawab ", "taken: asked for the status of a payment that does not exist, the provider answers ").And(codeOf(o)), signatureWanted, never)
	default:
		p.add(Failed, "signature", say("atas pertanyaan kita provider menjawab %s", "the provider answers %s to a question of ours").With(codeOf(o)), signatureWanted, mend)
	}
}

func codeOf(o payment.Outcome) language.Words {
	if o.Code == "" {
		return say("tanpa kode", "without a code")
	}
	return language.Same(o.Code)
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

// advance says how numbering is moved ahead.
func (p prober) advance(terminal string) language.Words {
	return say("lunas terminals advance %s --merchant %s ke nomor terakhir yang pernah dilihat OVO",
		"lunas terminals advance %s --merchant %s to the last number that OVO has seen").With(terminal, p.account.MerchantID)
}

// held says how a terminal is whose numbers are not asked for.
func (p prober) held(c Cursor, terminal string) {
	if c.Held != "" {
		p.add(Failed, "numbering", say("terminal %s dihentikan: %s", "terminal %s is stopped: %s").With(terminal, c.Held), numberWanted, p.advance(terminal))
		return
	}
	p.skip("numbering", say("terminal %s: basis data tidak dibuka", "terminal %s: the database was not opened").With(terminal), numberWanted, never)
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
	name, known := map[payment.Rail]language.Words{
		payment.DOKU: say("nomor invoice", "invoice number"), payment.Faspay: language.Same("bill_no"),
	}[p.account.Rail]
	if known && !stopped {
		p.add(OK, "numbering", say("tidak berlaku: provider mengenal pembayaran dari %s, yang dibuat dari id percobaan itu sendiri dan tidak terulang setelah cadangan dipulihkan",
			"not applicable: the provider knows a payment by its %s, which is made of the attempt's own id and repeats in no restored backup").With(name), numberWanted, never)
	}
}
