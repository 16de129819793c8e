package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dayend "github.com/lunas-pay/lunas/internal/books"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/reconcile"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/sandbox"
)

// afterwards lives through a day and hands over what is left of it.
func afterwards(t *testing.T, o Options, f func(*day)) {
	t.Helper()
	var c crew
	defer c.dismiss()
	d, err := newDay(o, &c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.end()
	d.dawn()
	for !d.calm && len(d.failures) < maxFailures && d.step() {
	}
	for !d.atRest() && d.now < d.restBy && d.step() {
	}
	f(d)
}

// found is what reconciling a day came to.
type reconciled struct {
	found   map[string]recap.Discrepancy // by class and key
	planted []string                     // class and key
	astride map[string]bool              // keys of which the provider may say that they are another day's
}

// reconcile holds what the provider says of a day, with faults planted in it, against the store.
func (d *day) reconcile(t *testing.T, rail sandbox.Rail, on payment.Day, faults []sandbox.SettlementFault, seed uint64) reconciled {
	t.Helper()
	out := reconciled{found: map[string]recap.Discrepancy{}, astride: map[string]bool{}}
	file := d.core.Settlement(sandbox.SettlementOptions{Rail: rail, Day: on.Start(), Faults: faults, Each: 2, Seed: seed})
	path := filepath.Join(t.TempDir(), "settlement.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := file.WriteCSV(f); err != nil {
		t.Fatal(err)
	}
	mapping, err := reconcile.Default(string(rail))
	if err != nil {
		t.Fatal(err)
	}
	ours := func(put func(recap.Entry) error) error {
		for _, m := range d.merchants() {
			span := store.Span{MerchantID: m, From: on.Start().Add(-2 * time.Hour), To: recap.End(on).Add(2 * time.Hour), Day: on}
			err := d.base.EachPayment(background, span, func(p payment.Payment) error {
				for _, e := range recap.Entries(p, "", on) {
					if p.Attempts[e.Attempt].Rail != payment.Rail(rail) {
						continue
					}
					e.Key = mapping.Key(p, e.Attempt)
					out.astride[e.Key] = e.Astride || !e.Home
					if err := put(e); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	s, err := reconcile.Run(background, reconcile.Options{Mapping: &mapping, Path: path, TempDir: t.TempDir(), Ours: ours, Found: func(x recap.Discrepancy) error {
		out.found[string(x.Class)+" "+x.Key] = x
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Unread > 0 {
		t.Errorf("rows that could not be read: %v", s.Errors)
	}
	for _, p := range file.Planted {
		out.planted = append(out.planted, string(p.Fault)+" "+p.Key)
	}
	return out
}

// honest checks what is found when nothing was planted: each is a payment that waits for a human, or one of which the provider
// has told us the contrary of what it did (stormy providers do). It gives their keys.
func (d *day) honest(t *testing.T, r reconciled) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	for name, x := range r.found {
		if x.Class == recap.OtherDay {
			continue // no discrepancy
		}
		keys[x.Key] = true
		if x.Class != recap.StateDiffers || len(x.Ours) != 1 {
			t.Errorf("found though nothing was planted: %s: %s", name, x.Detail)
			continue
		}
		charged := len(x.Theirs) == 1 && x.Theirs[0].Standing == recap.LinePaid
		if e := x.Ours[0]; e.Money != recap.Doubtful && e.Contradicted == "" && charged == (e.Money == recap.Kept) {
			t.Errorf("found though nothing was planted, and both sides agree: %s: %s", name, x.Detail)
		}
	}
	return keys
}

// TestPlantedFaultsAreFound lives through days on every rail with lost answers and crashes, plants faults in what the
// provider says of them, each kind alone and all together, and wants every one found and nothing else.
func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	kinds := [][]sandbox.SettlementFault{nil, sandbox.SettlementFaults()}
	for _, f := range sandbox.SettlementFaults() {
		kinds = append(kinds, []sandbox.SettlementFault{f})
	}
	seeds := 6
	if testing.Short() || underRace {
		seeds = 2
	}
	for _, rail := range []sandbox.Rail{sandbox.RailOVO, sandbox.RailSNAP, sandbox.RailDOKU, sandbox.RailFaspay} {
		t.Run(string(rail), func(t *testing.T) {
			t.Parallel()
			all := 0
			for seed := range seeds {
				afterwards(t, Options{Seed: uint64(4000 + seed), Payments: 60, Rail: string(rail), Mix: Stormy}, func(d *day) {
					on, known := payment.DayOf(d.time()), map[string]bool{}
					for n, faults := range kinds {
						r := d.reconcile(t, rail, on, faults, uint64(seed*100+n))
						if n == 0 {
							known = d.honest(t, r)
						}
						var found, planted []string
						for name, x := range r.found {
							if !known[x.Key] && !r.astride[x.Key] {
								found = append(found, name)
							}
						}
						for _, name := range r.planted {
							if _, key, _ := strings.Cut(name, " "); !known[key] && !r.astride[key] {
								planted = append(planted, name)
							}
						}
						slices.Sort(found)
						slices.Sort(planted)
						all += len(planted)
						if !slices.Equal(found, planted) {
							t.Errorf("seed %d, faults %v: found %v\nplanted %v", seed, faults, found, planted)
						}
					}
				})
			}
			if all < 50 {
				t.Errorf("only %d faults were planted", all)
			}
		})
	}
}

// TestRecapsAddUp closes stormy days and holds their recaps against every payment.
func TestRecapsAddUp(t *testing.T) {
	t.Parallel()
	seeds := 8
	if testing.Short() || underRace {
		seeds = 2
	}
	for seed := range seeds {
		afterwards(t, Options{Seed: uint64(5000 + seed), Payments: 60, Rail: Mixed, Mix: Stormy}, func(d *day) {
			ids := 0
			later := d.time().Add(40 * 24 * time.Hour)
			b := dayend.New(dayend.Options{
				Store: d.base, Now: func() time.Time { return later }, TempDir: t.TempDir(),
				NewID: func(prefix string) string { ids++; return fmt.Sprintf("%s%026d", prefix, ids) },
				Rail:  func(context.Context, string, string) (payment.Rail, bool) { return "", false },
			})
			defer b.Close()
			if err := b.Tick(background); err != nil {
				t.Fatal(err)
			}
			for _, m := range d.merchants() {
				d.checkRecaps(t, m)
			}
		})
	}
}

func (d *day) checkRecaps(t *testing.T, merchantID string) {
	t.Helper()
	want, got := map[string]recap.Total{}, map[string]recap.Total{}
	err := d.base.EachPayment(background, store.Span{MerchantID: merchantID, From: d.start.Add(-time.Hour), To: d.time().Add(time.Hour)}, func(p payment.Payment) error {
		if len(p.Attempts) == 0 {
			return nil
		}
		a := p.Attempts[len(p.Attempts)-1]
		name := fmt.Sprint(recap.DayOf(p), p.Mode, recap.CounterOf(p, len(p.Attempts)-1), a.Number.Batch, p.Account, recap.KindOf(p.State))
		total := want[name]
		want[name] = recap.Total{Count: total.Count + 1, Sum: total.Sum + p.Amount}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := d.base.Recaps(background, store.RecapFilter{MerchantID: merchantID, Versions: true, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if r.Version != 1 {
			t.Errorf("%s has a correction though nothing has happened since", r.Title())
		}
		for _, b := range r.Batches {
			// A numbering may begin the day in the middle of a batch.
			unexplained := func(g recap.Gap) bool {
				return g.Reason == recap.Skipped && (g.From != 1 || g.To+1 != b.Numbering.First)
			}
			if slices.ContainsFunc(b.Numbering.Gaps, unexplained) || len(b.Numbering.Twice) > 0 {
				t.Errorf("%s, batch %d: numbers without a reason: %+v", r.Title(), b.Batch, b.Numbering)
			}
			for _, a := range b.Accounts {
				for _, k := range a.Totals.Kinds() {
					if k.Total.Count > 0 {
						got[fmt.Sprint(r.Day, r.Mode, r.Terminal, b.Batch, a.Account, k.Name)] = *k.Total
					}
				}
			}
		}
	}
	for name, total := range want {
		if got[name] != total {
			t.Errorf("%s: recap %+v, payments %+v", name, got[name], total)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is in a recap, and no payment is", name)
	}
}
