package snap

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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

// vectors are those of testdata/signatures.json, made with openssl.
type vectors struct {
	Inputs struct {
		ClientID, ClientSecret, AccessToken, Timestamp string
		PublicKeyX509, PublicKeyPKCS1                  string
		PrivateKey                                     string `json:"private_key_pkcs8_der_base64"`
	}
	Case map[string]vector
}

type vector struct {
	Body, BodyHash, StringToSign, Sig, Hex string
}

var readVectors = sync.OnceValue(func() vectors {
	b, err := os.ReadFile(filepath.Join("testdata", "signatures.json"))
	if err != nil {
		panic(err)
	}
	var raw map[string]json.RawMessage
	v := vectors{Case: map[string]vector{}}
	if err := json.Unmarshal(b, &raw); err != nil {
		panic(err)
	}
	for name, text := range raw {
		var one vector
		if name == "_inputs" {
			if err := json.Unmarshal(text, &v.Inputs); err != nil {
				panic(err)
			}
		} else if json.Unmarshal(text, &one) == nil { // two are of another form
			v.Case[name] = one
		}
	}
	return v
})

var testKey = sync.OnceValue(func() PrivateKey {
	key, err := ParsePrivateKey([]byte(readVectors().Inputs.PrivateKey))
	if err != nil {
		panic(err)
	}
	return key
})

const (
	testSecret = Secret("snap-test-secret-0001")
	testToken  = Secret("eyJhbGciOiJIUzI1NiJ9.dGVzdA.c2ln")
)

var (
	testAt    = time.Date(2026, 11, 21, 10, 15, 30, 0, WIB)
	testStore = Store{MerchantID: "000000000000179", TerminalID: "00000179"}
)

// testRequest is the vectors' request where there is one.
func testRequest(o Operation) Request {
	original := Original{PartnerReferenceNo: "000000000123", ReferenceNo: "2026112110153000001"}
	merchant := Store{MerchantID: testStore.MerchantID}
	return map[Operation]Request{
		Access:         AccessRequest{},
		Generate:       GenerateRequest{Store: testStore, PartnerReferenceNo: "000000000123", Amount: 10000},
		Query:          QueryRequest{Store: merchant, Original: original},
		Refund:         RefundRequest{Store: merchant, Original: original, PartnerRefundNo: "R-123", Amount: 10000, Reason: "salah & batal <1>"},
		Cancel:         CancelRequest{Store: merchant, Original: original, Reason: "customer left", Amount: 10000},
		Bind:           BindRequest{Store: merchant, PartnerReferenceNo: "000000000124", Phone: "+6281234567890", RedirectURL: "https://partner.example/cb?a=1&b=2"},
		Unbind:         UnbindRequest{Store: merchant, LinkID: "L1", TokenID: "T1"},
		CustomerAccess: CustomerAccessRequest{AuthCode: "code1"},
	}[o]
}

func testEnvelope(o Operation) Envelope {
	e := Envelope{ExternalID: "20261121101530000000000001"}
	if o.bearer() {
		e.Token = testToken
	}
	if o.access() {
		e.ExternalID = ""
	}
	if o == Unbind {
		e.CustomerToken, e.DeviceID = "customer.token", "device-1"
	}
	return e
}

func newTestClient(t testing.TB, o Options) *Client {
	t.Helper()
	if o.URL == "" {
		o.URL = "http://127.0.0.1:1/OVOSNAP"
	}
	if o.ClientID == "" {
		o.ClientID = "testdynamicqris"
	}
	if o.ClientSecret == "" {
		o.ClientSecret = testSecret
	}
	if o.PrivateKey.IsZero() {
		o.PrivateKey = testKey()
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

func render(t testing.TB, c *Client, o Operation) Rendered {
	t.Helper()
	out, err := c.Render(testRequest(o), testEnvelope(o), testAt)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func callTest(c *Client, ctx context.Context, o Operation) (Answer, error) {
	return c.Call(ctx, testEnvelope(o), testRequest(o))
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

// echoed is a good answer to testRequest(o), with another code if one is given.
func echoed(o Operation, code Code) string {
	if code == "" {
		code = NewCode(200, o.Service(), "00")
	}
	if !code.Succeeded() {
		return fmt.Sprintf(`{"responseCode":%q,"responseMessage":"no"}`, string(code))
	}
	return fmt.Sprintf(`{"responseCode":%q,"responseMessage":"Successful",%s}`, string(code), map[Operation]string{
		Access:         `"accessToken":"canary.access.token","tokenType":"Bearer","expiresIn":"900"`,
		Generate:       `"referenceNo":"2026112110153000001","partnerReferenceNo":"000000000123","qrContent":"000201TEST","merchantName":"TOKO UJI","terminalId":"00000179"`,
		Query:          `"originalReferenceNo":"2026112110153000001","originalPartnerReferenceNo":"000000000123","serviceCode":"47","latestTransactionStatus":"00","transactionStatusDesc":"SUCCESS","paidTime":"2026-11-21T10:16:00+07:00","amount":{"value":"10000.00","currency":"IDR"},"terminalId":"00000179"`,
		Refund:         `"originalPartnerReferenceNo":"000000000123","originalReferenceNo":"2026112110153000001","refundNo":"RF1","partnerRefundNo":"R-123","refundAmount":{"value":"10000.00","currency":"IDR"},"refundTime":"2026-11-21T11:00:00+07:00"`,
		Cancel:         `"originalPartnerReferenceNo":"000000000123","originalReferenceNo":"2026112110153000001","cancelTime":"2026-11-21T10:16:00+07:00"`,
		Bind:           `"referenceNo":"B1","partnerReferenceNo":"000000000124","linkageToken":"canary.linkage","redirectUrl":"https://ovo.example/bind?t=canary","nextAction":"open"`,
		Unbind:         `"referenceNo":"B2","unlinkResult":"success"`,
		CustomerAccess: `"accessToken":"canary.customer","tokenType":"Bearer","accessTokenExpiryTime":"2026-12-06T10:15:30+07:00","refreshToken":"canary.refresh","refreshTokenExpiryTime":"2027-01-01T00:00:00+07:00"`,
	}[o])
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

func (p *provider) url() string { return "http://" + p.listener.Addr().String() + "/OVOSNAP" }

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
