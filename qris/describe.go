package qris

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Describe explains a text to people, a line for each object, as far as it can be read;
// the error, that of Parse or Validate, says what is wrong. Phone numbers are masked,
// and characters that could change how a terminal shows the rest are replaced.
//
//	00 payload format      01
//	26 merchant account    ID.OVO.EMULATOR
//	   01 merchant PAN     936009123000001790
func Describe(text string) (string, error) {
	p, err := Parse(text)
	list, _ := Objects(text)
	var b strings.Builder
	for _, o := range list {
		describe(&b, o, text)
	}
	if err == nil {
		err = placed(p.Validate(), text)
	}
	return b.String(), err
}

func describe(b *strings.Builder, o Object, text string) {
	name := rootName(o.ID)
	if o.ID == "62" || o.ID == "64" || isTemplate(o.ID) {
		if inner, err := o.template(o.ID); err == nil {
			line(b, "", o.ID, name, "")
			for _, i := range inner {
				value := i.Value
				if o.ID == "62" && i.ID == "02" {
					value = maskPhone(value)
				}
				line(b, "   ", i.ID, innerName(o.ID, i.ID), value+meaning(o.ID+"."+i.ID, i.Value))
			}
			return
		}
		line(b, "", o.ID, name, fmt.Sprintf("(%d characters that cannot be taken apart)", length(o.Value)))
		return
	}
	value := o.Value + meaning(o.ID, o.Value)
	if o.ID == "63" && strings.HasSuffix(text, o.Value) && len(o.Value) == 4 {
		if want := fmt.Sprintf("%04X", Checksum(text[:len(text)-4])); o.Value == want {
			value += " (right)"
		} else {
			value += " (wrong, must be " + want + ")"
		}
	}
	line(b, "", o.ID, name, value)
}

func line(b *strings.Builder, indent, id, name, value string) {
	s := fmt.Sprintf("%-28s %s", indent+id+" "+name, visible(value))
	b.WriteString(strings.TrimRight(s, " ") + "\n")
}

func rootName(id string) string {
	switch {
	case id >= "02" && id <= "25":
		return "card scheme account"
	case id >= "26" && id <= "50":
		return "merchant account"
	case id >= "65":
		return "other"
	}
	return map[string]string{
		"00": "payload format", "01": "initiation", "51": "national account", "52": "merchant category", "53": "currency",
		"54": "amount", "55": "tip or fee", "56": "fixed fee", "57": "fee in percent", "58": "country", "59": "merchant name",
		"60": "city", "61": "postal code", "62": "additional data", "63": "checksum", "64": "other language",
	}[id]
}

func innerName(root, id string) string {
	switch root {
	case "62":
		name := map[string]string{
			"01": "bill number", "02": "mobile number", "03": "store label", "04": "loyalty number", "05": "reference label",
			"06": "customer label", "07": "terminal label", "08": "purpose", "09": "asked of customer", "10": "tax id", "11": "channel",
		}[id]
		if name != "" {
			return name
		}
	case "64":
		if name := map[string]string{"00": "language", "01": "merchant name", "02": "city"}[id]; name != "" {
			return name
		}
	default:
		name := map[string]string{"00": "whose account", "01": "merchant PAN", "02": "merchant id", "03": "criteria"}[id]
		if root == NationalID && id == "02" {
			name = "NMID"
		}
		if name != "" {
			return name
		}
	}
	return "other"
}

// meaning explains coded values, in parentheses.
func meaning(tag, value string) string {
	if strings.HasSuffix(tag, ".03") && tag < "52" {
		tag = "criteria"
	}
	word := map[string]string{
		"01=11": "static: for many payments", "01=12": "dynamic: for one payment",
		"53=360": "rupiah", "58=ID": "Indonesia",
		"55=01": "the app asks for a tip", "55=02": "a fixed fee is added", "55=03": "a fee in percent is added",
		"criteria=UMI": "micro", "criteria=UKE": "small", "criteria=UME": "medium", "criteria=UBE": "large", "criteria=URE": "regular",
	}[tag+"="+value]
	if tag == "54" {
		if n, ok := (Payload{Amount: value}).AmountRupiah(); ok {
			word = "Rp " + thousands(n)
		}
	}
	if word == "" {
		return ""
	}
	return " (" + word + ")"
}

// thousands writes 10000 as Indonesians do, 10.000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

func maskPhone(s string) string {
	if len(s) < 9 {
		return strings.Repeat("*", len(s))
	}
	return s[:4] + strings.Repeat("*", len(s)-7) + s[len(s)-3:]
}

// visible replaces what a terminal would obey rather than show.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
