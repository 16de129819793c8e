// Package chain is the hash chain over what must not be tampered with, and the file in which it leaves the house:
// exchanges, and the journal's entries of what people asked for. It checks such a file without a database and without
// a key. It keeps nothing.
package chain

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Chain is one hash chain. Each writer of a database has its own, so that writers never wait for one another, and each
// group of changes is one link of it:
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

// New begins a chain. What it gives as parents is to be stored with it.
func New(id int64, parents []Chain) (c Chain, stored []byte) {
	for _, p := range parents {
		stored = binary.BigEndian.AppendUint64(stored, uint64(p.ID))
		stored = binary.BigEndian.AppendUint64(stored, uint64(p.Link))
		stored = append(stored, p.Hash...)
	}
	return Chain{ID: id, Hash: genesis(id, stored)}, stored
}

// parentSize is how many bytes a parent has in what New gives.
const parentSize = 8 + 8 + sha256.Size

// Parents reads what New gave as parents.
func Parents(stored []byte) (parents []Chain, err error) {
	if len(stored)%parentSize != 0 {
		return nil, fmt.Errorf("the parents of a chain have %d bytes", len(stored))
	}
	for p := range slices.Chunk(stored, parentSize) {
		parents = append(parents, Chain{
			ID: int64(binary.BigEndian.Uint64(p)), Link: int64(binary.BigEndian.Uint64(p[8:])), Hash: p[16:],
		})
	}
	return parents, nil
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
			panic(fmt.Sprintf("chain: digest of %T", v))
		}
	}
	sum := sha256.Sum256(buffer)
	return sum[:]
}
