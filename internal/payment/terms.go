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
	// SignatureLife is how long after t0 the provider may still accept the push, clock skew included; of QRs, a refund
	// after its order. OVO: 5 min; ours: 30 s more.
	SignatureLife time.Duration `json:"signature_life"`

	AmountMin Rupiah `json:"amount_min"`
	AmountMax Rupiah `json:"amount_max"` // 0: no limit known
	CanVoid   bool   `json:"can_void"`

	// The rest is of rails that present a QR; QRLife is above 0 for them and for no other.

	// QRLife is how long a QR can be paid. OVO: 75 s.
	QRLife time.Duration `json:"qr_life,omitzero"`
	// AttemptsMax is how many QRs are asked for, each under a new number, while none is given, and AttemptsWithin how long.
	// The second is asked for at once, the third AttemptGap later, and so on, each twice as late. Ours: 3, 30 s, 2 s.
	AttemptsMax    int           `json:"attempts_max,omitzero"`
	AttemptsWithin time.Duration `json:"attempts_within,omitzero"`
	AttemptGap     time.Duration `json:"attempt_gap,omitzero"`
	// QueryEvery is the distance of two queries while the QR lives, and the least distance ever. OVO: 5 s.
	QueryEvery time.Duration `json:"query_every,omitzero"`
	// QueryGapMax is how far the distance of queries grows after the QR's life. Ours: 5 min.
	QueryGapMax time.Duration `json:"query_gap_max,omitzero"`
	// QueryUntil is how long after the QR was ordered its last word is waited for. Ours: 24 h.
	QueryUntil time.Duration `json:"query_until,omitzero"`
	CanRefund  bool          `json:"can_refund,omitempty"`
	// RefundUntil is the time of day, in WIB, from which a payment of that day can no longer be refunded. OVO: the
	// same day; ours: 23:59:59.
	RefundUntil time.Duration `json:"refund_until,omitzero"`

	// Where ReverseAfter is 0 there is no reversal: what is in doubt is asked about, with QueryEvery as the least distance of
	// two questions, which grows to QueryGapMax, until the provider's last word or for QueryUntil; then a human must look.

	// CheckAfter is how long after the end of a push's call its status is asked first. DOKU: 60 s.
	CheckAfter time.Duration `json:"check_after,omitzero"`
	// ConfirmNotified has what the provider notifies confirmed by an inquiry before it counts, since its signature is weak.
	ConfirmNotified bool `json:"confirm_notified,omitempty"`
	// InvoiceEnd is what each invoice number ends in. Faspay: a letter, since its signatures run bill_no and status together.
	InvoiceEnd string `json:"invoice_end,omitempty"`

	// Flow is of rails where a bill is made first, and empty for every other.
	Flow Flow `json:"flow,omitempty"`
	// BillLife is how long a bill can be paid unless the merchant says otherwise, BillLifeMin and BillLifeMax what may be
	// said. Faspay: 1 h, at most 30 days; ours: at least 5 min.
	BillLife    time.Duration `json:"bill_life,omitzero"`
	BillLifeMin time.Duration `json:"bill_life_min,omitzero"`
	BillLifeMax time.Duration `json:"bill_life_max,omitzero"`
	// CloseAfter is how long after the end of its life an unpaid bill is canceled. Ours: 30 s.
	CloseAfter time.Duration `json:"close_after,omitzero"`
}

// Flow says how the customer is brought to pay a bill.
type Flow string

// The flows.
const (
	Direct   Flow = "direct"   // the customer's phone is pushed, from our server
	Redirect Flow = "redirect" // the customer is sent to the provider's page
)

// Bills tells whether a bill is made at the provider before the customer can pay.
func (t Terms) Bills() bool { return t.Flow != "" }

// Reverses tells whether a push in doubt is taken back by a reversal.
func (t Terms) Reverses() bool { return t.ReverseAfter > 0 }

// asks tells whether doubt is ended by asking alone.
func (t Terms) asks() bool { return !t.Presents() && !t.Reverses() }

// Presents tells whether the customer pays by scanning what is presented, and not by confirming a push.
func (t Terms) Presents() bool { return t.QRLife > 0 }

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

// SNAPTerms are the rules of OVO's dynamic QRIS over SNAP with our defaults. docs/rails/snap.md has the provider's
// sentence beside each, and says where we had to choose.
func SNAPTerms() Terms {
	return Terms{
		Rail:           SNAP,
		CallLimit:      10 * time.Second,
		SignatureLife:  5*time.Minute + 30*time.Second,
		SendWithin:     2 * time.Second,
		ShortCallLimit: 15 * time.Second,
		RetryGap:       10 * time.Second,
		RetryGapMax:    5 * time.Minute,
		AmountMin:      1,
		AmountMax:      5_000_000,
		QRLife:         75 * time.Second,
		AttemptsMax:    3,
		AttemptsWithin: 30 * time.Second,
		AttemptGap:     2 * time.Second,
		QueryEvery:     5 * time.Second,
		QueryGapMax:    5 * time.Minute,
		QueryUntil:     24 * time.Hour,
		CanRefund:      true,
		RefundUntil:    24*time.Hour - time.Second,
	}
}

// DOKUTerms are the rules of DOKU's OVO push payment with our defaults. docs/rails/doku.md has the provider's sentence
// beside each, and says where we had to choose.
func DOKUTerms() Terms {
	return Terms{
		Rail:           DOKU,
		ConfirmWithin:  70 * time.Second,
		InDoubtAfter:   75 * time.Second,
		CallLimit:      75 * time.Second,
		SendWithin:     2 * time.Second,
		ShortCallLimit: 15 * time.Second,
		RetryGap:       15 * time.Second,
		RetryGapMax:    5 * time.Minute,
		CutOff:         23*time.Hour + 59*time.Minute,
		CheckAfter:     60 * time.Second,
		CheckMaxAge:    7 * 24 * time.Hour,
		// DOKU takes a Request-Timestamp that is up to an hour from its own clock.
		SignatureLife: time.Hour + 30*time.Second,
		AmountMin:     1,
		AmountMax:     999_999_999_999,
		CanVoid:       true,
		QueryEvery:    15 * time.Second,
		QueryGapMax:   time.Hour,
		QueryUntil:    24 * time.Hour,
	}
}

// FaspayTerms are the rules of Faspay's OVO channel with our defaults. docs/rails/faspay.md has the provider's sentence
// beside each, and says where we had to choose.
func FaspayTerms() Terms {
	return Terms{
		Rail:            Faspay,
		ConfirmWithin:   55 * time.Second,
		CallLimit:       75 * time.Second,
		SendWithin:      2 * time.Second,
		ShortCallLimit:  15 * time.Second,
		RetryGap:        15 * time.Second,
		RetryGapMax:     5 * time.Minute,
		CheckMaxAge:     30 * 24 * time.Hour,
		AmountMin:       1,
		AmountMax:       9_999_999_999_999,
		AttemptsMax:     3,
		AttemptsWithin:  time.Minute,
		AttemptGap:      2 * time.Second,
		QueryEvery:      10 * time.Second,
		QueryGapMax:     30 * time.Minute,
		QueryUntil:      24 * time.Hour,
		ConfirmNotified: true,
		InvoiceEnd:      "b",
		Flow:            Direct,
		BillLife:        time.Hour,
		BillLifeMin:     5 * time.Minute,
		BillLifeMax:     30 * 24 * time.Hour,
		CloseAfter:      30 * time.Second,
	}
}

// RefundEnd is the instant from which what was paid at a time can no longer be refunded.
func (t Terms) RefundEnd(paidAt time.Time) time.Time { return DayOf(paidAt).Start().Add(t.RefundUntil) }

// CutOffOf is the instant from which a push made at t0 can no longer be reversed or voided.
func (t Terms) CutOffOf(t0 time.Time) time.Time { return DayOf(t0).Start().Add(t.CutOff) }
