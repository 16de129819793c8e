package snap

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

const callback = "/notify/snap/a1?x=1"

func testNotification() Notification {
	return Notification{
		Payment: Payment{
			ReferenceNo: "2026112110153000001", PartnerReferenceNo: "000000000123", Status: StatusSuccess, StatusDescription: "SUCCESS",
			Amount: 10000, TerminalID: "00000179", PaidTime: "2026-11-21T10:16:00+07:00",
		},
		MerchantID: "000000000000179", ExternalID: "77", CustomerNumber: "081299887766", AdditionalInfo: json.RawMessage(`{"issuer":"OVO & co"}`),
	}
}

// side is a provider and a partner that agree.
type side struct {
	notify NotifyOptions
	verify VerifierOptions
	tokens []Secret
}

func sides() map[string]side {
	return map[string]side{
		"issued token": {
			NotifyOptions{Mode: IssuedToken, ClientSecret: testSecret, Token: testToken},
			VerifierOptions{Mode: IssuedToken, ClientSecret: testSecret},
			[]Secret{"other.token", testToken},
		},
		"last token": {
			NotifyOptions{Mode: SharedSecret, ClientSecret: testSecret, Token: testToken},
			VerifierOptions{Mode: SharedSecret, ClientSecret: testSecret},
			[]Secret{"newer.token", testToken},
		},
		"empty token": {
			NotifyOptions{Mode: SharedSecret, ClientSecret: testSecret},
			VerifierOptions{Mode: SharedSecret, ClientSecret: testSecret},
			nil,
		},
		"provider's key": {
			NotifyOptions{Mode: ProviderKey, PrivateKey: testKey()},
			VerifierOptions{Mode: ProviderKey, PublicKey: testKey().Public()},
			nil,
		},
	}
}

func (s side) sign(t testing.TB, n Notification) Incoming {
	t.Helper()
	s.notify.Endpoint, s.notify.PartnerID, s.notify.ChannelID = callback, "partner", "95221"
	header, body, err := SignNotification(s.notify, n, testAt)
	if err != nil {
		t.Fatal(err)
	}
	return Incoming{Method: "POST", Endpoint: callback, Header: header, Body: body, Tokens: s.tokens}
}

func (s side) verifier(t testing.TB) *Verifier {
	t.Helper()
	s.verify.PartnerID = "partner"
	v, err := NewVerifier(s.verify)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNotificationRoundTrip(t *testing.T) {
	t.Parallel()
	for name, s := range sides() {
		want := testNotification()
		got, err := s.verifier(t).Verify(s.sign(t, want), testAt.Add(time.Minute))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want.At, want.Payment.PaidAt = got.At, got.Payment.PaidAt
		if string(got.AdditionalInfo) != `{"issuer":"OVO & co","merchantId":"000000000000179","paidTime":"2026-11-21T10:16:00+07:00","terminalId":"00000179"}` {
			t.Errorf("%s: additionalInfo = %s", name, got.AdditionalInfo)
		}
		got.AdditionalInfo, want.AdditionalInfo = nil, nil
		if got.Payment != want.Payment || got.MerchantID != want.MerchantID || got.ExternalID != want.ExternalID || got.CustomerNumber != want.CustomerNumber {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if !got.At.Equal(testAt) || got.Payment.PaidAt.IsZero() {
			t.Errorf("%s: times %v %v", name, got.At, got.Payment.PaidAt)
		}
	}
}

// The vectors' notifications, as they came from elsewhere.
func TestNotificationVectors(t *testing.T) {
	t.Parallel()
	all := readVectors().Case
	for _, test := range []struct {
		vector string
		side   string
		token  bool
	}{
		{"V7_notify_symmetric", "issued token", true},
		{"V7_notify_symmetric", "last token", false},
		{"V9_notify_symmetric_emptytoken", "empty token", false},
		{"V8_notify_asymmetric", "provider's key", false},
	} {
		s := sides()[test.side]
		in := Incoming{
			Method: "POST", Endpoint: "/callback/v1.0/qr/qr-mpm-notify", Body: []byte(all["V7_notify_symmetric"].Body), Tokens: s.tokens,
			Header: http.Header{"X-Timestamp": {readVectors().Inputs.Timestamp}, "X-Signature": {all[test.vector].Sig}},
		}
		if test.token {
			in.Header.Set("Authorization", "Bearer "+string(testToken))
		}
		got, err := s.verifier(t).Verify(in, testAt)
		if err != nil || got.Payment.PartnerReferenceNo != "000000000123" || got.Payment.Amount != 10000 || got.Payment.Status.State() != Paid {
			t.Errorf("%s as %s: %v, %v", test.vector, test.side, got, err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, in.Body, "", "\t"); err != nil {
			t.Fatal(err)
		}
		in.Body = pretty.Bytes()
		if _, err := s.verifier(t).Verify(in, testAt); err != nil {
			t.Errorf("%s, indented: %v", test.vector, err)
		}
	}
}

func TestNotificationRefused(t *testing.T) {
	t.Parallel()
	for name, s := range sides() {
		for _, test := range []struct {
			name   string
			change func(*Incoming)
			kind   error
			code   Code
		}{
			{"another amount", func(in *Incoming) { in.Body = bytes.Replace(in.Body, []byte("10000"), []byte("90000"), 1) }, ErrForged, "4015200"},
			{"another status", func(in *Incoming) { in.Body = bytes.Replace(in.Body, []byte(`"00"`), []byte(`"06"`), 1) }, ErrForged, "4015200"},
			{"another door", func(in *Incoming) { in.Endpoint = "/notify/snap/a2?x=1" }, ErrForged, "4015200"},
			{"no query", func(in *Incoming) { in.Endpoint = "/notify/snap/a1" }, ErrForged, "4015200"},
			{"another method", func(in *Incoming) { in.Method = "PUT" }, ErrForged, "4015200"},
			{"another time", func(in *Incoming) { in.Header.Set("X-Timestamp", "2026-11-21T10:15:31+07:00") }, ErrForged, "4015200"},
			{"the same time, written differently", func(in *Incoming) { in.Header.Set("X-Timestamp", "2026-11-21T03:15:30Z") }, ErrForged, "4015200"},
			{"signature of nothing", func(in *Incoming) { in.Header.Set("X-Signature", strings.Repeat("A", 86)+"==") }, ErrForged, "4015200"},
			{"another partner", func(in *Incoming) { in.Header.Set("X-Partner-Id", "other") }, ErrForged, "4015200"},
			{"garbage, unsigned", func(in *Incoming) { in.Body = []byte("{") }, ErrForged, "4015200"},
			{"no signature", func(in *Incoming) { in.Header.Del("X-Signature") }, ErrMalformed, "4005202"},
			{"two signatures", func(in *Incoming) { in.Header.Add("X-Signature", in.Header.Get("X-Signature")) }, ErrMalformed, "4005202"},
			{"no time", func(in *Incoming) { in.Header.Del("X-Timestamp") }, ErrMalformed, "4005202"},
			{"time in words", func(in *Incoming) { in.Header.Set("X-Timestamp", "now") }, ErrMalformed, "4005201"},
			{"stale", func(in *Incoming) { in.Header.Set("X-Timestamp", "2026-11-21T10:10:29+07:00") }, ErrStale, "4015200"},
			{"from the future", func(in *Incoming) { in.Header.Set("X-Timestamp", "2026-11-21T10:20:31+07:00") }, ErrStale, "4015200"},
			{"oversized", func(in *Incoming) { in.Body = append(in.Body, bytes.Repeat([]byte(" "), MaxNotification)...) }, ErrMalformed, "4005200"},
		} {
			in := s.sign(t, testNotification())
			test.change(&in)
			got, err := s.verifier(t).Verify(in, testAt)
			var refused *NotificationError
			if !errors.As(err, &refused) || !errors.Is(err, test.kind) || refused.Code != test.code {
				t.Errorf("%s, %s: %v, %v, want %v %s", name, test.name, got, err, test.kind, test.code)
			}
		}
	}
}

// Tokens: only a living one of ours opens the door in IssuedToken mode.
func TestNotificationTokens(t *testing.T) {
	t.Parallel()
	s := sides()["issued token"]
	for name, change := range map[string]func(*Incoming){
		"none known":   func(in *Incoming) { in.Tokens = nil },
		"another":      func(in *Incoming) { in.Tokens = []Secret{"other.token"} },
		"no header":    func(in *Incoming) { in.Header.Del("Authorization") },
		"basic":        func(in *Incoming) { in.Header.Set("Authorization", "Basic "+string(testToken)) },
		"empty":        func(in *Incoming) { in.Header.Set("Authorization", "Bearer "); in.Tokens = []Secret{""} },
		"small letter": func(in *Incoming) { in.Header.Set("Authorization", "bearer "+string(testToken)) },
	} {
		in := s.sign(t, testNotification())
		change(&in)
		_, err := s.verifier(t).Verify(in, testAt)
		var refused *NotificationError
		if !errors.As(err, &refused) || refused.Code != "4015201" || !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v, want 4015201", name, err)
		}
	}
	// A token that was issued does not help without the secret.
	other := s
	other.notify.ClientSecret = "guessed"
	if _, err := s.verifier(t).Verify(other.sign(t, testNotification()), testAt); !errors.Is(err, ErrForged) {
		t.Errorf("another secret: %v", err)
	}
	// The empty token is no way round in IssuedToken mode.
	empty := sides()["empty token"].sign(t, testNotification())
	empty.Header.Set("Authorization", "Bearer "+string(testToken))
	empty.Tokens = s.tokens
	if _, err := s.verifier(t).Verify(empty, testAt); !errors.Is(err, ErrForged) {
		t.Errorf("signed without the token: %v", err)
	}
}

// What is signed well may still be no notification.
func TestNotificationMessage(t *testing.T) {
	t.Parallel()
	const good = `{"originalReferenceNo":"1","originalPartnerReferenceNo":"000000000123","latestTransactionStatus":"00","amount":{"value":"10000.00","currency":"IDR"}}`
	s := sides()["empty token"]
	verify := func(body string) (Notification, error) {
		in := s.sign(t, testNotification())
		in.Body = []byte(body)
		signed := Signed{Method: "POST", Endpoint: callback, Body: in.Body, Timestamp: in.Header.Get("X-Timestamp")}
		in.Header.Set("X-Signature", NewHMACKey(testSecret).Sign(signed))
		return s.verifier(t).Verify(in, testAt)
	}
	if got, err := verify(good); err != nil || got.MerchantID != "" || got.ExternalID != "77" {
		t.Errorf("good = %v, %v", got, err)
	}
	if got, err := verify(swap(t, good, `"1"`, "1")); err != nil || got.Payment.ReferenceNo != "1" {
		t.Errorf("a number for a text = %v, %v", got, err)
	}
	if got, err := verify(swap(t, good, `"amount"`, `"merchantId":"m","amount"`)); err != nil || got.MerchantID != "m" {
		t.Errorf("merchant at the top = %v, %v", got, err)
	}
	for name, test := range map[string]struct {
		body string
		code Code
	}{
		"not JSON":      {"{", "4005200"},
		"an array":      {"[]", "4005200"},
		"empty":         {"", "4005200"},
		"doubled":       {swap(t, good, `"amount"`, `"amount":{"value":"1"},"amount"`), "4005200"},
		"no number":     {swap(t, good, `"originalReferenceNo":"1",`, ""), "4005202"},
		"no status":     {swap(t, good, `"latestTransactionStatus":"00",`, ""), "4005202"},
		"status null":   {swap(t, good, `"00"`, "null"), "4005202"},
		"sen":           {swap(t, good, "10000.00", "10000.01"), "4005201"},
		"dollars":       {swap(t, good, "IDR", "USD"), "4005201"},
		"negative":      {swap(t, good, "10000.00", "-10000.00"), "4005201"},
		"capital names": {strings.ToUpper(good), "4005202"},
	} {
		_, err := verify(test.body)
		var refused *NotificationError
		if !errors.As(err, &refused) || refused.Code != test.code || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tolerance, off time.Duration
		ok             bool
	}{
		{0, DefaultTolerance, true},
		{0, -DefaultTolerance, true},
		{0, DefaultTolerance + time.Second, false},
		{time.Minute, 61 * time.Second, false},
		{-1, 1000 * time.Hour, true},
	} {
		s := sides()["empty token"]
		s.verify.Tolerance = test.tolerance
		_, err := s.verifier(t).Verify(s.sign(t, testNotification()), testAt.Add(test.off))
		if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrStale) {
			t.Errorf("%v off with %v: %v", test.off, test.tolerance, err)
		}
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []VerifierOptions{{}, {Mode: "other", ClientSecret: "s"}, {Mode: IssuedToken}, {Mode: SharedSecret, PublicKey: testKey().Public()}, {Mode: ProviderKey, ClientSecret: "s"}} {
		if _, err := NewVerifier(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	for _, o := range []NotifyOptions{{}, {Mode: ProviderKey}} {
		if _, _, err := SignNotification(o, testNotification(), testAt); err == nil {
			t.Errorf("%s: signed", o.Mode)
		}
	}
	n := testNotification()
	n.AdditionalInfo = json.RawMessage("[")
	if _, _, err := SignNotification(sides()["empty token"].notify, n, testAt); err == nil {
		t.Error("a broken additionalInfo was signed")
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	for _, text := range []string{AcknowledgedText, `a"b\c`, "é\n"} {
		got, err := parseObject(Reply(Acknowledged, text))
		if err != nil || got.text("responseCode") != "2005200" || got.text("responseMessage") != plainText(text) {
			t.Errorf("Reply(%q) = %v, %v", text, got, err)
		}
	}
	if got := string(Reply(Acknowledged, AcknowledgedText)); got != `{"responseCode":"2005200","responseMessage":"Request has been processed successfully"}` {
		t.Errorf("Reply = %s", got)
	}
}

func FuzzVerify(f *testing.F) {
	s := sides()["empty token"]
	in := s.sign(f, testNotification())
	f.Add(in.Body, in.Header.Get("X-Signature"), in.Header.Get("X-Timestamp"))
	f.Add([]byte("{"), "x", "2026-11-21T10:15:30Z")
	good := string(in.Body)
	v := s.verifier(f)
	f.Fuzz(func(t *testing.T, body []byte, signature, timestamp string) {
		in := Incoming{Method: "POST", Endpoint: callback, Body: body, Header: http.Header{"X-Signature": {signature}, "X-Timestamp": {timestamp}}}
		if _, err := v.Verify(in, testAt); err == nil && string(Minify(body)) != good {
			t.Fatalf("a body that nobody signed was taken: %q", body)
		}
		_, _ = readNotification("", testAt, body) // behind the signature nothing may panic either
	})
}
