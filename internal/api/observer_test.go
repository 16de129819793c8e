package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/sheet"
	"github.com/lunas-pay/lunas/snap"
)

// observer keeps every answer that a world gives, so that all of them can be held against the contract and searched
// for what must not be in them.
type observer struct {
	mu   sync.Mutex
	seen []observation
}

type observation struct {
	method, pattern string
	status          int
	header          http.Header
	body            []byte
}

func (o *observer) wrap(h http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		if r.URL.Path != path.Clean(r.URL.Path) {
			pattern = ""
		}
		if strings.HasPrefix(r.URL.Path, "/notify/snap/") && pattern != "" {
			pattern = strings.Replace(pattern, "{rail}", "snap", 1) // each provider has its own form
		}
		tee := &tee{ResponseWriter: w}
		h.ServeHTTP(tee, r)
		o.mu.Lock()
		defer o.mu.Unlock()
		if _, path, hasMethod := strings.Cut(pattern, " "); hasMethod {
			pattern = path
		}
		o.seen = append(o.seen, observation{r.Method, pattern, tee.status, w.Header().Clone(), tee.body.Bytes()})
	})
}

type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *tee) Write(b []byte) (int, error) {
	if t.status == 0 {
		t.status = 200
	}
	t.body.Write(b)
	return t.ResponseWriter.Write(b)
}

// contract is the served OpenAPI document, read as a client reads it.
type contract struct {
	paths   map[string]map[string]operation
	schemas map[string]map[string]any
}

type operation struct {
	Parameters []contractParameter `json:"parameters"`
	Responses  map[string]struct {
		Content map[string]struct {
			Schema map[string]any `json:"schema"`
		} `json:"content"`
	} `json:"responses"`
	Security    []map[string][]string `json:"security"`
	RequestBody struct {
		Content map[string]struct {
			Schema map[string]any `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
}

type contractParameter struct{ Name, In string }

func readContract(t testing.TB, b []byte) contract {
	t.Helper()
	var doc struct {
		OpenAPI    string                          `json:"openapi"`
		Paths      map[string]map[string]operation `json:"paths"`
		Components struct {
			Schemas map[string]map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(b, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") || len(doc.Paths) == 0 {
		t.Fatalf("the contract is no OpenAPI 3.1 document: %v", err)
	}
	return contract{doc.Paths, doc.Components.Schemas}
}

// check holds an answer against the contract.
func (c contract) check(o observation) error {
	if o.pattern == "" || strings.HasPrefix(o.pattern, "/openapi.") {
		return c.checkProblemOnly(o)
	}
	if strings.HasPrefix(o.pattern, "/notify/") || strings.HasPrefix(o.pattern, "/return/") { // no part of the contract
		switch {
		case o.header.Get("Content-Type") == problemType:
			return c.checkProblemOnly(o)
		case strings.HasPrefix(o.pattern, "/notify/snap/"):
			service := snap.ServiceNotify
			if strings.HasSuffix(o.pattern, "/access-token/b2b") {
				service = snap.Access.Service()
			}
			return snapAnswer(o, service)
		}
		return nil
	}
	op, ok := c.paths[o.pattern][strings.ToLower(o.method)]
	if !ok {
		return fmt.Errorf("the route is not in the contract")
	}
	response, ok := op.Responses[fmt.Sprint(o.status)]
	if !ok {
		return fmt.Errorf("the status is not in the contract")
	}
	if o.status == http.StatusNoContent {
		if len(response.Content) > 0 || len(o.body) > 0 {
			return fmt.Errorf("204 has a body, or the contract says so")
		}
		return nil
	}
	content, ok := response.Content[o.header.Get("Content-Type")]
	if !ok {
		return fmt.Errorf("the content type %q is not in the contract", o.header.Get("Content-Type"))
	}
	if media := o.header.Get("Content-Type"); strings.HasPrefix(media, "image/") || strings.HasPrefix(media, "text/csv") ||
		media == "application/yaml" || media == sheet.XLSX.ContentType() {
		if len(o.body) == 0 && o.method != "HEAD" {
			return fmt.Errorf("an empty picture")
		}
		return nil
	}
	return c.validate(o.body, content.Schema)
}

// snapAnswer holds an answer against SNAP's own form: seven digits that begin with the status and the service, and words.
func snapAnswer(o observation, service string) error {
	var said struct{ ResponseCode, ResponseMessage string }
	if err := json.Unmarshal(o.body, &said); err != nil {
		return err
	}
	if !regexp.MustCompile(fmt.Sprintf("^%d%s[0-9]{2}$", o.status, service)).MatchString(said.ResponseCode) || said.ResponseMessage == "" {
		return fmt.Errorf("status %d with %+v", o.status, said)
	}
	return nil
}

func (c contract) checkProblemOnly(o observation) error {
	if o.status < 400 {
		return nil
	}
	return c.validate(o.body, map[string]any{"$ref": "#/components/schemas/Problem"})
}

func (c contract) validate(body []byte, schema map[string]any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	return c.valid("", v, schema)
}

// valid checks the part of JSON Schema that the contract uses, and refuses what it does not know.
func (c contract) valid(at string, v any, s map[string]any) error {
	if ref, ok := s["$ref"].(string); ok {
		target, ok := c.schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
		if !ok {
			return fmt.Errorf("%s: %s leads nowhere", at, ref)
		}
		return c.valid(at, v, target)
	}
	if _, said := s["additionalProperties"]; !said && s["properties"] != nil {
		// A client must bear more fields; what we answer must all be in the contract.
		if err := c.keyword(at, v, s, "additionalProperties", false); err != nil {
			return err
		}
	}
	for keyword, want := range s {
		if err := c.keyword(at, v, s, keyword, want); err != nil {
			return err
		}
	}
	return nil
}

func (c contract) keyword(at string, v any, s map[string]any, keyword string, want any) error {
	wrong := func() error { return fmt.Errorf("%s: %v is against %s: %v", at, v, keyword, want) }
	text, isText := v.(string)
	object, isObject := v.(map[string]any)
	list, isList := v.([]any)
	number, isNumber := v.(json.Number)
	switch keyword {
	case "description", "examples", "title", "default":
	case "type":
		types, many := want.([]any)
		if !many {
			types = []any{want}
		}
		if !slices.Contains(types, any(typeName(v))) && (typeName(v) != "integer" || !slices.Contains(types, any("number"))) {
			return wrong()
		}
	case "format":
		if want == "date-time" && isText {
			if _, err := time.Parse(time.RFC3339, text); err != nil || !strings.HasSuffix(text, "+07:00") {
				return wrong()
			}
		} else if want != "int64" && want != "date-time" {
			return fmt.Errorf("%s: unknown format %v", at, want)
		}
	case "enum":
		if !slices.Contains(want.([]any), v) {
			return wrong()
		}
	case "pattern":
		if isText && !regexp.MustCompile(want.(string)).MatchString(text) {
			return wrong()
		}
	case "minLength", "maxLength":
		if n := float64(len([]rune(text))); isText && (keyword == "minLength" && n < want.(float64) || keyword == "maxLength" && n > want.(float64)) {
			return wrong()
		}
	case "minimum", "maximum":
		if n, _ := number.Float64(); isNumber && (keyword == "minimum" && n < want.(float64) || keyword == "maximum" && n > want.(float64)) {
			return wrong()
		}
	case "minItems", "maxItems":
		if n := float64(len(list)); isList && (keyword == "minItems" && n < want.(float64) || keyword == "maxItems" && n > want.(float64)) {
			return wrong()
		}
	case "uniqueItems":
		for i := range list {
			if slices.Contains(list[:i], list[i]) { // of texts and numbers alone
				return wrong()
			}
		}
	case "maxProperties":
		if isObject && float64(len(object)) > want.(float64) {
			return wrong()
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return fmt.Errorf("%s: %v is missing", at, name)
			}
		}
	case "properties":
		for name, schema := range want.(map[string]any) {
			if value, ok := object[name]; ok {
				if err := c.valid(at+"/"+name, value, schema.(map[string]any)); err != nil {
					return err
				}
			}
		}
	case "additionalProperties":
		properties, _ := s["properties"].(map[string]any)
		for name, value := range object {
			if _, known := properties[name]; known {
				continue
			}
			if want == false {
				return fmt.Errorf("%s: the field %q is not in the contract", at, name)
			}
			if schema, ok := want.(map[string]any); ok {
				if err := c.valid(at+"/"+name, value, schema); err != nil {
					return err
				}
			}
		}
	case "items":
		for i := range list {
			if err := c.valid(fmt.Sprintf("%s/%d", at, i), list[i], want.(map[string]any)); isList && err != nil {
				return err
			}
		}
	case "not":
		if c.valid(at, v, want.(map[string]any)) == nil {
			return wrong()
		}
	case "anyOf":
		for _, schema := range want.([]any) {
			if c.valid(at, v, schema.(map[string]any)) == nil {
				return nil
			}
		}
		return wrong()
	default:
		return fmt.Errorf("%s: this test does not know the keyword %s", at, keyword)
	}
	return nil
}

func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	}
	return "unknown"
}
