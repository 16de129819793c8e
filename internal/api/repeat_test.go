package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/payment"
)

// TestEverythingIsSafeToRepeat: whatever changes something either takes an idempotency key, which tests of those routes use, or
// says how things shall be, and is answered the second time as the first.
func TestEverythingIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	w := serve(t)
	p := asPlatform()
	w.created(merchantsAddress, `{"id":"susu","name":"Susu"}`)
	one := merchantsAddress + "/susu"
	w.created(one+"/outlets", `{"id":"tebet","name":"Susu Tebet"}`)
	w.created(one+"/accounts", fmt.Sprintf(ovoAccount, "00000779"))
	e := endpoints + "/" + decode[named](t, w.do("POST", endpoints, `{"url":"https://shop.example/repeat"}`)).ID
	_, settings, _ := strings.Cut(fmt.Sprintf(ovoAccount, "00000779"), `"settings":`)
	settings, _, _ = strings.Cut(settings, `,"secrets"`)
	settings = `{"settings":` + settings + `}`
	type change struct {
		address, body string
		options       []option
	}
	// Every operation that changes something and takes no key has its line.
	repeated := []struct {
		operation string
		changes   []change
	}{
		{"PATCH /v1/merchants/{id}", []change{
			{one, `{"name":"Susu Lunas"}`, []option{p}},
			{one, `{"closed":true}`, []option{p}},
			{one, `{"closed":false,"fail_over":true,"fail_over_seconds":90,"prefer":["doku","ovo"]}`, []option{p}},
		}},
		{"PATCH /v1/merchants/{id}/accounts/{account}", []change{
			{one + "/accounts/ovo", `{"outlet":"tebet"}`, []option{p}},
			{one + "/accounts/ovo", settings, []option{p}},
			{one + "/accounts/ovo", `{"closed":true}`, []option{p}},
			{one + "/accounts/ovo", `{"closed":false}`, []option{p}},
		}},
		{"PATCH /v1/webhook_endpoints/{id}", []change{
			{e, `{"url":"https://shop.example/other","events":["payment.paid"],"description":"x"}`, nil},
			{e, `{"enabled":false}`, nil},
			{e, `{"enabled":true}`, nil},
		}},
		{"DELETE /v1/webhook_endpoints/{id}", []change{{e, "", nil}}},
	}
	var changing []string
	for path, item := range readContract(t, get(t, "/openapi.json")).paths {
		for method, operation := range item {
			keyed := slices.ContainsFunc(operation.Parameters, func(p contractParameter) bool { return p.Name == "Idempotency-Key" && p.In == "header" })
			switch name := strings.ToUpper(method) + " " + path; {
			case method == "get" || method == "post" && keyed:
			case method == "post":
				t.Errorf("%s takes no Idempotency-Key", name)
			default:
				changing = append(changing, name)
			}
		}
	}
	for _, r := range repeated {
		if !slices.Contains(changing, r.operation) {
			t.Errorf("the contract has no %s without a key", r.operation)
		}
		changing = slices.DeleteFunc(changing, func(name string) bool { return name == r.operation })
		method, _, _ := strings.Cut(r.operation, " ")
		for _, c := range r.changes {
			first := w.do(method, c.address, c.body, c.options...)
			w.setClock(w.server.Now().Add(1e9))
			again := w.do(method, c.address, c.body, c.options...)
			if first.status > 299 || again.status != first.status || string(again.body) != string(first.body) {
				t.Errorf("%s %s: %d %s\nand again: %d %s", method, c.body, first.status, first.body, again.status, again.body)
			}
		}
	}
	if len(changing) > 0 {
		t.Errorf("nobody has tried whether these are safe to repeat: %v", changing)
	}
	// What has never been is not deleted, and what another has deleted is nobody else's.
	if a := w.do("DELETE", endpoints+"/whe_00000000000000000000000000", ""); a.status != 404 {
		t.Errorf("DELETE of what never was: %d", a.status)
	}
	if a := w.do("DELETE", e, "", as(keyB)); a.status != 404 {
		t.Errorf("DELETE of what another merchant has deleted: %d", a.status)
	}
	if a := w.do("DELETE", e, "", as(keyALive)); a.status != 404 {
		t.Errorf("DELETE of what the other mode has deleted: %d", a.status)
	}
}

// TestAReconciliationIsBegunOnce: sent again under its key, the file is not compared again.
func TestAReconciliationIsBegunOnce(t *testing.T) {
	t.Parallel()
	w := serve(t)
	day := payment.DayOf(w.server.Now()).Start().Format("2006-01-02")
	form := []string{"account", "main", "day", day, "file", settlement}
	send := func(key string, form []string, options ...option) answer {
		return w.uploadWith(keyA, append(options, keyed(key)), form...)
	}
	first := send("once", form)
	if first.status != http.StatusAccepted || first.header.Get("Idempotent-Replayed") != "" {
		t.Fatalf("upload = %d %s", first.status, first.body)
	}
	again := send("once", form)
	if again.status != 200 || again.header.Get("Idempotent-Replayed") != "true" || decode[named](t, again).ID != decode[named](t, first).ID {
		t.Errorf("the same again: %d %v %s", again.status, again.header, again.body)
	}
	for name, form := range map[string][]string{
		"another file":    {"account", "main", "day", day, "file", settlement + "00000179,1,2,100,SUCCESS\n"},
		"another day":     {"account", "main", "day", "2026-03-20", "file", settlement},
		"another mapping": {"account", "main", "day", day, "mapping", "name: mine", "file", settlement},
	} {
		if p := send("once", form).problem(t); p.Code != "idempotency_key_reused" || p.Status != 422 {
			t.Errorf("%s with the key: %v", name, p)
		}
	}
	if p := send("with space", form).problem(t); p.Code != "invalid_idempotency_key" {
		t.Errorf("a bad key: %v", p)
	}
	// What was refused is not remembered, and what the key of a payment was used for is none.
	if p := send("later", []string{"account", "main", "day", day, "file", "@%PDF-1.7"}).problem(t); p.Code != "file_invalid" {
		t.Errorf("no settlement file: %v", p)
	}
	if a := send("later", form); a.status != http.StatusAccepted {
		t.Errorf("after a refusal the key is used: %d %s", a.status, a.body)
	}
	if a := w.do("POST", "/v1/payments", order, keyed("paid")); a.status != 201 {
		t.Fatalf("a payment: %d %s", a.status, a.body)
	}
	if p := send("paid", form).problem(t); p.Code != "idempotency_key_reused" {
		t.Errorf("with the key of a payment: %v", p)
	}
	// Of several at a time one begins.
	ids := make(chan string, 4)
	for range cap(ids) {
		go func() { ids <- decode[named](t, send("race", form)).ID }()
	}
	all := make([]string, 0, cap(ids))
	for range cap(ids) {
		all = append(all, <-ids)
	}
	if slices.Sort(all); len(slices.Compact(all)) != 1 || all[0] == "" {
		t.Errorf("reconciliations %v were begun, want one", all)
	}
}
