package observe

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// failures says once that a collector is away, and once that it is back, in our own log: OpenTelemetry would write each
// failure to the process's standard error, in a form of its own.
type failures struct {
	log   *slog.Logger
	count atomic.Int64

	mu   sync.Mutex
	away map[string]bool // by what is exported
}

func (f *failures) note(ctx context.Context, what string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away == nil {
		f.away = map[string]bool{}
	}
	switch {
	case err != nil:
		f.count.Add(1)
		if !f.away[what] && ctx.Err() == nil {
			f.log.Warn("the OpenTelemetry collector does not take "+what+"; payments go on", "error", err)
		}
	case f.away[what]:
		f.log.Info("the OpenTelemetry collector takes " + what + " again")
	}
	f.away[what] = err != nil
}

type quietSpans struct {
	sdktrace.SpanExporter
	failures *failures
}

// ExportSpans exports. Its failures are in the log and no error.
func (q quietSpans) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	q.failures.note(ctx, "traces", q.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

type quietMetrics struct {
	sdkmetric.Exporter
	failures *failures
}

// Export exports. Its failures are in the log and no error.
func (q quietMetrics) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	q.failures.note(ctx, "metrics", q.Exporter.Export(ctx, m))
	return nil
}
