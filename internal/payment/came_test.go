package payment_test

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// TestApprovalWrittenLate: whether an approval came in time is asked of the instant at which it came, not of the one at
// which it could be written down because the database was away.
func TestApprovalWrittenLate(t *testing.T) {
	for _, tt := range []struct {
		came time.Duration
		want payment.State
	}{
		{58 * time.Second, payment.Paid},
		{60*time.Second - time.Millisecond, payment.Paid},
		{60 * time.Second, payment.InDoubt},
		{0, payment.InDoubt}, // not said: when it was written
	} {
		f := newFlow(morning)
		f.terms.LateApproval = payment.ReverseLate
		f.must(t, "+0s request", "+60s time passes")
		e := payment.Answered{
			At: morning.Add(63 * time.Second), Call: payment.CallPush, Try: 1, Outcome: outcome(payment.Approved, "00"),
		}
		if tt.came > 0 {
			e.Came = morning.Add(tt.came)
		}
		d, wrong := decideChecked(payment.Decide, f.terms, f.p, e)
		if d.after.State != tt.want || len(wrong) > 0 {
			t.Errorf("came at +%s, written at +63s: %s, want %s (%v)", tt.came, d.after.State, tt.want, wrong)
		}
	}
}
