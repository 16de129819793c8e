package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func taskRules() []Rule {
	return []Rule{
		{"a payment's task follows its WakeAt", tasksFollowPayments},
		{"Claim gives what is due, the oldest first, up to its limit", claimsWhatIsDue},
		{"a claimed task is nobody's until the claim ends", claimsEnd},
		{"concurrent claims never give a task twice", claimsInParallel},
		{"Claim waits for NotBefore", claimsNotBefore},
		{"Claim gives one task of a serial key at a time", claimsSerialKeys},
		{"a change of the payment ends the claim", changesEndClaims},
		{"an owner whose lease has ended is dead while it has tasks", deadOwners},
		{"a dead owner's tasks are taken over, each once", takesOver},
	}
}

// claim is a claim at a time of the engine's clock, for 30 seconds.
func claim(owner string, at time.Time) store.Claim {
	return store.Claim{Owner: owner, Now: at, Before: at, For: 30 * time.Second, Limit: 100}
}

// claimed gives the numbers of the payments that a claim gets, in its order.
func (w *world) claimed(c store.Claim) []int {
	tasks, err := w.Store.Claim(w.ctx, c)
	w.must("claim", err)
	return numbersOf(tasks)
}

func numbersOf(tasks []store.Task) []int {
	var ns []int
	for _, t := range tasks {
		var n int
		if _, err := fmt.Sscanf(t.PaymentID, "pay_%d", &n); err != nil {
			n = -1
		}
		ns = append(ns, n)
	}
	return ns
}

// pushAt commits the n-th payment with t0 some seconds after Morning; its task is due 60 s later.
func (w *world) pushAt(seconds, n int, edit ...func(*Request)) payment.Payment {
	w.Clock.Set(Morning().Add(time.Duration(seconds) * time.Second))
	return w.commit(NewPayment(n, edit...)).Payment
}

// at is a time after Morning.
func at(seconds int) time.Time { return Morning().Add(time.Duration(seconds) * time.Second) }

func (w *world) openTasks(n int, oldest time.Time) {
	got, first, err := w.Store.OpenTasks(w.ctx)
	if err != nil || got != n || !first.Equal(oldest) {
		w.failf("open tasks = %d, the oldest %s, %v; want %d, %s", got, first, err, n, oldest)
	}
}

func tasksFollowPayments(w *world) {
	w.terminal(Merchant, TID)
	w.openTasks(0, time.Time{})
	p := w.pushAt(5, 2)
	w.openTasks(1, p.WakeAt)
	other := w.pushAt(0, 1)
	w.openTasks(2, other.WakeAt)
	tasks, err := w.Store.Claim(w.ctx, claim("claimer", p.WakeAt))
	w.must("claim", err)
	want(w, "tasks", tasks, []store.Task{
		{MerchantID: Merchant, PaymentID: PaymentID(1), Kind: store.KindWake, DueAt: other.WakeAt, Owner: "claimer"},
		{MerchantID: Merchant, PaymentID: PaymentID(2), Kind: store.KindWake, DueAt: p.WakeAt, Owner: "claimer"},
	})
	w.next(other, payment.Answered{At: at(9), Call: payment.CallPush, Try: 1, Outcome: Paid()}) // nothing more is due
	p = w.next(p, payment.NoAnswer{At: at(30), Call: payment.CallPush, Try: 1, Why: payment.Silent})
	w.openTasks(1, p.WakeAt)
	p = w.next(p, payment.Woke{At: p.WakeAt}) // asks for the status and waits for the reversal's hour
	w.openTasks(1, p.WakeAt)
	if got := w.claimed(claim("claimer", p.WakeAt.Add(-time.Microsecond))); got != nil {
		w.failf("claimed %v before the new due time, want none", got)
	}
	want(w, "claimed at the new due time", w.claimed(claim("claimer", p.WakeAt)), []int{2})
}

func claimsWhatIsDue(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	for i, n := range []int{5, 3, 9, 1} {
		w.pushAt(10*i, n, func(r *Request) {
			if n == 3 {
				r.MerchantID = "mer_2"
			}
		})
	}
	want(w, "claimed before anything is due", w.claimed(claim("o", at(60).Add(-time.Microsecond))), nil)
	early := claim("o", at(3600))
	early.Before = at(60)
	want(w, "claimed with Before at the first", w.claimed(early), []int{5})
	two := claim("o", at(90))
	two.Limit = 2
	want(w, "claimed with a limit of two", w.claimed(two), []int{3, 9})
	want(w, "claimed after that", w.claimed(two), []int{1})
	want(w, "claimed at the end", w.claimed(two), nil)
}

func claimsEnd(w *world) {
	w.terminal(Merchant, TID)
	w.pushAt(0, 1)
	want(w, "the first claim", w.claimed(claim("a", at(60))), []int{1})
	want(w, "another's claim meanwhile", w.claimed(claim("b", at(61))), nil)
	want(w, "the first one's claim meanwhile", w.claimed(claim("a", at(61))), nil)
	want(w, "another's claim just before the end", w.claimed(claim("b", at(90).Add(-time.Microsecond))), nil)
	want(w, "another's claim at the end", w.claimed(claim("b", at(90))), []int{1})
}

func claimsInParallel(w *world) {
	const payments, claimers = 60, 6
	w.terminal(Merchant, TID)
	w.must("commit", errorsOf(w.all(payments, func(i int) error {
		_, err := w.Store.Commit(w.ctx, NewPayment(i))
		return err
	})))
	got := make([][]store.Task, claimers)
	w.must("claim", errorsOf(w.all(claimers, func(i int) error {
		for range payments { // far more often than is needed
			c := claim(fmt.Sprintf("claimer-%d", i), at(60))
			c.Limit = 7
			tasks, err := w.Store.Claim(w.ctx, c)
			if err != nil || len(tasks) == 0 {
				return err
			}
			got[i] = append(got[i], tasks...)
		}
		return nil
	})))
	ns := numbersOf(slices.Concat(got...))
	slices.Sort(ns)
	for i, n := range ns {
		if i > 0 && ns[i-1] == n {
			w.failf("task %d was claimed twice", n)
		}
	}
	// A claimer that stood in another's way may have gone home with nothing; what it left is there for the next.
	if rest := w.claimed(claim("last", at(60))); len(ns)+len(rest) != payments {
		w.failf("%d tasks were claimed and %d left, want %d together", len(ns), len(rest), payments)
	}
}

func claimsNotBefore(w *world) {
	w.terminal(Merchant, TID)
	w.pushAt(0, 1, func(r *Request) { r.NotBefore = at(75) })
	c := claim("o", at(75).Add(-time.Microsecond))
	c.Before = at(3600)
	want(w, "claimed before NotBefore", w.claimed(c), nil)
	tasks, err := w.Store.Claim(w.ctx, claim("o", at(75)))
	w.must("claim", err)
	if len(tasks) != 1 || !tasks[0].NotBefore.Equal(at(75)) {
		w.failf("claimed at NotBefore = %+v, want the task", tasks)
	}
}

func claimsSerialKeys(w *world) {
	w.terminal(Merchant, TID)
	w.terminal("mer_2", TID)
	key := func(r *Request) { r.SerialKey = "ter_1" }
	first := w.pushAt(0, 1, key)
	w.pushAt(1, 2, key)
	w.pushAt(2, 3, func(r *Request) { r.SerialKey = "ter_2" })
	w.pushAt(3, 4, func(r *Request) { r.MerchantID, r.SerialKey = "mer_2", "ter_1" })
	w.pushAt(4, 5)
	w.pushAt(5, 6)
	want(w, "claimed", w.claimed(claim("a", at(70))), []int{1, 3, 4, 5, 6})
	want(w, "claimed while the first of its key is claimed", w.claimed(claim("b", at(71))), nil)
	w.next(first, payment.Answered{At: at(71), Call: payment.CallPush, Try: 1, Outcome: Paid()})
	want(w, "claimed after the first of its key has ended", w.claimed(claim("b", at(72))), []int{2})
	want(w, "claimed at the end of the first claim", w.claimed(claim("c", at(100))), []int{3, 4, 5, 6})
}

func changesEndClaims(w *world) {
	w.terminal(Merchant, TID)
	p := w.pushAt(0, 1)
	want(w, "claimed", w.claimed(claim("a", at(60))), []int{1})
	p = w.next(p, payment.Woke{At: at(60)})
	if p.State != payment.InDoubt || p.WakeAt.IsZero() {
		w.failf("the payment of this test must be in doubt with a task: %+v", p)
	}
	want(w, "claimed as soon as it is due again", w.claimed(claim("b", p.WakeAt)), []int{1})
}

func (w *world) beat(owner string, lease time.Duration) []string {
	dead, err := w.Store.Beat(w.ctx, owner, lease)
	w.must("beat of "+owner, err)
	return dead
}

func deadOwners(w *world) {
	w.terminal(Merchant, TID)
	owned := func(owner string) func(*Request) { return func(r *Request) { r.Owner = owner } }
	p := w.pushAt(0, 1, owned("gone"))
	w.pushAt(0, 2, owned("alive"))
	w.pushAt(0, 3, owned("also gone"))
	want(w, "dead before anyone's lease has ended", w.beat("alive", time.Hour), nil)
	w.beat("gone", 0)
	w.beat("also gone", 0)
	w.beat("gone without tasks", 0)
	want(w, "dead", w.beat("alive", time.Hour), []string{"also gone", "gone"})
	want(w, "dead, asked by another", w.beat("third", time.Hour), []string{"also gone", "gone"})
	w.beat("also gone", time.Hour) // was only slow
	w.commit(Answer(p, after(9), Paid()))
	want(w, "dead once one is back and the other has no tasks", w.beat("alive", time.Hour), nil)
}

func takesOver(w *world) {
	w.terminal(Merchant, TID)
	const payments = 10
	for n := range payments {
		w.pushAt(n, n, func(r *Request) { r.Owner = "gone" })
	}
	w.pushAt(0, payments, func(r *Request) { r.Owner = "other" })
	want(w, "claimed by the one that goes", w.claimed(store.Claim{
		Owner: "gone", Now: at(60), Before: at(60), For: time.Hour, Limit: 1,
	}), []int{0})
	tasks, err := w.Store.TakeOver(w.ctx, "gone", "heir-0", 3)
	w.must("take over", err)
	want(w, "taken over with a limit of three", numbersOf(tasks), []int{0, 1, 2})
	if tasks[0].Owner != "heir-0" || !tasks[0].DueAt.Equal(at(60)) || tasks[0].Kind != store.KindWake {
		w.failf("taken over = %+v", tasks[0])
	}
	got := make([][]store.Task, 2)
	w.must("take over in parallel", errorsOf(w.all(2, func(i int) error {
		for range payments {
			tasks, err := w.Store.TakeOver(w.ctx, "gone", fmt.Sprintf("heir-%d", i+1), 2)
			if err != nil || len(tasks) == 0 {
				return err
			}
			got[i] = append(got[i], tasks...)
		}
		return nil
	})))
	rest, err := w.Store.TakeOver(w.ctx, "gone", "heir-3", 100) // what was left by two that stood in each other's way
	w.must("take over the rest", err)
	ns := numbersOf(slices.Concat(got[0], got[1], rest))
	slices.Sort(ns)
	want(w, "taken over in all", ns, []int{3, 4, 5, 6, 7, 8, 9})
	w.beat("gone", 0)
	want(w, "dead once it has no tasks", w.beat("heir-0", time.Hour), nil)
	if got := w.claimed(claim("o", at(60))); !slices.Equal(got, []int{0, 10}) {
		w.failf("claimed after it was taken over = %v, want [0 10]: the dead one's claim has ended", got)
	}
}
