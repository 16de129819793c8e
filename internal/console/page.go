package console

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/asset"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/wording"
)

//go:embed web
var web embed.FS

// pages are the templates and files, and the words of all pages.
type pages struct {
	asset.Files
	words map[string]wording.Words
}

func loadPages() pages {
	p := pages{asset.Load(web, "/console/files/", nil), map[string]wording.Words{}}
	for _, some := range words() {
		maps.Copy(p.words, some)
	}
	return p
}

// file serves a file that pages name.
func (p pages) file(v *visit) error {
	if !p.Serve(v.w, v.r) {
		return store.ErrNotFound
	}
	return nil
}

// view is what templates see.
type view struct {
	*visit
	Title string
	Data  any
}

// show writes a page: the template of that name, titled by the word of the same name.
func (v *visit) show(name string, data any) error {
	return v.write(name, view{v, v.Word(name), data})
}

func (v *visit) write(name string, data view) error {
	var b bytes.Buffer
	if err := v.s.pages.Templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("write page %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", v.Lang)
	v.w.WriteHeader(v.Status)
	_, _ = v.w.Write(b.Bytes()) // a browser that is gone reads nothing
	return nil
}

// apologize writes a page that says why there is no other.
func (s *server) apologize(v *visit, status int, words [2]wording.Words) {
	v.Status = status
	if err := v.write("apology", view{v, v.Say(words[0]), v.Say(words[1])}); err != nil {
		s.Log.Error("a page of the console cannot be written", "error", err)
		http.Error(v.w, "the page cannot be written", http.StatusInternalServerError)
	}
}

// Word gives a label in the visitor's language.
func (v *visit) Word(key string) string {
	w, ok := v.s.pages.words[key]
	if !ok {
		panic("console: no label " + key)
	}
	return v.Say(w)
}

// Say gives a sentence in the visitor's language.
func (v *visit) Say(w wording.Words) string {
	return w.In(v.Lang)
}

// Time writes a time of day in Jakarta with its day; nothing for no time.
func (v *visit) Time(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(payment.WIB).Format("02/01/2006 15:04:05") + " WIB"
}

// Moment is Time to the millisecond, for lines that stand close together; the day is left out of today's.
func (v *visit) Moment(t time.Time) string {
	t = t.In(payment.WIB)
	if payment.DayOf(t) == payment.DayOf(v.s.Now()) {
		return t.Format("15:04:05.000")
	}
	return t.Format("02/01/2006 15:04:05.000")
}

// Money writes an amount so that it does not break in two.
func (v *visit) Money(r payment.Rupiah) string { return strings.ReplaceAll(r.String(), " ", "\u00a0") }

// State names a payment's state.
func (v *visit) State(s payment.State) string { return v.Word("state_" + string(s)) }

// Refusal says what a code of a refusal means.
func (v *visit) Refusal(code string) string { return v.Say(v.s.refusalOf(code)) }

// Role names a role.
func (v *visit) Role(r operator.Role) string { return v.Word("role_" + string(r)) }

// May tells whether the user has a role for the page's merchant, or for any where the page has none.
func (v *visit) May(role string) bool {
	if v.Merchant.ID == "" {
		return v.User.MaySomewhere(operator.Role(role))
	}
	return v.User.May(operator.Role(role), v.Merchant.ID)
}

// At is a path of the page's merchant: {{.At "payments" .ID}}.
func (v *visit) At(parts ...string) string { return v.at(parts...) }

// Done is the word of a change that has just been made, which ?done= names; empty for none.
func (v *visit) Done() string {
	w, ok := v.s.pages.words["done_"+v.r.URL.Query().Get("done")]
	if !ok || v.r.Method != http.MethodGet {
		return ""
	}
	return v.Say(w)
}

// Path is the page's own address, for the switch of languages.
func (v *visit) Path() string { return v.r.URL.Path }

// Switches tells whether the page can be had in the other language: what a form has answered cannot.
func (v *visit) Switches() bool { return v.r.Method == http.MethodGet }

// Entry is a line of the menu.
type Entry struct {
	Path, Label string
	Here        bool
}

// Menu lists the pages that the user may see: those of the page's merchant, and those of no merchant.
func (v *visit) Menu() (list []Entry) {
	for _, rt := range v.s.routes() {
		pattern := strings.TrimSuffix(strings.TrimPrefix(rt.pattern, "GET "), "{$}")
		switch {
		case rt.menu == "":
			continue
		case !rt.perMerchant():
			if rt.needs != signedIn && !v.User.MaySomewhere(rt.needs) {
				continue
			}
		case v.Merchant.ID == "" || !v.User.May(rt.needs, v.Merchant.ID):
			continue
		}
		to := strings.Replace(pattern, "/console/m/{merchant}/", v.at(), 1)
		list = append(list, Entry{to, v.Word(rt.menu), to == v.r.URL.Path})
	}
	return list
}
