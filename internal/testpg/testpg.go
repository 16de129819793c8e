// Package testpg gives tests databases of a real PostgreSQL: fresh ones, copies of a migrated one, and a
// proxy before them that cuts the connection where it hurts most. It knows nothing of lunas's tables.
//
// The server is that of LUNAS_TEST_POSTGRES (a DSN whose user may create databases); without it a private
// one is started by scripts/postgres, once per test binary, which ends with the test binary. Where no
// server can be had the test is skipped with a line that begins with NOT RUN.
package testpg

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// DSN returns the DSN of an empty database that belongs to the test alone. It is dropped when the test
// ends, with whatever is still connected to it.
func DSN(t testing.TB) string {
	t.Helper()
	return create(t, "template1")
}

// Template returns the DSN of a database that belongs to the test alone, like DSN, as a copy of one that
// migrate has prepared. Migrate runs once per test binary and key, and must leave no connection open: a
// copy takes some 50 ms, however many migrations there are.
func Template(t testing.TB, key string, migrate func(ctx context.Context, dsn string) error) string {
	t.Helper()
	prepare := func() (string, error) {
		admin, err := server()
		if err != nil {
			return "", err
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		name := newName("template")
		if err := execute(ctx, admin, "CREATE DATABASE "+name); err != nil {
			return "", err
		}
		return name, migrate(ctx, withDatabase(admin, name))
	}
	once, _ := templates.LoadOrStore(key, sync.OnceValues(prepare))
	name, err := once.(func() (string, error))()
	check(t, err)
	return create(t, name)
}

// patience is how long anything asked of the server may take. Two cores that run all tests at once are slow.
const patience = 60 * time.Second

// templates holds for each key of Template a func() (string, error) that prepares it once.
var templates sync.Map

// server is the DSN of the server's maintenance database.
var server = sync.OnceValues(func() (string, error) {
	dsn := os.Getenv("LUNAS_TEST_POSTGRES")
	if dsn == "" {
		var err error
		if dsn, err = start(); err != nil {
			return "", err
		}
	}
	return dsn, sweep(dsn)
})

// errNoServer is why a test is skipped; every other error fails it.
var errNoServer = errors.New("no PostgreSQL server is installed and LUNAS_TEST_POSTGRES is not set")

// start runs scripts/postgres. It holds the only writing end of the script's input, which the system closes
// when this process ends, however it ends; then the script stops the server and removes its folder.
func start() (string, error) {
	script, err := findScript()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("bash", script)
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	// Not the test's own standard error: go test waits for all who hold it.
	said, err := os.CreateTemp("", "lunas-testpg-*")
	if err != nil {
		return "", err
	}
	defer said.Close()
	defer os.Remove(said.Name())
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", script, err)
	}
	keep.Store("server", cmd) // with its pipe, which must not be collected
	dsn, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		return strings.TrimSpace(dsn), nil
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		return "", errNoServer
	}
	said.Seek(0, io.SeekStart)
	log, _ := io.ReadAll(said)
	return "", fmt.Errorf("%s: %w: %s", filepath.Base(script), err, log)
}

// keep holds the command of the private server for as long as the process lives.
var keep sync.Map

// findScript looks for scripts/postgres from the folder of the test upwards.
func findScript() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		script := filepath.Join(dir, "scripts", "postgres")
		if _, err := os.Stat(script); err == nil {
			return script, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("scripts/postgres not found above the test's folder")
		}
		dir = parent
	}
}

// create makes a database for one test.
func create(t testing.TB, template string) string {
	t.Helper()
	admin, err := server()
	check(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := newName("test")
	check(t, execute(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := execute(ctx, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("testpg: %v", err)
		}
	})
	return withDatabase(admin, name)
}

// check skips the test when there is no server, aloud, and fails it for any other error.
func check(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errNoServer) {
		t.Skip("NOT RUN, needs PostgreSQL: " + err.Error())
	}
	if err != nil {
		t.Fatalf("testpg: %v", err)
	}
}

// newName carries the time of its making, in Unix seconds, for sweep.
func newName(kind string) string {
	return fmt.Sprintf("lunas_%s_%d_%s", kind, time.Now().Unix(), strings.ToLower(rand.Text()[:10]))
}

// sweep drops what test binaries that were killed left on a server which outlives them: templates too, for
// there is no hook at the end of a test binary that could do it.
func sweep(admin string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect to the server for tests: %w", err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname ~ '^lunas_(test|template)_[0-9]+_'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if !old(name, time.Now()) {
			continue
		}
		// Another test binary may be sweeping too.
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil && !busy(err) {
			return err
		}
	}
	return nil
}

// old reports whether a database of newName was made more than a day ago.
func old(name string, now time.Time) bool {
	made, err := strconv.ParseInt(strings.Split(name, "_")[2], 10, 64)
	return err == nil && now.Sub(time.Unix(made, 0)) > 24*time.Hour
}

// execute runs one statement on a connection of its own, and again while others are busy with the template.
func execute(ctx context.Context, dsn, statement string) error {
	for {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return fmt.Errorf("connect to the server for tests: %w", err)
		}
		_, err = conn.Exec(ctx, statement)
		conn.Close(ctx)
		if err == nil {
			return nil
		}
		if !busy(err) || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// busy reports whether another session stands in the way for a moment: object in use, tuple concurrently updated.
func busy(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "55006" || strings.Contains(pg.Message, "concurrently"))
}

// withDatabase returns the DSN with another database, in either of the two forms PostgreSQL knows.
func withDatabase(dsn, name string) string {
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		u.Path = "/" + name
		return u.String()
	}
	return dsn + " dbname=" + name // the last one counts
}

// withAddress returns the DSN with another host and port, without TLS.
func withAddress(dsn, host, port string) string {
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		u.Host = host + ":" + port
		query := u.Query()
		query.Del("host")
		query.Del("port")
		query.Set("sslmode", "disable")
		u.RawQuery = query.Encode()
		return u.String()
	}
	return dsn + " host=" + host + " port=" + port + " sslmode=disable"
}
