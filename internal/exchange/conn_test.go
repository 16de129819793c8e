package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// pipe gives a gated connection that carries call, and its other end.
func pipe(t *testing.T, call *Call) (*conn, net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	c := &conn{Conn: ours}
	if call != nil {
		c.carry(call)
	}
	return c, theirs
}

func TestEarlyAnswerIsRefused(t *testing.T) {
	t.Parallel()
	call := &Call{Expected: []byte("POST")}
	c, theirs := pipe(t, call)
	go func() { _, _ = io.WriteString(theirs, "HTTP/1.1 200 OK\r\n\r\n") }()
	if n, err := c.Read(make([]byte, 100)); n != 0 || !errors.Is(err, ErrEarly) {
		t.Errorf("Read = %d, %v", n, err)
	}
	if n, err := c.Write([]byte("POST")); n != 0 || !errors.Is(err, ErrRefused) {
		t.Errorf("Write = %d, %v", n, err)
	}
	if r := call.Result(); r.Sent || !errors.Is(r.Refused, ErrEarly) || len(r.Received) == 0 {
		t.Errorf("Result = %+v", r)
	}
}

func TestNothingPassesWithoutCall(t *testing.T) {
	t.Parallel()
	c, theirs := pipe(t, nil)
	if n, err := c.Write([]byte("POST")); n != 0 || err == nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	go func() { _, _ = io.WriteString(theirs, "HTTP/1.1 408 Too late\r\n\r\n") }()
	if n, err := c.Read(make([]byte, 100)); n != 0 || !errors.Is(err, errUnasked) {
		t.Errorf("Read = %d, %v", n, err)
	}
}

// A call that is over, or has moved to another connection, neither sends nor records.
func TestCallLeavesItsConnection(t *testing.T) {
	t.Parallel()
	call := &Call{Expected: []byte("POST")}
	first, _ := pipe(t, call)
	second, theirs := pipe(t, call) // nothing was sent on the first
	if n, err := first.Write([]byte("POST")); n != 0 || err == nil {
		t.Errorf("Write on the connection it has left = %d, %v", n, err)
	}
	go func() { _, _ = io.ReadFull(theirs, make([]byte, 4)) }()
	if n, err := second.Write([]byte("POST")); n != 4 || err != nil {
		t.Errorf("Write on its connection = %d, %v", n, err)
	}
	if call.Expected != nil {
		t.Error("the request is still held after it was sent")
	}
	third, _ := pipe(t, call)
	if n, err := third.Write([]byte("POST")); n != 0 || err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("Write of what was sent = %d, %v", n, err)
	}
	call.end()
	go func() { _, _ = io.WriteString(theirs, "HTTP/1.1 200 OK\r\n\r\n") }()
	if n, err := second.Read(make([]byte, 100)); n != 0 || err == nil {
		t.Errorf("Read after the end = %d, %v", n, err)
	}
	if r := call.Result(); !r.Sent || len(r.Received) != 0 {
		t.Errorf("Result = %+v", r)
	}
}

// A failed write may have left: net/http must not believe otherwise.
func TestFailedWriteCountsAsSent(t *testing.T) {
	t.Parallel()
	call := &Call{Expected: []byte("POST")}
	c, theirs := pipe(t, call)
	_ = theirs.Close()
	if n, err := c.Write([]byte("POST")); n != 4 || err == nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	if r := call.Result(); !r.Sent || r.Note != noteWrite {
		t.Errorf("Result = %+v", r)
	}
}

// An answer that lasts until the connection ends is whole only if it was the provider who ended it, and in order.
func TestEndOfConnection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		note string
	}{{io.EOF, ""}, {io.ErrUnexpectedEOF, noteCut}, {syscall.ECONNRESET, noteCut}, {net.ErrClosed, noteGivenUp}} {
		call := new(Call)
		if err := call.Send([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		call.Receive([]byte("HTTP/1.1 200 OK\r\n\r\nhello"))
		call.hangup(nil, test.err)
		if r := call.Result(); r.Note != test.note || r.Complete != (test.note == "") {
			t.Errorf("%v: Complete %v, Note %q, want %q", test.err, r.Complete, r.Note, test.note)
		}
	}
}

// frame must never end an answer before net/http does.
func FuzzFrame(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5 ;x\r\nabcde\r\n0\r\nT: 1\r\n\r\nmore",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\nmore",
		"HTTP/1.0 200 OK\nTransfer-Encoding: chunked\nContent-Length: 3\n\nabcdef",
		"HTTP/1.0 200 OK\nTransfer-Encoding: chunked\nContent-Length: 10\n\n0\n\nabcdefg",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nabcdefg",
		"HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\nabcdefg",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n2\r\nab\r\n0\r\n\r\nx",
		"HTTP/1.1 200 OK\r\nContent-Length: " + strings.Repeat("0", 200) + "3\r\n\r\nabcdef",
	} {
		f.Add([]byte(s), 1, false)
		f.Add([]byte(s), 7, true)
	}
	f.Fuzz(func(t *testing.T, wire []byte, step int, head bool) {
		got := &frame{noBody: head}
		used := 0
		for step = max(1, step%64); used < len(wire); {
			part := wire[used:min(used+step, len(wire))]
			n := got.advance(part)
			used += n
			if n < len(part) {
				break
			}
		}
		if !got.done() {
			return // late is allowed
		}
		method := http.MethodPost
		if head {
			method = http.MethodHead
		}
		reader := bufio.NewReader(bytes.NewReader(wire))
		var response *http.Response
		for response == nil || response.StatusCode >= 100 && response.StatusCode < 200 && response.StatusCode != 101 {
			var err error
			if response, err = http.ReadResponse(reader, &http.Request{Method: method}); err != nil {
				return // net/http gives the connection up
			}
		}
		_, err := io.Copy(io.Discard, response.Body)
		want := len(wire) - reader.Buffered()
		if err == nil && used < want && reader.Buffered() < 4096 {
			t.Errorf("the answer %q ends at %d for frame, at %d for net/http", wire, used, want)
		}
	})
}

// Every answer of the usual kinds ends exactly where it ends, however it is cut into pieces.
func TestFrameEnds(t *testing.T) {
	t.Parallel()
	for wire, head := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":                                         false,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nabcde\r\n0\r\nT: 1\r\n\r\n": false,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n":                                   false,
		"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n":                                    false,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n":             true,
	} {
		for step := 1; step <= len(wire); step++ {
			f, rest := &frame{noBody: head}, wire+"HTTP/1.1 500"
			used := 0
			for !f.done() && len(rest) > 0 {
				n := f.advance([]byte(rest[:min(step, len(rest))]))
				used, rest = used+n, rest[n:]
			}
			if used != len(wire) {
				t.Errorf("in pieces of %d: ends at %d, want %d: %q", step, used, len(wire), wire)
			}
		}
	}
}
