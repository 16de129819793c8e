package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/lunas-pay/lunas/internal/payment"
)

// alphabet is Crockford's base32 in lower case, whose order is that of the bytes.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID makes an identifier: the prefix and 26 characters of a version 7 UUID, which order by time (as TypeIDs do).
func NewID(prefix string) string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("engine: the system gives no random numbers: " + err.Error())
	}
	return FormatID(prefix, id)
}

// FormatID writes 16 bytes as a prefix and 26 characters.
func FormatID(prefix string, id [16]byte) string {
	out := make([]byte, len(prefix)+26)
	copy(out, prefix)
	// 128 bits are 25 characters of 5 bits and a first one of 3.
	var acc uint32
	bits, pos := 2, len(prefix) // two zero bits in front make 130 = 26 × 5
	for _, b := range id {
		acc = acc<<8 | uint32(b)
		bits += 8
		for bits >= 5 {
			bits -= 5
			out[pos] = alphabet[acc>>bits&31]
			pos++
		}
	}
	return string(out)
}

// revisionOf names a set of terms by its content.
func revisionOf(t payment.Terms) string {
	b, err := json.Marshal(t)
	if err != nil {
		panic("engine: terms cannot be written: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
