package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/cli"
	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/qrpicture"
)

type certifyCommand struct {
	Suite        []string          `help:"Which plan, or several one after the other: ${enum}." enum:"ovo-uat,snap-devsite,snap-functional,doku,faspay" required:""`
	Target       string            `help:"Where it is made: ${enum}." enum:"sandbox,staging,devsite" default:"sandbox"`
	Plan         bool              `help:"Print the written plan, and do nothing."`
	Data         string            `help:"Folder in which runs are kept, and their numbering; ${default} when left out." default:"data" type:"path" placeholder:"FOLDER"`
	Folder       string            `name:"run" help:"The run's own folder; by default the unfinished run of this suite is gone on with, or a new one begun." type:"path" placeholder:"FOLDER"`
	Fresh        bool              `help:"Begin a new run, though one is unfinished."`
	Again        bool              `help:"Make those scenarios of the last run once more that failed."`
	Only         []string          `help:"Only these scenarios, by number." placeholder:"ovo-04,…"`
	Captures     bool              `help:"Take pictures of the customer's pages with Chromium."`
	Config       string            `help:"Configuration file with the account of the provider's test system." short:"c" env:"LUNAS_CONFIG" type:"path" placeholder:"FILE"`
	Merchant     string            `help:"Whose account, where the configuration has several merchants." placeholder:"ID"`
	Account      string            `help:"Which account, where the merchant has several at the rail." placeholder:"ID"`
	URL          string            `help:"Another address of the provider than the account's; of the devsite, the portal's." name:"url" placeholder:"URL"`
	Phone        string            `help:"The tester's phone number, registered at the test system." placeholder:"08…"`
	UnknownPhone string            `help:"A phone number that is registered nowhere." placeholder:"08…"`
	PhoneFor     map[string]string `help:"A phone that a scenario needs, such as one whose account is blocked; see the plan. It may be given several times." placeholder:"ovo-12=08…"`
	NumbersAfter string            `help:"The last batch and reference number that the provider has seen of this terminal, where the data folder is new." placeholder:"12/4711"`
	Answers      string            `help:"A file that answers for the tester: a line 'SCENARIO ready' or 'SCENARIO stop', or '* ready'." type:"existingfile" placeholder:"FILE"`
	Listen       string            `help:"Address on which the provider's notifications come in during the run." placeholder:"HOST:PORT"`
	Documents    bool              `help:"Make the documents of a finished run at once, as lunas evidence does by default."`
	JSON         bool              `help:"Print the result as JSON." name:"json"`
}

// Codes with which certify ends, beside 1 for what kept it from being made.
const (
	codeFailed     = 3 // a scenario failed
	codeUnfinished = 4 // no scenario failed, and some are still to be made
)

// Help shows examples.
func (certifyCommand) Help() string {
	return "Makes the scenarios of a suite, positive and negative, and judges each step by rule. At the sandbox everything happens in\n" +
		"virtual time inside this program, and takes seconds; elsewhere the tester is asked to act on a phone where that is needed.\n" +
		"A run that was stopped is gone on with by the same command. Exit codes: 0 passed, 3 a scenario failed, 4 not finished.\n" +
		"Make documents of the run with --documents, or later with: lunas evidence --run FOLDER\n\n" +
		"Examples:\n" +
		"  lunas certify --suite ovo-uat,snap-functional --captures --documents     all that OVO and Bank Indonesia ask for\n" +
		"  lunas certify --suite ovo-uat --plan                    the written plan\n" +
		"  lunas certify --suite ovo-uat --captures                at the sandbox, with pictures of the pages\n" +
		"  lunas certify --suite ovo-uat --target staging -c lunas.yaml --phone 08… --unknown-phone 08…\n" +
		"  lunas certify --suite snap-functional --only bi-05,bi-06"
}

// Run makes runs, or goes on with them. One that fails keeps no other from being made; the first failure is the code.
func (c certifyCommand) Run(t *terminal) (failed error) {
	if c.Folder != "" && len(c.Suite) > 1 {
		return errors.New("--run names the folder of one run; leave it out for several suites")
	}
	for _, name := range c.Suite {
		err := c.runSuite(t, name)
		var exit *cli.Exit
		if err != nil && !errors.As(err, &exit) {
			return err
		}
		if failed == nil {
			failed = err
		}
	}
	return failed
}

func (c certifyCommand) runSuite(t *terminal, name string) error {
	suite, err := certify.SuiteNamed(name)
	if err != nil {
		return err
	}
	target := certify.Target(c.Target)
	if target == certify.Devsite && suite.Rail != "snap" {
		return fmt.Errorf("the devsite is Bank Indonesia's and tests SNAP only; suite %s is made at sandbox or staging", suite.Name)
	}
	if c.Plan {
		_, err := fmt.Fprint(t.out, suite.Plan(target))
		return err
	}
	o := certify.Options{
		Suite: suite, Target: target, Tool: "lunas " + programVersion(), Only: c.Only, Again: c.Again, Phone: c.Phone, UnknownPhone: c.UnknownPhone, Phones: c.PhoneFor,
		Listen: c.Listen, NumbersAfter: c.NumbersAfter,
	}
	if o.Folder, err = c.where(name, time.Now()); err != nil {
		return err
	}
	if c.Captures {
		if o.Camera, err = newCamera(); err != nil {
			return err
		}
	}
	if err := c.place(t, &o); err != nil {
		return err
	}
	if o.Store != nil {
		defer o.Store.Close()
	}
	if !c.JSON {
		o.Progress = progress(t.out, target != certify.Sandbox)
		fmt.Fprintf(t.out, "%s\nTarget: %s. The run is kept in %s\n\n", suite.Title, target, o.Folder)
	}
	made, err := certify.Run(t.ctx, o)
	if err != nil && !errors.Is(err, certify.ErrFailed) {
		return err
	}
	return c.tell(t, made, o.Folder)
}

// folder is the run's: the given one, that of the unfinished run, or a new one.
func (c certifyCommand) where(suite string, now time.Time) (string, error) {
	if c.Folder != "" {
		return c.Folder, nil
	}
	base := filepath.Join(c.Data, "certify")
	prefix := suite + "-" + c.Target + "-"
	if !c.Fresh {
		entries, err := os.ReadDir(base)
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		for _, e := range slices.Backward(entries) {
			if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
				continue
			}
			state, err := certify.Load(filepath.Join(base, e.Name()))
			if err == nil && (state.Count()[evidence.Pending] > 0 || c.Again || len(c.Only) > 0) {
				return filepath.Join(base, e.Name()), nil
			}
			break
		}
	}
	return filepath.Join(base, prefix+now.In(evidence.WIB).Format("20060102-150405")), nil
}

// place finds the account, and what a real system needs beside it.
func (c certifyCommand) place(t *terminal, o *certify.Options) (err error) {
	if o.Target == certify.Sandbox {
		o.Account, o.Merchant, err = gateway.DemoAccount(o.Suite.Rail, "http://sandbox.lunas")
		return err
	}
	conf, err := config.Load(c.Config, t.environ)
	if err != nil {
		return err
	}
	if o.Account, o.Merchant, err = gateway.TestAccount(t.ctx, conf, o.Suite.Rail, c.Merchant, c.Account); err != nil {
		return err
	}
	if o.Target == certify.Devsite {
		if c.URL == "" {
			return errors.New("say the portal's address with --url, such as https://apidevportal.aspi-indonesia.or.id:44310/api")
		}
		o.Account.SNAP.Paths = nil // the portal's own are the usual ones below its address
	}
	if c.URL != "" {
		o.Account.URL = c.URL
	}
	if o.Keyring, err = gateway.Keyring(conf); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	o.Store, err = gateway.OpenStore(t.ctx, filepath.Join(c.Data, "certify.db"), gateway.RealClock(), true)
	if err != nil {
		return err
	}
	person := tester{in: bufio.NewReader(t.in), out: t.out, folder: o.Folder}
	if c.Answers != "" {
		if person.answers, err = readAnswers(c.Answers); err != nil {
			return err
		}
	}
	o.Tester = person
	return nil
}

// progress prints a line for each scenario, and one before it where it takes time.
func progress(out io.Writer, before bool) func(n, of int, s evidence.Scenario) {
	return func(n, of int, s evidence.Scenario) {
		switch s.Result {
		case evidence.Pending:
			if s.Note != "" {
				fmt.Fprintf(out, "%3d/%d  later      %s  %s: %s\n", n, of, s.ID, s.Title, s.Note)
			} else if before {
				fmt.Fprintf(out, "%3d/%d  …          %s  %s\n", n, of, s.ID, s.Title)
			}
		case evidence.Passed:
			fmt.Fprintf(out, "%3d/%d  passed     %s  %s\n", n, of, s.ID, s.Title)
		default:
			fmt.Fprintf(out, "%3d/%d  %-9s  %s  %s: %s\n", n, of, s.Result, s.ID, s.Title, s.Note)
		}
	}
}

func (c certifyCommand) tell(t *terminal, made evidence.Run, folder string) error {
	count := made.Count()
	if c.JSON {
		type scenario struct {
			ID     string          `json:"id"`
			Title  string          `json:"title"`
			Result evidence.Result `json:"result"`
			Note   string          `json:"note,omitempty"`
		}
		result := struct {
			Folder    string     `json:"folder"`
			Run       string     `json:"run"`
			Verdict   string     `json:"verdict"`
			Scenarios []scenario `json:"scenarios"`
		}{Folder: folder, Run: made.ID, Verdict: made.Verdict()}
		for _, s := range made.Scenarios {
			result.Scenarios = append(result.Scenarios, scenario{s.ID, s.Title, s.Result, s.Note})
		}
		encoder := json.NewEncoder(t.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(result); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(t.out)
		if !c.Documents || count[evidence.Pending] > 0 { // the documents say it too
			fmt.Fprintf(t.out, "%s\n%s\nDocuments: lunas evidence --run %s\n", made.Verdict(), made.Banner(), folder)
		}
	}
	if c.Documents && count[evidence.Pending] == 0 {
		if err := (evidenceMakeCommand{Folder: folder, Data: c.Data, Style: "raw"}).Run(t); err != nil {
			return err
		}
	}
	switch {
	case count[evidence.Failed] > 0:
		return &cli.Exit{Code: codeFailed, Reason: fmt.Sprintf("%d scenarios failed", count[evidence.Failed])}
	case count[evidence.Pending] > 0:
		return &cli.Exit{Code: codeUnfinished, Reason: fmt.Sprintf("%d scenarios are still to be made; the same command goes on with them", count[evidence.Pending])}
	}
	return nil
}

// tester is a person at this terminal, or a file that answers for one.
type tester struct {
	in      *bufio.Reader
	out     io.Writer
	folder  string
	answers map[string]string // by scenario, * for all others; nil: the person is asked
}

func readAnswers(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	answers := map[string]string{}
	for i, line := range strings.Split(string(b), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) == 2 && (words[1] == "ready" || words[1] == "stop"):
			answers[words[0]] = words[1]
		default:
			return nil, fmt.Errorf("%s, line %d: expected a scenario's number or *, then ready or stop", path, i+1)
		}
	}
	return answers, nil
}

// Act asks the person to get ready.
func (p tester) Act(ctx context.Context, scenario, what string) error {
	fmt.Fprintf(p.out, "\n  %s – tester: %s.\n", scenario, what)
	if p.answers != nil {
		answer, ok := p.answers[scenario]
		if !ok {
			answer, ok = p.answers["*"]
		}
		if !ok || answer == "stop" {
			return fmt.Errorf("the file of answers does not say that the tester is ready for %s", scenario)
		}
		return nil
	}
	fmt.Fprint(p.out, "  Press Enter when you are ready: ")
	read := make(chan error, 1)
	go func() {
		_, err := p.in.ReadString('\n')
		read <- err
	}()
	select {
	case err := <-read:
		if err != nil {
			return fmt.Errorf("nobody is at the terminal to answer (use --answers FILE): %w", err)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Show shows a QR to be scanned, or a page to be opened.
func (p tester) Show(_ context.Context, what, content string) error {
	if strings.HasPrefix(content, "http://") || strings.HasPrefix(content, "https://") {
		_, err := fmt.Fprintf(p.out, "\n  Tester: %s: %s\n", what, content)
		return err
	}
	picture, err := qrpicture.PNG(content, qrpicture.Options{})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}
	file := filepath.Join(p.folder, "scan.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "\n  Tester: %s. The QR is in %s, for 75 seconds.\n", what, file)
	return err
}
