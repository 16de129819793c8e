package doku

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// The parser reads objects in one object, tens of thousands of times a second in a
// simulation, without reflection. It accepts what encoding/json calls valid (a fuzz test
// holds the two side by side) with exceptions in favour of doubt: names are matched letter
// by letter, one that we read must not stand twice (readers that take the first and
// readers that take the last must not disagree on an amount), and nesting ends at
// maxDepth.

const maxDepth = 32

var (
	errMalformed = errors.New("not well-formed JSON")
	errNoObject  = errors.New("JSON, but no object")
	errDoubled   = errors.New("a field stands twice")
	errDeep      = errors.New("JSON nested too deeply")
)

// token is one JSON value. For kind '"' text is the unquoted string, for '0' the
// number's literal, for '{' and '[' the value's own bytes.
type token struct {
	kind byte // '"' '0' '{' '[' 't' 'f' 'n', the first byte of the value; 0 where the field is not there
	text string
}

// path is where a value stands: {"order", "amount"}, or {"", "message"} at the top.
type path [2]string

// field is a value in its place.
type field struct {
	path
	token
}

// fields are those values of a message that we read.
type fields []field

// known tells whether a name is one that we read. What DOKU sends besides is skipped.
func known(in, key string) bool {
	switch in {
	case "":
		return key == "message" || key == "order" || key == "ovo_payment" || key == "transaction" || key == "client" || key == "ovo_info" ||
			key == "ovo_configuration" || key == "security" || key == "error" || key == "service" || key == "acquirer" || key == "channel" ||
			key == "emoney_payment"
	case "client", "service", "acquirer", "channel":
		return key == "id"
	case "emoney_payment":
		return key == "approval_code"
	case "order":
		return key == "invoice_number" || key == "amount"
	case "ovo_info":
		return key == "ovo_id" || key == "ovo_account_name"
	case "ovo_configuration":
		return key == "merchant_id" || key == "store_code" || key == "mid" || key == "tid"
	case "security":
		return key == "check_sum"
	case "error":
		return key == "code" || key == "message" || key == "type"
	case "transaction":
		return key == "status" || key == "date" || key == "original_request_id"
	case "ovo_payment":
		switch key {
		case "date", "batch_number", "trace_number", "reference_number", "approval_code", "response_code", "status",
			"cash_used", "cash_balance", "ovo_points_used", "ovo_points_balance", "ovo_points_earned":
			return true
		}
	}
	return false
}

// parse reads a whole message.
func parse(body []byte) (fields, error) {
	m := make(fields, 0, 32)
	p := scanner{s: string(body)}
	if err := p.document(&m, ""); err != nil {
		return nil, err
	}
	for _, group := range m { // those at the top; m grows behind them
		if group.kind == '{' {
			inner := scanner{s: group.text}
			if err := inner.document(&m, group.path[1]); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// put keeps a value that we read, once.
func (m *fields) put(in, key string, v token) error {
	if !known(in, key) {
		return nil
	}
	place := path{in, key}
	if m.at(place).kind != 0 {
		return errDoubled
	}
	*m = append(*m, field{place, v})
	return nil
}

// at is the value in a place.
func (m fields) at(place path) token {
	for i := range m {
		if m[i].path == place {
			return m[i].token
		}
	}
	return token{}
}

// literal is a string or a number as text, as it was sent, else "".
func (m fields) literal(place path) string {
	if t := m.at(place); t.kind == '"' || t.kind == '0' {
		return t.text
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
	t := m.at(path{in, key})
	return t.kind == 0 || t.kind == 'n' || t.kind == '"' && (t.text == "" || t.text == "null")
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

// scanner walks JSON text.
type scanner struct {
	s string
	i int
}

// document reads an object that is the whole text, and keeps its members below the name
// of its group.
func (p *scanner) document(m *fields, group string) error {
	p.space()
	if p.i < len(p.s) && p.s[p.i] != '{' {
		return errNoObject
	}
	if err := p.object(1, m, group); err != nil {
		return err
	}
	p.space()
	if p.i != len(p.s) {
		return errMalformed
	}
	return nil
}

// object reads from '{' to its '}'. With m nil nothing is kept.
func (p *scanner) object(depth int, m *fields, group string) error {
	if !p.take('{') {
		return errMalformed
	}
	if depth > maxDepth {
		return errDeep
	}
	if p.space(); p.take('}') {
		return nil
	}
	for {
		p.space()
		key, err := p.str()
		if err != nil {
			return err
		}
		if p.space(); !p.take(':') {
			return errMalformed
		}
		v, err := p.value(depth)
		if err != nil {
			return err
		}
		if m != nil {
			if err := m.put(group, key, v); err != nil {
				return err
			}
		}
		if p.space(); p.take('}') {
			return nil
		}
		if !p.take(',') {
			return errMalformed
		}
	}
}

func (p *scanner) array(depth int) error {
	p.take('[')
	if depth > maxDepth {
		return errDeep
	}
	if p.space(); p.take(']') {
		return nil
	}
	for {
		if _, err := p.value(depth); err != nil {
			return err
		}
		if p.space(); p.take(']') {
			return nil
		}
		if !p.take(',') {
			return errMalformed
		}
	}
}

// value reads any JSON value that stands inside depth levels.
func (p *scanner) value(depth int) (token, error) {
	p.space()
	if p.i == len(p.s) {
		return token{}, errMalformed
	}
	start := p.i
	switch c := p.s[p.i]; c {
	case '"':
		text, err := p.str()
		return token{'"', text}, err
	case '{':
		err := p.object(depth+1, nil, "")
		return token{'{', p.s[start:p.i]}, err
	case '[':
		err := p.array(depth + 1)
		return token{'[', p.s[start:p.i]}, err
	case 't':
		return token{kind: 't'}, p.literal("true")
	case 'f':
		return token{kind: 'f'}, p.literal("false")
	case 'n':
		return token{kind: 'n'}, p.literal("null")
	default:
		err := p.number()
		return token{'0', p.s[start:p.i]}, err
	}
}

// str reads a string. Escapes are rare in DOKU's messages and left to encoding/json, as
// is broken UTF-8, which becomes U+FFFD: a customer's name must not spoil a verdict.
func (p *scanner) str() (string, error) {
	if !p.take('"') {
		return "", errMalformed
	}
	start, simple := p.i, true
	for ; p.i < len(p.s); p.i++ {
		switch c := p.s[p.i]; {
		case c == '"':
			raw := p.s[start:p.i]
			p.i++
			if simple {
				return raw, nil
			}
			return unquote(p.s[start-1 : p.i])
		case c == '\\':
			simple = false
			p.i++
		case c < ' ':
			return "", errMalformed
		case c >= 0x80:
			simple = false
		}
	}
	return "", errMalformed
}

func unquote(quoted string) (string, error) {
	var text string
	if err := json.Unmarshal([]byte(quoted), &text); err != nil {
		return "", errMalformed
	}
	return text, nil
}

// number follows RFC 8259: an optional minus, no leading zeros, fraction, exponent.
func (p *scanner) number() error {
	p.take('-')
	if !p.take('0') && !p.digits() {
		return errMalformed
	}
	if p.take('.') && !p.digits() {
		return errMalformed
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return errMalformed
		}
	}
	return nil
}

func (p *scanner) digits() bool {
	start := p.i
	for p.i < len(p.s) && digit(p.s[p.i]) {
		p.i++
	}
	return p.i > start
}

func (p *scanner) literal(word string) error {
	if !strings.HasPrefix(p.s[p.i:], word) {
		return errMalformed
	}
	p.i += len(word)
	return nil
}

func (p *scanner) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *scanner) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}
