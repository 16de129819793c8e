package api

import (
	"bytes"
	"flag"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite api/openapi.yaml")

const committed = "../../api/openapi.yaml"

// TestContract compares the committed contract with the one that the code makes; -update rewrites it.
func TestContract(t *testing.T) {
	t.Parallel()
	made := get(t, "/openapi.yaml")
	if *update {
		if err := os.WriteFile(committed, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, kept) {
		t.Errorf("%s is not what the code makes: run go test ./internal/api -run TestContract -update, then make gen for the clients, and look at the difference", committed)
	}
	if again := get(t, "/openapi.yaml"); !bytes.Equal(made, again) {
		t.Error("the contract differs from one start to the next")
	}
}

func get(t testing.TB, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	newWorld(t, time.Now).server.handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != 200 {
		t.Fatalf("GET %s: %d", path, w.Code)
	}
	return w.Body.Bytes()
}

// TestContractNamesOnlyWhatExists holds the list of routes and the contract against each other.
func TestContractNamesOnlyWhatExists(t *testing.T) {
	t.Parallel()
	c := readContract(t, get(t, "/openapi.json"))
	var routes []string
	for path, operations := range c.paths {
		for method := range operations {
			routes = append(routes, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	want := []string{
		"DELETE /v1/webhook_endpoints/{id}",
		"GET /healthz",
		"GET /readyz",
		"GET /v1/actions",
		"GET /v1/api_keys",
		"GET /v1/doctor",
		"GET /v1/events",
		"GET /v1/mappings/{rail}",
		"GET /v1/merchants",
		"GET /v1/merchants/{id}",
		"GET /v1/merchants/{id}/accounts",
		"GET /v1/merchants/{id}/accounts/{account}",
		"GET /v1/merchants/{id}/api_keys",
		"GET /v1/merchants/{id}/outlets",
		"GET /v1/notices",
		"GET /v1/payments",
		"GET /v1/payments/{id}",
		"GET /v1/payments/{id}/events",
		"GET /v1/payments/{id}/exchanges",
		"GET /v1/payments/{id}/qr.png",
		"GET /v1/payments/{id}/qr.svg",
		"GET /v1/phones/{phone}",
		"GET /v1/rails",
		"GET /v1/recaps",
		"GET /v1/recaps/{day}",
		"GET /v1/recaps/{day}/export.csv",
		"GET /v1/recaps/{day}/export.xlsx",
		"GET /v1/reconciliations",
		"GET /v1/reconciliations/{id}",
		"GET /v1/reconciliations/{id}/discrepancies",
		"GET /v1/reconciliations/{id}/report.csv",
		"GET /v1/reconciliations/{id}/report.xlsx",
		"GET /v1/return_key",
		"GET /v1/terminals",
		"GET /v1/webhook_endpoints",
		"GET /v1/webhook_endpoints/{id}",
		"GET /v1/webhook_endpoints/{id}/deliveries",
		"PATCH /v1/merchants/{id}",
		"PATCH /v1/merchants/{id}/accounts/{account}",
		"PATCH /v1/webhook_endpoints/{id}",
		"POST /v1/api_keys",
		"POST /v1/api_keys/{id}/revoke",
		"POST /v1/api_keys/{id}/rotate",
		"POST /v1/merchants",
		"POST /v1/merchants/{id}/accounts",
		"POST /v1/merchants/{id}/accounts/{account}/retire_credentials",
		"POST /v1/merchants/{id}/accounts/{account}/rotate_credentials",
		"POST /v1/merchants/{id}/api_keys",
		"POST /v1/merchants/{id}/api_keys/{key}/revoke",
		"POST /v1/merchants/{id}/api_keys/{key}/rotate",
		"POST /v1/merchants/{id}/outlets",
		"POST /v1/payments",
		"POST /v1/payments/{id}/cancel",
		"POST /v1/payments/{id}/check",
		"POST /v1/payments/{id}/refund",
		"POST /v1/payments/{id}/renew",
		"POST /v1/payments/{id}/void",
		"POST /v1/reconciliations",
		"POST /v1/webhook_endpoints",
		"POST /v1/webhook_endpoints/{id}/ping",
		"POST /v1/webhook_endpoints/{id}/replay",
		"POST /v1/webhook_endpoints/{id}/rotate_secret",
	}
	if !slices.Equal(routes, want) {
		t.Errorf("routes in the contract:\n%s\nwant:\n%s", strings.Join(routes, "\n"), strings.Join(want, "\n"))
	}
}
