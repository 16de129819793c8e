package certify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// Options say how a run is made. Suite, Target, Account and Tool are needed; elsewhere than at the sandbox also Store,
// Keyring, Phone and Tester.
type Options struct {
	Suite    Suite
	Target   Target
	Account  merchant.Account // of the suite's rail; its MerchantID is used, its numbering too
	Merchant string           // as customers know it
	Tool     string           // program and version
	// Folder keeps the run's state, run.json, with tokens and phone numbers in clear: for its user only. Empty: nothing is
	// kept.
	Folder string
	// Only are the ids of the scenarios that are made; empty: all. Again makes those once more that failed.
	Only  []string
	Again bool
	// Start is when virtual time begins; zero: today at nine in the morning.
	Start time.Time
	// Progress is called at the beginning (Result Pending) and at the end of each scenario. It may be nil.
	Progress func(n, of int, s evidence.Scenario)
	// Camera takes pictures of customers' pages; nil: none are taken.
	Camera Camera

	// Store keeps payments and numbers where real ones are made, Keyring seals them.
	Store   store.Store
	Keyring *exchange.Keyring
	// Phone is the tester's, 08…, registered at the provider's test system; UnknownPhone one that is not.
	Phone, UnknownPhone string
	// Phones are those that some scenarios need, by the scenario's id.
	Phones map[string]string
	Tester Tester
	// NumbersAfter is batch/reference of the last number that the provider has seen of the account's first terminal, where the
	// store does not know it. Empty: the store knows.
	NumbersAfter string
	// Listen is where the provider's notifications come in, host:port; empty: nowhere.
	Listen string
}

// Tester is a person with a phone, or a file that answers for one.
type Tester interface {
	// Act shows what is to be done. It returns when the person is ready; an error ends the run.
	Act(ctx context.Context, scenario, what string) error
	// Show shows something to be scanned or opened.
	Show(ctx context.Context, what, content string) error
}

// StateFile is the name of a run's state in its folder.
const StateFile = "run.json"

// ErrFailed says that a scenario failed.
var ErrFailed = errors.New("a scenario failed")

// Run makes a run, or goes on with the one in the folder. What was made is given even with an error. The error is
// ErrFailed, the context's, or says what kept the run from being made.
func Run(ctx context.Context, o Options) (evidence.Run, error) {
	state, err := o.begin()
	if err != nil {
		return state, err
	}
	g, err := o.open(ctx, &state)
	if err != nil {
		return state, err
	}
	defer g.close()
	for i := range state.Scenarios {
		if err := ctx.Err(); err != nil {
			return state, fmt.Errorf("the run was stopped; the same command goes on with it: %w", err)
		}
		if !o.wants(state.Scenarios[i]) {
			continue
		}
		progress := o.Progress
		if progress == nil {
			progress = func(int, int, evidence.Scenario) {}
		}
		progress(i+1, len(state.Scenarios), state.Scenarios[i])
		made, err := g.make(ctx, o.Suite.Scenarios[i])
		if err != nil {
			return state, err
		}
		state.Scenarios[i] = made
		progress(i+1, len(state.Scenarios), made)
		state.Clock, state.Ended = g.now(), g.now()
		if state.Numbers, err = g.numbers(ctx); err != nil {
			return state, err
		}
		if err := o.keep(state); err != nil {
			return state, err
		}
	}
	if state.Count()[evidence.Failed] > 0 {
		return state, ErrFailed
	}
	return state, nil
}

// wants tells whether a scenario is to be made now.
func (o Options) wants(s evidence.Scenario) bool {
	if len(o.Only) > 0 && !slices.Contains(o.Only, s.ID) {
		return false
	}
	return s.Result == evidence.Pending || (o.Again && s.Result == evidence.Failed) || len(o.Only) > 0
}

// begin reads the state of a run that was begun, or writes the first one.
func (o Options) begin() (evidence.Run, error) {
	for id, phone := range o.Phones { // order does not matter: any mistake is told
		if i := slices.IndexFunc(o.Suite.Scenarios, func(s Scenario) bool { return s.ID == id && s.Phone != "" }); i < 0 {
			return evidence.Run{}, fmt.Errorf("suite %s has no scenario %q that needs a phone of its own; see the plan", o.Suite.Name, id)
		}
		if _, err := payment.ParsePhone(phone); err != nil {
			return evidence.Run{}, fmt.Errorf("the phone number of %s: %w", id, err)
		}
	}
	for _, id := range o.Only {
		if !slices.ContainsFunc(o.Suite.Scenarios, func(s Scenario) bool { return s.ID == id }) {
			return evidence.Run{}, fmt.Errorf("suite %s has no scenario %q; see the plan", o.Suite.Name, id)
		}
	}
	if o.Folder != "" {
		state, err := Load(o.Folder)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return state, err
		case state.Suite != o.Suite.Name || state.Target != string(o.Target):
			return state, fmt.Errorf("%s holds a run of %s at %s, not of %s at %s: choose another folder",
				o.Folder, state.Suite, state.Target, o.Suite.Name, o.Target)
		case !o.matches(state):
			return state, fmt.Errorf("%s holds a run whose scenarios another version made: choose another folder", o.Folder)
		default:
			return state, nil
		}
	}
	return o.fresh(), nil
}

func (o Options) matches(state evidence.Run) bool {
	return slices.EqualFunc(state.Scenarios, o.Suite.Scenarios, func(a evidence.Scenario, b Scenario) bool { return a.ID == b.ID })
}

func (o Options) fresh() evidence.Run {
	began := time.Now()
	if o.Target == Sandbox {
		began = o.Start
		if began.IsZero() {
			y, m, d := time.Now().In(payment.WIB).Date()
			began = time.Date(y, m, d, 9, 0, 0, 0, payment.WIB)
		}
	}
	host, _ := evidence.Host(o.Account.URL)
	state := evidence.Run{
		Format: evidence.Format, ID: "run-" + began.In(payment.WIB).Format("20060102-150405") + "-" + o.Suite.Name, Suite: o.Suite.Name,
		Title: o.Suite.Title, Target: string(o.Target), Environment: string(o.Account.Environment), Merchant: o.Merchant,
		Account: o.Account.ID, Tool: o.Tool, Began: began, Clock: began,
		Emulated:     o.Target == Sandbox || evidence.Emulates(string(o.Account.Environment), o.Account.URL),
		VirtualClock: o.Target == Sandbox,
		Counterparty: fmt.Sprintf("%s %s system at %s", providers[o.Suite.Rail], o.Target, host),
	}
	if o.Target == Sandbox {
		state.Environment = "sandbox"
		state.Counterparty = "lunas sandbox: an emulator of " + providers[o.Suite.Rail] + " in the same program, in virtual time"
	}
	if o.Target == Devsite {
		state.Counterparty = "Bank Indonesia SNAP developer site (ASPI) at " + host
	}
	for _, s := range o.Suite.Scenarios {
		state.Scenarios = append(state.Scenarios, s.record())
	}
	return state
}

var providers = map[payment.Rail]string{ // never written
	payment.OVO: "OVO", payment.SNAP: "OVO (SNAP)", payment.DOKU: "DOKU", payment.Faspay: "Faspay",
}

// record is a scenario before it is made.
func (s Scenario) record() evidence.Scenario {
	return evidence.Scenario{
		ID: s.ID, Title: s.Title, API: s.API, Path: s.Path, Kind: string(s.Kind), Code: s.Code, Row: s.Row, Source: s.Source,
		Result: evidence.Pending,
	}
}

// Load reads a run's state, with its pictures.
func Load(folder string) (evidence.Run, error) {
	var state evidence.Run
	b, err := os.ReadFile(filepath.Join(folder, StateFile))
	if err != nil {
		return state, fmt.Errorf("read the run: %w", err)
	}
	if err := json.Unmarshal(b, &state); err != nil {
		return state, fmt.Errorf("%s is not a run's state: %w", filepath.Join(folder, StateFile), err)
	}
	if state.Format != evidence.Format {
		return state, fmt.Errorf("%s has format %d, this program reads %d", filepath.Join(folder, StateFile), state.Format, evidence.Format)
	}
	for i := range state.Scenarios {
		for k := range state.Scenarios[i].Captures {
			c := &state.Scenarios[i].Captures[k]
			if c.Data, err = os.ReadFile(filepath.Join(folder, filepath.Base(c.File))); err != nil {
				return state, fmt.Errorf("a picture of the run is missing: %w", err)
			}
		}
	}
	return state, nil
}

// keep writes the state, whole or not at all, and pictures before it.
func (o Options) keep(state evidence.Run) error {
	if o.Folder == "" {
		return nil
	}
	return Save(o.Folder, state)
}

// Save writes a run's state and its pictures into a folder, for this user only.
func Save(folder string, state evidence.Run) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the run's folder cannot be made: %w", err)
	}
	for _, s := range state.Scenarios {
		for _, c := range s.Captures {
			path := filepath.Join(folder, filepath.Base(c.File))
			if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, c.Data) {
				continue
			}
			if err := os.WriteFile(path, c.Data, 0o600); err != nil {
				return fmt.Errorf("keep a picture: %w", err)
			}
		}
	}
	b, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		return fmt.Errorf("keep the run: %w", err)
	}
	path := filepath.Join(folder, StateFile)
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep the run: %w", err)
	}
	return os.Rename(path+".new", path)
}

// run is one scenario under way.
type run struct {
	*rig
	ctx      context.Context
	scenario Scenario
	record   evidence.Scenario

	current  string // the payment that steps are about
	payments []string
	refusal  string
	why      string            // the last refusal in words
	token    string            // access token of direct calls
	made     string            // partnerReferenceNo of the last QR that a direct call asked for
	qrs      map[string]string // numbers of QRs of direct calls, by name
}

// make makes one scenario. An error means that the run cannot go on; what goes wrong with the scenario stands in it.
func (g *rig) make(ctx context.Context, s Scenario) (evidence.Scenario, error) {
	record := s.record()
	if g.o.Target != Sandbox && s.Only != "" {
		record.Result, record.Note = evidence.Left, s.Only
		return record, nil
	}
	if g.o.Target != Sandbox && s.Phone != "" && g.o.Phones[s.ID] == "" {
		record.Result, record.Note = evidence.Left, "it needs "+s.Phone+": name it with --phone-for "+s.ID+"=08…"
		return record, nil
	}
	if note, later := g.tooEarly(s); later {
		record.Note = note
		return record, nil
	}
	r := &run{rig: g, ctx: ctx, scenario: s, record: record, qrs: map[string]string{}}
	g.loose = nil
	var stopped error
	g.perform(func() { stopped = r.steps() })
	return r.record, stopped
}

func (r *run) steps() error {
	if err := r.moveTo(r.scenario.At); err != nil {
		return err
	}
	r.record.Began, r.record.Result = r.now(), evidence.Passed
	defer func() { r.record.Ended = r.now() }()
	for _, step := range r.scenario.at(r.o.Target) {
		made := evidence.Step{Done: r.done(step.Do), At: r.now()}
		r.refusal = ""
		err := step.Do.do(r)
		if ctxErr := r.ctx.Err(); ctxErr != nil {
			r.record.Result = evidence.Pending
			return fmt.Errorf("the run was stopped; the same command goes on with it: %w", ctxErr)
		}
		if err != nil {
			made.Trouble, r.record.Result = oneLine(err), evidence.Failed
		}
		facts, factsErr := r.facts()
		if factsErr != nil {
			return factsErr
		}
		r.record.Exchanges, r.record.Payments = facts.Exchanges, r.payments
		made.Findings = Judge(step.Expect, facts)
		if slices.ContainsFunc(made.Findings, func(f evidence.Finding) bool { return !f.OK }) {
			r.record.Result = evidence.Failed
		}
		if step.Capture != "" && r.current != "" && err == nil {
			if err := r.capture(step.Capture); err != nil {
				return err
			}
		}
		r.record.Steps = append(r.record.Steps, made)
		if err != nil {
			break
		}
	}
	r.record.Note = cmp.Or(r.record.Note, firstFailure(r.record))
	return r.settleDown()
}

// done says what is done in a step, at our own end of the connection too.
func (r *run) done(a Action) string {
	if does, ok := a.(oursToo); ok && r.ownEnd != nil && does.own() != "" {
		return a.Words() + " (" + does.own() + ")"
	}
	return a.Words()
}

// firstFailure says in a sentence why a scenario failed.
func firstFailure(s evidence.Scenario) string {
	for i, step := range s.Steps {
		if step.Trouble != "" {
			return fmt.Sprintf("step %d: %s", i+1, step.Trouble)
		}
		for _, f := range step.Findings {
			if !f.OK {
				return fmt.Sprintf("step %d: expected: %s; found: %s", i+1, f.Expected, f.Found)
			}
		}
	}
	return ""
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
