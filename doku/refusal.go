package doku

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// Refusal is DOKU's error instead of an answer, in either of its forms:
//
//	{"error":{"code":"invalid_signature","message":"Invalid Header Signature","type":"…"}}
//	{"message":["…"]}
//
// It prints with long numbers masked.
type Refusal struct {
	Code     string // first form
	Message  string // first form
	Type     string // first form
	Messages []string
}

// IsZero tells that DOKU did not refuse.
func (r Refusal) IsZero() bool {
	return r.Code == "" && r.Message == "" && len(r.Messages) == 0
}

// RefusalCode is a code of DOKU's that was seen in its sandbox. The list is not complete.
type RefusalCode struct {
	Code    string
	Message string // DOKU's own, spelling included; match on codes only
	Status  int    // HTTP
	Seen    bool   // false: ours, for what DOKU does not publish
}

// refusals are never changed. DOKU asks for the headers in this order.
var refusals = []RefusalCode{
	{"invalid_header_request", "Header Client-Id is required", http.StatusBadRequest, true},
	{"invalid_header_request", "Header Request-Id is required", http.StatusBadRequest, true},
	{"invalid_header_request", "Header Request-Timestamp is required", http.StatusBadRequest, true},
	{"invalid_header_request", "Header Signature is required", http.StatusBadRequest, true},
	{"invalid_header_request", "Invalid format Header Request-Timestamp", http.StatusBadRequest, true},
	{"request_time_out_of_range", "Header Request-Timestamp is not in +- 3600 second of now", http.StatusBadRequest, true},
	{"invalid_client_id", "Invalid Client-Id", http.StatusBadRequest, true},
	{"invalid_signature", "Invalid Header Signature", http.StatusBadRequest, true},
	{"invalid_check_sum", "Invalid check_sum", http.StatusBadRequest, false},
}

// RefusalCodes lists the errors of DOKU's gate, which stands before all its products, in
// the order of its checks, and one for a wrong check_sum, which DOKU does not publish.
func RefusalCodes() []RefusalCode { return append([]RefusalCode(nil), refusals...) }

// gateRefuses tells whether a code is one of DOKU's gate: the request went no further.
func gateRefuses(code string) bool {
	for _, known := range refusals {
		if known.Code == code {
			return true
		}
	}
	return false
}

// meaning: what the gate refuses was not done. Anything else says nothing certain about a
// push or void, nor does the repetition of an earlier refusal (409): that request, not
// this one, was refused. A refused check says nothing about the payment but "not found".
func (r Refusal) meaning(o Operation, status int) Meaning {
	switch {
	case status == http.StatusConflict:
	case gateRefuses(r.Code):
		return Meaning{Follow: Misconfigured, Text: Code("").text(o, Misconfigured)}
	case o == Check && status == http.StatusNotFound:
		return Meaning{Follow: NotFound}
	}
	return Meaning{Follow: Unknown, Asked: o == Push, Text: doubtText(o)}
}

// refusal reads either form; zero if it is none. Spring's own errors, which carry a text
// as "error", are none: they come from before DOKU's program.
func (m fields) refusal() Refusal {
	r := Refusal{Code: m.text("error", "code"), Message: m.text("error", "message"), Type: m.text("error", "type")}
	var list []string
	if t := m.at(path{"", "message"}); t.kind == '[' && json.Unmarshal([]byte(t.text), &list) == nil {
		r.Messages = list
	}
	return r
}

// String is "refused: invalid_signature: Invalid Header Signature".
func (r Refusal) String() string {
	all := []string{"refused"}
	for _, s := range append([]string{r.Code, r.Message}, r.Messages...) {
		if s != "" {
			all = append(all, s)
		}
	}
	text := strings.Join(all, ": ")
	if len(text) > 512 {
		text = text[:512]
	}
	return maskDigits(strings.ToValidUTF8(text, "?"))
}

// Format prints String for every verb.
func (r Refusal) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Refusal) LogValue() slog.Value { return slog.StringValue(r.String()) }
