package ovo

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// The parser reads one flat JSON object with two objects inside it, tens of thousands
// of times a second in a simulation, without reflection. It accepts what encoding/json
// calls valid (a fuzz test holds the two side by side) with two exceptions, both in
// favour of doubt: a field that we read must not stand twice, and nesting ends at
// maxDepth.

const maxDepth = 32

var (
	errMalformed = errors.New("not well-formed JSON")
	errNoObject  = errors.New("JSON, but no object")
	errDoubled   = errors.New("a field stands twice")
	errDeep      = errors.New("JSON nested too deeply")
)

// token is one JSON value. For kind '"' text is the unquoted string, for '0' the
// number's literal, for '{' the object's own bytes.
type token struct {
	kind byte // '"' '0' '{' '[' 't' 'f' 'n', the first byte of the value; 0 where the field is not there
	text string
}

// missing: not there, null, or an empty text.
func (t token) missing() bool {
	return t.kind == 0 || t.kind == 'n' || t.kind == '"' && t.text == ""
}

// scalar is the text of a string or a number, else "".
func (t token) scalar() string {
	if t.kind == '"' || t.kind == '0' {
		return t.text
	}
	return ""
}

// integer reads a whole number that was sent as a number or as a string: OVO's clients
// and documents do both, 4, "4" and "000004". 12500.00 is whole too, 1e3 is not read.
func (t token) integer() (int64, bool) {
	whole, fraction, _ := strings.Cut(t.scalar(), ".")
	if whole == "" || len(whole) > 15 || !only(whole, digit) || strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

// message is an OVO request or response as it came, fields by name.
type message struct {
	typ, processingCode, amount, date, referenceNumber, tid, mid token
	traceNumber, hostTime, hostDate, approvalCode                token
	responseCode, text                                           token
	request, response                                            token // nested objects
	batchNo, merchantInvoice, phone                              token
}

// parseMessage reads a whole message.
func parseMessage(body []byte) (message, error) {
	var m message
	p := scanner{s: string(body)}
	if err := p.document(m.field); err != nil {
		return message{}, err
	}
	if m.request.kind == '{' {
		inner := scanner{s: m.request.text}
		if err := inner.document(m.requestField); err != nil {
			return message{}, err
		}
	}
	return m, nil
}

func (m *message) field(key string) *token {
	switch key {
	case "type":
		return &m.typ
	case "processingCode":
		return &m.processingCode
	case "amount":
		return &m.amount
	case "date":
		return &m.date
	case "referenceNumber":
		return &m.referenceNumber
	case "tid":
		return &m.tid
	case "mid":
		return &m.mid
	case "traceNumber":
		return &m.traceNumber
	case "hostTime":
		return &m.hostTime
	case "hostDate":
		return &m.hostDate
	case "approvalCode":
		return &m.approvalCode
	case "responseCode":
		return &m.responseCode
	case "message":
		return &m.text
	case "transactionRequestData":
		return &m.request
	case "transactionResponseData":
		return &m.response
	}
	return nil
}

func (m *message) requestField(key string) *token {
	switch key {
	case "batchNo":
		return &m.batchNo
	case "merchantInvoice":
		return &m.merchantInvoice
	case "phone":
		return &m.phone
	}
	return nil
}

// scanner walks JSON text.
type scanner struct {
	s string
	i int
}

// document reads an object that is the whole text. field gives the place of a member's
// value, or nil for a member that nobody reads.
func (p *scanner) document(field func(key string) *token) error {
	p.space()
	if p.i < len(p.s) && p.s[p.i] != '{' {
		return errNoObject
	}
	if err := p.object(1, field); err != nil {
		return err
	}
	p.space()
	if p.i != len(p.s) {
		return errMalformed
	}
	return nil
}

// object reads from '{' to its '}'. field may be nil.
func (p *scanner) object(depth int, field func(key string) *token) error {
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
		if err := put(field, key, v); err != nil {
			return err
		}
		if p.space(); p.take('}') {
			return nil
		}
		if !p.take(',') {
			return errMalformed
		}
	}
}

// put stores a member's value in its place, once.
func put(field func(key string) *token, key string, v token) error {
	if field == nil {
		return nil
	}
	place := field(key)
	if place == nil {
		return nil
	}
	if place.kind != 0 {
		return errDoubled
	}
	*place = v
	return nil
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
		err := p.object(depth+1, nil)
		return token{'{', p.s[start:p.i]}, err
	case '[':
		return token{kind: '['}, p.array(depth + 1)
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

// str reads a string. Escapes are rare in OVO's messages and left to encoding/json, as
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
