package courier

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/lunas-pay/lunas/internal/webhook"
)

// NewTransport makes the transport that carries webhooks. An address is judged when it is dialled, after its name has
// been resolved, so that no name and no redirect leads into the operator's own network: private, loopback, link-local
// (and with it the metadata service of clouds), shared (CGNAT), mapped, NAT64 and reserved addresses are refused, but
// for those that the operator allows. Plain http goes to allowed addresses only. No proxy is used: it would resolve and
// dial where nobody looks.
func NewTransport(allowed []netip.Prefix) http.RoundTripper {
	v4, v6 := families(allowed)
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
	return &byScheme{
		secure: transport(guard.Safe),
		plain: transport(func(network, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err == nil && contains(allowed, to.Addr()) {
				return nil
			}
			return errPlain
		}),
	}
}

var errPlain = errors.New("plain http is for addresses that the operator allows")

// byScheme sends plain requests another way, with their own connections.
type byScheme struct{ secure, plain http.RoundTripper }

func (t *byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return t.secure.RoundTrip(r)
	}
	return t.plain.RoundTrip(r)
}

func transport(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control}
	return &http.Transport{
		DialContext: dialer.DialContext, Proxy: nil, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns: 500, MaxIdleConnsPerHost: 8, IdleConnTimeout: 60 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

func families(prefixes []netip.Prefix) (v4, v6 []netip.Prefix) {
	for _, p := range prefixes {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return v4, v6
}

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// troubleOf says why there was no answer, for the merchant: in few words, and without what a name of ours or of
// theirs was resolved to.
func troubleOf(err error, limit time.Duration) string {
	var (
		dns   *net.DNSError
		cert  *tls.CertificateVerificationError
		host  x509.HostnameError
		alert tls.AlertError
		timed net.Error
	)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrProhibitedPort),
		errors.Is(err, ssrf.ErrInvalidHostPort):
		return "the name leads to an address that webhooks are not sent to"
	case errors.Is(err, errPlain):
		return "webhooks are sent by https"
	case errors.As(err, &dns):
		return "the name cannot be resolved"
	case errors.As(err, &host):
		return "the certificate is for another name"
	case errors.As(err, &cert), errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.CertificateInvalidError)):
		return "the certificate is not trusted"
	case errors.As(err, &alert), errors.As(err, new(tls.RecordHeaderError)):
		return "no TLS connection could be made"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return fmt.Sprintf("no answer within %s", limit)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	default:
		return "the connection failed"
	}
}

// beginning reads the beginning of an answer as text.
func beginning(r io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(r, webhook.BodyKept))
	return strings.Map(func(c rune) rune {
		if c == 0 {
			return -1
		}
		return c
	}, strings.ToValidUTF8(string(b), "\uFFFD"))
}

// Allowed says whether a webhook may be sent to an address where the operator allows nothing more: nil if it may.
func Allowed(to netip.AddrPort) error { return ssrf.New(ssrf.WithAnyPort()).SafeAddrPort(to) }
