package reference_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/reference"
)

// contractJSON is what the API serves, from the committed contract.
func contractJSON(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/contract.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestThePageHoldsWhatTheContractSays(t *testing.T) {
	t.Parallel()
	b, err := reference.Page(contractJSON(t))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, want := range []string{
		`<article id="create-coffee">`, `<b class="m POST">POST</b> <code>/v1/coffees</code>`, "Ask for a coffee",
		`<code>amount</code> <span class="type">integer</span> <span class="needed">needed</span>`, "from 1 to 9",
		`<a href="#schema-Milk">Milk or null</a>`, "list of string", "one of hot, cold", "5 when left out", "3 to 40 characters",
		`<b>422</b> <code>too_hot</code></dt><dd>Too hot. Let it cool.`, `<b>201</b> Brewing. <a href="#schema-Coffee">Coffee</a>`,
		`-d &#39;{&#34;amount&#34;:2}&#39;`, `"$LUNAS_URL/v1/coffees/cof_1"`[1:], "needs no key", "&lt;script&gt;",
		"Needs the scope <code>drink</code>, and &lt;b&gt;no `sugar.", `href="#conventions"`, "<code>Idempotency-Key</code>",
	} {
		if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, `"`, "&#34;")) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("what the contract says becomes a script")
	}
	// Every link within the page leads somewhere, and nothing is fetched from elsewhere.
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+link[1]+`"`) {
			t.Errorf("the link #%s leads nowhere", link[1])
		}
	}
	if found := regexp.MustCompile(`(?:src|href)="(?:https?:)?//[^"]*"|url\(|@import`).FindString(page + reference.CSS()); found != "" {
		t.Errorf("the page wants %s", found)
	}
}

func TestAContractThatIsNone(t *testing.T) {
	t.Parallel()
	for _, b := range []string{"", "[]", `{"paths":1}`} {
		if _, err := reference.Page([]byte(b)); err == nil {
			t.Errorf("Page(%q) = nil, want an error", b)
		}
	}
}
