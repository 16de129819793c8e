package registry

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Routing is by which rails a merchant is paid where a payment names none; see merchant.Routing. The zero value is as the
// accounts stand, without another try.
type Routing struct {
	Prefer   []string      `json:"prefer,omitempty"` // ovo, doku, faspay: the first is tried first
	FailOver bool          `json:"fail_over,omitempty"`
	Within   time.Duration `json:"within,omitempty"` // 0: two minutes
}

const withinMax = time.Hour

// pushes are the rails between which there is a choice.
func pushes() []string {
	return []string{string(payment.OVO), string(payment.DOKU), string(payment.Faspay)}
}

func (r Routing) check() error {
	for i, name := range r.Prefer {
		if !slices.Contains(pushes(), name) || slices.Index(r.Prefer, name) < i {
			return &Refusal{CodeRoutingInvalid, "prefer", "prefer lists each of ovo, doku and faspay once at most"}
		}
	}
	if r.Within < 0 || r.Within > withinMax || r.Within%time.Second != 0 {
		return &Refusal{CodeRoutingInvalid, "fail_over_seconds", fmt.Sprintf("fail_over_seconds goes from 0 to %d", withinMax/time.Second)}
	}
	return nil
}

// engine is what the engine makes of it.
func (r Routing) engine() merchant.Routing {
	out := merchant.Routing{FailOver: r.FailOver, FailOverWithin: r.Within}
	for _, name := range r.Prefer {
		if out.Prefer == nil {
			out.Prefer = map[payment.Method][]payment.Rail{}
		}
		out.Prefer[payment.OVOPush] = append(out.Prefer[payment.OVOPush], payment.Rail(name))
	}
	return out
}

func routingOf(settings []byte) (r Routing, err error) {
	if len(settings) == 0 {
		return r, nil
	}
	if err = json.Unmarshal(settings, &r); err == nil {
		err = r.check()
	}
	return r, err
}
