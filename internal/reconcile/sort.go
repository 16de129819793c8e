package reconcile

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// sorter sorts records by their keys, and records of one key in the order in which they were added. What does not fit in its
// memory is written to a file of its own in sorted runs, which are merged in the end.
type sorter struct {
	dir    string
	memory int

	arena   []byte
	records []record
	file    *os.File
	out     *bufio.Writer
	written int64
	runs    []run
}

// record is a key and a value in the arena.
type record struct{ at, key, value uint32 }

// run is a part of the file that is sorted.
type run struct{ from, to int64 }

// perRecord is what a record costs beside its bytes.
const perRecord = 12

func newSorter(dir string, memory int) *sorter {
	return &sorter{dir: dir, memory: memory, arena: make([]byte, 0, memory*3/4)}
}

// add takes a copy of key and value.
func (s *sorter) add(key, value []byte) error {
	if len(s.arena)+len(key)+len(value) > cap(s.arena) || (len(s.records)+1)*perRecord > s.memory/4 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	if len(key)+len(value) > cap(s.arena) {
		return errors.New("a row is longer than the memory for sorting")
	}
	at := len(s.arena)
	s.arena = append(append(s.arena, key...), value...)
	s.records = append(s.records, record{uint32(at), uint32(len(key)), uint32(len(value))})
	return nil
}

func (s *sorter) keyOf(r record) []byte { return s.arena[r.at : r.at+r.key] }
func (s *sorter) valueOf(r record) []byte {
	return s.arena[r.at+r.key : r.at+r.key+r.value]
}

func (s *sorter) sort() {
	slices.SortFunc(s.records, func(a, b record) int {
		if c := bytes.Compare(s.keyOf(a), s.keyOf(b)); c != 0 {
			return c
		}
		return cmp.Compare(a.at, b.at)
	})
}

// spill writes what is in memory as a run.
func (s *sorter) spill() error {
	if len(s.records) == 0 {
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "lunas-sort-*")
		if err != nil {
			return fmt.Errorf("no room for sorting: %w", err)
		}
		// It has no name from now on, so that it goes with the process.
		if err := os.Remove(f.Name()); err != nil {
			return errors.Join(err, f.Close())
		}
		s.file, s.out = f, bufio.NewWriterSize(f, 256<<10)
	}
	s.sort()
	from := s.written
	var head [2 * binary.MaxVarintLen32]byte
	for _, r := range s.records {
		n := binary.PutUvarint(head[:], uint64(r.key))
		n += binary.PutUvarint(head[n:], uint64(r.value))
		if _, err := s.out.Write(head[:n]); err != nil {
			return err
		}
		if _, err := s.out.Write(s.arena[r.at : r.at+r.key+r.value]); err != nil {
			return err
		}
		s.written += int64(n) + int64(r.key) + int64(r.value)
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("no room for sorting: %w", err)
	}
	s.runs = append(s.runs, run{from, s.written})
	s.arena, s.records = s.arena[:0], s.records[:0]
	return nil
}

func (s *sorter) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// sorted gives what was added, in order. Nothing may be added any more.
func (s *sorter) sorted() (*sortedRecords, error) {
	if s.file == nil {
		s.sort()
		return &sortedRecords{memory: s}, nil
	}
	if err := s.spill(); err != nil {
		return nil, err
	}
	s.arena, s.records = nil, nil
	m := &sortedRecords{}
	for i, r := range s.runs {
		b := &branch{order: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.to-r.from), 128<<10)}
		if err := b.next(); err != nil {
			return nil, err
		}
		m.branches = append(m.branches, b)
	}
	heap.Init(&m.branches)
	return m, nil
}

// sortedRecords goes through records in order.
type sortedRecords struct {
	memory   *sorter
	at       int
	branches branches
	used     bool
}

// next gives a record, valid until the next call; io.EOF after the last.
func (m *sortedRecords) next() (key, value []byte, err error) {
	if m.memory != nil {
		if m.at == len(m.memory.records) {
			return nil, nil, io.EOF
		}
		r := m.memory.records[m.at]
		m.at++
		return m.memory.keyOf(r), m.memory.valueOf(r), nil
	}
	if m.used {
		switch err := m.branches[0].next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&m.branches)
		case err != nil:
			return nil, nil, err
		default:
			heap.Fix(&m.branches, 0)
		}
	}
	if m.used = len(m.branches) > 0; !m.used {
		return nil, nil, io.EOF
	}
	b := m.branches[0]
	return b.record[:b.key], b.record[b.key:], nil
}

// branch is a run that is read.
type branch struct {
	order  int
	in     *bufio.Reader
	record []byte
	key    int
}

func (b *branch) next() error {
	key, err := binary.ReadUvarint(b.in)
	if err != nil {
		return err
	}
	value, err := binary.ReadUvarint(b.in)
	if err != nil {
		return err
	}
	b.key = int(key)
	b.record = slices.Grow(b.record[:0], int(key+value))[:key+value]
	_, err = io.ReadFull(b.in, b.record)
	return err
}

// branches are a heap by key.
type branches []*branch

func (b branches) Len() int { return len(b) }
func (b branches) Less(i, j int) bool {
	if c := bytes.Compare(b[i].record[:b[i].key], b[j].record[:b[j].key]); c != 0 {
		return c < 0
	}
	return b[i].order < b[j].order
}
func (b branches) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func (b *branches) Push(any)     {} // nothing is added
func (b *branches) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}
