package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// book is the accounts that are known. Accounts in it are replaced and never changed, and so are the lists.
type book struct {
	sync.RWMutex
	accounts map[accountKey]*account
	byOwner  map[string][]*account       // by merchant, in the order of their coming
	all      []*account                  // in the order of their coming
	routing  map[string]merchant.Routing // by merchant, where it differs from Options.Routing
}

// SetRouting says by which rails a merchant's payments are made that name none, from now on.
func (e *Engine) SetRouting(merchantID string, r merchant.Routing) {
	e.book.Lock()
	defer e.book.Unlock()
	if e.book.routing == nil {
		e.book.routing = map[string]merchant.Routing{}
	}
	e.book.routing[merchantID] = r
}

func (e *Engine) routing(merchantID string) merchant.Routing {
	e.book.RLock()
	defer e.book.RUnlock()
	if r, ok := e.book.routing[merchantID]; ok {
		return r
	}
	return e.Routing[merchantID]
}

// ErrFixed says that something of an account cannot be changed, since payments under way build on it.
var ErrFixed = errors.New("an account's rail and environment stay what they are: payments build on them; make another account")

// SetAccount makes an account known, or takes the place of one of the same merchant and id, while the engine runs. Payments
// keep the terms under which they were asked for; what is said of them from now on is said by the new line. An account that
// is no longer wanted is closed, and stays known for the payments under way. Errors: ErrFixed, store.ErrStyle, wrapped, or
// the store's.
func (e *Engine) SetAccount(ctx context.Context, a Account) error {
	if len(a.Terminals) == 0 {
		return fmt.Errorf("account %s of merchant %s has no terminal", a.ID, a.MerchantID)
	}
	terms := a.Line.Terms()
	known := &account{Account: a, terms: terms, revision: revisionOf(terms)}
	if old := e.accountOf(a.MerchantID, a.ID); old != nil && (old.Rail != a.Rail || old.Environment != a.Environment) {
		return fmt.Errorf("account %s of merchant %s: %w", a.ID, a.MerchantID, ErrFixed)
	}
	if err := e.Store.SaveTerms(ctx, a.MerchantID, a.ID, known.revision, terms); err != nil {
		return fmt.Errorf("save the terms of account %s: %w", a.ID, err)
	}
	for _, t := range a.Terminals {
		err := e.Store.SaveTerminal(ctx, store.Terminal{
			MerchantID: a.MerchantID, ID: numbersOf(terms, a.ID, t.ID), Cursor: payment.Cursor{Style: t.Style},
		})
		if err != nil {
			return fmt.Errorf("save terminal %s of account %s: %w", t.ID, a.ID, err)
		}
	}
	e.mu.Lock()
	e.terms[termsKey{a.MerchantID, a.ID, known.revision}] = terms
	e.mu.Unlock()
	e.book.set(known)
	return nil
}

func (b *book) set(a *account) {
	b.Lock()
	defer b.Unlock()
	key := accountKey{a.MerchantID, a.ID}
	old := b.accounts[key]
	b.accounts[key] = a
	b.byOwner[a.MerchantID] = replaced(b.byOwner[a.MerchantID], old, a)
	if old == nil {
		b.all = append(b.all, a) // who reads a shorter list does not see it
		return
	}
	b.all = replaced(b.all, old, a)
}

// replaced is a list with one account in the place of another, or at the end.
func replaced(list []*account, old, a *account) []*account {
	list = slices.Clone(list)
	if i := slices.Index(list, old); old != nil && i >= 0 {
		list[i] = a
		return list
	}
	return append(list, a)
}

// accountOf gives an account as it is now; nil where there is none.
func (e *Engine) accountOf(merchantID, accountID string) *account {
	e.book.RLock()
	defer e.book.RUnlock()
	return e.book.accounts[accountKey{merchantID, accountID}]
}

// accountsOf gives a merchant's accounts in the order of their coming. It must not be changed.
func (e *Engine) accountsOf(merchantID string) []*account {
	e.book.RLock()
	defer e.book.RUnlock()
	return e.book.byOwner[merchantID]
}

func (e *Engine) allAccounts() []*account {
	e.book.RLock()
	defer e.book.RUnlock()
	return e.book.all
}

// AccountsOf gives a merchant's accounts as they are now, closed ones too, in the order of their coming.
func (e *Engine) AccountsOf(merchantID string) []Account {
	var list []Account
	for _, a := range e.accountsOf(merchantID) {
		list = append(list, a.Account)
	}
	return list
}

// TermsRevision names the terms of an account as they are now, which are frozen into what is requested; empty where there is no
// such account.
func (e *Engine) TermsRevision(merchantID, accountID string) string {
	for _, a := range e.accountsOf(merchantID) {
		if a.ID == accountID {
			return a.revision
		}
	}
	return ""
}

// MerchantAt tells whose account of a rail has this id, for what names no merchant. It is false when there is none, and
// when there are several.
func (e *Engine) MerchantAt(r payment.Rail, accountID string) (merchantID string, ok bool) {
	for _, a := range e.allAccounts() {
		if a.ID == accountID && a.Rail == r {
			if ok {
				return "", false
			}
			merchantID, ok = a.MerchantID, true
		}
	}
	return merchantID, ok
}

// RailOf gives the rail of an account; false when the account is not set up.
func (e *Engine) RailOf(merchantID, accountID string) (rail.Rail, bool) {
	a := e.accountOf(merchantID, accountID)
	if a == nil {
		return nil, false
	}
	return a.Line, true
}
