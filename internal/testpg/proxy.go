package testpg

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Proxy stands between a client and PostgreSQL, understands as much of the protocol as it must, and breaks
// connections on purpose. All its methods may be called at any time from any goroutine.
type Proxy struct {
	listener net.Listener
	upstream string // host:port, or the path of a socket
	network  string
	dsn      string

	mu      sync.Mutex
	flowing *sync.Cond // signalled when paused ends
	paused  bool
	down    bool
	pairs   map[*pair]bool
	after   trap // armed for the server's answers to COMMIT
	before  trap // armed for the clients' COMMITs
	implied trap // armed for the end of implicit transactions
	running sync.WaitGroup
}

// trap counts down to the one occasion at which a connection is cut. Zero is not armed.
type trap struct{ left, sprung int }

// NewProxy starts a proxy before the server of the DSN, on loopback; it ends with the test. TLS is not
// spoken on either side.
func NewProxy(t testing.TB, dsn string) *Proxy {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	check(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	host, port, err := net.SplitHostPort(listener.Addr().String())
	check(t, err)

	p := &Proxy{
		listener: listener,
		network:  "tcp",
		upstream: net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))),
		dsn:      withAddress(dsn, host, port),
		pairs:    map[*pair]bool{},
	}
	if strings.HasPrefix(config.Host, "/") {
		p.network, p.upstream = "unix", config.Host+"/.s.PGSQL."+strconv.Itoa(int(config.Port))
	}
	p.flowing = sync.NewCond(&p.mu)
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// DSN is what the client under test connects to.
func (p *Proxy) DSN() string { return p.dsn }

// Cut breaks every connection there is now; new ones are served.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutAll()
}

// Down breaks every connection and refuses new ones until Up, as a server does that has died.
func (p *Proxy) Down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	p.cutAll()
}

// Up ends Down.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// Pause lets no byte through in either direction until Resume, as a network does that has lost its way.
func (p *Proxy) Pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = true
}

// Resume lets flow what Pause held back.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = false
	p.flowing.Broadcast()
}

// CutOnCommit lets the n-th COMMIT from now (1 is the next) reach the server and succeed there, and cuts its
// connection before the client is told. It does not matter how the COMMIT is sent, alone or in a pipeline.
func (p *Proxy) CutOnCommit(n int) { p.arm(&p.after, n) }

// CutBeforeCommit cuts the connection of the n-th COMMIT from now instead of forwarding it, so that the
// server rolls back. For the client it looks the same as CutOnCommit.
func (p *Proxy) CutBeforeCommit(n int) { p.arm(&p.before, n) }

// CutOnImplicitCommit is CutOnCommit for the transactions that nobody opened: the n-th statement, or
// pipeline of statements, which wrote rows and was committed at its end.
func (p *Proxy) CutOnImplicitCommit(n int) { p.arm(&p.implied, n) }

// Sprung tells how many connections the three methods above have cut.
func (p *Proxy) Sprung() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.after.sprung + p.before.sprung + p.implied.sprung
}

func (p *Proxy) arm(t *trap, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.left = n
}

// springs counts an occasion, and reports whether it is the one.
func (p *Proxy) springs(t *trap) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.left == 0 {
		return false
	}
	t.left--
	if t.left > 0 {
		return false
	}
	t.sprung++
	return true
}

// cutAll wants p.mu held.
func (p *Proxy) cutAll() {
	for pair := range p.pairs {
		pair.cut()
	}
}

func (p *Proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.paused, p.down = false, true
	p.cutAll()
	p.flowing.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

// serve carries one connection until either side ends it.
func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.upstream)
	if err != nil {
		return
	}
	c := &pair{proxy: p, client: client, server: server}
	p.mu.Lock()
	if p.down {
		p.mu.Unlock()
		server.Close()
		return
	}
	p.pairs[c] = true
	p.mu.Unlock()

	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.pairs, c)
	}()
	defer c.cut()
	reader := bufio.NewReader(client)
	if !c.startup(reader) {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() {
		defer c.cut()
		c.fromServer()
	})
	c.fromClient(reader)
	c.cut()
	answers.Wait()
}

// pass waits until bytes may flow.
func (p *Proxy) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.paused {
		p.flowing.Wait()
	}
}

// pair is one client's connection and the one to the server that belongs to it.
type pair struct {
	proxy          *Proxy
	client, server net.Conn
}

func (c *pair) cut() {
	c.client.Close()
	c.server.Close()
}

// Requests that come before the startup message, in place of its protocol version.
const (
	sslRequest    = 80877103
	gssEncRequest = 80877104
)

// startup forwards the first message, which alone has no type. Encryption is declined.
func (c *pair) startup(reader *bufio.Reader) bool {
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(reader, head); err != nil {
			return false
		}
		c.proxy.pass()
		code := binary.BigEndian.Uint32(head[4:])
		if code == sslRequest || code == gssEncRequest {
			if _, err := c.client.Write([]byte{'N'}); err != nil {
				return false
			}
			continue
		}
		if _, err := c.server.Write(head); err != nil {
			return false
		}
		rest := int64(binary.BigEndian.Uint32(head[:4])) - int64(len(head))
		_, err := io.CopyN(c.server, reader, rest)
		return err == nil
	}
}

// message is one message of the protocol after the startup: a type, its length, the body.
type message struct {
	kind byte
	raw  []byte
}

func (m message) body() []byte { return m.raw[5:] }

func readMessage(reader *bufio.Reader) (message, error) {
	head, err := reader.Peek(5)
	if err != nil {
		return message{}, err
	}
	raw := make([]byte, 1+int(binary.BigEndian.Uint32(head[1:])))
	if len(raw) < 5 {
		return message{}, io.ErrUnexpectedEOF
	}
	_, err = io.ReadFull(reader, raw)
	return message{head[0], raw}, err
}

// fromClient forwards the client's messages and watches for COMMIT, sent as a simple query or by way of a
// prepared statement and a portal.
func (c *pair) fromClient(reader *bufio.Reader) {
	commits := map[string]bool{} // names of statements that are a COMMIT, and, after a NUL, of portals
	for {
		m, err := readMessage(reader)
		if err != nil {
			return
		}
		commit := false
		switch m.kind {
		case 'Q':
			query, _ := cutString(m.body())
			commit = isCommit(query)
		case 'P':
			statement, rest := cutString(m.body())
			query, _ := cutString(rest)
			commits[statement] = isCommit(query)
		case 'B':
			portal, rest := cutString(m.body())
			statement, _ := cutString(rest)
			commits["\x00"+portal] = commits[statement]
		case 'E':
			portal, _ := cutString(m.body())
			commit = commits["\x00"+portal]
		}
		c.proxy.pass()
		if commit && c.proxy.springs(&c.proxy.before) {
			return
		}
		if _, err := c.server.Write(m.raw); err != nil {
			return
		}
	}
}

// fromServer forwards the server's messages and watches for what tells that a transaction is committed.
func (c *pair) fromServer() {
	reader := bufio.NewReader(c.server)
	wrote, explicit := false, false // since the last ReadyForQuery
	for {
		m, err := readMessage(reader)
		if err != nil {
			return
		}
		switch m.kind {
		case 'C': // CommandComplete
			tag, _ := cutString(m.body())
			command, _, _ := strings.Cut(tag, " ")
			switch command {
			case "COMMIT":
				explicit = true
				if c.proxy.springs(&c.proxy.after) {
					return
				}
			case "BEGIN", "ROLLBACK":
				explicit = true
			case "INSERT", "UPDATE", "DELETE", "MERGE", "COPY":
				wrote = true
			}
		case 'E': // ErrorResponse: the implicit transaction is rolled back
			wrote = false
		case 'Z': // ReadyForQuery; I is outside a transaction
			if wrote && !explicit && m.body()[0] == 'I' && c.proxy.springs(&c.proxy.implied) {
				return
			}
			wrote = false
			explicit = m.body()[0] != 'I'
		}
		c.proxy.pass()
		if _, err := c.client.Write(m.raw); err != nil {
			return
		}
	}
}

// cutString takes the NUL-terminated string at the front of a body.
func cutString(body []byte) (string, []byte) {
	s, rest, _ := bytes.Cut(body, []byte{0})
	return string(s), rest
}

// isCommit knows the spellings that drivers and people use.
func isCommit(query string) bool {
	words := strings.Fields(strings.ToLower(strings.Trim(query, "; \t\r\n")))
	return len(words) > 0 && (words[0] == "commit" || words[0] == "end") && len(words) <= 2
}
