package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func reason() url.Values { return url.Values{"reason": {"the coffee was <b>cold</b>"}} }

// requestVoid asks for a void and gives the path of the request.
func (b *browser) requestVoid(p payment.Payment) string {
	b.t.Helper()
	rec := b.post("/console/m/mer_a/payments/"+p.ID+"/ask/void", reason(), 303)
	path, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	if !strings.HasPrefix(path, "/console/m/mer_a/approvals/apr_") {
		b.t.Fatalf("a request leads to %q", path)
	}
	return path
}

func (w *world) kinds() (kinds []string) {
	w.t.Helper()
	list, err := w.store.Actions(w.t.Context(), store.ActionFilter{Everybody: true, Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range list {
		kinds = append([]string{a.Kind}, kinds...)
	}
	return kinds
}

func TestVoidTakesTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	asker := w.as("ayu", grant("mer_a", operator.Approver)) // who may approve what others ask for
	other := w.as("budi", grant("mer_a", operator.Approver))
	viewer := w.as("citra", grant("mer_a", operator.Viewer))
	page := asker.get("/console/m/mer_a/payments/"+p.ID, 200)
	if !strings.Contains(page, "/ask/void") || !strings.Contains(page, "/ask/check") || strings.Contains(page, "/ask/refund") {
		t.Errorf("what can be done: %s", page)
	}
	if page := viewer.get("/console/m/mer_a/payments/"+p.ID, 200); strings.Contains(page, "/ask/") || strings.Contains(page, "/unmask") {
		t.Errorf("a viewer is offered what to do: %s", page)
	}
	asker.post("/console/m/mer_a/payments/"+p.ID+"/ask/void", url.Values{"reason": {"no"}}, 422)
	path := asker.requestVoid(p)
	asker.post("/console/m/mer_a/payments/"+p.ID+"/ask/void", reason(), 422) // one at a time
	if page := asker.get(path, 200); strings.Contains(page, "/approve") || !strings.Contains(page, "/withdraw") || strings.Contains(page, "<b>cold") {
		t.Errorf("who asked sees: %s", page)
	}
	rec := asker.do("POST", path+"/approve", url.Values{})
	if rec.Code != 403 || !strings.Contains(rec.Body.String(), "Who asks does not approve") {
		t.Errorf("one's own approval: %d %s", rec.Code, rec.Body)
	}
	asker.post(path+"/reject", url.Values{}, 403)
	viewer.post(path+"/approve", url.Values{}, 403)
	if w.rail.called("void") != 0 {
		t.Fatal("a void was sent before somebody else approved")
	}
	other.post(path+"/approve", url.Values{}, 303)
	w.until(p, payment.Voided)
	other.post(path+"/approve", url.Values{}, 409)
	other.post(path+"/reject", url.Values{}, 409)
	if n := w.rail.called("void"); n != 1 {
		t.Errorf("%d voids were sent", n)
	}
	if got, want := fmt.Sprint(w.kinds()), fmt.Sprint([]string{store.ActApprovalRequested, store.ActApprovalApproved, store.ActApprovalPerformed}); got != want {
		t.Errorf("the log of actions is %v, want %v", got, want)
	}
	list, err := w.store.Actions(t.Context(), store.ActionFilter{MerchantID: "mer_a", Kind: store.ActApprovalPerformed})
	if err != nil || len(list) != 1 || list[0].Subject != p.ID || !strings.Contains(string(list[0].Details), `"requested_by":"usr_ayu"`) ||
		!strings.Contains(string(list[0].Details), `"approved_by":"usr_budi"`) {
		t.Errorf("the log names not both: %+v, %v", list, err)
	}
	journal, err := w.store.Journal(t.Context(), "mer_a", p.ID)
	if err != nil {
		t.Fatal(err)
	}
	by := ""
	for _, e := range journal {
		if a, ok := e.Event.(payment.Asked); ok {
			by = a.By
		}
	}
	if by != "usr_ayu, approved by usr_budi" {
		t.Errorf("the journal says %q", by)
	}
}

func TestRequestsExpireAndAreWithdrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	late := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(p)
	w.pass(operator.ApprovalLife)
	asker, other := w.as("ayu2", grant("mer_a", operator.Operator)), w.as("budi2", grant("mer_a", operator.Approver))
	other.post(late+"/approve", url.Values{}, 409)
	if page := other.get(late, 200); !strings.Contains(page, "stands_") && !strings.Contains(page, "expired") || strings.Contains(page, "/approve") {
		t.Errorf("an expired request: %s", page)
	}
	again := asker.requestVoid(p)
	other.post(again+"/withdraw", url.Values{}, 409) // only who has asked
	asker.post(again+"/withdraw", url.Values{}, 303)
	other.post(again+"/approve", url.Values{}, 409)
	third := asker.requestVoid(p)
	other.post(third+"/reject", url.Values{}, 303)
	if n := w.rail.called("void"); n != 0 {
		t.Errorf("%d voids were sent", n)
	}
}

// Many approve at once: it is done once.
func TestApprovedAtTheSameMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	path := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(p)
	var wg sync.WaitGroup
	for i := range 6 {
		b := w.as(fmt.Sprint("approver", i), grant("mer_a", operator.Approver))
		wg.Go(func() { b.do("POST", path+"/approve", url.Values{}) })
	}
	wg.Wait()
	w.until(p, payment.Voided)
	if n := w.rail.called("void"); n != 1 {
		t.Errorf("%d voids were sent", n)
	}
}

// dying is a store in which the process dies at a place between approval and its end.
type dying struct {
	store.Store
	mu                     sync.Mutex
	beforeCommit, atTheEnd bool
}

var errDead = errors.New("the process is dead")

func (d *dying) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	d.mu.Lock()
	dead := d.beforeCommit
	d.mu.Unlock()
	if _, ok := c.Event.(payment.Asked); ok && dead {
		return c, errDead
	}
	return d.Store.Commit(ctx, c)
}

func (d *dying) EndApproval(ctx context.Context, merchantID, id string, s operator.ApprovalState, result string, at time.Time, deeds ...store.Deed) error {
	d.mu.Lock()
	dead := d.atTheEnd
	d.mu.Unlock()
	if dead {
		return errDead
	}
	return d.Store.EndApproval(ctx, merchantID, id, s, result, at, deeds...)
}

// What was approved is done once, wherever the process dies between the approval and its end.
func TestApprovedAndDied(t *testing.T) {
	t.Parallel()
	for name, die := range map[string]func(*dying){
		"before the act": func(d *dying) { d.beforeCommit = true },
		"after the act":  func(d *dying) { d.atTheEnd = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.push("mer_a")
			path := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(p)
			id := path[strings.LastIndex(path, "/")+1:]

			d := &dying{Store: w.store}
			die(d)
			first := w.options
			var err error
			if first.Engine, err = engine.New(t.Context(), engine.Options{
				Store: d, Keyring: w.options.Keyring, Now: w.options.Now, Accounts: []engine.Account{account("mer_a", w.rail)},
			}); err != nil {
				t.Fatal(err)
			}
			alive := w.console
			w.console = New(first)
			w.as("budi", grant("mer_a", operator.Approver)).post(path+"/approve", url.Values{}, 303)
			if a, err := w.store.Approval(t.Context(), "mer_a", id); err != nil || a.State != operator.Approved {
				t.Fatalf("the approval: %+v, %v", a, err)
			}
			w.console = alive
			if err := w.console.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if a, _ := w.store.Approval(t.Context(), "mer_a", id); a.State != operator.Approved {
				t.Errorf("it is taken over at once: %+v", a)
			}
			w.pass(resumeAfter + time.Second)
			for range 2 {
				if err := w.console.Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if a, err := w.store.Approval(t.Context(), "mer_a", id); err != nil || a.State != operator.Performed {
				t.Errorf("the approval: %+v, %v", a, err)
			}
			if name == "before the act" {
				w.until(p, payment.Voided)
			}
			asked := 0
			journal, err := w.store.Journal(t.Context(), "mer_a", p.ID)
			for _, e := range journal {
				if _, ok := e.Event.(payment.Asked); ok {
					asked++
				}
			}
			if asked != 1 || err != nil {
				t.Errorf("it was asked %d times, %v", asked, err)
			}
		})
	}
}

func TestWhatIsApprovedTooLateFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	path := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(p)
	if _, _, err := w.engine.Ask(t.Context(), "mer_a", p.ID, payment.Asked{What: payment.AskVoid, By: "key_1"}, store.Key{}); err != nil {
		t.Fatal(err)
	}
	w.until(p, payment.Voided)
	b := w.as("budi", grant("mer_a", operator.Approver))
	b.post(path+"/approve", url.Values{}, 303)
	if page := b.get(path, 200); !strings.Contains(page, "Not possible in this payment") {
		t.Errorf("the request: %s", page)
	}
	if kinds := w.kinds(); kinds[len(kinds)-1] != store.ActApprovalFailed {
		t.Errorf("the log of actions: %v", kinds)
	}
}

func TestWithoutFourEyes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.FourEyes = func(merchantID string, a operator.Action) bool { return merchantID == "mer_b" || a != operator.Void }
	})
	p, q := w.push("mer_a"), w.push("mer_b")
	b := w.as("ayu", grant("mer_a", operator.Operator), grant("mer_b", operator.Operator))
	if rec := b.post("/console/m/mer_a/payments/"+p.ID+"/ask/void", reason(), 303); !strings.Contains(rec.Header().Get("Location"), "?done=asked") {
		t.Errorf("it leads to %q", rec.Header().Get("Location"))
	}
	w.until(p, payment.Voided)
	rec := b.post("/console/m/mer_b/payments/"+q.ID+"/ask/void", reason(), 303)
	if !strings.Contains(rec.Header().Get("Location"), "/approvals/") {
		t.Errorf("at the other merchant it leads to %q", rec.Header().Get("Location"))
	}
	if got := fmt.Sprint(w.kinds()); got != fmt.Sprint([]string{store.ActPaymentAsked, store.ActApprovalRequested}) {
		t.Errorf("the log of actions: %v", got)
	}
}

// One merchant's payments, requests and terminals are not there for another's people, whatever address they type.
func TestNothingOfAnotherMerchant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	path := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(p)
	id := path[strings.LastIndex(path, "/")+1:]
	b := w.as("budi", grant("mer_b", operator.Owner))
	b.get("/console/m/mer_b/payments/"+p.ID, 404)
	b.get("/console/m/mer_b/payments/"+p.ID+"/ask/void", 404)
	b.post("/console/m/mer_b/payments/"+p.ID+"/ask/void", reason(), 404)
	b.post("/console/m/mer_b/payments/"+p.ID+"/unmask", reason(), 404)
	b.get("/console/m/mer_b/approvals/"+id, 404)
	b.post("/console/m/mer_b/approvals/"+id+"/approve", url.Values{}, 404)
	b.post("/console/m/mer_a/approvals/"+id+"/approve", url.Values{}, 404)
	if w.rail.called("void") != 0 {
		t.Error("a void was sent")
	}
}

func TestCheckNeedsOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	b := w.as("ayu", grant("mer_a", operator.Operator))
	b.get("/console/m/mer_a/payments/"+p.ID+"/ask/check", 200)
	b.post("/console/m/mer_a/payments/"+p.ID+"/ask/check", reason(), 303)
	b.post("/console/m/mer_a/payments/"+p.ID+"/ask/cancel", reason(), 404)
	b.post("/console/m/mer_a/payments/"+p.ID+"/ask/refund", reason(), 422)
}

func TestResolveWhatIsInReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, answer := w.waiting("mer_a")
	asker, other := w.as("ayu", grant("mer_a", operator.Operator)), w.as("budi", grant("mer_a", operator.Owner))
	path := "/console/m/mer_a/payments/" + p.ID + "/ask/resolve"
	asker.post(path, url.Values{"reason": reason()["reason"], "to": {"declined"}}, 422) // it is not in review
	if _, err := engine.ToReview(t.Context(), w.store, "mer_a", p.ID, "a test", w.options.Now()); err != nil {
		t.Fatal(err)
	}
	answer()
	w.until(p, payment.Review)
	if page := asker.get("/console/m/mer_a/payments/"+p.ID, 200); !strings.Contains(page, "/ask/resolve") {
		t.Errorf("what can be done: %s", page)
	}
	for _, to := range []string{"", "pushing", "review", "stolen"} {
		asker.post(path, url.Values{"reason": reason()["reason"], "to": {to}}, 422)
	}
	rec := asker.post(path, url.Values{"reason": reason()["reason"], "to": {"declined"}}, 303)
	request, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	other.post(request+"/approve", url.Values{}, 303)
	w.until(p, payment.Declined)
}

func TestUnmasking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.push("mer_a")
	b := w.as("ayu", grant("mer_a", operator.Operator))
	path := "/console/m/mer_a/payments/" + p.ID + "/unmask"
	if page := b.get(path, 200); !strings.Contains(page, "0812*****432") {
		t.Errorf("before: %s", page)
	}
	b.post(path, url.Values{"reason": {""}}, 422)
	if len(w.kinds()) != 0 {
		t.Errorf("the log of actions: %v", w.kinds())
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(reason().Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", "en")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.console.ServeHTTP(rec, r)
	page := rec.Body.String()
	if rec.Code != http.StatusOK || strings.Count(page, canaryPhone) < 2 || strings.Contains(page, canarySecret) {
		t.Errorf("unmasked: %d %s", rec.Code, page)
	}
	list, err := w.store.Actions(t.Context(), store.ActionFilter{MerchantID: "mer_a"})
	if err != nil || len(list) != 1 || list[0].Kind != store.ActPaymentUnmasked || list[0].Actor != "usr_ayu" || list[0].Subject != p.ID ||
		list[0].Reason != "the coffee was <b>cold</b>" {
		t.Errorf("the log of actions: %+v, %v", list, err)
	}
	if page := b.get("/console/m/mer_a/log", 200); !strings.Contains(page, "payment.unmasked") || strings.Contains(page, "<b>cold") {
		t.Errorf("the log's page: %s", page)
	}
}

func TestNumberingTakesTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push("mer_a")
	asker, other := w.as("ayu", grant("mer_a", operator.Operator)), w.as("budi", grant("mer_a", operator.Approver))
	path := "/console/m/mer_a/terminals/till-1/numbering"
	asker.get(path, 200)
	asker.get("/console/m/mer_a/terminals/none/numbering", 404)
	form := func(batch, reference string) url.Values {
		f := reason()
		f["batch"], f["reference"] = []string{batch}, []string{reference}
		return f
	}
	for _, bad := range [][2]string{{"x", "1"}, {"0", "1"}, {"1", "1000000"}, {"1", ""}, {"", ""}} {
		asker.post(path, form(bad[0], bad[1]), 422)
	}
	rec := asker.post(path, form("7", "70"), 303)
	request, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	if page := other.get(request, 200); !strings.Contains(page, "7/70") {
		t.Errorf("the request: %s", page)
	}
	asker.post(request+"/approve", url.Values{}, 403)
	other.post(request+"/approve", url.Values{}, 303)
	list, err := w.store.Terminals(t.Context(), "mer_a")
	if err != nil || list[0].Cursor.Last != (payment.Number{Batch: 7, Reference: 70}) {
		t.Errorf("the terminal: %+v, %v", list, err)
	}
	rec = asker.post(path, form("6", "1"), 303)
	back, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	other.post(back+"/approve", url.Values{}, 303)
	if page := other.get(back, 200); !strings.Contains(page, "gone further already") {
		t.Errorf("a request to go back: %s", page)
	}
}

// A terminal that was stopped again for something else is not released by what was approved before.
func TestReleaseIsOfTheHoldThatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.push("mer_a")
	hold := func(why string) {
		list, err := w.store.Terminals(t.Context(), "mer_a")
		if err != nil {
			t.Fatal(err)
		}
		list[0].Held = why
		if err := w.store.SetTerminal(t.Context(), list[0]); err != nil {
			t.Fatal(err)
		}
	}
	held := func() string {
		list, err := w.store.Terminals(t.Context(), "mer_a")
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Held
	}
	hold("duplicate 1/1")
	asker, other := w.as("ayu", grant("mer_a", operator.Operator)), w.as("budi", grant("mer_a", operator.Approver))
	for i, again := range []string{"duplicate 1/1", "duplicate 2/2"} {
		rec := asker.post("/console/m/mer_a/terminals/till-1/numbering", reason(), 303)
		request, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
		hold(again)
		other.post(request+"/approve", url.Values{}, 303)
		if got := held(); (got == "") != (i == 0) {
			t.Errorf("stopped by %q when it was asked for, %q when it was approved: now %q", "duplicate 1/1", again, got)
		}
		hold("duplicate 1/1")
	}
}
