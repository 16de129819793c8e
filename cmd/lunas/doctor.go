package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/cli"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/gateway"
)

// codeUnwell is with what the program ends when something has failed.
const codeUnwell = 4

type doctorCommand struct {
	cli.Connection
	Config   string   `help:"Look with this configuration file, before a gateway runs, or beside one on PostgreSQL. Left out: the gateway at LUNAS_URL looks at itself." short:"c" type:"path" placeholder:"FILE"`
	Callback []string `help:"Only look at this address of a callback, from where this runs: run it outside." placeholder:"URL"`
	Strict   bool     `help:"Warnings end with 4 too."`
}

// Help shows examples.
func (doctorCommand) Help() string {
	return "Clocks, keys, credentials, addresses, disk and database: what was found, what is wanted, how to mend it. Nothing is changed\n" +
		"and no money moves: of providers it asks the date, an access token, and the status of a payment that does not exist.\n" +
		"It ends with 0 when nothing has failed, and with 4 when something has.\n\n" +
		"Examples:\n  lunas doctor --config /etc/lunas/lunas.yaml\n" +
		"  lunas doctor                                                       a gateway that runs, with a key of the platform\n" +
		"  lunas doctor --callback https://pay.example.id/notify/snap/qris    on a machine outside\n" +
		"  lunas doctor --json | jq '.findings[] | select(.status == \"failed\")'"
}

// Run looks.
func (c doctorCommand) Run(t *terminal, ct *cli.Terminal) error {
	report, err := c.look(t, ct)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(t.out).Encode(report)
	} else {
		err = showReport(t.out, report)
	}
	failed, warned := report.Count(doctor.Failed), report.Count(doctor.Warning)
	switch {
	case err != nil:
		return err
	case failed > 0:
		return &cli.Exit{Code: codeUnwell, Reason: fmt.Sprintf("%d thing(s) must be mended before money moves", failed)}
	case c.Strict && warned > 0:
		return &cli.Exit{Code: codeUnwell, Reason: fmt.Sprintf("%d warning(s)", warned)}
	}
	return nil
}

func (c doctorCommand) look(t *terminal, ct *cli.Terminal) (doctor.Report, error) {
	switch {
	case len(c.Callback) > 0:
		all := doctor.Report{At: time.Now(), Findings: []doctor.Finding{}}
		for _, address := range c.Callback {
			if u, err := url.Parse(address); err != nil || u.Host == "" {
				return all, fmt.Errorf("--callback must look like https://pay.example.id/notify/snap/qris")
			}
			all.Findings = append(all.Findings, doctor.LookAtCallback(t.ctx, address, nil, time.Now()).Findings...)
		}
		return all, nil
	case c.Config == "":
		return c.ask(t, ct)
	}
	conf, err := config.Load(c.Config, t.environ)
	if err != nil {
		return doctor.Report{}, err
	}
	files, err := config.Files(c.Config)
	if err != nil {
		return doctor.Report{}, err
	}
	return gateway.Doctor(t.ctx, conf, files)
}

// ask has the gateway look.
func (c doctorCommand) ask(t *terminal, ct *cli.Terminal) (doctor.Report, error) {
	s, err := c.Open(ct)
	if err != nil {
		return doctor.Report{}, fmt.Errorf("%w; or give --config to look without a gateway", err)
	}
	said, err := s.Client.Doctor(t.ctx)
	if err != nil {
		return doctor.Report{}, cli.Explain(err)
	}
	report := doctor.Report{At: said.At, Findings: []doctor.Finding{}}
	for _, f := range said.Findings {
		report.Findings = append(report.Findings, doctor.Finding{
			About: f.About, Check: f.Check, Status: doctor.Status(f.Status), Found: f.Found, Wanted: f.Wanted, Mend: f.Mend,
		})
	}
	return report, nil
}

// showReport prints a report for people: what is not well with what is wanted, and how to mend it.
func showReport(out io.Writer, r doctor.Report) error {
	marks := map[doctor.Status]string{doctor.OK: "ok", doctor.NotChecked: "not checked", doctor.Warning: "warning", doctor.Failed: "FAILED"}
	heading := ""
	for _, f := range r.Findings {
		if f.About != heading {
			heading = f.About
			fmt.Fprintf(out, "\n%s\n", strings.ToUpper(heading[:1])+heading[1:])
		}
		fmt.Fprintf(out, "  %-11s  %-16s  %s\n", marks[f.Status], f.Check, f.Found)
		if f.Status == doctor.OK {
			continue
		}
		fmt.Fprintf(out, "  %-11s  %-16s  wanted: %s\n", "", "", f.Wanted)
		if f.Mend != "" {
			fmt.Fprintf(out, "  %-11s  %-16s  mend:   %s\n", "", "", f.Mend)
		}
	}
	_, err := fmt.Fprintf(out, "\n%s: %d ok, %d not checked, %d warnings, %d failed.\n", r.At.Format("2006-01-02 15:04:05 -07:00"),
		r.Count(doctor.OK), r.Count(doctor.NotChecked), r.Count(doctor.Warning), r.Count(doctor.Failed))
	return err
}
