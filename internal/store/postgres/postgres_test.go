package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/postgres"
	"github.com/lunas-pay/lunas/internal/store/storetest"
	"github.com/lunas-pay/lunas/internal/testpg"
)

// newDSN gives a migrated database of the test's own.
func newDSN(t testing.TB) string {
	t.Helper()
	return testpg.Template(t, "store", func(ctx context.Context, dsn string) error {
		_, _, err := postgres.Migrate(ctx, dsn)
		return err
	})
}

func open(t testing.TB, o postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), o)
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

func openStore(t testing.TB, now func() time.Time) store.Store {
	return open(t, postgres.Options{DSN: newDSN(t), Now: now})
}

func openBackend(t testing.TB, now func() time.Time) (store.Store, store.Backend) {
	s := open(t, postgres.Options{DSN: newDSN(t), Now: now})
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
