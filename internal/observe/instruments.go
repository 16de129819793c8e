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

	changeSets  sets[changeLabels]
	paymentSets sets[paymentLabels]
	commitSets  sets[commitLabels]
	callSets    sets[callLabels]
	tokenSets   sets[tokenLabels]
	requestSets sets[requestLabels]
	problemSets sets[problemLabels]
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

// labels tell the series of one metric apart. They are bounded.
type labels interface {
	comparable
	attributes() []attribute.KeyValue
}

// sets keeps the options of labels that have been seen: making them costs more than counting.
type sets[L labels] struct {
	mu   sync.RWMutex
	made map[L]*options
}

// options are one set of attributes, in the forms in which instruments take it.
type options struct {
	add    []metric.AddOption
	record []metric.RecordOption
}

func (s *sets[L]) of(l L) *options {
	s.mu.RLock()
	known := s.made[l]
	s.mu.RUnlock()
	if known != nil {
		return known
	}
	set := metric.WithAttributeSet(attribute.NewSet(l.attributes()...))
	known = &options{[]metric.AddOption{set}, []metric.RecordOption{set}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made == nil {
		s.made = map[L]*options{}
	}
	s.made[l] = known
	return known
}
