package faspay

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
		{"URL", func(o *Options) { o.URL = "host" }},
		{"URL", func(o *Options) { o.URL = "ftp://host" }},
		{"URL", func(o *Options) { o.URL = "https://user:pass@host" }},
		{"URL", func(o *Options) { o.URL = "https://host?x=1" }},
		{"URL", func(o *Options) { o.URL = "https://host:" }},
		{"URL", func(o *Options) { o.URL = "https://host:99999" }},
		{"URL", func(o *Options) { o.URL = "https://h ost" }},
		{"URL", func(o *Options) { o.URL = "https://host\r\nX: y" }},
		{"MerchantID", func(o *Options) { o.MerchantID = "" }},
		{"MerchantID", func(o *Options) { o.MerchantID = "9999x" }},
		{"MerchantID", func(o *Options) { o.MerchantID = "999999" }},
		{"Merchant", func(o *Options) { o.Merchant = "" }},
		{"Merchant", func(o *Options) { o.Merchant = strings.Repeat("é", 33) }},
		{"UserID", func(o *Options) { o.Credentials.UserID = "a b" }},
		{"Password", func(o *Options) { o.Credentials.Password = "" }},
		{"Password", func(o *Options) { o.Credentials.Password = "key\n" }},
		{"Encoding", func(o *Options) { o.Encoding = URLEncoded }},
		{"ContentType", func(o *Options) { o.ContentType = "a\r\nb" }},
		{"Paths", func(o *Options) { o.Paths.Direct = "a b" }},
		{"Paths", func(o *Options) { o.Paths.Inquiry = "/a?b" }},
		{"Paths", func(o *Options) { o.Paths.Redirect = "/a" }},
		{"Paths", func(o *Options) { o.URL, o.Encoding = ProductionURL, XML }},
		{"Paths", func(o *Options) { o.URL, o.Encoding = "https://debit.faspay.co.id", XML }},
	} {
		o := Options{URL: "https://host", MerchantID: testMerchant, Merchant: "M", Credentials: testCredentials}
		test.change(&o)
		_, err := NewClient(o)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s: NewClient(%v) = %v, want a FieldError of it", test.field, o.URL, err)
		}
	}
	for _, u := range []string{SandboxURL, ProductionURL, "http://localhost:8080", "http://[::1]:8080/", "https://host/below"} {
		if _, err := NewClient(Options{URL: u, MerchantID: testMerchant, Merchant: "M", Credentials: testCredentials}); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	paths := Paths{PostDataXML: "/pws/300011/1", InquiryXML: "/pws/100004/1", CancelXML: "/pws/100005/1"}
	if _, err := NewClient(Options{URL: ProductionURL, Encoding: XML, Paths: paths, MerchantID: testMerchant, Merchant: "M", Credentials: testCredentials}); err != nil {
		t.Errorf("XML in production with its paths: %v", err)
	}
}

func TestNewReportsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := NewClient(Options{Encoding: "yaml"})
	for _, field := range []string{"URL", "MerchantID", "Merchant ", "UserID", "Password", "Encoding"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("NewClient = %v, want %s in it", err, field)
		}
	}
	if _, err := NewVerifier("1", Credentials{}); err == nil || !strings.Contains(err.Error(), "MerchantID") || !strings.Contains(err.Error(), "Password") {
		t.Errorf("NewVerifier = %v", err)
	}
}

// Each method sends its own operation.
func TestMethods(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for o, call := range map[Operation]func(*Client) (Answer, error){
		PostData: func(c *Client) (Answer, error) { return c.PostData(ctx, testBill()) },
		Direct:   func(c *Client) (Answer, error) { return c.Direct(ctx, testTrx, testPhone) },
		Inquiry:  func(c *Client) (Answer, error) { return c.Inquire(ctx, testBillNo, testTrx) },
		Cancel:   func(c *Client) (Answer, error) { return c.Cancel(ctx, testBillNo, testTrx, "habis") },
		Channels: func(c *Client) (Answer, error) { return c.Channels(ctx) },
	} {
		c := newTestClient(t, Options{Transport: replying(200, "", echoed(o, "00"))})
		got, err := call(c)
		if err != nil || got.Operation != o || got.Code != Success {
			t.Errorf("%s = %v, %v", o, got, err)
		}
	}
	// After a post without an answer there is no trx_id to ask by.
	c := newTestClient(t, Options{Transport: replying(200, "", echoed(Inquiry, "00"))})
	if got, err := c.Inquire(ctx, testBillNo, ""); err != nil || got.Response.TrxID != testTrx {
		t.Errorf("by bill_no alone: %v, %v", got, err)
	}
}
