package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Options say how a file is read. The zero value finds out by itself.
type Options struct {
	Delimiter rune   // of CSV; 0: the one of , ; tab | that the first line has most of
	Sheet     string // of XLSX; empty: the first
	TempDir   string // where a large XLSX is unpacked; empty: the system's
}

// Reader reads the rows of a CSV or XLSX file.
type Reader struct {
	file *os.File
	csv  *csv.Reader
	book *excelize.File
	rows *excelize.Rows
	row  int
}

// Limits of an XLSX file.
const (
	unpackedMax = 8 << 30  // bytes, of all in it: a smaller file can be a bomb
	inMemoryMax = 16 << 20 // bytes of a part; larger ones are unpacked to files
)

// Open opens a file. What it is tells its beginning, not its name.
func Open(path string, o Options) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: f}
	buffered := bufio.NewReaderSize(f, 256<<10)
	head, err := buffered.Peek(8)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, errors.Join(err, r.Close())
	case len(head) == 0:
		return nil, errors.Join(errors.New("the file is empty"), r.Close())
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return r.openBook(path, o)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, errors.Join(errors.New("this is an old Excel file (.xls), or one with a password: save it as .xlsx or CSV, without a password"), r.Close())
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return nil, errors.Join(errors.New("this text is in UTF-16: save it in UTF-8"), r.Close())
	case bytes.HasPrefix(head, []byte("%PDF")):
		return nil, errors.Join(errors.New("this is a PDF: ask for CSV or XLSX"), r.Close())
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		if _, err := buffered.Discard(3); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	r.csv = csv.NewReader(buffered)
	r.csv.FieldsPerRecord, r.csv.LazyQuotes, r.csv.ReuseRecord = -1, true, true
	if r.csv.Comma = o.Delimiter; r.csv.Comma == 0 {
		first, _ := buffered.Peek(64 << 10)
		r.csv.Comma = delimiter(first)
	}
	return r, nil
}

// delimiter is the one that the first line with any of them has most of.
func delimiter(head []byte) rune {
	for line := range bytes.Lines(head) {
		best, most := ',', 0
		for _, d := range ",;\t|" {
			if n := strings.Count(string(line), string(d)); n > most {
				best, most = d, n
			}
		}
		if most > 0 {
			return best
		}
	}
	return ','
}

func (r *Reader) openBook(path string, o Options) (*Reader, error) {
	book, err := excelize.OpenFile(path, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: unpackedMax, UnzipXMLSizeLimit: inMemoryMax, TmpDir: o.TempDir,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("this XLSX file cannot be read: %w", err), r.Close())
	}
	r.book = book
	name := o.Sheet
	if list := book.GetSheetList(); name == "" && len(list) > 0 {
		name = list[0]
	}
	if r.rows, err = book.Rows(name); err != nil {
		return nil, errors.Join(fmt.Errorf("the file has no sheet %q; it has %s", name, strings.Join(book.GetSheetList(), ", ")), r.Close())
	}
	return r, nil
}

// Next gives the next row's cells, valid until the next call, and its number in the file, from 1; io.EOF after the last.
// Empty rows are left out.
func (r *Reader) Next() (cells []string, row int, err error) {
	for {
		if r.csv != nil {
			cells, err = r.csv.Read()
			if err != nil {
				return nil, 0, readable(err)
			}
			row, _ = r.csv.FieldPos(0)
			if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
				continue
			}
			return cells, row, nil
		}
		if !r.rows.Next() {
			if err := r.rows.Error(); err != nil {
				return nil, 0, err
			}
			return nil, 0, io.EOF
		}
		r.row++
		if cells, err = r.rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
			return nil, 0, fmt.Errorf("row %d: %w", r.row, err)
		}
		if len(cells) > 0 {
			return cells, r.row, nil
		}
	}
}

// readable takes what encoding/csv says into a sentence with the row.
func readable(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("row %d: %w", parse.StartLine, parse.Err)
	}
	return err
}

// Close closes the file.
func (r *Reader) Close() error {
	var errs []error
	if r.rows != nil {
		errs = append(errs, r.rows.Close())
	}
	if r.book != nil {
		errs = append(errs, r.book.Close())
	}
	return errors.Join(append(errs, r.file.Close())...)
}
