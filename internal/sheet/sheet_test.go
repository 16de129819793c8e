package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/lunas-pay/lunas/internal/sheet"
)

// evil are texts that a spreadsheet would take for a formula.
var evil = []string{`=HYPERLINK("http://evil.example","x")`, "+1", "-1+cmd", "@SUM(A1)", "\tx", "\r=1", "\n=1"} // never written

func TestNoTextBecomesAFormula(t *testing.T) {
	t.Parallel()
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		var out bytes.Buffer
		w := sheet.NewWriter(&out, format)
		if err := w.Table("One", "Text", "Number", "Time"); err != nil {
			t.Fatal(err)
		}
		for _, text := range append(evil, "plain") {
			if err := w.Row(text, int64(-5), time.Date(2026, 3, 21, 10, 0, 0, 0, time.UTC)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if format == sheet.CSV {
			rows, err := csv.NewReader(&out).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range evil {
				if got := rows[i+1][0]; !strings.HasPrefix(got, "'") {
					t.Errorf("%q was written as %q", text, got)
				}
			}
			if last := rows[len(rows)-1]; !reflect.DeepEqual(last, []string{"plain", "-5", "2026-03-21 10:00:00"}) {
				t.Errorf("the last row = %q", last)
			}
			continue
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		for i := range evil {
			place := fmt.Sprintf("A%d", i+2)
			formula, err := book.GetCellFormula("One", place)
			kind, err2 := book.GetCellType("One", place)
			if err = errors.Join(err, err2); err != nil || formula != "" || kind != excelize.CellTypeInlineString {
				t.Errorf("%s: formula %q, type %v, %v", place, formula, kind, err)
			}
		}
		if number, err := book.GetCellType("One", "B2"); err != nil || number == excelize.CellTypeInlineString {
			t.Errorf("a number has the type %v, %v", number, err)
		}
	}
}

func read(t *testing.T, content string) (rows [][]string, at []int, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := sheet.Open(path, sheet.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for {
		cells, row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, at, nil
		}
		if err != nil {
			return rows, at, err
		}
		rows, at = append(rows, append([]string{}, cells...)), append(at, row)
	}
}

func TestReadingCSV(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"a,b\n\n1,\"2\n3\"\n4,5\n", "\xef\xbb\xbfa;b\r\n\r\n1;\"2\n3\"\r\n4;5\r\n", "a\tb\n\n1\t\"2\n3\"\n4\t5", "a|b\n\n1|\"2\n3\"\n4|5",
	} {
		rows, at, err := read(t, content)
		if want := [][]string{{"a", "b"}, {"1", "2\n3"}, {"4", "5"}}; err != nil || !reflect.DeepEqual(rows, want) || !reflect.DeepEqual(at, []int{1, 3, 5}) {
			t.Errorf("%q = %q at %v, %v", content, rows, at, err)
		}
	}
}

func TestWhatIsNoTableIsSaidSo(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"": "empty", "%PDF-1.7": "PDF", "\xff\xfea\x00": "UTF-16", "\xd0\xcf\x11\xe0xxxx": "old Excel file", "PK\x03\x04xxxx": "XLSX file cannot be read",
	} {
		if _, _, err := read(t, content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.10q: %v, want %q", content, err, want)
		}
	}
	if _, err := sheet.Open(filepath.Join(t.TempDir(), "none"), sheet.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file = %v", err)
	}
}

// What is written is read again, row by row, in both formats.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		path := filepath.Join(t.TempDir(), "file")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := sheet.NewWriter(f, format)
		err = w.Table("T", "A", "B")
		for i := range 3000 {
			err = errors.Join(err, w.Row(fmt.Sprint("r", i), i))
		}
		if err := errors.Join(err, w.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := sheet.Open(path, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		n := -1
		for ; ; n++ {
			cells, row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || n >= 0 && (cells[0] != fmt.Sprint("r", n) || cells[1] != fmt.Sprint(n) || row != n+2) {
				t.Fatalf("%s, row %d = %q at %d, %v", format, n, cells, row, err)
			}
		}
		if n != 3000 {
			t.Errorf("%s: %d rows, want 3000", format, n)
		}
	}
}

// FuzzOpen reads whatever comes.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\n"))
	f.Add([]byte("PK\x03\x04"))
	var book bytes.Buffer
	w := sheet.NewWriter(&book, sheet.XLSX)
	if err := errors.Join(w.Table("T", "A"), w.Row("x"), w.Close()); err != nil {
		f.Fatal(err)
	}
	f.Add(book.Bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := sheet.Open(path, sheet.Options{})
		if err != nil {
			return
		}
		defer r.Close()
		for range 10_000 {
			if _, _, err := r.Next(); err != nil {
				return
			}
		}
	})
}
