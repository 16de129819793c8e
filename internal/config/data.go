package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// This file reads accounts that are data: the same keys as in the file, but for the secrets, which come apart from them.

// Account reads an account of a merchant from JSON with the keys of an account in the file, all but id and those that say
// where a secret stands: the secrets come by the names of their keys, app_key and not app_key_file; public_key is among
// them. It opens no files. The error lists every mistake and holds no secret.
func Account(merchantID, id string, settings []byte, secrets map[string]string) (merchant.Account, error) {
	values, err := readJSON(settings)
	if err != nil {
		return merchant.Account{}, err
	}
	var a fileAccount
	var seen mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: &a, Metadata: &seen, TagName: "koanf", DecodeHook: timesAsText,
	})
	if err == nil {
		err = decoder.Decode(values)
	}
	r := resolver{tids: map[string]bool{}, given: &given{secrets: secrets, used: map[string]bool{}}}
	if err != nil {
		r.must(false, "settings", "have a value of the wrong kind: see the keys of an account in the configuration file")
	}
	slices.Sort(seen.Unused)
	for _, key := range seen.Unused {
		r.must(false, "settings."+key, "is unknown"+nearest(key))
	}
	r.must(a.ID == "" || a.ID == id, "settings.id", "is not the account's id")
	a.ID = id
	out := r.account("settings", merchantID, a, map[string]bool{})
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		r.must(r.given.used[name], "secrets."+name, "is not known to this rail")
	}
	return out, errors.Join(r.mistakes...)
}

// readJSON reads an object. Numbers are whole, and stay numbers: where a text is wanted a number is a mistake.
func readJSON(settings []byte) (values map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(settings))
	d.UseNumber()
	if err := d.Decode(&values); err != nil || values == nil || len(bytes.TrimSpace(settings[d.InputOffset():])) > 0 {
		return nil, errors.New("settings cannot be read: they must be a JSON object")
	}
	_, err = wholeNumbers(values)
	return values, err
}

func wholeNumbers(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, errors.New("settings has a number that is not a whole one")
		}
		return n, nil
	case map[string]any:
		for name, entry := range v { // order does not matter: each by itself
			if v[name], err = wholeNumbers(entry); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, entry := range v {
			if v[i], err = wholeNumbers(entry); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// given are secrets that come with an account, in the place of files and variables.
type given struct {
	secrets map[string]string
	used    map[string]bool
}

// secret gives one by the field that it belongs to.
func (r *resolver) givenSecret(field, path, variable string) merchant.Secret {
	name := field[strings.LastIndex(field, ".")+1:]
	r.given.used[name] = true
	r.must(path == "" && variable == "", field, fmt.Sprintf("must not be looked for in a file or a variable: send it as secrets.%s", name))
	value := strings.TrimSpace(r.given.secrets[name])
	r.must(value != "", "secrets."+name, "is missing")
	return merchant.NewSecret(value)
}
