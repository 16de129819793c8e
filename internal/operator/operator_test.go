package operator

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

var morning = time.Date(2026, 3, 21, 9, 0, 0, 0, time.UTC)

// Source of the codes: RFC 6238, Appendix B, SHA1, the last six of their eight digits.
func TestTOTPOfTheRFC(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := TOTPCode(secret, TOTPStep(time.Unix(seconds, 0))); got != want {
			t.Errorf("the code at %d is %s, want %s", seconds, got, want)
		}
	}
}

func TestACodeIsOfItsTimeAndGoodOnce(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	now := TOTPStep(morning)
	for _, c := range []struct {
		code string
		last int64
		want int64 // 0: none
	}{
		{TOTPCode(secret, now), 0, now},
		{TOTPCode(secret, now-1), 0, now - 1},
		{TOTPCode(secret, now+1), 0, now + 1},
		{TOTPCode(secret, now-2), 0, 0},
		{TOTPCode(secret, now+2), 0, 0},
		{TOTPCode(secret, now), now, 0},
		{TOTPCode(secret, now-1), now, 0},
		{TOTPCode(secret, now+1), now, now + 1},
		{" " + TOTPCode(secret, now)[:3] + " " + TOTPCode(secret, now)[3:], 0, now},
		{"", 0, 0},
		{"x", 0, 0},
	} {
		step, ok := CheckTOTP(secret, c.code, c.last, morning)
		if step != c.want || ok != (c.want != 0) {
			t.Errorf("CheckTOTP(%q after %d) = %d, %t; want %d", c.code, c.last, step, ok, c.want)
		}
	}
	if _, ok := CheckTOTP(nil, TOTPCode(nil, now), 0, morning); ok {
		t.Error("somebody without a second factor has a code")
	}
	link := TOTPLink(secret, "lunas pay.example.id", "ayu@kopi.id")
	if want := "otpauth://totp/lunas%20pay.example.id:ayu@kopi.id?"; !strings.HasPrefix(link, want) ||
		!strings.Contains(link, "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") || strings.Contains(link, "+") {
		t.Errorf("the link is %s", link)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	code := RecoveryCode([RecoveryBytes]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	u := User{Recovery: []Hash{HashRecovery("other"), HashRecovery(code)}}
	for _, typed := range []string{code, strings.ToUpper(code), strings.ReplaceAll(code, "-", ""), " " + strings.ReplaceAll(code, "-", " ")} {
		left, ok := u.WithoutRecovery(typed)
		if !ok || len(left.Recovery) != 1 || left.Recovery[0] != HashRecovery("other") || len(u.Recovery) != 2 {
			t.Errorf("%q: %t, %d left", typed, ok, len(left.Recovery))
		}
	}
	if _, ok := u.WithoutRecovery(code[1:]); ok || len(code) != 19 {
		t.Errorf("a part of %s is a code", code)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]error{
		"kuda lumping menari": nil, "pendek": ErrPasswordShort, "elevenchars": ErrPasswordShort, strings.Repeat("ab3d5", 26): ErrPasswordLong,
		"aaaabbbbaaaabbbb": ErrPasswordSimple, "password1234567": ErrPasswordSimple, "ayu@kopi.id2026!": ErrPasswordSimple, "1234567890abc": ErrPasswordSimple,
		"\xff\xfe not text at all": ErrPasswordShort,
	} {
		if err := CheckPassword(password, "ayu@kopi.id"); !errors.Is(err, want) {
			t.Errorf("CheckPassword(%q) = %v, want %v", password, err, want)
		}
	}
	h := NewHasher(1)
	hash, err := h.Hash(t.Context(), "kuda lumping menari", [SaltBytes]byte{1, 2, 3})
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, "kuda") {
		t.Fatalf("the hash is %s, %v", hash, err)
	}
	for password, want := range map[string]bool{"kuda lumping menari": true, "kuda lumping": false, "": false} {
		if ok, err := h.Matches(t.Context(), password, hash); ok != want || err != nil {
			t.Errorf("Matches(%q) = %t, %v", password, ok, err)
		}
	}
	for _, strange := range []string{"", "$argon2id$", hash[:len(hash)-4], strings.Replace(hash, "m=19456", "m=8", 1), "$2a$10$abc"} {
		for _, password := range []string{"", "kuda lumping menari"} {
			if ok, err := h.Matches(t.Context(), password, strange); ok || err != nil {
				t.Errorf("Matches(%q, %q) = %t, %v", password, strange, ok, err)
			}
		}
	}
}

// Hashing waits for its turn, and no longer than who asked for it.
func TestHashingWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	h.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "kuda lumping menari", [SaltBytes]byte{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a second hash at a time: %v", err)
	}
	<-h.slots
	if _, err := h.Hash(t.Context(), "kuda lumping menari", [SaltBytes]byte{}); err != nil {
		t.Errorf("after its turn has come: %v", err)
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	covers := map[Role]string{
		Viewer: "viewer", Operator: "viewer operator", Approver: "viewer operator approver", Developer: "viewer developer",
		Owner: "viewer operator approver developer owner", "": "", "king": "",
	}
	for role, list := range covers {
		for _, least := range append(Roles(), "", "king") {
			want := least != "" && strings.Contains(" "+list+" ", " "+string(least)+" ")
			if got := role.Covers(least); got != want {
				t.Errorf("%q covers %q: %t", role, least, got)
			}
		}
	}
	u := User{ID: "a", Grants: []Grant{{"kopi", Operator}, {"teh", Owner}}}
	if !u.May(Viewer, "kopi") || u.May(Approver, "kopi") || u.May(Viewer, "roti") || u.May(Viewer, "") || !u.MaySomewhere(Owner) || u.May(Owner, Everywhere) {
		t.Error("roles of one merchant")
	}
	all := User{ID: "b", Grants: []Grant{{Everywhere, Owner}}}
	if !all.May(Owner, "roti") || !all.MayManage(u) || u.MayManage(all) || all.MayManage(all) || u.MayManage(User{ID: "c", Grants: []Grant{{"kopi", Viewer}}}) ||
		!u.MayManage(User{ID: "c", Grants: []Grant{{"teh", Owner}}}) || u.MayGrant([]Grant{{Everywhere, Viewer}}) {
		t.Error("who looks after whom")
	}
	if (User{Password: "x", TOTP: []byte("y"), DisabledAt: morning}).Ready() || (User{Password: "x"}).Ready() || !(User{Password: "x", TOTP: []byte("y")}).Ready() {
		t.Error("who can log in")
	}
	for _, bad := range [][]Grant{nil, {{"", Viewer}}, {{"a", "king"}}, {{"a", Viewer}, {"a", Owner}}} {
		if CheckGrants(bad) == nil {
			t.Errorf("%v passes", bad)
		}
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	p := Patience{Free: 2, First: time.Minute, Max: 5 * time.Minute}
	a, now := Attempts{}, morning
	for i, wait := range []time.Duration{0, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		var ok bool
		if a, ok = a.Next(p, now); !ok {
			t.Fatalf("try %d is refused", i)
		}
		if wait == 0 {
			continue
		}
		if got := a.Until.Sub(now); got != wait {
			t.Errorf("after try %d the wait is %v, want %v", i, got, wait)
		}
		if _, ok := a.Next(p, a.Until.Add(-1)); ok {
			t.Errorf("after try %d the next one passes too early", i)
		}
		now = a.Until
	}
	if a, _ = a.Next(p, now.Add(25*time.Hour)); a.Count != 1 {
		t.Errorf("a day later %d tries are remembered", a.Count)
	}
	endless := Attempts{Count: 1 << 40, Last: now}
	if a, ok := endless.Next(p, now); !ok || a.Until.Sub(now) != p.Max {
		t.Errorf("after very many: %+v", a)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"the coffee was cold": true, "  padded  ": true, "four": false, "    ab   ": false, "two\nlines": false, "nul\x00byte": false, "\xff\xfe\xfd\xfc\xfb": false,
		strings.Repeat("é", ReasonMax): true, strings.Repeat("é", ReasonMax+1): false,
	} {
		if got, err := CheckReason(text); (err == nil) != ok || (ok && got != strings.TrimSpace(text)) {
			t.Errorf("CheckReason(%q) = %q, %v", text, got, err)
		}
	}
}

// Names and reasons come from outside: what is taken is plain, and taken again as it is.
func FuzzNamesAndReasons(f *testing.F) {
	for _, s := range []string{"ayu@kopi.id", "AYU", " a ", "\x00", "a b", "é", "-", strings.Repeat("a", 65), "the coffee was cold"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if name, err := NewName(s); err == nil {
			if again, err := NewName(name); err != nil || again != name || strings.ContainsAny(name, "<>\"' \x00\n") || len(name) > 64 {
				t.Errorf("%q is taken as %q, and that as %q, %v", s, name, again, err)
			}
		}
		if reason, err := CheckReason(s); err == nil {
			if again, err := CheckReason(reason); err != nil || again != reason || strings.ContainsAny(reason, "\n\r\x00") {
				t.Errorf("%q is taken as %q, and that as %q, %v", s, reason, again, err)
			}
		}
	})
}
