package chain

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"time"
)

// An archive is a file of the same lines, of what is old and final: the payments, each followed by what belongs to it, then
// what belongs to none. Its last line holds the hash of everything before it, and its first line names the archive before it.
// Its rows stand in the hash chains of the database that they come from: with an export of that database it is checked that
// each is what was written there.

// ArchiveFormat names an archive's form.
const ArchiveFormat = "lunas archive 1"

// KindArchived is the kind of the operator's action with which a database notes an archive; its details are an Archived.
const KindArchived = "payments.archived"

// Archived is what a database notes of an archive.
type Archived struct {
	File   string `json:"file"`   // its name without folders
	SHA256 string `json:"sha256"` // of the file as it is, in hex
	Before string `json:"before"` // what was final and older than this time (RFC 3339) is in it
}

// Archive says in the first line of an archive what is in it.
type Archive struct {
	Before   time.Time `json:"before"`
	Previous string    `json:"previous,omitempty"` // the SHA-256 of the archive before it; empty: it is the first
}

// Row is a row that no chain guards, by the names of its columns.
type Row struct {
	Table  string         `json:"table"`
	Values map[string]any `json:"values"` // texts and whole numbers
}

// PaymentsTable is the table of a payment's own row, with which its lines in an archive begin.
const PaymentsTable = "payments"

// Removed is what became of lines of an archive when what they hold was removed.
type Removed struct {
	Payments, Rows int
	Left           int // payments that have changed since, of which nothing was removed
}

// Gone is the digest of a row that was removed from the database, once it stood in an archive.
type Gone struct {
	Place
	Digest []byte `json:"digest"`
}

// NewArchive begins an archive.
func NewArchive(w io.Writer, made time.Time, by string, a Archive) (*Writer, error) {
	hashed := sha256.New()
	b := bufio.NewWriterSize(w, 1<<20)
	out := &Writer{w: b, e: json.NewEncoder(io.MultiWriter(b, hashed)), hash: hashed}
	out.e.SetEscapeHTML(false)
	return out, out.Write(Record{File: &File{Format: ArchiveFormat, Made: made.UTC().Truncate(time.Second), By: by, Archive: &a}})
}

// lineMax is how long a line of an archive may be: more than the largest message with the base64 round it.
const lineMax = 64 << 20

// ReadArchive reads an archive and gives its lines between the first and the last to each, in order. When it gives no error
// the archive is whole and as it was written, as far as can be known from itself.
func ReadArchive(r io.Reader, each func(Record) error) (File, error) {
	lines := archiveLines{r: bufio.NewReaderSize(r, 1<<20), hash: sha256.New()}
	first, err := lines.next()
	if err != nil {
		return File{}, err
	}
	if first.File == nil || first.File.Format != ArchiveFormat || first.File.Archive == nil {
		return File{}, errors.New("it is no archive: its first line does not say so")
	}
	for {
		before := lines.hash.Sum(nil)
		record, err := lines.next()
		switch {
		case err != nil:
			return *first.File, err
		case record.File != nil:
			return *first.File, errors.New("its first line stands in it again")
		case record.End == nil:
			if err := each(record); err != nil {
				return *first.File, err
			}
			continue
		case record.End.Records != lines.n-1:
			return *first.File, fmt.Errorf("%d lines were written, %d are here", record.End.Records, lines.n-1)
		case !bytes.Equal(record.End.Hash, before):
			return *first.File, errors.New("it is not what was written: its last line does not fit to the others")
		}
		if _, err := lines.r.ReadByte(); err != io.EOF {
			return *first.File, errors.New("something follows its last line")
		}
		return *first.File, nil
	}
}

type archiveLines struct {
	r    *bufio.Reader
	hash hash.Hash
	n    int64
}

// next reads a line.
func (l *archiveLines) next() (record Record, err error) {
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		line = append(line, part...)
		if err == nil {
			break
		}
		if err == io.EOF {
			return record, errors.New("it was cut: its last line is missing")
		}
		if err != bufio.ErrBufferFull {
			return record, err
		}
		if len(line) > lineMax {
			return record, fmt.Errorf("line %d is longer than any", l.n+1)
		}
	}
	l.n++
	l.hash.Write(line)
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&record); err != nil {
		return record, fmt.Errorf("line %d: %w", l.n, err)
	}
	return record, nil
}

// VerifyArchive reads an archive alone. What is wrong with it is the error.
func VerifyArchive(r io.Reader) (ArchiveReport, error) {
	var a ArchiveReport
	file, err := ReadArchive(r, func(record Record) error {
		a.Count(record)
		return nil
	})
	if file.Archive != nil {
		a.Archive = *file.Archive
	}
	return a, err
}

// ArchiveReport is what an archive holds.
type ArchiveReport struct {
	Archive
	Payments, Exchanges, Actions, Others int64
}

// Count counts a line.
func (a *ArchiveReport) Count(r Record) {
	switch {
	case r.Exchange != nil:
		a.Exchanges++
	case r.Action != nil:
		a.Actions++
	case r.Row != nil && r.Row.Table == PaymentsTable:
		a.Payments++
	default:
		a.Others++
	}
}

// VerifyWith reads an export as Verify does, with the archives of what was removed from its database. Each row of theirs must
// have been written there. Each archive is given as its bytes uncompressed, and the SHA-256, in hex, of the file that it came in.
func VerifyWith(export io.Reader, known []Chain, archives map[string]io.Reader) (Report, error) {
	v := newVerifier()
	if err := v.read(export); err != nil {
		return v.report, err
	}
	v.merge()
	found := make([]bool, len(v.rows)) // those that are gone, and in an archive
	for _, sum := range slices.Sorted(maps.Keys(archives)) {
		name := "the archive " + sum[:min(len(sum), 12)] + "…"
		if v.archives[sum] == "" {
			v.report.trouble("%s: the database has noted no such archive", name)
		} else {
			name = "the archive " + v.archives[sum]
		}
		_, err := ReadArchive(archives[sum], func(r Record) error {
			if place, digest, ok := chained(r); ok {
				v.archived(name, row{Place: place, digest: digest}, found)
			}
			return nil
		})
		if err != nil {
			return v.report, fmt.Errorf("%s: %w", name, err)
		}
		v.report.Archives++
	}
	for i := range v.rows {
		if v.rows[i].gone && !found[i] {
			v.report.Elsewhere++
		}
	}
	v.check(known)
	return v.report, nil
}

// archived looks for a row of an archive among those that were written.
func (v *verifier) archived(name string, r row, found []bool) {
	i, ok := slices.BinarySearchFunc(v.rows, r, compareRows)
	if !ok {
		v.report.trouble("%s: a row of chain %d, link %d is not what was written there", name, r.Chain, r.Link)
		return
	}
	found[i] = true
}

// merge sorts the rows, and drops what is gone where the row itself is there: it was removed while the export was made.
func (v *verifier) merge() {
	slices.SortFunc(v.rows, func(a, b row) int { return cmp.Or(compareRows(a, b), compareBool(a.gone, b.gone)) })
	kept := v.rows[:0]
	for _, r := range v.rows {
		if r.gone && len(kept) > 0 && compareRows(kept[len(kept)-1], r) == 0 {
			continue
		}
		kept = append(kept, r)
	}
	v.rows = kept
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareRows(a, b row) int {
	return cmp.Or(cmp.Compare(a.Chain, b.Chain), cmp.Compare(a.Link, b.Link), bytes.Compare(a.digest[:], b.digest[:]))
}

// chained gives the place and digest of a line that stands in a chain.
func chained(r Record) (p Place, digest [sha256.Size]byte, ok bool) {
	switch {
	case r.Exchange != nil:
		return r.Exchange.Place, [sha256.Size]byte(r.Exchange.Digest()), true
	case r.Action != nil:
		return r.Action.Place, [sha256.Size]byte(r.Action.Digest()), true
	case r.OperatorAction != nil:
		return r.OperatorAction.Place, [sha256.Size]byte(r.OperatorAction.Digest()), true
	}
	return p, digest, false
}

// noted remembers the archives that a database has noted.
func (v *verifier) noted(a *OperatorAction) {
	var d Archived
	if a.Kind == KindArchived && json.Unmarshal([]byte(a.Details), &d) == nil && isSum(d.SHA256) {
		v.archives[d.SHA256] = d.File
	}
}

func isSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size
}
