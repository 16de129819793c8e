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

// TestNotifiedTwice: what a provider has notified is no news the second time, also when both notifications were read before
// either was written.
func TestNotifiedTwice(t *testing.T) {
	for _, said := range []string{"TIMEOUT pending", "SUCCESS approved", "SUCCESS approved amount 100", "FAILED refused"} {
		f := newDOKUFlow(morning)
		f.must(t, "+0s request", "+71s push answered - pending", "+72s notified "+said)
		version := f.p.Version
		f.must(t, "+72s notified "+said)
		if f.p.Version != version {
			t.Errorf("%s: the same notification again makes version %d of %d, %s", said, f.p.Version, version, f.p.State)
		}
	}
}

// TestContradictionTwice: nor is what contradicts an end, while it is being asked about.
func TestContradictionTwice(t *testing.T) {
	f := newDOKUFlow(morning)
	f.must(t, "+0s request", "+5s push answered 00 approved", "+72s notified FAILED refused")
	version := f.p.Version
	f.must(t, "+72s notified FAILED refused")
	if f.p.Version != version || f.p.WakeAt.IsZero() {
		t.Errorf("the same contradiction again makes version %d of %d; it is asked about at %v", f.p.Version, version, f.p.WakeAt)
	}
}
