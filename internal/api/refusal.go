package api

import (
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// problemOf says in the API's words what the engine or the store said.
func (s *server) problemOf(err error) *Problem {
	var refusal *payment.Refusal
	var mismatch *engine.KeyMismatch
	var known *Problem
	var unwanted *registry.Refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		return s.refused(refusal)
	case errors.As(err, &mismatch):
		p := problem("idempotency_key_reused", "this Idempotency-Key came with another request before, for payment "+mismatch.PaymentID)
		p.PaymentID = mismatch.PaymentID
		return p.in("Idempotency-Key")
	case errors.As(err, &unwanted):
		return problem(unwanted.Code, unwanted.Message).in(unwanted.Field)
	case errors.Is(err, store.ErrNotFound):
		return notFound()
	case errors.Is(err, store.ErrUnknown):
		return problem("outcome_unknown", "the database went away while this was being written").after(time.Second).because(err)
	case errors.Is(err, store.ErrClosed):
		return problem("shutting_down", "this gateway is shutting down").after(time.Second).because(err)
	}
	detail := "what you asked for could not be written or read"
	if fenced := (*store.Fenced)(nil); errors.As(err, &fenced) {
		detail = "the database was restored, and waits until an operator has confirmed it"
	}
	return problem("store_unavailable", detail).after(time.Second).because(err)
}

func notFound() *Problem {
	return problem("payment_not_found", "there is no payment of this id").in("id")
}

func (s *server) refused(r *payment.Refusal) *Problem {
	code := r.Code
	if _, known := catalogue[code]; !known {
		code = "refused"
	}
	p := problem(code, r.Message).in(r.Field).until(r.Until)
	p.State = string(r.State)
	if code == payment.CodeCutOff && r.State != "" {
		p.hinting("Give the money back by another way; the provider takes voids, refunds and reversals only on the day of the payment.")
	}
	switch {
	case !r.Until.IsZero():
		p.after(r.Until.Sub(s.Now()))
	case code == engine.CodeNumbersExhausted:
		tomorrow := payment.DayOf(s.Now()).Start().AddDate(0, 0, 1)
		p.until(tomorrow).after(tomorrow.Sub(s.Now()))
	case p.Status == 503:
		p.after(time.Minute)
	}
	return p
}
