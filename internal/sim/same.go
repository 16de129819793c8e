package sim

import (
	"bytes"

	"github.com/lunas-pay/lunas/internal/payment"
)

// same tells whether two payments are stored alike.
func same(a, b payment.Payment) bool {
	x, errA := payment.Encode(a)
	y, errB := payment.Encode(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// difference shows where the stored forms of two payments part.
func difference(a, b payment.Payment) string {
	x, _ := payment.Encode(a)
	y, _ := payment.Encode(b)
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	cut := func(s []byte) string { return string(s[max(0, i-20):min(len(s), i+40)]) }
	return "…" + cut(x) + "… against …" + cut(y) + "…"
}
