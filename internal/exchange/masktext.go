package exchange

import (
	"regexp"
	"strconv"
	"strings"
)

// maskText masks fields of JSON and XML by their name, and phone numbers anywhere. It does not parse: it looks for
// field names, so that a text that is cut, broken, or nested in the string of another gives nothing away. Where it is
// not sure where a value ends, it masks more.
func maskText(text string) string { return maskFields(text, secretField, maskPhones) }

// maskFields masks the fields that a function knows, and lets another write the text between them.
func maskFields(text string, secret func(name string) bool, between func(string) string) string {
	text = plainEscapes(text)
	var b strings.Builder
	done := 0 // text before it is written
	for i := 0; i < len(text); i++ {
		var name string
		var begin, end int
		switch text[i] {
		case '"', '\'', '\\':
			name, begin = jsonName(text, i)
		case '<':
			name, begin = xmlName(text, i)
		}
		if begin == 0 || !secret(name) {
			continue
		}
		var masked string
		if text[i] == '<' {
			masked, end = xmlValue(text, begin, name)
		} else {
			masked, end = jsonValue(text, begin)
		}
		b.WriteString(between(text[done:begin]))
		b.WriteString(masked)
		done, i = end, end-1
	}
	b.WriteString(between(text[done:]))
	return b.String()
}

// plainEscapes writes \u0038 and the like as the letter or digit that it is.
func plainEscapes(text string) string {
	if !strings.Contains(text, `\u00`) && !strings.Contains(text, `\U00`) {
		return text
	}
	return escaped.ReplaceAllStringFunc(text, func(code string) string {
		c, _ := strconv.ParseUint(code[len(code)-2:], 16, 8)
		return string(rune(c))
	})
}

// escaped letters, digits, + - . _ and space; never quotes or backslashes, which would change the structure.
var escaped = regexp.MustCompile(`\\+u00(?:2[0bBdDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])`)

// maxName is how long the name of a field may be.
const maxName = 80

// jsonName reads `"name":` at i and gives the place of its value, or 0. In JSON inside of a JSON string the quotes
// have backslashes, as many on either side.
func jsonName(text string, i int) (name string, value int) {
	begin, quote, level := openQuote(text, i)
	if begin == 0 {
		return "", 0
	}
	end := closeQuote(text[:min(len(text), begin+maxName)], begin, quote, level)
	if end < 0 {
		return "", 0
	}
	after := skipSpace(text, end+level+1)
	if after >= len(text) || text[after] != ':' {
		return "", 0
	}
	return text[begin:end], skipSpace(text, after+1)
}

// openQuote reads backslashes and a quote at i; level is the number of backslashes.
func openQuote(text string, i int) (begin int, quote byte, level int) {
	for i < len(text) && text[i] == '\\' {
		i, level = i+1, level+1
	}
	if i < len(text) && (text[i] == '"' || text[i] == '\'') {
		return i + 1, text[i], level
	}
	return 0, 0, 0
}

// closeQuote finds the end of a string: the first of the backslashes before the quote that closes it, or -1. At level 0
// no backslash may stand before it; deeper exactly level. What is a doubtful quote does not close.
func closeQuote(text string, begin int, quote byte, level int) int {
	run := 0
	for i := begin; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			run++
			continue
		case text[i] == quote && run <= level:
			return i - run
		}
		run = 0
	}
	return -1
}

func skipSpace(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t') {
		i++
	}
	return i
}

// jsonValue masks the value that begins at i and tells where it ends.
func jsonValue(text string, i int) (masked string, end int) {
	if i >= len(text) {
		return "", len(text)
	}
	if begin, quote, level := openQuote(text, i); begin > 0 {
		end := closeQuote(text, begin, quote, level)
		if end < 0 {
			return text[i:begin] + maskValue(text[begin:]), len(text) // cut
		}
		return text[i:begin] + maskValue(text[begin:end]), end
	}
	if text[i] == '{' || text[i] == '[' {
		if end = closeBracket(text, i); end < 0 {
			return text[i:i+1] + dots, len(text) // cut
		}
		return text[i:i+1] + dots + text[end-1:end], end
	}
	for end = i; end < len(text) && !strings.ContainsRune(",}]\n", rune(text[end])); end++ {
	}
	value := text[i:end]
	if value == "null" || value == "true" || value == "false" || value == "" {
		return value, end
	}
	if masked, whole := maskPhone(value); whole {
		return masked, end
	}
	return dots, end
}

// closeBracket finds the end of an object or array, or -1. Brackets inside of strings do not count.
func closeBracket(text string, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\\':
			begin, quote, level := openQuote(text, i)
			if begin == 0 {
				continue
			}
			end := closeQuote(text, begin, quote, level)
			if end < 0 {
				return -1
			}
			i = end + level
		}
	}
	return -1
}

// xmlName reads <name …> at i and gives the place of its content, or 0.
func xmlName(text string, i int) (name string, value int) {
	found := xmlTag.FindStringSubmatch(text[i:min(len(text), i+256)])
	if found == nil || strings.HasSuffix(found[0], "/>") {
		return "", 0
	}
	return found[1], i + len(found[0])
}

var xmlTag = regexp.MustCompile(`^<(?:[\w.\-]+:)?([\w.\-]{1,80})(?:\s[^<>]*)?>`)

// xmlValue masks the content up to the closing tag, or to the end of the text.
func xmlValue(text string, i int, name string) (masked string, end int) {
	end = len(text)
	for from := i; ; {
		at := strings.Index(text[from:], "</")
		if at < 0 {
			break
		}
		from += at
		tag := text[from+2:]
		if colon := strings.IndexAny(tag, ":>"); colon >= 0 && tag[colon] == ':' {
			tag = tag[colon+1:]
		}
		if after, same := strings.CutPrefix(tag, name); same && (after == "" || strings.ContainsAny(after[:1], "> \n\t")) {
			end = from
			break
		}
		from += 2
	}
	value := text[i:end]
	if strings.TrimSpace(value) == "" {
		return value, end
	}
	return maskValue(value), end
}

// maskPhones masks Indonesian mobile numbers (08…, 628…, +628…, of 9 digits and more), also as people write them.
// A number inside a longer row of digits, such as a reference that contains a date, is not one.
func maskPhones(text string) string {
	if !strings.Contains(text, "8") {
		return text
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) {
			continue
		}
		end := phoneEnd(text, i)
		if end == 0 && i > 0 && isPercent(text[i-1:]) {
			i++ // %20 is a space: a number may begin behind it
			continue
		}
		if end == 0 {
			for i+1 < len(text) && digit(text[i+1]) {
				i++
			}
			continue
		}
		b.WriteString(text[done:i])
		b.WriteString(shortened(text[i:end]))
		done, i = end, end-1
	}
	b.WriteString(text[done:])
	return b.String()
}

func isPercent(text string) bool { return len(text) >= 3 && percent.MatchString(text[:3]) }

// maskPhone masks a text that is a phone number and nothing else.
func maskPhone(text string) (string, bool) {
	digits := strings.TrimPrefix(text, "+")
	if digits == "" || !digit(digits[0]) || phoneEnd(digits, 0) != len(digits) {
		return "", false
	}
	return text[:len(text)-len(digits)] + shortened(digits), true
}

// phoneEnd tells where the phone number that begins at i ends, or 0 if there is none.
func phoneEnd(text string, i int) int {
	end := i
	for end < len(text) && digit(text[end]) {
		end++
	}
	if phoneDigits(text[i:end]) {
		return end
	}
	// With separators, one or two between digits: 0812-1111-0101, +62 (812) 1111 0101. Not after another number.
	digits := text[i:end]
	if !strings.HasPrefix(digits, "08") && !strings.HasPrefix(digits, "62") || inDate(text, i) {
		return 0
	}
	for len(digits) < 15 {
		next := end
		for next < len(text) && next-end < 2 && separator(text[next]) {
			next++
		}
		if next == end || next >= len(text) || !digit(text[next]) {
			break
		}
		for end = next; end < len(text) && digit(text[end]); end++ {
		}
		digits += text[next:end]
	}
	if phoneDigits(digits) {
		return end
	}
	return 0
}

// inDate tells whether the digits at i go on from others, as in 2022-08-10.
func inDate(text string, i int) bool {
	return i >= 2 && (text[i-1] == '-' || text[i-1] == '.') && digit(text[i-2])
}

func phoneDigits(digits string) bool {
	return len(digits) >= 9 && (strings.HasPrefix(digits, "08") || strings.HasPrefix(digits, "628") || strings.HasPrefix(digits, "6208"))
}

func digit(c byte) bool     { return c >= '0' && c <= '9' }
func separator(c byte) bool { return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' }

// shortened keeps the first four and the last three digits.
func shortened(phone string) string {
	b, seen, total := []byte(phone), 0, 0
	for _, c := range b {
		if digit(c) {
			total++
		}
	}
	out := make([]byte, 0, len(b)+16)
	for _, c := range b {
		switch {
		case !digit(c):
			out = append(out, c)
			continue
		case seen < 4 || seen >= total-3:
			out = append(out, c)
		default:
			out = append(out, "•"...)
		}
		seen++
	}
	return string(out)
}
