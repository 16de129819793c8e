package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/sandbox"
)

type sandboxSettlement struct {
	URL    string `help:"Address of the sandbox; LUNAS_SANDBOX_URL of the environment when left out." name:"url" placeholder:"URL"`
	Rail   string `help:"Whose file: ovo, snap, doku or faspay." enum:"ovo,snap,doku,faspay" default:"ovo"`
	Day    string `help:"The day, 2026-03-21; the sandbox's today when left out." placeholder:"DAY"`
	Faults string `help:"What is planted: all, none, or some of missing_there, missing_here, amount_differs, state_differs, duplicate, fee_differs, joined by commas; ${default} when left out." default:"none" placeholder:"FAULTS"`
	Each   int    `help:"How many of each." default:"1"`
	Seed   uint64 `help:"Chooses the payments."`
	Output string `help:"Write the file here; the standard output when left out." short:"o" type:"path" placeholder:"FILE"`
}

// Help shows examples.
func (sandboxSettlement) Help() string {
	return "What was planted is printed, so that you see what a reconciliation must find.\n\nExamples:\n" +
		"  lunas sandbox settlement --output settlement.csv\n" +
		"  lunas sandbox settlement --faults all --output settlement.csv\n" +
		"  lunas reconcile --account ovo --day today --file settlement.csv"
}

// Run gets the file.
func (c sandboxSettlement) Run(t *terminal) error {
	address := c.URL
	for _, v := range t.environ {
		if value, ok := strings.CutPrefix(v, "LUNAS_SANDBOX_URL="); ok && address == "" {
			address = value
		}
	}
	if address == "" {
		return errors.New("which sandbox? Set LUNAS_SANDBOX_URL, or give --url; with lunas dev running here: source data/dev.env")
	}
	query := url.Values{"rail": {c.Rail}, "faults": {c.Faults}, "each": {strconv.Itoa(c.Each)}, "seed": {strconv.FormatUint(c.Seed, 10)}, "format": {"json"}}
	if c.Day != "" {
		query.Set("day", c.Day)
	}
	request, err := http.NewRequestWithContext(t.ctx, http.MethodGet, strings.TrimRight(address, "/")+"/control/settlement?"+query.Encode(), nil)
	if err != nil {
		return errors.New("this is not the address of a sandbox: write it as http://127.0.0.1:8081")
	}
	client := &http.Client{Timeout: 30 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the sandbox does not answer (is its address right, and is it running?): %w", err)
	}
	defer answer.Body.Close()
	var file struct {
		sandbox.Settlement
		Error string `json:"error"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<30)).Decode(&file); err != nil || file.Columns == nil && file.Error == "" {
		return errors.New("the answer is not what a sandbox says; is the address that of a lunas sandbox?")
	}
	if file.Error != "" {
		return errors.New(file.Error)
	}
	if err := c.write(t, file.Settlement); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "%d payments are listed.\n", len(file.Rows))
	for _, p := range file.Planted {
		fmt.Fprintf(t.err, "planted: %s  %s\n", p.Fault, p.Key)
	}
	return nil
}

func (c sandboxSettlement) write(t *terminal, s sandbox.Settlement) (err error) {
	if c.Output == "" {
		return s.WriteCSV(t.out)
	}
	f, err := os.OpenFile(c.Output, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return errors.Join(s.WriteCSV(f), f.Close())
}
