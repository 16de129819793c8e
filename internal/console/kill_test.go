package console

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// What a child of TestApprovedAndKilled is told.
const (
	killPath  = "LUNAS_TEST_CONSOLE_DATABASE"
	killPlace = "LUNAS_TEST_CONSOLE_KILL"
)

// killing is a store in which the process is killed, by the kernel and at once, at a place between approval and its end.
type killing struct {
	store.Store
	place string
}

func (k *killing) at(place string) {
	if k.place == place {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing is done any more
	}
}

func (k *killing) Commit(ctx context.Context, c store.Change) (store.Change, error) {
	if _, ok := c.Event.(payment.Asked); ok {
		k.at("before the act")
	}
	return k.Store.Commit(ctx, c)
}

func (k *killing) EndApproval(ctx context.Context, merchantID, id string, s operator.ApprovalState, result string, at time.Time, deeds ...store.Deed) error {
	k.at("after the act")
	return k.Store.EndApproval(ctx, merchantID, id, s, result, at, deeds...)
}

// openAt opens the database that outlives a process.
func openAt(t *testing.T, path string) func(now func() time.Time) store.Store {
	return func(now func() time.Time) store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Now: now, Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// A process is killed by kill -9 between an approval and its end, and another one, on the same database, does what was
// approved, once.
func TestApprovedAndKilled(t *testing.T) {
	t.Parallel()
	if path := os.Getenv(killPath); path != "" {
		approveAndDie(t, path, os.Getenv(killPlace))
		return
	}
	for _, place := range []string{"before the act", "after the act"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "lunas.db")
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestApprovedAndKilled$", "-test.v")
			cmd.Env = append(os.Environ(), killPath+"="+path, killPlace+"="+place)
			out, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("the child was not killed: %v\n%s", err, out)
			}
			w := newWorldOn(t, noon.Add(time.Minute), openAt(t, path))
			list, err := w.store.Approvals(t.Context(), store.ApprovalFilter{MerchantID: "mer_a"})
			if err != nil || len(list) != 1 || list[0].State != operator.Approved {
				t.Fatalf("the kill has left %+v, %v", list, err)
			}
			w.pass(resumeAfter + time.Second)
			for range 2 {
				if err := w.console.Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			a, err := w.store.Approval(t.Context(), "mer_a", list[0].ID)
			if err != nil || a.State != operator.Performed {
				t.Errorf("the approval: %+v, %v", a, err)
			}
			p, err := w.store.Load(t.Context(), "mer_a", a.Subject)
			if err != nil {
				t.Fatal(err)
			}
			if place == "before the act" {
				w.until(p, payment.Voided)
				if n := w.rail.called("void"); n != 1 {
					t.Errorf("%d voids were sent", n)
				}
			}
			asked := 0
			journal, err := w.store.Journal(t.Context(), "mer_a", p.ID)
			for _, e := range journal {
				if _, ok := e.Event.(payment.Asked); ok {
					asked++
				}
			}
			if asked != 1 || err != nil {
				t.Errorf("it was asked %d times, %v", asked, err)
			}
		})
	}
}

// approveAndDie is the child: somebody asks for a void, somebody else approves it, and the process is killed.
func approveAndDie(t *testing.T, path, place string) {
	w := newWorldOn(t, noon, openAt(t, path))
	request := w.as("ayu", grant("mer_a", operator.Operator)).requestVoid(w.push("mer_a"))
	o := w.options
	var err error
	if o.Engine, err = engine.New(t.Context(), engine.Options{
		Store: &killing{w.store, place}, Keyring: o.Keyring, Now: o.Now, Accounts: []engine.Account{account("mer_a", w.rail)},
	}); err != nil {
		t.Fatal(err)
	}
	w.console = New(o)
	rec := w.as("budi", grant("mer_a", operator.Approver)).do("POST", request+"/approve", url.Values{})
	t.Fatalf("the process lives on: %d %s", rec.Code, strings.TrimSpace(rec.Body.String()))
}
