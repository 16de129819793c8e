package snap

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"sync"
)

// Signed is what a transaction's signature covers. Bank Indonesia, SNAP, Security:
//
//	symmetric   METHOD:endpoint:token:lower(hex(sha256(minify(body)))):X-TIMESTAMP
//	asymmetric  METHOD:endpoint:lower(hex(sha256(minify(body)))):X-TIMESTAMP
//
// It prints without its token; Body is the message itself.
type Signed struct {
	Method    string // upper case
	Endpoint  string // path and query as the server sees them, prefixes of gateways included
	Token     Secret // without "Bearer "; symmetric only
	Body      []byte // minified for the hash, see Minify; may be empty
	Timestamp string // X-TIMESTAMP, letter by letter

	// WithoutColon leaves out the colon between endpoint and hash in the asymmetric
	// form, as OVO's FAQ prints it for account binding: most likely a slip.
	WithoutColon bool
}

// Minify removes the insignificant white space of JSON and nothing else: order,
// spelling of numbers and escapes stay. What is no JSON comes back unchanged. The result
// is body itself where there is nothing to remove.
func Minify(body []byte) []byte {
	if !spaced(body) {
		return body
	}
	var b bytes.Buffer
	b.Grow(len(body))
	if err := json.Compact(&b, body); err != nil {
		return body
	}
	return b.Bytes()
}

// spaced tells whether white space stands outside of strings.
func spaced(body []byte) bool {
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case ' ', '\t', '\r', '\n':
			return true
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		}
	}
	return false
}

// SymmetricString is the stringToSign of the symmetric signature. It contains the token.
func (s Signed) SymmetricString() Secret {
	return Secret(s.appendString(nil, true))
}

// AsymmetricString is the stringToSign of the asymmetric signature.
func (s Signed) AsymmetricString() string {
	return string(s.appendString(nil, false))
}

func (s *Signed) appendString(dst []byte, symmetric bool) []byte {
	dst = append(append(dst, s.Method...), ':')
	dst = append(dst, s.Endpoint...)
	if symmetric {
		dst = append(append(dst, ':'), s.Token...)
	}
	if symmetric || !s.WithoutColon {
		dst = append(dst, ':')
	}
	sum := sha256.Sum256(Minify(s.Body))
	dst = hex.AppendEncode(dst, sum[:])
	return append(append(dst, ':'), s.Timestamp...)
}

// HMACKey makes and checks symmetric signatures: Base64(HMAC-SHA512(client secret,
// stringToSign)). The secret's characters are the key as they are, even if they look
// like Base64. It is safe for many goroutines and keeps keyed hashes ready, which saves
// half of the hashing.
type HMACKey struct{ pool sync.Pool }

// NewHMACKey takes the client secret.
func NewHMACKey(secret Secret) *HMACKey {
	k := new(HMACKey)
	k.pool.New = func() any { return hmac.New(sha512.New, []byte(secret)) }
	return k
}

// String does not tell the key.
func (*HMACKey) String() string { return "HMAC key" }

// Sign is X-SIGNATURE for s.
func (k *HMACKey) Sign(s Signed) string {
	var buf [sha512.Size]byte
	return base64.StdEncoding.EncodeToString(k.mac(buf[:0], &s))
}

// Verify tells whether signature, in Base64 or in hexadecimal as Bank Indonesia's
// samples have it, is that of s. It takes constant time over the signature.
func (k *HMACKey) Verify(s Signed, signature string) bool {
	var want, got [sha512.Size]byte
	n, err := decodeSignature(got[:], signature)
	return err == nil && hmac.Equal(k.mac(want[:0], &s), got[:n])
}

func (k *HMACKey) mac(dst []byte, s *Signed) []byte {
	var buf [1024]byte
	h := k.pool.Get().(hash.Hash)
	h.Reset()
	h.Write(s.appendString(buf[:0], true))
	dst = h.Sum(dst)
	k.pool.Put(h)
	return dst
}

// Sign is the asymmetric X-SIGNATURE for s: Base64(SHA256withRSA(key, stringToSign)).
func (k PrivateKey) Sign(s Signed) (string, error) {
	var buf [1024]byte
	return k.sign(s.appendString(buf[:0], false))
}

// SignToken is the X-SIGNATURE of a token request: SHA256withRSA over
// clientID|timestamp.
func (k PrivateKey) SignToken(clientID, timestamp string) (string, error) {
	return k.sign([]byte(clientID + "|" + timestamp))
}

func (k PrivateKey) sign(text []byte) (string, error) {
	if k.key == nil {
		return "", errors.New("snap: sign: no private key")
	}
	sum := sha256.Sum256(text)
	signature, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("snap: sign: the private key does not work")
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// Verify tells whether signature, in Base64 or hexadecimal, is that of s.
func (k PublicKey) Verify(s Signed, signature string) bool {
	var buf [1024]byte
	return k.verify(s.appendString(buf[:0], false), signature)
}

// VerifyToken tells whether signature is that of a token request.
func (k PublicKey) VerifyToken(clientID, timestamp, signature string) bool {
	return k.verify([]byte(clientID+"|"+timestamp), signature)
}

func (k PublicKey) verify(text []byte, signature string) bool {
	if k.key == nil {
		return false
	}
	var buf [1024]byte // an RSA key of 8192 bits
	size := k.key.Size()
	if size > len(buf) {
		return false
	}
	n, err := decodeSignature(buf[:size], signature)
	sum := sha256.Sum256(text)
	return err == nil && rsa.VerifyPKCS1v15(k.key, crypto.SHA256, sum[:], buf[:n]) == nil
}

var errSignature = errors.New("not a signature of this length")

// decodeSignature reads exactly len(dst) bytes of standard padded Base64, or of
// hexadecimal. The two lengths never collide.
func decodeSignature(dst []byte, s string) (int, error) {
	switch len(s) {
	case hex.EncodedLen(len(dst)):
		return hex.Decode(dst, []byte(s))
	case base64.StdEncoding.EncodedLen(len(dst)):
		var buf [1368]byte // 1024 bytes and what rounding adds
		n, err := base64.StdEncoding.Strict().Decode(buf[:], []byte(s))
		if err == nil && n == len(dst) {
			return copy(dst, buf[:n]), nil
		}
	}
	return 0, errSignature
}
