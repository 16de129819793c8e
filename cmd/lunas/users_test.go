package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// On the machine itself people are made, listed, and let in again.
func TestUsersOnTheCommandLine(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "lunas.db")
	if code, _, errOut := lunas(t, nil, "migrate", "--db", db); code != 0 {
		t.Fatalf("migrate = %d %s", code, errOut)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"add", "ayu@kopi.id", "--role", "owner"}, 0, "http://127.0.0.1:8080/console/setup/"},
		{[]string{"add", "budi@kopi.id", "--role", "kopi:operator", "--role", "teh:viewer"}, 0, "Good once, until"},
		{[]string{"add", "budi@kopi.id"}, 1, "budi@kopi.id"},
		{[]string{"add", "citra@kopi.id", "--role", "boss"}, 1, "each known"},
		{[]string{"reset", "ayu@kopi.id"}, 0, "/console/setup/"},
		{[]string{"reset", "dewi@kopi.id"}, 1, "dewi@kopi.id"},
		{[]string{"list"}, 0, "kopi:operator teh:viewer"},
		{[]string{"list"}, 0, "has not opened the link"},
	} {
		code, out, errOut := lunas(t, nil, append(append([]string{"users"}, c.args...), "--db", db)...)
		if code != c.code || !strings.Contains(out+errOut, c.want) {
			t.Errorf("lunas users %s = %d, want %d with %q:\n%s%s", strings.Join(c.args, " "), code, c.code, c.want, out, errOut)
		}
	}
}
