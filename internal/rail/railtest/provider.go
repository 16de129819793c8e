package railtest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// provider is a server on a socket that keeps the raw bytes of every request.
type provider struct {
	net.Listener
	serving sync.WaitGroup

	mu  sync.Mutex
	got [][]byte
}

// listen answers the n-th request, from 1, with what reply gives, and closes the connection when that is nothing or no
// whole answer.
func listen(t *testing.T, reply func(n int, request []byte) []byte) *provider {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{Listener: l}
	t.Cleanup(func() { _ = l.Close() })
	p.serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.serve(c, reply) })
		}
	})
	return p
}

func (p *provider) serve(c net.Conn, reply func(int, []byte) []byte) {
	defer c.Close()
	var raw bytes.Buffer
	in := bufio.NewReaderSize(io.TeeReader(c, &raw), 16) // a small one, so that it does not read ahead
	for {
		request, err := http.ReadRequest(in)
		if err == nil {
			_, err = io.Copy(io.Discard, request.Body)
		}
		if raw.Len() > 0 { // half a request has arrived too
			p.mu.Lock()
			p.got = append(p.got, bytes.Clone(raw.Bytes()))
			n := len(p.got)
			p.mu.Unlock()
			request := bytes.Clone(raw.Bytes())
			raw.Reset()
			if err == nil && !answered(c, reply(n, request)) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// answered writes an answer and tells whether the connection can go on after it.
func answered(c net.Conn, answer []byte) bool {
	if _, err := c.Write(answer); err != nil {
		return false
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil && !response.Close
}

// quiet takes no connection any more, waits until those that were taken have ended, and gives what has arrived.
func (p *provider) quiet() [][]byte {
	_ = p.Close()
	p.serving.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

// honest answers as a handler does.
func honest(h http.Handler) func(int, []byte) []byte {
	return func(_ int, raw []byte) []byte {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return nil
		}
		request.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request)
		response := w.Result()
		response.ContentLength = int64(w.Body.Len())
		var out bytes.Buffer
		if err := response.Write(&out); err != nil {
			return nil
		}
		return out.Bytes()
	}
}

// host is where it listens: address and port.
func (p *provider) host() string { return p.Addr().String() }
