package certify

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/checkout"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/rail"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/memory"
	"github.com/lunas-pay/lunas/sandbox"
)

// rig is a gateway without its API: engine, rails, recorder and pages, with the emulator behind it or a real provider.
type rig struct {
	o         Options
	accounts  map[string]merchant.Account // by id: the real one, and the same with something wrong
	engine    *engine.Engine
	keyring   *exchange.Keyring
	store     *tap
	transport http.RoundTripper
	ownEnd    *ownEnd // nil at the emulator, which is told what goes wrong
	pages     http.Handler
	links     checkout.Links

	world *world // nil where time is real
	core  *sandbox.Core
	link  *link
	stop  func()

	external  int // X-EXTERNAL-IDs of direct calls
	directQRs int // numbers of QRs of direct calls

	mu    sync.Mutex
	loose []evidence.Exchange // of the scenario under way, that belong to no payment in the store
}

// tap is a store that also hands on exchanges that belong to no payment.
type tap struct {
	store.Store
	seen func([]exchange.Part)
}

// Append keeps exchanges, and hands them on.
func (t *tap) Append(ctx context.Context, parts []exchange.Part) error {
	err := t.Store.Append(ctx, parts)
	if err == nil {
		t.seen(parts)
	}
	return err
}

// gatewayAddress is where the emulator finds our doors.
const gatewayAddress = "http://gateway.sandbox"

// open builds the rig.
func (o Options) open(ctx context.Context, state *evidence.Run) (*rig, error) {
	g := &rig{o: o, stop: func() {}, keyring: o.Keyring}
	if g.keyring == nil {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		var err error
		if g.keyring, err = exchange.NewKeyring(key); err != nil {
			return nil, err
		}
	}
	eo := engine.Options{Keyring: g.keyring, CircuitAfter: -1}
	base := o.Store
	if o.Target == Sandbox {
		g.world = &world{now: state.Clock}
		base = memory.New(memory.Options{Now: g.world.time})
		g.openSandbox()
		eo.Now, eo.After, eo.Sleep, eo.Go, eo.Together = g.world.time, g.world.timer, g.world.sleep, g.world.start, g.world.together
		eo.Lease = 100 * 365 * 24 * time.Hour // nobody else is there to take over
		eo.NewID = g.newID()
	} else {
		if o.Store == nil || o.Tester == nil {
			return nil, errors.New("at a real system a store and a tester are needed")
		}
		if _, err := payment.ParsePhone(o.Phone); err != nil && o.Suite.Rail != payment.SNAP {
			return nil, fmt.Errorf("the tester's phone number (--phone): %w", err)
		}
		g.ownEnd = newOwnEnd(exchange.Options{})
		g.transport = g.ownEnd
	}
	g.store = &tap{Store: base, seen: g.seen}
	eo.Store = g.store
	if err := g.lines(&eo); err != nil {
		return nil, err
	}
	var err error
	if g.engine, err = engine.New(ctx, eo); err != nil {
		return nil, err
	}
	if g.links, err = checkout.NewLinks("http://pages", make([]byte, 32)); err != nil {
		return nil, err
	}
	g.pages = checkout.New(checkout.Options{
		Engine: g.engine, Links: g.links, Now: g.now, Merchant: func(string) (string, bool) { return o.Merchant, true },
	})
	if err := g.restore(ctx, state.Numbers); err != nil {
		return nil, err
	}
	return g, g.start(ctx)
}

// lines opens the account's rail, and the same account with one thing wrong each, for negative scenarios.
func (g *rig) lines(eo *engine.Options) error {
	g.accounts = map[string]merchant.Account{}
	for _, a := range variants(g.o.Account, g.o.Target) {
		line, err := rail.Open(a, g.transport, g.now)
		if err != nil {
			return err
		}
		g.accounts[a.ID] = a
		eo.Accounts = append(eo.Accounts, engine.Account{Account: a, Line: line})
	}
	return nil
}

// openSandbox starts the emulator's core, with our doors registered.
func (g *rig) openSandbox() {
	o := sandbox.Options{KeepRequests: -1}
	door := func(account string) string {
		return gatewayAddress + "/notify/" + string(g.o.Suite.Rail) + "/" + account
	}
	qris, doku, faspay := sandbox.DemoSNAPMerchant(), sandbox.DemoDOKUMerchant(), sandbox.DemoFaspayMerchant()
	qris.Callback = sandbox.Callback{URL: door(g.o.Account.ID), Mode: sandbox.NotifyAsymmetric}
	doku.Callback.URL, faspay.Callback.URL = door(g.o.Account.ID), door(g.o.Account.ID)
	o.SNAP.Merchants, o.SNAP.PlainPaths = []sandbox.SNAPMerchant{qris}, true
	o.DOKU.Merchants, o.Faspay.Merchants = []sandbox.DOKUMerchant{doku}, []sandbox.FaspayMerchant{faspay}
	g.core = sandbox.NewCore(o)
	g.link = &link{world: g.world, core: g.core, calls: map[uint64]*call{}}
	g.link.door = func(n sandbox.Notification) { g.world.spawn(0, func() { g.knock(n) }) }
	g.world.slice = g.link.hungUp
	g.transport = g.link
}

// newID orders by time, and is the same in every run.
func (g *rig) newID() func(string) string {
	serial := uint32(0)
	return func(prefix string) string {
		var id [16]byte
		ms := uint64(g.world.now.UnixMilli())
		for i := range 6 {
			id[i] = byte(ms >> (8 * (5 - i)))
		}
		serial++
		id[12], id[13], id[14], id[15] = byte(serial>>24), byte(serial>>16), byte(serial>>8), byte(serial)
		return engine.FormatID(prefix, id)
	}
}

// start sets the engine in motion.
func (g *rig) start(ctx context.Context) error {
	if g.world != nil {
		g.world.run(func() { _ = g.engine.Beat(ctx) })
		g.tick(ctx)
		return nil
	}
	running, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = g.engine.Run(running) // it ends when we do
	}()
	stopDoor := func() {}
	if g.o.Listen != "" {
		l, err := net.Listen("tcp", g.o.Listen)
		if err != nil {
			cancel()
			return fmt.Errorf("notifications cannot be taken on %s: %w", g.o.Listen, err)
		}
		server := &http.Server{Handler: http.HandlerFunc(g.door), ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = server.Serve(l) }()
		stopDoor = func() { _ = server.Close() }
	}
	g.stop = func() {
		stopDoor()
		cancel()
		<-ended
	}
	return nil
}

// tick lets the engine look for what is due, as it does by itself where time is real.
func (g *rig) tick(ctx context.Context) {
	const every = time.Second
	if _, oldest, err := g.store.OpenTasks(ctx); err == nil && !oldest.IsZero() && !oldest.After(g.world.now) {
		g.world.spawn(0, func() { _ = g.engine.Tick(ctx) })
	}
	g.world.after(every, func() { g.tick(ctx) })
}

func (g *rig) close() {
	g.stop()
	if g.world != nil {
		g.world.close()
	}
}

func (g *rig) now() time.Time {
	if g.world != nil {
		return g.world.now
	}
	return time.Now()
}

// perform runs a job: in virtual time with everything that happens meanwhile.
func (g *rig) perform(job func()) {
	if g.world != nil {
		g.world.run(job)
		return
	}
	job()
}

func (r *run) sleep(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if r.world != nil {
		return r.world.sleep(r.ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// moveTo lets time pass until a time of day. Without one it is only made sure that there is a good part of the day left.
func (r *run) moveTo(clock string) error {
	now := r.now().In(payment.WIB)
	if clock == "" {
		if r.world == nil || (now.Hour() >= 8 && now.Hour() < 22) {
			return nil
		}
		clock = "09:00:00"
	}
	at, err := next(now, clock)
	if err != nil {
		return err
	}
	return r.sleep(at.Sub(now))
}

// next is the next moment at which clocks in Jakarta show a time of day.
func next(now time.Time, clock string) (time.Time, error) {
	t, err := time.Parse("15:04:05", clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time of day like 23:58:30", clock)
	}
	now = now.In(payment.WIB)
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, payment.WIB)
	if at.Before(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, nil
}

// tooEarly tells whether a scenario that begins at a time of day is left for later where time is real.
func (g *rig) tooEarly(s Scenario) (note string, later bool) {
	if g.world != nil {
		return "", false
	}
	if s.At == "" {
		now := g.now().In(payment.WIB)
		return "it is too close to the cut-off at 23:59 WIB: give the same command again after midnight", now.Hour() == 23 && now.Minute() >= 50
	}
	at, err := next(g.now(), s.At)
	if err != nil || at.Sub(g.now()) < 10*time.Minute {
		return "", false
	}
	return "begins at " + s.At + " WIB: give the same command again less than ten minutes before", true
}

// settleDown waits until nothing of the scenario's payments is under way, so that the next one begins in peace. What is
// still open after two minutes stays so.
func (r *run) settleDown() error {
	for range 120 {
		busy := false
		for _, id := range r.payments {
			p, err := r.store.Load(r.ctx, r.o.Account.MerchantID, id)
			if err != nil {
				return err
			}
			busy = busy || len(p.OpenCalls()) > 0
		}
		if !busy {
			return nil
		}
		if err := r.sleep(time.Second); err != nil {
			return err
		}
	}
	return nil
}

// restore puts the numbering where the run left it. A store of its own has kept it.
func (g *rig) restore(ctx context.Context, numbers map[string]string) error {
	if g.o.Target != Sandbox {
		if g.o.NumbersAfter == "" {
			return nil
		}
		counted := g.o.Account.Terminals[0].ID
		if g.o.Suite.Rail == payment.SNAP {
			counted = "qr/" + g.o.Account.ID // QRs of all terminals are counted together
		}
		numbers = map[string]string{counted: fmt.Sprintf("%s/%d", g.o.NumbersAfter, int(payment.DayOf(g.now())))}
	}
	list, err := g.store.Terminals(ctx, g.o.Account.MerchantID)
	if err != nil {
		return err
	}
	for _, t := range list {
		var batch, reference, day int
		if _, err := fmt.Sscanf(numbers[t.ID], "%d/%d/%d", &batch, &reference, &day); err != nil || batch == 0 {
			if g.o.Target != Sandbox && numbers[t.ID] != "" {
				return fmt.Errorf("%q is no batch and reference number such as 12/4711", g.o.NumbersAfter)
			}
			continue
		}
		t.Cursor.Last = payment.Number{Batch: payment.Batch(batch), Reference: payment.ReferenceNumber(reference)}
		t.Cursor.Day = payment.Day(day)
		if err := g.store.SetTerminal(ctx, t); err != nil {
			return fmt.Errorf("go on with the numbering of %s: %w", t.ID, err)
		}
	}
	return nil
}

func (g *rig) numbers(ctx context.Context) (map[string]string, error) {
	list, err := g.store.Terminals(ctx, g.o.Account.MerchantID)
	numbers := map[string]string{}
	for _, t := range list {
		numbers[t.ID] = fmt.Sprintf("%d/%d/%d", t.Cursor.Last.Batch, t.Cursor.Last.Reference, int(t.Cursor.Day))
	}
	return numbers, err
}

// seen takes exchanges that belong to no payment: tokens, phone inquiries.
func (g *rig) seen(parts []exchange.Part) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range parts {
		if g.keyring.Open(&p) == nil && p.PaymentID == "" && p.Operation != "notification" {
			g.loose = evidence.Pair(g.loose, p, g.o.Account.URL, g.environment())
		}
	}
}

// exchange makes an exchange of a request.
func (g *rig) exchange(p exchange.Part) evidence.Exchange {
	p.Side = exchange.Request
	return evidence.Pair(nil, p, g.o.Account.URL, g.environment())[0]
}

// facts gather what the scenario's steps are judged by.
func (r *run) facts() (Facts, error) {
	f := Facts{Refusal: r.refusal}
	r.mu.Lock()
	f.Exchanges = slices.Clone(r.loose)
	r.mu.Unlock()
	for _, id := range r.payments {
		parts, err := r.store.Exchanges(r.ctx, r.o.Account.MerchantID, id)
		if err != nil {
			return f, err
		}
		for _, part := range parts {
			if part.Operation == "notification" {
				continue // the door has kept it, whatever became of it
			}
			if err := r.keyring.Open(&part); err != nil {
				return f, err
			}
			f.Exchanges = evidence.Pair(f.Exchanges, part, r.o.Account.URL, r.environment())
		}
	}
	slices.SortStableFunc(f.Exchanges, func(a, b evidence.Exchange) int { return a.Began.Compare(b.Began) })
	if r.current == "" {
		return f, nil
	}
	p, err := r.store.Load(r.ctx, r.o.Account.MerchantID, r.current)
	if err != nil {
		return f, err
	}
	f.State, f.Page = p.State, map[string]string{}
	for _, lang := range []string{"id", "en"} {
		f.Page[lang] = pageText(r.page(p, lang))
	}
	return f, nil
}

// path is that of the payment's page.
func (g *rig) path(p payment.Payment, lang string) string {
	return strings.TrimPrefix(g.links.Of(p), "http://pages") + "?lang=" + lang
}

// page is the customer's page as it is now.
func (g *rig) page(p payment.Payment, lang string) string {
	r, err := http.NewRequest(http.MethodGet, g.path(p, lang), nil)
	if err != nil {
		return ""
	}
	w := &recorder{header: http.Header{}}
	g.pages.ServeHTTP(w, r)
	return w.body.String()
}

// recorder keeps an answer of our own handlers.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header gives the answer's header.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write keeps the body.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

var (
	unseen = regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>|<script.*?</script>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
)

// pageText is what a page says, without its marks.
func pageText(page string) string {
	page = tag.ReplaceAllString(unseen.ReplaceAllString(page, " "), " ")
	return strings.Join(strings.Fields(html.UnescapeString(page)), " ")
}

// knock brings a notification of the emulator to the engine, and its answer back.
func (g *rig) knock(n sandbox.Notification) {
	u, err := url.Parse(n.URL)
	if err != nil {
		return
	}
	reply, status := g.receive(u.Path, u.Host, n.Header, n.Body)
	g.world.after(travel, func() {
		g.core.Delivered(g.world.now, n.ID, status, reply)
		g.link.watch()
	})
}

// door is where real notifications come in: /notify/{rail}/{account}.
func (g *rig) door(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "notifications are POSTed here", http.StatusBadRequest)
		return
	}
	reply, status := g.receive(r.URL.RequestURI(), r.Host, r.Header, body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(reply)
}

// receive hands a notification to the engine as the gateway's door does, and keeps both messages.
func (g *rig) receive(path, host string, h http.Header, body []byte) (reply []byte, status int) {
	x := evidence.Exchange{
		ID: "notification-" + strconv.Itoa(len(g.loose)+1), Operation: "notification", Direction: evidence.Incoming, Began: g.now(),
		Environment: g.environment(),
	}
	x.Counterparty, x.Scheme = evidence.Host(g.o.Account.URL)
	header := h.Clone()
	header.Set("Host", host)
	x.Request = message("POST "+path+" HTTP/1.1", header, body)
	answer, err := g.engine.Receive(context.Background(), g.o.Account.MerchantID, g.o.Account.ID,
		rail.Notification{Method: http.MethodPost, Endpoint: path, Header: h, Body: body})
	if err != nil {
		answer = rail.Reply{Status: http.StatusNotFound}
	}
	x.Ended = g.now()
	x.Response = message("HTTP/1.1 "+strconv.Itoa(answer.Status)+" "+http.StatusText(answer.Status), answer.Header, answer.Body)
	g.keepLoose(x)
	return answer.Body, answer.Status
}

func (g *rig) environment() string {
	if g.o.Target == Sandbox {
		return "sandbox"
	}
	return string(g.o.Account.Environment)
}

func (g *rig) keepLoose(x evidence.Exchange) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.loose = append(g.loose, x)
}
