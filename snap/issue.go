package snap

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// This file is the partner's own token door: with IssuedToken a provider first asks the
// partner for a token, as the partner asks the provider, and then notifies with it.

// MaxTokenRequest is how long the body of a provider's request for a token may be, in
// bytes.
const MaxTokenRequest = 4 << 10

// VerifyTokenRequest checks a provider's request for a token, in this order: size and
// headers, time, client, signature, message. Bank Indonesia, SNAP, Access Token B2B:
// X-SIGNATURE is SHA256withRSA over X-CLIENT-KEY|X-TIMESTAMP, and covers nothing else: the
// same request may come again while its time holds, and from several machines at once.
// The error is a *NotificationError whose code is of the token's service.
func (v *Verifier) VerifyTokenRequest(in Incoming, now time.Time) error {
	err := v.verifyTokenRequest(in, now)
	var refused *NotificationError
	if errors.As(err, &refused) {
		refused.Code = NewCode(refused.Code.Status(), Access.Service(), refused.Code.Case())
	}
	return err
}

func (v *Verifier) verifyTokenRequest(in Incoming, now time.Time) error {
	if len(in.Body) > MaxTokenRequest {
		return malformed("00", "Bad Request", "above 4 KiB")
	}
	if _, err := v.timely(in.Header, now, "X-Timestamp", "X-Client-Key", "X-Signature"); err != nil {
		return err
	}
	client := in.Header.Get("X-Client-Key")
	if v.o.ClientID == "" || client != v.o.ClientID {
		return unauthorized(ErrForged, "[Unknown client]", "X-CLIENT-KEY is another's")
	}
	if !v.o.PublicKey.VerifyToken(client, in.Header.Get("X-Timestamp"), in.Header.Get("X-Signature")) {
		return unauthorized(ErrForged, "[Signature]", "signature")
	}
	m, err := parseObject(in.Body)
	if err != nil {
		return malformed("00", "Bad Request", err.Error())
	}
	// grantType is its name since version 1.0.2 of the standard; older programs write the others.
	for _, name := range [...]string{"grantType", "granttype", "grant_type"} {
		switch grant := m.text(name); {
		case strings.EqualFold(grant, "client_credentials"):
			return nil
		case grant != "":
			return malformed("01", "Invalid Field Format grantType", "grantType is not client_credentials")
		}
	}
	return malformed("02", "Invalid Mandatory Field grantType", "grantType is missing")
}

// GrantToken is the answer that gives a provider a token: HTTP 200 with these headers and
// this body. Life is told in whole seconds; token is at most 2048 characters of printable
// ASCII.
func GrantToken(token Secret, life time.Duration, clientID string, at time.Time) (http.Header, []byte) {
	header := http.Header{"Content-Type": {contentType}, "X-Timestamp": {FormatTimestamp(at)}, "X-Client-Key": {clientID}}
	body := []byte(`{"responseCode":` + strconv.Quote(string(NewCode(http.StatusOK, Access.Service(), "00"))) +
		`,"responseMessage":"Successful","accessToken":` + strconv.Quote(plainText(string(token))) +
		`,"tokenType":"Bearer","expiresIn":` + strconv.Quote(strconv.FormatInt(int64(life/time.Second), 10)) + `}`)
	return header, body
}
