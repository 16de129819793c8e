package gateway

import (
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
)

// TestAnAccountToTestWith is found in the configuration and among merchants that are data, while a gateway goes on working on the
// same file; one of production never is.
func TestAnAccountToTestWith(t *testing.T) {
	t.Parallel()
	c, _, err := DevConfig(t.TempDir(), "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if a, name, err := TestAccount(ctx, c, payment.OVO, "", ""); err != nil || a.ID != "ovo" || name != c.Merchants[0].Name {
		t.Errorf("before there is a database: %s of %q, %v", a.ID, name, err)
	}
	if _, _, err := TestAccount(ctx, c, payment.OVO, "teh", ""); err == nil || !strings.Contains(err.Error(), "the database cannot be looked into: there is no database") {
		t.Errorf("of an unknown merchant, before there is a database: %v", err)
	}
	g, err := Open(ctx, Options{Config: c, Clock: RealClock(), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	if _, err := g.registry.CreateMerchant(ctx, "teh", "Teh Lunas"); err != nil {
		t.Fatal(err)
	}
	for id, environment := range map[string]string{"uji": "staging", "asli": "production"} {
		settings := `{"rail":"doku","environment":"` + environment + `","url":"https://doku.example","client_id":"MCH-1"}`
		_, err := g.registry.CreateAccount(ctx, "teh", registry.NewAccount{ID: id, Settings: []byte(settings), Secrets: map[string]string{"secret_key": "canary-secret"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	a, name, err := TestAccount(ctx, c, payment.DOKU, "teh", "")
	if err != nil || a.ID != "uji" || a.MerchantID != "teh" || name != "Teh Lunas" || a.DOKU.SecretKey.Reveal() != "canary-secret" {
		t.Errorf("of a merchant that is data: %s of %s, %q, %v", a.ID, a.MerchantID, name, err)
	}
	for _, ask := range []struct{ merchant, account, want string }{
		{"teh", "asli", "production is never tested against"},
		{"kopi", "", "there is no such account"},
		{"", "", "choose one with --merchant and --account"}, // the configuration's, and teh's
	} {
		if _, _, err := TestAccount(ctx, c, payment.DOKU, ask.merchant, ask.account); err == nil || !strings.Contains(err.Error(), ask.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q/%q: %v, want %q", ask.merchant, ask.account, err, ask.want)
		}
	}
}
