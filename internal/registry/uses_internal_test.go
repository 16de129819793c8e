package registry

import (
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store/memory"
)

// TestUsesAreNotedOnceAMinute: a busy key costs one write a minute.
func TestUsesAreNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	keyring, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
	r := New(Options{
		Store: memory.New(memory.Options{}), Keyring: keyring, Now: func() time.Time { return now },
		Configured: []merchant.Merchant{{ID: "file"}},
	})
	k, _, err := r.CreateKey(t.Context(), merchant.APIKey{})
	if err != nil {
		t.Fatal(err)
	}
	start := now
	for _, c := range []struct{ at, noted time.Duration }{{0, 0}, {30 * time.Second, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}} {
		now = start.Add(c.at)
		r.Used(k)
		r.Used(merchant.APIKey{ID: "key_file", MerchantID: "file"})
		if err := r.noteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := r.Keys(t.Context(), "")
		if err != nil || !list[0].LastUsed.Equal(start.Add(c.noted)) {
			t.Errorf("after %s the key was last used after %s, %v; want %s", c.at, list[0].LastUsed.Sub(start), err, c.noted)
		}
	}
	if len(r.used) != 1 {
		t.Errorf("%d keys have uses, want 1: those of the configuration have none", len(r.used))
	}
}
