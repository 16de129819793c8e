package api

import (
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
)

const bearer = "bearer" // the security scheme's name in the contract

var keyForm = regexp.MustCompile(`^lunas_(test|live|admin)_[A-Za-z0-9_-]{16,128}$`) // never written

// authenticate lets through who has an API key, where the operation wants one.
func (s *server) authenticate(ctx huma.Context, next func(huma.Context)) {
	if len(ctx.Operation().Security) == 0 {
		next(ctx)
		return
	}
	c := callOf(ctx.Context())
	key, p := s.callerOf(c)
	if p != nil {
		writeProblem(c.w, c, p)
		return
	}
	c.key = key
	if p := needsOf(ctx.Operation().OperationID).refuse(key); p != nil {
		writeProblem(c.w, c, p)
		return
	}
	if s.Used != nil {
		s.Used(key)
	}
	next(ctx)
}

func (s *server) callerOf(c *call) (merchant.APIKey, *Problem) {
	refuse := func(code, detail, challenge string) (merchant.APIKey, *Problem) {
		return merchant.APIKey{}, problem(code, detail).in("Authorization").with("WWW-Authenticate", challenge)
	}
	const plain, invalid = `Bearer realm="lunas"`, `Bearer realm="lunas", error="invalid_token"`
	headers := c.r.Header.Values("Authorization")
	if len(headers) == 0 {
		return refuse("missing_api_key", "this address needs an API key", plain)
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || !keyForm.MatchString(token) {
		return refuse("malformed_api_key", "the header Authorization does not hold one API key of lunas as a bearer token", invalid)
	}
	hash := merchant.HashKey(token)
	key, ok := s.Keys(hash)
	now := s.Now()
	switch {
	case !ok || !(merchant.APIKey{Hash: key.Hash}).Matches(hash, now) || !key.Begins(token):
		return refuse("unknown_api_key", "this gateway does not know this API key", invalid)
	case !key.Revoked.IsZero() && !key.Revoked.After(now):
		return refuse("revoked_api_key", "this API key has been revoked", invalid)
	case !key.Matches(hash, now):
		return refuse("expired_api_key", "this API key has expired", invalid)
	}
	if key.ID == "" {
		key.ID = merchant.KeyID(hash)
	}
	return key, nil
}
