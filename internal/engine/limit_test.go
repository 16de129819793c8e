package engine_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

const ignores = "081211111111"

// asks asks for a push and gives the refusal, if there is one.
func (w *world) asks(phone, by, key string) *payment.Refusal {
	w.Helper()
	o := w.order(phone)
	o.By, o.Key = by, store.Key{Key: key, Fingerprint: "f"}
	_, _, err := w.engine.Request(w.Context(), o)
	var refusal *payment.Refusal
	if err != nil && !errors.As(err, &refusal) {
		w.Fatalf("Request = %v", err)
	}
	return refusal
}

// Nobody's phone can be flooded with pushes, by however many gateways and merchants.
func TestAPhoneIsNotFlooded(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.place = merchant.Staging
		w.limits = engine.Limits{Phone: []engine.Rate{{Count: 3, Per: 3 * time.Minute}}, PhoneKey: []byte("hides")}
		w.restart(w.store)
		start := time.Now()
		for range 2 {
			if r := w.asks(ignores, "", ""); r != nil {
				t.Fatalf("within the limit: %v", r)
			}
		}
		w.restartAs("own_other", w.store) // another replica counts on
		if r := w.asks(ignores, "", "k"); r != nil {
			t.Fatalf("the third: %v", r)
		}
		r := w.asks(ignores, "", "")
		if r == nil || r.Code != engine.CodePhoneLimited || r.Field != "phone" || !r.Until.Equal(start.Add(time.Minute)) {
			t.Fatalf("the fourth: %+v, want it refused until a minute after the first", r)
		}
		if strings.Contains(r.Error(), ignores[1:]) {
			t.Errorf("the refusal names the phone: %v", r)
		}
		if r := w.asks(ignores, "", "k"); r != nil {
			t.Errorf("a repeated request is refused: %v", r)
		}
		if r := w.asks("081211119999", "", ""); r != nil {
			t.Errorf("another phone: %v", r)
		}
		synctest.Wait()
		w.wantPushes(4)
		time.Sleep(time.Until(r.Until))
		if r := w.asks(ignores, "", ""); r != nil {
			t.Errorf("after the wait: %v", r)
		}
	})
}

func TestAKeyHasItsLimit(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w *world) {
		w.limits = engine.Limits{Key: []engine.Rate{{Count: 1, Per: time.Minute}}, Phone: []engine.Rate{{Count: 1, Per: time.Hour}}, PhoneKey: []byte("hides")}
		w.restart(w.store)
		if r := w.asks(ignores, "key_1", ""); r != nil {
			t.Fatalf("the first: %v", r)
		}
		if r := w.asks(ignores, "key_1", ""); r == nil || r.Code != engine.CodeKeyLimited {
			t.Errorf("the second with this key: %+v, want %s", r, engine.CodeKeyLimited)
		}
		if r := w.asks(ignores, "key_2", ""); r != nil { // phones are not limited in the sandbox
			t.Errorf("another key: %v", r)
		}
	})
}

func TestLimitsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, l := range []engine.Limits{
		{Phone: []engine.Rate{{Count: 1, Per: time.Minute}}},
		{Phone: []engine.Rate{{Count: 0, Per: time.Minute}}, PhoneKey: []byte("k")},
		{Key: []engine.Rate{{Count: 1}}},
	} {
		inBubble(t, func(w *world) {
			_, err := engine.New(t.Context(), engine.Options{Store: w.store, Keyring: w.keyring(), Limits: l})
			if err == nil {
				t.Errorf("New with %+v = nil, want an error", l)
			}
		})
	}
}

func (w *world) keyring() *exchange.Keyring {
	w.Helper()
	k, err := exchange.NewKeyring(make([]byte, 32))
	if err != nil {
		w.Fatal(err)
	}
	return k
}
