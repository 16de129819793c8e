package certify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/sandbox"
)

// send makes one call as rails do, and gives what of it stands in the log.
func sendBy(ctx context.Context, t *testing.T, end *ownEnd, address, body string) (exchange.Result, error) {
	t.Helper()
	host := strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: %s\r\nUser-Agent: test\r\nContent-Length: %d\r\nContent-Type: application/json\r\n\r\n%s", host, len(body), body)
	record := &exchange.Call{Expected: []byte(wire), Now: time.Now}
	r, err := http.NewRequestWithContext(exchange.WithCall(ctx, record), http.MethodPost, address+"/pos", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.GetBody = nil
	r.Header = http.Header{"User-Agent": {"test"}, "Content-Type": {"application/json"}}
	answer, err := end.RoundTrip(r)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	return record.Result(), err
}

// TestOurOwnEnd: the provider gets the whole message and answers, and what is not read stands in no log; the next call is as ever.
func TestOurOwnEnd(t *testing.T) {
	t.Parallel()
	const push, check = `{"type":"0200","processingCode":"040000"}`, `{"type":"0100","processingCode":"040000"}`
	for _, secure := range []bool{false, true} {
		var arrived atomic.Int64
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if b, err := io.ReadAll(r.Body); err == nil && len(b) > 0 {
				arrived.Add(1)
			}
			_, _ = io.WriteString(w, `{"responseCode":"00"}`)
		})
		s := httptest.NewServer(h)
		o := exchange.Options{}
		if secure {
			s.Close()
			s = httptest.NewTLSServer(h)
			roots := x509.NewCertPool()
			roots.AddCert(s.Certificate())
			o.TLS = &tls.Config{RootCAs: roots}
		}
		t.Cleanup(s.Close)
		end := newOwnEnd(o)
		call := func(body string) (exchange.Result, error) { return sendBy(t.Context(), t, end, s.URL, body) }
		arrives := func(n int64) {
			for range 60_000 {
				if arrived.Load() >= n {
					return
				}
				time.Sleep(time.Millisecond)
			}
			t.Errorf("%d messages have arrived, want %d", arrived.Load(), n)
		}
		if got, err := call(push); err != nil || !bytes.Contains(got.Received, []byte(`"00"`)) {
			t.Fatalf("an ordinary call: %v, %q", err, got.Received)
		}
		end.set([]fault{{operation: sandbox.OperationPush}})
		if got, err := call(check); err != nil || !bytes.Contains(got.Received, []byte(`"00"`)) {
			t.Errorf("a call of another operation: %v, %q", err, got.Received)
		}
		ctx, give := context.WithCancel(t.Context())
		go func() {
			defer give()
			arrives(3)
			time.Sleep(20 * time.Millisecond) // in which it would be read, if anybody did
		}()
		if got, err := sendBy(ctx, t, end, s.URL, push); !errors.Is(err, context.Canceled) || !got.Sent || len(got.Received) > 0 {
			t.Errorf("an answer that is not read: %v, sent %t, %q", err, got.Sent, got.Received)
		}
		if got, err := call(push); err != nil || len(got.Received) == 0 {
			t.Errorf("the next push: %v, %q", err, got.Received)
		}
		end.set([]fault{{operation: sandbox.OperationPush, cut: true}})
		if got, err := call(push); err == nil || !got.Sent || len(got.Received) > 0 {
			t.Errorf("a connection that is cut: %v, sent %t, %q", err, got.Sent, got.Received)
		}
		arrives(5)
		const hold = 200 * time.Millisecond
		end.set([]fault{{operation: sandbox.OperationPush, hold: hold}})
		began := time.Now()
		if got, err := call(push); err != nil || time.Since(began) < hold || !bytes.Contains(got.Received, []byte(`"00"`)) {
			t.Errorf("an answer that is held back: %v after %v, %q", err, time.Since(began), got.Received)
		}
		end.mu.Lock()
		if len(end.conns) > 2 {
			t.Errorf("%d connections are remembered", len(end.conns))
		}
		end.mu.Unlock()
	}
}

// TestOperationsOfOVO: by type and processing code.
func TestOperationsOfOVO(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]sandbox.Operation{
		`{"type":"0200","processingCode":"040000"}`: sandbox.OperationPush, `{"type":"0400","processingCode":"040000"}`: sandbox.OperationReversal,
		`{"type":"0200","processingCode":"020040"}`: sandbox.OperationVoid, `{"type":"0100","processingCode":"040000"}`: sandbox.OperationCheckPush,
		`{"type":"0100","processingCode":"020040"}`: sandbox.OperationCheckVoid, `{"type":"0100","processingCode":"050000"}`: sandbox.OperationInquiry,
		`{"type":"0100"}`: "", `x`: "",
	} {
		if got := operationOf([]byte("POST / HTTP/1.1\r\n\r\n" + body)); got != want {
			t.Errorf("%s is %q, want %q", body, got, want)
		}
	}
}
