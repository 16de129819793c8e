package observe

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// instruments are what is counted when it happens. What is looked up when somebody asks is in gauges.go.
type instruments struct {
	perMerchant bool
	reasons     words
	codes       words

	changes  metric.Int64Counter
	payments metric.Float64Histogram
	commits  metric.Float64Histogram
	calls    metric.Float64Histogram
	tokens   metric.Int64Counter
	requests metric.Float64Histogram
	problems metric.Int64Counter

	changeSets, paymentSets, commitSets, callSets, tokenSets, requestSets, problemSets sets
}

// Bounds of histograms, in seconds.
var (
	// A push is answered within a minute, or reversed at 65 s; a QR lives 75 s, a bill hours.
	paymentBounds = []float64{0.5, 1, 2, 5, 10, 20, 30, 40, 50, 55, 60, 65, 70, 75, 90, 120, 300, 900, 3600, 14400, 86400} // never written
	commitBounds  = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}                                 // never written
	callBounds    = []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30, 45, 55, 60, 65, 70, 75}                      // never written
	requestBounds = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 120}                // never written
)

func newInstruments(m metric.Meter, perMerchant bool) (*instruments, error) {
	i := &instruments{perMerchant: perMerchant, reasons: words{longest: 32}, codes: words{longest: 8}}
	make := maker{Meter: m}
	i.changes = make.counter("lunas.payment.changes", "Changes of payments' states, by the state that was come to.")
	i.payments = make.seconds("lunas.payment.duration", "From the request for a payment to its first end, by the gateway's clock.", paymentBounds)
	i.commits = make.seconds("lunas.commit.duration", "How long a change waited to be on disk.", commitBounds)
	i.calls = make.seconds("lunas.provider.call.duration", "How long providers took; a push includes its customer.", callBounds)
	i.tokens = make.counter("lunas.token.renewals", "Access tokens that a provider was asked for.")
	i.requests = make.seconds("lunas.http.request.duration", "Requests to the API, with what ?wait= waited.", requestBounds)
	i.problems = make.counter("lunas.http.problems", "Answers of the API that were problems, by their code.")
	return i, make.err
}

// maker makes instruments and keeps the first error.
type maker struct {
	metric.Meter
	err error
}

func (m *maker) counter(name, about string) metric.Int64Counter {
	made, err := m.Int64Counter(name, metric.WithDescription(about))
	m.keep(err)
	return made
}

func (m *maker) seconds(name, about string, bounds []float64) metric.Float64Histogram {
	made, err := m.Float64Histogram(name, metric.WithDescription(about), metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(bounds...))
	m.keep(err)
	return made
}

func (m *maker) keep(err error) {
	if m.err == nil {
		m.err = err
	}
}

// sets keeps attribute sets that have been made once: making one costs more than counting.
type sets struct{ made sync.Map }

// of gives the set of a key; make is called for a new one. Keys are bounded as their labels are.
func (s *sets) of(key any, attributes func() []attribute.KeyValue) metric.MeasurementOption {
	if known, ok := s.made.Load(key); ok {
		return known.(metric.MeasurementOption)
	}
	made, _ := s.made.LoadOrStore(key, metric.WithAttributeSet(attribute.NewSet(attributes()...)))
	return made.(metric.MeasurementOption)
}
