package storetest_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/store/storetest"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// bad is a store in which something has been broken.
type bad struct {
	*memory.Store
	commit      func(context.Context, store.Change) (store.Change, error)
	group       func(context.Context, []store.Change) ([]store.Result, error)
	load        func(merchantID, id string) (payment.Payment, error)
	claim       func(store.Claim) ([]store.Task, error)
	beat        func(owner string, lease time.Duration) ([]string, error)
	takeOver    func(dead, owner string, limit int) ([]store.Task, error)
	acquire     func(store.Lock, time.Time) (bool, error)
	release     func(store.Lock) error
	locks       func(prefix string, now time.Time) ([]store.Lock, error)
	terminal    func(store.Terminal) error
	setTerminal func(store.Terminal) error
	terms       func(merchantID, account, revision string) (payment.Terms, error)
	append      func([]exchange.Part) error
	saveSecret  func(merchantID, name string, sealed []byte, expires time.Time) error
	secret      func(merchantID, name string) ([]byte, time.Time, error)
	named       func(merchantID, name string) (string, error)
	payments    func(store.Filter) ([]payment.Payment, error)
	newer       func([]store.Seen) ([]payment.Payment, error)
	journal     func(merchantID, id string) ([]store.Entry, error)
	exchanges   func(merchantID, id string) ([]exchange.Part, error)
	told        func(merchantID, id string) ([]store.Told, error)
	ping        func() error
	stayOpen    bool

	saveEndpoint   func(store.Endpoint) error
	deleteEndpoint func(merchantID, id string) error
	endpoint       func(merchantID, id string) (store.Endpoint, error)
	waiting        func(now time.Time, limit int) ([]store.Waiting, error)
	take           func(store.Take) ([]store.Sending, error)
	finish         func(store.Finished) (webhook.Endpoint, webhook.Delivery, error)
	addDelivery    func(webhook.Delivery, []byte) error
	replay         func(store.Replay) (int, error)
	deliveries     func(store.DeliveryFilter) ([]webhook.Delivery, error)
	sequence       func(limit int) (int, error)
	unplaced       func() (int, time.Time, error)
	feed           func(merchantID string, mode payment.Mode, after int64, limit int) ([]store.Told, error)

	registered        func(after int64) (store.Registered, error)
	register          func(seen int64, r store.Registered) (int64, error)
	saveRegistrations func(store.RegistrationFile, []store.Registration) error
	keyUsed           func(merchantID, keyID string, at time.Time) error
	apiKeys           func(merchantID string) ([]merchant.APIKey, error)

	setFence      func(at time.Time, reason string) error
	fence         func() (store.Fence, error)
	liftFence     func() error
	everyTerminal func() ([]store.Terminal, error)
	waking        func(afterMerchant, afterPayment string, limit int) ([]payment.Payment, error)

	behind  func(limit int) ([]store.Behind, error)
	readOn  func(merchantID string, after int64, limit int) ([]store.Heard, error)
	follow  func(store.Followed) error
	tallies func(store.TallyFilter) ([]store.Tally, error)
	daySpan func(merchantID string, from, to payment.Day) (string, string, error)

	deeds        func(*store.Deed) bool // false: it is forgotten
	appendAction func(store.Action) error
	actions      func(store.ActionFilter) ([]store.Action, error)
	action       func(id string) (store.Action, error)

	saveNotice func(notice.Kept, *store.Told, []store.Deed) error
	atWork     func() ([]notice.Kept, error)
	notices    func(store.NoticeFilter) ([]notice.Kept, error)

	books badBooks
	badOperators
}

func (b *bad) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	if b.commit != nil {
		return b.commit(ctx, c)
	}
	return b.Store.Commit(ctx, c)
}

func (b *bad) CommitGroup(ctx context.Context, cs []store.Change) ([]store.Result, error) {
	if b.group != nil {
		return b.group(ctx, cs)
	}
	return b.Store.CommitGroup(ctx, cs)
}

func (b *bad) Load(ctx context.Context, merchantID, id string) (payment.Payment, error) {
	if b.load != nil {
		return b.load(merchantID, id)
	}
	return b.Store.Load(ctx, merchantID, id)
}

func (b *bad) Claim(ctx context.Context, c store.Claim) ([]store.Task, error) {
	if b.claim != nil {
		return b.claim(c)
	}
	return b.Store.Claim(ctx, c)
}

func (b *bad) Beat(ctx context.Context, owner string, lease time.Duration) ([]string, error) {
	if b.beat != nil {
		return b.beat(owner, lease)
	}
	return b.Store.Beat(ctx, owner, lease)
}

func (b *bad) TakeOver(ctx context.Context, dead, owner string, limit int) ([]store.Task, error) {
	if b.takeOver != nil {
		return b.takeOver(dead, owner, limit)
	}
	return b.Store.TakeOver(ctx, dead, owner, limit)
}

func (b *bad) Acquire(ctx context.Context, l store.Lock, now time.Time) (bool, error) {
	if b.acquire != nil {
		return b.acquire(l, now)
	}
	return b.Store.Acquire(ctx, l, now)
}

func (b *bad) Locks(ctx context.Context, prefix string, now time.Time) ([]store.Lock, error) {
	if b.locks != nil {
		return b.locks(prefix, now)
	}
	return b.Store.Locks(ctx, prefix, now)
}

func (b *bad) Release(ctx context.Context, l store.Lock) error {
	if b.release != nil {
		return b.release(l)
	}
	return b.Store.Release(ctx, l)
}

func (b *bad) SaveTerminal(ctx context.Context, t store.Terminal) error {
	if b.terminal != nil {
		return b.terminal(t)
	}
	return b.Store.SaveTerminal(ctx, t)
}

func (b *bad) SetTerminal(ctx context.Context, t store.Terminal, deeds ...store.Deed) error {
	if b.setTerminal != nil {
		return b.setTerminal(t)
	}
	return b.Store.SetTerminal(ctx, t, b.noted(deeds)...)
}

func (b *bad) Terms(ctx context.Context, merchantID, account, revision string) (payment.Terms, error) {
	if b.terms != nil {
		return b.terms(merchantID, account, revision)
	}
	return b.Store.Terms(ctx, merchantID, account, revision)
}

func (b *bad) Append(ctx context.Context, parts []exchange.Part) error {
	if b.append != nil {
		return b.append(parts)
	}
	return b.Store.Append(ctx, parts)
}

func (b *bad) SaveSecret(ctx context.Context, merchantID, name string, sealed []byte, expires time.Time) error {
	if b.saveSecret != nil {
		return b.saveSecret(merchantID, name, sealed, expires)
	}
	return b.Store.SaveSecret(ctx, merchantID, name, sealed, expires)
}

func (b *bad) Secret(ctx context.Context, merchantID, name string) ([]byte, time.Time, error) {
	if b.secret != nil {
		return b.secret(merchantID, name)
	}
	return b.Store.Secret(ctx, merchantID, name)
}

func (b *bad) PaymentNamed(ctx context.Context, merchantID, name string) (string, error) {
	if b.named != nil {
		return b.named(merchantID, name)
	}
	return b.Store.PaymentNamed(ctx, merchantID, name)
}

func (b *bad) Payments(ctx context.Context, f store.Filter) ([]payment.Payment, error) {
	if b.payments != nil {
		return b.payments(f)
	}
	return b.Store.Payments(ctx, f)
}

func (b *bad) Newer(ctx context.Context, seen []store.Seen) ([]payment.Payment, error) {
	if b.newer != nil {
		return b.newer(seen)
	}
	return b.Store.Newer(ctx, seen)
}

func (b *bad) Journal(ctx context.Context, merchantID, id string) ([]store.Entry, error) {
	if b.journal != nil {
		return b.journal(merchantID, id)
	}
	return b.Store.Journal(ctx, merchantID, id)
}

func (b *bad) Exchanges(ctx context.Context, merchantID, id string) ([]exchange.Part, error) {
	if b.exchanges != nil {
		return b.exchanges(merchantID, id)
	}
	return b.Store.Exchanges(ctx, merchantID, id)
}

func (b *bad) Told(ctx context.Context, merchantID, id string) ([]store.Told, error) {
	if b.told != nil {
		return b.told(merchantID, id)
	}
	return b.Store.Told(ctx, merchantID, id)
}

func (b *bad) Ping(ctx context.Context) error {
	if b.ping != nil {
		return b.ping()
	}
	return b.Store.Ping(ctx)
}

func (b *bad) Close() error {
	if b.stayOpen {
		return nil
	}
	return b.Store.Close()
}

// breakage breaks a store, and names rules that must notice.
type breakage struct {
	name  string
	how   func(b *bad)
	rules []string
}

var ctx = context.Background()

// edited makes a change go through f before it is committed, finished or not.
func edited(b *bad, f func(*store.Change)) {
	b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
		f(&c)
		if finish := c.Finish; finish != nil {
			c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
				out, err := finish(n, t0)
				f(&out)
				return out, err
			}
		}
		return b.Store.Commit(ctx, c)
	}
}

// numbered makes Finish be called with another number and t0.
func numbered(b *bad, f func(*payment.Number, *time.Time)) {
	change := func(c store.Change) store.Change {
		if finish := c.Finish; finish != nil {
			c.Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
				f(&n, &t0)
				return finish(n, t0)
			}
		}
		return c
	}
	b.commit = func(ctx context.Context, c store.Change) (store.Change, error) { return b.Store.Commit(ctx, change(c)) }
	b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
		var changed []store.Change
		for _, c := range cs {
			changed = append(changed, change(c))
		}
		return b.Store.CommitGroup(ctx, changed)
	}
}

// answered makes Commit's answer go through f.
func answered(b *bad, f func(c store.Change, out *store.Change, err error) error) {
	b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
		out, err := b.Store.Commit(ctx, c)
		err = f(c, &out, err)
		return out, err
	}
}

func claimed(f func(*store.Claim)) func(*bad) {
	return func(b *bad) {
		b.claim = func(c store.Claim) ([]store.Task, error) {
			f(&c)
			return b.Store.Claim(ctx, c)
		}
	}
}

func filtered(f func(*store.Filter)) func(*bad) {
	return func(b *bad) {
		b.payments = func(c store.Filter) ([]payment.Payment, error) {
			f(&c)
			return b.Store.Payments(ctx, c)
		}
	}
}

func breakages() []breakage {
	return slices.Concat(brokenCommits(), brokenKeys(), brokenNumbers(), brokenTasks(), brokenTables(), brokenReaders(), brokenOutboxes(), brokenRegistries(), brokenFences(), brokenActions(), brokenNotices(), brokenBooks(), brokenFollowers(), brokenOperators(), brokenOnboarding())
}

func brokenCommits() []breakage {
	return []breakage{
		{"the version is not looked at", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				out, err := b.Store.Commit(ctx, c)
				if p, lerr := b.Store.Load(ctx, c.Payment.MerchantID, c.Payment.ID); errors.Is(err, store.ErrConflict) && lerr == nil {
					if c.Finish != nil {
						return c, nil
					}
					c.Payment.Version = p.Version + 1
					return b.Store.Commit(ctx, c)
				}
				return out, err
			}
		}, []string{"a change is written only over the version it expects", "of many changes of one payment at a time one is written"}},
		{"versions are only guarded against going back", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				if p, err := b.Store.Load(ctx, c.Payment.MerchantID, c.Payment.ID); err == nil && c.Payment.Version > p.Version {
					c.Payment.Version = p.Version + 1
				}
				return b.Store.Commit(ctx, c)
			}
		}, []string{"a change is written only over the version it expects", "nothing of a refused change is there"}},
		{"the commit's answer is not what was written", func(b *bad) {
			answered(b, func(_ store.Change, out *store.Change, err error) error { out.Payment.Amount++; return err })
		}, []string{"what was committed is what is loaded"}},
		{"an unknown payment is an empty one", func(b *bad) {
			b.load = func(m, id string) (payment.Payment, error) {
				p, err := b.Store.Load(ctx, m, id)
				if errors.Is(err, store.ErrNotFound) {
					err = nil
				}
				return p, err
			}
		}, []string{"what was committed is what is loaded"}},
		{
			"exchanges are dropped", func(b *bad) { edited(b, func(c *store.Change) { c.Exchanges = nil }) },
			[]string{"what belongs to a change is there with it", "exchanges stand in the order in which they began"},
		},
		{
			"what was told is dropped", func(b *bad) { edited(b, func(c *store.Change) { c.Told = nil }) },
			[]string{"what belongs to a change is there with it"},
		},
		{
			"tasks are dropped", func(b *bad) { edited(b, func(c *store.Change) { c.Payment.WakeAt = time.Time{} }) },
			[]string{"what belongs to a change is there with it", "a payment's task follows its WakeAt"},
		},
		{"the journal forgets the change's id", func(b *bad) {
			b.journal = func(m, id string) ([]store.Entry, error) {
				entries, err := b.Store.Journal(ctx, m, id)
				for i := range entries {
					entries[i].ChangeID = ""
				}
				return entries, err
			}
		}, []string{"what belongs to a change is there with it"}},
		{"the exchanges of a refused change are kept", func(b *bad) {
			answered(b, func(c store.Change, _ *store.Change, err error) error {
				if err != nil {
					_ = b.Store.Append(ctx, c.Exchanges)
				}
				return err
			})
		}, []string{"nothing of a refused change is there"}},
		{"a payment is given out twice", func(b *bad) {
			var one payment.Payment
			b.load = func(m, id string) (p payment.Payment, err error) {
				if one.Version == 0 {
					one, err = b.Store.Load(ctx, m, id)
				}
				return one, err
			}
		}, []string{"what is stored is not shared with the caller"}},
		{
			"what waits for a choice has no alarm", func(b *bad) {
				edited(b, func(c *store.Change) {
					if c.Payment.Choosing() {
						c.Payment.WakeAt = time.Time{}
					}
				})
			},
			[]string{"a payment may take its number later, once"},
		},
		{"payments are found by id alone", func(b *bad) {
			b.load = func(m, id string) (payment.Payment, error) {
				if p, err := b.Store.Load(ctx, "mer_a", id); err == nil {
					return p, nil
				}
				return b.Store.Load(ctx, m, id)
			}
		}, []string{"two merchants with the same ids do not meet"}},
		{"the context is not looked at", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				return b.Store.Commit(context.WithoutCancel(ctx), c)
			}
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				return b.Store.CommitGroup(context.WithoutCancel(ctx), cs)
			}
		}, []string{"a call whose context has ended writes nothing", "a group whose context has ended writes nothing"}},
		{
			"Close closes nothing", func(b *bad) { b.stayOpen = true },
			[]string{"after Close everything is ErrClosed", "after Close a group is ErrClosed"},
		},
	}
}

func brokenKeys() []breakage {
	return []breakage{
		{"keys are not looked at", func(b *bad) {
			edited(b, func(c *store.Change) { c.Key = store.Key{} })
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				cs = slices.Clone(cs)
				for i := range cs {
					cs[i].Key = store.Key{}
					finish := cs[i].Finish
					cs[i].Finish = func(n payment.Number, t0 time.Time) (store.Change, error) {
						out, err := finish(n, t0)
						out.Key = store.Key{}
						return out, err
					}
				}
				return b.Store.CommitGroup(ctx, cs)
			}
		}, []string{
			"an idempotency key belongs to one payment of a merchant and mode", "fifty commits with one key make one payment",
			"of one key twice in a group the first that is not refused has it",
		}},
		{"a key is for both modes", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				for _, mode := range []payment.Mode{payment.Live, payment.Test} {
					if used, err := b.KeyOf(ctx, c.Payment.MerchantID, mode, c.Key.Key); err == nil {
						return store.Change{}, &used
					}
				}
				return b.Store.Commit(ctx, c)
			}
		}, []string{"an idempotency key belongs to one payment of a merchant and mode"}},
		{"the fingerprint is forgotten", func(b *bad) {
			answered(b, func(_ store.Change, _ *store.Change, err error) error {
				var used *store.KeyUsed
				if errors.As(err, &used) {
					return &store.KeyUsed{PaymentID: used.PaymentID}
				}
				return err
			})
		}, []string{"an idempotency key belongs to one payment of a merchant and mode", "fifty commits with one key make one payment"}},
		{"keys are not looked at before versions", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				if _, err := b.Store.Load(ctx, c.Payment.MerchantID, c.Payment.ID); err == nil && c.Payment.Version == 1 {
					return store.Change{}, store.ErrConflict
				}
				return b.Store.Commit(ctx, c)
			}
		}, []string{"an idempotency key belongs to one payment of a merchant and mode"}},
		{"small and large letters are the same", func(b *bad) {
			edited(b, func(c *store.Change) { c.Key.Key = strings.ToLower(c.Key.Key) })
		}, []string{"an idempotency key belongs to one payment of a merchant and mode", "text is stored as it is"}},
		{"text is trimmed", func(b *bad) {
			edited(b, func(c *store.Change) { c.Payment.Reference = strings.TrimSpace(c.Payment.Reference) })
		}, []string{"text is stored as it is"}},
		{"a refused change burns its key", func(b *bad) {
			burnt := map[string]bool{}
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				if burnt[c.Key.Key] {
					return store.Change{}, &store.KeyUsed{}
				}
				out, err := b.Store.Commit(ctx, c)
				burnt[c.Key.Key] = err != nil && c.Key.Key != ""
				return out, err
			}
		}, []string{"a refused change leaves its key free"}},
		{"only new payments have keys", func(b *bad) {
			edited(b, func(c *store.Change) {
				if c.Payment.Version > 1 {
					c.Key = store.Key{}
				}
			})
		}, []string{"a later change may have a key of its own"}},
	}
}

func brokenNumbers() []breakage {
	return []breakage{
		{"every second number is given twice", func(b *bad) {
			numbered(b, func(n *payment.Number, _ *time.Time) { n.Reference = (n.Reference + 1) / 2 })
		}, []string{
			"numbers are unique and without gaps over concurrent commits", "numbers are given in the order of commits",
			"groups over the same terminals run side by side", "each caller gets its own result, in order",
		}},
		{"numbers have gaps", func(b *bad) {
			numbered(b, func(n *payment.Number, _ *time.Time) { n.Reference *= 2 })
		}, []string{"numbers are unique and without gaps over concurrent commits", "after 999999 the sequence takes the next batch"}},
		{"the answer has another number than what is stored", func(b *bad) {
			answered(b, func(_ store.Change, out *store.Change, err error) error {
				if len(out.Payment.Attempts) > 0 {
					out.Payment.Attempts = slices.Clone(out.Payment.Attempts)
					out.Payment.Attempts[0].Number.Reference++
				}
				return err
			})
		}, []string{"numbers are unique and without gaps over concurrent commits", "numbers are given in the order of commits"}},
		{"a refused change takes a number", func(b *bad) {
			var mu sync.Mutex
			answered(b, func(c store.Change, _ *store.Change, err error) error {
				mu.Lock()
				defer mu.Unlock()
				if list, lerr := b.Terminals(ctx, c.Payment.MerchantID); err != nil && lerr == nil && len(list) > 0 {
					list[0].Cursor.Last.Reference++
					_ = b.Store.SetTerminal(ctx, list[0])
				}
				return err
			})
		}, []string{
			"a change that Finish refuses takes no number",
			"fifty commits with one key make one payment",
		}},
		{
			"the day never changes", func(b *bad) { b.Store = memory.New(memory.Options{Now: storetest.Morning}) },
			[]string{"a new day takes a new batch, an earlier one does not", "after 999999 a batch of a date is full until tomorrow"},
		},
		{"t0 has microseconds", func(b *bad) {
			numbered(b, func(_ *payment.Number, t0 *time.Time) { *t0 = t0.Add(321 * time.Microsecond) })
		}, []string{"t0 is the clock's time in whole milliseconds"}},
		{
			"a hold is dropped", func(b *bad) { edited(b, func(c *store.Change) { c.Hold = nil }) },
			[]string{"a stopped terminal gives no number until it is released"},
		},
		{"errors lose what they are", func(b *bad) {
			opaque := func(err error) error {
				if err != nil {
					return errors.New(err.Error())
				}
				return nil
			}
			answered(b, func(_ store.Change, _ *store.Change, err error) error { return opaque(err) })
			b.setTerminal = func(t store.Terminal) error { return opaque(b.Store.SetTerminal(ctx, t)) }
		}, []string{
			"a terminal whose batches are used up gives no number", "after 999999 a batch of a date is full until tomorrow",
			"a stopped terminal gives no number until it is released", "an unknown terminal gives no number",
			"a terminal's numbering moves only ahead",
		}},
		{"an unknown terminal is made", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				t := store.Terminal{MerchantID: c.Payment.MerchantID, ID: c.Terminal, Cursor: payment.Cursor{Style: payment.BySequence}}
				_ = b.Store.SaveTerminal(ctx, t)
				return b.Store.Commit(ctx, c)
			}
		}, []string{"an unknown terminal gives no number"}},
	}
}

func brokenTasks() []breakage {
	return []breakage{
		{
			"claims end at once", claimed(func(c *store.Claim) { c.For = 0 }),
			[]string{"a claimed task is nobody's until the claim ends", "concurrent claims never give a task twice"},
		},
		{
			"claims last too long", claimed(func(c *store.Claim) { c.For += time.Microsecond }),
			[]string{"a claimed task is nobody's until the claim ends"},
		},
		{
			"Before is not looked at", claimed(func(c *store.Claim) { c.Before = c.Now }),
			[]string{"Claim gives what is due, the oldest first, up to its limit"},
		},
		{
			"the limit is not looked at", claimed(func(c *store.Claim) { c.Limit = 1000 }),
			[]string{"Claim gives what is due, the oldest first, up to its limit"},
		},
		{
			"tasks are claimed too early", claimed(func(c *store.Claim) { c.Before = c.Before.Add(time.Microsecond) }),
			[]string{"Claim gives what is due, the oldest first, up to its limit", "a payment's task follows its WakeAt"},
		},
		{"the claimer is not the owner", claimed(func(c *store.Claim) { c.Owner = "" }), []string{"a payment's task follows its WakeAt"}},
		{"the newest task comes first", func(b *bad) {
			b.claim = func(c store.Claim) ([]store.Task, error) {
				tasks, err := b.Store.Claim(ctx, c)
				slices.Reverse(tasks)
				return tasks, err
			}
		}, []string{"Claim gives what is due, the oldest first, up to its limit"}},
		{
			"NotBefore is dropped", func(b *bad) { edited(b, func(c *store.Change) { c.NotBefore = time.Time{} }) },
			[]string{"Claim waits for NotBefore"},
		},
		{
			"serial keys are dropped", func(b *bad) { edited(b, func(c *store.Change) { c.SerialKey = "" }) },
			[]string{"Claim gives one task of a serial key at a time"},
		},
		{"serial keys are shared by merchants", func(b *bad) {
			b.claim = func(c store.Claim) ([]store.Task, error) {
				tasks, err := b.Store.Claim(ctx, c)
				seen := map[string]bool{}
				return slices.DeleteFunc(tasks, func(t store.Task) bool {
					again := t.SerialKey != "" && seen[t.SerialKey]
					seen[t.SerialKey] = true
					return again
				}), err
			}
		}, []string{"Claim gives one task of a serial key at a time"}},
		{"a claim outlives the change of its payment", func(b *bad) {
			until := map[string]time.Time{}
			b.claim = func(c store.Claim) ([]store.Task, error) {
				tasks, err := b.Store.Claim(ctx, c)
				return slices.DeleteFunc(tasks, func(t store.Task) bool {
					if until[t.PaymentID].After(c.Now) {
						return true
					}
					until[t.PaymentID] = c.Now.Add(c.For)
					return false
				}), err
			}
		}, []string{"a change of the payment ends the claim"}},
		{"nobody is ever dead", func(b *bad) {
			b.beat = func(owner string, lease time.Duration) ([]string, error) {
				_, err := b.Store.Beat(ctx, owner, lease)
				return nil, err
			}
		}, []string{"an owner whose lease has ended is dead while it has tasks"}},
		{"leases are forgotten", func(b *bad) {
			b.beat = func(owner string, lease time.Duration) ([]string, error) {
				if lease == 0 {
					return nil, nil
				}
				return b.Store.Beat(ctx, owner, lease)
			}
		}, []string{"an owner whose lease has ended is dead while it has tasks"}},
		{"a dead owner without tasks stays dead", func(b *bad) {
			dead := map[string]bool{}
			b.beat = func(owner string, lease time.Duration) ([]string, error) {
				dead[owner] = lease == 0
				_, err := b.Store.Beat(ctx, owner, lease)
				var list []string
				for o, d := range dead {
					if d {
						list = append(list, o)
					}
				}
				slices.Sort(list)
				return list, err
			}
		}, []string{"an owner whose lease has ended is dead while it has tasks", "a dead owner's tasks are taken over, each once"}},
		{"the limit of TakeOver is not looked at", func(b *bad) {
			b.takeOver = func(dead, owner string, _ int) ([]store.Task, error) { return b.Store.TakeOver(ctx, dead, owner, 1000) }
		}, []string{"a dead owner's tasks are taken over, each once"}},
		{"tasks taken over keep their owner", func(b *bad) {
			b.takeOver = func(dead, owner string, limit int) ([]store.Task, error) {
				tasks, err := b.Store.TakeOver(ctx, dead, owner, limit)
				_, _ = b.Store.TakeOver(ctx, owner, dead, limit)
				return tasks, err
			}
		}, []string{"a dead owner's tasks are taken over, each once"}},
	}
}

func brokenTables() []breakage {
	return []breakage{
		{"everyone gets the lock", func(b *bad) {
			b.acquire = func(store.Lock, time.Time) (bool, error) { return true, nil }
		}, []string{"a lock is one holder's until it ends or is released", "of many that want a lock one gets it"}},
		{"anyone may release a lock", func(b *bad) {
			holder := ""
			b.acquire = func(l store.Lock, now time.Time) (bool, error) {
				got, err := b.Store.Acquire(ctx, l, now)
				if got {
					holder = l.Holder
				}
				return got, err
			}
			b.release = func(l store.Lock) error { l.Holder = holder; return b.Store.Release(ctx, l) }
		}, []string{"a lock is one holder's until it ends or is released"}},
		{"locks are listed that have ended", func(b *bad) {
			b.locks = func(prefix string, _ time.Time) ([]store.Lock, error) { return b.Store.Locks(ctx, prefix, time.Time{}) }
		}, []string{"locks that are held are listed by what their names begin with"}},
		{"all locks are listed", func(b *bad) {
			b.locks = func(_ string, now time.Time) ([]store.Lock, error) { return b.Store.Locks(ctx, "", now) }
		}, []string{"locks that are held are listed by what their names begin with"}},
		{"locks never end", func(b *bad) {
			b.acquire = func(l store.Lock, now time.Time) (bool, error) {
				l.Until = l.Until.AddDate(1, 0, 0)
				return b.Store.Acquire(ctx, l, now)
			}
		}, []string{"a lock is one holder's until it ends or is released"}},
		{"only new payments take numbers", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				if c.Payment.Version > 1 {
					c.Terminal = ""
				}
				return b.Store.Commit(ctx, c)
			}
		}, []string{"a later change may take a number of its own"}},
		{"the first secret stays", func(b *bad) {
			b.saveSecret = func(m, name string, sealed []byte, expires time.Time) error {
				if _, _, err := b.Store.Secret(ctx, m, name); err == nil {
					return nil
				}
				return b.Store.SaveSecret(ctx, m, name, sealed, expires)
			}
		}, []string{"a secret is its merchant's, and the last one stays"}},
		{"secrets are shared by merchants", func(b *bad) {
			b.secret = func(_, name string) ([]byte, time.Time, error) { return b.Store.Secret(ctx, storetest.Merchant, name) }
		}, []string{"a secret is its merchant's, and the last one stays"}},
		{"names are shared by merchants", func(b *bad) {
			b.named = func(_, name string) (string, error) { return b.Store.PaymentNamed(ctx, storetest.Merchant, name) }
		}, []string{"a payment is found by each of its names, of its merchant alone"}},
		{"only the first name counts", func(b *bad) {
			b.commit = func(ctx context.Context, c store.Change) (store.Change, error) {
				if c.Payment.Version > 1 {
					c.Name = ""
				}
				return b.Store.Commit(ctx, c)
			}
		}, []string{"a payment is found by each of its names, of its merchant alone"}},
		{"a terminal's style is not looked at", func(b *bad) {
			b.terminal = func(t store.Terminal) error {
				if err := b.Store.SaveTerminal(ctx, t); !errors.Is(err, store.ErrStyle) {
					return err
				}
				return nil
			}
		}, []string{"a known terminal keeps its cursor, and its style"}},
		{"saving a terminal starts it anew", func(b *bad) {
			b.terminal = func(t store.Terminal) error {
				err := b.Store.SaveTerminal(ctx, t)
				if list, lerr := b.Terminals(ctx, t.MerchantID); err == nil && lerr == nil {
					for _, known := range list {
						if known.ID == t.ID {
							known.Held = t.Held
							return b.Store.SetTerminal(ctx, known)
						}
					}
				}
				return err
			}
		}, []string{"a known terminal keeps its cursor, and its style"}},
		{"numbering moves back", func(b *bad) {
			b.setTerminal = func(t store.Terminal) error {
				if err := b.Store.SetTerminal(ctx, t); !errors.Is(err, store.ErrBackwards) {
					return err
				}
				return nil
			}
		}, []string{"a terminal's numbering moves only ahead"}},
		{"any revision is the first", func(b *bad) {
			b.terms = func(m, account, _ string) (payment.Terms, error) { return b.Store.Terms(ctx, m, account, "rev_1") }
		}, []string{"a revision of terms is kept as it was first saved"}},
		{
			"exchanges of no change are dropped", func(b *bad) { b.append = func([]exchange.Part) error { return nil } },
			[]string{"exchanges of no change are kept"},
		},
		{"a note is dropped", func(b *bad) {
			b.append = func(parts []exchange.Part) error {
				parts = slices.Clone(parts)
				for i := range parts {
					parts[i].Note = ""
				}
				return b.Store.Append(ctx, parts)
			}
		}, []string{"exchanges of no change are kept"}},
	}
}

func brokenReaders() []breakage {
	const pages, filters = "pages hold every payment once, newest first", "filters choose"
	return []breakage{
		{"pages overlap", filtered(func(f *store.Filter) {
			if f.Before != "" {
				f.Before += "~"
			}
		}), []string{pages, filters}},
		{"pages have no upper limit", func(b *bad) {
			b.payments = func(f store.Filter) ([]payment.Payment, error) {
				list, err := b.Store.Payments(ctx, f)
				for f.Limit > 100 && len(list) < f.Limit && err == nil && len(list) > 0 {
					var more []payment.Payment
					f.Before = list[len(list)-1].ID
					if more, err = b.Store.Payments(ctx, f); len(more) == 0 {
						break
					}
					list = append(list, more...)
				}
				return list, err
			}
		}, []string{pages}},
		{"the oldest payment comes first", func(b *bad) {
			b.payments = func(f store.Filter) ([]payment.Payment, error) {
				list, err := b.Store.Payments(ctx, f)
				slices.Reverse(list)
				return list, err
			}
		}, []string{pages, filters}},
		{"the mode is not looked at", filtered(func(f *store.Filter) { f.Mode = "" }), []string{filters}},
		{"states are not looked at", filtered(func(f *store.Filter) { f.States = nil }), []string{filters}},
		{"only one state is looked at", filtered(func(f *store.Filter) { f.States = f.States[:min(1, len(f.States))] }), []string{filters}},
		{"the reference is not looked at", filtered(func(f *store.Filter) { f.Reference = "" }), []string{filters, "text is stored as it is"}},
		{"From is not looked at", filtered(func(f *store.Filter) { f.From = time.Time{} }), []string{filters}},
		{"To is included", filtered(func(f *store.Filter) {
			if !f.To.IsZero() {
				f.To = f.To.Add(time.Microsecond)
			}
		}), []string{filters}},
		{"Newer gives everything", func(b *bad) {
			b.newer = func(seen []store.Seen) ([]payment.Payment, error) {
				seen = slices.Clone(seen)
				for i := range seen {
					seen[i].Version = 0
				}
				return b.Store.Newer(ctx, seen)
			}
		}, []string{"Newer gives what has grown and nothing else"}},
		{"the journal lacks its first entry", func(b *bad) {
			b.journal = func(m, id string) ([]store.Entry, error) {
				entries, err := b.Store.Journal(ctx, m, id)
				return entries[min(1, len(entries)):], err
			}
		}, []string{"a journal folds to the stored payment"}},
		{"the journal forgets reasons", func(b *bad) {
			b.journal = func(m, id string) ([]store.Entry, error) {
				entries, err := b.Store.Journal(ctx, m, id)
				for i, e := range entries {
					if a, ok := e.Event.(payment.Answered); ok {
						a.Outcome.Code = ""
						entries[i].Event = a
					}
				}
				return entries, err
			}
		}, []string{"a journal folds to the stored payment", "what belongs to a change is there with it"}},
		{"exchanges stand in the order of their halves", func(b *bad) {
			b.exchanges = func(m, id string) ([]exchange.Part, error) {
				parts, err := b.Store.Exchanges(ctx, m, id)
				slices.SortStableFunc(parts, func(a, b exchange.Part) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Side, b.Side)) })
				return parts, err
			}
		}, []string{"exchanges stand in the order in which they began"}},
		{"nothing is an error", func(b *bad) {
			b.told = func(m, id string) ([]store.Told, error) {
				told, err := b.Store.Told(ctx, m, id)
				if len(told) == 0 {
					err = store.ErrNotFound
				}
				return told, err
			}
		}, []string{"what is not there is an empty list"}},
		{"Ping finds no database", func(b *bad) { b.ping = func() error { return errors.New("away") } }, []string{"Ping answers"}},
	}
}

func brokenGroups() []breakage {
	return []breakage{
		{"one refusal refuses all", func(b *bad) {
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				for i, c := range cs { // tried one by one, until the first refusal
					if _, err := b.Store.Commit(ctx, c); err != nil {
						results := make([]store.Result, len(cs))
						for j := i; j < len(cs); j++ {
							results[j].Err = err
						}
						return results, nil
					}
				}
				return make([]store.Result, len(cs)), nil
			}
		}, []string{"the neighbours of a refused change are written", "a group of changes without numbers refuses each for itself"}},
		{"results come in reverse", func(b *bad) {
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				results, err := b.Store.CommitGroup(ctx, cs)
				slices.Reverse(results)
				return results, err
			}
		}, []string{"each caller gets its own result, in order"}},
		{"changes are written in reverse", func(b *bad) {
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				cs = slices.Clone(cs)
				slices.Reverse(cs)
				results, err := b.Store.CommitGroup(ctx, cs)
				slices.Reverse(results)
				return results, err
			}
		}, []string{"of two changes of one payment in a group the first is written", "of one key twice in a group the first that is not refused has it"}},
		{"two changes of one payment follow each other", func(b *bad) {
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				results := make([]store.Result, len(cs))
				for i, c := range cs {
					results[i].Change, results[i].Err = b.Store.Commit(ctx, c)
				}
				return results, nil
			}
		}, []string{"of two changes of one payment in a group the first is written"}},
		{"an empty group is an error", func(b *bad) {
			b.group = func(ctx context.Context, cs []store.Change) ([]store.Result, error) {
				if len(cs) == 0 {
					return nil, errors.New("empty")
				}
				return b.Store.CommitGroup(ctx, cs)
			}
		}, []string{"an empty group is nothing"}},
	}
}

// TestEveryRuleBites breaks a store in many ways, each of which must be noticed by the rules that it names, and checks
// that no rule is left that has noticed nothing.
func TestEveryRuleBites(t *testing.T) {
	t.Parallel()
	rules := map[string]storetest.Rule{}
	for _, r := range slices.Concat(storetest.Rules(), storetest.GroupRules()) {
		if _, twice := rules[r.Name]; twice {
			t.Errorf("two rules are named %q", r.Name)
		}
		rules[r.Name] = r
	}
	bites := map[string]bool{}
	for _, broken := range slices.Concat(breakages(), brokenGroups()) {
		for _, name := range broken.rules {
			r, known := rules[name]
			if !known {
				t.Errorf("%s: there is no rule %q", broken.name, name)
				continue
			}
			clock := storetest.NewClock()
			b := &bad{Store: memory.New(memory.Options{Now: clock.Now})}
			broken.how(b)
			if err := r.Check(t.Context(), storetest.World{Store: b, Backend: b, Clock: clock}); err == nil {
				t.Errorf("%s, and the rule %q does not notice", broken.name, name)
			} else if strings.HasPrefix(err.Error(), "panic:") {
				t.Errorf("%s: the rule %q does not say what is wrong: %v", broken.name, name, err)
			}
			bites[name] = true
		}
	}
	for name := range rules {
		if !bites[name] {
			t.Errorf("the rule %q is never shown to bite", name)
		}
	}
}
