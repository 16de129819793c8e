package evidence

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// CodeOf finds the response code in a provider's answer: OVO's and SNAP's responseCode, DOKU's ovo_payment.response_code or
// transaction.status, Faspay's, or the code of an error.
func CodeOf(body []byte) string {
	for _, path := range []string{
		"responseCode", "ovo_payment.response_code", "response_error.response_code", "transaction.status", "payment_status_code",
		"response_code", "error.code",
	} {
		if v, ok := FieldOf(body, path); ok {
			return v
		}
	}
	return ""
}

// FieldOf finds a field of a JSON object by its path. Numbers are given as they are spelled.
func FieldOf(body []byte, path string) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var at any
	if decoder.Decode(&at) != nil {
		return "", false
	}
	for name := range strings.SplitSeq(path, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			return "", false
		}
		if at, ok = object[name]; !ok {
			return "", false
		}
	}
	switch v := at.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
