package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/sandbox"
)

// certified makes a run in a data folder and gives its folder.
func certified(t *testing.T, data string, args ...string) string {
	t.Helper()
	code, out, errOut := lunas(t, nil, append([]string{"certify", "--data", data, "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("lunas certify: %d %s", code, errOut)
	}
	var result struct{ Folder string }
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	return result.Folder
}

// unzipped are the files of a pack.
func unzipped(t *testing.T, path string) map[string][]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// The two commands by which a merchant gets documents, and what becomes of a pack that somebody has changed.
func TestARunBecomesDocuments(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	folder := certified(t, data, "--suite", "snap-devsite")
	picture := filepath.Join(t.TempDir(), "phone.png")
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 80))); err != nil {
		t.Fatal(err)
	}
	attached := filepath.Join(t.TempDir(), "portal.pdf")
	for path, content := range map[string][]byte{picture: b.Bytes(), attached: []byte("%PDF of the portal")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errOut := lunas(t, nil, "evidence", "--data", data, "--run", folder, "--attach", attached, "--capture", "dev-03="+picture+"=Layar QR")
	if code != 0 || !strings.Contains(out, "SANDBOX – an emulator answered") {
		t.Fatalf("lunas evidence: %d %s%s", code, out, errOut)
	}
	key := regexp.MustCompile(`signed with the key (\S+)`).FindStringSubmatch(out)[1]
	packs, _ := filepath.Glob(filepath.Join(data, "evidence", "SANDBOX-snap-devsite-*", "*.zip"))
	if len(packs) != 1 {
		t.Fatalf("packs: %q", packs)
	}
	files := unzipped(t, packs[0])
	for _, name := range []string{
		"manifest.json", "manifest.sig", "public-key.pem", "README.txt", "portal.pdf", "SANDBOX-snap-devsite.pdf", "SANDBOX-snap-devsite.html",
		"SANDBOX-devsite-summary.pdf", "SANDBOX-devsite-summary.html", "SANDBOX-functional-test.xlsx",
	} {
		if len(files[name]) == 0 {
			t.Errorf("the pack lacks %s", name)
		}
	}
	if page := string(files["SANDBOX-snap-devsite.html"]); !strings.Contains(page, "Layar QR") || !strings.Contains(page, "picture by the tester") {
		t.Error("the tester's picture is not in the document")
	}
	if summary := string(files["SANDBOX-devsite-summary.html"]); strings.Contains(summary, "<pre") || strings.Count(summary, "dev-") < 10 {
		t.Error("the summary shows messages, or not the ten scenarios")
	}
	for name := range files {
		if secret := sandbox.DemoSNAPMerchant().Secret; bytes.Contains(files[name], []byte(secret)) || bytes.Contains(files[name], []byte("PRIVATE KEY")) {
			t.Errorf("%s holds a secret", name)
		}
	}
	if code, out, errOut := lunas(t, nil, "evidence", "verify", packs[0], "--key", key); code != 0 || !strings.Contains(out, "signed with the key that was expected") {
		t.Errorf("lunas evidence verify: %d %s%s", code, out, errOut)
	}
	if code, _, errOut := lunas(t, nil, "evidence", "verify", packs[0], "--key", "0000-0000"); code != 1 || !strings.Contains(errOut, "and not with 0000-0000") {
		t.Errorf("with another key: %d %s", code, errOut)
	}
	tampered := filepath.Join(t.TempDir(), "tampered.zip")
	raw, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(tampered, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := lunas(t, nil, "evidence", "verify", tampered); code != 1 || !strings.Contains(errOut, "the pack is not as it was made") {
		t.Errorf("a changed pack: %d %s", code, errOut)
	}
	document := strings.TrimSuffix(filepath.Base(packs[0]), ".zip")
	for _, c := range []struct {
		status string
		code   int
		words  string
	}{{"approved", 1, "is made, so it cannot become approved"}, {"submitted", 0, "is submitted"}, {"returned", 0, "is returned"}} {
		code, out, errOut := lunas(t, nil, "evidence", "status", document, c.status, "--by", "Siti", "--note", "lewat surel", "--data", data)
		if code != c.code || !strings.Contains(out+errOut, c.words) {
			t.Errorf("status %s: %d %s%s", c.status, code, out, errOut)
		}
	}
	if _, out, _ := lunas(t, nil, "evidence", "list", "--data", data); !strings.Contains(out, "returned") || !strings.Contains(out, "Siti") || !strings.Contains(out, "sandbox") {
		t.Errorf("lunas evidence list:\n%s", out)
	}
}

// One command makes what OVO and Bank Indonesia ask for; what is not finished has no documents.
func TestOneCommandMakesAllDocuments(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	code, out, errOut := lunas(t, nil, "certify", "--suite", "ovo-uat,snap-functional", "--documents", "--data", data)
	if code != 0 {
		t.Fatalf("lunas certify --documents: %d %s%s", code, out, errOut)
	}
	for _, pattern := range []string{
		"SANDBOX-ovo-uat-*/SANDBOX-uat.pdf", "SANDBOX-ovo-uat-*/SANDBOX-ovo-uat-*.zip",
		"SANDBOX-snap-functional-*/SANDBOX-functional-test.xlsx", "SANDBOX-snap-functional-*/SANDBOX-snap-functional-*.zip",
	} {
		found, err := filepath.Glob(filepath.Join(data, "evidence", pattern))
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %v %v", pattern, found, err)
			continue
		}
		if !strings.HasSuffix(pattern, ".zip") {
			continue
		}
		if code, out, errOut := lunas(t, nil, "evidence", "verify", found[0]); code != 0 {
			t.Errorf("lunas evidence verify %s: %d %s%s", found[0], code, out, errOut)
		}
	}
	data = t.TempDir()
	if code, _, _ := lunas(t, nil, "certify", "--suite", "doku", "--only", "doku-01", "--documents", "--data", data); code != codeUnfinished {
		t.Errorf("a part of a suite = %d", code)
	}
	if made, _ := filepath.Glob(filepath.Join(data, "evidence", "*")); len(made) != 0 {
		t.Errorf("a part of a suite has documents: %v", made)
	}
	if code, _, errOut := lunas(t, nil, "certify", "--suite", "doku,faspay", "--run", data); code != 1 || !strings.Contains(errOut, "leave it out for several") {
		t.Errorf("several suites in one folder = %d %s", code, errOut)
	}
}

// What scripts read of a run, and how it goes on.
func TestCertifyForScripts(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if code, out, _ := lunas(t, nil, "certify", "--suite", "ovo-uat", "--plan", "--target", "staging"); code != 0 || !strings.Contains(out, "left out here") ||
		!strings.Contains(out, "here: the answer to the push is not read at our own end") || !strings.Contains(out, "needs a phone whose OVO account is blocked") || !strings.Contains(out, "tester: open the OVO app") {
		t.Errorf("the plan: %d %s", code, out)
	}
	code, out, errOut := lunas(t, nil, "certify", "--suite", "doku", "--only", "doku-01", "--data", data)
	if code != codeUnfinished || !strings.Contains(out, "passed     doku-01") || !strings.Contains(errOut, "still to be made") {
		t.Errorf("a part of a suite: %d %s%s", code, out, errOut)
	}
	code, out, errOut = lunas(t, nil, "certify", "--suite", "doku", "--data", data)
	if code != 0 || strings.Contains(out, "passed     doku-01") || !strings.Contains(out, "passed     doku-02") {
		t.Errorf("going on: %d %s%s", code, out, errOut)
	}
	for _, c := range []struct {
		args  []string
		words string
	}{
		{[]string{"--suite", "doku", "--target", "devsite"}, "tests SNAP only"},
		{[]string{"--suite", "doku", "--only", "doku-99"}, "no scenario \"doku-99\""},
		{[]string{"--suite", "ovo-uat", "--phone-for", "ovo-01=081211110101"}, "no scenario \"ovo-01\" that needs a phone of its own"},
		{[]string{"--suite", "ovo-uat", "--phone-for", "ovo-12=+1555"}, "the phone number of ovo-12"},
		{[]string{"--suite", "ovo-uat", "--target", "staging"}, "master_key_file is missing"},
	} {
		if code, _, errOut := lunas(t, nil, append([]string{"certify", "--data", t.TempDir()}, c.args...)...); code != 1 || !strings.Contains(errOut, c.words) {
			t.Errorf("lunas certify %q: %d %s, want %q", c.args, code, errOut, c.words)
		}
	}
}

// Documents of payments that a gateway has made, while it goes on working: what is cut of live ones, and what is noted.
func TestEvidenceOfPayments(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	var p paymentAnswer
	if code := d.call("POST", d.url+"/v1/payments?wait=30", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211110101"}`, &p); code != 201 || p.State != "paid" {
		t.Fatalf("a payment: %d %+v", code, p)
	}
	folder := t.TempDir()
	demo := sandbox.DemoMerchant()
	write := func(environment string) string {
		t.Helper()
		path := filepath.Join(folder, environment+".yaml")
		text := `database: ` + filepath.Join(d.data, "lunas.db") + `
master_key_file: ` + filepath.Join(d.data, "master.key") + `
merchants:
  - id: demo
    name: Toko Lunas
    accounts:
      - {id: ovo, rail: ovo, environment: ` + environment + `, url: "https://ovo.example/pos", app_id: a, app_key_env: APP_KEY, terminals: [
          {id: till-1, tid: "00300001", mid: 0010000000MM001, merchant_id: "200179", store_code: MM001}]}
`
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hmac := regexp.MustCompile(`Hmac: [0-9a-f]{64}`)
	for environment, c := range map[string]struct{ cut, banner string }{
		"production": {"Hmac: [cut: 64 characters]", "PRODUCTION – live payments"}, "sandbox": {"", "SANDBOX"},
	} {
		out := filepath.Join(folder, environment)
		code, said, errOut := lunas(t, []string{"APP_KEY=" + demo.AppKey}, "evidence", "--payments", p.ID, "--merchant", "demo", "--config", write(environment),
			"--data", folder, "--out", out, "--reason", "sengketa 4711")
		if code != 0 {
			t.Fatalf("lunas evidence: %d %s", code, errOut)
		}
		pages, _ := filepath.Glob(filepath.Join(out, "*payments.html"))
		if len(pages) != 1 || !strings.Contains(said, c.banner) {
			t.Fatalf("documents: %q, %s", pages, said)
		}
		page, err := os.ReadFile(pages[0])
		if err != nil {
			t.Fatal(err)
		}
		if hmac.Match(page) != (c.cut == "") || !strings.Contains(string(page), c.cut) || !strings.Contains(string(page), c.banner) {
			t.Errorf("%s: the signature is shown: %v; the banner: %v", environment, hmac.Match(page), strings.Contains(string(page), c.banner))
		}
		if bytes.Contains(page, []byte(demo.AppKey)) {
			t.Error("the document holds the app key")
		}
	}
	if code, _, errOut := lunas(t, []string{"APP_KEY=" + demo.AppKey}, "evidence", "--payments", "pay_x", "--merchant", "demo", "--config", write("staging"), "--data", folder); code != 1 || !strings.Contains(errOut, "has no payment pay_x") {
		t.Errorf("a payment that is not there: %d %s", code, errOut)
	}
	d.stop()
	db, err := sql.Open("sqlite", filepath.Join(d.data, "lunas.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var noted int
	if err := db.QueryRow(`SELECT count(*) FROM actions WHERE kind = 'evidence.exported' AND reason = 'sengketa 4711' AND merchant_id = 'demo'`).Scan(&noted); err != nil || noted != 2 {
		t.Errorf("%d exports are noted in the log of actions (%v), want 2", noted, err)
	}
}
