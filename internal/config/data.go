package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"

	"github.com/lunas-pay/lunas/internal/merchant"
)

// This file reads accounts that are data: the same keys as in the file, but for the secrets, which come apart from them.

// Account reads an account of a merchant from JSON with the keys of an account in the file, all but id and those that say
// where a secret stands: the secrets come by the names of their keys, app_key and not app_key_file; public_key is among
// them. It opens no files. The error lists every mistake and holds no secret.
func Account(merchantID, id string, settings []byte, secrets map[string]string) (merchant.Account, error) {
	values, err := yaml.Parser().Unmarshal(settings) // JSON is YAML too
	if err != nil {
		return merchant.Account{}, errors.New("settings cannot be read")
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
