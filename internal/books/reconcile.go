package books

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
	"github.com/lunas-pay/lunas/internal/store"
)

// Order asks for a reconciliation.
type Order struct {
	MerchantID string
	Mode       payment.Mode
	Account    string
	Day        payment.Day
	By         string // an API key's or a user's id
	File       string // its name, for people
	// Mapping is YAML; empty: the one of the account's rail that comes with lunas.
	Mapping []byte
	// Key gives the idempotency key of the request, once the file's SHA-256 is known; nil: there is none.
	Key func(hash string) store.DeedKey
}

// Refusal is why a reconciliation was not begun, in words for who asked. Field is the part of the order that is at fault.
type Refusal struct{ Field, Detail string }

func (r *Refusal) Error() string { return r.Field + ": " + r.Detail }

// ErrBusy says that too many reconciliations wait in this process already.
var ErrBusy = errors.New("too many reconciliations are under way; try again when one has ended")

const (
	// around is how many hours before and after the day payments are read, which the provider may count on it.
	around = 2 * time.Hour
	// keptMax is how many discrepancies are kept with their dossiers. All of them are counted.
	keptMax = 10_000
	// keptAtOnce is how many are written together.
	keptAtOnce = 100
	beatEvery  = 2 * time.Second // real time
	// deadAfter is how long a reconciliation may not say that it goes on before it is taken for ended.
	deadAfter = 10 * time.Minute
)

// Reconcile takes a settlement file and begins to hold it against the books; the result can be read while it grows. The file
// is checked for its columns at once, a *Refusal says what is wrong with it; *store.KeyUsed: the order's key was used before.
// The file is not kept.
func (b *Books) Reconcile(ctx context.Context, o Order, file io.Reader) (r store.Reconciliation, err error) {
	mapping, err := b.mapping(ctx, o)
	if err != nil {
		return r, err
	}
	select {
	case b.waiting <- struct{}{}:
	default:
		return r, ErrBusy
	}
	begun := false
	dir, err := os.MkdirTemp(b.TempDir, "lunas-reconcile-*")
	if err != nil {
		<-b.waiting
		return r, fmt.Errorf("no room for the file: %w", err)
	}
	defer func() {
		if !begun {
			<-b.waiting
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	w := &comparing{Books: b, dir: dir, mapping: mapping, order: o, progress: &reconcile.Progress{}}
	size, hash, err := w.receive(file)
	if err != nil {
		return r, err
	}
	if err := w.look(); err != nil {
		return r, err
	}
	now := b.Now()
	w.r = store.Reconciliation{
		MerchantID: o.MerchantID, ID: b.NewID("rcn_"), Mode: o.Mode, Account: o.Account, Day: o.Day, State: store.Reconciling, By: o.By,
		CreatedAt: now, BeatAt: now, File: filename(o.File), Hash: hash, Size: size, Mapping: mapping.Name,
	}
	details, err := json.Marshal(map[string]any{"file": w.r.File, "sha256": hash, "day": recap.DayText(o.Day), "account": o.Account})
	if err != nil {
		return r, err
	}
	deed := store.Deed{Action: store.Action{
		ID: b.NewID(store.ActionPrefix), MerchantID: o.MerchantID, Mode: o.Mode, At: now, Actor: o.By, Kind: store.ActReconciled, Subject: w.r.ID, Details: details,
	}}
	if o.Key != nil {
		deed.Key = o.Key(hash)
	}
	if err := b.Store.SaveReconciliation(ctx, w.r, deed); err != nil {
		return r, err
	}
	begun, r = true, w.r // its own copy from now on
	b.done.Go(func() {
		defer func() { <-b.waiting }()
		w.work()
	})
	return r, nil
}

// filename is the last part of a name, and not too long.
func filename(s string) string {
	s = filepath.Base(strings.ReplaceAll(s, `\`, "/"))
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	if s == "." || s == "/" {
		return ""
	}
	return s
}

func (b *Books) mapping(ctx context.Context, o Order) (*reconcile.Mapping, error) {
	rail, known := b.Rail(ctx, o.MerchantID, o.Account)
	if !known {
		return nil, &Refusal{"account", "there is no such account"}
	}
	if o.Day == 0 || o.Day > payment.DayOf(b.Now()) {
		return nil, &Refusal{"day", "the day has not begun yet"}
	}
	var m reconcile.Mapping
	var err error
	if len(o.Mapping) > 0 {
		m, err = reconcile.ParseMapping(o.Mapping)
	} else {
		m, err = reconcile.Default(string(rail))
	}
	if err != nil {
		return nil, &Refusal{"mapping", err.Error()}
	}
	return &m, nil
}

// comparing is one reconciliation under way.
type comparing struct {
	*Books
	dir, path string
	mapping   *reconcile.Mapping
	order     Order
	progress  *reconcile.Progress

	mu     sync.Mutex
	r      store.Reconciliation
	beside []*neighbour // the days before and after, where they have been reconciled
	number int64
	kept   []store.Discrepancy
}

// receive writes the file down.
func (w *comparing) receive(file io.Reader) (size int64, hash string, err error) {
	w.path = filepath.Join(w.dir, "file")
	f, err := os.OpenFile(w.path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", fmt.Errorf("no room for the file: %w", err)
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(file, w.FileMax+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, "", fmt.Errorf("receive the file: %w", err)
	}
	if size > w.FileMax {
		return 0, "", &Refusal{"file", fmt.Sprintf("it is larger than %d MiB", w.FileMax>>20)}
	}
	return size, hex.EncodeToString(sum.Sum(nil)), nil
}

// look opens the file, and says what is wrong with it.
func (w *comparing) look() error {
	f, err := reconcile.OpenFile(w.path, w.dir, w.mapping)
	if err != nil {
		return &Refusal{"file", err.Error()}
	}
	return f.Close()
}

// work compares, one reconciliation at a time in this process.
func (w *comparing) work() {
	select {
	case w.working <- struct{}{}:
		defer func() { <-w.working }()
	case <-w.ctx.Done():
	}
	stop := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { w.beat(stop) })
	summary, err := w.compare()
	if err == nil {
		err = w.keep()
	}
	close(stop)
	beating.Wait()
	// Before the end is written: whoever reads that it has ended finds the merchant's file gone.
	if err := os.RemoveAll(w.dir); err != nil {
		w.Log.Warn("what was sorted is left behind", "error", err)
	}
	w.end(summary, err)
}

func (w *comparing) compare() (s reconcile.Summary, err error) {
	if w.beside, err = w.neighbours(w.ctx, w.r); err != nil {
		return s, fmt.Errorf("read what the neighbouring days' files say: %w", err)
	}
	return reconcile.Run(w.ctx, reconcile.Options{
		Mapping: w.mapping, Path: w.path, TempDir: w.dir, Ours: w.ours, Found: w.found, Progress: w.progress,
	})
}

// ours reads our books: the day, and what of the hours around it the provider may count on it.
func (w *comparing) ours(put func(recap.Entry) error) error {
	o := w.order
	span := store.Span{MerchantID: o.MerchantID, Mode: o.Mode, From: o.Day.Start().Add(-around), To: recap.End(o.Day).Add(around), Day: o.Day}
	return w.Store.EachPayment(w.ctx, span, func(p payment.Payment) error {
		for _, e := range recap.Entries(p, o.Account, o.Day) {
			e.Key = w.mapping.Key(p, e.Attempt)
			for _, n := range w.beside {
				if n.Day == beyond(e.At, o.Day) {
					e.Elsewhere = n.says(p, e)
				}
			}
			if err := put(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *comparing) found(d recap.Discrepancy) error {
	if w.number++; w.number > keptMax {
		return nil
	}
	dossier, err := w.dossier(w.ctx, w.order.MerchantID, d)
	if err != nil {
		return err
	}
	dossier.Number = w.number
	body, err := json.Marshal(dossier)
	if err != nil {
		return err
	}
	kept := store.Discrepancy{Number: w.number, Class: d.Class, Body: body}
	if len(d.Ours) > 0 {
		kept.PaymentID = d.Ours[0].PaymentID
	}
	if w.kept = append(w.kept, kept); len(w.kept) >= keptAtOnce {
		return w.keep()
	}
	return nil
}

func (w *comparing) keep() error {
	if len(w.kept) == 0 {
		return nil
	}
	err := w.Store.AddDiscrepancies(w.ctx, w.order.MerchantID, w.r.ID, w.kept)
	w.kept = w.kept[:0]
	return err
}

// dossier collects what all sides say.
func (b *Books) dossier(ctx context.Context, merchantID string, d recap.Discrepancy) (recap.Dossier, error) {
	out := recap.Dossier{Discrepancy: d, Advice: d.Action.Advice().EN}
	for _, e := range d.Ours[:min(len(d.Ours), 5)] {
		p, err := b.Store.Load(ctx, merchantID, e.PaymentID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		out.Reference = p.Reference
		journal, err := b.Store.Journal(ctx, merchantID, e.PaymentID)
		if err != nil {
			return out, err
		}
		for _, entry := range journal {
			if s, tells := recap.StatementOf(entry.At, entry.Event); tells && len(out.Statements) < recap.StatementsMax {
				s.At = s.At.In(payment.WIB)
				out.Statements = append(out.Statements, s)
			}
		}
		out.Statements = append(out.Statements, recap.StatementOfState(p.UpdatedAt.In(payment.WIB), p.State, p.Amount))
		parts, err := b.Store.Exchanges(ctx, merchantID, e.PaymentID)
		if err != nil {
			return out, err
		}
		for _, part := range parts {
			out.Exchanges = append(out.Exchanges, recap.Reference{ID: part.ID, Operation: part.Operation, Side: part.Side, At: part.At.In(payment.WIB)})
		}
	}
	for _, l := range d.Theirs[:min(len(d.Theirs), 20)] {
		out.Statements = append(out.Statements, recap.StatementOfLine(l))
	}
	return out, nil
}

// beat says every few seconds that the work goes on, and how far it is.
func (w *comparing) beat(stop <-chan struct{}) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-w.ctx.Done():
			return
		case <-tick.C:
		}
		w.mu.Lock()
		w.r.BeatAt, w.r.Read = w.Now(), w.progress.Theirs.Load()+w.progress.Ours.Load()
		r := w.r
		w.mu.Unlock()
		if err := w.Store.SaveReconciliation(w.ctx, r); err != nil && w.ctx.Err() == nil {
			w.Log.Warn("how far a reconciliation is cannot be written down", "reconciliation", r.ID, "error", err)
		}
	}
}

// end writes down what came of it. It does so although the process is being stopped.
func (w *comparing) end(summary reconcile.Summary, err error) {
	r := w.r
	r.BeatAt, r.EndedAt, r.State = w.Now(), w.Now(), store.Reconciled
	r.Read = w.progress.Theirs.Load() + w.progress.Ours.Load()
	r.Found, r.Kept = summary.Discrepancies(), min(w.number, keptMax)
	if w.number > r.Kept {
		summary.Warn(language.Words{
			ID: "Hanya %d dari %d selisih pertama disimpan dengan berkas perkaranya.", EN: "Only the first %d of %d discrepancies are kept with their dossiers.",
		}.With(r.Kept, w.number))
	}
	if err == nil {
		r.Summary, err = json.Marshal(summary)
	}
	switch {
	case w.ctx.Err() != nil:
		r.State, r.Trouble = store.Failed, whyStopped
	case err != nil:
		r.State, r.Trouble = store.Failed, troubleOf(err)
		w.Log.Error("a reconciliation failed", "reconciliation", r.ID, "merchant", r.MerchantID, "error", err)
	default:
		w.Log.Info("reconciled", "reconciliation", r.ID, "merchant", r.MerchantID, "account", r.Account, "day", recap.DayText(r.Day),
			"rows", summary.Rows, "entries", summary.Entries, "matched", summary.Matched, "discrepancies", r.Found)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Store.SaveReconciliation(ctx, r); err != nil && !errors.Is(err, store.ErrClosed) {
		w.Log.Error("what came of a reconciliation cannot be written down", "reconciliation", r.ID, "error", err)
	}
}

// troubleOf is an error in one line.
func troubleOf(err error) string {
	s := strings.ReplaceAll(err.Error(), "\n", "; ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// Result is a reconciliation as it is shown.
type Result struct {
	store.Reconciliation
	Summary *reconcile.Summary // nil while it is under way, and where it has failed
}

// Why a reconciliation has failed that was not at fault.
const (
	whyStopped = "the gateway was stopped; upload the file again"
	whyEnded   = "the gateway that worked on it ended; upload the file again"
)

// Why says why it has failed, in both languages; an error's own words are the same in both.
func (r Result) Why() language.Words {
	switch r.Trouble {
	case whyStopped:
		return language.Words{ID: "gateway dihentikan; unggah berkasnya lagi", EN: whyStopped}
	case whyEnded:
		return language.Words{ID: "gateway yang mengerjakannya berakhir; unggah berkasnya lagi", EN: whyEnded}
	}
	return language.Same(r.Trouble)
}

func (b *Books) result(r store.Reconciliation) (Result, error) {
	if r.State == store.Reconciling && b.Now().Sub(r.BeatAt) > deadAfter {
		r.State, r.Trouble = store.Failed, whyEnded
	}
	out := Result{Reconciliation: r}
	if len(r.Summary) == 0 {
		return out, nil
	}
	out.Summary = &reconcile.Summary{}
	return out, json.Unmarshal(r.Summary, out.Summary)
}

// Reconciliation gives one, or store.ErrNotFound; with a mode only one of that mode.
func (b *Books) Reconciliation(ctx context.Context, merchantID string, mode payment.Mode, id string) (Result, error) {
	r, err := b.Store.Reconciliation(ctx, merchantID, id)
	if err == nil && mode != "" && r.Mode != mode {
		err = store.ErrNotFound
	}
	if err != nil {
		return Result{}, err
	}
	return b.result(r)
}

// Reconciliations lists them, the newest first.
func (b *Books) Reconciliations(ctx context.Context, f store.ReconciliationFilter) ([]Result, error) {
	list, err := b.Store.Reconciliations(ctx, f)
	out := make([]Result, 0, len(list))
	for _, r := range list {
		shown, err := b.result(r)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, err
}

// Dossiers lists discrepancies with all that is said of them, in the order in which they were found.
func (b *Books) Dossiers(ctx context.Context, f store.DiscrepancyFilter) ([]recap.Dossier, error) {
	list, err := b.Store.Discrepancies(ctx, f)
	out := make([]recap.Dossier, 0, len(list))
	for _, d := range list {
		var dossier recap.Dossier
		if err := json.Unmarshal(d.Body, &dossier); err != nil {
			return nil, fmt.Errorf("read a discrepancy: %w", err)
		}
		out = append(out, dossier)
	}
	if err != nil {
		return nil, err
	}
	return out, b.settle(ctx, f.MerchantID, f.ReconciliationID, out)
}
