package merchant

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Scope is something that an API key may do.
type Scope string

// The scopes. None includes another.
const (
	Read   Scope = "read"   // look at what is the merchant's
	Pay    Scope = "pay"    // ask for payments, check and cancel them
	Refund Scope = "refund" // void payments and give money back
	// Admin changes what is set up: a merchant's webhook endpoints and API keys; of the platform's own keys, which belong
	// to no merchant, everything else that is set up too.
	Admin Scope = "admin"
)

// Scopes lists all of them.
func Scopes() []Scope { return []Scope{Read, Pay, Refund, Admin} }

// APIKey lets a program act for a merchant, or for the platform itself. Only the key's hash is kept.
type APIKey struct {
	ID         string
	MerchantID string       // empty: the platform's own
	Mode       payment.Mode // empty for the platform's own
	Name       string       // what people call it
	Hint       string       // how the key begins, to know it again by
	Hash       [sha256.Size]byte
	Scopes     []Scope
	CreatedAt  time.Time
	Expires    time.Time // zero: never
	LastUsed   time.Time // zero: never; lags by up to a minute
	Revoked    time.Time // zero: it is not
}

// hintLetters is how many of a key's random characters are shown.
const hintLetters = 4

// Prefix is how keys of a merchant and mode begin. The platform's own, of no merchant, are of no mode either.
func Prefix(merchantID string, mode payment.Mode) string {
	if merchantID == "" {
		return "lunas_admin_"
	}
	return "lunas_" + string(mode) + "_"
}

// NewKey fills in what follows from the random part of a key, and gives the key itself. Random must be long enough that
// nobody guesses it, and of letters and digits.
func (k APIKey) NewKey(random string) (APIKey, Secret) {
	prefix := Prefix(k.MerchantID, k.Mode)
	k.Hash = HashKey(prefix + random)
	k.ID, k.Hint = KeyID(k.Hash), prefix+random[:min(hintLetters, len(random))]
	return k, NewSecret(prefix + random)
}

// HashKey is what is kept of a key. A key is long and random, so a plain hash is enough.
func HashKey(key string) [sha256.Size]byte { return sha256.Sum256([]byte(key)) }

// Matches tells, in constant time, whether hash is this key's, and the key has neither expired nor been revoked.
func (k APIKey) Matches(hash [sha256.Size]byte, now time.Time) bool {
	same := subtle.ConstantTimeCompare(k.Hash[:], hash[:]) == 1
	return same && (k.Expires.IsZero() || now.Before(k.Expires)) && (k.Revoked.IsZero() || now.Before(k.Revoked))
}

// Begins tells whether a key begins as this one must.
func (k APIKey) Begins(key string) bool { return strings.HasPrefix(key, Prefix(k.MerchantID, k.Mode)) }

// Platform tells whether it is the platform's own.
func (k APIKey) Platform() bool { return k.MerchantID == "" }

// May tells whether the key has a scope.
func (k APIKey) May(s Scope) bool { return slices.Contains(k.Scopes, s) }

// KeyID names a key in logs and journals without giving it away: the first 12 hexadecimal digits of its hash.
func KeyID(hash [sha256.Size]byte) string { return "key_" + hex.EncodeToString(hash[:6]) }
