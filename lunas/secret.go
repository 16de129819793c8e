package lunas

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret is an API key, an endpoint's secret for webhooks, or the key of returns. However it is printed, logged or written as JSON, it comes
// out masked; Reveal gives it.
type Secret string

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String shows what kind of secret it is, and no more.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	for _, prefix := range []string{"lunas_test_", "lunas_live_", "lunas_admin_", "whsec_", "retsec_"} {
		if strings.HasPrefix(string(s), prefix) {
			return prefix + "***"
		}
	}
	return "***"
}

// Format prints it masked by every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue logs it masked.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText writes it masked.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
