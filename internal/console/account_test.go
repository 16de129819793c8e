package console

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

const newSecret = "ayam jantan dari timur"

// member enrols a first owner and gives the browser that is logged in, with the key of the second factor.
func (w *world) member() (b *browser, key string) {
	b = w.browser()
	key, _ = b.enrol(w.invite(""), "ayu")
	return b, key
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, key := w.member()
	w.pass(time.Minute)
	elsewhere := w.browser()
	elsewhere.login("ayu", canaryPassword, w.codeOf(key), 303)
	before := *b.cookies[w.console.s.cookieName()]
	b.post("/console/account/password", url.Values{"current": {"wrong"}, "password": {newSecret}, "again": {newSecret}}, 422)
	b.post("/console/account/password", url.Values{"current": {canaryPassword}, "password": {"short"}, "again": {"short"}}, 422)
	b.post("/console/account/password", url.Values{"current": {canaryPassword}, "password": {newSecret}, "again": {newSecret}}, 303)
	b.get("/console/account", 200)
	if b.cookies[before.Name].Value == before.Value {
		t.Error("the session has the same token as before")
	}
	elsewhere.get("/console/account", 303)
	elsewhere.cookies[before.Name] = &before
	elsewhere.get("/console/account", 303)
	w.pass(time.Minute)
	w.browser().login("ayu", canaryPassword, w.codeOf(key), 422)
	w.browser().login("ayu", newSecret, w.codeOf(key), 303)
}

func TestGuessingThePresentPasswordIsLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, _ := w.member()
	for range operator.NamePatience.Free {
		b.post("/console/account/recovery", url.Values{"current": {"wrong"}}, 422)
	}
	if rec := b.post("/console/account/recovery", url.Values{"current": {canaryPassword}}, 422); !strings.Contains(rec.Body.String(), "Too many tries") {
		t.Errorf("after many tries: %s", rec.Body)
	}
}

func TestChangeSecondFactorAndRecoveryCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, old := w.member()
	w.pass(time.Minute)
	page := b.get("/console/account/totp", 200)
	key := keyForm.FindStringSubmatch(page)[1]
	if key == old {
		t.Fatal("the new second factor is the old one")
	}
	b.post("/console/account/totp", url.Values{"current": {canaryPassword}, "code": {w.codeOf(old)}}, 422)
	b.post("/console/account/totp", url.Values{"current": {"wrong"}, "code": {w.codeOf(key)}}, 422)
	rec := b.post("/console/account/totp", url.Values{"current": {canaryPassword}, "code": {w.codeOf(key)}}, 200)
	first := recoveryForm.FindAllStringSubmatch(rec.Body.String(), -1)
	rec = b.post("/console/account/recovery", url.Values{"current": {canaryPassword}}, 200)
	second := recoveryForm.FindAllStringSubmatch(rec.Body.String(), -1)
	if len(first) != operator.RecoveryCodes || len(second) != operator.RecoveryCodes {
		t.Fatalf("%d and %d recovery codes", len(first), len(second))
	}
	w.pass(time.Minute)
	w.browser().login("ayu", canaryPassword, w.codeOf(old), 422)
	w.browser().login("ayu", canaryPassword, first[0][1], 422)
	w.browser().login("ayu", canaryPassword, second[0][1], 303)
	w.browser().login("ayu", canaryPassword, w.codeOf(key), 303)
}

func TestLogOutEverywhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, key := w.member()
	w.pass(time.Minute)
	elsewhere := w.browser()
	elsewhere.login("ayu", canaryPassword, w.codeOf(key), 303)
	b.post("/console/account/sessions", nil, 303)
	elsewhere.get("/console/account", 303)
	b.get("/console/account", 200)
}

var linkForm = regexp.MustCompile(`id="setup-link">http://example\.com(/console/setup/[^<]+)<`)

func TestOwnersLookAfterUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, _ := w.member()
	b.get("/console/users", 200)
	b.get("/console/users/new", 200)
	form := func(name, merchantID, role string) url.Values {
		return url.Values{"name": {name}, "merchant": {merchantID, "mer_b"}, "role": {role, ""}}
	}
	for _, bad := range []url.Values{
		form("b", "mer_a", "operator"), form("budi", "mer_a", "god"), form("budi", "mer_none", "operator"), form("budi", "mer_a", ""),
		form("AYU", "mer_a", "operator"),
	} {
		b.post("/console/users/new", bad, 422)
	}
	page := b.post("/console/users/new", form("budi", "mer_a", "operator"), 200).Body.String()
	link := linkForm.FindStringSubmatch(page)[1]
	budi := w.browser()
	if page := budi.get(link, 200); !strings.Contains(page, `value="budi"`) {
		t.Errorf("the link's page: %s", page)
	}
	key, _ := budi.enrol(link, "ignored")
	budi.get("/console/m/mer_a/approvals", 200)
	budi.get("/console/users", 403)
	w.browser().get(link, 404)

	u, err := w.store.UserNamed(t.Context(), "budi")
	if err != nil {
		t.Fatal(err)
	}
	path := "/console/users/" + u.ID
	b.get(path, 200)
	b.post(path, form("", "mer_b", "viewer"), 303)
	budi.get("/console/m/mer_a/approvals", 303) // a change of roles ends sessions
	w.pass(time.Minute)
	budi.login("budi", canaryPassword, w.codeOf(key), 303)
	budi.get("/console/m/mer_a/approvals", 404)
	budi.get("/console/m/mer_b/approvals", 200)
	b.post(path+"/disable", nil, 303)
	budi.get("/console/m/mer_b/approvals", 303)
	w.pass(time.Minute)
	budi.login("budi", canaryPassword, w.codeOf(key), 422)
	b.post(path+"/enable", nil, 303)
	w.pass(time.Minute)
	budi.login("budi", canaryPassword, w.codeOf(key), 303)

	again := linkForm.FindStringSubmatch(b.post(path+"/invite", nil, 200).Body.String())[1]
	budi.get("/console/m/mer_b/approvals", 200) // until it is used
	fresh := w.browser()
	fresh.enrol(again, "budi")
	budi.get("/console/m/mer_b/approvals", 303)
	fresh.get("/console/m/mer_b/approvals", 200)
	if page := b.get("/console/log", 200); !strings.Contains(page, store.ActUserCreated) || !strings.Contains(page, store.ActUserLoggedIn) {
		t.Errorf("the gateway's log: %s", page)
	}
	w.as("owner.of.one", grant("mer_a", operator.Owner)).get("/console/log", 403)
	kinds := strings.Join(w.kinds(), " ")
	for _, kind := range []string{store.ActUserCreated, store.ActUserInvited, store.ActUserSetUp, store.ActUserChanged, store.ActUserDisabled, store.ActUserEnabled, store.ActUserLoggedIn} {
		if !strings.Contains(kinds, kind) {
			t.Errorf("the log of actions has no %s: %s", kind, kinds)
		}
	}
}

// An owner of one merchant neither sees nor changes those who have roles elsewhere, gives no role elsewhere, and nobody
// changes their own.
func TestAnOwnerOfOneMerchantOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("everything", grant(operator.Everywhere, operator.Owner))
	w.as("other", grant("mer_b", operator.Viewer))
	w.as("both", grant("mer_a", operator.Viewer), grant("mer_b", operator.Viewer))
	w.as("own", grant("mer_a", operator.Viewer))
	b := w.as("ayu", grant("mer_a", operator.Owner), grant("mer_b", operator.Operator))
	page := b.get("/console/users", 200)
	for _, name := range []string{"everything", "other", "both"} {
		if strings.Contains(page, name) {
			t.Errorf("%s is seen", name)
		}
		b.get("/console/users/usr_"+name, 404)
		for _, what := range []string{"", "/invite", "/disable", "/enable"} {
			b.post("/console/users/usr_"+name+what, url.Values{"merchant": {"mer_a"}, "role": {"viewer"}}, 404)
		}
	}
	b.post("/console/users/usr_ayu", url.Values{"merchant": {operator.Everywhere}, "role": {"owner"}}, 404)
	b.get("/console/users/usr_own", 200)
	for _, where := range []string{operator.Everywhere, "mer_b"} {
		b.post("/console/users/usr_own", url.Values{"merchant": {where}, "role": {"owner"}}, 422)
		b.post("/console/users/new", url.Values{"name": {"new.one"}, "merchant": {where}, "role": {"owner"}}, 422)
	}
	b.post("/console/users/usr_own", url.Values{"merchant": {"mer_a"}, "role": {"owner"}}, 303)
	w.as("viewer", grant("mer_a", operator.Viewer)).get("/console/users", http.StatusForbidden)
}

// No secret stands in any page: passwords, hashes, sealed secrets, tokens of sessions.
func TestNoSecretsInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, _ := w.member()
	p := w.push("mer_a")
	u, err := w.store.UserNamed(t.Context(), "ayu")
	if err != nil {
		t.Fatal(err)
	}
	token := b.cookies[w.console.s.cookieName()].Value
	for _, path := range []string{
		"/console/account", "/console/account/totp", "/console/users", "/console/m/mer_a/", "/console/m/mer_a/payments/" + p.ID,
		"/console/m/mer_a/payments/" + p.ID + "/unmask", "/console/m/mer_a/log", "/console/m/mer_a/approvals",
		"/console/m/mer_a/terminals/till-1/numbering",
	} {
		page := b.get(path, 200) // which looks for phones, passwords and hashes
		for _, secret := range []string{token, u.Password, string(u.TOTP), canaryPhone} {
			if strings.Contains(page, secret) {
				t.Errorf("%s shows a secret", path)
			}
		}
	}
}
