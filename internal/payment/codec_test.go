package payment_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lunas-pay/lunas/internal/payment"
)

// journal lives through a payment and gives every event with the payment that it led to.
func journal(c choices) (events []payment.Event, states []payment.Payment, terms payment.Terms) {
	live(c, func(t payment.Terms, p payment.Payment, e payment.Event) (payment.Payment, []payment.Command, error) {
		after, commands, err := payment.Decide(t, p, e)
		n := len(states)
		if err == nil && after.Version == n+1 {
			events, states, terms = append(events, e), append(states, after), t
		}
		return after, commands, err
	})
	return events, states, terms
}

// TestCodecKeepsEverything stores and reads every payment and event of many lives, and folds the stored events again: what
// is read back must decide as what was stored.
func TestCodecKeepsEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, states, terms := journal(rapidChoices{t})
		var p payment.Payment
		for i, e := range events {
			kind, b, err := payment.EncodeEvent(e)
			if err != nil {
				t.Fatal(err)
			}
			read, err := payment.DecodeEvent(kind, b)
			if err != nil {
				t.Fatal(err)
			}
			if !sameJSON(t, e, read) || !read.When().Equal(e.When()) {
				t.Fatalf("%s: stored %+v, read %+v", kind, e, read)
			}
			if p, _, err = payment.Decide(terms, p, read); err != nil {
				t.Fatal(err)
			}
			if p = roundTrip(t, p); !sameStored(t, p, states[i]) {
				t.Fatalf("the journal folds to %+v, stored is %+v", p, states[i])
			}
		}
	})
}

func roundTrip(t interface{ Fatal(...any) }, p payment.Payment) payment.Payment {
	b, err := payment.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	read, err := payment.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func sameStored(t interface{ Fatal(...any) }, a, b payment.Payment) bool {
	x, err := payment.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := payment.Encode(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y) && a.Phone == b.Phone
}

func sameJSON(t interface{ Fatal(...any) }, a, b payment.Event) bool {
	_, x, err := payment.EncodeEvent(a)
	if err != nil {
		t.Fatal(err)
	}
	_, y, err := payment.EncodeEvent(b)
	if err != nil {
		t.Fatal(err)
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && string(x) == string(y)
}

// TestCodecEveryEvent stores one event of each kind.
func TestCodecEveryEvent(t *testing.T) {
	for _, e := range everyEvent() {
		kind, b, err := payment.EncodeEvent(e)
		if err != nil || kind != payment.Kind(e) {
			t.Fatalf("%T: %s, %v", e, kind, err)
		}
		read, err := payment.DecodeEvent(kind, b)
		if err != nil || !sameJSON(t, e, read) {
			t.Errorf("%T: stored %+v, read %+v, %v", e, e, read, err)
		}
		if r, ok := read.(payment.Requested); ok && r.Phone.Digits() != "081211110101" {
			t.Errorf("the phone came back as %v", r.Phone)
		}
	}
}

// TestCodecWire pins the stored form: rows of today must be readable for ever.
func TestCodecWire(t *testing.T) {
	f := newFlow(morning)
	p := f.must(t, "+0s request", "+60s time passes", "+61s check answered 25 not_found")
	p.Metadata = map[string]string{"till": "4"}
	b, err := payment.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	var indented strings.Builder
	enc := json.NewEncoder(&indented)
	enc.SetIndent("", "  ")
	if err := enc.Encode(json.RawMessage(b)); err != nil {
		t.Fatal(err)
	}
	compareFile(t, "testdata/payment.golden", indented.String())
}

func TestCodecRefuses(t *testing.T) {
	for _, b := range []string{"", "{", `{"version":"x"}`, "[]"} {
		if _, err := payment.Decode([]byte(b)); err == nil {
			t.Errorf("Decode(%q) gives no error", b)
		}
	}
	for _, e := range everyEvent() {
		if _, err := payment.DecodeEvent(payment.Kind(e), []byte("{")); err == nil {
			t.Errorf("DecodeEvent(%s) of nonsense gives no error", payment.Kind(e))
		}
	}
	if _, err := payment.DecodeEvent("refunded", []byte("{}")); err == nil {
		t.Error("an unknown kind gives no error")
	}
}

// TestStoredZone makes sure that a payment read in another zone decides the same.
func TestStoredZone(t *testing.T) {
	for seed := range uint64(200) {
		events, states, terms := journal(seededChoices{rand.New(rand.NewPCG(seed, 3))})
		for i := 1; i < len(events); i++ {
			before := roundTrip(t, states[i-1])
			for a := range before.Attempts {
				before.Attempts[a].PushedAt = before.Attempts[a].PushedAt.In(time.UTC)
			}
			after, _, err := payment.Decide(terms, before, events[i])
			if err != nil || after.State != states[i].State || !after.WakeAt.Equal(states[i].WakeAt) {
				t.Fatalf("seed %d: %s wakes %s, want %s and %s (%v)", seed, after.State, after.WakeAt, states[i].State, states[i].WakeAt, err)
			}
		}
	}
}
