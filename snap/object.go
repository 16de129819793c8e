package snap

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is a JSON object, its values unread. Unlike encoding/json's structs it matches
// names letter by letter, and a name that stands twice is an error: readers that take
// the first and readers that take the last must not disagree on an amount.
type object map[string]json.RawMessage

var (
	errMalformed = errors.New("not well-formed JSON")
	errNoObject  = errors.New("JSON, but no object")
	errDoubled   = errors.New("a field stands twice")
)

// parseObject splits an object into its members, whose values stay parts of b. What encoding/json calls valid needs no look
// at its form any more.
func parseObject(b []byte) (object, error) {
	if !json.Valid(b) {
		return nil, errMalformed
	}
	b = bytes.TrimSpace(b)
	if b[0] != '{' {
		return nil, errNoObject
	}
	m := make(object, 8)
	for i := next(b, 1); b[i] != '}'; i = next(b, i) {
		if b[i] == ',' {
			i = next(b, i+1)
		}
		end := valueEnd(b, i)
		key := b[i+1 : end-1]
		if name := b[i:end]; bytes.IndexByte(name, '\\') >= 0 || !utf8.Valid(name) {
			var unquoted string
			if json.Unmarshal(name, &unquoted) != nil {
				return nil, errMalformed
			}
			key = []byte(unquoted)
		}
		i = next(b, next(b, end)+1) // behind the colon
		end = valueEnd(b, i)
		if _, again := m[string(key)]; again {
			return nil, errDoubled
		}
		m[string(key)] = b[i:end]
		i = end
	}
	return m, nil
}

// next is where the next byte stands that is no white space.
func next(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n' {
		i++
	}
	return i
}

// valueEnd is behind the value that begins at i.
func valueEnd(b []byte, i int) int {
	for depth := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 { // a number or a word ends with what is around it
				return i
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// text is a string or a number as text, else "". Providers send expiresIn, amounts and
// codes in both forms, and some of them the text "null" for what they have not.
func (m object) text(key string) string {
	raw := m[key]
	switch {
	case len(raw) == 0:
		return ""
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil || s == "null" {
			return ""
		}
		return s
	case raw[0] == '-' || digit(raw[0]):
		return string(raw)
	}
	return ""
}

// missing: not there, null, an empty text, or the text "null".
func (m object) missing(key string) bool {
	raw := m[key]
	return len(raw) == 0 || string(raw) == "null" || string(raw) == `""` || string(raw) == `"null"`
}

// inner is an object inside, or nil. One that is not well-formed for us counts as none.
func (m object) inner(key string) object {
	inner, err := parseObject(m[key])
	if err != nil {
		return nil
	}
	return inner
}

// integer reads a whole number, string or not.
func (m object) integer(key string) (int64, bool) {
	n, err := strconv.ParseInt(m.text(key), 10, 64)
	return n, err == nil
}

// amount reads {"value":"10000.00","currency":"IDR"}, or a bare value, in whole rupiah.
func (m object) amount(key string) (int64, error) {
	holder, field := m, key
	if raw := m[key]; len(raw) > 0 && raw[0] == '{' {
		inner, err := parseObject(raw)
		if err != nil {
			return 0, errors.New(key + " is not well-formed")
		}
		if currency := inner.text("currency"); currency != "IDR" && !inner.missing("currency") {
			return 0, errors.New(key + " is not in rupiah")
		}
		holder, field = inner, "value"
	}
	whole, fraction, _ := strings.Cut(holder.text(field), ".")
	if whole == "" || len(whole) > 15 || !only(whole, digit) || strings.Trim(fraction, "0") != "" {
		return 0, errors.New(key + " is not in whole rupiah")
	}
	return strconv.ParseInt(whole, 10, 64)
}

// elements are the members of a JSON array, or the value itself if it is none.
func elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil && len(raw) > 0 {
		return []json.RawMessage{raw}
	}
	return list
}
