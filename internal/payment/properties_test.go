package payment_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

type rapidChoices struct{ t *rapid.T }

func (c rapidChoices) below(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

type seededChoices struct{ r *rand.Rand }

func (c seededChoices) below(n int) int { return c.r.IntN(n) }

// byteChoices takes its chances from the fuzzer; when the bytes are used up it always takes the first.
type byteChoices struct{ b *[]byte }

func (c byteChoices) below(n int) int {
	if len(*c.b) < 4 {
		return 0
	}
	v := binary.LittleEndian.Uint32(*c.b)
	*c.b = (*c.b)[4:]
	return int(v % uint32(n))
}

// TestBooksAgree lives through payments with a provider that keeps its own books: whatever is lost, late, doubled or
// down, a payment that has come to its end says what the provider's books say, every order keeps the rules, and
// everything comes to rest.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, wrong := range live(rapidChoices{t}, payment.Decide) {
			t.Error(wrong)
		}
	})
}

// TestBooksAgreeOften is the same without shrinking, many times over.
func TestBooksAgreeOften(t *testing.T) {
	t.Parallel()
	n := uint64(6000)
	if testing.Short() {
		n = 2000
	}
	for seed := range n {
		if wrong := live(seededChoices{rand.New(rand.NewPCG(seed, 1))}, payment.Decide); len(wrong) > 0 {
			t.Fatalf("seed %d: %v", seed, wrong)
		}
	}
}

// TestWorldIsRich makes sure that the world above reaches what it is for.
func TestWorldIsRich(t *testing.T) {
	t.Parallel()
	seen := map[payment.State]int{}
	moves := map[string]int{}
	spy := func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
		after, commands, err := payment.Decide(t, p, e)
		if after.State != p.State {
			seen[after.State]++
			moves[string(p.State)+" to "+string(after.State)]++
		}
		return after, commands, err
	}
	for seed := range uint64(3000) {
		live(seededChoices{rand.New(rand.NewPCG(seed, 1))}, spy)
	}
	for _, s := range []payment.State{
		payment.Pushing, payment.InDoubt, payment.Reversing, payment.Paid, payment.Declined, payment.Expired,
		payment.Reversed, payment.Voiding, payment.Voided, payment.Review,
	} {
		if seen[s] < 10 {
			t.Errorf("%s was seen %d times", s, seen[s])
		}
	}
	for _, m := range []string{"voiding to paid", "indoubt to paid", "indoubt to review", "indoubt to declined"} {
		if moves[m] < 3 {
			t.Errorf("%s was seen %d times", m, moves[m])
		}
	}
}

// TestPropertiesBite breaks one rule after the other and wants the properties to notice.
func TestPropertiesBite(t *testing.T) {
	t.Parallel()
	for name, broken := range mutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20000) {
				if len(live(seededChoices{rand.New(rand.NewPCG(seed, 1))}, broken)) > 0 {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

// mutants are cores with one rule broken each.
func mutants() map[string]decider {
	terms := func(change func(*payment.Terms)) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			change(&t)
			return payment.Decide(t, p, e)
		}
	}
	event := func(change func(payment.Payment, payment.Event) payment.Event) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			return payment.Decide(t, p, change(p, e))
		}
	}
	result := func(change func(*payment.Payment, []payment.Command) []payment.Command) decider {
		return func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			after, commands, err := payment.Decide(t, p, e)
			if err == nil && after.Version != p.Version {
				commands = change(&after, commands)
			}
			return after, commands, err
		}
	}
	reread := func(call payment.Call, from, to payment.Class) decider {
		return event(func(_ payment.Payment, e payment.Event) payment.Event {
			if a, ok := e.(payment.Answered); ok && a.Call == call && a.Outcome.Class == from {
				a.Outcome.Class = to
				return a
			}
			return e
		})
	}
	return map[string]decider{
		"reversal too early":              terms(func(t *payment.Terms) { t.ReverseAfter = 50 * time.Second }),
		"reversal after the cut-off":      terms(func(t *payment.Terms) { t.CutOff = 24 * time.Hour }),
		"no gap between reversals":        terms(func(t *payment.Terms) { t.RetryGap = 0 }),
		"not found is final at once":      terms(func(t *payment.Terms) { t.SignatureLife = time.Second }),
		"no guard at the cut-off":         terms(func(t *payment.Terms) { t.CutOffRoom = -time.Hour }),
		"reversal not found is done":      reread(payment.CallReversal, payment.NotFound, payment.Approved),
		"reversal unknown is done":        reread(payment.CallReversal, payment.Unknown, payment.Approved),
		"push unknown is a decline":       reread(payment.CallPush, payment.Unknown, payment.Refused),
		"push unknown is a sale":          reread(payment.CallPush, payment.Unknown, payment.Approved),
		"check unknown is a sale":         reread(payment.CallCheck, payment.Pending, payment.Approved),
		"void refused is done":            reread(payment.CallVoid, payment.Refused, payment.Approved),
		"void without an answer is a no":  event(silentVoid),
		"push without an answer is a no":  event(silentPush),
		"reversing has no alarm":          result(noAlarm),
		"reviews are not told":            result(noTell),
		"the payment given in is changed": changesInput,
		"facts are refused":               refusesFacts,
		"in doubt is left for ever":       event(neverReverse),
	}
}

func silentVoid(_ payment.Payment, e payment.Event) payment.Event {
	if n, ok := e.(payment.NoAnswer); ok && n.Call == payment.CallVoid {
		return payment.NotSent{At: n.At, Call: n.Call, Try: n.Try}
	}
	return e
}

func silentPush(_ payment.Payment, e payment.Event) payment.Event {
	if n, ok := e.(payment.NoAnswer); ok && n.Call == payment.CallPush {
		return payment.NotSent{At: n.At, Call: n.Call, Try: n.Try}
	}
	return e
}

// neverReverse keeps the clock of a payment in doubt before the hour of the reversal.
func neverReverse(p payment.Payment, e payment.Event) payment.Event {
	if w, ok := e.(payment.Woke); ok && p.State == payment.InDoubt {
		w.At = p.Attempts[0].PushedAt.Add(61 * time.Second)
		return w
	}
	return e
}

func noAlarm(p *payment.Payment, commands []payment.Command) []payment.Command {
	if p.State == payment.Reversing {
		p.WakeAt = time.Time{}
	}
	return commands
}

func noTell(p *payment.Payment, commands []payment.Command) []payment.Command {
	if p.State != payment.Review {
		return commands
	}
	var kept []payment.Command
	for _, c := range commands {
		if _, ok := c.(payment.Tell); !ok {
			kept = append(kept, c)
		}
	}
	return kept
}

func changesInput(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
	if len(p.Attempts) > 0 && p.State == payment.Reversing {
		p.Attempts[0].Late = !p.Attempts[0].Late
	}
	return payment.Decide(t, p, e)
}

func refusesFacts(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
	if _, ok := e.(payment.NoAnswer); ok && p.State.Final() {
		return p, nil, &payment.Refusal{Code: payment.CodeNotPossible, State: p.State}
	}
	return payment.Decide(t, p, e)
}

// TestAnyOrder throws events at a payment in any order, plausible or not, with clocks that jump: nothing panics, and the
// rules that hold for every decision hold.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for _, wrong := range anyOrder(rapidChoices{t}) {
			t.Error(wrong)
		}
	})
}

// FuzzDecide lets the fuzzer choose what happens: the first byte says in which of the two ways.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := make([]byte, 400)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		rest := b[1:]
		wrong := live
		if b[0]%2 == 1 {
			wrong = func(c choices, _ decider) []string { return anyOrder(c) }
		}
		for _, w := range wrong(byteChoices{&rest}, payment.Decide) {
			t.Error(w)
		}
	})
}

func anyOrder(c choices) (wrong []string) {
	terms := payment.OVOTerms()
	d, wrong := decideChecked(payment.Decide, terms, payment.Payment{}, requested(morning))
	p, at := d.after, morning
	for range c.below(40) {
		at = at.Add(time.Duration(c.below(120_000)) * time.Millisecond)
		if c.below(20) == 19 {
			at = at.Add(time.Duration(c.below(9*24*60)) * time.Minute)
		}
		e := anyEvent(c, p, at)
		before := p.State
		d, found := decideChecked(payment.Decide, terms, p, e)
		for _, f := range found {
			wrong = append(wrong, fmt.Sprintf("%s, %T%+v: %s", before, e, e, f))
		}
		p = d.after
	}
	return wrong
}

func anyEvent(c choices, p payment.Payment, at time.Time) payment.Event {
	calls := []payment.Call{payment.CallPush, payment.CallReversal, payment.CallCheck, payment.CallVoid, payment.CallCheckVoid}
	call := calls[c.below(len(calls))]
	try := record(p, call).Tries
	if c.below(5) == 4 {
		try = c.below(4)
	}
	switch c.below(8) {
	case 0, 1, 2:
		class := payment.Classes()[c.below(len(payment.Classes()))]
		return payment.Answered{At: at, Call: call, Try: try, Outcome: outcome(class, code(call, class))}
	case 3:
		why := []payment.Silence{payment.Silent, payment.Garbled, payment.Interrupted}
		return payment.NoAnswer{At: at, Call: call, Try: try, Why: why[c.below(3)]}
	case 4:
		return payment.NotSent{At: at, Call: call, Try: try}
	case 5:
		ask := payment.Asked{At: at, What: payment.Asks()[c.below(len(payment.Asks()))]}
		if ask.What == payment.AskResolve {
			ask.To = payment.States()[c.below(len(payment.States()))]
		}
		return ask
	case 6:
		if c.below(10) == 9 {
			return payment.Faulted{At: at, Why: "something that cannot be"}
		}
	}
	return payment.Woke{At: at}
}
