package exchange

import "errors"

// Keyring seals and opens Parts. It is safe for concurrent use.
type Keyring struct{}

// NewKeyring makes a Keyring of master keys of 32 bytes each. The first one seals, all of them open.
func NewKeyring(masters ...[]byte) (*Keyring, error) { return nil, errors.New("exchange: not built yet") }

// Seal encrypts p.Wire into p.Sealed and empties p.Wire. An empty Wire is sealed too.
func (k *Keyring) Seal(p *Part) error { return errors.New("exchange: not built yet") }

// Open decrypts p.Sealed into p.Wire and leaves p.Sealed as it is.
func (k *Keyring) Open(p *Part) error { return errors.New("exchange: not built yet") }

// ParseMasterKey reads 32 bytes written as hex or base64, with white space around them.
func ParseMasterKey(text string) ([]byte, error) { return nil, errors.New("exchange: not built yet") }

// MasterKeyFromFile reads a master key from a file that only its owner may read.
func MasterKeyFromFile(path string) ([]byte, error) { return nil, errors.New("exchange: not built yet") }
