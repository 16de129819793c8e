//go:build unix

package reconcile

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/sheet"
)

// million is how many rows each side has.
const million = 1_000_000

// BenchmarkMillion reconciles a million rows with a million payments, beside reading both files and sorting them by key with the
// same libraries and in the same two goroutines, without looking at what stands in them. Both sides come in another order.
//
//	go test ./internal/reconcile -run '^$' -bench Million -benchtime 1x
func BenchmarkMillion(b *testing.B) {
	ours, theirs := writeMillion(b)
	var rival, own, rivalCPU, ownCPU time.Duration
	for b.Loop() {
		began, busy := time.Now(), cpu(b)
		err := both(func() error { return sortFile(b.TempDir(), ours, 0) }, func() error { return sortFile(b.TempDir(), theirs, 1, 2, 3) })
		if err != nil {
			b.Fatal(err)
		}
		rival, rivalCPU = rival+time.Since(began), rivalCPU+cpu(b)-busy
		forgetPeak(b)
		began, busy = time.Now(), cpu(b)
		mapping, err := Default("ovo")
		if err != nil {
			b.Fatal(err)
		}
		found := 0
		s, err := Run(context.Background(), Options{
			Mapping: &mapping, Path: theirs, TempDir: b.TempDir(), Found: func(recap.Discrepancy) error { found++; return nil },
			Ours: func(put func(recap.Entry) error) error { return readOurFile(ours, put) },
		})
		if err != nil {
			b.Fatal(err)
		}
		own, ownCPU = own+time.Since(began), ownCPU+cpu(b)-busy
		if s.Matched != million-2000 || found != 2000 || s.Unread > 0 {
			b.Fatalf("matched %d, found %d: %+v", s.Matched, found, s)
		}
	}
	n := float64(b.N)
	b.ReportMetric(2*million*n/own.Seconds(), "rows/s")
	b.ReportMetric(2*million*n/rival.Seconds(), "sorted-rows/s")
	b.ReportMetric(rival.Seconds()/own.Seconds(), "ratio")
	b.ReportMetric(rivalCPU.Seconds()/ownCPU.Seconds(), "cpu-ratio") // does not mind what else the machine does
	b.ReportMetric(ownCPU.Seconds()/n, "cpu-s")
	b.ReportMetric(peak(b), "peak-MB")
}

// BenchmarkMillionXLSX does the same with the provider's side as XLSX, without anything beside it.
//
//	go test ./internal/reconcile -run '^$' -bench MillionXLSX -benchtime 1x
func BenchmarkMillionXLSX(b *testing.B) {
	ours, theirs := writeMillion(b)
	path := filepath.Join(b.TempDir(), "theirs.xlsx")
	asBook(b, theirs, path)
	forgetPeak(b)
	busy := cpu(b)
	for b.Loop() {
		mapping, err := Default("ovo")
		if err != nil {
			b.Fatal(err)
		}
		s, err := Run(context.Background(), Options{
			Mapping: &mapping, Path: path, TempDir: b.TempDir(), Found: func(recap.Discrepancy) error { return nil },
			Ours: func(put func(recap.Entry) error) error { return readOurFile(ours, put) },
		})
		if err != nil {
			b.Fatal(err)
		}
		if s.Matched != million-2000 || s.Discrepancies() != 2000 || s.Unread > 0 {
			b.Fatalf("%+v", s)
		}
	}
	b.ReportMetric(2*million*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric((cpu(b)-busy).Seconds()/float64(b.N), "cpu-s")
	b.ReportMetric(peak(b), "peak-MB")
}

// asBook writes a CSV file's rows as XLSX.
func asBook(b *testing.B, from, to string) {
	b.Helper()
	f, err := os.Create(to)
	if err != nil {
		b.Fatal(err)
	}
	w := sheet.NewWriter(f, sheet.XLSX)
	begun := false
	err = eachRow(from, func(row []string) error {
		if !begun {
			begun = true
			return w.Table("Settlement", row...)
		}
		cells := make([]any, len(row))
		for i, cell := range row {
			cells[i] = strings.Clone(cell)
		}
		return w.Row(cells...)
	})
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		b.Fatal(err)
	}
}

// writeMillion writes both sides; a thousand of the payments are not listed, and a thousand have another amount.
func writeMillion(b *testing.B) (ours, theirs string) {
	b.Helper()
	dir := b.TempDir()
	write := func(name string, line func(w io.Writer, i int)) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		w := bufio.NewWriter(f)
		line(w, -1)
		for i := range million {
			line(w, i*999_983%million) // every number once, in no order
		}
		if err := errors.Join(w.Flush(), f.Close()); err != nil {
			b.Fatal(err)
		}
		return path
	}
	key := func(i int) (tid, batch, reference int) { return 300_000 + i/50_000, 1 + i/25_000%2, 1 + i%25_000 }
	at := time.Date(2026, 3, 21, 8, 0, 0, 0, payment.WIB)
	ours = write("ours.csv", func(w io.Writer, i int) {
		if i >= 0 {
			tid, batch, reference := key(i)
			fmt.Fprintf(w, "%d/%d/%d,pay_%026d,paid,%d,%s\n", tid, batch, reference, i, 10_000+i%90_000, at.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339))
		}
	})
	theirs = write("theirs.csv", func(w io.Writer, i int) {
		if i < 0 {
			fmt.Fprintln(w, "Merchant,Terminal ID,Batch,Reference Number,Amount,MDR,Net Amount,Status,Transaction Time")
			return
		}
		tid, batch, reference := key(i)
		amount := 10_000 + i%90_000
		if i%1000 == 7 {
			return
		}
		if i%1000 == 8 {
			amount += 500
		}
		fmt.Fprintf(w, "Toko Lunas,%08d,%06d,%06d,\"Rp %d.%03d,00\",%d,%d,SUCCESS,%s\n", tid, batch, reference, amount/1000, amount%1000,
			amount*7/1000, amount-amount*7/1000, at.Add(time.Duration(i)*time.Millisecond).Format("02/01/2006 15:04:05"))
	})
	return ours, theirs
}

func readOurFile(path string, put func(recap.Entry) error) error {
	return eachRow(path, func(row []string) error {
		amount, err := strconv.ParseInt(row[3], 10, 64)
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339, row[4])
		if err != nil {
			return err
		}
		return put(recap.Entry{Key: row[0], PaymentID: row[1], State: payment.State(row[2]), Money: recap.Kept, Amount: payment.Rupiah(amount), At: at, Home: true})
	})
}

func eachRow(path string, f func([]string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(bufio.NewReaderSize(file, 256<<10))
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
}

// sortFile reads a file and sorts its rows by some columns.
func sortFile(dir, path string, columns ...int) error {
	s := newSorter(dir, defaultMemory)
	var key, value []byte
	err := eachRow(path, func(row []string) error {
		key, value = key[:0], value[:0]
		for _, c := range columns {
			key = append(append(key, row[c]...), '/')
		}
		for _, cell := range row {
			value = append(append(value, cell...), 0)
		}
		return s.add(key, value)
	})
	if err != nil {
		return err
	}
	m, err := s.sorted()
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if _, _, err := m.next(); errors.Is(err, io.EOF) {
			return s.close()
		} else if err != nil {
			return err
		}
	}
}

// cpu is how long this process has computed.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// forgetPeak makes Linux measure the process's largest memory anew.
func forgetPeak(b *testing.B) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the peak is that of the whole benchmark: %v", err)
	}
}

// peak is the process's largest memory in MB since forgetPeak.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Logf("the peak is not known: %v", err)
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.Fields(kb)[0])
			return float64(n) / 1000
		}
	}
	return 0
}
