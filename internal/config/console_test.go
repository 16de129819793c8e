package config

import (
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/operator"
)

func TestWhatTakesTwoPeople(t *testing.T) {
	t.Parallel()
	merchant := func(id string, more map[string]any) map[string]any {
		m := map[string]any{"id": id}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	file := map[string]any{
		"database": "lunas.db", "public_url": "https://pay.example.id/", "console": map[string]any{"four_eyes": []any{"void", "refund"}},
		"merchants": []any{
			merchant("usual", nil), merchant("alone", map[string]any{"four_eyes": []any{}}),
			merchant("careful", map[string]any{"four_eyes": []any{"numbering"}}),
		},
	}
	c, err := loadMap(t, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		merchant string
		action   operator.Action
		want     bool
	}{
		{"usual", operator.Void, true},
		{"usual", operator.Numbering, false},
		{"data", operator.Refund, true},
		{"alone", operator.Void, false},
		{"careful", operator.Void, false},
		{"careful", operator.Numbering, true},
	} {
		if got := c.Console.TwoPeople(x.merchant, x.action); got != x.want {
			t.Errorf("%s of %s takes two people: %t", x.action, x.merchant, got)
		}
	}
	if c.Console.URL != "https://pay.example.id" {
		t.Errorf("the console is at %q", c.Console.URL)
	}
	if !(Console{}).TwoPeople("m", operator.Resolve) {
		t.Error("nothing said means one person")
	}
	file["console"] = map[string]any{"four_eyes": []any{"everything"}, "url": "ftp://x"}
	if _, err := loadMap(t, file); err == nil || !strings.Contains(err.Error(), "console.four_eyes[0]") || !strings.Contains(err.Error(), "console.url") {
		t.Errorf("a wrong file: %v", err)
	}
}
