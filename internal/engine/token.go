package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file keeps access tokens: one for each account, sealed in the store, shared by all replicas, renewed by one of
// them while the others wait. A message needs its token when it is written, inside a commit that must not wait for
// anybody; so the token is had before, or the change is not made now.

const (
	tokenMargin  = time.Minute      // a token that lives shorter is renewed first
	tokenTimeout = 10 * time.Second // for the provider to give one
	tokenRetry   = time.Second      // after a failure nobody asks for so long
)

// CodeProviderAway is the code of a refusal where the provider gives no access token now.
const CodeProviderAway = "provider_unreachable"

// tokenState is what this process knows of an account's tokens. It is guarded by the engine's lock.
type tokenState struct {
	current rail.Token
	dead    string // the value of one that the provider does not take any more
	asking  bool
	failed  time.Time
	failure error
}

// storedToken is the sealed form. Previous is kept, since a notification may still be signed with it.
type storedToken struct {
	Value    string    `json:"value"`
	Expires  time.Time `json:"expires"`
	Previous string    `json:"previous,omitempty"`
}

func (t storedToken) token() rail.Token {
	return rail.Token{Value: merchant.NewSecret(t.Value), Expires: t.Expires}
}

// workOf prepares a change of a payment, with the token that is known here, if it needs one.
func (e *Engine) workOf(p payment.Payment, terms payment.Terms) work {
	w := work{terms: terms}
	a := e.accountOf(p.MerchantID, p.Account)
	if a == nil {
		return w
	}
	w.line = a.Line
	if line, tokened := a.Line.(rail.Tokened); tokened {
		if t, ok := e.knownToken(a); ok {
			w.line, w.token = line.WithToken(t), t
		}
	}
	return w
}

func (e *Engine) knownToken(a *account) (rail.Token, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	st := e.tokens[accountKey{a.MerchantID, a.ID}]
	if st == nil || !e.usable(st, st.current) {
		return rail.Token{}, false
	}
	return st.current, true
}

func (e *Engine) usable(st *tokenState, t rail.Token) bool {
	return !t.Value.IsZero() && t.Value.Reveal() != st.dead && e.Now().Add(tokenMargin).Before(t.Expires)
}

// tokenDied forgets a token that the provider does not take any more.
func (e *Engine) tokenDied(key accountKey, t rail.Token) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if st := e.tokens[key]; st != nil && !t.Value.IsZero() {
		st.dead = t.Value.Reveal()
	}
}

// needToken has a token ready for a change of this account.
func (e *Engine) needToken(ctx context.Context, a *account, w *work) error {
	line, tokened := a.Line.(rail.Tokened)
	if !tokened {
		return nil
	}
	t, err := e.fetchToken(ctx, a, line)
	if err == nil {
		w.line, w.token = line.WithToken(t), t
	}
	return err
}

// withToken has a token ready for a change that was found to need one, and gives the event the present time.
func (e *Engine) withToken(ctx context.Context, p payment.Payment, ev payment.Event) (payment.Event, error) {
	a := e.accountOf(p.MerchantID, p.Account)
	var w work
	err := e.needToken(ctx, a, &w)
	asked, isAsk := ev.(payment.Asked)
	switch {
	case err != nil && isAsk:
		return ev, noTokenNow(err, e.Now())
	case err != nil:
		return ev, err
	case isAsk:
		asked.At = e.Now()
		return asked, nil
	}
	return again(ev, e.Now()), nil
}

// noTokenNow turns the lack of a token into a refusal; other trouble stays what it is.
func noTokenNow(err error, now time.Time) error {
	if !errors.Is(err, rail.ErrNoToken) {
		return err
	}
	return &payment.Refusal{
		Code: CodeProviderAway, Until: now.Add(tokenRetry),
		Message: "the provider gives no access now, so nothing was done; try again",
	}
}

// fetchToken gives a usable token: the one that is known here, the one that another replica has stored, or a new one. Its
// error wraps rail.ErrNoToken where the provider gives none, or is the store's or the context's.
func (e *Engine) fetchToken(ctx context.Context, a *account, line rail.Tokened) (rail.Token, error) {
	st := e.tokenState(a)
	for {
		e.mu.Lock()
		switch {
		case e.usable(st, st.current):
			defer e.mu.Unlock()
			return st.current, nil
		case e.Now().Before(st.failed.Add(tokenRetry)) && st.failure != nil:
			defer e.mu.Unlock()
			return rail.Token{}, st.failure
		}
		if !st.asking {
			st.asking = true
			break
		}
		e.mu.Unlock()
		if err := e.Sleep(ctx, 10*time.Millisecond); err != nil {
			return rail.Token{}, err
		}
	}
	dead := st.dead
	e.mu.Unlock()
	t, err := e.renewToken(context.WithoutCancel(ctx), a, line, dead)
	e.mu.Lock()
	defer e.mu.Unlock()
	st.asking = false
	if err != nil {
		st.failed, st.failure = e.Now(), err
		e.Log.Error("no access token can be had; trying again", "merchant", a.MerchantID, "account", a.ID, "error", err)
		return rail.Token{}, st.failure
	}
	st.current, st.failure = t, nil
	return t, nil
}

func (e *Engine) tokenState(a *account) *tokenState {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := accountKey{a.MerchantID, a.ID}
	if e.tokens[key] == nil {
		e.tokens[key] = &tokenState{}
	}
	return e.tokens[key]
}

// renewToken takes what another replica has stored, or waits while one asks, or asks.
func (e *Engine) renewToken(ctx context.Context, a *account, line rail.Tokened, dead string) (rail.Token, error) {
	lock := store.Lock{MerchantID: a.MerchantID, Name: tokenName(a), Holder: e.NewID("tok_")}
	began := e.Now()
	for {
		now := e.Now()
		stored, err := e.loadToken(ctx, a)
		if err != nil {
			return rail.Token{}, err
		}
		if t := stored.token(); e.usable(&tokenState{dead: dead}, t) {
			return t, nil
		}
		lock.Until = now.Add(tokenTimeout + 5*time.Second)
		got, err := e.Store.Acquire(ctx, lock, now)
		switch {
		case err != nil:
			return rail.Token{}, err
		case got:
			defer e.release(lock)
			return e.askToken(ctx, a, line, dead)
		case now.Sub(began) > tokenTimeout+5*time.Second:
			return rail.Token{}, fmt.Errorf("%w: another process asks for one and does not come back", rail.ErrNoToken)
		}
		if err := e.Sleep(ctx, 50*time.Millisecond); err != nil {
			return rail.Token{}, err
		}
	}
}

// askToken asks the provider, under the lock, unless somebody has just done so.
func (e *Engine) askToken(ctx context.Context, a *account, line rail.Tokened, dead string) (rail.Token, error) {
	stored, err := e.loadToken(ctx, a)
	if err != nil {
		return rail.Token{}, err
	}
	if t := stored.token(); e.usable(&tokenState{dead: dead}, t) {
		return t, nil
	}
	now := e.Now()
	rendered, err := line.RenderAccess(now)
	if err != nil {
		return rail.Token{}, err
	}
	part := exchange.Part{
		ID: e.NewID("exc_"), MerchantID: a.MerchantID, Account: a.ID, Operation: rendered.Operation,
		Side: exchange.Request, At: now, Wire: rendered.Wire,
	}
	if err := e.log(ctx, part); err != nil {
		return rail.Token{}, err
	}
	limited, cancel := e.limited(ctx, now.Add(tokenTimeout), now)
	defer cancel()
	record := &exchange.Call{Expected: rendered.Wire, Now: e.Now}
	called, ended := e.Observer.Call(limited, ObservedCall{Rail: a.Rail, MerchantID: a.MerchantID, Operation: OperationToken, Try: 1})
	t, err := line.Access(exchange.WithCall(called, record), rendered)
	ended(payment.Outcome{}, err)
	if result := record.Result(); len(result.Received) > 0 || result.Note != "" {
		part.Side, part.At, part.Wire, part.Sealed, part.Note = exchange.Response, e.Now(), result.Received, nil, result.Note
		if logErr := e.log(ctx, part); logErr != nil {
			e.Log.Error("the answer to a token request is not logged", "exchange", part.ID, "error", logErr)
		}
	}
	if err != nil {
		return rail.Token{}, fmt.Errorf("%w: %w", rail.ErrNoToken, err)
	}
	return t, e.storeToken(ctx, a, storedToken{Value: t.Value.Reveal(), Expires: t.Expires, Previous: stored.Value})
}

func tokenName(a *account) string { return "token/" + a.ID }

// tokenPart says where a token belongs, so that it opens nowhere else.
func tokenPart(a *account) exchange.Part {
	return exchange.Part{ID: tokenName(a), MerchantID: a.MerchantID, Side: exchange.Response}
}

func (e *Engine) storeToken(ctx context.Context, a *account, t storedToken) error {
	part := tokenPart(a)
	var err error
	if part.Wire, err = json.Marshal(t); err != nil {
		return err
	}
	if err := e.Keyring.Seal(&part); err != nil {
		return err
	}
	return e.Store.SaveSecret(ctx, a.MerchantID, tokenName(a), part.Sealed, t.Expires)
}

// loadToken gives the stored token, or an empty one. One that does not open (another master key) counts as none.
func (e *Engine) loadToken(ctx context.Context, a *account) (t storedToken, err error) {
	part := tokenPart(a)
	part.Sealed, _, err = e.Store.Secret(ctx, a.MerchantID, tokenName(a))
	if errors.Is(err, store.ErrNotFound) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	if err := e.Keyring.Open(&part); err != nil {
		e.Log.Warn("a stored access token does not open; a new one is asked for", "account", a.ID, "error", err)
		return storedToken{}, nil
	}
	if err := json.Unmarshal(part.Wire, &t); err != nil {
		return storedToken{}, nil
	}
	return t, nil
}
