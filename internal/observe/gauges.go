package observe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/lunas-pay/lunas/internal/courier"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/group"
)

// Sources are what is looked at when somebody collects metrics.
type Sources struct {
	Engine  *engine.Engine
	Courier *courier.Courier
	Store   store.Store
	Groups  func() group.Stats
	Now     func() time.Time // the engine's clock
}

// backlog is what waits in the store.
type backlog struct {
	tasks      int
	taskDue    time.Time
	webhooks   int
	webhookDue time.Time
	unplaced   int
	unplacedAt time.Time
	err        error
	lookedUp   time.Time // by the machine's clock
}

const (
	lookAgainAfter = 5 * time.Second // several may collect; the store is asked for one of them
	lookFor        = 2 * time.Second // a store that takes longer does not answer
)

// looker looks up what waits in the store.
type looker struct {
	Sources
	mu   sync.Mutex
	last backlog
}

func (l *looker) look(ctx context.Context) backlog {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.last.lookedUp.IsZero() && time.Since(l.last.lookedUp) < lookAgainAfter {
		return l.last
	}
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	var b backlog
	b.tasks, b.taskDue, b.err = l.Store.OpenTasks(ctx)
	if b.err == nil {
		b.webhooks, b.webhookDue, b.err = l.Store.Undelivered(ctx, l.Now())
	}
	if b.err == nil {
		b.unplaced, b.unplacedAt, b.err = l.Store.Unplaced(ctx)
	}
	b.lookedUp = time.Now()
	l.last = b
	return b
}

// age is for how long something has been due, in seconds; 0 for what is not due yet.
func (l *looker) age(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, l.Now().Sub(since).Seconds())
}

// Watch looks at the sources whenever metrics are collected.
func (v *Observer) Watch(s Sources) error {
	m := &gaugeMaker{meter: v.meters.Meter(scope)}
	e, c := &s.Engine.Metrics, &s.Courier.Metrics
	m.gauge("lunas.pushes.held", "Pushes under way, with their customers.", e.Pushes.Load)
	m.counter("lunas.payments.requested", "Payments that were asked for and taken.", e.Requested.Load)
	m.counter("lunas.payments.ended", "Changes of payments to an end.", e.Ended.Load)
	m.counter("lunas.reversals", "Reversals of pushes that were ordered.", e.Reversals.Load)
	m.counter("lunas.reversals.late", "Of these, those that were ordered later than they had to be.", e.Late.Load)
	m.counter("lunas.reviews", "Payments that came to need a human.", e.Reviews.Load)
	m.counter("lunas.commit.conflicts", "Changes that were decided again because another one came first.", e.Conflicts.Load)
	m.counter("lunas.commit.retries", "Facts that could not be written down at once.", e.Retries.Load)
	m.counter("lunas.webhooks.delivered", "Webhooks that were taken.", c.Delivered.Load)
	m.counter("lunas.webhooks.failed", "Tries of webhooks that were not taken.", c.Failures.Load)
	m.counter("lunas.webhook.endpoints.disabled", "Endpoints that were switched off because they stayed dead.", c.Disabled.Load)
	m.counter("lunas.feed.placed", "Events that were given their place in the feed.", c.Sequenced.Load)
	m.counter("lunas.commit.groups", "Transactions of changes.", func() int64 { return int64(s.Groups().Groups) })
	m.counter("lunas.commit.group.changes", "Changes in them; divided by the groups, the size of a group.", func() int64 { return int64(s.Groups().Changes) })
	m.gauge("lunas.commit.group.largest", "Changes in the largest group so far.", func() int64 { return int64(s.Groups().Largest) })
	m.counter("lunas.telemetry.export.failures", "Exports that the OpenTelemetry collector did not take.", v.exportFailures.count.Load)
	m.circuits(s.Engine)
	m.backlog(&looker{Sources: s})
	if m.err != nil {
		return fmt.Errorf("metrics: %w", m.err)
	}
	return nil
}

type gaugeMaker struct {
	meter metric.Meter
	err   error
}

func (m *gaugeMaker) keep(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *gaugeMaker) gauge(name, about string, load func() int64) {
	_, err := m.meter.Int64ObservableGauge(name, metric.WithDescription(about), metric.WithInt64Callback(observe(load)))
	m.keep(err)
}

func (m *gaugeMaker) counter(name, about string, load func() int64) {
	_, err := m.meter.Int64ObservableCounter(name, metric.WithDescription(about), metric.WithInt64Callback(observe(load)))
	m.keep(err)
}

func observe(load func() int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(load())
		return nil
	}
}

// circuits shows of how many accounts the provider is asked for new payments, and of how many not.
func (m *gaugeMaker) circuits(e *engine.Engine) {
	_, err := m.meter.Int64ObservableGauge("lunas.provider.accounts",
		metric.WithDescription("Accounts, by whether their provider is asked for new payments: closed (it is), open (not for a while), half_open (once, to see)."),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			type key struct {
				rail  payment.Rail
				state engine.CircuitState
			}
			n := map[key]int64{}
			for _, c := range e.Circuits() {
				for _, s := range []engine.CircuitState{engine.CircuitClosed, engine.CircuitOpen, engine.CircuitHalfOpen} {
					n[key{c.Rail, s}] += 0
				}
				n[key{c.Rail, c.State}]++
			}
			for k, count := range n {
				o.Observe(count, metric.WithAttributes(attribute.String("rail", string(k.rail)), attribute.String("state", string(k.state))))
			}
			return nil
		}))
	m.keep(err)
}

// backlog shows what waits in the store. When the store does not answer, that is all that is shown of it.
func (m *gaugeMaker) backlog(l *looker) {
	up, err := m.meter.Int64ObservableGauge("lunas.store.up", metric.WithDescription("1 when the store answers, else 0."))
	m.keep(err)
	count := func(name, about string) metric.Int64ObservableGauge {
		g, err := m.meter.Int64ObservableGauge(name, metric.WithDescription(about))
		m.keep(err)
		return g
	}
	age := func(name, about string) metric.Float64ObservableGauge {
		g, err := m.meter.Float64ObservableGauge(name, metric.WithDescription(about), metric.WithUnit("s"))
		m.keep(err)
		return g
	}
	tasks := count("lunas.tasks.open", "Payments that are under way, of all gateways together.")
	overdue := age("lunas.tasks.overdue", "For how long the oldest alarm of a payment has been due.")
	due := count("lunas.webhooks.due", "Webhooks that are due to endpoints that are on.")
	oldest := age("lunas.webhooks.oldest", "For how long the oldest of them has been due.")
	unplaced := count("lunas.feed.waiting", "Events without a place in the feed yet.")
	lag := age("lunas.feed.lag", "How long ago the oldest of them happened.")
	if m.err != nil {
		return
	}
	_, err = m.meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		b := l.look(ctx)
		if b.err != nil {
			o.ObserveInt64(up, 0)
			return nil // that it does not answer is what is shown
		}
		o.ObserveInt64(up, 1)
		o.ObserveInt64(tasks, int64(b.tasks))
		o.ObserveFloat64(overdue, l.age(b.taskDue))
		o.ObserveInt64(due, int64(b.webhooks))
		o.ObserveFloat64(oldest, l.age(b.webhookDue))
		o.ObserveInt64(unplaced, int64(b.unplaced))
		o.ObserveFloat64(lag, l.age(b.unplacedAt))
		return nil
	}, up, tasks, overdue, due, oldest, unplaced, lag)
	m.keep(err)
}
