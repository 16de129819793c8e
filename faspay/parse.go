package faspay

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// What comes from outside is JSON or XML, whatever its Content-Type says: Faspay and its
// clients send either under many names. The first byte tells. Both become the same tree,
// and both refuse what could be read in two ways: a field that stands twice.

// Limits of what is read.
const (
	MaxMessage = 64 << 10 // bytes
	MaxDepth   = 8        // objects and lists inside each other
	maxMembers = 1 << 10  // of one object or list
)

// Why a message cannot be read. errors.Is finds them in what parse returns.
var (
	errEmpty     = errors.New("empty")
	errTooLong   = fmt.Errorf("above %d bytes", MaxMessage)
	errNeither   = errors.New("neither JSON nor XML")
	errForm      = errors.New("a form, where JSON or XML is due")
	errWide      = errors.New("text of UTF-16 or UTF-32, where UTF-8 is due")
	errMalformed = errors.New("not well-formed")
	errNoObject  = errors.New("JSON, but no object")
	errDoubled   = errors.New("a field stands twice")
	errDeep      = errors.New("nested too deeply")
	errMany      = errors.New("too many fields")
	errDTD       = errors.New("a document type declaration, which may hold bombs and external entities")
	errPI        = errors.New("a processing instruction")
	errEncoding  = errors.New("an encoding other than UTF-8")
	errNoFaspay  = errors.New("XML, but no <faspay>")
	errHTML      = errors.New("an HTML page")
)

// node is one value. For XML an element with elements inside is an object, any other a
// string; attributes, comments and text between elements are passed over.
type node struct {
	name string
	kind byte // '"' '0' '{' '[' 't' 'f' 'n', as JSON values begin; 0 where there is none
	text string
	list []node
}

// parse reads a whole message. What is not valid UTF-8 becomes U+FFFD, so that a broken
// name does not spoil a verdict; a broken bill_no will not be anybody's.
func parse(body []byte) (node, Encoding, error) {
	if len(body) > MaxMessage {
		return node{}, "", errTooLong
	}
	if len(body) >= 2 && (body[0] == 0 || body[1] == 0 || body[0] == 0xfe && body[1] == 0xff || body[0] == 0xff && body[1] == 0xfe) {
		return node{}, "", errWide
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	body = bytes.Trim(body, " \t\r\n")
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	switch {
	case len(body) == 0:
		return node{}, "", errEmpty
	case body[0] == '{' || body[0] == '[':
		n, err := parseJSON(body)
		return n, JSON, err
	case body[0] == '<':
		n, err := parseXML(body)
		return n, XML, err
	case looksLikeForm(body):
		return node{}, "", errForm
	}
	return node{}, "", errNeither
}

// looksLikeForm: key=value from the start, as in trx_id=…&merchant_id=….
func looksLikeForm(body []byte) bool {
	key, _, found := bytes.Cut(body, []byte("="))
	return found && len(key) <= 64 && only(string(key), func(c byte) bool { return name(c) || c == '%' || c == '+' || c == '[' || c == ']' })
}

func parseJSON(body []byte) (node, error) {
	if !json.Valid(body) {
		return node{}, errMalformed
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	n, err := readJSON(d, 0)
	if err == nil && n.kind != '{' {
		err = errNoObject
	}
	if err != nil {
		return node{}, err
	}
	return n, nil
}

// readJSON reads one value of text that is known to be valid.
func readJSON(d *json.Decoder, depth int) (node, error) {
	token, err := d.Token()
	if err != nil {
		return node{}, errMalformed
	}
	switch v := token.(type) {
	case string:
		return node{kind: '"', text: v}, nil
	case json.Number:
		return node{kind: '0', text: v.String()}, nil
	case bool:
		if v {
			return node{kind: 't'}, nil
		}
		return node{kind: 'f'}, nil
	case json.Delim:
		if depth == MaxDepth {
			return node{}, errDeep
		}
		return readJSONList(d, byte(v), depth+1)
	}
	return node{kind: 'n'}, nil
}

func readJSONList(d *json.Decoder, kind byte, depth int) (node, error) {
	n := node{kind: kind}
	for d.More() {
		if len(n.list) == maxMembers {
			return node{}, errMany
		}
		var key string
		if kind == '{' {
			token, err := d.Token()
			if err != nil {
				return node{}, errMalformed
			}
			key, _ = token.(string)
			if n.find(key) != nil {
				return node{}, errDoubled
			}
		}
		inner, err := readJSON(d, depth)
		if err != nil {
			return node{}, err
		}
		inner.name = key
		n.list = append(n.list, inner)
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return node{}, errMalformed
	}
	return n, nil
}

func parseXML(body []byte) (node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = asciiOnly
	var found *node
	for {
		token, err := d.Token()
		switch {
		case err == io.EOF && found != nil:
			return *found, nil
		case err != nil:
			return node{}, xmlError(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := isRoot(t.Name.Local, found); err != nil {
				return node{}, err
			}
			n, err := readXML(d, t, 1)
			if err != nil {
				return node{}, err
			}
			if n.kind != '{' && n.text != "" {
				return node{}, errMalformed
			}
			n.kind, found = '{', &n
		case xml.CharData:
			if len(bytes.TrimSpace(t)) != 0 {
				return node{}, errMalformed
			}
		default:
			if err := harmless(token, found == nil); err != nil {
				return node{}, err
			}
		}
	}
}

// xmlError hides the decoder's words, which may quote the message.
func xmlError(err error) error {
	if errors.Is(err, errEncoding) {
		return errEncoding
	}
	return errMalformed
}

func isRoot(local string, before *node) error {
	switch {
	case before != nil:
		return errMalformed // a second root
	case strings.EqualFold(local, "html"):
		return errHTML
	case local != root:
		return errNoFaspay
	}
	return nil
}

// harmless passes comments and the declaration at the top.
func harmless(token xml.Token, atTop bool) error {
	switch t := token.(type) {
	case xml.Directive:
		if words := strings.Fields(string(t)); len(words) > 1 && strings.EqualFold(words[1], "html") {
			return errHTML
		}
		return errDTD
	case xml.ProcInst:
		if t.Target != "xml" || !atTop {
			return errPI
		}
	}
	return nil
}

// asciiOnly lets through the encodings that write ASCII as ASCII; everything else in the
// message has become U+FFFD by now, or was UTF-8 under another name.
func asciiOnly(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252":
		return input, nil
	}
	return nil, errEncoding
}

// readXML reads what stands inside an element.
func readXML(d *xml.Decoder, start xml.StartElement, depth int) (node, error) {
	if depth > MaxDepth {
		return node{}, errDeep
	}
	n := node{name: start.Name.Local, kind: '"'}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return node{}, errMalformed
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			inner, err := readXML(d, t, depth+1)
			if err != nil {
				return node{}, err
			}
			if len(n.list) == maxMembers {
				return node{}, errMany
			}
			if before := n.find(inner.name); before != nil && (inner.kind != '{' || before.kind != '{') {
				return node{}, errDoubled
			}
			n.kind, n.list = '{', append(n.list, inner)
		case xml.EndElement:
			if n.kind == '"' {
				n.text = strings.TrimSpace(text.String())
			}
			return n, nil
		default:
			if err := harmless(token, false); err != nil {
				return node{}, err
			}
		}
	}
}

// find gives the member of an object, or nil.
func (n *node) find(name string) *node {
	for i := range n.list {
		if n.list[i].name == name {
			return &n.list[i]
		}
	}
	return nil
}

// text of a member: a string or a number, of which the other is often sent. A field that
// is missing, null, empty or the text "null" has none.
func (n *node) get(name string) string {
	m := n.find(name)
	if m == nil || m.kind != '"' && m.kind != '0' || m.text == "null" {
		return ""
	}
	return m.text
}

// strange tells whether a member is there, but is neither text nor number nor null.
func (n *node) strange(name string) bool {
	m := n.find(name)
	return m != nil && m.kind != '"' && m.kind != '0' && m.kind != 'n'
}

// records gives the objects of a list: of an array in JSON, where a lone object will do
// too; of an element that stands once for each in XML, or of one with all of them inside.
func (n *node) records(name string) []node {
	var found []node
	for _, m := range n.list {
		switch {
		case m.name != name:
		case m.kind == '[':
			found = append(found, objects(m.list)...)
		case m.kind == '{' && len(m.list) > 0 && len(objects(m.list)) == len(m.list):
			found = append(found, m.list...)
		case m.kind == '{':
			found = append(found, m)
		}
	}
	return found
}

func objects(list []node) (found []node) {
	for _, n := range list {
		if n.kind == '{' {
			found = append(found, n)
		}
	}
	return found
}
