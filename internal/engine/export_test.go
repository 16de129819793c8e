package engine

import (
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/store"
)

// Remembered counts what the engine keeps in memory of payments.
func (e *Engine) Remembered() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.held) + len(e.waits) + len(e.facts) + e.busy
}

// IssuedLock is the lock under which a replica makes a token for a provider.
func IssuedLock(merchantID, accountID, holder string, until time.Time) store.Lock {
	a := &account{Account: Account{Account: merchant.Account{ID: accountID, MerchantID: merchantID}}}
	return store.Lock{MerchantID: merchantID, Name: issuedName(a), Holder: holder, Until: until}
}
