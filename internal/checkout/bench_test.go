package checkout

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// BenchmarkOpenPages opens a thousand waiting pages over TCP and lets the provider answer one push after the other. It
// tells what a page costs in the server's memory and how long after the provider's answer its page is told. The memory is
// that of server and clients together, since both live in this process: less than half of it is the server's.
func BenchmarkOpenPages(b *testing.B) {
	const pages = 1000
	w := newWorld(b, false)
	answer := make(chan payment.Outcome)
	w.ovo.on("push", when(answer))
	server := httptest.NewServer(w.handler)
	defer server.Close()
	var paths []string
	for range pages {
		paths = append(paths, w.path(w.request(payment.OVOPush)))
	}
	before := inUse()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	told := make(chan time.Time, pages)
	for _, path := range paths {
		r, err := http.NewRequestWithContext(ctx, "GET", server.URL+path+"/events", nil)
		if err != nil {
			b.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		lines := bufio.NewScanner(response.Body)
		go func() {
			defer response.Body.Close()
			for turn := 0; lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "data: ") {
					if turn++; turn == 1 {
						told <- time.Time{}
						continue
					}
					told <- time.Now()
				}
			}
		}()
	}
	for range pages {
		<-told // each knows how its payment stands
	}
	each := float64(inUse()-before) / pages / 1024
	var delays []time.Duration
	for b.Loop() {
		if len(delays) == pages {
			continue // every page has turned
		}
		answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
		sent := time.Now()
		delays = append(delays, (<-told).Sub(sent))
	}
	slices.Sort(delays)
	b.ReportMetric(each, "KiB/page")
	b.ReportMetric(float64(delays[len(delays)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds())/1000, "ms-p99")
}

// BenchmarkFirstByte is how long a customer's browser waits for the first byte of a page, over TCP on this machine, with a store
// in memory.
func BenchmarkFirstByte(b *testing.B) {
	w := newWorld(b, false)
	w.ovo.on("push", never)
	push := w.request(payment.OVOPush)
	qr := w.until(w.request(payment.QRIS), payment.Awaiting)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	for name, path := range map[string]string{
		"choice": w.path(w.offer(payment.OVOPush, payment.QRIS)), "push": w.path(push), "qr": w.path(qr), "picture": w.path(qr) + "/qr.svg",
	} {
		b.Run(name, func(b *testing.B) {
			var waits []time.Duration
			for b.Loop() {
				began := time.Now()
				response, err := http.Get(server.URL + path) // it returns with the head of the answer
				if err != nil || response.StatusCode != http.StatusOK {
					b.Fatal(response, err)
				}
				waits = append(waits, time.Since(began))
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms-p99")
		})
	}
}

// inUse is what heap and stacks take.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
