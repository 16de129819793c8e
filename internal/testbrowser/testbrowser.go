// Package testbrowser gives tests a real browser, headless Chromium. Where there is none the test is left out, and
// scripts/test says so aloud at the end.
package testbrowser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Open starts a browser for this test, with a screen as large as a phone's, and gives its context. It is closed at the
// test's end, and every step fails after a minute.
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
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
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

// Picture keeps a screenshot of the page when LUNAS_TEST_PICTURES names a folder; documents show those.
func Picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("LUNAS_TEST_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600)
	}
	if err != nil {
		t.Errorf("picture %s: %v", name, err)
	}
}
