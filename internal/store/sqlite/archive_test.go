package sqlite_test

import (
	"testing"

	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

func TestArchives(t *testing.T) {
	t.Parallel()
	sqldbtest.CheckArchives(t, open(t, newPath(t), storetest.NewClock().Now))
}
