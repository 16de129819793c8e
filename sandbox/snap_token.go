package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

const (
	// tokenLife: OVO, Dynamic QRIS FAQ: systemToken/b2b_accessToken: 15 minutes.
	tokenLife = 15 * time.Minute
	// tokenSpare is how much life a token may have left when the next one is fetched.
	tokenSpare = 5 * time.Minute
	// customerLife and refreshLife: OVO, Payment API: 15 days; the second is not told.
	customerLife = 15 * 24 * time.Hour
	refreshLife  = 365 * 24 * time.Hour
)

type snapToken struct {
	text      string
	merchant  *snapMerchant
	binding   *binding // of a B2B2C token
	made      time.Time
	until     time.Time
	refreshes bool // it is a refresh token
}

// TokenView is a live B2B token as the control API shows it.
type TokenView struct {
	ClientID string    `json:"client_id"`
	Token    string    `json:"token"` // masked
	Made     time.Time `json:"made"`
	Until    time.Time `json:"until"`
}

// access gives a B2B token. OVO, Dynamic QRIS FAQ: the partner needs to keep it.
func (s *snapRail) access(now time.Time, held *call) {
	m := held.snap.merchant
	if last := m.lastToken; last != nil && last.until.Sub(now) > tokenSpare {
		s.core.violated(now, held, RuleTokenKept, true, "an earlier token has "+last.until.Sub(now).Truncate(time.Second).String()+" left")
	}
	token := &snapToken{text: s.jwt(m, now), merchant: m, made: now, until: now.Add(tokenLife)}
	s.sweep(now, m)
	s.tokens[token.text] = token
	m.tokens = append(m.tokens, token)
	m.lastToken = token
	s.answer(now, held, "20000", "", func(b *snapBody) {
		b.text("accessToken", token.text)
		b.text("tokenType", "Bearer")
		b.text("expiresIn", strconv.Itoa(int(tokenLife/time.Second)))
	})
}

// sweep forgets a partner's tokens that are dead; they stand in order of their end.
func (s *snapRail) sweep(now time.Time, m *snapMerchant) {
	for len(m.tokens) > 0 && !now.Before(m.tokens[0].until) {
		delete(s.tokens, m.tokens[0].text)
		m.tokens = m.tokens[1:]
	}
}

// jwt looks like OVO's token: HS256 with codehash, random and version, without an end.
// Nothing in it is random; it differs by client, time and sequence.
func (s *snapRail) jwt(m *snapMerchant, now time.Time) string {
	secret := s.secret(m.Secret, now)
	claims := `{"codehash":"` + base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(secret[:16]))) +
		`","random":"` + base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(10_000_000+int(s.sequence%90_000_000)))) + `","version":1}`
	raw := base64.RawURLEncoding
	return raw.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + raw.EncodeToString([]byte(claims)) + "." + raw.EncodeToString(secret)
}

// secret is 32 bytes that no one without the key can foretell.
func (s *snapRail) secret(key string, now time.Time) []byte {
	s.sequence++
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(strconv.FormatUint(s.sequence, 10) + "|" + strconv.FormatInt(now.UnixNano(), 10)))
	return mac.Sum(nil)
}

// KillTokens ends the life of every B2B token of a client, of all clients when the id
// is empty, and says how many died. The next call with one is told OV00502.
func (c *Core) KillTokens(clientID string) int {
	killed := 0
	for _, m := range c.snap.list {
		if clientID != "" && m.ClientID != clientID {
			continue
		}
		for _, token := range m.tokens {
			delete(c.snap.tokens, token.text)
		}
		killed += len(m.tokens)
		m.tokens, m.lastToken = nil, nil
	}
	c.revision++
	return killed
}

// Tokens lists the live B2B tokens, oldest first.
func (c *Core) Tokens(now time.Time) []TokenView {
	list := []TokenView{}
	for _, m := range c.snap.list {
		for _, token := range m.tokens {
			if now.Before(token.until) {
				list = append(list, TokenView{m.ClientID, maskSecret(token.text), token.made.In(WIB), token.until.In(WIB)})
			}
		}
	}
	return list
}

// customerAccess gives a B2B2C token for the code that a customer came back with, or
// for a refresh token.
func (s *snapRail) customerAccess(now time.Time, held *call) {
	c := held.snap
	var b *binding
	if strings.EqualFold(c.message.text("grantType"), "refresh_token") {
		token := s.tokens[c.message.text("refreshToken")]
		if token == nil || !token.refreshes || token.merchant != c.merchant || !now.Before(token.until) {
			s.refuse(now, held, "40101", "", RuleAuthCode, "refreshToken is not known or over")
			return
		}
		b = token.binding
	} else {
		code := c.message.text("authCode")
		if code == "" {
			s.refuse(now, held, "40002", "authCode", RuleSNAPMandatory, "authCode")
			return
		}
		if b = s.byCode(now, c.merchant, code); b == nil {
			s.refuse(now, held, "40101", "", RuleAuthCode, "authCode is not known, used or over")
			return
		}
		if given, ok := strings.CutPrefix(c.header.authorization, "Bearer "); !ok || given != b.linkage {
			s.core.violated(now, held, RuleLinkageToken, true, "Authorization is not Bearer and the linkageToken")
		}
		b.codeUsed = true
	}
	s.renew(now, b)
	s.answer(now, held, "20000", "", func(w *snapBody) {
		w.text("accessToken", b.access.text)
		w.text("tokenType", "Bearer")
		w.time("accessTokenExpiryTime", b.access.until)
		w.text("tokenExpiresIn", strconv.Itoa(int(customerLife/time.Second)))
		w.text("refreshToken", b.refresh.text)
		w.time("refreshTokenExpiryTime", b.refresh.until)
	})
}

// renew gives a binding new tokens and kills its old ones.
func (s *snapRail) renew(now time.Time, b *binding) {
	s.kill(b)
	b.access = &snapToken{text: s.jwt(b.merchant, now), merchant: b.merchant, binding: b, made: now, until: now.Add(customerLife)}
	b.refresh = &snapToken{
		text: s.jwt(b.merchant, now), merchant: b.merchant, binding: b, made: now, until: now.Add(refreshLife), refreshes: true,
	}
	s.tokens[b.access.text], s.tokens[b.refresh.text] = b.access, b.refresh
}

func (s *snapRail) kill(b *binding) {
	for _, token := range []*snapToken{b.access, b.refresh} {
		if token != nil {
			delete(s.tokens, token.text)
		}
	}
	b.access, b.refresh = nil, nil
}
