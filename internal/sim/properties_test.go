package sim

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// proof is a sabotage after which one checker must say so.
type proof struct {
	property Property
	how      string
	sabotage sabotage
}

// broken breaks one rule each, in an ordinary day; its checker must say so, and no other.
var broken = []proof{
	{BooksAgree, "the provider denies a charge for ever", sabotage{
		weather: func(x *weather) { x.answerLost = 0.3 },
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opCheck {
				e.Code = "25"
			}
		},
	}},
	{OneCharge, "each push is followed by another one of its own number and invoice", sabotage{
		weather: func(x *weather) { *x = quiet(*x) },
		other: func(operation string, wire []byte) []byte {
			if operation != opPush {
				return nil
			}
			other := bytes.Replace(wire, []byte(`-1"`), []byte(`-2"`), 1)
			return bytes.Replace(other, []byte(`"batchNo":"1"`), []byte(`"batchNo":"2"`), 1)
		},
	}},
	{NoPushTwice, "the link delivers each push twice", sabotage{copies: one(opPush)}},
	{Unanswered, "the terms reverse at 50 s", sabotage{weather: func(x *weather) {
		x.terms.InDoubtAfter, x.terms.ReverseAfter, x.terms.AutoCheck, x.lost = 45*time.Second, 50*time.Second, false, 0.3
	}}},
	{Unanswered, "a late ring is taken for the next alarm", sabotage{
		weather: func(x *weather) {
			x.lateRings, x.payNow, x.ignore, x.sandbox.IgnoredAfter = 0.5, 0.2, 0.8, 59960*time.Millisecond
			x.terms.AutoCheck = false
		},
		mistakenRings: true,
	}},
	{Punctual, "the terms reverse at 70 s", sabotage{weather: func(x *weather) {
		x.terms.ReverseAfter, x.terms.AutoCheck, x.lost = 70*time.Second, false, 0.3
	}}},
	{Numbers, "the store skips a number", sabotage{before: func(d *day, group []store.Change) {
		if group[0].Terminal != "" && d.chance(0.1) {
			skipNumber(d)
		}
	}}},
	{WrittenBeforeSent, "the store writes requests some seconds later", sabotage{change: func(d *day, c *store.Change) {
		parts := take(c, exchange.Request)
		d.after(5*time.Second, nil, func() { _ = d.base.Append(background, parts) })
	}}},
	{EveryByteLogged, "the store forgets answers", sabotage{change: func(_ *day, c *store.Change) { take(c, exchange.Response) }}},
	{EveryByteLogged, "the store writes answers twice", sabotage{change: func(_ *day, c *store.Change) {
		c.Exchanges = append(c.Exchanges, take(&store.Change{Exchanges: c.Exchanges}, exchange.Response)...)
	}}},
	{JournalFolds, "the store changes a payment", sabotage{change: func(_ *day, c *store.Change) {
		if c.Payment.State == payment.Paid {
			c.Payment.Amount++
		}
	}}},
	{SameKey, "the store forgets keys", sabotage{
		weather: func(x *weather) { x.keys, x.reuse = 1, 1 },
		before: func(_ *day, group []store.Change) {
			for i := range group {
				group[i].Key = store.Key{}
			}
		},
		change: func(_ *day, c *store.Change) { c.Key = store.Key{} },
	}},
	{Told, "the store forgets what was told", sabotage{change: func(_ *day, c *store.Change) {
		if c.Payment.State == payment.Paid {
			c.Told = nil
		}
	}}},
	{Told, "the store forgets a version", sabotage{journal: func(entries []store.Entry) []store.Entry { return entries[1:] }}},
	{InquiryDistance, "the terms ask again every second", sabotage{
		weather: func(x *weather) {
			*x = quiet(*x)
			x.void, x.terms.RetryGap, x.terms.RetryGapMax = 0.5, time.Second, time.Second
		},
		effect: func(d *day, operation string, e *sandbox.Effect) {
			switch {
			case operation == opVoid:
				e.Answer = sandbox.AnswerReset
			case operation == opCheckVoid && !d.calm:
				e.Code = "40"
			}
		},
	}},
	{OneCheckAtATime, "every lock is given to everybody", sabotage{
		openLocks: true,
		weather:   func(x *weather) { x.check = 0.5 },
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation == opCheck {
				e.ProcessDelay = sandbox.Duration(8 * time.Second)
			}
		},
	}},
	{ComesToRest, "the provider never says what became of a push", sabotage{
		weather: func(x *weather) { x.lost = 0.1 },
		effect: func(_ *day, operation string, e *sandbox.Effect) {
			if operation != opPush {
				e.Code = "40"
			}
		},
	}},
	{NoSecretInLog, "an error of the database holds a phone number", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(d *day) error { return errors.New("duplicate key (phone)=(62" + d.phones[3].Digits()[1:] + ")") },
	}},
	{NoSecretInLog, "an error of the database holds the app key", sabotage{
		weather: func(x *weather) { x.refuse = 0.1 },
		refusal: func(*day) error { return errors.New("bad value " + sandbox.DemoMerchant().AppKey) },
	}},
	{Understood, "the gateway signs with another key", sabotage{appKey: strings.Repeat("0", 64)}},
	{WritesTaken, "the engine finishes another change than it was asked for", sabotage{change: func(d *day, c *store.Change) {
		if c.Payment.Version == 1 && d.chance(0.1) {
			c.Payment.Version = 2
		}
	}}},
	{LeavesInTime, "the terms let a push leave late", sabotage{weather: func(x *weather) {
		x.slowConnect, x.terms.SendWithin = 0.5, 10*time.Second
	}}},
	{StaysUp, "the gateway panics", sabotage{panics: 0.01}},
}

// quiet is a day on which every customer pays at once.
func quiet(x weather) weather {
	x.lost, x.answerLost, x.payNow, x.decline, x.ignore, x.poor = 0, 0, 1, 0, 0, false
	return x
}

// take removes one side of a change's exchanges, and gives it.
func take(c *store.Change, side exchange.Side) (taken []exchange.Part) {
	var rest []exchange.Part
	for _, p := range c.Exchanges {
		if p.Side == side {
			taken = append(taken, p)
		} else {
			rest = append(rest, p)
		}
	}
	c.Exchanges = rest
	return taken
}

func skipNumber(d *day) {
	terminals, err := d.base.Terminals(background, merchantID)
	if err != nil || terminals[0].Cursor.Last.IsZero() {
		return
	}
	terminals[0].Cursor.Last.Reference++
	if err := d.base.SetTerminal(background, terminals[0]); err != nil {
		panic(err)
	}
}

// one copies each request of an operation once.
func one(operation string) func(string) int {
	return func(o string) int {
		if o == operation {
			return 1
		}
		return 0
	}
}

func TestEachCheckerBites(t *testing.T) {
	t.Parallel()
	for rail, table := range proofs() {
		for _, b := range table {
			t.Run(rail+"/"+string(b.property)+"/"+strings.ReplaceAll(b.how, " ", "_"), func(t *testing.T) {
				t.Parallel()
				b.bites(t, rail)
			})
		}
	}
}

func proofs() map[string][]proof {
	return map[string][]proof{"ovo": broken, "snap": brokenQRs, "doku": brokenDOKU, "faspay": brokenFaspay, Mixed: brokenRoutes}
}

func (b *proof) bites(t *testing.T, rail string) {
	t.Helper()
	var found []Property
	for seed := uint64(1); seed <= 3; seed++ {
		r, err := Run(Options{Seed: seed, Mix: Ordinary, Rail: rail, Payments: 100, sabotage: b.sabotage})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Failures {
			if f.Property != b.property {
				t.Errorf("seed %d also finds %s", seed, f)
				break
			}
		}
		found = append(found, r.Properties()...)
	}
	if !slices.Contains(found, b.property) {
		t.Errorf("nothing is found where %s", b.how)
	}
}

func TestEachPropertyHasItsProof(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/properties.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Properties() {
		proven := false
		for _, table := range proofs() {
			proven = proven || slices.ContainsFunc(table, func(b proof) bool { return b.property == p })
		}
		if !proven {
			t.Errorf("no sabotage shows that %s bites", p)
		}
		if !bytes.Contains(page, []byte("`"+p+"`")) {
			t.Errorf("docs/properties.md does not name %s", p)
		}
	}
}

// TestSameSeesEveryField changes each field of a payment, however deep, and wants the difference seen.
func TestSameSeesEveryField(t *testing.T) {
	t.Parallel()
	phone, err := payment.ParsePhone("081211111111")
	if err != nil {
		t.Fatal(err)
	}
	sample := func() payment.Payment {
		return payment.Payment{
			Phone: phone, Failure: &payment.Failure{}, Metadata: map[string]string{"a": "b"},
			Attempts: []payment.Attempt{{Calls: []payment.CallRecord{{}}}}, Routes: []payment.Route{{}},
			Customer: &payment.Customer{}, Items: []payment.Item{{}}, Choice: &payment.Choice{Methods: []payment.Method{""}},
		}
	}
	unchanged := sample()
	if !same(unchanged, sample()) {
		t.Fatal("a payment is not the same as itself")
	}
	for n := 0; ; n++ {
		p, left := sample(), n
		path := changeNth(t, reflect.ValueOf(&p).Elem(), "Payment", &left)
		if path == "" {
			if n < 40 {
				t.Errorf("only %d fields were changed", n)
			}
			return
		}
		if same(p, unchanged) {
			t.Errorf("a change of %s is not seen", path)
		}
	}
}

// changeNth changes the n-th plain field under v and gives its path; empty when there are not so many.
func changeNth(t *testing.T, v reflect.Value, path string, n *int) string {
	t.Helper()
	switch v.Kind() {
	case reflect.Slice:
		return changeNth(t, v.Index(0), path+"[0]", n)
	case reflect.Pointer:
		return changeNth(t, v.Elem(), path, n)
	case reflect.Struct:
		switch v.Addr().Interface().(type) {
		case *time.Time, *payment.Phone:
		default:
			for i := range v.NumField() {
				if found := changeNth(t, v.Field(i), path+"."+v.Type().Field(i).Name, n); found != "" {
					return found
				}
			}
			return ""
		}
	}
	if *n--; *n >= 0 {
		return ""
	}
	change(t, v, path)
	return path
}

func change(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = at.Add(time.Second)
			return
		}
		v.SetZero()
	case reflect.Map:
		v.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf("c"))
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		t.Fatalf("%s: a %s is new here", path, v.Kind())
	}
}
