package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Reason is the body of what is asked of a payment. It may be left out.
type Reason struct {
	Reason string `json:"reason,omitempty" maxLength:"255" doc:"Why, in your words; kept in the journal. No control characters."`
}

type askInput struct {
	OnePayment
	Keyed
	Waiting
}

func (s *server) routeGet() {
	register(s, huma.Operation{
		OperationID: "get-payment", Method: http.MethodGet, Path: "/v1/payments/{id}", Summary: "Get a payment", Tags: []string{"Payments"},
	}, answers{codes: codes("payment_not_found", "invalid_wait", "unknown_parameter")}, s.get)
}

func (s *server) get(ctx context.Context, in *struct {
	OnePayment
	Waiting
},
) (*struct{ Body Payment }, error) {
	p, err := s.load(ctx, in.ID)
	if err == nil {
		p, err = s.await(ctx, p, in.Wait, settled)
	}
	if err != nil {
		return nil, err
	}
	shown, err := s.show(ctx, p)
	return &struct{ Body Payment }{shown}, err
}

var paymentIDForm = regexp.MustCompile(`^pay_[0-9a-z]{26}$`) // never written

// load gives a payment of the merchant and mode that ask; to anybody else it does not exist.
func (s *server) load(ctx context.Context, id string) (payment.Payment, error) {
	if !paymentIDForm.MatchString(id) {
		return payment.Payment{}, notFound()
	}
	key := callOf(ctx).key
	p, err := s.Engine.Store.Load(ctx, key.MerchantID, id)
	if err != nil {
		return p, err
	}
	if p.Mode != key.Mode {
		return payment.Payment{}, notFound()
	}
	return p, nil
}

func (s *server) routeCheck() {
	s.routeAsk(payment.AskCheck, "check-payment", "Ask the provider where a payment stands",
		"The state never changes by the asking, only by the answer. Checks are made one at a time, and for 7 days.",
		func(p payment.Payment) bool { return !open(p, payment.CallCheck, payment.CallCheckVoid) })
}

func (s *server) routeVoid() {
	s.routeAsk(payment.AskVoid, "void-payment", "Give back a paid payment on its day",
		"Until 23:59 WIB of the day of the payment. The payment is voiding until the provider has confirmed.", settled)
}

func (s *server) routeCancel() {
	s.routeAsk(payment.AskCancel, "cancel-payment", "Give up a payment that the customer cannot have paid yet",
		"A push that is with the customer cannot be cancelled: 409 with the time when it ends by itself.", settled)
}

// open tells whether one of the calls is under way.
func open(p payment.Payment, calls ...payment.Call) bool {
	return slices.ContainsFunc(p.OpenCalls(), func(r payment.CallRecord) bool { return slices.Contains(calls, r.Call) })
}

func (s *server) routeAsk(what payment.Ask, id, summary, description string, done func(payment.Payment) bool) {
	path := "/v1/payments/{id}/" + string(what)
	register(s, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Description: description, Tags: []string{"Payments"},
	}, answers{
		also: map[int]string{202: "It has been ordered and is under way."},
		codes: codes("body", "key", "payment_not_found", "invalid_wait", "unknown_parameter",
			"reason_invalid", "in_progress", "not_possible", "check_too_old", "check_in_progress", "nothing_sent", "cutoff", "refused",
			"shutting_down", "outcome_unknown", "invalid_field"),
		body: body[Reason](s, false),
	}, func(ctx context.Context, in *askInput) (*paymentAnswer, error) {
		return s.ask(ctx, in, what, done)
	})
}

func (s *server) ask(ctx context.Context, in *askInput, what payment.Ask, done func(payment.Payment) bool) (*paymentAnswer, error) {
	c := callOf(ctx)
	if p := checkKey(c.r.Header); p != nil {
		return nil, p
	}
	body, p := s.readBody(c)
	if p != nil {
		return nil, p
	}
	reason, p := readReason(body)
	if p != nil {
		return nil, p
	}
	before, err := s.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	key := keyOf(in.IdempotencyKey, "POST /v1/payments/"+before.ID+"/"+string(what), reason)
	now, replayed, err := s.askEngine(ctx, before, payment.Asked{What: what, By: c.key.ID, Reason: reason.Reason}, key)
	if err != nil {
		return nil, err
	}
	if now, err = s.await(ctx, now, in.Wait, done); err != nil {
		return nil, err
	}
	answer := &paymentAnswer{Status: http.StatusOK}
	if !done(now) {
		answer.Status = http.StatusAccepted
	}
	if replayed {
		answer.Replayed = "true"
	}
	answer.Body, err = s.show(ctx, now)
	return answer, err
}

func readReason(body []byte) (r Reason, p *Problem) {
	if body == nil {
		return r, nil
	}
	all, p := object(body)
	if p != nil {
		return r, p
	}
	for _, m := range all {
		if m.name != "reason" {
			return r, unknownField(m.name, []string{"reason"})
		}
		if r.Reason, p = readText(m, 0, reasonMax, "reason_invalid"); p != nil {
			return r, p
		}
	}
	return r, nil
}

// request asks the engine for a payment.
func (s *server) request(ctx context.Context, o engine.Order) (payment.Payment, bool, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	return s.Engine.Request(ctx, o)
}

// askEngine asks something of a payment, whether the client waits for the answer or not.
func (s *server) askEngine(ctx context.Context, p payment.Payment, ask payment.Asked, key store.Key) (payment.Payment, bool, error) {
	ctx, cancel := detached(ctx)
	defer cancel()
	return s.Engine.Ask(ctx, p.MerchantID, p.ID, ask, key)
}
