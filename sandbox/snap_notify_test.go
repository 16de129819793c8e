package sandbox

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func decode64(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// vectorKey is the throw-away key of the vectors.
func vectorKey(t *testing.T, v map[string]json.RawMessage) *rsa.PrivateKey {
	t.Helper()
	var inputs map[string]string
	if err := json.Unmarshal(v["_inputs"], &inputs); err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(decode64(t, inputs["private_key_pkcs8_der_base64"]))
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func TestNotificationVectors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/snap_signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]json.RawMessage
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	var seven struct{ Body string }
	if err := json.Unmarshal(v["V7_notify_symmetric"], &seven); err != nil {
		t.Fatal(err)
	}
	s := &snapRail{options: SNAPOptions{ProviderKey: vectorKey(t, v)}}
	for name, c := range map[string]struct {
		mode  NotifyMode
		token string
	}{
		"V7_notify_symmetric":            {NotifyLastToken, "eyJhbGciOiJIUzI1NiJ9.dGVzdA.c2ln"},
		"V8_notify_asymmetric":           {NotifyAsymmetric, ""},
		"V9_notify_symmetric_emptytoken": {NotifyEmptyToken, ""},
	} {
		var vector struct{ Sig string }
		if err := json.Unmarshal(v[name], &vector); err != nil {
			t.Fatal(err)
		}
		m := &snapMerchant{SNAPMerchant: SNAPMerchant{Secret: "snap-test-secret-0001"}}
		m.callback = Callback{URL: "https://partner.example/callback/v1.0/qr/qr-mpm-notify", Mode: c.mode}
		got := base64.StdEncoding.EncodeToString(s.signNotice(m, c.token, []byte(seven.Body), "2026-11-21T10:15:30+07:00"))
		if got != vector.Sig {
			t.Errorf("%s = %s, want %s", name, got, vector.Sig)
		}
	}
}

// callbackWorld has a callback and a QR paid at 2 s.
func callbackWorld(t *testing.T, callback Callback, effect Effect) *snapWorld {
	t.Helper()
	w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.Merchants[0].Callback = callback }))
	if effect != (Effect{}) {
		if _, err := w.core.AddScript(Script{Operation: OperationGenerate, Effect: effect}); err != nil {
			t.Fatal(err)
		}
	}
	w.qr("000000000001", 1_110_101)
	return w
}

// offsets says when the notifications that have left did so.
func (w *snapWorld) offsets() string {
	var text []string
	for _, n := range w.left {
		text = append(text, n.At.Sub(morning).String())
	}
	return strings.Join(text, " ")
}

func TestNotificationIsSentAgain(t *testing.T) {
	t.Parallel()
	const good = `{"responseCode":"2005200","responseMessage":"Request has been processed successfully"}`
	for _, c := range []struct {
		name    string
		retries int
		status  int
		body    string
		from    int // the try that is answered so; those before are not answered
		want    string
	}{
		{"never answered", 0, 0, "", 9, "2s 7s 12s 17s"},
		{"acknowledged", 0, 200, good, 1, "2s"},
		{"acknowledged late", 0, 200, good, 3, "2s 7s 12s"},
		{"acknowledged at the last try", 0, 200, good, 4, "2s 7s 12s 17s"},
		{"500", 0, 500, "oops", 1, "2s 7s 12s 17s"},
		{"404", 0, 404, `{"responseCode":"4045201"}`, 1, "2s 7s 12s 17s"},
		{"200 without a code", 0, 200, "OK", 1, "2s 7s 12s 17s"},
		{"200 with the code of another service", 0, 200, `{"responseCode":"2004700"}`, 1, "2s 7s 12s 17s"},
		{"a redirect", 0, 302, good, 1, "2s 7s 12s 17s"},
		{"no retries", -1, 0, "", 9, "2s"},
		{"one", 1, 0, "", 9, "2s 7s"},
	} {
		w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) {
			o.Merchants[0].Callback.URL, o.NotifyRetries = "http://127.0.0.1:1/n", c.retries
		}))
		w.qr("000000000001", 1_110_101)
		for w.now.Before(morning.Add(time.Minute)) {
			w.after(time.Second)
			for i := range w.left {
				if n := w.left[i]; i+1 >= c.from {
					w.core.Delivered(w.now, n.ID, c.status, []byte(c.body))
				}
			}
		}
		if got := w.offsets(); got != c.want {
			t.Errorf("%s: left at %s, want %s", c.name, got, c.want)
		}
		tx, _ := w.core.QRTransaction("uji", "000000000001")
		if acknowledged := c.body == good && c.status == 200; !tx.Acknowledged.IsZero() != acknowledged || tx.Sent != len(w.left) {
			t.Errorf("%s: acknowledged at %v, sent %d", c.name, tx.Acknowledged, tx.Sent)
		}
		ids := map[string]bool{}
		for _, n := range w.left {
			ids[n.Header.Get("X-External-Id")] = true
		}
		if len(ids) != len(w.left) || len(w.core.outbox.sent) != 0 {
			t.Errorf("%s: X-EXTERNAL-IDs %v, waited for %d", c.name, ids, len(w.core.outbox.sent))
		}
	}
}

func TestNotificationFaults(t *testing.T) {
	t.Parallel()
	payNow := Effect{Customer: Cash}
	for _, c := range []struct {
		fault NotifyFault
		delay time.Duration
		want  string
	}{
		{"", 0, "0s"},
		{"", 90 * time.Second, "1m30s"},
		{NotifyLost, 0, ""},
		{NotifyDuplicate, 0, "0s 0s"},
		{NotifyBadSignature, 0, "0s"},
		{NotifyStale, 0, "0s"},
		{NotifyForeign, 0, "0s"},
	} {
		effect := payNow
		effect.Notify, effect.NotifyDelay = c.fault, Duration(c.delay)
		w := callbackWorld(t, Callback{URL: "http://127.0.0.1:1/n"}, effect)
		w.after(c.delay)
		if got := w.offsets(); got != c.want {
			t.Errorf("%s: left at %q, want %q", c.fault, got, c.want)
		}
		for _, n := range w.left {
			right := signedBy(n, "rahasia-uji", "")
			if right != (c.fault != NotifyBadSignature) {
				t.Errorf("%s: signature is right: %v", c.fault, right)
			}
			at, err := time.Parse(time.RFC3339, n.Header.Get("X-Timestamp"))
			if stale := w.now.Sub(at) > 5*time.Minute; err != nil || stale != (c.fault == NotifyStale) {
				t.Errorf("%s: X-TIMESTAMP is %v", c.fault, at)
			}
			if foreign := jsonText(n.Body, "originalPartnerReferenceNo") != "000000000001"; foreign != (c.fault == NotifyForeign) {
				t.Errorf("%s: body %s", c.fault, n.Body)
			}
		}
	}
}

// signedBy verifies a symmetric notification with code of its own.
func signedBy(n Notification, secret, token string) bool {
	sum := sha256.Sum256(n.Body)
	_, path, _ := strings.Cut(strings.TrimPrefix(n.URL, "http://"), "/")
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write([]byte("POST:/" + path + ":" + token + ":" + hex.EncodeToString(sum[:]) + ":" + n.Header.Get("X-Timestamp")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)) == n.Header.Get("X-Signature")
}

func TestNotificationBody(t *testing.T) {
	t.Parallel()
	w := callbackWorld(t, Callback{URL: "http://127.0.0.1:1/n?merchant=1"}, Effect{})
	w.after(2 * time.Second)
	n := w.left[0]
	want := `{"originalReferenceNo":"20261121100000000001","originalPartnerReferenceNo":"000000000001","latestTransactionStatus":"00",` +
		`"transactionStatusDesc":"Success","amount":{"value":"1110101.00","currency":"IDR"},"externalStoreId":"MM001",` +
		`"additionalInfo":{"merchantId":"000000000000179","terminalId":"00000179","paidTime":"2026-11-21T10:00:02+07:00"}}`
	if string(n.Body) != want {
		t.Errorf("body\n got %s\nwant %s", n.Body, want)
	}
	if !signedBy(n, "rahasia-uji", "") || n.Header.Get("X-Partner-Id") != "uji" || !digits(n.Header.Get("X-External-Id")) || n.Header.Get("Authorization") != "" {
		t.Errorf("header %v", n.Header)
	}
}

func TestNotificationModes(t *testing.T) {
	t.Parallel()
	_, provider := testKeys()
	last := callbackWorld(t, Callback{URL: "http://127.0.0.1:1/n", Mode: NotifyLastToken}, Effect{})
	last.after(2 * time.Second)
	if n := last.left[0]; !signedBy(n, "rahasia-uji", last.p.token) || n.Header.Get("Authorization") != "Bearer "+last.p.token {
		t.Error("last_token is not signed with the partner's last token")
	}
	asymmetric := callbackWorld(t, Callback{URL: "http://127.0.0.1:1/n", Mode: NotifyAsymmetric}, Effect{})
	asymmetric.after(2 * time.Second)
	n := asymmetric.left[0]
	sum := sha256.Sum256(n.Body)
	want := rsaSign(provider, "POST:/n:"+hex.EncodeToString(sum[:])+":"+n.Header.Get("X-Timestamp"))
	if n.Header.Get("X-Signature") != base64.StdEncoding.EncodeToString(want) {
		t.Error("asymmetric is not signed with the provider's key")
	}
}

// With a token address the provider asks for a token first, keeps it, asks again when it
// is over or refused, and counts a refusal to give one as a try.
func TestNotificationWithPartnerToken(t *testing.T) {
	t.Parallel()
	_, provider := testKeys()
	callback := Callback{URL: "http://127.0.0.1:1/n", TokenURL: "http://127.0.0.1:1/token"}
	w := callbackWorld(t, callback, Effect{})
	take := func() Notification {
		t.Helper()
		if len(w.left) != 1 {
			t.Fatalf("%d calls have left, want 1", len(w.left))
		}
		n := w.left[0]
		w.left = nil
		return n
	}
	answer := func(n Notification, status int, body string) {
		w.core.Delivered(w.now, n.ID, status, []byte(body))
		w.collect()
	}
	w.after(2 * time.Second)
	ask := take()
	want := base64.StdEncoding.EncodeToString(rsaSign(provider, "uji|"+ask.Header.Get("X-Timestamp")))
	if ask.URL != callback.TokenURL || ask.Header.Get("X-Client-Key") != "uji" || ask.Header.Get("X-Signature") != want || jsonText(ask.Body, "grantType") != "client_credentials" {
		t.Errorf("the token was asked for by %+v", ask)
	}
	answer(ask, 500, "")
	w.after(5 * time.Second)
	answer(take(), 200, `{"accessToken":"tok-1","expiresIn":60}`)
	first := take()
	if first.URL != callback.URL || first.Header.Get("Authorization") != "Bearer tok-1" || !signedBy(first, "rahasia-uji", "tok-1") {
		t.Errorf("the notification is %+v", first)
	}
	answer(first, 401, `{"responseCode":"4015201"}`)
	w.after(5 * time.Second)
	answer(take(), 200, `{"accessToken":"tok-2","expiresIn":"60"}`)
	if second := take(); !signedBy(second, "rahasia-uji", "tok-2") {
		t.Error("the refused token was used again")
	} else {
		answer(second, 200, `{"responseCode":"2005200"}`)
	}
	w.qr("000000000002", 1_110_101)
	w.after(2 * time.Second)
	if kept := take(); !signedBy(kept, "rahasia-uji", "tok-2") {
		t.Error("the token was not kept")
	} else {
		answer(kept, 200, `{"responseCode":"2005200"}`)
	}
	w.after(time.Minute)
	w.qr("000000000003", 1_110_101)
	w.after(2 * time.Second)
	if again := take(); again.URL != callback.TokenURL {
		t.Error("a dead token was used")
	}
}

func TestNotificationBeforeTheAnswerOfGenerate(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions(func(o *SNAPOptions) { o.Merchants[0].Callback.URL = "http://127.0.0.1:1/n" }))
	if _, err := w.core.AddScript(Script{Operation: OperationGenerate, Effect: Effect{Customer: Points, AnswerAfter: Duration(3 * time.Second)}}); err != nil {
		t.Fatal(err)
	}
	id := w.call(generatePath, generateBody("000000000001", 500))
	w.want(id, "")
	if w.offsets() != "0s" {
		t.Errorf("left at %q, want before the answer", w.offsets())
	}
	w.after(3 * time.Second)
	w.want(id, "2004700")
}

func TestRegisterCallback(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	w.qr("000000000001", 1_110_101)
	w.after(2 * time.Second)
	if err := w.core.NotifyAgain(w.now, 1); err == nil || len(w.left) != 0 {
		t.Errorf("a notification without a callback: %v, %d", err, len(w.left))
	}
	for _, bad := range []Callback{{URL: "file:///etc/passwd"}, {URL: "x"}, {URL: "http://a/", TokenURL: "y"}, {URL: "http://a/", Mode: "shouted"}, {URL: "http://a/", Mode: NotifyPartnerToken}} {
		if err := w.core.RegisterCallback("uji", bad); err == nil {
			t.Errorf("%+v was registered", bad)
		}
	}
	if err := w.core.RegisterCallback("nobody", Callback{URL: "http://a/"}); err == nil {
		t.Error("a callback of nobody was registered")
	}
	if err := w.core.RegisterCallback("uji", Callback{URL: "http://127.0.0.1:1/n"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.core.NotifyAgain(w.now, 1); err != nil {
			t.Error(err)
		}
	}
	w.collect()
	if len(w.left) != 2 {
		t.Errorf("%d have left, want 2", len(w.left))
	}
	w.core.Reset()
	if got, _ := w.core.CallbackOf("uji"); got != (Callback{}) {
		t.Errorf("after a reset the callback is %+v", got)
	}
	w.core.Delivered(w.now, w.left[0].ID, 200, nil) // of a time that is forgotten
}

// shop is a merchant's server, which answers 500 to the first so many notifications.
type shop struct {
	mu     sync.Mutex
	fail   int
	bodies []string
	at     []time.Time
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	s.bodies, s.at = append(s.bodies, string(body)), append(s.at, time.Now())
	if len(s.bodies) <= s.fail {
		http.Error(w, "later", http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, `{"responseCode":"2005200","responseMessage":"Successful"}`)
}

// roundTrip sends straight into a handler.
type roundTrip struct{ http.Handler }

func (h roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func TestShellSendsNotifications(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := &shop{fail: 2}
		options := snapOptions(func(o *SNAPOptions) { o.Merchants[0].Callback.URL = "http://shop.example/n" })
		options.Sender = roundTrip{shop}
		_, client := serveInBubble(t, options)
		p := newPartner()
		login := callIn(t, client, p.request(time.Now(), tokenPath, `{"grantType":"client_credentials"}`), time.Second)
		p.token = jsonText([]byte(login.body), "accessToken")
		began := time.Now()
		if got := callIn(t, client, p.request(time.Now(), generatePath, generateBody("000000000001", 1_110_101)), time.Second); got.status != 200 {
			t.Fatalf("generate = %+v", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		var at []time.Duration
		for _, x := range shop.at {
			at = append(at, x.Sub(began))
		}
		if fmt.Sprint(at) != "[2s 7s 12s]" {
			t.Errorf("notified at %v", at)
		}
		if got := callIn(t, client, p.request(time.Now(), queryPath, queryBody("000000000001")), time.Second); !strings.Contains(got.body, `"latestTransactionStatus":"00"`) {
			t.Errorf("query = %+v", got)
		}
	})
}

// Over real sockets: to this machine, and to no other, whatever the name says.
func TestNotificationsStayOnThisMachine(t *testing.T) {
	t.Parallel()
	shop := &shop{}
	server := httptest.NewServer(shop)
	defer server.Close()
	p := postman{}
	p.start(Options{})
	defer p.stop()
	if status, body := p.send(Notification{URL: server.URL + "/n", Body: []byte("{}")}); status != 200 || jsonText(body, "responseCode") != "2005200" {
		t.Errorf("to this machine: %d %s", status, body)
	}
	transport := localTransport()
	for _, address := range []string{"http://192.0.2.1:80/", "http://[2001:db8::1]/", "http://0.0.0.0:80/", "http://169.254.169.254/"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err == nil {
			_ = response.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), errNotLocal.Error()) {
			t.Errorf("%s: %v, want %v", address, err, errNotLocal)
		}
	}
}
