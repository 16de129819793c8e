package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/observe"
	"github.com/lunas-pay/lunas/internal/store"
)

// lookout is what looks on, where the configuration wants that; its zero value looks at nothing.
type lookout struct {
	observer *observe.Observer
	listener net.Listener // the operator's own; nil: there is none
	server   *http.Server
}

// flushFor is how long a shutdown waits for the collector to take the last metrics and traces.
const flushFor = 2 * time.Second

// lookOut opens what the configuration wants. It calls nobody.
func lookOut(ctx context.Context, o Options) (l lookout, err error) {
	c := o.Config.Observe
	if c.Listen == "" && c.OTLP == "" {
		return l, nil
	}
	l.observer, err = observe.New(ctx, observe.Options{
		Version: o.Version, Log: o.Log, PProf: c.PProf, OTLP: c.OTLP, TraceRatio: c.TraceRatio, PerMerchant: c.PerMerchant,
	})
	if err != nil || c.Listen == "" {
		return l, err
	}
	if l.listener, err = Listen(c.Listen, "metrics_listen"); err != nil {
		return l, errors.Join(err, l.close())
	}
	l.server = &http.Server{
		Handler: l.observer.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	return l, nil
}

// logger is the log with the ids of traces.
func (l lookout) logger(log *slog.Logger) *slog.Logger {
	if l.observer == nil {
		return log
	}
	return l.observer.Logger(log)
}

// store is the store as the engine sees it.
func (l lookout) store(s store.Store) store.Store {
	if l.observer == nil {
		return s
	}
	return l.observer.Store(s)
}

// engineObserver is who looks at the engine; nil for nobody.
func (l lookout) engineObserver() engine.Observer {
	if l.observer == nil {
		return nil // and not a nil *observe.Observer
	}
	return l.observer
}

// serve answers the operator until close.
func (l lookout) serve(log *slog.Logger) {
	if l.server == nil {
		return
	}
	log.Info("metrics are shown", "address", l.listener.Addr().String(), "path", "/metrics")
	if err := l.server.Serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
		log.Error("metrics are shown no longer; payments go on", "error", err)
	}
}

// close ends the looking; the store must still be open.
func (l lookout) close() error {
	if l.observer == nil {
		return nil
	}
	if l.server != nil {
		_ = l.server.Close()
	}
	if l.listener != nil {
		_ = l.listener.Close() // again, where nobody served
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushFor)
	defer cancel()
	return l.observer.Close(ctx)
}

// MetricsAddr is where the operator's own listener is; nil when there is none.
func (g *Gateway) MetricsAddr() net.Addr {
	if g.look.listener == nil {
		return nil
	}
	return g.look.listener.Addr()
}
