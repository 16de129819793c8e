package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/asset"
	"github.com/lunas-pay/lunas/internal/qrpicture"
	"github.com/lunas-pay/lunas/internal/reference"
)

// This file makes the contract: what every operation takes and answers, as OpenAPI 3.1.

const contractVersion = "1.0.0"

// answers says what an operation answers beside its first good answer.
type answers struct {
	public bool           // needs no API key
	codes  []string       // of its problems, beside those that every operation has
	also   map[int]string // further good answers of the same kind: status and meaning
	unwell string         // what 503 means where it is no problem document
	media  string         // the content type of the good answer where it is not JSON
	body   *huma.RequestBody
}

// groups of codes that come together.
var groups = map[string][]string{ // never written
	"body": {
		"unsupported_media_type", "body_too_large", "body_incomplete", "empty_body", "invalid_utf8", "invalid_json", "trailing_data",
		"duplicate_field", "not_an_object", "unknown_field", "wrong_type",
	},
	"key":    {"invalid_idempotency_key", "idempotency_key_reused"},
	"caller": {"missing_api_key", "malformed_api_key", "unknown_api_key", "expired_api_key", "revoked_api_key", "insufficient_scope", "platform_key", "store_unavailable", "shutting_down"},
}

// codes lists problems by their codes, and groups of them by the group's name.
func codes(names ...string) []string {
	var all []string
	for _, name := range names {
		if group, ok := groups[name]; ok {
			all = append(all, group...)
			continue
		}
		all = append(all, name)
	}
	return all
}

func (s *server) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "lunas", Version: contractVersion,
				Description: "OVO and QRIS payments that always come to an end: paid, not paid, or given back. Amounts are whole rupiah, times are " +
					"RFC 3339 in Western Indonesian Time. Every POST is safe to repeat with an Idempotency-Key; a PATCH says how something shall " +
					"be and a DELETE that it shall be gone, and both are answered the second time as the first. Every answer carries a Request-Id; every error is a problem document (RFC 9457) " +
					"with a stable code.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearer: {
					Type: "http", Scheme: "bearer", Description: "An API key: lunas_test_… or lunas_live_…. Test and live see nothing of each other. The names beside it are the scopes that an operation needs; platform is for the platform's own keys, lunas_admin_…, alone.",
				}},
			},
		},
		// "json" is what comes after the + of a problem document.
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ownWords},
	}
}

// ownWords puts every error that huma makes itself into our words. Huma repeats rejected values, which may be personal.
func ownWords(ctx huma.Context, _ string, v any) (any, error) {
	var p *Problem
	switch v := v.(type) {
	case *Problem:
		p = v
	case *huma.ErrorModel:
		p = parameterProblem(v, ctx.Operation())
	default:
		return v, nil
	}
	c := callOf(ctx.Context())
	p.RequestID = c.requestID
	c.noteProblem(p)
	return p, nil
}

// parameterProblem says what is wrong with a request's parameters: the only thing that huma checks for us.
func parameterProblem(m *huma.ErrorModel, op *huma.Operation) *Problem {
	if m.Status != http.StatusUnprocessableEntity || len(m.Errors) == 0 {
		p := problem("internal", "the gateway made a mistake; it is in the log under this request id")
		p.Status = m.Status
		return p
	}
	var wrong []*Problem
	for _, e := range m.Errors {
		place, name, _ := strings.Cut(e.Location, ".")
		name, _, _ = strings.Cut(name, "[")
		switch {
		case e.Message == "unknown query parameter":
			wrong = append(wrong, unknownParameter(name, op))
		case place == "header":
			wrong = append(wrong, problem("invalid_idempotency_key", "the header Idempotency-Key is not 1 to 255 visible ASCII characters").in(name))
		case name == "wait":
			wrong = append(wrong, problem("invalid_wait", "wait is not a whole number of seconds from 0 to 120").in(name))
		case name == "size":
			wrong = append(wrong, pictureProblem("size", fmt.Sprintf("a whole number of pixels from %d to %d", qrpicture.SizeMin, qrpicture.SizeMax)))
		case name == "quiet_zone":
			wrong = append(wrong, pictureProblem("quiet_zone", fmt.Sprintf("a whole number of modules from %d to %d", qrpicture.QuietZoneMin, qrpicture.QuietZoneMax)))
		case name == "level":
			wrong = append(wrong, pictureProblem("level", "L, M, Q or H"))
		case name == "limit":
			wrong = append(wrong, problem("invalid_parameter", "limit is not a whole number from 1 to "+largest(op, name)).in(name).
				hinting("Leave it out, or give fewer and ask for the next page."))
		default:
			wrong = append(wrong, problem("invalid_parameter", "this parameter is not as it should be").in(safeName(name)).hinting("See /openapi.yaml."))
		}
	}
	slices.SortFunc(wrong, func(a, b *Problem) int { return strings.Compare(a.Code+a.Field, b.Code+b.Field) })
	return several(wrong)
}

// largest is the highest value of a parameter.
func largest(op *huma.Operation, name string) string {
	for _, parameter := range op.Parameters {
		if parameter.Name == name && parameter.Schema != nil && parameter.Schema.Maximum != nil {
			return strconv.FormatFloat(*parameter.Schema.Maximum, 'f', -1, 64)
		}
	}
	panic("api: the parameter " + name + " has no highest value")
}

// unknownParameter says which parameters an operation has.
func unknownParameter(name string, op *huma.Operation) *Problem {
	p := problem("unknown_parameter", "there is no such query parameter").in(safeName(name))
	var known []string
	for _, parameter := range op.Parameters {
		if parameter.In == "query" {
			known = append(known, parameter.Name)
		}
	}
	switch near := nearest(name, known); {
	case near != "":
		return p.hinting(fmt.Sprintf("Did you mean %q?", near))
	case len(known) > 0:
		return p.hinting("The query parameters of this address are " + strings.Join(known, ", ") + ".")
	}
	return p.hinting("This address takes no query parameters.")
}

// register makes a route of an operation, with everything it may answer in the contract.
func register[I, O any](s *server, op huma.Operation, a answers, handle func(context.Context, *I) (*O, error)) {
	all := append(slices.Clone(a.codes), "internal")
	if !a.public {
		needsOf(op.OperationID).say(&op)
		all = append(all, groups["caller"]...)
	}
	good := op.DefaultStatus
	if good == 0 {
		good = http.StatusOK
	}
	op.Responses = s.problemResponses(all)
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problemOf(err)
		}
		return out, nil
	})
	item := s.huma.OpenAPI().Paths[op.Path]
	documented := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[op.Method]
	// Bodies are read by hand, so that each mistake has its own answer; huma does not know of them.
	documented.RequestBody = a.body
	first := documented.Responses[strconv.Itoa(good)]
	if a.media != "" {
		first.Content = map[string]*huma.MediaType{a.media: {}}
	}
	for status, meaning := range a.also { // order does not matter: they become a map
		documented.Responses[strconv.Itoa(status)] = &huma.Response{Description: meaning, Content: first.Content, Headers: first.Headers}
	}
	if a.unwell != "" {
		documented.Responses["503"] = &huma.Response{Description: a.unwell, Content: first.Content}
	}
	for _, r := range documented.Responses { // order does not matter: each gets the same header
		withHeader(r, "Request-Id", "Names this request in the gateway's log.")
	}
}

func withHeader(r *huma.Response, name, doc string) {
	r.Headers = maps.Clone(r.Headers)
	if r.Headers == nil {
		r.Headers = map[string]*huma.Header{}
	}
	r.Headers[name] = &huma.Header{Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
}

// problemResponses lists problems by their status, with codes and what to do.
func (s *server) problemResponses(codes []string) map[string]*huma.Response {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	byStatus := map[int][]string{}
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		status := problem(code, "").Status // asserts that it is in the catalogue
		byStatus[status] = append(byStatus[status], code)
	}
	responses := map[string]*huma.Response{}
	for status, codes := range byStatus { // order does not matter: they become a map
		var doc strings.Builder
		for _, code := range codes {
			k := catalogue[code]
			fmt.Fprintf(&doc, "- `%s`: %s.", code, k.title)
			if k.hint != "" {
				doc.WriteString(" " + k.hint)
			}
			doc.WriteByte('\n')
		}
		r := &huma.Response{Description: doc.String(), Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
		switch status {
		case http.StatusUnauthorized:
			withHeader(r, "WWW-Authenticate", "Bearer.")
		case http.StatusServiceUnavailable, http.StatusConflict:
			withHeader(r, "Retry-After", "In how many seconds to try again, if that is known.")
		}
		responses[strconv.Itoa(status)] = r
	}
	return responses
}

// body describes a JSON body.
func body[T any](s *server, required bool) *huma.RequestBody {
	registry := s.huma.OpenAPI().Components.Schemas
	return &huma.RequestBody{Required: required, Content: map[string]*huma.MediaType{
		"application/json": {Schema: registry.Schema(reflect.TypeFor[T](), true, "")},
	}}
}

// TransformSchema lists the codes.
func (Problem) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	for _, code := range slices.Sorted(maps.Keys(catalogue)) {
		s.Properties["code"].Enum = append(s.Properties["code"].Enum, code)
	}
	return s
}

// serveContract serves the contract as it stands when all routes are made.
func (s *server) serveContract() {
	contract := s.huma.OpenAPI()
	for _, unused := range []string{"ErrorModel", "ErrorDetail"} { // huma's own, which nothing here answers
		delete(contract.Components.Schemas.Map(), unused)
	}
	for name, schema := range contract.Components.Schemas.Map() { // order does not matter: each by itself
		if !slices.Contains([]string{"NewPayment", "Reason", "RefundOrder", "NewEndpoint", "EndpointChange", "Rotation", "ReplayRequest", "NewReconciliation"}, name) {
			schema.AdditionalProperties = nil // what we answer may get more fields
		}
	}
	asJSON, err := json.MarshalIndent(contract, "", "  ")
	if err != nil {
		panic("api: the contract cannot be written: " + err.Error())
	}
	asYAML, err := contract.YAML()
	if err != nil {
		panic("api: the contract cannot be written: " + err.Error())
	}
	serve := func(path, contentType string, b []byte) {
		file := asset.NewFile(contentType, b)
		s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
			file.ServeHTTP(w, r)
		})
	}
	page, err := reference.Page(asJSON)
	if err != nil {
		panic("api: the reference cannot be written: " + err.Error())
	}
	serve("/docs", "text/html; charset=utf-8", page)
	serve("/docs/page.css", "text/css; charset=utf-8", []byte(reference.CSS()))
	serve("/openapi.json", "application/openapi+json;version=3.1", asJSON)
	serve("/openapi.yaml", "application/openapi+yaml;version=3.1", asYAML)
}
