package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/sim"
)

type simCommand struct {
	Seeds    int    `help:"How many days." default:"100"`
	From     uint64 `help:"The first seed." default:"1"`
	Payments int    `help:"How many payments a day." default:"60"`
	Workers  int    `help:"How many days side by side; 0: one per core." default:"0"`
	SQLite   bool   `help:"Keep each day in a real SQLite file that is opened again after crashes." name:"sqlite"`
	Rail     string `help:"Which rail: ${enum}; mixed: all of them on the same days." enum:"mixed,ovo,snap,doku,faspay" default:"mixed"`
	JSON     bool   `help:"Print the summary as JSON." name:"json"`
}

// Help shows examples.
func (simCommand) Help() string {
	return "Each seed is a day with lost requests, lost and late answers, crashes, two gateways on one store, midnight. Afterwards the\n" +
		"books are held against the provider's. The same seed is the same day.\n\n" +
		"Examples:\n  lunas sim --seeds 2000\n  lunas sim --from 4711 --seeds 1    one day again"
}

// Run simulates; days on which a rule was broken make the exit code 1.
func (c simCommand) Run(t *terminal) error {
	o := sim.ManyOptions{Rail: c.Rail, From: c.From, Seeds: c.Seeds, Payments: c.Payments, Workers: c.Workers}
	if c.Seeds < 1 || c.Payments < 1 {
		return errors.New("--seeds and --payments must be at least 1")
	}
	if c.SQLite {
		folder, err := os.MkdirTemp("", "lunas-sim-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		o.SQLite = folder
	}
	s, err := sim.RunMany(t.ctx, o, t.err)
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(s); err != nil {
			return err
		}
	} else {
		printSummary(t, s)
	}
	if len(s.Failed) > 0 {
		return fmt.Errorf("a rule was broken on %d of %d days", len(s.Failed), s.Seeds)
	}
	return nil
}

func printSummary(t *terminal, s sim.Summary) {
	var states []string
	for state, n := range s.States {
		states = append(states, fmt.Sprintf("%s %d", state, n))
	}
	slices.Sort(states)
	fmt.Fprintf(t.out, "%d days with %d payments, %d requests to the provider and %d crashes\n", s.Seeds, s.Payments, s.Sent, s.Crashes)
	fmt.Fprintf(t.out, "%v lived in %v: %.0f payments a second\n", s.Lived.Round(1e9), s.Took.Round(1e6), s.PerSecond)
	fmt.Fprintf(t.out, "ended as: %s\nhash %s\n", strings.Join(states, ", "), s.Hash)
	if len(s.Failed) == 0 {
		fmt.Fprintln(t.out, "No rule was broken.")
	}
}
