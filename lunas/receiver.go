package lunas

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Receiver verifies webhooks by the Standard Webhooks specification.
type Receiver struct {
	// Secret is the endpoint's, whsec_…. While it is rotated both sign, so one is enough.
	Secret Secret
	// Tolerance is how far a webhook's time may be from now; 0: five minutes.
	Tolerance time.Duration
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// What is wrong with a webhook. Answer either with 401.
var (
	ErrSignature = errors.New("the webhook is not signed with this endpoint's secret")      // never written
	ErrTooOld    = errors.New("the webhook's time is too far from now: it may be a replay") // never written
)

const (
	maxWebhook       = 1 << 20
	defaultTolerance = 5 * time.Minute
	secretPrefix     = "whsec_"
)

// Receive reads a webhook from a request, at most 1 MiB, verifies it and gives its event. Answer an error with 401, and the
// event with 2xx once it is kept.
func (r Receiver) Receive(request *http.Request) (*Event, error) {
	body, err := io.ReadAll(io.LimitReader(request.Body, maxWebhook+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the webhook: %w", err)
	case len(body) > maxWebhook:
		return nil, fmt.Errorf("the webhook has more than %d bytes", maxWebhook)
	}
	return r.Verify(request.Header, body)
}

// Verify checks the signature and the time of a webhook and gives its event. The body must be the very bytes that came.
func (r Receiver) Verify(header http.Header, body []byte) (*Event, error) {
	key, err := r.Secret.webhookKey()
	if err != nil {
		return nil, err
	}
	now, tolerance := time.Now, r.Tolerance
	if r.Now != nil {
		now = r.Now
	}
	if tolerance == 0 {
		tolerance = defaultTolerance
	}
	id, stamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	want := signature(key, id, stamp, body)
	good := false
	for _, given := range strings.Fields(header.Get("webhook-signature")) {
		good = good || hmac.Equal([]byte(given), []byte(want))
	}
	if id == "" || !good {
		return nil, ErrSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return nil, ErrSignature
	}
	if away := now().Unix() - seconds; away > int64(tolerance/time.Second) || -away > int64(tolerance/time.Second) {
		return nil, ErrTooOld
	}
	event := &Event{}
	if err := json.Unmarshal(body, event); err != nil {
		return nil, fmt.Errorf("the webhook is signed but no event: %w", err)
	}
	return event, nil
}

// SignWebhook gives the headers of a webhook, for tests of receivers. The id is the event's.
func SignWebhook(secret Secret, id string, at time.Time, body []byte) (http.Header, error) {
	key, err := secret.webhookKey()
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	h.Set("webhook-signature", signature(key, id, stamp, body))
	return h, nil
}

// signature is the specification's v1: HMAC-SHA256 over id, time and body, joined by dots.
func signature(key []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, id+"."+stamp+".")
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// webhookKey reads whsec_ and base64.
func (s Secret) webhookKey() ([]byte, error) {
	text, ok := strings.CutPrefix(string(s), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 { // Standard Webhooks: 24 to 64 bytes
		return nil, errors.New("this is no secret of a webhook endpoint: whsec_ and base64 of 24 to 64 bytes")
	}
	return key, nil
}
