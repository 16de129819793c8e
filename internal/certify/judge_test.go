package certify

import (
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/payment"
)

// said makes an exchange that began so long after a moment.
func said(operation string, at time.Duration, request, response string) evidence.Exchange {
	began := time.Date(2026, 11, 20, 9, 0, 0, 0, payment.WIB).Add(at)
	x := evidence.Exchange{
		Operation: operation, Began: began, Request: []byte("POST /pos HTTP/1.1\r\nHmac: abc\r\n\r\n" + request),
	}
	if response != "" {
		x.Response, x.Ended = []byte("HTTP/1.1 200 OK\r\n\r\n"+response), began.Add(2*time.Second)
	}
	return x
}

// TestJudge holds each rule against right and wrong facts, and looks at the sentence.
func TestJudge(t *testing.T) {
	t.Parallel()
	const one = `{"responseCode":"00","referenceNumber":"7","transactionRequestData":{"batchNo":"1"},"amount":12500}`
	facts := Facts{
		State: payment.Reversed, Page: map[string]string{"en": "Transaction Timeout. Nothing was charged."},
		Exchanges: []evidence.Exchange{
			said("push", 0, one, ""), said("reversal", 65*time.Second, one, one), said("reversal", 80*time.Second, one, `{"responseCode":"40"}`),
			said("push", 100*time.Second, strings.Replace(one, `"7"`, `"8"`, 1), `<html>`),
		},
	}
	for _, c := range []struct {
		check Check
		ok    bool
		found string
	}{
		{answered{operation: "reversal", n: 1, code: "00"}, true, "reversal was answered 00 (HTTP 200)"},
		{answered{operation: "reversal", code: "00"}, false, "reversal was answered 40 (HTTP 200)"},
		{answered{operation: "push", n: 1, code: "00"}, false, "push was not answered"},
		{answered{operation: "push", code: "00"}, false, "without a response code"},
		{answered{operation: "void", code: "00"}, false, "there was no void"},
		{answered{operation: "reversal", n: 3, code: "00"}, false, "there was no reversal number 3"},
		{status{operation: "reversal", code: 200}, true, "HTTP 200"},
		{status{operation: "reversal", code: 401}, false, "HTTP 200"},
		{unanswered{operation: "push", n: 1}, true, "push got no response"},
		{unanswered{operation: "reversal"}, false, "reversal was answered: HTTP/1.1 200 OK"},
		{sent{operation: "void"}, true, "no void was sent"},
		{sent{operation: "push", times: 1}, false, "push was sent 2 times"},
		{sent{operation: "push", times: 1, orMore: true}, true, "push was sent 2 times"},
		{inTime.Check, true, "reversal left 65.000 s after push"},
		{gap{from: "push", to: "reversal", toN: 2, atLeast: 64500 * time.Millisecond, under: 65500 * time.Millisecond}, false, "reversal left 80.000 s after push"},
		{gap{from: "push", to: "reversal", toN: last, atLeast: 79 * time.Second, under: 81 * time.Second}, true, "80.000 s"},
		{took{operation: "reversal", under: time.Second}, false, "reversal was answered after 2.000 s"},
		{took{operation: "reversal", under: 3 * time.Second}, true, "2.000 s"},
		{state{payment.Reversed}, true, "the payment is reversed"},
		{state{payment.Paid}, false, "the payment is reversed"},
		{refused{"cutoff"}, false, "the gateway did not refuse"},
		{says{"en", "Transaction Timeout"}, true, "Transaction Timeout"},
		{says{"en", "Payment Success"}, false, "it says: Transaction Timeout. Nothing was charged."},
		{says{"id", "Waktu"}, false, "the page could not be read"},
		{carries{operation: "push", n: 1, path: "amount", like: "[0-9]+"}, true, `push has amount "12500"`},
		{carries{operation: "push", n: 1, path: "transactionRequestData.batchNo", like: "2"}, false, `"1"`},
		{carries{operation: "push", n: 1, path: "amount", like: "1"}, false, `"12500"`}, // the whole value counts
		{carries{operation: "push", n: 1, path: "phone", like: ".*"}, false, "push has no phone"},
		{carries{operation: "push", n: 1, header: "hmac", like: "abc"}, true, `push has hmac "abc"`},
		{same{a: "push", b: "reversal", path: "referenceNumber"}, true, `push has "7", reversal has "7"`},
		{same{a: "push", b: "push", bN: 2, path: "referenceNumber"}, false, `push has "8"`},
		{counts{last: 999_999}, true, "1/7, 1/8"},
		{apart{operation: "reversal", least: 5 * time.Second}, true, "15.000 s apart"},
		{apart{operation: "reversal", least: 20 * time.Second}, false, "15.000 s apart"},
		{apart{operation: "void", least: time.Second}, false, "not two void calls"},
	} {
		found, ok := c.check.judge(facts)
		if ok != c.ok || !strings.Contains(found, c.found) {
			t.Errorf("%T%+v = %v, %q; want %v, %q", c.check, c.check, ok, found, c.ok, c.found)
		}
	}
	gapInNumbers := Facts{Exchanges: []evidence.Exchange{said("push", 0, one, one), said("push", 1, strings.Replace(one, `"7"`, `"9"`, 1), one)}}
	if found, ok := (counts{last: 999_999}).judge(gapInNumbers); ok {
		t.Errorf("a gap in the numbering is right: %s", found)
	}
	over := Facts{Exchanges: []evidence.Exchange{
		said("push", 0, strings.Replace(one, `"7"`, `"999999"`, 1), one), said("push", 1, strings.NewReplacer(`"7"`, `"1"`, `"1"}`, `"2"}`).Replace(one), one),
	}}
	if found, ok := (counts{last: 999_999}).judge(over); !ok {
		t.Errorf("the next batch is wrong: %s", found)
	}
	if found, ok := (refused{"cutoff"}).judge(Facts{Refusal: "cutoff"}); !ok {
		t.Errorf("a refusal is wrong: %s", found)
	}
}

// TestPlansAreComplete looks for scenarios that expect nothing, and for ids that come twice.
func TestPlansAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Suites() {
		for _, c := range s.Scenarios {
			if seen[c.ID] || c.ID == "" {
				t.Errorf("scenario %q comes twice", c.ID)
			}
			seen[c.ID] = true
			for _, target := range []Target{Sandbox, Staging, Devsite} {
				rules := 0
				for _, step := range c.at(target) {
					rules += len(step.Expect)
					for _, r := range step.Expect {
						if r.Expected == "" || r.Source == "" || r.Check == nil {
							t.Errorf("%s: a rule without words, source or check", c.ID)
						}
					}
				}
				if rules == 0 || c.Title == "" || c.API == "" || c.Source == "" {
					t.Errorf("%s %s at %s expects nothing, or says not what it is", c.ID, c.Title, target)
				}
			}
		}
		for _, target := range []Target{Sandbox, Staging} {
			if plan := s.Plan(target); !strings.Contains(plan, s.Scenarios[0].ID) || strings.Contains(plan, "%!") {
				t.Errorf("the plan of %s at %s is not in order:\n%s", s.Name, target, plan)
			}
		}
	}
	if n := len(snapDevsite().Scenarios); n != 10 {
		t.Errorf("the devsite suite has %d scenarios, want ten", n)
	}
}
