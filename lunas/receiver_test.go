package lunas

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The specification's published vector.
const (
	vectorSecret    = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorSeconds   = 1614265330
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func vector() http.Header {
	h := http.Header{}
	h.Set("webhook-id", vectorID)
	h.Set("webhook-timestamp", "1614265330")
	h.Set("webhook-signature", vectorSignature)
	return h
}

func TestReceiver(t *testing.T) {
	t.Parallel()
	at := time.Unix(vectorSeconds, 0)
	with := func(name, value string) http.Header {
		h := vector()
		h.Set(name, value)
		return h
	}
	for _, c := range []struct {
		name   string
		secret Secret
		header http.Header
		body   string
		now    time.Time
		want   error
	}{
		{"the vector", vectorSecret, vector(), vectorBody, at, nil},
		{"of two signatures one", vectorSecret, with("webhook-signature", "v1,AAAA v1a,x "+vectorSignature), vectorBody, at, nil},
		{"at the limits of the time", vectorSecret, vector(), vectorBody, at.Add(5 * time.Minute), nil},
		{"from a little later", vectorSecret, vector(), vectorBody, at.Add(-5 * time.Minute), nil},
		{"too old", vectorSecret, vector(), vectorBody, at.Add(5*time.Minute + time.Second), ErrTooOld},
		{"from the future", vectorSecret, vector(), vectorBody, at.Add(-5*time.Minute - time.Second), ErrTooOld},
		{"another body", vectorSecret, vector(), vectorBody + " ", at, ErrSignature},
		{"another id", vectorSecret, with("webhook-id", "msg_2"), vectorBody, at, ErrSignature},
		{"another time", vectorSecret, with("webhook-timestamp", "1614265331"), vectorBody, at, ErrSignature},
		{"another secret", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", vector(), vectorBody, at, ErrSignature},
		{"no headers", vectorSecret, http.Header{}, vectorBody, at, ErrSignature},
		{"an empty signature", vectorSecret, with("webhook-signature", "v1,"), vectorBody, at, ErrSignature},
	} {
		r := Receiver{Secret: c.secret, Now: func() time.Time { return c.now }}
		if _, err := r.Verify(c.header, []byte(c.body)); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: Verify = %v, want %v", c.name, err, c.want)
		}
	}
	for _, wrong := range []Secret{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_AAAA", "whsec_not base64"} {
		if _, err := (Receiver{Secret: wrong}).Verify(vector(), []byte(vectorBody)); err == nil || strings.Contains(err.Error(), "MfKQ") {
			t.Errorf("Verify with the secret %d characters long = %v", len(wrong), err)
		}
	}
}

func TestReceive(t *testing.T) {
	t.Parallel()
	const body = `{"id":"evt_1","type":"payment.paid","timestamp":"2026-11-21T10:00:01.000+07:00","data":{"id":"pay_1","version":2,"state":"paid"}}`
	for _, c := range []struct {
		body string
		good bool
	}{{body, true}, {"[]", false}, {`{"id":"evt_1","type":"payment.paid","data":7}`, false}, {strings.Repeat(" ", maxWebhook) + body, false}} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		header, err := SignWebhook(vectorSecret, "evt_1", time.Now(), []byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		e, err := Receiver{Secret: vectorSecret}.Receive(r)
		if (err == nil) != c.good || c.good && (e.Payment == nil || e.Payment.State != Paid || e.Payment.Version != 2) {
			t.Errorf("Receive(%.40s) = %+v, %v", c.body, e, err)
		}
	}
}

// Whatever comes, Receive neither panics nor takes what is not signed.
func FuzzReceiver(f *testing.F) {
	f.Add(vectorID, "1614265330", vectorSignature, []byte(vectorBody))
	f.Add("", "", "v1,", []byte("{}"))
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		h := http.Header{}
		h.Set("webhook-id", id)
		h.Set("webhook-timestamp", stamp)
		h.Set("webhook-signature", signature)
		r := Receiver{Secret: vectorSecret, Now: func() time.Time { return time.Unix(vectorSeconds, 0) }}
		_, err := r.Verify(h, body)
		if original := id == vectorID && string(body) == vectorBody; err == nil && !original {
			t.Errorf("%q at %q with %q and %q is taken", id, stamp, signature, body)
		}
	})
}

// Whatever a gateway answers, the client makes a value or an error of it.
func FuzzAnswer(f *testing.F) {
	f.Add(200, paid, "application/json")
	f.Add(409, busy, "application/problem+json")
	f.Add(200, `{"data":[{"type":"payment.paid","data":{}}],"after":1}`, "")
	f.Fuzz(func(t *testing.T, status int, body, media string) {
		_, client := newScript(says(status, body, "Content-Type", media, "Retry-After", media))
		client.Retries = -1
		if _, err := client.Payments().Get(t.Context(), "pay_1"); err == nil && status >= 300 {
			t.Errorf("%d is no error", status)
		}
		_, _ = client.Events().page(t.Context(), 0, 1)
	})
}
