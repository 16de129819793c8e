package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// bodyTimeout is how long a client has to send its body.
const bodyTimeout = 15 * time.Second

// readBody reads a request's JSON body. An empty body gives nil. A body that was read well is given again.
func (s *server) readBody(c *call) (body []byte, p *Problem) {
	if c.read {
		return c.body, nil
	}
	if body, p = s.receiveBody(c); p == nil {
		c.read, c.body = true, body
	}
	return body, p
}

func (s *server) receiveBody(c *call) ([]byte, *Problem) {
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // not supported by every test's writer
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, s.MaxBody))
	_ = control.SetReadDeadline(time.Time{})
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problem("body_too_large", fmt.Sprintf("the body has more than %d bytes", s.MaxBody))
	case err != nil:
		return nil, problem("body_incomplete", "the body could not be read to its end")
	}
	if len(body) == 0 {
		return nil, nil
	}
	return body, checkContentType(c.r.Header)
}

func checkContentType(h http.Header) *Problem {
	const code = "unsupported_media_type"
	switch e := h.Values("Content-Encoding"); {
	case len(e) == 0:
	case len(e) == 1 && strings.EqualFold(e[0], "identity"):
	default:
		return problem(code, "the body is compressed").in("Content-Encoding")
	}
	values := h.Values("Content-Type")
	if len(values) != 1 {
		return problem(code, "the body needs one Content-Type").in("Content-Type")
	}
	media, params, err := mime.ParseMediaType(values[0])
	charset, hasCharset := params["charset"]
	switch {
	case err != nil || media != "application/json":
		return problem(code, "the Content-Type is not application/json").in("Content-Type")
	case hasCharset && !strings.EqualFold(charset, "utf-8"):
		return problem(code, "the body's charset is not utf-8").in("Content-Type")
	}
	return nil
}

// member is one field of a JSON object, in the order of the text.
type member struct {
	name  string
	value json.RawMessage
}

// object takes a JSON object apart. Unlike encoding/json it refuses duplicate names, more than one value, bytes that
// are no UTF-8 and escapes that are no characters.
func object(body []byte) ([]member, *Problem) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, problem("empty_body", "the body is empty")
	}
	if !utf8.Valid(body) {
		return nil, problem("invalid_utf8", "the body is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	var whole json.RawMessage
	if err := d.Decode(&whole); err != nil {
		return nil, problem("invalid_json", "the body is not valid JSON"+where(err, body))
	}
	if rest := bytes.TrimSpace(body[d.InputOffset():]); len(rest) > 0 {
		return nil, problem("trailing_data", "something follows the JSON value")
	}
	return members(whole, "")
}

// members lists what is in an object that is known to be valid JSON.
func members(value json.RawMessage, in string) ([]member, *Problem) {
	if kindOf(value) != "an object" {
		if in == "" {
			return nil, problem("not_an_object", "the body is "+kindOf(value))
		}
		return nil, wrongType(in, "an object", value)
	}
	d := json.NewDecoder(bytes.NewReader(value))
	if _, err := d.Token(); err != nil {
		return nil, problem("invalid_json", "the body is not valid JSON")
	}
	var all []member
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		m := member{name: name}
		if err != nil || !ok || d.Decode(&m.value) != nil {
			return nil, problem("invalid_json", "the body is not valid JSON")
		}
		if seen[name] {
			return nil, problem("duplicate_field", "a field is named twice").in(safeName(join(in, name)))
		}
		seen[name] = true
		all = append(all, m)
	}
	return all, nil
}

func join(in, name string) string {
	if in == "" {
		return name
	}
	return in + "." + name
}

// where tells line and column of a mistake, and what stands there only if it is punctuation.
func where(err error, body []byte) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return ": it ends too early"
	}
	before := body[:max(0, min(int(syntax.Offset)-1, len(body)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	place := fmt.Sprintf(": line %d, column %d", line, column)
	if len(before) < len(body) && strings.IndexByte(punctuation, body[len(before)]) >= 0 {
		place += fmt.Sprintf(", where %c stands", body[len(before)])
	}
	return place
}

// punctuation may be shown where it stands wrongly: it is nobody's data.
const punctuation = `'{}[]:,;()<>=`

func kindOf(value json.RawMessage) string {
	if len(value) == 0 {
		return "nothing"
	}
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

func wrongType(field, want string, got json.RawMessage) *Problem {
	p := problem("wrong_type", fmt.Sprintf("%s must be %s, not %s", field, want, kindOf(got))).in(field)
	switch {
	case kindOf(got) == "null":
		p.hinting("Leave the field out instead.")
	case want == "a string":
		p.hinting("Write it in double quotes.")
	}
	return p
}

// text reads a JSON string.
func text(field string, value json.RawMessage) (string, *Problem) {
	var s string
	if kindOf(value) != "a string" || json.Unmarshal(value, &s) != nil {
		return "", wrongType(field, "a string", value)
	}
	return s, nil
}

// wholeNumber is an integer as a person would write it.
var wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`) // never written

// plain tells whether s can be shown in one line: no control characters and nothing that is no character.
func plain(s string) bool {
	for _, r := range s {
		if r < ' ' || (r >= 0x7f && r <= 0x9f) || r == utf8.RuneError || r == 0x2028 || r == 0x2029 {
			return false
		}
	}
	return true
}

var (
	nameForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,80}$`) // never written
	longNumber = regexp.MustCompile(`[0-9]{5,}`)                       // never written
)

// safeName gives a name that came from outside, if it looks like one: it may be a phone number by mistake.
func safeName(name string) string {
	if !nameForm.MatchString(name) || longNumber.MatchString(name) {
		return ""
	}
	return name
}

// nearest gives the known name that is a slip of the finger away, or nothing.
func nearest(name string, known []string) string {
	best, least := "", 1+min(2, len(name)/2)
	for _, k := range known {
		if d := distance(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			before, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, before+cost)
		}
	}
	return row[len(b)]
}
