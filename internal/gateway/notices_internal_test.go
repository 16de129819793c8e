package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// ailing is a gateway with a merchant of whom much needs a human, at a clock that can be set.
type ailing struct {
	*testing.T
	*Gateway
	at time.Time
}

func newAiling(t *testing.T) *ailing {
	t.Helper()
	c, _, err := DevConfig(filepath.Join(t.TempDir(), "data"), "", "http://127.0.0.1:1", 1)
	if err != nil {
		t.Fatal(err)
	}
	c.Notices = config.Notices{Merchant: demoID}
	c.Merchants[0].Keys[0].Expires = time.Now().Add(5 * 24 * time.Hour)
	keys := filepath.Join(t.TempDir(), "ovo-keys")
	if _, err := credential.WriteFolder(keys, credential.Folder{Partner: "Teh", ExpiresAt: time.Now().Add(24 * time.Hour)}, nil); err != nil {
		t.Fatal(err)
	}
	c.Doctor.Keys = []string{keys}
	g, err := Open(t.Context(), Options{Config: c, Clock: RealClock(), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	a := &ailing{T: t, Gateway: g, at: time.Now()}
	g.now = func() time.Time { return a.at }
	g.notices = g.noticesOf()
	a.fall()
	return a
}

// fall makes the merchant ill.
func (a *ailing) fall() {
	a.Helper()
	ctx := a.Context()
	must := func(err error) {
		a.Helper()
		if err != nil {
			a.Fatal(err)
		}
	}
	_, err := a.registry.CreateMerchant(ctx, "teh", "Teh")
	must(err)
	settings := `{"rail":"doku","environment":"sandbox","url":"http://127.0.0.1:1","client_id":"MCH-1"}`
	_, err = a.registry.CreateAccount(ctx, "teh", registry.NewAccount{
		ID: "doku-teh", Settings: []byte(settings), Secrets: map[string]string{"secret_key": "canary-secret"}, Expires: a.at.Add(48 * time.Hour),
	})
	must(err)
	for _, e := range []webhook.Endpoint{
		{ID: "whe_dead", URL: "https://shop.example/hooks?token=canary", Disabled: webhook.ReasonDead, DisabledAt: a.at, FailingSince: a.at.Add(-73 * time.Hour)},
		{ID: "whe_off", URL: "https://shop.example/", Disabled: "by hand", DisabledAt: a.at},
		{ID: "whe_good", URL: "https://shop.example/notices", Events: []string{"notice.*"}},
	} {
		e.MerchantID, e.Mode, e.Version, e.CreatedAt = "teh", payment.Test, 1, a.at
		must(a.store.SaveEndpoint(ctx, store.Endpoint{Endpoint: e}))
	}
	for id, state := range map[string]payment.State{"pay_00000000000000000000000001": payment.Review, "pay_00000000000000000000000002": payment.Reversing} {
		p := payment.Payment{
			ID: id, MerchantID: "teh", Mode: payment.Test, State: state, Version: 1, Amount: 12500, Reference: "canary-reference", Method: payment.OVOPush,
			CreatedAt: a.at.Add(-10 * time.Minute), UpdatedAt: a.at.Add(-5 * time.Minute),
		}
		_, err := a.store.Commit(ctx, store.Change{ID: "chg_" + id, Payment: p, Event: payment.Requested{At: p.CreatedAt}})
		must(err)
	}
	key, _, err := a.registry.CreateKey(ctx, merchant.APIKey{MerchantID: "teh", Mode: payment.Test, Name: "kasir", Scopes: merchant.Scopes(), Expires: a.at.Add(5 * time.Hour)})
	must(err)
	must(a.store.KeyUsed(ctx, "teh", key.ID, a.at))
}

func (a *ailing) look() (open []string) {
	a.Helper()
	if err := a.notices.Look(a.Context()); err != nil {
		a.Fatal(err)
	}
	list, err := a.store.Notices(a.Context(), store.NoticeFilter{Everybody: true, Open: true, Limit: 100})
	if err != nil {
		a.Fatal(err)
	}
	for _, n := range list {
		if n.Kind != notice.Disk { // as it happens to be here
			open = append(open, string(n.Kind)+" "+n.MerchantID+" "+n.Subject)
		}
	}
	slices.Sort(open)
	for i := range open { // the key's id is random
		if at := strings.Index(open[i], " key_"); at > 0 && len(open[i]) == at+len(" key_")+12 {
			open[i] = open[i][:at+4]
		}
	}
	return open
}

// TestNoticesOfAGateway: what is amiss is told once, to whom it concerns, kept in the log, and cleared when it is over.
func TestNoticesOfAGateway(t *testing.T) {
	t.Parallel()
	a := newAiling(t)
	want := []string{
		"api_key_ending demo key", "api_key_ending teh key", "credentials_ending  ovo-keys", "credentials_ending teh doku-teh", "endpoint_failing teh whe_dead", "payments_in_review teh ",
		"reversal_pending teh pay_00000000000000000000000002",
	}
	if got := a.look(); !slices.Equal(got, want) {
		t.Fatalf("open notices:\n%v, want\n%v", got, want)
	}
	a.at = a.at.Add(time.Minute)
	a.look()
	feed := a.feed("teh", payment.Test)
	if len(feed) != 5 {
		t.Errorf("%d events, want each notice once: %v", len(feed), feed)
	}
	deliveries, err := a.store.Deliveries(t.Context(), store.DeliveryFilter{MerchantID: "teh", EndpointID: "whe_good"})
	if err != nil || len(deliveries) != 5 {
		t.Errorf("%d deliveries, %v; want five", len(deliveries), err)
	}
	acts, err := a.store.Actions(t.Context(), store.ActionFilter{MerchantID: "teh", Kind: store.ActNoticeRaised})
	if err != nil || len(acts) != 5 || acts[0].Actor != store.ActorSystem {
		t.Errorf("the log of actions: %v, %v", acts, err)
	}
	if err := a.store.DeleteEndpoint(t.Context(), "teh", "whe_dead"); err != nil {
		t.Fatal(err)
	}
	a.at = a.at.Add(time.Minute)
	a.look()
	a.at = a.at.Add(3 * time.Minute)
	if got := a.look(); slices.Contains(got, "endpoint_failing teh whe_dead") || len(got) != 6 {
		t.Errorf("after the endpoint was deleted: %v", got)
	}
	feed = a.feed("teh", payment.Test)
	if last := feed[len(feed)-1]; !strings.Contains(last, webhook.TypeNoticeCleared) || !strings.Contains(last, "whe_dead") {
		t.Errorf("the last event is %s, want that it is over", last)
	}
	a.shown(feed)
}

func (a *ailing) feed(merchantID string, mode payment.Mode) (all []string) {
	a.Helper()
	if _, err := a.store.Sequence(a.Context(), 100); err != nil {
		a.Fatal(err)
	}
	list, err := a.store.Feed(a.Context(), merchantID, mode, 0, 100)
	if err != nil {
		a.Fatal(err)
	}
	for _, told := range list {
		all = append(all, string(told.Body))
	}
	return all
}

// shown looks at the list in the API, for the platform, for the merchant and for another; and for what must not be in it.
func (a *ailing) shown(feed []string) {
	a.Helper()
	ask := func(k merchant.APIKey) string {
		a.Helper()
		_, secret, err := a.registry.CreateKey(a.Context(), k)
		if err != nil {
			a.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/v1/notices?limit=100", nil)
		r.Header.Set("Authorization", "Bearer "+secret.Reveal())
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			a.Fatalf("GET /v1/notices = %d %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	count := func(body string) int {
		var page struct{ Data []struct{ Kind string } }
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			a.Fatal(err)
		}
		n := 0
		for _, x := range page.Data {
			if x.Kind != string(notice.Disk) {
				n++
			}
		}
		return n
	}
	admin := []merchant.Scope{merchant.Admin}
	all := ask(merchant.APIKey{Scopes: admin})
	own, live := ask(merchant.APIKey{MerchantID: "teh", Mode: payment.Test, Scopes: admin}), ask(merchant.APIKey{MerchantID: "teh", Mode: payment.Live, Scopes: admin})
	if count(all) != 7 || count(own) != 5 || count(live) != 0 {
		a.Errorf("the platform sees %d, the merchant %d, its live key %d; want 7, 5, 0", count(all), count(own), count(live))
	}
	for _, text := range append(feed, all) {
		if strings.Contains(text, "canary") {
			a.Errorf("what nobody should read: %s", text)
		}
	}
}

// TestReplicasTakeTurns: two gateways on one store raise a notice once, and one goes on when the other has gone.
func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	a := newAiling(t)
	second := a.noticesOf() // with a holder of its own
	for range 3 {
		a.look()
		if err := second.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.at = a.at.Add(30 * time.Second)
	}
	if n := len(a.feed("teh", payment.Test)); n != 5 {
		t.Fatalf("%d events, want five", n)
	}
	a.at = a.at.Add(20 * time.Minute) // the first is gone; what is urgent is told again
	if err := second.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(a.feed("teh", payment.Test)); n <= 5 {
		t.Errorf("%d events: nobody goes on", n)
	}
}

// TestWhatConcernsTheGateway is told to the merchant of the configuration, in live mode.
func TestWhatConcernsTheGateway(t *testing.T) {
	t.Parallel()
	a := newAiling(t)
	k := a.notices.Keeper
	c := notice.Change{Step: notice.Raised, Kept: notice.Kept{
		Notice: notice.Notice{Cause: "clock/x", Kind: notice.Clock, Text: "off", Mend: "mend"}, ID: "ntc_x", Version: 1, RaisedAt: a.at, SaidAt: a.at, Said: 1,
	}}
	if err := k.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if feed := a.feed(demoID, payment.Live); len(feed) != 1 || !strings.Contains(feed[0], `"kind":"clock_off"`) {
		t.Errorf("told: %v", feed)
	}
	if err := k.Save(t.Context(), c); err != notice.ErrOvertaken {
		t.Errorf("a second time: %v, want ErrOvertaken", err)
	}
}

// TestTheMailerOfAConfiguration has everything that the configuration says, and the console's address where there is one.
func TestTheMailerOfAConfiguration(t *testing.T) {
	t.Parallel()
	c := config.Config{Notices: config.Notices{SMTP: config.SMTP{
		Host: "mail.example.id:587", Encryption: "starttls", From: "lunas@example.id", To: []string{"ops@example.id"}, User: "u",
		Password: merchant.NewSecret("canary"),
	}}}
	c.Console.URL = "https://console.example.id"
	m := mailerOf(c)
	if m.Host != "mail.example.id:587" || m.Encryption != notice.STARTTLS || m.From != "lunas@example.id" || len(m.To) != 1 || m.User != "u" ||
		m.Password.Reveal() != "canary" || m.Console != "https://console.example.id/console" {
		t.Errorf("mailerOf = %+v", m)
	}
	if shown := fmt.Sprintf("%+v %v", m, m); strings.Contains(shown, "canary") {
		t.Errorf("the mailer prints its password: %s", shown)
	}
	c.Console.Off = true
	if m := mailerOf(c); m.Console != "" {
		t.Errorf("the mail leads to %s, where nobody is", m.Console)
	}
	for _, mails := range []bool{false, true} {
		g := &Gateway{now: time.Now}
		if mails {
			g.config = c
		}
		if b := g.noticesOf(); (b.Mail != nil) != mails {
			t.Errorf("with a mail server %t: mails are sent %t", mails, b.Mail != nil)
		}
	}
}
