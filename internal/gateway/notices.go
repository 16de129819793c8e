package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// noticesOf makes what looks after the notices of a gateway.
func (g *Gateway) noticesOf() *notice.Board {
	b := &notice.Board{
		Keeper: &keeper{g.store, engine.NewID("own_"), g.config.Notices.Merchant, g.now}, Facts: (&witness{Gateway: g}).facts, Now: g.now,
		Sleep: func(ctx context.Context, d time.Duration) error { return RealClock().Sleep(ctx, d) },
		NewID: func() string { return engine.NewID("ntc_") }, Log: g.log,
	}
	if m := mailerOf(g.config); len(m.To) > 0 {
		b.Mail = m.Send
	}
	return b
}

func mailerOf(c config.Config) notice.Mailer {
	s := c.Notices.SMTP
	m := notice.Mailer{
		Host: s.Host, Encryption: notice.Encryption(s.Encryption), From: s.From, To: s.To, User: s.User, Password: s.Password,
	}
	if !c.Console.Off && c.Console.URL != "" {
		m.Console = c.Console.URL + "/console"
	}
	return m
}

// keeper keeps notices in the store.
type keeper struct {
	store  store.Store
	holder string
	merged string // whose endpoints hear what concerns the gateway as a whole; empty: nobody's
	now    func() time.Time
}

// Mine holds the one lock of the notices.
func (k *keeper) Mine(ctx context.Context, until time.Time) (bool, error) {
	return k.store.Acquire(ctx, store.Lock{Name: "notices", Holder: k.holder, Until: until}, k.now())
}

// Kept gives the notices that something is still to be done about.
func (k *keeper) Kept(ctx context.Context) ([]notice.Kept, error) { return k.store.NoticesAtWork(ctx) }

// Save writes a change, tells endpoints of it, and notes it in the log of actions.
func (k *keeper) Save(ctx context.Context, c notice.Change) error {
	told, deeds := k.told(c), k.deeds(c)
	err := k.store.SaveNotice(ctx, c.Kept, told, deeds...)
	if errors.Is(err, store.ErrConflict) {
		return notice.ErrOvertaken
	}
	return err
}

var toldAs = map[notice.Step]string{ // never written
	notice.Raised: webhook.TypeNoticeRaised, notice.Repeated: webhook.TypeNoticeRaised, notice.Cleared: webhook.TypeNoticeCleared,
}

// told is the event for a merchant's endpoints; nil: there is none.
func (k *keeper) told(c notice.Change) *store.Told {
	eventType, tells := toldAs[c.Step]
	owner, mode := c.MerchantID, c.Mode
	if owner == "" {
		owner, mode = k.merged, payment.Live
	}
	if !tells || owner == "" {
		return nil
	}
	if mode == "" {
		mode = payment.Live
	}
	id := engine.NewID("evt_")
	return &store.Told{
		ID: id, MerchantID: owner, Mode: mode, Type: eventType, At: c.SaidAt,
		Body: webhook.NoticeEvent(id, eventType, c.SaidAt, c.RaisedAt, c.Deadline, webhook.NoticeData{
			ID: c.ID, Kind: string(c.Kind), Subject: c.Subject, Urgent: c.Urgent, Text: c.Text, Mend: c.Mend, Times: c.Said,
		}),
	}
}

var doneAs = map[notice.Step]string{ // never written
	notice.Raised: store.ActNoticeRaised, notice.Repeated: store.ActNoticeRepeated, notice.Cleared: store.ActNoticeCleared,
}

func (k *keeper) deeds(c notice.Change) []store.Deed {
	kind, notes := doneAs[c.Step]
	if !notes {
		return nil
	}
	details, err := json.Marshal(map[string]any{"kind": c.Kind, "text": c.Text, "urgent": c.Urgent})
	if err != nil {
		details = nil // texts always can be written
	}
	return []store.Deed{{Action: store.Action{
		ID: engine.NewID(store.ActionPrefix), MerchantID: c.MerchantID, Mode: c.Mode, At: c.SaidAt, Actor: store.ActorSystem, Kind: kind,
		Subject: c.ID, Count: int64(c.Said), Details: details,
	}}}
}

// witness gathers how things stand.
type witness struct {
	*Gateway
	asked  time.Time // when the time server was asked last, by the machine
	drifts []notice.Drift
}

// listMax is how many payments of a merchant are looked at one by one.
const listMax = 100

func (w *witness) facts(ctx context.Context) (f notice.Facts, err error) {
	f.Now = w.now()
	merchants, err := w.registry.Merchants(ctx)
	if err != nil {
		return f, err
	}
	for _, m := range merchants {
		for _, mode := range []payment.Mode{payment.Test, payment.Live} {
			if err := w.ofMode(ctx, &f, m.ID, mode); err != nil {
				return f, err
			}
		}
		if err := w.keys(ctx, &f, m.ID); err != nil {
			return f, err
		}
	}
	if err := w.keys(ctx, &f, ""); err != nil {
		return f, err
	}
	for _, a := range w.registry.Opened() {
		if !a.Closed && a.Fault == "" {
			f.Ends = append(f.Ends, notice.End{
				MerchantID: a.MerchantID, Mode: a.Environment.Mode(), Kind: notice.Credentials, Subject: a.ID, At: a.Expires,
			})
		}
	}
	w.configured(&f)
	w.providers(&f)
	w.clocks(ctx, &f)
	if !isPostgres(w.config.Database) {
		if free, err := doctor.Free(filepath.Dir(w.config.Database)); err == nil {
			f.Disk = notice.Room{Known: true, Free: free}
		}
	}
	return f, nil
}

// ofMode looks at a merchant's payments and endpoints of one mode.
func (w *witness) ofMode(ctx context.Context, f *notice.Facts, merchantID string, mode payment.Mode) error {
	list := func(s payment.State) ([]payment.Payment, error) {
		return w.store.Payments(ctx, store.Filter{MerchantID: merchantID, Mode: mode, States: []payment.State{s}, Limit: listMax})
	}
	reversing, err := list(payment.Reversing)
	if err != nil {
		return err
	}
	f.Reversing = append(f.Reversing, reversing...)
	review, err := list(payment.Review)
	if err != nil {
		return err
	}
	if n := len(review); n > 0 {
		oldest := slices.MinFunc(review, func(a, b payment.Payment) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
		f.Queues = append(f.Queues, notice.Queue{MerchantID: merchantID, Mode: mode, Count: n, More: n == listMax, Oldest: oldest.UpdatedAt})
	}
	endpoints, err := w.store.Endpoints(ctx, merchantID, mode)
	for _, e := range endpoints {
		if h, dead := hookOf(e.Endpoint); dead {
			f.Endpoints = append(f.Endpoints, h)
		}
	}
	return err
}

// hookOf tells whether an endpoint takes nothing. One that was switched off by hand is as somebody wants it.
func hookOf(e webhook.Endpoint) (h notice.Hook, dead bool) {
	h = notice.Hook{MerchantID: e.MerchantID, ID: e.ID, Mode: e.Mode, FailingSince: e.FailingSince, OffAt: e.FailingSince.Add(webhook.DeadAfter)}
	if u, err := url.Parse(e.URL); err == nil {
		h.Host = u.Host
	}
	if e.Disabled == webhook.ReasonDead || e.Disabled == webhook.ReasonGone {
		h.Off, h.OffAt = true, e.DisabledAt
		return h, true
	}
	return h, e.On() && !e.FailingSince.IsZero()
}

// keys looks at API keys that are data and end.
func (w *witness) keys(ctx context.Context, f *notice.Facts, merchantID string) error {
	all, err := w.store.APIKeys(ctx, merchantID)
	for _, k := range all {
		if k.Revoked.IsZero() && !k.Expires.IsZero() {
			f.Ends = append(f.Ends, endOf(k))
		}
	}
	return err
}

// configured looks at what stands in the configuration: API keys, of which nobody notes the use, and folders of keys.
func (w *witness) configured(f *notice.Facts) {
	for _, m := range w.config.Merchants {
		for _, k := range m.Keys {
			end := endOf(k)
			end.Used = f.Now
			f.Ends = append(f.Ends, end)
		}
	}
	for _, dir := range w.config.Doctor.Keys {
		if folder, err := credential.ReadFolder(dir); err == nil { // lunas doctor says what is wrong with it
			f.Ends = append(f.Ends, notice.End{Kind: notice.Credentials, Subject: filepath.Base(dir), At: folder.ExpiresAt})
		}
	}
}

func endOf(k merchant.APIKey) notice.End {
	return notice.End{MerchantID: k.MerchantID, Mode: k.Mode, Kind: notice.APIKey, Subject: k.ID, Name: k.Name, At: k.Expires, Used: k.LastUsed}
}

// providers counts accounts that are not asked for new payments for a while, as this process sees them.
func (w *witness) providers(f *notice.Facts) {
	away := map[payment.Rail]int{}
	for _, c := range w.Engine.Circuits() {
		if c.State != engine.CircuitClosed {
			away[c.Rail]++
		}
	}
	for _, r := range []payment.Rail{payment.OVO, payment.SNAP, payment.DOKU, payment.Faspay} {
		f.Providers = append(f.Providers, notice.Outage{Rail: r, Accounts: away[r]})
	}
}

// askEvery is how often a time server is asked; pools want to be left alone for longer than a minute.
const askEvery = 10 * time.Minute

// clocks compares clocks, each by the machine's, which a gateway for production lives by.
func (w *witness) clocks(ctx context.Context, f *notice.Facts) {
	if s, ok := w.store.(interface {
		DatabaseNow(context.Context) (time.Time, error)
	}); ok {
		began := time.Now()
		if their, err := s.DatabaseNow(ctx); err == nil {
			f.Clocks = append(f.Clocks, notice.Drift{Of: "the database", Ahead: began.Add(time.Since(began) / 2).Sub(their)})
		}
	}
	if w.config.Doctor.NTP == "" {
		return
	}
	if time.Since(w.asked) >= askEvery {
		w.asked = time.Now()
		began := time.Now()
		if their, err := doctor.AskTime(ctx, w.config.Doctor.NTP); err == nil {
			w.drifts = []notice.Drift{{Of: "the time server", Ahead: began.Add(time.Since(began) / 2).Sub(their)}}
		}
	}
	f.Clocks = append(f.Clocks, w.drifts...)
}
