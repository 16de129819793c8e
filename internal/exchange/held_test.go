package exchange_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// holder accepts calls and answers none of them. It costs no goroutine and no buffer per call, so that what is
// measured is the client.
func holder(b *testing.B, size int) (base string, arrived chan struct{}) {
	b.Helper()
	l := loopback(b)
	arrived = make(chan struct{})
	var held []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, size)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			held = append(held, c)
			if _, err := io.ReadFull(c, buffer); err != nil {
				b.Errorf("a request of %d bytes: %v", size, err)
			}
			arrived <- struct{}{}
		}
	}()
	b.Cleanup(func() {
		_ = l.Close()
		<-done
		for _, c := range held {
			_ = c.Close()
		}
	})
	return "http://" + l.Addr().String(), arrived
}

// memory in use, with stacks, after a collection.
func memory() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

// hold makes calls that are not answered, and tells what one of them costs while it waits.
func hold(b *testing.B, transport http.RoundTripper, prepare func(context.Context, string) context.Context) float64 {
	b.Helper()
	const calls = 1000
	const body = `{"type":"0200","processingCode":"040000","amount":12500,"date":"2022-02-10 17:34:58.497"}`
	_, wire := push(b, b.Context(), "http://127.0.0.1:12345", body)
	base, arrived := holder(b, len(wire))
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var all sync.WaitGroup
	before := memory()
	for range calls {
		all.Go(func() {
			request, wire := push(b, ctx, base, body)
			request = request.WithContext(prepare(ctx, wire))
			response, err := transport.RoundTrip(request)
			if !errors.Is(err, context.Canceled) {
				b.Errorf("answer %v, error %v; want it to be held", response, err)
			}
		})
		<-arrived
	}
	each := (memory() - before) / calls
	cancel()
	all.Wait()
	return each
}

// BenchmarkHeldCall tells what a waiting call costs in memory, beside a bare net/http client holding the same call.
func BenchmarkHeldCall(b *testing.B) {
	for range b.N {
		bareTransport := &http.Transport{}
		bare := hold(b, bareTransport, func(ctx context.Context, _ string) context.Context { return ctx })
		bareTransport.CloseIdleConnections()
		ours := hold(b, exchange.NewTransport(exchange.Options{}), func(ctx context.Context, wire string) context.Context {
			return exchange.WithCall(ctx, &exchange.Call{Expected: []byte(wire)})
		})
		b.ReportMetric(bare, "bare-B/call")
		b.ReportMetric(ours, "ours-B/call")
		b.ReportMetric(ours/bare, "ratio")
	}
}

// BenchmarkCall is a whole call over a kept connection, beside net/http alone.
func BenchmarkCall(b *testing.B) {
	p := newProvider(b, loopback(b), func(c net.Conn, _ func() (string, bool)) {
		buffer := make([]byte, 4096)
		for {
			if _, err := c.Read(buffer); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	})
	base := "http://" + p.Addr().String()
	run := func(b *testing.B, transport http.RoundTripper, prepare func(context.Context, string) context.Context) {
		b.ReportAllocs()
		for b.Loop() {
			request, wire := push(b, b.Context(), base, "{}")
			response, err := transport.RoundTrip(request.WithContext(prepare(b.Context(), wire)))
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	}
	b.Run("bare", func(b *testing.B) {
		bare := &http.Transport{}
		defer bare.CloseIdleConnections()
		run(b, bare, func(ctx context.Context, _ string) context.Context { return ctx })
	})
	b.Run("ours", func(b *testing.B) {
		run(b, newTransport(b, exchange.Options{}), func(ctx context.Context, wire string) context.Context {
			return exchange.WithCall(ctx, &exchange.Call{Expected: []byte(wire)})
		})
	})
}
