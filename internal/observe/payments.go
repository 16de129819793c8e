package observe

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

var _ engine.Observer = (*Observer)(nil)

// Carry takes the place in a trace along, and nothing else.
func (v *Observer) Carry(ctx context.Context) context.Context {
	if v.traces == nil {
		return context.Background()
	}
	return trace.ContextWithSpanContext(context.Background(), trace.SpanContextFromContext(ctx))
}

// changeLabels tell changes apart.
type changeLabels struct {
	merchant     string
	rail         payment.Rail
	mode         payment.Mode
	state        payment.State
	reason, code string
}

func (l changeLabels) attributes() []attribute.KeyValue {
	return withMerchant(l.merchant,
		attribute.String("rail", string(l.rail)), attribute.String("mode", string(l.mode)), attribute.String("state", string(l.state)),
		attribute.String("reason", l.reason), attribute.String("code", l.code))
}

// withMerchant adds the merchant, unless it is empty because merchants are not told apart.
func withMerchant(merchant string, all ...attribute.KeyValue) []attribute.KeyValue {
	if merchant == "" {
		return all
	}
	return append(all, attribute.String("merchant", merchant))
}

// Changed counts a payment's change of state, and how long it took to its first end.
func (v *Observer) Changed(ctx context.Context, before, now payment.Payment) {
	l := changeLabels{rail: now.Rail, mode: now.Mode, state: now.State}
	if v.perMerchant {
		l.merchant = now.MerchantID
	}
	if f := now.Failure; f != nil && now.State != payment.Paid {
		l.reason, l.code = v.reasons.label(f.Code), v.codes.label(f.ProviderCode)
	}
	v.changes.Add(ctx, 1, v.changeSets.of(l, l.attributes))
	if !now.State.Final() || before.State.Final() || before.State == payment.Review {
		return
	}
	switch before.State {
	case payment.Voiding, payment.Refunding: // it had come to its end before
		return
	}
	l.reason, l.code = "", ""
	v.payments.Record(ctx, now.UpdatedAt.Sub(now.CreatedAt).Seconds(), v.paymentSets.of(l, func() []attribute.KeyValue {
		return withMerchant(l.merchant,
			attribute.String("rail", string(l.rail)), attribute.String("mode", string(l.mode)), attribute.String("state", string(l.state)))
	}))
}

// callLabels tell calls apart.
type callLabels struct {
	rail              payment.Rail
	operation, result string
}

// Call times a call to a provider. The provider is told nothing of the trace: the call's bytes are those that were
// committed.
func (v *Observer) Call(ctx context.Context, c engine.ObservedCall) (context.Context, func(payment.Outcome, error)) {
	began := time.Now()
	ctx, span := v.tracer.Start(ctx, string(c.Rail)+" "+c.Operation, trace.WithSpanKind(trace.SpanKindClient))
	if span.IsRecording() {
		span.SetAttributes(attribute.String("lunas.rail", string(c.Rail)), attribute.String("lunas.operation", c.Operation), attribute.Int("lunas.try", c.Try))
		if c.PaymentID != "" {
			span.SetAttributes(attribute.String("lunas.payment", c.PaymentID))
		}
	}
	return ctx, func(o payment.Outcome, err error) {
		l := callLabels{c.Rail, c.Operation, resultOf(o, err)}
		v.calls.Record(context.Background(), time.Since(began).Seconds(), v.callSets.of(l, func() []attribute.KeyValue {
			return []attribute.KeyValue{
				attribute.String("rail", string(l.rail)), attribute.String("operation", l.operation), attribute.String("result", l.result),
			}
		}))
		if c.Operation == engine.OperationToken {
			v.tokens.Add(context.Background(), 1, v.tokenSets.of(l, func() []attribute.KeyValue {
				return []attribute.KeyValue{attribute.String("rail", string(l.rail)), attribute.String("result", l.result)}
			}))
		}
		if span.IsRecording() {
			span.SetAttributes(attribute.String("lunas.result", l.result))
			if o.Code != "" {
				span.SetAttributes(attribute.String("lunas.code", v.codes.label(o.Code)))
			}
			if err != nil {
				span.SetStatus(codes.Error, l.result)
			}
		}
		span.End()
	}
}

// resultOf says in a word how a call ended: the class of the provider's answer, or why there is none.
func resultOf(o payment.Outcome, err error) string {
	switch {
	case errors.Is(err, rail.ErrNotSent):
		return "not_sent"
	case errors.Is(err, rail.ErrUnclear):
		return "unclear"
	case errors.Is(err, rail.ErrNoToken):
		return "refused"
	case err != nil:
		return "no_answer"
	case o.Class == "": // of an access token
		return "ok"
	}
	return string(o.Class)
}

// Store gives a store whose commits are timed.
func (v *Observer) Store(s store.Store) store.Store { return watched{s, v} }

type watched struct {
	store.Store
	v *Observer
}

// commitLabels tell commits apart.
type commitLabels struct{ event, result string }

// Commit commits, and times it.
func (w watched) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	began := time.Now()
	event := "none"
	if c.Event != nil {
		event = payment.Kind(c.Event)
	}
	ctx, span := w.v.tracer.Start(ctx, "commit "+event)
	done, err := w.Store.Commit(ctx, c)
	l := commitLabels{event, commitResult(err)}
	w.v.commits.Record(ctx, time.Since(began).Seconds(), w.v.commitSets.of(l, func() []attribute.KeyValue {
		return []attribute.KeyValue{attribute.String("event", l.event), attribute.String("result", l.result)}
	}))
	if span.IsRecording() {
		span.SetAttributes(attribute.String("lunas.payment", c.Payment.ID), attribute.String("lunas.result", l.result))
		if err == nil {
			span.SetAttributes(attribute.String("lunas.state", string(done.Payment.State)), attribute.Int("lunas.version", done.Payment.Version))
		}
		if l.result == "trouble" || l.result == "unknown" {
			span.SetStatus(codes.Error, l.result)
		}
	}
	span.End()
	return done, err
}

// commitResult says in a word what became of a commit.
func commitResult(err error) string {
	var used *store.KeyUsed
	var limit *store.LimitReached
	var held *store.TerminalHeld
	var refusal *payment.Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, store.ErrConflict):
		return "conflict"
	case errors.Is(err, store.ErrUnknown):
		return "unknown"
	case errors.As(err, &used), errors.As(err, &limit), errors.As(err, &held), errors.As(err, &refusal),
		errors.Is(err, store.ErrNoTerminal), errors.Is(err, payment.ErrBatchFull), errors.Is(err, payment.ErrBatchesUsedUp):
		return "refused"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "withdrawn"
	}
	return "trouble"
}
