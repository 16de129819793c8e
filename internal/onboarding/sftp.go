package onboarding

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// HostKeyError says that a server is not the one that is known. Nothing was sent to it, not even the password.
type HostKeyError struct{ Want, Got string }

// Error says what to do.
func (e *HostKeyError) Error() string {
	if e.Want == "" {
		return "the server's host key is not pinned yet: ask the provider whether it is " + e.Got + ", and pin it with lunas onboarding connect --host-key"
	}
	return "the server shows the host key " + e.Got + " and not the pinned " + e.Want +
		": somebody may stand between, or the provider has changed it. Ask the provider by another way before you pin the new one with lunas onboarding connect --host-key"
}

// connection is an open session with a gate.
type connection struct {
	ssh  *ssh.Client
	sftp *sftp.Client
	stop func() bool
}

// connectWithin bounds how long a server takes to let somebody in; idleWithin how long it may say nothing.
const connectWithin = 30 * time.Second

// open connects to a gate whose host key is pinned. The context's end cuts the connection.
func (g Gate) open(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error)) (*connection, error) {
	failed := func(err error) (*connection, error) {
		if unpinned := new(HostKeyError); errors.As(err, &unpinned) {
			return nil, unpinned
		}
		if strings.Contains(err.Error(), "unable to authenticate") {
			return nil, fmt.Errorf("%s does not accept user %s with its password: give the right one with lunas onboarding connect", g.Address, g.User)
		}
		return nil, fmt.Errorf("connect to %s: %w; is this machine's address, %s, on the provider's whitelist?", g.Address, err, g.Egress)
	}
	ctx2, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	wire, err := dial(ctx2, "tcp", g.Address)
	if err != nil {
		return failed(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = wire.Close() })
	_ = wire.SetDeadline(time.Now().Add(connectWithin))
	c, channels, requests, err := ssh.NewClientConn(wire, g.Address, &ssh.ClientConfig{
		User: g.User, Auth: []ssh.AuthMethod{ssh.Password(g.Password)},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if got := ssh.FingerprintSHA256(key); got != g.HostKey {
				return &HostKeyError{g.HostKey, got}
			}
			return nil
		},
	})
	if err != nil {
		stop()
		return failed(errors.Join(err, ignored(wire.Close())))
	}
	_ = wire.SetDeadline(time.Time{})
	client := ssh.NewClient(c, channels, requests)
	session, err := sftp.NewClient(client, sftp.UseConcurrentWrites(false))
	if err != nil {
		stop()
		return failed(errors.Join(err, ignored(client.Close())))
	}
	return &connection{client, session, stop}, nil
}

// ignored is for the closing of what has failed already.
func ignored(error) error { return nil }

func (c *connection) close() {
	c.stop()
	_ = c.sftp.Close() // what was sent has been looked at before
	_ = c.ssh.Close()
}

// temporary is what a file is called until all of it is there, so that nobody takes half of it.
const temporary = ".tmp"

// upload brings a file to its final name, in one step for whoever looks, and goes on where an earlier try was cut. It is
// there already when an earlier try was not told so.
func (c *connection) upload(ctx context.Context, folder, name string, content []byte, progress func(sent, of int64)) error {
	final := path.Join(folder, name)
	switch there, err := c.same(final, content); {
	case err != nil:
		return err
	case there == int64(len(content)):
		return nil
	case there >= 0:
		return fmt.Errorf("%s: the provider has another file of this name", final)
	}
	from, err := c.same(final+temporary, content)
	if err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE
	if from < 0 {
		flags |= os.O_TRUNC
	}
	f, err := c.sftp.OpenFile(final+temporary, flags)
	if err != nil {
		return fmt.Errorf("open %s: %w", final+temporary, err)
	}
	err = c.send(ctx, f, content, max(from, 0), progress)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("send %s: %w; lunas onboarding send goes on where it was cut", name, err)
	}
	info, err := c.sftp.Stat(final + temporary)
	if err != nil || info.Size() != int64(len(content)) {
		return fmt.Errorf("%s is not whole at the provider's: it has not got its final name; send it again (%w)", name, err)
	}
	rename := c.sftp.Rename
	if _, ok := c.sftp.HasExtension("posix-rename@openssh.com"); ok {
		rename = c.sftp.PosixRename
	}
	if err := rename(final+temporary, final); err != nil {
		return fmt.Errorf("give %s its final name: %w; send it again", name, err)
	}
	return nil
}

// same tells how much of a content stands in a remote file from its beginning on: -1 if it is not there, is longer, or holds
// something else.
func (c *connection) same(name string, content []byte) (int64, error) {
	info, err := c.sftp.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", name, err)
	}
	f, err := c.sftp.Open(name)
	if err != nil {
		return 0, fmt.Errorf("read %s, to go on with it: %w", name, err)
	}
	defer f.Close()
	there, err := io.ReadAll(io.LimitReader(f, int64(len(content))+1))
	if err != nil {
		return 0, fmt.Errorf("read %s, to go on with it: %w", name, err)
	}
	if info.Size() > int64(len(content)) || !bytes.HasPrefix(content, there) {
		if strings.HasSuffix(name, temporary) {
			return -1, nil // an earlier try of something else: it begins anew
		}
		return 0, nil
	}
	return int64(len(there)), nil
}

// piece is how much is sent before the next, so that what has come is always a beginning.
const piece = 32 << 10

func (c *connection) send(ctx context.Context, f *sftp.File, content []byte, from int64, progress func(sent, of int64)) error {
	for at := from; at < int64(len(content)); {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.WriteAt(content[at:min(at+piece, int64(len(content)))], at)
		at += int64(n)
		if progress != nil {
			progress(at, int64(len(content)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answerMax is how long an answer may be, in bytes.
const answerMax = 64 << 20

// fetch brings a remote file into a local one; false: it is not there.
func (c *connection) fetch(name string, to *os.File) (bool, error) {
	f, err := c.sftp.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open %s: %w", name, err)
	}
	defer f.Close()
	n, err := io.Copy(to, io.LimitReader(f, answerMax+1))
	if err != nil {
		return false, fmt.Errorf("fetch %s: %w; fetch again", name, err)
	}
	if n > answerMax {
		return false, fmt.Errorf("%s is longer than %d bytes", name, answerMax)
	}
	return true, nil
}
