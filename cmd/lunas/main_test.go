package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// lunas runs a command to its end.
func lunas(t *testing.T, environ []string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	code = run(ctx, args, environ, &o, &e)
	return code, o.String(), e.String()
}

func TestMistakesAreOneSentenceAndAnExitCode(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() })
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	typo := filepath.Join(t.TempDir(), "lunas.yaml")
	if err := os.WriteFile(typo, []byte("listn: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	several := filepath.Join(t.TempDir(), "lunas.yaml")
	if err := os.WriteFile(several, []byte("listn: x\ndatabse: y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	free := []string{"--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"busy port", []string{"dev", "--listen", busy.Addr().String(), "--data", t.TempDir()}, 1, "is in use by another program"},
		{"busy sandbox port", []string{"dev", "--listen", "127.0.0.1:0", "--sandbox-listen", busy.Addr().String(), "--data", t.TempDir()}, 1, "--sandbox-listen"},
		{"no port", []string{"dev", "--listen", "nowhere", "--data", t.TempDir()}, 1, "cannot be listened on"},
		{"unwritable folder", append([]string{"dev", "--data", filepath.Join(blocked, "data")}, free...), 1, "cannot be made"},
		{"wrong DSN", append([]string{"dev", "--data", t.TempDir(), "--db", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}, free...), 1, "127.0.0.1"},
		{"a folder as database", append([]string{"dev", "--data", t.TempDir(), "--db", t.TempDir()}, free...), 1, "director"},
		{"speed", []string{"dev", "--speed", "0"}, 1, "--speed is 0"},
		{"unknown key", []string{"serve", "--config", typo}, 1, `unknown key "listn" in the configuration; did you mean "listen"?`},
		{"no such file", []string{"serve", "--config", "/nowhere.yaml"}, 1, "/nowhere.yaml"},
		{"no configuration", []string{"serve"}, 1, "no configuration file was given"},
		{"config check", []string{"config", "check", typo}, 1, `unknown key "listn"`},
		{"several mistakes", []string{"serve", "--config", several}, 1, "several things are wrong:\n  - unknown key \"databse\""},
		{"one sentence of a wrong DSN", []string{"migrate", "--db", "postgres://nobody:canary@127.0.0.1:1/none?connect_timeout=2"}, 1, "lunas: read the schema"},
		{"no payments", []string{"bench", "-n", "0"}, 1, "at least 1"},
		{"open QRs watched too shortly", []string{"bench", "--rail", "snap", "--open-for", "5s"}, 1, "more than 5 s"},
		{"unknown command", []string{"zzzzzz"}, 2, "unexpected argument zzzzzz. Try: lunas --help\n"},
		{"misspelt command", []string{"pyments"}, 2, `unexpected argument pyments, did you mean "payments"? Try: lunas --help` + "\n"},
		{"misspelt sub-command", []string{"payments", "crate"}, 2, `did you mean "create"? Try: lunas payments --help` + "\n"},
		{"missing flag", []string{"payments", "create", "--amount", "1"}, 2, "--reference=TEXT. Try: lunas payments create --help\n"},
		{"a storybook in production", []string{"serve", "--storybook"}, 2, "unknown flag --storybook"},
		{"unknown flag", []string{"dev", "--sped", "2"}, 2, `did you mean "--speed"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, _, errOut := lunas(t, nil, c.args...)
			if code != c.code || !strings.Contains(errOut, c.want) {
				t.Errorf("lunas %s = %d\n%s\nwant %d and %q", strings.Join(c.args, " "), code, errOut, c.code, c.want)
			}
			if strings.Contains(errOut, "canary") {
				t.Errorf("a password is shown:\n%s", errOut)
			}
			if lines := strings.Count(strings.TrimSpace(errOut), "\n"); lines > 0 && c.code == 1 && !strings.Contains(errOut, "several things") {
				t.Errorf("%d lines are more than one sentence:\n%s", lines+1, errOut)
			}
			if strings.Contains(errOut, "goroutine ") {
				t.Errorf("a stack trace is no sentence:\n%s", errOut)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"", "dev", "serve", "sandbox", "migrate", "terminals list", "terminals advance", "backup", "restore", "config check", "config show", "sim", "bench",
		"merchants create", "accounts create", "accounts rotate", "keys create", "keys rewrap", "keys list", "onboarding", "onboarding connect", "onboarding prepare", "onboarding send", "onboarding fetch", "onboarding status",
	} {
		args := append(strings.Fields(command), "--help")
		if code, out, errOut := lunas(t, nil, args...); code != 0 || !strings.Contains(out, "Examples:") {
			t.Errorf("lunas %v = %d %s %s, want help with examples", args, code, out, errOut)
		}
	}
	if code, out, _ := lunas(t, nil); code != 0 || !strings.Contains(out, "Examples:") {
		t.Errorf("lunas = %d %s, want help", code, out)
	}
	for _, words := range []string{"version", "--version"} {
		if code, out, _ := lunas(t, nil, words); code != 0 || !strings.HasPrefix(out, "lunas ") {
			t.Errorf("lunas %s = %d %q", words, code, out)
		}
	}
	for _, words := range [][]string{{"help"}, {"help", "payments", "create"}} {
		_, want, _ := lunas(t, nil, append(words[1:], "--help")...)
		if code, out, _ := lunas(t, nil, words...); code != 0 || out != want || out == "" {
			t.Errorf("lunas %v = %d %q, want %q", words, code, out, want)
		}
	}
}

func TestConfigShow(t *testing.T) {
	t.Parallel()
	code, out, errOut := lunas(t, nil, "config", "show")
	for _, want := range []string{"listen  ", "127.0.0.1:8080", "LUNAS_DATABASE", "merchants[].accounts[].terms.cut_off_guard", "refuse"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("config show = %d %s\n%s\nwant %q", code, errOut, out, want)
		}
	}
	if code, out, _ := lunas(t, nil, "config", "show", "--json"); code != 0 || !json.Valid([]byte(out)) {
		t.Errorf("config show --json = %d\n%s", code, out)
	}
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "lunas.db")
	for _, want := range []string{"from schema 0 to", "already"} {
		if code, out, errOut := lunas(t, nil, "migrate", "--db", db); code != 0 || !strings.Contains(out, want) {
			t.Errorf("migrate = %d %q %q, want %q", code, out, errOut, want)
		}
	}
}

// dev is a running `lunas dev`.
type dev struct {
	*testing.T
	url, sandbox, key string
	data              string // the folder
	stop              func()
}

// startDevIn runs `lunas dev` in a folder until the function it returns is called.
func startDevIn(t *testing.T, data string, args ...string) (stop func()) {
	t.Helper()
	out := &screen{shown: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	var errOut bytes.Buffer
	go func() {
		ended <- run(ctx, append([]string{"dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", data}, args...), nil, out, &errOut)
	}()
	select {
	case <-out.shown:
	case code := <-ended:
		t.Fatalf("lunas dev ended with %d: %s", code, errOut.String())
	}
	return func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("lunas dev ended with %d: %s", code, errOut.String())
		}
	}
}

func startDev(t *testing.T, args ...string) *dev {
	t.Helper()
	data := t.TempDir()
	stop := sync.OnceFunc(startDevIn(t, data, args...))
	t.Cleanup(stop)
	env, err := os.ReadFile(filepath.Join(data, "dev.env"))
	if err != nil {
		t.Fatal(err)
	}
	d := &dev{T: t, data: data, stop: stop}
	for name, into := range map[string]*string{"LUNAS_URL": &d.url, "LUNAS_SANDBOX_URL": &d.sandbox, "LUNAS_API_KEY": &d.key} {
		m := regexp.MustCompile(`(?m)^export ` + name + `=(\S+)$`).FindSubmatch(env)
		if m == nil {
			t.Fatalf("dev.env lacks %s:\n%s", name, env)
		}
		*into = string(m[1])
	}
	return d
}

// screen says when something has been printed.
type screen struct {
	once  sync.Once
	shown chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.shown) })
	return len(p), nil
}

// call speaks to the gateway or the sandbox and reads the answer into a value.
func (d *dev) call(method, url, body string, into any, headers ...string) int {
	d.Helper()
	request, err := http.NewRequestWithContext(d.Context(), method, url, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.key)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		d.Fatal(err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		d.Fatalf("%s %s = %d %s", method, url, response.StatusCode, answer)
	}
	return response.StatusCode
}

type paymentAnswer struct {
	ID, State string
	Version   int
	Attempts  []struct {
		Invoice string
		Batch   int
	}
}

func TestAPushIsPaidInTheWallet(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	var p paymentAnswer
	status := d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211111111"}`, &p)
	if status != http.StatusCreated || p.State != "pushing" {
		t.Fatalf("created = %d %+v, want 201 pushing", status, p)
	}
	var shown struct{ Pushes []struct{ ID int } }
	for tries := 0; len(shown.Pushes) == 0; tries++ {
		if tries == 1000 {
			t.Fatal("the push does not arrive in the wallet")
		}
		d.call("GET", d.sandbox+"/control/pushes?state=pending&invoice="+p.Attempts[0].Invoice, "", &shown)
	}
	var paid any
	d.call("POST", fmt.Sprintf("%s/control/pushes/%d/pay", d.sandbox, shown.Pushes[0].ID), `{"with":"cash"}`, &paid)
	d.call("GET", d.url+"/v1/payments/"+p.ID+"?wait=20", "", &p)
	if p.State != "paid" {
		t.Errorf("state = %s, want paid", p.State)
	}
}

// The gateway's demo account, the sandbox's partner and the door for notifications fit together.
func TestAQRIsPaidInTheWalletAndGivenBack(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	var p paymentAnswer
	status := d.call("POST", d.url+"/v1/payments?wait=20", `{"amount":12500,"reference":"INV-1","method":"qris"}`, &p)
	if status != http.StatusCreated || p.State != "awaiting" {
		t.Fatalf("created = %d %+v, want 201 awaiting", status, p)
	}
	var shown struct{ QRs []struct{ ID int } }
	d.call("GET", d.sandbox+"/control/qrs?state=pending", "", &shown)
	if len(shown.QRs) != 1 {
		t.Fatalf("%d QRs are open at the provider, want 1", len(shown.QRs))
	}
	var paid any
	d.call("POST", fmt.Sprintf("%s/control/qrs/%d/pay", d.sandbox, shown.QRs[0].ID), `{"phone":"081211111111"}`, &paid)
	d.call("GET", d.url+"/v1/payments/"+p.ID+"?wait=20", "", &p)
	if p.State != "paid" {
		t.Errorf("state = %s, want paid", p.State)
	}
	var told struct {
		Notifications []struct {
			URL, Code string
			Done      bool
		}
	}
	for tries := 0; tries < 1000; tries++ {
		d.call("GET", d.sandbox+"/control/notifications", "", &told)
		if len(told.Notifications) == 1 && told.Notifications[0].Code != "" {
			break
		}
	}
	if n := told.Notifications; len(n) != 1 || n[0].URL != d.url+"/notify/snap/qris" || n[0].Code != "2005200" || !n[0].Done {
		t.Errorf("notifications = %+v, want one, at the gateway's door, acknowledged", n)
	}
	d.call("POST", d.url+"/v1/payments/"+p.ID+"/refund?wait=20", "", &p)
	if p.State != "refunded" {
		t.Errorf("state = %s, want refunded", p.State)
	}
	var broken struct{ Counts map[string]int }
	if d.call("GET", d.sandbox+"/control/violations", "", &broken); len(broken.Counts) != 0 {
		t.Errorf("the provider's rules were broken: %v", broken.Counts)
	}
}

func TestTimeRunsFasterForBoth(t *testing.T) {
	t.Parallel()
	d := startDev(t, "--speed", "60")
	var p paymentAnswer
	began := time.Now()
	d.call("POST", d.url+"/v1/payments?wait=60", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211110160"}`, &p)
	if p.State != "reversed" {
		t.Errorf("state = %s after %v, want reversed", p.State, time.Since(began))
	}
}

func TestATerminalIsMovedAhead(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	startDevIn(t, data)() // makes the terminal, and ends
	db := filepath.Join(data, "lunas.db")
	at := func(args ...string) (int, string) {
		code, out, errOut := lunas(t, nil, append([]string{"terminals"}, append(args, "--merchant", "demo", "--db", db)...)...)
		return code, out + errOut
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"list"}, 0, "till-1"},
		{[]string{"advance", "till-1", "--batch", "12", "--reference", "4711"}, 0, "after 12/4711"},
		{[]string{"advance", "till-1", "--batch", "12", "--reference", "4710"}, 1, "only move ahead"},
		{[]string{"advance", "till-1", "--batch", "0", "--reference", "1"}, 1, "go from 1 to 999999"},
		{[]string{"advance", "till-9", "--batch", "13", "--reference", "1"}, 1, `no terminal "till-9"`},
		{[]string{"list"}, 0, "4711"},
	} {
		if code, got := at(c.args...); code != c.code || !strings.Contains(got, c.want) {
			t.Errorf("terminals %v = %d %s, want %d %q", c.args, code, got, c.code, c.want)
		}
	}
}
