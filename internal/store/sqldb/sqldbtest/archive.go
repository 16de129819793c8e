package sqldbtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/chain"
	"github.com/lunas-pay/lunas/internal/exchange"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/storetest"
	"github.com/lunas-pay/lunas/internal/webhook"
)

// Archived is a store whose past can be archived.
type Archived interface {
	store.Store
	Archive(ctx context.Context, before time.Time, write func(chain.Record) error) error
	Remove(ctx context.Context, lines []chain.Record) (chain.Removed, error)
	ExportChain(ctx context.Context, write func(chain.Record) error) error
}

// archivist is a test that archives.
type archivist struct {
	testing.TB
	store Archived
	files map[string][]byte // archives by their sums
}

// CheckArchives holds an empty store against everything that archives promise. Its clock stands at storetest.Morning.
func CheckArchives(t testing.TB, s Archived) {
	t.Helper()
	a := archivist{t, s, map[string][]byte{}}
	now := storetest.Morning()
	ctx := t.Context()
	a.must(s.SaveTerminal(ctx, store.Terminal{MerchantID: storetest.Merchant, ID: storetest.TID, Cursor: payment.Cursor{Style: payment.BySequence}}))
	a.must(s.SaveEndpoint(ctx, store.Endpoint{Endpoint: webhook.Endpoint{ID: "whe_1", MerchantID: storetest.Merchant, Mode: payment.Live, Version: 1}}))
	paid := []payment.Payment{a.paid(1, store.Key{Key: "k-1", Fingerprint: "f"}), a.paid(2, store.Key{}), a.paid(3, store.Key{})}
	open := a.commit(storetest.NewPayment(4)).Payment
	a.must(s.Append(ctx, []exchange.Part{{ID: "exc_token", MerchantID: storetest.Merchant, Operation: "token", Side: exchange.Request, At: now, Sealed: []byte("t")}}))
	a.sequence()
	a.deliver(paid[0].ID, paid[2].ID, "") // and not what is due of the second

	cut := now.Add(time.Hour)
	if file := a.archive(now.Add(-time.Hour)); file.counts.Payments != 0 {
		t.Errorf("%d payments are in an archive of before they were made", file.counts.Payments)
	}
	file := a.archive(cut)
	if c := file.counts; c.Payments != 2 || c.Exchanges != 5 || c.Actions != 0 {
		t.Errorf("the archive holds %+v, want two payments with two exchanges each, and one of none", c)
	}
	a.verify(0, 0)
	a.verifyWith(file, 0)

	// One of them changes before it is removed.
	void := a.commit(next(a, paid[2], payment.Asked{At: now.Add(time.Minute), What: payment.AskVoid, By: "usr_1"})).Payment
	removed, err := s.Remove(ctx, file.lines)
	if err != nil || removed.Payments != 1 || removed.Left != 1 {
		t.Errorf("Remove = %+v, %v; want one removed, and one left that has changed", removed, err)
	}
	again, err := s.Remove(ctx, file.lines)
	if err != nil || again.Payments != 0 || again.Rows != 0 {
		t.Errorf("Remove again = %+v, %v; want nothing removed", again, err)
	}
	a.gone(paid[0].ID)
	a.kept(paid[1].ID)
	a.kept(void.ID)
	a.kept(open.ID)
	a.verify(0, 3) // two halves of the push and the token
	a.verifyWith(file, 0)

	a.stays(paid[0], file)
	a.tampered(file)
}

// stays makes sure that an archived payment is still what it was: found by its key, and changed by what comes late.
func (a archivist) stays(p payment.Payment, file archive) {
	a.Helper()
	ctx, now := a.Context(), storetest.Morning()
	if loaded, err := a.store.Load(ctx, p.MerchantID, p.ID); err != nil || loaded.State != payment.Paid || loaded.Version != p.Version {
		a.Errorf("the archived payment is %+v, %v", loaded, err)
	}
	var used *store.KeyUsed
	if _, err := a.store.Commit(ctx, storetest.NewPayment(9, func(r *storetest.Request) { r.Key = store.Key{Key: "k-1", Fingerprint: "f"} })); !errors.As(err, &used) || used.PaymentID != p.ID {
		a.Errorf("its idempotency key: %v, want that it is used", err)
	}
	if last := a.commit(storetest.NewPayment(5)).Payment.Attempts[0].Number; last.Reference != 5 {
		a.Errorf("the next number is %v, want the fifth", last)
	}
	late := a.commit(next(a, p, payment.Asked{At: now.Add(2 * time.Minute), What: payment.AskVoid, By: "usr_1"})).Payment
	voided := a.commit(next(a, late, payment.Answered{At: now.Add(3 * time.Minute), Call: payment.CallVoid, Try: 1, Outcome: storetest.Paid()})).Payment
	if voided.State != payment.Voided || voided.Version != p.Version+2 {
		a.Errorf("what came late made it %s, version %d", voided.State, voided.Version)
	}
	a.sequence()
	a.deliver(p.ID)
	if n, err := a.store.Remove(ctx, file.lines); err != nil || n.Payments != 0 {
		a.Errorf("Remove after that = %+v, %v; want it left", n, err)
	}
	if events, err := a.store.Told(ctx, p.MerchantID, p.ID); err != nil || len(events) != 2 {
		a.Errorf("%d events are told of it since, %v; want two", len(events), err)
	}
	position, err := a.store.FeedArchived(ctx, p.MerchantID)
	if feed, ferr := a.store.Feed(ctx, p.MerchantID, payment.Live, 0, 0); err != nil || ferr != nil || position != 5 || feed[0].Position != 2 {
		a.Errorf("the feed begins at %d, archived up to %d, %v %v; want 2 and 5", feed[0].Position, position, err, ferr)
	}
	second := a.archive(now.Add(time.Hour))
	if second.counts.Payments < 1 || second.counts.Actions < 1 {
		a.Errorf("the second archive holds %+v, want what came late", second.counts)
	}
	if _, err := a.store.Remove(ctx, second.lines); err != nil {
		a.Errorf("remove the second archive: %v", err)
	}
	a.gone(p.ID)
	a.verifyWith(file, -1)
	a.verifyWith(second, -1, file)
}

// tampered makes sure that an archive that was changed is found out.
func (a archivist) tampered(file archive) {
	a.Helper()
	text := string(a.files[file.sum])
	changed := strings.Replace(text, `"operation":"push"`, `"operation":"void"`, 1)
	if changed == text {
		a.Fatal("nothing was changed")
	}
	if _, err := chain.VerifyArchive(strings.NewReader(changed)); err == nil {
		a.Error("a changed archive passes as whole")
	}
	// Somebody who mends its last line, and is believed about its sum, cannot make the row one that was written.
	body := changed[:strings.LastIndex(strings.TrimSuffix(changed, "\n"), "\n")+1]
	var end chain.Record
	a.must(json.Unmarshal([]byte(changed[len(body):]), &end))
	sum := sha256.Sum256([]byte(body))
	end.End.Hash = sum[:]
	last, err := json.Marshal(end)
	a.must(err)
	r, err := chain.VerifyWith(a.export(), nil, map[string]io.Reader{file.sum: strings.NewReader(body + string(last) + "\n")})
	if err != nil || len(r.Troubles) == 0 || !strings.Contains(r.Troubles[0], "is not what was written there") {
		a.Errorf("a changed row with a mended archive: %v, %v; want it found out", r.Troubles, err)
	}
	r, err = chain.VerifyWith(a.export(), nil, map[string]io.Reader{strings.Repeat("0", 64): strings.NewReader(text)})
	if err != nil || len(r.Troubles) != 1 || !strings.Contains(r.Troubles[0], "has noted no such archive") {
		a.Errorf("an archive that was never noted: %v, %v", r.Troubles, err)
	}
}

func (a archivist) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

func (a archivist) commit(c store.Change) store.Change {
	a.Helper()
	out, err := a.store.Commit(a.Context(), c)
	a.must(err)
	return out
}

func next(a archivist, p payment.Payment, e payment.Event) store.Change {
	a.Helper()
	c, err := storetest.Next(p, e)
	a.must(err)
	return c
}

// paid makes the n-th payment, which is paid.
func (a archivist) paid(n int, key store.Key) payment.Payment {
	a.Helper()
	made := a.commit(storetest.NewPayment(n, func(r *storetest.Request) { r.Key = key })).Payment
	return a.commit(storetest.Answer(made, made.CreatedAt.Add(9*time.Second), storetest.Paid())).Payment
}

func (a archivist) sequence() {
	a.Helper()
	for n := 1; n > 0; {
		var err error
		n, err = a.store.Sequence(a.Context(), 100)
		a.must(err)
	}
}

// deliver makes the endpoint take what is due of some payments.
func (a archivist) deliver(payments ...string) {
	a.Helper()
	now := storetest.Morning().Add(10 * time.Minute)
	due, err := a.store.TakeDeliveries(a.Context(), store.Take{MerchantID: storetest.Merchant, EndpointID: "whe_1", Now: now, Until: now, Limit: 100})
	a.must(err)
	for _, d := range due {
		for _, id := range payments {
			if d.PaymentID != id {
				continue
			}
			_, _, err := a.store.FinishDelivery(a.Context(), store.Finished{
				MerchantID: storetest.Merchant, EndpointID: "whe_1", EventID: d.EventID, Taken: d.DueAt, Answer: webhook.Answer{At: now, Status: 200}, OffEvent: "evt_off",
			})
			a.must(err)
		}
	}
}

type archive struct {
	lines  []chain.Record
	counts chain.ArchiveReport
	sum    string
}

// archive writes an archive, notes it and reads it back.
func (a archivist) archive(before time.Time) (out archive) {
	a.Helper()
	var b bytes.Buffer
	w, err := chain.NewArchive(&b, storetest.Morning(), "test", chain.Archive{Before: before})
	a.must(err)
	a.must(errors.Join(a.store.Archive(a.Context(), before, w.Write), w.Close()))
	_, err = chain.ReadArchive(bytes.NewReader(b.Bytes()), func(r chain.Record) error {
		out.counts.Count(r)
		out.lines = append(out.lines, r)
		return nil
	})
	a.must(err)
	sum := sha256.Sum256(b.Bytes())
	out.sum = hex.EncodeToString(sum[:])
	a.files[out.sum] = b.Bytes()
	details, err := json.Marshal(chain.Archived{File: "test.jsonl", SHA256: out.sum})
	a.must(err)
	a.must(a.store.AppendAction(a.Context(), store.Action{
		ID: fmt.Sprintf("act_%026d", len(a.files)), At: storetest.Morning(), Actor: store.ActorCLI, Kind: store.ActPaymentsArchived, Details: details,
	}))
	return out
}

func (a archivist) export() io.Reader {
	a.Helper()
	var b bytes.Buffer
	w, err := chain.NewWriter(&b, storetest.Morning(), "test")
	a.must(err)
	a.must(errors.Join(a.store.ExportChain(a.Context(), w.Write), w.Close()))
	return &b
}

// verify verifies an export alone: elsewhere rows must be known by their digests only.
func (a archivist) verify(troubles, elsewhere int64) {
	a.Helper()
	r, err := chain.Verify(a.export(), nil)
	if err != nil || int64(len(r.Troubles)) != troubles || r.Elsewhere != elsewhere {
		a.Errorf("the export alone: %q, %v, %d rows elsewhere; want %d", r.Troubles, err, r.Elsewhere, elsewhere)
	}
}

// verifyWith verifies an export with archives; elsewhere below 0: any number.
func (a archivist) verifyWith(file archive, elsewhere int64, more ...archive) {
	a.Helper()
	given := map[string]io.Reader{}
	for _, f := range append(more, file) {
		given[f.sum] = bytes.NewReader(a.files[f.sum])
	}
	r, err := chain.VerifyWith(a.export(), nil, given)
	if err != nil || len(r.Troubles) > 0 || r.Archives != int64(len(given)) || elsewhere >= 0 && r.Elsewhere != elsewhere {
		a.Errorf("the export with %d archives: %q, %v, %+v", len(given), r.Troubles, err, r)
	}
}

// past counts what is kept of a payment's past.
func (a archivist) past(id string) int {
	a.Helper()
	journal, err := a.store.Journal(a.Context(), storetest.Merchant, id)
	a.must(err)
	parts, err := a.store.Exchanges(a.Context(), storetest.Merchant, id)
	a.must(err)
	told, err := a.store.Told(a.Context(), storetest.Merchant, id)
	a.must(err)
	list, err := a.store.Deliveries(a.Context(), store.DeliveryFilter{MerchantID: storetest.Merchant, EndpointID: "whe_1", Limit: 100})
	a.must(err)
	n := len(journal) + len(parts) + len(told)
	for _, d := range list {
		if d.PaymentID == id {
			n++
		}
	}
	return n
}

func (a archivist) gone(id string) {
	a.Helper()
	if n := a.past(id); n != 0 {
		a.Errorf("%d rows of the past of %s are kept, want none", n, id)
	}
}

func (a archivist) kept(id string) {
	a.Helper()
	if n := a.past(id); n < 4 {
		a.Errorf("%d rows of the past of %s are kept, want all", n, id)
	}
}
