package observe

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// looks are the ways of looking on, from nobody to everything.
var looks = []struct {
	name string
	on   bool
	o    Options
}{
	{"bare", false, Options{}},
	{"metrics", true, Options{}},
	{"traced=0.01", true, Options{Spans: tracetest.NewNoopExporter(), TraceRatio: 0.01}},
	{"traced=1", true, Options{Spans: tracetest.NewNoopExporter(), TraceRatio: 1}},
}

// BenchmarkGet asks for a payment.
func BenchmarkGet(b *testing.B) {
	ratios(b, func(w *world) func() {
		id := regexp.MustCompile(`pay_[0-9a-z]{26}`).FindString(w.call("POST", "/v1/payments?wait=5", order).Body.String())
		return func() { w.request("GET", "/v1/payments/"+id, "", http.StatusOK) }
	})
}

// BenchmarkCreate asks for a payment whose provider answers at once, and waits for its end: two commits and a call.
func BenchmarkCreate(b *testing.B) {
	ratios(b, func(w *world) func() {
		return func() { w.request("POST", "/v1/payments?wait=5", order, http.StatusCreated) }
	})
}

func (w *world) request(method, path, body string, want int) {
	if rec := w.call(method, path, body); rec.Code != want {
		w.Fatalf("%s %s = %d: %s", method, path, rec.Code, rec.Body)
	}
}

// ratios runs each way of looking on b.N times, and then all of them by turns: x_bare is one over nobody, the quickest round
// of each, since whatever else a machine does makes rounds longer and never shorter.
func ratios(b *testing.B, prepare func(*world) func()) {
	bare := prepare(newWorld(b, false, Options{}))
	for _, look := range looks {
		b.Run(look.name, func(b *testing.B) {
			f := prepare(newWorld(b, look.on, look.o))
			f()
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
			least := [2]time.Duration{time.Hour, time.Hour}
			const rounds, times = 200, 20
			for range rounds {
				for i, f := range []func(){f, bare} {
					began := time.Now()
					for range times {
						f()
					}
					least[i] = min(least[i], time.Since(began))
				}
			}
			b.ReportMetric(float64(least[0])/float64(least[1]), "x_bare")
			b.ReportMetric(float64(least[0].Nanoseconds())/times, "least-ns")
		})
	}
}
