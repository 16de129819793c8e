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
	Files []string `arg:"" name:"file" help:"What lunas export has written, and archives of lunas archive create." type:"existingfile" placeholder:"FILE"`
	Heads string   `help:"Heads that an earlier check wrote down: each must still be in its chain, and the file is brought up to date. It is made if it is not there." type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (verifyCommand) Help() string {
	return "Needs no database and no key. With --heads it also tells when the newest part of the log was cut off: keep that file\n" +
		"where nobody who can write the database can write. An archive alone is checked to be whole; with an export of its database each\n" +
		"of its rows is checked to be what was written.\n\n" +
		"Examples:\n  lunas verify log-2026-11.jsonl.gz\n  lunas verify --heads heads.json log-2026-11.jsonl.gz\n" +
		"  lunas verify log-2026-11.jsonl.gz /archive/*.jsonl.gz"
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
	exports, archives := []string{}, []string{}
	for _, file := range c.Files {
		archive, err := isArchive(file)
		if err != nil {
			return err
		}
		if archive {
			archives = append(archives, file)
		} else {
			exports = append(exports, file)
		}
	}
	switch {
	case len(exports) > 1:
		return fmt.Errorf("%s and %s are both exports: give one, and the archives of its database", exports[0], exports[1])
	case len(exports) == 0 && c.Heads != "":
		return errors.New("--heads needs an export: archives do not hold the heads of chains")
	case len(exports) == 0:
		return verifyArchives(t, archives)
	}
	return c.verify(t, exports[0], archives, known)
}

// verify verifies an export with archives of its database.
func (c verifyCommand) verify(t *terminal, export string, archives []string, known []chain.Chain) error {
	open, done := opener(export)
	defer done()
	from, err := open()
	if err != nil {
		return err
	}
	beside := map[string]io.Reader{}
	for _, file := range archives {
		sum, err := sumOf(file)
		if err != nil {
			return err
		}
		open, done := opener(file)
		defer done()
		if beside[sum], err = open(); err != nil {
			return err
		}
	}
	r, err := chain.VerifyWith(from, known, beside)
	if err != nil {
		return fmt.Errorf("%s: %w", export, err)
	}
	fmt.Fprintf(t.out, "%d halves of exchanges and %d actions in %d links of %d chains; %d archives\n", r.Exchanges, r.Actions, r.Links, r.Chains, r.Archives)
	if r.Elsewhere > 0 {
		fmt.Fprintf(t.out, "%d rows are in archives that were not given: of them only the digests are checked.\n", r.Elsewhere)
	}
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

// isArchive tells archives from exports by their first line.
func isArchive(file string) (bool, error) {
	open, done := opener(file)
	defer done()
	from, err := open()
	if err != nil {
		return false, err
	}
	first := make([]byte, 100)
	n, err := io.ReadFull(from, first)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("%s: %w", file, err)
	}
	return strings.Contains(string(first[:n]), `"`+chain.ArchiveFormat+`"`), nil
}

// verifyArchives verifies archives without an export: that each is whole, and that none is missing between them.
func verifyArchives(t *terminal, files []string) error {
	sums, follows := map[string]bool{}, map[string]string{}
	for _, file := range files {
		r, err := readArchive(file)
		if err != nil {
			return err
		}
		sum, err := sumOf(file)
		if err != nil {
			return err
		}
		sums[sum], follows[file] = true, r.Previous
		fmt.Fprintf(t.out, "%s is whole: %d payments, %d halves of exchanges, %d actions, %d other rows, older than %s\n",
			file, r.Payments, r.Exchanges, r.Actions, r.Others, gateway.InWIB(r.Before))
	}
	first := 0
	for _, file := range files {
		if previous := follows[file]; !sums[previous] {
			first++
			if previous != "" {
				fmt.Fprintf(t.out, "%s follows an archive that was not given, with the SHA-256 %s\n", file, previous)
			}
		}
	}
	if first > 1 {
		return errors.New("the archives are not all of one row: others stand between them, or they are of several databases")
	}
	_, err := fmt.Fprintln(t.out, "Whether they hold what was written is checked together with an export: lunas export, then lunas verify EXPORT ARCHIVE…")
	return err
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
