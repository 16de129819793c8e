// Package testbrowser gives tests a real browser, headless Chromium. Where there is none the test is left out, and
// scripts/test says so aloud at the end.
package testbrowser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// idle is for how long a browser may do nothing at all before it is given up: so long that only what hangs is stopped, and
// not what runs on a machine with much else to do.
const idle = 4 * time.Minute

// Open starts a browser for this test, with a screen as large as a phone's, and gives its context. It is closed at the
// test's end. When nothing has happened in it for four minutes every step fails; a test that goes on has all the time that
// go test gives it.
func Open(t *testing.T) context.Context {
	t.Helper()
	path := find()
	if path == "" {
		t.Skip("NOT RUN, needs Chromium: Debian has it as the package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true))
	ctx, cancel := context.WithCancel(context.Background())
	ctx, cancelBrowser := chromedp.NewExecAllocator(ctx, options...)
	ctx, cancelPage := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		cancelPage()
		cancelBrowser()
		cancel()
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	stop, err := watch(ctx, idle, func() {
		t.Errorf("nothing has happened in the browser for %v", idle)
		cancel()
	})
	if err != nil {
		t.Fatalf("listen to %s: %v", path, err)
	}
	t.Cleanup(stop) // before the browser is closed, and before t is over
	return ctx
}

// watch calls giveUp when nothing happens in a browser any more, until stop is called.
func watch(ctx context.Context, idle time.Duration, giveUp func()) (stop func(), err error) {
	var events atomic.Int64
	if err := chromedp.Listen(ctx, func(any) { events.Add(1) }); err != nil {
		return nil, err
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for seen := events.Load(); ; {
			select {
			case <-end:
				return
			case <-time.After(idle):
			}
			now := events.Load()
			if now == seen {
				giveUp()
				return
			}
			seen = now
		}
	}()
	return func() {
		close(end)
		<-ended
	}, nil
}

const (
	loadFor = time.Minute // one try to load a page
	loads   = 3           // tries
)

// Navigate opens an address and waits until the page is loaded. What the browser tells of a page can be missed while it is
// very busy; what is not loaded after a minute, or was broken off, is therefore opened again, twice at most. It is only for
// what may be opened twice.
func Navigate(address string) chromedp.Action[chromedp.Void] { return navigate(address, loadFor) }

func navigate(address string, loadFor time.Duration) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		for range loads {
			once, cancel := context.WithTimeout(ctx, loadFor)
			_, err = chromedp.Navigate(address)(once, target)
			var load *chromedp.LoadError // what is left of the try before may be told as this one's end
			missed := once.Err() != nil || errors.As(err, &load) && load.ErrorText == "net::ERR_ABORTED"
			cancel()
			if err == nil || !missed || ctx.Err() != nil {
				return err
			}
		}
		return fmt.Errorf("%s is not loaded in %d tries: %w", address, loads, err)
	})
}

func find() string {
	for _, name := range []string{os.Getenv("LUNAS_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// Dark shows pages in dark or in light colours from now on.
func Dark(t *testing.T, ctx context.Context, dark bool) {
	t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[dark]
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
	if err != nil {
		t.Fatalf("show pages in %s colours: %v", scheme, err)
	}
}

// NoScripts lets pages run no script from now on.
func NoScripts(t *testing.T, ctx context.Context) {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	if err != nil {
		t.Fatalf("let pages run no script: %v", err)
	}
}

// Complaints collects what the browser complains about from now on, such as what a content policy has stopped, and gives
// what has come since the last call.
func Complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	err := chromedp.Listen(ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			all = append(all, string(ev.Entry.Source)+": "+ev.Entry.Text)
		case *runtime.EventExceptionThrown:
			all = append(all, "script: "+ev.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatalf("listen to the browser: %v", err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		since := all
		all = nil
		return since
	}
}

// still brings what moves to its end, or to its beginning where it moves for ever.
const still = `for (const a of document.getAnimations()) { try { a.finish(); } catch { a.cancel(); } } true`

// Picture keeps a screenshot of the page when LUNAS_TEST_PICTURES names a folder; documents show those.
func Picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("LUNAS_TEST_PICTURES")
	if folder == "" {
		return
	}
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](still))
	var picture []byte
	if err == nil {
		picture, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600)
	}
	if err != nil {
		t.Errorf("picture %s: %v", name, err)
	}
}
