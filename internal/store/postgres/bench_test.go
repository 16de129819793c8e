package postgres_test

import (
	"testing"

	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Bench(b, openStore) }
