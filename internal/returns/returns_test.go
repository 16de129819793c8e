package returns

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

var (
	at     = time.Date(2026, time.March, 21, 10, 0, 0, 0, payment.WIB)
	master = []byte("0123456789abcdef0123456789abcdef")
)

func sample() payment.Payment {
	return payment.Payment{
		ID: "pay_01kafz0q3gf7ktc1ms2cqc1b9w", MerchantID: "mer_a", Mode: payment.Test, Reference: "INV & 7", State: payment.Paid, Version: 3,
		ReturnURL: "https://shop.example/orders/7?lang=id#top",
	}
}

// The address is the shop's own with what is said of the payment behind it; the golden value is what helpers verify.
func TestAddress(t *testing.T) {
	t.Parallel()
	got, ok := NewSigner(master).Address(sample(), at)
	const want = "https://shop.example/orders/7?lang=id&payment_id=pay_01kafz0q3gf7ktc1ms2cqc1b9w&reference=INV+%26+7&state=paid&version=3&time=1774062000&signature=v1.exenx6SLJcSQpiadcCcryF6KzkL82-KOezLBn_4STns#top"
	if !ok || got != want {
		t.Errorf("address = %s, %v\nwant %s", got, ok, want)
	}
	if key, want := NewSigner(master).Key("mer_a", payment.Test), "retsec_iFG5W2HMInWmAAjTTvQ0rdEfAVSmwyQpu2H159W2rto="; key != want {
		t.Errorf("the merchant's key = %s, want %s", key, want)
	}
}

// Whatever is changed changes the signature; and merchants, modes and master keys have keys of their own.
func TestWhatIsSigned(t *testing.T) {
	t.Parallel()
	signature := func(s Signer, change func(*payment.Payment), now time.Time) string {
		p := sample()
		change(&p)
		address, ok := s.Address(p, now)
		u, err := url.Parse(address)
		if !ok || err != nil {
			t.Fatal(address, err)
		}
		return u.Query().Get("signature")
	}
	same := func(*payment.Payment) {}
	seen := map[string]string{}
	for name, s := range map[string]string{
		"as it is":         signature(NewSigner(master), same, at),
		"another payment":  signature(NewSigner(master), func(p *payment.Payment) { p.ID = "pay_2" }, at),
		"another ref":      signature(NewSigner(master), func(p *payment.Payment) { p.Reference = "INV" }, at),
		"another state":    signature(NewSigner(master), func(p *payment.Payment) { p.State = payment.Declined }, at),
		"another version":  signature(NewSigner(master), func(p *payment.Payment) { p.Version++ }, at),
		"another time":     signature(NewSigner(master), same, at.Add(time.Second)),
		"another merchant": signature(NewSigner(master), func(p *payment.Payment) { p.MerchantID = "mer_b" }, at),
		"another mode":     signature(NewSigner(master), func(p *payment.Payment) { p.Mode = payment.Live }, at),
		"another master":   signature(NewSigner([]byte("another 0123456789abcdef01234567")), same, at),
		"two master keys":  signature(NewSigner([]byte("another 0123456789abcdef01234567"), master), same, at),
	} {
		if other, known := seen[s]; known {
			t.Errorf("%s is signed as %s", name, other)
		}
		seen[s] = name
	}
	both := signature(NewSigner([]byte("another 0123456789abcdef01234567"), master), same, at)
	if one := signature(NewSigner(master), same, at); !strings.HasSuffix(both, "~"+one) {
		t.Errorf("while the key is rotated: %s, without that of before, %s", both, one)
	}
}

// FuzzParse: nobody is sent anywhere but to https, or in test mode to this machine, and never to an address with our names.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"https://shop.example/", "http://localhost/x?y=z", "http://[::1]:80", "javascript:alert(1)", "//x", "https://u:p@x/", "https://x/?state=1",
		"http://0x7f.1/", "http://127.0.0.1.x/", "https://x/?a=%zz", "HTTPS://X", "http://LOCALHOST",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		for _, mode := range []payment.Mode{payment.Test, payment.Live} {
			u, ok := Parse(address, mode)
			if !ok {
				continue
			}
			if u.Host == "" || u.User != nil || u.Scheme != "https" && (mode == payment.Live || u.Scheme != "http") {
				t.Fatalf("%q is taken as %v", address, u)
			}
			p := sample()
			p.ReturnURL, p.Mode = address, mode
			to, ok := NewSigner(master).Address(p, at)
			back, err := url.Parse(to)
			if !ok || err != nil || back.Host != u.Host || back.Scheme != u.Scheme || len(back.Query()["payment_id"]) != 1 || back.Query().Get("payment_id") != p.ID {
				t.Fatalf("%q leads to %q, %v", address, to, err)
			}
		}
	})
}
