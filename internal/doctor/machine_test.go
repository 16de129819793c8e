package doctor

import (
	"io/fs"
	"testing"
)

func TestExposed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode      fs.FileMode
		own, root bool // exposed, where the file is the gateway's own, or root's
	}{
		{0o400, false, false},
		{0o600, false, false},
		{0o640, true, false}, // as the Debian package installs its configuration
		{0o660, true, true},
		{0o644, true, true},
		{0o604, true, true},
		{0o602, true, true},
		{0o650, true, true},
	} {
		if got := exposed(c.mode, false); got != c.own {
			t.Errorf("exposed(%04o, of lunas) = %v, want %v", c.mode, got, c.own)
		}
		if got := exposed(c.mode, true); got != c.root {
			t.Errorf("exposed(%04o, of root) = %v, want %v", c.mode, got, c.root)
		}
	}
}
