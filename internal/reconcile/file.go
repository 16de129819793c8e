package reconcile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
)

// RowError is a row of a file that cannot be read.
type RowError struct {
	Row    int    `json:"row"`
	Column string `json:"column"` // as the file calls it
	Detail string `json:"detail"`
}

// Error names row and column.
func (e RowError) Error() string {
	return fmt.Sprintf("row %d, column %q: %s", e.Row, e.Column, e.Detail)
}

// File reads the lines of a settlement file.
type File struct {
	mapping *Mapping
	reader  *sheet.Reader
	clock   *clock
	names   []string // of the columns, as the file has them
	columns map[Field][]int
	ignore  []ignoring
	words   map[string]string // what words for states mean
	part    []byte
	Rows    int64 // that were read after the header
	Ignored int64 // of them, those that the mapping says are no payments
}

type ignoring struct {
	column int
	words  []string
}

// headerWithin is in how many rows the names of the columns are looked for.
const headerWithin = 30

// OpenFile opens a file and finds its columns.
func OpenFile(path, tempDir string, m *Mapping) (*File, error) {
	delimiter := rune(0)
	for _, r := range m.Delimiter {
		delimiter = r
	}
	if m.Delimiter == "tab" {
		delimiter = '\t'
	}
	r, err := sheet.Open(path, sheet.Options{Delimiter: delimiter, Sheet: m.Sheet, TempDir: tempDir})
	if err != nil {
		return nil, err
	}
	f := &File{mapping: m, reader: r, clock: m.clock(), words: map[string]string{}}
	if err := f.findHeader(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error { return f.reader.Close() }

// findHeader looks for the row with the names of the columns.
func (f *File) findHeader() error {
	var best []string // why the row that came nearest is not it
	for range headerWithin {
		cells, row, err := f.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if f.mapping.Header > 0 && row != f.mapping.Header {
			continue
		}
		missing := f.resolve(cells)
		if len(missing) == 0 {
			return f.findIgnored()
		}
		if best == nil || len(missing) < len(best) {
			best = missing
		}
		if f.mapping.Header > 0 {
			break
		}
	}
	if best == nil {
		return errors.New("the file has no row with the names of its columns")
	}
	return fmt.Errorf("the names of the columns are not as the mapping %s has them: there is none for %s; write your file's names under columns", f.mapping.Name, strings.Join(best, ", nor for "))
}

// resolve finds the columns among a header's cells, and gives those that are needed and not there.
func (f *File) resolve(cells []string) (missing []string) {
	f.names = slices.Clone(cells)
	places := map[string]int{}
	for i, name := range slices.Backward(cells) {
		places[folded(name)] = i
	}
	f.columns = map[Field][]int{}
	for _, field := range Fields() {
		for _, name := range f.mapping.Columns[field] {
			if found := find(places, name); found != nil {
				f.columns[field] = found
				break
			}
		}
		needed := field == Amount || slices.Contains(f.mapping.Match, field)
		if f.columns[field] == nil && needed {
			missing = append(missing, fmt.Sprintf("%s (%s)", field, strings.Join(f.mapping.Columns[field], ", ")))
		}
	}
	return missing
}

// find gives the places of a name, or of several joined by +; nil where one is missing.
func find(places map[string]int, name string) []int {
	var found []int
	for part := range strings.SplitSeq(name, "+") {
		at, ok := places[folded(part)]
		if !ok || folded(part) == "" {
			return nil
		}
		found = append(found, at)
	}
	return found
}

func (f *File) findIgnored() error {
	for name, words := range f.mapping.Ignore { // order does not matter: any of them ignores
		i := slices.IndexFunc(f.names, func(s string) bool { return folded(s) == folded(name) })
		if i < 0 {
			return fmt.Errorf("ignore: the file has no column %q", clip(name))
		}
		in := ignoring{column: i}
		for _, w := range words {
			in.words = append(in.words, folded(w))
		}
		f.ignore = append(f.ignore, in)
	}
	return nil
}

// Next gives the next line; io.EOF after the last. A *RowError is one row's: the next ones can be read.
func (f *File) Next() (recap.Line, error) {
	for {
		cells, row, err := f.reader.Next()
		if err != nil {
			return recap.Line{}, err
		}
		f.Rows++
		if f.ignored(cells) {
			f.Ignored++
			continue
		}
		line, err := f.line(cells, row)
		if err == errIgnored {
			f.Ignored++
			continue
		}
		return line, err
	}
}

var errIgnored = errors.New("the row is no payment")

func (f *File) ignored(cells []string) bool {
	for _, in := range f.ignore {
		if in.column < len(cells) && slices.Contains(in.words, folded(cells[in.column])) {
			return true
		}
	}
	return f.footer(cells)
}

// footer tells whether a row is a sum below the table: nothing where the key should be, and a word that says so.
func (f *File) footer(cells []string) bool {
	for _, field := range f.mapping.Match {
		if s := strings.TrimSpace(f.cell(cells, field)); s != "" && !totalWord(s) {
			return false
		}
	}
	return slices.ContainsFunc(cells, totalWord)
}

func totalWord(s string) bool {
	if len(s) == 0 || len(s) > 40 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	s = folded(s)
	for _, word := range []string{"total", "grandtotal", "subtotal", "jumlah", "jumlahtotal", "totaljumlah"} {
		if s == word {
			return true
		}
	}
	return false
}

// cell is what stands in a field's columns.
func (f *File) cell(cells []string, field Field) string {
	places := f.columns[field]
	if len(places) == 1 {
		if places[0] < len(cells) {
			return cells[places[0]]
		}
		return ""
	}
	var parts []string
	for _, at := range places {
		if at < len(cells) {
			parts = append(parts, strings.TrimSpace(cells[at]))
		}
	}
	return strings.Join(parts, " ")
}

func (f *File) wrong(row int, field Field, format string, args ...any) *RowError {
	e := &RowError{Row: row, Column: string(field), Detail: fmt.Sprintf(format, args...)}
	if places := f.columns[field]; len(places) > 0 {
		var names []string
		for _, at := range places {
			names = append(names, strings.TrimSpace(f.names[at]))
		}
		e.Column = strings.Join(names, " + ")
	}
	return e
}

// meaning is what a provider's word for a state means; empty: the mapping does not know it. The few words of a file are
// folded once.
func (f *File) meaning(word string) string {
	meaning, seen := f.words[word]
	if !seen {
		meaning = f.mapping.states[folded(word)]
		if len(f.words) < 1000 {
			f.words[strings.Clone(word)] = meaning
		}
	}
	return meaning
}

// line reads a row.
func (f *File) line(cells []string, row int) (recap.Line, error) {
	m := f.mapping
	l := recap.Line{Row: row, Standing: recap.LinePaid}
	var err error
	if f.columns[StateWord] != nil {
		l.Written = strings.TrimSpace(f.cell(cells, StateWord))
		if len(m.states) > 0 {
			switch meaning := f.meaning(l.Written); {
			case meaning == "":
				return l, f.wrong(row, StateWord, "%q is not among the states of the mapping", clip(l.Written))
			case meaning == ignored:
				return l, errIgnored
			default:
				l.Standing = recap.Standing(meaning)
			}
		}
	}
	f.part = f.part[:0]
	for i, field := range m.Match {
		part := keyed(field, f.cell(cells, field))
		if part == "" {
			return l, f.wrong(row, field, "is empty, and is part of the key")
		}
		if len(part) > keyPartMax {
			return l, f.wrong(row, field, "is longer than %d bytes", keyPartMax)
		}
		if i > 0 {
			f.part = append(f.part, '/')
		}
		f.part = append(f.part, part...)
	}
	l.Key = string(f.part)
	if l.Amount, err = parseAmount(f.cell(cells, Amount), m.decimal); err != nil {
		return l, f.wrong(row, Amount, "%v", err)
	}
	if l.Amount < 0 && l.Standing == recap.LinePaid {
		l.Standing = recap.LineReturned
	}
	if l.Fee, l.HasFee, err = f.money(cells, row, FeeAmount); err != nil {
		return l, err
	}
	l.Fee = max(l.Fee, -l.Fee) // deductions are written with either sign
	if l.Net, l.HasNet, err = f.money(cells, row, NetAmount); err != nil {
		return l, err
	}
	if s := strings.TrimSpace(f.cell(cells, At)); s != "" {
		if l.At, err = f.clock.parse(s); err != nil {
			return l, f.wrong(row, At, "%v", err)
		}
	}
	return l, nil
}

const keyPartMax = 200

func (f *File) money(cells []string, row int, field Field) (recap.Sen, bool, error) {
	s := f.cell(cells, field)
	if strings.TrimSpace(s) == "" {
		return 0, false, nil
	}
	sen, err := parseSen(s, f.mapping.decimal)
	if err != nil {
		return 0, false, f.wrong(row, field, "%v", err)
	}
	return sen, true, nil
}
