package payment_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// morning is when a payment begins whose day does not matter: far from midnight and from the cut-off.
var morning = time.Date(2026, time.March, 21, 10, 0, 0, 0, payment.WIB)

// decider is Decide, or a broken one that a test of the tests puts in its place.
type decider func(payment.Terms, payment.Payment, payment.Event) (payment.Payment, []payment.Command, error)

// flow is one payment under test, and the words in which transcripts and tables speak of it.
type flow struct {
	terms  payment.Terms
	routes []payment.Terms // of a payment with several routes, in order
	// choices are those among which the customer chooses; terms are empty until that is done.
	choices []payment.Terms
	t0      time.Time
	p       payment.Payment
	decide  decider
}

func newFlow(t0 time.Time) *flow {
	return &flow{terms: payment.OVOTerms(), t0: t0, decide: payment.Decide}
}

// newQRFlow is a payment by QR.
func newQRFlow(t0 time.Time) *flow {
	return &flow{terms: payment.SNAPTerms(), t0: t0, decide: payment.Decide}
}

// newDOKUFlow, newBillFlow and newRedirectFlow are payments on the other terms.
func newDOKUFlow(t0 time.Time) *flow {
	return &flow{terms: payment.DOKUTerms(), t0: t0, decide: payment.Decide}
}

func newBillFlow(t0 time.Time) *flow {
	return &flow{terms: payment.FaspayTerms(), t0: t0, decide: payment.Decide}
}

func redirectTerms() payment.Terms {
	t := payment.FaspayTerms()
	t.Flow = payment.Redirect
	return t
}

func newRedirectFlow(t0 time.Time) *flow {
	return &flow{terms: redirectTerms(), t0: t0, decide: payment.Decide}
}

// newRoutedFlow is a payment that may go on from OVO to DOKU and to Faspay.
func newRoutedFlow(t0 time.Time) *flow {
	f := &flow{t0: t0, decide: payment.Decide, routes: []payment.Terms{payment.OVOTerms(), payment.DOKUTerms(), payment.FaspayTerms()}}
	f.terms = f.routes[0]
	return f
}

func asks(t payment.Terms) bool { return !t.Presents() && !t.Reverses() }

// termsFor are the terms on which an event is decided.
func (f *flow) termsFor(e payment.Event) payment.Terms {
	rail := payment.RouteFor(f.p, e).Rail
	for _, t := range append(f.routes, f.choices...) {
		if t.Rail == rail {
			return t
		}
	}
	return f.terms
}

func routesOf(terms []payment.Terms) (routes []payment.Route) {
	for i, t := range terms {
		routes = append(routes, payment.Route{
			Rail: t.Rail, Account: string(t.Rail) + "-1", TermsRevision: "r" + strconv.Itoa(i+1),
			Terminal: payment.Terminal{ID: "ter_" + strconv.Itoa(i+1)},
		})
	}
	return routes
}

// request asks for the payment of this flow.
func (f *flow) request(at time.Time) payment.Requested {
	if len(f.choices) > 0 {
		return requestedChoice(at)
	}
	if f.terms.Presents() {
		return requestedQR(at)
	}
	r := requested(at)
	r.Account = string(f.terms.Rail) + "-1"
	if len(f.routes) > 0 {
		r.Routes, r.FailOverWithin = routesOf(f.routes), 2*time.Minute
		r.Terminal = r.Routes[0].Terminal
	}
	return r
}

// newChoiceFlow is a payment whose customer chooses between a push by OVO and a QR.
func newChoiceFlow(t0 time.Time) *flow {
	return &flow{t0: t0, decide: payment.Decide, choices: []payment.Terms{payment.OVOTerms(), payment.SNAPTerms()}}
}

func requestedChoice(t0 time.Time) payment.Requested {
	r := requested(t0)
	r.Account, r.TermsRevision, r.Method, r.Phone = "", "", "", payment.Phone{}
	r.Terminal, r.Number = payment.Terminal{}, payment.Number{}
	r.Choice = &payment.Choice{Methods: []payment.Method{payment.OVOPush, payment.QRIS}, Until: t0.Add(time.Hour), Tries: payment.ChoiceTries}
	return r
}

// chosen is the customer's choice, and the terms of what follows it.
func (f *flow) chosen(at time.Time, m payment.Method, phone bool) payment.Chosen {
	r := requested(at)
	r.Number.Reference += payment.ReferenceNumber(len(f.p.Attempts))
	e := payment.Chosen{
		At: at, Method: m, Number: r.Number,
		Route: payment.Route{Rail: payment.SNAP, Account: "snap-1", TermsRevision: "r2", Terminal: payment.Terminal{ID: "ter_2"}},
	}
	if m == payment.OVOPush {
		e.Route = payment.Route{Rail: payment.OVO, Account: "ovo-1", TermsRevision: "r1", Terminal: r.Terminal}
	}
	if m == payment.OVOPush && phone {
		e.Phone = r.Phone
	}
	return e
}

func requestedQR(t0 time.Time) payment.Requested {
	r := requested(t0)
	r.Account, r.Method, r.Phone = "snap-1", payment.QRIS, payment.Phone{}
	return r
}

func requested(t0 time.Time) payment.Requested {
	phone, err := payment.ParsePhone("081211110101")
	if err != nil {
		panic(err)
	}
	return payment.Requested{
		At: t0, ID: "pay_01kbe5x2m0e8p9v4n7r3t6q1zw", MerchantID: "mer_1", Mode: payment.Test, Account: "ovo-1",
		TermsRevision: "r1", Reference: "INV-1", Amount: 12500, Method: payment.OVOPush, Phone: phone,
		Terminal: payment.Terminal{
			ID: "ter_1", TID: "00300001", MID: "0010000000MM001", MerchantID: "179", StoreCode: "MM001",
		},
		Number: payment.Number{Batch: 4, Reference: 123},
	}
}

// must runs events that are known to be granted, and gives the payment they lead to.
func (f *flow) must(t testing.TB, lines ...string) payment.Payment {
	t.Helper()
	for _, line := range lines {
		e, err := f.event(line)
		if err != nil {
			t.Fatal(err)
		}
		f.p, _, err = f.decide(f.termsFor(e), f.p, e)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		f.follow(e)
	}
	return f.p
}

// follow goes on with the terms of what was chosen.
func (f *flow) follow(e payment.Event) {
	if _, chosen := e.(payment.Chosen); chosen && !f.p.Unchosen() {
		f.terms = f.termsFor(payment.Woke{})
	}
}

// event reads a line such as "+12s push answered 00 approved". Times are relative to t0 (+65s), of t0's day in WIB
// (23:59:00) or of the next day (next day 00:10:00). A try is the last one unless the line ends in "try N".
func (f *flow) event(line string) (payment.Event, error) {
	at, words, err := f.time(line)
	if err != nil {
		return nil, err
	}
	bad := func() (payment.Event, error) { return nil, fmt.Errorf("cannot read the event %q", line) }
	text := strings.Join(words, " ")
	switch {
	case text == "request":
		return f.request(at), nil
	case strings.HasPrefix(text, "request expiring "):
		d, err := time.ParseDuration(words[2])
		r := f.request(at)
		r.ExpiresAt = at.Add(d)
		return r, err
	case text == "renumbered", strings.HasPrefix(text, "renumbered on route "):
		n := len(f.p.Attempts)
		e := payment.Renumbered{At: at, Number: payment.Number{Batch: 4, Reference: payment.ReferenceNumber(123 + n)}, Attempt: n}
		if len(words) == 4 {
			route, err := strconv.Atoi(words[3])
			e.Route = route - 1
			return e, err
		}
		return e, nil
	case strings.HasPrefix(text, "choose "):
		return f.chosen(at, payment.Method(words[1]), len(words) == 2), nil
	case text == "no route":
		return payment.NoRoute{At: at, Why: "its provider is down"}, nil
	case words[0] == "notified" && len(words) >= 3:
		return f.notification(at, words[1:])
	case text == "time passes":
		return payment.Woke{At: at}, nil
	case strings.HasPrefix(text, "fault "):
		return payment.Faulted{At: at, Why: strings.TrimPrefix(text, "fault ")}, nil
	case strings.HasPrefix(text, "ask "):
		ask := payment.Asked{At: at, What: payment.Ask(words[1]), By: "key_1"}
		if len(words) == 4 && words[2] == "as" {
			ask.To = payment.State(words[3])
		} else if len(words) != 2 {
			return bad()
		}
		return ask, nil
	}
	attempt := max(0, len(f.p.Attempts)-1)
	if n := len(words); n > 3 && words[n-2] == "attempt" {
		if attempt, err = strconv.Atoi(words[n-1]); err != nil {
			return bad()
		}
		attempt, words = attempt-1, words[:n-3]
	}
	call, try := payment.Call(words[0]), 0
	if n := len(words); n > 3 && words[n-2] == "try" {
		if try, err = strconv.Atoi(words[n-1]); err != nil {
			return bad()
		}
		words = words[:n-2]
	}
	if try == 0 {
		try = f.tries(attempt, call)
	}
	switch rest := words[1:]; {
	case len(rest) == 3 && rest[0] == "answered":
		return payment.Answered{At: at, Call: call, Attempt: attempt, Try: try, Outcome: f.outcome(call, payment.Class(rest[2]), rest[1])}, nil
	case strings.Join(rest, " ") == "not sent":
		return payment.NotSent{At: at, Call: call, Attempt: attempt, Try: try}, nil
	case strings.Join(rest, " ") == "no answer":
		return payment.NoAnswer{At: at, Call: call, Attempt: attempt, Try: try, Why: payment.Silent}, nil
	case strings.Join(rest, " ") == "unclear":
		return payment.NoAnswer{At: at, Call: call, Attempt: attempt, Try: try, Why: payment.Garbled}, nil
	case strings.Join(rest, " ") == "interrupted":
		return payment.NoAnswer{At: at, Call: call, Attempt: attempt, Try: try, Why: payment.Interrupted}, nil
	}
	return bad()
}

// notification reads "00 approved", with "of attempt 1" and "amount 100" behind it.
func (f *flow) notification(at time.Time, words []string) (payment.Event, error) {
	e := payment.Notified{At: at, Outcome: f.outcome(payment.CallCheck, payment.Class(words[1]), words[0])}
	if f.terms.Presents() {
		e.Outcome = qrOutcome("", payment.Class(words[1]), words[0])
	}
	name := func(n int) {
		e.Number, e.Invoice = f.p.Attempts[n-1].Number, ""
		if !f.terms.Presents() {
			e.Number, e.Invoice = payment.Number{}, f.p.Attempts[n-1].Invoice
		}
	}
	if n := len(f.p.Attempts); n > 0 {
		name(n)
	}
	for rest := words[2:]; len(rest) > 0; {
		switch {
		case len(rest) >= 3 && rest[1] == "attempt":
			n, err := strconv.Atoi(rest[2])
			if err != nil || n > len(f.p.Attempts) {
				return nil, fmt.Errorf("no attempt %q", rest[2])
			}
			name(n)
			rest = rest[3:]
		case len(rest) >= 2 && rest[0] == "amount":
			n, err := strconv.Atoi(rest[1])
			if err != nil {
				return nil, err
			}
			e.Outcome.Amount, rest = payment.Rupiah(n), rest[2:]
		default:
			return nil, fmt.Errorf("cannot read %q of a notification", rest)
		}
	}
	return e, nil
}

func (f *flow) outcome(call payment.Call, class payment.Class, code string) payment.Outcome {
	if f.terms.Presents() {
		return qrOutcome(call, class, code)
	}
	o := outcome(class, code)
	if call == payment.CallPush && (class == payment.Refused || class == payment.Misconfigured) {
		o.NotAsked = strings.Contains(" 14 58 EB 63 BR TO 96 ", " "+code+" ")
		if code == "14" {
			o.Cause = payment.ReasonPhoneUnknown
		}
	}
	if !asks(f.now()) {
		return o
	}
	switch {
	case call == payment.CallPost && class == payment.Approved:
		o.ProviderReference, o.RedirectURL = "9999981256572178", "https://provider.example/page"
	case call == payment.CallCheck && class == payment.Refused && code == "7":
		o.Cause = payment.ReasonExpired
	case call == payment.CallCheck && class == payment.Refused && code == "8":
		o.Cause = payment.ReasonCanceled
	}
	if f.now().Bills() {
		o.ApprovalCode, o.TraceNumber = "", ""
	}
	return o
}

func qrOutcome(call payment.Call, class payment.Class, code string) payment.Outcome {
	o := outcome(class, code)
	o.ApprovalCode, o.TraceNumber = "", ""
	if class == payment.Approved {
		o.ProviderReference = "2026032110000001"
	}
	if class == payment.Approved && call == payment.CallGenerate {
		o.QR = "00020101"
	}
	return o
}

func outcome(class payment.Class, code string) payment.Outcome {
	o := payment.Outcome{Class: class, Code: code}
	switch class {
	case payment.Approved:
		o.ApprovalCode, o.TraceNumber = "410315", "3451"
	case payment.Refused:
		o.Cause = payment.Reason("refused_" + code)
	case payment.Misconfigured:
		o.Cause = payment.ReasonMisconfigured
	}
	return o
}

func (f *flow) tries(attempt int, call payment.Call) int {
	if attempt >= len(f.p.Attempts) {
		return 0
	}
	for _, r := range f.p.Attempts[attempt].Calls {
		if r.Call == call {
			return r.Tries
		}
	}
	return 0
}

func (f *flow) time(line string) (time.Time, []string, error) {
	words := strings.Fields(line)
	day := f.t0
	if len(words) > 2 && words[0] == "next" && words[1] == "day" {
		day, words = day.AddDate(0, 0, 1), words[2:]
	}
	if len(words) < 2 {
		return time.Time{}, nil, fmt.Errorf("want a time and an event, got %q", line)
	}
	if after, ok := strings.CutPrefix(words[0], "+"); ok {
		d, err := time.ParseDuration(after)
		return day.Add(d), words[1:], err
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", day.Format("2006-01-02 ")+words[0], payment.WIB)
	return at, words[1:], err
}

// show writes a time both as the distance from t0 and as a clock in WIB.
func (f *flow) show(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	at = at.In(payment.WIB)
	clock := "15:04:05"
	if at.Nanosecond() != 0 {
		clock = "15:04:05.000"
	}
	if payment.DayOf(at) != payment.DayOf(f.t0) {
		clock = "2006-01-02 " + clock
	}
	return fmt.Sprintf("+%s (%s)", shortDuration(at.Sub(f.t0)), at.Format(clock))
}

func shortDuration(d time.Duration) string {
	if d < 10*time.Minute {
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// result says in words what a decision made of the payment.
func (f *flow) result(before, after payment.Payment, commands []payment.Command, err error) []string {
	if err != nil {
		return []string{f.refused(err)}
	}
	if after.Version == before.Version {
		return []string{"nothing changes"}
	}
	line := string(after.State)
	if after.Review != "" {
		line += ": " + after.Review
	} else if after.Failure != nil {
		line += ", because of " + failure(after.Failure)
	}
	if after.Warning != "" {
		line += ", warning " + after.Warning
	}
	lines := []string{line}
	for _, c := range commands {
		if _, ok := c.(payment.Tell); !ok {
			lines = append(lines, f.command(c))
		}
	}
	return lines
}

// termsOfAttempt are those on which a command's attempt stands; the payment may not have it yet.
func (f *flow) termsOfAttempt(i int) payment.Terms {
	if len(f.routes) > 0 {
		return f.routes[min(i, len(f.routes)-1)]
	}
	return f.terms
}

func (f *flow) refused(err error) string {
	r, ok := err.(*payment.Refusal)
	if !ok {
		return "ERROR " + err.Error()
	}
	until := ""
	if !r.Until.IsZero() {
		until = ", until " + f.show(r.Until)
	}
	return "refused, " + r.Code + until + ": " + r.Message
}

func failure(f *payment.Failure) string {
	s := f.Code
	if f.Operation != "" {
		s += " (" + strings.TrimSpace(callName(f.Operation)+" "+f.ProviderCode) + ")"
	}
	return s
}

func callName(c payment.Call) string { return strings.ReplaceAll(string(c), "_", " ") }

func (f *flow) command(c payment.Command) string {
	switch c := c.(type) {
	case payment.Push:
		if asks(f.termsOfAttempt(c.Attempt)) {
			return fmt.Sprintf("send push of attempt %d by %s, listen until %s", c.Attempt+1, f.show(c.SendBy), f.show(c.Until))
		}
		return fmt.Sprintf("send push %s by %s, listen until %s", c.Number, f.show(c.SendBy), f.show(c.Until))
	case payment.ShowQR:
		return fmt.Sprintf("ask for QR %s by %s, listen until %s", c.Number.Digits(), f.show(c.SendBy), f.show(c.Until))
	case payment.PostBill:
		return fmt.Sprintf("make bill %d by %s, listen until %s, open until %s", c.Attempt+1, f.show(c.SendBy), f.show(c.Until), f.show(c.Expires))
	case payment.Renumber:
		if len(f.routes) > 0 {
			return fmt.Sprintf("take route %d for attempt %d", c.Route+1, c.Attempt+1)
		}
		return fmt.Sprintf("take a new number for attempt %d", c.Attempt+1)
	case payment.WakeAt:
		return "wake " + f.show(c.At)
	case payment.Tell:
		return "tell " + c.Type
	case payment.Hold:
		return "stop terminal " + c.Terminal + ": " + c.Reason
	}
	call, target, ok := payment.CallOf(c)
	if !ok {
		return fmt.Sprintf("UNKNOWN COMMAND %T", c)
	}
	return fmt.Sprintf("send %s, try %d", callName(call), target.Try)
}
