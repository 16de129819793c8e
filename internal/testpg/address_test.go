package testpg

import (
	"testing"
	"time"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct{ dsn, database, address string }{
		{
			"postgres://u:p@h:1/postgres?sslmode=prefer&x=1",
			"postgres://u:p@h:1/d?sslmode=prefer&x=1",
			"postgres://u:p@127.0.0.1:9/postgres?sslmode=disable&x=1",
		},
		{
			"host=h user=u",
			"host=h user=u dbname=d",
			"host=h user=u host=127.0.0.1 port=9 sslmode=disable",
		},
	}
	for _, test := range tests {
		if got := withDatabase(test.dsn, "d"); got != test.database {
			t.Errorf("withDatabase(%q) = %q, want %q", test.dsn, got, test.database)
		}
		if got := withAddress(test.dsn, "127.0.0.1", "9"); got != test.address {
			t.Errorf("withAddress(%q) = %q, want %q", test.dsn, got, test.address)
		}
	}
}

func TestOldDatabasesAreKnownByName(t *testing.T) {
	t.Parallel()
	name := newName("test")
	if old(name, time.Now().Add(23*time.Hour)) {
		t.Errorf("%s is old after 23 h, want a day", name)
	}
	if !old(name, time.Now().Add(25*time.Hour)) {
		t.Errorf("%s is not old after 25 h", name)
	}
}

func TestIsCommit(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"commit": true, "COMMIT;": true, " end ": true, "COMMIT TRANSACTION": true,
		"commit prepared 'x'": false, "select 'commit'": false, "": false,
	} {
		if got := isCommit(query); got != want {
			t.Errorf("isCommit(%q) = %v, want %v", query, got, want)
		}
	}
}
