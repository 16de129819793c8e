package payment

import "time"

// Attempt is one try at a rail: where it was made, under which number, what was called and what the provider said.
type Attempt struct {
	Rail     Rail     `json:"rail"`
	Route    int      `json:"route,omitempty"` // index in Payment.Routes, where there are several
	Terminal Terminal `json:"terminal"`
	Number   Number   `json:"number"`
	Invoice  string   `json:"invoice"` // what the provider sees as the merchant's invoice
	// PushedAt (t0) is the instant written in the push's date: it gives the day, the batch, the waits and the recap day.
	PushedAt time.Time `json:"pushed_at"`

	Calls []CallRecord `json:"calls"`

	// What the provider told about the charge.
	ApprovalCode string `json:"approval_code,omitempty"`
	TraceNumber  string `json:"trace_number,omitempty"`
	ResponseCode string `json:"response_code,omitempty"` // of the push

	// NeverSent is set when it is certain that the push did not leave.
	NeverSent bool `json:"never_sent,omitempty"`
	// Late is set when an approval is known that came too late and must be given back.
	Late bool `json:"late,omitempty"`
	// NotFoundAt is when the provider last said that it does not know this push. Until the push's signature has expired
	// the word is provisional, since the push may still be on its way.
	NotFoundAt time.Time `json:"not_found_at,omitzero"`
	// ClosedByNotFound is set when the attempt ended because the provider does not know it, and not by a reversal.
	ClosedByNotFound bool `json:"closed_by_not_found,omitempty"`
	// RetryAt is when the reversal, or the check in its stead, is tried again; of a QR, when the next call is due.
	RetryAt time.Time `json:"retry_at,omitzero"`

	// ProviderReference is the provider's own number of the payment. SNAP: referenceNo.
	ProviderReference string `json:"provider_reference,omitempty"`
	// QR is the text that the customer scans, and PresentedAt when it came. It lives from PushedAt.
	QR          string    `json:"qr,omitempty"`
	PresentedAt time.Time `json:"presented_at,omitzero"`
	// Burnt is set when the call for a QR ended without one: its number is used up, and nobody has seen a QR of it.
	Burnt bool `json:"burnt,omitempty"`
	// NumberUsed is set when the provider has seen the number before: what it says of it is about an earlier sale.
	NumberUsed bool `json:"number_used,omitempty"`
	// Settled is set once the provider has said its last word on this QR: paid, or never to be paid.
	Settled bool `json:"settled,omitempty"`
	// PaidAt is when the customer paid by this QR: the provider's time if it told one, else when we learnt of it.
	PaidAt time.Time `json:"paid_at,omitzero"`

	// ProviderNumber is the provider's own number of the charge, which a void repeats. DOKU: batch_number and
	// reference_number.
	ProviderNumber Number `json:"provider_number,omitzero"`
	// RedirectURL is the provider's page on which the customer pays, and ExpiresAt when the bill's life ends.
	RedirectURL string    `json:"redirect_url,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	// Said is the class of what the provider last notified of this attempt: the same again changes nothing.
	Said Class `json:"said,omitempty"`
	// UnpaidAt is when the provider last said that a bill is still open.
	UnpaidAt time.Time `json:"unpaid_at,omitzero"`
	// AskFrom is from when the distances of questions grow: set anew by whatever makes an answer likely.
	AskFrom time.Time `json:"ask_from,omitzero"`
	// RefusedAs is why the customer's part was refused, until an inquiry has confirmed it.
	RefusedAs Reason `json:"refused_as,omitempty"`
	// ContradictedAt is when the provider said the contrary of what the payment had come to; zero once that is cleared up.
	ContradictedAt time.Time `json:"contradicted_at,omitzero"`
	// Dead says how it is known that this attempt has charged nobody and never will; empty when that is not known.
	Dead Death `json:"dead,omitempty"`
	// Stray says what came up about this attempt after it had been given up, and wants a human; empty again once an operator
	// has resolved the payment.
	Stray string `json:"stray,omitempty"`
}

// Death says how it is known that an attempt charged nobody and never will. Only then may another route be taken.
type Death string

// The deaths of an attempt.
const (
	DeadNotSent  Death = "not_sent"  // nothing left, or nothing by which anybody could pay
	DeadNotAsked Death = "not_asked" // the provider refused it before the customer was asked
	DeadReversed Death = "reversed"  // its reversal was confirmed
)

// Call is an operation at a provider, in the standard words.
type Call string

// The calls.
const (
	CallPush      Call = "push"
	CallReversal  Call = "reversal"
	CallCheck     Call = "check"
	CallVoid      Call = "void"
	CallCheckVoid Call = "check_void"
	CallGenerate  Call = "generate" // makes a QR
	CallRefund    Call = "refund"
	CallPost      Call = "post"   // makes a bill
	CallCancel    Call = "cancel" // takes an unpaid bill back
)

// CallRecord says how often a call was made in an attempt and whether the last one is still open.
type CallRecord struct {
	Call  Call      `json:"call"`
	Tries int       `json:"tries"`
	At    time.Time `json:"at"` // when the last try was ordered
	// Until is when an open call is taken for lost even if nobody says so, for instance because its process is dead.
	Until time.Time `json:"until"`
	Open  bool      `json:"open,omitempty"`
	// NextFrom is when a next query about a QR may be made at the earliest, once the last one has ended: that may have left
	// later than it was ordered, and if its process only seems to be dead, it is still under way.
	NextFrom time.Time `json:"next_from,omitzero"`
	// MayLandUntil is until when a try of a refund that brought no verdict may still reach the provider and be done.
	MayLandUntil time.Time `json:"may_land_until,omitzero"`
	// Unclear is set once a try ended without a verdict: whether it took effect is not known.
	Unclear bool `json:"unclear,omitempty"`
	// Attempt is the index of the call's attempt, where OpenCalls lists it.
	Attempt int `json:"-"`
}

// call gives the record of a call, or an empty one.
func (a *Attempt) call(c Call) CallRecord {
	for i := range a.Calls {
		if a.Calls[i].Call == c {
			return a.Calls[i]
		}
	}
	return CallRecord{Call: c}
}

func (a *Attempt) setCall(r CallRecord) {
	for i := range a.Calls {
		if a.Calls[i].Call == r.Call {
			a.Calls[i] = r
			return
		}
	}
	a.Calls = append(a.Calls, r)
}

// open starts a try of a call.
func (a *Attempt) open(c Call, at, until time.Time) (try int) {
	r := a.call(c)
	r.Tries++
	r.At, r.Until, r.Open = at, until, true
	a.setCall(r)
	return r.Tries
}

// close ends the given try of a call and tells whether it was under way until now. The end of an older try leaves a
// newer one open.
func (a *Attempt) close(c Call, try int, unclear bool) (wasOpen bool) {
	r := a.call(c)
	if r.Tries == 0 {
		return false
	}
	if try == r.Tries {
		wasOpen, r.Open = r.Open, false
	}
	r.Unclear = r.Unclear || unclear
	a.setCall(r)
	return wasOpen
}

// OpenCalls lists what is under way, for whoever takes over from a dead process.
func (p Payment) OpenCalls() []CallRecord {
	var open []CallRecord
	for i := range p.Attempts {
		for _, r := range p.Attempts[i].Calls {
			if r.Open {
				r.Attempt = i
				open = append(open, r)
			}
		}
	}
	return open
}
