package sim

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// brokenDOKU are proofs on days of DOKU only.
var brokenDOKU = []proof{
	{PaidIsKnown, "the gateway reads that nobody paid, and no notification comes", sabotage{
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opPush {
				e.Notify, e.Answer = sandbox.NotifyLost, sandbox.AnswerLost
			}
		},
		misread: instead(opCheck, `"SUCCESS"`, `"EXPIRED"`),
	}},
	{BooksAgree, "the gateway reads that what has expired is paid", sabotage{
		weather: func(x *weather) { x.payNow, x.ignore = 0.5, 0.4 },
		misread: instead(opCheck, `"EXPIRED"`, `"SUCCESS"`),
	}},
	{NoPushTwice, "the link delivers each push twice, and nothing tells them apart", sabotage{
		weather: func(x *weather) { x.doku.unsigned = true }, copies: one(opPush),
	}},
	{TakenBackRightly, "the gateway voids what it misreads as paid", sabotage{
		weather: func(x *weather) {
			x.payNow, x.decline, x.ignore = 0, 0, 1
			x.lost, x.answerLost = 0, 0
			x.doku.terms.CheckAfter, x.doku.options.TimeoutFor, x.doku.void = time.Second, -time.Second, 0
		},
		before: func(d *day, group []store.Change) {
			for _, c := range group {
				if c.Payment.State == payment.Paid {
					s := d.story(c.Payment.MerchantID, c.Payment.ID)
					d.after(time.Second, nil, func() { d.ask(s, payment.AskVoid) })
				}
			}
		},
		misread: func(operation string, answer []byte) []byte {
			if operation == opCheckVoid {
				return bytes.Replace(answer, []byte(`"EXPIRED"`), []byte(`"REFUNDED"`), 1)
			}
			return bytes.Replace(answer, []byte(`"EXPIRED"`), []byte(`"SUCCESS"`), 1)
		},
	}},
	{InquiryDistance, "the terms ask again every second", sabotage{
		weather: func(x *weather) {
			x.lost, x.doku.terms.QueryEvery, x.doku.terms.QueryGapMax = 0.2, time.Second, 2*time.Second
		},
		effect: func(d *day, operation string, e *sandbox.Effect) {
			if operation == opCheck && !d.calm {
				e.Status = "PENDING"
			}
		},
	}},
	{Numbers, "the store skips a number", sabotage{before: func(d *day, group []store.Change) {
		if group[0].Terminal != "" && d.chance(0.1) {
			skipNumber(d)
		}
	}}},
	{EveryByteLogged, "the store forgets notifications", sabotage{change: func(_ *day, c *store.Change) {
		if _, notified := c.Event.(payment.Notified); notified {
			take(c, exchange.Request)
		}
	}}},
	{ComesToRest, "the provider never says what became of a push", sabotage{
		weather: func(x *weather) { x.lost = 0.1 },
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opCheck {
				e.Code = "internal_server_error"
			}
		},
	}},
	{NoSecretInLog, "an error of the database holds the secret key", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(*day) error { return errors.New("bad value " + sandbox.DemoDOKUMerchant().Secret) },
	}},
	{Understood, "the gateway signs with another key", sabotage{
		dokuSecret: strings.Repeat("0", 20), weather: func(x *weather) { *x = quiet(*x) },
	}},
}

// instead changes what the gateway's client makes of the answers to an operation.
func instead(operation, is, becomes string) func(string, []byte) []byte {
	return func(o string, answer []byte) []byte {
		if o != operation {
			return answer
		}
		return bytes.Replace(answer, []byte(is), []byte(becomes), 1)
	}
}

// TestEverythingGoesWrongWithDOKU: over the seeds of TestSeeds each fault comes about.
func TestEverythingGoesWrongWithDOKU(t *testing.T) {
	t.Parallel()
	goesWrong(t, "doku",
		"a forged notification is sent", "is not believed", "notification is lost", "a proxy repeats", "409 Conflict",
		"push is answered             HTTP/1.1 200 OK 00", "push is answered             HTTP/1.1 200 OK 17", "200 OK -", "404 Not Found",
		"check is answered            HTTP/1.1 200 OK TIMEOUT", "200 OK PENDING", "200 OK FAILED", "200 OK EXPIRED", "data_not_found",
		"check of the void is answered", "void is answered", "is asked to void             yes", "is asked to check            yes",
		"becomes indoubt", "becomes paid                 notified", "becomes declined", "becomes expired", "becomes voided", "becomes review",
		"not asked for new payments for a while", "provider_unreachable", "gives up waiting",
	)
}

// goesWrong lives through days and wants everything told in one of them.
func goesWrong(t *testing.T, rail string, wanted ...string) {
	t.Helper()
	var story bytes.Buffer
	for seed := uint64(1000); seed < 1040; seed++ {
		if _, err := Run(Options{Seed: seed, Payments: 40, Rail: rail, Story: &story}); err != nil {
			t.Fatal(err)
		}
	}
	told := story.String()
	for _, want := range wanted {
		if !strings.Contains(told, want) {
			t.Errorf("nowhere in 40 days: %q", want)
		}
	}
}
