package memory_test

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(_ testing.TB, now func() time.Time) store.Store { return memory.New(memory.Options{Now: now}) })
}

func TestGroups(t *testing.T) {
	t.Parallel()
	storetest.RunGroups(t, func(_ testing.TB, now func() time.Time) (store.Store, store.Backend) {
		s := memory.New(memory.Options{Now: now})
		return s, s
	})
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(testing.TB, func() time.Time) store.Store { return memory.New(memory.Options{}) })
}
