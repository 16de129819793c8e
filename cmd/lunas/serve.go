package main

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/sandbox"
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
	g, err := gateway.Open(t.ctx, gateway.Options{Config: conf, Clock: gateway.RealClock(), Log: log, Migrate: c.Migrate})
	if err != nil {
		_ = l.Close()
		return err
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
	_, err = fmt.Fprintf(t.out, "%s is in order: %d merchant(s), API at %s.\n", c.File, len(conf.Merchants), conf.Listen)
	return err
}

type sandboxCommand struct {
	Listen string  `help:"Address." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
	Speed  float64 `help:"How many seconds pass in one." default:"1"`
}

// Help shows examples.
func (sandboxCommand) Help() string {
	return "Examples:\n  lunas sandbox\n  lunas sandbox --listen 127.0.0.1:9000 --speed 60"
}

// Run serves the sandbox.
func (c sandboxCommand) Run(t *terminal) error {
	if err := checkSpeed(c.Speed); err != nil {
		return err
	}
	l, err := gateway.Listen(c.Listen, "--listen")
	if err != nil {
		return err
	}
	clock := gateway.FastClock(c.Speed, time.Now())
	s := newSandbox(clock, c.Speed, sandbox.SNAPOptions{})
	defer s.Close()
	demo := sandbox.DemoMerchant()
	fmt.Fprintf(t.out, "Wallets   http://%s/\nOVO       http://%s/pos (app-id %s, see the control API for its terminals)\n\nCtrl-C ends it.\n",
		l.Addr(), l.Addr(), demo.AppID)
	return serveHTTP(t.ctx, l, s.Handler())
}

func checkSpeed(speed float64) error {
	if speed < 0.1 || speed > 1000 {
		return fmt.Errorf("--speed is %g; it must be between 0.1 and 1000", speed)
	}
	return nil
}

func newSandbox(clock gateway.Clock, speed float64, qris sandbox.SNAPOptions) *sandbox.Sandbox {
	return sandbox.New(sandbox.Options{Now: clock.Now, After: clock.After, RealNow: time.Now, Speed: speed, SNAP: qris})
}
