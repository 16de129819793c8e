package console

import (
	"context"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is about what two people must agree on: the queue, the decision, and carrying it out once.

type approvalsView struct {
	List  []operator.Approval
	Names map[string]string // of users, by id
	More  string            // the path of the next page
}

func (s *server) approvalsPage(v *visit) error {
	const limit = 20
	f := store.ApprovalFilter{MerchantID: v.Merchant.ID, Before: v.r.URL.Query().Get("before"), Limit: limit + 1}
	list, err := s.Engine.Store.Approvals(v.r.Context(), f)
	if err != nil {
		return err
	}
	d := approvalsView{List: list[:min(len(list), limit)]}
	if len(list) > limit {
		d.More = v.at("approvals") + "?before=" + d.List[limit-1].ID
	}
	if d.Names, err = s.names(v.r.Context()); err != nil {
		return err
	}
	return v.show("approvals", d)
}

// names gives users' names by their ids.
func (s *server) names(ctx context.Context) (map[string]string, error) {
	users, err := s.Engine.Store.Users(ctx)
	names := map[string]string{}
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return names, err
}

type approvalView struct {
	Approval operator.Approval
	Payment  payment.Payment // what it is about; zero for a terminal
	Names    map[string]string
	// What the visitor may say to it now.
	MayDecide, MayWithdraw, Own bool
	Path                        string
}

func stands(a operator.Approval, now time.Time) string {
	if a.Expired(now) {
		return "expired"
	}
	return string(a.State)
}

// Stands is the word for how an approval stands now.
func (v *visit) Stands(a operator.Approval) string { return stands(a, v.Wall) }

func (s *server) approvalPage(v *visit) error { return s.showApproval(v) }

func (s *server) showApproval(v *visit) error {
	a, err := s.Engine.Store.Approval(v.r.Context(), v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	d := approvalView{Approval: a, Own: a.RequestedBy == v.User.ID, Path: v.at("approvals", a.ID)}
	open := a.State == operator.Pending && !a.Expired(v.Wall)
	d.MayDecide = open && !d.Own && v.May(string(operator.Approver))
	d.MayWithdraw = open && d.Own && v.May(string(operator.Operator))
	if a.Action != operator.Numbering {
		if d.Payment, err = s.Engine.Store.Load(v.r.Context(), a.MerchantID, a.Subject); err != nil {
			return err
		}
	}
	if d.Names, err = s.names(v.r.Context()); err != nil {
		return err
	}
	return v.show("approval", d)
}

func (s *server) approve(v *visit) error  { return s.decide(v, operator.Approved) }
func (s *server) reject(v *visit) error   { return s.decide(v, operator.Rejected) }
func (s *server) withdraw(v *visit) error { return s.decide(v, operator.Withdrawn) }

var decisionKinds = map[operator.ApprovalState]string{ // never written
	operator.Approved: store.ActApprovalApproved, operator.Rejected: store.ActApprovalRejected, operator.Withdrawn: store.ActApprovalWithdrawn,
}

// decide writes a decision down, and what was approved is then carried out. Should this process die in between, Resume
// finds it.
func (s *server) decide(v *visit, state operator.ApprovalState) error {
	ctx, cancel := detached(v.r.Context())
	defer cancel()
	db := s.Engine.Store
	a, err := db.Approval(ctx, v.Merchant.ID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	a.State, a.DecidedBy = state, v.User.ID // as it will be, for the log
	d := operator.Decision{MerchantID: a.MerchantID, ID: a.ID, By: v.User.ID, State: state, At: v.Wall}
	a, err = db.DecideApproval(ctx, d, approvalDeed(s, v.User.ID, decisionKinds[state], a))
	switch {
	case errors.Is(err, operator.ErrSelf):
		v.Wrong, v.Status = saySelf, 403
		s.Log.Warn("somebody tried to approve what they have asked for", "user", v.User.ID, "approval", v.r.PathValue("id"))
		return s.showApproval(v)
	case errors.Is(err, operator.ErrDecided):
		v.Wrong, v.Status = sayDecided, 409
		return s.showApproval(v)
	case err != nil:
		return err
	}
	if state == operator.Approved {
		if err := s.perform(ctx, a); err != nil {
			s.Log.Error("what was approved is not carried out yet, and will be tried again", "approval", a.ID, "error", err)
		}
	}
	return v.redirect(v.at("approvals", a.ID) + "?done=" + string(state))
}

// perform carries out what was approved, once, however often it is called. An error means that it is still to be done.
func (s *server) perform(ctx context.Context, a operator.Approval) error {
	err := s.performOnce(ctx, a)
	if errors.Is(err, store.ErrConflict) {
		return nil // another process has brought it to its end
	}
	return err
}

func (s *server) performOnce(ctx context.Context, a operator.Approval) error {
	if a.Action == operator.Numbering {
		return s.renumber(ctx, a)
	}
	p, err := s.Engine.Store.Load(ctx, a.MerchantID, a.Subject)
	if err != nil {
		return s.failIf(ctx, a, err)
	}
	// The key is what makes it once. No client of the API can send one with spaces.
	key := store.Key{Key: "console approval " + a.ID, Fingerprint: string(a.Action) + " " + p.ID}
	ask := payment.Asked{What: payment.Ask(a.Action), By: a.RequestedBy + ", approved by " + a.DecidedBy, Reason: a.Reason, To: payment.State(a.To)}
	if _, _, err := s.Engine.Ask(ctx, a.MerchantID, p.ID, ask, key); err != nil {
		return s.failIf(ctx, a, err)
	}
	a.State = operator.Performed
	return s.Engine.Store.EndApproval(ctx, a.MerchantID, a.ID, a.State, "", s.Wall(), approvalDeed(s, a.DecidedBy, store.ActApprovalPerformed, a))
}

// failIf ends an approval whose act was refused for good; what may still succeed stays an error.
func (s *server) failIf(ctx context.Context, a operator.Approval, err error) error {
	refusal := new(payment.Refusal)
	switch {
	case errors.As(err, &refusal):
		if refusal.Code == engine.CodeShuttingDown {
			return err
		}
		a.Result = refusal.Code
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrNoTerminal):
		a.Result = "not_found"
	case errors.Is(err, store.ErrBackwards):
		a.Result = "backwards"
	case errors.Is(err, errHoldChanged):
		a.Result = "hold_changed"
	default:
		return err
	}
	a.State = operator.Failed
	return s.Engine.Store.EndApproval(ctx, a.MerchantID, a.ID, a.State, a.Result, s.Wall(), approvalDeed(s, a.DecidedBy, store.ActApprovalFailed, a))
}

// Resume carries out what was approved and left behind: by a process that died between the decision and the act, or because
// the database was away.
func (c *Console) Resume(ctx context.Context) error {
	s := c.s
	list, err := s.Engine.Store.ApprovedOpen(ctx, s.Wall().Add(-resumeAfter), 100)
	for _, a := range list {
		if err := s.perform(ctx, a); err != nil {
			s.Log.Error("what was approved is not carried out yet, and will be tried again", "approval", a.ID, "error", err)
		}
	}
	return err
}

// resumeAfter is how long who approved is left to carry it out: longer than that may take.
const resumeAfter = commitTimeout + 5*time.Second
