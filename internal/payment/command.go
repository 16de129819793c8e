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

// Renumber asks for a new number of the payment's terminal: come back with Renumbered. Attempt is the new one's index.
type Renumber struct{ Attempt int }

// Inquire asks for the status of the push or QR, or of the push's void.
type Inquire struct {
	Target
	Of Call // CallPush, CallVoid or CallGenerate
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

func (Push) command()     {}
func (ShowQR) command()   {}
func (Renumber) command() {}
func (Refund) command()   {}
func (Inquire) command()  {}
func (Reverse) command()  {}
func (Void) command()     {}
func (WakeAt) command()   {}
func (Tell) command()     {}
func (Hold) command()     {}

// CallOf gives the call that a command makes at the provider, with its target; false for commands that make none.
func CallOf(c Command) (Call, Target, bool) {
	switch c := c.(type) {
	case Push:
		return CallPush, c.Target, true
	case ShowQR:
		return CallGenerate, c.Target, true
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
