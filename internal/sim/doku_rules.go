package sim

import (
	"strings"
	"time"

	"github.com/lunas-pay/lunas/sandbox"
)

// dokuGap is the least distance of two checks of a payment. Ours.
const dokuGap = 15 * time.Second

// fault: late, lost, repeated and overtaken requests look like faults from the other side.
func (t *dokuTrack) fault(v sandbox.Violation) (Property, bool) {
	if !strings.HasPrefix(string(v.Rule), "doku_") {
		return "", false
	}
	switch v.Rule {
	case sandbox.RuleDOKUWindow, sandbox.RuleDOKURepeated, sandbox.RuleDOKUNotFound, sandbox.RuleDOKUCheckHeld,
		sandbox.RuleDOKUCheckEarly, sandbox.RuleDOKUVoidCutoff:
		return "", true
	case sandbox.RuleDOKUOriginal:
		if t.x.unsigned && t.x.repeated > 0 {
			return "", true // the numbers of the answer to the repetition
		}
	case sandbox.RuleDOKUInvoice:
		if t.x.unsigned && t.x.repeated > 0 {
			return "", true // it was a proxy, and without its headers DOKU cannot tell
		}
		return NoPushTwice, true
	case sandbox.RuleDOKUVoidState:
		return TakenBackRightly, true
	}
	return Understood, true
}

func (t *dokuTrack) sent(k *call, s *send) {
	switch s.operation {
	case opPush:
		t.pushOnce(k, s)
	case opCheck:
		t.checkEnded(s)
	case opVoid:
		x, known := t.core.DOKUTransaction(t.client.ClientID, t.invoiceOn(s.wire))
		if !known || x.State != sandbox.Paid && x.State != sandbox.Voided {
			t.fail(TakenBackRightly, s.payment, "a void is sent of what is %q at the provider", x.State)
		}
	}
}

func (t *dokuTrack) audit(b *books) {
	b.checkCharges()
	b.checkAsked(dokuGap)
}

// notAsked tells whether an answer to a push says that the customer was not turned to. DOKU, OVO Response Code Mapping.
func (t *dokuTrack) notAsked(code string) bool {
	switch code {
	case "14", "58", "EB", "ER", "63", "BR", "TO", "96":
		return true
	}
	return strings.HasPrefix(code, "invalid_") || code == "request_time_out_of_range"
}

var _ pusher = (*dokuTrack)(nil)
