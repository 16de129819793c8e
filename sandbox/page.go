package sandbox

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// routes puts the doors together: the providers' own and the control API as they are,
// the pages behind a strict content policy and a guard against forged forms.
func (s *Sandbox) routes() http.Handler {
	pages := s.templates()
	mux := http.NewServeMux()
	mux.HandleFunc("/pos", s.serveProvider)
	s.control(mux)
	mux.HandleFunc("GET /static/{file}", serveStatic)
	for pattern, build := range map[string]func(*http.Request, *view) error{
		"GET /{$}":             s.viewWallets,
		"GET /phones/{phone}":  s.viewPhone,
		"GET /director":        s.viewDirector,
		"GET /director/rules":  s.viewRules,
		"GET " + simulatorPath: s.viewSimulator,
	} {
		mux.HandleFunc(pattern, s.page(pages, "page", build))
		mux.HandleFunc(fragment(pattern, "screen"), s.page(pages, "screen", build))
	}
	mux.HandleFunc("GET /binding/{id}", s.page(pages, "binding-page", s.viewBinding))
	s.snapRoutes(mux)
	s.faspayRoutes(mux, pages)
	s.dokuRoutes(mux)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /phones/{phone}/events", s.events)
	mux.HandleFunc("POST /phones", s.postPhone)
	mux.HandleFunc("POST /phones/{phone}/topup", s.postTopUp)
	mux.HandleFunc("POST /phones/{phone}/pushes/{id}", s.postChoice)
	mux.HandleFunc("POST /phones/{phone}/settings", s.postSettings)
	s.directorRoutes(mux, pages)
	guard := http.NewCrossOriginProtection()
	guarded := guard.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.options.railOf(r.URL.Path) != RailOVO && !servesFaspayPage(r.URL.Path) { // a provider's door: servers call it, not browsers
			s.serveProvider(w, r)
			return
		}
		if r.URL.Path == "/pos" {
			mux.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// templates reads the pages that are embedded.
func (s *Sandbox) templates() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"rupiah": rupiah, "points": points, "phone": spacedPhone, "clock": clockText, "seconds": durationText,
		"word":       func(lang string, key any) string { return words[lang][fmt.Sprint(key)] },
		"initial":    initial,
		"operations": operationNames, "rails": rails,
		"effect": effectText, "when": whenText, "mask": maskPhone, "faultRails": faultRails,
		"choices": func(chosen, all string) choices { return choices{chosen, strings.Fields(all)} },
		"pair":    func(v *view, w waitingView) listedWaiting { return listedWaiting{v, w} },
		"habits":  habits,
		"wrap":    func(v *view, w walletView) listed { return listed{v.Lang, w} },
	}).ParseFS(web, "web/*.html"))
}

// fragment is the path under which the changing part of a page is served alone.
func fragment(pattern, name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(pattern, "{$}"), "/") + "/" + name
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if !strings.HasSuffix(file, ".css") && !strings.HasSuffix(file, ".js") && !strings.HasSuffix(file, ".svg") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, web, "web/"+file)
}

// view is what the templates see.
type view struct {
	Lang, Other string // "id" or "en", and the one to switch to
	Kind        string // wallets, phone, director, binding, bill
	Path        string
	Title       string
	Speed       float64
	Now         time.Time
	Flash       string
	Query       template.URL // of the page, as far as it is kept

	Simulator simulatorView

	Wallets  []walletView
	Wallet   walletView
	Pending  []pushView
	History  []pushView
	Director directorView
	Rules    []RuleText

	Open    []pushView // QRs that nobody has scanned
	Binding Binding
	Bill    billView
	FormTo  string // where else than here forms may lead
}

type walletView struct {
	Wallet
	Does   string
	Manual bool
	// Habitual is the key of the habit's word; empty: it is none of those that a page offers.
	Habitual string
	Waiting  int
}

// listed is a wallet in a list, with the language of its page.
type listed struct {
	Lang   string
	Wallet walletView
}

// listedWaiting is a pending thing in a list, with its page.
type listedWaiting struct {
	View    *view
	Waiting waitingView
}

// choices are the options of a field, and the one that was chosen.
type choices struct {
	Chosen string
	All    []string
}

type pushView struct {
	Transaction
	CanCash, CanPoints, CanBoth bool
	Left                        time.Duration
	LeftSeconds, Within         int
	Mark                        string
	PIN                         bool // the wallet asks for its code before a payment
	TriesLeft                   int  // of the code; 0: none has been wrong
}

var errNoPage = errors.New("sandbox: no such page")

// page serves one view, whole or its changing part only.
func (s *Sandbox) page(pages *template.Template, name string, build func(*http.Request, *view) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &view{Lang: language(w, r), Path: strings.TrimSuffix(r.URL.Path, "/screen"), Speed: s.speed()}
		v.Other = map[string]string{"id": "en", "en": "id"}[v.Lang]
		if v.Path == "" {
			v.Path = "/"
		}
		switch problem := r.URL.Query().Get("problem"); problem {
		case "phone", "amount", "code", "qr", "qr_unknown", "qr_scanned", "qr_over", "picture", "picture_size", "picture_qr":
			v.Flash = words[v.Lang]["problem_"+problem]
		}
		if err := build(r, v); err != nil {
			missing := "problem_gone"
			if strings.HasPrefix(r.URL.Path, "/phones/") {
				missing = "no_phone"
			}
			http.Error(w, words[v.Lang][missing], http.StatusNotFound)
			return
		}
		render(w, pages, name, v, http.StatusOK)
	}
}

// render writes a view behind the policy that every page has.
func render(w http.ResponseWriter, pages *template.Template, name string, v *view, status int) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action "+strings.TrimSpace("'self' "+v.FormTo)+"; base-uri 'none'; frame-ancestors 'none'")
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		http.Error(w, "render page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // a browser that is gone reads nothing
}

// language is Indonesian unless ?lang= or the cookie of an earlier ?lang= says English.
func language(w http.ResponseWriter, r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == "id" || lang == "en" {
		http.SetCookie(w, &http.Cookie{
			Name: "lang", Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if cookie, err := r.Cookie("lang"); err == nil && cookie.Value == "en" {
		return "en"
	}
	return "id"
}

func (s *Sandbox) viewWallets(_ *http.Request, v *view) error {
	v.Kind, v.Title = "wallets", words[v.Lang]["wallets"]
	s.Do(func(core *Core, now time.Time) {
		v.Now = now
		for _, phone := range core.phones {
			v.Wallets = append(v.Wallets, core.wallets[phone].view(v.Lang))
		}
	})
	return nil
}

func (s *Sandbox) viewPhone(r *http.Request, v *view) error {
	v.Kind = "phone"
	var err error
	s.Do(func(core *Core, now time.Time) {
		w := core.wallet(r.PathValue("phone"))
		if w == nil {
			err = errNoPage
			return
		}
		v.Now, v.Wallet, v.Title = now, w.view(v.Lang), w.Name
		for _, p := range slices.Backward(w.recent) {
			shown := p.show(now)
			if p.state == Pending {
				v.Pending = append(v.Pending, shown)
			} else if len(v.History) < 30 {
				v.History = append(v.History, shown)
			}
		}
		for _, open := range core.OpenQRs(now, openShown) {
			v.Open = append(v.Open, core.payment(open.ID).show(now))
		}
	})
	return err
}

func (w *wallet) view(lang string) walletView {
	shown := walletView{Wallet: w.Wallet, Manual: w.Habit == Effect{}}
	for _, habit := range habits() {
		if w.Habit == habit.Effect {
			shown.Habitual = habit.Name
		}
	}
	for _, seeded := range SeededPhones() {
		if seeded.Phone == w.Phone && !shown.Manual {
			shown.Does = map[string]string{"id": seeded.Indonesian, "en": seeded.English}[lang]
		}
	}
	if shown.Habitual != "" && !shown.Manual {
		shown.Does = words[lang][shown.Habitual]
	}
	for _, p := range w.recent {
		if p.state == Pending {
			shown.Waiting++
		}
	}
	return shown
}

func (p *payment) show(now time.Time) pushView {
	shown := pushView{
		Transaction: p.view(), Left: max(p.Deadline.Sub(now), 0), Within: int(p.Deadline.Sub(p.Arrived) / time.Second),
	}
	shown.LeftSeconds = int((shown.Left + time.Second - 1) / time.Second)
	if p.wallet != nil {
		_, _, shown.CanCash = p.wallet.split(Cash, p.Amount)
		_, _, shown.CanPoints = p.wallet.split(Points, p.Amount)
		_, _, shown.CanBoth = p.wallet.split(Both, p.Amount)
		shown.CanBoth = shown.CanBoth && p.Amount > 1
		shown.PIN = p.wallet.AskPIN
		if p.badPINs > 0 {
			shown.TriesLeft = pinTries - p.badPINs
		}
	}
	shown.Mark = string(p.state)
	return shown
}

// events tells a page, as server-sent events, that its changing part is another now.
func (s *Sandbox) events(w http.ResponseWriter, r *http.Request) {
	phone := r.PathValue("phone")
	known := true
	if phone != "" {
		s.Do(func(core *Core, _ time.Time) { known = core.wallet(phone) != nil })
	}
	if !known {
		http.NotFound(w, r)
		return
	}
	s.stream(w, r, func() (uint64, <-chan struct{}) { return s.revision(phone) })
}

// stream says whenever a revision is another.
func (s *Sandbox) stream(w http.ResponseWriter, r *http.Request, current func() (uint64, <-chan struct{})) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // a server's write time-out is not for streams
	var last uint64
	for first := true; ; first = false {
		revision, changed := current()
		if revision != last || first {
			last = revision
			if _, err := fmt.Fprintf(w, "event: change\nid: %d\ndata: %d\n\n", revision, revision); err != nil {
				return
			}
		} else if _, err := fmt.Fprint(w, ": other phones\n\n"); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		if !s.pause(r, changed) {
			return
		}
	}
}

// pause waits for a change, and a moment longer so that a busy sandbox does not flood
// its pages. It is real time: people look at it.
func (s *Sandbox) pause(r *http.Request, changed <-chan struct{}) bool {
	const breath, alive = 100 * time.Millisecond, 15 * time.Second
	for _, wait := range []struct {
		changed <-chan struct{}
		most    time.Duration
	}{{nil, breath}, {changed, alive}} {
		timer := time.NewTimer(wait.most)
		select {
		case <-wait.changed:
		case <-timer.C:
		case <-r.Context().Done():
			timer.Stop()
			return false
		case <-s.done:
			timer.Stop()
			return false
		}
		timer.Stop()
	}
	return true
}

// revision is that of one phone's wallet, or of everything.
func (s *Sandbox) revision(phone string) (uint64, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if phone == "" {
		return s.core.Revision(), s.changed
	}
	if w := s.core.wallet(phone); w != nil {
		return max(w.revision, s.core.snap.qrRevision), s.changed
	}
	return 0, s.changed
}

func (s *Sandbox) postChoice(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64)
	var err error
	s.Do(func(core *Core, now time.Time) {
		found, ok := core.TransactionByID(id)
		if phone, valid := normalPhone(r.PathValue("phone")); !ok || !valid || phone != found.Phone {
			err = ErrUnknownPush
			return
		}
		err = core.ChooseWithPIN(now, id, Choice(r.PostFormValue("choice")), r.PostFormValue("pin"))
	})
	switch {
	case errors.Is(err, ErrUnknownPush):
		http.Error(w, err.Error(), http.StatusNotFound)
	case errors.Is(err, ErrUnknownChoice):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default: // too late, or a wrong code, is shown by the screen itself
		back(w, r, "/phones/"+url.PathEscape(r.PathValue("phone")))
	}
}

// habits are those that a phone's page offers; any other is left as it is.
func habits() []struct {
	Name   string
	Effect Effect
} {
	two := Duration(2 * time.Second)
	return []struct {
		Name   string
		Effect Effect
	}{
		{"habit_hand", Effect{}},
		{"habit_cash", Effect{Customer: Cash, CustomerAfter: two}},
		{"habit_points", Effect{Customer: Points, CustomerAfter: two}},
		{"habit_both", Effect{Customer: Both, CustomerAfter: two}},
		{"habit_decline", Effect{Customer: Decline, CustomerAfter: two}},
		{"habit_ignore", Effect{Customer: Ignore}},
	}
}

// postSettings changes a phone's habit, and whether it asks for its security code.
func (s *Sandbox) postSettings(w http.ResponseWriter, r *http.Request) {
	var err error
	s.Do(func(core *Core, _ time.Time) {
		changed, known := core.Wallet(r.PathValue("phone"))
		if !known {
			err = ErrUnknownPhone
			return
		}
		changed.AskPIN = r.PostFormValue("ask_pin") != ""
		for _, habit := range habits() {
			if habit.Name == r.PostFormValue("habit") {
				changed.Habit = habit.Effect
			}
		}
		err = core.PutWallet(changed)
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	back(w, r, "/phones/"+url.PathEscape(r.PathValue("phone")))
}

func (s *Sandbox) postTopUp(w http.ResponseWriter, r *http.Request) {
	to := "/phones/" + url.PathEscape(r.PathValue("phone"))
	amount, err := strconv.ParseInt(r.PostFormValue("amount"), 10, 64)
	if err == nil {
		cash, points := amount, int64(0)
		if r.PostFormValue("pot") == "points" {
			cash, points = 0, amount
		}
		s.Do(func(core *Core, _ time.Time) { err = core.TopUp(r.PathValue("phone"), cash, points) })
	}
	if errors.Is(err, ErrUnknownPhone) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if err != nil {
		to += "?problem=amount"
	}
	back(w, r, to)
}

func (s *Sandbox) postPhone(w http.ResponseWriter, r *http.Request) {
	phone, ok := normalPhone(strings.NewReplacer(" ", "", "-", "").Replace(r.PostFormValue("phone")))
	if !ok {
		back(w, r, "/?problem=phone")
		return
	}
	s.Do(func(core *Core, _ time.Time) {
		if _, known := core.Wallet(phone); known {
			return
		}
		name := strings.TrimSpace(clip(r.PostFormValue("name"), 60))
		if name == "" {
			name = "Pelanggan"
		}
		// The phone is valid and the balances are constants: nothing is left to refuse.
		_ = core.PutWallet(Wallet{Phone: phone, Name: name, Cash: 1_000_000, Points: 100_000})
	})
	back(w, r, "/phones/"+phone)
}

func back(w http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// rupiah writes an amount as Indonesians do: Rp 12.500.
func rupiah(n int64) string { return "Rp " + points(n) }

func points(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "." + text[i:]
	}
	return text
}

// spacedPhone writes a phone in groups of four.
func spacedPhone(s string) string {
	var groups []string
	for len(s) > 5 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), "-")
}

func initial(name string) string {
	for _, letter := range name {
		return string(letter)
	}
	return "?"
}

func clockText(t time.Time) string { return t.In(WIB).Format("02/01 15:04:05") }

func durationText(d Duration) string {
	if d == 0 {
		return ""
	}
	return time.Duration(d).String()
}
