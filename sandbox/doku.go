package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// dokuRail is DOKU's OVO e-money API: a push that is one long call, void and check.
type dokuRail struct {
	core      *Core
	options   DOKUOptions
	merchants map[string]*dokuMerchant // by client id
}

type dokuMerchant struct {
	DOKUMerchant
	callback Callback
}

// dokuCall is what a call on this rail carries.
type dokuCall struct{}

// dokuPush is what only a push by DOKU has.
type dokuPush struct{}

func newDOKURail(c *Core, options DOKUOptions) dokuRail {
	d := dokuRail{core: c, options: options, merchants: map[string]*dokuMerchant{}}
	for _, merchant := range options.Merchants {
		d.merchants[merchant.ClientID] = &dokuMerchant{DOKUMerchant: merchant, callback: merchant.Callback}
	}
	return d
}

// servesDOKU says whether a path is this rail's, known or not.
func servesDOKU(path string) bool {
	return strings.HasPrefix(path, "/ovo-emoney/") || strings.HasPrefix(path, "/orders/")
}

// dokuCode is a code that only DOKU answers.
func dokuCode(code string) bool { return code == "-" }

func dokuHead(http.Header) string { return "" }

func (d *dokuRail) arrive(now time.Time, held *call, _ Request) {
	held.doku = &dokuCall{}
	d.core.reply(now, held, Answer{Status: http.StatusNotFound, Header: d.core.ovo.none})
}

func (d *dokuRail) read(time.Time, *call)       {}
func (d *dokuRail) process(time.Time, *call)    {}
func (d *dokuRail) settled(time.Time, *payment) {}
func (d *dokuRail) forget(*payment)             {}

// callback is where a client's notifications go.
func (d *dokuRail) callback(clientID string) *Callback {
	if m := d.merchants[clientID]; m != nil {
		return &m.callback
	}
	return nil
}

func (d *dokuRail) register(clientID string, callback Callback) error {
	d.merchants[clientID].callback = callback
	return nil
}
