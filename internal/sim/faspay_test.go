package sim

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// brokenFaspay are proofs on days of Faspay only.
var brokenFaspay = []proof{
	{PaidIsKnown, "the gateway reads that bills have failed, and no notification comes", sabotage{
		effect:  unnotifiedPush,
		misread: instead(opCheck, `"payment_status_code":"2"`, `"payment_status_code":"3"`),
	}},
	{BooksAgree, "the gateway reads that bills are paid that are open or have expired", sabotage{
		weather: func(x *weather) { x.payNow, x.decline, x.ignore = 0.5, 0, 0.5 },
		misread: func(operation string, answer []byte) []byte {
			open := instead(opCheck, `"payment_status_code":"1"`, `"payment_status_code":"2"`)
			return instead(opCheck, `"payment_status_code":"7"`, `"payment_status_code":"2"`)(operation, open(operation, answer))
		},
	}},
	{NoPushTwice, "the link delivers each post twice", sabotage{copies: one(opPost)}},
	{InquiryDistance, "the terms ask again every second", sabotage{
		weather: func(x *weather) { x.faspay.terms.QueryEvery, x.faspay.terms.QueryGapMax = time.Second, 2*time.Second },
	}},
	{NotifiedOnce, "the store forgets what was notified, and stale words come between", sabotage{
		weather: func(x *weather) { x.answerLost = 0.5 },
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opPush {
				e.Notify = sandbox.NotifyStale
			}
		},
		past: func(entries []store.Entry) (left []store.Entry) {
			for _, e := range entries {
				if _, notified := e.Event.(payment.Notified); !notified {
					left = append(left, e)
				}
			}
			return left
		},
	}},
	{ReturnIsNoWord, "a customer who comes back is taken for one who cancels", sabotage{
		weather: func(x *weather) { x.faspay.returns, x.payNow, x.ignore = 0.5, 0.2, 0.7 },
		returns: func(g *process, s *story) {
			_, _, _ = g.engine.Ask(background, s.merchant, s.id, payment.Asked{What: payment.AskCancel, By: returning}, store.Key{})
		},
	}},
	{Numbers, "the store skips a number", sabotage{before: func(d *day, group []store.Change) {
		if group[0].Terminal != "" && d.chance(0.1) {
			skipNumber(d)
		}
	}}},
	{EveryByteLogged, "the store forgets notifications", sabotage{change: func(_ *day, c *store.Change) {
		if _, notified := c.Event.(payment.Notified); notified {
			c.Exchanges = slices.DeleteFunc(c.Exchanges, func(p exchange.Part) bool { return p.Operation == "notification" })
		}
	}}},
	{ComesToRest, "the provider never says what became of a bill", sabotage{effect: func(_ *day, operation string, e *sandbox.Effect) {
		unnotifiedPush(nil, operation, e)
		if operation == opCheck {
			e.Code = "66"
		}
	}}},
	{NoSecretInLog, "an error of the database holds the password", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(*day) error { return errors.New("bad value " + sandbox.DemoFaspayMerchant().Password) },
	}},
	{Understood, "the gateway signs with another password", sabotage{faspayPassword: strings.Repeat("0", 20)}},
}

// unnotifiedPush keeps the provider's notifications from being sent.
func unnotifiedPush(_ *day, operation string, e *sandbox.Effect) {
	if operation == opPush {
		e.Notify = sandbox.NotifyLost
	}
}

// TestEverythingGoesWrongWithFaspay: over the seeds of TestSeeds each fault comes about.
func TestEverythingGoesWrongWithFaspay(t *testing.T) {
	t.Parallel()
	goesWrong(t, "faspay",
		"a forged notification is sent", "is not believed", "notification is lost", "customer comes back          is sent on",
		"customer comes back          notification rejected", "customer decides             on the page\n", "on the page: sandbox: the bill is over",
		"post is answered             HTTP/1.1 200 OK 00", "push is answered             HTTP/1.1 200 OK 00", "push is answered             HTTP/1.1 200 OK 17",
		"check is answered            HTTP/1.1 200 OK 00 2", "200 OK 00 4", "200 OK 00 7", "cancel is answered           HTTP/1.1 200 OK 00 8",
		"is asked to cancel           yes", "is asked to check            yes",
		"becomes awaiting", "becomes paid", "becomes declined", "becomes expired", "becomes canceled", "becomes reversed", "becomes review",
		"not asked for new payments for a while", "expires_at_invalid", "renumbered", "gives up waiting",
	)
}
