package snap

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// MinKeyBits is the shortest RSA key that is taken. OVO, additional guidance: 2048 bits
// for sharing, 4096 for signing.
const MinKeyBits = 2048

// PrivateKey signs. It never prints; the zero value is no key.
type PrivateKey struct{ key *rsa.PrivateKey }

// PublicKey verifies. The zero value is no key.
type PublicKey struct{ key *rsa.PublicKey }

// NewPrivateKey takes a key that was made or read elsewhere.
func NewPrivateKey(key *rsa.PrivateKey) (PrivateKey, error) {
	if key == nil {
		return PrivateKey{}, errors.New("snap: private key: there is none")
	}
	if err := longEnough(&key.PublicKey); err != nil {
		return PrivateKey{}, fmt.Errorf("snap: private key: %w", err)
	}
	if err := key.Validate(); err != nil {
		return PrivateKey{}, errors.New("snap: private key: its numbers do not agree")
	}
	return PrivateKey{key}, nil
}

// NewPublicKey takes a key that was made or read elsewhere.
func NewPublicKey(key *rsa.PublicKey) (PublicKey, error) {
	if key == nil {
		return PublicKey{}, errors.New("snap: public key: there is none")
	}
	if err := longEnough(key); err != nil {
		return PublicKey{}, fmt.Errorf("snap: public key: %w", err)
	}
	return PublicKey{key}, nil
}

func longEnough(key *rsa.PublicKey) error {
	if key.N == nil || key.N.BitLen() < MinKeyBits {
		return fmt.Errorf("shorter than %d bits", MinKeyBits)
	}
	return nil
}

// Public is the key's other half, to be given to OVO.
func (k PrivateKey) Public() PublicKey {
	if k.key == nil {
		return PublicKey{}
	}
	return PublicKey{&k.key.PublicKey}
}

// IsZero tells whether there is no key.
func (k PrivateKey) IsZero() bool { return k.key == nil }

// IsZero tells whether there is no key.
func (k PublicKey) IsZero() bool { return k.key == nil }

// PKCS1 is the key as PEM "RSA PUBLIC KEY", as OVO wants the one for signatures.
func (k PublicKey) PKCS1() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(k.key)})
}

// String is "private key" and nothing else.
func (k PrivateKey) String() string {
	if k.key == nil {
		return "no private key"
	}
	return fmt.Sprintf("private key of %d bits", k.key.N.BitLen())
}

// Format prints String for every verb.
func (k PrivateKey) Format(f fmt.State, _ rune) { print(f, k.String()) }

// LogValue is String.
func (k PrivateKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText is String.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// ParsePrivateKey reads an RSA key: PEM of PKCS#1 ("RSA PRIVATE KEY") or PKCS#8
// ("PRIVATE KEY"), the DER bytes of either, or their base64 without the PEM lines. The
// error says what came instead, never what it contained.
func ParsePrivateKey(text []byte) (PrivateKey, error) {
	wrong := func(problem string) (PrivateKey, error) {
		return PrivateKey{}, errors.New("snap: private key: " + problem)
	}
	der, label, err := unwrap(text)
	if err != nil {
		return wrong(err.Error())
	}
	switch label {
	case "RSA PRIVATE KEY", "PRIVATE KEY", "":
	case "ENCRYPTED PRIVATE KEY":
		return wrong("it is encrypted with a password; decrypt it first, with openssl pkey")
	case "RSA PUBLIC KEY", "PUBLIC KEY", "CERTIFICATE":
		return wrong("this is a public key or certificate; the private key stayed with whoever made them")
	default:
		return wrong("this is another kind of key; only RSA keys can sign for SNAP")
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return NewPrivateKey(key)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err == nil {
		if rsaKey, ok := key.(*rsa.PrivateKey); ok {
			return NewPrivateKey(rsaKey)
		}
		return wrong("this is another kind of key; only RSA keys can sign for SNAP")
	}
	if _, err := parsePublicDER(der); err == nil {
		return wrong("this is a public key; the private key stayed with whoever made it")
	}
	return wrong("neither PKCS#1 nor PKCS#8, or too short to be safe")
}

// ParsePublicKey reads an RSA key: PEM of PKCS#1 ("RSA PUBLIC KEY"), X.509 ("PUBLIC
// KEY") or a certificate, the DER bytes of any of them, or their base64.
func ParsePublicKey(text []byte) (PublicKey, error) {
	wrong := func(problem string) (PublicKey, error) {
		return PublicKey{}, errors.New("snap: public key: " + problem)
	}
	der, label, err := unwrap(text)
	if err != nil {
		return wrong(err.Error())
	}
	if strings.Contains(label, "PRIVATE KEY") {
		return wrong("this is a private key; it belongs to nobody but its owner")
	}
	key, err := parsePublicDER(der)
	if err != nil {
		return wrong(err.Error())
	}
	return NewPublicKey(key)
}

func parsePublicDER(der []byte) (*rsa.PublicKey, error) {
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, errors.New("neither PKCS#1 nor X.509")
		}
		key = certificate.PublicKey
	}
	if rsaKey, ok := key.(*rsa.PublicKey); ok {
		return rsaKey, nil
	}
	return nil, errors.New("this is another kind of key; SNAP signs with RSA")
}

const maxKeyText = 32 << 10

// unwrap gives the DER bytes of a key and its PEM label; without PEM the label is empty.
func unwrap(text []byte) (der []byte, label string, err error) {
	if len(text) > maxKeyText {
		return nil, "", errors.New("longer than any key")
	}
	trimmed := bytes.TrimSpace(text)
	if len(trimmed) == 0 {
		return nil, "", errors.New("it is empty")
	}
	if block, rest := pem.Decode(trimmed); block != nil {
		switch {
		case len(bytes.TrimSpace(rest)) > 0:
			return nil, "", errors.New("something follows after its END line; give one key alone")
		case strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, "", errors.New("it is encrypted with a password; decrypt it first, with openssl rsa")
		}
		return block.Bytes, block.Type, nil
	}
	if bytes.Contains(trimmed, []byte("-----BEGIN")) {
		return nil, "", errors.New("its PEM lines are damaged; its line ends may have been lost in copying")
	}
	if wholeDER(text) {
		return text, "", nil
	}
	der = make([]byte, base64.StdEncoding.DecodedLen(len(trimmed)))
	n, err := base64.StdEncoding.Decode(der, bytes.Join(bytes.Fields(trimmed), nil))
	if err != nil || !wholeDER(der[:n]) {
		return nil, "", errors.New("neither PEM, DER nor base64 of DER")
	}
	return der[:n], "", nil
}

// wholeDER tells whether b is exactly one ASN.1 sequence.
func wholeDER(b []byte) bool {
	var value asn1.RawValue
	rest, err := asn1.Unmarshal(b, &value)
	return err == nil && len(rest) == 0 && value.Tag == asn1.TagSequence
}
