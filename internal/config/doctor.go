package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Doctor says whom lunas doctor may ask, and what it compares with.
type Doctor struct {
	Egress        []netip.Prefix // what providers have been told for their whitelists
	Reflector     string         // answers with the address that it was asked from; empty: nobody is asked
	CallbackProbe string         // looks at an address from outside, which is added to it; empty: nobody does
	NTP           string         // host:port; empty: none is asked
	Keys          []string       // folders of lunas credentials keygen
}

// fileDoctor are the keys about lunas doctor.
type fileDoctor struct {
	Egress        []string `koanf:"egress"`
	Reflector     string   `koanf:"reflector"`
	CallbackProbe string   `koanf:"callback_probe"`
	NTP           string   `koanf:"ntp"`
	Keys          []string `koanf:"keys"`
}

// doctor checks the keys about lunas doctor.
func (r *resolver) doctor(f fileDoctor) Doctor {
	d := Doctor{Reflector: f.Reflector, CallbackProbe: f.CallbackProbe, NTP: f.NTP}
	for i, text := range f.Egress {
		p, err := prefixOf(text)
		r.must(err == nil, fmt.Sprintf("doctor.egress[%d]", i), "must be an address such as 203.0.113.7, or a network such as 203.0.113.0/29")
		d.Egress = append(d.Egress, p)
	}
	d.Keys = append(d.Keys, f.Keys...)
	for name, address := range map[string]string{"doctor.reflector": f.Reflector, "doctor.callback_probe": f.CallbackProbe} { // order does not matter: each by itself
		r.must(address == "" || isWeb(address), name, "must be an address such as https://example.id/")
	}
	_, _, err := net.SplitHostPort(f.NTP)
	r.must(f.NTP == "" || err == nil, "doctor.ntp", "must be a host and a port such as id.pool.ntp.org:123")
	return d
}

func prefixOf(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err == nil && p != p.Masked() {
			err = errors.New("something is set behind the length")
		}
		return p, err
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.Prefix(a.BitLen())
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// Files lists a configuration file and the files with secrets that it names, each once.
func Files(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return nil, fmt.Errorf("read the configuration %s: %w", path, err)
	}
	files := named([]string{path}, k.Raw())
	slices.Sort(files)
	return slices.Compact(files), nil
}

// named adds the values of keys that name files.
func named(files []string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for name, entry := range v { // order does not matter: they are sorted
			if text, ok := entry.(string); ok && strings.HasSuffix(name, "_file") && text != "" && name != "public_key_file" {
				files = append(files, text)
			}
			files = named(files, entry)
		}
	case []any:
		for _, entry := range v {
			files = named(files, entry)
		}
	}
	return files
}
