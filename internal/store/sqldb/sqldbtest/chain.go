// Package sqldbtest holds what the tests of both databases share.
package sqldbtest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// VerifyChains exports every hash chain with the rows that it guards, computes it anew, and gives the number of links.
func VerifyChains(ctx context.Context, db sqldb.DB) (links int, err error) {
	var file bytes.Buffer
	w, err := chain.NewWriter(&file, time.Now(), "test")
	if err != nil {
		return 0, err
	}
	store := sqldb.Common{Read: db}
	if err := errors.Join(store.ExportChain(ctx, w.Write), w.Close()); err != nil {
		return 0, err
	}
	r, err := chain.Verify(&file, nil)
	if err == nil && len(r.Troubles) > 0 {
		err = errors.New(strings.Join(r.Troubles, "; "))
	}
	return int(r.Links), err
}
