package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/testpg"
	"github.com/lunas-pay/lunas/sandbox"
)

// platform is gateways that begin with no merchant at all, and the command line of who runs them.
type platform struct {
	*house
	dir, admin string
	gateways   []*process
}

// newPlatform sets up a database with the first key of the platform, and then so many gateways.
func newPlatform(t *testing.T, database string, gateways int) *platform {
	t.Helper()
	p := &platform{house: newHouse(t, database), dir: t.TempDir()}
	p.write(p.config, fmt.Sprintf("listen: 127.0.0.1:0\ndatabase: %q\ndrain: 1s\n", database))
	if code, _, errOut := lunas(t, p.environ(), "migrate", "--config", p.config); code != 0 {
		t.Fatalf("migrate: %s", errOut)
	}
	code, out, errOut := lunas(t, p.environ(), "keys", "create", "--admin", "--config", p.config, "--name", "first")
	if p.admin = regexp.MustCompile(`lunas_admin_[0-9a-f]{48}`).FindString(out); code != 0 || p.admin == "" {
		t.Fatalf("keys create --admin = %d\n%s%s", code, out, errOut)
	}
	for range gateways {
		p.gateways = append(p.gateways, p.serve())
	}
	return p
}

func (p *platform) environ() []string {
	return []string{"LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32)}
}

// write makes a file and gives its name.
func (p *platform) write(path, text string) string {
	p.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.dir, path)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
	return path
}

// at runs a command against a gateway with the platform's key.
func (p *platform) at(g *process, code int, want string, args ...string) string {
	p.Helper()
	got, out, errOut := lunas(p.T, []string{"LUNAS_URL=" + g.url, "LUNAS_API_KEY=" + p.admin}, args...)
	if got != code || !strings.Contains(out+errOut, want) {
		p.Fatalf("lunas %s = %d\n%s%s\nwant %d and %q", strings.Join(args, " "), got, out, errOut, code, want)
	}
	for name, secret := range map[string]string{"the asking key": p.admin, "the app key": sandbox.DemoMerchant().AppKey} {
		if strings.Contains(out+errOut, secret) {
			p.Errorf("lunas %s shows %s", strings.Join(args, " "), name)
		}
	}
	return out
}

// ovo makes an account of a merchant and gives the settings' file.
func (p *platform) ovo(g *process, merchant string) {
	p.Helper()
	demo := sandbox.DemoMerchant()
	settings, err := json.Marshal(map[string]any{
		"rail": "ovo", "environment": "sandbox", "url": p.sandbox + "/pos", "app_id": demo.AppID, "terms": map[string]any{"shorten": 10, "cut_off_guard": "flag"},
		"terminals": []any{map[string]any{
			"id": "till-1", "tid": demo.Stores[0].Terminals[0].TID, "mid": demo.Stores[0].Terminals[0].MID, "merchant_id": demo.MerchantID, "store_code": demo.Stores[0].Code,
		}},
	})
	if err != nil {
		p.Fatal(err)
	}
	p.at(g, 0, "open", "accounts", "create", "ovo", "--merchant", merchant, "--settings", p.write("ovo.json", string(settings)),
		"--secret", "app_key="+p.write("ovo.key", demo.AppKey+"\n"))
}

// pay asks a gateway for a payment with a key, waits for its end, and gives the status, the state or the problem's code.
func (p *platform) pay(g *process, key, reference string) (int, string) {
	p.Helper()
	body := fmt.Sprintf(`{"amount":12500,"method":"ovo_push","phone":"081211110101","reference":%q}`, reference)
	r, err := http.NewRequestWithContext(p.Context(), "POST", g.url+"/v1/payments?wait=20", bytes.NewReader([]byte(body)))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	text, err := io.ReadAll(a.Body)
	var said struct{ State, Code string }
	if err != nil || json.Unmarshal(text, &said) != nil {
		p.Fatalf("%d %s, %v", a.StatusCode, text, err)
	}
	return a.StatusCode, said.State + said.Code
}

// until asks again until a gateway answers as it must, within the second or so that it may take to hear of a change.
func (p *platform) until(want string, ask func(try int) (int, string)) {
	p.Helper()
	end := time.Now().Add(2 * time.Minute)
	for try := 0; ; try++ {
		status, got := ask(try)
		if got == want {
			return
		}
		if time.Now().After(end) {
			p.Fatalf("after two minutes the answer is still %d %s, want %s", status, got, want)
		}
	}
}

var newKey = regexp.MustCompile(`lunas_test_[0-9a-f]{48}`)

// takes makes a merchant by the first gateway and has it paid by the last, then ends what it may.
func (p *platform) takes() {
	p.Helper()
	first, last := p.gateways[0], p.gateways[len(p.gateways)-1]
	p.at(first, 0, "There are no merchants", "merchants", "list")
	p.at(first, 0, "Teh Lunas", "merchants", "create", "teh", "--name", "Teh Lunas")
	p.at(first, 1, "there is a merchant teh already", "merchants", "create", "teh", "--name", "Teh")
	p.ovo(first, "teh")
	p.at(last, 0, "Teh Lunas", "merchants", "get", "teh")
	out := p.at(first, 0, "it is shown only now", "keys", "create", "--merchant", "teh", "--mode", "test", "--name", "kasir")
	key, id := newKey.FindString(out), regexp.MustCompile(`key_[0-9a-f]{12}`).FindString(out)
	p.until("paid", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-", try)) })
	if list := p.at(last, 0, "kasir", "keys", "list", "--merchant", "teh"); !strings.Contains(list, id) || strings.Contains(list, key) {
		p.Errorf("the keys are\n%s", list)
	}
	p.at(last, 0, "app_key of", "accounts", "get", "ovo", "--merchant", "teh")
	p.at(first, 0, "closed at", "accounts", "close", "ovo", "--merchant", "teh")
	p.until("no_account", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-closed-", try)) })
	p.at(first, 0, "open", "accounts", "open", "ovo", "--merchant", "teh")
	p.at(first, 0, "signed with", "accounts", "rotate", "ovo", "--merchant", "teh", "--from", "2099-01-01T00:00:00+07:00", "--secret", "app_key="+p.write("next.key", "another"))
	p.until("paid", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-again-", try)) })
	p.at(first, 0, "open", "accounts", "retire", "ovo", "--merchant", "teh")
	p.at(first, 0, "Rails     doku, then ovo; on to the next within 90 s", "merchants", "route", "teh", "--prefer", "doku,ovo", "--fail-over", "--within", "90s")
	p.at(first, 0, "Rails     doku, then ovo\n", "merchants", "route", "teh", "--no-fail-over")
	p.at(first, 1, "what is to change", "merchants", "route", "teh")
	p.at(first, 0, "closed at", "merchants", "close", "teh")
	p.until("revoked_api_key", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-merchant-", try)) })
	p.at(first, 0, "State     open", "merchants", "open", "teh")
	p.until("paid", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-opened-", try)) })
	p.at(last, 0, "merchant.closed", "actions", "--merchant", "teh", "--kind", "merchant.closed")
	p.at(first, 0, "revoked at", "keys", "revoke", id, "--merchant", "teh")
	p.until("revoked_api_key", func(try int) (int, string) { return p.pay(last, key, fmt.Sprint("INV-revoked-", try)) })
}

// TestASecondMerchantPaysWithoutARestart: made by the command line on a gateway that runs.
func TestASecondMerchantPaysWithoutARestart(t *testing.T) {
	t.Parallel()
	newPlatform(t, filepath.Join(t.TempDir(), "lunas.db"), 1).takes()
}

// TestASecondMerchantMadeOnOneGatewayPaysOnAnother: with PostgreSQL between them, and after both were killed, on a third.
func TestASecondMerchantMadeOnOneGatewayPaysOnAnother(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, testpg.DSN(t), 2)
	p.takes()
	out := p.at(p.gateways[0], 0, "good until", "keys", "create", "--merchant", "teh", "--mode", "test", "--expires", "2099-01-01T00:00:00+07:00")
	for _, g := range p.gateways {
		g.kill()
	}
	if status, state := p.pay(p.serve(), newKey.FindString(out), "INV-restarted"); state != "paid" {
		t.Errorf("after a start: %d %s, want paid", status, state)
	}
}

// TestTheMasterKeyChanges as lunas keys rewrap says: nothing that was sealed is lost, and the old one is not needed for it.
func TestTheMasterKeyChanges(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, filepath.Join(t.TempDir(), "lunas.db"), 1)
	p.at(p.gateways[0], 0, "", "merchants", "create", "teh", "--name", "Teh")
	p.ovo(p.gateways[0], "teh")
	p.gateways[0].kill()
	old, fresh := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	rewrap := func(keys string) (int, string) {
		code, out, errOut := lunas(t, []string{"LUNAS_MASTER_KEY=" + keys}, "keys", "rewrap", "--config", p.config)
		return code, out + errOut
	}
	if code, said := rewrap(fresh); code != 1 || !strings.Contains(said, "put its master key behind the present one") {
		t.Errorf("without the old key: %d %s", code, said)
	}
	if code, said := rewrap(fresh + " " + old); code != 0 || !strings.Contains(said, "the data keys of 1 merchant(s)") {
		t.Errorf("with both: %d %s", code, said)
	}
	if code, said := rewrap(fresh); code != 0 {
		t.Errorf("with the new one alone, afterwards: %d %s", code, said)
	}
	if code, said := rewrap(old); code != 1 {
		t.Errorf("with the old one alone, afterwards: %d %s", code, said)
	}
}

func TestMistakesOfThePlatformsCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notJSON := filepath.Join(dir, "settings")
	if err := os.WriteFile(notJSON, []byte("rail: ovo"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"LUNAS_URL=http://127.0.0.1:1", "LUNAS_API_KEY=lunas_admin_0123456789abcdef"}
	account := func(more ...string) []string {
		return append([]string{"accounts", "create", "ovo", "--merchant", "teh", "--settings", notJSON}, more...)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no merchant", []string{"accounts", "list"}, 2, "--merchant"},
		{"settings that are no JSON", account(), 1, "not valid JSON"},
		{"settings that are not there", []string{"accounts", "create", "ovo", "--merchant", "teh", "--settings", "/nowhere"}, 1, "--settings"},
		{"a secret on the command line", []string{"accounts", "rotate", "ovo", "--merchant", "teh", "--secret", "app_key=canary"}, 1, "give the name of a file"},
		{"no secret", []string{"accounts", "rotate", "ovo", "--merchant", "teh"}, 1, "--secret NAME=FILE"},
		{"a time", []string{"accounts", "rotate", "ovo", "--merchant", "teh", "--from", "soon"}, 1, "--from must look like"},
		{"an overlap", []string{"keys", "rotate", "key_1", "--overlap", "200h"}, 1, "0s to 168h"},
		{"a configuration for another key", []string{"keys", "create", "--config", notJSON}, 1, "--config is for --admin"},
		{"an admin's key of a merchant", []string{"keys", "create", "--admin", "--merchant", "teh"}, 1, "leave --merchant out"},
		{"nobody there", []string{"merchants", "list"}, 1, "does not answer"},
	} {
		code, out, errOut := lunas(t, environ, c.args...)
		if code != c.code || !strings.Contains(errOut, c.want) || strings.Contains(out+errOut, "canary") {
			t.Errorf("%s: lunas %s = %d\n%s\nwant %d and %q", c.name, strings.Join(c.args, " "), code, errOut, c.code, c.want)
		}
	}
}
