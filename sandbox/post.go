package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// deliverWithin is how long a merchant's server may take over a notification. It is real
// time, since the merchant's server is.
const deliverWithin = 5 * time.Second

// postman delivers notifications over HTTP.
type postman struct {
	sender http.RoundTripper
	idle   func() // ends the connections that are kept
	ctx    context.Context
	cancel context.CancelFunc
}

func (p *postman) start(options Options) {
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.sender = options.Sender
	if p.sender == nil {
		transport := localTransport()
		p.sender, p.idle = transport, transport.CloseIdleConnections
	}
}

func (p *postman) stop() {
	p.cancel()
	if p.idle != nil {
		p.idle()
	}
}

// errNotLocal keeps a sandbox, whose callbacks anybody on this machine can register,
// from being turned against others.
var errNotLocal = errors.New("sandbox: notifications go to this machine only")

// localTransport dials loopback addresses and nothing else, whatever a name resolves to.
func localTransport() *http.Transport {
	dialer := net.Dialer{Timeout: deliverWithin, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return fmt.Errorf("read address %q: %w", address, err)
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return errNotLocal
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, Proxy: nil, DisableCompression: true,
		MaxIdleConnsPerHost: 32, MaxConnsPerHost: 64, IdleConnTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, ResponseHeaderTimeout: deliverWithin,
	}
}

// deliverNotification posts in the background; the lock is held.
func (s *Sandbox) deliverNotification(n Notification) {
	select {
	case <-s.done:
		return
	default:
	}
	s.runner.Go(func() {
		status, body := s.post.send(n)
		select {
		case <-s.done: // cut by Close: nothing is known of it
		default:
			s.Do(func(core *Core, now time.Time) { core.Delivered(now, n.ID, status, body) })
		}
	})
}

// send posts one notification and reads its answer; status 0 means that there is none.
func (p *postman) send(n Notification) (status int, body []byte) {
	ctx, cancel := context.WithTimeout(p.ctx, deliverWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(n.Body))
	if err != nil {
		return 0, nil
	}
	for name, values := range n.Header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", "lunas-sandbox")
	response, err := p.sender.RoundTrip(request) // redirects are not followed: an answer is an answer
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }() // what it said has been read
	body, err = io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return 0, nil
	}
	return response.StatusCode, body
}
