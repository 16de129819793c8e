package checkout

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/payment"
)

// press sends a form of the page, as a browser does.
func (w *world) press(path string, form url.Values, options ...option) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, o := range options {
		o(r)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if leak := leaked(rec.Body.String()); leak != "" {
		w.t.Errorf("POST %s answers with %q in it", path, leak)
	}
	return rec
}

func byOVO(number string) url.Values {
	return url.Values{"method": {"ovo_push"}, "phone": {number}, "after": {"0"}}
}

var byQR = url.Values{"method": {"qris"}, "after": {"0"}} // never written

// after is a form of a page on which the payment had so many attempts.
func after(n int, form url.Values) url.Values {
	form = maps.Clone(form)
	form.Set("after", strconv.Itoa(n))
	return form
}

func has(t *testing.T, what string, page *httptest.ResponseRecorder, status int, wants ...string) {
	t.Helper()
	if page.Code != status {
		t.Errorf("%s: %d, want %d", what, page.Code, status)
	}
	for _, want := range wants {
		not := strings.HasPrefix(want, "!")
		if strings.Contains(page.Body.String(), strings.TrimPrefix(want, "!")) == not {
			t.Errorf("%s: want %q in\n%s", what, want, page.Body)
		}
	}
}

// The page offers what the merchant allows; the customer turns to OVO, gives a phone, and gets the push.
func TestChoosingAPush(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.returnURL = "https://shop.example/orders/7"
	answer := make(chan payment.Outcome, 1)
	w.ovo.on("push", when(answer))
	p := w.offer(payment.OVOPush, payment.QRIS)
	path := w.path(p)
	has(t, "the choice", w.do("GET", path), 200, "Pilih cara membayar", `href="`+path+`?by=ovo_push"`, `value="qris"`, "Dapat dibayar sampai 13:00 WIB", "/back", "!data-left", "!http-equiv")
	has(t, "turned to OVO", w.do("GET", path+"?by=ovo_push&lang=en"), 200,
		"Enter Your Registered Phone Number in the OVO Application with 08xxx format", `type="tel"`, `action="`+path+`/choose"`, ">Another way</a>", `data-query="?by=ovo_push"`)
	has(t, "in Indonesian", w.do("GET", path+"?by=ovo_push"), 200, "Masukkan nomor HP yang terdaftar di aplikasi OVO dengan format 08xxx")
	has(t, "the changing part", w.do("GET", path+"/screen?by=ovo_push"), 200, `id="phone"`, "!<html")
	for _, number := range []string{"", "0812", "call me", "+1 555 0100", "08121111111111111"} {
		has(t, "the phone "+number, w.press(path+"/choose", byOVO(number)), 422, "Nomor HP ini belum benar", `aria-invalid="true"`, `role="alert"`)
	}
	if w.ovo.called("push") != 0 {
		t.Fatal("pushed to no phone")
	}
	for range 3 { // pressed again and again
		got := w.press(path+"/choose", byOVO("0812-9876-5432"))
		if got.Code != 303 || got.Header().Get("Location") != path {
			t.Fatalf("chosen = %d %v\n%s", got.Code, got.Header(), got.Body)
		}
	}
	if got := w.press(path+"/choose", byQR); got.Code != 303 {
		t.Errorf("a QR after that = %d", got.Code)
	}
	has(t, "then", w.do("GET", path), 200, "ikon lonceng", `data-whole="55000"`)
	answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
	w.until(p, payment.Paid)
	has(t, "in the end", w.do("GET", path), 200, "Pembayaran berhasil", `data-return="5"`, `content="5;url=`+path+`/back"`, path+"/back")
	if n, m := w.ovo.called("push"), w.snap.called("generate"); n != 1 || m != 0 {
		t.Errorf("%d pushes and %d QRs, want one push", n, m)
	}
}

// A number that OVO does not know is asked for again, in OVO's words and on the same page; another one, or another way, pays.
// A page that is out of date tries nothing.
func TestAnotherNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	unknown := payment.Outcome{Class: payment.Refused, Code: "14", Cause: payment.ReasonPhoneUnknown, NotAsked: true}
	refuse := func(context.Context) (payment.Outcome, error) { return unknown, nil }
	tried := func(p payment.Payment, n int) {
		t.Helper()
		w.untilThat(p, func(p payment.Payment) bool { return len(p.Attempts) == n && p.State != payment.Pushing })
	}
	w.ovo.on("push", refuse)
	p := w.offer(payment.OVOPush, payment.QRIS)
	path := w.path(p)
	w.press(path+"/choose", byOVO(canaryPhone))
	tried(p, 1)
	for range 3 { // a second press of the first page
		if got := w.press(path+"/choose", byOVO(canaryPhone)); got.Code != 303 {
			t.Errorf("pressed again = %d", got.Code)
		}
	}
	has(t, "after one", w.do("GET", path+"?lang=en"), 200, "Phone Number not Registered on OVO Apps", "You have not been charged.", "ends in <b>432</b>",
		`name="after" value="1"`, `href="`+path+`?by=all"`, `aria-invalid="true"`, "!last try", "!data-rests", "!http-equiv")
	has(t, "all ways", w.do("GET", path+"?by=all&lang=en"), 200, "Choose how to pay", "Phone Number not Registered on OVO Apps", `value="qris"`, `data-query="?by=all"`, "!432")
	has(t, "no number", w.press(path+"/choose", after(1, byOVO("12"))), 422, "Nomor HP ini belum benar", "!tidak terdaftar di aplikasi")
	w.press(path+"/choose", after(1, byOVO("081211112222")))
	tried(p, 2)
	has(t, "after two", w.do("GET", path+"?lang=en"), 200, "This is the last try for this order.", "ends in <b>222</b>")
	if n := w.ovo.called("push"); n != 2 {
		t.Errorf("%d pushes, want 2", n)
	}
	w.ovo.on("push", func(context.Context) (payment.Outcome, error) {
		return payment.Outcome{Class: payment.Approved, Code: "00"}, nil
	})
	w.press(path+"/choose", after(2, byOVO("081211113333")))
	w.until(p, payment.Paid)
	has(t, "in the end", w.do("GET", path), 200, "Pembayaran berhasil")

	w.ovo.on("push", refuse)
	p = w.offer(payment.OVOPush, payment.QRIS)
	w.press(w.path(p)+"/choose", byOVO(canaryPhone))
	tried(p, 1)
	w.press(w.path(p)+"/choose", after(1, byQR))
	has(t, "by QR", w.do("GET", w.path(w.until(p, payment.Awaiting))), 200, "qr.svg?n=2")

	p = w.offer(payment.OVOPush)
	for n := range payment.ChoiceTries {
		w.press(w.path(p)+"/choose", after(n, byOVO(canaryPhone)))
		tried(p, n+1)
	}
	has(t, "after the last", w.do("GET", w.path(w.until(p, payment.Declined))+"?lang=en"), 200, "Phone Number not Registered on OVO Apps", "!<form", "data-rests")
}

// Two windows press at once, one for a push and one for a QR: one of them is made, and both show it.
func TestTwoWindowsChoose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.ovo.on("push", never)
	for range 4 {
		pushes, codes := w.ovo.called("push"), w.snap.called("generate")
		p := w.offer(payment.OVOPush, payment.QRIS)
		var all sync.WaitGroup
		for i := range 12 {
			form := byQR
			if i%2 == 0 {
				form = byOVO(canaryPhone)
			}
			all.Go(func() {
				if got := w.press(w.path(p)+"/choose", form); got.Code != 303 {
					t.Errorf("chosen = %d\n%s", got.Code, got.Body)
				}
			})
		}
		all.Wait()
		now, err := w.engine.Store.Load(t.Context(), p.MerchantID, p.ID)
		if err != nil || len(now.Attempts) != 1 {
			t.Fatalf("%d attempts, %v", len(now.Attempts), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		for ctx.Err() == nil && w.ovo.called("push")-pushes+w.snap.called("generate")-codes == 0 {
			time.Sleep(time.Millisecond) // the call leaves after the commit
		}
		cancel()
		if n := w.ovo.called("push") - pushes + w.snap.called("generate") - codes; n != 1 {
			t.Errorf("%d calls, want one", n)
		}
	}
}

// With one way there is nothing to choose; a QR is made only when it is asked for, since addresses are opened by programs
// too.
func TestOneWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p := w.offer(payment.OVOPush)
	has(t, "a push alone", w.do("GET", w.path(p)), 200, `id="phone"`, "!Cara lain", `data-query=""`)
	p = w.offer(payment.QRIS)
	for range 3 {
		has(t, "a QR alone", w.do("GET", w.path(p)), 200, "Bayar sekarang", `value="qris"`, "!?by=")
	}
	if w.snap.called("generate") != 0 {
		t.Error("a QR was made by looking at the page")
	}
	w.press(w.path(p)+"/choose", byQR)
	has(t, "the QR", w.do("GET", w.path(w.until(p, payment.Awaiting))), 200, "qr.svg?n=1")
	has(t, "chosen by an old address", w.do("GET", w.path(p)+"/choose"), 303)
}

// What is refused is said in one sentence, and nothing has been sent.
func TestRefusedChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	p := w.offer(payment.OVOPush, payment.QRIS)
	path := w.path(p) + "/choose"
	for what, form := range map[string]url.Values{"no method": {}, "another method": {"method": {"cash"}}, "a long form": {"method": {strings.Repeat("x", 8000)}}} {
		if got := w.press(path, form); got.Code != 303 {
			t.Errorf("%s = %d", what, got.Code)
		}
	}
	if got := w.press(path, byQR, with("Sec-Fetch-Site", "cross-site")); got.Code != http.StatusForbidden {
		t.Errorf("pressed on somebody else's page = %d", got.Code)
	}
	w.now.Add(int64(11*time.Hour + 58*time.Minute))             // noon and that is 23:58
	late, _, err := w.engine.Request(t.Context(), engine.Order{ // of a merchant who has no other way
		MerchantID: "mer_b", Mode: payment.Test, Methods: []payment.Method{payment.OVOPush}, Amount: 1, Reference: "a",
	})
	if err != nil {
		t.Fatal(err)
	}
	has(t, "just before midnight", w.press(w.path(late)+"/choose", byOVO(canaryPhone), with("Accept-Language", "en")), 422, "Payments with OVO are closed just before midnight")
	if w.ovo.called("push")+w.snap.called("generate") != 0 {
		t.Error("something was sent")
	}
	if got := w.press("/pay/nothing/choose", byQR); got.Code != 404 {
		t.Errorf("a link of nobody's = %d", got.Code)
	}
}

// Who is late is told so, and so is who has the page open.
func TestTheTimeToChooseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, true)
		p := w.offer(payment.OVOPush, payment.QRIS)
		time.Sleep(time.Until(p.Choice.Until))
		has(t, "at the end", w.do("GET", w.path(p)), 200, "Waktu untuk membayar sudah habis", "!value=")
		if got := w.press(w.path(p)+"/choose", byQR); got.Code != 303 {
			t.Errorf("too late = %d", got.Code)
		}
		w.until(p, payment.Expired)
		has(t, "after it", w.do("GET", w.path(p)+"?lang=en"), 200, "The time to pay is over", "You have not been charged.", "data-rests")
		if w.snap.called("generate") != 0 {
			t.Error("a QR was made")
		}
	})
}

// A page that was just paid leads back by itself; one that is looked at later, or was given back, does not.
func TestTheAutomaticWayBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for given, want := range map[string]string{"https://shop.example/7": `data-return="5"`, "": "!data-return", "http://shop.example/": "!data-return"} {
		w.returnURL = given
		p, answer := w.push()
		has(t, "while it waits", w.do("GET", w.path(p)), 200, "!data-return")
		answer <- payment.Outcome{Class: payment.Approved, Code: "00"}
		p = w.until(p, payment.Paid)
		has(t, "paid, return_url "+given, w.do("GET", w.path(p)), 200, want)
		w.now.Add(int64(11 * time.Minute))
		has(t, "later", w.do("GET", w.path(p)), 200, "!data-return")
	}
	w.returnURL = "https://shop.example/7"
	p, answer := w.push()
	answer <- payment.Outcome{Class: payment.Refused, Code: "17", Cause: "canceled_by_customer"}
	has(t, "declined", w.do("GET", w.path(w.until(p, payment.Declined))), 200, "!data-return", "/back")
}
