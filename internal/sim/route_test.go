package sim

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/sandbox"
)

// brokenRoutes are proofs on days of all rails, where payments go on from one to the next.
var brokenRoutes = []proof{
	{OneCharge, "OVO confirms reversals that it has not made", sabotage{
		weather: func(x *weather) {
			*x = quiet(*x)
			x.answerLost, x.terms.AutoCheck, x.doku.void = 0.2, false, 0
		},
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opReversal {
				e.Code = "00"
			}
		},
	}},
	{RouteAfterDeath, "the gateway reads a customer's no as that nobody was asked", sabotage{
		weather: func(x *weather) { x.decline, x.payNow = 0.5, 0.4 },
		misread: instead(opPush, `"responseCode":"17"`, `"responseCode":"14"`),
	}},
}

// TestEverythingGoesWrongWithRoutes: over the seeds of TestSeeds each way from one rail to the next comes about.
func TestEverythingGoesWrongWithRoutes(t *testing.T) {
	t.Parallel()
	goesWrong(t, Mixed,
		"becomes created              not_sent", "becomes created              no_answer", "becomes created              answered", "becomes pushing              renumbered",
		"becomes presenting           renumbered", "is asked to void             yes", "is asked to cancel           yes", "reversal is answered         HTTP/1.1 200 OK 00",
	)
}

// TestALateChargeComesBeforeAHuman: Faspay says that nobody was asked, the payment goes on to DOKU and is paid there, and then
// Faspay notifies that it is paid, too.
func TestALateChargeComesBeforeAHuman(t *testing.T) {
	t.Parallel()
	var story bytes.Buffer
	lies := sabotage{weather: func(x *weather) {
		*x = quiet(*x)
		x.routes.prefer = []payment.Rail{payment.Faspay, payment.DOKU, payment.OVO}
		x.faspay.options.DirectAtOnce, x.faspay.lies = true, 1
	}}
	r, err := Run(Options{Seed: 1, Payments: 60, Mix: Ordinary, Rail: Mixed, Story: &story, sabotage: lies})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Failures) > 0 || r.States["review"] < 10 || !strings.Contains(story.String(), "the customer was charged twice, by two attempts") {
		t.Errorf("states %v, failures %v: want the payments that were charged twice in review, and no rule broken", r.States, r.Failures)
	}
}
