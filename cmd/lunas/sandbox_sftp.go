package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/sandbox"
	"github.com/lunas-pay/lunas/sandbox/sftpserver"
)

// sftpBeside is the sandbox's SFTP server, or nothing.
type sftpBeside struct {
	listener net.Listener
	server   *sftpserver.Server
	folder   string // to be removed; empty: it stays
}

// openSFTP listens for registrations; without the flag it does nothing.
func (c sandboxServe) openSFTP(clock *sandbox.Clock) (b sftpBeside, err error) {
	if c.SFTPListen == "" {
		return b, nil
	}
	folder := c.SFTPFolder
	if folder == "" {
		if folder, err = os.MkdirTemp("", "lunas-sftp-*"); err != nil {
			return b, fmt.Errorf("make a folder for the SFTP server: %w; give one with --sftp-folder", err)
		}
		b.folder = folder
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return b, fmt.Errorf("--sftp-folder: %w", err)
	}
	if b.listener, err = gateway.Listen(c.SFTPListen, "--sftp-listen"); err == nil {
		b.server, err = sftpserver.New(sftpserver.Options{Folder: folder, Now: clock.Now, After: clock.After})
	}
	if err != nil {
		b.close()
	}
	return b, err
}

func (b sftpBeside) serve(ctx context.Context) error {
	if b.server == nil {
		<-ctx.Done()
		return nil
	}
	stop := context.AfterFunc(ctx, func() { _ = b.server.Close() })
	defer stop()
	return b.server.Serve(b.listener)
}

func (b sftpBeside) close() {
	if b.listener != nil {
		_ = b.listener.Close()
	}
	if b.folder != "" {
		_ = os.RemoveAll(b.folder) // it is the system's for what is temporary
	}
}

// beside lets faults of the SFTP server be ordered where all others are.
func (b sftpBeside) beside(h http.Handler) http.Handler {
	if b.server == nil {
		return h
	}
	mux := http.NewServeMux()
	mux.Handle("/control/sftp", b.server.Control())
	mux.Handle("/", h)
	return mux
}

func (b sftpBeside) announce(t *terminal) error {
	if b.server == nil {
		return nil
	}
	_, err := fmt.Fprintf(t.out, "\nSFTP      %s@%s   password %s, host key %s\n          faults at /control/sftp\n",
		sftpserver.DemoUser, b.listener.Addr(), sftpserver.DemoPassword, b.server.HostKey())
	return err
}
