package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/config"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/onboarding"
	"github.com/lunas-pay/lunas/sandbox/sftpserver"
)

// A payment gateway's operator registers two outlets by the command line, sees why one is refused, and one is a terminal in
// the end. The password comes from a file and is never shown.
func TestOnboardingByCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	environ := []string{"LUNAS_MASTER_KEY=" + strings.Repeat("ab", 32)}
	conf := write("lunas.yaml", "listen: 127.0.0.1:0\ndatabase: "+filepath.Join(dir, "lunas.db")+"\n")
	do := func(code int, want string, args ...string) {
		t.Helper()
		got, out, errOut := lunas(t, environ, append(args, "--config", conf)...)
		if got != code || !strings.Contains(out+errOut, want) {
			t.Fatalf("lunas %s = %d\n%s%s\nwant %d and %q", strings.Join(args, " "), got, out, errOut, code, want)
		}
		if strings.Contains(out+errOut, sftpserver.DemoPassword) {
			t.Errorf("lunas %s shows the password", strings.Join(args, " "))
		}
	}
	do(0, "", "migrate")
	loaded, err := config.Load(conf, environ)
	if err != nil {
		t.Fatal(err)
	}
	err = gateway.WithOnboarding(t.Context(), loaded, func(ctx context.Context, o *onboarding.Onboarding) error {
		_, err := o.Registry.CreateMerchant(ctx, "kopi", "Kopi")
		for _, id := range []string{"menteng", "tebet"} {
			if err == nil {
				_, err = o.Registry.CreateOutlet(ctx, "kopi", id, id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	server, address := startSFTP(t)
	server.Fail(sftpserver.Faults{RefuseRows: []int{2}})
	example, err := onboarding.Example()
	if err != nil {
		t.Fatal(err)
	}
	mapping := write("mapping.yaml", strings.Replace(string(example), "  store_code:", "  merchant_id: '200179'\n  store_code:", 1)+
		"  settings: {rail: ovo, environment: sandbox, url: 'http://127.0.0.1:1/pos', app_id: kopi}\n")
	details := write("details.csv", "merchant,outlet,legal_name,npwp,category,address,city,postal_code,phone\n"+
		"kopi,menteng,PT Kopi,0123456789012345,FOOD,Jl. 1,Jakarta,10310,0811223344\nkopi,tebet,PT Kopi,0123456789012345,FOOD,Jl. 2,Jakarta,12810,0811223344\n")
	do(1, "there is no gate", "onboarding", "send")
	do(0, "not pinned yet", "onboarding", "connect", "--address", address, "--user", sftpserver.DemoUser, "--egress", "203.0.113.7",
		"--email", "toko@kopi.example.id", "--mapping", mapping, "--password-file", write("password", sftpserver.DemoPassword+"\n"),
		"--secret", "app_key="+write("app.key", "canary"))
	do(1, "NPWP is empty: fill in the column npwp", "onboarding", "prepare")
	do(0, "2 outlet(s)", "onboarding", "prepare", "--details", details, "--out", dir)
	do(1, server.HostKey(), "onboarding", "send")
	do(0, server.HostKey(), "onboarding", "connect", "--keep-password", "--host-key", server.HostKey())
	do(0, "is sent: 2 outlet(s)", "onboarding", "send")
	do(0, "Applied 1, accepted and not applied 0, refused 1, waiting 0.", "onboarding", "fetch")
	do(0, "merchant document is not valid", "onboarding", "status", "--merchant", "kopi")
	if made, _ := filepath.Glob(filepath.Join(dir, "lunas_2*_001.csv")); len(made) != 1 {
		t.Errorf("the file was written to %v", made)
	}
	do(0, "1 outlet(s)", "onboarding", "prepare", "--details", details) // what was refused is asked for again
	do(0, "there is nothing to prepare", "onboarding", "prepare", "--details", details)
}

// startSFTP starts the sandbox's SFTP server.
func startSFTP(t *testing.T) (*sftpserver.Server, string) {
	t.Helper()
	server, err := sftpserver.New(sftpserver.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return server, l.Addr().String()
}
