package payment

import "time"

// Terms are a rail's rules as data. A payment keeps the revision that was in force when it was requested.
type Terms struct {
	Rail Rail `json:"rail"`

	// ConfirmWithin is how long the customer has to confirm. OVO: 55 s.
	ConfirmWithin time.Duration `json:"confirm_within"`
	// InDoubtAfter is when a push without an answer is in doubt. OVO: one session is 60 s.
	InDoubtAfter time.Duration `json:"in_doubt_after"`
	// ReverseAfter is when a push in doubt is reversed. OVO: 65 s, mandatory.
	ReverseAfter time.Duration `json:"reverse_after"`
	// CallLimit is how long the push's connection stays open for a late answer. Ours: 75 s.
	CallLimit time.Duration `json:"call_limit"`
	// SendWithin is how long after t0 the push's first byte may leave; past it the push is not sent. Ours: 2 s.
	SendWithin time.Duration `json:"send_within"`
	// ShortCallLimit is the time limit of a reversal, a void or a check. Ours: 15 s.
	ShortCallLimit time.Duration `json:"short_call_limit"`
	// RetryGap is the distance of the second reversal from the first; each further one is twice as far, up to
	// RetryGapMax. Ours: 15 s, 30 s, 60 s … 5 min.
	RetryGap    time.Duration `json:"retry_gap"`
	RetryGapMax time.Duration `json:"retry_gap_max"`

	// CutOff is the time of day, in WIB, from which a push of that day can no longer be reversed or voided. OVO: 23:59.
	CutOff time.Duration `json:"cut_off"`
	// CutOffRoom is how much time for further reversals must lie between the first one and the cut-off. Ours: 60 s.
	CutOffRoom time.Duration `json:"cut_off_room"`
	// CutOffGuard says what happens to a push that would not have that room.
	CutOffGuard Guard `json:"cut_off_guard"`

	// AutoCheck asks for the push's status once, when it becomes in doubt. OVO recommends it.
	AutoCheck bool `json:"auto_check"`
	// OnCheckApproved says what follows when the automatic check finds the push paid. OVO leaves it to the partner.
	OnCheckApproved Late `json:"on_check_approved"`
	// LateApproval says what follows when the approval comes in the time of doubt, before a reversal has been sent.
	LateApproval Late `json:"late_approval"`
	// CheckMaxAge is how far back a status can be asked for. OVO: 7 days.
	CheckMaxAge time.Duration `json:"check_max_age"`
	// SignatureLife is how long after t0 the provider may still accept the push, clock skew included.
	// OVO: 5 min; ours: 30 s more.
	SignatureLife time.Duration `json:"signature_life"`

	AmountMin Rupiah `json:"amount_min"`
	AmountMax Rupiah `json:"amount_max"` // 0: no limit known
	CanVoid   bool   `json:"can_void"`
}

// Guard says what the cut-off guard does.
type Guard string

// The guards.
const (
	RefuseAtCutOff Guard = "refuse"
	FlagAtCutOff   Guard = "flag"
)

// Late says what is done with a charge that became known late.
type Late string

// What may be done with a late charge.
const (
	AcceptLate  Late = "accept"
	ReverseLate Late = "reverse"
)

// OVOTerms are the rules of OVO's Push To Pay with our defaults. docs/rails/ovo.md has the provider's sentence beside
// each, and says where we had to choose.
func OVOTerms() Terms {
	return Terms{
		Rail:            OVO,
		ConfirmWithin:   55 * time.Second,
		InDoubtAfter:    60 * time.Second,
		ReverseAfter:    65 * time.Second,
		CallLimit:       75 * time.Second,
		SendWithin:      2 * time.Second,
		ShortCallLimit:  15 * time.Second,
		RetryGap:        15 * time.Second,
		RetryGapMax:     5 * time.Minute,
		CutOff:          23*time.Hour + 59*time.Minute,
		CutOffRoom:      60 * time.Second,
		CutOffGuard:     RefuseAtCutOff,
		AutoCheck:       true,
		OnCheckApproved: AcceptLate,
		LateApproval:    AcceptLate,
		CheckMaxAge:     7 * 24 * time.Hour,
		SignatureLife:   5*time.Minute + 30*time.Second,
		AmountMin:       1,
		CanVoid:         true,
	}
}

// CutOffOf is the instant from which a push made at t0 can no longer be reversed or voided.
func (t Terms) CutOffOf(t0 time.Time) time.Time { return DayOf(t0).Start().Add(t.CutOff) }
