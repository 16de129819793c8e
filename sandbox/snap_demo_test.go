package sandbox

import (
	"testing"
)

// The demo's keys are constants: they are read, and they belong where they should.
func TestDemoKeys(t *testing.T) {
	t.Parallel()
	partner, err := DemoSNAPKey()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := DemoProviderKey()
	if err != nil {
		t.Fatal(err)
	}
	if partner.Equal(provider) || !partner.PublicKey.Equal(DemoSNAPMerchant().PublicKey) {
		t.Error("the demo's keys are not a pair of two")
	}
	if !(SNAPOptions{}).withDefaults().ProviderKey.Equal(provider) {
		t.Error("a sandbox without a key does not sign with the demo's")
	}
}

// The demo's partner gets a token and a QR from a sandbox with default options.
func TestDemoPartner(t *testing.T) {
	t.Parallel()
	key, err := DemoSNAPKey()
	if err != nil {
		t.Fatal(err)
	}
	demo := DemoSNAPMerchant()
	w := &snapWorld{world: newWorld(t, Options{}), p: &partner{client: demo.ClientID, secret: demo.Secret, key: key}}
	w.login()
	w.want(w.call(generatePath, generateBody("000000000001", 5_000_000)), "2004700")
}
