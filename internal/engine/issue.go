package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file gives a provider the access token with which it notifies, where that is how it signs: one for an account,
// random, sealed in the store, the same from all replicas. Whoever has it can do nothing without the client secret too.
//
// A token is given out for issuedFor after it was made, and taken for issuedFor after it was given out at the latest. So
// everybody who asks is told the same time, however often the same request comes, and no more than two of them live at a time.

const (
	// issuedFor is how long a provider is told that its token lives. Bank Indonesia, SNAP, Access Token B2B: expiresIn 900.
	issuedFor = 15 * time.Minute
	// issueWithin is how long a replica may take to make one, in which the others wait.
	issueWithin = 5 * time.Second
)

// issuedToken is one that a provider has got.
type issuedToken struct {
	Value string    `json:"value"`
	Made  time.Time `json:"made"`
}

// issuedTokens is the sealed form, the newest first.
type issuedTokens []issuedToken

// fresh gives the token that may be given out.
func (t issuedTokens) fresh(now time.Time) (merchant.Secret, bool) {
	if len(t) == 0 || !now.Before(t[0].Made.Add(issuedFor)) {
		return merchant.Secret{}, false
	}
	return merchant.NewSecret(t[0].Value), true
}

// living are those that are taken.
func (t issuedTokens) living(now time.Time) (all []rail.Token) {
	for _, token := range t {
		if until := token.Made.Add(2 * issuedFor); now.Before(until) {
			all = append(all, rail.Token{Value: merchant.NewSecret(token.Value), Expires: until})
		}
	}
	return all
}

// IssueToken answers a provider that asks for an access token with which to notify. The error is ErrNoDoor.
func (e *Engine) IssueToken(ctx context.Context, merchantID, accountID string, in rail.Notification) (rail.Reply, error) {
	a := e.accountOf(merchantID, accountID)
	if a == nil {
		return rail.Reply{}, ErrNoDoor
	}
	issuer, ok := a.Line.(rail.TokenIssuer)
	if !ok {
		return rail.Reply{}, ErrNoDoor
	}
	e.begin(false)
	defer e.end()
	r := receiving{e: e, a: a, reader: issuer, in: in, at: e.Now(), id: e.NewID("exc_"), operation: "token_request"}
	return r.issue(ctx, issuer), nil
}

// issue verifies who asks, and gives the token.
func (r receiving) issue(ctx context.Context, issuer rail.TokenIssuer) rail.Reply {
	issuer, err := r.believed(issuer)
	var rejected *rail.Rejected
	if errors.As(err, &rejected) {
		r.reject(ctx, rejected)
		return rejected.Reply
	}
	value, err := r.e.issued(ctx, r.a)
	if err == nil {
		reply := issuer.Grant(value, issuedFor, r.at)
		if err = r.note(ctx, reply); err == nil {
			return reply
		}
	}
	r.e.Log.Error("a provider gets no token to notify with; it comes again, or payments are asked about",
		"merchant", r.a.MerchantID, "account", r.a.ID, "error", err)
	return issuer.ReplyToken(rail.OurTrouble)
}

// believed gives the line that believes who asks: the account's or, while credentials change, one beside it. The error is
// the first one's.
func (r receiving) believed(issuer rail.TokenIssuer) (rail.TokenIssuer, error) {
	err := issuer.ReadTokenRequest(r.in, r.at)
	for _, line := range r.a.Beside {
		if other, ok := line.(rail.TokenIssuer); ok && err != nil && other.ReadTokenRequest(r.in, r.at) == nil {
			return other, nil
		}
	}
	return issuer, err
}

// note writes down that a token was given, within bounds, since the same request may come any number of times.
func (r receiving) note(ctx context.Context, reply rail.Reply) error {
	if !r.e.mayKeep(r.a, r.at) {
		return nil
	}
	parts, err := r.parts("", reply, "")
	if err != nil {
		return err
	}
	return r.e.Store.Append(ctx, parts)
}

// issued gives the token that is given out now, which one of the replicas makes.
func (e *Engine) issued(ctx context.Context, a *account) (merchant.Secret, error) {
	lock := store.Lock{MerchantID: a.MerchantID, Name: issuedName(a), Holder: e.NewID("tok_")}
	for began := e.Now(); ; {
		now := e.Now()
		tokens, err := e.loadIssued(ctx, a)
		if err != nil {
			return merchant.Secret{}, err
		}
		if value, ok := tokens.fresh(now); ok {
			return value, nil
		}
		lock.Until = now.Add(issueWithin)
		got, err := e.Store.Acquire(ctx, lock, now)
		switch {
		case err != nil:
			return merchant.Secret{}, err
		case got:
			defer e.release(lock)
			return e.makeIssued(ctx, a, now)
		case now.Sub(began) > 2*issueWithin:
			return merchant.Secret{}, errors.New("another process makes a token and does not come back")
		}
		if err := e.Sleep(ctx, 20*time.Millisecond); err != nil {
			return merchant.Secret{}, err
		}
	}
}

// makeIssued makes a token, under the lock, unless somebody has just done so.
func (e *Engine) makeIssued(ctx context.Context, a *account, now time.Time) (merchant.Secret, error) {
	tokens, err := e.loadIssued(ctx, a)
	if err != nil {
		return merchant.Secret{}, err
	}
	if value, ok := tokens.fresh(now); ok {
		return value, nil
	}
	made := issuedTokens{{Value: rand.Text(), Made: now}}
	for _, token := range tokens {
		if now.Before(token.Made.Add(2 * issuedFor)) {
			made = append(made, token)
		}
	}
	part := issuedPart(a)
	if part.Wire, err = json.Marshal(made); err != nil {
		return merchant.Secret{}, err
	}
	if err := e.Keyring.Seal(&part); err != nil {
		return merchant.Secret{}, err
	}
	if err := e.Store.SaveSecret(ctx, a.MerchantID, issuedName(a), part.Sealed, now.Add(2*issuedFor)); err != nil {
		return merchant.Secret{}, err
	}
	return merchant.NewSecret(made[0].Value), nil
}

func issuedName(a *account) string { return "issued/" + a.ID }

// issuedPart says where issued tokens belong, so that they open nowhere else.
func issuedPart(a *account) exchange.Part {
	return exchange.Part{ID: issuedName(a), MerchantID: a.MerchantID, Side: exchange.Response}
}

// loadIssued gives the stored tokens. What does not open (another master key) counts as none: the provider asks again.
func (e *Engine) loadIssued(ctx context.Context, a *account) (tokens issuedTokens, err error) {
	part := issuedPart(a)
	part.Sealed, _, err = e.Store.Secret(ctx, a.MerchantID, issuedName(a))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := e.Keyring.Open(&part); err != nil {
		e.Log.Warn("the stored tokens for a provider do not open; it gets a new one", "account", a.ID, "error", err)
		return nil, nil
	}
	if err := json.Unmarshal(part.Wire, &tokens); err != nil {
		return nil, nil
	}
	return tokens, nil
}
