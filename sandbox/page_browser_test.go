package sandbox

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lunas-pay/lunas/internal/testbrowser"
)

// tourist is a browser that looks at a sandbox.
type tourist struct {
	*visitor
	do    func(steps ...chromedp.Action[chromedp.Void])
	until func(condition string) // waits in the page itself: what it looks at may be drawn anew at any moment
	axe   func(what string)      // in light and in dark colours
	fits  func(what string)      // on a phone's screen, without scrolling sideways
	shows func(name string)      // keeps a picture
}

func newTourist(t *testing.T, v *visitor) tourist {
	t.Helper()
	browser := testbrowser.Open(t)
	complaints := testbrowser.Complaints(t, browser)
	t.Cleanup(func() {
		for _, c := range complaints() {
			if !strings.Contains(c, "422") { // a form that was refused on purpose
				t.Errorf("the browser complains: %s", c)
			}
		}
	})
	return tourist{
		visitor: v,
		do: func(steps ...chromedp.Action[chromedp.Void]) {
			t.Helper()
			if err := chromedp.Do(browser, steps...); err != nil {
				t.Fatal(err)
			}
		},
		until: func(condition string) {
			t.Helper()
			if _, err := chromedp.Run(browser, chromedp.Poll[bool](condition)); err != nil {
				t.Fatalf("%s: %v", condition, err)
			}
		},
		axe: func(what string) {
			t.Helper()
			testbrowser.Axe(t, browser, what)
			testbrowser.Dark(t, browser, true)
			testbrowser.Axe(t, browser, what+", dark")
			testbrowser.Dark(t, browser, false)
		},
		fits: func(what string) {
			t.Helper()
			wide, err := chromedp.Run(browser, chromedp.Evaluate[string](`document.documentElement.scrollWidth > 390 ? "wide" : ""`))
			if err != nil || wide != "" {
				t.Errorf("%s is wider than a phone's screen: %v", what, err)
			}
		},
		shows: func(name string) { testbrowser.Picture(t, browser, name) },
	}
}

func (b tourist) visit(path, until string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base+path), chromedp.WaitVisible(until))
}

// The director's page in a real browser: what happens elsewhere appears by itself and leaves a half-filled form, the
// focus and what was opened as they are; a form that is refused says why and keeps what was typed; buttons answer in place.
func TestDirectorInABrowser(t *testing.T) {
	t.Parallel()
	b := newTourist(t, faspayVisitor(t))
	b.posted("A-1x")
	b.visit("/director?lang=en", `li[id^="bill-"]`)
	b.until(`(document.querySelector("#script-tool").open = true)`)
	b.do(chromedp.SendKeys("#script-tool input[name=invoice]", "INV-7"), chromedp.SendKeys("#script-tool input[name=answer_after]", "soon"))
	b.until(`(() => { const s = document.querySelector("[id^=bill-] select"); s.selectedIndex = 1; s.focus(); return true; })()`)
	answer := b.pushAside(1, "081211111111")
	b.until(`document.querySelector("li[id^='push-'] button[value=cash]") !== null`)
	b.until(`document.querySelector("[id^=bill-] select").selectedIndex === 1`)
	b.until(`document.activeElement === document.querySelector("[id^=bill-] select")`)
	b.until(`document.querySelector("#script-tool").open && document.querySelector("#script-tool input[name=invoice]").value === "INV-7"`)
	b.axe("director")
	b.shows("director")
	b.do(chromedp.Click("#script-tool button.main"))
	b.until(`document.querySelector("#flash").textContent.includes("answer_after") && document.querySelector("#script-tool input[name=invoice]").value === "INV-7"`)
	b.do(chromedp.SetValue("#script-tool input[name=answer_after]", "62s"), chromedp.Click("#script-tool button.main"))
	b.until(`document.querySelector("#flash").hidden && document.querySelector("#script-1") !== null && document.querySelector("#script-tool input[name=invoice]").value === ""`)
	b.until(`(() => { const c = document.querySelector("li[id^='push-'] button[value=cash]"); c?.click(); return Boolean(c); })()`)
	if text := <-answer; !strings.Contains(text, `"responseCode":"00"`) {
		t.Errorf("the push was answered %s", text)
	}
	b.until(`document.querySelector("#ended-1 .state.paid") !== null && document.querySelector("li[id^='push-']") === null`)
	b.visit("/director/rules?lang=id", "#rule-hmac")
	b.axe("rules")
}

// The phone's page: the notification drops, the code is asked for, a wrong one is said, what was typed outlives another
// push, and the payment is made by keyboard alone.
func TestPhoneInABrowser(t *testing.T) {
	t.Parallel()
	b := newTourist(t, newVisitor(t, Options{}))
	b.s.Do(func(core *Core, _ time.Time) {
		w, _ := core.Wallet("081211111111")
		w.AskPIN = true
		if err := core.PutWallet(w); err != nil {
			t.Error(err)
		}
	})
	b.visit("/?lang=id", ".wallets")
	b.axe("wallets")
	b.visit("/phones/081211111111", "section.empty")
	answer := b.pushAside(1, "081211111111")
	b.do(chromedp.WaitVisible(".notice"), chromedp.SendKeys("#pin-1", "99"))
	b.pushAside(2, "081211111111")
	b.until(`document.querySelectorAll("[data-push]").length === 2 && document.querySelector("#pin-1").value === "99" && document.title.startsWith("(2)")`)
	b.axe("phone")
	b.shows("wallet-notification")
	b.do(chromedp.SendKeys("#pin-1", "\t\t\r")) // the second button: OVO Points
	b.until(`document.querySelector("#push-1 .flash")?.textContent.includes("Sisa percobaan: 2")`)
	b.do(chromedp.SendKeys("#pin-1", SecurityCode+"\t\t\r"))
	if text := <-answer; !strings.Contains(text, `"ovoPointsUsed":"12500"`) {
		t.Errorf("the push was answered %s", text)
	}
	b.until(`document.querySelector("#was-1 .state.paid") !== null && document.querySelector("#push-1") === null`)
}

// Every page fits a phone, in both languages, also while its clock is told to run fast.
func TestPagesFitAPhone(t *testing.T) {
	t.Parallel()
	b := newTourist(t, newVisitor(t, Options{Speed: 60}))
	for _, lang := range []string{"id", "en"} {
		for _, path := range []string{"/", "/phones/081211111111", "/director", "/director/rules", "/integration/simulator/ovo/inquiry"} {
			b.visit(path+"?lang="+lang, "header.bar")
			b.fits(path + " in " + lang)
		}
	}
}

// The other pages of providers: DOKU's simulator, Faspay's page, and those that link an account.
func TestProvidersPagesInABrowser(t *testing.T) {
	t.Parallel()
	v := faspayVisitor(t)
	b := newTourist(t, v)
	b.visit("/integration/simulator/ovo/inquiry?lang=id", "ul.active")
	b.axe("DOKU's simulator")
	_, page := b.posted("A-1x")
	b.visit(page, "#ovo_number")
	b.axe("Faspay's page")
	v.do("POST", page, url.Values{"ovo_number": {"081211111111"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	b.do(chromedp.WaitVisible("progress"))
	b.axe("Faspay's page while it waits")
	id := b.bindDemo()
	b.visit("/binding/"+id+"?lang=en", "section.push")
	b.axe("the terms")
	b.shows("binding-terms")
	b.do(chromedp.Click("button.main"), chromedp.WaitVisible("input[name=value]:not([type=hidden])"))
	b.axe("the OTP")
	b.do(chromedp.SendKeys("input[name=value]:not([type=hidden])", "0000"), chromedp.Click("button.main"), chromedp.WaitVisible(".flash"))
	b.do(chromedp.SendKeys("input[name=value]:not([type=hidden])", "1111"), chromedp.Click("button.main"), chromedp.WaitNotPresent(".flash"))
	b.do(chromedp.SendKeys("input[name=value]:not([type=hidden])", SecurityCode), chromedp.Click("button.main"), chromedp.WaitReady(".wallets"))
	v.s.Do(func(core *Core, _ time.Time) {
		for _, b := range core.Bindings() {
			if b.Step != BindingLinked {
				t.Errorf("the binding is %s", b.Step)
			}
		}
	})
}

// bindDemo begins to link an account at the sandbox's own merchant, whose pages lead back to this machine.
func (v *visitor) bindDemo() (id string) {
	v.t.Helper()
	v.s.Do(func(core *Core, now time.Time) {
		m := core.snap.list[0]
		b := &binding{
			merchant: m, success: v.base + "/?linked=1", failed: v.base + "/?linked=0",
			Binding: Binding{ID: "uji-1", ClientID: m.ClientID, Merchant: m.Name, Phone: "081211111111", Step: BindingTerms, Made: now, Deadline: now.Add(bindWithin)},
		}
		core.snap.bindings[b.ID] = b
		core.snap.bound = append(core.snap.bound, b)
		id = b.ID
	})
	return id
}
