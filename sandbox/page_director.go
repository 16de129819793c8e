package sandbox

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// directorView is what the director's page sees: what waits, what was ordered, what was
// broken, what was said.
type directorView struct {
	Fixed    bool      // the clock cannot be changed here
	Due      time.Time // when the next thing happens by itself; zero: nothing is planned
	Totals   Totals
	Waiting  []waitingView
	Ended    []endedView
	Scripts  []ScriptStatus
	Faults   []Fault
	Broken   []brokenView
	Rules    int // that are watched
	Calls    []Delivery
	Tokens   []TokenView
	Requests []logged
	Phones   []string

	Said  string              // what has been done, for who does not see it
	Given map[string][]string // what stood in a form that was refused
}

// waitingView is a pending thing with its countdown.
type waitingView struct {
	Waiting
	Left        time.Duration
	LeftSeconds int
	Within      int
	NeedsPhone  bool
}

// endedView is a payment that has ended, with what a provider may still do about it.
type endedView struct {
	Transaction
	Kind    WaitingKind
	Act     string // the id to act on
	Actions []Action
}

type brokenView struct {
	Violation
	RuleText RuleText
	Count    int64
}

// shownAtMost is how many entries each list of the director's page has.
const shownAtMost = 40

// Given is what stood in a field of the form that was refused.
func (v *view) Given(name string) string {
	if values := v.Director.Given[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// directorRoutes adds what the director does.
func (s *Sandbox) directorRoutes(mux *http.ServeMux, pages *template.Template) {
	for path, do := range map[string]func(r *http.Request) error{
		"POST /director/scripts":        s.orderScript,
		"POST /director/scripts/delete": s.deleteScripts,
		"POST /director/faults":         s.orderFault,
		"POST /director/act":            s.act,
		"POST /director/clock":          s.turnClockByForm,
		"POST /director/tokens":         s.killTokens,
		"POST /director/reset":          s.resetByForm,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
			err := r.ParseForm()
			if err == nil {
				err = do(r)
			}
			if err == nil {
				back(w, r, "/director")
				return
			}
			v := &view{Lang: language(w, r), Path: "/director", Speed: s.speed()}
			v.Other = map[string]string{"id": "en", "en": "id"}[v.Lang]
			_ = s.viewDirector(r, v) // it has no error
			v.Flash, v.Director.Given = directorProblem(v.Lang, err), r.PostForm
			render(w, pages, "page", v, http.StatusUnprocessableEntity)
		})
	}
}

// directorProblem says in the page's language what a form was refused for. What is about a
// field of a script is said as the control API says it, behind a sentence of the page.
func directorProblem(lang string, err error) string {
	for known, key := range map[error]string{
		ErrNotPending: "problem_over", ErrUnknownPush: "problem_gone", ErrUnknownQR: "problem_gone", ErrUnknownBill: "problem_gone",
		ErrUnknownBinding: "problem_gone", ErrUnknownPhone: "no_phone", ErrScanned: "problem_qr_scanned", ErrNotScanned: "problem_not_scanned",
		ErrBillOver: "problem_over", ErrBillAsked: "problem_asked", ErrBillUnpaid: "problem_unpaid", ErrNotNotified: "problem_nowhere",
		ErrFixedClock: "clock_fixed", errUnknownFault: "problem_fault",
	} {
		if errors.Is(err, known) {
			return words[lang][key]
		}
	}
	return words[lang]["problem_script"] + " " + err.Error()
}

func (s *Sandbox) viewDirector(_ *http.Request, v *view) error {
	v.Kind, v.Title = "director", words[v.Lang]["director"]
	d := &v.Director
	d.Fixed, d.Faults, d.Rules = s.options.Clock == nil, Faults(), len(Rules())
	rules := map[Rule]RuleText{}
	for _, rule := range Rules() {
		rules[rule.Rule] = rule
	}
	s.Do(func(core *Core, now time.Time) {
		v.Now, d.Scripts, d.Totals = now, core.Scripts(), core.Totals()
		d.Due, _ = core.Next()
		for _, w := range core.Pending(now) {
			d.Waiting = append(d.Waiting, showWaiting(w, now))
		}
		for _, p := range slices.Backward(core.ledger) {
			if len(d.Ended) == 12 {
				break
			}
			if p.state != Pending && p.state != Ignored {
				d.Ended = append(d.Ended, p.ended())
			}
		}
		for _, violation := range slices.Backward(core.Violations()) {
			if len(d.Broken) == shownAtMost {
				break
			}
			d.Broken = append(d.Broken, brokenView{violation, rules[violation.Rule], core.violations.count[violation.Rule]})
		}
		d.Calls, d.Tokens = core.Deliveries(), core.Tokens(now)
		d.Phones = slices.Clone(core.phones)
	})
	slices.Reverse(d.Calls)
	d.Calls = d.Calls[:min(len(d.Calls), shownAtMost)]
	d.Requests = s.recentRequests()
	d.Requests = d.Requests[:min(len(d.Requests), shownAtMost)]
	return nil
}

// viewRules is every rule that is watched.
func (s *Sandbox) viewRules(_ *http.Request, v *view) error {
	v.Kind, v.Title, v.Rules = "rules", words[v.Lang]["rules"], Rules()
	return nil
}

func showWaiting(w Waiting, now time.Time) waitingView {
	shown := waitingView{Waiting: w}
	if !w.Until.IsZero() {
		shown.Left = max(w.Until.Sub(now), 0)
		shown.LeftSeconds = int((shown.Left + time.Second - 1) / time.Second)
		shown.Within = max(int(w.Until.Sub(w.Since)/time.Second), 1)
	}
	shown.NeedsPhone = slices.Contains(w.Actions, ActScan) || slices.Contains(w.Actions, ActAsk)
	return shown
}

// ended is a payment that is over, with what its provider may do all the same.
func (p *payment) ended() endedView {
	e := endedView{Transaction: p.view(), Kind: WaitingPush, Act: strconv.FormatUint(p.ID, 10)}
	switch {
	case p.bill != nil:
		e.Kind, e.Act = WaitingBill, p.bill.trxID
		if p.bill.over() {
			e.Actions = append(e.Actions, ActNotify)
		}
		if p.bill.status == billPaid {
			e.Actions = append(e.Actions, ActReverse)
		}
	case p.qr != nil && !p.Charged.IsZero():
		e.Kind, e.Actions = WaitingQR, []Action{ActNotify}
	case p.doku != nil:
		e.Actions = []Action{ActNotify}
	}
	return e
}

// orderScript adds a script from the form in which everything can be said.
func (s *Sandbox) orderScript(r *http.Request) error {
	form := scriptForm{value: r.PostFormValue}
	script := form.script()
	script.Effect = Effect{
		Request: RequestFault(form.value("request")), RequestDelay: form.duration("request_delay"),
		Skew: form.duration("skew"), ProcessDelay: form.duration("process_delay"),
		Code: form.value("code"), AnswerCode: form.value("answer_code"),
		Customer: Choice(form.value("customer")), CustomerAfter: form.duration("customer_after"),
		AnswerAfter: form.duration("answer_after"), Answer: AnswerFault(form.value("answer")),
		Payer: form.value("payer"), Status: form.value("status"), ReverseAfter: form.duration("reverse_after"),
		Notify: NotifyFault(form.value("notify")), NotifyDelay: form.duration("notify_delay"),
	}
	return s.order(script, form.problem)
}

// orderFault adds a script for a fault that is known by its name.
func (s *Sandbox) orderFault(r *http.Request) error {
	form := scriptForm{value: r.PostFormValue}
	scope := form.script()
	fault, err := faultByName(form.value("fault"))
	if err != nil {
		return err
	}
	script, err := fault.Script(scope.Rail)
	if err != nil {
		return err
	}
	script.Phone, script.Amount, script.Invoice, script.ExternalID = scope.Phone, scope.Amount, scope.Invoice, scope.ExternalID
	script.Skip, script.Times = scope.Skip, scope.Times
	return s.order(script, form.problem)
}

func (s *Sandbox) order(script Script, problem error) error {
	if problem != nil {
		return problem
	}
	var err error
	s.Do(func(core *Core, _ time.Time) { _, err = core.AddScript(script) })
	return err
}

// scriptForm reads the fields of a form and remembers the first that cannot be read.
type scriptForm struct {
	value   func(name string) string
	problem error
}

// script is which requests the form is for.
func (f *scriptForm) script() Script {
	s := Script{
		Rail: Rail(f.value("rail")), Operation: Operation(f.value("operation")), Phone: enteredPhone(f.value("phone")),
		Invoice: strings.TrimSpace(f.value("invoice")), ExternalID: strings.TrimSpace(f.value("external_id")),
		Amount: f.number("amount"), Times: int(f.number("times")), Skip: int(f.number("skip")),
	}
	return s
}

func (f *scriptForm) number(name string) int64 {
	text := strings.TrimSpace(strings.ReplaceAll(f.value(name), ".", ""))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil && f.problem == nil {
		f.problem = fmt.Errorf("%s: %q is not a whole number", name, clip(text, 40))
	}
	return n
}

// duration reads 2s, 1m30s, or seconds without a unit.
func (f *scriptForm) duration(name string) (d Duration) {
	text := strings.TrimSpace(f.value(name))
	if text == "" {
		return 0
	}
	if digits(text) {
		text += "s"
	}
	if err := d.UnmarshalText([]byte(text)); err != nil && f.problem == nil {
		f.problem = fmt.Errorf("%s: %q is not a time such as 2s or 1m30s, up to 720h", name, clip(text, 40))
	}
	return d
}

func (s *Sandbox) deleteScripts(r *http.Request) error {
	if id := r.PostFormValue("id"); id != "" {
		s.Do(func(core *Core, _ time.Time) { core.DeleteScript(id) })
	}
	return nil
}

// act is a button of a pending thing.
func (s *Sandbox) act(r *http.Request) error {
	var err error
	s.Do(func(core *Core, now time.Time) {
		err = core.Act(now, WaitingKind(r.PostFormValue("kind")), r.PostFormValue("id"), Action(r.PostFormValue("action")), enteredPhone(r.PostFormValue("phone")))
	})
	return err
}

func (s *Sandbox) turnClockByForm(r *http.Request) error {
	if text := strings.TrimSpace(r.PostFormValue("speed")); r.PostFormValue("skip") == "" {
		speed, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("speed: %q is not a number", clip(text, 40))
		}
		return s.SetSpeed(speed)
	}
	form := scriptForm{value: r.PostFormValue}
	ahead := form.duration("skip")
	if form.problem != nil {
		return form.problem
	}
	return s.Skip(time.Duration(ahead))
}

func (s *Sandbox) killTokens(*http.Request) error {
	s.Do(func(core *Core, _ time.Time) { core.KillTokens("") })
	return nil
}

func (s *Sandbox) resetByForm(*http.Request) error {
	s.Do(func(core *Core, _ time.Time) { core.Reset() })
	return nil
}

// effectText says in words what a script does.
func effectText(lang string, e Effect) (list []string) {
	say := func(key, value string) {
		if value != "" {
			list = append(list, words[lang][key]+": "+value)
		}
	}
	after := func(d Duration) string {
		if d == 0 {
			return ""
		}
		return durationText(d)
	}
	say("request", string(e.Request))
	say("request_delay", after(e.RequestDelay))
	say("skew", after(e.Skew))
	say("process_delay", after(e.ProcessDelay))
	say("code", e.Code)
	say("customer", string(e.Customer))
	say("customer_after", after(e.CustomerAfter))
	say("payer", maskIfPhone(e.Payer))
	say("answer_code", e.AnswerCode)
	say("answer", string(e.Answer))
	say("answer_after", after(e.AnswerAfter))
	say("status", e.Status)
	say("notification", string(e.Notify))
	say("notify_delay", after(e.NotifyDelay))
	say("reverse_after", after(e.ReverseAfter))
	return list
}

func maskIfPhone(s string) string {
	if s == "" {
		return ""
	}
	return maskPhone(s)
}

func whenText(t time.Time) string { return t.In(WIB).Format("02/01/2006 15:04:05") + " WIB" }

// faultRails names the rails of a fault, for its line in a list.
func faultRails(f Fault) string { return strings.Join(names(f.Rails), ", ") }
