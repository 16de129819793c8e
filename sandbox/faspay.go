package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// faspaySuccess is Faspay's response_code for what was done. Of a payment it says nothing.
const faspaySuccess = "00"

// faspayRail is Faspay's debit API with its OVO channel: /cvr/… and /pws/…. It reads and
// signs with its own code and not with the client's, so that both cannot be wrong together.
type faspayRail struct {
	core      *Core
	options   FaspayOptions
	merchants map[string]*faspayMerchant // by merchant_id
	list      []*faspayMerchant          // in the order of the options
}

type faspayMerchant struct {
	FaspayMerchant
	callback FaspayCallback
}

// faspayCall is what a call on this rail carries.
type faspayCall struct {
	operation Operation
	broken    []Rule
}

func newFaspayRail(c *Core, options FaspayOptions) faspayRail {
	f := faspayRail{core: c, options: options, merchants: map[string]*faspayMerchant{}}
	for _, merchant := range options.Merchants {
		known := &faspayMerchant{FaspayMerchant: merchant, callback: merchant.Callback}
		f.merchants[merchant.MerchantID] = known
		f.list = append(f.list, known)
	}
	return f
}

// servesFaspay says whether a path is this rail's, known or not.
func servesFaspay(path string) bool {
	return strings.HasPrefix(path, "/cvr/") || strings.HasPrefix(path, "/pws/")
}

// arrive takes a request off the wire.
func (f *faspayRail) arrive(now time.Time, held *call, request Request) {
	held.faspay = &faspayCall{}
	f.core.record(now, held, request, "")
	f.core.reply(now, held, Answer{Status: http.StatusNotFound, Header: f.core.ovo.none})
}

func (f *faspayRail) read(time.Time, *call) {}

func (f *faspayRail) process(time.Time, *call) {}

// settled answers who waits for a bill's outcome.
func (f *faspayRail) settled(time.Time, *payment) {}

func (f *faspayRail) forget(*payment) {}
