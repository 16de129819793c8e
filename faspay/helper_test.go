package faspay

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

// The values of Faspay's samples and of the vectors F6 to F10.
const (
	testMerchant = "99999"
	testBillNo   = "20201222024304"
	testTrx      = "9999981256572178"
	testPhone    = "08817482255"
)

var (
	testCredentials = Credentials{"bot99999", "p@ssw0rd"}
	testAt          = time.Date(2020, 12, 19, 6, 4, 29, 497_000_000, WIB)
)

// testBill is OVO Integration Guide's sample, with every field filled.
func testBill() Bill {
	return Bill{
		Number: testBillNo, Reference: "20200324_02-2286704_336", Description: "Payment Online Via Faspay",
		Gross: Rupiah(1000), MiscFee: Rupiah(1000), Total: Rupiah(2000),
		Customer: Customer{Number: "01", Name: "John Doe", Phone: "628562927907", Email: "john@example.com", BankUserID: "jd1"},
		Billing: Address{
			LastName: "Doe", Street: "Jl Sabang 37", City: "Jakarta Pusat", Region: "DKI Jakarta", State: "Indonesia",
			PostalCode: "10710", CountryCode: "ID", Phone: "02112345",
		},
		Shipping: Address{
			Name: "John Doe", LastName: "Doe", Street: "Jl. Sabang 37", City: "Jakarta Pusat", Region: "DKI Jakarta", State: "Indonesia",
			PostalCode: "10710", CountryCode: "ID", Phone: "+622112345",
		},
		Items:    []Item{{ID: "A1", Product: "Invoice #2286704", Quantity: 1, Amount: Rupiah(1000), Type: "goods", URL: "https://shop.example/a?b=1&c=2", ImageURL: "https://shop.example/a.png"}},
		Reserve1: `"quoted" \ <tagged> & 'single'`, Reserve2: "Toko Müller",
	}
}

func testRequest(o Operation) Request {
	switch o {
	case PostData:
		return Request{Operation: o, Bill: testBill()}
	case Direct:
		return Request{Operation: o, TrxID: testTrx, Phone: testPhone}
	case Inquiry:
		return Request{Operation: o, BillNo: testBillNo, TrxID: testTrx}
	case Cancel:
		return Request{Operation: o, BillNo: testBillNo, TrxID: testTrx, Reason: "Barang habis"}
	}
	return Request{Operation: o}
}

func newTestClient(t testing.TB, o Options) *Client {
	t.Helper()
	o.URL = or(o.URL, "http://127.0.0.1:1")
	o.MerchantID, o.Merchant = testMerchant, "Sophia Store"
	if o.Credentials == (Credentials{}) {
		o.Credentials = testCredentials
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

func newTestVerifier(t testing.TB) *Verifier {
	t.Helper()
	v, err := NewVerifier(testMerchant, testCredentials)
	if err != nil {
		t.Fatal(err)
	}
	return v
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

// echoed is an answer to testRequest(o) with the given response_code, complete.
func echoed(o Operation, code Code) string {
	more := map[Operation]string{
		PostData: `"bill_items":[{"product":"Invoice #2286704","qty":"1","amount":"100000"}],"redirect_url":"https://pay.example/pws/100003",`,
		Inquiry:  `"payment_reff":"null","payment_date":"2020-12-19 06:10:00","payment_status_code":"2","payment_status_desc":"Payment Sukses","payment_total":"2000",`,
		Cancel:   `"trx_status_code":"8","payment_status_code":"8","payment_cancel_date":"2020-12-19 06:10:00","payment_cancel":"Barang habis",`,
		Channels: `"payment_channel":[{"pg_code":"302","pg_name":"LinkAja"},{"pg_code":"812","pg_name":"OVO"}],`,
	}[o]
	if o != Channels {
		more += `"trx_id":"` + testTrx + `","bill_no":"` + testBillNo + `",`
	}
	return `{"response":"Transmission","merchant_id":"99999","merchant":"Sophia Store",` + more + `"response_code":"` + string(code) + `","response_desc":"Success"}`
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

func (p *provider) url() string { return "http://" + p.listener.Addr().String() }

func ok200(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
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
