package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

const good = `
listen: 127.0.0.1:9000
database: /var/lib/lunas/lunas.db
master_key_file: MASTER
merchants:
  - id: kopi
    name: Kopi Lunas
    api_keys:
      - {mode: test, key_env: KOPI_KEY}
    accounts:
      - id: ovo
        rail: ovo
        environment: staging
        app_id: kopi
        app_key_file: APPKEY
        terms: {late_approval: reverse, cut_off_guard: flag, auto_check: false}
        terminals:
          - {id: till-1, tid: "00300001", mid: MID, merchant_id: "200179", store_code: MM001, numbering: ddmmyy}
`

// secondAccount is another account of the same merchant with one terminal.
func secondAccount(id, tid string) string {
	return `      - id: ovo-2
        rail: ovo
        environment: staging
        app_id: kopi
        app_key_file: APPKEY
        terminals:
          - {id: ` + id + `, tid: "` + tid + `", mid: MID, merchant_id: "200179", store_code: MM001}`
}

// write lays out a configuration with its secrets and gives its path.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"MASTER": strings.Repeat("ab", 32), "APPKEY": "canary-app-key\n", "EMPTY": "",
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, name, path)
	}
	path := filepath.Join(dir, "lunas.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var environ = []string{"KOPI_KEY=lunas_test_0123456789abcdefghijklmnop", "PATH=/bin"}

func TestLoad(t *testing.T) {
	c, err := Load(write(t, good), append(environ, "LUNAS_LISTEN=0.0.0.0:80", "LUNAS_PUBLIC_URL=https://pay.example.id/", "LUNAS_URL=http://reserved"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "0.0.0.0:80" {
		t.Errorf("Listen = %q, want the environment's", c.Listen)
	}
	if c.PublicURL != "https://pay.example.id" {
		t.Errorf("PublicURL = %q, want the environment's without the slash", c.PublicURL)
	}
	a := c.Merchants[0].Accounts[0]
	if a.OVO.OneSentence {
		t.Error("the waiting page shows one sentence, want the steps by default")
	}
	if a.URL != "https://app.byte-stack.net/pos" || a.Environment != merchant.Staging {
		t.Errorf("account = %s %s, want OVO's staging address", a.Environment, a.URL)
	}
	if a.Terms.LateApproval != payment.ReverseLate || a.Terms.AutoCheck || a.Terms.CutOffGuard != payment.FlagAtCutOff {
		t.Errorf("terms = %+v, want the file's settings", a.Terms)
	}
	if a.OVO.AppKey.Reveal() != "canary-app-key" {
		t.Error("the app key is not the file's content without its line end")
	}
	if a.Terminals[0].Style != payment.ByDate {
		t.Errorf("style = %q, want ddmmyy", a.Terminals[0].Style)
	}
	if l := c.Limits; len(l.Phone) != 2 || l.Phone[0] != (Rate{Count: 5, Per: 10 * time.Minute}) || len(l.Key) != 0 {
		t.Errorf("limits = %+v, want the usual ones on phones and none on keys", l)
	}
	if key := c.Merchants[0].Keys[0]; key.Hash != merchant.HashKey("lunas_test_0123456789abcdefghijklmnop") {
		t.Error("the API key's hash is not that of the key")
	}
}

func TestMistakesAreNamedAllAtOnce(t *testing.T) {
	for _, c := range []struct{ name, old, new, env, want string }{
		{"unknown key", "name: Kopi", "nmae: Kopi", "", `unknown key "merchants[0].nmae" in the configuration; did you mean "name"?`},
		{"unknown top key", "listen:", "listn:", "", `unknown key "listn" in the configuration; did you mean "listen"?`},
		{"unknown variable", "", "", "LUNAS_LISTN=x", `unknown environment variable LUNAS_LISTN; did you mean LUNAS_LISTEN?`},
		{"senseless variable", "", "", "LUNAS_COLOUR=x", "unknown environment variable LUNAS_COLOUR; LUNAS_ and a top key"},
		{"a rate without a time", "listen:", "limits: {per_phone: [5 in ten]}\nlisten:", "", `limits.per_phone[0] is "5 in ten"; it must look like 5 in 10m`},
		{"a rate of none", "listen:", "limits: {per_key: [0 in 10m]}\nlisten:", "", `limits.per_key[0] is "0 in 10m"`},
		{"no network", "listen:", "webhooks: {allow: [10.0.0.1/8]}\nlisten:", "", "webhooks.allow[0] must be a network such as 10.20.0.0/16"},
		{"public_url without a scheme", "listen:", "public_url: pay.example.id\nlisten:", "", "public_url must be an address such as https://pay.example.id"},
		{"public_url with a path", "listen:", "public_url: https://pay.example.id/checkout\nlisten:", "", "public_url must be an address such as"},
		{"public_url with a query", "listen:", "public_url: https://pay.example.id?a=b\nlisten:", "", "public_url must be an address such as"},
		{"public_url of another kind", "listen:", "public_url: ftp://pay.example.id\nlisten:", "", "public_url must be an address such as"},
		{"waiting text", "app_id: kopi", "app_id: kopi\n        waiting_text: poem", "", `waiting_text is "poem"; it must be one of steps, sentence`},
		{"master key in the file", "listen:", "master_key: " + strings.Repeat("canary", 9) + "\nlisten:", "", `unknown key "master_key"`},
		{"secret as a number", "app_key_file: APPKEY", "app_key_file: 99990123456789", "", "value of the wrong kind"},
		{"key twice", "{mode: test, key_env: KOPI_KEY}", "{mode: test, key_env: KOPI_KEY}\n      - {mode: test, key_env: KOPI_KEY}", "", "merchants[0].api_keys[1].key is given twice"},
		{"terminal twice", "numbering: ddmmyy}", "numbering: ddmmyy}\n" + secondAccount("till-1", "00300002"), "", "accounts[1].terminals[0].id must be there and be unique"},
		{"tid twice", "numbering: ddmmyy}", "numbering: ddmmyy}\n" + secondAccount("till-2", "00300001"), "", "accounts[1].terminals[0].tid is another terminal's too"},
		{"secret in the file", "app_key_file: APPKEY", "app_key: hidden", "", `unknown key "merchants[0].accounts[0].app_key"`},
		{"missing secret file", "app_key_file: APPKEY", "app_key_file: /nowhere", "", "app_key_file cannot be read"},
		{"empty secret file", "app_key_file: APPKEY", "app_key_file: EMPTY", "", "is an empty file"},
		{"empty variable", "", "", "KOPI_KEY=", "KOPI_KEY, which is empty"},
		{"short key", "", "", "KOPI_KEY=lunas_test_x", "must begin with lunas_test_"},
		{"wrong rail", "rail: ovo", "rail: gopay", "", `rail is "gopay"; it must be one of ovo`},
		{"plain http", "app_id: kopi", "app_id: kopi\n        url: http://example.com/pos", "", "url must be an https address"},
		{"tid", `"00300001"`, `"3001"`, "", "tid must be 8 digits"},
		{"style", "ddmmyy", "daily", "", `numbering is "daily"; it must be one of sequence, ddmmyy`},
		{"no database", "database: /var/lib/lunas/lunas.db", "", "", "database is missing"},
		{"shortened waits", "auto_check: false", "shorten: 10", "", "shorten is for tests against the sandbox only"},
		{"log level", "listen:", "log_level: loud\nlisten:", "", `log_level is "loud"`},
		{"drain", "listen:", "drain: soon\nlisten:", "", "drain must be a length of time"},
		{"two master keys", "", "", "LUNAS_MASTER_KEY=" + strings.Repeat("cd", 32), "is given twice"},
		{"wrong type", "listen: 127.0.0.1:9000", "listen: [1]", "", "value of the wrong kind"},
		{"not yaml", "merchants:", "merchants: : :", "", "read the configuration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := environ
			if c.env != "" {
				env = append([]string{c.env}, environ...)
			}
			_, err := Load(write(t, strings.Replace(good, c.old, c.new, 1)), env)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Load = %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "9999012") || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "0123456789abcdefghij") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
	_, err := Load(write(t, strings.NewReplacer("rail: ovo", "rail: x", `"00300001"`, `"1"`).Replace(good)), environ)
	if err == nil || !strings.Contains(err.Error(), "rail is") || !strings.Contains(err.Error(), "tid must") {
		t.Errorf("Load = %v, want both mistakes", err)
	}
}

func TestPostgreSQL(t *testing.T) {
	const dsn = "postgres://lunas:canary@db-1,db-2/lunas?target_session_attrs=read-write"
	c, err := Load(write(t, strings.Replace(good, "/var/lib/lunas/lunas.db", dsn, 1)), environ)
	if err != nil || c.Database != dsn {
		t.Errorf("Load = %q, %v; want the address as it stands", c.Database, err)
	}
	c, err = Load(write(t, good), append(environ, "LUNAS_DATABASE="+dsn))
	if err != nil || c.Database != dsn {
		t.Errorf("Load = %q, %v; want the environment's address", c.Database, err)
	}
}

// The example in the documentation is a configuration, with what is commented out as well.
func TestTheDocumentedExampleLoads(t *testing.T) {
	doc, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(doc), "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	var lines []string
	for line := range strings.Lines(text) {
		if setting := strings.TrimPrefix(strings.TrimSpace(line), "# "); setting != strings.TrimSpace(line) &&
			!strings.Contains(setting, "by default") && !strings.Contains(setting, "for tests") {
			line = strings.Replace(line, "# ", "", 1)
		}
		lines = append(lines, line)
	}
	text = strings.Join(lines, "")
	keys := t.TempDir()
	for name, content := range map[string]string{
		"master.key": strings.Repeat("ab", 32), "kopi.key": "lunas_live_0123456789abcdef01234567",
		"kopi-ovo.key": "x", "kopi-qris.secret": "x", "kopi-qris.pem": "x", "kopi-doku.key": "x", "kopi-faspay.password": "x", "smtp.password": "x", "oidc.secret": "x",
	} {
		if err := os.WriteFile(filepath.Join(keys, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(write(t, strings.ReplaceAll(text, "/etc/lunas", keys)), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if want := time.Date(2027, 12, 31, 0, 0, 0, 0, payment.WIB); !c.Merchants[0].Keys[0].Expires.Equal(want) {
		t.Errorf("the key expires at %v, want %v: without quotation marks too", c.Merchants[0].Keys[0].Expires, want)
	}
	accounts := c.Merchants[0].Accounts
	if len(accounts) != 4 || accounts[1].SNAP.NMID == "" || accounts[1].SNAP.ChannelID == "" || len(accounts[1].SNAP.Paths) != 4 ||
		accounts[1].SNAP.Notify.Path == "" || accounts[2].DOKU.ResponseCheckSum == "" || accounts[3].Faspay.Customer.Email == "" {
		t.Errorf("accounts = %+v, want all rails with everything that is documented", accounts)
	}
}

func TestTheWaitingText(t *testing.T) {
	c, err := Load(write(t, strings.Replace(good, "app_id: kopi", "app_id: kopi\n        waiting_text: sentence", 1)), environ)
	if err != nil || !c.Merchants[0].Accounts[0].OVO.OneSentence {
		t.Errorf("Load = %v, want an account whose waiting page shows one sentence", err)
	}
}

// TestNoticesAndDoctor: each mistake is named, and nothing secret is.
func TestNoticesAndDoctor(t *testing.T) {
	const mail = "notices: {smtp: {host: 'mail.example.id:587', from: lunas@example.id, to: [ops@example.id], user: u, password_env: MAIL}}\n"
	with := append(slices.Clone(environ), "MAIL=canary")
	c, err := Load(write(t, good+mail+"doctor: {egress: [203.0.113.7, 203.0.113.8/29, '2001:db8::1'], ntp: 'time.example:123'}\n"), with)
	if err != nil || c.Notices.SMTP.Password.Reveal() != "canary" || c.Notices.SMTP.Encryption != "starttls" || len(c.Doctor.Egress) != 3 || c.Doctor.Egress[0].Bits() != 32 {
		t.Errorf("Load = %v, %+v %+v", err, c.Notices, c.Doctor)
	}
	for more, want := range map[string]string{
		strings.Replace(mail, "host: 'mail.example.id:587', ", "", 1):         "notices.smtp.host is missing",
		strings.Replace(mail, ":587", "", 1):                                  "notices.smtp.host must be a host and a port",
		strings.Replace(mail, "smtp: {", "smtp: {encryption: none, ", 1):      "may be none on this machine only",
		strings.Replace(mail, "smtp: {", "smtp: {encryption: ssl, ", 1):       `notices.smtp.encryption is "ssl"`,
		strings.Replace(mail, "[ops@example.id]", "[]", 1):                    "notices.smtp.to is empty",
		strings.Replace(mail, "[ops@example.id]", "['Ops <a@b.id>']", 1):      "notices.smtp.to[0] must be an e-mail address",
		strings.Replace(mail, "user: u, ", "", 1):                             "notices.smtp.user is missing",
		strings.Replace(mail, ", password_env: MAIL", "", 1):                  "password is missing",
		strings.Replace(mail, "lunas@example.id", "\"a@b.id\\nBcc: c@d\"", 1): "notices.smtp.from must be an e-mail address",
		"doctor: {egress: [everywhere]}\n":                                    "doctor.egress[0] must be an address",
		"doctor: {egress: [203.0.113.7/24]}\n":                                "doctor.egress[0] must be an address",
		"doctor: {reflector: 'file:///etc/passwd'}\n":                         "doctor.reflector must be an address",
		"doctor: {ntp: time.example}\n":                                       "doctor.ntp must be a host and a port",
	} {
		if _, err := Load(write(t, good+more), with); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want %q", more, err, want)
		}
	}
	files, err := Files(write(t, "database: x\nmaster_key_file: /m\nmerchants: [{accounts: [{app_key_file: /a, public_key_file: /p}, {app_key_file: /a}]}]\n"))
	if err != nil || len(files) != 3 || files[0] != "/a" || files[1] != "/m" {
		t.Errorf("Files = %v, %v", files, err)
	}
}
