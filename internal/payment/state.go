package payment

import "slices"

// State is where a payment stands. The spelling is stored and served and never changes.
type State string

// The states.
const (
	Created    State = "created"    // accepted, nothing presented to the customer yet
	Pushing    State = "pushing"    // the push is on disk and on its way, or with the customer
	Presenting State = "presenting" // a QR is being fetched, or a page shown
	Awaiting   State = "awaiting"   // the customer has what is needed to pay
	InDoubt    State = "indoubt"    // the provider gave no usable answer in time
	Reversing  State = "reversing"  // a reversal has been ordered and is not yet confirmed
	Paid       State = "paid"
	Declined   State = "declined"
	Expired    State = "expired" // ended without the customer having been charged, by time or because nothing was sent
	Canceled   State = "canceled"
	Reversed   State = "reversed"
	Voiding    State = "voiding"
	Voided     State = "voided"
	Refunding  State = "refunding"
	Refunded   State = "refunded"
	Review     State = "review" // a human must look: the rules are at their end
)

// States lists every state in the order of a payment's life.
func States() []State {
	return []State{
		Created, Pushing, Presenting, Awaiting, InDoubt, Reversing, Paid, Declined, Expired, Canceled, Reversed,
		Voiding, Voided, Refunding, Refunded, Review,
	}
}

// Final tells whether the payment has come to an end. Review is not final, and a final state may still be left when
// a provider says that the end was not true (paid by void or refund, reversed when a late charge appears).
func (s State) Final() bool {
	return slices.Contains([]State{Paid, Declined, Expired, Canceled, Reversed, Voided, Refunded}, s)
}

// Known tells whether s is one of States.
func (s State) Known() bool { return slices.Contains(States(), s) }
