// Package gateway assembles the house: it is the only room that knows all the others. It decides nothing.
package gateway

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lunas-pay/lunas/internal/api"
	"github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/checkout"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/console"
	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/observe"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// Options say how a gateway is built beside its configuration.
type Options struct {
	Config config.Config
	Clock  Clock
	Log    *slog.Logger
	// Migrate brings the database to the current schema when it is opened. Off, an old schema is an error.
	Migrate bool
	// Version is the program's, for metrics and traces.
	Version string
	// Files are those with secrets, whose permissions lunas doctor looks at.
	Files []string
}

// Gateway is a running lunas without its listener: an engine with a store and the API in front of it.
type Gateway struct {
	Engine   *engine.Engine
	Courier  *courier.Courier
	Books    *books.Books
	Handler  http.Handler
	store    store.Store
	registry *registry.Registry
	console  *console.Console
	url      string // where operators reach it; may be empty
	off      bool   // there is no console here
	log      *slog.Logger
	look     lookout
	drain    time.Duration
	config   config.Config
	files    []string
	keyring  *exchange.Keyring
	notices  *notice.Board
	now      func() time.Time
	doctor   sync.Mutex    // held while it looks
	running  atomic.Bool   // the engine
	leaving  chan struct{} // closed when the server goes down
}

// Open builds a gateway. Close it after use.
func Open(ctx context.Context, o Options) (*Gateway, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	look, err := lookOut(ctx, o)
	if err != nil {
		return nil, err
	}
	o.Log = look.logger(o.Log)
	db, err := OpenStore(ctx, o.Config.Database, o.Clock, o.Migrate)
	if err != nil {
		return nil, errors.Join(err, look.close())
	}
	if err := refuseFenced(ctx, db); err != nil {
		return nil, errors.Join(err, look.close(), db.Close())
	}
	var keyring *exchange.Keyring
	if o.Config, keyring, err = withKeptKeys(ctx, o.Config, db); err != nil {
		return nil, errors.Join(err, look.close(), db.Close())
	}
	g := &Gateway{
		store: db, log: o.Log, look: look, drain: o.Config.Drain, leaving: make(chan struct{}), config: o.Config, files: o.Files,
		url: o.Config.Console.URL, off: o.Config.Console.Off,
		keyring: keyring, now: o.Clock.Now,
	}
	if err := g.build(ctx, o, keyring); err != nil {
		return nil, errors.Join(err, look.close(), db.Close())
	}
	return g, nil
}

func (g *Gateway) build(ctx context.Context, o Options, keyring *exchange.Keyring) error {
	transport := exchange.NewTransport(exchange.Options{})
	var accounts []engine.Account
	routing := map[string]merchant.Routing{}
	for _, m := range o.Config.Merchants {
		routing[m.ID] = m.Routing
		for _, a := range m.Accounts {
			line, err := rail.Open(a, transport, o.Clock.Now)
			if err != nil {
				return err
			}
			accounts = append(accounts, engine.Account{Account: a, Line: line})
		}
	}
	limits, err := limitsOf(o.Config)
	if err != nil {
		return err
	}
	g.Courier = courier.New(courier.Options{
		Store: g.store, Keyring: keyring, Log: o.Log, Now: o.Clock.Now, NewID: engine.NewID,
		Transport: courier.NewTransport(o.Config.Webhooks.Allow), TakenFor: o.Clock.atSpeed(90 * time.Second),
	})
	g.Engine, err = engine.New(ctx, engine.Options{
		Store: g.look.store(g.store), Accounts: accounts, Keyring: keyring, Log: o.Log, OnTold: g.Courier.Wake,
		Limits: limits, Routing: routing, Observer: g.look.engineObserver(),
		Now: o.Clock.Now, After: o.Clock.AfterFunc, Sleep: o.Clock.Sleep,
	})
	if err != nil {
		return err
	}
	g.registry = registry.New(registry.Options{
		Store: g.store, Keyring: keyring, Configured: o.Config.Merchants, Now: o.Clock.Now, Log: o.Log, Read: config.Account,
		Open: func(a merchant.Account) (rail.Rail, error) { return rail.Open(a, transport, o.Clock.Now) },
		Set:  g.Engine.SetAccount, SetRouting: g.Engine.SetRouting,
	})
	if err := g.registry.Refresh(ctx); err != nil {
		return err
	}
	g.notices = g.noticesOf()
	links, err := checkout.NewLinks(o.Config.PublicURL, o.Config.MasterKey, o.Config.OldKeys...)
	if err != nil {
		return err
	}
	g.Books = books.New(books.Options{
		Store: g.store, NewID: engine.NewID, Now: o.Clock.Now, Log: o.Log, LockFor: o.Clock.atSpeed(5 * time.Minute),
		Every: min(20*time.Second, max(o.Clock.real(20*time.Second), 250*time.Millisecond)),
		Rail: func(ctx context.Context, merchantID, account string) (payment.Rail, bool) {
			a, err := g.registry.Account(ctx, merchantID, account)
			return payment.Rail(a.Rail), err == nil
		},
	})
	if g.console, err = g.newConsole(o); err != nil {
		return err
	}
	options := api.Options{
		Engine: g.Engine, Store: g.store, Keyring: keyring, Now: o.Clock.Now, Log: o.Log, Stopping: g.leaving, Ready: g.ready,
		Keys: g.registry.Key, Used: g.registry.Used, Registry: g.registry, Books: g.Books,
		CheckoutURL: links.Of, ReturnKey: signerOf(o).Key, PlainWebhooks: len(o.Config.Webhooks.Allow) > 0, Doctor: g.Doctor,
	}
	if v := g.look.observer; v != nil {
		options.OnAnswer = v.Answered
		if err := v.Watch(observe.Sources{Engine: g.Engine, Courier: g.Courier, Store: g.store, Groups: g.Stats, Now: o.Clock.Now}); err != nil {
			return err
		}
		g.Handler = withPages(v.Traced(api.New(options)), g.pages(o, links), g.operators(o))
		return nil
	}
	g.Handler = withPages(api.New(options), g.pages(o, links), g.operators(o))
	return nil
}

// limitsOf gives the engine its limits, with a key that hides phone numbers where they are counted.
func limitsOf(c config.Config) (l engine.Limits, err error) {
	for _, r := range c.Limits.Phone {
		l.Phone = append(l.Phone, engine.Rate(r))
	}
	for _, r := range c.Limits.Key {
		l.Key = append(l.Key, engine.Rate(r))
	}
	l.PhoneKey, err = hkdf.Key(sha256.New, c.MasterKey, nil, "lunas phone limit 1", sha256.Size)
	return l, err
}

// Check opens the rail of every account, as Open does, and gives every mistake at once: keys that cannot be read, paths
// that do not fit. It calls nobody.
func Check(c config.Config) error {
	var mistakes []error
	for _, m := range c.Merchants {
		for _, a := range m.Accounts {
			_, err := rail.Open(a, exchange.NewTransport(exchange.Options{}), time.Now)
			mistakes = append(mistakes, err)
		}
	}
	return errors.Join(mistakes...)
}

// Stats count the store's transactions.
func (g *Gateway) Stats() group.Stats {
	if counted, ok := g.store.(interface{ Stats() group.Stats }); ok {
		return counted.Stats()
	}
	return group.Stats{}
}

// Close ends a gateway that does not Serve. What is under way is left to the next start.
func (g *Gateway) Close() error {
	g.Books.Close()
	return errors.Join(g.look.close(), g.store.Close())
}

// ready tells why no payment should be sent here, if so.
func (g *Gateway) ready() error {
	if !g.running.Load() {
		return errors.New("the engine does not run")
	}
	return nil
}

// OpenStore opens the database: a file for SQLite, or a PostgreSQL address.
func OpenStore(ctx context.Context, database string, clock Clock, migrate bool) (store.Store, error) {
	if isPostgres(database) {
		return postgres.Open(ctx, postgres.Options{DSN: database, Now: clock.Now, Migrate: migrate})
	}
	return sqlite.Open(ctx, sqlite.Options{Path: database, Now: clock.Now, Migrate: migrate})
}

// Migrate brings a database to the current schema and tells from which version to which.
func Migrate(ctx context.Context, database string) (from, to int, err error) {
	if isPostgres(database) {
		return postgres.Migrate(ctx, database)
	}
	return sqlite.Migrate(ctx, database)
}

func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// Serve runs the engine and answers on the listener until the context ends; then it takes no new push, waits for
// calls under way as long as the configuration says, and closes the store.
func (g *Gateway) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: g.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 2)
	g.running.Store(true)
	go func() {
		defer g.running.Store(false)
		ended <- g.Engine.Run(running)
	}()
	go func() { ended <- server.Serve(l) }()
	go g.look.serve(g.log)
	go g.registry.Run(running)
	go g.notices.Run(running)
	go g.console.Run(running)
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		var closing sync.WaitGroup
		closing.Go(func() { g.Books.Run(running) })
		defer closing.Wait()
		g.Courier.Run(running)
	}()
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	return errors.Join(err, g.close(server, stop, delivered))
}

func (g *Gateway) close(server *http.Server, stop func(), delivered <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), g.drain)
	defer cancel()
	g.running.Store(false) // whoever shares the traffic out sends it elsewhere from now on
	g.log.Info("stopping: no new push is taken, calls under way are waited for", "at_most", g.drain.String())
	if err := g.Engine.Drain(ctx); err != nil {
		g.log.Warn("stopped with calls under way; another replica or the next start brings them to their end")
	}
	close(g.leaving) // those who wait for a payment are answered with how it stands
	shutdown, cancelShutdown := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancelShutdown()
	if err := server.Shutdown(shutdown); err != nil {
		_ = server.Close()
	}
	stop()
	select {
	case <-delivered:
		g.Books.Close()
	case <-ctx.Done(): // webhooks under way come again after the next start
	}
	return errors.Join(g.look.close(), g.store.Close())
}

// Listen opens a TCP listener, or says in one sentence why it cannot.
func Listen(address, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop it, or choose another address with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be opened by this user: choose a port above 1023 with %s", address, flag)
	default:
		return nil, fmt.Errorf("%s cannot be listened on: %w; choose another address with %s", address, err, flag)
	}
}
