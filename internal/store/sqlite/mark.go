package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
)

// ErrEmpty refuses a database that holds nothing although its mark says that payments were kept here.
var ErrEmpty = errors.New("the database is empty, but the mark beside it says that payments were kept here")

// mark is what stands in the small file beside the database: the newest link of its hash chain, a second old at most. A
// database that does not hold this link is an older copy, whose newest payments are lost.
type mark struct {
	Chain int64  `json:"chain"`
	Link  int64  `json:"link"`
	Hash  []byte `json:"hash"`
}

func markOf(path string) string { return path + ".mark" }

// marks writes the mark.
type marks struct {
	path   string
	saving sync.Mutex // one at a time

	mu     sync.Mutex
	chain  sqldb.Chain // the newest; with ID 0: nothing was written yet
	timer  *time.Timer // nil: the mark is up to date
	closed bool
}

// markEvery is how often the mark is written at most.
const markEvery = time.Second

// moved takes note of a new link.
func (m *marks) moved(c sqldb.Chain) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.chain = c
	if m.timer == nil && !m.closed {
		m.timer = time.AfterFunc(markEvery, func() { _ = m.save(false) }) // at the end it is tried once more
	}
}

// save writes the mark, last for the last time.
func (m *marks) save(last bool) error {
	m.saving.Lock()
	defer m.saving.Unlock()
	m.mu.Lock()
	c, closed := m.chain, m.closed
	if m.timer != nil {
		m.timer.Stop()
		m.timer = nil
	}
	m.closed = closed || last
	m.mu.Unlock()
	if closed || c.ID == 0 {
		return nil
	}
	b, err := json.Marshal(mark{c.ID, c.Link, c.Hash})
	if err == nil {
		err = replaceFile(markOf(m.path), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the mark of the database: %w", err)
	}
	return nil
}

// replaceFile writes a file that is whole at every instant, also after a power cut.
func replaceFile(path string, content []byte) (err error) {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// checkMark fences a database that is older than its mark.
func (s *Store) checkMark(ctx context.Context) error {
	file := markOf(s.options.Path)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var m mark
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil || m.Chain == 0 {
		return fmt.Errorf("%s does not hold the mark of a database: if %s is no older copy, remove that file (%v)",
			file, filepath.Base(s.options.Path), err)
	}
	var hash []byte
	err = sqldb.One(ctx, s.Write, []any{&hash}, `SELECT hash FROM chain_links WHERE chain = $1 AND link = $2`, m.Chain, m.Link)
	if err == nil && bytes.Equal(hash, m.Hash) {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("compare the database with its mark: %w", err)
	}
	terminals, err := s.EveryTerminal(ctx)
	if err == nil && len(terminals) == 0 {
		err = fmt.Errorf("%w: restore a backup (lunas restore), or remove %s to begin anew", ErrEmpty, file)
	}
	if err == nil {
		err = s.SetFence(ctx, s.options.Now(), "it is an older copy: "+filepath.Base(file)+" knows a later state")
	}
	return err
}

// LiftFence takes the fence away: from now on this is the newest state.
func (s *Store) LiftFence(ctx context.Context, deeds ...store.Deed) error {
	if err := s.writer.remark(); err != nil {
		return sqldb.Doing("lift the fence", err)
	}
	return s.Common.LiftFence(ctx, deeds...)
}

// remark makes the mark that of the present state.
func (w *writer) remark() error {
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	if w.chain.ID == 0 {
		if err := w.readChain(); err != nil {
			return err
		}
	}
	if w.chain.Link == 0 { // a chain without a link cannot be told from another
		if err := os.Remove(markOf(w.marks.path)); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	w.marks.moved(w.chain)
	return w.marks.save(false)
}
