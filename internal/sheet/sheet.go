// Package sheet writes tables as CSV and as XLSX, row by row and in bounded memory, and reads both. It knows nothing of what
// the tables are about.
package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Format is how a table is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// ContentType is the media type of a format.
func (f Format) ContentType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Writer writes one table, or several where the format has them. Close it at the end.
type Writer struct {
	out    io.Writer
	csv    *csv.Writer
	book   *excelize.File
	stream *excelize.StreamWriter
	bold   int
	sheets int
	row    int
}

// NewWriter writes to out.
func NewWriter(out io.Writer, f Format) *Writer {
	if f == CSV {
		return &Writer{out: out, csv: csv.NewWriter(out)}
	}
	return &Writer{out: out, book: excelize.NewFile()}
}

// Table begins a table with the names of its columns. In CSV a second table follows after an empty line.
func (w *Writer) Table(name string, columns ...string) error {
	w.sheets++
	if w.csv != nil {
		if w.sheets > 1 {
			w.csv.Flush()
			if _, err := io.WriteString(w.out, "\n"); err != nil {
				return err
			}
		}
		return w.csv.Write(columns)
	}
	if err := w.endSheet(); err != nil {
		return err
	}
	if w.sheets == 1 {
		if err := w.book.SetSheetName("Sheet1", name); err != nil {
			return err
		}
		bold, err := w.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		if err != nil {
			return err
		}
		w.bold = bold
	} else if _, err := w.book.NewSheet(name); err != nil {
		return err
	}
	var err error
	if w.stream, err = w.book.NewStreamWriter(name); err != nil {
		return err
	}
	if err := w.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.stream.SetColWidth(1, len(columns), 18); err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: w.bold, Value: c}
	}
	w.row = 1
	return w.stream.SetRow("A1", head)
}

// Row writes a row. Cells are text, whole numbers, or times, which are written as text in their own zone; a zero time is empty.
func (w *Writer) Row(cells ...any) error {
	if w.csv != nil {
		record := make([]string, len(cells))
		for i, c := range cells {
			record[i] = plain(c)
		}
		return w.csv.Write(record)
	}
	w.row++
	values := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case int, int64:
			values[i] = c
		default:
			values[i] = text(c) // as text, never as a formula
		}
	}
	place, err := excelize.CoordinatesToCellName(1, w.row)
	if err != nil {
		return fmt.Errorf("a sheet holds no more rows: %w; ask for CSV", err)
	}
	return w.stream.SetRow(place, values)
}

// plain is a cell of CSV. A spreadsheet takes text that begins so for a formula, and would do what it says.
// Source: OWASP, CSV Injection.
func plain(c any) string {
	switch c := c.(type) {
	case int:
		return strconv.Itoa(c)
	case int64:
		return strconv.FormatInt(c, 10)
	}
	s := text(c)
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

func text(c any) string {
	switch c := c.(type) {
	case string:
		return c
	case time.Time:
		if c.IsZero() {
			return ""
		}
		return c.Format("2006-01-02 15:04:05")
	}
	return fmt.Sprint(c)
}

func (w *Writer) endSheet() error {
	if w.stream == nil {
		return nil
	}
	return w.stream.Flush()
}

// Flush sends on the rows that were written so far, of CSV; XLSX is written by Close.
func (w *Writer) Flush() error {
	if w.csv == nil {
		return nil
	}
	w.csv.Flush()
	return w.csv.Error()
}

// Close ends what was begun.
func (w *Writer) Close() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	err := w.endSheet()
	if err == nil {
		_, err = w.book.WriteTo(w.out)
	}
	return errors.Join(err, w.book.Close())
}
