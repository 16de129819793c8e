package exchange

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

// Keyring seals and opens Parts with AES-256-GCM. Master keys encrypt nothing themselves: each process takes a new
// data key, derived from the first master key and a random key ID by HKDF-SHA-256, and another one every 2^24 seals,
// far below the 2^32 that random nonces allow (NIST SP 800-38D). It is safe for concurrent use and prints no key.
//
// Sealed is: version (1 byte), master's fingerprint (4), data key ID (8), nonce (12), ciphertext, tag (16). Merchant,
// payment, exchange ID and side are authenticated with it, so that a sealed part opens in its own row only.
type Keyring struct {
	masters []master // the first one seals
	scratch sync.Pool

	mu     sync.Mutex
	head   [headSize]byte // of what is sealed now
	aead   cipher.AEAD
	sealed int // with aead
	opened map[[headSize]byte]cipher.AEAD
}

type master struct {
	key         []byte
	fingerprint [4]byte
}

// ErrSealed is wrapped by every error of Open: the part was changed, moved, or sealed with a key that is not here.
var ErrSealed = errors.New("sealed part does not open")

const (
	masterSize  = 32
	sealVersion = 1
	headSize    = 1 + 4 + 8
	sealsPerKey = 1 << 24
	keptKeys    = 256 // derived keys kept for opening
)

// NewKeyring makes a Keyring of master keys of 32 bytes each. The first one seals, all of them open: to rotate, put
// the new key before the old ones.
func NewKeyring(masters ...[]byte) (*Keyring, error) {
	if len(masters) == 0 {
		return nil, errors.New("exchange: a master key is needed")
	}
	k := &Keyring{opened: make(map[[headSize]byte]cipher.AEAD)}
	k.scratch.New = func() any { return new([]byte) }
	for i, key := range masters {
		if len(key) != masterSize {
			return nil, fmt.Errorf("exchange: master key %d of %d has %d bytes, want %d", i+1, len(masters), len(key), masterSize)
		}
		print, err := hkdf.Key(sha256.New, key, nil, "lunas exchange fingerprint", 4)
		if err != nil {
			return nil, fmt.Errorf("exchange: master key %d: %w", i+1, err)
		}
		k.masters = append(k.masters, master{append([]byte(nil), key...), [4]byte(print)})
	}
	if err := k.renew(); err != nil {
		return nil, err
	}
	return k, nil
}

// Seal encrypts p.Wire into p.Sealed and empties p.Wire. An empty Wire is sealed too.
func (k *Keyring) Seal(p *Part) error {
	aead, head, err := k.sealer()
	if err != nil {
		return fmt.Errorf("exchange: seal %s of %s: %w", p.Side, p.ID, err)
	}
	bound := k.bind(head, p)
	sealed := make([]byte, headSize, headSize+len(p.Wire)+aead.Overhead())
	copy(sealed, head[:])
	p.Sealed = aead.Seal(sealed, nil, p.Wire, *bound)
	p.Wire = nil
	k.scratch.Put(bound)
	return nil
}

// Open decrypts p.Sealed into p.Wire and leaves p.Sealed as it is. Errors wrap ErrSealed and hold no data.
func (k *Keyring) Open(p *Part) error {
	if len(p.Sealed) < headSize {
		return fmt.Errorf("exchange: open %s of %s: %w: %d bytes are too few", p.Side, p.ID, ErrSealed, len(p.Sealed))
	}
	head := [headSize]byte(p.Sealed)
	aead, err := k.opener(head)
	if err != nil {
		return fmt.Errorf("exchange: open %s of %s: %w: %w", p.Side, p.ID, ErrSealed, err)
	}
	bound := k.bind(head, p)
	wire, err := aead.Open(nil, nil, p.Sealed[headSize:], *bound)
	k.scratch.Put(bound)
	if err != nil {
		return fmt.Errorf("exchange: open %s of %s: %w: it was changed, or belongs to another row", p.Side, p.ID, ErrSealed)
	}
	p.Wire = wire
	return nil
}

// bind lists what a sealed part belongs to, each with its length, so that no two lists read the same.
func (k *Keyring) bind(head [headSize]byte, p *Part) *[]byte {
	bound := k.scratch.Get().(*[]byte)
	b := append((*bound)[:0], head[:]...)
	for _, s := range [...]string{p.MerchantID, p.PaymentID, p.ID, string(p.Side)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	*bound = b
	return bound
}

func (k *Keyring) sealer() (cipher.AEAD, [headSize]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sealed >= sealsPerKey {
		if err := k.renew(); err != nil {
			return nil, k.head, err
		}
	}
	k.sealed++
	return k.aead, k.head, nil
}

// renew takes a new data key. The caller holds mu, or is alone.
func (k *Keyring) renew() error {
	head := [headSize]byte{sealVersion}
	copy(head[1:], k.masters[0].fingerprint[:])
	_, _ = rand.Read(head[5:]) // it never fails: crypto/rand
	aead, err := k.masters[0].derive(head)
	if err != nil {
		return err
	}
	k.head, k.aead, k.sealed = head, aead, 0
	return nil
}

func (k *Keyring) opener(head [headSize]byte) (cipher.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if head == k.head {
		return k.aead, nil
	}
	if aead, found := k.opened[head]; found {
		return aead, nil
	}
	if head[0] != sealVersion {
		return nil, fmt.Errorf("version %d is unknown", head[0])
	}
	for _, m := range k.masters {
		if m.fingerprint != [4]byte(head[1:5]) {
			continue
		}
		aead, err := m.derive(head)
		if err != nil {
			return nil, err
		}
		if len(k.opened) >= keptKeys {
			clear(k.opened)
		}
		k.opened[head] = aead
		return aead, nil
	}
	return nil, fmt.Errorf("its master key (fingerprint %x) is not among the %d given", head[1:5], len(k.masters))
}

func (m master) derive(head [headSize]byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, m.key, nil, "lunas exchange data key "+string(head[:]), masterSize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// String tells how many master keys there are, and prints none of them.
func (k *Keyring) String() string {
	return fmt.Sprintf("exchange.Keyring(%d master keys)", len(k.masters))
}

// GoString prints no key either, for %#v.
func (k *Keyring) GoString() string { return k.String() }

// ParseMasterKey reads 32 bytes written as hex or base64 (standard or URL alphabet, padded or not), with white space
// around them.
func ParseMasterKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if key, err := hex.DecodeString(text); err == nil && len(key) == masterSize {
		return key, nil
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if key, err := base64.RawStdEncoding.DecodeString(plain); err == nil && len(key) == masterSize {
		return key, nil
	}
	return nil, fmt.Errorf("exchange: master key: want %d bytes as 64 hex characters or as base64, such as `openssl rand -hex 32` prints", masterSize)
}

// ParseMasterKeys reads one or several master keys with white space between them, the one that seals first.
func ParseMasterKeys(text string) (keys [][]byte, err error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		fields = []string{""} // whose error says what is wanted
	}
	for _, field := range fields {
		key, err := ParseMasterKey(field)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// MasterKeysFromFile reads master keys from a file, the one that seals first. It refuses a file that others than its owner
// may read or write.
func MasterKeysFromFile(path string) ([][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("exchange: master key: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() {
		return nil, fmt.Errorf("exchange: master key: %s is not a regular file", path)
	} else if mode.Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("exchange: master key: %s may be read or written by others (mode %04o): chmod 600 it", path, mode.Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("exchange: master key: %w", err)
	}
	keys, err := ParseMasterKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return keys, nil
}
