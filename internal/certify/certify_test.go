package certify_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/sandbox"
)

// options are those of a suite at the sandbox, on a pinned day.
func options(t *testing.T, suite string) certify.Options {
	t.Helper()
	s, err := certify.SuiteNamed(suite)
	if err != nil {
		t.Fatal(err)
	}
	account, name, err := gateway.DemoAccount(s.Rail, "http://sandbox.lunas")
	if err != nil {
		t.Fatal(err)
	}
	return certify.Options{
		Suite: s, Target: certify.Sandbox, Account: account, Merchant: name, Tool: "lunas test", Start: time.Date(2026, 11, 20, 9, 0, 0, 0, payment.WIB),
	}
}

// run makes a run; a failed scenario is no error here.
func run(t *testing.T, o certify.Options) evidence.Run {
	t.Helper()
	made, err := certify.Run(context.Background(), o)
	if err != nil && !errors.Is(err, certify.ErrFailed) {
		t.Fatal(err)
	}
	return made
}

// TestSuitesPassAtTheSandbox makes every suite.
func TestSuitesPassAtTheSandbox(t *testing.T) {
	t.Parallel()
	for _, s := range certify.Suites() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			made := run(t, options(t, s.Name))
			for _, c := range made.Scenarios {
				if c.Result != evidence.Passed {
					t.Errorf("%s %s: %s: %s", c.ID, c.Title, c.Result, c.Note)
				}
				if !c.Began.Before(c.Ended) && len(c.Exchanges) > 0 {
					t.Errorf("%s has exchanges and took no time", c.ID)
				}
			}
			if !made.Emulated || !made.VirtualClock || made.Environment != "sandbox" || !strings.Contains(made.Banner(), "SANDBOX") {
				t.Errorf("the run does not say that it was made at an emulator: %+v", made.Banner())
			}
		})
	}
}

// TestPlantedFaults changes the gateway's settings, so that it does not do what is required, and wants the sentence that says so.
func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		suite, scenario string
		plant           func(*merchant.Account)
		want            string
	}{
		"a reversal that is late": {
			"ovo-uat", "ovo-25", func(a *merchant.Account) { a.Terms.ReverseAfter = 71 * time.Second },
			"expected: the reversal leaves by itself 65 s after the push, ± 0.5 s; found: reversal left 71.003 s after push",
		},
		"a reversal that is early": {"ovo-uat", "ovo-25", func(a *merchant.Account) {
			a.Terms.ReverseAfter, a.Terms.InDoubtAfter = 62*time.Second, 61*time.Second
		}, "found: reversal left 62.003 s after push"},
		"another sentence on the waiting page": {
			"ovo-uat", "ovo-04", func(a *merchant.Account) { a.OVO.OneSentence = true },
			"expected: the waiting page has OVO's instruction; found: the page does not say it",
		},
		"no automatic check": {"ovo-uat", "ovo-33", func(a *merchant.Account) { a.Terms.AutoCheck = false }, "after 3 minutes the payment is reversed"},
		"a secret that is wrong": {
			"snap-functional", "bi-03", func(a *merchant.Account) { a.SNAP.ClientSecret = merchant.NewSecret("wrong") },
			"the payment is declined, the last answer was 4014700 to generate",
		},
		"queries that are too close": {
			"snap-functional", "bi-19", func(a *merchant.Account) { a.Terms.QueryEvery, a.Terms.QueryGapMax = 3*time.Second, 3*time.Second },
			"expected: no query is closer than 5 s to the one before; found: the closest two query calls were 3.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, c.suite)
			c.plant(&o.Account)
			o.Only = []string{c.scenario}
			made := run(t, o)
			i := slices.IndexFunc(made.Scenarios, func(s evidence.Scenario) bool { return s.ID == c.scenario })
			s := made.Scenarios[i]
			if s.Result != evidence.Failed || !strings.Contains(s.Note, c.want) {
				t.Errorf("%s is %s: %q\nwant failed: %q", s.ID, s.Result, s.Note, c.want)
			}
		})
	}
}

// TestResumed stops a run in the middle, and goes on with it in a new process's place: what was made stays, and the numbering
// goes on.
func TestResumed(t *testing.T) {
	t.Parallel()
	o := options(t, "ovo-uat")
	o.Folder = filepath.Join(t.TempDir(), "run")
	o.Only = nil
	ctx, stop := context.WithCancel(context.Background())
	o.Progress = func(n, _ int, s evidence.Scenario) {
		if n == 8 && s.Result == evidence.Pending {
			stop() // while the eighth is made
		}
	}
	before, err := certify.Run(ctx, o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the stopped run ends with %v", err)
	}
	if n := before.Count()[evidence.Passed]; n != 7 {
		t.Fatalf("%d scenarios were made before the stop, want 7", n)
	}
	if err := os.WriteFile(filepath.Join(o.Folder, certify.StateFile+".new"), []byte(`{"half":`), 0o600); err != nil {
		t.Fatal(err) // as a kill in the middle of writing leaves it
	}
	o.Progress = nil
	after := run(t, o)
	if n := after.Count()[evidence.Passed]; n != len(after.Scenarios) {
		t.Fatalf("after going on: %s", after.Verdict())
	}
	for i := range 7 {
		a, _ := json.Marshal(before.Scenarios[i])
		b, _ := json.Marshal(after.Scenarios[i])
		if string(a) != string(b) {
			t.Errorf("%s was made again, or changed", before.Scenarios[i].ID)
		}
	}
	seen := map[string]string{}
	for _, s := range after.Scenarios {
		for _, x := range s.Exchanges {
			if x.Operation != "push" || s.ID == "ovo-24" { // which sends one twice on purpose
				continue
			}
			body := exchange.ParseWire(x.Request).Body
			batch, _ := evidence.FieldOf(body, "transactionRequestData.batchNo")
			reference, _ := evidence.FieldOf(body, "referenceNumber")
			number := batch + "/" + reference
			if other, twice := seen[number]; twice && len(x.Payment) > 0 {
				t.Errorf("number %s is in %s and in %s", number, other, s.ID)
			}
			if x.Payment != "" {
				seen[number] = s.ID
			}
		}
	}
	again := o
	again.Suite, _ = certify.SuiteNamed("doku")
	if _, err := certify.Run(context.Background(), again); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another suite in the same folder: %v", err)
	}
}

// TestSameTwice makes a suite twice: virtual time leaves nothing to chance but the keys of forgers.
func TestSameTwice(t *testing.T) {
	t.Parallel()
	one, _ := json.Marshal(run(t, options(t, "ovo-uat")))
	two, _ := json.Marshal(run(t, options(t, "ovo-uat")))
	if string(one) != string(two) {
		t.Error("two runs of the same day differ")
	}
}

// ready is a tester who is.
type ready struct{ asked []string }

func (r *ready) Act(_ context.Context, scenario, what string) error {
	r.asked = append(r.asked, scenario+": "+what)
	return nil
}

func (r *ready) Show(context.Context, string, string) error { return nil }

// TestRealSystem makes scenarios over real HTTP and in real time, as at a provider's test system: here the emulator behind a
// listener, whose phone pays by itself.
func TestRealSystem(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{SNAP: sandbox.SNAPOptions{PlainPaths: true}})
	t.Cleanup(s.Close)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	for suite, only := range map[string][]string{
		"ovo-uat": {"ovo-01", "ovo-02", "ovo-05", "ovo-11", "ovo-12", "ovo-17", "ovo-20", "ovo-42", "ovo-47"}, "snap-devsite": {"dev-01", "dev-02", "dev-03", "dev-04", "dev-07", "dev-08"},
	} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			o := options(t, suite)
			o.Target, o.Only = certify.Staging, only
			o.Account.Environment = merchant.Staging
			if suite == "ovo-uat" {
				o.Phones = map[string]string{"ovo-12": "081211110064"}
				o.Account.Terms.ShortCallLimit = time.Second // of the void that is not heard of
			}
			o.Account.URL = server.URL + "/pos"
			if suite == "snap-devsite" {
				o.Target, o.Account.URL = certify.Devsite, server.URL+"/api"
			}
			person := &ready{}
			o.Tester, o.Phone, o.UnknownPhone = person, "081211110102", "081299990014"
			o.Store = memory.New(memory.Options{})
			t.Cleanup(func() { _ = o.Store.Close() })
			key, err := exchange.NewKeyring(make([]byte, 32))
			if err != nil {
				t.Fatal(err)
			}
			o.Keyring, o.NumbersAfter = key, "7/41"
			made := run(t, o)
			for _, c := range made.Scenarios {
				switch {
				case !slices.Contains(o.Only, c.ID):
					if c.Result != evidence.Pending {
						t.Errorf("%s was made", c.ID)
					}
				case c.ID == "ovo-11":
					if c.Result != evidence.Left || !strings.Contains(c.Note, "needs a phone whose OVO card is blocked") || !strings.Contains(c.Note, "--phone-for ovo-11=08…") {
						t.Errorf("%s without its phone: %s: %q", c.ID, c.Result, c.Note)
					}
				case c.ID == "ovo-47" && c.Result == evidence.Pending:
					if !strings.Contains(c.Note, "23:50:00") {
						t.Errorf("%s is left for later without a word: %q", c.ID, c.Note)
					}
				case c.Result != evidence.Passed && c.ID != "ovo-47":
					t.Errorf("%s %s: %s: %s", c.ID, c.Title, c.Result, c.Note)
				}
			}
			if !made.Emulated || made.VirtualClock || !strings.Contains(made.Banner(), "SANDBOX") {
				t.Errorf("a run at an emulator on this machine, of an account that says staging, says: %s", made.Banner())
			}
			if suite == "ovo-uat" {
				x := made.Scenarios[4].Exchanges[0]
				if n, _ := evidence.FieldOf(exchange.ParseWire(x.Request).Body, "referenceNumber"); n != "42" {
					t.Errorf("the first push has number %s, want the one after 7/41", n)
				}
			}
			if i := slices.IndexFunc(made.Scenarios, func(s evidence.Scenario) bool { return s.ID == "ovo-42" }); i >= 0 {
				c := made.Scenarios[i]
				if !slices.ContainsFunc(c.Steps, func(s evidence.Step) bool {
					return strings.Contains(s.Done, "Void the payment (the answer to the void is not read at our own end)")
				}) {
					t.Errorf("%s does not say what was done at our end: %+v", c.ID, c.Steps)
				}
			}
			if suite == "ovo-uat" && !slices.ContainsFunc(person.asked, func(a string) bool { return strings.Contains(a, "OVO Points") }) {
				t.Errorf("the tester was not asked to pay: %q", person.asked)
			}
		})
	}
}

// TestNoSecret looks for the credentials that are on no wire.
func TestNoSecret(t *testing.T) {
	t.Parallel()
	for _, suite := range certify.Names() {
		o := options(t, suite)
		made := run(t, o)
		text, _ := json.Marshal(made)
		for _, s := range made.Scenarios {
			for _, x := range s.Exchanges {
				text = append(append(text, x.Request...), x.Response...)
			}
		}
		for name, secret := range map[string]string{
			"app key": o.Account.OVO.AppKey.Reveal(), "client secret": o.Account.SNAP.ClientSecret.Reveal(), "shared key": o.Account.DOKU.SecretKey.Reveal(),
			"password": o.Account.Faspay.Password.Reveal(), "private key": "PRIVATE KEY",
		} {
			if secret != "" && strings.Contains(string(text), secret) {
				t.Errorf("%s: the run holds the %s", suite, name)
			}
		}
	}
}
