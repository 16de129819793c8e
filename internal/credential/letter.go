package credential

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Letter is what stands in an opened message: values by our names for them. It prints masked.
type Letter struct {
	values  map[string]string
	unknown []string // labels that we do not know
}

// Names are what a letter may hold, in the order in which they are shown.
func Names() []string {
	return []string{"client_id", "client_secret", "app_id", "app_key", "merchant_id", "mid", "tid", "store_code"}
}

// Secret tells whether a value of this name is secret.
func Secret(name string) bool { return name == "client_secret" || name == "app_key" }

// labels are how a name may be written, letters and digits only and small.
var labels = map[string]string{ // never written
	"clientid": "client_id", "clientkey": "client_id", "xclientkey": "client_id", "partnerid": "client_id", "xpartnerid": "client_id",
	"clientsecret": "client_secret", "secret": "client_secret", "secretkey": "client_secret", "clientsecretkey": "client_secret",
	"appid": "app_id", "applicationid": "app_id", "appkey": "app_key", "applicationkey": "app_key",
	"merchantid": "merchant_id", "mid": "mid", "tid": "tid", "terminalid": "tid", "storecode": "store_code", "storeid": "store_code",
}

// ReadLetter reads a text: a JSON object, lines of name and value, or a value alone, which is then of the given name. The error
// holds nothing of it.
func ReadLetter(text, alone string) (Letter, error) {
	l := Letter{values: map[string]string{}}
	text = strings.TrimFunc(text, blank)
	if alone != "" {
		if !slices.Contains(Names(), alone) {
			return l, fmt.Errorf("there is no credential of this name; known: %s", strings.Join(Names(), ", "))
		}
		if text == "" || len(strings.Fields(text)) != 1 {
			return l, errors.New("the message holds more than one value: leave --as out")
		}
		l.values[alone] = text
		return l, nil
	}
	pairs := pairsOf(text)
	for _, p := range pairs {
		name, known := labels[squeezed(p[0])]
		switch {
		case !known:
			l.unknown = append(l.unknown, clip(p[0]))
		case p[1] == "":
		case l.values[name] != "" && l.values[name] != p[1]:
			return l, fmt.Errorf("%s stands in the message twice, with different values: import each store by itself", name)
		default:
			l.values[name] = p[1]
		}
	}
	if len(l.values) == 0 {
		return l, fmt.Errorf("the message opens, and holds no credential that is known by its name (%s). If it is one value alone, say which with --as client_secret",
			strings.Join(Names(), ", "))
	}
	return l, nil
}

// pairsOf takes a text apart into names and values.
func pairsOf(text string) (pairs [][2]string) {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) == nil {
		return flat(object)
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) == 1 {
		lines = strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '&' || r == ',' })
	}
	for _, line := range lines {
		i := strings.IndexAny(line, ":=\t")
		if i < 0 {
			continue
		}
		pairs = append(pairs, [2]string{strings.TrimSpace(line[:i]), strings.Trim(line[i+1:], " \t,;\"'")})
	}
	return pairs
}

// flat lists the texts and numbers of an object, and of objects in it.
func flat(object map[string]any) (pairs [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch v := object[name].(type) {
		case string:
			pairs = append(pairs, [2]string{name, strings.TrimSpace(v)})
		case float64:
			pairs = append(pairs, [2]string{name, fmt.Sprintf("%.0f", v)})
		case map[string]any:
			pairs = append(pairs, flat(v)...)
		}
	}
	return pairs
}

func squeezed(label string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, label)
}

// Reveal is a value; empty: the letter has none of this name.
func (l Letter) Reveal(name string) string { return l.values[name] }

// Unknown are the labels of values that are not known, and not kept.
func (l Letter) Unknown() []string { return l.unknown }

// Rail guesses for which rail the credentials are; empty: the letter does not say.
func (l Letter) Rail() string {
	switch {
	case l.values["client_id"] != "" || l.values["client_secret"] != "":
		return "snap"
	case l.values["app_id"] != "" || l.values["app_key"] != "":
		return "ovo"
	}
	return ""
}

// Show is a value as people may see it: of a secret no more than its length.
func (l Letter) Show(name string) string {
	v := l.values[name]
	switch {
	case v == "":
		return ""
	case Secret(name):
		return fmt.Sprintf("•••••••• (%d characters)", len([]rune(v)))
	}
	return v
}

// String lists the names.
func (l Letter) String() string {
	return "letter with " + strings.Join(slices.Sorted(maps.Keys(l.values)), ", ")
}

// GoString is String.
func (l Letter) GoString() string { return l.String() }
