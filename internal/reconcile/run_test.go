package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
	"github.com/lunas-pay/lunas/internal/sheet"
)

func same(t *testing.T, found, planted []string) {
	t.Helper()
	slices.Sort(found)
	slices.Sort(planted)
	if slices.Equal(found, planted) {
		return
	}
	for _, f := range found {
		if !slices.Contains(planted, f) {
			t.Errorf("found but not planted: %s", f)
		}
	}
	for _, p := range planted {
		if !slices.Contains(found, p) {
			t.Errorf("planted but not found: %s", p)
		}
	}
	if !t.Failed() {
		t.Errorf("found %d, planted %d", len(found), len(planted))
	}
}

// Every planted fault is found and nothing else, each kind alone and all together, sorted in memory and on disk.
func TestEveryPlantedFaultIsFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	kinds := map[string][]fault{"none": nil, "all": faults}
	for i, f := range faults {
		kinds[fmt.Sprintf("%s %d", f.class, i)] = []fault{f}
	}
	for name, kinds := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(25) {
				b := newBooks(seed, 300, 3, kinds)
				if len(b.planted) != 3*len(kinds) {
					t.Fatalf("seed %d: %d faults planted, want %d: the day is too small", seed, len(b.planted), 3*len(kinds))
				}
				memory := 0
				if seed%2 == 1 {
					memory = 4 << 10 // some 20 rows a run
				}
				format := sheet.CSV
				if seed%8 == 3 {
					format = sheet.XLSX
				}
				found, s := b.reconcile(t, format, memory)
				same(t, found, b.planted)
				if s.Unread > 0 || len(s.Warnings) > 0 || s.Rows != int64(len(b.rows))+s.Ignored || s.Entries != int64(len(b.ours)) {
					t.Errorf("seed %d: %+v", seed, s)
				}
				if s.Clean() != (len(kinds) == 0) {
					t.Errorf("seed %d: clean = %v", seed, s.Clean())
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// Sums of both sides differ by what the discrepancies say.
func TestDifferencesAddUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		b := newBooks(seed, 300, 3, faults)
		_, s := b.reconcile(t, sheet.CSV, 0)
		if s.Theirs.Sum == 0 || s.Ours.Sum == 0 || s.Fees == 0 || s.Net == 0 || s.Returned.Count == 0 {
			t.Fatalf("nothing was added up: %+v", s)
		}
		if s.Counts[recap.StateDiffers] != 6 || s.Discrepancies() != int64(3*len(faults)) {
			t.Errorf("counts = %v", s.Counts)
		}
	}
}

// Fees are deducted, and so some write them with a minus.
func TestFeesMayBeNegative(t *testing.T) {
	t.Parallel()
	b := newBooks(3, 40, 0, nil)
	for _, r := range b.rows {
		if r[5] != "" {
			r[5] = "-" + r[5]
		}
	}
	if found, s := b.reconcile(t, sheet.CSV, 0); len(found) > 0 || s.Fees <= 0 {
		t.Errorf("found %v, fees %s", found, s.Fees)
	}
}

func TestAReconciliationCanBeStopped(t *testing.T) {
	t.Parallel()
	b := newBooks(1, 50, 0, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := reconcile.Run(ctx, reconcile.Options{
		Mapping: mapping(t), Path: b.file(t, sheet.CSV), TempDir: t.TempDir(),
		Ours:  func(func(recap.Entry) error) error { return nil },
		Found: func(recap.Discrepancy) error { return nil },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want that it was canceled", err)
	}
}

// A panic on the way, in a library that reads the file for instance, is the run's trouble and not the process's.
func TestAPanicEndsTheRunAlone(t *testing.T) {
	t.Parallel()
	b := newBooks(1, 50, 0, nil)
	_, err := reconcile.Run(t.Context(), reconcile.Options{
		Mapping: mapping(t), Path: b.file(t, sheet.CSV), TempDir: t.TempDir(),
		Ours:  func(func(recap.Entry) error) error { panic("index out of range") },
		Found: func(recap.Discrepancy) error { return nil },
	})
	if err == nil || !strings.Contains(err.Error(), "stumble: index out of range") {
		t.Errorf("Run = %v, want an error of the panic", err)
	}
}

func TestAWrongFileIsSaidSo(t *testing.T) {
	t.Parallel()
	b := newBooks(1, 50, 0, nil)
	for i := range b.rows {
		b.rows[i][1] = "777" + b.rows[i][1]
	}
	_, s := b.reconcile(t, sheet.CSV, 0)
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "Not one row was matched by tid, batch, reference_number") {
		t.Errorf("warnings = %q", s.Warnings)
	}
}

// A row that cannot be read is named, and the others are compared all the same.
func TestARowThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	b := newBooks(1, 50, 0, nil)
	at := slices.IndexFunc(b.rows, func(r []string) bool { return r[4] == "SUCCESS" })
	b.rows[at][3] = "sepuluh ribu"
	found, s := b.reconcile(t, sheet.CSV, 0)
	want := fmt.Sprintf(`row %d, column "Amount": "sepuluh ribu" is no amount`, at+4)
	if s.Unread != 1 || !strings.HasPrefix(s.Errors[0].Error(), want) || s.Clean() || len(found) != 1 {
		t.Errorf("unread %d: %v, found %v; want %s and its payment missing there", s.Unread, s.Errors, found, want)
	}
}
