package doku

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const (
	otherSecret = Secret("SK-testsecret")
	digestBody  = `{"order":{"invoice_number":"INV-20210115-0001","amount":10000}}`
)

// D1, D2 and D10: D10 is what DOKU's own PHP recipe gives. The sum that the guide prints
// beside its sample belongs to none of them; it was made of other values.
func TestCheckSumVectors(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		invoice string
		secret  Secret
		want    string
	}{
		"D1":  {"INV-20210115-0001", testSecret, "5f1f8428d5bb8c624b4893d0d16064d9a7a80de9ab1fa93c6a716d7bb775de78"},
		"D2":  {"MINV20201231468", testSecret, "641ba73256296e800d9ca6e72cddf136b0bde9835aa29d35e0bc65a1974179fa"},
		"D10": {"INV-20210115-0001", otherSecret, "8c0dacd71d173143682c0315471b390fccd47b776a0df622b043731b7fd48df1"},
	} {
		got := CheckSum(v.secret, 10000, testClientID, v.invoice, "081211111111")
		if got != v.want {
			t.Errorf("%s: CheckSum = %s, want %s", name, got, v.want)
		}
		if got == "c3cad18f3fcac29d44165fa6b7a01b09e305d1e75caec163181cf5101b91e18e" {
			t.Errorf("%s: the guide's own sum cannot be had from the guide's own values", name)
		}
	}
}

// D3 leaves the client id out, as copies of the guide do whose text has lost it. Rendered
// pushes carry it.
func TestCheckSumHasTheClientID(t *testing.T) {
	t.Parallel()
	const without = "f30121f9f599f39fd895d68549fb07273e6397d513dfdc4f522442a567b317e1"
	if got := CheckSum(testSecret, 10000, "", "INV-20210115-0001", "081211111111"); got != without {
		t.Fatalf("the vector itself: %s, want %s", got, without)
	}
	body := render(t, newTestClient(t, Options{}), testRequest(Push)).Body
	if bytes.Contains(body, []byte(without)) || !bytes.Contains(body, []byte(`"check_sum":"5f1f8428d5bb8c624b4893d0d16064d9a7a80de9ab1fa93c6a716d7bb775de78"`)) {
		t.Errorf("body = %s, want D1's sum and not D3's", body)
	}
}

// D4, and what is left out where a number is missing.
func TestVoidCheckSumVector(t *testing.T) {
	t.Parallel()
	n := Numbers{BatchNumber: 500, TraceNumber: 4451979, ReferenceNumber: 12, ApprovalCode: "2404983"}
	got := VoidCheckSum(otherSecret, 15000, testClientID, "INV-1", "081211111111", n)
	if want := "1b8c9415ce3f1f57047ca80287b2ea7aedac40a370399ddfaa32f0dc72f8a68d"; got != want {
		t.Errorf("D4: VoidCheckSum = %s, want %s", got, want)
	}
	if got, want := VoidCheckSum("s", 1, "c", "i", "o", Numbers{BatchNumber: 2}), sum("1", "2", "c", "i", "o", "s"); got != want {
		t.Errorf("VoidCheckSum without three numbers = %s, want %s", got, want)
	}
}

// D5: the inferred rule over the guide's own answer. The guide's own sum fits no rule.
func TestResponseCheckSumVector(t *testing.T) {
	t.Parallel()
	body := readFile(t, "push_response.json")
	got, err := ResponseCheckSum(testSecret, body)
	if want := "3c7fdbdd82e7b06150529cbceff7fe55831e7833d543e5b9a9ea56c50e0b1155"; err != nil || got != want {
		t.Errorf("D5: ResponseCheckSum = %s, %v, want %s", got, err, want)
	}
	if m, _ := parse(body); m.summed(testSecret) {
		t.Error("the guide's own sum verifies, although no rule gives it")
	}
	if _, err := ResponseCheckSum(testSecret, []byte("{")); err == nil {
		t.Error("ResponseCheckSum of no JSON gives no error")
	}
}

// D6 to D9: D7 and D9 are what DOKU's own Node.js library gives.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	if got, want := Digest([]byte(digestBody)), "Cc1OrZb/IzBq1JNwBt7e5mUaAQr2H+VJByi5IQy7GlQ="; got != want {
		t.Errorf("D6: Digest = %s, want %s", got, want)
	}
	c := newTestClient(t, Options{URL: "https://api-sandbox.doku.com"})
	push := render(t, c, testRequest(Push))
	if got, want := Digest(push.Body), "MwKz2zoWj/uDr7bbS5AFJLeP5yfKuSpuaJW0UDcYyBE="; got != want {
		t.Errorf("D9: Digest = %s, want %s", got, want)
	}
	base := Signed{ClientID: testClientID, RequestID: testID, Timestamp: "2020-08-11T08:45:42Z"}
	for name, v := range map[string]struct {
		target, body string
		get          bool
		secret       Secret
		want         string
	}{
		"D7": {"/payments/notifications", digestBody, false, otherSecret, "HMACSHA256=c41jcE05dseZLLC7zT/hjA1pEVQs/AF0TnyaVNY+zuY="},
		"D8": {"/orders/v1/status/INV-20210115-0001", "", true, otherSecret, "HMACSHA256=NuswAeZZ7VoNfFNcHAae4oWkP5f8lzXn+cjp2DXm02c="},
		"D9": {"/ovo-emoney/v1/payment", string(push.Body), false, testSecret, "HMACSHA256=TqzHDAz2w/BBQAsFRIbg7sMUSmRdOBp860Ybpjf+E1s="},
	} {
		s := base
		s.Target, s.Body, s.NoDigest = v.target, []byte(v.body), v.get
		if got := Sign(v.secret, s); got != v.want || !Verify(v.secret, s, v.want) {
			t.Errorf("%s: Sign = %s, want %s", name, got, v.want)
		}
	}
	if got, want := push.Header.Get("Signature"), "HMACSHA256=TqzHDAz2w/BBQAsFRIbg7sMUSmRdOBp860Ybpjf+E1s="; got != want {
		t.Errorf("D9: a rendered push has %s, want %s", got, want)
	}
	checked := newTestClient(t, Options{URL: "https://api-sandbox.doku.com", Secret: otherSecret})
	if got, want := render(t, checked, testRequest(Check)).Header.Get("Signature"), "HMACSHA256=NuswAeZZ7VoNfFNcHAae4oWkP5f8lzXn+cjp2DXm02c="; got != want {
		t.Errorf("D8: a rendered check has %s, want %s", got, want)
	}
}

func TestStringToSign(t *testing.T) {
	t.Parallel()
	s := Signed{ClientID: "c", RequestID: "r", Timestamp: "t", Target: "/x", NoDigest: true}
	if got, want := s.StringToSign(), "Client-Id:c\nRequest-Id:r\nRequest-Timestamp:t\nRequest-Target:/x"; got != want {
		t.Errorf("GET: %q, want %q", got, want)
	}
	s.NoDigest, s.Response = false, true
	if got, want := s.StringToSign(), "Client-Id:c\nRequest-Id:r\nResponse-Timestamp:t\nRequest-Target:/x\nDigest:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; got != want {
		t.Errorf("response: %q, want %q", got, want)
	}
}

// Only the signature itself verifies, with or without Base64's padding.
func TestVerifySignature(t *testing.T) {
	t.Parallel()
	s := Signed{ClientID: testClientID, RequestID: testID, Timestamp: "2020-08-11T08:45:42Z", Target: "/payments/notifications", Body: []byte(digestBody)}
	const good = "HMACSHA256=c41jcE05dseZLLC7zT/hjA1pEVQs/AF0TnyaVNY+zuY="
	for _, signature := range []string{good, strings.TrimSuffix(good, "=")} {
		if !Verify(otherSecret, s, signature) {
			t.Errorf("Verify refuses %s", signature)
		}
	}
	for _, signature := range []string{
		"", "HMACSHA256=", good[len("HMACSHA256="):], strings.ToUpper(good), strings.ToLower(good),
		"HMACHSHA256=" + good[len("HMACSHA256="):], good + "A", " " + good, good + " ", strings.Replace(good, "/", "_", 1),
		strings.Replace(good, "zuY=", "zuZ=", 1), // other bits that Base64 throws away
	} {
		if Verify(otherSecret, s, signature) {
			t.Errorf("Verify takes %q", signature)
		}
	}
	for name, change := range map[string]func(*Signed){
		"client":   func(s *Signed) { s.ClientID += "x" },
		"request":  func(s *Signed) { s.RequestID += "x" },
		"time":     func(s *Signed) { s.Timestamp = "2020-08-11T08:45:43Z" },
		"target":   func(s *Signed) { s.Target = "/payments/notifications/" },
		"body":     func(s *Signed) { s.Body = append([]byte(" "), s.Body...) },
		"digest":   func(s *Signed) { s.NoDigest = true },
		"response": func(s *Signed) { s.Response = true },
	} {
		other := s
		change(&other)
		if Verify(otherSecret, other, good) {
			t.Errorf("Verify does not cover the %s", name)
		}
	}
	if Verify(testSecret, s, good) {
		t.Error("Verify takes another secret's")
	}
}

// The sum of an answer holds every value: whichever changes, it is not right any more.
func TestResponseCheckSumCoversAllValues(t *testing.T) {
	t.Parallel()
	var groups map[string]map[string]any
	if err := json.Unmarshal(readFile(t, "push_response.json"), &groups); err != nil {
		t.Fatal(err)
	}
	sumOf := func() string {
		body, err := json.Marshal(groups)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := ResponseCheckSum(testSecret, body)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	want, covered := sumOf(), 0
	for group, values := range groups {
		for key, value := range values {
			if group == "security" {
				continue
			}
			values[key] = "changed"
			if sumOf() == want {
				t.Errorf("%s.%s is not covered", group, key)
			}
			values[key] = value
			covered++
		}
	}
	if covered != len(alphabetical) {
		t.Errorf("the sample has %d values, the rule %d", covered, len(alphabetical))
	}
}
