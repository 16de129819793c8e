// Package engine is the motion: it loads a payment, lets the core decide, commits what was decided, performs it, and
// brings what came of it back through the same door. Only the engine changes payments.
//
// It keeps three promises. What is sent has been committed, with the very bytes that are sent. What was sent and not
// answered is brought to an end by the terms, whichever process is alive by then. And a fact that a provider told is
// not dropped: while the database is away it is held and tried again.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options are what an engine is made of. Store, Accounts and Keyring are needed; the rest has defaults.
type Options struct {
	Store    store.Store
	Accounts []Account
	Keyring  *exchange.Keyring
	// Owner names this process among the replicas; unique, and new with every start.
	Owner string
	Log   *slog.Logger

	// The seams to time and concurrency. The simulator puts its own in; `lunas dev --speed` scales Now, After and
	// Sleep.
	Now   func() time.Time
	After func(d time.Duration, f func()) (stop func() bool)
	Sleep func(ctx context.Context, d time.Duration) error
	Go    func(func())
	// Together runs f(0) … f(n-1) side by side and returns when all of them have ended.
	Together func(n int, f func(i int))
	// NewID makes identifiers: a prefix such as "pay_" and 26 characters that order by time.
	NewID func(prefix string) string

	// Limits are how often payments may be asked for; nothing is limited by default.
	Limits Limits

	// OnTold is called when something was written that merchants are told of. It must not block. Nil: nobody is.
	OnTold func()
	// Observer looks on. Nil: nobody does.
	Observer Observer

	// Lease is how long (in real time) a silent process is taken for alive. Default 3 s; it must exceed SendWithin.
	Lease time.Duration
	// ClaimEvery is how often (in real time) tasks of others are looked for. Default 100 ms.
	ClaimEvery time.Duration
	// WatchEvery is how often (in real time) payments that somebody waits for are looked up. Default 200 ms.
	WatchEvery time.Duration
	// QueryRate is how many queries about QRs are made by themselves for one merchant in a second of the engine's time, by
	// all processes together; the others wait their turn. Default 200.
	QueryRate int
	// Routing says by merchant which rail is tried first, and whether another one may follow.
	Routing map[string]merchant.Routing
	// CircuitAfter is after how many failed calls in a row a provider is not asked for new payments for a while; CircuitFor
	// (in the engine's time) how long at first. Default 5, 30 s; below 0: never.
	CircuitAfter int
	CircuitFor   time.Duration
}

// Account is a merchant's account with the rail that serves it.
type Account struct {
	merchant.Account
	Line rail.Rail // the rail, opened for this account
	// Beside are lines with other credentials of the account, old or to come, by which what the provider sends by itself
	// may be signed too. Nothing is sent by them.
	Beside []rail.Rail
	// Closed takes no new payments. Those under way go on.
	Closed bool
}

// claimAfter is how long a due time is left to the process that holds the payment's timer before others may act.
const claimAfter = 300 * time.Millisecond

// Engine moves payments. Make it with New, start it with Run.
type Engine struct {
	Options
	book book

	mu    sync.Mutex
	held  map[paymentKey]*held // payments that are not at rest and that this process drives
	waits map[paymentKey]map[*waiter]struct{}
	terms map[termsKey]payment.Terms
	facts map[paymentKey]int // facts that are being written down, by payment
	mine  map[paymentKey]int // changes that this process is writing, and calls that it is making, by payment
	// tokens are what is known here of access tokens; queries is when a merchant's next query may leave.
	tokens  map[accountKey]*tokenState
	queries map[string]time.Time
	bogus   map[accountKey]*rejections // notifications that were not believed

	circuits map[accountKey]*circuit // of accounts whose last call failed

	draining bool
	busy     int           // requests being taken and calls under way
	idle     chan struct{} // closed when busy comes to 0; nil when nobody waits for that
	Metrics  Metrics
}

type (
	accountKey struct{ merchant, account string }
	paymentKey struct{ merchant, payment string }
	termsKey   struct{ merchant, account, revision string }
)

type account struct {
	Account
	revision string
	terms    payment.Terms
}

// held is a payment that is under way in this process.
type held struct {
	p payment.Payment // its Version is 0 when the store must be asked first
	// stop ends the timer, which fires at wake; setting counts how often it was set.
	stop    func() bool
	wake    time.Time
	setting int
	// firstByte is how much later than t0 the push's first byte left: the waits count from there. putOff is set once the
	// present alarm has been moved by it.
	firstByte time.Duration
	putOff    bool
	endPush   context.CancelFunc
}

// Metrics counts what the engine does; read it at any time.
type Metrics struct {
	Pushes    atomic.Int64 // pushes under way
	Requested atomic.Int64
	Ended     atomic.Int64 // payments that came to a final state
	Reversals atomic.Int64 // reversals ordered
	Late      atomic.Int64 // of these, those ordered more than half a second after the latest time for them
	Reviews   atomic.Int64
	Conflicts atomic.Int64
	Retries   atomic.Int64 // commits tried again because the database was away
}

// New checks the accounts, makes their terms and terminals known to the store, and gives an engine at rest.
func New(ctx context.Context, o Options) (*Engine, error) {
	o.setDefaults()
	e := &Engine{
		Options: o, book: book{accounts: map[accountKey]*account{}, byOwner: map[string][]*account{}},
		held: map[paymentKey]*held{}, waits: map[paymentKey]map[*waiter]struct{}{}, terms: map[termsKey]payment.Terms{},
		facts: map[paymentKey]int{}, mine: map[paymentKey]int{}, tokens: map[accountKey]*tokenState{}, queries: map[string]time.Time{},
		bogus: map[accountKey]*rejections{}, circuits: map[accountKey]*circuit{},
	}
	if o.Store == nil || o.Keyring == nil {
		return nil, errors.New("engine: a store and a keyring are needed")
	}
	if err := o.Limits.check(); err != nil {
		return nil, err
	}
	for _, a := range o.Accounts {
		if e.accountOf(a.MerchantID, a.ID) != nil {
			return nil, fmt.Errorf("merchant %s has two accounts %q", a.MerchantID, a.ID)
		}
		if err := e.SetAccount(ctx, a); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Go == nil {
		o.Go = func(f func()) { go f() }
	}
	if o.Together == nil {
		o.Together = together
	}
	if o.NewID == nil {
		o.NewID = NewID
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Owner == "" {
		o.Owner = NewID("own_")
	}
	o.Lease = cmpOr(o.Lease, 3*time.Second)
	o.ClaimEvery = cmpOr(o.ClaimEvery, 100*time.Millisecond)
	if o.QueryRate <= 0 {
		o.QueryRate = 200
	}
	if o.CircuitAfter == 0 {
		o.CircuitAfter = 5
	}
	o.CircuitFor = cmpOr(o.CircuitFor, 30*time.Second)
	o.WatchEvery = cmpOr(o.WatchEvery, 200*time.Millisecond)
}

func cmpOr(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TermsOf gives the terms that are frozen into a payment; none where its customer has not chosen a way yet.
func (e *Engine) TermsOf(ctx context.Context, p payment.Payment) (payment.Terms, error) {
	if p.Unchosen() {
		return payment.Terms{}, nil
	}
	return e.termsOf(ctx, p.MerchantID, p.Account, p.TermsRevision)
}

func (e *Engine) termsOf(ctx context.Context, merchantID, account, revision string) (payment.Terms, error) {
	key := termsKey{merchantID, account, revision}
	e.mu.Lock()
	t, ok := e.terms[key]
	e.mu.Unlock()
	if ok {
		return t, nil
	}
	t, err := e.Store.Terms(ctx, merchantID, account, revision)
	if err != nil {
		return t, fmt.Errorf("terms %s of account %s: %w", revision, account, err)
	}
	e.mu.Lock()
	e.terms[key] = t
	e.mu.Unlock()
	return t, nil
}
