package console

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
)

var recoveryForm = regexp.MustCompile(`<code>([0-9a-z-]{19})</code>`)

// enrol sets a user up by a link and gives the key of the second factor, and the recovery codes.
func (b *browser) enrol(link, name string) (key string, codes []string) {
	b.t.Helper()
	page := b.get(link, 200)
	key = keyForm.FindStringSubmatch(page)[1]
	rec := b.post(link, url.Values{"name": {name}, "password": {canaryPassword}, "again": {canaryPassword}, "code": {b.code(page)}}, 200)
	for _, found := range recoveryForm.FindAllStringSubmatch(rec.Body.String(), -1) {
		codes = append(codes, found[1])
	}
	return key, codes
}

func (b *browser) login(name, password, code string, want int) {
	b.t.Helper()
	b.post("/console/login", url.Values{"name": {name}, "password": {password}, "code": {code}}, want)
}

func TestTheFirstOwnerIsMadeOnceByLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link, other, late := w.invite(""), w.invite(""), w.invite("")
	b := w.browser()
	page := b.get(link, 200)
	good := url.Values{"name": {"Ayu@Example.id"}, "password": {canaryPassword}, "again": {canaryPassword}, "code": {w.code(page)}}
	for what, change := range map[string][2]string{
		"a short password": {"password", "kuda"}, "another the second time": {"again", "kuda lumping duduk"}, "a wrong code": {"code", "000000"},
		"no name": {"name", "<b>"}, "an easy password": {"password", "aaaaaaaaaaaaaaaa"},
	} {
		bad := url.Values{}
		for k, v := range good {
			bad[k] = v
		}
		bad.Set(change[0], change[1])
		if rec := b.post(link, bad, 422); !strings.Contains(rec.Body.String(), `role="alert"`) || strings.Contains(rec.Body.String(), "<b>") {
			t.Errorf("%s: %s", what, rec.Body)
		}
	}
	rec := b.post(link, good, 200)
	if n := len(recoveryForm.FindAllString(rec.Body.String(), -1)); n != operator.RecoveryCodes {
		t.Errorf("%d recovery codes", n)
	}
	b.get("/console/m/mer_b/", 200) // it is logged in, and owner everywhere
	for _, used := range []string{link, other, "/console/setup/none"} {
		w.browser().get(used, 404)
		w.browser().post(used, good, 404)
	}
	if _, _, err := Invitation(t.Context(), w.store, "", w.Wall()); err == nil {
		t.Error("there is a link for another first owner")
	}
	users, err := w.store.Users(t.Context())
	if err != nil || len(users) != 1 || users[0].Name != "ayu@example.id" || strings.Contains(users[0].Password, canaryPassword) {
		t.Errorf("users: %v, %v", users, err)
	}
	w.pass(operator.FirstLife)
	w.browser().get(late, 404)
}

func TestLinksExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := w.invite("")
	w.pass(operator.FirstLife - time.Second)
	w.browser().get(link, 200)
	w.pass(time.Second)
	w.browser().get(link, 404)
}

func TestLogInWithACodeThatIsGoodOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, codes := w.browser().enrol(w.invite(""), "ayu")
	first := w.codeOf(key)
	b := w.browser()
	b.login("ayu", canaryPassword, first, 422) // the set-up has used it
	w.pass(30 * time.Second)
	b.login("ayu", "another password", w.codeOf(key), 422)
	b.login("nobody", canaryPassword, w.codeOf(key), 422)
	b.login("ayu", canaryPassword, w.codeOf(key), 303)
	b.get("/console/m/mer_a/", 200)
	w.browser().login("ayu", canaryPassword, w.codeOf(key), 422)
	w.browser().login("ayu", canaryPassword, strings.ToUpper(codes[3]), 303)
	w.browser().login("ayu", canaryPassword, codes[3], 422)
	w.browser().login("AYU", canaryPassword, codes[4], 303)
}

// The same code, many times at once, lets one in.
func TestACodeIsGoodOnceAlsoAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, _ := w.browser().enrol(w.invite(""), "ayu")
	w.pass(time.Minute)
	form := url.Values{"name": {"ayu"}, "password": {canaryPassword}, "code": {w.codeOf(key)}}
	codes := make(chan int, 5)
	for range 5 {
		go func() { codes <- w.browser().do("POST", "/console/login", form).Code }()
	}
	in := 0
	for range 5 {
		if <-codes == http.StatusSeeOther {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d came in by one code", in)
	}
}

func TestGuessingIsLockedByNameAndByAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, codes := w.browser().enrol(w.invite(""), "ayu")
	from := func(n int) option {
		return func(r *http.Request) { r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1234", n) }
	}
	try := func(name, password, code string, address int) int {
		form := url.Values{"name": {name}, "password": {password}, "code": {code}}
		return w.browser().do("POST", "/console/login", form, from(address)).Code
	}
	w.pass(time.Minute)
	for i := range operator.NamePatience.Free {
		if got := try("ayu", "wrong wrong wrong", "000000", i); got != 422 {
			t.Fatalf("try %d: %d", i, got)
		}
	}
	if got := try("ayu", canaryPassword, w.codeOf(key), 77); got != 429 {
		t.Errorf("after %d wrong tries the right one is answered %d", operator.NamePatience.Free, got)
	}
	if got := try("unknown.one", "wrong wrong wrong", "000000", 78); got != 422 {
		t.Errorf("another name: %d", got)
	}
	w.pass(operator.NamePatience.First)
	if got := try("ayu", "wrong wrong wrong", "000000", 79); got != 422 {
		t.Errorf("after the wait: %d", got)
	}
	w.pass(operator.NamePatience.First)
	if got := try("ayu", canaryPassword, codes[0], 80); got != 429 {
		t.Errorf("the wait does not grow: %d", got)
	}
	w.pass(operator.NamePatience.First)
	if got := try("ayu", canaryPassword, codes[0], 80); got != 303 {
		t.Errorf("after the longer wait: %d", got)
	}
	locked := false
	for i := range operator.AddressPatience.Free + 1 {
		locked = try(fmt.Sprintf("user%d", i), "wrong wrong wrong", "000000", 99) == 429
	}
	if !locked {
		t.Error("an address may try as many names as it likes")
	}
	if log := w.logs.String(); !strings.Contains(log, "too many tries") || strings.Contains(log, "192.0.2.") {
		t.Errorf("the log: %s", log)
	}
}

// A token that a browser came with, which somebody else may have put there, is not the one of the session that begins.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, _ := w.browser().enrol(w.invite(""), "ayu")
	w.pass(time.Minute)
	b := w.browser()
	name := w.console.s.cookieName()
	b.cookies[name] = &http.Cookie{Name: name, Value: "planted"}
	b.login("ayu", canaryPassword, w.codeOf(key), 303)
	if got := b.cookies[name].Value; got == "planted" || len(got) < 40 {
		t.Errorf("the token after logging in is %q", got)
	}
	planted := w.browser()
	planted.cookies[name] = &http.Cookie{Name: name, Value: "planted"}
	planted.get("/console/", 303)

	old := b.cookies[name].Value
	w.pass(time.Minute)
	b.login("ayu", canaryPassword, w.codeOf(key), 303)
	planted.cookies[name] = &http.Cookie{Name: name, Value: old}
	planted.get("/console/", 303)
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	b.get("/console/m/mer_a/", 200)
	w.pass(operator.SessionIdle - time.Second)
	b.get("/console/m/mer_a/", 200)
	w.pass(operator.SessionIdle)
	b.get("/console/m/mer_a/", 303)
	c := w.as("budi", grant("mer_a", operator.Viewer))
	for passed := time.Duration(0); passed < operator.SessionLife; passed += 20 * time.Minute {
		c.get("/console/m/mer_a/", 200)
		w.pass(20 * time.Minute)
	}
	c.get("/console/m/mer_a/", 303)
	e := w.as("dewi", grant("mer_a", operator.Viewer))
	e.get("/console/m/mer_a/", 200)
	u, err := w.store.User(t.Context(), "usr_dewi")
	if err != nil {
		t.Fatal(err)
	}
	u.Version, u.DisabledAt = u.Version+1, w.Wall()
	if err := w.store.SaveUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	e.get("/console/m/mer_a/", 303) // although nobody has ended the session

	d := w.as("citra", grant("mer_a", operator.Viewer))
	cookie := *d.cookies[w.console.s.cookieName()]
	d.post("/console/logout", nil, 303)
	d.cookies[cookie.Name] = &cookie
	d.get("/console/m/mer_a/", 303)
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][]string{
		"https://pay.example.id/": {"__Host-lunas_console=", "Path=/;", "Secure", "HttpOnly", "SameSite=Lax"},
		"http://localhost:8080":   {"lunas_console=", "Path=/console;", "HttpOnly", "SameSite=Lax"},
	} {
		w := newWorld(t, func(o *Options) { o.URL = address })
		b := w.browser()
		link := w.invite("")
		page := b.get(link, 200)
		rec := b.post(link, url.Values{"name": {"ayu"}, "password": {canaryPassword}, "again": {canaryPassword}, "code": {w.code(page)}}, 200)
		got := rec.Header().Get("Set-Cookie")
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q has no %s", address, got, part)
			}
		}
		if strings.Contains(got, "Secure") != strings.HasPrefix(address, "https") {
			t.Errorf("%s: %q", address, got)
		}
	}
}

func TestNoOpenRedirects(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/console/m/mer_a/payments?state=paid": "/console/m/mer_a/payments?state=paid",
		"":                                     home, "/": home, "https://evil.example/": home, "//evil.example": home, "/\\evil.example": home,
		"/console/../pay": home, "/console//evil.example": home, "/console/%2f%2fevil.example": home, "/console/\\evil.example": home,
		"javascript:alert(1)": home, "/console/\r\nSet-Cookie: a=b": home, "/console/login?next=x": home, "/consoleevil": home,
		"/console/%2e%2e/pay": home,
	} {
		if got := safeNext(next); got != want {
			t.Errorf("safeNext(%q) = %q, want %q", next, got, want)
		}
	}
	w := newWorld(t)
	key, _ := w.browser().enrol(w.invite(""), "ayu")
	w.pass(time.Minute)
	rec := w.browser().post("/console/login", url.Values{
		"name": {"ayu"}, "password": {canaryPassword}, "code": {w.codeOf(key)}, "next": {"//evil.example/"},
	}, 303)
	if got := rec.Header().Get("Location"); got != home {
		t.Errorf("a log-in leads to %q", got)
	}
}

// Forms that another site's page sends change nothing.
func TestCrossSiteRequestsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as("ayu", grant(operator.Everywhere, operator.Owner))
	for _, rt := range w.console.s.routes() {
		method, path := of(rt, "mer_a")
		if method != "POST" {
			continue
		}
		for what, o := range map[string][]option{
			"by metadata": {with("Sec-Fetch-Site", "cross-site")}, "of the same site": {with("Sec-Fetch-Site", "same-site")},
			"by origin": {with("Sec-Fetch-Site", ""), with("Origin", "https://evil.example")},
		} {
			if rec := b.do("POST", path, url.Values{}, o...); rec.Code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", rt.pattern, what, rec.Code)
			}
		}
	}
	b.get("/console/", 200) // and nobody was logged out
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.URL = "https://pay.example.id" })
	for _, path := range []string{"/console/login", "/console/nothing", "/console/m/mer_a/"} {
		h := w.browser().do("GET", path, nil).Header()
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "script-src 'self'"} {
			if !strings.Contains(policy, part) || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: the content policy is %q", path, policy)
			}
		}
		for name, want := range map[string]string{
			"X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
}
