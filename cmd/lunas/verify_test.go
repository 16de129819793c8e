package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // to tamper with a database
)

// The log of a gateway that goes on working is exported and verified; what somebody with access to the database
// changes, or cuts off, is noticed.
func TestTheLogIsExportedAndVerified(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	var p struct{ ID, State string }
	pay := func() {
		t.Helper()
		if code := d.call("POST", d.url+"/v1/payments?wait=30", `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211110101"}`, &p); code != 201 || p.State != "paid" {
			t.Fatalf("a payment: %d %+v", code, p)
		}
	}
	pay()
	folder := t.TempDir()
	database, heads := filepath.Join(d.data, "lunas.db"), filepath.Join(folder, "heads.json")
	export := func(name string) string {
		t.Helper()
		file := filepath.Join(folder, name)
		if code, _, errOut := lunas(t, nil, "export", "--db", database, file); code != 0 {
			t.Fatalf("lunas export: %d %s", code, errOut)
		}
		return file
	}
	verify := func(file string, want int, words string) {
		t.Helper()
		code, out, errOut := lunas(t, nil, "verify", "--heads", heads, file)
		if code != want || !strings.Contains(out+errOut, words) {
			t.Errorf("lunas verify: %d %s%s, want %d with %q", code, out, errOut, want, words)
		}
	}
	verify(export("1.jsonl"), 0, "Everything is as it was written.")
	pay()
	verify(export("2.jsonl.gz"), 0, "Everything is as it was written.")
	if code, _, errOut := lunas(t, nil, "export", "--db", database, filepath.Join(folder, "1.jsonl")); code == 0 || !strings.Contains(errOut, "exists") {
		t.Errorf("an export over a file that is there: %d %s", code, errOut)
	}
	d.stop()

	db, err := sql.Open("sqlite", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DELETE FROM chain_links WHERE link = (SELECT max(link) FROM chain_links)`); err != nil {
		t.Fatal(err)
	}
	verify(export("3.jsonl"), 1, "is known from an earlier check")
	if _, err := db.Exec(`UPDATE exchanges SET note = 'nothing happened' WHERE id = (SELECT min(id) FROM exchanges)`); err != nil {
		t.Fatal(err)
	}
	verify(export("4.jsonl"), 1, "a row is not what was written")
	if err := os.WriteFile(heads, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	verify(export("5.jsonl"), 1, "does not hold heads")
}
