package testpg_test

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/testpg"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func do(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func count(t *testing.T, conn *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestDSNIsFreshAndDropped(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		conn := connect(t, testpg.DSN(t))
		do(t, conn, "CREATE TABLE a (b int)")
		if err := conn.QueryRow(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
		// The connection stays open: dropping must not mind.
		connect(t, testpg.DSN(t)).Exec(t.Context(), "SELECT 1")
	})
	conn := connect(t, testpg.DSN(t))
	if n := count(t, conn, "SELECT count(*) FROM pg_tables WHERE tablename = 'a'"); n != 0 {
		t.Errorf("another test's database has the table: the databases are one")
	}
	if name == "" || count(t, conn, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'") != 0 {
		t.Errorf("database %q is still there after its test", name)
	}
}

func TestTemplateMigratesOnce(t *testing.T) {
	t.Parallel()
	testpg.DSN(t) // skips where there is no server
	key := rand.Text()
	var migrated atomic.Int32
	migrate := func(ctx context.Context, dsn string) error {
		migrated.Add(1)
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TABLE a (b int)")
		return err
	}
	t.Run("group", func(t *testing.T) {
		for _, name := range []string{"x", "y", "z"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				conn := connect(t, testpg.Template(t, key, migrate))
				do(t, conn, "INSERT INTO a VALUES (1)")
				if n := count(t, conn, "SELECT count(*) FROM a"); n != 1 {
					t.Errorf("rows = %d, want only its own", n)
				}
			})
		}
	})
	if n := migrated.Load(); n != 1 {
		t.Errorf("migrated %d times, want once", n)
	}
}

// A private server must not outlive the test binary that started it, not even one that was killed.
func TestPrivateServerEndsWithItsProcess(t *testing.T) {
	if os.Getenv("LUNAS_TEST_PG_CHILD") != "" {
		os.Stdout.WriteString("DSN " + testpg.DSN(t) + "\n")
		select {} // until killed
	}
	testpg.DSN(t) // skips where there is no server
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^TestPrivateServerEndsWithItsProcess$", "-test.v")
	cmd.Env = append(os.Environ(), "LUNAS_TEST_PG_CHILD=1", "LUNAS_TEST_POSTGRES=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dsn := readDSN(t, out)
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	watch := connect(t, dsn) // the server is there, and closes this when it goes
	cmd.Process.Kill()
	cmd.Wait()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if _, err := watch.WaitForNotification(ctx); err == nil || ctx.Err() != nil {
		t.Fatalf("the server on port %d still runs two minutes after its process was killed", config.Port)
	}
}

func readDSN(t *testing.T, out interface{ Read([]byte) (int, error) }) string {
	t.Helper()
	var text strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := out.Read(buffer)
		text.Write(buffer[:n])
		if _, rest, ok := strings.Cut(text.String(), "DSN "); ok {
			if dsn, _, ok := strings.Cut(rest, "\n"); ok {
				return dsn
			}
		}
		if err != nil {
			t.Fatalf("the child said no DSN: %q", text.String())
		}
	}
}

// newProxy returns a proxy, a connection through it with a table a, and one past it.
func newProxy(t *testing.T) (p *testpg.Proxy, through, past *pgx.Conn) {
	t.Helper()
	dsn := testpg.DSN(t)
	past = connect(t, dsn)
	do(t, past, "CREATE TABLE a (b int)")
	p = testpg.NewProxy(t, dsn)
	return p, connect(t, p.DSN()), past
}

// write inserts a row in a transaction and returns the error of its end.
type write func(ctx context.Context, conn *pgx.Conn) error

func simpleCommit(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO a VALUES ($1)", 1); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func pipelinedCommit(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	batch.Queue("begin")
	batch.Queue("INSERT INTO a VALUES ($1)", 1)
	batch.Queue("commit")
	return conn.SendBatch(ctx, batch).Close()
}

func implicitCommit(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO a VALUES ($1)", 1)
	batch.Queue("UPDATE a SET b = $1", 2)
	return conn.SendBatch(ctx, batch).Close()
}

func TestCommitWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	onCommit, beforeCommit := (*testpg.Proxy).CutOnCommit, (*testpg.Proxy).CutBeforeCommit
	implied := (*testpg.Proxy).CutOnImplicitCommit
	tests := []struct {
		name string
		arm  func(*testpg.Proxy, int)
		write
		nth  int // the write at which the connection breaks
		rows int // what is on disk after it; before it nth-1 rows
	}{
		{"committed, simple", onCommit, simpleCommit, 1, 1},
		{"committed, pipeline", onCommit, pipelinedCommit, 1, 1},
		{"committed, the third", onCommit, simpleCommit, 3, 3},
		{"not committed, simple", beforeCommit, simpleCommit, 1, 0},
		{"not committed, pipeline", beforeCommit, pipelinedCommit, 1, 0},
		{"not committed, the third", beforeCommit, pipelinedCommit, 3, 2},
		{"committed without COMMIT", implied, implicitCommit, 2, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, through, past := newProxy(t)
			test.arm(p, test.nth)
			for i := 1; i < test.nth; i++ {
				if err := test.write(t.Context(), through); err != nil {
					t.Fatalf("write %d: %v", i, err)
				}
			}
			if err := test.write(t.Context(), through); err == nil {
				t.Fatalf("write %d was answered, want a lost connection", test.nth)
			}
			if !through.IsClosed() {
				t.Error("the connection is still open")
			}
			if p.Sprung() != 1 {
				t.Errorf("sprung = %d, want 1", p.Sprung())
			}
			// The rollback of a server that has lost its client takes a moment; a lock waits for it.
			do(t, past, "LOCK TABLE a IN ACCESS EXCLUSIVE MODE; SELECT 1")
			if n := count(t, past, "SELECT count(*) FROM a"); n != test.rows {
				t.Errorf("rows = %d, want %d", n, test.rows)
			}
			again := connect(t, p.DSN())
			if err := test.write(t.Context(), again); err != nil {
				t.Errorf("after the cut: %v", err)
			}
		})
	}
}

func TestImplicitCutSparesExplicitCommits(t *testing.T) {
	t.Parallel()
	p, through, _ := newProxy(t)
	p.CutOnImplicitCommit(1)
	for _, w := range []write{simpleCommit, pipelinedCommit} {
		if err := w(t.Context(), through); err != nil {
			t.Fatal(err)
		}
	}
	if err := implicitCommit(t.Context(), through); err == nil {
		t.Error("the implicit commit was answered")
	}
}

func TestCutDownAndUp(t *testing.T) {
	t.Parallel()
	p, through, _ := newProxy(t)
	p.Cut()
	if err := simpleCommit(t.Context(), through); err == nil {
		t.Error("a cut connection still works")
	}
	through = connect(t, p.DSN())
	p.Down()
	if err := simpleCommit(t.Context(), through); err == nil {
		t.Error("a connection outlived Down")
	}
	if conn, err := pgx.Connect(t.Context(), p.DSN()); err == nil {
		conn.Close(t.Context())
		t.Error("a new connection while down")
	}
	p.Up()
	connect(t, p.DSN())
}

func TestPauseHoldsAndResumeDelivers(t *testing.T) {
	t.Parallel()
	p, through, past := newProxy(t)
	p.Pause()
	done := make(chan error, 1)
	go func() { done <- simpleCommit(context.Background(), through) }()
	select {
	case err := <-done:
		t.Fatalf("answered while paused: %v", err)
	case <-time.After(100 * time.Millisecond): // real time: there is no event to wait for when nothing happens
	}
	if n := count(t, past, "SELECT count(*) FROM a"); n != 0 {
		t.Errorf("rows while paused = %d, want 0", n)
	}
	p.Resume()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := count(t, past, "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("rows = %d, want 1", n)
	}
}

func TestEndOfTestClosesPausedProxy(t *testing.T) {
	t.Parallel()
	testpg.DSN(t) // skips where there is no server
	var dsn string
	held := make(chan error, 1)
	t.Run("inner", func(t *testing.T) {
		p := testpg.NewProxy(t, testpg.DSN(t))
		p.Pause()
		dsn = p.DSN()
		go func() {
			_, err := pgx.Connect(context.Background(), dsn)
			held <- err
		}()
	})
	if err := <-held; err == nil {
		t.Error("a connection through a paused proxy")
	}
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(t.Context())
		t.Error("the proxy outlives its test")
	}
}
