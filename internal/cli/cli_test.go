package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/lunas-pay/lunas/lunas"
)

func TestOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, phone string
		qris          bool
		want          string // of the error; empty: none
	}{
		{"12500", "081211111111", false, ""},
		{"12500", "", true, ""},
		{"12.500", "", true, "12500 for Rp 12.500"},
		{"12,500", "", true, "whole rupiah"},
		{"-1", "", true, "whole rupiah"},
		{"0", "", true, "whole rupiah"},
		{"1e6", "", true, "whole rupiah"},
		{"99999999999999999999", "", true, "whole rupiah"},
		{"12500", "", false, "--phone 08… to ask in the OVO app, --qris to show a QR, or --choose"},
		{"12500", "081211111111", true, "give one of them"},
	} {
		n, err := paymentsCreate{Amount: c.amount, Phone: c.phone, QRIS: c.qris}.order()
		if c.want == "" && (err != nil || n.Amount != 12500 || (n.Method == lunas.QRIS) != c.qris) {
			t.Errorf("%+v: order = %+v, %v", c, n, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: error = %v, want %q", c, err, c.want)
		}
	}
}

// Where the customer chooses, nothing is said of the method.
func TestTheCustomerChooses(t *testing.T) {
	t.Parallel()
	n, err := paymentsCreate{Amount: "12500", Choose: true}.order()
	if err != nil || n.Method != "" || n.Phone != "" || n.Wait != 0 {
		t.Errorf("order = %+v, %v", n, err)
	}
	for _, c := range []paymentsCreate{{Amount: "1", Choose: true, QRIS: true}, {Amount: "1", Choose: true, Phone: "081211111111"}} {
		if _, err := c.order(); err == nil || !strings.Contains(err.Error(), "neither --phone nor --qris") {
			t.Errorf("%+v: error = %v", c, err)
		}
	}
}

func TestUnknownStatesAreListed(t *testing.T) {
	t.Parallel()
	_, err := paymentsList{State: []string{"paid", "payd"}}.filter()
	if err == nil || !strings.Contains(err.Error(), `"payd"`) || !strings.Contains(err.Error(), "created, pushing, ") {
		t.Errorf("error = %v, want the states", err)
	}
	if f, err := (paymentsList{State: []string{"PAID"}}).filter(); err != nil || f.States[0] != lunas.Paid {
		t.Errorf("filter = %+v, %v", f, err)
	}
	if _, err := (paymentsList{Limit: -1}).filter(); err == nil {
		t.Error("a limit of -1 is taken")
	}
}

func TestLocalAddresses(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"9000":                     "http://127.0.0.1:9000",
		"localhost:9000/webhooks":  "http://localhost:9000/webhooks",
		"http://127.0.0.7:80/x?y":  "http://127.0.0.7:80/x?y",
		"https://[::1]:9000/hooks": "https://[::1]:9000/hooks",
		"":                         "", "0": "", "65536": "", "localhost": "", "http://localhost/x": "", "ftp://localhost:1": "",
		"shop.example:443": "", "http://10.0.0.1:80": "", "http://169.254.169.254:80": "", "http://u:p@localhost:1": "", "localhost.evil.example:80": "",
	} {
		got, err := localAddress(to)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("localAddress(%q) = %q, %v, want %q", to, got, err, want)
		}
	}
}

func TestListenSecrets(t *testing.T) {
	t.Parallel()
	first, err := listenSecret("")
	second, err2 := listenSecret("")
	if err != nil || err2 != nil || first == second || !strings.HasPrefix(first.Reveal(), "whsec_") {
		t.Errorf("secrets = %q %q, %v %v, want two different ones", first.Reveal(), second.Reveal(), err, err2)
	}
	if got, err := listenSecret(first.Reveal()); err != nil || got != first {
		t.Errorf("the given secret became %v, %v", got, err)
	}
	if _, err := listenSecret("whsec_canary"); err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "LUNAS_WEBHOOK_SECRET") {
		t.Errorf("error = %v", err)
	}
}

func TestWantedTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		types string
		given string
		want  bool
	}{
		{"", "payment.paid", true},
		{"payment.paid", "payment.paid", true},
		{"payment.paid", "payment.paidx", false},
		{"payment.*", "payment.paid", true},
		{"payment.*", "webhook_endpoint.disabled", false},
		{"payment.paid payment.review", "payment.review", true},
	} {
		if got := wanted(strings.Fields(c.types), c.given); got != c.want {
			t.Errorf("wanted(%q, %s) = %v", c.types, c.given, got)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "Rp 0", 999: "Rp 999", 1000: "Rp 1.000", 12500: "Rp 12.500", 1234567: "Rp 1.234.567", -1000: "Rp -1.000", -100: "Rp -100"} {
		if got := rupiah(n); got != want {
			t.Errorf("rupiah(%d) = %s, want %s", n, got, want)
		}
	}
	if got := clean("a\x1b[31mb\r\nc\u202ed é"); got != "a\uFFFD[31mb\uFFFD\uFFFDc\uFFFDd é" {
		t.Errorf("clean = %q: what rules a terminal is left", got)
	}
}

func TestExplanations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{&lunas.ConnectionError{Request: "GET /v1/payments", Err: io.ErrUnexpectedEOF}, "the gateway does not answer (is its address right, and is it running?): unexpected EOF"},
		{&lunas.Error{Status: 401, Detail: "no such key", RequestID: "req_1"}, "no such key; set LUNAS_API_KEY to a key of this gateway, with lunas dev: source data/dev.env (req_1)"},
		{&lunas.Error{Status: 422, Detail: "it is empty", Field: "reference", Hint: "Use 1 to 64 characters."}, "reference: it is empty. Use 1 to 64 characters"},
		{&lunas.Error{Status: 422, Detail: "phone: too short", Field: "phone"}, "phone: too short"},
		{&lunas.Error{Status: 422, Errors: []lunas.FieldError{{Detail: "a"}, {Detail: "b", Field: "f", Hint: "h."}}}, "a\nf: b. h"},
		{&lunas.Error{Status: 500, Detail: "x\x1b[2J"}, "x\uFFFD[2J"},
		{errors.New("other"), "other"},
	} {
		if got := Explain(fmt.Errorf("%w", c.err)); got.Error() != c.want {
			t.Errorf("Explain = %q, want %q", got, c.want)
		}
	}
	if Explain(nil) != nil {
		t.Error("no error is explained")
	}
}

// gateway serves what a test says, and gives a session with it.
func gateway(t *testing.T, json bool, serve http.HandlerFunc) (s *Session, out, errOut *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	s, err := Connection{JSON: json}.Open(&Terminal{
		Context: t.Context(), Out: out, Err: errOut, Environ: []string{"LUNAS_URL=" + server.URL, "LUNAS_API_KEY=lunas_test_canarycanarycanary"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Client.Retries, s.lost = -1, 0
	return s, out, errOut
}

// A gateway that goes away in the middle, and cuts an answer short, loses no event.
func TestTailGoesOnAfterALostGateway(t *testing.T) {
	t.Parallel()
	asked := 0
	s, out, errOut := gateway(t, false, func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		event := func(n int) string {
			return fmt.Sprintf(`{"position":%d,"id":"evt_%d","type":"payment.paid","timestamp":"2026-11-21T10:00:01.000+07:00","data":{"id":"pay_%d","reference":"a\u001b[2J"}}`, n, n, n)
		}
		switch asked {
		case 1:
			fmt.Fprintf(w, `{"data":[%s],"after":3}`, event(3))
		case 2:
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"data":[`)
		case 3:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"code":"shutting_down","detail":"stopping"}`)
		default:
			if got := r.URL.Query().Get("after"); got != "3" {
				t.Errorf("after = %s, want 3", got)
			}
			fmt.Fprintf(w, `{"data":[%s,%s],"after":5}`, event(4), event(5))
		}
	})
	err := fromWhere{After: 2, Count: 3}.follow(t.Context(), s, func(e *lunas.Event) error { return showEvent(s, out, e) })
	if err != nil || strings.Count(out.String(), "\n") != 3 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%v\n%s", err, out)
	}
	if n := strings.Count(errOut.String(), "going on after 3"); n != 2 {
		t.Errorf("%d of 2 losses are told:\n%s", n, errOut)
	}
}

func TestTailEndsOnAMistake(t *testing.T) {
	t.Parallel()
	s, out, _ := gateway(t, true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code":"unknown_api_key","detail":"no such key"}`)
	})
	err := fromWhere{After: 0}.follow(t.Context(), s, func(e *lunas.Event) error { return showEvent(s, out, e) })
	if err == nil {
		t.Error("a wrong key is no mistake")
	}
}

// With --json comes what the gateway said, fields included that the client does not know, and no more than asked for.
func TestJSONIsWhatTheGatewaySaid(t *testing.T) {
	t.Parallel()
	s, out, _ := gateway(t, true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("cursor") == "" {
			fmt.Fprint(w, `{"data":[{"id":"pay_2","new":{"x": 1}},{"id":"pay_1"}],"next_cursor":"cur_1"}`)
			return
		}
		fmt.Fprint(w, `{"data":[{"id":"pay_0"},{"id":"pay_z"}],"next_cursor":null}`)
	})
	err := each(s, s.Client.Payments().List(t.Context(), lunas.PaymentFilter{}), 3, func(*lunas.Payment) error {
		t.Error("shown for people")
		return nil
	})
	const want = `{"id":"pay_2","new":{"x":1}}` + "\n" + `{"id":"pay_1"}` + "\n" + `{"id":"pay_0"}` + "\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}

func TestConnectionsNeedAnAddressAndAKey(t *testing.T) {
	t.Parallel()
	const key = "LUNAS_API_KEY=lunas_test_canarycanarycanary"
	for _, c := range []struct {
		url     string
		environ []string
		want    string
	}{
		{"", []string{key}, "LUNAS_URL"},
		{"http://gateway", nil, "LUNAS_API_KEY"},
		{"http://gateway", []string{"LUNAS_API_KEY="}, "LUNAS_API_KEY"},
	} {
		_, err := Connection{URL: c.url}.Open(&Terminal{Environ: c.environ})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "dev.env") {
			t.Errorf("%+v: error = %v, want %s", c, err, c.want)
		}
	}
	s, err := Connection{URL: "http://this"}.Open(&Terminal{Environ: []string{key, "LUNAS_URL=http://that"}})
	if err != nil || s.Client.URL != "http://this" {
		t.Errorf("--url gives %v, %v", s, err)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	var c struct {
		Payments   Payments   `cmd:"" help:"About payments."`
		Webhooks   Webhooks   `cmd:""`
		Completion Completion `cmd:""`
		Complete   Complete   `cmd:"" hidden:"" name:"__complete"`
	}
	parser, err := kong.New(&c, kong.Name("lunas"))
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"":                           "payments webhooks completion",
		"pay":                        "payments",
		"__":                         "",
		"payments re":                "refund renew",
		"payments list --sta":        "--state",
		"payments list --state reve": "reversing reversed",
		"payments list --state reversed --state r": "reversing reversed refunding refunded review",
		"payments list --json --st":                "--state",
		"payments list --limit=3 --st":             "--state",
		"payments create -w --qr":                  "--qris",
		"payments create --rail ":                  "ovo snap doku faspay",
		"payments create --reference paid --ra":    "--rail",
		"webhooks listen 9000 --type payment.re":   "payment.reversing payment.reversed payment.refunding payment.refunded payment.review",
		"webhooks deliveries whe_1 --state d":      "due delivered",
		"completion ":                              "bash zsh fish",
		"nothing ":                                 "payments webhooks completion",
	} {
		var got []string
		for _, x := range candidates(parser.Model.Node, strings.Split(line, " ")) {
			got = append(got, x.word)
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%q completes to %q, want %q", line, got, want)
		}
	}
	if got := candidates(parser.Model.Node, nil); len(got) != 3 || got[0].help != "About payments." {
		t.Errorf("nothing completes to %v", got)
	}
}

// The script for bash is run by bash, with a program in lunas's place.
func TestTheScriptForBash(t *testing.T) {
	t.Parallel()
	var script bytes.Buffer
	if err := (Completion{Shell: "bash"}).Run(&Terminal{Out: &script}); err != nil {
		t.Fatal(err)
	}
	const program = `
lunas() { printf '%s|' "$@" >"$ASKED"; printf 'refund\tGive back a paid QR\nrenew\tMake a new QR\n'; }
COMP_WORDS=(lunas payments "re")
COMP_CWORD=2
_lunas
printf '%s|' "${COMPREPLY[@]}"
cat "$ASKED"
`
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", script.String()+program)
	cmd.Env = append(cmd.Environ(), "ASKED="+filepath.Join(t.TempDir(), "asked"))
	out, err := cmd.CombinedOutput()
	if want := "refund|renew|__complete|--|payments|re|"; err != nil || string(out) != want {
		t.Errorf("bash: %v %s, want %s", err, out, want)
	}
}

// What is forwarded is signed so that a receiver takes it, and is a webhook's body.
func TestForwarded(t *testing.T) {
	t.Parallel()
	secret, err := listenSecret("")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *lunas.Event, 1)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := lunas.Receiver{Secret: secret}.Receive(r)
		if err != nil {
			t.Errorf("Receive = %v", err)
		}
		got <- e
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
	}))
	t.Cleanup(shop.Close)
	at := time.Date(2026, 11, 21, 10, 0, 1, 0, time.FixedZone("", 7*60*60))
	e := &lunas.Event{Position: 7, ID: "evt_1", Type: "payment.paid", Timestamp: at, Data: []byte(`{"id":"pay_1"}`)}
	body, err := eventJSON(e, false)
	if err != nil || string(body) != `{"id":"evt_1","type":"payment.paid","timestamp":"2026-11-21T10:00:01.000+07:00","data":{"id":"pay_1"}}` {
		t.Errorf("body = %s, %v", body, err)
	}
	client := shop.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := forward(t.Context(), client, shop.URL, secret, e.ID, body)
	if err != nil || answer != "302" {
		t.Errorf("forward = %s, %v", answer, err)
	}
	if received := <-got; received == nil || received.ID != "evt_1" {
		t.Errorf("received = %+v", received)
	}
	shop.Close()
	if _, err := forward(t.Context(), client, shop.URL, secret, e.ID, body); err == nil || strings.Contains(err.Error(), "http://") {
		t.Errorf("forward to nobody = %v", err)
	}
}
