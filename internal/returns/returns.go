// Package returns makes the address by which a customer goes back from a payment's page to the shop: what is added to it, how
// that is signed, and where it may lead. It decides nothing about a payment and sends nobody anywhere.
package returns

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Signer signs what a customer's browser brings back to the shop. Each merchant has a key for each mode, derived from the
// master key, so that it is the same on every replica and stands in no database.
type Signer struct{ masters [][]byte } // the first one's keys are given out; all of them sign

// NewSigner derives from the master key. While it is rotated those of before sign too, so that shops that have the key of
// before can still verify.
func NewSigner(masterKey []byte, before ...[]byte) Signer {
	return Signer{append([][]byte{masterKey}, before...)}
}

// keyPrefix marks the key as what it is, as whsec_ does for webhooks.
const keyPrefix = "retsec_"

// Key is the key by which a merchant verifies returns: retsec_ and base64 of 32 bytes.
func (s Signer) Key(merchantID string, mode payment.Mode) string {
	return keyPrefix + base64.StdEncoding.EncodeToString(keyOf(s.masters[0], merchantID, mode))
}

func keyOf(master []byte, merchantID string, mode payment.Mode) []byte {
	key, err := hkdf.Key(sha256.New, master, nil, fmt.Sprintf("lunas return 1 %s %s", mode, merchantID), sha256.Size)
	if err != nil {
		panic("returns: derive the key of returns: " + err.Error()) // only of a length that HKDF cannot give
	}
	return key
}

// Names are the names that are added to a return_url's query, in this order; an address that has one of them already
// cannot be returned to.
func Names() []string {
	return []string{"payment_id", "reference", "state", "version", "time", "signature"}
}

// Address is the shop's page with what is said of the payment added to its query, and signed; false where there is none that
// may be gone to.
func (s Signer) Address(p payment.Payment, now time.Time) (string, bool) {
	u, ok := Parse(p.ReturnURL, p.Mode)
	if !ok {
		return "", false
	}
	said := []string{p.ID, p.Reference, string(p.State), strconv.Itoa(p.Version), strconv.FormatInt(now.Unix(), 10)}
	var signatures []string
	for _, master := range s.masters {
		mac := hmac.New(sha256.New, keyOf(master, p.MerchantID, p.Mode))
		_, _ = io.WriteString(mac, "v1\n"+strings.Join(said, "\n"))
		signatures = append(signatures, "v1."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
	}
	var query strings.Builder
	if u.RawQuery != "" {
		query.WriteString(u.RawQuery + "&")
	}
	for i, value := range append(said, strings.Join(signatures, "~")) {
		if i > 0 {
			query.WriteByte('&')
		}
		query.WriteString(Names()[i] + "=" + url.QueryEscape(value))
	}
	u.RawQuery = query.String()
	return u.String(), true
}

// Parse reads where a customer may be sent in the end: to a page by https, in test mode also by http to this machine. It
// must not have what we add.
func Parse(address string, mode payment.Mode) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return nil, false
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || slices.ContainsFunc(Names(), query.Has) {
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http" && mode != payment.Live && loopback(u.Hostname())
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
