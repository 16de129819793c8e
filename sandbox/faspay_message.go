package sandbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Faspay's messages come as JSON or XML, whatever their Content-Type says: its clients
// send JSON as application/json, as text/plain, as a form and without any type. The first
// byte tells. Both become one tree; what could be read in two ways is refused.

// Limits of what is read.
const (
	faspayBodyMax = 64 << 10
	faspayDepth   = 8
	faspayMembers = 512 // of one object or list
)

// faspayNode is one value: 's' text, 'n' number, 'b' boolean, 'z' null, 'o' object, 'a' list.
type faspayNode struct {
	name string
	kind byte
	text string
	list []faspayNode
}

// flaw is why a message cannot be read; it is never the message's own words.
type flaw struct {
	rule   Rule
	detail string
}

func (f *flaw) Error() string { return f.detail }

// readFaspay reads a whole message.
func readFaspay(body []byte) (root faspayNode, form FaspayEncoding, err *flaw) {
	switch {
	case len(body) > faspayBodyMax:
		return root, "", &flaw{RuleFaspaySize, "the body is longer than 64 KiB"}
	case bytes.HasPrefix(body, []byte("\xfe\xff")) || bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.IndexByte(body, 0) >= 0:
		return root, "", &flaw{RuleFaspayEncoding, "the body is UTF-16 or UTF-32, where UTF-8 is due"}
	case !utf8.Valid(body):
		return root, "", &flaw{RuleFaspayEncoding, "the body is not UTF-8"}
	}
	body = bytes.Trim(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	var problem error
	switch {
	case len(body) == 0:
		return root, "", &flaw{RuleFaspayForm, "the body is empty"}
	case body[0] == '{' || body[0] == '[':
		form = FaspayJSON
		root, problem = readFaspayJSON(body)
	case body[0] == '<':
		form = FaspayXML
		root, problem = readFaspayXML(body)
	case bytes.IndexByte(body, '=') > 0:
		return root, "", &flaw{RuleFaspayForm, "the body is a form, where JSON or XML is due"}
	default:
		return root, "", &flaw{RuleFaspayForm, "the body is neither JSON nor XML"}
	}
	if problem != nil {
		if !errors.As(problem, &err) { // the decoder's words may quote the message
			err = &flaw{RuleFaspayForm, "the body is not well-formed " + strings.ToUpper(string(form))}
		}
		return faspayNode{}, form, err
	}
	return root, form, nil
}

func readFaspayJSON(body []byte) (faspayNode, error) {
	if !json.Valid(body) {
		return faspayNode{}, &flaw{RuleFaspayForm, "the body is not well-formed JSON"}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	root, err := jsonNode(d, 0)
	if err == nil && root.kind != 'o' {
		err = &flaw{RuleFaspayForm, "the body is JSON, but no object"}
	}
	return root, err
}

func jsonNode(d *json.Decoder, depth int) (faspayNode, error) {
	token, err := d.Token()
	if err != nil {
		return faspayNode{}, err
	}
	switch value := token.(type) {
	case string:
		return faspayNode{kind: 's', text: value}, nil
	case json.Number:
		return faspayNode{kind: 'n', text: value.String()}, nil
	case bool:
		return faspayNode{kind: 'b'}, nil
	case json.Delim:
		if depth == faspayDepth {
			return faspayNode{}, errFaspayDeep()
		}
		return jsonList(d, value == '{', depth+1)
	}
	return faspayNode{kind: 'z'}, nil
}

func errFaspayDeep() error {
	return &flaw{RuleFaspayForm, fmt.Sprintf("the body is nested deeper than %d", faspayDepth)}
}

func jsonList(d *json.Decoder, object bool, depth int) (faspayNode, error) {
	n := faspayNode{kind: 'a'}
	if object {
		n.kind = 'o'
	}
	for d.More() {
		name := ""
		if object {
			token, err := d.Token()
			if err != nil {
				return n, err
			}
			name, _ = token.(string)
		}
		inner, err := jsonNode(d, depth)
		if err != nil {
			return n, err
		}
		inner.name = name
		if err := n.add(inner, false); err != nil {
			return n, err
		}
	}
	_, err := d.Token() // the closing bracket
	return n, err
}

// add appends a member; only what repeats may stand more than once in an object.
func (n *faspayNode) add(inner faspayNode, repeats bool) error {
	if len(n.list) == faspayMembers {
		return &flaw{RuleFaspayForm, fmt.Sprintf("more than %d fields stand side by side", faspayMembers)}
	}
	if n.kind == 'o' && !repeats && n.find(inner.name) != nil {
		return &flaw{RuleFaspayForm, clip(strings.ToValidUTF8(inner.name, "?"), 40) + " stands twice"}
	}
	n.list = append(n.list, inner)
	return nil
}

func readFaspayXML(body []byte) (faspayNode, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		return nil, &flaw{RuleFaspayEncoding, "the XML declares an encoding other than UTF-8"}
	}
	var root *faspayNode
	for first := true; ; first = false {
		token, err := d.Token()
		if err == io.EOF && root != nil {
			return *root, nil
		}
		if err != nil {
			return faspayNode{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if root != nil || t.Name.Local != "faspay" || t.Name.Space != "" {
				return faspayNode{}, &flaw{RuleFaspayForm, "the one element round an XML message is <faspay>"}
			}
			read, err := xmlNode(d, t, 1)
			if err != nil {
				return faspayNode{}, err
			}
			if read.kind == 's' && read.text != "" {
				return faspayNode{}, errFaspayMixed()
			}
			read.kind, root = 'o', &read
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return faspayNode{}, errFaspayMixed()
			}
		case xml.ProcInst:
			if t.Target != "xml" || !first {
				return faspayNode{}, errFaspayInstruction()
			}
		case xml.Directive:
			return faspayNode{}, errFaspayDTD()
		}
	}
}

// What an XML message must not have. A document type may define entities that grow to
// gigabytes, or that are read from files and addresses.
func errFaspayDTD() error {
	return &flaw{RuleFaspayXML, "the XML has a document type declaration or another directive; entities are not read"}
}

func errFaspayInstruction() error {
	return &flaw{RuleFaspayXML, "the XML has a processing instruction"}
}

func errFaspayMixed() error { return &flaw{RuleFaspayForm, "the XML has text beside elements"} }

// xmlNode reads an element whose start has been read. Attributes are passed over.
func xmlNode(d *xml.Decoder, start xml.StartElement, depth int) (faspayNode, error) {
	n := faspayNode{name: start.Name.Local, kind: 's'}
	if depth > faspayDepth {
		return n, errFaspayDeep()
	}
	if start.Name.Space != "" {
		return n, &flaw{RuleFaspayForm, "the XML uses a namespace"}
	}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return n, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			n.kind = 'o'
			inner, err := xmlNode(d, t, depth+1)
			if err == nil {
				err = n.add(inner, inner.name == "item")
			}
			if err != nil {
				return n, err
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			n.text = strings.TrimSpace(text.String())
			if n.kind == 'o' && n.text != "" {
				return n, errFaspayMixed()
			}
			return n, nil
		case xml.ProcInst:
			return n, errFaspayInstruction()
		case xml.Directive:
			return n, errFaspayDTD()
		}
	}
}

// readFaspayForm reads ovo_direct's form.
func readFaspayForm(body []byte) (faspayNode, *flaw) {
	root := faspayNode{kind: 'o'}
	text := string(bytes.Trim(body, " \t\r\n"))
	switch {
	case len(body) > faspayBodyMax:
		return root, &flaw{RuleFaspaySize, "the body is longer than 64 KiB"}
	case text == "":
		return root, &flaw{RuleFaspayForm, "the body is empty"}
	case text[0] == '{' || text[0] == '[' || text[0] == '<':
		return root, &flaw{RuleFaspayForm, "the body is JSON or XML, where a form is due"}
	case strings.HasPrefix(text, "--"):
		return root, &flaw{RuleFaspayForm, "the body is multipart/form-data, where application/x-www-form-urlencoded is due"}
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return root, &flaw{RuleFaspayForm, "the body is no form: trx_id=…&ovo_number=…&signature=…"}
	}
	if len(values) > faspayMembers {
		return root, &flaw{RuleFaspayForm, "the form has too many fields"}
	}
	for name, list := range values {
		if len(list) > 1 {
			return root, &flaw{RuleFaspayForm, clip(strings.ToValidUTF8(name, "?"), 40) + " stands twice"}
		}
		if !utf8.ValidString(list[0]) {
			return root, &flaw{RuleFaspayEncoding, "the form is not UTF-8"}
		}
		root.list = append(root.list, faspayNode{name: name, kind: 's', text: list[0]})
	}
	return root, nil
}

func (n *faspayNode) find(name string) *faspayNode {
	for i := range n.list {
		if n.list[i].name == name {
			return &n.list[i]
		}
	}
	return nil
}

// get is the text of a member. A number does for a text, and what is missing, null,
// empty or the text "null" is empty.
func (n *faspayNode) get(name string) string {
	m := n.find(name)
	if m == nil || m.kind != 's' && m.kind != 'n' || m.text == "null" {
		return ""
	}
	return m.text
}

// items are the records of a bill: of an array in JSON (a lone object will do), of an
// element that stands once for each in XML. ok is false if something else stands there.
func (n *faspayNode) items() (items []faspayNode, ok bool) {
	for _, m := range n.list {
		switch {
		case m.name != "item" || m.kind == 'z':
		case m.kind == 'o':
			items = append(items, m)
		case m.kind == 'a':
			for _, inner := range m.list {
				if inner.kind != 'o' {
					return nil, false
				}
				items = append(items, inner)
			}
		default:
			return nil, false
		}
	}
	return items, true
}

// faspayMember is one field to be written: a text, or a list of records.
type faspayMember struct {
	name, text string
	list       []faspayRecord
	one        faspayRecord // an object
}

// faspayRecord is a message to be written, in order.
type faspayRecord []faspayMember

func (r *faspayRecord) text(name, text string) { *r = append(*r, faspayMember{name: name, text: text}) }

// given writes a member that has a value.
func (r *faspayRecord) given(name, text string) {
	if text != "" {
		r.text(name, text)
	}
}

// write gives the whole message. Every value is a text: response_code as a number would
// crash a client that reads it as one.
func (r faspayRecord) write(form FaspayEncoding) []byte {
	if form == FaspayXML {
		b := append(make([]byte, 0, 1024), `<?xml version="1.0" encoding="UTF-8"?>`+"\n<faspay>"...)
		return append(r.appendXML(b), "</faspay>\n"...)
	}
	return r.appendJSON(make([]byte, 0, 1024))
}

func (r faspayRecord) appendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, m := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, m.name), ':')
		switch {
		case m.one != nil:
			b = m.one.appendJSON(b)
		case m.list != nil:
			b = append(b, '[')
			for j, inner := range m.list {
				if j > 0 {
					b = append(b, ',')
				}
				b = inner.appendJSON(b)
			}
			b = append(b, ']')
		default:
			b = appendText(b, m.text)
		}
	}
	return append(b, '}')
}

func (r faspayRecord) appendXML(b []byte) []byte {
	element := func(name string, inside func()) {
		b = append(append(append(b, '<'), name...), '>')
		inside()
		b = append(append(append(b, "</"...), name...), '>')
	}
	for _, m := range r {
		switch {
		case m.one != nil:
			element(m.name, func() { b = m.one.appendXML(b) })
		case m.list != nil:
			for _, inner := range m.list {
				element(m.name, func() { b = inner.appendXML(b) })
			}
		default:
			element(m.name, func() {
				var escaped bytes.Buffer
				_ = xml.EscapeText(&escaped, []byte(m.text)) // a Buffer takes everything
				b = append(b, escaped.Bytes()...)
			})
		}
	}
	return b
}

func (e FaspayEncoding) contentType() string {
	if e == FaspayXML {
		return "application/xml"
	}
	return "application/json"
}
