package snap

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func tokenVerifier(t testing.TB) *Verifier {
	t.Helper()
	v, err := NewVerifier(VerifierOptions{Mode: IssuedToken, ClientSecret: testSecret, PublicKey: testKey().Public(), ClientID: "testdynamicqris"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tokenRequest is one as a provider writes it, which asks as we do.
func tokenRequest(t testing.TB) Incoming {
	t.Helper()
	r, err := newTestClient(t, Options{}).Render(AccessRequest{}, Envelope{}, testAt)
	if err != nil {
		t.Fatal(err)
	}
	return Incoming{Method: r.Method, Endpoint: "/notify/snap/qris/v1.0/access-token/b2b", Header: r.Header.Clone(), Body: r.Body}
}

func TestVerifyTokenRequest(t *testing.T) {
	t.Parallel()
	v := tokenVerifier(t)
	if err := v.VerifyTokenRequest(tokenRequest(t), testAt); err != nil {
		t.Fatalf("VerifyTokenRequest = %v", err)
	}
	vector := Incoming{
		Header: http.Header{
			"X-Timestamp": {readVectors().Inputs.Timestamp}, "X-Client-Key": {"testdynamicqris"}, "X-Signature": {readVectors().Case["V1_token"].Sig},
		},
		Body: []byte(`{"grantType":"client_credentials","additionalInfo":{}}`),
	}
	if err := v.VerifyTokenRequest(vector, testAt); err != nil {
		t.Errorf("the vector V1: %v", err)
	}
	set := func(key, value string) func(*Incoming) {
		return func(in *Incoming) { in.Header.Set(key, value) }
	}
	body := func(text string) func(*Incoming) { return func(in *Incoming) { in.Body = []byte(text) } }
	for name, test := range map[string]struct {
		change func(*Incoming)
		after  time.Duration
		code   Code
		kind   error
	}{
		"as sent":                    {func(*Incoming) {}, 0, "", nil},
		"the same again":             {func(*Incoming) {}, 4 * time.Minute, "", nil},
		"an older standard":          {body(`{"grant_type":"client_credentials"}`), 0, "", nil},
		"stale":                      {func(*Incoming) {}, 5*time.Minute + time.Second, "4017300", ErrStale},
		"ahead":                      {func(*Incoming) {}, -5*time.Minute - time.Second, "4017300", ErrStale},
		"another's signature":        {set("X-Signature", strings.Repeat("A", 342)+"=="), 0, "4017300", ErrForged},
		"no Base64":                  {set("X-Signature", "?"), 0, "4017300", ErrForged},
		"another time":               {set("X-Timestamp", "2026-11-21T10:15:31+07:00"), 0, "4017300", ErrForged},
		"another client":             {set("X-Client-Key", "somebody"), 0, "4017300", ErrForged},
		"no time":                    {set("X-Timestamp", "now"), 0, "4007301", ErrMalformed},
		"no client":                  {func(in *Incoming) { in.Header.Del("X-Client-Key") }, 0, "4007302", ErrMalformed},
		"no signature":               {func(in *Incoming) { in.Header.Del("X-Signature") }, 0, "4007302", ErrMalformed},
		"two signatures":             {func(in *Incoming) { in.Header.Add("X-Signature", "x") }, 0, "4007302", ErrMalformed},
		"too long":                   {body(`{"grantType":"client_credentials"}` + strings.Repeat(" ", MaxTokenRequest)), 0, "4007300", ErrMalformed},
		"no JSON":                    {body("grantType=client_credentials"), 0, "4007300", ErrMalformed},
		"no grant":                   {body("{}"), 0, "4007302", ErrMalformed},
		"another grant":              {body(`{"grantType":"authorization_code"}`), 0, "4007301", ErrMalformed},
		"a grant that stands twice":  {body(`{"grantType":"client_credentials","grantType":"x"}`), 0, "4007300", ErrMalformed},
		"a notification's signature": {func(in *Incoming) { in.Header.Set("X-Signature", mustSign(t, *in)) }, 0, "4017300", ErrForged},
	} {
		in := tokenRequest(t)
		test.change(&in)
		err := v.VerifyTokenRequest(in, testAt.Add(test.after))
		if test.kind == nil {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var refused *NotificationError
		if !errors.As(err, &refused) || !errors.Is(err, test.kind) || refused.Code != test.code || !strings.HasPrefix(err.Error(), "snap: token request: ") {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
}

// mustSign signs what came as a notification without a token would be signed, by the same key.
func mustSign(t *testing.T, in Incoming) string {
	t.Helper()
	signature, err := testKey().Sign(Signed{Method: in.Method, Endpoint: in.Endpoint, Body: in.Body, Timestamp: in.Header.Get("X-Timestamp")})
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// Without the provider's key, or without its name, nobody is believed.
func TestVerifyTokenRequestWithoutAKey(t *testing.T) {
	t.Parallel()
	for _, o := range []VerifierOptions{
		{Mode: IssuedToken, ClientSecret: testSecret, ClientID: "testdynamicqris"},
		{Mode: IssuedToken, ClientSecret: testSecret, PublicKey: testKey().Public()},
	} {
		v, err := NewVerifier(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.VerifyTokenRequest(tokenRequest(t), testAt); !errors.Is(err, ErrForged) {
			t.Errorf("VerifyTokenRequest = %v, want forged", err)
		}
	}
}

// Our own client can read what our door answers.
func TestGrantToken(t *testing.T) {
	t.Parallel()
	header, body := GrantToken(testToken, TokenLife, "testdynamicqris", testAt)
	if header.Get("X-Timestamp") != "2026-11-21T10:15:30+07:00" || header.Get("X-Client-Key") != "testdynamicqris" || header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", header)
	}
	want := `{"responseCode":"2007300","responseMessage":"Successful","accessToken":"` + string(testToken) + `","tokenType":"Bearer","expiresIn":"900"}`
	if string(body) != want {
		t.Errorf("body %s, want %s", body, want)
	}
	a, err := ask(t, Access, 200, header.Get("Content-Type"), string(body))
	if err != nil || a.Token.Value != testToken {
		t.Errorf("our client reads %v, %v", a, err)
	}
}

func FuzzVerifyTokenRequest(f *testing.F) {
	in := tokenRequest(f)
	f.Add(in.Body, in.Header.Get("X-Signature"), in.Header.Get("X-Timestamp"), in.Header.Get("X-Client-Key"))
	f.Add([]byte("{"), "x", "2026-11-21T10:15:30Z", "")
	v := tokenVerifier(f)
	f.Fuzz(func(t *testing.T, body []byte, signature, timestamp, client string) {
		given := Incoming{Method: "POST", Body: body, Header: http.Header{"X-Signature": {signature}, "X-Timestamp": {timestamp}, "X-Client-Key": {client}}}
		err := v.VerifyTokenRequest(given, testAt)
		if err == nil && (client != in.Header.Get("X-Client-Key") || timestamp != in.Header.Get("X-Timestamp")) {
			t.Fatalf("a request that nobody signed was believed: %q %q", client, timestamp)
		}
		var refused *NotificationError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("%v is no *NotificationError", err)
		}
	})
}
