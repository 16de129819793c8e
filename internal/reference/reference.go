// Package reference turns the API's contract, OpenAPI 3.1 as JSON, into one page for people: every operation with its
// fields, answers and errors, and a command to try it. The page needs nothing from anywhere else, so it can be saved and
// read offline. It knows OpenAPI as far as our contract uses it.
package reference

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
)

//go:embed page.html
var page string

//go:embed page.css
var style string

// CSS is the page's style sheet, to be served beside it.
func CSS() string { return style }

// The contract, as far as the page shows it.
type contract struct {
	Info struct {
		Title, Version, Description string
	}
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    []map[string][]string
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                schema
	}
	RequestBody *struct {
		Required bool
		Content  map[string]media
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]media
	}
}

type media struct{ Schema schema }

type schema struct {
	Ref         string `json:"$ref"`
	Type        any
	Description string
	Format      string
	Properties  map[string]schema
	Required    []string
	Items       *schema
	AnyOf       []schema `json:"anyOf"`
	Enum        []any
	Examples    []any
	Minimum     *float64
	Maximum     *float64
	MinLength   *int `json:"minLength"`
	MaxLength   *int `json:"maxLength"`
	Pattern     string
	Default     any
	Additional  any `json:"additionalProperties"`
}

// The page, as the template wants it.
type view struct {
	Title, Version, Description string
	Groups                      []group
	Schemas                     []object
	Problems                    []problem
}

type group struct {
	Name       string
	Operations []shown
}

type shown struct {
	ID, Method, Path, Summary, Description string
	Public                                 bool
	Parameters                             []field
	Body                                   string // the schema's name
	BodyFields                             []field
	Answers                                []answer
	Codes                                  []problem
	Try                                    string
}

type answer struct{ Status, Text, Schema string }

type field struct {
	Name, In, Text, Type, Ref, Limits, Example string
	Required                                   bool
}

type object struct {
	Name, Text string
	Fields     []field
}

type problem struct{ Status, Code, Text string }

// Page writes the page. It fails on a contract that it does not understand.
func Page(openAPI []byte) ([]byte, error) {
	var c contract
	if err := json.Unmarshal(openAPI, &c); err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	v := view{Title: c.Info.Title, Version: c.Info.Version, Description: c.Info.Description}
	byCode := map[string]problem{}
	for _, path := range slices.Sorted(maps.Keys(c.Paths)) {
		for _, method := range []string{"get", "post", "patch", "put", "delete"} {
			op, ok := c.Paths[path][method]
			if !ok {
				continue
			}
			s := c.show(method, path, op)
			for _, p := range s.Codes {
				byCode[p.Code] = p
			}
			v.add(op, s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Components.Schemas)) {
		s := c.Components.Schemas[name]
		v.Schemas = append(v.Schemas, object{Name: name, Text: s.Description, Fields: c.fields(s)})
	}
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		v.Problems = append(v.Problems, byCode[code])
	}
	t, err := template.New("reference").Funcs(template.FuncMap{"prose": prose}).Parse(page)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, v)
	return b.Bytes(), err
}

// prose is text in which `this` is set as code; all of it is escaped.
func prose(text string) template.HTML {
	var b strings.Builder
	parts := strings.Split(text, "`")
	for i, part := range parts {
		part = template.HTMLEscapeString(part)
		switch {
		case i%2 == 0:
			b.WriteString(part)
		case i == len(parts)-1: // it never ends: no code
			b.WriteString("`" + part)
		default:
			b.WriteString("<code>" + part + "</code>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every part is escaped above
}

// order is that of the groups, as a newcomer needs them; others follow.
var order = []string{"Payments", "Phones", "Events", "Webhooks"} // never written

func (v *view) add(op operation, s shown) {
	name := "Other"
	if len(op.Tags) > 0 {
		name = op.Tags[0]
	}
	i := slices.IndexFunc(v.Groups, func(g group) bool { return g.Name == name })
	if i < 0 {
		v.Groups = append(v.Groups, group{Name: name})
		i = len(v.Groups) - 1
	}
	v.Groups[i].Operations = append(v.Groups[i].Operations, s)
	slices.SortStableFunc(v.Groups, func(a, b group) int { return place(a.Name) - place(b.Name) })
}

func place(name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

func (c contract) show(method, path string, op operation) shown {
	s := shown{
		ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Description: op.Description,
		Public: len(op.Security) == 0,
	}
	for _, p := range op.Parameters {
		f := c.field(p.Name, p.Schema, p.Required)
		f.In = p.In
		if p.Description != "" {
			f.Text = p.Description
		}
		s.Parameters = append(s.Parameters, f)
	}
	if op.RequestBody != nil {
		body := op.RequestBody.Content["application/json"].Schema
		s.Body = refName(body.Ref)
		s.BodyFields = c.fields(c.resolve(body))
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		if _, isProblem := r.Content["application/problem+json"]; isProblem {
			s.Codes = append(s.Codes, problems(status, r.Description)...)
			continue
		}
		a := answer{Status: status, Text: r.Description}
		for _, m := range r.Content { // there is one
			a.Schema = refName(m.Schema.Ref)
		}
		s.Answers = append(s.Answers, a)
	}
	s.Try = c.try(s, op)
	return s
}

// problems reads the list of codes that the contract gives for a status: "- `code`: Title. What to do."
func problems(status, text string) (list []problem) {
	for line := range strings.Lines(text) {
		code, rest, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- `"), "`: ")
		if found {
			list = append(list, problem{Status: status, Code: code, Text: rest})
		}
	}
	return list
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func (c contract) resolve(s schema) schema {
	if s.Ref != "" {
		return c.Components.Schemas[refName(s.Ref)]
	}
	return s
}

func (c contract) fields(s schema) (fields []field) {
	names := slices.Sorted(maps.Keys(s.Properties))
	// What is needed comes first.
	slices.SortStableFunc(names, func(a, b string) int {
		return rank(slices.Contains(s.Required, a)) - rank(slices.Contains(s.Required, b))
	})
	for _, name := range names {
		fields = append(fields, c.field(name, s.Properties[name], slices.Contains(s.Required, name)))
	}
	return fields
}

func rank(required bool) int {
	if required {
		return 0
	}
	return 1
}

func (c contract) field(name string, s schema, required bool) field {
	f := field{Name: name, Text: s.Description, Required: required, Type: typeOf(s), Ref: refOf(s), Limits: limits(s)}
	if len(s.Examples) > 0 {
		f.Example = written(s.Examples[0])
	}
	return f
}

// refOf names the schema that a field's value, or each of its items, has.
func refOf(s schema) string {
	if s.Items != nil && s.Ref == "" {
		return refOf(*s.Items)
	}
	for _, one := range s.AnyOf {
		if one.Ref != "" {
			return refName(one.Ref)
		}
	}
	return refName(s.Ref)
}

func typeOf(s schema) string {
	if s.Ref != "" {
		return refName(s.Ref)
	}
	if len(s.AnyOf) > 0 {
		var names []string
		for _, one := range s.AnyOf {
			names = append(names, typeOf(one))
		}
		return strings.Join(slices.Compact(names), " or ")
	}
	switch t := s.Type.(type) {
	case string:
		if t == "array" && s.Items != nil {
			return "list of " + typeOf(*s.Items)
		}
		if s.Format != "" && t == "string" {
			return t + ", " + s.Format
		}
		return t
	case []any:
		var names []string
		for _, one := range t {
			names = append(names, fmt.Sprint(one))
		}
		return strings.Join(names, " or ")
	}
	return "anything"
}

func limits(s schema) string {
	var parts []string
	switch {
	case len(s.Enum) > 0:
		var names []string
		for _, e := range s.Enum {
			names = append(names, written(e))
		}
		parts = append(parts, "one of "+strings.Join(names, ", "))
	case s.Minimum != nil && s.Maximum != nil:
		parts = append(parts, fmt.Sprintf("from %.0f to %.0f", *s.Minimum, *s.Maximum))
	case s.Minimum != nil:
		parts = append(parts, fmt.Sprintf("at least %.0f", *s.Minimum))
	case s.MinLength != nil && s.MaxLength != nil:
		parts = append(parts, fmt.Sprintf("%d to %d characters", *s.MinLength, *s.MaxLength))
	case s.MaxLength != nil:
		parts = append(parts, fmt.Sprintf("at most %d characters", *s.MaxLength))
	}
	if s.Default != nil {
		parts = append(parts, written(s.Default)+" when left out")
	}
	return strings.Join(parts, "; ")
}

func written(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// try is a command for the shell, in which the address and the key stand as `lunas dev` writes them.
func (c contract) try(s shown, op operation) string {
	path := s.Path
	for _, p := range s.Parameters {
		if p.In == "path" && p.Example != "" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example)
		}
	}
	var b strings.Builder
	b.WriteString("curl -s ")
	if s.Method != "GET" {
		b.WriteString("-X " + s.Method + " ")
	}
	b.WriteString(`"$LUNAS_URL` + path + `"`)
	if !s.Public {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $LUNAS_API_KEY\"")
	}
	example := map[string]any{}
	if op.RequestBody != nil {
		body := c.resolve(op.RequestBody.Content["application/json"].Schema)
		for name, p := range body.Properties { // a map is written in order
			if len(p.Examples) > 0 && slices.Contains(body.Required, name) {
				example[name] = p.Examples[0]
			}
		}
	}
	if len(example) > 0 {
		body, err := json.Marshal(example)
		if err == nil {
			b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + string(body) + "'")
		}
	}
	return b.String()
}
