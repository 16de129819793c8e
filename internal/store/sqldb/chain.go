package sqldb

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Chain is a hash chain over what must not be tampered with: exchanges, and the journal's entries of what people asked
// for. Each writer has its own, so that writers never wait for one another, and each group is one link of it:
//
//	hash = sha256(hash of the link before, then the digests of the group's rows in the order of their bytes)
//
// A digest is sha256 over the row's columns (without those of the chain), each behind its length in eight bytes. The
// hash before the first link is sha256 over the chain's number and its parents: the heads of the youngest chains when
// it began. So chains that were cut off as a whole are missed by the younger ones.
type Chain struct {
	ID   int64
	Link int64 // of the last group that was written; 0 before the first
	Hash []byte
}

// Parent is the head of an older chain.
type Parent = Chain

// NewChain begins a chain. What it gives as parents is to be stored with it.
func NewChain(id int64, parents []Parent) (c Chain, stored []byte) {
	for _, p := range parents {
		stored = binary.BigEndian.AppendUint64(stored, uint64(p.ID))
		stored = binary.BigEndian.AppendUint64(stored, uint64(p.Link))
		stored = append(stored, p.Hash...)
	}
	return Chain{ID: id, Hash: genesis(id, stored)}, stored
}

func genesis(id int64, parents []byte) []byte {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(id)))
	h.Write(parents)
	return h.Sum(nil)
}

// Next is the chain with one more link, of a group whose rows have these digests. It sorts them.
func (c Chain) Next(digests [][]byte) Chain {
	slices.SortFunc(digests, bytes.Compare)
	h := sha256.New()
	h.Write(c.Hash)
	for _, d := range digests {
		h.Write(d)
	}
	return Chain{ID: c.ID, Link: c.Link + 1, Hash: h.Sum(nil)}
}

// Digest is the digest of a row: its values, strings, int64 and []byte, in order.
func Digest(values ...any) []byte {
	buffer := make([]byte, 0, 512)
	for _, v := range values {
		switch v := v.(type) {
		case string:
			buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(v)))
			buffer = append(buffer, v...)
		case []byte:
			buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(v)))
			buffer = append(buffer, v...)
		case int64:
			buffer = binary.BigEndian.AppendUint64(buffer, 8)
			buffer = binary.BigEndian.AppendUint64(buffer, uint64(v))
		default:
			panic(fmt.Sprintf("sqldb: digest of %T", v))
		}
	}
	sum := sha256.Sum256(buffer)
	return sum[:]
}

// Youngest selects the heads of the sixteen youngest chains, which a new chain names as its parents.
const Youngest = `SELECT c.id, COALESCE(l.link, 0), COALESCE(l.hash, c.genesis)
FROM chains c LEFT JOIN chain_links l ON l.chain = c.id
	AND l.link = (SELECT max(m.link) FROM chain_links m WHERE m.chain = c.id)
ORDER BY c.started_at DESC, c.id LIMIT 16`

// BeginChain stores a chain.
const BeginChain = `INSERT INTO chains (id, started_at, parents, genesis) VALUES ($1, $2, $3, $4)`
