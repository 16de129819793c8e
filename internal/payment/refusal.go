package payment

import "time"

// Refusal is why an ask was not granted. Nothing has changed: neither the payment nor the numbering.
type Refusal struct {
	Code    string // stable, served to merchants
	Message string // one sentence: what is wrong and what to do
	Field   string // the field at fault, if one is
	State   State  // the payment's state, if there is a payment
	// Until is when the reason ceases, for instance when the call under way must have ended; zero if it never does.
	Until time.Time
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// The codes of refusals.
const (
	CodeAmountTooSmall  = "amount_too_small"
	CodeAmountTooLarge  = "amount_too_large"
	CodePhoneMissing    = "phone_missing"
	CodeCutOff          = "cutoff"
	CodeInProgress      = "in_progress"
	CodeNotPossible     = "not_possible"
	CodeCheckTooOld     = "check_too_old"
	CodeCheckInProgress = "check_in_progress"
	CodeNothingSent     = "nothing_sent"
	CodeExists          = "exists"
	CodeExpiryInvalid   = "expires_at_invalid"
	CodePhonesTried     = "phones_tried"
)
