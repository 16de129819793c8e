package sqlite

import "github.com/lunas-pay/lunas/internal/store/group"

// Stats count the transactions of Commit since the store was opened.
func (s *Store) Stats() group.Stats { return s.committer.Stats().WithAlone(s.commit.Alone()) }
