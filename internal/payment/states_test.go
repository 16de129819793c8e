package payment_test

//go:generate go test . -run ^TestStates$ -update

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

const statesFile = "../../docs/states.md"

// chapter is what a set of terms can meet: its document, and what everything is tried of.
type chapter struct {
	start      func(t0 time.Time) *flow
	situations []situation
	calls      []payment.Call
	classes    []payment.Class
	asks       []payment.Ask
	head       string
	names      []string // of what happens, the longer before the shorter
	first      payment.State
	t0         string
	// begins is of a chapter about the beginning of payments alone: what it leads to stands in the others.
	begins bool
	// again is of a chapter in which the customer chooses again: what is heard of the first attempt matters.
	again bool
}

func ovoChapter() chapter {
	return chapter{
		start: newFlow, situations: situations(),
		calls:   []payment.Call{payment.CallPush, payment.CallCheck, payment.CallReversal, payment.CallVoid, payment.CallCheckVoid},
		classes: slices.DeleteFunc(payment.Classes(), func(c payment.Class) bool { return c == payment.TokenDead }),
		asks:    []payment.Ask{payment.AskCheck, payment.AskVoid, payment.AskCancel, payment.AskReverse, payment.AskResolve},
		head:    ovoHead, names: []string{"check void", "push", "check", "reversal", "void", "asked to"}, first: payment.Pushing, t0: "the push's own date",
	}
}

const ovoHead = `# States of a payment, on the terms of OVO's Push To Pay

*Written by a test that runs the core through every state and event; change the core and run ` + "`make gen`" + `.*

A payment is asked about with **check**, taken back unasked with a **reversal**, and taken back on the merchant's wish with
a **void**. What a provider's answer means is one of eight classes; which response code is in which class stands in
[rails/ovo.md](rails/ovo.md).

`

// situation is a state together with what makes a difference in it.
type situation struct {
	state payment.State
	name  string
	path  []string // the events that lead to it
	at    string   // when the next event comes
}

// situations are those that OVO's terms can lead to, in the order of a payment's life.
func situations() []situation {
	pushed := []string{"+0s request"}
	paid := after(pushed, "+12s push answered 00 approved")
	doubt := after(pushed, "+60s time passes")
	unknown := after(doubt, "+61s check answered 25 not_found")
	reversing := after(doubt, "+61s check no answer", "+65s time passes")
	unanswered := after(reversing, "+80s reversal no answer")
	voiding := after(paid, "+1h ask void")
	asking := after(voiding, "+1h15s void no answer")
	night := []string{"23:50:00 request", "23:51:00 time passes", "23:51:01 check no answer", "23:51:05 time passes"}
	return []situation{
		{payment.Pushing, "the customer has the push", pushed, "+30s"},
		{payment.InDoubt, "no usable answer, and the session still runs", after(pushed, "+20s push unclear"), "+40s"},
		{payment.InDoubt, "asked once, before the hour of the reversal", doubt, "+62s"},
		{payment.InDoubt, "not known to the provider, but the push may still arrive", unknown, "+70s"},
		{payment.InDoubt, "asking again, now that it can no longer arrive", after(unknown, "+5m30s time passes"), "+5m31s"},
		{payment.Reversing, "the first reversal is under way", reversing, "+66s"},
		{payment.Reversing, "one stayed without an answer, the next is under way", unanswered, "+81s"},
		{payment.Reversing, "waiting to send it again", after(unanswered, "+95s reversal no answer"), "+100s"},
		{payment.Reversing, "asking what an earlier one did", after(unanswered, "+81s reversal answered 25 not_found"), "+82s"},
		{payment.Reversing, "not known to the provider, but the push may still arrive", after(reversing, "+66s reversal answered 25 not_found"), "+70s"},
		{payment.Reversing, "asking again, now that it can no longer arrive", after(reversing, "+66s reversal answered 25 not_found", "+5m30s time passes"), "+5m31s"},
		{payment.Reversing, "and an approval is known", after(reversing, "+65.5s push answered 00 approved"), "+66s"},
		{payment.Paid, "", paid, "+1h"},
		{payment.Paid, "a check by hand is under way", after(paid, "+1h ask check"), "+1h1s"},
		{payment.Declined, "a firm no", after(pushed, "+8s push answered 17 refused"), "+1h"},
		{payment.Declined, "a firm no, a check by hand is under way", after(pushed, "+8s push answered 17 refused", "+1h ask check"), "+1h1s"},
		{payment.Declined, "the number was used before, a check by hand is under way", after(pushed, "+1s push answered 94 duplicate", "+1h ask check"), "+1h1s"},
		{payment.Expired, "nothing was sent", after(pushed, "+1s push not sent"), "+1h"},
		{payment.Expired, "not known to the provider", after(unknown, "+5m30s time passes", "+5m31s check answered 25 not_found"), "+1h"},
		{payment.Reversed, "confirmed", after(reversing, "+66s reversal answered 00 approved"), "+1h"},
		{payment.Reversed, "not known to the provider", after(reversing, "+66s reversal answered 25 not_found", "+5m30s time passes", "+5m31s check answered 25 not_found"), "+1h"},
		{payment.Voiding, "the void is under way", voiding, "+1h1s"},
		{payment.Voiding, "asking whether it was done", asking, "+1h16s"},
		{payment.Voiding, "not known to the provider, but the void may still arrive", after(asking, "+1h16s check_void answered 25 not_found"), "+1h1m"},
		{payment.Voiding, "asking again, now that it can no longer arrive", after(asking, "+1h16s check_void answered 25 not_found", "+1h5m30s time passes"), "+1h5m31s"},
		{payment.Voided, "", after(voiding, "+1h1s void answered 00 approved"), "+2h"},
		{payment.Review, "the provider refuses the reversal", after(reversing, "+66s reversal answered 58 misconfigured"), "+1h"},
		{payment.Review, "the cut-off has passed", after(night, "23:51:20 reversal no answer", "23:59:30 time passes", "23:59:45 reversal no answer"), "next day +1h"},
		{payment.Review, "what became of the void is not known", after(asking, "next day 12:00:00 time passes", "next day 12:01:00 time passes"), "next day +3h"},
		{payment.Review, "paid here, not known there", after(paid, "+1h ask check", "+1h1s check answered 25 not_found"), "+2h"},
	}
}

func after(path []string, more ...string) []string {
	return append(slices.Clone(path), more...)
}

// happening is one event in one situation, and what came of it.
type happening struct {
	what  string // "push answered approved"
	group string // "push", "asked", "time", …
	d     decision
	text  string
}

// TestStates runs every event in every situation of every state, holds each decision against the rules that know no
// state, and keeps docs/states.md in step with what Decide does.
func TestStates(t *testing.T) {
	var doc strings.Builder
	ovoChapter().write(t, &doc)
	for _, c := range []chapter{qrChapter(), dokuChapter(), billChapter(), redirectChapter(), routedChapter(), choiceChapter(), againChapter()} {
		doc.WriteString("\n---\n\n")
		c.write(t, &doc)
	}
	compareFile(t, statesFile, doc.String())
}

func (c chapter) write(t *testing.T, doc *strings.Builder) {
	edges := map[[2]payment.State][]string{}
	reached := map[payment.State]bool{}
	var tables strings.Builder
	for _, s := range c.situations {
		f := c.start(morning)
		f.must(t, s.path...)
		if f.p.State != s.state {
			t.Fatalf("%s, %s: the path leads to %s", s.state, s.name, f.p.State)
		}
		happenings := c.everything(t, f, s)
		c.writeSituation(&tables, f, s, happenings)
		reached[s.state] = true
		for _, h := range happenings {
			addEdge(edges, h)
			if !c.begins && h.d.err == nil && !byOperator(h.d.event) && !slices.ContainsFunc(c.situations, func(s situation) bool { return s.state == h.d.after.State }) {
				t.Errorf("%s, %s: %s leads to %s, for which there is no situation", s.state, s.name, h.what, h.d.after.State)
			}
		}
	}
	var unreached []payment.State
	for _, state := range payment.States() {
		if reached[state] {
			continue
		}
		unreached = append(unreached, state)
		if !c.begins {
			c.everything(t, c.elsewhere(t, state), situation{state: state, name: "unreachable", at: "+1h"})
		}
	}
	c.writeHead(doc, edges, unreached)
	doc.WriteString(tables.String())
}

// elsewhere is a payment in a state that these terms do not lead to: it comes with other rails.
func (c chapter) elsewhere(t *testing.T, state payment.State) *flow {
	f := c.start(morning)
	f.must(t, "+0s request")
	switch {
	case f.terms.Bills():
		f.must(t, "+1s post answered 00 approved", "+20s push answered 00 pending", "+30s time passes", "+31s check answered 2 approved")
	case !f.terms.Presents():
		f.must(t, "+12s push answered 00 approved")
	}
	f.p.State = state
	return f
}

// everything is every event that Decide knows, at the situation's time, and the passing of time until several instants.
func (c chapter) everything(t *testing.T, f *flow, s situation) []happening {
	t.Helper()
	var all []happening
	run := func(group, what, line string) {
		e, err := f.event(line)
		if err != nil {
			t.Fatal(err)
		}
		d, wrong := decideChecked(payment.Decide, f.termsFor(e), f.p, e)
		for _, w := range wrong {
			t.Errorf("%s, %s: %s: %s", s.state, s.name, line, w)
		}
		all = append(all, happening{what: what, group: group, d: d, text: f.summary(d)})
	}
	run("", "requested", s.at+" request")
	for _, call := range c.calls {
		name := callName(call)
		for _, class := range c.classes {
			run(name+" answered", string(class), fmt.Sprintf("%s %s answered %s %s", s.at, call, codeOn(f.now(), call, class), class))
		}
		for _, silence := range []string{"no answer", "unclear", "interrupted", "not sent"} {
			run(name, silence, fmt.Sprintf("%s %s %s", s.at, call, silence))
		}
	}
	if f.terms.Presents() {
		for _, class := range []payment.Class{payment.Approved, payment.WasReversed, payment.Refused, payment.Pending} {
			run("notified", string(class), fmt.Sprintf("%s notified %s %s", s.at, codeOn(f.terms, payment.CallCheck, class), class))
		}
		run("notified", "another amount", s.at+" notified 00 approved amount 100")
		run("", "a new number", s.at+" renumbered")
		if len(f.p.Attempts) > 1 {
			run("notified of the first QR", "approved", s.at+" notified 00 approved of attempt 1")
			run("notified of the first QR", "refused", s.at+" notified 06 refused of attempt 1")
		}
	}
	c.everythingAsked(f, s, run)
	if c.begins {
		run("the customer chooses", "a push", s.at+" choose ovo_push")
		run("the customer chooses", "a push, without a phone", s.at+" choose ovo_push without a phone")
		run("the customer chooses", "a QR", s.at+" choose qris")
		run("the customer chooses", "a push at the last moment", "+59m59.999s choose ovo_push")
		run("the customer chooses", "a push too late", "+1h choose ovo_push")
		run("", "a new number", s.at+" renumbered")
	}
	if c.again {
		c.ofTheFirst(s, run)
	}
	run("time passes", "a moment", s.at+" time passes")
	if !f.p.WakeAt.IsZero() {
		run("time passes", "until the alarm", "+"+f.p.WakeAt.Sub(f.t0).String()+" time passes")
	}
	if !f.p.WakeAt.IsZero() && !c.begins {
		run("time passes", "until the cut-off", "23:59:00 time passes")
		run("time passes", "until the next noon", "next day 12:00:00 time passes")
	}
	for _, ask := range c.asks {
		line := s.at + " ask " + string(ask)
		if ask == payment.AskResolve {
			line += " as paid"
		}
		run("asked to", string(ask), line)
	}
	switch {
	case c.begins:
	case f.terms.Presents():
		run("asked to", "refund at 23:59:58", "23:59:58 ask refund")
		run("asked to", "refund at 23:59:59", "23:59:59 ask refund")
	default:
		run("asked to", "void at 23:58:59", "23:58:59 ask void")
		run("asked to", "void at 23:59:00", "23:59:00 ask void")
		run("asked to", "check after 7 days", "+168h1s ask check")
	}
	run("", "fault of our own", s.at+" fault something that cannot be")
	return all
}

// ofTheFirst is what may still be heard of an attempt that came to nothing.
func (c chapter) ofTheFirst(s situation, run func(group, what, line string)) {
	for _, answer := range []string{"00 approved", "17 refused", "14 refused", "94 duplicate"} {
		class := strings.Fields(answer)[1]
		if answer == "14 refused" {
			class = "refused, the phone is not registered"
		}
		run("of the first attempt: push answered", class, s.at+" push answered "+answer+" of attempt 1")
	}
	run("of the first attempt:", "no answer to the push", s.at+" push no answer of attempt 1")
	run("of the first attempt:", "its process is dead", s.at+" push interrupted of attempt 1")
	run("of the first attempt:", "the push was not sent", s.at+" push not sent of attempt 1")
}

// code is a response code that stands for a class in the tables.
func code(call payment.Call, class payment.Class) string {
	if call == payment.CallCheck && class == payment.Misconfigured {
		return "96"
	}
	return map[payment.Class]string{
		payment.Approved: "00", payment.Refused: "17", payment.Pending: "68", payment.Unknown: "40",
		payment.NotFound: "25", payment.WasReversed: "73", payment.Duplicate: "94", payment.Misconfigured: "58",
	}[class]
}

// codeOn is such a code on any terms.
func codeOn(t payment.Terms, call payment.Call, class payment.Class) string {
	switch {
	case asks(t):
		return askedCode(t, call, class)
	case !t.Presents():
		return code(call, class)
	}
	return map[payment.Class]string{
		payment.Approved: "00", payment.Refused: "06", payment.Pending: "01", payment.Unknown: "5000001",
		payment.NotFound: "4040001", payment.WasReversed: "04", payment.Duplicate: "4090001", payment.Misconfigured: "4010000",
		payment.TokenDead: "4010001",
	}[class]
}

// summary says in one line of a table what came of an event: the state, then the orders.
func (f *flow) summary(d decision) string {
	if d.err != nil {
		var until string
		r := d.err.(*payment.Refusal)
		if !r.Until.IsZero() {
			until = " until " + f.show(r.Until)
		}
		return "refused | `" + r.Code + "`" + until
	}
	if d.after.Version == d.before.Version {
		return "| nothing"
	}
	var state string
	if d.after.State != d.before.State {
		state = "**" + string(d.after.State) + "**"
	}
	if why := reasonOf(d); why != "" {
		state = strings.TrimSpace(state + " – " + why)
	}
	var orders []string
	for _, c := range d.commands {
		switch c := c.(type) {
		case payment.Tell:
		case payment.Hold:
			orders = append(orders, "stop the terminal")
		default:
			orders = append(orders, f.command(c))
		}
	}
	if state == "" && len(orders) == 0 {
		return "| noted"
	}
	return state + " | " + strings.Join(orders, "; ")
}

func reasonOf(d decision) string {
	switch {
	case d.after.State == payment.Review && d.before.State != payment.Review:
		return d.after.Review
	case d.after.Failure != nil && (d.before.Failure == nil || *d.before.Failure != *d.after.Failure):
		return "`" + d.after.Failure.Code + "`"
	}
	return ""
}

func byOperator(e payment.Event) bool {
	a, ok := e.(payment.Asked)
	return ok && a.What == payment.AskResolve
}

// addEdge notes a change of state for the diagram. What can happen everywhere is said in words beside it.
func addEdge(edges map[[2]payment.State][]string, h happening) {
	_, fault := h.d.event.(payment.Faulted)
	if h.d.err != nil || h.d.after.State == h.d.before.State || fault || byOperator(h.d.event) {
		return
	}
	label := strings.TrimSuffix(h.group, " answered") + " " + h.what
	switch {
	case h.group == "time passes":
		label = "time"
	case h.group == "asked to":
		label = "asked to " + strings.Fields(h.what)[0]
	}
	edge := [2]payment.State{h.d.before.State, h.d.after.State}
	if !slices.Contains(edges[edge], label) {
		edges[edge] = append(edges[edge], label)
	}
}

func (c chapter) writeHead(doc *strings.Builder, edges map[[2]payment.State][]string, unreached []payment.State) {
	doc.WriteString(c.head)
	fmt.Fprintf(doc, "```mermaid\nstateDiagram-v2\n    [*] --> %s: requested\n", c.first)
	for _, e := range sortedEdges(edges) {
		fmt.Fprintf(doc, "    %s --> %s: %s\n", e[0], e[1], strings.Join(c.short(edges[e]), " / "))
	}
	for _, s := range payment.States() {
		if s.Final() && !slices.Contains(unreached, s) {
			fmt.Fprintf(doc, "    %s --> [*]\n", s)
		}
	}
	doc.WriteString("```\n\nThe same in letters:\n\n```\n")
	from := payment.State("")
	for _, e := range sortedEdges(edges) {
		if e[0] != from {
			from = e[0]
			fmt.Fprintf(doc, "%s\n", from)
		}
		for i, line := range wrap(strings.Join(c.short(edges[e]), " / "), 90) {
			if i == 0 {
				fmt.Fprintf(doc, "  -> %-10s %s\n", e[1], line)
			} else {
				fmt.Fprintf(doc, "     %-10s %s\n", "", line)
			}
		}
	}
	doc.WriteString("```\n\n")
	if c.begins {
		doc.WriteString(choiceTail)
		return
	}
	var names []string
	for _, s := range unreached {
		names = append(names, "`"+string(s)+"`")
	}
	fmt.Fprintf(doc, `Not drawn, since it holds everywhere: a mistake of our own leads to `+"`review`"+`, and an operator leads out of
`+"`review`"+` to any final state, with a reason.

Not reached on these terms, except by that operator: %s. They come with the other rails.
Every event is tried in them all the same: a fact is noted there and breaks nothing.

**How to read the tables.** Times are counted from %s (t0 = 10:00:00 WIB). *noted* means that the event is kept in the
journal and changes nothing else. Every change of state is told to the merchant. *wake* is when the payment is looked at next
if nothing happens before.
`, strings.Join(names, ", "), c.t0)
}

func sortedEdges(edges map[[2]payment.State][]string) [][2]payment.State {
	var sorted [][2]payment.State
	for _, from := range payment.States() {
		for _, to := range payment.States() {
			if _, ok := edges[[2]payment.State{from, to}]; ok {
				sorted = append(sorted, [2]payment.State{from, to})
			}
		}
	}
	return sorted
}

// short says "push refused, misconfigured" for "push refused" and "push misconfigured".
func (c chapter) short(labels []string) []string {
	var out, firsts []string
	rest := map[string][]string{}
	for _, l := range labels {
		first, tail := l, ""
		for _, name := range c.names {
			if cut, ok := strings.CutPrefix(l, name+" "); ok {
				first, tail = name, cut
				break
			}
		}
		if !slices.Contains(firsts, first) {
			firsts = append(firsts, first)
		}
		if tail != "" {
			rest[first] = append(rest[first], tail)
		}
	}
	for _, first := range firsts {
		out = append(out, strings.TrimSpace(first+" "+strings.Join(rest[first], ", ")))
	}
	return out
}

func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

func (c chapter) writeSituation(out *strings.Builder, f *flow, s situation, all []happening) {
	title := "`" + string(s.state) + "`"
	if s.name != "" {
		title += " – " + s.name
	}
	fmt.Fprintf(out, "\n## %s\n\nReached by: %s. Alarm: %s. What comes at %s:\n\n", title, strings.Join(s.path, " · "), f.show(f.p.WakeAt), s.at)
	out.WriteString("| what happens | state | orders |\n|---|---|---|\n")
	var texts []string
	grouped := map[string][]happening{}
	for _, h := range all {
		if _, ok := grouped[h.text]; !ok {
			texts = append(texts, h.text)
		}
		grouped[h.text] = append(grouped[h.text], h)
	}
	quiet := func(text string) int { // what changes nothing comes last
		switch {
		case strings.HasPrefix(text, "refused"):
			return 1
		case strings.HasPrefix(text, "|"):
			return 2
		}
		return 0
	}
	slices.SortStableFunc(texts, func(a, b string) int { return quiet(a) - quiet(b) })
	for _, text := range texts {
		fmt.Fprintf(out, "| %s | %s |\n", c.causes(grouped[text]), strings.TrimSpace(text))
	}
}

// causes joins what leads to the same result: "push answered refused, misconfigured".
func (c chapter) causes(all []happening) string {
	var groups []string
	in := map[string][]string{}
	for _, h := range all {
		if !slices.Contains(groups, h.group) {
			groups = append(groups, h.group)
		}
		in[h.group] = append(in[h.group], h.what)
	}
	var parts []string
	for _, g := range groups {
		call, answers := strings.CutSuffix(g, " answered")
		answers = answers && len(in[g]) == len(c.classes)
		switch {
		case answers && len(in[call]) == 4:
			parts = append(parts, "anything about a "+call)
		case len(in[g]) == 4 && g != "notified" && len(c.classes) > 0 && len(in[g+" answered"]) == len(c.classes):
			// said with its answers
		case g == "":
			parts = append(parts, strings.Join(in[g], "; "))
		case answers:
			parts = append(parts, g+" anything")
		default:
			parts = append(parts, g+" "+strings.Join(in[g], ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// compareFile holds a written file against what it should be, or writes it with -update.
func compareFile(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := firstDifference(got, string(want)); d != "" {
		t.Errorf("%s:%s\nrun `make gen`, and read the difference: it is a change of the rules", file, d)
	}
}

// TestStatesTimes makes sure that the situations' times are what their names say, so that the tables are not about
// something else after a change of terms.
func TestStatesTimes(t *testing.T) {
	terms := payment.OVOTerms()
	for _, want := range []struct {
		name string
		got  time.Duration
		want time.Duration
	}{
		{"the customer confirms within", terms.ConfirmWithin, 55 * time.Second},
		{"in doubt after", terms.InDoubtAfter, 60 * time.Second},
		{"reversed after", terms.ReverseAfter, 65 * time.Second},
		{"the call stays open for", terms.CallLimit, 75 * time.Second},
		{"cut-off", terms.CutOff, 23*time.Hour + 59*time.Minute},
		{"checks go back", terms.CheckMaxAge, 7 * 24 * time.Hour},
	} {
		if want.got != want.want {
			t.Errorf("%s %s, want %s", want.name, want.got, want.want)
		}
	}
}
