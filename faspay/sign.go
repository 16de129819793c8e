package faspay

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// Secret is a text that never prints: every fmt verb, log and JSON shows "***". Convert
// it with string(s) where its bytes are needed.
type Secret string

const masked = "***"

// String is "***", whatever the secret.
func (Secret) String() string { return masked }

// GoString is "***".
func (Secret) GoString() string { return masked }

// Format prints "***" for every verb.
func (Secret) Format(f fmt.State, _ rune) { print(f, masked) }

// MarshalJSON is the JSON string "***".
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// MarshalText is "***".
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// LogValue is "***".
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// Credentials are what Faspay gives a merchant to sign with. The user id is often "bot"
// and the merchant_id, but not always: OVO Integration Guide has john612345.
type Credentials struct {
	UserID   string
	Password Secret
}

// Every signature is sha1(md5(text)): the hexadecimal text of the md5, 32 lower-case
// characters, is what sha1 is taken of; the result is 40 lower-case characters.

// SignBill signs post data, inquiry, cancel and the address of the redirect page:
// user ‖ password ‖ bill_no.
func (c Credentials) SignBill(billNo string) string { return c.sign(billNo, "") }

// SignTransaction signs ovo_direct: user ‖ password ‖ trx_id. OVO Integration Guide:
// sha1(md5($user_id.$passw.$trx_id)).
func (c Credentials) SignTransaction(trxID string) string { return c.sign(trxID, "") }

// SignChannels signs the channel inquiry: user ‖ password.
func (c Credentials) SignChannels() string { return c.sign("", "") }

// SignStatus is Faspay's own signature, of notifications and of the return URL:
// user ‖ password ‖ bill_no ‖ status.
func (c Credentials) SignStatus(billNo string, status Status) string {
	return c.sign(billNo, string(status))
}

// SignPhone signs the linking of an OVO account (channel 720): user ‖ password ‖ phone.
func (c Credentials) SignPhone(phone string) string { return c.sign(phone, "") }

func (c Credentials) sign(text, more string) string {
	var buf [160]byte
	b := append(buf[:0], c.UserID...)
	b = append(b, c.Password...)
	b = append(b, text...)
	b = append(b, more...)
	inner := md5.Sum(b)
	outer := sha1.Sum(hex.AppendEncode(buf[:0], inner[:]))
	return string(hex.AppendEncode(buf[:0], outer[:]))
}

// SameSignature compares in constant time a signature with the one that is right. Its
// letters may be lower or upper case; anything but 40 hexadecimal characters is wrong.
func SameSignature(right, got string) bool {
	if len(right) != 40 || len(got) != 40 {
		return false
	}
	var a, b [20]byte
	n, err := hex.Decode(a[:], []byte(right))
	m, err2 := hex.Decode(b[:], []byte(got)) // takes both cases
	return err == nil && err2 == nil && n == m && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// BillNoIsSafe tells whether no signature that a customer gets to see can be taken for a
// notification of this bill, or one of this bill for another's: its last character must
// be no digit. See "How weak the signature is" in the package documentation.
func BillNoIsSafe(billNo string) bool {
	return billNo != "" && !digit(billNo[len(billNo)-1])
}

// String names the user alone.
func (c Credentials) String() string { return "credentials of " + maskDigits(c.UserID) }

// Format prints String for every verb.
func (c Credentials) Format(f fmt.State, _ rune) { print(f, c.String()) }

// LogValue is String.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// checked tells what is wrong with the credentials.
func (c Credentials) check(p *problems) {
	p.must(sized(c.UserID, 64) && only(c.UserID, visible), "UserID", "must be 1 to 64 visible ASCII characters", "")
	p.must(sized(string(c.Password), 64) && only(string(c.Password), func(c byte) bool { return c > ' ' && c < 0x7f }),
		"Password", "must be 1 to 64 visible ASCII characters", "look for a line end or spaces that were copied with it")
}
