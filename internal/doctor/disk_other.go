//go:build !linux

package doctor

import (
	"errors"
	"io/fs"
)

// ofRoot is known on Linux only.
func ofRoot(fs.FileInfo) bool { return false }

// statDisk is known on Linux only.
func statDisk(string) (free uint64, kind string, err error) { return 0, "", errors.ErrUnsupported }
