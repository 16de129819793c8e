package operator

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default, which every authenticator app knows
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// TOTPBytes is the length of a second factor's secret. Source: RFC 4226, 4: 160 bits are recommended.
const TOTPBytes = 20

const totpPeriod = 30 // seconds; RFC 6238, 4.1

// TOTPStep is the number of the period that a time falls in.
func TOTPStep(at time.Time) int64 { return at.Unix() / totpPeriod }

// TOTPCode is the code of a period, six digits. Source: RFC 6238 with HMAC-SHA-1, and RFC 4226, 5.3.
func TOTPCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // no time before 1970
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// CheckTOTP gives the period that a code belongs to: this one, the one before, or the next, since clocks differ, but none
// up to the last one that was used. False: it is no such code.
func CheckTOTP(secret []byte, code string, last int64, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(secret) == 0 {
		return 0, false
	}
	present := TOTPStep(now)
	for _, try := range []int64{present - 1, present, present + 1} {
		if subtle.ConstantTimeCompare([]byte(TOTPCode(secret, try)), []byte(code)) == 1 && try > last && !ok {
			step, ok = try, true
		}
	}
	return step, ok
}

// TOTPText is a secret as people type it: base32 in groups of four.
func TOTPText(secret []byte) string {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	var groups []string
	for group := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// TOTPLink is what an authenticator app reads from a QR code. Source: Google Authenticator, Key URI Format.
func TOTPLink(secret []byte, issuer, name string) string {
	values := url.Values{
		"secret": {strings.ReplaceAll(TOTPText(secret), " ", "")}, "issuer": {issuer},
		"algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+name) + "?" + strings.ReplaceAll(values.Encode(), "+", "%20")
}

// Recovery codes: how many a user gets, and of how many random bytes each is made.
const (
	RecoveryCodes = 8
	RecoveryBytes = 10
)

var recoveryAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding) // never written

// RecoveryCode writes random bytes as a code: xxxx-xxxx-xxxx-xxxx.
func RecoveryCode(random [RecoveryBytes]byte) string {
	text := recoveryAlphabet.EncodeToString(random[:])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// HashRecovery is what is kept of a code, however it was typed.
func HashRecovery(code string) Hash {
	code = strings.NewReplacer(" ", "", "-", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
	return HashOf("recovery " + code)
}

// WithoutRecovery takes a code away from a user; false: it is none of theirs.
func (u User) WithoutRecovery(code string) (User, bool) {
	hash := HashRecovery(code)
	for i, h := range u.Recovery {
		if h == hash {
			u.Recovery = slices.Delete(slices.Clone(u.Recovery), i, i+1)
			return u, true
		}
	}
	return u, false
}
