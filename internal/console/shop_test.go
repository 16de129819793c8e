package console

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// withShop gives the console a registry: mer_a and mer_b stand in the configuration, teh is data, with an account.
func withShop(t testing.TB) func(*Options) {
	return func(o *Options) {
		r := registry.New(registry.Options{
			Store: o.Engine.Store, Keyring: o.Keyring, Now: o.Now, Read: config.Account, Set: o.Engine.SetAccount, SetRouting: o.Engine.SetRouting,
			Configured: []merchant.Merchant{
				{ID: "mer_a", Name: "Kedai Kopi Senja", Accounts: []merchant.Account{account("mer_a", nil).Account}},
				{ID: "mer_b", Name: "Toko Roti Melati", Accounts: []merchant.Account{account("mer_b", nil).Account}},
			},
			Open: func(a merchant.Account) (rail.Rail, error) {
				return rail.Open(a, exchange.NewTransport(exchange.Options{}), o.Now)
			},
		})
		if _, err := r.CreateMerchant(t.Context(), "teh", "Rumah Teh Tebet"); err != nil {
			t.Fatal(err)
		}
		_, err := r.CreateAccount(t.Context(), "teh", registry.NewAccount{ID: "ovo", Secrets: map[string]string{"app_key": canarySecret}, Settings: []byte(
			`{"rail":"ovo","environment":"sandbox","url":"http://127.0.0.1:8081/pos","app_id":"teh","terminals":[{"id":"till-9","tid":"00000999","mid":"MID9","merchant_id":"200179","store_code":"MM009"}]}`,
		)})
		if err != nil {
			t.Fatal(err)
		}
		o.Registry = r
		o.Doctor = func(ctx context.Context) (doctor.Report, error) { return doctor.Look(ctx, doctor.Options{Now: o.Now}) }
		o.Merchants = func(ctx context.Context) (list []Merchant, err error) {
			all, err := r.Merchants(ctx)
			for _, m := range all {
				list = append(list, Merchant{m.ID, m.Name})
			}
			return list, err
		}
	}
}

// done lists what the log of actions has of a kind at teh.
func (w *world) done(kind string) []store.Action {
	w.t.Helper()
	list, err := w.store.Actions(w.t.Context(), store.ActionFilter{MerchantID: "teh", Kind: kind, Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

var madeForm = regexp.MustCompile(`<code class="key" id="made-key">([^<]+)</code>`)

const teh = "/console/m/teh/"

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// A key is shown once, works, stands in the log of actions with who and why, and is ended by a developer.
func TestAPIKeysAreMadeAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withShop(t))
	owner, developer := w.as("ayu", grant("teh", operator.Owner)), w.as("budi", grant("teh", operator.Developer))
	good := form("name", "Kasir <1>", "mode", "test", "scope", "read", "scope", "pay", "days", "90", "reason", "the new till")
	for what, wrong := range map[string][2]string{
		"no name": {"name", ""}, "a name of two lines": {"name", "a\nb"}, "no mode": {"mode", "both"}, "no scope": {"scope", "none"}, "another life": {"days", "7"}, "no reason": {"reason", "x"},
	} {
		f := url.Values{}
		for name, values := range good {
			f[name] = values
		}
		f[wrong[0]] = []string{wrong[1]}
		if page := owner.post(teh+"keys/new", f, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s is taken:\n%s", what, page)
		}
	}
	if n := len(w.done(store.ActKeyCreated)); n != 0 {
		t.Errorf("%d keys were made of bad forms", n)
	}
	page := owner.post(teh+"keys/new", good, http.StatusOK).Body.String()
	found := madeForm.FindStringSubmatch(html.UnescapeString(page))
	if found == nil || !strings.HasPrefix(found[1], "lunas_test_") {
		t.Fatalf("no key is shown:\n%s", page)
	}
	hash := merchant.HashKey(found[1])
	k, ok := w.options.Registry.Key(hash)
	if !ok || k.MerchantID != "teh" || !k.May(merchant.Pay) || k.May(merchant.Refund) || !k.Matches(hash, w.options.Now()) || k.Expires.Sub(w.options.Now()) > 90*24*time.Hour {
		t.Errorf("the key is %+v, %t", k, ok)
	}
	if made := w.done(store.ActKeyCreated); len(made) != 1 || made[0].Actor != "usr_ayu" || made[0].Reason != "the new till" || made[0].Subject != k.ID {
		t.Errorf("the log has %+v", made)
	}
	for _, path := range []string{"keys", "merchant", "log"} {
		if page := owner.get(teh+path, 200); strings.Contains(page, found[1]) || path != "log" && !strings.Contains(page, k.Hint+"…") {
			t.Errorf("%s shows the whole key, or nothing of it", path)
		}
	}
	if page := developer.get(teh+"keys", 200); strings.Contains(page, "keys/new") || !strings.Contains(page, "keys/"+k.ID+"/revoke") {
		t.Errorf("a developer is offered to make a key, or not to end one:\n%s", page)
	}
	developer.get(teh+"keys/"+k.ID+"/revoke", 200)
	developer.get(teh+"keys/key_none/revoke", 404)
	developer.post(teh+"keys/"+k.ID+"/revoke", form("reason", ""), http.StatusUnprocessableEntity)
	developer.post(teh+"keys/"+k.ID+"/revoke", form("reason", "it leaked"), http.StatusSeeOther)
	if k, _ := w.options.Registry.Key(hash); k.Matches(hash, w.options.Now()) {
		t.Error("an ended key goes on")
	}
	if ended := w.done(store.ActKeyRevoked); len(ended) != 1 || ended[0].Actor != "usr_budi" || ended[0].Reason != "it leaked" {
		t.Errorf("the log has %+v", ended)
	}
}

// An account is switched off and on; a form that was sent twice does nothing more.
func TestAccountsAreSwitchedOffAndOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withShop(t))
	b := w.as("ayu", grant("teh", operator.Owner))
	const path = teh + "merchant/accounts/ovo/switch"
	closed := func() bool { return w.engine.AccountsOf("teh")[0].Closed }
	if page := b.get(path, 200); !strings.Contains(page, `value="off"`) {
		t.Errorf("the form is\n%s", page)
	}
	b.post(path, form("to", "off", "reason", "no"), http.StatusUnprocessableEntity)
	b.post(path, form("to", "elsewhere", "reason", "the shop moves"), http.StatusBadRequest)
	for range 2 {
		b.post(path, form("to", "off", "reason", "the shop moves"), http.StatusSeeOther)
	}
	if !closed() {
		t.Error("the account takes payments")
	}
	if page := b.get(path, 200); !strings.Contains(page, `value="on"`) {
		t.Errorf("the form is\n%s", page)
	}
	b.post(path, form("to", "on", "reason", "the shop is there"), http.StatusSeeOther)
	if did := w.done(store.ActAccountChanged); closed() || len(did) != 2 || did[0].Reason != "the shop is there" || did[1].Actor != "usr_ayu" {
		t.Errorf("closed %t, and the log has %+v", closed(), did)
	}
	b.get(strings.Replace(path, "/ovo/", "/none/", 1), 404)
}

// Outlets and terminals are made; what the registry refuses is said in the form.
func TestOutletsAndTerminalsAreMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withShop(t))
	b := w.as("ayu", grant("teh", operator.Owner))
	const outlet, terminal = teh + "merchant/outlets/new", teh + "merchant/accounts/ovo/terminals/new"
	b.post(outlet, form("id", "tebet", "name", "Tebet", "reason", "it opens today"), http.StatusSeeOther)
	for what, f := range map[string]url.Values{
		"there already": form("id", "tebet", "name", "Tebet", "reason", "it opens today"), "a bad id": form("id", "Te bet", "name", "x", "reason", "it opens today"),
		"no name": form("id", "tebet2", "reason", "it opens today"), "no reason": form("id", "tebet2", "name", "x"),
	} {
		if page := b.post(outlet, f, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s is taken", what)
		}
	}
	if page := b.get(terminal, 200); !strings.Contains(page, "MID9") || !strings.Contains(page, "200179") {
		t.Errorf("the form begins without what the account has:\n%s", page)
	}
	till := form("id", "till-10", "tid", "00001000", "mid", "MID9", "store_code", "MM010", "merchant_id", "200179", "reason", "a second till")
	b.post(terminal, till, http.StatusSeeOther)
	if has := w.engine.AccountsOf("teh")[0].Terminals; len(has) != 2 || has[1].TID != "00001000" || has[1].StoreCode != "MM010" || has[0].TID != "00000999" {
		t.Errorf("the account has the terminals %+v", has)
	}
	for what, pair := range map[string][2]string{"there already": {"x", ""}, "a bad tid": {"tid", "12"}, "another's tid": {"tid", "00000999"}, "no reason": {"reason", ""}} {
		f := url.Values{}
		for name, values := range till {
			f[name] = values
		}
		if f["id"] = []string{"till-11"}; what == "there already" {
			f["id"] = []string{"till-10"}
		}
		f[pair[0]] = []string{pair[1]}
		if page := b.post(terminal, f, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s is taken", what)
		}
	}
	if n := len(w.engine.AccountsOf("teh")[0].Terminals); n != 2 {
		t.Errorf("there are %d terminals", n)
	}
	page := b.get(teh+"merchant", 200)
	for _, want := range []string{"Rumah Teh Tebet", "tebet", "till-10", "00000999", "MM009", "app_key", "•••", "sandbox"} {
		if !strings.Contains(page, want) {
			t.Errorf("the merchant's page has no %q:\n%s", want, page)
		}
	}
}

// A merchant of the configuration is shown and not changed; what is another's is not there.
func TestConfiguredMerchantsAreOnlyShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withShop(t))
	b := w.as("ayu", grant("mer_a", operator.Owner))
	page := b.get("/console/m/mer_a/merchant", 200)
	if !strings.Contains(page, "00000179") || !strings.Contains(page, "configuration file") || strings.Contains(page, "/new") || strings.Contains(page, "/switch") {
		t.Errorf("the page is\n%s", page)
	}
	for _, path := range []string{"merchant/outlets/new", "merchant/accounts/ovo/switch", "merchant/accounts/ovo/terminals/new", "keys/new"} {
		b.get("/console/m/mer_a/"+path, http.StatusConflict)
		b.post("/console/m/mer_a/"+path, form("to", "off", "reason", "the shop moves"), http.StatusConflict)
	}
	list := b.get("/console/merchants", 200)
	if !strings.Contains(list, "Kedai Kopi Senja") || strings.Contains(list, "Melati") || strings.Contains(list, "Teh") {
		t.Errorf("the list is\n%s", list)
	}
	w.as("citra", grant("mer_b", operator.Viewer)).get("/console/merchants", http.StatusForbidden)
	if all := w.as("dewi", grant(operator.Everywhere, operator.Owner)).get("/console/merchants", 200); !strings.Contains(all, "Melati") || !strings.Contains(all, "Teh") {
		t.Errorf("the whole list is\n%s", all)
	}
}

// registered writes registrations in every state, and their file.
func (w *world) registered(owner string) {
	w.t.Helper()
	f := store.RegistrationFile{ID: "reg_" + owner, Version: 1, Gate: "ovo", Name: owner + "-20260321.csv", Rows: 77, State: store.RegistrationSent, CreatedAt: noon, SentAt: noon, Sealed: []byte("x")}
	var all []store.Registration
	for i, state := range []store.RegistrationState{
		store.RegistrationMade, store.RegistrationSent, store.RegistrationAnswered, store.RegistrationApplied, store.RegistrationRefused,
	} {
		r := store.Registration{MerchantID: owner, OutletID: owner + "-" + string(state), Gate: "ovo", Version: 1, FileID: f.ID, Reference: owner + string(rune('a'+i)), State: state, ChangedAt: noon}
		if state == store.RegistrationRefused {
			r.Reason = "NPWP is missing"
		}
		all = append(all, r)
	}
	if err := w.store.SaveRegistrations(w.t.Context(), f, all); err != nil {
		w.t.Fatal(err)
	}
}

func TestRegistrationsSayWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.registered("mer_a")
	w.registered("mer_b")
	b := w.as("ayu", grant("mer_a", operator.Developer))
	page := html.UnescapeString(b.get("/console/m/mer_a/registrations", 200))
	for _, want := range []string{
		"mer_a-applied", "NPWP is missing", "lunas onboarding prepare --gate ovo --merchant mer_a", "lunas onboarding send --gate ovo", "lunas onboarding fetch --gate ovo",
		"mer_a-20260321.csv", "ready", "Correct the details",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "mer_b") || strings.Contains(page, "77") {
		t.Errorf("the page shows what is another's:\n%s", page)
	}
	if all := w.as("dewi", grant(operator.Everywhere, operator.Owner)).get("/console/m/mer_a/registrations", 200); !strings.Contains(all, "mer_b-20260321.csv") || !strings.Contains(all, "77") || strings.Contains(all, "mer_b-applied") {
		t.Errorf("who owns everything sees\n%s", all)
	}
	for lang, want := range map[string]string{"id": "siap dipakai", "en": "ready"} {
		if page := w.browserOf(b, lang).get("/console/m/mer_a/registrations", 200); !strings.Contains(page, want) {
			t.Errorf("in %s there is no %q", lang, want)
		}
	}
	if page := w.as("eka", grant("mer_b", operator.Owner)).get("/console/m/mer_b/keys", 200); strings.Contains(page, "keys/new") {
		t.Error("without a registry a key is offered")
	}
}

// Somebody makes a key in a real browser; every page can be used by everybody, on a phone and on a wide screen, light and
// dark, in both languages.
func TestAMerchantIsLookedAfterInABrowser(t *testing.T) {
	t.Parallel()
	ctx := testbrowser.Open(t)
	w := newWorld(t, withShop(t))
	w.registered("teh")
	for _, n := range notice.Wanted(notice.Facts{Now: noon, Queues: []notice.Queue{{MerchantID: "teh", Mode: payment.Live, Count: 2, Oldest: noon}}}) {
		if err := w.store.SaveNotice(t.Context(), notice.Kept{Notice: n, ID: "ntc_1", Version: 1, RaisedAt: noon, SaidAt: noon, Said: 1}, nil); err != nil {
			t.Fatal(err)
		}
	}
	b := w.as("ayu", grant(operator.Everywhere, operator.Owner))
	name := w.console.s.cookieName()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.AddCookie(b.cookies[name])
		w.console.ServeHTTP(rw, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	c := &chromium{world: w, t: t, ctx: ctx, url: server.URL}
	complaints := testbrowser.Complaints(t, ctx)

	c.do(testbrowser.Navigate(server.URL+teh+"keys/new?lang=en"), chromedp.SendKeys("input[name=name]", "Kasir 1"),
		chromedp.SendKeys("input[name=reason]", "the new till"), chromedp.Click("form.stack button.main"), chromedp.WaitVisible("#made-key"))
	key := c.text("#made-key")
	if k, ok := w.options.Registry.Key(merchant.HashKey(key)); !ok || k.Mode != payment.Test || !k.May(merchant.Pay) {
		t.Errorf("the key is %+v, %t", k, ok)
	}
	testbrowser.Axe(t, ctx, "a key that was made")
	_, ended := w.options.Registry.Key(merchant.HashKey(key))
	if !ended {
		t.Error("the key is not known")
	}
	// Who reads only Indonesian hears what is the matter, and what the doctor finds.
	c.do(chromedp.EmulateViewport(320, 1800), testbrowser.Navigate(server.URL+teh+"work?lang=id"), chromedp.WaitVisible("#notices"))
	if said := c.text("main"); !strings.Contains(said, "2 pembayaran merchant teh (live) menunggu orang") || strings.Contains(said, "wait for a human") {
		t.Errorf("a notice says %q", said)
	}
	c.do(testbrowser.Navigate(server.URL+teh+"doctor?lang=id"), chromedp.Click("main form button.main"), chromedp.WaitVisible("main .list"))
	if said := c.text("main"); !strings.Contains(said, "mesin ini: zona waktu") || !strings.Contains(said, "Asia/Jakarta pada UTC+7") || strings.Contains(said, "this machine") {
		t.Errorf("the doctor says %q", said)
	}
	testbrowser.Axe(t, ctx, "what the doctor finds")
	for i, path := range []string{
		"/console/merchants", teh + "merchant", "/console/m/mer_a/merchant", teh + "keys", teh + "keys/new", teh + "merchant/accounts/ovo/switch",
		teh + "merchant/accounts/ovo/terminals/new", teh + "merchant/outlets/new", teh + "registrations",
	} {
		c.at = path
		for j, view := range []struct {
			width int
			high  int64
			lang  string
		}{{320, 1800, "id"}, {1180, 900, "en"}} {
			testbrowser.Dark(t, ctx, (i+j)%2 == 0)
			c.do(chromedp.EmulateViewport(int64(view.width), view.high), testbrowser.Navigate(server.URL+path+"?lang="+view.lang), chromedp.WaitVisible("h1"))
			testbrowser.Axe(t, ctx, path)
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			if err != nil || wide > view.width {
				t.Errorf("%s is %d wide on a screen of %d, %v", path, wide, view.width, err)
			}
			for _, m := range complaints() {
				t.Errorf("%s: the browser complains: %s", path, m)
			}
			if path == teh+"merchant" && view.lang == "en" {
				testbrowser.Picture(t, ctx, "console-merchant")
			}
		}
	}
}
