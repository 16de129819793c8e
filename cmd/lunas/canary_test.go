package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/lunas-pay/lunas/sandbox"
)

// loud keeps everything that a process writes.
type loud struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *loud) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *loud) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// Whatever happens to payments, the log holds no secret and no whole phone number.
func TestTheLogTellsNoSecret(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	out, log := &screen{shown: make(chan struct{})}, &loud{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		args := []string{"dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", data, "--speed", "60", "--log-level", "debug"}
		ended <- run(ctx, args, nil, out, log)
	}()
	<-out.shown
	env, err := os.ReadFile(filepath.Join(data, "dev.env"))
	if err != nil {
		t.Fatal(err)
	}
	value := func(name string) string {
		return string(regexp.MustCompile(`(?m)^export ` + name + `=(\S+)$`).FindSubmatch(env)[1])
	}
	d := &dev{T: t, url: value("LUNAS_URL"), sandbox: value("LUNAS_SANDBOX_URL"), key: value("LUNAS_API_KEY")}
	var payments sync.WaitGroup
	for _, phone := range []string{"081211110101", "081211110017", "081211110160", "081211110165", "081211110058", "081211110063", "081211110094"} {
		payments.Go(func() {
			var p map[string]any
			d.call("POST", d.url+"/v1/payments?wait=20", fmt.Sprintf(`{"amount":12500,"reference":"INV","method":"ovo_push","phone":%q}`, phone), &p)
		})
	}
	payments.Wait()
	var answer any
	d.call("GET", d.url+"/v1/phones/081211111111", "", &answer)
	d.call("GET", d.url+"/v1/phones/0812111111119999999", "", &answer)
	d.call("POST", d.url+"/v1/payments", `{"amount":12500,"reference":"INV","method":"ovo_push","phone":"+62081211110101"}`, &answer)
	wrong := *d
	wrong.key = "lunas_test_canarycanarycanarycanary"
	if status := wrong.call("GET", d.url+"/v1/payments", "", &answer); status != http.StatusUnauthorized {
		t.Errorf("a wrong key = %d, want 401", status)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("lunas dev ended with %d", code)
	}
	master, err := os.ReadFile(filepath.Join(data, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if !strings.Contains(text, "payment ended") || !strings.Contains(text, "a push without an answer is being reversed") {
		t.Fatalf("the log does not tell of payments, so this test proves nothing:\n%s", text)
	}
	for what, secret := range map[string]string{
		"the API key": d.key, "a wrong API key": wrong.key, "the app key": sandbox.DemoMerchant().AppKey, "the master key": strings.TrimSpace(string(master)),
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %s", what)
		}
	}
	if m := regexp.MustCompile(`(08|628)\d{8,}`).FindString(text); m != "" {
		t.Errorf("the log holds a whole phone number: %s", m)
	}
}

// A mistake of ours is no success, and is not hidden.
func TestAPanicIsNotHidden(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a panic of a command was hidden")
		}
	}()
	run(t.Context(), []string{"version"}, nil, explosive{}, &bytes.Buffer{})
}

type explosive struct{}

func (explosive) Write([]byte) (int, error) { panic("a mistake of ours") }
