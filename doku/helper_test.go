package doku

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

// The values are those of DOKU's guide and of the vectors.
const (
	testClientID = "MCH-0001-10791114622547"
	testSecret   = Secret("SK-9sCrJ1kdYUJAYlsJKlqz")
	testID       = "15022aab-444f-4b04-afa8-ddfce89432ec"
)

var testAt = time.Date(2020, 8, 11, 8, 45, 42, 497_000_000, time.UTC)

func testRequest(o Operation) Request {
	r := Request{Operation: o, InvoiceNumber: "INV-20210115-0001", Amount: 10000, Phone: "081211111111", RequestID: testID}
	if o == Void {
		r.Paid = Numbers{BatchNumber: 4, TraceNumber: 987654, ReferenceNumber: 38, ApprovalCode: "19832"}
	}
	return r
}

func newTestClient(t testing.TB, o Options) *Client {
	t.Helper()
	if o.URL == "" {
		o.URL = "http://127.0.0.1:1/doku"
	}
	if o.ClientID == "" {
		o.ClientID = testClientID
	}
	if o.Secret == "" {
		o.Secret = testSecret
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

// echoed is an answer to testRequest(o), complete. Of a check status is given, of the
// others the code, with the status that goes with it.
func echoed(o Operation, word string) string {
	if o == Check {
		return fmt.Sprintf(`{"order":{"invoice_number":"INV-20210115-0001","amount":10000},"transaction":{"status":%q,"date":"2020-10-14T09:29:28Z","original_request_id":%q},"service":{"id":"EMONEY"},"acquirer":{"id":"OVO"},"channel":{"id":"EMONEY_OVO"}}`, word, testID)
	}
	status := StatusFailed
	if word == string(Success) {
		status = StatusSuccess
	}
	return paidAs(word, string(status))
}

// good is the word of an approval.
func good(o Operation) string {
	if o == Check {
		return string(StatusSuccess)
	}
	return string(Success)
}

func paidAs(code, status string) string {
	return fmt.Sprintf(`{"client":{"id":"MCH-0001-10791114622547"},"order":{"invoice_number":"INV-20210115-0001","amount":10000},"ovo_info":{"ovo_id":"081211111111","ovo_account_name":"Anton Budiman"},"ovo_payment":{"date":"20201014162928","batch_number":4,"trace_number":987654,"reference_number":38,"approval_code":"19832","response_code":%q,"cash_used":10000,"cash_balance":90000,"ovo_points_used":0,"ovo_points_balance":100000,"ovo_points_earned":0,"status":%q},"security":{"check_sum":""}}`, code, status)
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

func (p *provider) url() string { return "http://" + p.listener.Addr().String() + "/doku" }

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
