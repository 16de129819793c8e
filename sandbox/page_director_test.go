package sandbox

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// form posts fields as a browser does, and gives status and page.
func (v *visitor) direct(path string, fields url.Values) (int, string) {
	v.t.Helper()
	status, text, _ := v.do("POST", "/director/"+path, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", "lang=en")
	return status, text
}

// A form that is refused comes back with what stood in it, and says which field is wrong and what was expected.
func TestDirectorsFormsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	for _, c := range []struct {
		path   string
		fields url.Values
		want   []string
	}{
		{"scripts", url.Values{"operation": {"push"}, "answer_after": {"soon"}, "invoice": {"INV-77"}}, []string{"answer_after", "such as 2s or 1m30s", `value="INV-77"`}},
		{"scripts", url.Values{"operation": {"push"}, "amount": {"12,5"}, "code": {"40"}}, []string{"amount", "is not a whole number", `value="40"`}},
		{"scripts", url.Values{"operation": {"push"}, "code": {"banana"}}, []string{"code banana", "two characters elsewhere"}},
		{"scripts", url.Values{"operation": {"push"}}, []string{"effect is empty"}},
		{"scripts", url.Values{"operation": {"generate"}, "rail": {"ovo"}, "code": {"40"}}, []string{"operation generate is not of rail ovo"}},
		{"scripts", url.Values{"phone": {"12"}, "code": {"40"}}, []string{"phone: 08 and 8 to 11 more digits"}},
		{"faults", url.Values{"fault": {"clock_skew"}, "rail": {"faspay"}}, []string{"none of rail", "ovo, snap, doku"}},
		{"faults", url.Values{"fault": {"rain"}, "rail": {"ovo"}}, []string{"No such fault"}},
		{"clock", url.Values{"speed": {"5"}}, []string{"its speed is fixed"}},
		{"act", url.Values{"kind": {"push"}, "id": {"7"}, "action": {"cash"}}, []string{"It is no longer there"}},
		{"act", url.Values{"kind": {"bill"}, "id": {"x"}, "action": {"reverse"}}, []string{"It is no longer there"}},
	} {
		status, text := v.direct(c.path, c.fields)
		if status != 422 {
			t.Errorf("%s %v = %d, want 422", c.path, c.fields, status)
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s %v does not say %q", c.path, c.fields, want)
			}
		}
	}
	if status, _, _ := v.do("POST", "/director/reset", "", "Sec-Fetch-Site", "cross-site"); status != 403 {
		t.Errorf("another site resets the sandbox: %d", status)
	}
}

// The director sees what waits at every provider, decides it, orders faults, and reads every rule.
func TestDirectorsPage(t *testing.T) {
	t.Parallel()
	v := faspayVisitor(t)
	trxID, _ := v.posted("A-1x")
	answer := v.pushAside(1, "081211111111")
	see := func(wants ...string) {
		t.Helper()
		_, text, _ := v.do("GET", "/director/screen", "", "Cookie", "lang=en")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("the director does not see %q in:\n%s", want, text)
			}
		}
	}
	see("waits for the OVO number on Faspay’s page", "waits for the customer to decide", "0812-1111-1111", `value="decline"`, `value="ask"`, "A-1x")
	if status, _ := v.direct("act", url.Values{"kind": {"push"}, "id": {"1"}, "action": {"points"}}); status != 303 {
		t.Errorf("paying = %d", status)
	}
	if text := <-answer; !strings.Contains(text, `"ovoPointsUsed":"12500"`) {
		t.Errorf("the push was answered %s", text)
	}
	for _, action := range []string{"pay", "reverse"} {
		if status, text := v.direct("act", url.Values{"kind": {"bill"}, "id": {trxID}, "action": {action}, "phone": {"081211119999"}}); status != 303 {
			t.Errorf("%s of the bill = %d %s", action, status, text)
		}
	}
	v.s.Do(func(core *Core, _ time.Time) {
		if b, _ := core.Bill(trxID); b.Status != billReversed {
			t.Errorf("the bill is %s", b.StatusText)
		}
	})
	if status, text := v.direct("faults", url.Values{"fault": {"answer_lost"}, "rail": {"ovo"}, "phone": {"0812-1111-9999"}, "amount": {"12.500"}, "times": {"2"}}); status != 303 {
		t.Errorf("fault = %d %s", status, text)
	}
	v.s.Do(func(core *Core, _ time.Time) {
		scripts := core.Scripts()
		if len(scripts) != 1 || scripts[0].Phone != "081211119999" || scripts[0].Amount != 12_500 || scripts[0].Times != 2 || scripts[0].Effect.Answer != AnswerLost {
			t.Errorf("scripts = %+v", scripts)
		}
	})
	see("Answer: lost", "0/2", "0812****9999")
	_, text, _ := v.do("GET", "/director/rules", "", "Cookie", "lang=en")
	for _, rule := range Rules() {
		if !strings.Contains(text, `id="rule-`+string(rule.Rule)+`"`) {
			t.Errorf("the page of rules lacks %s", rule.Rule)
		}
	}
	if status, _ := v.direct("reset", nil); status != 303 {
		t.Errorf("reset = %d", status)
	}
	see("Nothing waits.", "No scripts")
}

// Each kind of thing that can wait, and each action, is said in both languages.
func TestEveryPendingThingHasItsWord(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"kind_push", "kind_qr", "kind_bill", "kind_binding", "kind_call", "kind_notice",
		"waits_customer", "waits_end", "waits_scan", "waits_number", "waits_terms", "waits_otp", "waits_security",
		"waits_arrival", "waits_thought", "waits_answer", "waits_caller", "waits_sending", "waits_receipt",
		"act_cash", "act_points", "act_both", "act_decline", "act_ignore", "act_scan", "act_pay", "act_ask", "act_agree", "act_refuse",
		"act_cut", "act_notify", "act_reverse",
	} {
		if words["id"][key] == "" || words["en"][key] == "" {
			t.Errorf("no word for %s", key)
		}
	}
	for _, habit := range habits() {
		if words["id"][habit.Name] == "" {
			t.Errorf("no word for %s", habit.Name)
		}
		if err := habit.Effect.check(); err != nil {
			t.Errorf("%s: %v", habit.Name, err)
		}
	}
}

// A phone's habit is changed on its page, and its code asked for there.
func TestPhoneSettings(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, Options{})
	status, _, _ := v.do("POST", "/phones/081211111111/settings", "habit=habit_points&ask_pin=1", "Content-Type", "application/x-www-form-urlencoded")
	_, text, _ := v.do("GET", "/phones/081211111111", "", "Cookie", "lang=en")
	if status != 303 || !strings.Contains(text, "pays with OVO Points after 2 s") || !strings.Contains(text, `value="1" checked`) {
		t.Errorf("settings = %d", status)
	}
	v.do("POST", "/phones/081211111111/settings", "habit=habit_hand&ask_pin=1", "Content-Type", "application/x-www-form-urlencoded")
	v.pushAside(1, "081211111111")
	if _, text, _ = v.do("GET", "/phones/081211111111/screen", ""); !strings.Contains(text, `type="password"`) {
		t.Error("the code is not asked for")
	}
	v.do("POST", "/phones/081211111111/pushes/1", "choice=cash&pin=1", "Content-Type", "application/x-www-form-urlencoded")
	if _, text, _ = v.do("GET", "/phones/081211111111/screen", ""); !strings.Contains(text, "Sisa percobaan: 2") {
		t.Errorf("a wrong code is not said:\n%s", text)
	}
	if status, _, _ := v.do("POST", "/phones/081299999999/settings", ""); status != 404 {
		t.Errorf("settings of nobody's phone = %d", status)
	}
}
