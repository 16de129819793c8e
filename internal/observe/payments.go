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

// paymentLabels tell payments apart.
type paymentLabels struct {
	merchant string // empty: merchants are not told apart
	rail     payment.Rail
	mode     payment.Mode
	state    payment.State
}

func (l paymentLabels) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{
		attribute.String("rail", string(l.rail)), attribute.String("mode", string(l.mode)), attribute.String("state", string(l.state)),
	}
	if l.merchant != "" {
		all = append(all, attribute.String("merchant", l.merchant))
	}
	return all
}

// changeLabels tell changes apart.
type changeLabels struct {
	paymentLabels
	reason, code string
}

func (l changeLabels) attributes() []attribute.KeyValue {
	return append(l.paymentLabels.attributes(), attribute.String("reason", l.reason), attribute.String("code", l.code))
}

// Changed counts a payment's change of state, and how long it took to its first end.
func (v *Observer) Changed(ctx context.Context, before, now payment.Payment) {
	of := paymentLabels{rail: now.Rail, mode: now.Mode, state: now.State}
	if v.perMerchant {
		of.merchant = now.MerchantID
	}
	l := changeLabels{paymentLabels: of}
	if f := now.Failure; f != nil && now.State != payment.Paid {
		l.reason, l.code = v.reasons.label(f.Code), v.codes.label(f.ProviderCode)
	}
	v.changes.Add(ctx, 1, v.changeSets.of(l).add...)
	if !now.State.Final() || before.State.Final() {
		return
	}
	switch before.State {
	case payment.Voiding, payment.Refunding, payment.Review: // it may have come to its end before
		return
	}
	v.payments.Record(ctx, now.UpdatedAt.Sub(now.CreatedAt).Seconds(), v.paymentSets.of(of).record...)
}

// callLabels tell calls apart.
type callLabels struct {
	rail              payment.Rail
	operation, result string
}

func (l callLabels) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("rail", string(l.rail)), attribute.String("operation", l.operation), attribute.String("result", l.result),
	}
}

// tokenLabels tell askings for access tokens apart.
type tokenLabels struct {
	rail   payment.Rail
	result string
}

func (l tokenLabels) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("rail", string(l.rail)), attribute.String("result", l.result)}
}

// The kinds of spans.
var (
	ofServer = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)} // never written
	ofClient = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient)} // never written
)

// Call times a call to a provider. The provider is told nothing of the trace: the call's bytes are those that were
// committed.
func (v *Observer) Call(ctx context.Context, c engine.ObservedCall) (context.Context, func(payment.Outcome, error)) {
	began := time.Now()
	ctx, span := v.tracer.Start(ctx, "call", ofClient...)
	if span.IsRecording() {
		span.SetName(string(c.Rail) + " " + c.Operation)
		span.SetAttributes(attribute.String("lunas.rail", string(c.Rail)), attribute.String("lunas.operation", c.Operation), attribute.Int("lunas.try", c.Try))
		if c.PaymentID != "" {
			span.SetAttributes(attribute.String("lunas.payment", c.PaymentID))
		}
	}
	return ctx, func(o payment.Outcome, err error) {
		l := callLabels{c.Rail, c.Operation, resultOf(o, err)}
		v.calls.Record(ctx, time.Since(began).Seconds(), v.callSets.of(l).record...)
		if c.Operation == engine.OperationToken {
			v.tokens.Add(ctx, 1, v.tokenSets.of(tokenLabels{l.rail, l.result}).add...)
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

func (l commitLabels) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("event", l.event), attribute.String("result", l.result)}
}

// Commit commits, and times it.
func (w watched) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	began := time.Now()
	event := "none"
	if c.Event != nil {
		event = payment.Kind(c.Event)
	}
	ctx, span := w.v.tracer.Start(ctx, "commit")
	done, err := w.Store.Commit(ctx, c)
	l := commitLabels{event, commitResult(err)}
	w.v.commits.Record(ctx, time.Since(began).Seconds(), w.v.commitSets.of(l).record...)
	if span.IsRecording() {
		span.SetName("commit " + event)
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
