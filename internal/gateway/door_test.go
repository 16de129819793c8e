package gateway_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
)

func TestAFastClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB)
		c := gateway.FastClock(60, base)
		fired := make(chan time.Time, 1)
		c.AfterFunc(time.Minute, func() { fired <- c.Now() })
		began := time.Now()
		if at := <-fired; !at.Equal(base.Add(time.Minute)) || time.Since(began) != time.Second {
			t.Errorf("an alarm after a minute rang at %v after %v, want a second at 60 times the speed", at, time.Since(began))
		}
		if err := c.Sleep(t.Context(), time.Hour); err != nil || time.Since(began) != 61*time.Second {
			t.Errorf("an hour took %v, %v; want a minute", time.Since(began)-time.Second, err)
		}
		<-c.After(time.Minute)
		if d := c.Now().Sub(base); d != time.Hour+2*time.Minute {
			t.Errorf("%v have passed, want 1h2m", d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Sleep(ctx, time.Hour); err == nil {
			t.Error("Sleep outlasted its context")
		}
	})
}

// A process may end at any instant; its next start must not be earlier than its last one was.
func TestTheClockOfAFolderNeverGoesBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		last := time.Time{}
		for _, killed := range []bool{true, false, true} {
			c, err := gateway.ClockInFolder(folder, 100)
			if err != nil {
				t.Fatal(err)
			}
			if now := c.Now(); now.Before(last) {
				t.Errorf("time went back from %v to %v", last, now)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- gateway.KeepClock(ctx, folder, c) }()
			time.Sleep(90*time.Second + 999*time.Millisecond)
			synctest.Wait()
			last = c.Now()
			kept, err := os.ReadFile(filepath.Join(folder, "clock"))
			if err != nil {
				t.Fatal(err)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if killed { // as if the last writing had not been
				if err := os.WriteFile(filepath.Join(folder, "clock"), kept, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := os.WriteFile(filepath.Join(folder, "clock"), []byte("noon\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := gateway.ClockInFolder(folder, 1); err == nil || !strings.Contains(err.Error(), "does not hold a time") {
			t.Errorf("ClockInFolder = %v, want an error that names the file", err)
		}
	})
}

// A password that stands in a database's address is in no error.
func TestAWrongDatabaseTellsNoPassword(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"postgres://lunas:canary@127.0.0.1:1/lunas?connect_timeout=1",
		"postgres://lunas:canary@127.0.0.1:1/lunas?sslmode=sometimes",
		"postgres://lunas:canary@127.0.0.1:port/lunas",
		"postgresql://lunas:can%ary@127.0.0.1:1/lunas",
	} {
		_, err := gateway.OpenStore(t.Context(), dsn, gateway.RealClock(), false)
		if err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "can%ary") {
			t.Errorf("OpenStore = %v, want an error without the password", err)
		}
		if _, _, err := gateway.Migrate(t.Context(), dsn); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "can%ary") {
			t.Errorf("Migrate = %v, want an error without the password", err)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	l, err := gateway.Listen("127.0.0.1:0", "--listen")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := gateway.Listen(l.Addr().String(), "--door"); err == nil || !strings.Contains(err.Error(), "--door") {
		t.Errorf("a port in use = %v, want a sentence that names the flag", err)
	}
}

// Where batches are named after days, the operator gives a batch, and with it a day.
func TestANumberingByDateIsMovedAhead(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "lunas.db")
	s, err := gateway.OpenStore(t.Context(), db, gateway.RealClock(), true)
	if err != nil {
		t.Fatal(err)
	}
	terminal := store.Terminal{MerchantID: "kopi", ID: "till-1", Cursor: payment.Cursor{Style: payment.ByDate}}
	if err := s.SaveTerminal(t.Context(), terminal); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := gateway.OpenNumbering(t.Context(), db, "kopi")
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for _, c := range []struct {
		batch, reference int
		want             string // of the error; empty: none
	}{
		{210326, 17, ""},
		{210326, 16, "only move ahead"},
		{200326, 18, "only move ahead"},
		{10426, 1, ""}, // 1 April: a smaller number, and a later day
		{310226, 1, "is no day"},
		{999999, 1, "is no day"},
		{311299, 1, "is no day (ddmmyy) up to today"},
	} {
		err := n.Advance(t.Context(), "till-1", c.batch, c.reference, "by the portal")
		if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("Advance(%06d/%d) = %v, want %q", c.batch, c.reference, err, c.want)
		}
	}
	list, err := n.List(t.Context())
	if err != nil || list[0].Cursor.Day != 20260401 || list[0].Cursor.Last != (payment.Number{Batch: 10426, Reference: 1}) {
		t.Errorf("cursor = %+v, %v; want 010426/1 on 1 April", list, err)
	}
}

// A gateway that is told to stop takes no push, waits for what is under way, and gives its port and its file back.
func TestServeStops(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for range 2 { // the second finds the file free
		conf, _, err := gateway.DevConfig(folder, "", "http://"+silent.Addr().String(), 1)
		if err != nil {
			t.Fatal(err)
		}
		g, err := gateway.Open(t.Context(), gateway.Options{Config: conf, Clock: gateway.RealClock(), Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		l, err := gateway.Listen("127.0.0.1:0", "--listen")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- g.Serve(ctx, l) }()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v", err)
		}
	}
}
