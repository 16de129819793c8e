package sandbox

import (
	"errors"
	"net/http"
	"testing"
	"time"
)

// waits lists what waits as "kind for".
func (w *world) waits() (list []string) {
	for _, p := range w.core.Pending(w.now) {
		list = append(list, string(p.Kind)+" "+string(p.For))
	}
	return list
}

// waiting finds the one thing that waits for something.
func (w *world) waiting(want WaitsFor) Waiting {
	w.t.Helper()
	for _, p := range w.core.Pending(w.now) {
		if p.For == want {
			return p
		}
	}
	w.t.Fatalf("nothing waits for %s, but %v", want, w.waits())
	return Waiting{}
}

func (w *world) act(p Waiting, action Action, phone string) {
	w.t.Helper()
	if err := w.core.Act(w.now, p.Kind, p.ID, action, phone); err != nil {
		w.t.Fatalf("%s of %s %s: %v", action, p.Kind, p.ID, err)
	}
	w.collect()
}

// A push waits for its customer, or for its end once it was put aside, and for the caller to hang up where
// nothing is ever answered.
func TestPendingPushes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	first := w.say(w.push("081211111111"))
	p := w.waiting(WaitsCustomer)
	if p.Amount != 12_500 || p.Rail != RailOVO || !p.Until.Equal(w.now.Add(confirmWithin)) || p.Page != "/phones/081211111111" || len(p.Actions) != 5 {
		t.Errorf("pending = %+v", p)
	}
	w.act(p, ActPoints, "")
	if got := w.code(first); got != "00" || len(w.waits()) != 0 {
		t.Errorf("after paying: %s, %v", got, w.waits())
	}
	if err := w.core.Act(w.now, p.Kind, p.ID, ActCash, ""); !errors.Is(err, ErrNotPending) {
		t.Errorf("paying twice: %v", err)
	}
	silent := w.say(w.push("081211110160"))
	if p := w.waiting(WaitsEnd); len(p.Actions) != 0 {
		t.Errorf("what is put aside can be told %v", p.Actions)
	}
	w.after(time.Minute)
	w.act(w.waiting(WaitsCaller), ActCut, "")
	if got := w.code(silent); got != "reset" || len(w.waits()) != 0 {
		t.Errorf("after the cut: %s, %v", got, w.waits())
	}
}

// What is on the wire waits too: a request that travels, a provider that thinks, an answer that leaves later.
func TestPendingCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Scripts: []Script{{Operation: OperationPush, Times: 1, Effect: Effect{
		RequestDelay: Duration(5 * time.Second), ProcessDelay: Duration(5 * time.Second), Customer: Cash, AnswerAfter: Duration(20 * time.Second),
	}}}})
	w.say(w.push("081211111111"))
	for _, want := range []WaitsFor{WaitsArrival, WaitsThought, WaitsAnswer} {
		if p := w.waiting(want); p.Kind != WaitingCall || p.Operation != OperationPush || p.Until.IsZero() {
			t.Errorf("%s = %+v", want, p)
		}
		w.after(6 * time.Second)
	}
	w.after(10 * time.Second)
	if got := w.waits(); len(got) != 0 {
		t.Errorf("at the end %v waits", got)
	}
}

func TestPendingQRsAndBindings(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	w.login()
	w.qr("000000000001", 20_000)
	p := w.waiting(WaitsScan)
	if p.Kind != WaitingQR || p.Invoice != "000000000001" {
		t.Errorf("pending = %+v", p)
	}
	w.act(p, ActScan, "081211111111")
	w.act(w.waiting(WaitsCustomer), ActBoth, "")
	w.state("000000000001", Paid)
	if transaction, _ := w.core.QRTransaction("uji", "000000000001"); transaction.Points != 10_000 {
		t.Errorf("both took %+v", transaction)
	}
	w.qr("000000000002", 30_000)
	w.act(w.waiting(WaitsScan), ActPay, "081211119999")
	w.state("000000000002", Paid)

	_, id := w.bound(bindBody("081211111111"))
	w.act(w.waiting(WaitsTerms), ActAgree, "")
	if b, _ := w.core.Binding(id); b.Step != BindingLinked {
		t.Errorf("after agreeing the binding is %s", b.Step)
	}
	_, id = w.bound(bindBody("081211111111"))
	w.act(w.waiting(WaitsTerms), ActRefuse, "")
	if b, _ := w.core.Binding(id); b.Step != BindingFailed || len(w.waits()) != 0 {
		t.Errorf("after refusing the binding is %s, %v waits", b.Step, w.waits())
	}
}

// A notification waits for its receipt, and is sent again when the director wants it.
func TestPendingNotifications(t *testing.T) {
	t.Parallel()
	w := newSNAPWorld(t, snapOptions())
	if err := w.core.RegisterCallback("uji", Callback{URL: "http://partner.test/notify", Mode: NotifyAsymmetric}); err != nil {
		t.Fatal(err)
	}
	w.login()
	w.qr("000000000001", 20_000)
	w.act(w.waiting(WaitsScan), ActPay, "")
	p := w.waiting(WaitsReceipt)
	if p.Kind != WaitingNotice || p.Try != 1 || len(w.left) != 1 {
		t.Errorf("pending = %+v, %d have left", p, len(w.left))
	}
	w.act(p, ActNotify, "")
	if len(w.left) != 2 {
		t.Errorf("%d have left, want 2", len(w.left))
	}
	for _, n := range w.left {
		w.core.Delivered(w.now, n.ID, http.StatusOK, []byte(`{"responseCode":"2005200"}`))
	}
	if got := w.waits(); len(got) != 0 {
		t.Errorf("after the receipts %v waits", got)
	}
}

// Every fault makes a script that its rails take, and none that others do; the texts of both languages know it.
func TestFaultsAreScripts(t *testing.T) {
	t.Parallel()
	for _, fault := range Faults() {
		for _, rail := range rails() {
			script, err := fault.Script(rail)
			wanted := false
			for _, r := range fault.Rails {
				wanted = wanted || r == rail
			}
			if wanted != (err == nil) {
				t.Errorf("%s on %s: %v", fault.Name, rail, err)
				continue
			}
			if _, problem := NewCore(Options{}).AddScript(script); wanted && problem != nil {
				t.Errorf("%s on %s is refused: %v", fault.Name, rail, problem)
			}
		}
		if words["id"]["fault_"+fault.Name] == "" {
			t.Errorf("no words for %s", fault.Name)
		}
	}
}

// A provider whose clock is ahead refuses what was dated rightly, once.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	fault, err := faultByName("clock_skew")
	if err != nil {
		t.Fatal(err)
	}
	script, err := fault.Script(RailOVO)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.core.AddScript(script); err != nil {
		t.Fatal(err)
	}
	w.want(w.say(w.push("081211110101")), "TO")
	if _, err := fault.Script(RailFaspay); err == nil {
		t.Error("Faspay's requests are not dated, and yet it has this fault")
	}
}

// A wallet that asks for its code takes no payment without it, and declines after three wrong ones.
func TestPIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	careful, _ := w.core.Wallet("081211111111")
	careful.AskPIN = true
	if err := w.core.PutWallet(careful); err != nil {
		t.Fatal(err)
	}
	paid := w.say(w.push("081211111111"))
	if err := w.core.ChooseWithPIN(w.now, 1, Cash, "111111"); !errors.Is(err, ErrWrongCode) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := w.core.ChooseWithPIN(w.now, 1, Cash, SecurityCode); err != nil {
		t.Error(err)
	}
	w.collect()
	w.want(paid, "00")
	declined := w.say(w.push("081211111111"))
	for range 3 {
		_ = w.core.ChooseWithPIN(w.now, 2, Both, "")
	}
	w.collect()
	w.want(declined, "17")
	ignored := w.say(w.push("081211111111"))
	if err := w.core.ChooseWithPIN(w.now, 3, Decline, ""); err != nil {
		t.Errorf("declining needs a code: %v", err)
	}
	w.collect()
	w.want(ignored, "17")
}

// A clock of the sandbox's own is sped up and moved ahead while it runs, never back; a shared one is not.
func TestTheClockCanBeTurned(t *testing.T) {
	t.Parallel()
	clock, err := NewClock(morning, 1)
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, Options{Clock: clock})
	if got := v.control("POST", "clock", `{"speed":10,"skip":"1h"}`, 200); got["speed"].(float64) != 10 {
		t.Errorf("clock = %v", got)
	}
	if ahead := clock.Now().Sub(morning); ahead < time.Hour || v.s.speed() != 10 {
		t.Errorf("the clock is %s ahead at speed %g", ahead, v.s.speed())
	}
	v.control("POST", "clock", `{"speed":0.01}`, 422)
	v.control("POST", "clock", `{"skip":"25h"}`, 422)
	if _, err := NewClock(morning, 2000); err == nil {
		t.Error("a clock of speed 2000 is made")
	}
	fixed := newVisitor(t, Options{})
	fixed.control("POST", "clock", `{"speed":2}`, 409)
}

// What is due at a later hour happens as soon as the clock is there.
func TestASkipWakesWhatIsDue(t *testing.T) {
	t.Parallel()
	clock, err := NewClock(time.Now(), 1)
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, Options{Clock: clock})
	answer := v.pushAside(1, "081211111111")
	if err := v.s.Skip(time.Minute); err != nil {
		t.Fatal(err)
	}
	if text := <-answer; text != "" {
		t.Errorf("a push that nobody answered is told %q after a minute, want nothing", text)
	}
}
