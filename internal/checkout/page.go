package checkout

import (
	"embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lunas-pay/lunas/internal/asset"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/wording"
)

//go:embed web
var web embed.FS

// loadPages gives the templates, and the files that they name.
func loadPages() asset.Files { return asset.Load(web, "/checkout/", nil) }

// file serves a file that pages name.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	if !s.pages.Serve(w, r) {
		http.NotFound(w, r)
	}
}

// view is what the templates see.
type view struct {
	Lang     string // id or en
	Merchant string
	Path     string
	Payment  payment.Payment
	Screen   screen
	Speed    float64
	Now      time.Time

	Wrong string // with what was entered; empty: nothing
	wrong wording.Words

	Title, Text string // of an apology
	Again       bool   // it is worth trying again
}

func (s *server) view(w http.ResponseWriter, r *http.Request) view {
	return view{Lang: s.language(w, r)}
}

// Word gives a label in the page's language.
func (v view) Word(key string) string {
	w, ok := labels[key]
	if !ok {
		panic("checkout: no label " + key)
	}
	return v.Say(w)
}

// Say gives a sentence in the page's language.
func (v view) Say(w wording.Words) string {
	if v.Lang == "en" {
		return w.EN
	}
	return w.ID
}

// Amount is written so that it does not break in two.
func (v view) Amount() string { return strings.ReplaceAll(v.Payment.Amount.String(), " ", "\u00a0") }

// Reference is the shop's own.
func (v view) Reference() string { return v.Payment.Reference }

// Test tells whether no real money moves.
func (v view) Test() bool { return v.Payment.Mode != payment.Live }

// Initial is the first letter of the merchant's name.
func (v view) Initial() string {
	r, _ := utf8.DecodeRuneInString(v.Merchant)
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return "#"
	}
	return string(unicode.ToUpper(r))
}

// Counts tells whether there is a countdown.
func (v view) Counts() bool { return !v.Screen.Until.IsZero() }

// Left is how many milliseconds remain by the server's clock; Whole is how many there were at first.
func (v view) Left() int64  { return max(v.Screen.Until.Sub(v.Now), 0).Milliseconds() }
func (v view) Whole() int64 { return v.Screen.Until.Sub(v.Screen.From).Milliseconds() }

// LeftText is what remains, as hours, minutes and seconds.
func (v view) LeftText() string {
	seconds := (v.Left() + 999) / 1000
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// Query is what the page's own further requests carry: what the customer has turned to.
func (v view) Query() string {
	if by := v.Screen.By; by != "" {
		return "?by=" + string(by)
	}
	return ""
}

// Mistake is what is wrong: with what was entered just now, or with what was tried before.
func (v view) Mistake() string {
	if v.Wrong != "" {
		return v.Wrong
	}
	return v.Say(v.Screen.Refused)
}

// Offer is a way to pay as it is shown.
func (v view) Offer(m payment.Method) offerView {
	return offerView{m, v.Word("by_" + string(m)), v.Word("by_" + string(m) + "_2")}
}

type offerView struct {
	Method     payment.Method
	Name, Text string
}

// EndsText is until when the customer can choose.
func (v view) EndsText() string { return v.clock(v.Screen.Ends, "15:04") }

// ReturnIn is after how many seconds a page that was just paid leads back to the shop by itself; 0: it does not. A page that
// is looked at again later stays: what was bought may have been given back since.
func (v view) ReturnIn() int {
	if v.Screen.Kind != success || !v.Screen.Back || v.Payment.Failure != nil || v.Now.Sub(v.Payment.UpdatedAt) > returnWithin {
		return 0
	}
	return 5
}

const returnWithin = 10 * time.Minute

// Gone is how much of the countdown's ring is empty, in per cent.
func (v view) Gone() string {
	if v.Whole() <= 0 {
		return "100"
	}
	return strconv.FormatFloat(100-100*float64(v.Left())/float64(v.Whole()), 'f', 1, 64)
}

// UntilText is the time of day at which the countdown ends, and the day where it is another.
func (v view) UntilText() string {
	return v.clock(v.Screen.Until, "15:04:05")
}

func (v view) clock(t time.Time, format string) string {
	if payment.DayOf(t) != payment.DayOf(v.Now) {
		format = "02/01/2006 " + format
	}
	return t.In(payment.WIB).Format(format) + " WIB"
}

// Refresh is after how many seconds a browser without JavaScript loads the page again; 0: never.
func (v view) Refresh() int {
	switch {
	case len(v.Screen.Offers) > 0: // something is being entered
		return 0
	case !v.Screen.Rests:
		return 5
	case v.Screen.Kind == success: // it may be given back
		return 60
	}
	return 0
}

// preferred reads Accept-Language: the first language that is ours, Indonesian where none is.
func preferred(accept string) string {
	best, at := "id", 0.0
	for i, item := range strings.Split(accept, ",") {
		if i == 20 {
			break
		}
		tag, rest, _ := strings.Cut(strings.TrimSpace(item), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(rest), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(value, 64); err != nil {
				continue
			}
		}
		main, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if main == "in" { // what id was called before 1989, and still is by some
			main = "id"
		}
		if (main == "id" || main == "en") && q > at {
			best, at = main, q
		}
	}
	return best
}
