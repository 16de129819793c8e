package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

// replica is a registry with what it has told its engine.
type replica struct {
	*testing.T
	*registry.Registry
	mu   sync.Mutex
	set  map[string]engine.Account
	sets int
	fail error // what the engine answers
}

type world struct {
	store *memory.Store
	now   time.Time
}

func newWorld() *world {
	return &world{store: memory.New(memory.Options{}), now: time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)}
}

func master(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func (w *world) replica(t *testing.T, masters ...[]byte) *replica {
	t.Helper()
	r := w.unread(t, masters...)
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) unread(t *testing.T, masters ...[]byte) *replica {
	t.Helper()
	if masters == nil {
		masters = [][]byte{master(1)}
	}
	keyring, err := exchange.NewKeyring(masters...)
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{T: t, set: map[string]engine.Account{}}
	r.Registry = registry.New(registry.Options{
		Store: w.store, Keyring: keyring, Now: func() time.Time { return w.now }, Read: config.Account,
		Configured: []merchant.Merchant{{ID: "file", Name: "Kopi", Keys: []merchant.APIKey{{ID: "key_file", MerchantID: "file", Hash: merchant.HashKey("f")}}, Accounts: []merchant.Account{{
			ID: "ovo", MerchantID: "file", Rail: payment.OVO, Environment: merchant.Sandbox, URL: "http://127.0.0.1:8081/pos",
			Terminals: []merchant.Terminal{{Terminal: payment.Terminal{ID: "till-1", TID: "00000009"}}},
		}}}},
		Open: func(a merchant.Account) (rail.Rail, error) {
			return rail.Open(a, exchange.NewTransport(exchange.Options{}), time.Now)
		},
		Set: func(_ context.Context, a engine.Account) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.sets++
			if r.fail == nil {
				r.set[a.MerchantID+"/"+a.ID] = a
			}
			return r.fail
		},
	})
	return r
}

func settings(tid string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"rail":"ovo","environment":"sandbox","url":"http://127.0.0.1:8081/pos","app_id":"kopi",
		"terminals":[{"id":"till-%s","tid":"%s","mid":"MID","merchant_id":"200179","store_code":"MM001"}]}`, tid, tid))
}

var secrets = map[string]string{"app_key": "canary-app-key"}

// merchant makes a merchant with an account.
func (r *replica) merchant(id, tid string) {
	r.Helper()
	if _, err := r.CreateMerchant(r.Context(), id, "Teh "+id); err != nil {
		r.Fatal(err)
	}
	if _, err := r.CreateAccount(r.Context(), id, registry.NewAccount{ID: "ovo", Settings: settings(tid), Secrets: secrets}); err != nil {
		r.Fatal(err)
	}
}

func wantRefusal(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	refusal, ok := registry.IsRefusal(err)
	if !ok || refusal.Code != code || !strings.Contains(refusal.Message, message) {
		t.Errorf("%s = %v, want %s with %q", what, err, code, message)
	}
	if err != nil && strings.Contains(err.Error(), "canary") {
		t.Errorf("%s shows a secret: %v", what, err)
	}
}

// TestWhatIsMadeOnOneIsUsedOnTheOther: merchants, accounts and keys, with nothing but the store between them.
func TestWhatIsMadeOnOneIsUsedOnTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld()
	a, b := w.replica(t), w.replica(t)
	a.merchant("teh", "00000179")
	if got, ok := a.set["teh/ovo"]; !ok || got.OVO.AppKey.Reveal() != "canary-app-key" || got.Closed {
		t.Errorf("the engine of the first was told %v, want the account at once", ok)
	}
	k, secret, err := a.CreateKey(t.Context(), merchant.APIKey{
		MerchantID: "teh", Mode: payment.Test, Scopes: []merchant.Scope{merchant.Pay}, ID: "chosen", Hash: merchant.HashKey("chosen"),
	})
	if err != nil || k.ID != merchant.KeyID(merchant.HashKey(secret.Reveal())) {
		t.Fatalf("CreateKey = %s, %v", k.ID, err)
	}
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, ok := b.set["teh/ovo"]; !ok || got.OVO.AppKey.Reveal() != "canary-app-key" {
		t.Error("the engine of the second knows nothing of the account")
	}
	found, ok := b.Key(merchant.HashKey(secret.Reveal()))
	if !ok || found.MerchantID != "teh" || !found.May(merchant.Pay) || found.May(merchant.Read) || !found.Matches(merchant.HashKey(secret.Reveal()), w.now) {
		t.Errorf("the second knows the key as %+v, %t", found, ok)
	}
	if _, err := a.RevokeKey(t.Context(), "teh", k.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, _ := b.Key(k.Hash); found.Matches(k.Hash, w.now) {
		t.Error("a key that was revoked on the first opens the second")
	}
	sets := b.sets
	if err := b.Refresh(t.Context()); err != nil || b.sets != sets {
		t.Errorf("with nothing new the engine was told %d times more, %v", b.sets-sets, err)
	}
}

// TestNothingIsStoredInTheClear: neither a database nor a master key alone gives credentials away.
func TestNothingIsStoredInTheClear(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.replica(t).merchant("teh", "00000179")
	all, err := w.store.Registered(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if stored := fmt.Sprintf("%+v %s %s", all, all.Accounts[0].Settings, all.Accounts[0].Sealed); strings.Contains(stored, "canary") {
		t.Errorf("a secret stands in the store: %s", stored)
	}
	other := w.unread(t, master(2))
	if err := other.Refresh(t.Context()); !errors.Is(err, exchange.ErrSealed) || !strings.Contains(err.Error(), "teh") {
		t.Errorf("with another master key: %v, want the merchant named whose data key does not open", err)
	}
	moved := all.Accounts[0]
	moved.ID = "stolen"
	if _, err := w.store.Register(t.Context(), all.Revision, store.Registered{Accounts: []store.Account{moved}}); err != nil {
		t.Fatal(err)
	}
	r := w.replica(t)
	if _, ok := r.set["teh/stolen"]; ok {
		t.Error("credentials that were copied to another account open there")
	}
	if got, err := r.Account(t.Context(), "teh", "stolen"); err != nil || got.Fault == "" {
		t.Errorf("the account is shown as %+v, %v; want its fault", got, err)
	}
	if _, ok := r.set["teh/ovo"]; !ok {
		t.Error("a broken account keeps another from being used")
	}
}

// TestRewrap: after it the old master key is not needed for credentials any more, and before it is.
func TestRewrap(t *testing.T) {
	t.Parallel()
	w := newWorld()
	old := w.replica(t)
	old.merchant("teh", "00000179")
	old.merchant("roti", "00000180")
	both := w.replica(t, master(2), master(1))
	if n, err := both.Rewrap(t.Context()); n != 2 || err != nil {
		t.Fatalf("Rewrap = %d, %v; want both merchants", n, err)
	}
	alone := w.replica(t, master(2))
	if got := alone.set["teh/ovo"]; got.OVO.AppKey.Reveal() != "canary-app-key" {
		t.Error("the credentials do not open with the new master key alone")
	}
	// A replica that has only the old one goes on with what it knows, and hears of everything else.
	k, _, err := both.CreateKey(t.Context(), merchant.APIKey{MerchantID: "teh", Mode: payment.Test})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := old.Key(k.Hash); !ok {
		t.Error("a replica that cannot open a data key has not heard of a new API key")
	}
	closed := true
	if _, err := both.ChangeAccount(t.Context(), "teh", "ovo", registry.AccountChange{Closed: &closed}); err != nil {
		t.Fatal(err)
	}
	if err := old.Refresh(t.Context()); err != nil || !old.set["teh/ovo"].Closed {
		t.Errorf("it has not heard of a closed account either: %v", err)
	}
}

// TestCredentialsSideBySide: the next ones are believed at once, signed with when their time has come, and the old ones are
// believed until they are retired.
func TestCredentialsSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.replica(t)
	r.merchant("teh", "00000179")
	check := func(when, key string, beside int) {
		t.Helper()
		if err := r.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := r.set["teh/ovo"]; got.OVO.AppKey.Reveal() != key || len(got.Beside) != beside {
			t.Errorf("%s: %d credentials beside those in use, want %d, and those in use to be %s", when, len(got.Beside), beside, key)
		}
	}
	switchAt := w.now.Add(time.Hour)
	a, err := r.RotateCredentials(t.Context(), "teh", "ovo", registry.Rotation{Secrets: map[string]string{"app_key": "canary-new"}, From: switchAt})
	if err != nil || len(a.Credentials) != 2 || !a.Credentials[0].InUse || a.Credentials[1].InUse || !a.Credentials[1].From.Equal(switchAt) {
		t.Fatalf("RotateCredentials = %+v, %v", a, err)
	}
	check("before", "canary-app-key", 1)
	w.now = switchAt.Add(-time.Nanosecond)
	check("just before", "canary-app-key", 1)
	w.now = switchAt
	check("from then on", "canary-new", 1)
	late := w.replica(t) // starts after it
	if got := late.set["teh/ovo"]; got.OVO.AppKey.Reveal() != "canary-new" || len(got.Beside) != 1 {
		t.Error("a replica that starts after the change signs with the old ones")
	}
	if a, err = r.RetireCredentials(t.Context(), "teh", "ovo"); err != nil || len(a.Credentials) != 1 || !a.Credentials[0].InUse {
		t.Fatalf("RetireCredentials = %+v, %v", a, err)
	}
	check("without the old ones", "canary-new", 0)
	if a, err = r.RotateCredentials(t.Context(), "teh", "ovo", registry.Rotation{Secrets: map[string]string{"app_key": "canary-third"}}); err != nil || !a.Credentials[1].From.Equal(w.now) {
		t.Fatalf("RotateCredentials = %+v, %v; want them from now on", a, err)
	}
	check("at once", "canary-third", 1)
	_, err = r.RotateCredentials(t.Context(), "teh", "ovo", registry.Rotation{Secrets: map[string]string{"password": "canary"}})
	wantRefusal(t, "secrets of another rail", err, registry.CodeAccountInvalid, "secrets.password is not known")
	if shown := fmt.Sprintf("%+v", a); strings.Contains(shown, "canary") {
		t.Errorf("an account is shown with a secret: %s", shown)
	}
}

func TestAccountRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.replica(t)
	r.merchant("teh", "00000179")
	before, err := w.store.Registered(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreateMerchant(t.Context(), "roti", "Roti"); err != nil {
		t.Fatal(err)
	}
	create := func(merchantID, id, outlet string, settings json.RawMessage, secrets map[string]string) error {
		_, err := r.CreateAccount(t.Context(), merchantID, registry.NewAccount{ID: id, Outlet: outlet, Settings: settings, Secrets: secrets})
		return err
	}
	change := func(old, new string) error {
		s := json.RawMessage(strings.Replace(string(settings("00000179")), old, new, 1))
		_, err := r.ChangeAccount(t.Context(), "teh", "ovo", registry.AccountChange{Settings: s})
		return err
	}
	nowhere := "nowhere"
	for _, c := range []struct {
		name          string
		err           error
		code, message string
	}{
		{"an id twice", create("teh", "ovo", "", settings("00000181"), secrets), registry.CodeAccountExists, ""},
		{"no such merchant", create("kopi", "ovo", "", settings("00000181"), secrets), registry.CodeMerchantNotFound, ""},
		{"a merchant of the configuration", create("file", "ovo-2", "", settings("00000181"), secrets), registry.CodeMerchantConfigured, ""},
		{"an id that is no address", create("teh", "a/b", "", settings("00000181"), secrets), registry.CodeInvalidID, ""},
		{"no such outlet", create("teh", "ovo-2", "tebet", settings("00000181"), secrets), registry.CodeOutletNotFound, "tebet"},
		{"no settings", create("teh", "ovo-2", "", json.RawMessage(`null`), secrets), registry.CodeAccountInvalid, "JSON object"},
		{"no secret", create("teh", "ovo-2", "", settings("00000181"), nil), registry.CodeAccountInvalid, "secrets.app_key is missing"},
		{"a terminal of another merchant", create("roti", "ovo", "", settings("00000179"), secrets), registry.CodeAccountClash, "the provider would see its numbers twice"},
		{"a terminal of a merchant of the configuration", create("roti", "ovo", "", settings("00000009"), secrets), registry.CodeAccountClash, "twice"},
		{"another rail", change(`"ovo","environment":"sandbox","url":"http://127.0.0.1:8081/pos","app_id":"kopi"`, `"doku","environment":"staging","client_id":"c"`), registry.CodeAccountInvalid, ""},
		{"another environment", change(`"sandbox","url":"http://127.0.0.1:8081/pos"`, `"staging"`), registry.CodeAccountInvalid, "stay what they are"},
		{"another numbering", change(`"store_code"`, `"numbering":"ddmmyy","store_code"`), registry.CodeAccountInvalid, "numbering of terminal till-00000179"},
		{"a misspelt key", change(`"app_id"`, `"ap_id"`), registry.CodeAccountInvalid, "did you mean"},
		{"an outlet that is not there", second(r.ChangeAccount(t.Context(), "teh", "ovo", registry.AccountChange{Outlet: &nowhere})), registry.CodeOutletNotFound, "nowhere"},
		{"a change of nothing", second(r.ChangeAccount(t.Context(), "teh", "x", registry.AccountChange{})), registry.CodeAccountNotFound, ""},
		{"credentials of nothing", second(r.RotateCredentials(t.Context(), "teh", "x", registry.Rotation{Secrets: nil})), registry.CodeAccountNotFound, ""},
		{"another's account", second(r.Account(t.Context(), "roti", "ovo")), registry.CodeAccountNotFound, ""},
		{"a merchant twice", second(r.CreateMerchant(t.Context(), "teh", "x")), registry.CodeMerchantExists, ""},
		{"a merchant of the configuration again", second(r.CreateMerchant(t.Context(), "file", "x")), registry.CodeMerchantExists, ""},
	} {
		wantRefusal(t, c.name, c.err, c.code, c.message)
	}
	after, err := w.store.Registered(t.Context(), before.Revision)
	if err != nil || len(after.Accounts) != 0 || len(after.Merchants) != 1 {
		t.Errorf("the refusals have written %d accounts and %d merchants, %v", len(after.Accounts), len(after.Merchants)-1, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestTwoCannotTakeOnePlace: what must be unique among all merchants is so with many writers on several replicas.
func TestTwoCannotTakeOnePlace(t *testing.T) {
	t.Parallel()
	w := newWorld()
	replicas := []*replica{w.replica(t), w.replica(t), w.replica(t)}
	for i := range 9 {
		if _, err := replicas[0].CreateMerchant(t.Context(), fmt.Sprint("m", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	errs := make([]error, 9)
	var several sync.WaitGroup
	for i := range errs {
		several.Go(func() {
			_, errs[i] = replicas[i%3].CreateAccount(t.Context(), fmt.Sprint("m", i), registry.NewAccount{ID: "ovo", Settings: settings("00000179"), Secrets: secrets})
		})
	}
	several.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else if refusal, ok := registry.IsRefusal(err); !ok || refusal.Code != registry.CodeAccountClash {
			t.Errorf("a loser was told %v", err)
		}
	}
	if made != 1 {
		t.Errorf("%d merchants have the same terminal at the provider, want 1", made)
	}
}

// overtaken is a store in which somebody else is faster, once.
type overtaken struct {
	*memory.Store
	by func(seen int64)
}

func (o *overtaken) Register(ctx context.Context, seen int64, r store.Registered, deeds ...store.Deed) (int64, error) {
	if by := o.by; by != nil {
		o.by = nil
		by(seen)
	}
	return o.Store.Register(ctx, seen, r, deeds...)
}

// TestWhoIsOvertakenLooksAgain: what the other has made is seen before anything is written.
func TestWhoIsOvertakenLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.replica(t)
	other := w.replica(t)
	slow := &overtaken{Store: w.store}
	slow.by = func(int64) {
		if _, err := other.CreateMerchant(t.Context(), "roti", "Roti"); err != nil {
			t.Error(err)
		}
	}
	r.Store = slow
	if _, err := r.CreateMerchant(t.Context(), "teh", "Teh"); err != nil {
		t.Errorf("whom somebody overtakes with something else: %v", err)
	}
	slow.by = func(int64) {
		if _, err := other.CreateMerchant(t.Context(), "kopi", "Kopi"); err != nil {
			t.Error(err)
		}
	}
	_, err := r.CreateMerchant(t.Context(), "kopi", "Another")
	wantRefusal(t, "whom somebody overtakes with the same", err, registry.CodeMerchantExists, "")
	if m, err := r.Merchant(t.Context(), "kopi"); err != nil || m.Name != "Kopi" {
		t.Errorf("the merchant is %+v, %v; want that of the faster", m, err)
	}
}

func TestOutlets(t *testing.T) {
	t.Parallel()
	r := newWorld().replica(t)
	r.merchant("teh", "00000179")
	for _, id := range []string{"tebet", "menteng"} {
		if _, err := r.CreateOutlet(t.Context(), "teh", id, "Teh "+id); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.CreateOutlet(t.Context(), "teh", "tebet", "")
	wantRefusal(t, "an outlet twice", err, registry.CodeOutletExists, "")
	list, err := r.Outlets(t.Context(), "teh")
	if err != nil || len(list) != 2 || list[0].ID != "menteng" || list[1].Name != "Teh tebet" {
		t.Errorf("Outlets = %+v, %v", list, err)
	}
	outlet := "tebet"
	a, err := r.ChangeAccount(t.Context(), "teh", "ovo", registry.AccountChange{Outlet: &outlet})
	if err != nil || a.Outlet != "tebet" || r.set["teh/ovo"].Outlet != "tebet" {
		t.Errorf("the account is of the outlet %q, its engine knows %q, %v", a.Outlet, r.set["teh/ovo"].Outlet, err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := w.replica(t)
	r.merchant("teh", "00000179")
	r.merchant("roti", "00000180")
	old, secret, err := r.CreateKey(t.Context(), merchant.APIKey{MerchantID: "teh", Mode: payment.Live, Name: "kasir", Scopes: []merchant.Scope{merchant.Read}})
	if err != nil || !strings.HasPrefix(secret.Reveal(), "lunas_live_") || len(secret.Reveal()) < 40 {
		t.Fatalf("CreateKey = %s, %v", old.Hint, err)
	}
	next, nextSecret, err := r.RotateKey(t.Context(), "teh", old.ID, time.Hour)
	if err != nil || next.ID == old.ID || next.Name != "kasir" || !slices.Equal(next.Scopes, old.Scopes) || next.Mode != old.Mode || !next.Expires.IsZero() {
		t.Fatalf("RotateKey = %+v, %v", next, err)
	}
	for _, c := range []struct {
		at         time.Duration
		old, fresh bool
	}{{0, true, true}, {59 * time.Minute, true, true}, {time.Hour, false, true}} {
		o, _ := r.Key(old.Hash)
		n, _ := r.Key(next.Hash)
		at := w.now.Add(c.at)
		if o.Matches(merchant.HashKey(secret.Reveal()), at) != c.old || n.Matches(merchant.HashKey(nextSecret.Reveal()), at) != c.fresh {
			t.Errorf("after %s: the old key opens %t, want %t", c.at, !c.old, c.old)
		}
	}
	brief, _, err := r.CreateKey(t.Context(), merchant.APIKey{MerchantID: "teh", Mode: payment.Test, Expires: w.now.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.RotateKey(t.Context(), "teh", brief.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	if k, _ := r.Key(brief.Hash); !k.Expires.Equal(brief.Expires) {
		t.Errorf("a rotation lets a key live until %v that was to end at %v", k.Expires, brief.Expires)
	}
	_, _, err = r.RotateKey(t.Context(), "roti", next.ID, 0)
	wantRefusal(t, "rotating another's key", err, registry.CodeKeyNotFound, "")
	_, err = r.RevokeKey(t.Context(), "roti", next.ID)
	wantRefusal(t, "revoking another's key", err, registry.CodeKeyNotFound, "")
	_, err = r.RevokeKey(t.Context(), "file", "key_file")
	wantRefusal(t, "revoking a key of the configuration", err, registry.CodeMerchantConfigured, "")
	if _, err = r.RevokeKey(t.Context(), "teh", next.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = r.RotateKey(t.Context(), "teh", next.ID, 0)
	wantRefusal(t, "rotating a revoked key", err, registry.CodeKeyEnded, "")
	platform, secret, err := r.CreateKey(t.Context(), merchant.APIKey{Scopes: []merchant.Scope{merchant.Admin}})
	if err != nil || !strings.HasPrefix(secret.Reveal(), "lunas_admin_") || !platform.Platform() {
		t.Errorf("the platform's key = %+v, %v", platform, err)
	}
	if list, err := r.Keys(t.Context(), ""); err != nil || len(list) != 1 || list[0].ID != platform.ID {
		t.Errorf("the platform's keys are %d, %v", len(list), err)
	}
	_, _, err = r.CreateKey(t.Context(), merchant.APIKey{MerchantID: "file", Mode: payment.Test})
	wantRefusal(t, "a key of a merchant of the configuration", err, registry.CodeMerchantConfigured, "")
}

// TestTheEngineIsToldUntilItTakesIt: trouble of the store passes, what does not fit stays and is shown.
func TestTheEngineIsToldUntilItTakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.replica(t).merchant("teh", "00000179")
	r := w.unread(t)
	r.fail = errors.New("the database is away")
	if err := r.Refresh(t.Context()); err == nil {
		t.Fatal("an account that the engine has not taken is no error")
	}
	r.fail = nil
	if err := r.Refresh(t.Context()); err != nil || r.set["teh/ovo"].ID == "" {
		t.Errorf("when the store is back: %v", err)
	}
	r = w.unread(t)
	r.fail = fmt.Errorf("terminal: %w", store.ErrStyle)
	if err := r.Refresh(t.Context()); err != nil {
		t.Errorf("an account that does not fit keeps the gateway from starting: %v", err)
	}
	if a, err := r.Account(t.Context(), "teh", "ovo"); err != nil || !strings.Contains(a.Fault, "numbering style") {
		t.Errorf("its fault is %q, %v", a.Fault, err)
	}
}
