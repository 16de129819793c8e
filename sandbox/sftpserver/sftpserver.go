// Package sftpserver emulates the provider's SFTP ("Simpan Berkas"), to which a payment gateway brings the files that
// register its merchants, and from which it fetches the answers. Files lie in a real folder; what comes to /inbox under its
// final name is answered in /outbox, with a terminal id and a merchant id for each row that is accepted. Faults happen when
// they are ordered: the connection is cut in the middle, the host key is another, the disk is full, the answer is late, rows
// are refused.
//
// OVO, Push To Pay API: "OVO will whitelist IP Public and generate username and password for access to SFTP (Simpan Berkas)
// to process registration onboarding merchants." No document tells the form of the files: this server's own is in Answer.
package sftpserver

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// The demo's user. It opens nothing but this emulator.
const (
	DemoUser     = "lunas"
	DemoPassword = "simpan-berkas" //nolint:gosec // the emulator's own
)

// Where files go and come from.
const (
	Inbox  = "/inbox"
	Outbox = "/outbox"
)

// Options say how the server behaves. Folder is needed; the rest has defaults.
type Options struct {
	Folder         string // an existing folder, in which inbox and outbox are made
	User, Password string // the demo's by default
	// Now and After are the sandbox's clock, for late answers.
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Faults are what goes wrong from now on. The zero value is nothing.
type Faults struct {
	// CutAfter cuts the connection once so many bytes of a file have come, and is then forgotten. 0: never.
	CutAfter int64 `json:"cut_after,omitempty"`
	// OtherHostKey answers new connections with another host key.
	OtherHostKey bool `json:"other_host_key,omitempty"`
	// DiskFull refuses what would make a file longer than so many bytes. 0: never.
	DiskFull int64 `json:"disk_full,omitempty"`
	// AnswerAfter is how long after a file came its answer is there.
	AnswerAfter time.Duration `json:"-"`
	// RefuseRows are the rows of a file that are refused, from 1 on.
	RefuseRows []int `json:"refuse_rows,omitempty"`
	// CutRename cuts the connection after a file got its final name and before that is answered, once.
	CutRename bool `json:"cut_rename,omitempty"`
}

// Server is an SFTP server. Close it after use. It is safe for use by several goroutines.
type Server struct {
	options Options
	root    *os.Root
	keys    [2]ssh.Signer // the host key, and the other one
	done    context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu          sync.Mutex
	faults      Faults
	connections map[net.Conn]bool
	given       int             // terminal ids so far
	answered    map[string]bool // files, by name
}

// New makes a server. Serve it.
func New(o Options) (*Server, error) {
	if o.User == "" {
		o.User, o.Password = DemoUser, DemoPassword
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	root, err := os.OpenRoot(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of the SFTP server: %w", err)
	}
	s := &Server{options: o, root: root, connections: map[net.Conn]bool{}, answered: map[string]bool{}}
	s.done, s.stop = context.WithCancel(context.Background())
	for _, name := range []string{Inbox, Outbox} {
		if err := root.Mkdir(name[1:], 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, errors.Join(fmt.Errorf("make %s: %w", name, err), root.Close())
		}
	}
	for i := range s.keys {
		if s.keys[i], err = hostKey(root, i); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return s, nil
}

// hostKey is kept in the folder, so that a client may pin it.
func hostKey(root *os.Root, n int) (ssh.Signer, error) {
	name := fmt.Sprintf("host-%d.key", n)
	seed, err := root.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		seed = make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(seed) // it never fails: crypto/rand
		err = root.WriteFile(name, seed, 0o600)
	}
	if err == nil && len(seed) != ed25519.SeedSize {
		err = errors.New("it is not a host key")
	}
	if err != nil {
		return nil, fmt.Errorf("host key %s: %w", name, err)
	}
	return ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed))
}

// HostKey is the fingerprint that a client pins, such as SHA256:….
func (s *Server) HostKey() string { return ssh.FingerprintSHA256(s.keys[0].PublicKey()) }

// Fail orders faults, in place of those before.
func (s *Server) Fail(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Faults are those that are ordered.
func (s *Server) Faults() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// Serve takes connections until the listener or the server is closed.
func (s *Server) Serve(l net.Listener) error {
	stop := context.AfterFunc(s.done, func() { _ = l.Close() })
	defer stop()
	for {
		c, err := l.Accept()
		if s.done.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.connections[c] = true
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(c)
			s.mu.Lock()
			delete(s.connections, c)
			s.mu.Unlock()
		})
	}
}

// Close cuts every connection and returns when all have ended.
func (s *Server) Close() error {
	s.stop()
	s.cutAll()
	s.running.Wait()
	return s.root.Close()
}

func (s *Server) cutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.connections {
		_ = c.Close()
	}
}

func (s *Server) serve(c net.Conn) {
	defer c.Close()
	config := &ssh.ServerConfig{
		MaxAuthTries: 3,
		PasswordCallback: func(who ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			user := subtle.ConstantTimeCompare([]byte(who.User()), []byte(s.options.User))
			if user&subtle.ConstantTimeCompare(password, []byte(s.options.Password)) != 1 {
				return nil, errors.New("user or password is wrong")
			}
			return nil, nil //nolint:nilnil // no permissions are needed
		},
	}
	key := s.keys[0]
	if s.Faults().OtherHostKey {
		key = s.keys[1]
	}
	config.AddHostKey(key)
	_ = c.SetDeadline(time.Now().Add(handshakeWithin))
	connection, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return // whoever it was
	}
	_ = c.SetDeadline(time.Time{})
	defer connection.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		if offered.ChannelType() != "session" {
			_ = offered.Reject(ssh.UnknownChannelType, "only sftp")
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() { s.session(channel, requests, c) })
	}
}

// handshakeWithin bounds who connects and says nothing.
const handshakeWithin = 30 * time.Second

func (s *Server) session(channel ssh.Channel, requests <-chan *ssh.Request, c net.Conn) {
	defer channel.Close()
	for r := range requests {
		ok := r.Type == "subsystem" && len(r.Payload) > 4 && string(r.Payload[4:]) == "sftp"
		_ = r.Reply(ok, nil)
		if !ok {
			continue
		}
		go ssh.DiscardRequests(requests)
		h := &handler{s, c}
		server := sftp.NewRequestServer(channel, sftp.Handlers{FileGet: h, FilePut: h, FileCmd: h, FileList: h})
		_ = server.Serve() // ends with the connection
		return
	}
}
