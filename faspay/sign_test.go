package faspay

import (
	"strings"
	"testing"
)

// The vectors F1 to F10: F1 to F4 are samples that Faspay prints, F6, F7 and F10 were
// captured from public clients, the rest was computed with another implementation.
func TestSignVectors(t *testing.T) {
	t.Parallel()
	bot := func(user string) Credentials { return Credentials{user, "p@ssw0rd"} }
	for _, v := range []struct{ name, got, want string }{
		{"F1", bot("bot98765").SignBill("9988776655"), "b03951a6051dfa90894eea48ccb964619e8b3474"},
		{"F2", bot("bot31004").SignBill("31004001"), "be8791ac5f10bb042834896598bfc6bb9aadcbf9"},
		{"F3", bot("bot99999").SignStatus("4370", Unprocessed), "0da33ad07fe9980f7b7ff70a964803e821a86866"},
		{"F4", bot("bot99999").SignPhone("081382826301"), "1d4c5f7246a762c4ab61cd3d399efa4c28978bf3"},
		{"F5", bot("john612345").SignTransaction("9999981256572178"), "36f7f980ecab3978d60039ec300003c712179169"},
		{"F6", bot("bot99999").SignTransaction("9999981256572178"), "c8bda4f090f5f6da88238956b6bb05e9340eaece"},
		{"F7", bot("bot99999").SignBill("20201222024304"), "92c41cf28825f8065530f09726b3c6f0bd2e218e"},
		{"F8", bot("bot99999").SignStatus("20201222024304", Paid), "25d77976621c74c2c7f7e9add305e1e91de3633b"},
		{"F9", bot("bot99999").SignStatus("20201222024304", Canceled), "c2e7225b0114e0955025cd1feb06dc630acf3949"},
		{"F10", bot("bot99999").SignChannels(), "1ac4d5a611ec5376d8da43bbe33aaea1719076b6"},
	} {
		if v.got != v.want {
			t.Errorf("%s = %s, want %s", v.name, v.got, v.want)
		}
		if !SameSignature(v.want, v.got) || !SameSignature(v.want, strings.ToUpper(v.got)) {
			t.Errorf("%s: refused in lower or upper case", v.name)
		}
	}
}

func TestSameSignatureRefuses(t *testing.T) {
	t.Parallel()
	const right = "25d77976621c74c2c7f7e9add305e1e91de3633b"
	for _, got := range []string{
		"", right[:39], right + "0", right + " ", " " + right[:39], right[:39] + "c", "x" + right[1:], strings.Repeat("0", 40),
		"25d77976621c74c2c7f7e9add305e1e9\x00de3633b", strings.Repeat("\xff", 40),
	} {
		if SameSignature(right, got) || SameSignature(got, right) {
			t.Errorf("%q is taken for %s", got, right)
		}
	}
	if SameSignature("", "") || SameSignature(strings.Repeat("x", 40), strings.Repeat("x", 40)) {
		t.Error("two texts that are no signatures are the same")
	}
}

// The trap: what a customer of bill 1232 reads in the address of the redirect page is a
// notification that bill 123 is paid. Bill numbers that are safe cannot meet so.
func TestSignatureTrap(t *testing.T) {
	t.Parallel()
	if testCredentials.SignBill("1232") != testCredentials.SignStatus("123", Paid) {
		t.Fatal("the trap is gone")
	}
	for billNo, want := range map[string]bool{"": false, "1232": false, "A1": false, "1A": true, "123-": true} {
		if got := BillNoIsSafe(billNo); got != want {
			t.Errorf("BillNoIsSafe(%q) = %t, want %t", billNo, got, want)
		}
	}
	safe := []string{"12A", "1A", "A", "123A", "1232A", "2A"}
	for _, one := range safe {
		for _, other := range safe {
			for _, s := range Statuses() {
				if testCredentials.SignBill(one) == testCredentials.SignStatus(other, s.Status) {
					t.Errorf("the post of %s signs %s of %s", one, s.Words, other)
				}
			}
		}
	}
}
