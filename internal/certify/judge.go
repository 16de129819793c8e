package certify

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Facts are what a step is judged by: what was on the wire in its scenario until now, how the payment stands, and what its
// customer reads. Judging asks nobody and changes nothing.
type Facts struct {
	Exchanges []evidence.Exchange // in the order in which they began
	State     payment.State       // of the scenario's payment; empty: there is none
	Refusal   string              // code with which our gateway refused the last ask; empty: it did not
	Page      map[string]string   // text of the customer's page by language
}

// Rule is what is expected, whose requirement it is, and how it is judged.
type Rule struct {
	Expected string
	Source   string
	Check    Check
}

// Check judges one thing. Found says in words what was seen, whether it is right or not.
type Check interface {
	judge(f Facts) (found string, ok bool)
}

// Judge holds facts against rules.
func Judge(rules []Rule, f Facts) []evidence.Finding {
	var findings []evidence.Finding
	for _, r := range rules {
		found, ok := r.Check.judge(f)
		findings = append(findings, evidence.Finding{Expected: r.Expected, Source: r.Source, Found: found, OK: ok})
	}
	return findings
}

// of gives the n-th exchange of an operation, from 1; 0 is the last one.
func (f Facts) of(operation string, n int) (evidence.Exchange, bool) {
	var all []evidence.Exchange
	for _, x := range f.Exchanges {
		if x.Operation == operation {
			all = append(all, x)
		}
	}
	switch {
	case n == 0:
		n = len(all)
	case n > len(all):
		return evidence.Exchange{}, false
	}
	if n == 0 {
		return evidence.Exchange{}, false
	}
	return all[n-1], true
}

func missing(operation string, n int) (string, bool) {
	if n > 1 {
		return fmt.Sprintf("there was no %s number %d", operation, n), false
	}
	return "there was no " + operation, false
}

// answered wants a response code.
type answered struct {
	operation string
	n         int // from 1; 0: the last
	code      string
}

func (c answered) judge(f Facts) (string, bool) {
	x, ok := f.of(c.operation, c.n)
	if !ok {
		return missing(c.operation, c.n)
	}
	if len(x.Response) == 0 {
		return c.operation + " was not answered", false
	}
	m := exchange.ParseWire(x.Response)
	got := evidence.CodeOf(m.Body)
	if got == "" {
		return c.operation + " was answered without a response code: " + m.FirstLine, false
	}
	return fmt.Sprintf("%s was answered %s (%s)", c.operation, got, statusOf(m.FirstLine)), got == c.code
}

// statusOf is "HTTP 200" of "HTTP/1.1 200 OK".
func statusOf(firstLine string) string {
	_, rest, _ := strings.Cut(firstLine, " ")
	code, _, _ := strings.Cut(rest, " ")
	return "HTTP " + code
}

// status wants an HTTP status.
type status struct {
	operation string
	n         int
	code      int
}

func (c status) judge(f Facts) (string, bool) {
	x, ok := f.of(c.operation, c.n)
	if !ok {
		return missing(c.operation, c.n)
	}
	if len(x.Response) == 0 {
		return c.operation + " was not answered", false
	}
	got := statusOf(exchange.ParseWire(x.Response).FirstLine)
	return c.operation + " was answered " + got, got == "HTTP "+strconv.Itoa(c.code)
}

// unanswered wants a call without any response.
type unanswered struct {
	operation string
	n         int
}

func (c unanswered) judge(f Facts) (string, bool) {
	x, ok := f.of(c.operation, c.n)
	if !ok {
		return missing(c.operation, c.n)
	}
	if len(x.Response) == 0 {
		return c.operation + " got no response", true
	}
	return c.operation + " was answered: " + exchange.ParseWire(x.Response).FirstLine, false
}

// sent wants so many calls of an operation.
type sent struct {
	operation string
	times     int
	orMore    bool
}

func (c sent) judge(f Facts) (string, bool) {
	n := 0
	for _, x := range f.Exchanges {
		if x.Operation == c.operation {
			n++
		}
	}
	found := fmt.Sprintf("%s was sent %d times", c.operation, n)
	if n == 1 {
		found = c.operation + " was sent once"
	} else if n == 0 {
		found = "no " + c.operation + " was sent"
	}
	return found, n == c.times || (c.orMore && n > c.times)
}

// last stands for the last call of an operation, where the first is usual.
const last = -1

// gap wants a time between the beginnings of two calls.
type gap struct {
	from, to       string
	fromN, toN     int
	atLeast, under time.Duration
}

func (c gap) judge(f Facts) (string, bool) {
	a, ok := f.of(c.from, max(c.fromN, 1))
	if !ok {
		return missing(c.from, c.fromN)
	}
	n := max(c.toN, 1)
	if c.toN == last {
		n = 0
	}
	b, ok := f.of(c.to, n)
	if !ok {
		return missing(c.to, c.toN)
	}
	d := b.Began.Sub(a.Began)
	return fmt.Sprintf("%s left %.3f s after %s", c.to, d.Seconds(), again(c.from, c.fromN)), d >= c.atLeast && d <= c.under
}

func again(operation string, n int) string {
	if n > 1 {
		return operation + " number " + strconv.Itoa(n)
	}
	return operation
}

// took wants an answer within a time.
type took struct {
	operation      string
	atLeast, under time.Duration
}

func (c took) judge(f Facts) (string, bool) {
	x, ok := f.of(c.operation, 0)
	if !ok {
		return missing(c.operation, 0)
	}
	if x.Ended.IsZero() {
		return c.operation + " was not answered", false
	}
	return fmt.Sprintf("%s was answered after %.3f s", c.operation, x.Took().Seconds()), x.Took() >= c.atLeast && x.Took() <= c.under
}

// state wants a payment to stand somewhere.
type state struct{ is payment.State }

func (c state) judge(f Facts) (string, bool) {
	if f.State == "" {
		return "there is no payment", false
	}
	return "the payment is " + string(f.State), f.State == c.is
}

// refused wants our own gateway to refuse, with a code, before anything is sent.
type refused struct{ code string }

func (c refused) judge(f Facts) (string, bool) {
	if f.Refusal == "" {
		return "the gateway did not refuse", false
	}
	return "the gateway refused with " + f.Refusal, f.Refusal == c.code
}

// says wants a sentence on the customer's page.
type says struct{ lang, sentence string }

func (c says) judge(f Facts) (string, bool) {
	text, ok := f.Page[c.lang]
	if !ok {
		return "the page could not be read", false
	}
	if strings.Contains(text, c.sentence) {
		return "the page says: " + c.sentence, true
	}
	return "the page does not say it; it says: " + clip(text, 160), false
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// carries wants a field of a message, by its path such as transactionRequestData.batchNo, or a header field.
type carries struct {
	operation string
	n         int
	response  bool
	header    string
	path      string
	like      string // a regular expression for the whole value
}

func (c carries) judge(f Facts) (string, bool) {
	x, ok := f.of(c.operation, c.n)
	if !ok {
		return missing(c.operation, c.n)
	}
	wire := x.Request
	if c.response {
		wire = x.Response
	}
	m := exchange.ParseWire(wire)
	name, value, there := c.path, "", false
	if c.header != "" {
		name, value = c.header, m.Get(c.header)
		there = value != ""
	} else {
		value, there = evidence.FieldOf(m.Body, c.path)
	}
	if !there {
		return fmt.Sprintf("%s has no %s", c.operation, name), false
	}
	matched, err := regexp.MatchString("^(?:"+c.like+")$", value)
	return fmt.Sprintf("%s has %s %q", c.operation, name, clip(value, 28)), err == nil && matched
}

// same wants a field to be alike in two messages.
type same struct {
	a, b string // operations, the first of each
	bN   int
	path string
}

func (c same) judge(f Facts) (string, bool) {
	x, ok := f.of(c.a, 1)
	if !ok {
		return missing(c.a, 1)
	}
	y, ok := f.of(c.b, c.bN)
	if !ok {
		return missing(c.b, c.bN)
	}
	v, _ := evidence.FieldOf(exchange.ParseWire(x.Request).Body, c.path)
	u, _ := evidence.FieldOf(exchange.ParseWire(y.Request).Body, c.path)
	return fmt.Sprintf("%s: %s has %q, %s has %q", c.path, c.a, v, c.b, u), v != "" && v == u
}

// counts wants the reference numbers of pushes to grow by one, and after the last one of a batch to begin again.
type counts struct{ last int }

func (c counts) judge(f Facts) (string, bool) {
	var found []string
	ok := true
	before, batchBefore := 0, 0
	for _, x := range f.Exchanges {
		if x.Operation != "push" {
			continue
		}
		body := exchange.ParseWire(x.Request).Body
		text, _ := evidence.FieldOf(body, "referenceNumber")
		batchText, _ := evidence.FieldOf(body, "transactionRequestData.batchNo")
		n, err := strconv.Atoi(text)
		batch, batchErr := strconv.Atoi(batchText)
		found = append(found, batchText+"/"+text)
		switch {
		case err != nil || batchErr != nil:
			ok = false
		case before == 0:
		case before == c.last:
			ok = ok && n == 1 && batch == batchBefore+1
		default:
			ok = ok && n == before+1 && batch == batchBefore
		}
		before, batchBefore = n, batch
	}
	return "batch/reference of the pushes: " + strings.Join(found, ", "), ok && len(found) > 1
}

// apart wants calls of an operation at a distance.
type apart struct {
	operation string
	least     time.Duration
}

func (c apart) judge(f Facts) (string, bool) {
	var last time.Time
	closest := time.Duration(0)
	for _, x := range f.Exchanges {
		if x.Operation != c.operation {
			continue
		}
		if d := x.Began.Sub(last); !last.IsZero() && (closest == 0 || d < closest) {
			closest = d
		}
		last = x.Began
	}
	if closest == 0 {
		return "there were not two " + c.operation + " calls", false
	}
	return fmt.Sprintf("the closest two %s calls were %.3f s apart", c.operation, closest.Seconds()), closest >= c.least
}
