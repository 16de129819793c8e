package main

import (
	"bufio"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is old is archived and removed while the gateway works: nothing is lost that comes late, the chains still hold, and
// an archive that was changed or never noted removes nothing.
func TestOldPaymentsAreArchived(t *testing.T) {
	t.Parallel()
	d := startDev(t)
	type paid struct{ ID, State string }
	pay := func(reference, key string) (p paid) {
		t.Helper()
		body := `{"amount":12500,"reference":"` + reference + `","method":"ovo_push","phone":"081211110101"}`
		if code := d.call("POST", d.url+"/v1/payments?wait=30", body, &p, "Idempotency-Key", key); code/100 != 2 || p.State != "paid" {
			t.Fatalf("a payment: %d %+v", code, p)
		}
		return p
	}
	old := pay("INV-1", "k-1")
	database, folder := filepath.Join(d.data, "lunas.db"), t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	run := func(want int, words string, args ...string) {
		t.Helper()
		code, out, errOut := lunas(t, nil, args...)
		if code != want || !strings.Contains(out+errOut, words) {
			t.Errorf("lunas %s: %d %s%s, want %d with %q", strings.Join(args, " "), code, out, errOut, want, words)
		}
	}
	run(0, "Nothing that is final is older", "archive", "create", "--db", database, "--older-than", "8", file("1.jsonl.gz"))
	run(1, "at least 8 days", "archive", "create", "--db", database, "--older-than", "7", file("1.jsonl.gz"))
	run(1, "ends in .jsonl.gz", "archive", "create", "--db", database, "--older-than", "8", file("1.jsonl"))
	if _, err := os.Stat(file("1.jsonl.gz")); err == nil {
		t.Error("an archive of nothing was left behind")
	}
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const days = "20 * 86400 * 1000000"
	if _, err := db.Exec(`UPDATE payments SET created_at = created_at - ` + days + `, updated_at = updated_at - ` + days); err != nil {
		t.Fatal(err)
	}
	young := pay("INV-2", "k-2")
	run(0, "1 payments, 2 halves of exchanges", "archive", "create", "--db", database, "--older-than", "8", file("1.jsonl.gz"))
	run(0, "is whole: 1 payments", "verify", file("1.jsonl.gz"))
	changed, err := os.ReadFile(file("1.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	changed[4]++ // a time in the header of gzip
	if err := os.WriteFile(file("other.jsonl.gz"), changed, 0o600); err != nil {
		t.Fatal(err)
	}
	run(1, "has not noted this archive", "archive", "remove", "--db", database, "--yes", file("other.jsonl.gz"))
	run(1, "nothing was removed", "archive", "remove", "--db", database, file("1.jsonl.gz"))
	run(0, "of 1 payments and of none. Left, since they have changed: 0", "archive", "remove", "--db", database, "--yes", file("1.jsonl.gz"))

	if again := pay("INV-1", "k-1"); again.ID != old.ID {
		t.Errorf("the old idempotency key gives %s, want %s", again.ID, old.ID)
	}
	var events struct {
		Archived      bool
		Data, Journal []any
	}
	for id, n := range map[string]int{old.ID: 0, young.ID: 2} {
		if d.call("GET", d.url+"/v1/payments/"+id+"/events", "", &events); len(events.Journal) != n || events.Archived != (n == 0) {
			t.Errorf("%s has %d entries, archived: %t", id, len(events.Journal), events.Archived)
		}
		events.Archived = false
	}
	run(0, "Written to", "export", "--db", database, file("log.jsonl"))
	run(0, "rows are in archives that were not given", "verify", file("log.jsonl"))
	run(0, "1 archives\nEverything is as it was written.", "verify", file("log.jsonl"), file("1.jsonl.gz"))
	run(1, "has noted no such archive", "verify", file("log.jsonl"), file("other.jsonl.gz"))
	run(1, "needs an export", "verify", "--heads", file("heads.json"), file("1.jsonl.gz"))

	// The next archive names the one before.
	if _, err := db.Exec(`UPDATE payments SET created_at = created_at - ` + days + `, updated_at = updated_at - ` + days); err != nil {
		t.Fatal(err)
	}
	run(0, "1 payments, 2 halves", "archive", "create", "--db", database, "--older-than", "8", file("2.jsonl.gz"))
	run(0, "is whole", "verify", file("1.jsonl.gz"), file("2.jsonl.gz"))
	run(0, "follows an archive that was not given", "verify", file("2.jsonl.gz"))
}

// childArgs is the command line of the process that TestARemovalThatIsKilled starts and kills, separated by line ends.
const childArgs = "LUNAS_TEST_CHILD_ARGS"

// A removal that is killed in the middle has removed nothing by halves: done again it ends, and the chains still hold.
func TestARemovalThatIsKilled(t *testing.T) {
	if args := os.Getenv(childArgs); args != "" {
		run(t.Context(), strings.Split(args, "\n"), nil, os.Stdout, os.Stderr)
		return
	}
	t.Parallel()
	d := startDev(t)
	body := `{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211110101"}`
	var paid struct{ ID, State string }
	if code := d.call("POST", d.url+"/v1/payments?wait=30", body, &paid, "Idempotency-Key", "k-1"); code/100 != 2 || paid.State != "paid" {
		t.Fatalf("a payment: %d %+v", code, paid)
	}
	var feed struct{ Data []any }
	for end := time.Now().Add(2 * time.Minute); len(feed.Data) < 2; time.Sleep(10 * time.Millisecond) {
		if d.call("GET", d.url+"/v1/events", "", &feed); time.Now().After(end) {
			t.Fatal("the events get no positions")
		}
	}
	d.stop() // nobody else writes
	database, folder := filepath.Join(d.data, "lunas.db"), t.TempDir()
	archive, log := filepath.Join(folder, "1.jsonl.gz"), filepath.Join(folder, "log.jsonl")
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	do := func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	const days = "20 * 86400 * 1000000"
	do(`UPDATE payments SET created_at = created_at - ` + days + `, updated_at = updated_at - ` + days)
	good := func(words string, args ...string) {
		t.Helper()
		if code, out, errOut := lunas(t, nil, args...); code != 0 || !strings.Contains(out, words) {
			t.Fatalf("lunas %s: %d %s%s, want %q", strings.Join(args, " "), code, out, errOut, words)
		}
	}
	rows := func() (told, journal, exchanges int) {
		t.Helper()
		err := db.QueryRow(`SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM journal), (SELECT count(*) FROM exchanges)`).Scan(&told, &journal, &exchanges)
		if err != nil {
			t.Fatal(err)
		}
		return told, journal, exchanges
	}
	good("1 payments", "archive", "create", "--db", database, "--older-than", "8", archive)
	told, journal, exchanges := rows()

	// It never comes beyond the first event.
	do(`CREATE TRIGGER never BEFORE DELETE ON told BEGIN
		SELECT (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c); END`)
	remove := []string{"archive", "remove", "--db", database, "--yes", archive}
	child := exec.Command(os.Args[0], "-test.run=^TestARemovalThatIsKilled$")
	child.Env = append(os.Environ(), childArgs+"="+strings.Join(remove, "\n"))
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill() }()
	for lines := bufio.NewScanner(out); !strings.Contains(lines.Text(), "They are removed"); {
		if !lines.Scan() {
			t.Fatal("the removal ended before it began")
		}
	}
	probe, err := db.Conn(t.Context())
	if err == nil {
		_, err = probe.ExecContext(t.Context(), `PRAGMA busy_timeout = 0`)
	}
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := probe.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
			break // the child is in its transaction
		}
		if _, err := probe.ExecContext(t.Context(), `ROLLBACK`); err != nil || time.Now().After(end) {
			t.Fatalf("the removal does not begin: %v", err)
		}
	}
	_ = probe.Close()
	_ = child.Process.Kill()
	_ = child.Wait()

	if a, b, c := rows(); a != told || b != journal || c != exchanges {
		t.Errorf("a removal that was killed left %d, %d and %d rows, want %d, %d and %d", a, b, c, told, journal, exchanges)
	}
	do(`DROP TRIGGER never`)
	good("of 1 payments and of none. Left, since they have changed: 0", remove...)
	if a, b, c := rows(); a+b+c >= told+journal+exchanges {
		t.Errorf("done again it left %d, %d and %d rows", a, b, c)
	}
	good("Written to", "export", "--db", database, log)
	good("Everything is as it was written.", "verify", log, archive)
}
