package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func open(t testing.TB, path string, now func() time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Now: now, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "lunas.db") }

func openStore(t testing.TB, now func() time.Time) store.Store { return open(t, newPath(t), now) }

func openBackend(t testing.TB, now func() time.Time) (store.Store, store.Backend) {
	s := open(t, newPath(t), now)
	return s, s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openStore)
}

func TestGroups(t *testing.T) {
	t.Parallel()
	storetest.RunGroups(t, openBackend)
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// openWithTerminal opens a store with a terminal on a clock that stands at 10:00 WIB.
func openWithTerminal(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s := open(t, path, storetest.NewClock().Now)
	saveTerminal(t, s)
	return s
}

func saveTerminal(t testing.TB, s store.Store) {
	t.Helper()
	terminal := store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}
	if err := s.SaveTerminal(t.Context(), terminal); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyOneProcess(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := open(t, path, nil)
	if second, err := sqlite.Open(t.Context(), sqlite.Options{Path: path}); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("second Open = %v, %v, want ErrInUse", second, err)
	}
	if _, _, err := sqlite.Migrate(t.Context(), path); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("Migrate while it is open = %v, want ErrInUse", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, nil)
}

func TestSchema(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: path}); !errors.Is(err, sqldb.ErrNeedsMigration) {
		t.Errorf("Open without a file = %v, want ErrNeedsMigration", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the refused Open has made a file: %v", err)
	}
	newest := sqldbtest.Newest(t)
	for _, want := range [][2]int{{0, newest}, {newest, newest}} {
		from, to, err := sqlite.Migrate(t.Context(), path)
		if err != nil || from != want[0] || to != want[1] {
			t.Errorf("Migrate = %d, %d, %v, want %v", from, to, err, want)
		}
	}
	if mode := must[os.FileInfo](t)(os.Stat(path)).Mode().Perm(); mode != 0o600 {
		t.Errorf("mode of the file = %o, want 600: it holds phone numbers", mode)
	}
	s := must[*sqlite.Store](t)(sqlite.Open(t.Context(), sqlite.Options{Path: path}))
	err := s.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: path}); !errors.Is(err, sqldb.ErrNewer) {
		t.Errorf("Open of a newer schema = %v, want ErrNewer", err)
	}
	if _, _, err := sqlite.Migrate(t.Context(), path); !errors.Is(err, sqldb.ErrNewer) {
		t.Errorf("Migrate of a newer schema = %v, want ErrNewer", err)
	}
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "no", "such", "folder")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open in a folder that is not there = %v", err)
	}
}

// A number that is given in vain would be a gap, and a payment that is half written a charge that nobody reverses.
func TestTroubleOfTheDiskLosesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, break_, mend string
		want               error
	}{
		{"full", `PRAGMA max_page_count = 1`, `PRAGMA max_page_count = 1073741823`, sqlite.ErrFull},
		{"read-only", `PRAGMA query_only = 1`, `PRAGMA query_only = 0`, sqlite.ErrReadOnly},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := openWithTerminal(t, newPath(t))
			big := storetest.NewPayment(1)
			finish := big.Finish
			big.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
				c, err := finish(n, t0)
				c.Exchanges[0].Sealed = make([]byte, 1<<20) // more than is free in the pages there are
				return c, err
			}
			if err := s.Exec(t.Context(), test.break_); err != nil {
				t.Fatal(err)
			}
			_, err := s.Commit(t.Context(), big)
			if !errors.Is(err, test.want) || errors.Is(err, store.ErrUnknown) {
				t.Errorf("Commit = %v, want %v", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "0812") {
				t.Errorf("the error holds a phone number: %v", err)
			}
			if err := s.Append(t.Context(), []exchange.Part{{ID: "e", MerchantID: "m", Sealed: make([]byte, 1<<20)}}); !errors.Is(err, test.want) {
				t.Errorf("Append = %v, want %v", err, test.want)
			}
			if test.name == "read-only" {
				if err := s.Ping(t.Context()); !errors.Is(err, test.want) {
					t.Errorf("Ping = %v, want %v", err, test.want)
				}
			}
			if _, err := s.Load(t.Context(), storetest.Merchant, big.Payment.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Load after the refusal = %v, want ErrNotFound", err)
			}
			if err := s.Exec(t.Context(), test.mend); err != nil {
				t.Fatal(err)
			}
			made := must[store.Change](t)(s.Commit(t.Context(), big))
			if got := made.Payment.Attempts[0].Number; got != (payment.Number{Batch: 1, Reference: 1}) {
				t.Errorf("number after the trouble = %v, want 1/1", got)
			}
			if _, err := sqldbtest.VerifyChains(t.Context(), s.Reading()); err != nil {
				t.Error(err)
			}
		})
	}
}

// What the database does not take of one change must not be its neighbours' trouble.
func TestNeighboursOfABrokenChange(t *testing.T) {
	t.Parallel()
	s := openWithTerminal(t, newPath(t))
	must[store.Change](t)(s.Commit(t.Context(), storetest.NewPayment(1)))
	twice := storetest.NewPayment(3)
	finish := twice.Finish
	twice.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
		c, err := finish(n, t0)
		c.Exchanges = append(c.Exchanges, c.Exchanges[0]) // the same half of the same exchange
		return c, err
	}
	results := must[[]store.Result](t)(s.CommitGroup(t.Context(), []store.Change{storetest.NewPayment(2), twice, storetest.NewPayment(4)}))
	for i, want := range []string{"1/2", "", "1/3"} {
		err, got := results[i].Err, ""
		if err == nil {
			got = results[i].Change.Payment.Attempts[0].Number.String()
		}
		if got != want {
			t.Errorf("number of change %d = %q, %v, want %q", i, got, err, want)
		}
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openWithTerminal(t, path)
	made := must[store.Change](t)(s.Commit(t.Context(), storetest.NewPayment(1)))
	paid := must[store.Change](t)(s.Commit(t.Context(), storetest.Answer(made.Payment, made.Payment.CreatedAt.Add(9*time.Second), storetest.Paid())))
	if err := s.Append(t.Context(), []exchange.Part{{ID: "e1", MerchantID: "m", Side: exchange.Request, Sealed: []byte("x")}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, path, storetest.NewClock().Now) // the chain goes on after a restart
	void, err := storetest.Next(paid.Payment, payment.Asked{At: paid.Payment.UpdatedAt.Add(time.Minute), What: payment.AskVoid, By: "usr_1"})
	if err != nil {
		t.Fatal(err)
	}
	must[store.Change](t)(s.Commit(t.Context(), void))
	did := store.Action{ID: "act_1", MerchantID: "m", At: storetest.Morning(), Actor: "key_1", Kind: store.ActKeyRevoked, Subject: "key_2", Reason: "lost"}
	later := did
	later.ID, later.MerchantID = "act_2", ""
	if err := errors.Join(s.AppendAction(t.Context(), did), s.AppendAction(t.Context(), later)); err != nil {
		t.Fatal(err)
	}
	if links, err := sqldbtest.VerifyChains(t.Context(), s.Reading()); err != nil || links != 6 {
		t.Errorf("VerifyChains = %d, %v, want 6 links", links, err)
	}
	for _, tamper := range []string{
		`UPDATE exchanges SET sealed = x'00' WHERE id = 'e1'`,
		`UPDATE journal SET event = replace(event, 'usr_1', 'usr_2') WHERE kind = 'asked'`,
		`DELETE FROM exchanges WHERE id = 'e1'`,
		`UPDATE actions SET reason = 'found' WHERE id = 'act_1'`,
		`UPDATE actions SET actor = 'key_9' WHERE id = 'act_2'`,
		`DELETE FROM actions WHERE id = 'act_2'`,
		`DELETE FROM chain_links WHERE link = 2`,
		`UPDATE chains SET genesis = x'00'`,
	} {
		tampered := filepath.Join(t.TempDir(), "copy.db")
		if err := s.Exec(t.Context(), `VACUUM INTO '`+tampered+`'`); err != nil {
			t.Fatal(err)
		}
		c := open(t, tampered, nil)
		if err := c.Exec(t.Context(), tamper); err != nil {
			t.Fatal(err)
		}
		if _, err := sqldbtest.VerifyChains(t.Context(), c.Reading()); err == nil {
			t.Errorf("%s: the chains still hold", tamper)
		}
	}
}

// The lock file tells that whoever had tasks before is dead.
func TestOwnersOfBeforeAreDeadAtOnce(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openWithTerminal(t, path)
	if dead := must[[]string](t)(s.Beat(t.Context(), storetest.Owner, time.Hour)); len(dead) != 0 {
		t.Errorf("dead = %v, want none", dead)
	}
	must[store.Change](t)(s.Commit(t.Context(), storetest.NewPayment(1)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, storetest.NewClock().Now)
	if dead := must[[]string](t)(s.Beat(t.Context(), "new", time.Hour)); !slices.Equal(dead, []string{storetest.Owner}) {
		t.Errorf("dead = %v, want the owner of before", dead)
	}
}

// Simulators run the store in a bubble of virtual time.
func TestInABubble(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		s, err := sqlite.Open(ctx, sqlite.Options{Path: path, Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		saveTerminal(t, s)
		time.Sleep(65 * time.Second)
		made := must[store.Change](t)(s.Commit(ctx, storetest.NewPayment(1)))
		if got, want := made.Payment.CreatedAt, time.Now(); !got.Equal(want) {
			t.Errorf("t0 = %v, want the bubble's time %v", got, want)
		}
	})
}

// Charts read the hours that they show, and a day is found without its payments.
func TestTalliesAreReadByTheHour(t *testing.T) {
	t.Parallel()
	s := openWithTerminal(t, newPath(t))
	for _, f := range []store.TallyFilter{{ByDay: true}, {Mode: payment.Live}} {
		f.MerchantID, f.From, f.To = storetest.Merchant, time.Unix(0, 0), time.Unix(3600, 0)
		statement, args := sqldb.SelectTallies(f)
		if plan := explained(t, s, statement, args...); !strings.Contains(plan, "USING PRIMARY KEY (merchant_id=? AND hour>? AND hour<?)") {
			t.Errorf("tallies are not read by the hour:\n%s", plan)
		}
	}
}

// The feed's positions are given several times a second: what that reads does not grow with what was told.
func TestTheFeedIsAdvancedByItsIndex(t *testing.T) {
	t.Parallel()
	s := openWithTerminal(t, newPath(t))
	plan := explained(t, s, sqldb.AdvanceFeeds)
	if n := strings.Count(plan, "USING COVERING INDEX told_feed (merchant_id=? AND position>?)"); n != 2 {
		t.Errorf("%d of 2 reads use the index from the last position on:\n%s", n, plan)
	}
}

// explained gives SQLite's plan of a statement.
func explained(t *testing.T, s *sqlite.Store, statement string, args ...any) string {
	t.Helper()
	var plan strings.Builder
	err := sqldb.Each(t.Context(), s.Reading(), func(rows sqldb.Rows) error {
		var id, parent, unused int
		var detail string
		err := rows.Scan(&id, &parent, &unused, &detail)
		fmt.Fprintln(&plan, detail)
		return err
	}, "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

func TestReadsDoNotScan(t *testing.T) {
	t.Parallel()
	s := openWithTerminal(t, newPath(t))
	for n := range 3 {
		must[store.Change](t)(s.Commit(t.Context(), storetest.NewPayment(n)))
	}
	for name, f := range map[string]store.Filter{
		"all":       {},
		"page":      {Before: storetest.PaymentID(2)},
		"reference": {Reference: "order-1"},
		"rare":      {States: []payment.State{payment.Review, payment.Reversed}},
		"rare page": {States: []payment.State{payment.Review}, Mode: payment.Live, Before: storetest.PaymentID(2)},
		"both":      {Reference: "order-1", States: []payment.State{payment.Declined, payment.Paid}},
		"open":      {States: []payment.State{payment.Pushing}},
		"test":      {Mode: payment.Test},
		"word":      {Word: "amount:12500", Before: storetest.PaymentID(2), States: []payment.State{payment.Paid}, Mode: payment.Live},
		"day":       {After: storetest.PaymentID(0), Before: storetest.PaymentID(2), States: []payment.State{payment.Paid}},
	} {
		f.MerchantID = storetest.Merchant
		statement, args := sqldb.List(f, true)
		plan := explained(t, s, statement, args...)
		if strings.Contains(plan, "SCAN payments") || f.Word != "" && (strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE")) {
			t.Errorf("a list by %s scans the table:\n%s", name, plan)
		}
		if wanted := map[string]string{
			"reference": "payments_reference (merchant_id=? AND reference=?", "rare": "payments_rare (merchant_id=? AND rare_state=?",
			"rare page": "payments_rare (merchant_id=? AND rare_state=? AND id<?", "test": "payments_test (merchant_id=?", "both": "payments_reference",
			"word": "w USING PRIMARY KEY (merchant_id=? AND word=? AND payment_id<?", "day": "PRIMARY KEY (merchant_id=? AND id>? AND id<?",
		}[name]; !strings.Contains(plan, wanted) {
			t.Errorf("a list by %s does not walk %s:\n%s", name, wanted, plan)
		}
	}
}

// Payments from before batches were words are found by them: the migration makes the words of the numbers.
func TestPastBatchesBecomeWords(t *testing.T) {
	t.Parallel()
	s := openWithTerminal(t, newPath(t))
	migration := string(must[[]byte](t)(os.ReadFile("migrations/00019_batches.sql")))
	for range 2 { // the second time there is nothing to do
		for _, statement := range []string{
			`INSERT OR IGNORE INTO search_words (merchant_id, word, payment_id) VALUES ('kopi', 'number:12/345', 'pay_1'), ('kopi', 'number:12/346', 'pay_1'),
				('kopi', 'number:210326/7', 'pay_2'), ('kopi', 'amount:5', 'pay_2'), ('kopi', 'numbers', 'pay_3')`, migration,
		} {
			if err := s.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	var found []string
	err := sqldb.Each(t.Context(), s.Reading(), func(rows sqldb.Rows) error {
		var word, id string
		err := rows.Scan(&word, &id)
		found = append(found, word+" "+id)
		return err
	}, `SELECT word, payment_id FROM search_words WHERE word LIKE 'batch:%' ORDER BY word`)
	if want := []string{"batch:12 pay_1", "batch:210326 pay_2"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("batches are found by %q, %v, want %q", found, err, want)
	}
}
