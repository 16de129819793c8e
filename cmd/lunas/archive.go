package main

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type archiveCommand struct {
	Create archiveCreateCommand `cmd:"" help:"Write what is old and final into an archive; nothing is removed."`
	Remove archiveRemoveCommand `cmd:"" help:"Remove from the database what an archive holds."`
}

type archiveCreateCommand struct {
	whichDatabase
	Out       string `arg:"" name:"file" help:"The file to be written; its name ends in .jsonl.gz, and it must not be there." type:"path" placeholder:"FILE"`
	OlderThan int    `help:"How many days old a payment must be, since its last change too. At least 8: for 7 days a push can be asked about." required:"" placeholder:"DAYS"`
}

// Help shows examples.
func (archiveCreateCommand) Help() string {
	return "Every payment that has come to its end, with its journal, exchanges (sealed), events and deliveries, and what belongs to no\n" +
		"payment. What is still due to a webhook endpoint stays out. Gateways go on working. Keep the file as you keep the database:\n" +
		"it holds phone numbers.\n\n" +
		"Examples:\n  lunas archive create --config lunas.yaml --older-than 400 /archive/lunas-2026-11.jsonl.gz"
}

const archiveDaysMin = 8

// Run archives. A file that is not whole is not left behind.
func (c archiveCreateCommand) Run(t *terminal) (err error) {
	if c.OlderThan < archiveDaysMin {
		return fmt.Errorf("--older-than is %d: give at least %d days", c.OlderThan, archiveDaysMin)
	}
	if !strings.HasSuffix(c.Out, ".gz") {
		return fmt.Errorf("%s: archives are compressed; give a name that ends in .jsonl.gz", c.Out)
	}
	return withArchivist(t, c.whichDatabase, func(ctx context.Context, a *gateway.Archivist) error {
		before := time.Now().AddDate(0, 0, -c.OlderThan).Truncate(time.Second)
		r, sum, err := c.write(ctx, a, before)
		if err != nil {
			return err
		}
		if sum == "" {
			_, err = fmt.Fprintf(t.out, "Nothing that is final is older than %s; no file was written.\n", gateway.InWIB(before))
			return err
		}
		d := chain.Archived{File: filepath.Base(c.Out), SHA256: sum, Before: before.UTC().Format(time.RFC3339)}
		if err := a.Note(ctx, d, r.Payments); err != nil {
			return errors.Join(fmt.Errorf("the archive cannot be noted in the database: %w", err), os.Remove(c.Out))
		}
		_, err = fmt.Fprintf(t.out, "Written to %s: %d payments, %d halves of exchanges, %d actions, %d other rows, all older than %s.\nSHA-256 %s\n"+
			"Nothing was removed from the database. Copy the file, check it with lunas verify, then: lunas archive remove %s\n",
			c.Out, r.Payments, r.Exchanges, r.Actions, r.Others, gateway.InWIB(before), sum, c.Out)
		return err
	})
}

// write writes the file; without a sum there was nothing to write.
func (c archiveCreateCommand) write(ctx context.Context, a *gateway.Archivist, before time.Time) (r chain.ArchiveReport, sum string, err error) {
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return r, "", fmt.Errorf("write the archive: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil || sum == "" {
			err = errors.Join(err, os.Remove(c.Out))
		}
	}()
	hash := sha256.New()
	to := gzip.NewWriter(io.MultiWriter(f, hash))
	if r, err = a.Write(ctx, to, before, programVersion()); err != nil {
		return r, "", err
	}
	if err := errors.Join(to.Close(), f.Sync(), syncFolder(c.Out)); err != nil {
		return r, "", err
	}
	if r.Payments+r.Exchanges+r.Actions+r.Others > 0 {
		sum = hex.EncodeToString(hash.Sum(nil))
	}
	return r, sum, nil
}

func syncFolder(file string) error {
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func withArchivist(t *terminal, w whichDatabase, do func(context.Context, *gateway.Archivist) error) error {
	database, err := w.name(t.environ)
	if err != nil {
		return err
	}
	a, err := gateway.OpenArchivist(t.ctx, database)
	if err != nil {
		return err
	}
	return errors.Join(do(t.ctx, a), a.Close())
}

type archiveRemoveCommand struct {
	whichDatabase
	File string `arg:"" help:"What lunas archive create has written." type:"existingfile" placeholder:"FILE"`
	Yes  bool   `help:"Do it without asking." short:"y"`
}

// Help shows examples.
func (archiveRemoveCommand) Help() string {
	return "What was removed can be read in the archive only. The payments themselves stay in the database, with their names and\n" +
		"idempotency keys: what comes late for one is not lost, and an old key charges nobody again. Terminals keep their numbering. A\n" +
		"payment that has changed since it was archived is left. It works in short transactions while gateways go on, and can be done\n" +
		"again when it was broken off.\n\n" +
		"Examples:\n  lunas archive remove --config lunas.yaml /archive/lunas-2026-11.jsonl.gz"
}

// Run removes.
func (c archiveRemoveCommand) Run(t *terminal) error {
	return withArchivist(t, c.whichDatabase, func(ctx context.Context, a *gateway.Archivist) error {
		sum, err := sumOf(c.File)
		if err != nil {
			return err
		}
		r, err := readArchive(c.File)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%s holds %d payments, %d halves of exchanges, %d actions and %d other rows of before %s.\n"+
			"They are removed from the database for good, but for the payments themselves.\n",
			c.File, r.Payments, r.Exchanges, r.Actions, r.Others, gateway.InWIB(r.Before))
		if !c.Yes && !agreed(t, "remove") {
			return errors.New("nothing was removed")
		}
		open, done := opener(c.File)
		defer done()
		screen := isTerminal(t.err)
		all, err := a.Remove(ctx, open, sum, func(so chain.Removed) {
			if screen {
				fmt.Fprintf(t.err, "\r%d of %d payments", so.Payments, r.Payments)
			}
		})
		if screen {
			fmt.Fprintln(t.err)
		}
		if err != nil {
			return fmt.Errorf("after %d rows of %d payments: %w", all.Rows, all.Payments, err)
		}
		_, err = fmt.Fprintf(t.out, "Removed: %d rows of %d payments and of none. Left, since they have changed: %d payments.\n", all.Rows, all.Payments, all.Left)
		return err
	})
}

// readArchive reads an archive through, and says what is in it.
func readArchive(file string) (r chain.ArchiveReport, err error) {
	open, done := opener(file)
	defer done()
	from, err := open()
	if err == nil {
		r, err = chain.VerifyArchive(from)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// opener gives what opens a file, uncompressed, as often as it is called, and what closes it again.
func opener(file string) (open func() (io.Reader, error), done func()) {
	var opened []*os.File
	open = func() (io.Reader, error) {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		opened = append(opened, f)
		if !strings.HasSuffix(file, ".gz") {
			return f, nil
		}
		from, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s is not compressed as its name says: %w", file, err)
		}
		return from, nil
	}
	return open, func() {
		for _, f := range opened {
			_ = f.Close() // it was only read
		}
	}
}

// sumOf is the SHA-256 of a file as it is, in hex.
func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
