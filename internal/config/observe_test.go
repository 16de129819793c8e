package config

import (
	"strings"
	"testing"
)

func TestWhoMayLookOn(t *testing.T) {
	t.Parallel()
	c, err := Load(write(t, good), environ)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Observe{TraceRatio: 0.01}); c.Observe != want {
		t.Errorf("Observe by default = %+v, want nobody: %+v", c.Observe, want)
	}
	c, err = Load(write(t, good+"metrics_per_merchant: true\npprof: true\ntrace_ratio: 0\notlp_endpoint: https://collector.example:4318/\n"),
		append(environ, "LUNAS_METRICS_LISTEN=[::1]:9464"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Observe{Listen: "[::1]:9464", PProf: true, OTLP: "https://collector.example:4318", PerMerchant: true}); c.Observe != want {
		t.Errorf("Observe = %+v, want %+v", c.Observe, want)
	}
}

func TestMistakesAboutLookingOn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"metrics_listen: here": "metrics_listen must be an address and a port",
		"pprof: true":          "pprof needs metrics_listen",
		"{metrics_listen: 0.0.0.0:9464, pprof: true}":     "metrics_listen must be on loopback",
		"{metrics_listen: 10.0.0.1:9464, pprof: true}":    "metrics_listen must be on loopback",
		"otlp_endpoint: 127.0.0.1:4318":                   "otlp_endpoint must be an address",
		"otlp_endpoint: http://me:secret@127.0.0.1:4318":  "otlp_endpoint must be an address",
		"otlp_endpoint: http://127.0.0.1:4318/v1/traces":  "otlp_endpoint must be an address",
		"otlp_endpoint: http://127.0.0.1:4318?key=secret": "otlp_endpoint must be an address",
		"trace_ratio: 1.5":                                "trace_ratio must be from 0",
		"trace_ratio: -1":                                 "trace_ratio must be from 0",
	} {
		lines := strings.NewReplacer("{", "", "}", "", ", ", "\n").Replace(text) // several keys in one line
		_, err := Load(write(t, good+lines+"\n"), environ)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: error %v, want one that says %q", text, err, want)
		}
	}
}
