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

// RefundOrder is the body of a request for a refund. It may be left out.
type RefundOrder struct {
	Reason string `json:"reason,omitempty" maxLength:"255" doc:"Why, in your words; kept in the journal. No control characters." example:"the coffee was cold"`
	Amount int64  `json:"amount,omitempty" minimum:"1" maximum:"999999999999" doc:"If it is given, it must be the payment's amount: the provider gives back the whole amount or nothing." example:"12500"`
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
		p, err = s.await(ctx, p, in.Wait, settledFrom(p))
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
		"The state never changes by the asking, only by the answer. Checks are made one at a time: of a push for 7 days, of a QR "+
			"no closer than 5 seconds. lunas asks by itself until a QR's end is known.",
		func(payment.Payment) func(payment.Payment) bool {
			return func(p payment.Payment) bool { return !open(p, payment.CallCheck, payment.CallCheckVoid) }
		}, "check_too_old", "nothing_sent", engine.CodeProviderAway)
}

func (s *server) routeVoid() {
	s.routeAsk(payment.AskVoid, "void-payment", "Give back a paid push on its day",
		"Until 23:59 WIB of the day of the payment. The payment is voiding until the provider has confirmed.", settledFrom,
		"cutoff")
}

func (s *server) routeCancel() {
	s.routeAsk(payment.AskCancel, "cancel-payment", "Give up a payment",
		"A push that is with the customer cannot be cancelled: 409 with the time when it ends by itself. A QR is hidden at once; "+
			"since the customer may have scanned it, the payment is canceled only when the provider has said that it was not paid, "+
			"and paid when it was.", settledFrom)
}

func (s *server) routeRefund() {
	s.routeAsk(payment.AskRefund, "refund-payment", "Give back a paid QR on its day",
		"The whole amount, until 23:59:59 WIB of the day of the payment. The payment is refunding until the provider has confirmed; "+
			"repeating it never refunds twice. A push is given back by void.", settledFrom,
		"cutoff", "amount_not_whole", "amount_not_integer", "amount_too_small", "amount_too_large", engine.CodeProviderAway)
}

func (s *server) routeRenew() {
	s.routeAsk(payment.AskRenew, "renew-payment", "Make a new QR for an expired payment",
		"Only when the provider has said that the old QR was not paid: until then it could still be, and the customer would pay twice.",
		settledFrom, engine.CodeProviderAway)
}

// open tells whether one of the calls is under way.
func open(p payment.Payment, calls ...payment.Call) bool {
	return slices.ContainsFunc(p.OpenCalls(), func(r payment.CallRecord) bool { return slices.Contains(calls, r.Call) })
}

// routeAsk makes the route of an ask. end gives, from the payment as it is after the asking, how its end is known; more are
// the codes that only this ask has.
func (s *server) routeAsk(what payment.Ask, id, summary, description string, end func(payment.Payment) func(payment.Payment) bool, more ...string) {
	path := "/v1/payments/{id}/" + string(what)
	takes := body[Reason](s, false)
	if what == payment.AskRefund {
		takes = body[RefundOrder](s, false)
	}
	register(s, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Description: description, Tags: []string{"Payments"},
	}, answers{
		also: map[int]string{202: "It has been ordered and is under way."},
		codes: append(codes("body", "key", "payment_not_found", "invalid_wait", "unknown_parameter",
			"reason_invalid", "in_progress", "not_possible", "check_in_progress", "refused", "shutting_down", "outcome_unknown",
			"invalid_field"), more...),
		body: takes,
	}, func(ctx context.Context, in *askInput) (*paymentAnswer, error) {
		return s.ask(ctx, in, what, end)
	})
}

func (s *server) ask(ctx context.Context, in *askInput, what payment.Ask, end func(payment.Payment) func(payment.Payment) bool) (*paymentAnswer, error) {
	c := callOf(ctx)
	if p := checkKey(c.r.Header); p != nil {
		return nil, p
	}
	body, p := s.readBody(c)
	if p != nil {
		return nil, p
	}
	order, p := readAsk(body, what)
	if p != nil {
		return nil, p
	}
	before, err := s.load(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if order.Amount != 0 && payment.Rupiah(order.Amount) != before.Amount {
		return nil, problem("amount_not_whole", "the payment is of "+before.Amount.String()+
			", and only all of it can be given back").in("amount")
	}
	key := keyOf(in.IdempotencyKey, "POST /v1/payments/"+before.ID+"/"+string(what), order)
	now, replayed, err := s.askEngine(ctx, before, payment.Asked{What: what, By: c.key.ID, Reason: order.Reason}, key)
	if err != nil {
		return nil, err
	}
	done := end(now)
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

// readAsk reads the body of an ask. Of a refund it may name the amount.
func readAsk(body []byte, what payment.Ask) (o RefundOrder, p *Problem) {
	if body == nil {
		return o, nil
	}
	all, p := object(body)
	if p != nil {
		return o, p
	}
	fields := []string{"reason"}
	if what == payment.AskRefund {
		fields = append(fields, "amount")
	}
	for _, m := range all {
		switch {
		case !slices.Contains(fields, m.name):
			return o, unknownField(m.name, fields)
		case m.name == "amount":
			o.Amount, p = readAmount(m.value)
		default:
			o.Reason, p = readText(m, 0, reasonMax, "reason_invalid")
		}
		if p != nil {
			return o, p
		}
	}
	return o, nil
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
