package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

const callersTrace = "0af7651916cd43dd8448eb211c80319c"

func traceparent(flags string) string { return "00-" + callersTrace + "-b7ad6b7169203331-" + flags }

// tracedWorld is one in which what is traced is kept.
func tracedWorld(t *testing.T, ratio float64) *world {
	spans := tracetest.NewInMemoryExporter()
	w := newWorld(t, true, Options{Spans: spans, TraceRatio: ratio})
	w.spans = spans
	return w
}

func TestATraceGoesFromTheRequestToTheProvider(t *testing.T) {
	t.Parallel()
	w := tracedWorld(t, 0)
	w.pay("traceparent", traceparent("01"), "tracestate", "vendor="+phone, "baggage", "customer="+phone)
	w.settle()
	byName := map[string]tracetest.SpanStub{}
	for _, s := range w.spans.GetSpans() {
		byName[s.Name] = s
		if s.SpanContext.TraceID().String() != callersTrace {
			t.Errorf("span %q is in trace %s, want the caller's", s.Name, s.SpanContext.TraceID())
		}
		if text := fmt.Sprintf("%+v", s); strings.Contains(text, phone[1:]) {
			t.Errorf("a span holds the phone: %s", text)
		}
	}
	request, found := byName["POST /v1/payments"]
	if !found || request.Parent.SpanID().String() != "b7ad6b7169203331" {
		t.Fatalf("spans = %v, want one of the request below the caller's", slices.Collect(keys(byName)))
	}
	for _, name := range []string{"commit requested", "ovo push", "commit answered"} {
		if s, found := byName[name]; !found || s.Parent.SpanID() != request.SpanContext.SpanID() {
			t.Errorf("no span %q below the request; there are %v", name, slices.Collect(keys(byName)))
		}
	}
	attributes := fmt.Sprint(byName["ovo push"].Attributes, request.Attributes)
	for _, want := range []string{`"lunas.payment":"pay_`, `"lunas.result":"approved"`, `"http.route":"POST /v1/payments"`, `"lunas.request":"req_`} {
		if !strings.Contains(attributes, want) {
			t.Errorf("attributes %s, want %s in them", attributes, want)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(w.log.String()), "\n") {
		var entry map[string]any
		w.must(json.Unmarshal([]byte(line), &entry))
		if entry["trace_id"] != callersTrace || entry["span_id"] == nil {
			t.Errorf("a line of the log does not name its trace: %s", line)
		}
	}
	if !strings.Contains(w.log.String(), "payment ended") || !strings.Contains(w.log.String(), "request_id") {
		t.Errorf("the log tells neither of the payment nor of the request:\n%s", w.log)
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestWhatIsTraced(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		ratio  float64
		header []string
		want   bool
	}{
		{"none", 0, nil, false},
		{"all", 1, nil, true},
		{"the caller does", 0, []string{"traceparent", traceparent("01")}, true},
		{"the caller does not", 1, []string{"traceparent", traceparent("00")}, false},
		{"nonsense", 0, []string{"traceparent", "00-" + phone}, false},
		{"nonsense, all", 1, []string{"traceparent", strings.Repeat("0", 10_000)}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := tracedWorld(t, test.ratio)
			w.pay(test.header...)
			if got := len(w.spans.GetSpans()) > 0; got != test.want {
				t.Errorf("traced = %v, want %v", got, test.want)
			}
		})
	}
}

// A collector that is away is said once in our log, and nothing waits for it.
func TestACollectorThatIsAwayIsSaidOnce(t *testing.T) {
	t.Parallel()
	log := &lines{}
	f := &failures{log: slog.New(slog.NewTextHandler(log, nil))}
	var trouble error
	q := quietSpans{exporter{func() error { return trouble }}, f}
	for range 2 {
		trouble = errors.New("connection refused")
		for range 3 {
			if err := q.ExportSpans(t.Context(), nil); err != nil {
				t.Errorf("ExportSpans = %v, want no error: OpenTelemetry would print it", err)
			}
		}
		trouble = nil
		_ = q.ExportSpans(t.Context(), nil)
	}
	if got := fmt.Sprint(strings.Count(log.String(), "does not take traces"), strings.Count(log.String(), "takes traces again"), f.count.Load()); got != "2 2 6" {
		t.Errorf("said away, said back, counted = %s, want 2 2 6:\n%s", got, log)
	}
}

type exporter struct{ export func() error }

func (e exporter) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return e.export() }
func (e exporter) Shutdown(context.Context) error                             { return nil }

// The collector gets metrics and traces when the gateway goes down, at the latest.
func TestTheLastOnesAreExported(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
	defer collector.Close()
	w := newWorld(t, true, Options{OTLP: collector.URL + "/otlp", TraceRatio: 1})
	w.pay()
	w.settle()
	w.must(w.v.Close(t.Context()))
	close(got)
	if paths := fmt.Sprint(slices.Sorted(seq(got))); paths != "[/otlp/v1/metrics /otlp/v1/traces]" {
		t.Errorf("exported to %s, want metrics and traces", paths)
	}
}

func seq(c <-chan string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for s := range c {
			if !yield(s) {
				return
			}
		}
	}
}
