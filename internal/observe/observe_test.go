package observe

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
)

var (
	labelNames    = regexp.MustCompile(`([a-z_]+)="`)                  // never written
	identifiers   = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)       // never written
	noIdentifiers = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\$[a-z_]+`) // never written: texts, ranges and variables
)

// families reads what /metrics shows: the labels of each metric by its name. A histogram has the names of its parts.
func families(t testing.TB, shown string) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for line := range strings.Lines(shown) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, _, labelled := strings.Cut(strings.Fields(line)[0], "{")
		if all[name] == nil {
			all[name] = map[string]bool{}
		}
		if labelled {
			_, rest, _ := strings.Cut(line, "{")
			for _, m := range labelNames.FindAllStringSubmatch(rest, -1) {
				all[name][m[1]] = true
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("nothing is shown:\n%s", shown)
	}
	return all
}

// ours are the names of our own metrics, a histogram once.
func ours(all map[string]map[string]bool) (names []string) {
	for name := range all {
		if !strings.HasPrefix(name, "lunas_") {
			continue
		}
		if base, ok := strings.CutSuffix(name, "_bucket"); ok {
			name = base
		} else if all[strings.TrimSuffix(strings.TrimSuffix(name, "_sum"), "_count")+"_bucket"] != nil {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// docs/operating.md lists every metric with its labels, and no other.
func TestEveryMetricIsDocumented(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, Options{})
	w.liveThrough()
	all := families(t, w.shown())
	text, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`lunas_[^|]*)\\|([^|]*)\\|").FindAllStringSubmatch(string(text), -1) {
		for _, name := range regexp.MustCompile("`(lunas_[a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			labels := strings.FieldsFunc(row[2], func(r rune) bool { return r == ',' || r == ' ' })
			slices.Sort(labels)
			documented[name[1]] = strings.Join(labels, " ")
		}
	}
	if got, want := slices.Sorted(maps.Keys(documented)), ours(all); !slices.Equal(got, want) {
		t.Errorf("documented metrics\n%q, want those that exist\n%q", got, want)
	}
	for name, labels := range documented {
		have := all[name]
		if have == nil {
			have = maps.Clone(all[name+"_bucket"])
			delete(have, "le")
		}
		if got := strings.Join(slices.Sorted(maps.Keys(have)), " "); got != labels {
			t.Errorf("labels of %s = %q, documented as %q", name, got, labels)
		}
	}
}

// promQL are the words of queries that are no metric and no label.
var promQL = strings.Fields("sum max min rate increase histogram_quantile by count") // never written

// checkQuery gives what is wrong with a query: a word that is neither a metric, nor a label of one of its metrics, nor
// PromQL's.
func checkQuery(query string, all map[string]map[string]bool) (wrong []string) {
	bare := noIdentifiers.ReplaceAllString(query, " ")
	labels, metrics := map[string]bool{"instance": true}, 0
	words := identifiers.FindAllString(bare, -1)
	for _, w := range words {
		if all[w] != nil {
			metrics++
			maps.Copy(labels, all[w])
		}
	}
	if metrics == 0 {
		wrong = append(wrong, "it names no metric")
	}
	for _, w := range words {
		if all[w] == nil && !labels[w] && !slices.Contains(promQL, w) {
			wrong = append(wrong, w+" is neither a metric nor a label of one")
		}
	}
	return wrong
}

func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, Options{})
	w.liveThrough()
	all := families(t, w.shown())
	text, err := os.ReadFile("../../docs/grafana/lunas.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title, Type string
			Targets     []struct{ Expr string }
		}
		Templating struct {
			List []struct {
				Name  string
				Query any
			}
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatalf("docs/grafana/lunas.json: %v", err)
	}
	asked := map[string]bool{}
	for _, p := range dashboard.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %q asks for nothing", p.Title)
		}
		for _, q := range p.Targets {
			for _, wrong := range checkQuery(q.Expr, all) {
				t.Errorf("panel %q: %s in %s", p.Title, wrong, q.Expr)
			}
			for _, word := range identifiers.FindAllString(q.Expr, -1) {
				asked[word] = true
			}
		}
	}
	for _, name := range ours(all) {
		if !asked[name] && !asked[name+"_bucket"] && !asked[name+"_count"] {
			t.Errorf("no panel shows %s", name)
		}
	}
	if !strings.Contains(fmt.Sprint(dashboard.Templating.List), "label_values(lunas_build_info, instance)") {
		t.Error("the dashboard's variable instance does not come from lunas_build_info")
	}
	for query, want := range map[string]string{
		"sum(lunas_pushes_hold)":                           "lunas_pushes_hold",
		"sum by (merchant) (lunas_pushes_held)":            "merchant",
		"sum(rate(go_goroutine{instance=~\"x\"}[5m]))":     "go_goroutine",
		"summ(lunas_pushes_held{instance=~\"$instance\"})": "summ",
		"1": "no metric",
	} {
		if wrong := strings.Join(checkQuery(query, all), "; "); !strings.Contains(wrong, want) {
			t.Errorf("checkQuery(%s) = %q, want a word about %s", query, wrong, want)
		}
	}
}

// Metrics say what happened.
func TestMetricsCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, Options{})
	w.liveThrough()
	shown := w.shown()
	for _, want := range []string{
		`lunas_payment_changes_total{code="",mode="test",rail="ovo",reason="",state="pushing"} 4`,
		`lunas_payment_changes_total{code="",mode="test",rail="ovo",reason="",state="paid"} 1`,
		`lunas_payment_changes_total{code="17",mode="test",rail="ovo",reason="canceled_by_customer",state="declined"} 1`,
		`lunas_payment_changes_total{code="other",mode="test",rail="ovo",reason="other",state="declined"} 1`,
		`lunas_payment_changes_total{code="",mode="test",rail="ovo",reason="provider_unreachable",state="expired"} 1`,
		`lunas_payment_duration_seconds_count{mode="test",rail="ovo",state="paid"} 1`,
		`lunas_payment_duration_seconds_count{mode="test",rail="ovo",state="declined"} 2`,
		`lunas_provider_call_duration_seconds_count{operation="push",rail="ovo",result="approved"} 1`,
		`lunas_provider_call_duration_seconds_count{operation="push",rail="ovo",result="refused"} 2`,
		`lunas_provider_call_duration_seconds_count{operation="push",rail="ovo",result="not_sent"} 1`,
		`lunas_token_renewals_total{rail="snap",result="ok"} 1`,
		`lunas_commit_duration_seconds_count{event="requested",result="ok"} 4`,
		`lunas_commit_duration_seconds_count{event="answered",result="ok"} 3`,
		`lunas_http_request_duration_seconds_count{method="POST",route="POST /v1/payments",status="201"} 4`,
		`lunas_http_request_duration_seconds_count{method="GET",route="GET /v1/payments/{id}",status="404"} 1`,
		`lunas_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1`,
		`lunas_http_problems_total{code="route_not_found"} 1`,
		`lunas_payments_requested_total 4`, `lunas_pushes_held 0`, `lunas_commit_groups_total 2`, `lunas_commit_group_changes_total 6`,
		`lunas_commit_group_largest 4`, `lunas_store_up 1`, `lunas_tasks_open 0`, `lunas_feed_waiting 8`,
		`lunas_provider_accounts{rail="ovo",state="closed"} 1`,
	} {
		if !strings.Contains(shown, want+"\n") {
			t.Errorf("not shown: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("shown:\n%s", regexp.MustCompile(`(?m)^(#|go_|process_|.*_bucket).*\n`).ReplaceAllString(shown, ""))
	}
	if strings.Contains(shown, "mer_a") || strings.Contains(shown, "pay_") || strings.Contains(shown, phone[1:]) {
		t.Error("a metric holds an id or a phone number")
	}
}

func TestMerchantsAreToldApartWhereThatIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, Options{PerMerchant: true})
	w.pay()
	for _, want := range []string{
		`lunas_payment_changes_total{code="",merchant="mer_a",mode="test",rail="ovo",reason="",state="paid"} 1`,
		`lunas_payment_duration_seconds_count{merchant="mer_a",mode="test",rail="ovo",state="paid"} 1`,
	} {
		if shown := w.shown(); !strings.Contains(shown, want) {
			t.Errorf("not shown: %s", want)
		}
	}
}

// When the store is away, what waits in it is not known, and is not shown as if it were.
func TestAStoreThatIsAwayIsSaidToBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true, Options{})
	w.store.gone.Store(true)
	shown := w.shown()
	if !strings.Contains(shown, "lunas_store_up 0\n") || strings.Contains(shown, "\nlunas_tasks_open") || strings.Contains(shown, "\nlunas_webhooks_due") {
		t.Errorf("while the store is away, /metrics shows:\n%s", shown)
	}
}

func TestProfilesAreShownOnlyWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{false, true} {
		v, err := New(t.Context(), Options{PProf: wanted})
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		v.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/debug/pprof/goroutine?debug=1", nil))
		if got := rec.Code == http.StatusOK; got != wanted {
			t.Errorf("profiles wanted: %v, served with %d", wanted, rec.Code)
		}
	}
}

// A payment is paid, and its void is another end: the time to pay is counted once.
func TestTheFirstEndCounts(t *testing.T) {
	t.Parallel()
	v, err := New(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := payment.Payment{Rail: payment.OVO, Mode: payment.Live, CreatedAt: noon}
	last := payment.Payment{}
	for i, s := range []payment.State{payment.Pushing, payment.Paid, payment.Voiding, payment.Voided, payment.Review, payment.Paid} {
		p.State, p.UpdatedAt = s, noon.Add(20*1e9)
		v.Changed(t.Context(), last, p)
		last, p.Version = p, i
	}
	shown := (&world{TB: t, v: v}).shown()
	if !strings.Contains(shown, `lunas_payment_duration_seconds_sum{mode="live",rail="ovo",state="paid"} 20`) || strings.Contains(shown, `duration_seconds_count{mode="live",rail="ovo",state="voided"}`) {
		t.Errorf("shown:\n%s", shown)
	}
}

func TestWordsFromOutsideAreFewShortAndPlain(t *testing.T) {
	t.Parallel()
	w := words{longest: 32}
	for in, want := range map[string]string{
		"": "", "00": "00", "2004700": "2004700", "OV00502": "OV00502", "canceled_by_customer": "canceled_by_customer",
		phone: other, "8129876543": other, "x62812987": other, "two words": other, "Budi\n": other, strings.Repeat("a", 33): other, "ключ": other,
	} {
		if got := w.label(in); got != want {
			t.Errorf("label(%q) = %q, want %q", in, got, want)
		}
	}
	for i := range 2 * wordsMax {
		w.label(fmt.Sprintf("code_%d", i))
	}
	if len(w.taken) != wordsMax || w.label("one_more") != other || w.label("00") != "00" {
		t.Errorf("%d words are taken, want %d and no more", len(w.taken), wordsMax)
	}
}

// No word from outside becomes a label that could be a phone number, or longer than it may be.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "00", "2004700", phone, "0812 9876 5432", "canceled_by_customer", "ER\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := words{longest: 16}
		got := w.label(s)
		if got != s && got != other {
			t.Errorf("label(%q) = %q, want the word or %q", s, got, other)
		}
		if len(got) > 16 || !regexp.MustCompile(`^[0-9A-Za-z_]*$`).MatchString(got) || regexp.MustCompile(`([0-9][^0-9]*){8}`).MatchString(got) {
			t.Errorf("label(%q) = %q, which says too much", s, got)
		}
	})
}
