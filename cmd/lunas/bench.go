package main

import (
	"encoding/json"

	"github.com/lunas-pay/lunas/internal/bench"
)

type benchCommand struct {
	Payments    int    `help:"How many payments are made." default:"10000" short:"n"`
	Concurrency int    `help:"How many side by side." default:"256"`
	Terminals   int    `help:"Over how many terminals." default:"100"`
	DB          string `help:"An empty PostgreSQL database, postgres://…; a SQLite file in a temporary folder otherwise." name:"db" placeholder:"DATABASE"`
	Held        int    `help:"How many pushes are held at once to measure memory; 0 leaves that out." default:"1000"`
	JSON        bool   `help:"Print the report as JSON." name:"json"`
}

// Help shows examples.
func (benchCommand) Help() string {
	return "Examples:\n  lunas bench\n  lunas bench -n 50000 --db postgres://… --json"
}

// Run measures and prints.
func (c benchCommand) Run(t *terminal) error {
	report, err := bench.Run(t.ctx, bench.Options{
		Payments: c.Payments, Concurrency: c.Concurrency, Terminals: c.Terminals, Database: c.DB, Held: c.Held, Progress: t.err,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	report.Print(t.out)
	return nil
}
