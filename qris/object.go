package qris

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a text. EMVCo, merchant-presented mode: 512 characters. The deepest nesting
// that its tables allow is a template (62) with a template inside (50–99); what stands
// inside those is not taken apart any more.
const (
	MaxLength = 512
	MaxDepth  = 3
)

// Object is one ID with its value. At is where it begins in the text, in characters from
// 0; writers ignore it. The value of 62 may hold a phone number.
type Object struct {
	ID    string // two digits
	Value string
	At    int
}

// Error is what is wrong with a text, and where. It never contains values.
type Error struct {
	Tag     string // such as "62.07"; empty where there is none
	At      int    // characters from the beginning; -1 where there is no text yet
	Problem string
	cause   error
}

// Error is "qris: tag 62.07 at character 230: its length goes beyond the end".
func (e *Error) Error() string {
	s := "qris:"
	if e.Tag != "" {
		s += " tag " + e.Tag
	}
	if e.At >= 0 {
		s += fmt.Sprintf(" at character %d", e.At)
	}
	if s != "qris:" {
		s += ":"
	}
	return s + " " + e.Problem
}

// Unwrap gives ErrChecksum where the checksum is the only thing that is wrong.
func (e *Error) Unwrap() error { return e.cause }

// ErrChecksum is wrapped by the error of Parse when a text is well-formed and only its
// checksum is not right.
var ErrChecksum = errors.New("wrong checksum")

// Objects cuts a text into its objects of the first level, in their order. It neither
// looks at the checksum nor at what IDs mean. With an error come those that stand before it.
func Objects(text string) ([]Object, error) {
	if err := readable(text); err != nil {
		return nil, err
	}
	return cut(text, "", 0)
}

// readable keeps out what no scanner expects, before anything is cut.
func readable(text string) error {
	if len(text) > MaxLength*utf8.UTFMax || utf8.RuneCountInString(text) > MaxLength {
		return &Error{At: MaxLength, Problem: fmt.Sprintf("longer than %d characters", MaxLength)}
	}
	at := 0
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return &Error{At: at, Problem: "not UTF-8"}
		}
		if unicode.IsControl(r) {
			return &Error{At: at, Problem: "a control character"}
		}
		at++
	}
	return nil
}

// cut reads objects that fill s to its end. tag is that of the template around them, at
// is where s begins.
func cut(s, tag string, at int) ([]Object, error) {
	var list []Object
	for len(s) > 0 {
		fail := func(id, problem string) ([]Object, error) {
			return list, &Error{Tag: join(tag, id), At: at, Problem: problem}
		}
		if len(s) < 4 || !digits(s[:2]) {
			return fail("", "an ID and a length, two digits each, should stand here")
		}
		id := s[:2]
		if !digits(s[2:4]) {
			return fail(id, "its length is not two digits")
		}
		n := int(s[2]-'0')*10 + int(s[3]-'0')
		if n == 0 {
			return fail(id, "its length is 00")
		}
		end := 4
		for range n {
			if end >= len(s) {
				return fail(id, "its length goes beyond the end")
			}
			_, size := utf8.DecodeRuneInString(s[end:])
			end += size
		}
		list = append(list, Object{id, s[4:end], at})
		s, at = s[end:], at+4+n
	}
	return list, nil
}

// template cuts a value into the objects inside it. No ID may stand twice.
func (o Object) template(tag string) ([]Object, error) {
	list, err := cut(o.Value, tag, o.At+4)
	if err == nil {
		err = unique(list, tag)
	}
	return list, err
}

func unique(list []Object, tag string) error {
	seen := [100]bool{}
	for _, o := range list {
		n := int(o.ID[0]-'0')*10 + int(o.ID[1]-'0')
		if seen[n] {
			return &Error{Tag: join(tag, o.ID), At: o.At, Problem: "stands twice"}
		}
		seen[n] = true
	}
	return nil
}

// Encode writes objects in the given order, without adding a checksum; see Seal.
func Encode(list []Object) (string, error) {
	var b strings.Builder
	for _, o := range list {
		n := utf8.RuneCountInString(o.Value)
		switch {
		case len(o.ID) != 2 || !digits(o.ID):
			return "", &Error{At: -1, Problem: "an ID is not two digits"}
		case n < 1 || n > 99:
			return "", &Error{Tag: o.ID, At: -1, Problem: "must have 1 to 99 characters"}
		}
		fmt.Fprintf(&b, "%s%02d%s", o.ID, n, o.Value)
	}
	if err := readable(b.String()); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Seal appends the checksum, ID 63, to the objects before it.
func Seal(objects string) string {
	text := objects + "6304"
	return text + fmt.Sprintf("%04X", Checksum(text))
}

// Checksum is CRC-16/CCITT-FALSE: polynomial 1021, begun with FFFF, not reflected. The
// checksum of "123456789" is 29B1.
func Checksum(s string) uint16 {
	crc := uint16(0xffff)
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func join(tag, id string) string {
	if tag == "" || id == "" {
		return tag + id
	}
	return tag + "." + id
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
