package checkout

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Links make and read the addresses of pages. Whoever has a payment's link sees its page; nobody can make a link without
// the key. See docs/decisions/0009.
type Links struct {
	base string   // https://pay.example.id, without a slash at its end; empty: no links are given
	keys [][]byte // the first one makes links
}

const (
	idPrefix  = "pay_"
	idLength  = 26 // characters of an id after its prefix
	macBytes  = 15 // 120 bits
	macLength = 24
)

// inLinks is Crockford's alphabet in lower case, as in ids.
var inLinks = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding) // never written

// NewLinks derives the key of links from the master key; links that were made with master keys of before are read too. The
// address is the one under which customers reach this gateway, for instance https://pay.example.id; empty: Of gives no
// links.
func NewLinks(address string, masterKey []byte, before ...[]byte) (Links, error) {
	l := Links{base: strings.TrimRight(address, "/")}
	for _, master := range append([][]byte{masterKey}, before...) {
		key, err := hkdf.Key(sha256.New, master, nil, "lunas checkout link 1", sha256.Size)
		if err != nil {
			return Links{}, fmt.Errorf("derive the key of checkout links: %w", err)
		}
		l.keys = append(l.keys, key)
	}
	return l, nil
}

// Of is the address of a payment's page; empty when the gateway has not been told its own address.
func (l Links) Of(p payment.Payment) string {
	if l.base == "" {
		return ""
	}
	return l.base + "/pay/" + url.PathEscape(l.name(p.MerchantID, p.ID))
}

// name is what stands for a payment in the address: merchant.id.seal.
func (l Links) name(merchantID, paymentID string) string {
	return merchantID + "." + strings.TrimPrefix(paymentID, idPrefix) + "." + seal(l.keys[0], merchantID, paymentID)
}

// read takes a name apart; false when it was made with none of these keys.
func (l Links) read(name string) (merchantID, paymentID string, ok bool) {
	cut := len(name) - (1 + idLength + 1 + macLength)
	if cut < 1 || name[cut] != '.' || name[cut+1+idLength] != '.' {
		return "", "", false
	}
	merchantID, paymentID = name[:cut], idPrefix+name[cut+1:cut+1+idLength]
	for _, key := range l.keys {
		ok = ok || hmac.Equal([]byte(name[len(name)-macLength:]), []byte(seal(key, merchantID, paymentID)))
	}
	return merchantID, paymentID, ok
}

func seal(key []byte, merchantID, paymentID string) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d:%s:%s", len(merchantID), merchantID, paymentID)
	return inLinks.EncodeToString(mac.Sum(nil)[:macBytes])
}
