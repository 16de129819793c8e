package postgres

import "context"

// Ask asks what became of a transaction of a chain, by a statement that proves it.
func (s *Store) Ask(chain int64, statement string) error {
	w := <-s.writers
	defer func() { s.writers <- w }()
	w.chain.ID = chain
	return w.ask(proof{statement: statement})
}

// ErrNotCommitted is the answer for a transaction that is not there.
var ErrNotCommitted = errNotCommitted

// Setting is a setting of the sessions that write groups.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		if _, err := w.ready(ctx); err != nil {
			return err
		}
		return w.conn.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value)
	})
	return value, err
}
