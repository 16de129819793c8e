package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/lunas-pay/lunas/internal/registry"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is for what is done by hand: it is noted in the log of actions, and done once under an idempotency key.

// KeyedDeed makes a request safe to repeat that changes something other than a payment.
type KeyedDeed struct {
	IdempotencyKey string `header:"Idempotency-Key" pattern:"^[!-~]{1,255}$" doc:"Makes repeating safe: with the same key the same request does nothing again, and is answered with what it did, as that stands now, but without a secret: secrets are shown once. Another request with the key is 422." example:"6f1b2a34-54d1-4a53-9f58-5d2a1c0b9e11"`
}

// deedAnswer is the answer to something that was done.
type deedAnswer[T any] struct {
	Status   int
	Replayed string `header:"Idempotent-Replayed" enum:"true" doc:"Set when the Idempotency-Key had been used for the same request: nothing was done again."`
	Body     T
}

// did answers what was done just now.
func did[T any](status int, v T, err error) (*deedAnswer[T], error) {
	return &deedAnswer[T]{Status: status, Body: v}, err
}

// doneBefore answers what the same request did before.
func doneBefore[T any](v T, err error) (*deedAnswer[T], error) {
	return &deedAnswer[T]{Status: http.StatusOK, Replayed: "true", Body: v}, err
}

// seenBefore is what a request is also answered with that may carry an idempotency key.
func seenBefore() map[int]string {
	return map[int]string{http.StatusOK: "What the same request did before, as it stands now; secrets are not shown again."}
}

// acting is the context of changes in the caller's name, which are written even when the client goes away.
func acting(ctx context.Context, key store.DeedKey) (context.Context, context.CancelFunc) {
	return detached(registry.As(ctx, registry.By{Actor: callOf(ctx).key.ID, Key: key}))
}

// deed is an action of the caller.
func (s *server) deed(ctx context.Context, a store.Action) store.Deed {
	a.At = s.Now()
	return registry.ByOf(ctx).Deed(a)
}

// once does something, unless it has been done under the request's idempotency key: then again answers from the action.
func once[O any](ctx context.Context, s *server, again func(context.Context, store.Action) (*O, error), do func(context.Context) (*O, error)) (*O, error) {
	key, p := s.deedKey(callOf(ctx))
	if p != nil {
		return nil, p
	}
	ctx, cancel := acting(ctx, key)
	defer cancel()
	for {
		a, err := s.actionUnder(ctx, key)
		switch {
		case err == nil:
			return again(ctx, a)
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
		out, err := do(ctx)
		var used *store.KeyUsed
		if !errors.As(err, &used) { // else another request with this key has just been faster
			return out, err
		}
	}
}

// actionUnder gives what was done under an idempotency key, or store.ErrNotFound.
func (s *server) actionUnder(ctx context.Context, key store.DeedKey) (a store.Action, err error) {
	if key.Key == "" {
		return a, store.ErrNotFound
	}
	used, err := s.Store.KeyOf(ctx, key.MerchantID, key.Mode, key.Key)
	if err != nil {
		return a, err
	}
	if used.Fingerprint != key.Fingerprint {
		return a, problem("idempotency_key_reused", "this Idempotency-Key was used for another request").in("Idempotency-Key")
	}
	return s.Engine.Store.Action(ctx, used.PaymentID)
}

// deedKey is the request's idempotency key.
func (s *server) deedKey(c *call) (k store.DeedKey, p *Problem) {
	if p := checkKey(c.r.Header); p != nil {
		return k, p
	}
	k.Key = c.r.Header.Get("Idempotency-Key")
	if k.Key == "" {
		return k, nil
	}
	body, p := s.readBody(c)
	if p != nil {
		return k, p
	}
	k.MerchantID, k.Mode = c.key.MerchantID, c.key.Mode
	k.Fingerprint = deedFingerprint(c.r, body)
	return k, nil
}

// deedFingerprint tells requests apart: by address and body, not by the order of fields or white space. It is stored, so
// where the body holds secrets the caller's API key goes in, which is not: nobody can try secrets against it.
func deedFingerprint(r *http.Request, body []byte) string {
	route := r.Method + " " + r.URL.Path
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if len(body) > 0 && d.Decode(&v) != nil {
		return fingerprint(route, body) // it is refused when it is read
	}
	if fields, ok := v.(map[string]any); ok && fields["secrets"] != nil {
		route += "\n" + strings.TrimSpace(r.Header.Get("Authorization"))
	}
	return fingerprint(route, v)
}

// hostOf names an address in the log of actions: without its path and query, which may hold a token.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
