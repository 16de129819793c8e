package lunas_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/lunas"
)

// The example of the gateway's documents; the gateway's own test has the same.
const (
	returnKey   = lunas.Secret("retsec_iFG5W2HMInWmAAjTTvQ0rdEfAVSmwyQpu2H159W2rto=")
	returnQuery = "lang=id&payment_id=pay_01kafz0q3gf7ktc1ms2cqc1b9w&reference=INV+%26+7&state=paid&version=3&time=1774062000&signature=v1.exenx6SLJcSQpiadcCcryF6KzkL82-KOezLBn_4STns"
)

func parsed(t *testing.T, query string) url.Values {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestReadReturn(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"as it is":                   returnQuery,
		"while the key is rotated":   strings.Replace(returnQuery, "signature=", "signature=v1.AAAA~", 1),
		"and the new one comes last": returnQuery + "~v1.AAAA",
	} {
		r, err := lunas.ReadReturn(returnKey, parsed(t, query))
		if err != nil || r.PaymentID != "pay_01kafz0q3gf7ktc1ms2cqc1b9w" || r.Reference != "INV & 7" || r.State != lunas.Paid || r.Version != 3 || r.At.Unix() != 1774062000 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	for name, query := range map[string]string{
		"nothing":            "",
		"another state":      strings.Replace(returnQuery, "paid", "declined", 1),
		"another payment":    strings.Replace(returnQuery, "pay_01", "pay_02", 1),
		"another time":       strings.Replace(returnQuery, "1774062000", "1774062001", 1),
		"a second state":     returnQuery + "&state=declined",
		"no signature":       strings.Split(returnQuery, "&signature")[0],
		"an empty signature": strings.Split(returnQuery, "v1.")[0],
		"a longer reference": strings.Replace(returnQuery, "INV+%26+7&state=paid", "INV+%26+7%0Apaid&state=", 1),
	} {
		if r, err := lunas.ReadReturn(returnKey, parsed(t, query)); !errors.Is(err, lunas.ErrReturn) {
			t.Errorf("%s: %+v, %v; want ErrReturn", name, r, err)
		}
	}
	for _, bad := range []lunas.Secret{"", "retsec_", "retsec_AAAA", "whsec_iFG5W2HMInWmAAjTTvQ0rdEfAVSmwyQpu2H159W2rto="} {
		if _, err := lunas.ReadReturn(bad, parsed(t, returnQuery)); err == nil || errors.Is(err, lunas.ErrReturn) {
			t.Errorf("key %v: %v, want it refused as no key", bad, err)
		}
	}
}

// FuzzReadReturn: nothing is taken that is not signed.
func FuzzReadReturn(f *testing.F) {
	f.Add(returnQuery)
	f.Add("payment_id=&reference=&state=&version=&time=&signature=v1.")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if r, err := lunas.ReadReturn(returnKey, values); err == nil && r.Reference != "INV & 7" {
			t.Fatalf("taken: %+v", r)
		}
	})
}
