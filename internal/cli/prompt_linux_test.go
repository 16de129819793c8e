package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// screen is a terminal (a pseudo-terminal of Linux): what is typed on it, and what it shows.
type screen struct {
	*testing.T
	keys, side *os.File // what a person has, and what the program has

	mu    sync.Mutex
	shown bytes.Buffer
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	if err := unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	side, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = side.Close() })
	s := &screen{T: t, keys: keys, side: side}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := keys.Read(b)
			s.mu.Lock()
			s.shown.Write(b[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// echoes tells whether the terminal shows what is typed.
func (s *screen) echoes() bool {
	s.Helper()
	now, err := unix.IoctlGetTermios(int(s.side.Fd()), unix.TCGETS)
	if err != nil {
		s.Fatal(err)
	}
	return now.Lflag&unix.ECHO != 0
}

// until waits for something to hold.
func (s *screen) until(what string, holds func() bool) {
	s.Helper()
	for range 60_000 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s.Fatalf("within a minute not: %s", what)
}

func (s *screen) shows(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.shown.String(), text)
}

// TestNothingTypedIsShown: neither a value with Enter nor a pasted message with Ctrl-D, and the terminal is as before afterwards.
func TestNothingTypedIsShown(t *testing.T) {
	t.Parallel()
	for line, typed := range map[bool]string{true: "canary-secret\n", false: "canary-secret\nits second line\n\x04"} {
		s := newScreen(t)
		got := make(chan []byte, 1)
		go func() {
			b, err := prompted(&Terminal{Context: t.Context(), Err: s.side}, s.side, line)
			if err != nil {
				t.Error(err)
			}
			got <- b
		}()
		s.until("the terminal is asked to be silent", func() bool { return !s.echoes() && s.shows("nothing is shown") })
		if _, err := s.keys.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		if b := <-got; string(b) != strings.TrimSuffix(typed, "\x04") {
			t.Errorf("read %q of %q", b, typed)
		}
		if !s.echoes() {
			t.Error("the terminal stays silent")
		}
		if _, err := fmt.Fprintln(s.side, "the end"); err != nil {
			t.Fatal(err)
		}
		s.until("the end is shown", func() bool { return s.shows("the end") })
		if s.shows("canary") {
			t.Errorf("what was typed is shown: %q", s.shown.String())
		}
	}
}

// TestAStopGivesTheTerminalBack: Ctrl-C ends the context, and nobody must press Enter after it.
func TestAStopGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := prompted(&Terminal{Context: ctx, Err: s.side}, s.side, true)
		ended <- err
	}()
	s.until("the terminal is silent", func() bool { return !s.echoes() })
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Errorf("a stopped prompt = %v", err)
	}
	if !s.echoes() {
		t.Error("the terminal stays silent")
	}
}
