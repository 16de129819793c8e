package sandbox

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkQR is one QR from generate to its payment by a seeded amount, 20 ms apart in
// virtual time, signature included.
func BenchmarkQR(b *testing.B) {
	options := snapOptions()
	options.KeepRequests, options.KeepTransactions = -1, 10_000
	p, core, now := newPartner(), NewCore(options), morning
	core.Arrive(now, p.request(now, tokenPath, `{"grantType":"client_credentials"}`))
	p.token = jsonText(core.Advance(now)[0].Body, "accessToken")
	if err := core.TopUp("081211110101", 9e14, 0); err != nil {
		b.Fatal(err)
	}
	requests := make([]Request, b.N)
	for i := range requests {
		requests[i] = p.request(now, generatePath, generateBody(fmt.Sprintf("%012d", i), 1_110_101))
	}
	b.ReportAllocs()
	b.ResetTimer()
	answered := 0
	for i := range b.N {
		core.Arrive(now, requests[i])
		now = now.Add(10 * time.Microsecond)
		answered += len(core.Advance(now))
	}
	if answered += len(core.Advance(now.Add(3 * time.Second))); answered != b.N {
		b.Fatalf("%d of %d were answered", answered, b.N)
	}
	if core.Totals().Held != int64(b.N)*1_110_101 {
		b.Fatalf("totals: %+v", core.Totals())
	}
}
