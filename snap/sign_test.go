package snap

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"testing"
)

// vectorOf takes a vector apart into what is signed.
func vectorOf(t *testing.T, name, method, endpoint string, token Secret) (Signed, vector) {
	t.Helper()
	v, ok := readVectors().Case[name]
	if !ok {
		t.Fatalf("no vector %s", name)
	}
	return Signed{Method: method, Endpoint: endpoint, Token: token, Body: []byte(v.Body), Timestamp: readVectors().Inputs.Timestamp}, v
}

func TestVectorsSymmetric(t *testing.T) {
	t.Parallel()
	const callback = "/callback/v1.0/qr/qr-mpm-notify"
	for _, test := range []struct {
		name, method, endpoint string
		token                  Secret
		body                   string // of another vector
	}{
		{"V2_generate", "POST", "/OVOSNAP/v1.0/qr/qr-mpm-generate", testToken, ""},
		{"V4_query", "POST", "/OVOSNAP/v1.0/qr/qr-mpm-query", testToken, ""},
		{"V5_get_empty", "GET", "/OVOSNAP/v1.0/some/get?x=1&y=a%20b", testToken, ""},
		{"V7_notify_symmetric", "POST", callback, testToken, ""},
		{"V9_notify_symmetric_emptytoken", "POST", callback, "", "V7_notify_symmetric"},
	} {
		s, v := vectorOf(t, test.name, test.method, test.endpoint, test.token)
		if test.body != "" {
			s.Body = []byte(readVectors().Case[test.body].Body)
		}
		if got := string(s.SymmetricString()); got != v.StringToSign {
			t.Errorf("%s: stringToSign = %s, want %s", test.name, got, v.StringToSign)
		}
		key := NewHMACKey(testSecret)
		for range 2 { // the second from the pool
			if got := key.Sign(s); got != v.Sig {
				t.Errorf("%s: signature = %s, want %s", test.name, got, v.Sig)
			}
		}
		if !key.Verify(s, v.Sig) || v.Hex != "" && !key.Verify(s, v.Hex) {
			t.Errorf("%s: its own signature is refused", test.name)
		}
		if v.BodyHash != "" && !strings.Contains(v.StringToSign, v.BodyHash) {
			t.Errorf("%s: the vector disagrees with itself", test.name)
		}
	}
}

func TestVectorsAsymmetric(t *testing.T) {
	t.Parallel()
	in := readVectors().Inputs
	const binding = "/OVOSNAP/v1.0/oauth/account/registration-account-binding"
	for _, pem := range []string{in.PublicKeyX509, in.PublicKeyPKCS1} {
		public, err := ParsePublicKey([]byte(pem))
		if err != nil {
			t.Fatal(err)
		}
		token := readVectors().Case["V1_token"]
		got, err := testKey().SignToken(in.ClientID, in.Timestamp)
		if err != nil || got != token.Sig || !public.VerifyToken(in.ClientID, in.Timestamp, token.Sig) {
			t.Errorf("V1: %s, %v, want %s", got, err, token.Sig)
		}
		for _, test := range []struct {
			name, endpoint, body string
			withoutColon         bool
		}{
			{"V6_binding_bi_form", binding, "V6_binding_bi_form", false},
			{"V6b_binding_seed_literal_no_colon", binding, "V6_binding_bi_form", true},
			{"V8_notify_asymmetric", "/callback/v1.0/qr/qr-mpm-notify", "V7_notify_symmetric", false},
		} {
			s, v := vectorOf(t, test.name, "POST", test.endpoint, "")
			s.Body, s.WithoutColon = []byte(readVectors().Case[test.body].Body), test.withoutColon
			if got := s.AsymmetricString(); got != v.StringToSign {
				t.Errorf("%s: stringToSign = %s, want %s", test.name, got, v.StringToSign)
			}
			got, err := testKey().Sign(s)
			if err != nil || got != v.Sig {
				t.Errorf("%s: signature = %s, %v, want %s", test.name, got, err, v.Sig)
			}
			raw, _ := base64.StdEncoding.DecodeString(v.Sig)
			if !public.Verify(s, v.Sig) || !public.Verify(s, hex.EncodeToString(raw)) {
				t.Errorf("%s: its own signature is refused", test.name)
			}
			s.WithoutColon = !s.WithoutColon
			if public.Verify(s, v.Sig) {
				t.Errorf("%s: the colon makes no difference", test.name)
			}
		}
	}
}

// The client's requests are the vectors', body, headers and signatures.
func TestRenderedAreTheVectors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		op         Operation
		options    Options
	}{
		{"V1_token", "", Access, Options{}},
		{"V2_generate", "V2_generate", Generate, Options{}},
		{"V4_query", "V4_query", Query, Options{}},
		{"V6_binding_bi_form", "V6_binding_bi_form", Bind, Options{}},
		{"V6b_binding_seed_literal_no_colon", "V6_binding_bi_form", Bind, Options{BindWithoutColon: true}},
	} {
		r := render(t, newTestClient(t, test.options), test.op)
		if got, want := r.Header.Get("X-Signature"), readVectors().Case[test.name].Sig; got != want {
			t.Errorf("%s: X-SIGNATURE = %s, want %s", test.name, got, want)
		}
		if want := readVectors().Case[test.body].Body; test.body != "" && string(r.Body) != want {
			t.Errorf("%s: body = %s, want %s", test.name, r.Body, want)
		}
		if got := r.Header.Get("X-Timestamp"); got != readVectors().Inputs.Timestamp {
			t.Errorf("%s: X-TIMESTAMP = %s", test.name, got)
		}
	}
}

// Midtrans' published sample, another implementation's.
func TestVectorMidtrans(t *testing.T) {
	t.Parallel()
	s := Signed{
		Method: "POST", Endpoint: "/v1.0/qr/qr-mpm-generate", Token: "myaccesstoken", Timestamp: "2024-03-05T10:37:16.196Z",
		Body: []byte(`{"partnerReferenceNo":"2020102900000000000001","amount":{"value":"12345678.00","currency":"IDR"},"feeAmount":{"value":"12345678.00","currency":"IDR"},"merchantId":"00007100010926","terminalId":"213141251124","validityPeriod":"2009-07-03T12:08:56-07:00"}`),
	}
	const want = "wmzT7yjg1SxxCsxNsFgCR9SYXiZGGbceF6fV8xe97sAMHxZ+7OEBMIBmvb6Sj6GcksGp3iv77DiomgSbcST3XQ=="
	if got := NewHMACKey("myclientsecret").Sign(s); got != want {
		t.Errorf("signature = %s, want %s", got, want)
	}
}

// V2 with one thing changed must fail.
func TestVectorsNegative(t *testing.T) {
	t.Parallel()
	good, v := vectorOf(t, "V2_generate", "POST", "/OVOSNAP/v1.0/qr/qr-mpm-generate", testToken)
	key := NewHMACKey(testSecret)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, good.Body, "", "  "); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Signed){
		"Bearer left in the token": func(s *Signed) { s.Token = "Bearer " + s.Token },
		"no token":                 func(s *Signed) { s.Token = "" },
		"lower case method":        func(s *Signed) { s.Method = "post" },
		"no prefix":                func(s *Signed) { s.Endpoint = "/v1.0/qr/qr-mpm-generate" },
		"a query behind":           func(s *Signed) { s.Endpoint += "?" },
		"another amount":           func(s *Signed) { s.Body = bytes.Replace(s.Body, []byte("10000"), []byte("10001"), 1) },
		"white space in a string":  func(s *Signed) { s.Body = bytes.Replace(s.Body, []byte("IDR"), []byte("ID R"), 1) },
		"no body":                  func(s *Signed) { s.Body = nil },
	} {
		s := good
		change(&s)
		if key.Verify(s, v.Sig) {
			t.Errorf("%s: still verified", name)
		}
	}
	for i := range good.Timestamp {
		s := good
		s.Timestamp = s.Timestamp[:i] + string('0'+(s.Timestamp[i]-'0'+1)%10) + s.Timestamp[i+1:]
		if s.Timestamp != good.Timestamp && key.Verify(s, v.Sig) {
			t.Errorf("timestamp %s still verified", s.Timestamp)
		}
	}
	for _, signature := range []string{"", v.Sig[:86], v.Sig + "=", " " + v.Sig, strings.TrimRight(v.Sig, "="), v.Sig[:87] + "\n", strings.ToUpper(v.Sig), v.Hex[:126], "zz" + v.Hex[2:]} {
		if key.Verify(good, signature) {
			t.Errorf("signature %q verified", signature)
		}
	}
	if NewHMACKey("snap-test-secret-0002").Verify(good, v.Sig) {
		t.Error("another secret verified")
	}
	if (PublicKey{}).Verify(good, v.Sig) {
		t.Error("no key verified")
	}

	good.Body = pretty.Bytes()
	if !key.Verify(good, v.Sig) {
		t.Error("the same body, indented, is the same message")
	}
	// Hashed as it stands the indented body gives the vector's other hash, and its
	// signature is refused.
	raw := fmt.Sprintf("%x", sha256.Sum256(pretty.Bytes()))
	if strings.Contains(string(good.SymmetricString()), raw) || !strings.Contains(string(good.SymmetricString()), v.BodyHash) {
		t.Error("the indented body was not minified before it was hashed")
	}
}

// V3: the hash of the indented body, which nobody may sign.
func TestVectorPretty(t *testing.T) {
	t.Parallel()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(readFile(t, "signatures.json"), &all); err != nil {
		t.Fatal(err)
	}
	v := readVectors().Case["V2_generate"]
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(v.Body), "", "  "); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%q", hex.EncodeToString(sum(pretty.Bytes()))); got != string(all["V3_pretty_rawhash"]) {
		t.Errorf("hash of the indented body = %s, want %s", got, all["V3_pretty_rawhash"])
	}
	if got := hex.EncodeToString(sum(Minify(pretty.Bytes()))); got != v.BodyHash {
		t.Errorf("hash after Minify = %s, want %s", got, v.BodyHash)
	}
	// A signature over the hash of the indented text, sent with that text.
	key := NewHMACKey(testSecret)
	h := key.pool.Get().(hash.Hash)
	h.Reset()
	io.WriteString(h, strings.Replace(v.StringToSign, v.BodyHash, hex.EncodeToString(sum(pretty.Bytes())), 1))
	wrong := base64.StdEncoding.EncodeToString(h.Sum(nil))
	s := Signed{Method: "POST", Endpoint: "/OVOSNAP/v1.0/qr/qr-mpm-generate", Token: testToken, Body: pretty.Bytes(), Timestamp: readVectors().Inputs.Timestamp}
	if key.Verify(s, wrong) || !key.Verify(s, v.Sig) {
		t.Error("a body was hashed as it stands")
	}
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// V10: minifying changes white space and nothing else; what other writers escape hashes
// differently.
func TestVectorEscapes(t *testing.T) {
	t.Parallel()
	var v struct {
		V10 struct {
			Raw       string `json:"raw_utf8"`
			RawHash   string `json:"raw_hash"`
			ASCII     string `json:"ascii_escaped"`
			ASCIIHash string `json:"ascii_hash"`
		} `json:"V10_escape"`
	}
	if err := json.Unmarshal(readFile(t, "signatures.json"), &v); err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{v.V10.Raw: v.V10.RawHash, v.V10.ASCII: v.V10.ASCIIHash} {
		for _, spaced := range []string{body, " " + body + "\r\n", strings.Replace(body, ":", "\t:\n ", 1)} {
			if got := hex.EncodeToString(sum(Minify([]byte(spaced)))); got != want {
				t.Errorf("hash of %q = %s, want %s", spaced, got, want)
			}
		}
	}
	var parsed any
	if err := json.Unmarshal([]byte(v.V10.Raw), &parsed); err != nil {
		t.Fatal(err)
	}
	marshalled, _ := json.Marshal(parsed)
	if got := hex.EncodeToString(sum(marshalled)); got != "b1b46bbe152ed89f913141dfdbf8caba26cc821c824432a696922bdde4c235df" {
		t.Errorf("the trap has changed: json.Marshal hashes to %s", got)
	}
	r := render(t, newTestClient(t, Options{}), Refund)
	if !bytes.Contains(r.Body, []byte(`"reason":"salah & batal <1>"`)) {
		t.Errorf("body = %s, want its reason without escapes", r.Body)
	}
}

func TestMinifyLeavesWhatIsNotJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a b", `{"a" : `, "\"\\", "{} {}"} {
		if got := string(Minify([]byte(text))); got != text {
			t.Errorf("Minify(%q) = %q", text, got)
		}
	}
	compact := []byte(`{"a b":"\" \\","c":[1,2]}`)
	if got := Minify(compact); &got[0] != &compact[0] {
		t.Error("a minified body was copied")
	}
}

// Minify agrees with json.Compact on every JSON text.
func FuzzMinify(f *testing.F) {
	f.Add([]byte(`{ "a" : "\" \\ " , "b" : [ 1 , 2.0e1 , null ] }`))
	f.Add([]byte("\"\u2028\"\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var want bytes.Buffer
		if json.Compact(&want, body) != nil {
			return
		}
		if got := Minify(body); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("Minify(%q) = %q, want %q", body, got, want.Bytes())
		}
	})
}

// What is sent is what was hashed, also behind a server that minifies.
func TestSentBytesAreTheSignedOnes(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		c := newTestClient(t, Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			taken(r)
			body, _ := io.ReadAll(r.Body)
			s := Signed{Method: r.Method, Endpoint: r.URL.RequestURI(), Body: body, Timestamp: r.Header.Get("X-Timestamp"), Token: testToken}
			signature := r.Header.Get("X-Signature")
			ok := map[bool]bool{true: NewHMACKey(testSecret).Verify(s, signature), false: testKey().Public().Verify(s, signature)}[o.bearer()]
			if o.access() {
				ok = testKey().Public().VerifyToken(r.Header.Get("X-Client-Key"), s.Timestamp, signature)
			}
			if !ok || !bytes.Equal(Minify(body), body) {
				t.Errorf("%s: the signature is not that of the bytes sent: %s", o, body)
			}
			return response(200, "application/json", echoed(o, "")), nil
		})})
		if _, err := callTest(c, context.Background(), o); err != nil {
			t.Errorf("%s: %v", o, err)
		}
	}
}
