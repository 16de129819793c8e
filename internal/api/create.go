package api

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Waiting lets a request wait for a payment's end.
type Waiting struct {
	Wait int `query:"wait" minimum:"0" maximum:"120" doc:"Hold the answer for at most so many seconds, until the payment is final or needs a human; where a QR is being made, until it is there."`
}

// Keyed makes a request safe to repeat.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" pattern:"^[!-~]{1,255}$" doc:"Makes repeating safe: the same key with the same request gives the same payment, with another request 422. Kept as long as the payment. Advised on every POST." example:"6f1b2a34-54d1-4a53-9f58-5d2a1c0b9e11"`
}

// OnePayment names a payment.
type OnePayment struct {
	ID string `path:"id" example:"pay_01kafz0q3gf7ktc1ms2cqc1b9w" doc:"The payment's id."`
}

// paymentAnswer is the answer of every route that gives one payment.
type paymentAnswer struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replayed" enum:"true" doc:"Set when the Idempotency-Key had been used for the same request: nothing new was done."`
	Body     Payment
}

func (s *server) routeCreate() {
	register(s, huma.Operation{
		OperationID: "create-payment", Method: http.MethodPost, Path: "/v1/payments", Summary: "Ask for a payment",
		Description: "When the answer comes, the payment is on disk and its push on its way, or its QR ordered; with ?wait= a " +
			"payment by qris is answered as soon as its QR is there. Without a method, with several, or with a push without a phone, " +
			"nothing is sent yet: the payment is created, and waits for what its customer chooses at checkout_url. Repeat a request whose answer was lost with the same " +
			"Idempotency-Key.",
		Tags: []string{"Payments"}, DefaultStatus: http.StatusCreated,
	}, answers{
		also: map[int]string{200: "The payment that the same request had made before."},
		codes: codes("body", "key", "invalid_wait", "unknown_parameter",
			"amount_not_integer", "amount_too_small", "amount_too_large", "phone_invalid", "phone_missing", "phone_unwanted",
			"reference_invalid", "description_invalid", "return_url_invalid", "metadata_invalid", "name_invalid", "method_unknown", "methods_invalid", "rail_unknown",
			"customer_invalid", "items_invalid", payment.CodeExpiryInvalid, "rail_method_mismatch", engine.CodeProviderAway, "no_account", "no_terminal", "invalid_field", "missing_field", "cutoff", "exists", "refused",
			"terminal_held", "numbers_exhausted", "phone_limited", "key_limited", "shutting_down", "outcome_unknown"),
		body: body[NewPayment](s, true),
	}, s.create)
}

func (s *server) create(ctx context.Context, in *struct {
	Keyed
	Waiting
},
) (*paymentAnswer, error) {
	c := callOf(ctx)
	if p := checkKey(c.r.Header); p != nil {
		return nil, p
	}
	body, p := s.readBody(c)
	if p != nil {
		return nil, p
	}
	hosted := s.CheckoutURL(payment.Payment{MerchantID: c.key.MerchantID, Mode: c.key.Mode}) != ""
	asked, order, p := readOrder(body, c.key.Mode, hosted)
	if p != nil {
		return nil, p
	}
	order.MerchantID, order.Mode, order.By = c.key.MerchantID, c.key.Mode, c.key.ID
	order.Key = keyOf(in.IdempotencyKey, "POST /v1/payments", asked)
	made, replayed, err := s.request(ctx, order)
	if err != nil {
		return nil, err
	}
	if !made.Choosing() { // else it is the customer's turn, at checkout_url
		if made, err = s.await(ctx, made, in.Wait, settledFrom(made)); err != nil {
			return nil, err
		}
	}
	answer := &paymentAnswer{Status: http.StatusCreated, Location: "/v1/payments/" + made.ID}
	if replayed {
		answer.Status, answer.Replayed = http.StatusOK, "true"
	}
	answer.Body, err = s.show(ctx, made)
	return answer, err
}

// detached lets what is being committed be committed, even when the client goes away: the answer is lost then, and
// nothing else.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
}

func keyOf(key, route string, body any) store.Key {
	if key == "" {
		return store.Key{}
	}
	return store.Key{Key: key, Fingerprint: fingerprint(route, body)}
}

var idempotencyKeyForm = regexp.MustCompile(`^[!-~]{1,255}$`) // never written

func checkKey(h http.Header) *Problem {
	values := h.Values("Idempotency-Key")
	switch {
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return problem("invalid_idempotency_key", "the header Idempotency-Key was sent more than once").in("Idempotency-Key")
	case !idempotencyKeyForm.MatchString(values[0]):
		return problem("invalid_idempotency_key", "the header Idempotency-Key is not 1 to 255 visible ASCII characters").in("Idempotency-Key")
	}
	return nil
}

// extend lets the server's limit for writing an answer count from the end of a wait.
func extend(c *call, wait time.Duration) {
	if s, ok := c.r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.WriteTimeout > 0 {
		// Not every writer has such a limit: an error does not matter.
		_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(wait + s.WriteTimeout))
	}
}

// settled tells whether nothing more will happen by itself.
func settled(p payment.Payment) bool { return p.State.Final() || p.State == payment.Review }

// settledFrom is the end of a wait for a payment that is now as given: who waits while a QR is being made waits for it.
func settledFrom(p payment.Payment) func(payment.Payment) bool {
	if p.State != payment.Presenting {
		return settled
	}
	return func(p payment.Payment) bool { return p.State != payment.Presenting }
}

// await gives the payment as it is when done is satisfied, or when the wait ends: by its seconds, because the client
// has gone, or because the server stops. That is no error: the payment is given as it is known.
func (s *server) await(ctx context.Context, p payment.Payment, seconds int, done func(payment.Payment) bool) (payment.Payment, error) {
	limit := min(time.Duration(seconds)*time.Second, s.MaxWait)
	if limit <= 0 || done(p) {
		return p, nil
	}
	extend(callOf(ctx), limit)
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if s.Stopping != nil {
		go func() {
			select {
			case <-s.Stopping:
				cancel()
			case <-waiting.Done():
			}
		}()
	}
	for !done(p) {
		newer, err := s.Engine.Wait(waiting, p.MerchantID, p.ID, p.Version)
		switch {
		case err == nil:
			p = newer
		case waiting.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
			return p, nil
		default:
			return p, err
		}
	}
	return p, nil
}
