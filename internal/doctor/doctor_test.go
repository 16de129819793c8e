package doctor_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/sandbox"
)

// ward is the demo's merchant with the sandbox, all well.
type ward struct {
	*testing.T
	doctor.Options
	sandbox *sandbox.Sandbox
	url     string
}

func newWard(t *testing.T) *ward {
	t.Helper()
	s := sandbox.New(sandbox.Options{
		SNAP:   sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{sandbox.DemoSNAPMerchant()}},
		DOKU:   sandbox.DOKUOptions{Merchants: []sandbox.DOKUMerchant{sandbox.DemoDOKUMerchant()}},
		Faspay: sandbox.FaspayOptions{Merchants: []sandbox.FaspayMerchant{sandbox.DemoFaspayMerchant()}},
	})
	t.Cleanup(s.Close)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	c, _, err := gateway.DevConfig(t.TempDir(), "", server.URL, 1)
	if err != nil {
		t.Fatal(err)
	}
	w := &ward{T: t, sandbox: s, url: server.URL}
	for _, a := range c.Merchants[0].Accounts {
		w.Accounts = append(w.Accounts, doctor.Account{Account: a, Cursors: []doctor.Cursor{{
			Terminal: a.Terminals[0].ID, Known: true, Cursor: payment.Cursor{Style: payment.BySequence},
		}}})
	}
	w.Machine.Folder = t.TempDir()
	w.Database = doctor.Database{Kind: "sqlite", Settings: map[string]string{"journal_mode": "wal", "synchronous": "2"}, Sealed: 1}
	return w
}

// account gives one of the demo's.
func (w *ward) account(id string) *doctor.Account {
	for i := range w.Accounts {
		if w.Accounts[i].ID == id {
			return &w.Accounts[i]
		}
	}
	w.Fatalf("there is no account %s", id)
	return nil
}

func (w *ward) look() doctor.Report {
	w.Helper()
	r, err := doctor.Look(w.Context(), w.Options)
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range r.Findings {
		found, wanted, mend := f.Words()
		for _, s := range []language.Words{found, wanted, mend} {
			if (s.ID == "") != (s.EN == "") || strings.Contains(s.ID+s.EN, "%!") {
				w.Errorf("%s, %s is not said in both languages: %+v", f.About, f.Check, s)
			}
		}
		if found.EN == "" || wanted.EN == "" {
			w.Errorf("%s, %s: nothing is found or wanted: %+v", f.About, f.Check, f)
		}
		if !slices.Contains(doctor.Checks(), f.Check) && !strings.HasPrefix(f.Check, "callback of ") && f.About != "database" {
			w.Errorf("%q is not among the checks", f.Check)
		}
	}
	return r
}

// find gives the findings about something.
func find(r doctor.Report, about, check string) (all []doctor.Finding) {
	for _, f := range r.Findings {
		if f.About == about && f.Check == check {
			all = append(all, f)
		}
	}
	return all
}

// TestEverythingWell: each account of the demo is well at the sandbox, and each call is kept.
func TestEverythingWell(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	var mu sync.Mutex
	kept := map[string]int{}
	w.Keep = func(_ context.Context, p exchange.Part) error {
		mu.Lock()
		defer mu.Unlock()
		kept[p.Account+" "+p.Operation+" "+string(p.Side)]++
		return nil
	}
	r := w.look()
	for _, f := range r.Findings {
		if f.Status == doctor.Failed {
			t.Errorf("%+v", f)
		}
		if f.Found == "" || f.Wanted == "" || (f.Status == doctor.Failed || f.Status == doctor.Warning) && f.Mend == "" {
			t.Errorf("a line that does not say everything: %+v", f)
		}
	}
	for _, a := range w.Accounts {
		for _, check := range []string{"clock", "signature", "keys"} {
			if got := find(r, "account demo/"+a.ID, check); len(got) != 1 || got[0].Status != doctor.OK {
				t.Errorf("%s of %s: %+v", check, a.ID, got)
			}
		}
	}
	if got := find(r, "account demo/qris", "token"); len(got) != 1 || got[0].Status != doctor.OK {
		t.Errorf("token: %+v", got)
	}
	if got := find(r, "account demo/ovo", "numbering"); len(got) != 1 || got[0].Status != doctor.OK || !strings.Contains(got[0].Found, "1/1 comes next") {
		t.Errorf("numbering: %+v", got)
	}
	for _, want := range []string{"ovo check request", "ovo check response", "qris access_token request", "qris query response", "doku check response", "faspay check response"} {
		if kept[want] != 1 {
			t.Errorf("%s was kept %d times, want once; kept: %v", want, kept[want], kept)
		}
	}
	secrets(t, w, r)
}

// secrets looks for what no report may hold.
func secrets(t *testing.T, w *ward, r doctor.Report) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range w.Accounts {
		for _, s := range []merchant.Secret{a.OVO.AppKey, a.SNAP.ClientSecret, a.DOKU.SecretKey, a.Faspay.Password} {
			if !s.IsZero() && strings.Contains(string(b), s.Reveal()) {
				t.Errorf("the report shows a secret of %s", a.ID)
			}
		}
	}
	if strings.Contains(string(b), "PRIVATE KEY") {
		t.Error("the report shows a key")
	}
}

// ill is what is planted, and which line must say so.
type ill struct {
	plant        func(*ward)
	about, check string
	status       doctor.Status
	found        string
}

func TestIllsOfAccounts(t *testing.T) {
	t.Parallel()
	wrong := merchant.NewSecret("0123456789abcdef")
	for name, c := range map[string]ill{
		"a wrong app key":       {func(w *ward) { w.account("ovo").OVO.AppKey = wrong }, "account demo/ovo", "signature", doctor.Failed, "answers 63"},
		"and its number":        {func(w *ward) { w.account("ovo").OVO.AppKey = wrong }, "account demo/ovo", "numbering", doctor.NotChecked, "has not said"},
		"a wrong client secret": {func(w *ward) { w.account("qris").SNAP.ClientSecret = wrong }, "account demo/qris", "signature", doctor.Failed, "answers 401"},
		"another RSA key":       {func(w *ward) { w.account("qris").SNAP.PrivateKey = otherKey(w.T) }, "account demo/qris", "token", doctor.Failed, "401"},
		"and then":              {func(w *ward) { w.account("qris").SNAP.PrivateKey = otherKey(w.T) }, "account demo/qris", "signature", doctor.NotChecked, "no token"},
		"a wrong shared key":    {func(w *ward) { w.account("doku").DOKU.SecretKey = wrong }, "account demo/doku", "signature", doctor.Failed, ""},
		"a wrong password":      {func(w *ward) { w.account("faspay").Faspay.Password = wrong }, "account demo/faspay", "signature", doctor.Failed, ""},
		"a short RSA key": {func(w *ward) {
			w.account("qris").Environment, w.account("qris").SNAP.PrivateKey = merchant.Staging, otherKey(w.T)
		}, "account demo/qris", "keys", doctor.Warning, "RSA 2048"},
		"no RSA key": {func(w *ward) { w.account("qris").SNAP.PrivateKey = merchant.NewSecret("x") }, "account demo/qris", "keys", doctor.Failed, "no key in PEM"},
		"a cut app key": {func(w *ward) {
			w.account("ovo").Environment, w.account("ovo").OVO.AppKey = merchant.Staging, merchant.NewSecret("abc")
		}, "account demo/ovo", "keys", doctor.Warning, "of 3 characters"},
		"credentials that end": {func(w *ward) { w.account("doku").Expires = time.Now().Add(48 * time.Hour) }, "account demo/doku", "keys", doctor.Warning, "to be replaced by"},
		"credentials that have ended": {
			func(w *ward) { w.account("doku").Expires = time.Now().Add(-time.Hour) }, "account demo/doku", "keys", doctor.Failed, "to be replaced since",
		},
		"a key of nobody's": {func(w *ward) { w.Machine.KeyFolders = []string{keyFolder(w.T)} }, "account demo/qris", "keys", doctor.Warning, "in none of the folders"},
		"an account that cannot be used": {
			func(w *ward) { w.account("ovo").Fault = "its credentials cannot be read" }, "account demo/ovo", "account", doctor.Failed, "cannot be read",
		},
		"a closed account":    {func(w *ward) { w.account("ovo").Closed = true }, "account demo/ovo", "account", doctor.NotChecked, "closed"},
		"nobody there":        {func(w *ward) { w.account("ovo").URL = "http://" + nobody(w.T) + "/pos" }, "account demo/ovo", "clock", doctor.Failed, "does not answer"},
		"nobody there by TLS": {func(w *ward) { w.account("ovo").URL = "https://" + nobody(w.T) + "/pos" }, "account demo/ovo", "TLS chain", doctor.Failed, "is not reached"},
		"an unknown certificate": {func(w *ward) {
			s := httptest.NewTLSServer(http.NotFoundHandler())
			w.Cleanup(s.Close)
			w.account("ovo").URL = s.URL
		}, "account demo/ovo", "TLS chain", doctor.Failed, "certificate"},
		"somebody else's site": {func(w *ward) {
			s := httptest.NewServer(http.NotFoundHandler())
			w.Cleanup(s.Close)
			w.account("ovo").URL = s.URL
		}, "account demo/ovo", "signature", doctor.Failed, "no answer of this provider's"},
		"a stopped terminal": {func(w *ward) { w.account("ovo").Cursors[0].Held = "OVO has answered 94" }, "account demo/ovo", "numbering", doctor.Failed, "is stopped: OVO has answered 94"},
		"a database that is not open": {
			func(w *ward) { w.account("ovo").Cursors = nil }, "account demo/ovo", "numbering", doctor.NotChecked, "was not opened",
		},
		"a log that cannot be kept": {
			func(w *ward) { w.Keep = func(context.Context, exchange.Part) error { return errors.New("disk full") } },
			"account demo/ovo", "signature", doctor.Failed, "nothing is sent that is not",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t)
			for i := range w.Accounts { // only the one that is ill
				if a := &w.Accounts[i]; "account demo/"+a.ID == c.about {
					w.Accounts = []doctor.Account{*a}
					break
				}
			}
			c.plant(w)
			c.told(t, w.look())
		})
	}
}

func (c ill) told(t *testing.T, r doctor.Report) {
	t.Helper()
	got := find(r, c.about, c.check)
	for _, f := range got {
		if f.Status == c.status && strings.Contains(f.Found, c.found) {
			return
		}
	}
	t.Errorf("%s of %s: %+v, want %s and %q", c.check, c.about, got, c.status, c.found)
}

// TestANumberThatTheProviderKnows: after a restored backup the next number may be an old sale's.
func TestANumberThatTheProviderKnows(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.Accounts = []doctor.Account{*w.account("ovo")}
	w.Transport = known{}
	ill{about: "account demo/ovo", check: "numbering", status: doctor.Failed, found: "the provider knows a payment of this number"}.told(t, w.look())
}

// known is a provider that knows every payment: it answers a check with its own words and RC 00.
type known struct{}

func (known) RoundTrip(r *http.Request) (*http.Response, error) {
	var m map[string]any
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		return nil, err
	}
	m["type"], m["responseCode"] = "0110", "00"
	m["transactionRequestData"] = map[string]any{"batchNo": m["batchNo"]}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
	return w.Result(), nil
}

func TestClocks(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]doctor.Status{
		0: doctor.OK, 10 * time.Second: doctor.Warning, -10 * time.Second: doctor.Warning, 5 * time.Minute: doctor.Failed, -5 * time.Minute: doctor.Failed,
	} {
		w := newWard(t)
		w.Accounts = []doctor.Account{*w.account("doku")}
		w.Now = func() time.Time { return time.Now().Add(ahead) }
		w.Machine.NTP = timeServer(t, false)
		w.Database.Now = time.Now()
		r := w.look()
		for _, about := range []string{"account demo/doku", "this machine", "database"} {
			ill{about: about, check: "clock", status: want}.told(t, r)
		}
	}
	w := newWard(t)
	w.Accounts, w.Machine.NTP = nil, timeServer(t, true)
	ill{about: "this machine", check: "clock", status: doctor.NotChecked, found: "does not answer"}.told(t, w.look())
	w.Machine.NTP = ""
	ill{about: "this machine", check: "clock", status: doctor.NotChecked, found: "no time server is named"}.told(t, w.look())
}

// timeServer answers as RFC 5905 says, or wrong: it does not know the time.
func timeServer(t *testing.T, wrong bool) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		packet := make([]byte, 128)
		for {
			_, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			answer := make([]byte, 48)
			answer[0], answer[1] = 0b00_100_100, 2
			if wrong {
				answer[1] = 0 // unsynchronised
			}
			copy(answer[24:32], packet[40:48])
			now := time.Now()
			binary.BigEndian.PutUint32(answer[40:], uint32(now.Unix()+2208988800))
			binary.BigEndian.PutUint32(answer[44:], uint32(uint64(now.Nanosecond())<<32/1e9))
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}

func TestTheCutOff(t *testing.T) {
	t.Parallel()
	for hour, want := range map[time.Duration]doctor.Status{
		10 * time.Hour: doctor.OK, 23*time.Hour + 40*time.Minute: doctor.Warning, 24*time.Hour - time.Second: doctor.Warning, 0: doctor.OK,
	} {
		w := newWard(t)
		w.Accounts = nil
		w.Now = func() time.Time { return time.Date(2026, 3, 21, 0, 0, 0, 0, payment.WIB).Add(hour) }
		ill{about: "this machine", check: "cut-off", status: want}.told(t, w.look())
	}
}

func TestIllsOfTheMachine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]ill{
		"a file open to others": {func(w *ward) { w.Machine.Files = []string{file(w.T, 0o644)} }, "this machine", "permissions", doctor.Failed, "is open to others (0644)"},
		"a file that is gone":   {func(w *ward) { w.Machine.Files = []string{"/nowhere/master.key"} }, "this machine", "permissions", doctor.Failed, "is not there"},
		"good files":            {func(w *ward) { w.Machine.Files = []string{file(w.T, 0o600), file(w.T, 0o400)} }, "this machine", "permissions", doctor.OK, "2 file(s)"},
		"no files":              {func(*ward) {}, "this machine", "permissions", doctor.NotChecked, "environment"},
		"a key that was changed": {func(w *ward) {
			dir := keyFolder(w.T)
			if err := os.WriteFile(filepath.Join(dir, credential.Sharing.PublicName()), []byte("x"), 0o600); err != nil {
				w.Fatal(err)
			}
			w.Machine.KeyFolders = []string{dir}
		}, "this machine", "key folder", doctor.Failed, "is not the key that was made"},
		"a key open to others": {func(w *ward) {
			dir := keyFolder(w.T)
			if err := os.Chmod(filepath.Join(dir, credential.Sharing.PrivateName()), 0o640); err != nil {
				w.Fatal(err)
			}
			w.Machine.KeyFolders = []string{dir}
		}, "this machine", "key folder", doctor.Failed, "is open to others"},
		"a folder of no keys": {func(w *ward) { w.Machine.KeyFolders = []string{w.TempDir()} }, "this machine", "key folder", doctor.Failed, "cannot be read"},
		"good keys":           {func(w *ward) { w.Machine.KeyFolders = []string{keyFolder(w.T)} }, "this machine", "key folder", doctor.OK, "as they were made"},
		"a folder that is not there": {
			func(w *ward) { w.Machine.Folder = "/nowhere" }, "this machine", "fsync", doctor.Failed, "no file can be written",
		},
		"a database elsewhere": {func(w *ward) { w.Machine.Folder = "" }, "this machine", "free space", doctor.NotChecked, "elsewhere"},
		"no mail server":       {func(*ward) {}, "this machine", "mail", doctor.NotChecked, "no mail server is set up"},
		"a mail server":        {func(w *ward) { w.Machine.Mail = func(context.Context) error { return nil } }, "this machine", "mail", doctor.OK, "lets us in"},
		"a deaf mail server": {
			func(w *ward) {
				w.Machine.Mail = func(context.Context) error { return errors.New("it answers 535 to the log-in") }
			}, "this machine", "mail", doctor.Failed, "535",
		},
		"a disk that lies":        {on(fake{free: 1 << 40, kind: "ext4", took: 3 * time.Microsecond}), "this machine", "fsync", doctor.Warning, "faster than a disk can"},
		"a disk with a battery":   {on(fake{free: 1 << 40, kind: "ext4", took: 20 * time.Microsecond}), "this machine", "fsync", doctor.OK, "20µs"},
		"a slow disk":             {on(fake{free: 1 << 40, kind: "ext4", took: 80 * time.Millisecond}), "this machine", "fsync", doctor.Warning, "which is slow"},
		"a disk that fails":       {on(fake{free: 1 << 40, kind: "ext4", err: syscall.EIO}), "this machine", "fsync", doctor.Failed, "no file can be written"},
		"a nearly full disk":      {on(fake{free: 9 << 30, kind: "ext4", took: time.Millisecond}), "this machine", "free space", doctor.Warning, "9.0 GiB"},
		"a full disk":             {on(fake{free: 600 << 20, kind: "ext4", took: time.Millisecond}), "this machine", "free space", doctor.Failed, "600 MiB"},
		"a disk with room":        {on(fake{free: 11 << 30, kind: "ext4", took: time.Millisecond}), "this machine", "free space", doctor.OK, "11.0 GiB"},
		"a network's file system": {on(fake{free: 1 << 40, kind: "nfs", took: time.Millisecond}), "this machine", "file system", doctor.Failed, "nfs"},
		"a container's layer":     {on(fake{free: 1 << 40, kind: "overlayfs", took: time.Millisecond}), "this machine", "file system", doctor.Failed, "overlayfs"},
		"memory":                  {func(w *ward) { w.Machine.Folder = "/dev/shm" }, "this machine", "file system", doctor.Failed, "tmpfs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t)
			w.Accounts = nil
			c.plant(w)
			c.told(t, w.look())
		})
	}
}

// fake is a disk of which a test says how it is.
type fake struct {
	free uint64
	kind string
	took time.Duration
	err  error
}

func (f fake) Stat(string) (uint64, string, error) { return f.free, f.kind, nil }
func (f fake) Sync(string) (time.Duration, error)  { return f.took, f.err }

func on(disk fake) func(*ward) { return func(w *ward) { w.Machine.Disk = disk } }

// certified serves by TLS, as 127.0.0.1, with a certificate that ends at a time and that the given pool trusts.
func certified(t *testing.T, until time.Time, h http.Handler) (url string, roots *x509.CertPool) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: until.AddDate(0, -3, 0), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(leaf)
	return s.URL, roots
}

// TestCertificatesThatEnd: a provider's, on the way to it, and our own at the callback, each told a week before it ends.
func TestCertificatesThatEnd(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	lunas := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Request-Id", "req_1")
		w.WriteHeader(http.StatusMethodNotAllowed)
	})
	for _, c := range []struct {
		left           time.Duration
		theirs, ours   doctor.Status
		theirsSay, say string
	}{
		{30 * day, doctor.OK, doctor.NotChecked, "certificate until", "it is well"},
		{8 * day, doctor.OK, doctor.NotChecked, "certificate until", "it is well"},
		{6 * day, doctor.Warning, doctor.Warning, "certificate until", "the certificate ends on"},
		{time.Hour, doctor.Warning, doctor.Warning, "certificate until", "the certificate ends on"},
		{-time.Hour, doctor.Failed, doctor.NotChecked, "has expired", "has expired"}, // the door does not open at all: from here
	} {
		w := newWard(t)
		url, roots := certified(t, time.Now().Add(c.left), lunas)
		w.Accounts = []doctor.Account{*w.account("doku")}
		w.Accounts[0].URL, w.Outside.PublicURL, w.Outside.Roots = url, url, roots
		w.Outside.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
		r := w.look()
		ill{about: "account demo/doku", check: "TLS chain", status: c.theirs, found: c.theirsSay}.told(t, r)
		ill{about: "outside", check: "callback of demo/doku", status: c.ours, found: c.say}.told(t, r)
	}
}

// TestNumbersOfTheOtherRails: SNAP's numbers are counted by account, and asked for; those of the others cannot repeat.
func TestNumbersOfTheOtherRails(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	r := w.look()
	ill{about: "account demo/qris", check: "numbering", status: doctor.OK, found: "terminal qr/qris: 1/1 comes next, and the provider knows no payment"}.told(t, r)
	ill{about: "account demo/doku", check: "numbering", status: doctor.OK, found: "not applicable: the provider knows a payment by its invoice number"}.told(t, r)
	ill{about: "account demo/faspay", check: "numbering", status: doctor.OK, found: "not applicable: the provider knows a payment by its bill_no"}.told(t, r)
	for _, id := range []string{"qris", "doku", "faspay"} {
		w.account(id).Cursors[0].Held = "somebody stopped it"
	}
	r = w.look()
	for _, id := range []string{"qris", "doku", "faspay"} {
		ill{about: "account demo/" + id, check: "numbering", status: doctor.Failed, found: "is stopped: somebody stopped it"}.told(t, r)
	}

	w = newWard(t)
	a := w.account("qris")
	w.Accounts = []doctor.Account{*a}
	line, err := rail.Open(a.Account, http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, line)
	number := payment.Number{Batch: 1, Reference: 1}
	m, err := line.(rail.Tokened).WithToken(token).Render(payment.ShowQR{Target: payment.Target{Terminal: a.Terminals[0].Terminal, Number: number, Amount: 10_000, Try: 1}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := line.(rail.Tokened).WithToken(token).Do(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r = w.look()
	ill{about: "account demo/qris", check: "numbering", status: doctor.Failed, found: "terminal qr/qris: 1/1 comes next, and the provider knows a payment of this number"}.told(t, r)
	if f := find(r, "account demo/qris", "numbering"); len(f) != 1 || !strings.HasPrefix(f[0].Mend, "lunas terminals advance qr/qris --merchant demo") {
		t.Errorf("numbering = %+v", f)
	}
}

func tokenOf(t *testing.T, line rail.Rail) rail.Token {
	t.Helper()
	tokened := line.(rail.Tokened)
	m, err := tokened.RenderAccess(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokened.Access(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestIllsOfTheDatabase(t *testing.T) {
	t.Parallel()
	postgres := func(name, value string) func(*ward) {
		return func(w *ward) {
			w.Database.Kind = "postgres"
			w.Database.Settings = map[string]string{
				"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "statement_timeout": "10s", "lock_timeout": "2s",
				"idle_in_transaction_session_timeout": "2s", "server_encoding": "UTF8", "transaction_read_only": "off",
			}
			w.Database.Settings[name] = value
		}
	}
	for name, c := range map[string]ill{
		"no fsync":            {postgres("fsync", "off"), "database", "fsync", doctor.Failed, "off"},
		"torn pages":          {postgres("full_page_writes", "off"), "database", "full_page_writes", doctor.Failed, "off"},
		"lost commits":        {postgres("synchronous_commit", "off"), "database", "synchronous_commit", doctor.Failed, "off"},
		"local commits":       {postgres("synchronous_commit", "local"), "database", "synchronous_commit", doctor.Failed, "local"},
		"no limit":            {postgres("statement_timeout", "0"), "database", "statement_timeout", doctor.Warning, "0"},
		"a standby":           {postgres("transaction_read_only", "on"), "database", "transaction_read_only", doctor.Failed, "on"},
		"a good PostgreSQL":   {postgres("fsync", "on"), "database", "fsync", doctor.OK, "on"},
		"a rollback journal":  {func(w *ward) { w.Database.Settings["journal_mode"] = "delete" }, "database", "journal_mode", doctor.Failed, "delete"},
		"a lazy SQLite":       {func(w *ward) { w.Database.Settings["synchronous"] = "1" }, "database", "synchronous", doctor.Failed, "1"},
		"what it cannot tell": {func(w *ward) { w.Database.Settings = nil }, "database", "synchronous", doctor.NotChecked, "does not tell"},
		"another master key": {
			func(w *ward) { w.Database.SealedTrouble = errors.New("the data key of merchant teh does not open") }, "database", "master key", doctor.Failed, "teh does not open",
		},
		"a fenced one":           {func(w *ward) { w.Database.Fence = "restored at 10:00" }, "database", "fence", doctor.Failed, "restored at 10:00"},
		"one that a gateway has": {func(w *ward) { w.Database.NotOpen = "a gateway has it" }, "database", "settings", doctor.NotChecked, "a gateway has it"},
		"none":                   {func(w *ward) { w.Database.Trouble = errors.New("no route to host") }, "database", "settings", doctor.Failed, "no route to host"},
	} {
		w := newWard(t)
		w.Accounts = nil
		c.plant(w)
		t.Log(name)
		c.told(t, w.look())
	}
}

// TestTheOutside: addresses and callbacks, each with what may be wrong.
func TestTheOutside(t *testing.T) {
	t.Parallel()
	reflects := func(body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, body) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	door := func(answer http.HandlerFunc) string {
		s := httptest.NewServer(answer)
		t.Cleanup(s.Close)
		return s.URL
	}
	lunas := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Request-Id", "req_1")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
	redirects := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusMovedPermanently)
	}
	probe := func(d string) string { return reflects(d) + "/?url=" }
	address, callback := "egress address", "callback of demo/qris"
	told := []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}
	for name, c := range map[string]ill{
		"whitelisted":         {func(w *ward) { w.Outside.Reflector, w.Outside.Egress = reflects("203.0.113.7\n"), told }, "outside", address, doctor.OK, "203.0.113.7"},
		"as JSON, in IPv6":    {func(w *ward) { w.Outside.Reflector, w.Outside.Egress = reflects(`{"ip":"::ffff:203.0.113.7"}`), told }, "outside", address, doctor.OK, "203.0.113.7"},
		"another address":     {func(w *ward) { w.Outside.Reflector, w.Outside.Egress = reflects("203.0.113.8"), told }, "outside", address, doctor.Failed, "203.0.113.8, which is not in"},
		"nobody has said":     {func(w *ward) { w.Outside.Reflector = reflects("203.0.113.8") }, "outside", address, doctor.Warning, "nobody has said"},
		"a reflector's error": {func(w *ward) { w.Outside.Reflector = reflects("<html>") }, "outside", address, doctor.NotChecked, "does not answer with an address"},
		"no reflector":        {func(*ward) {}, "outside", address, doctor.NotChecked, "nobody outside is named"},
		"no public address":   {func(*ward) {}, "outside", callback, doctor.NotChecked, "public_url is not set"},
		"plain http":          {func(w *ward) { w.Outside.PublicURL = door(lunas) }, "outside", callback, doctor.Failed, "plain http"},
		"a redirect":          {func(w *ward) { w.Outside.PublicURL = door(redirects) }, "outside", callback, doctor.Failed, "301 redirects"},
		"another's answer":    {func(w *ward) { w.Outside.PublicURL = door(http.NotFound) }, "outside", callback, doctor.Failed, "it is not lunas that answers"},
		"not reached":         {func(w *ward) { w.Outside.PublicURL = "http://" + nobody(w.T) }, "outside", callback, doctor.NotChecked, "may be so in your network"},
		"well from here": {func(w *ward) {
			s := httptest.NewTLSServer(http.HandlerFunc(lunas))
			w.Cleanup(s.Close)
			w.Outside.Client, w.Outside.PublicURL = s.Client(), s.URL
		}, "outside", callback, doctor.NotChecked, "from outside nobody has looked"},
		"well from outside": {func(w *ward) {
			w.Outside.PublicURL, w.Outside.CallbackProbe = "https://pay.example.id", probe(`{"status":405,"request_id":"req_1"}`)
		}, "outside", callback, doctor.OK, "405"},
		"a redirect outside": {func(w *ward) {
			w.Outside.PublicURL, w.Outside.CallbackProbe = "https://pay.example.id", probe(`{"status":302,"location":"/login"}`)
		}, "outside", callback, doctor.Failed, "302 redirects"},
		"closed outside": {func(w *ward) {
			w.Outside.PublicURL, w.Outside.CallbackProbe = "https://pay.example.id", probe(`{"trouble":"timeout"}`)
		}, "outside", callback, doctor.Failed, "no answer: timeout"},
		"unwell": {func(w *ward) {
			w.Outside.PublicURL, w.Outside.CallbackProbe = "https://pay.example.id", probe(`{"status":503,"request_id":"r"}`)
		}, "outside", callback, doctor.Failed, "lunas is not well"},
		"a mad prober": {func(w *ward) { w.Outside.PublicURL, w.Outside.CallbackProbe = "https://pay.example.id", probe(`hello`) }, "outside", callback, doctor.NotChecked, "does not answer as it must"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWard(t)
			w.Accounts = []doctor.Account{*w.account("qris")}
			c.plant(w)
			c.told(t, w.look())
		})
	}
	if r := doctor.LookAtCallback(t.Context(), door(redirects), nil, time.Now()); r.Count(doctor.Failed) != 1 {
		t.Errorf("the callback alone: %+v", r)
	}
}

func file(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("x"), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return l.Addr().String()
}

var made = sync.OnceValues(func() (credential.Key, error) { return credential.NewKey(credential.Sharing) }) // never written

// otherKey is an RSA key of 2048 bits that no provider knows.
func otherKey(t *testing.T) merchant.Secret {
	t.Helper()
	k, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return merchant.NewSecret(string(k.PrivatePEM()))
}

func keyFolder(t *testing.T) string {
	t.Helper()
	k, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := credential.WriteFolder(dir, credential.Folder{Partner: "Kopi", Environment: "staging", ExpiresAt: time.Now().AddDate(1, 0, 0)}, []credential.Key{k}); err != nil {
		t.Fatal(err)
	}
	return dir
}
