package snap

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
)

func goodOptions() Options {
	return Options{URL: "https://host/OVOSNAP", ClientID: "id", ClientSecret: "secret", PrivateKey: testKey()}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		field  string
		change func(*Options)
	}{
		{"URL", func(o *Options) { o.URL = "" }},
		{"URL", func(o *Options) { o.URL = "host/x" }},
		{"URL", func(o *Options) { o.URL = "ftp://host/x" }},
		{"URL", func(o *Options) { o.URL = "https://user:pass@host/x" }},
		{"URL", func(o *Options) { o.URL = "https://host/x?a=1" }},
		{"URL", func(o *Options) { o.URL = "https://host/x#a" }},
		{"URL", func(o *Options) { o.URL = "https://host/x/" }},
		{"URL", func(o *Options) { o.URL = "https://host:" }},
		{"URL", func(o *Options) { o.URL = "https://host:99999" }},
		{"URL", func(o *Options) { o.URL = "https://[fe80::1%25eth0]" }},
		{"URL", func(o *Options) { o.URL = "https://bücher.example" }},
		{"URL", func(o *Options) { o.URL = "https://host/a b" }},
		{"URL", func(o *Options) { o.URL = "https://host/" + strings.Repeat("a", 600) }},
		{"ClientID", func(o *Options) { o.ClientID = "" }},
		{"ClientID", func(o *Options) { o.ClientID = "a|b" }},
		{"ClientID", func(o *Options) { o.ClientID = "a\r\nX: y" }},
		{"ClientSecret", func(o *Options) { o.ClientSecret = "" }},
		{"ClientSecret", func(o *Options) { o.ClientSecret = "s\n" }},
		{"PrivateKey", func(o *Options) { o.PrivateKey = PrivateKey{} }},
		{"PartnerID", func(o *Options) { o.PartnerID = "a b" }},
		{"ChannelID", func(o *Options) { o.ChannelID = "a:b" }},
		{"Origin", func(o *Options) { o.Origin = "a\nb" }},
		{"AllowedSources", func(o *Options) { o.AllowedSources = []string{""} }},
		{"AllowedSources", func(o *Options) { o.AllowedSources = []string{`"`} }},
		{"Paths", func(o *Options) { o.Paths = map[Operation]string{Bind: "/v3.0/other"} }},
		{"Paths", func(o *Options) { o.Paths = map[Operation]string{Bind: "registration-account-binding"} }},
		{"Paths", func(o *Options) { o.Paths = map[Operation]string{"push": "/x"} }},
		{"URL", func(o *Options) { o.Paths = map[Operation]string{Query: "/a?b/qr-mpm-query"} }},
	} {
		o := goodOptions()
		test.change(&o)
		_, err := NewClient(o)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s: NewClient(%v %v) = %v, want a FieldError of it", test.field, o.URL, o.Paths, err)
		}
	}
	for _, u := range []string{StagingURL, ProductionURL, "http://localhost:8080", "http://[::1]:8080/x", "https://host/api"} {
		o := goodOptions()
		o.URL = u
		if _, err := NewClient(o); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	_, err := NewClient(Options{})
	for _, field := range []string{"URL", "ClientID", "ClientSecret", "PrivateKey"} {
		if err == nil || !strings.Contains(err.Error(), field+" ") {
			t.Errorf("NewClient = %v, want %s in it", err, field)
		}
	}
}

// Prefix and versions are settings, and what is signed is what is asked for.
func TestPaths(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url   string
		paths map[Operation]string
		op    Operation
		want  string
	}{
		{"https://h/OVOSNAP", nil, Generate, "/OVOSNAP/v1.0/qr/qr-mpm-generate"},
		{"https://h", nil, Generate, "/v1.0/qr/qr-mpm-generate"},
		{"https://h/api", nil, Refund, "/api/v1.0/qr/qr-mpm-refund"},
		{"https://h", map[Operation]string{Generate: "/ovosnap/qr-mpm-generate"}, Generate, "/ovosnap/qr-mpm-generate"},
		{"https://h/OVOSNAP", nil, Bind, "/OVOSNAP/v1.0/oauth/account/registration-account-binding"},
		{"https://h/OVOSNAP", map[Operation]string{Bind: "/v3.0/oauth/account/registration-account-binding"}, Bind, "/OVOSNAP/v3.0/oauth/account/registration-account-binding"},
		{"https://h/OVOSNAP", nil, Access, "/OVOSNAP/v1.0/access-token/b2b"},
		{"https://h/OVOSNAP", nil, CustomerAccess, "/OVOSNAP/v2.0/access-token/b2b2c"},
	} {
		r := render(t, newTestClient(t, Options{URL: test.url, Paths: test.paths}), test.op)
		if _, target := splitURL(r.URL); target != test.want {
			t.Errorf("%s of %s = %s, want %s", test.op, test.url, target, test.want)
		}
		s := Signed{Method: "POST", Endpoint: test.want, Token: testToken, Body: r.Body, Timestamp: r.Header.Get("X-Timestamp")}
		if test.op.bearer() && !NewHMACKey(testSecret).Verify(s, r.Header.Get("X-Signature")) {
			t.Errorf("%s: another path was signed", test.want)
		}
	}
}

// Each method sends its own operation.
func TestMethods(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	calls := map[Operation]func(*Client, Envelope, Request) (Answer, error){
		Access:   func(c *Client, _ Envelope, _ Request) (Answer, error) { return c.Token(ctx) },
		Generate: func(c *Client, e Envelope, r Request) (Answer, error) { return c.Generate(ctx, e, r.(GenerateRequest)) },
		Query:    func(c *Client, e Envelope, r Request) (Answer, error) { return c.Query(ctx, e, r.(QueryRequest)) },
		Refund:   func(c *Client, e Envelope, r Request) (Answer, error) { return c.Refund(ctx, e, r.(RefundRequest)) },
		Cancel:   func(c *Client, e Envelope, r Request) (Answer, error) { return c.Cancel(ctx, e, r.(CancelRequest)) },
		Bind:     func(c *Client, e Envelope, r Request) (Answer, error) { return c.Bind(ctx, e, r.(BindRequest)) },
		Unbind:   func(c *Client, e Envelope, r Request) (Answer, error) { return c.Unbind(ctx, e, r.(UnbindRequest)) },
		CustomerAccess: func(c *Client, e Envelope, r Request) (Answer, error) {
			return c.CustomerToken(ctx, e, r.(CustomerAccessRequest))
		},
	}
	for o := range maps.Keys(calls) {
		c := newTestClient(t, Options{Transport: replying(200, jsonType, echoed(o, ""))})
		got, err := calls[o](c, testEnvelope(o), testRequest(o))
		if err != nil || got.Operation != o {
			t.Errorf("%s = %v, %v", o, got, err)
		}
	}
	if _, err := newTestClient(t, Options{}).Call(ctx, Envelope{}, nil); !isKind(err, ErrNotSent) {
		t.Errorf("no request: %v", err)
	}
}
