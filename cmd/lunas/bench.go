package main

import (
	"encoding/json"
	"time"

	"github.com/lunas-pay/lunas/internal/bench"
)

type benchCommand struct {
	Rail        string        `help:"Pushes (ovo) or QRs (snap)." enum:"ovo,snap" default:"ovo"`
	Payments    int           `help:"How many payments are made." default:"10000" short:"n"`
	Concurrency int           `help:"How many side by side." default:"256"`
	Terminals   int           `help:"Over how many counts of numbers: terminals for pushes, client ids for QRs." default:"100"`
	DB          string        `help:"An empty PostgreSQL database, postgres://…; a SQLite file in a temporary folder otherwise." name:"db" placeholder:"DATABASE"`
	Held        int           `help:"How many pushes are held at once to measure memory; 0 leaves that out." default:"1000"`
	Open        int           `help:"How many QRs are kept open and asked about, to measure CPU and memory; 0 leaves that out." default:"10000"`
	OpenFor     time.Duration `help:"How long they are watched; ${default} when left out." default:"40s" placeholder:"DURATION"`
	JSON        bool          `help:"Print the report as JSON." name:"json"`
}

// Help shows examples.
func (benchCommand) Help() string {
	return "Examples:\n  lunas bench\n  lunas bench --rail snap\n  lunas bench -n 50000 --db postgres://… --json"
}

// Run measures and prints.
func (c benchCommand) Run(t *terminal) error {
	report, err := bench.Run(t.ctx, bench.Options{
		Rail: c.Rail, Payments: c.Payments, Concurrency: c.Concurrency, Terminals: c.Terminals, Database: c.DB,
		Held: c.Held, Open: c.Open, OpenFor: c.OpenFor, Progress: t.err,
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
