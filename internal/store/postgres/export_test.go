package postgres

// Ask asks what became of a transaction of a chain, by a statement that proves it.
func (s *Store) Ask(chain int64, statement string) error {
	w := <-s.writers
	defer func() { s.writers <- w }()
	w.chain.ID = chain
	return w.ask(proof{statement: statement})
}

// ErrNotCommitted is the answer for a transaction that is not there.
var ErrNotCommitted = errNotCommitted
