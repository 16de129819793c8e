package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file keeps people's phones from being flooded with pushes, and a gateway from being flooded by one of its
// merchants. What is counted stands in the store, so that replicas count together.

// Rate is how often something may happen: Count times at once, and from then on one time more every Per/Count.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits are how often payments may be asked for. Empty lists limit nothing.
type Limits struct {
	// Phone is for pushes to one phone number, whichever merchant asks. Accounts of the sandbox are not limited.
	Phone []Rate
	// Key is for payments asked for with one API key.
	Key []Rate
	// PhoneKey hides phone numbers where they are counted. Needed with Phone.
	PhoneKey []byte
}

// The codes of refusals by limits.
const (
	CodePhoneLimited = "phone_limited"
	CodeKeyLimited   = "key_limited"
)

// limitsOf lists what an order counts against.
func (e *Engine) limitsOf(o Order, a *account) (limits []store.Limit) {
	if o.By != "" {
		limits = named(limits, "key/"+o.MerchantID+"/"+o.By, e.Limits.Key)
	}
	if o.Phone.IsZero() || a.Environment == merchant.Sandbox || len(e.Limits.Phone) == 0 {
		return limits
	}
	mac := hmac.New(sha256.New, e.Limits.PhoneKey)
	_, _ = mac.Write([]byte(o.Phone.Digits()))
	return named(limits, "phone/"+hex.EncodeToString(mac.Sum(nil)[:16]), e.Limits.Phone)
}

func named(limits []store.Limit, name string, rates []Rate) []store.Limit {
	for _, r := range rates {
		limits = append(limits, store.Limit{Name: name + "/" + r.Per.String(), Count: r.Count, Per: r.Per})
	}
	return limits
}

// limitRefusal says that a limit is used up, without its name, which would tell two phones' orders to be of one phone.
func limitRefusal(r *store.LimitReached) *payment.Refusal {
	refusal := &payment.Refusal{
		Code: CodeKeyLimited, Until: r.Until, Message: "too many payments were asked for with this API key in a short time",
	}
	if strings.HasPrefix(r.Name, "phone/") {
		refusal.Code, refusal.Field = CodePhoneLimited, "phone"
		refusal.Message = "this phone number got too many payment requests in a short time"
	}
	return refusal
}

// forgetEvery is how often (in real time) limits that are full again are forgotten.
const forgetEvery = time.Hour

// forgetLimits keeps the store from growing with every phone that was ever pushed to.
func (e *Engine) forgetLimits(ctx context.Context) error {
	return e.Store.ForgetLimits(ctx, e.Now().Add(-time.Minute))
}

func (l Limits) check() error {
	if len(l.Phone) > 0 && len(l.PhoneKey) == 0 {
		return fmt.Errorf("engine: limits on phones need a key that hides their numbers")
	}
	for _, rates := range [][]Rate{l.Phone, l.Key} {
		for _, r := range rates {
			if r.Count < 1 || r.Per <= 0 {
				return fmt.Errorf("engine: a limit of %d in %s is none", r.Count, r.Per)
			}
		}
	}
	return nil
}
