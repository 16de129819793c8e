package lunas

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Return is what a customer's browser brings back to your ReturnURL. It is a hint and no proof of payment: it tells how the
// payment stood when the customer left its page, and a page can be opened again later. Show it, and ask for the payment or
// wait for the webhook before you hand anything out.
type Return struct {
	PaymentID string
	Reference string // yours
	State     State  // when the customer left the payment's page
	Version   int    // of the payment then; what you know of a higher version is newer
	At        time.Time
}

// ErrReturn is the error of whatever is no return that this gateway has signed for you.
var ErrReturn = errors.New("this return is not signed with your return key") // never written

// ReturnKey gives the key by which ReadReturn verifies. It changes with the gateway's master key only, so it can be kept.
func (c *Client) ReturnKey(ctx context.Context) (Secret, error) {
	v, err := get[struct {
		Key string `json:"key"`
	}](ctx, c, "/v1/return_key")
	if err != nil {
		return "", err
	}
	return Secret(v.Key), nil
}

const returnPrefix = "retsec_"

// ReadReturn verifies the query with which a customer came to your ReturnURL, and gives what it says. Its error is ErrReturn,
// or says that the key is none.
func ReadReturn(key Secret, query url.Values) (*Return, error) {
	text, ok := strings.CutPrefix(string(key), returnPrefix)
	secret, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(secret) < 32 {
		return nil, errors.New("this is no return key: retsec_ and base64 of 32 bytes")
	}
	said := make([]string, 0, 5)
	for _, name := range []string{"payment_id", "reference", "state", "version", "time"} {
		if len(query[name]) != 1 {
			return nil, ErrReturn
		}
		said = append(said, query[name][0])
	}
	mac := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(mac, "v1\n"+strings.Join(said, "\n"))
	want := "v1." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	good := false
	for _, given := range strings.Split(query.Get("signature"), "~") { // several, while the gateway's key is rotated
		good = good || hmac.Equal([]byte(given), []byte(want))
	}
	version, errVersion := strconv.Atoi(said[3])
	seconds, errTime := strconv.ParseInt(said[4], 10, 64)
	if !good || errVersion != nil || errTime != nil {
		return nil, ErrReturn
	}
	return &Return{PaymentID: said[0], Reference: said[1], State: State(said[2]), Version: version, At: time.Unix(seconds, 0)}, nil
}
