package console

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

func TestAPaymentsStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.store.SaveEndpoint(t.Context(), store.Endpoint{Endpoint: webhook.Endpoint{
		ID: "whe_1", MerchantID: "mer_a", Mode: payment.Test, Version: 1, URL: "https://shop.example/hook",
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := w.push("mer_a")
	b := w.as("ayu", grant("mer_a", operator.Approver))
	path := b.requestVoid(p)
	w.as("budi", grant("mer_a", operator.Approver)).post(path+"/approve", nil, 303)
	w.until(p, payment.Voided)
	page := b.get("/console/m/mer_a/payments/"+p.ID, 200)
	_, story, _ := strings.Cut(page, `<ol class="story">`)
	for _, want := range []string{
		"The payment was requested", "Sent: Push", "POST /pos", "Push to the phone: approved (00)", "Asked for: a void", "ayu, approved by budi",
		"Void: approved (00)",
	} {
		_, rest, found := strings.Cut(story, want)
		if !found {
			t.Fatalf("the story has no %q after what came before it:\n%s", want, page)
		}
		story = rest
	}
	for _, want := range []string{"payment.paid", "payment.voided", "ayu asked for approval: Void", "budi approved: Void"} {
		if !strings.Contains(page, want) {
			t.Errorf("the story has no %q", want)
		}
	}
	if !strings.Contains(page, `data-live="/console/m/mer_a/payments/`+p.ID+`/turns?version=`) {
		t.Error("the page does not hear of changes")
	}
	if page := w.browserOf(b, "id").get("/console/m/mer_a/payments/"+p.ID, 200); !strings.Contains(page, "Push ke ponsel: berhasil (00)") {
		t.Error("there is no story in Indonesian")
	}
}

// browserOf is the same user's browser in another language.
func (w *world) browserOf(b *browser, lang string) *browser {
	other := *b
	other.lang = lang
	return &other
}

func TestThePageHearsOfAChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, answer := w.waiting("mer_a")
	b := w.as("ayu", grant("mer_a", operator.Viewer))
	server := httptest.NewServer(w.console)
	defer server.Close()
	listen := func(p payment.Payment) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/console/m/mer_a/payments/"+p.ID+"/turns?version=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.cookies {
			r.AddCookie(c)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	answered := listen(p)
	defer answered.Body.Close()
	lines := bufio.NewScanner(answered.Body)
	if !lines.Scan() || lines.Text() != "retry: 2000" { // it listens by now
		t.Fatalf("the first line is %q, %v", lines.Text(), lines.Err())
	}
	answer()
	for lines.Scan() && lines.Text() != "event: turn" {
	}
	if !lines.Scan() || lines.Text() != "data: 2" {
		t.Errorf("the turn is %q, %v", lines.Text(), lines.Err())
	}
}

func TestAPaymentAtRestIsNotListenedTo(t *testing.T) {
	t.Parallel()
	p := payment.Payment{State: payment.Paid, UpdatedAt: noon}
	if rests(p, noon.Add(time.Minute)) || !rests(p, noon.Add(time.Hour)) {
		t.Error("a payment rests from the wrong time on")
	}
	if p.State = payment.Review; rests(p, noon.Add(24*time.Hour)) {
		t.Error("a payment in review rests")
	}
}

// Everything that can stand in a story has its words, in both languages.
func TestStoriesAreInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, a := range payment.Asks() {
		if w := askedWords[a]; w.ID == "" || w.EN == "" {
			t.Errorf("%s has no words", a)
		}
	}
	s := newServer(Options{})
	for _, e := range []payment.Event{payment.Requested{}, payment.Chosen{}, payment.NoRoute{}, payment.Woke{}, payment.Faulted{}} {
		if w, _ := s.eventWords(payment.Payment{}, e); w.ID == "" || w.EN == "" {
			t.Errorf("%s has no words", payment.Kind(e))
		}
	}
}

var reviewForm = regexp.MustCompile(`s\.review\((?:string\(s\.p\.State\) \+ )?"([^"]+)"`)

// Why a human must look is said in Indonesian too, for every reason that the core gives.
func TestReviewsAreInBothLanguages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../payment/*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range reviewForm.FindAllStringSubmatch(string(content), -1) {
			n++
			whys := []string{found[1]}
			switch { // after the state
			case strings.HasPrefix(found[1], " here, but the provider confirms a reversal"):
				whys = []string{"paid" + found[1], "voiding" + found[1]}
			case strings.HasPrefix(found[1], " here, but"):
				whys = []string{"reversed" + found[1], "voided" + found[1]}
			}
			for _, why := range whys {
				if !slices.ContainsFunc(reviews, func(r struct{ begins, id string }) bool { return strings.HasPrefix(why, strings.TrimSpace(r.begins)) }) {
					t.Errorf("%s: %q is not said in Indonesian", file, why)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d reasons were found", n)
	}
}
