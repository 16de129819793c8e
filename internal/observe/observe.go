// Package observe shows how a gateway fares: metrics that Prometheus reads from a listener of the operator's own, metrics
// and traces for an OpenTelemetry collector, and Go's profiles. It looks on at the engine, the store, the courier and the
// API; it changes nothing in what they do, and with none of it configured nobody looks.
//
// What it shows is bounded and says nothing of anybody: no metric carries an identifier, and no metric or trace carries a
// phone number, a name, a key, an address, a body or the text of an error. Codes and words of providers are taken only while
// they are short and few. A trace has the payment's id, which is random.
package observe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	promexporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Options say what is shown and to whom. The zero value shows metrics to whoever asks Handler.
type Options struct {
	Version string // the program's; by default what Go knows of it
	Log     *slog.Logger

	// PProf serves Go's profiles beside /metrics.
	PProf bool
	// OTLP is the address of an OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318. Empty: there is
	// none, and nothing is traced.
	OTLP string
	// TraceRatio is the share of requests that are traced, from 0 to 1. A caller who traces a request decides for itself.
	TraceRatio float64
	// PerMerchant tells the metrics of payments apart by merchant.
	PerMerchant bool

	// Spans and Reader are told too, beside what is configured: for tests.
	Spans  sdktrace.SpanExporter
	Reader sdkmetric.Reader
}

const (
	exportEvery = 30 * time.Second
	// cardinalityMax is how many series one metric may have; what is more is counted together, as otel.metric.overflow.
	cardinalityMax = 2000
)

// Observer looks on. Make it with New; Close it after use.
type Observer struct {
	Options
	registry *prometheus.Registry
	meters   *sdkmetric.MeterProvider
	traces   *sdktrace.TracerProvider // nil: nothing is traced
	tracer   trace.Tracer
	caller   propagation.TraceContext
	*instruments
	exportFailures *failures
}

// New makes an observer. It calls nobody; a collector that is away is tried again by itself and never waited for.
func New(ctx context.Context, o Options) (*Observer, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	v := &Observer{Options: o, registry: prometheus.NewRegistry(), exportFailures: &failures{log: o.Log}}
	v.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	about := resource.NewSchemaless(attribute.String("service.name", "lunas"), attribute.String("service.version", v.version()))
	readers, err := v.readers(ctx)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	options := []sdkmetric.Option{
		sdkmetric.WithResource(about), sdkmetric.WithCardinalityLimit(cardinalityMax), sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter),
	}
	for _, r := range readers {
		options = append(options, sdkmetric.WithReader(r))
	}
	v.meters = sdkmetric.NewMeterProvider(options...)
	if err := v.trace(ctx, about); err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	if v.instruments, err = newInstruments(v.meters.Meter(scope), v.PerMerchant); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return v, v.buildInfo()
}

const scope = "github.com/lunas-pay/lunas"

// readers are those who collect metrics: Prometheus's listener, and the collector if there is one.
func (v *Observer) readers(ctx context.Context) ([]sdkmetric.Reader, error) {
	prom, err := promexporter.New(promexporter.WithRegisterer(v.registry), promexporter.WithoutScopeInfo(), promexporter.WithoutTargetInfo())
	if err != nil {
		return nil, err
	}
	readers := []sdkmetric.Reader{prom}
	if v.Reader != nil {
		readers = append(readers, v.Reader)
	}
	if v.OTLP == "" {
		return readers, nil
	}
	exporter, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(v.OTLP+"/v1/metrics"))
	if err != nil {
		return nil, err
	}
	return append(readers, sdkmetric.NewPeriodicReader(quietMetrics{exporter, v.exportFailures}, sdkmetric.WithInterval(exportEvery))), nil
}

// trace begins to trace, if somebody is told.
func (v *Observer) trace(ctx context.Context, about *resource.Resource) error {
	v.tracer = noop.Tracer{}
	var exporters []sdktrace.TracerProviderOption
	if v.Spans != nil {
		exporters = append(exporters, sdktrace.WithSyncer(v.Spans))
	}
	if v.OTLP != "" {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(v.OTLP+"/v1/traces"))
		if err != nil {
			return err
		}
		exporters = append(exporters, sdktrace.WithBatcher(quietSpans{exporter, v.exportFailures}))
	}
	if len(exporters) == 0 {
		return nil
	}
	options := append(exporters, sdktrace.WithResource(about), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(v.TraceRatio))))
	v.traces = sdktrace.NewTracerProvider(options...)
	v.tracer = v.traces.Tracer(scope)
	return nil
}

func (v *Observer) version() string {
	if v.Version != "" {
		return v.Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}

// buildInfo shows which program this is, as the value 1 of a metric.
func (v *Observer) buildInfo() error {
	revision := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	about := metric.WithAttributeSet(attribute.NewSet(
		attribute.String("version", v.version()), attribute.String("revision", revision), attribute.String("go_version", runtime.Version())))
	_, err := v.meters.Meter(scope).Int64ObservableGauge("lunas.build.info",
		metric.WithDescription("The program that runs; always 1."),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(1, about)
			return nil
		}))
	return err
}

// Handler serves /metrics, and Go's profiles below /debug/pprof/ if they are wanted. It is for the operator alone: it asks
// for no key.
func (v *Observer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(v.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(v.Log.Handler(), slog.LevelError), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
	}))
	if v.PProf {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// Close exports what has not been exported yet, until the context ends.
func (v *Observer) Close(ctx context.Context) error {
	err := v.meters.Shutdown(ctx)
	if v.traces != nil {
		err = errors.Join(v.traces.Shutdown(ctx), err)
	}
	if err != nil {
		return fmt.Errorf("the last metrics and traces are not exported: %w", err)
	}
	return nil
}
