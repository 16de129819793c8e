package language_test

import (
	"testing"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Every word of the core has a name in both languages, which is not its code.
func TestEveryWordHasBothNames(t *testing.T) {
	t.Parallel()
	have := func(what string, w language.Words) {
		if w.ID == "" || w.EN == "" || w.ID == what && w.EN == what {
			t.Errorf("%s: %+v", what, w)
		}
	}
	for _, s := range payment.States() {
		have(string(s), language.State(s))
	}
	for _, c := range payment.Classes() {
		have(string(c), language.Class(c))
	}
	for _, c := range []payment.Call{
		payment.CallPush, payment.CallReversal, payment.CallCheck, payment.CallVoid, payment.CallCheckVoid, payment.CallGenerate,
		payment.CallRefund, payment.CallPost, payment.CallCancel,
	} {
		have(string(c), language.Call(c))
	}
	for _, s := range []payment.Silence{payment.Silent, payment.Garbled, payment.Interrupted} {
		have(string(s), language.Silence(s))
	}
	if w := language.State("another"); w != language.Same("another") {
		t.Errorf("a state that nobody knows is %+v", w)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	w := language.Words{ID: "%[2]s punya %[1]d", EN: "%d of %s"}.With(7, language.Words{ID: "toko", EN: "the shop"}).And(language.Same("!"))
	if w != (language.Words{ID: "toko punya 7!", EN: "7 of the shop!"}) {
		t.Errorf("filled in: %+v", w)
	}
	if w.In("id") != w.ID || w.In("en") != w.EN || (language.Words{EN: "old"}).In("id") != "old" {
		t.Error("a sentence is said in the wrong language")
	}
}
