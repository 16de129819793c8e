package postgres

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// known is what this process knows to be written: the newest link of each of its chains. A database that lacks one of
// them has lost what was acknowledged.
type known struct {
	fence atomic.Pointer[store.Fence] // that was put up while the store was at work; nil: none

	mu    sync.Mutex
	heads map[int64]sqldb.Chain
}

// wrote takes note of a link.
func (k *known) wrote(c sqldb.Chain) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.heads == nil {
		k.heads = map[int64]sqldb.Chain{}
	}
	k.heads[c.ID] = c
}

// check tells whether everything that is known to be written is there.
func (k *known) check(ctx context.Context, db sqldb.DB) (complete bool, err error) {
	k.mu.Lock()
	heads := maps.Clone(k.heads)
	k.mu.Unlock()
	for _, c := range heads {
		statement := `SELECT hash FROM chain_links WHERE chain = $1 AND link = $2`
		if c.Link == 0 {
			statement = `SELECT genesis FROM chains WHERE id = $1 AND 0 = $2`
		}
		var hash []byte
		err := sqldb.One(ctx, db, []any{&hash}, statement, c.ID, c.Link)
		if errors.Is(err, store.ErrNotFound) || err == nil && !bytes.Equal(hash, c.Hash) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// stopped gives the fence that was put up while this store was at work.
func (s *Store) stopped() error {
	if f := s.mine.fence.Load(); f != nil {
		return &store.Fenced{Fence: *f}
	}
	return nil
}

// Beat says that the owner is alive, and looks whether the database was fenced meanwhile, by another replica or by hand:
// from then on nothing is written here.
func (s *Store) Beat(ctx context.Context, owner string, lease time.Duration) ([]string, error) {
	f, err := s.Fence(ctx)
	switch {
	case err == nil:
		s.mine.fence.Store(&f)
		return nil, s.stopped()
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return s.Common.Beat(ctx, owner, lease)
}
