package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Secret is the key with which an endpoint's webhooks are signed. It prints masked; Reveal gives it.
type Secret struct{ key []byte }

// Sizes of a secret's key, in bytes. Standard Webhooks: between 24 and 64.
const (
	SecretMin  = 24
	SecretMax  = 64
	SecretSize = 32 // of those that lunas makes
)

const secretPrefix = "whsec_"

// NewSecret makes a secret of random bytes.
func NewSecret(random [SecretSize]byte) Secret { return Secret{random[:]} }

// ParseSecret reads whsec_ and base64. Its error never holds the text.
func ParseSecret(s string) (Secret, error) {
	text, ok := strings.CutPrefix(s, secretPrefix)
	if !ok {
		return Secret{}, errors.New("a webhook secret begins with whsec_")
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Secret{}, errors.New("what follows whsec_ is not base64")
	}
	if len(key) < SecretMin || len(key) > SecretMax {
		return Secret{}, fmt.Errorf("a webhook secret has %d to %d bytes, not %d", SecretMin, SecretMax, len(key))
	}
	return Secret{key}, nil
}

// IsZero tells whether there is no secret.
func (s Secret) IsZero() bool { return len(s.key) == 0 }

// Reveal gives the secret as the merchant keeps it.
func (s Secret) Reveal() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key) }

func (s Secret) String() string       { return "whsec_***" }
func (s Secret) GoString() string     { return s.String() }
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Sign signs a webhook: HMAC-SHA256 over id, the time in seconds, and the body, joined by dots. Standard Webhooks,
// symmetric scheme v1.
func (s Secret) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Secrets are an endpoint's secrets, the newest first. Older ones sign too until their time is over, so that a merchant
// can change to the new one without losing a webhook.
type Secrets []KeptSecret

// KeptSecret is a secret with the time until which it signs; zero: for as long as the endpoint lives.
type KeptSecret struct {
	Secret Secret
	Until  time.Time
}

// Overlap is how long an older secret signs after a rotation where the merchant does not say.
const Overlap = 24 * time.Hour

// secretsMax is how many secrets sign at a time.
const secretsMax = 5

// Rotate puts a new secret in front; those before sign on until the end of the overlap.
func (s Secrets) Rotate(fresh Secret, now time.Time, overlap time.Duration) Secrets {
	out := Secrets{{Secret: fresh}}
	for _, old := range s {
		end := now.Add(overlap)
		if old.Until.IsZero() || old.Until.After(end) {
			old.Until = end
		}
		if old.Until.After(now) && len(out) < secretsMax {
			out = append(out, old)
		}
	}
	return out
}

// Header gives the three headers of a webhook that leaves at a time: one signature for each secret that is in force.
func (s Secrets) Header(id string, at time.Time, body []byte) map[string]string {
	var signatures []string
	for _, k := range s {
		if k.Until.IsZero() || at.Before(k.Until) {
			signatures = append(signatures, k.Secret.Sign(id, at, body))
		}
	}
	return map[string]string{
		"webhook-id":        id,
		"webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": strings.Join(signatures, " "),
	}
}

// Encode writes the secrets to be sealed; the text is secret.
func (s Secrets) Encode() []byte {
	var b strings.Builder
	for _, k := range s {
		until := "-"
		if !k.Until.IsZero() {
			until = k.Until.UTC().Format(time.RFC3339Nano)
		}
		b.WriteString(k.Secret.Reveal() + " " + until + "\n")
	}
	return []byte(b.String())
}

// DecodeSecrets reads what Encode wrote.
func DecodeSecrets(b []byte) (Secrets, error) {
	var out Secrets
	for line := range strings.Lines(string(b)) {
		text, until, _ := strings.Cut(strings.TrimSpace(line), " ")
		secret, err := ParseSecret(text)
		if err != nil {
			return nil, err
		}
		kept := KeptSecret{Secret: secret}
		if until != "-" {
			if kept.Until, err = time.Parse(time.RFC3339Nano, until); err != nil {
				return nil, errors.New("a stored webhook secret has no time")
			}
		}
		out = append(out, kept)
	}
	return out, nil
}
