package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func open(t testing.TB, path string, now func() time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Now: now, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "lunas.db") }

func openStore(t testing.TB, now func() time.Time) store.Store { return open(t, newPath(t), now) }

func openBackend(t testing.TB, now func() time.Time) (store.Store, store.Backend) {
	s := open(t, newPath(t), now)
	return s, s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openStore)
}

func TestGroups(t *testing.T) {
	t.Parallel()
	storetest.RunGroups(t, openBackend)
}
