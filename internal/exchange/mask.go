package exchange

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masked shows a message to people. Secrets, signatures, tokens, names, addresses, e-mail addresses and balances
// become dots, wherever their field is known by its name: header fields, JSON at any depth (whole, cut or broken, and
// inside strings), forms and XML. Phone numbers keep their first four and last three digits, anywhere. Chunks are
// joined; what is not text is told by its length only. It is for reading: the result is no HTTP message any more.
//
// A name or an address in running text, outside any field, cannot be recognised.
func Masked(wire []byte) string {
	var b strings.Builder
	for depth := 0; len(wire) > 0; depth++ {
		if depth == maxMessages {
			fmt.Fprintf(&b, "\n[%d more bytes are not shown]", len(wire))
			break
		}
		m := ParseWire(wire)
		m.writeMasked(&b)
		wire = m.Rest
	}
	return b.String()
}

const (
	dots        = "••••"
	maxMessages = 4 // in one wire, such as a 100 Continue and what follows
)

// Revealed shows a message to somebody who may see whom it is about, and has said why: phone numbers, names and addresses in
// bodies are open. Header fields, and what opens something (passwords, tokens, signatures), are masked as ever, and so are
// balances.
func Revealed(wire []byte) string {
	var b strings.Builder
	for depth := 0; len(wire) > 0 && depth < maxMessages; depth++ {
		m := ParseWire(wire)
		body := m.Body
		m.Body = nil
		wire, m.Rest = m.Rest, nil
		m.writeMasked(&b)
		switch text := printable(string(body)); {
		case !isText(body):
			fmt.Fprintf(&b, "[%d bytes that are not text]", len(body))
		case strings.Contains(strings.ToLower(m.Get("Content-Type")), "urlencoded") || formLike.MatchString(text):
			b.WriteString(maskFormFields(text, credentialField, revealText))
		default:
			b.WriteString(revealText(text))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func revealText(text string) string {
	return maskFields(text, credentialField, func(s string) string { return s })
}

// credentialField knows the fields that nobody needs to see, whoever they are, and balances.
func credentialField(name string) bool {
	plain := squeeze(name)
	switch plain {
	case "pin", "otp", "cvv", "passwd", "authcode", "apikey", "appkey", "clientkey", "xclientkey", "hmac":
		return true
	case "tokentype":
		return false
	}
	return containsAny(plain, "balance", "token", "secret", "password", "signature", "checksum", "authorization", "cookie")
}

func (m Message) writeMasked(b *strings.Builder) {
	contentType := strings.ToLower(m.Get("Content-Type"))
	if m.FirstLine != "" {
		b.WriteString(maskFirstLine(m.FirstLine))
		b.WriteByte('\n')
		for _, f := range m.Header {
			b.WriteString(maskHeader(f))
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	b.WriteString(maskBody(m.Body, contentType))
	if m.Note != "" {
		b.WriteString("\n[" + m.Note + "]")
	}
	if len(m.Rest) > 0 {
		b.WriteByte('\n')
	}
}

// hidden says how long a value was.
func hidden(value string) string {
	return fmt.Sprintf("%s (%d characters)", dots, utf8.RuneCountInString(value))
}

// maskFirstLine masks what a target carries: the values of its query, and path segments that look like signatures.
func maskFirstLine(line string) string {
	line = printable(line)
	target, query, found := strings.Cut(line, "?")
	target = longHex.ReplaceAllStringFunc(target, hidden)
	if !found {
		return maskText(target)
	}
	query, version, _ := strings.Cut(query, " ")
	if version != "" {
		version = " " + maskText(version)
	}
	return maskText(target) + "?" + maskForm(query) + version
}

var longHex = regexp.MustCompile(`[0-9A-Fa-f]{32,}`)

func maskHeader(f Field) string {
	name := printable(f.Name)
	if secretHeader(name) {
		return maskText(name) + ": " + hidden(f.Value)
	}
	return maskText(name + ": " + printable(f.Value))
}

// secretHeader knows header fields that carry a secret or can be used like one. X-PARTNER-ID has the same value as
// X-CLIENT-KEY (OVO SNAP). app-id and Client-Id tell which credentials were used and open nothing.
func secretHeader(name string) bool {
	switch plain := squeeze(name); plain {
	case "xclientkey", "xpartnerid", "apikey", "xapikey", "appkey":
		return true
	default:
		return containsAny(plain, "authorization", "authenticat", "cookie", "signature", "hmac", "token", "secret", "password", "checksum", "session")
	}
}

// maskBody masks a body by what it is.
func maskBody(body []byte, contentType string) string {
	if !isText(body) {
		return fmt.Sprintf("[%d bytes that are not text]", len(body))
	}
	text := printable(string(body))
	if strings.Contains(contentType, "urlencoded") || formLike.MatchString(text) {
		return maskForm(text)
	}
	return maskText(text)
}

var formLike = regexp.MustCompile(`^[\w.%\-\[\]]+=[^\s{<"]*$`)

// isText allows a few bytes that are not, such as half a character where the message was cut.
func isText(body []byte) bool {
	odd, total := 0, 0
	for i := 0; i < len(body); total++ {
		r, size := utf8.DecodeRune(body[i:])
		if r == 0 {
			return false
		}
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			odd++
		}
		i += size
	}
	return odd <= 3+total/20
}

// printable takes away what a terminal or a page would obey instead of show.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// squeeze makes ovo_account_name, ovoAccountName and OVO-Account-Name one name.
func squeeze(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '_' || r == '-' || r == ' ' || r == '.':
			return -1
		}
		return r
	}, name)
}

// secretField knows the fields of all providers that are nobody's business on a screen. When in doubt, a field of a
// name that looks personal is masked; the names of shops, goods and channels are not.
func secretField(name string) bool {
	plain := squeeze(name)
	switch plain {
	case "pin", "otp", "cvv", "password", "passwd", "authcode", "apikey", "appkey", "clientkey", "xclientkey", "hmac",
		"ovoid", "ovonumber", "loyaltyid", "custno", "nik", "npwp", "birthdate", "dateofbirth":
		return true
	case "tokentype", "storename", "merchantname", "productname", "itemname", "channelname", "pgname", "bankname",
		"paymentchannelname", "acquirername", "issuername", "typename", "eventname", "storeaddress1", "storeaddress2":
		return false
	}
	return containsAny(plain, "name", "phone", "msisdn", "mobile", "email", "address", "postalcode", "balance", "token",
		"secret", "password", "signature", "checksum", "authorization", "customerid", "userid", "cookie")
}

func containsAny(s string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// maskForm masks key=value&key=value.
func maskForm(form string) string { return maskFormFields(form, secretField, maskText) }

func maskFormFields(form string, secret func(name string) bool, text func(string) string) string {
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		key, value, found := strings.Cut(pair, "=")
		key, value = unescapeForm(key), unescapeForm(value)
		switch {
		case !found:
			pairs[i] = text(key)
		case secret(key):
			pairs[i] = text(key) + "=" + maskValue(value)
		default:
			pairs[i] = text(key) + "=" + text(value)
		}
	}
	return strings.Join(pairs, "&")
}

var percent = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// unescapeForm decodes what can be decoded, for people. A + stays: it may be a phone number's.
func unescapeForm(s string) string {
	s = percent.ReplaceAllStringFunc(s, func(code string) string {
		c, _ := strconv.ParseUint(code[1:], 16, 8)
		return string([]byte{byte(c)})
	})
	return printable(strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// maskValue masks a whole value; a phone number stays recognisable.
func maskValue(value string) string {
	if masked, whole := maskPhone(strings.TrimSpace(value)); whole {
		return masked
	}
	return hidden(value)
}
