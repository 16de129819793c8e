package console

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// settle brings what pages search and count by up to date.
func (w *world) settle() {
	w.t.Helper()
	for {
		n, err := w.store.Sequence(w.t.Context(), 1000)
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	for more := true; more; {
		var err error
		if more, err = w.console.s.followOn(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// order makes a payment and waits until it is paid.
func (w *world) order(owner, reference string, amount payment.Rupiah, phone string) payment.Payment {
	w.t.Helper()
	number, err := payment.ParsePhone(phone)
	if err != nil {
		w.t.Fatal(err)
	}
	p, _, err := w.engine.Request(w.t.Context(), engine.Order{
		MerchantID: owner, Mode: payment.Test, Method: payment.OVOPush, Amount: amount, Reference: reference, Phone: number,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.until(p, payment.Paid)
}

func TestFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rail.answers["push"] = payment.Outcome{Class: payment.Approved, Code: "00", ApprovalCode: "APP77"}
	first := w.order("mer_a", "INV-1", 12500, canaryPhone)
	second := w.order("mer_a", "INV-2", 12500, canaryPhone)
	third := w.order("mer_a", "INV-3", 99000, "081211110101")
	other := w.order("mer_b", "OTHER-1", 12500, canaryPhone)
	w.settle()
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	find := func(text string) string {
		t.Helper()
		rec := b.do("POST", "/console/m/mer_a/find", url.Values{"q": {text}})
		if rec.Code == 422 {
			return ""
		}
		return rec.Header().Get("Location")
	}
	const list = "/console/m/mer_a/payments"
	for text, want := range map[string]string{
		first.ID: list + "/" + first.ID, " " + first.ID + " ": list + "/" + first.ID,
		payment.Invoice(second.ID, 1): list + "/" + second.ID,
		"INV-3":                       list + "/" + third.ID,
		"081211110101":                list + "/" + third.ID, "+62 812-1111-0101": list + "/" + third.ID,
		third.Attempts[0].Number.String(): list + "/" + third.ID, third.Attempts[0].Number.Digits(): list + "/" + third.ID,
		"99000": list + "/" + third.ID, "Rp 99.000": list + "/" + third.ID,
		"Rp 12.500": list + "?amount=12500",
		"APP77":     list + "?code=APP77",
		"":          list,
		other.ID:    "", "OTHER-1": "", "INV-4": "", "081299990000": "", "1/999": "", "98765": "", "<b>": "",
	} {
		if got := find(text); got != want {
			t.Errorf("%q leads to %q, want %q", text, got, want)
		}
	}
	to := find(canaryPhone)
	if !strings.HasPrefix(to, list+"?phone=") {
		t.Fatalf("a phone leads to %q", to)
	}
	page := b.get(to, 200)
	for _, want := range []string{first.ID, second.ID, "0812*****432"} {
		if !strings.Contains(page, want) {
			t.Errorf("the list by phone has no %s", want)
		}
	}
	if strings.Contains(page, third.ID) || strings.Contains(page, other.ID) {
		t.Error("the list by phone has others' payments")
	}
	if hash := w.console.s.phoneHash("mer_b", first.Phone); strings.Contains(to, hash) {
		t.Error("two merchants hash a phone alike")
	}
}

func TestListByWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paid := w.order("mer_a", "INV-1", 12500, canaryPhone)
	w.rail.answers["push"] = payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"}
	declined, _, err := w.engine.Request(t.Context(), engine.Order{
		MerchantID: "mer_a", Mode: payment.Test, Method: payment.OVOPush, Amount: 7000, Reference: "=1+2", Phone: paid.Phone,
	})
	if err != nil {
		t.Fatal(err)
	}
	declined = w.until(declined, payment.Declined)
	w.settle()
	b := w.as("ayu", grant("mer_a", operator.Operator))
	day := time.Time.Format
	today, tomorrow := day(noon, time.DateOnly), day(noon.AddDate(0, 0, 1), time.DateOnly)
	for query, want := range map[string][2]bool{ // paid, declined
		"": {true, true}, "state=paid": {true, false}, "state=declined": {false, true}, "state=review": {false, false},
		"mode=test": {true, true}, "mode=live": {false, false}, "rail=ovo": {true, true}, "rail=snap": {false, false},
		"amount=7000": {false, true}, "amount=Rp+12.500": {true, false}, "from=" + today: {true, true}, "to=" + today: {true, true},
		"from=" + tomorrow: {false, false}, "from=2026-01-01&to=2026-01-31": {false, false},
		"from=" + today + "&to=" + today + "&state=paid&amount=12500&rail=ovo&mode=test": {true, false},
		"reference=INV-1":                  {true, false},
		"before=" + declined.ID:            {true, false},
		"number=1/2":                       {false, true},
		"phone=" + strings.Repeat("0", 32): {false, false},
	} {
		page := b.get("/console/m/mer_a/payments?"+query, 200)
		if got := [2]bool{strings.Contains(page, paid.ID), strings.Contains(page, declined.ID)}; got != want {
			t.Errorf("%s: paid, declined are there: %v, want %v", query, got, want)
		}
	}
	for _, query := range []string{"state=stolen", "mode=x", "rail=x", "from=yesterday", "from=2026-03-02&to=2026-03-01", "amount=free", "phone=0812", "number=1-2", "code=<", "before=pay_x"} {
		if page := b.get("/console/m/mer_a/payments?"+query, 422); !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: nothing is said", query)
		}
	}
	rec := b.do("GET", "/console/m/mer_a/payments/export.csv?state=declined", nil)
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil || len(rows) != 2 || len(rows[1]) != len(exportColumns) || rows[1][0] != declined.ID || rows[1][6] != "'=1+2" ||
		rows[1][16] != "0812*****432" || rows[1][15] != "canceled_by_customer" || !strings.HasPrefix(rec.Header().Get("Content-Disposition"), "attachment;") {
		t.Errorf("the export is %q, %v", rows, err)
	}
	if kinds := w.kinds(); len(kinds) != 1 || kinds[0] != store.ActPaymentsExported {
		t.Errorf("the log of actions: %v", kinds)
	}
	w.as("budi", grant("mer_a", operator.Viewer)).get("/console/m/mer_a/payments/export.csv", 403)
}

// Pages hold every payment once, also where what is asked for is rare and no index knows it.
// A batch is found alone, at one of two terminals, and on its days; a terminal alone too.
func TestFindByBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.order("mer_a", "INV-1", 12500, canaryPhone)
	n := first.Attempts[0].Number
	if err := w.store.SetTerminal(t.Context(), store.Terminal{
		MerchantID: "mer_a", ID: "till-1", Cursor: payment.Cursor{Style: payment.BySequence, Day: payment.DayOf(noon), Last: payment.Number{Batch: n.Batch + 11, Reference: 5}},
	}); err != nil {
		t.Fatal(err)
	}
	second, third := w.order("mer_a", "INV-2", 12500, canaryPhone), w.order("mer_a", "INV-3", 12500, canaryPhone)
	w.order("mer_b", "OTHER-1", 12500, canaryPhone)
	w.settle()
	batch := second.Attempts[0].Number.Batch
	if batch == n.Batch || third.Attempts[0].Number.Batch != batch {
		t.Fatalf("batches are %v, %v and %v", n, second.Attempts[0].Number, third.Attempts[0].Number)
	}
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	for _, text := range []string{fmt.Sprint(int(batch)), fmt.Sprintf("batch %d", int(batch)), fmt.Sprintf("Batch %d", int(batch)), fmt.Sprintf("%d/", int(batch))} {
		rec := b.do("POST", "/console/m/mer_a/find", url.Values{"q": {text}})
		if want := fmt.Sprintf("/console/m/mer_a/payments?batch=%d", int(batch)); rec.Header().Get("Location") != want {
			t.Errorf("%q leads to %d %s, want %s", text, rec.Code, rec.Header().Get("Location"), want)
		}
	}
	for query, want := range map[string]string{
		fmt.Sprintf("batch=%d", int(batch)): "INV-3 INV-2", fmt.Sprintf("batch=%d", int(n.Batch)): "INV-1", fmt.Sprintf("batch=%d&terminal=till-1", int(batch)): "INV-3 INV-2",
		fmt.Sprintf("batch=%d&terminal=till-2", int(batch)): "", "terminal=till-1": "INV-3 INV-2 INV-1",
		fmt.Sprintf("batch=%d&to=2026-03-20", int(batch)): "", fmt.Sprintf("batch=%d&from=2026-03-21&to=2026-03-21", int(batch)): "INV-3 INV-2",
	} {
		page := b.get("/console/m/mer_a/payments?"+query, 200)
		var found []string
		for _, m := range regexp.MustCompile(`>(INV-[0-9])<`).FindAllStringSubmatch(page, -1) {
			found = append(found, m[1])
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for _, bad := range []string{"batch=x", "batch=0", "batch=1234567", "terminal=" + strings.Repeat("x", 65)} {
		b.get("/console/m/mer_a/payments?"+bad, 422)
	}
}

func TestPagesOfAList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const all = 2*pageSize + 3
	made := map[string]bool{}
	for i := range all {
		made[w.order("mer_a", fmt.Sprint("INV-", i), 12500, canaryPhone).ID] = true
	}
	w.settle()
	for _, q := range []query{{}, {Rail: payment.OVO}, {Amount: 12500}, {State: payment.Paid, From: payment.DayOf(noon)}} {
		for _, most := range []int{chunk, lookMax} {
			seen, before := map[string]bool{}, ""
			for {
				list, next, err := w.console.s.search(t.Context(), "mer_a", q, before, pageSize, most)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range list {
					if seen[p.ID] {
						t.Errorf("%+v: %s twice", q, p.ID)
					}
					seen[p.ID] = true
				}
				if before = next; next == "" {
					break
				}
			}
			if len(seen) != all {
				t.Errorf("%+v, looking at %d: %d payments, want %d", q, most, len(seen), all)
			}
		}
	}
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	path, pages := "/console/m/mer_a/payments?rail=ovo", 0
	for path != "" {
		page := b.get(path, 200)
		_, rest, found := strings.Cut(page, `rel="next" href="`)
		path, _, _ = strings.Cut(rest, `"`)
		if path = strings.ReplaceAll(path, "&amp;", "&"); !found {
			path = ""
		}
		pages++
	}
	if pages != 3 {
		t.Errorf("%d pages, want 3", pages)
	}
}

func TestTalliesOfWhatHappened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paid := w.order("mer_a", "INV-1", 12500, canaryPhone)
	if _, _, err := w.engine.Ask(t.Context(), "mer_a", paid.ID, payment.Asked{What: payment.AskVoid, By: "key_1"}, store.Key{}); err != nil {
		t.Fatal(err)
	}
	w.until(paid, payment.Voided)
	w.settle()
	w.settle() // and not counted twice
	hour := paid.CreatedAt.Truncate(time.Hour)
	list, err := w.store.Tallies(t.Context(), store.TallyFilter{MerchantID: "mer_a", From: hour, To: hour.Add(2 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, tally := range list {
		counts[tally.Type] += tally.Count
		if tally.Rail != payment.OVO || tally.Mode != payment.Test || tally.Sum != 12500 {
			t.Errorf("%+v", tally)
		}
	}
	want := map[string]int64{"made": 1, "payment.pushing": 1, "payment.paid": 1, "payment.voiding": 1, "payment.voided": 1, "time_to_pay": 1}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", counts, want)
	}
	failure := store.Heard{Told: store.Told{Type: "payment.declined", Body: webhook.PaymentEvent("evt_1", "payment.declined", noon, payment.Payment{
		Rail: payment.SNAP, Failure: &payment.Failure{Code: "canceled_by_customer", ProviderCode: "17"},
	})}}
	if got := tallyOf(failure); got.Code != "17" || got.Rail != payment.SNAP {
		t.Errorf("a failure is counted as %+v", got)
	}
	for d, want := range map[time.Duration]string{0: "5", 5 * time.Second: "5", 6 * time.Second: "10", time.Hour: "3600", 2 * time.Hour: ""} {
		if got := bucketOf(d); got != want {
			t.Errorf("%s is in the bucket %q, want %q", d, got, want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"state=paid&amount=12.500", "from=2026-03-01&to=2026-03-02", "number=1/2&phone=00", "%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		q, bad := readQuery(u)
		if again, worse := readQuery(q.values()); bad.EN == "" && (again != q || worse.EN != "") {
			t.Errorf("%q is read as %+v, and that again as %+v: %s", s, q, again, worse.EN)
		}
	})
}
