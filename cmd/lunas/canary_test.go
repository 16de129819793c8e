package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/sandbox"
)

// loud keeps everything that a process writes.
type loud struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *loud) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *loud) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// What is planted, for nobody to find again.
const (
	canaryName   = "Budi Kenari Canary"
	canaryEmail  = "kenari@canary.example"
	canaryPath   = "canary-path-of-an-endpoint"
	canaryState  = "canary-tracestate"
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
)

// canaryPhones are the customers: of most, the last digits say how OVO's sandbox answers.
var canaryPhones = []string{ // never written
	"081211110101", "081211110017", "081211110160", "081211110165", "081211110058", "081211110063", "081211110094", "081211111111",
}

// aviary is a gateway with sandbox in which everything is planted that nobody may find again, and all that it says.
type aviary struct {
	*dev
	log, traces, metrics, answers, pages, shown loud
	endpointSecret                              string
}

// collector keeps what is exported over OTLP: protobuf, in which texts stand as they are.
func (a *aviary) collector(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil || r.Header.Get("Content-Encoding") != "":
		a.Errorf("an export cannot be read: %v %s", err, r.Header.Get("Content-Encoding"))
	case r.URL.Path == "/v1/traces":
		_, _ = a.traces.Write(body)
	default:
		_, _ = a.metrics.Write(body)
	}
}

// ask makes a request as a merchant who traces it, and keeps the answer with its headers.
func (a *aviary) ask(method, path, key, body string) (status int, answer string) {
	a.Helper()
	request, err := http.NewRequestWithContext(a.Context(), method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "User-Agent": canaryName,
		"traceparent": "00-" + callersTrace + "-b7ad6b7169203331-01", "tracestate": "vendor=" + canaryState, "baggage": "customer=" + canaryState,
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.Fatal(err)
	}
	fmt.Fprintln(&a.answers, response.StatusCode, response.Header)
	return response.StatusCode, string(text)
}

// tell is ask, and keeps the answer's body too.
func (a *aviary) tell(method, path, key, body string) (status int, answer string) {
	a.Helper()
	status, answer = a.ask(method, path, key, body)
	fmt.Fprintln(&a.answers, answer)
	return status, answer
}

// pay makes a payment and looks at it from everywhere.
func (a *aviary) pay(order string) {
	a.Helper()
	status, answer := a.tell("POST", "/v1/payments?wait=20", a.key, order)
	for range 10 { // the hint of this answer: nothing was sent, send it again; a swamped machine has no token in time
		if status != http.StatusServiceUnavailable {
			break
		}
		status, answer = a.tell("POST", "/v1/payments?wait=20", a.key, order)
	}
	var p struct {
		ID       string
		Checkout string `json:"checkout_url"`
	}
	if err := json.Unmarshal([]byte(answer), &p); err != nil || status != http.StatusCreated {
		a.Errorf("POST /v1/payments of %s = %d %v: %s", order, status, err, answer)
		return
	}
	for _, part := range []string{"", "/exchanges", "/events"} {
		a.tell("GET", "/v1/payments/"+p.ID+part, a.key, "")
	}
	page, err := http.Get(p.Checkout)
	if err != nil {
		a.Error(err)
		return
	}
	defer page.Body.Close()
	text, _ := io.ReadAll(page.Body)
	fmt.Fprintln(&a.pages, page.StatusCode, page.Header, string(text))
}

// live lets payments come to all kinds of ends, and makes mistakes.
func (a *aviary) live(wrongKey string) {
	a.Helper()
	_, answer := a.ask("POST", "/v1/webhook_endpoints", a.key, `{"url":"http://127.0.0.1:1/`+canaryPath+`"}`)
	var endpoint struct{ Secret string }
	if err := json.Unmarshal([]byte(answer), &endpoint); err != nil || !strings.HasPrefix(endpoint.Secret, "whsec_") {
		a.Fatalf("an endpoint cannot be made: %v %s", err, answer)
	}
	a.endpointSecret = strings.TrimPrefix(endpoint.Secret, "whsec_")
	var payments sync.WaitGroup
	push := func(phone, more string) {
		payments.Go(func() {
			a.pay(fmt.Sprintf(`{"amount":12500,"reference":"INV","method":"ovo_push","phone":%q%s}`, phone, more))
		})
	}
	for _, phone := range canaryPhones[:7] {
		push(phone, "")
	}
	push(canaryPhones[7], `,"rail":"doku"`)
	push(canaryPhones[7], fmt.Sprintf(`,"rail":"faspay","customer":{"name":%q,"email":%q}`, canaryName, canaryEmail))
	payments.Go(func() { a.pay(`{"amount":12500,"reference":"INV","method":"qris"}`) })
	payments.Wait()
	a.tell("GET", "/v1/phones/"+canaryPhones[7], a.key, "")
	a.tell("GET", "/v1/phones/"+canaryPhones[7]+"9999999", a.key, "")
	a.tell("GET", "/v1/payments/"+canaryPhones[7], a.key, "")
	a.tell("GET", "/"+canaryPhones[7], a.key, "")
	a.tell("POST", "/v1/payments", a.key, `{"amount":12500,"reference":"INV","method":"ovo_push","phone":"+62081211110101"}`)
	a.tell("POST", "/v1/payments", a.key, `{"amount":12500,"phone":081211110101,"customer":"`+canaryName+`"`)
	if status, _ := a.tell("GET", "/v1/payments", wrongKey, ""); status != http.StatusUnauthorized {
		a.Errorf("a wrong key = %d, want 401", status)
	}
}

// Whatever happens to payments, no log, metric, trace, page, error or other answer holds a secret, a whole phone number or a
// customer's name.
func TestNothingTellsASecret(t *testing.T) {
	t.Parallel()
	a := &aviary{dev: &dev{T: t, data: t.TempDir()}}
	collector := httptest.NewServer(http.HandlerFunc(a.collector))
	defer collector.Close()
	out := &screen{shown: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{
			"dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", a.data, "--speed", "15", "--log-level", "debug",
			"--metrics-listen", "127.0.0.1:0", "--otlp-endpoint", collector.URL,
		}, nil, out, &a.log)
	}()
	select {
	case <-out.shown:
	case code := <-ended:
		t.Fatalf("lunas dev ended with %d: %s", code, a.log.String())
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(a.data, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	a.url = regexp.MustCompile(`(?m)^export LUNAS_URL=(\S+)$`).FindStringSubmatch(read("dev.env"))[1]
	a.key = read("api.key")
	const wrongKey = "lunas_test_canarycanarycanarycanary"
	a.live(wrongKey)
	own := regexp.MustCompile(`msg="metrics are shown" address=(\S+)`).FindStringSubmatch(a.log.String())
	if own == nil {
		t.Fatalf("the log does not say where metrics are:\n%s", a.log.String())
	}
	shown, err := http.Get("http://" + own[1] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(&a.shown, shown.Body)
	_ = shown.Body.Close()
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("lunas dev ended with %d", code)
	}
	a.search([]string{
		a.key, wrongKey, a.endpointSecret, read("master.key"), "PRIVATE KEY", sandbox.DemoMerchant().AppKey,
		sandbox.DemoSNAPMerchant().Secret, sandbox.DemoDOKUMerchant().Secret, sandbox.DemoFaspayMerchant().Password,
	})
}

// search looks everywhere for what was planted, after it has seen that there is something to look at.
func (a *aviary) search(secrets []string) {
	a.Helper()
	for _, said := range []struct {
		what  string
		text  string
		holds []string // or the search proves nothing
	}{
		{"the log", a.log.String(), []string{"payment ended", "a push without an answer is being reversed", "a webhook was not taken", callersTrace}},
		{"a trace", a.traces.String(), []string{"POST /v1/payments", "commit answered", "ovo push", "doku push", "faspay post", "snap access_token", "GET /v1/phones/{phone}"}},
		{"an exported metric", a.metrics.String(), []string{"lunas.payment.changes", "lunas.provider.call.duration", "canceled_by_customer", "faspay"}},
		{"a metric", a.shown.String(), []string{"lunas_payment_changes_total{", `rail="faspay"`, `route="GET /v1/phones/{phone}"`}},
		{"an answer", a.answers.String(), []string{`"state":"paid"`, `"code":"invalid_json"`, "Request-Id", `"operation":"push"`, "POST /pos"}},
		{"a page", a.pages.String(), []string{"<html", "12.500"}},
	} {
		for _, want := range said.holds {
			if !strings.Contains(said.text, want) {
				a.Errorf("%s does not hold %q, so the search in it proves nothing", said.what, want)
			}
		}
		for _, secret := range append(secrets, canaryName, canaryEmail, canaryState) {
			if len(secret) < 8 || strings.Contains(said.text, secret) {
				a.Errorf("%s holds the secret %.8s…", said.what, secret)
			}
		}
		for _, phone := range canaryPhones {
			if strings.Contains(said.text, phone[1:]) {
				a.Errorf("%s holds the whole phone number %s", said.what, phone)
			}
		}
		if m := regexp.MustCompile(`(?:^|[^0-9A-Za-z])((?:0|\+?62)8\d{8,11})(?:$|[^0-9A-Za-z])`).FindStringSubmatch(said.text); m != nil {
			a.Errorf("%s holds what looks like a whole phone number: %s", said.what, m[1])
		}
		if said.what == "an answer" && (strings.Contains(said.text, callersTrace) || strings.Contains(said.text, "raceparent")) {
			a.Error("a provider or a caller is told of a trace: the exchanges are among the answers")
		}
		if said.what != "an answer" && strings.Contains(said.text, canaryPath) {
			a.Errorf("%s holds the address of a webhook endpoint", said.what)
		}
	}
}

// A mistake of ours is no success, and is not hidden.
func TestAPanicIsNotHidden(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a panic of a command was hidden")
		}
	}()
	run(t.Context(), []string{"version"}, nil, explosive{}, &bytes.Buffer{})
}

type explosive struct{}

func (explosive) Write([]byte) (int, error) { panic("a mistake of ours") }
