package config

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// snapURLs are OVO's own addresses; the sandbox has none of its own.
var snapURLs = map[merchant.Environment]string{ // never written
	merchant.Staging:    "https://app.byte-stack.net/OVOSNAP",
	merchant.Production: "https://apigw.ovo.id/OVOSNAP",
}

// unused tells whether none of SNAP's keys is given.
func (s fileSNAP) unused() bool { return reflect.ValueOf(s).IsZero() }

// ovoOnly tells whether a key is given that SNAP does not know.
func (a fileAccount) ovoOnly() bool {
	return a.AppID != "" || a.AppKeyFile != "" || a.AppKeyEnv != "" || a.SignBody || a.AppSource != "" || a.WaitingText != "" || a.PadNumbers ||
		a.OriginalDate || a.InquiryFirst != nil || a.Terms != (fileTerms{Shorten: a.Terms.Shorten})
}

func (r *resolver) snapAccount(where, merchantID string, a fileAccount) merchant.Account {
	r.oneOf(where+".environment", a.Environment, string(merchant.Sandbox), string(merchant.Staging), string(merchant.Production))
	r.onlyOf(where, a, payment.SNAP)
	s := a.SNAP
	out := merchant.Account{
		ID: a.ID, MerchantID: merchantID, Rail: payment.SNAP, Environment: merchant.Environment(a.Environment),
		URL:   or(a.URL, snapURLs[merchant.Environment(a.Environment)]),
		Terms: r.shorten(where+".terms", payment.SNAPTerms(), a.Terms, merchant.Environment(a.Environment)),
		SNAP: merchant.SNAPCredentials{
			ClientID: s.ClientID, ClientSecret: r.secret(where+".client_secret", s.ClientSecretFile, s.ClientSecretEnv),
			PrivateKey: r.secret(where+".private_key", s.PrivateKeyFile, s.PrivateKeyEnv), PartnerID: s.PartnerID,
			ChannelID: s.ChannelID, Origin: s.Origin, AllowedSources: s.AllowedSources, CompactTimestamps: s.CompactTime,
			NMID: s.NMID, Paths: s.Paths.byOperation(), Notify: r.notify(where+".notify", s.Notify),
		},
	}
	r.must(s.ClientID != "", where+".client_id", "is missing: OVO gives it with the credentials")
	r.address(where, out)
	ids := map[string]bool{}
	for i, t := range a.Terminals {
		at := fmt.Sprintf("%s.terminals[%d]", where, i)
		r.must(t.ID != "" && !ids[t.ID], at+".id", "must be there and be unique in the account")
		ids[t.ID] = true
		r.must(t.TID != "" && len(t.TID) <= 16, at+".tid", "must be there, at most 16 characters")
		r.must(t.MID != "" && len(t.MID) <= 64, at+".mid", "must be there, at most 64 characters")
		r.must(t.Numbering == "" && !t.Serial && t.MerchantID == "", at, "numbering, serial and merchant_id are not for this rail")
		out.Terminals = append(out.Terminals, merchant.Terminal{
			Terminal: payment.Terminal{ID: t.ID, TID: t.TID, MID: t.MID, StoreCode: t.StoreCode}, Style: payment.BySequence,
		})
	}
	r.must(len(a.Terminals) > 0, where+".terminals", "is empty: a QR belongs to a terminal")
	return out
}

// byOperation are the paths that are given.
func (p filePaths) byOperation() map[string]string {
	all := map[string]string{"access_token": p.AccessToken, "generate": p.Generate, "query": p.Query, "refund": p.Refund}
	maps.DeleteFunc(all, func(_, path string) bool { return path == "" })
	return all
}

// notify reads how the provider signs what it notifies.
func (r *resolver) notify(where string, n fileNotify) merchant.SNAPNotify {
	out := merchant.SNAPNotify{Mode: n.Mode, Path: n.Path, ClientID: n.ClientID}
	if n.Mode == "" {
		r.must(n == fileNotify{}, where+".mode", "is missing: shared_secret, issued_token or provider_key")
		return out
	}
	r.oneOf(where+".mode", n.Mode, "shared_secret", "issued_token", "provider_key")
	r.must(n.ClientID == "" || n.Mode == "issued_token", where+".client_id", "is only for the mode issued_token")
	r.notifyPath(where, n.Path)
	if n.Tolerance != "" {
		var err error
		out.Tolerance, err = time.ParseDuration(n.Tolerance)
		r.must(err == nil && out.Tolerance > 0, where+".tolerance", "must be a length of time such as 5m")
	}
	switch {
	case n.Mode != "provider_key" && n.Mode != "issued_token":
		r.must(n.PublicKeyFile == "", where+".public_key_file", "is only for the modes provider_key and issued_token")
	case r.given != nil:
		out.PublicKey = r.givenSecret(where+".public_key", n.PublicKeyFile, "").Reveal()
	case n.PublicKeyFile == "":
		r.must(false, where+".public_key_file", "is missing: the provider's public key")
	default:
		b, err := os.ReadFile(n.PublicKeyFile)
		r.must(err == nil, where+".public_key_file", "cannot be read: "+fmt.Sprint(err))
		out.PublicKey = string(b)
	}
	return out
}

// notifyPath checks the path of a notification's address as the provider sees it.
func (r *resolver) notifyPath(where, path string) {
	r.must(path == "" || (strings.HasPrefix(path, "/") && !strings.ContainsAny(path, " #")), where+".path",
		"must be the path of the address that the provider was given, such as /pay/notify/snap/qris")
}

// clientsOnce refuses one client id in two accounts of one environment: each would count its numbers by itself, and OVO
// would see numbers twice. It refuses one id for two accounts too: notifications come by it.
func (r *resolver) clientsOnce(merchants []Merchant) {
	ids := map[string]bool{}
	type client struct {
		environment merchant.Environment
		id          string
	}
	seen := map[client]bool{}
	for i, m := range merchants {
		for j, a := range m.Accounts {
			door := string(a.Rail) + "/" + a.ID
			r.must(a.Rail == payment.OVO || !ids[door], fmt.Sprintf("merchants[%d].accounts[%d].id", i, j),
				"is another merchant's account too, and notifications come to /notify/"+door+": choose another")
			ids[door] = true
			if a.Rail != payment.SNAP {
				continue
			}
			c := client{a.Environment, a.SNAP.ClientID}
			r.must(!seen[c], fmt.Sprintf("merchants[%d].accounts[%d].client_id", i, j), "stands in another account too: their numbers would meet")
			seen[c] = true
		}
	}
}
