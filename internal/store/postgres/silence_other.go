//go:build !linux

package postgres

import "syscall"

// limitSilence does nothing: the system has no such setting, and keep-alive must do.
func limitSilence(_, _ string, _ syscall.RawConn) error { return nil }
