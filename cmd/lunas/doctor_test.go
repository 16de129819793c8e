package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/testpg"
	"github.com/lunas-pay/lunas/sandbox"
)

// examined runs lunas doctor --json.
func examined(t *testing.T, code int, environ []string, args ...string) map[string]doctor.Finding {
	t.Helper()
	got, out, errOut := lunas(t, environ, append([]string{"doctor", "--json"}, args...)...)
	var r doctor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || got != code {
		t.Fatalf("lunas doctor %s = %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, errOut)
	}
	for _, secret := range []string{sandbox.DemoMerchant().AppKey, sandbox.DemoSNAPMerchant().Secret, strings.Repeat("ab", 32), "PRIVATE KEY"} {
		if strings.Contains(out+errOut, secret) {
			t.Errorf("lunas doctor shows a secret")
		}
	}
	all := map[string]doctor.Finding{}
	for _, f := range r.Findings {
		all[f.About+", "+f.Check] = f
	}
	return all
}

// TestDoctor: before a gateway runs, while one has the database, and by that one itself.
func TestDoctor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := newHouse(t, filepath.Join(dir, "lunas.db"))
	environ := []string{"LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32), "DEMO_KEY=lunas_test_0123456789abcdef01234567", "DEMO_APP_KEY=" + sandbox.DemoMerchant().AppKey, "DEMO_QRIS_SECRET=" + sandbox.DemoSNAPMerchant().Secret}
	must := func(all map[string]doctor.Finding, line string, want doctor.Status, found string) {
		t.Helper()
		if f := all[line]; f.Status != want || !strings.Contains(f.Found, found) {
			t.Errorf("%s: %+v, want %s and %q", line, f, want, found)
		}
	}
	all := examined(t, codeUnwell, environ, "--config", h.config)
	must(all, "database, settings", doctor.Failed, "migrat")
	must(all, "account demo/ovo, signature", doctor.OK, "25")

	code, out, errOut := lunas(t, environ, "migrate", "--config", h.config)
	if code != 0 {
		t.Fatalf("migrate: %s%s", out, errOut)
	}
	code, out, _ = lunas(t, environ, "keys", "create", "--admin", "--config", h.config)
	admin := strings.Fields(out[max(0, strings.Index(out, "lunas_admin_")):])[0]
	if code != 0 {
		t.Fatal(out)
	}
	all = examined(t, 0, environ, "--config", h.config)
	must(all, "database, journal_mode", doctor.OK, "wal")
	must(all, "database, synchronous", doctor.OK, "2")
	must(all, "database, master key", doctor.OK, "")
	must(all, "account demo/ovo, numbering", doctor.OK, "1/1 comes next")
	must(all, "account demo/qris, token", doctor.OK, "given")
	must(all, "account demo/qris, signature", doctor.OK, "")
	must(all, "this machine, permissions", doctor.OK, "2 file(s)")
	if err := os.Chmod(h.config, 0o644); err != nil {
		t.Fatal(err)
	}
	must(examined(t, codeUnwell, environ, "--config", h.config), "this machine, permissions", doctor.Failed, "0644")

	g := h.serve()
	must(examined(t, codeUnwell, environ, "--config", h.config), "database, settings", doctor.NotChecked, "a gateway has it open")
	all = examined(t, codeUnwell, []string{"LUNAS_URL=" + g.url, "LUNAS_API_KEY=" + admin})
	must(all, "database, synchronous", doctor.OK, "2")
	must(all, "this machine, permissions", doctor.Failed, "0644")
	must(all, "account demo/qris, signature", doctor.OK, "")
	code, out, _ = lunas(t, []string{"LUNAS_URL=" + g.url, "LUNAS_API_KEY=" + admin}, "doctor")
	if code != codeUnwell || !strings.Contains(out, "mend:   chmod 600") || !strings.Contains(out, "1 failed.") {
		t.Errorf("for people: %d\n%s", code, out)
	}
	if code, _, errOut := lunas(t, []string{"LUNAS_URL=" + g.url, "LUNAS_API_KEY=lunas_test_0123456789abcdef01234567"}, "doctor"); code != 1 {
		t.Errorf("with a merchant's key: %d %s", code, errOut)
	}
}

// TestDoctorOfPostgres: beside a gateway, and what its settings say.
func TestDoctorOfPostgres(t *testing.T) {
	t.Parallel()
	h := newHouse(t, testpg.DSN(t))
	environ := []string{"LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32), "DEMO_KEY=lunas_test_0123456789abcdef01234567", "DEMO_APP_KEY=" + sandbox.DemoMerchant().AppKey, "DEMO_QRIS_SECRET=" + sandbox.DemoSNAPMerchant().Secret}
	if code, out, errOut := lunas(t, environ, "migrate", "--config", h.config); code != 0 {
		t.Fatalf("migrate: %s%s", out, errOut)
	}
	_, out, _ := lunas(t, environ, "doctor", "--json", "--config", h.config)
	var r doctor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := map[string]doctor.Status{}
	for _, f := range r.Findings {
		if f.About == "database" {
			seen[f.Check] = f.Status
		}
	}
	for _, check := range []string{"fsync", "full_page_writes", "synchronous_commit", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "server_encoding", "transaction_read_only", "clock", "master key"} {
		want := doctor.OK
		if check == "fsync" || check == "full_page_writes" { // the tests' own PostgreSQL keeps nothing
			want = seen[check]
		}
		if seen[check] != want || seen[check] == "" || seen[check] == doctor.NotChecked {
			t.Errorf("%s: %q, want %s", check, seen[check], want)
		}
	}
}

func TestDoctorOfACallback(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusFound))
	t.Cleanup(s.Close)
	code, out, _ := lunas(t, nil, "doctor", "--callback", s.URL+"/notify/snap/qris")
	if code != codeUnwell || !strings.Contains(out, "302 redirects") {
		t.Errorf("%d\n%s", code, out)
	}
	if code, _, errOut := lunas(t, nil, "doctor", "--callback", "pay.example.id"); code != 1 || !strings.Contains(errOut, "must look like") {
		t.Errorf("%d %s", code, errOut)
	}
	if code, _, errOut := lunas(t, nil, "doctor"); code != 1 || !strings.Contains(errOut, "or give --config") {
		t.Errorf("%d %s", code, errOut)
	}
}
