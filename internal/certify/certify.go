// Package certify makes conformance runs: written plans of scenarios, positive and negative, for each API of a provider.
// Each step says what is done, what is expected, and whose requirement that is; what was on the wire judges it. Payments go
// through the real engine, rails and recorder, so that the bytes are those that the gateway sends. Against the sandbox it
// plays the customer itself, in virtual time; elsewhere it asks a tester. It makes no documents (package evidence) and knows
// no configuration.
package certify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lunas-pay/lunas/internal/payment"
)

// Target is where a run is made.
type Target string

// The targets.
const (
	Sandbox Target = "sandbox" // the emulator in this program, in virtual time
	Staging Target = "staging" // the provider's test system
	Devsite Target = "devsite" // Bank Indonesia's developer site (ASPI)
)

// Suite is a written plan.
type Suite struct {
	Name      string
	Title     string
	Rail      payment.Rail
	Scenarios []Scenario
}

// Kind tells what a scenario is meant to show.
type Kind string

// The kinds.
const (
	Positive Kind = "positive"
	Negative Kind = "negative"
)

// Scenario is a test: steps, made one after the other.
type Scenario struct {
	ID     string // such as ovo-07; stable, files and resumed runs name it
	Title  string
	API    string // the provider's name of it
	Path   string // of the API, for SNAP
	Kind   Kind
	Code   string // the response code that it is about, if one is
	Row    string // its number in the functional test sheet, where that is publicly known
	Source string // whose requirement it is
	// Only says why it is made at the sandbox only; empty: everywhere.
	Only string
	// Phone says what phone it needs at a real system, which Options.Phones must name; empty: the tester's.
	Phone string
	// At is the time of day (WIB) at which it begins, such as 23:58:30; empty: at any hour of the day.
	At    string
	Steps []Step
	// Portal are the steps at the developer site, which has no customers, where those differ.
	Portal []Step
}

// at gives the steps at a target.
func (s Scenario) at(t Target) []Step {
	if t == Devsite && s.Portal != nil {
		return s.Portal
	}
	return s.Steps
}

// Step is something to be done, and the rules by which it is judged.
type Step struct {
	Do     Action
	Expect []Rule
	// Capture is the title of a picture of the customer's page that is taken after the step; empty: none.
	Capture string
}

// Action is something that can be done. The actions of this package are in action.go.
type Action interface {
	// Words say what is done, for the plan and for documents.
	Words() string
	do(r *run) error
}

// Suites lists every suite.
func Suites() []Suite {
	return []Suite{ovoUAT(), snapDevsite(), snapFunctional(), dokuSuite(), faspaySuite()}
}

// Names lists the suites' names.
func Names() []string {
	var names []string
	for _, s := range Suites() {
		names = append(names, s.Name)
	}
	return names
}

// SuiteNamed finds a suite.
func SuiteNamed(name string) (Suite, error) {
	all := Suites()
	i := slices.IndexFunc(all, func(s Suite) bool { return s.Name == name })
	if i < 0 {
		return Suite{}, fmt.Errorf("there is no suite %q; suites: %s", name, strings.Join(Names(), ", "))
	}
	return all[i], nil
}

// Plan writes a suite down as it will be made at a target.
func (s Suite) Plan(t Target) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nsuite %s, target %s, %d scenarios\n", s.Title, s.Name, t, len(s.Scenarios))
	for _, c := range s.Scenarios {
		fmt.Fprintf(&b, "\n%s  %s (%s)\n", c.ID, c.Title, c.Kind)
		fmt.Fprintf(&b, "  API: %s %s\n", c.API, c.Path)
		if t != Sandbox && c.Only != "" {
			fmt.Fprintf(&b, "  left out here: %s\n", c.Only)
			continue
		}
		if t != Sandbox && c.Phone != "" {
			fmt.Fprintf(&b, "  needs %s: --phone-for %s=08…\n", c.Phone, c.ID)
		}
		if c.At != "" {
			fmt.Fprintf(&b, "  begins at %s WIB\n", c.At)
		}
		for i, step := range c.at(t) {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, step.Do.Words())
			if asks, ok := step.Do.(testerActs); ok && t != Sandbox && asks.tester() != "" {
				fmt.Fprintf(&b, "     tester: %s\n", asks.tester())
			}
			if does, ok := step.Do.(oursToo); ok && t != Sandbox && does.own() != "" {
				fmt.Fprintf(&b, "     here: %s\n", does.own())
			}
			for _, rule := range step.Expect {
				fmt.Fprintf(&b, "     expected: %s [%s]\n", rule.Expected, rule.Source)
			}
		}
	}
	return b.String()
}

// testerActs is an action in which a person with a phone has a part.
type testerActs interface{ tester() string }

// oursToo is an action in which something is done at our own end of the connection where the provider cannot be told.
type oursToo interface{ own() string }
