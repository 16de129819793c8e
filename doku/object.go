package doku

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// path is where a value stands: {"order", "amount"}, or {"", "message"} at the top.
type path [2]string

// fields are the values of a message, unread, by their place. DOKU's messages are objects
// in one object. Unlike encoding/json's structs names are matched letter by letter, and a
// name that stands twice is an error: readers that take the first and readers that take
// the last must not disagree on an amount.
type fields map[path]json.RawMessage

var (
	errMalformed = errors.New("not well-formed JSON")
	errNoObject  = errors.New("JSON, but no object")
	errDoubled   = errors.New("a field stands twice")
)

// group tells whether we look into the object of this name.
func group(name string) bool {
	switch name {
	case "client", "order", "ovo_info", "ovo_configuration", "ovo_payment", "security", "error",
		"transaction", "service", "acquirer", "channel":
		return true
	}
	return false
}

// parse reads a whole message.
func parse(body []byte) (fields, error) {
	if !json.Valid(body) {
		return nil, errMalformed
	}
	m := make(fields, 32)
	if err := m.object("", body); err != nil {
		return nil, err
	}
	return m, nil
}

// object reads valid JSON into m, below the name of its group.
func (m fields) object(in string, raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return errNoObject
	}
	for d.More() {
		token, err := d.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return errMalformed
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errMalformed
		}
		place := path{in, key}
		if _, again := m[place]; again {
			return errDoubled
		}
		m[place] = value
		if in == "" && group(key) && value[0] == '{' {
			if err := m.object(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// literal is a string or a number as text, as it was sent, else "".
func (m fields) literal(p path) string {
	raw := m[p]
	switch {
	case len(raw) == 0:
		return ""
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	case raw[0] == '-' || digit(raw[0]):
		return string(raw)
	}
	return ""
}

// text is literal, where the text "null" counts as nothing, as JSON's null does.
func (m fields) text(in, key string) string {
	if s := m.literal(path{in, key}); s != "null" {
		return s
	}
	return ""
}

// missing: not there, null, an empty text, or the text "null".
func (m fields) missing(in, key string) bool {
	raw := string(m[path{in, key}])
	return raw == "" || raw == "null" || raw == `""` || raw == `"null"`
}

// integer reads a whole number of up to 15 digits, sent as a number or as a text: 10000,
// "10000", "000004" and 10000.00, but not 1e4 or -1.
func (m fields) integer(in, key string) (int64, bool) {
	whole, fraction, _ := strings.Cut(m.text(in, key), ".")
	if whole == "" || len(whole) > 15 || !only(whole, digit) || strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

// number is integer where nothing hangs on it: 0 for what is none.
func (m fields) number(in, key string) int64 {
	n, _ := m.integer(in, key)
	return n
}
