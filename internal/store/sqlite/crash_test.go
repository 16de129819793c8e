package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store/sqldb/sqldbtest"
	"github.com/lunas-pay/lunas/internal/store/sqlite"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

const (
	crashPath = "LUNAS_TEST_SQLITE_PATH"
	crashFrom = "LUNAS_TEST_SQLITE_FROM"
)

// TestKilledInMidLoad kills a process that commits, three times on the same file, and looks whether everything that
// was acknowledged is there.
func TestKilledInMidLoad(t *testing.T) {
	if path := os.Getenv(crashPath); path != "" {
		commitUntilKilled(t, path)
	}
	t.Parallel()
	path := newPath(t)
	if err := openWithTerminal(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := map[int]bool{} // by number: whether paid
	for round := range 3 {
		from := round * 1_000_000
		runAndKill(t, path, from, 60+70*round, acknowledged)
		checkAcknowledged(t, path, acknowledged)
	}
}

// commitUntilKilled is the child: eight callers, each payment requested and answered, said aloud once acknowledged.
func commitUntilKilled(t *testing.T, path string) {
	s, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Now: storetest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	from, err := strconv.Atoi(os.Getenv(crashFrom))
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for {
				i := from + int(n.Add(1))
				made, err := s.Commit(context.Background(), storetest.NewPayment(i))
				if err != nil {
					panic(err)
				}
				fmt.Printf("\nmade %d\n", i)
				at := made.Payment.CreatedAt.Add(9 * time.Second)
				if _, err := s.Commit(context.Background(), storetest.Answer(made.Payment, at, storetest.Paid())); err != nil {
					panic(err)
				}
				fmt.Printf("\npaid %d\n", i)
			}
		})
	}
	callers.Wait()
}

func runAndKill(t *testing.T, path string, from, lines int, acknowledged map[int]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledInMidLoad$", "-test.v")
	cmd.Env = append(os.Environ(), crashPath+"="+path, crashFrom+"="+strconv.Itoa(from))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		word, number, _ := strings.Cut(scanner.Text(), " ")
		n, err := strconv.Atoi(number)
		if err != nil || word != "made" && word != "paid" {
			continue
		}
		acknowledged[n] = acknowledged[n] || word == "paid"
		if seen++; seen == lines {
			cmd.Process.Kill() // what is in the pipe is still read
		}
	}
	cmd.Wait()
	if seen < lines {
		t.Fatalf("the child said %d lines, want at least %d", seen, lines)
	}
}

func checkAcknowledged(t *testing.T, path string, acknowledged map[int]bool) {
	t.Helper()
	s := must[*sqlite.Store](t)(sqlite.Open(t.Context(), sqlite.Options{Path: path}))
	defer s.Close()
	numbers := map[payment.Number]int{}
	for n, paid := range acknowledged {
		p, err := s.Load(t.Context(), storetest.Merchant, storetest.PaymentID(n))
		if err != nil {
			t.Errorf("payment %d was acknowledged: %v", n, err)
			continue
		}
		if paid && p.State != payment.Paid {
			t.Errorf("payment %d was acknowledged as paid and is %s", n, p.State)
		}
		entries, err := s.Journal(t.Context(), storetest.Merchant, p.ID)
		if err != nil || len(entries) != p.Version {
			t.Errorf("journal of payment %d = %d entries, %v, want %d", n, len(entries), err, p.Version)
		}
		if other, taken := numbers[p.Attempts[0].Number]; taken {
			t.Errorf("payments %d and %d have the number %v", other, n, p.Attempts[0].Number)
		}
		numbers[p.Attempts[0].Number] = n
	}
	if _, err := sqldbtest.VerifyChains(t.Context(), s.Reading()); err != nil {
		t.Error(err)
	}
}
