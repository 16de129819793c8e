package sqldb_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// notAdditive finds what would break a gateway of the version before that is at work while the schema is migrated.
var notAdditive = regexp.MustCompile(`(?is)\b(DROP\s+(TABLE|COLUMN)|RENAME|ALTER\s+COLUMN|ADD\s+COLUMN\s+[^,;]*NOT\s+NULL(?:[^,;]*DEFAULT)?|TRUNCATE|DELETE\s+FROM)\b[^,;]*`)

func breaks(migration string) []string {
	var all []string
	for _, found := range notAdditive.FindAllString(migration, -1) {
		if !strings.HasPrefix(strings.ToUpper(found), "ADD") || !strings.Contains(strings.ToUpper(found), "DEFAULT") {
			all = append(all, found)
		}
	}
	return all
}

// Gateways of two versions work on one database while it is upgraded: migrations only add.
func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/migrations/*.sql")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "00001_") {
			continue // before it there was nothing
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range breaks(string(b)) {
			t.Errorf("%s is not additive: %s", file, found)
		}
	}
	for _, bad := range []string{"ALTER TABLE told DROP COLUMN mode;", "ALTER TABLE a RENAME TO b;", "ALTER TABLE a ADD COLUMN b text NOT NULL;", "drop table a;"} {
		if len(breaks(bad)) == 0 {
			t.Errorf("%s passes as additive", bad)
		}
	}
}
