package onboarding_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/onboarding"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/sandbox/sftpserver"
)

// accountSettings makes accounts where merchants have none.
const accountSettings = `
  settings: {rail: ovo, environment: sandbox, url: "http://127.0.0.1:1/pos", app_id: kopi}
`

const details = `merchant,outlet,legal_name,npwp,category,address,city,postal_code,phone,open_since
kopi,tebet,PT Kopi Enak,0123456789012345,FOOD,Jl. Tebet 1,Jakarta,12810,0811223344,2024-01-31
kopi,menteng,PT Kopi Enak,0123456789012345,FOOD,Jl. Menteng 2,Jakarta,10310,+62811223344,
teh,,CV Teh Canary,012345678901234,FOOD,Jl. Teh 3,Bandung,40111,0811223355,
`

// world is onboarding at the sandbox's SFTP server.
type world struct {
	*testing.T
	*onboarding.Onboarding
	server *sftpserver.Server
	store  *failing
	gate   onboarding.Gate
	folder string
	remote string         // the server's folder
	due    chan time.Time // lets late answers come
}

// failing is a store that can refuse to write registrations.
type failing struct {
	*memory.Store
	refuse func(store.RegistrationFile, []store.Registration) error
}

func (f *failing) SaveRegistrations(ctx context.Context, file store.RegistrationFile, all []store.Registration, deeds ...store.Deed) error {
	if f.refuse != nil {
		if err := f.refuse(file, all); err != nil {
			return err
		}
	}
	return f.Store.SaveRegistrations(ctx, file, all, deeds...)
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("WIB", 7*3600)) // never written

// newWorld has the merchants kopi, with two outlets, and teh, with none. Mapping is changed by pairs of old and new.
func newWorld(t *testing.T, mapping ...string) *world {
	t.Helper()
	w := &world{T: t, folder: t.TempDir(), remote: t.TempDir(), due: make(chan time.Time)}
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	w.must(err)
	now := func() time.Time { return noon }
	w.store = &failing{Store: memory.New(memory.Options{Now: now})}
	r := registry.New(registry.Options{
		Store: w.store, Keyring: keyring, Now: now, Read: config.Account,
		Open: func(a merchant.Account) (rail.Rail, error) { return rail.Open(a, nil, now) },
		Set:  func(context.Context, engine.Account) error { return nil },
	})
	for _, id := range []string{"kopi", "teh"} {
		_, err := r.CreateMerchant(t.Context(), id, strings.ToUpper(id))
		w.must(err)
	}
	for _, id := range []string{"tebet", "menteng"} {
		_, err := r.CreateOutlet(t.Context(), "kopi", id, "Kopi "+id)
		w.must(err)
	}
	w.server, err = sftpserver.New(sftpserver.Options{
		Folder: w.remote, Now: now, After: func(time.Duration) <-chan time.Time { return w.due },
	})
	w.must(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(w.server.Close(), <-ended); err != nil {
			t.Error(err)
		}
	})
	text, err := onboarding.Example()
	w.must(err)
	changed := strings.NewReplacer(append(mapping, `store_code: "{outlet}"`, `store_code: "{outlet}"`+"\n  merchant_id: \"200179\"")...).Replace(string(text)) + accountSettings
	w.Onboarding = onboarding.New(onboarding.Options{Store: w.store, Registry: r, Keyring: keyring, Now: now})
	w.gate = onboarding.Gate{
		ID: "ovo", Address: l.Addr().String(), User: sftpserver.DemoUser, Password: sftpserver.DemoPassword, HostKey: w.server.HostKey(),
		Egress: "203.0.113.7", Email: "onboarding@kopi.example.id", Mapping: changed, Secrets: map[string]string{"app_key": "canary-app-key"},
	}
	_, err = w.Connect(t.Context(), w.gate)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// file writes a file to be read.
func (w *world) file(name, content string) string {
	path := filepath.Join(w.folder, name)
	w.must(os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (w *world) prepare() store.RegistrationFile {
	w.Helper()
	f, _, err := w.Prepare(w.Context(), onboarding.Prepared{Gate: "ovo", Details: w.file("details.csv", details)})
	w.must(err)
	return f
}

func (w *world) send() {
	w.Helper()
	_, err := w.Send(w.Context(), "ovo", nil)
	w.must(err)
}

func (w *world) fetch(want onboarding.Fetched) {
	w.Helper()
	got, err := w.Fetch(w.Context(), "ovo")
	w.must(err)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("fetched %+v, want %+v", got, want)
	}
}

// stands tells where outlets stand, as reference: state.
func (w *world) stands() string {
	w.Helper()
	all, _, err := w.Status(w.Context(), "")
	w.must(err)
	var list []string
	for _, r := range all {
		list = append(list, r.Reference+": "+string(r.State))
	}
	return strings.Join(list, ", ")
}

func (w *world) terminals(merchantID string) []string {
	w.Helper()
	a, err := w.Registry.Account(w.Context(), merchantID, "ovo")
	w.must(err)
	return a.Terminals
}

// The whole way, in both formats: what is wrong is said before anything is sent, what is accepted becomes terminals, what is
// refused is told with its reason and asked for again, and nothing is done twice.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "format: csv", "format: "+format)
			_, _, err := w.Prepare(t.Context(), onboarding.Prepared{Gate: "ovo"})
			var problems onboarding.Problems
			if !errors.As(err, &problems) || len(problems) != 21 || !strings.Contains(err.Error(), "row 1 (kopi/menteng), Legal Name is empty: fill in the column legal_name of the details file") {
				t.Fatalf("without details: %d problems, %v", len(problems), err)
			}
			if got := w.stands(); got != "" {
				t.Errorf("after problems %s", got)
			}
			f := w.prepare()
			if f.Name != "lunas_20261121_001."+format || f.Rows != 3 {
				t.Errorf("the file is %s with %d rows", f.Name, f.Rows)
			}
			if _, _, err := w.Prepare(t.Context(), onboarding.Prepared{Gate: "ovo"}); !errors.Is(err, onboarding.ErrNothing) {
				t.Errorf("preparing again: %v", err)
			}
			w.server.Fail(sftpserver.Faults{RefuseRows: []int{2}})
			w.send()
			if got, want := w.stands(), "kopi/menteng: sent, kopi/tebet: sent, teh: sent"; got != want {
				t.Errorf("after sending %s, want %s", got, want)
			}
			w.fetch(onboarding.Fetched{Applied: 2, Refused: 1})
			all, _, err := w.Status(t.Context(), "kopi")
			w.must(err)
			if len(all) != 2 || all[0].TID != "00900001" || all[1].Reason != "merchant document is not valid" {
				t.Errorf("kopi stands %+v", all)
			}
			if got := fmt.Sprint(w.terminals("kopi"), w.terminals("teh")); got != "[menteng] [teh]" {
				t.Errorf("terminals = %s", got)
			}
			w.server.Fail(sftpserver.Faults{})
			if f := w.prepare(); f.Rows != 1 || f.Name != "lunas_20261121_002."+format {
				t.Errorf("the second file is %s with %d rows", f.Name, f.Rows)
			}
			w.send()
			w.fetch(onboarding.Fetched{Applied: 3})
			w.fetch(onboarding.Fetched{Applied: 3})
			if got := fmt.Sprint(w.terminals("kopi")); got != "[menteng tebet]" {
				t.Errorf("kopi's terminals = %s", got)
			}
			if _, err := w.Send(t.Context(), "ovo", nil); !errors.Is(err, onboarding.ErrNothing) {
				t.Errorf("sending again: %v", err)
			}
		})
	}
}

// A connection that is cut in the middle of a file goes on where it was; one that is cut after the file got its final name
// finds it there.
func TestCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "max: 200", "max: 200000")
	const long, cut = 100_000, 70_000
	w.file("details.csv", strings.Replace(details, "Jl. Tebet 1", strings.Repeat("Jl. ", long/4), 1))
	_, _, err := w.Prepare(t.Context(), onboarding.Prepared{Gate: "ovo", Details: filepath.Join(w.folder, "details.csv")})
	w.must(err)
	w.server.Fail(sftpserver.Faults{CutAfter: cut, CutRename: true})
	if _, err := w.Send(t.Context(), "ovo", nil); err == nil || !strings.Contains(err.Error(), "goes on where it was cut") {
		t.Fatalf("cut in the middle: %v", err)
	}
	if got := w.stands(); got != "kopi/menteng: made, kopi/tebet: made, teh: made" {
		t.Errorf("after the cut %s", got)
	}
	var first int64
	_, err = w.Send(t.Context(), "ovo", func(_ string, sent, _ int64) {
		if first == 0 {
			first = sent
		}
	})
	if err == nil || first <= cut {
		t.Fatalf("after the rename: %v; the second try began before %d", err, first)
	}
	first = 0
	_, err = w.Send(t.Context(), "ovo", func(_ string, sent, _ int64) { first = sent })
	w.must(err)
	if first != 0 {
		t.Errorf("what was there has been sent again: %d bytes", first)
	}
	w.fetch(onboarding.Fetched{Applied: 3})
}

// Nothing goes to a server with another host key, or one that is not pinned yet.
func TestTheHostKeyIsPinned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.prepare()
	w.server.Fail(sftpserver.Faults{OtherHostKey: true})
	_, err := w.Send(t.Context(), "ovo", nil)
	var other *onboarding.HostKeyError
	if !errors.As(err, &other) || other.Want != w.server.HostKey() || other.Got == other.Want {
		t.Errorf("another host key: %v", err)
	}
	w.server.Fail(sftpserver.Faults{})
	unpinned := w.gate
	unpinned.ID, unpinned.HostKey = "new", ""
	_, err = w.Connect(t.Context(), unpinned)
	w.must(err)
	_, _, err = w.Prepare(t.Context(), onboarding.Prepared{Gate: "new", Details: w.file("details.csv", details)})
	w.must(err)
	if _, err = w.Send(t.Context(), "new", nil); err == nil || !strings.Contains(err.Error(), w.server.HostKey()) {
		t.Errorf("a host key that is not pinned: %v", err)
	}
	wrong := w.gate
	wrong.Password = "canary-password"
	_, err = w.Connect(t.Context(), wrong)
	w.must(err)
	if _, err = w.Send(t.Context(), "ovo", nil); err == nil || !strings.Contains(err.Error(), "does not accept user lunas") || strings.Contains(err.Error(), "canary") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestAFullDiskAndALateAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.prepare()
	w.server.Fail(sftpserver.Faults{DiskFull: 10})
	if _, err := w.Send(t.Context(), "ovo", nil); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a full disk: %v", err)
	}
	w.server.Fail(sftpserver.Faults{AnswerAfter: time.Hour})
	w.send()
	w.fetch(onboarding.Fetched{Waiting: 3})
	close(w.due)
	for { // the server writes it now
		done, err := w.Fetch(t.Context(), "ovo")
		w.must(err)
		if done.Applied == 3 {
			return
		}
	}
}

// What was accepted waits for the account that an operator must make, and is then added.
func TestAnAccountThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bare := w.gate
	bare.Mapping = strings.TrimSuffix(bare.Mapping, accountSettings)
	_, err := w.Connect(t.Context(), bare)
	w.must(err)
	w.prepare()
	w.send()
	w.fetch(onboarding.Fetched{Accepted: 3})
	all, _, err := w.Status(t.Context(), "teh")
	w.must(err)
	if !strings.Contains(all[0].Reason, "merchant teh has no account ovo yet") {
		t.Errorf("the reason is %q", all[0].Reason)
	}
	_, err = w.Registry.CreateAccount(t.Context(), "teh", registry.NewAccount{
		ID: "ovo", Secrets: map[string]string{"app_key": "k"},
		Settings: []byte(`{"rail":"ovo","environment":"sandbox","url":"http://127.0.0.1:1/pos","app_id":"teh","terms":{"shorten":10},
			"terminals":[{"id":"till-1","tid":"00000001","mid":"m","merchant_id":"9","store_code":"S"}]}`),
	})
	w.must(err)
	w.fetch(onboarding.Fetched{Applied: 1, Accepted: 2})
	if got := fmt.Sprint(w.terminals("teh")); got != "[till-1 teh]" {
		t.Errorf("teh's terminals = %s", got)
	}
}

// A process that dies after an account was changed and before that was written down adds no terminal twice.
func TestAnAccountThatWasChangedUnnoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.prepare()
	w.send()
	died := errors.New("died")
	w.store.refuse = func(_ store.RegistrationFile, all []store.Registration) error {
		if len(all) > 0 && all[0].State == store.RegistrationApplied {
			return died
		}
		return nil
	}
	if _, err := w.Fetch(t.Context(), "ovo"); !errors.Is(err, died) {
		t.Fatalf("fetch = %v", err)
	}
	if got := fmt.Sprint(w.terminals("kopi")); got != "[menteng]" {
		t.Errorf("kopi's terminals = %s", got)
	}
	w.store.refuse = nil
	w.fetch(onboarding.Fetched{Applied: 3})
	if got := fmt.Sprint(w.terminals("kopi")); got != "[menteng tebet]" {
		t.Errorf("kopi's terminals = %s", got)
	}
}

// Nothing secret is printed, or stands in what is kept.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.prepare()
	sealed, _, err := w.store.Secret(t.Context(), "", "onboarding.gate.ovo")
	w.must(err)
	whole, content, err := w.Content(t.Context(), f.ID)
	w.must(err)
	if !bytes.Contains(content, []byte("CV Teh Canary")) {
		t.Error("the content is not what was prepared")
	}
	for _, kept := range []string{string(sealed), string(whole.Sealed), fmt.Sprint(w.gate), fmt.Sprintf("%+v %#v", w.gate, w.gate)} {
		for _, secret := range []string{sftpserver.DemoPassword, "canary-app-key", "Canary", "0123456789012"} {
			if strings.Contains(kept, secret) {
				t.Errorf("%q is shown", secret)
			}
		}
	}
	actions, err := w.store.Actions(t.Context(), store.ActionFilter{})
	w.must(err)
	if len(actions) < 2 || actions[0].Kind != store.ActRegistrationsMade || actions[1].Kind != store.ActGateChanged {
		t.Errorf("actions = %+v", actions)
	}
}

// Two who work at one gate do not meet.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.prepare()
	ok, err := w.store.Acquire(t.Context(), store.Lock{Name: "onboarding.gate.ovo", Holder: "other", Until: noon.Add(time.Minute)}, noon)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := w.Send(t.Context(), "ovo", nil); err == nil || !strings.Contains(err.Error(), "another process works at gate ovo") {
		t.Errorf("send = %v", err)
	}
}

func TestGatesAndDetailsThatAreWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Connect(t.Context(), onboarding.Gate{ID: "Ä", Address: "x", HostKey: "aa:bb", Egress: "here", Email: "nobody", Mapping: "a: 1"})
	for _, want := range []string{"gate: ", "address: ", "user: ", "password: ", "host key: ", "egress: ", "email: ", "mapping: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a wrong gate: %v does not say %q", err, want)
		}
	}
	if _, err := w.Send(t.Context(), "none", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a gate that is not there: %v", err)
	}
	for content, want := range map[string]string{
		"":                                    "empty",
		"merchant\n":                          "no row",
		"outlet\ntebet\n":                     "column merchant is missing",
		"merchant,outlet\nkopi,x\n":           "no merchant and outlet kopi/x",
		"merchant,outlet\nteh,\nteh,\n":       "stands in a row before",
		"merchant,Merchant\nkopi,kopi\n":      "two columns",
		"merchant,outlet,npwp\nteh,,12a456\n": "NPWP has 6 characters; expected 15 to 16",
	} {
		if want == "no row" {
			continue // a header alone is no mistake: everything is missing then
		}
		_, _, err := w.Prepare(t.Context(), onboarding.Prepared{Gate: "ovo", Details: w.file("wrong.csv", content)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "12a456") {
			t.Errorf("details %q: %v, want %q", content, err, want)
		}
	}
	if _, _, err := w.Prepare(t.Context(), onboarding.Prepared{Gate: "ovo", Merchants: []string{"susu"}}); err == nil || !strings.Contains(err.Error(), `no merchant "susu"`) {
		t.Errorf("a merchant that is not there: %v", err)
	}
}

// An answer may come bit by bit, and may name what was not asked for there: that is left out and told.
func TestAnAnswerInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.server.Fail(sftpserver.Faults{AnswerAfter: time.Hour})
	w.prepare()
	w.send()
	answer := func(rows string) {
		path := filepath.Join(w.remote, "outbox", "lunas_20261121_001_result.csv")
		w.must(os.WriteFile(path, []byte("Partner Reference,Status,MID,TID,Remarks\n"+rows), 0o600))
	}
	answer("teh,IN PROCESS,,,\nsusu,APPROVED,m,00000001,\nkopi/tebet,APPROVED,m,00000002,\nkopi/tebet,REJECTED,,,\n")
	w.fetch(onboarding.Fetched{Applied: 1, Waiting: 2, Unknown: []string{"lunas_20261121_001_result.csv, row 3: susu", "lunas_20261121_001_result.csv, row 5: kopi/tebet"}})
	w.must(os.WriteFile(filepath.Join(w.remote, "outbox", "lunas_20261121_001_result.csv"), []byte("something else\n1\n"), 0o600))
	if _, err := w.Fetch(t.Context(), "ovo"); err == nil || !strings.Contains(err.Error(), `the column "Partner Reference" is missing`) {
		t.Errorf("an answer of another form: %v", err)
	}
	answer("teh,APPROVED,m,00000003,\nkopi/menteng,REJECTED,,,no\nkopi/tebet,REJECTED,,,too late\n")
	w.fetch(onboarding.Fetched{Applied: 2, Refused: 1})
	// The answer to a file says nothing of what stands in another one.
	second := w.prepare()
	w.send()
	if second.Rows != 1 {
		t.Errorf("the second file has %d rows", second.Rows)
	}
	w.must(os.WriteFile(filepath.Join(w.remote, "outbox", "lunas_20261121_002_result.csv"), []byte("Partner Reference,Status,MID,TID\nteh,REJECTED,,\nkopi/menteng,APPROVED,m,00000004\n"), 0o600))
	w.fetch(onboarding.Fetched{Applied: 3, Unknown: []string{"lunas_20261121_002_result.csv, row 2: teh"}})
}
