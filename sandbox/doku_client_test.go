package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/doku"
)

// dokuClient is the client package as a merchant uses it, over real HTTP in virtual time.
func dokuClient(t *testing.T, transport http.RoundTripper, change ...func(*doku.Options)) *doku.Client {
	t.Helper()
	demo := DemoDOKUMerchant()
	options := doku.Options{URL: "http://sandbox.test", ClientID: demo.ClientID, Secret: doku.Secret(demo.Secret), Transport: transport}
	for _, c := range change {
		c(&options)
	}
	client, err := doku.NewClient(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func strictly(o *doku.Options) { o.ResponseRule, o.SignedResponses = doku.Alphabetical, true }

// outcomeOf is what a merchant makes of an answer.
func outcomeOf(a doku.Answer, err error) string {
	switch {
	case errors.Is(err, doku.ErrNoAnswer):
		return "no answer"
	case errors.Is(err, doku.ErrUnclear):
		return "unclear"
	case err != nil:
		return err.Error()
	case a.Replayed:
		return "again " + string(a.Meaning().Follow)
	}
	return string(a.Meaning().Follow)
}

// The client package lives through whole payments, its strictest options on.
func TestDOKUClientEndToEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		phone string
		want  string // of the push, and when; of checks 1 s and 62 s later; of a void; of a check after it
	}{
		{"081211110101", "approved 2s, approved, approved, approved, reversed"},
		{"081211110000", "approved 0s, approved, approved, approved, reversed"},
		{"081211110162", "approved 1m2s, approved, approved, approved, reversed"},
		{"081211110165", "no answer 1m15s, approved, approved, -, approved"},
		{"081211110160", "no answer 1m15s, pending, declined, -, declined"},
		{"081211111111", "unanswered 1m10s, pending, declined, -, declined"},
		{"081211110017", "declined 0s, declined, declined, -, declined"},
		{"081211110068", "unknown 0s, pending, declined, -, declined"},
		{"081211110014", "declined 0s, declined, declined, -, declined"},
		{"081211110058", "misconfigured 0s, declined, declined, -, declined"},
	} {
		t.Run(c.phone, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, transport := serveInBubble(t, Options{})
				client := dokuClient(t, transport.Transport, strictly)
				request := doku.Request{InvoiceNumber: "INV-1", Amount: 10_000, Phone: doku.Phone(c.phone), RequestID: "push"}
				began := time.Now()
				answer, err := client.Push(t.Context(), request)
				got := []string{outcomeOf(answer, err) + " " + time.Since(began).Round(time.Second).String()}
				request.RequestID = "check"
				for _, after := range []time.Duration{time.Second, 61 * time.Second} {
					time.Sleep(after)
					got = append(got, outcomeOf(client.Check(t.Context(), request)))
				}
				request.RequestID, request.Paid = "void", answer.Payment.Numbers()
				if err == nil && answer.Meaning().Follow == doku.Approved {
					got = append(got, outcomeOf(client.Void(t.Context(), request)))
				} else {
					got = append(got, "-")
				}
				request.RequestID = "check-2"
				got = append(got, outcomeOf(client.Check(t.Context(), request)))
				if text := strings.Join(got, ", "); text != c.want {
					t.Errorf("lived through %s, want %s", text, c.want)
				}
				s.Do(func(core *Core, _ time.Time) {
					for _, v := range core.Violations() {
						if v.Rule != RuleDOKUCheckEarly && v.Rule != RuleDOKUPhone {
							t.Errorf("broke %s: %s", v.Rule, v.Detail)
						}
					}
				})
			})
		})
	}
}

// Every response code of DOKU's table reaches the client as what it is.
func TestDOKUClientReadsEveryCode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, transport := serveInBubble(t, Options{})
		client := dokuClient(t, transport.Transport, strictly)
		for i, entry := range doku.Codes() {
			code := string(entry.Code)
			if entry.Older && !ovoCode(code) {
				continue
			}
			var err error
			s.Do(func(core *Core, _ time.Time) {
				core.DeleteScript("")
				_, err = core.AddScript(Script{Rail: RailDOKU, Operation: OperationPush, Effect: Effect{Code: code}})
			})
			if err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprint("INV-", i)
			answer, err := client.Push(t.Context(), doku.Request{InvoiceNumber: id, Amount: 10_000, Phone: "081211111111", RequestID: id})
			if err != nil || answer.Payment.Code != entry.Code || answer.Meaning() != entry.Code.For(doku.Push) {
				t.Errorf("%s: %v, %v, means %+v", code, answer, err, answer.Meaning())
			}
		}
	})
}

// What goes wrong on the way is no verdict for the client, and a refusal is read in either
// form.
func TestDOKUClientAndFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		effect Effect
		change func(*DOKUOptions)
		want   string
		charge int64
	}{
		{"lost", Effect{Customer: Cash, Answer: AnswerLost}, nil, "no answer", 10_000},
		{"request lost", Effect{Customer: Cash, Request: RequestLost}, nil, "no answer", 0},
		{"cut", Effect{Customer: Cash, Answer: AnswerReset}, nil, "no answer", 10_000},
		{"request cut", Effect{Request: RequestReset}, nil, "no answer", 0},
		{"late", Effect{Customer: Cash, AnswerAfter: Duration(76 * time.Second)}, nil, "no answer", 10_000},
		{"empty 404", Effect{Customer: Cash, Answer: AnswerEmpty404}, nil, "unclear", 10_000},
		{"500", Effect{Customer: Cash, Answer: AnswerHTTP500}, nil, "unclear", 10_000},
		{"HTML", Effect{Customer: Cash, Answer: AnswerHTML}, nil, "unclear", 10_000},
		{"cut in half", Effect{Customer: Cash, Answer: AnswerTruncated}, nil, "unclear", 10_000},
		{"of another payment", Effect{Customer: Cash, Answer: AnswerForeign}, nil, "unclear", 10_000},
		{"of another amount", Effect{Customer: Cash, Answer: AnswerOtherAmount}, nil, "unclear", 10_000},
		{"with a wrong check_sum", Effect{Customer: Cash, Answer: AnswerBadChecksum}, nil, "unclear", 10_000},
		{"68 though paid", Effect{Customer: Cash, AnswerCode: "68"}, nil, "unknown", 10_000},
		{"gate", Effect{Code: "invalid_signature"}, nil, "misconfigured", 0},
		{"gate as a list", Effect{Code: "invalid_signature"}, func(o *DOKUOptions) { o.Envelope = MessageList }, "unknown", 0},
		{"internal error", Effect{Code: "internal_server_error"}, nil, "unclear", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				options := Options{Scripts: []Script{{Operation: OperationPush, Times: 1, Effect: c.effect}}}
				if c.change != nil {
					c.change(&options.DOKU)
				}
				s, transport := serveInBubble(t, options)
				client := dokuClient(t, transport.Transport, strictly)
				request := doku.Request{InvoiceNumber: "INV-1", Amount: 10_000, Phone: "081211111111", RequestID: "push"}
				if got := outcomeOf(client.Push(t.Context(), request)); got != c.want {
					t.Errorf("push = %s, want %s", got, c.want)
				}
				s.Do(func(core *Core, _ time.Time) {
					if totals := core.Totals(); totals.Held != c.charge {
						t.Errorf("held %d, want %d", totals.Held, c.charge)
					}
				})
				if c.charge == 0 {
					return
				}
				// Said once more it is the first answer, as it should have been.
				want := "again approved"
				if c.effect.AnswerCode != "" {
					want = "again unknown"
				}
				if got := outcomeOf(client.Push(t.Context(), request)); got != want {
					t.Errorf("the push again = %s, want %s", got, want)
				}
			})
		})
	}
}

// A client that signs by check_sum alone is served as DOKU's guide has it.
func TestDOKUClientUnsigned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, transport := serveInBubble(t, Options{})
		client := dokuClient(t, transport.Transport, func(o *doku.Options) { o.Unsigned = true })
		request := doku.Request{InvoiceNumber: "INV-1", Amount: 10_000, Phone: "081211110000"}
		answer, err := client.Push(t.Context(), request)
		if got := outcomeOf(answer, err); got != "approved" {
			t.Errorf("push = %s", got)
		}
		if got := outcomeOf(client.Push(t.Context(), request)); got != "duplicate" {
			t.Errorf("the push again = %s", got)
		}
		request.RequestID, request.Paid = "check", answer.Payment.Numbers()
		if got := outcomeOf(client.Void(t.Context(), request)); got != "approved" {
			t.Errorf("void = %s", got)
		}
		if got := outcomeOf(client.Check(t.Context(), request)); got != "reversed" {
			t.Errorf("check = %s", got)
		}
		stranger := dokuClient(t, transport.Transport, func(o *doku.Options) { o.Secret = "SK-wrong" })
		if got := outcomeOf(stranger.Check(t.Context(), request)); got != "misconfigured" {
			t.Errorf("a stranger's check = %s", got)
		}
	})
}
