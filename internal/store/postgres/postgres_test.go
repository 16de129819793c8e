package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/storetest"
	"github.com/lunas-pay/lunas/internal/testpg"
)

// newDSN gives a migrated database of the test's own.
func newDSN(t testing.TB) string {
	t.Helper()
	return testpg.Template(t, "store", func(ctx context.Context, dsn string) error {
		_, _, err := postgres.Migrate(ctx, dsn)
		return err
	})
}

func open(t testing.TB, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), o)
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

func openStore(t testing.TB, now func() time.Time) store.Store {
	return open(t, postgres.Options{DSN: newDSN(t), Now: now})
}

func openBackend(t testing.TB, now func() time.Time) (store.Store, store.Backend) {
	s := open(t, postgres.Options{DSN: newDSN(t), Now: now})
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

// hook is a clock that stands at 10:00 WIB and does something once when a group asks for t0, which is between the
// group's two round trips.
type hook struct {
	mu sync.Mutex
	f  func()
	n  int // how often it was asked
}

func (h *hook) now() time.Time {
	h.mu.Lock()
	f := h.f
	h.f = nil
	h.n++
	h.mu.Unlock()
	if f != nil {
		f()
	}
	return storetest.Morning()
}

func (h *hook) next(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.f = f
}

// world is a store behind a proxy, with a terminal, and a connection past the proxy.
type world struct {
	*postgres.Store
	*hook
	proxy *testpg.Proxy
	past  *pgx.Conn
	watch *pgx.Conn // another one, never in a transaction: there the statistics stand still
}

func newWorld(t *testing.T) world {
	t.Helper()
	dsn := newDSN(t)
	w := world{proxy: testpg.NewProxy(t, dsn), hook: &hook{}, past: connect(t, dsn), watch: connect(t, dsn)}
	w.Store = open(t, postgres.Options{DSN: w.proxy.DSN(), Now: w.now})
	saveTerminal(t, w.Store, storetest.TID)
	return w
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn := must[*pgx.Conn](t)(pgx.Connect(t.Context(), dsn))
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func saveTerminal(t testing.TB, s store.Store, id string) {
	t.Helper()
	terminal := store.Terminal{MerchantID: storetest.Merchant, ID: id, Cursor: payment.Cursor{Style: payment.BySequence}}
	if err := s.SaveTerminal(t.Context(), terminal); err != nil {
		t.Fatal(err)
	}
}

func (w world) do(t *testing.T, statement string) {
	t.Helper()
	if _, err := w.past.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// wantNumber makes the n-th payment and wants it to have the given number.
func (w world) wantNumber(t *testing.T, n int, want string) payment.Payment {
	t.Helper()
	made := must[store.Change](t)(w.Commit(t.Context(), storetest.NewPayment(n)))
	if got := made.Payment.Attempts[0].Number.String(); got != want {
		t.Errorf("number of payment %d = %s, want %s", n, got, want)
	}
	return made.Payment
}

func (w world) wantVersion(t *testing.T, n, want int) {
	t.Helper()
	p, err := w.Load(t.Context(), storetest.Merchant, storetest.PaymentID(n))
	if err != nil && !errors.Is(err, store.ErrNotFound) || p.Version != want {
		t.Errorf("version of payment %d = %d, %v, want %d", n, p.Version, err, want)
	}
}

func (w world) wantChains(t *testing.T) {
	t.Helper()
	if _, err := sqldbtest.VerifyChains(t.Context(), w.Read); err != nil {
		t.Error(err)
	}
}

func answer(p payment.Payment) store.Change {
	return storetest.Answer(p, p.CreatedAt.Add(9*time.Second), storetest.Paid())
}

// Actions stand in a chain of their own, to which every process adds.
func TestActionsAreChained(t *testing.T) {
	t.Parallel()
	dsn := newDSN(t)
	one, two := open(t, postgres.Options{DSN: dsn}), open(t, postgres.Options{DSN: dsn})
	var several sync.WaitGroup
	for n := range 20 {
		s := one
		if n%2 == 0 {
			s = two
		}
		several.Go(func() {
			a := store.Action{ID: fmt.Sprintf("act_%026d", n), At: storetest.Morning(), Actor: "key_1", Kind: store.ActKeyRevoked}
			if err := s.AppendAction(t.Context(), a); err != nil {
				t.Errorf("action %d: %v", n, err)
			}
		})
	}
	several.Wait()
	if links, err := sqldbtest.VerifyChains(t.Context(), one.Read); err != nil || links != 20 {
		t.Errorf("VerifyChains = %d, %v, want 20 links", links, err)
	}
	world{past: connect(t, dsn)}.do(t, `UPDATE actions SET reason = 'found' WHERE id = (SELECT min(id) FROM actions)`)
	if _, err := sqldbtest.VerifyChains(t.Context(), one.Read); err == nil {
		t.Error("an action was changed, and the chain still holds")
	}
}

// A COMMIT whose outcome is unknown is asked for before anybody is answered.
func TestConnectionLostAtCommit(t *testing.T) {
	t.Parallel()
	for _, committed := range []bool{true, false} {
		t.Run(fmt.Sprintf("committed=%v", committed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := w.wantNumber(t, 1, "1/1")
			cut := w.proxy.CutBeforeCommit
			if committed {
				cut = w.proxy.CutOnCommit
			}
			check := func(what string, err error) {
				t.Helper()
				if committed && err != nil {
					t.Errorf("%s = %v, want what was written", what, err)
				}
				if !committed && (!errors.Is(err, postgres.ErrAway) || errors.Is(err, store.ErrUnknown)) {
					t.Errorf("%s = %v, want ErrAway and no doubt", what, err)
				}
			}
			cut(1)
			_, err := w.Commit(t.Context(), storetest.NewPayment(2))
			check("Commit with a number", err)
			cut(1)
			_, err = w.Commit(t.Context(), answer(first))
			check("Commit without a number", err)
			cut(1)
			check("Append", w.Append(t.Context(), []exchange.Part{{ID: "e", MerchantID: "m", Side: exchange.Request}}))
			if w.proxy.Sprung() != 3 {
				t.Errorf("the connection was cut %d times, want 3", w.proxy.Sprung())
			}
			parts := must[[]exchange.Part](t)(w.Exchanges(t.Context(), "m", ""))
			if committed {
				w.wantVersion(t, 2, 1)
				w.wantVersion(t, 1, 2)
				w.wantNumber(t, 3, "1/3")
			} else {
				w.wantVersion(t, 2, 0)
				w.wantVersion(t, 1, 1)
				w.wantNumber(t, 3, "1/2")
			}
			if got := len(parts) == 1; got != committed {
				t.Errorf("appended exchange is there: %v, want %v", got, committed)
			}
			w.wantChains(t)
		})
	}
}

// The session that has lost its client may still be at work, and pgx's request to cancel it may be lost, too. Its end
// must be waited for.
func TestOldSessionIsWaitedFor(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]error{`COMMIT`: nil, `ROLLBACK`: postgres.ErrNotCommitted} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.do(t, `INSERT INTO chains VALUES (7, 0, '', '')`)
			w.do(t, `BEGIN`)
			w.do(t, `SELECT FROM chains WHERE id = 7 FOR NO KEY UPDATE`)
			answer := make(chan error, 1)
			go func() { answer <- w.Ask(7, `SELECT 1 FROM locks WHERE name = 'written'`) }()
			w.await(t, `wait_event_type = 'Lock' AND query LIKE '%FROM chains%'`)
			w.do(t, `INSERT INTO locks VALUES ('m', 'written', 'h', 0)`)
			w.do(t, end)
			if err := <-answer; !errors.Is(err, want) {
				t.Errorf("the answer after %s = %v, want %v", end, err, want)
			}
		})
	}
}

// await waits until another session of this database is in a state.
func (w world) await(t *testing.T, condition string) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for n := 0; n == 0; {
		if time.Now().After(deadline) {
			t.Fatalf("no session came to %s", condition)
		}
		err := w.watch.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND `+condition).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestOutcomeStaysUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantNumber(t, 1, "1/1")
	hurried := open(t, postgres.Options{DSN: w.proxy.DSN(), Now: w.now, Patience: 3 * time.Second})
	w.next(w.proxy.Down)
	if _, err := hurried.Commit(t.Context(), storetest.NewPayment(2)); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("Commit = %v, want ErrUnknown", err)
	}
	w.proxy.Up()
	w.wantVersion(t, 2, 0)
	w.wantNumber(t, 3, "1/2")
	w.wantChains(t)
}

func TestDatabaseGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.wantNumber(t, 1, "1/1")
	w.proxy.Down()
	for what, err := range map[string]error{
		"Commit": second(w.Commit(t.Context(), storetest.NewPayment(2))),
		"answer": second(w.Commit(t.Context(), answer(p))),
		"Append": w.Append(t.Context(), []exchange.Part{{ID: "e", MerchantID: "m"}}),
		"Load":   second(w.Load(t.Context(), storetest.Merchant, p.ID)),
		"Ping":   w.Ping(t.Context()),
		"Claim":  second(w.Claim(t.Context(), store.Claim{Owner: "o", Limit: 1})),
	} {
		if !errors.Is(err, postgres.ErrAway) || errors.Is(err, store.ErrUnknown) {
			t.Errorf("%s while the database is away = %v, want ErrAway", what, err)
		}
	}
	w.proxy.Up()
	if err := w.Ping(t.Context()); err != nil {
		t.Errorf("Ping when it is back = %v", err)
	}
	w.wantNumber(t, 3, "1/2")
	w.proxy.Cut() // while nobody looks: nobody need know
	w.wantNumber(t, 4, "1/3")
	w.wantChains(t)
}

func second[T any](_ T, err error) error { return err }

func TestCanceledInMidGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.next(cancel)
	results, err := w.CommitGroup(ctx, []store.Change{storetest.NewPayment(1)})
	if err != nil || results[0].Err != nil {
		t.Errorf("CommitGroup = %v, %v, want it to be brought to its end", results, err)
	}
	w.wantVersion(t, 1, 1)
}

// Two groups that stand in each other's way are written again with fresh numbers and a fresh t0.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.do(t, `CREATE SEQUENCE tries`)
			w.do(t, `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF nextval('tries') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '`+code+`'; END IF; RETURN NEW; END $$`)
			w.do(t, `CREATE TRIGGER fail BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION fail()`)
			w.wantNumber(t, 1, "1/1")
			w.wantNumber(t, 2, "1/2")
			w.wantChains(t)
			if w.n < 4 {
				t.Errorf("t0 was taken %d times, want at least 4: fresh with each replay", w.n)
			}
		})
	}
}

// What the database does not take of one change must not be its neighbours' trouble, and not be told in the error.
func TestNeighboursOfABrokenChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nul := storetest.NewPayment(2, func(r *storetest.Request) { r.Reference = "08121111\x000101" })
	results := must[[]store.Result](t)(w.CommitGroup(t.Context(), []store.Change{storetest.NewPayment(1), nul, storetest.NewPayment(3)}))
	for i, want := range []string{"1/1", "", "1/2"} {
		err, got := results[i].Err, ""
		if err == nil {
			got = results[i].Change.Payment.Attempts[0].Number.String()
		} else if strings.Contains(err.Error(), "0812") {
			t.Errorf("the error holds data: %v", err)
		}
		if got != want {
			t.Errorf("number of change %d = %q, %v, want %q", i, got, err, want)
		}
	}
	w.wantChains(t)
}

// A payment that is stored already is its caller's conflict, although its INSERT fails for the whole group.
func TestPaymentThatIsStoredAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantNumber(t, 1, "1/1")
	results := must[[]store.Result](t)(w.CommitGroup(t.Context(), []store.Change{storetest.NewPayment(1), storetest.NewPayment(2)}))
	if !errors.Is(results[0].Err, store.ErrConflict) || results[1].Err != nil {
		t.Errorf("results = %v, %v, want a conflict and a payment", results[0].Err, results[1].Err)
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	dsn, newest := testpg.DSN(t), sqldbtest.Newest(t)
	if _, err := postgres.Open(t.Context(), postgres.Options{DSN: dsn}); !errors.Is(err, sqldb.ErrNeedsMigration) {
		t.Errorf("Open of an empty database = %v, want ErrNeedsMigration", err)
	}
	var several sync.WaitGroup
	for range 3 {
		several.Go(func() {
			if _, to, err := postgres.Migrate(t.Context(), dsn); err != nil || to != newest {
				t.Errorf("one of several Migrate = %d, %v, want version %d", to, err, newest)
			}
		})
	}
	several.Wait()
	if from, to, err := postgres.Migrate(t.Context(), dsn); err != nil || from != newest || to != newest {
		t.Errorf("Migrate again = %d, %d, %v, want %d twice", from, to, err, newest)
	}
	open(t, postgres.Options{DSN: dsn})
	world{past: connect(t, dsn)}.do(t, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
	if _, err := postgres.Open(t.Context(), postgres.Options{DSN: dsn}); !errors.Is(err, sqldb.ErrNewer) {
		t.Errorf("Open of a newer schema = %v, want ErrNewer", err)
	}
	if _, _, err := postgres.Migrate(t.Context(), dsn); !errors.Is(err, sqldb.ErrNewer) {
		t.Errorf("Migrate of a newer schema = %v, want ErrNewer", err)
	}
}

func TestDSN(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"postgres://u:secret@127.0.0.1:1/d", "postgres://u:secret@[::1/d?x"} {
		_, err := postgres.Open(t.Context(), postgres.Options{DSN: dsn})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%s) = %v, want an error without the password", dsn, err)
		}
	}
}

func TestSessionSettings(t *testing.T) {
	t.Parallel()
	dsn := newDSN(t)
	for _, test := range []struct {
		options postgres.Options
		want    map[string]string
	}{
		{postgres.Options{DSN: dsn}, map[string]string{
			"lock_timeout": "3s", "statement_timeout": "8s", "idle_in_transaction_session_timeout": "2s",
			"synchronous_commit": "on", "tcp_user_timeout": "10000", "TimeZone": "UTC", "application_name": "lunas",
		}},
		{postgres.Options{DSN: dsn, SynchronousCommit: "remote_apply"}, map[string]string{"synchronous_commit": "remote_apply"}},
		{postgres.Options{DSN: withSetting(dsn, "lock_timeout=1s")}, map[string]string{"lock_timeout": "1s"}},
	} {
		s := open(t, test.options)
		for name, want := range test.want {
			if got := must[string](t)(s.Setting(t.Context(), name)); got != want && got != want+"ms" && !(want == "10000" && got == "10s") {
				t.Errorf("%s = %s, want %s", name, got, want)
			}
		}
	}
}

// withSetting adds a setting to a DSN in either of its two forms.
func withSetting(dsn, setting string) string {
	switch {
	case !strings.Contains(dsn, "://"):
		return dsn + " " + setting
	case strings.Contains(dsn, "?"):
		return dsn + "&" + setting
	}
	return dsn + "?" + setting
}

// The first host that takes writes is used; the one that is away is passed over.
func TestSeveralHosts(t *testing.T) {
	t.Parallel()
	dsn := newDSN(t)
	config := must[*pgx.ConnConfig](t)(pgx.ParseConfig(dsn))
	several := fmt.Sprintf("host=127.0.0.1,%s port=1,%d user=%s password='%s' dbname=%s sslmode=disable",
		config.Host, config.Port, config.User, config.Password, config.Database)
	if err := open(t, postgres.Options{DSN: several}).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
