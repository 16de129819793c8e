package rail_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/rail/railtest"
	"github.com/lunas-pay/lunas/sandbox"
)

const (
	payer    = "081211119999"
	decliner = "081211110017"
)

func ovoAccount(host string) merchant.Account {
	demo := sandbox.DemoMerchant()
	return merchant.Account{
		ID: "ovo", MerchantID: "demo", Rail: payment.OVO, Environment: merchant.Sandbox, URL: "http://" + host + "/pos",
		Terms: payment.OVOTerms(), OVO: merchant.OVOCredentials{AppID: demo.AppID, AppKey: merchant.NewSecret(demo.AppKey)},
		Terminals: []merchant.Terminal{{Style: payment.BySequence, Terminal: ovoTerminal()}},
	}
}

func ovoTerminal() payment.Terminal {
	demo := sandbox.DemoMerchant()
	shop := demo.Stores[0]
	return payment.Terminal{
		ID: "till-1", TID: shop.Terminals[0].TID, MID: shop.Terminals[0].MID, MerchantID: demo.MerchantID, StoreCode: shop.Code,
	}
}

func push(phone string, n int, now time.Time) payment.Command {
	number, err := payment.ParsePhone(phone)
	if err != nil {
		panic(err)
	}
	return payment.Push{Target: payment.Target{
		Terminal: ovoTerminal(), Number: payment.Number{Batch: 1, Reference: payment.ReferenceNumber(n)},
		Invoice: payment.Invoice("pay_test", n), Amount: 12500, Phone: number, PushedAt: now.Truncate(time.Millisecond), Try: 1,
		Until: now.Add(75 * time.Second),
	}, SendBy: now.Add(2 * time.Second)}
}

func TestOVO(t *testing.T) {
	t.Parallel()
	railtest.Run(t, railtest.Subject{
		Open: func(host string, transport http.RoundTripper, now func() time.Time) (rail.Rail, error) {
			return rail.Open(ovoAccount(host), transport, now)
		},
		Provider: func(t *testing.T) http.Handler {
			s := sandbox.New(sandbox.Options{Wallets: []sandbox.Wallet{
				{Phone: payer, Name: "Budi", Cash: 1_000_000, Habit: sandbox.Effect{Customer: sandbox.Cash}},
				{Phone: decliner, Name: "Citra", Cash: 1_000_000, Habit: sandbox.Effect{Code: "17"}},
			}})
			t.Cleanup(s.Close)
			return s.OVO()
		},
		Approved: func(n int, now time.Time) payment.Command { return push(payer, n, now) },
		Declined: func(n int, now time.Time) payment.Command { return push(decliner, n, now) },
		Secrets:  []string{payer, sandbox.DemoMerchant().AppKey},
	})
}

// OVO lists these codes; what each means depends on what was asked. Source: OVO, Push To Pay API, "Response Code".
func TestOVOCodes(t *testing.T) {
	t.Parallel()
	line, err := rail.Open(ovoAccount("127.0.0.1:1"), http.DefaultTransport, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	explainer := line.(rail.Explainer)
	for _, code := range strings.Fields("00 13 14 17 25 26 40 54 56 58 61 63 64 65 67 68 73 94 96 ER EB TO BR") {
		x, known := explainer.Explain(payment.CallPush, code)
		if !known || x.Provider == "" || x.Indonesian == "" || x.English == "" {
			t.Errorf("Explain(push, %s) = %+v, %t; want the provider's words and ours in two languages", code, x, known)
		}
	}
	if _, known := explainer.Explain(payment.CallPush, "99"); known {
		t.Error("99 is no code of OVO's")
	}
}

func TestOtherRailsAreNamed(t *testing.T) {
	t.Parallel()
	for _, r := range []payment.Rail{payment.DOKU, payment.Faspay, "visa"} {
		a := ovoAccount("127.0.0.1:1")
		a.Rail = r
		if _, err := rail.Open(a, http.DefaultTransport, time.Now); err == nil || !strings.Contains(err.Error(), string(r)) {
			t.Errorf("Open(%s) = %v, want an error that names it", r, err)
		}
	}
}

// A reversal and a void carry their own time, or the push's where the account says so; a check always the push's.
// Source: OVO, Push To Pay API, "Check Status".
func TestOVODates(t *testing.T) {
	t.Parallel()
	pushed := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	target := push(payer, 1, pushed).(payment.Push).Target
	const own, original = `"date":"2026-03-21 10:01:05.000"`, `"date":"2026-03-21 10:00:00.000"`
	for _, test := range []struct {
		command payment.Command
		keep    bool
		want    string
	}{
		{payment.Reverse{Target: target}, false, own},
		{payment.Void{Target: target}, false, own},
		{payment.Reverse{Target: target}, true, original},
		{payment.Void{Target: target}, true, original},
		{payment.Inquire{Target: target, Of: payment.CallPush}, false, original},
		{payment.Inquire{Target: target, Of: payment.CallVoid}, false, original},
	} {
		a := ovoAccount("127.0.0.1:1")
		a.OVO.OriginalDate = test.keep
		line, err := rail.Open(a, http.DefaultTransport, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		m, err := line.Render(test.command, pushed.Add(65*time.Second))
		if err != nil || !strings.Contains(string(m.Wire), test.want) {
			t.Errorf("%T, original date %t: %v, want %s in %s", test.command, test.keep, err, test.want, m.Wire)
		}
	}
}

// OVO prescribes two bullets "or" one sentence for the page on which a customer waits; the account chooses.
// Source: OVO, Push To Pay API, "Instruction in the Waiting Page".
func TestOVOInstructions(t *testing.T) {
	t.Parallel()
	for one, want := range map[bool][]string{
		false: {
			"Open you OVO Application and click bell icon to complete the Payment",
			"Make sure you complete the payment with a specified time limit to avoid transaction timeout",
		},
		true: {"Open your OVO Application and click the bell icon to complete the payment and make sure you complete the payment with a specified time to avoid transaction timeout"},
	} {
		r, err := rail.Open(merchant.Account{
			ID: "ovo", MerchantID: "m", Rail: payment.OVO, URL: "http://127.0.0.1:1/pos", Terms: payment.OVOTerms(),
			OVO: merchant.OVOCredentials{AppID: "lunas", AppKey: merchant.NewSecret("secret"), OneSentence: one},
		}, http.DefaultTransport, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, step := range r.(rail.Instructor).Instructions() {
			got = append(got, step.EN)
			if step.ID == "" || step.ID == step.EN {
				t.Errorf("%+v has no Indonesian", step)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("one sentence %v: %q, want %q", one, got, want)
		}
	}
}
