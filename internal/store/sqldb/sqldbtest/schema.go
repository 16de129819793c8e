package sqldbtest

import (
	"path/filepath"
	"strconv"
	"testing"
)

// Newest is the version of the newest migration in the folder migrations of the package under test.
func Newest(t testing.TB) int {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	number, err := strconv.Atoi(filepath.Base(files[len(files)-1])[:5])
	if err != nil {
		t.Fatal(err)
	}
	return number
}
