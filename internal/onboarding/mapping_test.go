package onboarding

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/store"
)

func exampleMapping(t testing.TB) Mapping {
	t.Helper()
	text, err := Example()
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseMapping(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMappingsThatAreWrong(t *testing.T) {
	t.Parallel()
	text, err := Example()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"format: csv", "format: pdf", `format: "pdf" is none of csv and xlsx`},
		{"name: simpan-berkas", "nam: x", "field nam not found"},
		{"file: lunas_{date}_{number}", "file: ../x_{date}_{number}", "file: expected letters"},
		{"file: lunas_{date}_{number}", "file: lunas_{date}", "{number}"},
		{`file: "{name}_result"`, `file: result`, "answer.file: expected"},
		{"inbox: /inbox", "inbox: ../..", "inbox: "},
		{"tid: TID", "tid: ''", "answer.tid: name the column"},
		{"refused: [REJECTED]", "refused: []", "answer.accepted and answer.refused"},
		{"from: reference,", "from: merchant.id,", "one must be from: reference"},
		{"from: merchant.name", "from: merchant.nam", `from: "merchant.nam" is none of`},
		{"kind: phone", "kind: fax", `kind: "fax" is none of`},
		{"min: 15, max: 16", "min: 17, max: 16", "min and max"},
		{"name: City", "name: Address", "columns[7].name"},
		{"from: egress", "from: egress, value: x", "exclude each other"},
	} {
		if !strings.Contains(string(text), c.old) {
			t.Fatalf("the example has no %q", c.old)
		}
		_, err := ParseMapping([]byte(strings.Replace(string(text), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
	if _, err := ParseMapping(nil); err == nil {
		t.Error("an empty mapping is taken")
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		column Column
		value  string
		want   string // a part of what is wrong; empty: nothing
	}{
		{Column{}, "", ""},
		{Column{Required: true, From: "details.npwp"}, "", "fill in the column npwp"},
		{Column{Required: true}, "", "give the column a value"},
		{Column{Max: 3}, "ééé", ""},
		{Column{Max: 3}, "éééé", "has 4 characters; expected at most 3"},
		{Column{Min: 2}, "a", "expected at least 2"},
		{Column{Min: 5, Max: 5}, "1234", "expected 5"},
		{Column{}, "a\nb", "control character"},
		{Column{Kind: Digits}, "123", ""},
		{Column{Kind: Digits}, "12a", "other characters than digits"},
		{Column{Kind: Digits}, "１２", "other characters than digits"},
		{Column{Kind: Phone}, "+62811223344", ""},
		{Column{Kind: Phone}, "0811-2233", "no phone number"},
		{Column{Kind: Email}, "a@b.id", ""},
		{Column{Kind: Email}, "A <a@b.id>", "no e-mail"},
		{Column{Kind: Email}, "a@b", "no e-mail"},
		{Column{Kind: Date}, "2026-02-28", ""},
		{Column{Kind: Date}, "2026-02-29", "no day"},
		{Column{OneOf: []string{"A", "B"}}, "B", ""},
		{Column{OneOf: []string{"A", "B"}}, "C", "none of A, B"},
	} {
		got := c.column.wrong(c.value)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v, %q: %q, want %q", c.column, c.value, got, c.want)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	m := exampleMapping(t)
	read := func(content string) ([]answered, error) {
		path := filepath.Join(t.TempDir(), "answer.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return readAnswer(m, path)
	}
	const head = "partner reference ; STATUS;MID;TID;Remarks\n"
	rows, err := read(head + "a;approved;m1;00000001;\nb;Rejected;;;\nc;PENDING;;;\nd;APPROVED;m1;123;\ne;APPROVED;;00000001;\nf;REJECTED;;;no\x07pe\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		state  store.RegistrationState
		reason string
	}{
		{store.RegistrationAnswered, ""},
		{store.RegistrationRefused, "no reason was given"},
		{store.RegistrationSent, "its status is PENDING"},
		{store.RegistrationSent, "the TID of the answer is not 8 digits"},
		{store.RegistrationSent, "the MID of the answer is not 1 to 15 characters"},
		{store.RegistrationRefused, "no pe"},
	} {
		if got := rows[i]; got.State != want.state || !strings.Contains(got.Reason, want.reason) || (want.reason == "" && got.Reason != "") {
			t.Errorf("row %d: %s, %q, want %s, %q", i+1, got.State, got.Reason, want.state, want.reason)
		}
	}
	if rows[0].TID != "00000001" || rows[0].MID != "m1" {
		t.Errorf("the first row gave %+v", rows[0])
	}
	for _, bad := range []string{"", "a,b\n1,2\n", "Partner Reference\nx\n"} {
		if _, err := read(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// An answer comes from outside: whatever it is, it is read or refused, and nothing that it gives is out of form.
func FuzzAnswer(f *testing.F) {
	m := exampleMapping(f)
	f.Add([]byte("Partner Reference,Status,MID,TID,Remarks\na,APPROVED,m,00000001,\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\"\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "answer")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		rows, err := readAnswer(m, path)
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.State == store.RegistrationAnswered && (len(r.TID) != 8 || r.MID == "" || len(r.MID) > 15) {
				t.Errorf("%+v is accepted", r)
			}
		}
	})
}
