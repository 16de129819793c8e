package config

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Observe says who may look on, and how.
type Observe struct {
	// Listen is host:port of the operator's own listener, with /metrics; empty: there is none.
	Listen string
	// PProf serves Go's profiles there too. They show the program's inside, so the listener must be on loopback.
	PProf bool
	// OTLP is the address of an OpenTelemetry collector (OTLP over HTTP), without /v1/traces; empty: nothing is exported.
	OTLP string
	// TraceRatio is the share of requests that are traced, from 0 to 1, beside those whose caller traces them.
	TraceRatio float64
	// PerMerchant tells metrics of payments apart by merchant.
	PerMerchant bool
}

// fileObserve are the keys about looking on.
type fileObserve struct {
	Listen      string   `koanf:"metrics_listen"`
	PerMerchant bool     `koanf:"metrics_per_merchant"`
	PProf       bool     `koanf:"pprof"`
	OTLP        string   `koanf:"otlp_endpoint"`
	TraceRatio  *float64 `koanf:"trace_ratio"`
}

// observe checks the keys about looking on.
func (r *resolver) observe(f fileObserve) Observe {
	o := Observe{
		Listen: f.Listen, PProf: f.PProf, OTLP: strings.TrimRight(f.OTLP, "/"), TraceRatio: 0.01, PerMerchant: f.PerMerchant,
	}
	if f.TraceRatio != nil {
		o.TraceRatio = *f.TraceRatio
	}
	_, _, err := net.SplitHostPort(o.Listen)
	r.must(o.Listen == "" || err == nil, "metrics_listen", "must be an address and a port such as 127.0.0.1:9464")
	r.must(!o.PProf || o.Listen != "", "pprof", "needs metrics_listen: profiles are served there")
	r.must(!o.PProf || isLoopback(o.Listen), "metrics_listen",
		"must be on loopback, such as 127.0.0.1:9464, while pprof is on: profiles show the program's inside")
	r.must(o.OTLP == "" || isCollector(o.OTLP), "otlp_endpoint",
		"must be an address such as http://127.0.0.1:4318, without user, query or /v1/traces")
	r.must(o.TraceRatio >= 0 && o.TraceRatio <= 1, "trace_ratio", "must be from 0 (none) to 1 (every request)")
	return o
}

// isLoopback tells whether a listener at host:port is reached from this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip, notIP := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || notIP == nil && ip.IsLoopback())
}

func isCollector(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		!strings.Contains(u.Path, "/v1/")
}
