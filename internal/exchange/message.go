package exchange

import (
	"bytes"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
)

// Message is a message taken apart for showing.
type Message struct {
	FirstLine string
	Header    []Field // in the order and spelling of the wire
	Body      []byte  // chunks joined, otherwise as it was on the wire
	Rest      []byte  // what came after the message's end, such as the answer after a 100 Continue
	Note      string  // what was odd, such as chunks that cannot be joined
}

// Field is one line of a header, or a folded line with all its parts.
type Field struct{ Name, Value string }

// Get gives the value of the first field of that name, whatever its case; empty if there is none.
func (m Message) Get(name string) string {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// ParseWire takes a message apart. It never fails: what is no HTTP is all Body, and a message that was cut has less.
func ParseWire(wire []byte) Message {
	line, rest, _ := bytes.Cut(wire, []byte("\n"))
	first := string(bytes.TrimSuffix(line, []byte("\r")))
	if !isFirstLine(first) {
		return Message{Body: wire}
	}
	m := Message{FirstLine: first}
	m.Header, rest = parseHeader(rest)
	m.split(rest)
	return m
}

func isFirstLine(line string) bool {
	if strings.HasPrefix(line, "HTTP/") {
		return true
	}
	method, target, _ := strings.Cut(line, " ")
	return method != "" && strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && target != "" && strings.ContainsAny(target[:1], "/*h")
}

func parseHeader(text []byte) (fields []Field, rest []byte) {
	for len(text) > 0 {
		line, after, _ := bytes.Cut(text, []byte("\n"))
		line, text = bytes.TrimSuffix(line, []byte("\r")), after
		if len(line) == 0 {
			return fields, text
		}
		if folded := line[0] == ' ' || line[0] == '\t'; folded && len(fields) > 0 {
			fields[len(fields)-1].Value += " " + strings.TrimSpace(string(line))
			continue
		}
		name, value, _ := strings.Cut(string(line), ":")
		fields = append(fields, Field{name, strings.TrimSpace(value)})
	}
	return fields, nil
}

// split finds the message's end in what follows its header.
func (m *Message) split(rest []byte) {
	m.Body = rest
	length, err := strconv.Atoi(m.Get("Content-Length"))
	switch {
	case interim(m.FirstLine):
		m.Body, m.Rest = nil, rest
	case m.chunked():
		m.join(rest)
	case err == nil && length >= 0 && length < len(rest):
		m.Body, m.Rest = rest[:length], rest[length:]
	}
}

func (m *Message) chunked() bool {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, "Transfer-Encoding") && strings.Contains(strings.ToLower(f.Value), "chunked") {
			return true
		}
	}
	return false
}

func interim(firstLine string) bool {
	_, status, _ := strings.Cut(firstLine, " ")
	return strings.HasPrefix(firstLine, "HTTP/") && strings.HasPrefix(status, "1") && !strings.HasPrefix(status, "101")
}

func (m *Message) join(rest []byte) {
	source := bytes.NewReader(rest)
	body, err := io.ReadAll(httputil.NewChunkedReader(source))
	m.Body = body
	if err != nil {
		m.Note = "the chunks end early or cannot be joined"
		return
	}
	// The chunked reader buffers what it reads: find the end again, line by line.
	f := frame{state: inChunkSize}
	if n := f.advance(rest); f.done() {
		m.Rest = rest[n:]
	}
}
