package ovo

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write golden files in testdata")

// testKey and the values beside it are those of the published samples and vectors.
const (
	testAppID = "app1"
	testKey   = Secret("key123")
)

var testAt = time.Date(2022, 2, 10, 17, 34, 58, 497_000_000, WIB)

func testRequest(o Operation) Request {
	return Request{
		Operation: o,
		Terminal:  Terminal{TID: "00300001", MID: "0010000000MM001", MerchantID: "M", StoreCode: "MM001"},
		Amount:    12500, Date: testAt, BatchNumber: 4, ReferenceNumber: 1,
		MerchantInvoice: "INV-1", Phone: "081234567890",
	}
}

func newTestClient(t testing.TB, o Options) *Client {
	t.Helper()
	if o.URL == "" {
		o.URL = "http://127.0.0.1:1/pos"
	}
	if o.AppID == "" {
		o.AppID, o.AppKey = testAppID, testKey
	}
	if o.Now == nil {
		o.Now = func() time.Time { return testAt }
	}
	c, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func render(t testing.TB, c *Client, r Request) Rendered {
	t.Helper()
	out, err := c.Render(r, testAt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// roundTripper is an in-process provider.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// taken says that the request has left, as net/http does.
func taken(r *http.Request) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

func replying(status int, contentType, body string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		taken(r)
		return response(status, contentType, body), nil
	}
}

func response(status int, contentType, body string) *http.Response {
	h := http.Header{}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// echoed is an answer to testRequest(o) with the given responseCode, complete.
func echoed(o Operation, code Code) string {
	return fmt.Sprintf(`{"type":%q,"processingCode":%q,"amount":12500,"date":"2022-02-10 17:34:58.497","traceNumber":3451,"hostTime":"173501","hostDate":"0210","referenceNumber":1,"approvalCode":"410315","responseCode":%q,"tid":"00300001","mid":"0010000000MM001","transactionRequestData":{"merchantInvoice":"INV-1","batchNo":"000004","phone":"081234567890"},"transactionResponseData":{"fullName":"Budi","cashUsed":"12500"}}`,
		o.ResponseType(), o.ProcessingCode(), string(code))
}

// provider is a server on a socket that keeps the raw bytes of each request.
type provider struct {
	listener net.Listener
	arrived  atomic.Int32 // complete requests
	touched  atomic.Int32 // connections that carried at least one byte
	raw      chan []byte
	serving  sync.WaitGroup
}

// quiet waits until no connection is left, so that touched and arrived are final. The
// client's connections must have been closed.
func (p *provider) quiet() {
	p.listener.Close()
	p.serving.Wait()
}

// newProvider answers each request with what reply gives; "" closes the connection
// instead. n counts requests from 1.
func newProvider(t testing.TB, reply func(n int) string) *provider {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{listener: listener, raw: make(chan []byte, 64)}
	t.Cleanup(func() { listener.Close() })
	p.serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.serve(conn, reply) })
		}
	})
	return p
}

func (p *provider) serve(conn net.Conn, reply func(n int) string) {
	defer conn.Close()
	var seen bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &seen))
	if _, err := in.Peek(1); err != nil {
		return
	}
	p.touched.Add(1)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		n := p.arrived.Add(1)
		p.raw <- bytes.Clone(seen.Bytes())
		seen.Reset()
		text := reply(int(n))
		if text == "" {
			return
		}
		io.WriteString(conn, text)
	}
}

func (p *provider) url() string { return "http://" + p.listener.Addr().String() + "/pos" }

func ok200(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// golden compares got with a file in testdata.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and read the difference\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
