//go:build !linux

package doctor

import "errors"

// statDisk is known on Linux only.
func statDisk(string) (free uint64, kind string, err error) { return 0, "", errors.ErrUnsupported }
