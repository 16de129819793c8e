package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// database makes a sqldb.DB of a pool or a transaction.
type database struct {
	db interface {
		Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error)
		Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
	}
}

// Query implements sqldb.DB.
func (d database) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	r, err := d.db.Query(ctx, statement, args...)
	if err != nil {
		return nil, explain(err)
	}
	return rows{r}, nil
}

// Exec implements sqldb.DB.
func (d database) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	tag, err := d.db.Exec(ctx, statement, args...)
	return tag.RowsAffected(), explain(err)
}

// reading is a database for reads, which are asked again when a connection turns out to have died while it was idle.
type reading struct {
	database
	most int // connections that may have died
}

// Query implements sqldb.DB.
func (d reading) Query(ctx context.Context, statement string, args ...any) (sqldb.Rows, error) {
	for n := 0; ; n++ {
		r, err := d.db.Query(ctx, statement, args...)
		if err == nil {
			ahead := &aheadRows{rows: rows{r}, has: r.Next()}
			if err = r.Err(); ahead.has || err == nil {
				return ahead, nil
			}
		}
		var connect *pgconn.ConnectError
		if n >= d.most || !lost(err) || errors.As(err, &connect) || ctx.Err() != nil {
			return nil, explain(err)
		}
	}
}

// aheadRows are rows of which the first has been asked for already.
type aheadRows struct {
	rows
	has, begun bool
}

// Next implements sqldb.Rows.
func (r *aheadRows) Next() bool {
	if !r.begun {
		r.begun = true
		return r.has
	}
	return r.rows.Next()
}

type rows struct{ pgx.Rows }

// Err implements sqldb.Rows.
func (r rows) Err() error { return explain(r.Rows.Err()) }

// Time limits. A connection that is silent for so long is given up on both sides, and a transaction whose client is
// silent is ended by the server before another that waits for its locks gives up.
const (
	dialLimit      = 5 * time.Second
	tcpUserTimeout = 10 * time.Second
)

// configure gives the settings of a session.
func configure(o Options) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		// Its text may repeat the DSN, which may hold a password.
		return nil, errors.New("the PostgreSQL DSN cannot be read: expected postgres://user:password@host:port/database or key=value pairs")
	}
	synchronous := o.SynchronousCommit
	if synchronous == "" {
		synchronous = "on"
	}
	for name, value := range map[string]string{
		"application_name":                    "lunas",
		"timezone":                            "UTC",
		"default_transaction_isolation":       "read committed",
		"synchronous_commit":                  synchronous,
		"lock_timeout":                        "3s",
		"statement_timeout":                   "8s",
		"idle_in_transaction_session_timeout": "2s",
		"tcp_user_timeout":                    fmt.Sprint(tcpUserTimeout.Milliseconds()),
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = dialLimit
	}
	if !strings.HasPrefix(config.Host, "/") {
		dialer := &net.Dialer{KeepAlive: tcpUserTimeout, Control: limitSilence}
		config.DialFunc = dialer.DialContext
	}
	if config.ValidateConnect == nil { // target_session_attrs is not given
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	return config, nil
}

// ErrAway says that the database cannot be reached. Nothing was written.
var ErrAway = errors.New("the database cannot be reached")

// explain tells trouble of the connection from what the server says.
func explain(err error) error {
	var said *pgconn.PgError
	switch {
	case err == nil, errors.Is(err, ErrAway), errors.Is(err, store.ErrUnknown), errors.Is(err, store.ErrNotFound):
		return err
	case strings.Contains(err.Error(), "closed pool"):
		return store.ErrClosed
	case errors.As(err, &said) && said.Severity == "ERROR":
		return err
	case errors.As(err, &said), lost(err):
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// lost tells that a connection broke, or could not be made.
func lost(err error) bool {
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed") ||
		strings.Contains(err.Error(), "connection reset") || strings.Contains(err.Error(), "broken pipe")
}

// sqlState is the server's code for an error; empty when it is not the server's.
func sqlState(err error) string {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return said.Code
	}
	return ""
}

// rolledBack tells that the server itself has refused a transaction, which therefore is surely not written. A session
// that is ended (FATAL) may have been ended after its COMMIT.
func rolledBack(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Severity == "ERROR"
}
