package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

// APIKey is an API key. The key itself is shown once, when it is made.
type APIKey struct {
	ID         string   `json:"id" example:"key_fea8c831200e"`
	Name       string   `json:"name,omitempty" example:"till in Tebet"`
	Hint       string   `json:"hint" example:"lunas_live_4f1a" doc:"How the key begins."`
	Mode       string   `json:"mode,omitempty" enum:"test,live" doc:"Left out for the platform's own keys, which are of no mode."`
	Scopes     []string `json:"scopes" nullable:"false" doc:"What it may do."`
	CreatedAt  *Time    `json:"created_at" nullable:"true"`
	ExpiresAt  *Time    `json:"expires_at" nullable:"true" doc:"Null: never."`
	LastUsedAt *Time    `json:"last_used_at" nullable:"true" doc:"Late by up to a minute."`
	RevokedAt  *Time    `json:"revoked_at" nullable:"true"`
	Key        string   `json:"key,omitempty" doc:"The key itself. It is shown now and never again."`
}

// APIKeyList is a page of a merchant's API keys, or of the platform's, the oldest first.
type APIKeyList struct {
	Data       []APIKey `json:"data" nullable:"false"`
	NextCursor *string  `json:"next_cursor" doc:"For the next page; null on the last one."`
}

// NewAPIKey is the body of a request for an API key.
type NewAPIKey struct {
	Name      string   `json:"name,omitempty" maxLength:"100" doc:"For you."`
	Mode      string   `json:"mode,omitempty" enum:"test,live" doc:"That of the asking key when left out; the platform says it for a merchant, and leaves it out for its own."`
	Scopes    []string `json:"scopes" doc:"Some of read, pay, refund and admin. The platform's own keys have admin alone."`
	ExpiresAt string   `json:"expires_at,omitempty" doc:"Left out: never." example:"2027-03-21T00:00:00+07:00"`
}

// OneAPIKey names a key of a merchant.
type OneAPIKey struct {
	OneMerchant
	Key string `path:"key" example:"key_fea8c831200e" doc:"The key's id."`
}

// OwnAPIKey names a key of whoever asks.
type OwnAPIKey struct {
	ID string `path:"id" example:"key_fea8c831200e" doc:"The key's id."`
}

// keyedAPIKey and keyedOwnAPIKey name a key, and take an idempotency key.
type (
	keyedAPIKey struct {
		OneAPIKey
		KeyedDeed
	}
	keyedOwnAPIKey struct {
		OwnAPIKey
		KeyedDeed
	}
)

// pagedMerchant names a merchant and a page of what is its.
type pagedMerchant struct {
	OneMerchant
	Paging
}

// routeKeys makes the routes twice: for the platform, of any merchant; and for everybody, of their own.
func (s *server) routeKeys() {
	const of, own = oneMerchant + "/api_keys", "/v1/api_keys"
	const oneOf, oneOwn = of + "/{key}", own + "/{id}"
	const rotated = "The old key goes on for the overlap, so that programs can be changed over."
	mine, theirs := []string{"API keys"}, []string{"Merchants"}
	found := codes("invalid_parameter", "invalid_cursor", "unknown_parameter")
	made := codes("body", "key", "api_key_not_found", "invalid_field", "missing_field", "scopes_invalid", "merchant_configured", "unknown_parameter")
	one := codes("body", "key", "api_key_not_found", "merchant_configured", "unknown_parameter")
	again := append(codes("invalid_field", "api_key_ended"), one...)
	absent := "merchant_not_found"

	register(s, huma.Operation{OperationID: "list-own-api-keys", Method: http.MethodGet, Path: own, Summary: "The caller's API keys", Tags: mine},
		answers{codes: found}, func(ctx context.Context, in *Paging) (*answered[APIKeyList], error) {
			return s.listKeys(ctx, callOf(ctx).key.MerchantID, *in)
		})
	register(s, huma.Operation{OperationID: "list-api-keys", Method: http.MethodGet, Path: of, Summary: "A merchant's API keys", Tags: theirs},
		answers{codes: append(found, absent)}, func(ctx context.Context, in *pagedMerchant) (*answered[APIKeyList], error) {
			return s.listKeys(ctx, in.ID, in.Paging)
		})
	register(s, huma.Operation{
		OperationID: "create-own-api-key", Method: http.MethodPost, Path: own, Summary: "Make an API key", Tags: mine, DefaultStatus: http.StatusCreated,
	}, answers{codes: made, body: body[NewAPIKey](s, true), also: seenBefore()}, func(ctx context.Context, _ *KeyedDeed) (*deedAnswer[APIKey], error) {
		return s.createKey(ctx, callOf(ctx).key.MerchantID)
	})
	register(s, huma.Operation{
		OperationID: "create-api-key", Method: http.MethodPost, Path: of, Summary: "Make an API key for a merchant", Tags: theirs, DefaultStatus: http.StatusCreated,
	}, answers{codes: append(made, absent), body: body[NewAPIKey](s, true), also: seenBefore()}, func(ctx context.Context, in *keyedMerchant) (*deedAnswer[APIKey], error) {
		return s.createKey(ctx, in.ID)
	})
	register(s, huma.Operation{
		OperationID: "rotate-own-api-key", Method: http.MethodPost, Path: oneOwn + "/rotate", Summary: "Make a key in the place of another", Description: rotated, Tags: mine,
	}, answers{codes: again, body: body[Rotation](s, false)}, func(ctx context.Context, in *keyedOwnAPIKey) (*deedAnswer[APIKey], error) {
		return s.rotateKey(ctx, callOf(ctx).key.MerchantID, in.ID)
	})
	register(s, huma.Operation{
		OperationID: "rotate-api-key", Method: http.MethodPost, Path: oneOf + "/rotate", Summary: "Make a merchant's key in the place of another", Description: rotated, Tags: theirs,
	}, answers{codes: append(again, absent), body: body[Rotation](s, false)}, func(ctx context.Context, in *keyedAPIKey) (*deedAnswer[APIKey], error) {
		return s.rotateKey(ctx, in.ID, in.Key)
	})
	register(s, huma.Operation{OperationID: "revoke-own-api-key", Method: http.MethodPost, Path: oneOwn + "/revoke", Summary: "End a key now", Tags: mine},
		answers{codes: one}, func(ctx context.Context, in *keyedOwnAPIKey) (*deedAnswer[APIKey], error) {
			return s.revokeKey(ctx, callOf(ctx).key.MerchantID, in.ID)
		})
	register(s, huma.Operation{OperationID: "revoke-api-key", Method: http.MethodPost, Path: oneOf + "/revoke", Summary: "End a merchant's key now", Tags: theirs},
		answers{codes: append(one, absent)}, func(ctx context.Context, in *keyedAPIKey) (*deedAnswer[APIKey], error) {
			return s.revokeKey(ctx, in.ID, in.Key)
		})
}

func viewKey(k merchant.APIKey) APIKey {
	v := APIKey{
		ID: k.ID, Name: k.Name, Hint: k.Hint, Mode: string(k.Mode), Scopes: []string{}, CreatedAt: timePtr(k.CreatedAt),
		ExpiresAt: timePtr(k.Expires), LastUsedAt: timePtr(k.LastUsed), RevokedAt: timePtr(k.Revoked),
	}
	for _, scope := range k.Scopes {
		v.Scopes = append(v.Scopes, string(scope))
	}
	return v
}

// mayTouch tells whether the caller may see a key of the merchant: a merchant's own keys see nothing of the other mode.
func mayTouch(caller, k merchant.APIKey) bool { return caller.Platform() || caller.Mode == k.Mode }

func (s *server) listKeys(ctx context.Context, merchantID string, in Paging) (*answered[APIKeyList], error) {
	all, err := s.Registry.Keys(ctx, merchantID)
	if err != nil {
		return nil, err
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(k merchant.APIKey) bool { return !mayTouch(callOf(ctx).key, k) })
	page, next, p := pageOf(in, shown, func(k merchant.APIKey) string { return k.ID })
	if p != nil {
		return nil, p
	}
	list := APIKeyList{Data: []APIKey{}, NextCursor: next}
	for _, k := range page {
		list.Data = append(list.Data, viewKey(k))
	}
	return &answered[APIKeyList]{list}, nil
}

// onceKey does something to an API key. Another time it is answered without the key itself.
func (s *server) onceKey(ctx context.Context, status int, do func(context.Context) (merchant.APIKey, merchant.Secret, error)) (*deedAnswer[APIKey], error) {
	return once(ctx, s, func(ctx context.Context, a store.Action) (*deedAnswer[APIKey], error) {
		k, err := s.Registry.KeyOf(ctx, a.MerchantID, a.Subject)
		return doneBefore(viewKey(k), err)
	}, func(ctx context.Context) (*deedAnswer[APIKey], error) {
		k, secret, err := do(ctx)
		v := viewKey(k)
		v.Key = secret.Reveal()
		return did(status, v, err)
	})
}

func (s *server) createKey(ctx context.Context, merchantID string) (*deedAnswer[APIKey], error) {
	return s.onceKey(ctx, http.StatusCreated, func(ctx context.Context) (k merchant.APIKey, secret merchant.Secret, err error) {
		k, p := s.readNewKey(callOf(ctx), merchantID)
		if p != nil {
			return k, secret, p
		}
		return s.Registry.CreateKey(ctx, k)
	})
}

func (s *server) readNewKey(c *call, merchantID string) (merchant.APIKey, *Problem) {
	k := merchant.APIKey{MerchantID: merchantID, Mode: c.key.Mode}
	if p := s.readFields(c, fields{
		"name": textInto(&k.Name, 0, nameMax), "mode": readMode(&k.Mode), "scopes!": readScopes(&k.Scopes), "expires_at": timeInto(&k.Expires),
	}); p != nil {
		return k, p
	}
	switch {
	case merchantID == "" && k.Mode != "":
		return k, problem("invalid_field", "mode is not for the platform's own keys").in("mode")
	case merchantID == "" && (len(k.Scopes) != 1 || k.Scopes[0] != merchant.Admin):
		return k, problem("scopes_invalid", "the platform's own keys have the scope admin alone").in("scopes")
	case merchantID != "" && k.Mode == "":
		return k, missing("mode")
	case !c.key.Platform() && k.Mode != c.key.Mode:
		return k, problem("invalid_field", "mode is not that of the key that asks: keys of one mode make none of the other").in("mode")
	case !k.Expires.IsZero() && !k.Expires.After(s.Now()):
		return k, problem("invalid_field", "expires_at is not in the future").in("expires_at")
	}
	return k, nil
}

// touchable refuses keys that the caller may not see.
func (s *server) touchable(ctx context.Context, merchantID, id string) error {
	k, err := s.Registry.KeyOf(ctx, merchantID, id)
	if err == nil && !mayTouch(callOf(ctx).key, k) {
		err = problem("api_key_not_found", "there is no such API key").in("id")
	}
	return err
}

func (s *server) rotateKey(ctx context.Context, merchantID, id string) (*deedAnswer[APIKey], error) {
	return s.onceKey(ctx, http.StatusOK, func(ctx context.Context) (k merchant.APIKey, secret merchant.Secret, err error) {
		if err := s.touchable(ctx, merchantID, id); err != nil {
			return k, secret, err
		}
		overlap, p := s.readOverlap(callOf(ctx))
		if p != nil {
			return k, secret, p
		}
		return s.Registry.RotateKey(ctx, merchantID, id, overlap)
	})
}

func (s *server) revokeKey(ctx context.Context, merchantID, id string) (*deedAnswer[APIKey], error) {
	return s.onceKey(ctx, http.StatusOK, func(ctx context.Context) (k merchant.APIKey, secret merchant.Secret, err error) {
		if err := s.touchable(ctx, merchantID, id); err != nil {
			return k, secret, err
		}
		k, err = s.Registry.RevokeKey(ctx, merchantID, id)
		return k, secret, err
	})
}

func readMode(to *payment.Mode) func(member) *Problem {
	return func(m member) *Problem {
		mode, p := text(m.name, m.value)
		if p == nil && mode != string(payment.Test) && mode != string(payment.Live) {
			p = problem("invalid_field", "mode is neither test nor live").in(m.name)
		}
		*to = payment.Mode(mode)
		return p
	}
}

func readScopes(to *[]merchant.Scope) func(member) *Problem {
	return func(m member) *Problem {
		if kindOf(m.value) != "an array" || json.Unmarshal(m.value, to) != nil {
			return wrongType(m.name, "a list of scopes", m.value)
		}
		seen := map[merchant.Scope]bool{}
		for _, scope := range *to {
			if !slices.Contains(merchant.Scopes(), scope) || seen[scope] {
				return problem("scopes_invalid", "there is no such scope, or it stands there twice").in(m.name)
			}
			seen[scope] = true
		}
		if len(*to) == 0 {
			return problem("scopes_invalid", "scopes is empty: the key could do nothing").in(m.name)
		}
		return nil
	}
}
