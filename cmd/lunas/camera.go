package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// camera takes pictures of pages with a headless Chromium, on a screen as large as a phone's.
type camera struct{ program string }

func newCamera() (camera, error) {
	for _, name := range []string{os.Getenv("LUNAS_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return camera{path}, nil
		}
	}
	return camera{}, errors.New("there is no Chromium on this machine to take pictures with: install the package chromium, or leave --captures out and add pictures of your own with lunas evidence --capture")
}

// Shoot serves the page to a browser of its own and takes its picture. The page stands still meanwhile: it is told nothing
// new.
func (c camera) Shoot(ctx context.Context, pages http.Handler, path string) ([]byte, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/events") || strings.HasSuffix(r.URL.Path, ".js") {
			http.NotFound(w, r) // nothing moves on the picture
			return
		}
		pages.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	folder, err := os.MkdirTemp("", "lunas-camera-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	picture := filepath.Join(folder, "page.png")
	cmd := exec.CommandContext(ctx, c.program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
		"--blink-settings=preferredColorScheme=1", "--user-data-dir="+filepath.Join(folder, "profile"),
		"--window-size=390,844", "--virtual-time-budget=2000", "--screenshot="+picture, "http://"+l.Addr().String()+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", c.program, err, lastLine(out))
	}
	b, err := os.ReadFile(picture)
	if err != nil {
		return nil, fmt.Errorf("%s took no picture: %w", c.program, err)
	}
	return b, nil
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
