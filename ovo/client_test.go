package ovo

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		field  string
		change func(*Options)
	}{
		{"URL", func(o *Options) { o.URL = "" }},
		{"URL", func(o *Options) { o.URL = "host/pos" }},
		{"URL", func(o *Options) { o.URL = "ftp://host/pos" }},
		{"URL", func(o *Options) { o.URL = "https://user:pass@host/pos" }},
		{"URL", func(o *Options) { o.URL = "https://host/pos?x=1" }},
		{"URL", func(o *Options) { o.URL = "https://host/pos#x" }},
		{"URL", func(o *Options) { o.URL = "https://host:/pos" }},
		{"URL", func(o *Options) { o.URL = "https://host:99999/pos" }},
		{"URL", func(o *Options) { o.URL = "https://[fe80::1%25eth0]/pos" }},
		{"URL", func(o *Options) { o.URL = "https://host/p os" }},
		{"URL", func(o *Options) { o.URL = "https://bücher.example/pos" }},
		{"URL", func(o *Options) { o.URL = "https://host/pos\r\nX: y" }},
		{"URL", func(o *Options) { o.URL = "https://host/" + strings.Repeat("a", 600) }},
		{"AppID", func(o *Options) { o.AppID = "" }},
		{"AppID", func(o *Options) { o.AppID = "a\r\nX: y" }},
		{"AppID", func(o *Options) { o.AppID = strings.Repeat("a", 65) }},
		{"AppKey", func(o *Options) { o.AppKey = "" }},
		{"AppKey", func(o *Options) { o.AppKey = "key\n" }},
		{"HMACMode", func(o *Options) { o.HMACMode = 2 }},
		{"AppSource", func(o *Options) { o.AppSource = `P"OS` }},
	} {
		o := Options{URL: "https://host/pos", AppID: "app", AppKey: "key"}
		test.change(&o)
		_, err := NewClient(o)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s: NewClient(%v) = %v, want a FieldError of it", test.field, o.URL, err)
		}
	}
	for _, u := range []string{StagingURL, ProductionURL, "http://localhost:8080/pos", "http://[::1]:8080/pos", "http://127.0.0.1:80", "https://host/"} {
		if _, err := NewClient(Options{URL: u, AppID: "hypermart", AppKey: "key"}); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestNewClientReportsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Options{HMACMode: 7})
	for _, field := range []string{"URL", "AppID", "AppKey", "HMACMode"} {
		if err == nil || !strings.Contains(err.Error(), field+" ") {
			t.Errorf("NewClient = %v, want %s in it", err, field)
		}
	}
}

// Each method sends its own operation, whatever stands in the request.
func TestMethods(t *testing.T) {
	t.Parallel()
	for o, call := range map[Operation]func(*Client, context.Context, Request) (Answer, error){
		Push: (*Client).Push, Reversal: (*Client).Reverse, Void: (*Client).Void,
		Check: (*Client).Check, CheckVoid: (*Client).CheckVoid, Inquiry: (*Client).Inquire,
	} {
		c := newTestClient(t, Options{Transport: replying(200, "application/json", echoed(o, "00"))})
		got, err := call(c, context.Background(), testRequest(Push))
		if err != nil || got.Operation != o {
			t.Errorf("%s = %v, %v", o, got, err)
		}
	}
}
