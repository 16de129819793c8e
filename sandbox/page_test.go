package sandbox

import (
	"bufio"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPages(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	v.pushAside(1, "081211111111")
	for _, c := range []struct {
		path string
		want []string
	}{
		{"/", []string{`lang="id"`, "0812-1111-1111", "Rp 10.000.000", `href="/phones/081211111111" class="rings"`, "Menjawab sendiri", `http-equiv="refresh"`}},
		{"/?lang=en", []string{`lang="en"`, "Answer by themselves", "pays with OVO Cash after 2 s"}},
		{"/screen", []string{"0812-1111-1111"}},
		{"/phones/081211111111", []string{"Toko Lunas", "Rp 12.500", "INV-1", `value="cash"`, `value="points"`, `value="both"`, `value="decline"`, `value="ignore"`, `max="55"`, "detik lagi"}},
		{"/phones/6281211111111/screen", []string{"Rp 12.500"}},
		{"/director", []string{"Sutradara", "POST /pos"}},
		{"/director/screen", []string{"POST /pos"}},
	} {
		status, text, header := v.do("GET", c.path, "")
		if status != 200 || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s = %d, policy %q", c.path, status, header.Get("Content-Security-Policy"))
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not show %q", c.path, want)
			}
		}
		for _, forbidden := range []string{" style=", "<style", " onclick=", "javascript:", "<script>", "ZgotmplZ", "<no value>"} {
			if strings.Contains(text, forbidden) {
				t.Errorf("%s contains %q, which the policy forbids", c.path, forbidden)
			}
		}
	}
	for path, want := range map[string]int{
		"/phones/081299999999": 404, "/phones/081299999999/screen": 404, "/phones/081299999999/events": 404,
		"/static/wallet.css": 200, "/static/wallet.js": 200, "/static/icon.svg": 200, "/static/page.html": 404, "/nothing": 404,
	} {
		if status, _, _ := v.do("GET", path, ""); status != want {
			t.Errorf("%s = %d, want %d", path, status, want)
		}
	}
}

func TestFormsOfThePage(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	form := func(path, body string, headers ...string) (int, http.Header) {
		status, _, header := v.do("POST", path, body, append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
		return status, header
	}
	answer := v.pushAside(1, "081211111111")
	if status, _ := form("/phones/081211111111/pushes/1", "choice=cash", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("a form of another site = %d, want 403", status)
	}
	if status, _ := form("/control/reset", "", "Origin", "https://elsewhere.example"); status != 403 {
		t.Errorf("a control call of another site = %d, want 403", status)
	}
	if status, _ := form("/phones/081211119999/pushes/1", "choice=cash"); status != 404 {
		t.Errorf("paying another phone's push = %d, want 404", status)
	}
	if status, _ := form("/phones/081211111111/pushes/1", "choice=gold"); status != 422 {
		t.Errorf("unknown choice = %d, want 422", status)
	}
	status, header := form("/phones/081211111111/pushes/1", "choice=points", "Sec-Fetch-Site", "same-origin")
	if status != 303 || header.Get("Location") != "/phones/081211111111" {
		t.Errorf("pay = %d to %q", status, header.Get("Location"))
	}
	if text := <-answer; !strings.Contains(text, `"ovoPointsUsed":"12500"`) {
		t.Errorf("the push was answered %s", text)
	}
	if status, _ := form("/phones/081211111111/pushes/1", "choice=cash"); status != 303 {
		t.Errorf("too late = %d, want back to the screen", status)
	}
	_, text, _ := v.do("GET", "/phones/081211111111", "")
	if !strings.Contains(text, "4.987.500") || !strings.Contains(text, "lunas</small>") || !strings.Contains(text, "Belum ada tagihan") {
		t.Error("the screen does not show the payment and the new balance")
	}

	form("/phones/081211111111/topup", "amount=500&pot=points")
	form("/phones/081211111111/topup", "amount=25&pot=cash")
	if status, header := form("/phones/081211111111/topup", "amount=x"); status != 303 || !strings.HasSuffix(header.Get("Location"), "problem=amount") {
		t.Errorf("bad amount = %d %s", status, header.Get("Location"))
	}
	if status, _ := form("/phones/081200000000/topup", "amount=1"); status != 404 {
		t.Errorf("top up of an unknown phone = %d", status)
	}
	if status, header := form("/phones", "phone=0812-9999-0000&name=<b>Uji</b>"); status != 303 || header.Get("Location") != "/phones/081299990000" {
		t.Errorf("new phone = %d %s", status, header.Get("Location"))
	}
	if _, header := form("/phones", "phone=12"); header.Get("Location") != "/?problem=phone" {
		t.Errorf("bad phone leads to %s", header.Get("Location"))
	}
	if _, text, _ := v.do("GET", "/phones/081299990000", ""); !strings.Contains(text, "&lt;b&gt;Uji") {
		t.Error("a name is not escaped")
	}
	form("/director/scripts", "operation=push&times=1&answer=lost&customer=cash&customer_after=3&answer_after=1m")
	if status, _ := form("/director/scripts", "operation=push&answer_after=soon"); status != 422 {
		t.Errorf("bad script = %d, want 422", status)
	}
	v.s.Do(func(core *Core, _ time.Time) {
		w, _ := core.Wallet("081211111111")
		if w.Cash != seededCash+25 || w.Points != seededPoints-12500+500 {
			t.Errorf("wallet = %+v", w)
		}
		scripts := core.Scripts()
		want := Effect{Customer: Cash, CustomerAfter: Duration(3 * time.Second), Answer: AnswerLost, AnswerAfter: Duration(time.Minute)}
		if len(scripts) != 1 || scripts[0].Effect != want {
			t.Errorf("scripts = %+v", scripts)
		}
	})
	if status, _ := form("/director/scripts/delete", "id=script-1"); status != 303 {
		t.Errorf("delete = %d", status)
	}
}

func TestLanguageIsRemembered(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	_, _, header := v.do("GET", "/?lang=en", "")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if _, text, _ := v.do("GET", "/", "", "Cookie", cookie); !strings.Contains(text, `lang="en"`) {
		t.Error("the language was forgotten")
	}
	if _, text, _ := v.do("GET", "/", "", "Cookie", "lang=xx"); !strings.Contains(text, `lang="id"`) {
		t.Error("an unknown language is not Indonesian")
	}
}

// A phone's stream speaks at once, again when its push comes, and not when another
// phone's does.
func TestEventsOfAPhone(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.base+"/phones/081211111111/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("content type = %q", got)
	}
	lines := bufio.NewScanner(response.Body)
	next := func() string {
		for lines.Scan() {
			if text := lines.Text(); strings.HasPrefix(text, "event:") || strings.HasPrefix(text, ":") {
				return text
			}
		}
		return "ended"
	}
	if got := next(); got != "event: change" {
		t.Errorf("first = %q", got)
	}
	v.pushAside(1, "081211119999")
	if got := next(); got != ": other phones" {
		t.Errorf("after another phone's push = %q", got)
	}
	v.pushAside(2, "081211111111")
	if got := next(); got != "event: change" {
		t.Errorf("after its own push = %q", got)
	}
	v.s.Close()
	if got := next(); got != "ended" {
		t.Errorf("after Close = %q", got)
	}
}

func TestBothLanguagesHaveEveryWord(t *testing.T) {
	t.Parallel()
	id, en := slices.Sorted(maps.Keys(words["id"])), slices.Sorted(maps.Keys(words["en"]))
	if !slices.Equal(id, en) {
		t.Errorf("words differ:\nid %v\nen %v", id, en)
	}
	for _, state := range []State{Pending, Paid, Declined, Ignored, Expired, Refused, Canceled, Reversed, Voided, Refunded} {
		if words["id"][string(state)] == "" {
			t.Errorf("no word for %s", state)
		}
	}
	files, err := filepath.Glob("web/*.html")
	if err != nil || len(files) < 4 {
		t.Fatalf("pages: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), `Lang "`)[1:] {
			if key, _, _ := strings.Cut(part, `"`); words["id"][key] == "" {
				t.Errorf("%s uses the word %q, which is missing", file, key)
			}
		}
	}
}

// The package's documentation lists the seeded phones; the two must not part.
func TestSeededPhonesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, seeded := range SeededPhones() {
		documented := seeded.Phone
		if strings.HasPrefix(documented, codePrefix) {
			documented = codePrefix + "RC"
		}
		if !strings.Contains(string(text), "//\t"+documented) {
			t.Errorf("doc.go does not list %s", seeded.Phone)
		}
	}
}

func TestNumbersAreWrittenAsIndonesiansDo(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "Rp 0", 12500: "Rp 12.500", 999: "Rp 999", 1000000: "Rp 1.000.000", -1500: "Rp -1.500"} {
		if got := rupiah(n); got != want {
			t.Errorf("rupiah(%d) = %q, want %q", n, got, want)
		}
	}
	for in, want := range map[string]string{"081211111111": "0812-1111-1111", "08817482255": "0881-7482-255", "0812345678901": "0812-3456-78901"} {
		if got := spacedPhone(in); got != want {
			t.Errorf("spacedPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

// Who follows a wrong address is told what is not there.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	for path, want := range map[string]string{"/phones/0811": "No phone has this number.", "/binding/nope": "It is no longer there."} {
		if status, text, _ := v.do("GET", path+"?lang=en", ""); status != http.StatusNotFound || strings.TrimSpace(text) != want {
			t.Errorf("%s = %d %q, want %q", path, status, text, want)
		}
	}
}
