package sandbox

import "time"

// provider is one rail inside the core: a provider's API with what it remembers.
type provider interface {
	// arrive takes a request off the wire; read judges it once it has travelled, process
	// acts on it once the provider has thought.
	arrive(now time.Time, held *call, request Request)
	read(now time.Time, held *call)
	process(now time.Time, held *call)
	// settled answers whoever waits for a payment that has come to an end.
	settled(now time.Time, p *payment)
	// forget drops a payment that is no longer kept.
	forget(p *payment)
}

// registrar is a rail whose clients register where their notifications go.
type registrar interface {
	// callback is nil for who is no client of this rail.
	callback(clientID string) *Callback
	// register changes it; the addresses have been looked at.
	register(clientID string, callback Callback) error
}

var (
	_ registrar = (*snapRail)(nil)
	_ registrar = (*dokuRail)(nil)
	_ registrar = (*faspayRail)(nil)
	_ notifier  = (*faspayRail)(nil)
)

// registrarOf finds the rail of a client; nil if none knows it.
func (c *Core) registrarOf(clientID string) registrar {
	for _, rail := range rails() {
		if r, ok := c.provider(rail).(registrar); ok && r.callback(clientID) != nil {
			return r
		}
	}
	return nil
}

// rails lists the rails in the order of their documentation.
func rails() []Rail { return []Rail{RailOVO, RailSNAP, RailDOKU, RailFaspay} }

// provider is the rail of a name; the empty one is OVO's own API.
func (c *Core) provider(rail Rail) provider {
	switch rail {
	case RailSNAP:
		return &c.snap
	case RailDOKU:
		return &c.doku
	case RailFaspay:
		return &c.faspay
	}
	return &c.ovo
}

// travel lets a request arrive as its script has ordered: never, later, or now.
func (c *Core) travel(now time.Time, held *call) {
	delay := time.Duration(held.effect.RequestDelay)
	switch {
	case held.effect.Request == RequestLost:
		c.reply(now, held, Answer{Never: true})
	case held.effect.Request == RequestReset:
		c.reply(now, held, Answer{Reset: true})
	case delay > 0:
		if !held.real.IsZero() {
			held.real = held.real.Add(time.Duration(float64(delay) / c.options.Speed))
		}
		c.plan(now.Add(delay), dueRead, held, nil)
	default:
		c.provider(held.rail).read(now, held)
	}
}

// railOf says whose door a path is: what is nobody else's is OVO's own.
func (o *Options) railOf(path string) Rail {
	switch {
	case servesSNAP(path, o.SNAP.PlainPaths):
		return RailSNAP
	case servesDOKU(path):
		return RailDOKU
	case servesFaspay(path):
		return RailFaspay
	}
	return RailOVO
}
