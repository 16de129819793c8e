package api

import (
	"context"
	"fmt"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
)

// A provider that fails again and again is shown to be away, to its own merchant and mode alone.
func TestRailsShowAProviderThatIsAway(t *testing.T) {
	t.Parallel()
	w := serve(t)
	state := func(options ...option) string {
		list := decode[Rails](t, w.do("GET", "/v1/rails", "", options...))
		if len(list.Data) != 1 {
			t.Fatalf("rails are %+v, want one", list.Data)
		}
		r := list.Data[0]
		return fmt.Sprint(r.Account, " ", r.Rail, " ", r.Methods, " ", r.State, " ", r.Until != nil)
	}
	if got := state(); got != "main ovo [ovo_push] closed false" {
		t.Errorf("at first: %s", got)
	}
	w.rail.on("push", func(context.Context) (payment.Outcome, error) { return payment.Outcome{}, rail.ErrNotSent })
	for range 20 {
		w.do("POST", "/v1/payments?wait=20", order)
	}
	if got := state(); got != "main ovo [ovo_push] open true" {
		t.Errorf("after twenty payments that could not be sent: %s", got)
	}
	if got := state(as(keyALive)); got != "live ovo [ovo_push] closed false" {
		t.Errorf("the account of the other mode: %s", got)
	}
	if got := state(as(keyB)); got != "main ovo [ovo_push] closed false" {
		t.Errorf("another merchant's account of the same name: %s", got)
	}
}
