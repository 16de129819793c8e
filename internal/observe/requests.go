package observe

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/lunas-pay/lunas/internal/api"
)

// Traced puts a span round every request, within the trace of a caller that sends a traceparent (W3C Trace Context). What
// else a caller may send along, tracestate and baggage, is not taken: it could hold anything.
func (v *Observer) Traced(next http.Handler) http.Handler {
	if v.traces == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if parent := r.Header.Get("traceparent"); parent != "" {
			ctx = v.caller.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
		}
		ctx, span := v.tracer.Start(ctx, "request", ofServer...)
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// requestLabels tell requests apart.
type requestLabels struct {
	method, route string
	status        int
}

func (l requestLabels) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("method", l.method), attribute.String("route", l.route), attribute.Int("status", l.status)}
}

// problemLabels tell problems apart.
type problemLabels struct{ code string }

func (l problemLabels) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("code", l.code)}
}

// Answered counts an answer of the API, and names its span.
func (v *Observer) Answered(ctx context.Context, a api.ObservedAnswer) {
	l := requestLabels{a.Method, a.Route, a.Status}
	v.requests.Record(ctx, a.Took.Seconds(), v.requestSets.of(l).record...)
	if a.Code != "" {
		v.problems.Add(ctx, 1, v.problemSets.of(problemLabels{a.Code}).add...)
	}
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetName(a.Route) // the pattern, which begins with the method
	span.SetAttributes(attribute.String("http.request.method", a.Method), attribute.String("http.route", a.Route),
		attribute.Int("http.response.status_code", a.Status), attribute.String("lunas.request", a.RequestID))
	if a.Code != "" {
		span.SetAttributes(attribute.String("lunas.problem", a.Code))
	}
	if a.Status >= 500 {
		span.SetStatus(codes.Error, a.Code)
	}
}
