package main

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type exportCommand struct {
	whichDatabase
	Out string `arg:"" help:"The file to be written; with .gz at its end it is compressed." type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (exportCommand) Help() string {
	return "Writes every exchange with a provider (sealed) and every action of a person, with the hash chains over them, into a\n" +
		"file that `lunas verify` checks. Gateways go on working.\n\n" +
		"Examples:\n  lunas export --config lunas.yaml log-2026-11.jsonl.gz"
}

// Run exports. A file that is not whole is not left behind.
func (c exportCommand) Run(t *terminal) (err error) {
	database, err := c.name(t.environ)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(c.Out)
		}
	}()
	to := io.WriteCloser(nopCloser{f})
	if strings.HasSuffix(c.Out, ".gz") {
		to = gzip.NewWriter(f)
	}
	if err := gateway.ExportChain(t.ctx, database, to, programVersion()); err != nil {
		return err
	}
	if err := errors.Join(to.Close(), f.Sync()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Written to %s. Check it with: lunas verify %s\n", c.Out, c.Out)
	return nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

type verifyCommand struct {
	File  string `arg:"" help:"What lunas export has written." type:"existingfile" placeholder:"FILE"`
	Heads string `help:"Heads that an earlier check wrote down: each must still be in its chain, and the file is brought up to date. It is made if it is not there." type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (verifyCommand) Help() string {
	return "Needs no database and no key. With --heads it also tells when the newest part of the log was cut off: keep that file\n" +
		"where nobody who can write the database can write.\n\n" +
		"Examples:\n  lunas verify log-2026-11.jsonl.gz\n  lunas verify --heads heads.json log-2026-11.jsonl.gz"
}

// head is a chain's last link as it is written down.
type head struct {
	Chain int64  `json:"chain"`
	Link  int64  `json:"link"`
	Hash  string `json:"hash"`
}

// Run verifies.
func (c verifyCommand) Run(t *terminal) error {
	known, err := c.known()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	from := io.Reader(f)
	if strings.HasSuffix(c.File, ".gz") {
		if from, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("%s is not compressed as its name says: %w", c.File, err)
		}
	}
	r, err := chain.Verify(from, known)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	fmt.Fprintf(t.out, "%d halves of exchanges and %d actions in %d links of %d chains\n", r.Exchanges, r.Actions, r.Links, r.Chains)
	for _, trouble := range r.Troubles {
		fmt.Fprintln(t.out, "NOT AS WRITTEN:", trouble)
	}
	if r.More > 0 {
		fmt.Fprintf(t.out, "and %d more\n", r.More)
	}
	if len(r.Troubles) > 0 {
		return errors.New("the log is not what was written")
	}
	fmt.Fprintln(t.out, "Everything is as it was written.")
	return c.keep(r.Heads)
}

func (c verifyCommand) known() ([]chain.Chain, error) {
	if c.Heads == "" {
		return nil, nil
	}
	b, err := os.ReadFile(c.Heads)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var heads []head
	if err == nil {
		err = json.Unmarshal(b, &heads)
	}
	var known []chain.Chain
	for _, h := range heads {
		hash, hexErr := hex.DecodeString(h.Hash)
		err = errors.Join(err, hexErr)
		known = append(known, chain.Chain{ID: h.Chain, Link: h.Link, Hash: hash})
	}
	if err != nil {
		return nil, fmt.Errorf("%s does not hold heads: %w", c.Heads, err)
	}
	return known, nil
}

func (c verifyCommand) keep(heads []chain.Chain) error {
	if c.Heads == "" {
		return nil
	}
	list := make([]head, 0, len(heads))
	for _, h := range heads {
		list = append(list, head{h.ID, h.Link, hex.EncodeToString(h.Hash)})
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.Heads, append(b, '\n'), 0o644)
}
