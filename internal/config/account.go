package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
)

// ovoURLs are OVO's own addresses; the sandbox has none of its own.
var ovoURLs = map[merchant.Environment]string{ // never written
	merchant.Staging:    "https://app.byte-stack.net/pos",
	merchant.Production: "https://apigw.ovo.id/pos",
}

// account reads an account. ids are the merchant's terminals so far: numbers are counted by them, whatever the account.
func (r *resolver) account(where, merchantID string, a fileAccount, ids map[string]bool) merchant.Account {
	switch payment.Rail(a.Rail) {
	case payment.SNAP:
		return r.snapAccount(where, merchantID, a)
	case payment.DOKU:
		return r.dokuAccount(where, merchantID, a, ids)
	case payment.Faspay:
		return r.faspayAccount(where, merchantID, a, ids)
	}
	r.oneOf(where+".rail", a.Rail, string(payment.OVO), string(payment.SNAP), string(payment.DOKU), string(payment.Faspay))
	r.onlyOf(where, a, payment.OVO)
	r.oneOf(where+".environment", a.Environment, string(merchant.Sandbox), string(merchant.Staging), string(merchant.Production))
	out := merchant.Account{
		ID: a.ID, MerchantID: merchantID, Rail: payment.Rail(a.Rail), Environment: merchant.Environment(a.Environment),
		URL: or(a.URL, ovoURLs[merchant.Environment(a.Environment)]), InquiryFirst: a.InquiryFirst == nil || *a.InquiryFirst,
		Terms: r.terms(where+".terms", a.Terms, merchant.Environment(a.Environment)),
		OVO: merchant.OVOCredentials{
			AppID: a.AppID, AppKey: r.secret(where+".app_key", a.AppKeyFile, a.AppKeyEnv), SignBody: a.SignBody,
			AppSource: a.AppSource, PadNumbers: a.PadNumbers, OriginalDate: a.OriginalDate,
			OneSentence: a.WaitingText == "sentence",
		},
	}
	r.oneOf(where+".waiting_text", or(a.WaitingText, "steps"), "steps", "sentence")
	r.must(a.AppID != "", where+".app_id", "is missing: OVO gives it with the credentials")
	r.address(where, out)
	for i, t := range a.Terminals {
		at := fmt.Sprintf("%s.terminals[%d]", where, i)
		r.must(t.ID != "" && !ids[t.ID], at+".id", "must be there and be unique for the merchant")
		ids[t.ID] = true
		known := out.URL + " " + t.TID
		r.must(t.TID == "" || !r.tids[known], at+".tid", "is another terminal's too: the provider would see its numbers twice")
		r.tids[known] = true
		out.Terminals = append(out.Terminals, r.terminal(at, t))
	}
	r.must(len(a.Terminals) > 0, where+".terminals", "is empty: pushes are made at a terminal")
	return out
}

func (r *resolver) address(where string, a merchant.Account) {
	u, err := url.Parse(a.URL)
	r.must(err == nil && u.Host != "" && (u.Scheme == "https" || (u.Scheme == "http" && a.Environment == merchant.Sandbox)),
		where+".url", "must be an https address (http only for the sandbox)")
}

func (r *resolver) terminal(where string, t fileTerminal) merchant.Terminal {
	style := payment.NumberStyle(or(t.Numbering, string(payment.BySequence)))
	r.oneOf(where+".numbering", string(style), string(payment.BySequence), string(payment.ByDate))
	r.must(len(t.TID) == 8 && strings.Trim(t.TID, "0123456789") == "", where+".tid", "must be 8 digits")
	r.must(t.MID != "" && len(t.MID) <= 15, where+".mid", "must be there, at most 15 characters")
	r.must(t.MerchantID != "", where+".merchant_id", "is missing: OVO gives it with the credentials")
	r.must(t.StoreCode != "" && len(t.StoreCode) <= 15, where+".store_code", "must be there, at most 15 characters")
	return merchant.Terminal{
		Terminal: payment.Terminal{ID: t.ID, TID: t.TID, MID: t.MID, MerchantID: t.MerchantID, StoreCode: t.StoreCode},
		Style:    style, Serial: t.Serial,
	}
}

func (r *resolver) terms(where string, f fileTerms, environment merchant.Environment) payment.Terms {
	t := payment.OVOTerms()
	t.LateApproval = payment.Late(or(f.LateApproval, string(t.LateApproval)))
	t.OnCheckApproved = payment.Late(or(f.OnCheckApproved, string(t.OnCheckApproved)))
	t.CutOffGuard = payment.Guard(or(f.CutOffGuard, string(t.CutOffGuard)))
	if f.AutoCheck != nil {
		t.AutoCheck = *f.AutoCheck
	}
	t = r.shorten(where, t, f, environment)
	r.oneOf(where+".late_approval", string(t.LateApproval), string(payment.AcceptLate), string(payment.ReverseLate))
	r.oneOf(where+".on_check_approved", string(t.OnCheckApproved), string(payment.AcceptLate), string(payment.ReverseLate))
	r.oneOf(where+".cut_off_guard", string(t.CutOffGuard), string(payment.RefuseAtCutOff), string(payment.FlagAtCutOff))
	return t
}

// shorten divides the waits of a payment. The cut-off stays, and how long a message may take to leave.
func (r *resolver) shorten(where string, t payment.Terms, f fileTerms, environment merchant.Environment) payment.Terms {
	if f.Shorten == 0 {
		return t
	}
	r.must(environment == merchant.Sandbox && f.Shorten >= 1 && f.Shorten <= 60, where+".shorten",
		"is for tests against the sandbox only, from 1 to 60")
	for _, d := range []*time.Duration{
		&t.ConfirmWithin, &t.InDoubtAfter, &t.ReverseAfter, &t.CallLimit, &t.ShortCallLimit, &t.RetryGap, &t.RetryGapMax,
		&t.SignatureLife, &t.QRLife, &t.AttemptsWithin, &t.AttemptGap, &t.QueryEvery, &t.QueryGapMax, &t.QueryUntil,
		&t.CheckAfter, &t.CloseAfter,
	} {
		*d /= time.Duration(max(1, f.Shorten))
	}
	return t
}

// masterKeys reads the master key and those of before, which stand behind it.
func (r *resolver) masterKeys(f fileConfig) (key []byte, old [][]byte) {
	var keys [][]byte
	var err error
	switch {
	case f.MasterKey != "" && f.MasterKeyFile != "":
		r.must(false, "master_key", "is given twice: by LUNAS_MASTER_KEY and by master_key_file")
	case f.MasterKeyFile != "":
		keys, err = exchange.MasterKeysFromFile(f.MasterKeyFile)
	case f.MasterKey != "":
		keys, err = exchange.ParseMasterKeys(f.MasterKey)
	default:
		r.must(false, "master_key_file", "is missing: make one with `openssl rand -hex 32`, readable by lunas only, or set LUNAS_MASTER_KEY")
	}
	if err != nil {
		r.must(false, "master_key", err.Error())
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return keys[0], keys[1:]
}

// nearest suggests a known key for a misspelt one.
func nearest(key string) string {
	last := key[strings.LastIndexAny(key, ".]")+1:]
	best, distance := "", 3
	for _, known := range knownKeys() {
		if d := editDistance(last, known); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// nearestVariable suggests a known variable for a misspelt one.
func nearestVariable(key string, scalars map[string]*string) string {
	best, distance := "", 3
	for _, known := range slices.Sorted(maps.Keys(scalars)) {
		if d := editDistance(key, known); d < distance {
			best, distance = known, d
		}
	}
	if best == "" {
		return "; LUNAS_ and a top key of the file in capitals are configuration"
	}
	return fmt.Sprintf("; did you mean LUNAS_%s?", strings.ToUpper(best))
}

// knownKeys are the last parts of all keys.
func knownKeys() []string {
	var names []string
	for _, k := range Keys() {
		for part := range strings.SplitSeq(k.Path, ".") {
			names = append(names, strings.TrimSuffix(part, "[]"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			above := row[j]
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, above+1, row[j-1]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
