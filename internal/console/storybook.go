package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/internal/storybook"
)

// The people and the shop of the storybook.
const (
	sampleShop    = "kedai"
	sampleOwner   = "usr_ayu"
	sampleAsker   = "usr_budi"
	sampleTill    = "till-1"
	sampleRequest = "apr_storybook"
)

// Storybook is the console with made-up payments, users and requests, in memory, as an owner sees it. Its clock stands still,
// no provider is called, and nothing can be done: what a form would do is refused. Call closing at the end.
func Storybook(ctx context.Context) (room storybook.Room, closing func(), err error) {
	at := time.Date(2026, 3, 21, 12, 0, 0, 0, payment.WIB)
	clock := func() time.Time { return at }
	kept := memory.New(memory.Options{Now: clock})
	keyring, err := exchange.NewKeyring(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		return room, nil, err
	}
	line := silentProvider{answered: make(chan struct{})}
	motion, err := engine.New(ctx, engine.Options{
		Store: kept, Keyring: keyring, Now: clock, Log: slog.New(slog.DiscardHandler),
		After:    func(time.Duration, func()) (stop func() bool) { return func() bool { return true } },
		Accounts: []engine.Account{{Line: line, Account: sampleAccount()}},
	})
	if err != nil {
		return room, nil, err
	}
	shops, err := sampleShops(ctx, kept, keyring, clock)
	if err != nil {
		return room, nil, err
	}
	c := New(Options{
		Engine: motion, Registry: shops, Keyring: keyring, Key: bytes.Repeat([]byte{9}, 32), Now: clock, Wall: clock, Log: slog.New(slog.DiscardHandler),
		Merchants: func(context.Context) ([]Merchant, error) {
			return []Merchant{{sampleShop, "Kedai Kopi Senja"}, {"roti", "Toko Roti Melati"}}, nil
		},
	})
	token, shown, err := samples(ctx, c, kept, motion, at)
	closing = func() { close(line.answered); _ = kept.Close() }
	if err != nil {
		closing()
		return room, nil, err
	}
	cookie := &http.Cookie{Name: c.s.cookieName(), Value: token}
	return storybook.Room{Name: "console", Views: views(c.s.routes(), shown), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/console") {
			http.NotFound(w, r)
			return
		}
		if r = r.Clone(r.Context()); r.URL.Path != "/console/login" {
			r.Header.Del("Cookie")
			r.AddCookie(cookie)
		}
		c.ServeHTTP(w, r)
	})}, closing, nil
}

// sampleShops knows the shop of the storybook as data, so that it can be seen how it is changed.
func sampleShops(ctx context.Context, kept store.Registry, keyring *exchange.Keyring, clock func() time.Time) (*registry.Registry, error) {
	r := registry.New(registry.Options{
		Store: kept, Keyring: keyring, Now: clock,
		Read: func(string, string, []byte, map[string]string) (merchant.Account, error) { return sampleAccount(), nil },
		Open: func(merchant.Account) (rail.Rail, error) { return silentProvider{}, nil },
		Set:  func(context.Context, engine.Account) error { return nil },
	})
	_, err := r.CreateMerchant(ctx, sampleShop, "Kedai Kopi Senja")
	if err == nil {
		_, err = r.CreateOutlet(ctx, sampleShop, "tebet", "Kedai Kopi Senja Tebet")
	}
	if err == nil {
		_, err = r.CreateAccount(ctx, sampleShop, registry.NewAccount{ID: "ovo", Settings: []byte(`{}`), Secrets: map[string]string{"app_key": "none"}})
	}
	if err == nil {
		_, _, err = r.CreateKey(ctx, merchant.APIKey{MerchantID: sampleShop, Mode: payment.Test, Name: "Kasir", Scopes: []merchant.Scope{merchant.Read, merchant.Pay}})
	}
	return r, err
}

// views are all pages that the table of routes has and that need nothing but a merchant, and those of what was made up.
func views(routes []route, shown map[string]payment.Payment) (list []storybook.View) {
	add := func(group, name, path string) {
		list = append(list, storybook.View{Group: group, Name: name, Path: path})
	}
	for _, name := range []string{"paid", "declined", "waiting"} {
		at := "/console/m/" + sampleShop + "/payments/" + shown[name].ID
		add("a payment", name, at)
		if name == "paid" {
			add("a payment", "asking for a void", at+"/ask/void")
			add("a payment", "asking to see what is masked", at+"/unmask")
		}
	}
	add("by two people", "a request", "/console/m/"+sampleShop+"/approvals/"+sampleRequest)
	add("by two people", "moving a terminal's numbers", "/console/m/"+sampleShop+"/terminals/"+sampleTill+"/numbering")
	shop := "/console/m/" + sampleShop + "/merchant/"
	add("a merchant", "switching an account off", shop+"accounts/ovo/switch")
	add("a merchant", "a new terminal", shop+"accounts/ovo/terminals/new")
	add("people", "log-in", "/console/login")
	add("people", "a user", "/console/users/"+sampleAsker)
	add("apology", "no such page", "/console/nothing")
	for _, rt := range routes {
		path, page := strings.CutPrefix(strings.NewReplacer("{merchant}", sampleShop, "{$}", "").Replace(rt.pattern), "GET ")
		if page && rt.needs != anyone && !strings.ContainsAny(path, "{.") && !strings.HasSuffix(path, "/events") {
			add("pages", strings.TrimPrefix(path, "/console"), path)
		}
	}
	return list
}

// samples makes everything up, and gives the owner's session.
func samples(ctx context.Context, c *Console, kept store.Store, motion *engine.Engine, at time.Time) (token string, shown map[string]payment.Payment, err error) {
	shown = map[string]payment.Payment{}
	for i, name := range []string{"paid", "declined", "waiting"} {
		phone, err := payment.ParsePhone("08121111111" + fmt.Sprint(i))
		if err != nil {
			return "", nil, err
		}
		p, _, err := motion.Request(ctx, engine.Order{
			MerchantID: sampleShop, Mode: payment.Test, Method: payment.OVOPush, Phone: phone,
			Amount: sampleAmounts[i], Reference: fmt.Sprintf("INV-%d", 2071+i), Description: "Kopi susu dan roti bakar",
		})
		for err == nil && name != "waiting" && !p.State.Final() {
			p, err = motion.Wait(ctx, p.MerchantID, p.ID, p.Version)
		}
		if err != nil {
			return "", nil, err
		}
		shown[name] = p
	}
	for _, u := range []operator.User{
		{ID: sampleOwner, Name: "ayu@kopi.example", Grants: []operator.Grant{{MerchantID: operator.Everywhere, Role: operator.Owner}}},
		{ID: sampleAsker, Name: "budi@kopi.example", Grants: []operator.Grant{{MerchantID: sampleShop, Role: operator.Operator}}},
	} {
		u.Version, u.Password, u.CreatedAt = 1, "none", at
		u.TOTP, err = c.s.sealTOTP(u.ID, bytes.Repeat([]byte{1}, operator.TOTPBytes))
		if err = errors.Join(err, kept.SaveUser(ctx, u)); err != nil {
			return "", nil, err
		}
	}
	if _, err = kept.Sequence(ctx, 100); err == nil {
		_, err = c.s.followOn(ctx) // today's tallies
	}
	token = newToken()
	return token, shown, errors.Join(err,
		kept.StartSession(ctx, operator.Session{Hash: operator.HashOf(token), UserID: sampleOwner, CreatedAt: at, SeenAt: at}),
		kept.RequestApproval(ctx, operator.Approval{
			ID: sampleRequest, MerchantID: sampleShop, Action: operator.Void, Subject: shown["paid"].ID, Reason: "Pesanan batal, kopi sudah dingin",
			State: operator.Pending, RequestedBy: sampleAsker, RequestedAt: at, ExpiresAt: at.Add(operator.ApprovalLife),
		}))
}

var sampleAmounts = [...]payment.Rupiah{45_500, declinedAmount, 27_000} // never written

// declinedAmount is what nobody pays.
const declinedAmount payment.Rupiah = 18_017

func sampleAccount() merchant.Account {
	return merchant.Account{
		ID: "ovo", MerchantID: sampleShop, Rail: payment.OVO, Environment: merchant.Sandbox, Terms: payment.OVOTerms(),
		Terminals: []merchant.Terminal{{
			Style:    payment.BySequence,
			Terminal: payment.Terminal{ID: sampleTill, TID: "00000179", MID: "MID1", MerchantID: "OVO1", StoreCode: "STORE1"},
		}},
	}
}

// silentProvider answers at once, without a wire, except for the customer who is waited for.
type silentProvider struct{ answered chan struct{} }

// Terms implements rail.Rail.
func (silentProvider) Terms() payment.Terms { return payment.OVOTerms() }

// Render implements rail.Rail.
func (silentProvider) Render(c payment.Command, at time.Time) (rail.Rendered, error) {
	call, target, _ := payment.CallOf(c)
	body := fmt.Sprintf(`{"amount":%d,"batchNo":"%d"}`, int64(target.Amount), int(target.Number.Batch))
	wire := fmt.Sprintf("POST /pos HTTP/1.1\r\nHost: provider.example\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return rail.Rendered{Operation: string(call), At: at, Wire: []byte(wire)}, nil
}

// Do implements rail.Rail.
func (p silentProvider) Do(ctx context.Context, r rail.Rendered) (payment.Outcome, error) {
	switch {
	case bytes.Contains(r.Wire, []byte(fmt.Sprintf(`"amount":%d`, sampleAmounts[2]))):
		select {
		case <-p.answered:
		case <-ctx.Done():
		}
		return payment.Outcome{}, rail.ErrNoAnswer
	case bytes.Contains(r.Wire, []byte(fmt.Sprintf(`"amount":%d`, declinedAmount))):
		return payment.Outcome{Class: payment.Refused, Code: "17", Cause: payment.ReasonCanceled}, nil
	}
	return payment.Outcome{Class: payment.Approved, Code: "00", ApprovalCode: "123456"}, nil
}
