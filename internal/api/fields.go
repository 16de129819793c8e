package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// fields is a body that is a JSON object: what takes the value of each field, by name. Those whose names end in ! must be
// there.
type fields map[string]func(member) *Problem

// readFields reads a request's body. Every mistake in it is told. An empty body is taken where no field must be there.
func (s *server) readFields(c *call, known fields) *Problem {
	raw, p := s.readBody(c)
	if p != nil {
		return p
	}
	takes, must := map[string]func(member) *Problem{}, map[string]bool{}
	for name, take := range known { // order does not matter: it becomes a map
		plain := strings.TrimSuffix(name, "!")
		takes[plain] = take
		if plain != name {
			must[plain] = true
		}
	}
	if raw == nil && len(must) == 0 {
		return nil
	}
	all, p := object(raw)
	if p != nil {
		return p
	}
	names := slices.Sorted(maps.Keys(takes))
	var wrong []*Problem
	for _, m := range all {
		delete(must, m.name)
		p := unknownField(m.name, names)
		if take := takes[m.name]; take != nil {
			p = take(m)
		}
		if p != nil {
			wrong = append(wrong, p)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(must)) {
		wrong = append(wrong, missing(name))
	}
	if len(wrong) > 0 {
		return several(wrong)
	}
	return nil
}

// textInto takes a text of a length, in characters, without control characters.
func textInto(to *string, least, most int) func(member) *Problem {
	return func(m member) (p *Problem) {
		*to, p = readText(m, least, most, "invalid_field")
		return p
	}
}

// rawInto takes an object as it is.
func rawInto(to *json.RawMessage) func(member) *Problem {
	return func(m member) *Problem {
		_, p := members(m.value, m.name)
		*to = m.value
		return p
	}
}

// boolInto takes true or false.
func boolInto(to **bool) func(member) *Problem {
	return func(m member) *Problem {
		if kindOf(m.value) != "a boolean" {
			return wrongType(m.name, "true or false", m.value)
		}
		yes := string(m.value) == "true"
		*to = &yes
		return nil
	}
}

// textsInto takes an object of texts, such as secrets, of which no mistake tells more than the name.
func textsInto(to *map[string]string) func(member) *Problem {
	return func(m member) *Problem {
		all, p := members(m.value, m.name)
		if p != nil {
			return p
		}
		*to = map[string]string{}
		for _, entry := range all {
			value, p := text(m.name+"."+safeName(entry.name), entry.value)
			if p != nil {
				return p
			}
			(*to)[entry.name] = value
		}
		return nil
	}
}

// listInto takes a list of texts.
func listInto(to **[]string) func(member) *Problem {
	return func(m member) *Problem {
		list := []string{}
		if kindOf(m.value) != "an array" || json.Unmarshal(m.value, &list) != nil {
			return wrongType(m.name, "a list of texts", m.value)
		}
		*to = &list
		return nil
	}
}

// secondsInto takes whole seconds.
func secondsInto(to **time.Duration) func(member) *Problem {
	return func(m member) *Problem {
		var seconds int64
		if !wholeNumber.Match(m.value) || json.Unmarshal(m.value, &seconds) != nil || seconds < 0 || seconds > 1_000_000 {
			return problem("invalid_field", m.name+" is not a whole number of seconds").in(m.name)
		}
		d := time.Duration(seconds) * time.Second
		*to = &d
		return nil
	}
}
