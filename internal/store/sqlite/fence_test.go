package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// pays commits payments from the first to the last.
func pays(t testing.TB, s store.Store, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		must[store.Change](t)(s.Commit(t.Context(), storetest.NewPayment(n)))
	}
}

func closed(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, must[[]byte](t)(os.ReadFile(from)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func wantFence(t testing.TB, s store.Store, reason string) store.Fence {
	t.Helper()
	f, err := s.Fence(t.Context())
	if err != nil || !strings.Contains(f.Reason, reason) {
		t.Errorf("Fence = %v, %v, want one because of %q", f, err, reason)
	}
	return f
}

func wantNoFence(t testing.TB, s store.Store) {
	t.Helper()
	if f, err := s.Fence(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Fence = %v, %v, want none", f, err)
	}
}

// A file that somebody has copied back is found out by the mark beside it.
func TestAnOlderCopyIsFenced(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openWithTerminal(t, path)
	pays(t, s, 1, 3)
	closed(t, s)
	copyFile(t, path, path+".old")
	s = open(t, path, storetest.NewClock().Now)
	wantNoFence(t, s)
	pays(t, s, 4, 4)
	closed(t, s)
	s = open(t, path, storetest.NewClock().Now)
	wantNoFence(t, s) // it is the newest
	closed(t, s)

	copyFile(t, path+".old", path)
	s = open(t, path, storetest.NewClock().Now)
	f := wantFence(t, s, "lunas.db.mark knows a later state")
	if !f.Written.Equal(storetest.Morning()) {
		t.Errorf("it was last written at %v, want %v", f.Written, storetest.Morning())
	}
	closed(t, s)
	s = open(t, path, storetest.NewClock().Now)
	wantFence(t, s, "mark") // until it is lifted
	if err := s.LiftFence(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	s = open(t, path, storetest.NewClock().Now)
	wantNoFence(t, s)
	closed(t, s)

	// As long, but not the same: the lost link cannot be taken for the new one.
	s = open(t, path, storetest.NewClock().Now)
	pays(t, s, 5, 5)
	closed(t, s)
	copyFile(t, path, path+".fork")
	copyFile(t, path+".old", path)
	if err := os.Remove(path + ".mark"); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, storetest.NewClock().Now)
	pays(t, s, 6, 6)
	closed(t, s)
	copyFile(t, path+".fork", path)
	s = open(t, path, storetest.NewClock().Now)
	wantFence(t, s, "mark")
}

func TestADatabaseThatVanishedIsNotBegunAnew(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openWithTerminal(t, path)
	pays(t, s, 1, 1)
	closed(t, s)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrate: true}); !errors.Is(err, sqlite.ErrEmpty) {
		t.Errorf("Open without the database = %v, want ErrEmpty", err)
	}
	if err := os.WriteFile(path+".mark", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrate: true}); err == nil || !strings.Contains(err.Error(), "lunas.db.mark") {
		t.Errorf("Open with a damaged mark = %v, want an error that names it", err)
	}
}

// After kill -9 the mark is a second old at most, and not newer than the database.
func TestTheMarkIsWrittenEverySecond(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		s := openWithTerminal(t, path)
		read := func() string {
			b, err := os.ReadFile(path + ".mark")
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			return string(b)
		}
		pays(t, s, 1, 1)
		if m := read(); m != "" {
			t.Errorf("the mark was written at once: %s", m)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		first := read()
		if !strings.Contains(first, `"link":1`) {
			t.Errorf("after a second the mark is %q, want link 1", first)
		}
		pays(t, s, 2, 5)
		if m := read(); m != first {
			t.Errorf("the mark was written again at once: %s", m)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if m := read(); !strings.Contains(m, `"link":5`) {
			t.Errorf("after another second the mark is %q, want link 5", m)
		}
		pays(t, s, 6, 6)
		closed(t, s)
		if m := read(); !strings.Contains(m, `"link":6`) {
			t.Errorf("after the end the mark is %q, want link 6", m)
		}
	})
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	s := openWithTerminal(t, path)
	pays(t, s, 1, 3)
	if err := sqlite.Backup(t.Context(), path, backup); err != nil { // while it is open
		t.Fatal(err)
	}
	if mode := must[os.FileInfo](t)(os.Stat(backup)).Mode().Perm(); mode != 0o600 {
		t.Errorf("mode of the backup = %o, want 600", mode)
	}
	if err := sqlite.Backup(t.Context(), path, backup); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a backup over another = %v", err)
	}
	pays(t, s, 4, 4)
	now := storetest.Morning().Add(time.Hour)
	if _, err := sqlite.Restore(t.Context(), backup, path, true, now); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("Restore over a database that is open = %v, want ErrInUse", err)
	}
	closed(t, s)
	if _, err := sqlite.Restore(t.Context(), backup, path, false, now); !errors.Is(err, sqlite.ErrExists) {
		t.Errorf("Restore without a word = %v, want ErrExists", err)
	}
	kept, err := sqlite.Restore(t.Context(), backup, path, true, now)
	if err != nil {
		t.Fatal(err)
	}
	s = open(t, path, storetest.NewClock().Now)
	wantFence(t, s, "restored from backup.db")
	for n, found := range map[int]error{3: nil, 4: store.ErrNotFound} {
		if _, err := s.Load(t.Context(), storetest.Merchant, storetest.PaymentID(n)); !errors.Is(err, found) {
			t.Errorf("payment %d in the restored database: %v, want %v", n, err, found)
		}
	}
	old := open(t, kept, storetest.NewClock().Now)
	if _, err := old.Load(t.Context(), storetest.Merchant, storetest.PaymentID(4)); err != nil {
		t.Errorf("payment 4 in the database that was put aside: %v", err)
	}
	empty := filepath.Join(t.TempDir(), "new.db")
	if kept, err := sqlite.Restore(t.Context(), backup, empty, false, now); err != nil || kept != "" {
		t.Errorf("Restore into an empty place = %q, %v", kept, err)
	}
	wantFence(t, open(t, empty, nil), "restored")
}

// What is no backup leaves everything as it was.
func TestRestoreRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openWithTerminal(t, path)
	pays(t, s, 1, 1)
	closed(t, s)
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	b := must[[]byte](t)(os.ReadFile(path))
	for i := 8192; i < len(b); i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(damaged, b, 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte("no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{damaged, text, filepath.Join(t.TempDir(), "none.db")} {
		if kept, err := sqlite.Restore(t.Context(), from, path, true, time.Now()); err == nil {
			t.Errorf("Restore from %s is taken, the old one is %s", filepath.Base(from), kept)
		}
	}
	if left := must[[]string](t)(filepath.Glob(path + "*")); len(left) != 3 { // database, lock, mark
		t.Errorf("what is left: %v", left)
	}
	s = open(t, path, storetest.NewClock().Now)
	wantNoFence(t, s)
	if _, err := s.Load(t.Context(), storetest.Merchant, storetest.PaymentID(1)); err != nil {
		t.Error(err)
	}
}
