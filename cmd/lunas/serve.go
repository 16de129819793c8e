package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
)

type serveCommand struct {
	Config  string `help:"Configuration file (YAML). The environment wins over it." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
	Listen  string `help:"Address of the API; wins over the configuration." placeholder:"HOST:PORT"`
	Migrate bool   `help:"Bring the database to the current schema first."`
}

// Help shows examples.
func (serveCommand) Help() string {
	return "Examples:\n  lunas serve --config /etc/lunas/lunas.yaml\n  LUNAS_DATABASE=postgres://… lunas serve -c lunas.yaml --migrate"
}

// Run serves until it is told to stop.
func (c serveCommand) Run(t *terminal) error {
	conf, err := config.Load(c.Config, t.environ)
	if err != nil && c.Config == "" {
		err = errors.Join(errors.New("no configuration file was given: name it with --config; lunas config show tells what stands in one, and lunas dev needs none"), err)
	}
	if err != nil {
		return err
	}
	if c.Listen != "" {
		conf.Listen = c.Listen
	}
	l, err := gateway.Listen(conf.Listen, "--listen")
	if err != nil {
		return err
	}
	log := logger(t.err, conf.Log)
	files, err := config.Files(c.Config)
	if err != nil {
		_ = l.Close()
		return err
	}
	g, err := gateway.Open(t.ctx, gateway.Options{
		Config: conf, Clock: gateway.RealClock(), Log: log, Migrate: c.Migrate, Version: programVersion(), Files: files,
	})
	if err != nil {
		_ = l.Close()
		return err
	}
	link, expires, err := g.SetupLink(t.ctx, reachable(l.Addr()))
	if err != nil {
		return errors.Join(err, l.Close(), g.Close())
	}
	if link != "" {
		// A secret: it is printed, and never logged.
		fmt.Fprintf(t.out, "The console has no user yet. Set up its owner, once, until %s:\n  %s\n", expires.Format("15:04:05 MST"), link)
	}
	log.Info("lunas serves", "address", l.Addr().String(), "merchants", len(conf.Merchants))
	return g.Serve(t.ctx, l)
}

func logger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // config has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

type migrateCommand struct{ whichDatabase }

// Help shows examples.
func (migrateCommand) Help() string {
	return "Examples:\n  lunas migrate -c /etc/lunas/lunas.yaml\n  lunas migrate --db lunas.db"
}

// Run migrates.
func (c migrateCommand) Run(t *terminal) error {
	database, err := c.name(t.environ)
	if err != nil {
		return err
	}
	from, to, err := gateway.Migrate(t.ctx, database)
	if err != nil {
		return err
	}
	if from == to {
		_, err = fmt.Fprintf(t.out, "The database is at schema %d already.\n", to)
		return err
	}
	_, err = fmt.Fprintf(t.out, "The database went from schema %d to %d.\n", from, to)
	return err
}

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Check a configuration file and the environment."`
	Show  configShowCommand  `cmd:"" help:"Print every key with its default and what it means."`
}

type configCheckCommand struct {
	File string `arg:"" help:"Configuration file." type:"path"`
}

// Help shows an example.
func (configCheckCommand) Help() string {
	return "Examples:\n  lunas config check /etc/lunas/lunas.yaml"
}

// Run checks.
func (c configCheckCommand) Run(t *terminal) error {
	conf, err := config.Load(c.File, t.environ)
	if err != nil {
		return err
	}
	if err := gateway.Check(conf); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s is in order: %d merchant(s), API at %s.\n", c.File, len(conf.Merchants), conf.Listen)
	return err
}

type configShowCommand struct {
	JSON bool `help:"For programs." name:"json"`
}

// Help shows an example.
func (configShowCommand) Help() string {
	return "[] stands for one of a list. A default in brackets depends on something else. The environment wins over the file.\n\n" +
		"Examples:\n  lunas config show\n  lunas config show | grep snap"
}

// Run lists the keys.
func (c configShowCommand) Run(t *terminal) error {
	keys := config.Keys()
	if c.JSON {
		e := json.NewEncoder(t.out)
		e.SetIndent("", "  ")
		return e.Encode(keys)
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tDEFAULT\tMEANING")
	for _, k := range keys {
		meaning := k.Meaning
		if k.Env != "" {
			meaning += "; " + k.Env
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", k.Path, k.Default, meaning)
	}
	return table.Flush()
}
