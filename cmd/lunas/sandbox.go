package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/bench"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/sandbox"
)

type sandboxCommand struct {
	Serve      sandboxServe      `cmd:"" default:"withargs" help:"Run the sandbox."`
	Settlement sandboxSettlement `cmd:"" help:"Get the settlement file of a day from a sandbox that runs, with faults planted in it."`
}

// Help shows examples.
func (sandboxCommand) Help() string {
	return "Examples:\n  lunas sandbox\n  lunas sandbox settlement --faults all --output settlement.csv"
}

type sandboxServe struct {
	Listen     string  `help:"Address; ${default} when left out." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
	Speed      float64 `help:"How many seconds pass in one." default:"1"`
	Lenient    bool    `help:"QRIS for other people's SNAP clients: let through, and note, grant_type, timestamps in UTC, X-SIGNATURE in hexadecimal and account binding without merchantId. Without it they are refused, as OVO's documents have it."`
	PlainPaths bool    `help:"QRIS for clients written after Bank Indonesia's portal, which know no /OVOSNAP: serve and verify /v1.0/… and /api/v1.0/… too."`
	SFTPListen string  `help:"Address of an SFTP server to which registrations of merchants go; none by default." name:"sftp-listen" placeholder:"HOST:PORT"`
	SFTPFolder string  `help:"Where its files and host key are kept; by default for as long as it runs." name:"sftp-folder" type:"path" placeholder:"FOLDER"`
	Partners   int     `hidden:"" help:"That many partners instead of the demo's; for lunas bench."`
}

// Help shows examples.
func (sandboxServe) Help() string {
	return "Examples:\n" +
		"  lunas sandbox\n" +
		"  lunas sandbox --listen 127.0.0.1:9000 --speed 60\n" +
		"  lunas sandbox --sftp-listen 127.0.0.1:2222    for lunas onboarding\n" +
		"  lunas sandbox --lenient --plain-paths    for midtrans-client and its like"
}

// Run serves the sandbox.
func (c sandboxServe) Run(t *terminal) error {
	if err := checkSpeed(c.Speed); err != nil {
		return err
	}
	l, err := gateway.Listen(c.Listen, "--listen")
	if err != nil {
		return err
	}
	defer l.Close()
	clock, err := sandbox.NewClock(time.Now(), c.Speed)
	if err != nil {
		return err
	}
	qris := sandbox.SNAPOptions{Lenient: c.Lenient, PlainPaths: c.PlainPaths}
	if c.Partners > 0 {
		qris.Merchants = bench.Partners(c.Partners, "")
	}
	s := sandbox.New(sandbox.Options{SNAP: qris, Clock: clock})
	defer s.Close()
	files, err := c.openSFTP(clock)
	if err != nil {
		return err
	}
	defer files.close()
	if err := c.announce(t, l.Addr()); err != nil {
		return err
	}
	if err := files.announce(t); err != nil {
		return err
	}
	return together(t.ctx,
		func(ctx context.Context) error { return serveHTTP(ctx, l, files.beside(s.Handler())) },
		files.serve,
	)
}

// announce prints what is served, and where its credentials are found.
func (c sandboxServe) announce(t *terminal, address net.Addr) error {
	url, push, qris := "http://"+address.String(), sandbox.DemoMerchant(), sandbox.DemoSNAPMerchant()
	judged := "strict"
	if c.Lenient {
		judged = "lenient with other people's clients"
	}
	if c.PlainPaths {
		judged += ", served at /v1.0/… and /api/v1.0/… too"
	}
	_, err := fmt.Fprintf(t.out, `A sandbox in which no money is real.

Wallets   %[1]s/   open this in a browser: it is the customer's phone
Director  %[1]s/director   what was asked, what was broken, what shall happen next
OVO       %[1]s/pos   app-id %[2]s, terminals %[3]s
QRIS      %[1]s/OVOSNAP   client id %[4]s, merchantId %[5]s, terminalId %[6]s
          %[7]s
DOKU      %[1]s/ovo-emoney   client id %[8]s; simulator at %[1]s/doku
Control   %[1]s/control/snap, /control/doku   the demo clients' secrets and keys, which open nothing else

Ctrl-C ends it.
`, url, push.AppID, strings.Join(terminalsOf(push), " "), qris.ClientID, qris.MerchantID, strings.Join(qris.Terminals, " "), judged,
		sandbox.DemoDOKUMerchant().ClientID)
	return err
}

func terminalsOf(m sandbox.OVOMerchant) (all []string) {
	for _, s := range m.Stores {
		for _, t := range s.Terminals {
			all = append(all, t.TID)
		}
	}
	return all
}

func checkSpeed(speed float64) error {
	if speed < 0.1 || speed > 1000 {
		return fmt.Errorf("--speed is %g; it must be between 0.1 and 1000", speed)
	}
	return nil
}

// newSandbox makes a sandbox that lives by a clock.
func newSandbox(clock gateway.Clock, speed float64, o sandbox.Options) *sandbox.Sandbox {
	o.Now, o.After, o.RealNow, o.Speed = clock.Now, clock.After, time.Now, speed
	return sandbox.New(o)
}
