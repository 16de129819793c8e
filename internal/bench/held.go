package bench

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
)

// held measures what a waiting push costs in memory, beside a bare net/http client that holds the same call. The
// server takes connections and says nothing, so that it costs next to nothing itself.
func held(ctx context.Context, o Options, folder string, r *Report) error {
	silent, err := listenSilently()
	if err != nil {
		return err
	}
	defer silent.close()
	bare, err := holdBare(ctx, o.Held, silent)
	if err != nil {
		return err
	}
	o.Database, o.Terminals = filepath.Join(folder, "held.db"), 1
	ours, err := holdPushes(ctx, o, silent)
	if err != nil {
		return err
	}
	r.Held, r.BareBytes, r.HeldBytes, r.HeldRatio = o.Held, bare, ours, ours/bare
	return nil
}

// silence accepts calls and never answers.
type silence struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func listenSilently() (*silence, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &silence{Listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
		}
	}()
	return s, nil
}

func (s *silence) url() string { return "http://" + s.Addr().String() + "/pos" }

// reach waits until n calls are held.
func (s *silence) reach(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		held := len(s.conns)
		s.mu.Unlock()
		if held >= n {
			break
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case <-time.After(500 * time.Millisecond): // let the last requests be written
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cut ends all calls.
func (s *silence) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.conns = nil
}

func (s *silence) close() {
	_ = s.Close()
	s.cut()
}

// inUse is the memory that the process needs now.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

func holdBare(ctx context.Context, n int, s *silence) (float64, error) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	body := bytes.Repeat([]byte("x"), 400)
	before := inUse()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			response, err := client.Post(s.url(), "application/json", bytes.NewReader(body))
			if err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
	if err := s.reach(ctx, n); err != nil {
		return 0, err
	}
	after := inUse()
	s.cut()
	wg.Wait()
	client.CloseIdleConnections()
	return (after - before) / float64(n), nil
}

func holdPushes(ctx context.Context, o Options, s *silence) (float64, error) {
	g, err := gateway.Open(ctx, gateway.Options{Clock: gateway.RealClock(), Migrate: true, Config: configOf(o, "lunas_test_held", s.url())})
	if err != nil {
		return 0, err
	}
	defer g.Close()
	number, err := payment.ParsePhone(phone)
	if err != nil {
		return 0, err
	}
	order := engine.Order{MerchantID: "bench", Mode: payment.Test, Method: payment.OVOPush, Amount: 12500, Phone: number, Reference: "INV"}
	before := inUse()
	var wg sync.WaitGroup
	errs := make(chan error, o.Held)
	for range o.Held {
		wg.Go(func() {
			_, _, err := g.Engine.Request(ctx, order)
			if err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return 0, err
	default:
	}
	if err := s.reach(ctx, o.Held); err != nil {
		return 0, err
	}
	return (inUse() - before) / float64(o.Held), nil
}
