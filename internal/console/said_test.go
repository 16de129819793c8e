package console

import (
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// What the core, the webhooks and the doctor keep in English is said in Indonesian as well, with the same numbers.
func TestWhatOthersKeepIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for what, w := range map[string]language.Words{
		"12/7": heldWords("the provider has seen number 12/7 before: move the numbering ahead, then release the terminal"),
		"410":  offWords(webhook.ReasonGone), "tiga hari": offWords(webhook.ReasonDead),
		"999999": numberTrouble(payment.ErrBatchFull), "batch 999999": numberTrouble(payment.ErrBatchesUsedUp),
	} {
		if w.ID == w.EN || !strings.Contains(w.ID, what) || w.EN == "" {
			t.Errorf("%s: %+v", what, w)
		}
	}
	if w := heldWords("an operator's own words"); w != language.Same("an operator's own words") {
		t.Errorf("somebody's own words become %+v", w)
	}
	s := newServer(Options{})
	for lang, want := range map[string]string{"id": "akun kopi/ovo: jam", "en": "account kopi/ovo: clock"} {
		v := &visit{s: s, Lang: lang}
		if f := (doctor.Finding{About: "account kopi/ovo", Check: "clock"}); v.About(f)+": "+v.Check(f) != want {
			t.Errorf("in %s: %s: %s", lang, v.About(f), v.Check(f))
		}
		if f := (doctor.Finding{About: "database", Check: "journal_mode"}); v.Check(f) != "journal_mode" {
			t.Errorf("a setting becomes %s", v.Check(f))
		}
	}
}
