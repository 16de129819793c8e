package faspay

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"unicode/utf8"
)

// Encoding is the form of a message. The strings are stable and may be stored.
type Encoding string

// The encodings. URLEncoded is ovo_direct's alone.
const (
	JSON       Encoding = "json"
	XML        Encoding = "xml"
	URLEncoded Encoding = "form"
)

// root is the name of the element round every XML message.
const root = "faspay"

// contentType is what a message of this form is called by default.
func (f Encoding) contentType() string {
	switch f {
	case XML:
		return "application/xml"
	case URLEncoded:
		return "application/x-www-form-urlencoded"
	}
	return "application/json"
}

// member is one field of a message to be written: a text, or a list of records. The
// element names of XML are the keys of JSON.
type member struct {
	key  string
	text string
	list []record
}

type record []member

// add appends a field, if it has a value.
func (r *record) add(key, text string) {
	if text != "" {
		*r = append(*r, member{key: key, text: text})
	}
}

// write gives the whole message.
func (r record) write(b []byte, f Encoding) []byte {
	if f == XML {
		b = append(b, `<?xml version="1.0" encoding="UTF-8"?><`+root+`>`...)
		b = r.appendXML(b)
		return append(b, `</`+root+`>`...)
	}
	return r.appendJSON(b)
}

// appendJSON writes every value as a string, as most of Faspay's clients do.
func (r record) appendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, m := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, m.key...)
		b = append(b, `":`...)
		if m.list == nil {
			b = appendJSONText(b, m.text)
			continue
		}
		b = append(b, '[')
		for j, inner := range m.list {
			if j > 0 {
				b = append(b, ',')
			}
			b = inner.appendJSON(b)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendJSONText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendXML writes a list as one element for each of its records.
func (r record) appendXML(b []byte) []byte {
	for _, m := range r {
		if m.list == nil {
			b = appendElement(b, m.key, func(b []byte) []byte { return appendXMLText(b, m.text) })
			continue
		}
		for _, inner := range m.list {
			b = appendElement(b, m.key, inner.appendXML)
		}
	}
	return b
}

func appendElement(b []byte, name string, content func([]byte) []byte) []byte {
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, '>')
	b = content(b)
	b = append(b, "</"...)
	b = append(b, name...)
	return append(b, '>')
}

func appendXMLText(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= utf8.RuneSelf || c == '&' || c == '<' || c == '>' || c == '"' || c == '\'':
			var escaped bytes.Buffer
			_ = xml.EscapeText(&escaped, []byte(s)) // a Buffer takes everything
			return append(b, escaped.Bytes()...)
		}
	}
	return append(b, s...)
}
