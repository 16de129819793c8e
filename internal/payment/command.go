package payment

import "time"

// Command is something that shall be done. It is complete in itself: whoever performs it needs nothing but the
// merchant's account. The set is closed.
type Command interface{ command() }

// Target is the push or QR that a command is about, with everything that the provider wants to have repeated.
type Target struct {
	Attempt  int // index in Payment.Attempts, from 0
	Terminal Terminal
	Number   Number
	Invoice  string
	Amount   Rupiah
	Phone    Phone
	PushedAt time.Time // t0: the date of the push
	Try      int       // from 1
	Until    time.Time // the call's time limit
	// ProviderReference is the provider's number of it, once it is known.
	ProviderReference string
	// What a void repeats of the provider's facts, as far as they are known.
	ApprovalCode   string
	TraceNumber    string
	ProviderNumber Number
}

// Push sends the push request to the customer's phone. It may leave only until SendBy.
type Push struct {
	Target
	SendBy time.Time
}

// ShowQR asks the provider for a QR that the customer can scan. It may leave only until SendBy.
type ShowQR struct {
	Target
	SendBy time.Time
}

// PostBill makes a bill at the provider, which charges nobody: its answer brings the provider's number of it
// (Outcome.ProviderReference), with which the customer is pushed, or the page to which the customer is sent
// (Outcome.RedirectURL). It may leave only until SendBy.
type PostBill struct {
	Target
	SendBy      time.Time
	Expires     time.Time // the bill's
	Description string
	Reference   string // the merchant's own
	Customer    Customer
	Items       []Item // empty: one, of the whole amount
}

// CancelBill takes an unpaid bill back. What came of it is asked afterwards, whatever the answer.
type CancelBill struct{ Target }

// Renumber asks for a number for another attempt, on the given route or, where it cannot be taken, a later one: come back
// with Renumbered, or with NoRoute. Attempt is the new one's index, Route an index in Payment.Routes (0 where there are
// none: the payment's terminal).
type Renumber struct{ Attempt, Route int }

// Inquire asks for the status of the push, QR or bill, or of the push's void. Asked about a void, "not found" means that
// the charge stands.
type Inquire struct {
	Target
	Of Call // CallPush, CallVoid, CallGenerate or CallPost
}

// Reverse takes back a push whose answer is missing.
type Reverse struct{ Target }

// Void takes back a paid push.
type Void struct{ Target }

// Refund gives a paid QR back, whole. RefundNo is the same in every try.
type Refund struct {
	Target
	RefundNo string
}

// WakeAt says when Decide must be called with Woke; the zero time says that nothing is due any more.
type WakeAt struct{ At time.Time }

// Tell announces a change of state to the merchant.
type Tell struct{ Type string }

// Hold stops a terminal until an operator has looked.
type Hold struct {
	Terminal string
	Reason   string
}

func (Push) command()       {}
func (ShowQR) command()     {}
func (PostBill) command()   {}
func (CancelBill) command() {}
func (Renumber) command()   {}
func (Refund) command()     {}
func (Inquire) command()    {}
func (Reverse) command()    {}
func (Void) command()       {}
func (WakeAt) command()     {}
func (Tell) command()       {}
func (Hold) command()       {}

// CallOf gives the call that a command makes at the provider, with its target; false for commands that make none.
func CallOf(c Command) (Call, Target, bool) {
	switch c := c.(type) {
	case Push:
		return CallPush, c.Target, true
	case ShowQR:
		return CallGenerate, c.Target, true
	case PostBill:
		return CallPost, c.Target, true
	case CancelBill:
		return CallCancel, c.Target, true
	case Refund:
		return CallRefund, c.Target, true
	case Reverse:
		return CallReversal, c.Target, true
	case Void:
		return CallVoid, c.Target, true
	case Inquire:
		if c.Of == CallVoid {
			return CallCheckVoid, c.Target, true
		}
		return CallCheck, c.Target, true
	}
	return "", Target{}, false
}
