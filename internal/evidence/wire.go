package evidence

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lunas-pay/lunas/internal/exchange"
)

// Style is how a message is written into a document.
type Style string

// The styles.
const (
	Raw  Style = "raw"  // the HTTP message itself
	CURL Style = "curl" // a command that sends the same request; responses stay raw
)

// Text is a message as a document shows it: its own lines, with what cannot be printed replaced.
func Text(wire []byte) string {
	if len(wire) == 0 {
		return ""
	}
	return printable(strings.ReplaceAll(string(bytes.ToValidUTF8(wire, []byte("\uFFFD"))), "\r\n", "\n"))
}

// RequestText is the request of an exchange in a style.
func (x Exchange) RequestText(style Style) string {
	if style == CURL && x.Direction == Outgoing {
		return x.curl()
	}
	return Text(x.Request)
}

// ResponseText is the answer, or says that there was none.
func (x Exchange) ResponseText() string {
	text := Text(x.Response)
	if text == "" {
		text = "(no response)"
	}
	if x.Note != "" {
		text += "\n[" + x.Note + "]"
	}
	return text
}

// curl writes the request as a command of the shell.
func (x Exchange) curl() string {
	m := exchange.ParseWire(x.Request)
	method, rest, _ := strings.Cut(m.FirstLine, " ")
	target, _, _ := strings.Cut(rest, " ")
	scheme := x.Scheme
	if scheme == "" {
		scheme = "https"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "curl --request %s %s", method, quote(scheme+"://"+m.Get("Host")+target))
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, "Host") || strings.EqualFold(f.Name, "Content-Length") {
			continue // curl writes them itself
		}
		fmt.Fprintf(&b, " \\\n  --header %s", quote(f.Name+": "+f.Value))
	}
	if len(m.Body) > 0 {
		fmt.Fprintf(&b, " \\\n  --data-raw %s", quote(string(m.Body)))
	}
	return printable(b.String())
}

// quote makes one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// printable takes away what a page or a sheet cannot show: control characters, and marks that change how text reads.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// Cut takes tokens, signatures and credentials out of a message and says how long they were. It is for exports of live
// payments: evidence of tests keeps them. Everything else stays as it was; the message's length does not.
func Cut(wire []byte) []byte {
	head, body, found := bytes.Cut(wire, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	for i, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if i > 0 && ok && secretHeader(name) {
			lines[i] = name + ": " + cut(strings.TrimSpace(value))
		}
	}
	if len(lines) > 0 {
		lines[0] = longHex.ReplaceAllStringFunc(lines[0], cutHex)
	}
	out := []byte(strings.Join(lines, "\r\n"))
	if !found {
		return cutBody(out)
	}
	return append(append(out, "\r\n\r\n"...), cutBody(body)...)
}

// What is cut: names of header fields, of fields in JSON, of elements in XML and of fields in forms, whole or a part.
var (
	longHex    = regexp.MustCompile(`[0-9A-Fa-f]{32,}`)
	secretJSON = regexp.MustCompile(`(?i)("[^"]*(?:token|signature|check_?sum|secret|password|hmac|authcode)[^"]*"\s*:\s*)"((?:[^"\\]|\\.)*)"?`)
	secretXML  = regexp.MustCompile(`(?i)(<(?:[a-z_]*signature|[a-z_]*token|password)>)([^<]*)`)
	secretForm = regexp.MustCompile(`(?i)((?:^|&)(?:[a-z_]*signature|[a-z_]*token|password)=)([^&]*)`)
)

func secretHeader(name string) bool {
	plain := strings.ToLower(strings.TrimSpace(name))
	for _, part := range []string{"authorization", "signature", "hmac", "token", "cookie", "secret", "api-key", "password"} {
		if strings.Contains(plain, part) {
			return true
		}
	}
	return false
}

func cutBody(body []byte) []byte {
	for _, p := range []*regexp.Regexp{secretJSON, secretXML, secretForm} {
		body = p.ReplaceAllFunc(body, func(found []byte) []byte {
			m := p.FindSubmatch(found)
			value := cut(string(m[2]))
			if p == secretJSON {
				value = `"` + value + `"`
			}
			return append(bytes.Clone(m[1]), value...)
		})
	}
	return longHex.ReplaceAllFunc(body, func(found []byte) []byte { return []byte(cutHex(string(found))) })
}

// cutHex cuts what looks like a signature, as Faspay has one in addresses. A long number is none.
func cutHex(found string) string {
	if strings.Trim(found, "0123456789") == "" {
		return found
	}
	return cut(found)
}

func cut(value string) string {
	if value == "" || strings.EqualFold(value, "bearer") {
		return value
	}
	return fmt.Sprintf("[cut: %d characters]", utf8.RuneCountInString(value))
}

// CutAll gives a run whose messages are cut.
func (r Run) CutAll() Run {
	r.Cut = true
	scenarios := make([]Scenario, len(r.Scenarios))
	for i, s := range r.Scenarios {
		exchanges := make([]Exchange, len(s.Exchanges))
		for k, x := range s.Exchanges {
			x.Request, x.Response = Cut(x.Request), Cut(x.Response)
			exchanges[k] = x
		}
		s.Exchanges = exchanges
		scenarios[i] = s
	}
	r.Scenarios = scenarios
	return r
}
