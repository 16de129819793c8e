package reconcile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
)

// Options say what is compared. All but TempDir, Memory and Progress are needed.
type Options struct {
	Mapping *Mapping
	Path    string // of the settlement file
	// Ours gives our books' entries, in any order, each with its key; it ends when put returns an error, and returns it. An
	// entry without a key is one that the provider cannot know: it is left out unless the merchant should have money of it.
	Ours func(put func(recap.Entry) error) error
	// Found takes every discrepancy, in the order of keys. Its error ends the run.
	Found func(recap.Discrepancy) error

	TempDir  string // for sorting; empty: the system's
	Memory   int    // bytes for each side's sorting; 32 MiB by default
	Progress *Progress
}

// Progress is how far a run has come. It may be read while the run goes on.
type Progress struct {
	Theirs   atomic.Int64 // rows of the file that were read
	Ours     atomic.Int64 // entries of our books that were read
	Compared atomic.Int64 // keys
}

// Summary is what a run came to.
type Summary struct {
	Rows    int64 `json:"rows"`    // of the file, after its header
	Ignored int64 `json:"ignored"` // of them, those that are no payments
	Unread  int64 `json:"unread"`  // of them, those that could not be read
	// Errors are the first of those that could not be read.
	Errors []RowError `json:"errors,omitempty"`

	Entries int64                 `json:"entries"` // of our books, of the day itself
	Matched int64                 `json:"matched"` // keys that both sides have, and agree on
	Carried int64                 `json:"carried"` // paid round midnight and not listed: the neighbouring day's file should list them
	Gone    int64                 `json:"gone"`    // not listed: the neighbouring day's file lists them
	Brought int64                 `json:"brought"` // listed and matched, and of the neighbouring day
	Counts  map[recap.Class]int64 `json:"counts"`  // of what is listed, by class

	CarriedPayments []string `json:"carried_payments,omitempty"` // the first of them

	Ours     recap.Total `json:"ours"`     // what the merchant should have of the day, by our books
	Theirs   recap.Total `json:"theirs"`   // what the file lists as paid
	Returned recap.Total `json:"returned"` // what the file lists as given back
	Fees     recap.Sen   `json:"fees_sen"` // of what it lists as paid
	Net      recap.Sen   `json:"net_sen"`

	Warnings []string `json:"warnings,omitempty"`
	// Indonesian are the warnings in Indonesian, in the same order; none where they were written before there were any.
	Indonesian []string `json:"warnings_indonesian,omitempty"`
}

// Warn adds a warning.
func (s *Summary) Warn(w language.Words) {
	s.Warnings, s.Indonesian = append(s.Warnings, w.EN), append(s.Indonesian, w.ID)
}

// Warned lists the warnings in both languages.
func (s Summary) Warned() (all []language.Words) {
	for i, en := range s.Warnings {
		w := language.Words{EN: en}
		if len(s.Indonesian) == len(s.Warnings) {
			w.ID = s.Indonesian[i]
		}
		all = append(all, w)
	}
	return all
}

// Discrepancies counts them all. What is of the other day is none.
func (s Summary) Discrepancies() (n int64) {
	for class, count := range s.Counts { // order does not matter: it is a sum
		if class != recap.OtherDay {
			n += count
		}
	}
	return n
}

// Clean tells whether both sides agree, and every row could be read.
func (s Summary) Clean() bool { return s.Discrepancies() == 0 && s.Unread == 0 }

const (
	errorsMax     = 100
	carriedMax    = 100
	defaultMemory = 32 << 20
	// sameKeyMax is how many rows of one key are looked at: more are a key that is none.
	sameKeyMax = 1000
)

// Run compares. Its memory does not grow with the number of rows.
func Run(ctx context.Context, o Options) (Summary, error) {
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	s := Summary{Counts: map[recap.Class]int64{}}
	ours, theirs := newSorter(o.TempDir, o.Memory), newSorter(o.TempDir, o.Memory)
	err := both(
		func() error { return o.readOurs(ctx, ours, &s) },
		func() error { return o.readTheirs(ctx, theirs, &s) },
	)
	if err == nil {
		err = o.merge(ctx, ours, theirs, &s)
	}
	if err := errors.Join(err, ours.close(), theirs.close()); err != nil {
		return s, err
	}
	s.warn(o.Mapping)
	return s, nil
}

// both does two things side by side. They touch different parts of what they share.
func both(a, b func() error) error {
	var errA, errB error
	var wait sync.WaitGroup
	wait.Go(func() { errA = guarded(a) })
	errB = guarded(b)
	wait.Wait()
	return errors.Join(errA, errB)
}

// guarded makes an error of a panic: a library that a strange file makes stumble must not take the process, which moves money,
// down with it.
func guarded(f func() error) (err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("what stands in the file made the program stumble: %v", trouble)
		}
	}()
	return f()
}

func (o *Options) readOurs(ctx context.Context, into *sorter, s *Summary) error {
	var value []byte
	err := o.Ours(func(e recap.Entry) error {
		if n := o.Progress.Ours.Add(1); n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if e.Home {
			s.Entries++
			if e.Money == recap.Kept {
				s.Ours.Count++
				s.Ours.Sum += e.Amount
			}
		}
		if e.Key == "" {
			if e.Money != recap.Kept && e.Money != recap.Doubtful {
				return nil // such as a push that did not leave
			}
			e.Key = noKey + e.PaymentID
		}
		value = appendEntry(value[:0], e)
		return into.add([]byte(e.Key), value)
	})
	if err != nil {
		return fmt.Errorf("read our books: %w", err)
	}
	return nil
}

// noKey begins the key of a payment that has none in our books; no key of a file begins so.
const noKey = "\x01payment "

func (o *Options) readTheirs(ctx context.Context, into *sorter, s *Summary) error {
	f, err := OpenFile(o.Path, o.TempDir, o.Mapping)
	if err != nil {
		return err
	}
	defer f.Close()
	return o.lines(ctx, f, into, s)
}

func (o *Options) lines(ctx context.Context, f *File, into *sorter, s *Summary) error {
	var value []byte
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		l, err := f.Next()
		s.Rows, s.Ignored = f.Rows, f.Ignored
		o.Progress.Theirs.Store(f.Rows)
		var row *RowError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &row):
			if s.Unread++; len(s.Errors) < errorsMax {
				s.Errors = append(s.Errors, *row)
			}
			continue
		case err != nil:
			return fmt.Errorf("read the file: %w", err)
		}
		s.count(l)
		value = appendLine(value[:0], l)
		if err := into.add([]byte(l.Key), value); err != nil {
			return err
		}
	}
}

func (s *Summary) count(l recap.Line) {
	switch l.Standing {
	case recap.LinePaid:
		s.Theirs.Count++
		s.Theirs.Sum += l.Amount
		s.Fees += l.Fee
		s.Net += l.Net
	case recap.LineReturned:
		s.Returned.Count++
		s.Returned.Sum += max(l.Amount, -l.Amount)
	}
}

// merge goes through both sides in the order of keys.
func (o *Options) merge(ctx context.Context, ours, theirs *sorter, s *Summary) error {
	left, err := newSide(ours, readEntry)
	if err != nil {
		return err
	}
	right, err := newSide(theirs, readLine)
	if err != nil {
		return err
	}
	rules := recap.Rules{Fee: o.Mapping.fee}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		key, any := first(left, right)
		if !any {
			return nil
		}
		entries, err := left.take(key)
		if err != nil {
			return err
		}
		lines, err := right.take(key)
		if err != nil {
			return err
		}
		o.Progress.Compared.Add(1)
		if err := o.judge(recap.Compare(rules, key, entries, lines), entries, s); err != nil {
			return err
		}
	}
}

func (o *Options) judge(v recap.Verdict, entries []recap.Entry, s *Summary) error {
	if v.Matched {
		s.Matched++
	}
	switch {
	case v.Gone:
		s.Gone++
	case v.Brought:
		s.Brought++
	case v.Carried:
		if s.Carried++; len(s.CarriedPayments) < carriedMax {
			s.CarriedPayments = append(s.CarriedPayments, entries[0].PaymentID)
		}
	}
	for _, d := range v.Found {
		s.Counts[d.Class]++
		if len(d.Key) > len(noKey) && d.Key[:len(noKey)] == noKey {
			d.Key = ""
			d.Add(language.Words{ID: "; catatan kami tidak tahu bagaimana provider menyebutnya", EN: "; our books do not know what the provider calls it"})
		}
		// What was compared is used again for the next key.
		d.Ours, d.Theirs = append([]recap.Entry{}, d.Ours...), append([]recap.Line{}, d.Theirs...)
		if err := o.Found(d); err != nil {
			return err
		}
	}
	return nil
}

// side is one of the two sides, sorted.
type side[T any] struct {
	records *sortedRecords
	read    func([]byte) T
	key     []byte // of value
	value   T
	more    bool
	group   []T
}

func newSide[T any](s *sorter, read func([]byte) T) (*side[T], error) {
	records, err := s.sorted()
	if err != nil {
		return nil, err
	}
	d := &side[T]{records: records, read: read}
	return d, d.advance()
}

func (d *side[T]) advance() error {
	key, value, err := d.records.next()
	if errors.Is(err, io.EOF) {
		d.more = false
		return nil
	}
	if err != nil {
		return err
	}
	d.key = append(d.key[:0], key...)
	d.value, d.more = d.read(value), true
	return nil
}

// take gives everything that has a key, valid until the next call.
func (d *side[T]) take(key string) ([]T, error) {
	d.group = d.group[:0]
	for d.more && string(d.key) == key {
		if len(d.group) < sameKeyMax {
			d.group = append(d.group, d.value)
		}
		if err := d.advance(); err != nil {
			return nil, err
		}
	}
	return withKey(d.group, key), nil
}

// withKey puts the key, which is stored once, into each.
func withKey[T any](group []T, key string) []T {
	for i := range group {
		switch v := any(&group[i]).(type) {
		case *recap.Entry:
			v.Key = key
		case *recap.Line:
			v.Key = key
		}
	}
	return group
}

func first(left *side[recap.Entry], right *side[recap.Line]) (key string, any bool) {
	switch {
	case left.more && (!right.more || bytes.Compare(left.key, right.key) <= 0):
		return string(left.key), true
	case right.more:
		return string(right.key), true
	}
	return "", false
}

// warn says what looks as if it were not meant.
func (s *Summary) warn(m *Mapping) {
	if s.Rows == 0 {
		s.Warn(language.Words{ID: "Berkas ini tidak berisi baris di bawah nama kolomnya.", EN: "The file has no rows below the names of its columns."})
	}
	if s.Matched == 0 && s.Counts[recap.MissingHere] > 0 && s.Counts[recap.MissingThere] > 0 {
		s.Warn(language.Words{
			ID: "Tidak satu baris pun cocok menurut %s: apakah ini berkas akun dan hari ini, dan apakah pemetaan mencocokkan dengan yang diketahui kedua pihak?",
			EN: "Not one row was matched by %s: is it the file of this account and day, and does the mapping match by what both sides know?",
		}.With(joined(m.Match)))
	}
	if s.Unread > 0 {
		s.Warn(language.Words{ID: "%d baris tidak terbaca dan tidak dibandingkan.", EN: "%d rows could not be read and were not compared."}.With(s.Unread))
	}
}

// ---------------------------------------------------------------- what is sorted, as bytes

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return binary.AppendVarint(b, 0)
	}
	return binary.AppendVarint(b, t.UnixMicro())
}

// reading reads what was appended; it is only given what this package wrote. Its strings are parts of one copy.
type reading struct {
	b  []byte
	s  string // b, copied
	at int
}

func read(b []byte) *reading { return &reading{b: b, s: string(b)} }

func (r *reading) int() int64 {
	v, n := binary.Varint(r.b[r.at:])
	r.at += n
	return v
}

func (r *reading) string() string {
	length, n := binary.Uvarint(r.b[r.at:])
	from := r.at + n
	r.at = from + int(length)
	return r.s[from:r.at]
}

func (r *reading) time() time.Time {
	if v := r.int(); v != 0 {
		return time.UnixMicro(v).In(payment.WIB)
	}
	return time.Time{}
}

func flags(set ...bool) (f int64) {
	for i, on := range set {
		if on {
			f |= 1 << i
		}
	}
	return f
}

func appendEntry(b []byte, e recap.Entry) []byte {
	b = appendString(b, e.PaymentID)
	b = binary.AppendVarint(b, int64(e.Attempt))
	b = appendString(b, string(e.State))
	b = appendString(b, string(e.Money))
	b = binary.AppendVarint(b, int64(e.Amount))
	b = appendTime(b, e.At)
	b = binary.AppendVarint(b, flags(e.Home, e.Astride, e.Elsewhere != nil))
	if o := e.Elsewhere; o != nil {
		b = appendString(binary.AppendVarint(b, int64(o.Day)), o.ReconciliationID)
		b = binary.AppendVarint(appendString(b, string(o.Says)), int64(o.Row))
	}
	return appendString(b, e.Contradicted)
}

func readEntry(b []byte) (e recap.Entry) {
	r := read(b)
	e.PaymentID, e.Attempt = r.string(), int(r.int())
	e.State, e.Money = payment.State(r.string()), recap.Money(r.string())
	e.Amount, e.At = payment.Rupiah(r.int()), r.time()
	f := r.int()
	e.Home, e.Astride = f&1 != 0, f&2 != 0
	if f&4 != 0 {
		e.Elsewhere = &recap.Elsewhere{Day: payment.Day(r.int()), ReconciliationID: r.string(), Says: recap.ElseSays(r.string()), Row: int(r.int())}
	}
	e.Contradicted = r.string()
	return e
}

func appendLine(b []byte, l recap.Line) []byte {
	b = binary.AppendVarint(b, int64(l.Row))
	b = appendString(b, string(l.Standing))
	b = appendString(b, l.Written)
	b = binary.AppendVarint(b, int64(l.Amount))
	b = appendTime(b, l.At)
	b = binary.AppendVarint(b, int64(l.Fee))
	b = binary.AppendVarint(b, int64(l.Net))
	return binary.AppendVarint(b, flags(l.HasFee, l.HasNet))
}

func readLine(b []byte) (l recap.Line) {
	r := read(b)
	l.Row, l.Standing, l.Written = int(r.int()), recap.Standing(r.string()), r.string()
	l.Amount, l.At = payment.Rupiah(r.int()), r.time()
	l.Fee, l.Net = recap.Sen(r.int()), recap.Sen(r.int())
	f := r.int()
	l.HasFee, l.HasNet = f&1 != 0, f&2 != 0
	return l
}
