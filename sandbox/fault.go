package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong between a merchant and a provider, known by a name:
// a Script for each rail on which it can happen.
type Fault struct {
	Name string `json:"name"`
	// Rails are those on which it can happen.
	Rails []Rail `json:"rails"`
	// on is the operation that it befalls; empty: the one that asks for money.
	on     Operation
	effect Effect
}

// Faults lists the faults by name, in the order of a payment's life.
func Faults() []Fault {
	every, pushes := rails(), []Rail{RailOVO, RailDOKU}
	dated, told := []Rail{RailOVO, RailSNAP, RailDOKU}, []Rail{RailSNAP, RailDOKU, RailFaspay}
	seconds := func(n int) Duration { return Duration(time.Duration(n) * time.Second) }
	return []Fault{
		{"request_lost", every, "", Effect{Request: RequestLost}},
		{"request_reset", every, "", Effect{Request: RequestReset}},
		{"request_late", every, "", Effect{RequestDelay: seconds(70)}},
		{"clock_skew", dated, "", Effect{Skew: Duration(2 * time.Hour)}},
		{"never_answers", pushes, "", Effect{Customer: Ignore, Answer: AnswerLost}},
		{"answer_late", every, "", Effect{AnswerAfter: seconds(62)}},
		{"answer_after_reversal", []Rail{RailOVO}, "", Effect{Customer: Cash, CustomerAfter: seconds(2), AnswerAfter: seconds(70)}},
		{"answer_lost", every, "", Effect{Answer: AnswerLost}},
		{"paid_answer_lost", pushes, "", Effect{Customer: Cash, CustomerAfter: seconds(2), Answer: AnswerLost}},
		{"answer_reset", every, "", Effect{Answer: AnswerReset}},
		{"answer_404", every, "", Effect{Answer: AnswerEmpty404}},
		{"answer_502", every, "", Effect{Answer: AnswerHTTP502}},
		{"answer_html", every, "", Effect{Answer: AnswerHTML}},
		{"answer_truncated", every, "", Effect{Answer: AnswerTruncated}},
		{"answer_foreign", every, "", Effect{Answer: AnswerForeign}},
		{"reversal_lost", []Rail{RailOVO}, OperationReversal, Effect{Answer: AnswerLost}},
		{"notify_lost", told, "", Effect{Notify: NotifyLost}},
		{"notify_duplicate", told, "", Effect{Notify: NotifyDuplicate}},
		{"notify_bad_signature", told, "", Effect{Notify: NotifyBadSignature}},
		{"notify_stale", told, "", Effect{Notify: NotifyStale}},
		{"notify_foreign", told, "", Effect{Notify: NotifyForeign}},
		{"notify_other_amount", told, "", Effect{Notify: NotifyOtherAmount}},
		{"notify_late", told, "", Effect{NotifyDelay: seconds(90)}},
	}
}

// Script is the fault on a rail, for the next request that asks for money or, of some
// faults, for its reversal. It is an error where the rail has no such fault.
func (f Fault) Script(rail Rail) (Script, error) {
	if !slices.Contains(f.Rails, rail) {
		return Script{}, fmt.Errorf("fault %s: it is none of rail %q, but of: %s", f.Name, rail, strings.Join(names(f.Rails), ", "))
	}
	asks := map[Rail]Operation{RailOVO: OperationPush, RailSNAP: OperationGenerate, RailDOKU: OperationPush, RailFaspay: OperationPostData}
	operation := f.on
	if operation == "" {
		operation = asks[rail]
	}
	return Script{Rail: rail, Operation: operation, Times: 1, Effect: f.effect}, nil
}

// errUnknownFault is said to who asks for a fault that is not listed.
var errUnknownFault = errors.New("sandbox: no fault has this name")

func faultByName(name string) (Fault, error) {
	for _, f := range Faults() {
		if f.Name == name {
			return f, nil
		}
	}
	return Fault{}, errUnknownFault
}
