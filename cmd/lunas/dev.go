package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/sandbox"
)

type devCommand struct {
	Listen          string  `help:"Address of the gateway; ${default} when left out." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	SandboxListen   string  `help:"Address of the sandbox with its wallet page; ${default} when left out." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
	Data            string  `help:"Folder for the database, the keys and dev.env; ${default} when left out." default:"data" type:"path" placeholder:"FOLDER"`
	DB              string  `help:"Another database than DATA/lunas.db: a file, or postgres://…" name:"db" placeholder:"DATABASE"`
	Speed           float64 `help:"How many seconds pass in one, for gateway and sandbox together." default:"1"`
	Storybook       bool    `help:"Serve a list of every view with made-up data too, for who works on their looks."`
	LogLevel        string  `help:"What is logged." enum:"debug,info,warn,error" default:"warn"`
	StorybookListen string  `help:"Address of the storybook; ${default} when left out." default:"127.0.0.1:8082" placeholder:"HOST:PORT"`
	MetricsListen   string  `help:"Address of a listener with /metrics for Prometheus; none by default." placeholder:"HOST:PORT"`
	OTLPEndpoint    string  `help:"OpenTelemetry collector that every request is traced to, such as http://127.0.0.1:4318." name:"otlp-endpoint" placeholder:"URL"`
}

// Help shows examples.
func (devCommand) Help() string {
	return "Examples:\n" +
		"  lunas dev                      gateway on 127.0.0.1:8080, wallets on 127.0.0.1:8081, data in ./data\n" +
		"  lunas dev --speed 60           a minute passes in a second\n" +
		"  lunas dev --db postgres://…    the same on PostgreSQL\n" +
		"  lunas dev --storybook          every view with made-up data, on 127.0.0.1:8082\n" +
		"  source data/dev.env            in another shell: the addresses and the API key"
}

// Run serves gateway and sandbox until it is told to stop.
func (c devCommand) Run(t *terminal) error {
	if err := checkSpeed(c.Speed); err != nil {
		return err
	}
	front, err := gateway.Listen(c.Listen, "--listen")
	if err != nil {
		return err
	}
	defer front.Close()
	back, err := gateway.Listen(c.SandboxListen, "--sandbox-listen")
	if err != nil {
		return err
	}
	defer back.Close()
	stories, err := c.openStorybook(t.ctx)
	if err != nil {
		return err
	}
	defer stories.close()
	conf, key, err := gateway.DevConfig(c.Data, c.DB, "http://"+back.Addr().String(), c.Speed)
	if err != nil {
		return err
	}
	conf.PublicURL = reachable(front.Addr())
	conf.Console.URL = conf.PublicURL
	conf.Observe = config.Observe{Listen: c.MetricsListen, OTLP: strings.TrimRight(c.OTLPEndpoint, "/"), TraceRatio: 1}
	clock, err := gateway.ClockInFolder(c.Data, c.Speed)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level(c.LogLevel)}))
	g, err := gateway.Open(t.ctx, gateway.Options{Config: conf, Clock: clock, Log: log, Migrate: true, Version: programVersion()})
	if err != nil {
		return err
	}
	g.Handler = withShop(g.Handler, reachable(front.Addr()), key, log)
	s := newSandbox(clock, c.Speed, demoProviders(front.Addr()))
	defer s.Close()
	link, _, err := g.SetupLink(t.ctx, reachable(front.Addr()))
	if err != nil {
		return err
	}
	if err := c.announce(t, front, back, key, link); err != nil {
		return err
	}
	if err := stories.announce(t); err != nil {
		return err
	}
	return together(t.ctx,
		stories.serve,
		func(ctx context.Context) error { return g.Serve(ctx, front) },
		func(ctx context.Context) error { return serveHTTP(ctx, back, s.Handler()) },
		func(ctx context.Context) error { return gateway.KeepClock(ctx, c.Data, clock) },
	)
}

// reachable is where this machine finds a listener.
func reachable(a net.Addr) string {
	address := a.String()
	if host, port, err := net.SplitHostPort(address); err == nil && net.ParseIP(host).IsUnspecified() {
		address = net.JoinHostPort("localhost", port) // it listens on all addresses
	}
	return "http://" + address
}

// demoProviders are what the providers know of the demo's merchant, with the gateway's doors for notifications.
func demoProviders(front net.Addr) sandbox.Options {
	address := reachable(front)
	qris, doku, faspay := sandbox.DemoSNAPMerchant(), sandbox.DemoDOKUMerchant(), sandbox.DemoFaspayMerchant()
	qris.Callback = sandbox.Callback{URL: address + gateway.DemoCallback, Mode: sandbox.NotifyAsymmetric}
	doku.Callback = sandbox.Callback{URL: address + gateway.DemoDOKUCallback}
	faspay.Callback = sandbox.Callback{URL: address + gateway.DemoFaspayCallback, ReturnURL: address + gateway.DemoFaspayReturn}
	return sandbox.Options{
		SNAP:   sandbox.SNAPOptions{Merchants: []sandbox.SNAPMerchant{qris}},
		DOKU:   sandbox.DOKUOptions{Merchants: []sandbox.DOKUMerchant{doku}},
		Faspay: sandbox.FaspayOptions{Merchants: []sandbox.FaspayMerchant{faspay}},
	}
}

func level(name string) (l slog.Level) {
	_ = l.UnmarshalText([]byte(name)) // kong has checked it
	return l
}

// announce prints where everything is, and writes the same for scripts.
func (c devCommand) announce(t *terminal, front, back net.Listener, key, link string) error {
	api, wallet := "http://"+front.Addr().String(), "http://"+back.Addr().String()
	env := filepath.Join(c.Data, "dev.env")
	content := fmt.Sprintf("export LUNAS_URL=%s\nexport LUNAS_API_KEY=%s\nexport LUNAS_SANDBOX_URL=%s\nexport LUNAS_WALLET_URL=%s/\n", api, key, wallet, wallet)
	if err := os.WriteFile(env, []byte(content), 0o600); err != nil {
		return fmt.Errorf("%s cannot be written: %w; choose another folder with --data", env, err)
	}
	console := api + "/console"
	if link != "" {
		console = link + "   open it once, within an hour, and become the owner"
	}
	speed := ""
	if c.Speed != 1 {
		speed = fmt.Sprintf("Speed     %g seconds pass in one\n", c.Speed)
	}
	_, err := fmt.Fprintf(t.out, `lunas is running, with a sandbox in which no money is real.

API       %s
API key   %s
Reference %s/docs   every request with a command to try it, also to be saved and read offline
Wallet    %s/   open this in a browser: it is the customer's phone
Shop      %s   a demo shop: buy a coffee, and pay it in the wallet
Console   %s
%sScripts   source %s

Try it: ask for a payment, then pay it in the wallet of 081211111111.

  curl -s %s/v1/payments -H 'Authorization: Bearer %s' \
    -H 'Content-Type: application/json' \
    -d '{"amount":12500,"reference":"INV-1","method":"ovo_push","phone":"081211111111"}'

"rail":"doku" and "rail":"faspay" make it go through them. Or ask for a QR with '{"amount":12500,"reference":"INV-2","method":"qris"}', and scan it in the wallet.

Ctrl-C ends it; the data stays in %s.
`, api, key, api, wallet, api+shopPath, console, speed, env, api, key, c.Data)
	return err
}

// together runs several things until one fails or the context ends, and then ends them all.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, len(parts))
	for _, part := range parts {
		go func() {
			err := part(ctx)
			cancel()
			errs <- err
		}()
	}
	var all []error
	for range parts {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// serveHTTP answers on a listener until the context ends.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		_ = server.Close()
		return nil
	}
}
