// Package credential makes the keys that OVO asks for before it hands out credentials, and opens the message in which it
// sends them: an RSA-encrypted text. It calls nobody, and what is secret in it prints masked.
//
// OVO, integration documents: a partner gives a public key for the sharing of credentials (X.509) and one for signatures
// (PKCS#1), both anew for production, and gets client id, secret, merchant id, tid and mid back. OVO, additional guidance:
// RSA of 2048 bits for sharing and of 4096 bits for signatures.
package credential

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Purpose is what a key is for. The spelling is stored in files.
type Purpose string

// The purposes.
const (
	Sharing   Purpose = "sharing"   // OVO encrypts credentials with its public half
	Signature Purpose = "signature" // its private half signs what is sent to OVO
)

// Purposes are both, in the order in which OVO asks for them.
func Purposes() []Purpose { return []Purpose{Sharing, Signature} }

// Bits is how long a key of this purpose is.
func (p Purpose) Bits() int {
	if p == Signature {
		return 4096
	}
	return 2048
}

// Form is how its public half is written: the name that OVO's documents give it.
func (p Purpose) Form() string {
	if p == Signature {
		return "PKCS#1"
	}
	return "X.509"
}

// bitsMin is the shortest key that is taken from a file.
const bitsMin = 2048

// Key is a pair of keys. It prints what it is for and how long it is, and nothing of its private half.
type Key struct {
	purpose Purpose
	private *rsa.PrivateKey
}

// NewKey makes a key. It takes up to some seconds.
func NewKey(p Purpose) (Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, p.Bits())
	if err != nil {
		return Key{}, fmt.Errorf("make the key for %s: %w", p, err)
	}
	return Key{p, private}, nil
}

// ReadKey reads a private key: PEM of PKCS#1 or PKCS#8, or the DER bytes of either. The error says what came instead, and
// holds nothing of it.
func ReadKey(p Purpose, text []byte) (Key, error) {
	der := bytes.TrimSpace(text)
	if len(der) == 0 {
		return Key{}, errors.New("the file with the private key is empty")
	}
	if block, _ := pem.Decode(text); block != nil {
		switch {
		case strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
			return Key{}, errors.New("the private key is locked with a password: unlock it first, with openssl pkey -in FILE -out FILE2")
		case !strings.Contains(block.Type, "PRIVATE KEY"):
			return Key{}, fmt.Errorf("this is a %s, and no private key: give the file whose name ends in -private.pem", strings.ToLower(clip(block.Type)))
		}
		der = block.Bytes
	}
	private, err := parsePrivate(der)
	switch {
	case err != nil:
		return Key{}, err
	case private.N.BitLen() < bitsMin:
		return Key{}, fmt.Errorf("the private key has %d bits, and OVO wants at least %d", private.N.BitLen(), bitsMin)
	case private.Validate() != nil:
		return Key{}, errors.New("the private key is damaged: its numbers do not agree")
	}
	return Key{p, private}, nil
}

func parsePrivate(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key cannot be read: it must be PEM of PKCS#1 or PKCS#8, and not cut")
	}
	if private, ok := key.(*rsa.PrivateKey); ok {
		return private, nil
	}
	return nil, errors.New("the private key is not an RSA key, and OVO takes no other")
}

// Purpose is what the key is for.
func (k Key) Purpose() Purpose { return k.purpose }

// Bits is how long it is.
func (k Key) Bits() int { return k.private.N.BitLen() }

// PublicPEM is its public half in the form that OVO asks for: X.509 (PUBLIC KEY) for sharing, PKCS#1 (RSA PUBLIC KEY) for
// signatures.
func (k Key) PublicPEM() []byte {
	if k.purpose == Signature {
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&k.private.PublicKey)})
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: k.spki()})
}

// PrivatePEM is its private half, which is secret: PKCS#8 for sharing; PKCS#1 for signatures, as OVO's own recipe makes it.
func (k Key) PrivatePEM() []byte {
	if k.purpose == Signature {
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k.private)})
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		panic("credential: an RSA key cannot be written: " + err.Error()) // it always can
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func (k Key) spki() []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.private.PublicKey)
	if err != nil {
		panic("credential: an RSA key cannot be written: " + err.Error()) // it always can
	}
	return der
}

// Fingerprint is by what two people know on the phone that they have the same public key: SHA-256 of its X.509 form (DER),
// as hexadecimal digits, whatever form it was sent in.
func (k Key) Fingerprint() string { return fingerprint(k.spki()) }

func fingerprint(spki []byte) string {
	sum := sha256.Sum256(spki)
	return "SHA256:" + hex.EncodeToString(sum[:])
}

// FingerprintOf is the fingerprint of an RSA key in PEM, public or private, and how long the key is.
func FingerprintOf(text []byte) (print string, bits int, err error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return "", 0, errors.New("there is no key in PEM")
	}
	if strings.Contains(block.Type, "PRIVATE KEY") {
		k, err := ReadKey(Signature, text)
		if err != nil {
			return "", 0, err
		}
		return k.Fingerprint(), k.Bits(), nil
	}
	public, err := x509.ParsePKCS1PublicKey(block.Bytes)
	if err != nil {
		other, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := other.(*rsa.PublicKey)
		if err != nil || !ok {
			return "", 0, errors.New("the public key cannot be read: it must be RSA, X.509 or PKCS#1")
		}
		public = key
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", 0, err
	}
	return fingerprint(der), public.N.BitLen(), nil
}

// String is what the key is for and how long it is.
func (k Key) String() string {
	if k.private == nil {
		return "no key"
	}
	return fmt.Sprintf("key for %s of %d bits", k.purpose, k.Bits())
}

// Format prints String for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue is String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText is String.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// clip shortens what stood in somebody's file and keeps letters of it only, for a message.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == ' ' || r == '#' {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 30)]
}
