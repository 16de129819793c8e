package exchange

import (
	"bytes"
	"strconv"
)

// frame finds where an HTTP/1.1 answer ends, from its bytes as they arrive. What it does not understand lasts until
// the connection ends: it may find an end too late, and never too early, since net/http reads the same bytes.
//
// Source: RFC 9112, section 6.3 (message body length) and 7.1 (chunked).
type frame struct {
	noBody bool // the request was a HEAD

	state   frameState
	left    int64 // of a body or chunk
	line    []byte
	first   bool // the first line of this head was read
	status  int
	http10  bool
	length  int64 // Content-Length + 1; 0: none
	chunked bool
	odd     bool // something here is not understood
}

type frameState uint8

const (
	inHead frameState = iota
	inBody
	inChunkSize
	inChunk
	inChunkEnd
	inTrailer
	untilEnd
	whole
)

// maxLine bounds what is remembered of a line; the lines that matter are short.
const maxLine = 128

func (f *frame) done() bool { return f.state == whole }

// hangup tells that no more bytes will come.
func (f *frame) hangup() {
	if f.state == untilEnd && !f.odd {
		f.state = whole
	}
}

// advance takes the next bytes and tells how many of them belong to the answer.
func (f *frame) advance(p []byte) int {
	for i := 0; i < len(p); {
		switch f.state {
		case whole:
			return i
		case untilEnd:
			return len(p)
		case inBody, inChunk:
			n := min(f.left, int64(len(p)-i))
			i, f.left = i+int(n), f.left-n
			if f.left == 0 {
				f.bodyEnds()
			}
		default:
			i += f.take(p[i:])
		}
	}
	return len(p)
}

func (f *frame) bodyEnds() {
	if f.state == inBody {
		f.state = whole
		return
	}
	f.state = inChunkEnd
}

// take reads on in a line, and handles it when it is complete.
func (f *frame) take(p []byte) int {
	end := bytes.IndexByte(p, '\n')
	part := p
	if end >= 0 {
		part = p[:end]
	}
	f.line = append(f.line, part[:min(len(part), maxLine-len(f.line))]...)
	if end < 0 {
		return len(p)
	}
	line := bytes.TrimSuffix(f.line, []byte("\r"))
	f.line = f.line[:0]
	f.handle(line)
	if f.state == whole || f.state == untilEnd {
		f.line = nil
	}
	return end + 1
}

func (f *frame) handle(line []byte) {
	switch f.state {
	case inHead:
		f.headLine(line)
	case inChunkSize:
		f.chunkSize(line)
	case inChunkEnd:
		f.state = inChunkSize
		if len(line) > 0 {
			f.lost()
		}
	case inTrailer:
		if len(line) == 0 {
			f.state = whole
		}
	}
}

func (f *frame) headLine(line []byte) {
	switch {
	case !f.first:
		f.firstLine(line)
	case len(line) == 0:
		f.headEnds()
	case line[0] == ' ' || line[0] == '\t': // a folded line goes on with the one before
		f.odd = true
	default:
		f.field(line)
	}
}

func (f *frame) firstLine(line []byte) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	rest = bytes.TrimLeft(rest, " ")
	status, err := strconv.Atoi(string(rest[:min(3, len(rest))]))
	if err != nil || !bytes.HasPrefix(version, []byte("HTTP/1.")) {
		f.lost()
		return
	}
	f.first, f.status, f.http10 = true, status, string(version) == "HTTP/1.0"
}

func (f *frame) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.Trim(value, " \t")
	if len(line) >= maxLine-1 {
		value = nil // cut off
	}
	switch {
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		f.chunked = bytes.EqualFold(value, []byte("chunked"))
		f.odd = f.odd || !f.chunked
	case bytes.EqualFold(name, []byte("Content-Length")):
		length, err := strconv.ParseInt(string(value), 10, 62)
		f.odd = f.odd || err != nil || length < 0 || f.length > 0 && f.length != length+1
		f.length = length + 1
	}
}

func (f *frame) headEnds() {
	switch {
	case f.status >= 100 && f.status < 200 && f.status != 101: // the answer itself follows
		*f = frame{noBody: f.noBody, line: f.line}
	case f.odd || f.status == 101:
		f.lost()
	case f.noBody || f.status == 204 || f.status == 304:
		f.state = whole
	case f.chunked && !f.http10:
		f.state = inChunkSize
	case f.length > 1:
		f.state, f.left = inBody, f.length-1
	case f.length == 1:
		f.state = whole
	default:
		f.state = untilEnd
	}
}

func (f *frame) chunkSize(line []byte) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	size, err := strconv.ParseInt(string(bytes.TrimRight(digits, " \t")), 16, 62)
	switch {
	case err != nil || size < 0 || digits[0] == '+' || digits[0] == '-':
		f.lost()
	case size == 0:
		f.state = inTrailer
	default:
		f.state, f.left = inChunk, size
	}
}

func (f *frame) lost() { f.state, f.odd = untilEnd, true }
