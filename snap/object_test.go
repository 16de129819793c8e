package snap

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"
)

// The members are those that encoding/json sees, and one that stands twice is an error.
func FuzzParseObject(f *testing.F) {
	for _, text := range []string{
		`{}`, ` { } `, `[]`, `"{"`, `1`, `{"a":1}`, `{"a":1,"a":2}`, "{ \"a\" : \"\\\"}\" ,\n\t\"b\" : [ { \"c\" : \"]\" } , 2 ] , \"d\" : { } }",
		`{"a":-1.5e3 ,"b":null,"c":true}`, `{"\u0061":1,"b\\":"\u0022"}`, `{"a":1,"\u0061":2}`, "{\"\xff\":1}", `{"":""}`, `{"a":1} {"b":2}`, `{"a":1,}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseObject(text)
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal(text, &want)
		if wantErr != nil || want == nil {
			if err == nil {
				t.Fatalf("parseObject(%q) = %q, and encoding/json says %v", text, got, wantErr)
			}
			return
		}
		if err == errDoubled {
			return
		}
		if err != nil {
			t.Fatalf("parseObject(%q): %v", text, err)
		}
		if !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			t.Fatalf("parseObject(%q) = %q, want %q", text, got, want)
		}
	})
}

func TestADoubledFieldIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"a":1,"a":1}`, `{"a":1,"b":2,"\u0061":1}`} {
		if _, err := parseObject([]byte(text)); err != errDoubled {
			t.Errorf("parseObject(%s) = %v, want %v", text, err, errDoubled)
		}
	}
}
