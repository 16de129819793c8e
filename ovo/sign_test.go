package ovo

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The vectors O1 to O4: O1 is the sample that OVO prints, O2 was captured from a public
// client, the rest was computed with another implementation.
func TestSignVectors(t *testing.T) {
	t.Parallel()
	body := readFile(t, "push_request.json")
	for _, v := range []struct {
		name, appID, random string
		key                 Secret
		mode                HMACMode
		want                string
	}{
		{"O1", "hypermart", "1468914526", "a4f6bf89b2a85781b7c1cab997b7ee0c89be03f7ac6ef29b63a45d07253cc401", R1, "8087f83ffc6a6564b8161e6dce1ee9a82dfc514c83de341587f16abd512fcfd6"},
		{"O2", "app1", "1795252607", "key123", R1, "fe075354655a61ad66378ad4b3c210611f00df5abd18c4d83a1f62515e632da0"},
		{"O3", "app1", "1700000000", "key123", R1, "82aa61e395a3b9ef1ddababa86f6b5f8bf816f896afbf9504e57a1813e66c35e"},
		{"O4", "app1", "1700000000", "key123", R2, "9b35d9fb7d3fc925a9df64f17635f8d8159b4366b13e1700fc36e27feb724845"},
	} {
		if got := Sign(v.mode, v.key, v.appID, v.random, body); got != v.want {
			t.Errorf("%s: Sign = %s, want %s", v.name, got, v.want)
		}
		if !Verify(v.mode, v.key, v.appID, v.random, body, v.want) {
			t.Errorf("%s: Verify refuses the vector", v.name)
		}
		if Verify(1-v.mode, v.key, v.appID, v.random, body, v.want) {
			t.Errorf("%s: Verify takes one recipe for the other", v.name)
		}
		pooled := newSigner(v.mode, v.appID, v.key)
		for range 3 { // the pooled hash is used again
			if got := string(pooled.append(nil, v.random, body)); got != v.want {
				t.Errorf("%s: pooled signer = %s, want %s", v.name, got, v.want)
			}
		}
	}
}

// O5 is plain SHA-256 with the key at the end, which one public client sends: no HMAC,
// and never valid here.
func TestVerifyRefusesR3(t *testing.T) {
	t.Parallel()
	const r3 = "d5d68866c5d3205a92ba1c45aa26de95ae179b6e7d20b0fc5ea045a3323f80ca"
	sum := sha256.Sum256([]byte("app1" + "1700000000" + "key123"))
	if got := hex.EncodeToString(sum[:]); got != r3 {
		t.Fatalf("the vector itself: %s, want %s", got, r3)
	}
	for _, mode := range []HMACMode{R1, R2} {
		if Verify(mode, "key123", "app1", "1700000000", nil, r3) {
			t.Errorf("Verify(%v) accepts R3", mode)
		}
	}
}

func TestRenderSigns(t *testing.T) {
	t.Parallel()
	for _, mode := range []HMACMode{R1, R2} {
		c := newTestClient(t, Options{HMACMode: mode})
		r := render(t, c, testRequest(Push))
		h := r.Header
		if !Verify(mode, testKey, h.Get("app-id"), h.Get("random"), r.Body, h.Get("hmac")) {
			t.Errorf("%v: Render's own signature does not verify: %v", mode, h)
		}
		if got, want := h.Get("random"), "1644489298"; got != want {
			t.Errorf("%v: random = %s, want %s", mode, got, want)
		}
	}
}
