// Package testbrowser gives tests a real browser, headless Chromium. Where there is none the test is left out, and
// scripts/test says so aloud at the end.
package testbrowser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Open starts a browser for this test, with a screen as large as a phone's, and gives its context. It is closed at the
// test's end. Four minutes after its start every step fails: so long that only what hangs is stopped, and not what runs on
// a machine with much else to do.
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
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
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
	return ctx
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
