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
	"github.com/lunas-pay/lunas/snap"
)

// brokenQRs are proofs on days of QRs only.
var brokenQRs = []proof{
	{PaidIsKnown, "the gateway reads that nobody paid, and no notification comes", sabotage{
		effect:  unnotified,
		misread: status("00", "06"),
	}},
	{BooksAgree, "the gateway reads that every QR is paid", sabotage{
		weather: func(x *weather) { x.snap.refund = 0 }, misread: status("01", "00"),
	}},
	{ReferenceOnce, "each generate is followed by another one of its number", sabotage{
		other: func(operation string, wire []byte) []byte {
			if operation != opGenerate {
				return nil
			}
			return otherID(wire)
		},
	}},
	{ExternalIDOnce, "the link delivers each query twice", sabotage{copies: one(opQuery)}},
	{QueriesPolite, "the terms ask every two seconds", sabotage{weather: func(x *weather) { x.snap.terms.QueryEvery = 2 * time.Second }}},
	{RefundOnce, "the terms refund the next day", sabotage{weather: func(x *weather) {
		x.start = time.Date(2026, 3, 20, 23, 58, 30, 0, payment.WIB)
		x.snap.terms.RefundUntil, x.snap.refund = 48*time.Hour, 0.8
	}}},
	{RefundOnce, "each refund is followed by one of another number", sabotage{
		weather: func(x *weather) { x.snap.refund = 0.5 },
		other: func(operation string, wire []byte) []byte {
			if operation != opRefund {
				return nil
			}
			return resigned(bytes.Replace(otherID(wire), []byte(`-R"`), []byte(`-Q"`), 1))
		},
	}},
	{QRShownInTime, "the terms show a QR for 90 s", sabotage{weather: func(x *weather) { x.snap.terms.QRLife = 90 * time.Second }}},
	{TokensKept, "every lock is given to everybody", sabotage{
		openLocks: true, weather: func(x *weather) { x.gateways = 3 },
	}},
	{TokensKept, "the store forgets tokens", sabotage{
		weather: func(x *weather) { x.gateways = 3 },
		secret:  func(sealed []byte) []byte { return nil },
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
	{ComesToRest, "the provider never says what became of a QR", sabotage{effect: func(_ *day, operation string, e *sandbox.Effect) {
		unnotified(nil, operation, e)
		if operation == opQuery {
			e.Code = "5005100"
		}
	}}},
	{NoSecretInLog, "an error of the database holds the client secret", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(*day) error { return errors.New("bad value " + sandbox.DemoSNAPMerchant().Secret) },
	}},
	{NoSecretInLog, "an error of the database holds an access token", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(d *day) error {
			return errors.New("bad value " + d.tracks[0].(*snapTrack).tokens[merchantID].value)
		},
	}},
	{Understood, "the gateway signs with another secret", sabotage{clientSecret: strings.Repeat("0", 64)}},
}

// unnotified keeps the provider's notifications from being sent.
func unnotified(_ *day, operation string, e *sandbox.Effect) {
	if operation == opGenerate {
		e.Notify = sandbox.NotifyLost
	}
}

// status changes what a query is answered, on its way from the wire to the client.
func status(is, becomes string) func(string, []byte) []byte {
	return func(_ string, answer []byte) []byte {
		return bytes.Replace(answer, []byte(`"latestTransactionStatus":"`+is), []byte(`"latestTransactionStatus":"`+becomes), 1)
	}
}

// otherID gives a request another X-EXTERNAL-ID, which no signature covers.
func otherID(wire []byte) []byte {
	at := bytes.Index(wire, externalHeader) + len(externalHeader)
	other := bytes.Clone(wire)
	other[at] = '9'
	return other
}

// resigned signs a changed request as its partner would.
func resigned(wire []byte) []byte {
	head, body, _ := bytes.Cut(wire, headEnd)
	first, _, _ := bytes.Cut(head, lineEnd)
	secret := sandbox.DemoSNAPMerchant().Secret
	if header(wire, partnerHeader) != sandbox.DemoSNAPMerchant().ClientID {
		secret = secondSecret
	}
	signature := snap.NewHMACKey(snap.Secret(secret)).Sign(snap.Signed{
		Method: "POST", Endpoint: strings.Fields(string(first))[1], Token: snap.Secret(header(wire, tokenHeader)), Body: body,
		Timestamp: header(wire, []byte("\r\nX-Timestamp: ")),
	})
	return bytes.Replace(wire, []byte(header(wire, []byte("\r\nX-Signature: "))), []byte(signature), 1)
}

// TestEverythingGoesWrongWithQRs: each fault of QRs comes about within some days.
func TestEverythingGoesWrongWithQRs(t *testing.T) {
	t.Parallel()
	comesAbout(t, Options{Seed: 1000, Payments: 40, Rail: "snap"}, []string{
		"provider forgets tokens", "generate is answered         HTTP/1.1 401", "query is answered            HTTP/1.1 401", "a forged notification is sent", "is not believed", "notification is lost", "another merchant",
		"customer decides             late\n", "customer decides             cash\n", "customer decides             decline",
		"the payment no longer waits for the customer", "the QR must not be shown", "no new number for a payment", "renumbered",
		"is asked to refund           yes", "is asked to refund           cutoff", "is asked to renew            yes",
		"is asked to cancel           yes", "is asked to check            yes", "check_in_progress", "provider_unreachable",
		"becomes paid", "becomes declined", "becomes expired", "becomes canceled", "becomes refunding", "becomes refunded", "becomes review",
		"terminal is released", "numbers_exhausted", "4094701", "charged twice", "refund is answered",
	})
}
