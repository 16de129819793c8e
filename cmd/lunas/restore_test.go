package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/testpg"
	"github.com/lunas-pay/lunas/sandbox"
)

// A backup is made, more payments are paid, the machine is lost, the backup is put back: no gateway starts on it until it
// is confirmed; then no number comes twice, and nothing that was paid is reversed.
func TestARestoredDatabaseIsFenced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database, backup := filepath.Join(dir, "lunas.db"), filepath.Join(dir, "backup.db")
	h := newHouse(t, database)
	first := h.serve()
	h.payAll(first, 3)
	waiting := h.push(first, "081211111111")
	h.lunas(0, "Written to", "backup", backup)
	h.payInWallet(waiting)
	h.wantState(first, waiting.ID, "paid")
	h.payAll(first, 4)
	first.kill()

	h.lunas(1, "there is a database in this place", "restore", backup)
	h.lunas(0, "fenced", "restore", backup, "--replace")
	h.refuses()
	h.lunas(1, "say one thing", "restore")
	h.lunas(1, "nothing was changed", "restore", "--confirm")
	h.refuses()
	h.lunas(0, "1 payments in review", "restore", "--confirm", "--yes")
	h.lunas(1, "not fenced", "restore", "--confirm", "--yes")

	second := h.serve()
	h.wantState(second, waiting.ID, "review")
	h.payAll(second, 4)
	h.wantToldOf(second, waiting.ID)
	h.wantBooks(12, waiting)
	second.kill()

	// Somebody copies the backup back by hand.
	for _, end := range []string{"-wal", "-shm"} {
		_ = os.Remove(database + end)
	}
	b, err := os.ReadFile(backup)
	if err == nil {
		err = os.WriteFile(database, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.refuses()
}

// A standby that had not got everything takes over: the same with PostgreSQL, where the operator says so.
func TestAStandbyThatLagsIsFenced(t *testing.T) {
	t.Parallel()
	var h *house
	var waiting paymentAnswer
	prepare := func(ctx context.Context, dsn string) error {
		h = newHouse(t, dsn)
		first := h.serve()
		h.payAll(first, 3)
		waiting = h.push(first, "081211111111")
		first.kill()
		return nil
	}
	primary := testpg.Template(t, t.Name(), prepare)
	standby := testpg.Template(t, t.Name(), prepare)
	h.use(primary)
	second := h.serve()
	h.payAll(second, 4)
	second.kill()

	h.use(standby)
	h.lunas(1, "its own tools", "backup", filepath.Join(t.TempDir(), "backup.db"))
	h.lunas(1, "its own tools", "restore", filepath.Join(t.TempDir(), "backup.db"))
	h.lunas(1, "not fenced", "restore", "--confirm", "--yes")
	h.lunas(0, "is fenced since", "restore", "--fence")
	h.refuses()
	h.lunas(0, "1 payments in review", "restore", "--confirm", "--yes")
	third := h.serve()
	h.wantState(third, waiting.ID, "review")
	h.payAll(third, 4)
	h.wantToldOf(third, waiting.ID)
	h.wantBooks(12, paymentAnswer{})
}

// use gives the house another database.
func (h *house) use(database string) {
	h.Helper()
	b, err := os.ReadFile(h.config)
	if err == nil {
		b = regexp.MustCompile(`(?m)^database: .*$`).ReplaceAll(b, fmt.Appendf(nil, "database: %q", database))
		err = os.WriteFile(h.config, b, 0o600)
	}
	if err != nil {
		h.Fatal(err)
	}
}

// lunas runs a command on the house's configuration.
func (h *house) lunas(code int, words, command string, args ...string) {
	h.Helper()
	environ := []string{
		"DEMO_KEY=" + houseKey, "DEMO_APP_KEY=" + sandbox.DemoMerchant().AppKey,
		"DEMO_QRIS_SECRET=" + sandbox.DemoSNAPMerchant().Secret, "LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32),
	}
	got, out, errOut := lunas(h.T, environ, append([]string{command, "--config", h.config}, args...)...)
	if got != code || !strings.Contains(out+errOut, words) {
		h.Fatalf("lunas %s %v = %d\n%s%s\nwant %d and %q", command, args, got, out, errOut, code, words)
	}
	h.Logf("lunas %s %v:\n%s%s", command, args, out, errOut)
}

// refuses looks that no gateway starts, and that it says why in a sentence.
func (h *house) refuses() {
	h.Helper()
	h.lunas(1, "the database is fenced since", "serve")
	h.lunas(1, "lunas restore --confirm", "serve", "--migrate")
}

func (h *house) push(p *process, phone string) (made paymentAnswer) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	body := fmt.Sprintf(`{"amount":12500,"reference":"INV","method":"ovo_push","phone":%q}`, phone)
	if status := client.call("POST", p.url+"/v1/payments", body, &made); status != http.StatusCreated {
		h.Fatalf("create = %d %+v", status, made)
	}
	return made
}

// payAll makes payments that their customers pay.
func (h *house) payAll(p *process, n int) {
	h.Helper()
	var ids []string
	for range n {
		ids = append(ids, h.push(p, "081211110101").ID)
	}
	for _, id := range ids {
		h.wantState(p, id, "paid")
	}
}

func (h *house) wantState(p *process, id, state string) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	var made paymentAnswer
	for deadline := time.Now().Add(4 * time.Minute); made.State != state; {
		if time.Now().After(deadline) || ended(made.State) {
			h.Fatalf("payment %s is %s, want %s", id, made.State, state)
		}
		client.call("GET", p.url+"/v1/payments/"+id+"?wait=10", "", &made)
	}
}

func (h *house) payInWallet(p paymentAnswer) {
	h.Helper()
	client := &dev{T: h.T}
	var shown struct{ Pushes []struct{ ID int } }
	for deadline := time.Now().Add(3 * time.Minute); len(shown.Pushes) == 0; {
		if time.Now().After(deadline) {
			h.Fatal("the push does not arrive in the wallet")
		}
		client.call("GET", h.sandbox+"/control/pushes?state=pending&invoice="+p.Attempts[0].Invoice, "", &shown)
	}
	var paid any
	if status := client.call("POST", fmt.Sprintf("%s/control/pushes/%d/pay", h.sandbox, shown.Pushes[0].ID), `{"with":"cash"}`, &paid); status != http.StatusOK {
		h.Fatalf("pay = %d %v", status, paid)
	}
}

// wantToldOf looks that the merchant is told of a payment in review, behind every position that it may have read.
func (h *house) wantToldOf(p *process, id string) {
	h.Helper()
	client := &dev{T: h.T, key: houseKey}
	var feed struct {
		Data []struct {
			Type string
			Data struct{ ID string }
		}
	}
	for deadline := time.Now().Add(3 * time.Minute); ; {
		client.call("GET", p.url+"/v1/events?after=1000000", "", &feed)
		for _, e := range feed.Data {
			if e.Type == "payment.review" && e.Data.ID == id {
				return
			}
		}
		if time.Now().After(deadline) {
			h.Fatalf("the merchant is not told that payment %s is in review: %+v", id, feed)
		}
	}
}

// wantBooks looks that the provider was shown each number once, and that nothing that was paid was given back: so many
// are, or one that the caller names among them.
func (h *house) wantBooks(most int, paid paymentAnswer) {
	h.Helper()
	client := &dev{T: h.T}
	var books struct {
		Transactions []struct {
			Invoice, State, TID string
			Batch, Reference    int
			Seen                int
			Charged             time.Time
		}
	}
	client.call("GET", h.sandbox+"/control/transactions", "", &books)
	numbers, count := map[string]string{}, 0
	for _, x := range books.Transactions {
		number := fmt.Sprintf("%s %d/%d", x.TID, x.Batch, x.Reference)
		if other, twice := numbers[number]; twice || x.Seen != 1 {
			h.Errorf("number %s was used by %s and %s, and sent %d times", number, other, x.Invoice, x.Seen)
		}
		numbers[number] = x.Invoice
		if !x.Charged.IsZero() && x.State != "paid" {
			h.Errorf("%s was paid and is %s", x.Invoice, x.State)
		}
		if x.State == "paid" {
			count++
		}
	}
	if len(paid.Attempts) == 0 {
		most-- // the one that waits is not paid
	}
	if count != most {
		h.Errorf("%d payments are paid at the provider, want %d: %+v", count, most, books.Transactions)
	}
}
