package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func operatorRules() []Rule {
	return []Rule{
		{"a user is changed by who has seen it as it is, and names are unique", savesUsers},
		{"a link is good once, until it expires, and there is one first owner", redeemsOnce},
		{"of many who use links of the first owner at a time one becomes it", firstOwnersInParallel},
		{"a session is its user's until it is ended", keepsSessions},
		{"of many who try at a time no more pass than patience has", countsAttempts},
		{"who asks does not approve, and a request is decided once and in time", decides},
		{"of many who decide at a time one does", decidesInParallel},
		{"what was approved ends once, and is found until then", endsApprovals},
		{"an approved numbering is written with its end, or neither is", renumbersApproved},
		{"approvals are listed to their merchant, the newest first, page by page", listsApprovals},
		{"what is done in the console is noted with it, or neither is written", notesInConsole},
	}
}

// user is the n-th user.
func user(n int) operator.User {
	return operator.User{
		ID: fmt.Sprintf("usr_%d", n), Name: fmt.Sprintf("user.%d@example.id", n), Version: 1, CreatedAt: at(n),
		Grants:   []operator.Grant{{MerchantID: Merchant, Role: operator.Operator}, {MerchantID: operator.Everywhere, Role: operator.Viewer}},
		Password: "$argon2id$…", TOTP: []byte("sealed\x00\xff"), TOTPStep: 59_000_000, Recovery: []operator.Hash{hash(1), hash(2)},
	}
}

func hash(n int) operator.Hash { return operator.HashOf(fmt.Sprint(n)) }

func (w *world) user(id string) operator.User {
	u, err := w.Store.User(w.ctx, id)
	w.must("user", err)
	return inUTC(u)
}

func (w *world) is(what string, got, want error) {
	if !errors.Is(got, want) {
		w.failf("%s: %v, want %v", what, got, want)
	}
}

func savesUsers(w *world) {
	_, err := w.Store.User(w.ctx, "usr_1")
	w.is("a user that there is not", err, store.ErrNotFound)
	w.must("save", w.Store.SaveUser(w.ctx, user(1)))
	w.must("save another", w.Store.SaveUser(w.ctx, user(0)))
	want(w, "the user", w.user("usr_1"), inUTC(user(1)))
	w.is("the same again", w.Store.SaveUser(w.ctx, user(1)), store.ErrConflict)
	twin := user(3)
	twin.Name = user(1).Name
	w.is("a taken name", w.Store.SaveUser(w.ctx, twin), store.ErrConflict)

	changed := operator.User{ID: "usr_1", Name: "new.name", Version: 2, CreatedAt: at(99), DisabledAt: at(7), TOTPStep: 1}
	w.must("change", w.Store.SaveUser(w.ctx, changed))
	w.is("change over another change", w.Store.SaveUser(w.ctx, changed), store.ErrConflict)
	changed.CreatedAt = at(1)
	want(w, "the changed user", w.user("usr_1"), inUTC(changed))
	changed.Version, changed.Name = 3, user(0).Name
	w.is("change to a taken name", w.Store.SaveUser(w.ctx, changed), store.ErrConflict)
	named, err := w.Store.UserNamed(w.ctx, "new.name")
	w.must("user named", err)
	want(w, "the named user", named.ID, "usr_1")
	_, err = w.Store.UserNamed(w.ctx, user(1).Name)
	w.is("the old name", err, store.ErrNotFound)
	list, err := w.Store.Users(w.ctx)
	w.must("users", err)
	if len(list) != 2 || list[0].ID != "usr_1" || list[1].ID != "usr_0" {
		w.failf("users = %v, want usr_1 and usr_0 by their names", list)
	}
}

func (w *world) invite(n int, userID string, until int) {
	w.must("save invite", w.Store.SaveInvite(w.ctx, operator.Invite{Hash: hash(n), UserID: userID, ExpiresAt: at(until)}))
}

func redeemsOnce(w *world) {
	w.invite(1, "", 10)
	w.invite(2, "", 10)
	i, err := w.Store.Invite(w.ctx, hash(2))
	w.must("invite", err)
	want(w, "the link", inUTC(i), inUTC(operator.Invite{Hash: hash(2), ExpiresAt: at(10)}))
	w.is("an unknown link", w.Store.Redeem(w.ctx, hash(9), at(5), user(1)), store.ErrNotFound)
	w.is("a link that has expired", w.Store.Redeem(w.ctx, hash(1), at(10), user(1)), store.ErrNotFound)
	w.must("redeem", w.Store.Redeem(w.ctx, hash(1), at(9), user(1)))
	w.is("the other link of the first owner", w.Store.Redeem(w.ctx, hash(2), at(9), user(2)), store.ErrNotFound)
	w.is("a link of the first owner when there is one", w.Store.SaveInvite(w.ctx, operator.Invite{Hash: hash(3), ExpiresAt: at(90)}), store.ErrConflict)

	w.session(8, "usr_1", 3)
	w.invite(4, "usr_1", 50)
	w.invite(5, "usr_1", 50)
	again := user(1)
	again.Version, again.Password = 2, "another"
	w.is("a link in whose place there is another", w.Store.Redeem(w.ctx, hash(4), at(9), again), store.ErrNotFound)
	w.is("another user's link", w.Store.Redeem(w.ctx, hash(5), at(9), user(2)), store.ErrNotFound)
	stale := again
	stale.Version = 7
	w.is("a user that has changed", w.Store.Redeem(w.ctx, hash(5), at(9), stale), store.ErrConflict)
	w.must("redeem the new one", w.Store.Redeem(w.ctx, hash(5), at(9), again))
	w.is("the same again", w.Store.Redeem(w.ctx, hash(5), at(9), again), store.ErrNotFound)
	want(w, "the password", w.user("usr_1").Password, "another")
	_, _, err = w.Store.Session(w.ctx, hash(8))
	w.is("a session of before", err, store.ErrNotFound)
}

func firstOwnersInParallel(w *world) {
	const n = 8
	for i := range n {
		w.invite(i, "", 10)
	}
	errs := w.all(n, func(i int) error { return w.Store.Redeem(w.ctx, hash(i), at(5), user(i)) })
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		}
	}
	list, err := w.Store.Users(w.ctx)
	w.must("users", err)
	if done != 1 || len(list) != 1 {
		w.failf("%d became the first owner, and there are %d users; want one", done, len(list))
	}
}

func (w *world) session(n int, userID string, created int) operator.Session {
	s := operator.Session{Hash: hash(n), UserID: userID, CreatedAt: at(created), SeenAt: at(created), Agent: `Firefox "1" 🙂`}
	w.must("start session", w.Store.StartSession(w.ctx, s))
	return inUTC(s)
}

func (w *world) sessions(userID string) []operator.Session {
	list, err := w.Store.Sessions(w.ctx, userID)
	w.must("sessions", err)
	return inUTC(list)
}

func keepsSessions(w *world) {
	w.must("save", errors.Join(w.Store.SaveUser(w.ctx, user(1)), w.Store.SaveUser(w.ctx, user(2))))
	one, two, three, other := w.session(1, "usr_1", 10), w.session(2, "usr_1", 20), w.session(3, "usr_1", 30), w.session(4, "usr_2", 5)
	s, u, err := w.Store.Session(w.ctx, hash(1))
	w.must("session", err)
	want(w, "the session", inUTC(s), one)
	want(w, "its user", inUTC(u), inUTC(user(1)))
	want(w, "the user's sessions", w.sessions("usr_1"), []operator.Session{three, two, one})
	w.must("see", errors.Join(w.Store.SeeSession(w.ctx, hash(1), at(60)), w.Store.SeeSession(w.ctx, hash(1), at(50))))
	one.SeenAt = inUTC(at(60))
	w.must("end", w.Store.EndSession(w.ctx, hash(2)))
	want(w, "after one was ended", w.sessions("usr_1"), []operator.Session{three, one})
	w.must("end all but one", w.Store.EndSessions(w.ctx, "usr_1", hash(1)))
	want(w, "after all but one were ended", w.sessions("usr_1"), []operator.Session{one})
	want(w, "the other user's", w.sessions("usr_2"), []operator.Session{other})
	w.must("forget", w.Store.ForgetSessions(w.ctx, at(10)))
	want(w, "the other user's after forgetting", w.sessions("usr_2"), nil)
	want(w, "those that are not older", w.sessions("usr_1"), []operator.Session{one})
	_, _, err = w.Store.Session(w.ctx, hash(2))
	w.is("an ended session", err, store.ErrNotFound)
}

func countsAttempts(w *world) {
	p := operator.Patience{Free: 3, First: time.Minute, Max: time.Hour}
	passed := func(errs []error) (n int) {
		for _, err := range errs {
			if err == nil {
				n++
			}
		}
		return n
	}
	refused := errors.New("refused")
	try := func(name string, now time.Time) func(int) error {
		return func(int) error {
			_, ok, err := w.Store.Attempt(w.ctx, name, p, now)
			if err == nil && !ok {
				err = refused
			}
			return err
		}
	}
	if n := passed(w.all(10, try("name a", at(0)))); n != p.Free {
		w.failf("%d of 10 tries at a time passed, want %d", n, p.Free)
	}
	a, ok, err := w.Store.Attempt(w.ctx, "name a", p, at(59))
	w.must("attempt", err)
	if ok || !a.Until.Equal(at(60)) {
		w.failf("a try before the end of the wait = %+v, %t; want false until %v", a, ok, at(60))
	}
	w.must("another name", try("name b", at(0))(0))
	w.must("after the wait", try("name a", at(60))(0))
	w.is("while the longer wait lasts", try("name a", at(60+119))(0), refused)
	w.must("forget", w.Store.ForgetAttempts(w.ctx, "name a"))
	if n := passed(w.all(10, try("name a", at(61)))); n != p.Free {
		w.failf("%d tries passed after forgetting, want %d", n, p.Free)
	}
}

// approval is the n-th request, of usr_1, from n to n+1800 seconds.
func approval(n int, more ...func(*operator.Approval)) operator.Approval {
	a := operator.Approval{
		ID: fmt.Sprintf("apr_%026d", n), MerchantID: Merchant, Action: operator.Resolve, Subject: "pay_1", To: "paid", Batch: 5, Reference: 7,
		Reason: `OVO says "paid" 🙂`, State: operator.Pending, RequestedBy: "usr_1", RequestedAt: at(n), ExpiresAt: at(n + 1800),
	}
	for _, m := range more {
		m(&a)
	}
	return a
}

func (w *world) request(a operator.Approval) operator.Approval {
	w.must("request approval", w.Store.RequestApproval(w.ctx, a))
	return inUTC(a)
}

func (w *world) approval(id string) operator.Approval {
	a, err := w.Store.Approval(w.ctx, Merchant, id)
	w.must("approval", err)
	return inUTC(a)
}

func decision(a operator.Approval, by string, s operator.ApprovalState, when int) operator.Decision {
	return operator.Decision{MerchantID: a.MerchantID, ID: a.ID, By: by, State: s, At: at(when)}
}

func decides(w *world) {
	a := w.request(approval(1))
	want(w, "the request", w.approval(a.ID), a)
	w.is("the same again", w.Store.RequestApproval(w.ctx, a), store.ErrConflict)
	forged := approval(3, func(a *operator.Approval) {
		a.State, a.DecidedBy, a.DecidedAt = operator.Approved, a.RequestedBy, at(3)
	})
	if err := w.Store.RequestApproval(w.ctx, forged); err == nil {
		w.failf("the database takes a request that was approved by who asks")
	}
	decide := func(a operator.Approval, by string, s operator.ApprovalState, when int) error {
		_, err := w.Store.DecideApproval(w.ctx, decision(a, by, s, when))
		return err
	}
	w.is("who asked approves", decide(a, "usr_1", operator.Approved, 5), operator.ErrSelf)
	w.is("who asked rejects", decide(a, "usr_1", operator.Rejected, 5), operator.ErrSelf)
	w.is("another withdraws", decide(a, "usr_2", operator.Withdrawn, 5), operator.ErrDecided)
	w.is("nobody approves", decide(a, "", operator.Approved, 5), operator.ErrDecided)
	w.is("too late", decide(a, "usr_2", operator.Approved, 1801), operator.ErrDecided)
	w.is("at another merchant", func() error {
		d := decision(a, "usr_2", operator.Approved, 5)
		d.MerchantID = "mer_2"
		_, err := w.Store.DecideApproval(w.ctx, d)
		return err
	}(), store.ErrNotFound)
	want(w, "the request after all that", w.approval(a.ID), a)
	got, err := w.Store.DecideApproval(w.ctx, decision(a, "usr_2", operator.Approved, 1800))
	w.must("approve", err)
	a.State, a.DecidedBy, a.DecidedAt = operator.Approved, "usr_2", inUTC(at(1800))
	want(w, "what is given back", inUTC(got), a)
	want(w, "the approved request", w.approval(a.ID), a)
	w.is("a second decision", decide(a, "usr_3", operator.Rejected, 9), operator.ErrDecided)
	b := w.request(approval(2))
	w.must("withdraw", decide(b, "usr_1", operator.Withdrawn, 6))
	w.is("approve what was withdrawn", decide(b, "usr_2", operator.Approved, 7), operator.ErrDecided)
}

func decidesInParallel(w *world) {
	a := w.request(approval(1))
	errs := w.all(8, func(i int) error {
		_, err := w.Store.DecideApproval(w.ctx, decision(a, fmt.Sprintf("usr_%d", i+2), []operator.ApprovalState{operator.Approved, operator.Rejected}[i%2], 5))
		return err
	})
	w.oneOf(errs, func(err error) bool { return errors.Is(err, operator.ErrDecided) })
}

func (w *world) open(before int) (ids []string) {
	list, err := w.Store.ApprovedOpen(w.ctx, at(before), 10)
	w.must("approved open", err)
	for _, a := range list {
		ids = append(ids, a.ID)
	}
	return ids
}

func endsApprovals(w *world) {
	a, b := w.request(approval(1)), w.request(approval(2, func(a *operator.Approval) { a.MerchantID = "mer_2" }))
	end := func(a operator.Approval, s operator.ApprovalState, result string) error {
		return w.Store.EndApproval(w.ctx, a.MerchantID, a.ID, s, result, at(30))
	}
	w.is("end what is not approved", end(a, operator.Performed, ""), store.ErrConflict)
	for i, x := range []operator.Approval{b, a} {
		_, err := w.Store.DecideApproval(w.ctx, decision(x, "usr_2", operator.Approved, 10+i))
		w.must("approve", err)
	}
	want(w, "those under way", w.open(20), []string{b.ID, a.ID})
	want(w, "those under way for long", w.open(11), []string{b.ID})
	w.must("perform", end(a, operator.Performed, ""))
	w.is("perform again", end(a, operator.Performed, ""), store.ErrConflict)
	w.must("fail", end(b, operator.Failed, "cutoff"))
	want(w, "those under way at the end", w.open(20), nil)
	got := w.approval(a.ID)
	if got.State != operator.Performed || !got.EndedAt.Equal(at(30)) || got.DecidedBy != "usr_2" {
		w.failf("what was performed = %+v", got)
	}
	failed, err := w.Store.Approval(w.ctx, "mer_2", b.ID)
	w.must("approval", err)
	want(w, "the result", failed.Result, "cutoff")
}

func renumbersApproved(w *world) {
	w.terminal(Merchant, TID)
	a := w.request(approval(1))
	t := w.terminals(Merchant)[0]
	to := func(batch, reference int) store.Terminal {
		t := t
		t.Cursor.Last = payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}
		return t
	}
	w.is("what is not approved", w.Store.RenumberApproved(w.ctx, to(9, 9), a.ID, at(5)), store.ErrConflict)
	want(w, "the terminal then", w.terminals(Merchant)[0], t)
	_, err := w.Store.DecideApproval(w.ctx, decision(a, "usr_2", operator.Approved, 3))
	w.must("approve", err)
	unknown := to(9, 9)
	unknown.ID = "none"
	w.is("an unknown terminal", w.Store.RenumberApproved(w.ctx, unknown, a.ID, at(5)), store.ErrNoTerminal)
	want(w, "the approval then", w.approval(a.ID).State, operator.Approved)
	w.must("renumber", w.Store.RenumberApproved(w.ctx, to(9, 9), a.ID, at(5)))
	want(w, "the terminal", w.terminals(Merchant)[0], to(9, 9))
	want(w, "the approval", w.approval(a.ID).State, operator.Performed)
	w.is("once more", w.Store.RenumberApproved(w.ctx, to(10, 1), a.ID, at(6)), store.ErrConflict)
	want(w, "the terminal after that", w.terminals(Merchant)[0], to(9, 9))
	b := w.request(approval(2))
	_, err = w.Store.DecideApproval(w.ctx, decision(b, "usr_2", operator.Approved, 3))
	w.must("approve", err)
	w.is("backwards", w.Store.RenumberApproved(w.ctx, to(8, 1), b.ID, at(6)), store.ErrBackwards)
	want(w, "the approval of that", w.approval(b.ID).State, operator.Approved)
}

func listsApprovals(w *world) {
	for n := range 5 {
		w.request(approval(n*1000, func(a *operator.Approval) { a.Subject = fmt.Sprintf("pay_%d", n%2) }))
	}
	w.request(approval(9, func(a *operator.Approval) { a.MerchantID = "mer_2" }))
	list := func(f store.ApprovalFilter) (numbers []int) {
		f.MerchantID = Merchant
		all, err := w.Store.Approvals(w.ctx, f)
		w.must("approvals", err)
		for _, a := range all {
			numbers = append(numbers, int(a.RequestedAt.Sub(at(0)).Seconds()))
		}
		return numbers
	}
	want(w, "all", list(store.ApprovalFilter{}), []int{4000, 3000, 2000, 1000, 0})
	want(w, "a page", list(store.ApprovalFilter{Limit: 2}), []int{4000, 3000})
	want(w, "the next page", list(store.ApprovalFilter{Limit: 2, Before: approval(3000).ID}), []int{2000, 1000})
	want(w, "those of a subject", list(store.ApprovalFilter{Subject: "pay_1"}), []int{3000, 1000})
	_, err := w.Store.DecideApproval(w.ctx, decision(approval(4000), "usr_2", operator.Rejected, 4001))
	w.must("reject", err)
	want(w, "those that can be decided", list(store.ApprovalFilter{PendingAt: at(3800)}), []int{3000})
}

func notesInConsole(w *world) {
	n := 0
	deed := func() store.Deed { n++; return deed(n, "") }
	wanted := 0
	step := func(what string, err error, ok bool) {
		if (err == nil) != ok {
			w.failf("%s: %v", what, err)
		}
		if ok {
			wanted++
		}
		if got := len(w.actions(store.ActionFilter{MerchantID: Merchant, Limit: 100})); got != wanted {
			w.failf("after %s there are %d actions, want %d", what, got, wanted)
		}
	}
	w.terminal(Merchant, TID)
	step("a link", w.Store.SaveInvite(w.ctx, operator.Invite{Hash: hash(1), ExpiresAt: at(90)}, deed()), true)
	step("a used link", w.Store.Redeem(w.ctx, hash(1), at(5), user(1), deed()), true)
	step("a link used again", w.Store.Redeem(w.ctx, hash(1), at(5), user(2), deed()), false)
	step("a link too many", w.Store.SaveInvite(w.ctx, operator.Invite{Hash: hash(2), ExpiresAt: at(90)}, deed()), false)
	step("a user", w.Store.SaveUser(w.ctx, user(2), deed()), true)
	step("the user again", w.Store.SaveUser(w.ctx, user(2), deed()), false)
	for i := range 2 {
		a := approval(i)
		step("a request", w.Store.RequestApproval(w.ctx, a, deed()), true)
		step("the request again", w.Store.RequestApproval(w.ctx, a, deed()), false)
		_, err := w.Store.DecideApproval(w.ctx, decision(a, "usr_1", operator.Approved, 5), deed())
		step("one's own approval", err, false)
		_, err = w.Store.DecideApproval(w.ctx, decision(a, "usr_2", operator.Approved, 5), deed())
		step("an approval", err, true)
	}
	step("an end", w.Store.EndApproval(w.ctx, Merchant, approval(0).ID, operator.Performed, "", at(6), deed()), true)
	step("the end again", w.Store.EndApproval(w.ctx, Merchant, approval(0).ID, operator.Performed, "", at(6), deed()), false)
	t := w.terminals(Merchant)[0]
	t.Cursor.Last = payment.Number{Batch: 9, Reference: 9}
	both := slices.Concat([]store.Deed{deed()}, []store.Deed{deed()})
	wanted++
	step("a numbering", w.Store.RenumberApproved(w.ctx, t, approval(1).ID, at(6), both...), true)
	step("the numbering again", w.Store.RenumberApproved(w.ctx, t, approval(1).ID, at(6), deed()), false)
}
