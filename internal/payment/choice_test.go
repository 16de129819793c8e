package payment_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

func choiceChapter() chapter {
	asked := []string{"+0s request"}
	return chapter{
		start: newChoiceFlow, begins: true, head: choiceHead, first: payment.Created,
		names: []string{"the customer chooses", "asked to"},
		situations: []situation{
			{payment.Created, "the customer can choose", asked, "+10m"},
			{
				payment.Created, "the provider was asked about five phones",
				after(asked, "+1m ask phone", "+2m ask phone", "+3m ask phone", "+4m ask phone", "+5m ask phone"), "+10m",
			},
			{payment.Expired, "nobody chose", after(asked, "+1h time passes"), "+2h"},
			{payment.Canceled, "before anybody chose", after(asked, "+5m ask cancel"), "+10m"},
			{payment.Review, "after a fault of our own", after(asked, "+5m fault something that cannot be"), "+10m"},
		},
		asks: payment.Asks(),
	}
}

// againChapter is about the second try. Its first attempt is always a push to a number that is not registered.
func againChapter() chapter {
	wrong := []string{"+0s request", "+1m choose ovo_push", "+1m1s push answered 14 refused"}
	second := after(wrong, "+2m choose ovo_push")
	third := after(second, "+2m1s push answered 14 refused", "+3m choose ovo_push")
	late := after(wrong, "+2m push answered 00 approved of attempt 1")
	return chapter{
		start: newChoiceFlow, begins: true, again: true, head: againHead, first: payment.Created,
		names: []string{"of the first attempt: push answered", "of the first attempt:", "the customer chooses", "asked to"},
		situations: []situation{
			{payment.Created, "the number was not registered, and the customer can choose again", wrong, "+10m"},
			{payment.Pushing, "the second number", second, "+2m30s"},
			{payment.Presenting, "a QR after a push", after(wrong, "+2m choose qris"), "+2m1s"},
			{payment.Awaiting, "a QR after a push", after(wrong, "+2m choose qris", "+2m1s generate answered 00 approved"), "+2m30s"},
			{payment.Paid, "by the second number", after(second, "+2m30s push answered 00 approved"), "+10m"},
			{payment.Declined, "the third number was not registered either", after(third, "+3m1s push answered 14 refused"), "+10m"},
			{payment.Declined, "the second number's customer said no", after(second, "+2m30s push answered 17 refused"), "+10m"},
			{payment.Expired, "nobody chose again", after(wrong, "+1h time passes"), "+2h"},
			{payment.Canceled, "while the customer could choose again", after(wrong, "+5m ask cancel"), "+10m"},
			{payment.Review, "the first attempt has charged all the same", late, "+10m"},
		},
		asks: payment.Asks(),
	}
}

const againHead = `# States of a payment whose customer gave a number that is not registered

The provider refused the push before it asked anybody, for the number and nothing else. The attempt is dead, and the customer
chooses again on the same page: three times in all, until the hour is over. A phone that the merchant named gets no second try:
that payment is ` + "`declined`" + `.

`

const choiceHead = `# States of a payment whose way the customer chooses on its page

Here between a push by OVO and a QR, within an hour. Once one of them is chosen, the payment goes on as that chapter says.

`

const choiceTail = `Not drawn, since it holds everywhere: a mistake of our own leads to ` + "`review`" + `, and an operator leads out of
` + "`review`" + ` to any final state, with a reason.

**How to read the tables.** Times are counted from the request (t0 = 10:00:00 WIB). The rest is as above.
`

// Whatever is pressed, how often, in which order and when: one way is taken at a time, another one only after the provider does
// not know the phone, three at most, and nothing is sent before.
func TestAChoiceIsMadeOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		if wrong := choose(rand.New(rand.NewPCG(seed, 1)), payment.Decide); wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
	}
}

// A core that would take a second choice, or send before the first, is noticed.
func TestAChoiceIsMadeOnceBites(t *testing.T) {
	t.Parallel()
	mutants := map[string]decider{
		"chooses again": func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if _, chosen := e.(payment.Chosen); chosen && p.State == payment.Pushing {
				p.State, p.Attempts = payment.Created, nil
			}
			return payment.Decide(t, p, e)
		},
		"is tried for ever": func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if p.Choosing() {
				endless := *p.Choice
				endless.Tries = payment.ChoiceTries
				p.Choice = &endless
			}
			return payment.Decide(t, p, e)
		},
		"asks whoever has said no": func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if a, ok := e.(payment.Answered); ok && a.Outcome.Class == payment.Refused {
				a.Outcome.Cause, a.Outcome.NotAsked = payment.ReasonPhoneUnknown, true
				e = a
			}
			return payment.Decide(t, p, e)
		},
		"lives on": func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
			if p.Choosing() {
				longer := *p.Choice
				longer.Until = longer.Until.Add(time.Hour)
				p.Choice = &longer
			}
			return payment.Decide(t, p, e)
		},
	}
	for name, mutant := range mutants {
		noticed := false
		for seed := range uint64(3000) {
			noticed = noticed || choose(rand.New(rand.NewPCG(seed, 1)), mutant) != ""
		}
		if !noticed {
			t.Errorf("%s: nobody noticed", name)
		}
	}
}

// choose lives through a payment with an impatient customer and a busy merchant, and says what was wrong.
func choose(rng *rand.Rand, decide decider) string {
	f := newChoiceFlow(morning)
	f.decide = decide
	begun, dead, at := 0, 0, morning
	for i := range 24 {
		at = at.Add(time.Duration(rng.Int64N(int64(7 * time.Minute))))
		var e payment.Event
		switch rng.IntN(8) {
		case 0, 1:
			e = f.chosen(at, payment.OVOPush, rng.IntN(4) > 0)
		case 2:
			e = f.chosen(at, payment.QRIS, true)
		case 3:
			e = payment.Asked{At: at, What: payment.AskPhone}
		case 4:
			e = payment.Asked{At: at, What: payment.AskCancel}
		case 5:
			e = f.provider(rng, at)
		default:
			e = payment.Woke{At: at}
		}
		if i == 0 {
			e = f.request(morning)
		}
		if _, chosen := e.(payment.Chosen); !f.p.Unchosen() && !f.p.Choosing() && !chosen && !answers(e) {
			continue // what comes afterwards is another test's
		}
		was := f.p.State
		d, wrong := decideChecked(f.decide, f.termsFor(e), f.p, e)
		if len(wrong) > 0 {
			return wrong[0]
		}
		f.p = d.after
		f.follow(e)
		for _, c := range d.commands {
			switch c.(type) {
			case payment.Push, payment.ShowQR, payment.PostBill:
				begun++
			}
		}
		if a, ok := e.(payment.Answered); ok && a.Attempt == len(f.p.Attempts)-1 && a.Outcome.Cause == payment.ReasonPhoneUnknown && was == payment.Pushing {
			dead++
		}
		switch {
		case begun > dead+1:
			return "two ways were taken"
		case begun > payment.ChoiceTries:
			return "it is tried for ever"
		case dead >= payment.ChoiceTries && f.p.Choosing():
			return "it can be chosen for ever"
		case f.p.State == payment.Created && begun > dead:
			return "it can be chosen again while something is under way"
		case begun == 0 && f.p.State != payment.Created && f.p.State != payment.Expired && f.p.State != payment.Canceled:
			return "nothing was chosen, and it is " + string(f.p.State)
		case begun == 0 && f.p.State == payment.Created && !at.Before(morning.Add(time.Hour)) && d.err == nil && i > 0:
			return "it can be chosen after its time"
		}
	}
	return ""
}

// answers tells whether an event is what a provider says to a push.
func answers(e payment.Event) bool {
	a, ok := e.(payment.Answered)
	return ok && a.Call == payment.CallPush
}

// provider is an answer to one of the pushes, now and then to one that was answered before.
func (f *flow) provider(rng *rand.Rand, at time.Time) payment.Event {
	class, code := payment.Refused, "14"
	switch rng.IntN(8) {
	case 0:
		class, code = payment.Approved, "00"
	case 1:
		code = "17"
	}
	e := payment.Answered{At: at, Call: payment.CallPush, Try: 1, Outcome: f.outcome(payment.CallPush, class, code)}
	if n := len(f.p.Attempts); n > 0 {
		e.Attempt = n - 1 - rng.IntN(min(n, 1+rng.IntN(2)))
	}
	if e.Attempt < 0 || f.p.Unchosen() || f.p.Attempts[e.Attempt].Rail != payment.OVO {
		return payment.Woke{At: at}
	}
	return e
}

// A bill that was chosen late ends with the choice, but lives long enough to be paid.
func TestABillEndsWithTheChoice(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]time.Duration{
		0: time.Hour, 10 * time.Minute: time.Hour, 59 * time.Minute: time.Hour + 4*time.Minute,
	} {
		f := newChoiceFlow(morning)
		f.choices = []payment.Terms{redirectTerms()}
		f.must(t, "+0s request")
		e := f.chosen(morning.Add(after), payment.OVOPush, false)
		e.Route.Rail = payment.Faspay
		p, _, err := payment.Decide(redirectTerms(), f.p, e)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Attempts[0].ExpiresAt.Sub(morning); got != want {
			t.Errorf("chosen after %s, the bill ends after %s, want %s", after, got, want)
		}
	}
}

// A choice is for a while that makes sense.
func TestHowLongACustomerMayChoose(t *testing.T) {
	t.Parallel()
	for life, want := range map[time.Duration]string{
		payment.ChoiceLifeMin: "", payment.ChoiceLifeMin - 1: payment.CodeExpiryInvalid, -time.Hour: payment.CodeExpiryInvalid,
		payment.ChoiceLifeMax: "", payment.ChoiceLifeMax + 1: payment.CodeExpiryInvalid,
	} {
		r := requestedChoice(morning)
		r.Choice.Until = morning.Add(life)
		_, _, err := payment.Decide(payment.Terms{}, payment.Payment{}, r)
		got := ""
		if refusal, ok := err.(*payment.Refusal); ok {
			got = refusal.Code
		}
		if got != want {
			t.Errorf("a choice for %s is refused with %q, want %q", life, got, want)
		}
	}
}
