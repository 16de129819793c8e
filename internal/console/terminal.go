package console

import (
	"context"
	"errors"
	"strconv"

	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file moves a terminal's numbering ahead and releases a terminal that is stopped.

type numberingForm struct {
	Terminal         store.Terminal
	Batch, Reference string
	Reason           string
	FourEyes         bool
	Pending          []operator.Approval
}

func (s *server) terminalOf(ctx context.Context, merchantID, id string) (store.Terminal, error) {
	list, err := s.Engine.Store.Terminals(ctx, merchantID)
	if err != nil {
		return store.Terminal{}, err
	}
	for _, t := range list {
		if t.ID == id {
			return t, nil
		}
	}
	return store.Terminal{}, store.ErrNotFound
}

func (s *server) numberingForm(v *visit) (f numberingForm, err error) {
	if f.Terminal, err = s.terminalOf(v.r.Context(), v.Merchant.ID, v.r.PathValue("id")); err != nil {
		return f, err
	}
	f.FourEyes = s.FourEyes(v.Merchant.ID, operator.Numbering)
	f.Pending, err = v.pending(f.Terminal.ID)
	return f, err
}

func (s *server) numberingPage(v *visit) error {
	f, err := s.numberingForm(v)
	if err != nil {
		return err
	}
	return v.show("numbering", f)
}

// numbering moves a cursor ahead, or, with both numbers empty, only releases a terminal that is stopped.
func (s *server) numbering(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	f, err := s.numberingForm(v)
	if err != nil {
		return err
	}
	f.Batch, f.Reference, f.Reason = v.r.PostForm.Get("batch"), v.r.PostForm.Get("reference"), v.r.PostForm.Get("reason")
	a := operator.Approval{Action: operator.Numbering, Subject: f.Terminal.ID, To: f.Terminal.Held}
	var err1, err2 error
	if f.Batch != "" || f.Reference != "" {
		a.Batch, err1 = strconv.Atoi(f.Batch)
		a.Reference, err2 = strconv.Atoi(f.Reference)
	}
	next, err := s.renumbered(f.Terminal, a)
	switch {
	case err1 != nil || err2 != nil || err != nil:
		return v.again("numbering", f, sayNumber)
	case a.Batch == 0 && f.Terminal.Held == "":
		return v.again("numbering", f, sayNothingToDo)
	case len(f.Pending) > 0:
		return v.again("numbering", f, sayPending)
	}
	if a.Reason, err = operator.CheckReason(f.Reason); err != nil {
		return v.again("numbering", f, sayReason)
	}
	if f.FourEyes {
		return s.request(v, a)
	}
	deed := v.deed(store.ActTerminalAdvanced, v.Merchant.ID, f.Terminal.ID, a.Reason, numberDetails(next))
	err = s.Engine.Store.SetTerminal(v.r.Context(), next, deed)
	if errors.Is(err, store.ErrBackwards) {
		return v.again("numbering", f, sayBackwards)
	}
	if err != nil {
		return err
	}
	return v.redirect(v.at("terminals") + "?done=numbered")
}

func numberDetails(t store.Terminal) map[string]any {
	return map[string]any{"batch": int(t.Cursor.Last.Batch), "reference": int(t.Cursor.Last.Reference)}
}

// renumbered is a terminal as it is wanted.
func (s *server) renumbered(t store.Terminal, a operator.Approval) (store.Terminal, error) {
	t.Held = ""
	if a.Batch == 0 && a.Reference == 0 {
		return t, nil
	}
	var err error
	n := payment.Number{Batch: payment.Batch(a.Batch), Reference: payment.ReferenceNumber(a.Reference)}
	t.Cursor, err = t.Cursor.At(n, payment.DayOf(s.Now()))
	return t, err
}

// errHoldChanged: the terminal was stopped again since, for something that nobody has looked at.
var errHoldChanged = errors.New("the terminal is stopped for another reason than when it was asked for")

// renumber carries out what was approved.
func (s *server) renumber(ctx context.Context, a operator.Approval) error {
	t, err := s.terminalOf(ctx, a.MerchantID, a.Subject)
	if err == nil && t.Held != "" && t.Held != a.To {
		err = errHoldChanged
	}
	if err == nil {
		t, err = s.renumbered(t, a)
	}
	if err == nil {
		a.State = operator.Performed
		err = s.Engine.Store.RenumberApproved(ctx, t, a.ID, s.Wall(),
			approvalDeed(s, a.DecidedBy, store.ActApprovalPerformed, a),
			deedOf(s, a.DecidedBy, store.ActTerminalAdvanced, a.MerchantID, a.Subject, a.Reason, numberDetails(t)))
		if errors.Is(err, store.ErrConflict) {
			return err
		}
		a.State = operator.Approved
	}
	if err != nil {
		return s.failIf(ctx, a, err)
	}
	return nil
}
