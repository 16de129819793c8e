package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

var (
	errAway    = errors.New("sim: the database is away")
	errRefused = errors.New("sim: the database refused the group")
)

// database is a store whose groups the world composes.
type database interface {
	store.Store
	store.Backend
}

// disk is a process's way to the database. It gathers the changes of waiting callers into groups, as package group
// does, and loses, delays and refuses what the weather wants.
type disk struct {
	store.Store
	p     *process
	lanes [2]lane // changes that take numbers never share a group with others
}

type lane struct {
	waiting []*pending
	busy    bool
}

// pending is one caller's change.
type pending struct {
	change  store.Change
	result  store.Result
	routine *routine
	token   uint64
}

// ready tells whether the database answers this process.
func (k *disk) ready() error {
	switch {
	case k.p.dead:
		return errDead
	case k.p.databaseAway():
		return errAway
	}
	return nil
}

// read is ready for calls that a slow database may delay.
func (k *disk) read() error {
	if k.p.running != nil && !k.p.dead && !k.p.calm && k.p.chance(k.p.weather.slowRead) {
		k.p.world.sleep(k.p.between(50*time.Microsecond, 20*time.Millisecond))
	}
	return k.ready()
}

// Commit waits for its group.
func (k *disk) Commit(_ context.Context, c store.Change) (store.Change, error) {
	p := k.p
	p.point(beforeCommit)
	if p.chance(p.sabotage.panics) {
		panic("sabotage")
	}
	w := p.pending()
	w.change, w.routine, w.token = c, p.running, p.running.token
	l := &k.lanes[0]
	if c.Terminal != "" {
		l = &k.lanes[1]
	}
	l.waiting = append(l.waiting, w)
	if !l.busy {
		l.busy = true
		p.after(0, p, func() { k.flush(l) })
	}
	p.park()
	p.touched = append(p.touched, touch{p, c.Payment.ID})
	done := w.result
	*w = pending{}
	p.spare = append(p.spare, w)
	if done.Err == nil {
		p.point(afterCommit)
	}
	return done.Change, done.Err
}

// pending gives an empty one: they are large, so they are used again.
func (d *day) pending() *pending {
	if n := len(d.spare); n > 0 {
		w := d.spare[n-1]
		d.spare = d.spare[:n-1]
		return w
	}
	return &pending{}
}

// flush writes the next group of a lane.
func (k *disk) flush(l *lane) {
	p := k.p
	n := min(len(l.waiting), 1+p.rng.IntN(p.weather.groupMax))
	group := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	took := p.weather.commit/2 + p.between(0, p.weather.commit)
	fate := k.fate()
	if fate == slow {
		took = p.between(500*time.Millisecond, 4*time.Second)
	}
	back := took / 4
	switch fate {
	case foundOut:
		back = p.between(300*time.Millisecond, 3*time.Second)
	case unknownWritten, unknownLost:
		back = p.between(2*time.Second, 3*time.Second)
	}
	if fate != fine {
		p.trouble(p.now, p.now+took+back, string(fate))
		p.tell(string(fate), p, "", "")
	}
	p.after(took, nil, func() {
		err := k.write(group, fate)
		p.after(back, p, func() { k.answer(l, group, err) })
	})
}

// fate is what becomes of a group.
type fate string

const (
	fine           fate = ""
	slow           fate = "a commit was slow"
	refusal        fate = "a commit was refused"
	foundOut       fate = "a commit's answer was lost, and found out"
	unknownWritten fate = "a commit's outcome stayed unknown; it was written"
	unknownLost    fate = "a commit's outcome stayed unknown; it was not written"
)

func (k *disk) fate() fate {
	p := k.p
	if p.calm {
		return fine
	}
	x := &p.weather
	roll := p.rng.Float64()
	for _, f := range [...]struct {
		rate float64
		fate fate
	}{{x.slowCommit, slow}, {x.refuse, refusal}, {x.lostKnown, foundOut}, {x.unknown, unknownWritten}, {x.unknown0, unknownLost}} {
		if roll < f.rate {
			return f.fate
		}
		roll -= f.rate
	}
	return fine
}

// write is what happens at the database: it goes on although the process may have died meanwhile, unless its
// connection broke first.
func (k *disk) write(group []*pending, fate fate) error {
	p := k.p
	switch {
	case p.databaseAway():
		return errAway
	case p.dead && p.chance(0.5):
		return errDead
	case fate == refusal && p.sabotage.refusal != nil:
		return p.sabotage.refusal(p.day)
	case fate == refusal:
		return errRefused
	case fate == unknownLost:
		return store.ErrUnknown
	}
	changes := p.scratch[:0]
	for _, w := range group {
		changes = append(changes, w.change)
	}
	p.scratch = changes
	p.spoil(changes)
	results, err := p.base.CommitGroup(context.Background(), changes)
	if err != nil {
		panic(fmt.Errorf("sim: the store under the simulation failed: %w", err))
	}
	for i := range results {
		group[i].result = results[i]
		if err := results[i].Err; err == nil {
			p.written(p, &results[i].Change)
		} else if !expected(err) {
			p.fail(WritesTaken, group[i].change.Payment.ID, "the store refuses a change: %v", err)
		}
	}
	if fate == unknownWritten {
		return store.ErrUnknown
	}
	return nil
}

// expected tells whether a refusal is one of those that the contract of the store names.
func expected(err error) bool {
	var used *store.KeyUsed
	var held *store.TerminalHeld
	var refusal *payment.Refusal
	if limit := (*store.LimitReached)(nil); errors.As(err, &limit) { // of queries only: nobody's phone or key is limited here
		return strings.HasPrefix(limit.Name, "query/")
	}
	return errors.Is(err, store.ErrConflict) || errors.As(err, &used) || errors.As(err, &held) || errors.As(err, &refusal) ||
		errors.Is(err, payment.ErrBatchFull) || errors.Is(err, payment.ErrBatchesUsedUp)
}

func (k *disk) answer(l *lane, group []*pending, err error) {
	p := k.p
	for _, w := range group {
		if err != nil {
			w.result = store.Result{Err: err}
		}
		p.push(event{at: p.now, process: p, routine: w.routine, token: w.token})
	}
	if len(l.waiting) == 0 {
		l.busy = false
		return
	}
	k.flush(l)
}

// Load gives a payment.
func (k *disk) Load(ctx context.Context, merchantID, paymentID string) (payment.Payment, error) {
	if err := k.read(); err != nil {
		return payment.Payment{}, err
	}
	k.p.touched = append(k.p.touched, touch{k.p, paymentID})
	return k.Store.Load(ctx, merchantID, paymentID)
}

// Journal gives a payment's past.
func (k *disk) Journal(ctx context.Context, merchantID, paymentID string) ([]store.Entry, error) {
	if err := k.read(); err != nil {
		return nil, err
	}
	entries, err := k.Store.Journal(ctx, merchantID, paymentID)
	if k.p.sabotage.past != nil {
		entries = k.p.sabotage.past(entries)
	}
	return entries, err
}

// Claim takes due tasks.
func (k *disk) Claim(ctx context.Context, c store.Claim) ([]store.Task, error) {
	if err := k.read(); err != nil {
		return nil, err
	}
	return k.Store.Claim(ctx, c)
}

// Beat renews the lease.
func (k *disk) Beat(ctx context.Context, owner string, lease time.Duration) ([]string, error) {
	if err := k.read(); err != nil {
		return nil, err
	}
	return k.Store.Beat(ctx, owner, lease)
}

// TakeOver takes a dead owner's tasks.
func (k *disk) TakeOver(ctx context.Context, dead, owner string, limit int) ([]store.Task, error) {
	if err := k.read(); err != nil {
		return nil, err
	}
	return k.Store.TakeOver(ctx, dead, owner, limit)
}

// Acquire takes a lock.
func (k *disk) Acquire(ctx context.Context, lock store.Lock, now time.Time) (bool, error) {
	if err := k.read(); err != nil {
		return false, err
	}
	if k.p.sabotage.openLocks {
		return true, nil
	}
	return k.Store.Acquire(ctx, lock, now)
}

// Release gives a lock back.
func (k *disk) Release(ctx context.Context, lock store.Lock) error {
	if err := k.ready(); err != nil {
		return err
	}
	return k.Store.Release(ctx, lock)
}

// KeyOf looks a key up.
func (k *disk) KeyOf(ctx context.Context, merchantID string, mode payment.Mode, key string) (store.KeyUsed, error) {
	if err := k.read(); err != nil {
		return store.KeyUsed{}, err
	}
	return k.Store.KeyOf(ctx, merchantID, mode, key)
}

// Terms gives a revision of terms.
func (k *disk) Terms(ctx context.Context, merchantID, account, revision string) (payment.Terms, error) {
	if err := k.ready(); err != nil {
		return payment.Terms{}, err
	}
	return k.Store.Terms(ctx, merchantID, account, revision)
}

// Append keeps exchanges that belong to no change.
func (k *disk) Append(ctx context.Context, parts []exchange.Part) error {
	if err := k.ready(); err != nil {
		return err
	}
	return k.Store.Append(ctx, parts)
}

// Secret gives a small sealed value.
func (k *disk) Secret(ctx context.Context, merchantID, name string) ([]byte, time.Time, error) {
	if err := k.read(); err != nil {
		return nil, time.Time{}, err
	}
	return k.Store.Secret(ctx, merchantID, name)
}

// SaveSecret keeps one.
func (k *disk) SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error {
	if err := k.read(); err != nil {
		return err
	}
	for _, t := range k.p.tracks {
		if keeper, ok := t.(keeper); ok {
			keeper.secretSaved(merchantID, name, sealed)
		}
	}
	if k.p.sabotage.secret != nil {
		sealed = k.p.sabotage.secret(sealed)
	}
	return k.Store.SaveSecret(ctx, merchantID, name, sealed, expires)
}

// PaymentNamed finds a payment.
func (k *disk) PaymentNamed(ctx context.Context, merchantID, name string) (string, error) {
	if err := k.read(); err != nil {
		return "", err
	}
	return k.Store.PaymentNamed(ctx, merchantID, name)
}
