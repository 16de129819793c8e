package postgres

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// limitSilence makes the system give a connection up when what was sent is not acknowledged for tcpUserTimeout.
func limitSilence(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(tcpUserTimeout.Milliseconds()))
	}); e != nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("set TCP_USER_TIMEOUT: %w", err)
	}
	return nil
}
