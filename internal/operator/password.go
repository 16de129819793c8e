package operator

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The cost of a password's hash: 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet, argon2id.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
	// SaltBytes is how many random bytes a password's hash needs.
	SaltBytes = 16
)

// The length of passwords. Source: NIST SP 800-63B: length counts, rules of composition do not.
const (
	PasswordMin = 12
	PasswordMax = 128 // bytes, so that hashing one stays cheap
)

// Errors of CheckPassword.
var (
	ErrPasswordShort  = fmt.Errorf("a password has at least %d characters", PasswordMin)
	ErrPasswordLong   = fmt.Errorf("a password has at most %d bytes", PasswordMax)
	ErrPasswordSimple = errors.New("this password is easily guessed: it must not be the name, nor the same few characters again and again")
)

// CheckPassword gives an error for a password that is not good enough for a user of a name.
func CheckPassword(password, name string) error {
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || utf8.RuneCountInString(password) < PasswordMin:
		return ErrPasswordShort
	case len(password) > PasswordMax:
		return ErrPasswordLong
	case len(different) < 5, name != "" && strings.Trim(strings.ReplaceAll(lower, name, ""), "0123456789!.?-_ ") == "",
		strings.HasPrefix(lower, "password"), strings.HasPrefix(lower, "katasandi"), strings.HasPrefix(lower, "123456789"):
		return ErrPasswordSimple
	}
	return nil
}

// Hasher hashes passwords, a few at a time: each takes 19 MiB and tens of milliseconds, which many at once would make
// an attack.
type Hasher struct{ slots chan struct{} }

// NewHasher makes a Hasher that works on at most so many passwords at a time.
func NewHasher(atOnce int) *Hasher { return &Hasher{make(chan struct{}, atOnce)} }

// Hash gives what is kept of a password: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h *Hasher) Hash(ctx context.Context, password string, salt [SaltBytes]byte) (string, error) {
	key, err := h.key(ctx, password, salt[:])
	if err != nil {
		return "", err
	}
	return passwordPrefix + encode(salt[:]) + "$" + encode(key), nil
}

const passwordPrefix = "$argon2id$v=19$m=19456,t=2,p=1$"

// Matches tells whether a password is the one of a hash. An empty or strange hash takes as long, and is nobody's.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	rest, ok := strings.CutPrefix(hash, passwordPrefix)
	saltText, keyText, cut := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.DecodeString(saltText)
	want, err2 := base64.RawStdEncoding.DecodeString(keyText)
	ok = ok && cut && err == nil && err2 == nil && len(salt) == SaltBytes && len(want) == argonKey && len(password) <= PasswordMax
	if !ok {
		salt, want, password = make([]byte, SaltBytes), make([]byte, argonKey), ""
	}
	got, err := h.key(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && ok, nil
}

func (h *Hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
