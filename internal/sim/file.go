package sim

import (
	"fmt"

	"github.com/lunas-pay/lunas/internal/store/sqlite"
)

// openFile opens the database file.
func (d *day) openFile() error {
	s, err := sqlite.Open(background, sqlite.Options{Path: d.file, Now: d.time, Migrate: true})
	if err != nil {
		return fmt.Errorf("simulate on a file: %w", err)
	}
	d.base = s
	return nil
}

// reboot starts a gateway again; on a file, the file is closed and opened again first.
func (d *day) reboot(slot int) {
	if d.file != "" {
		if err := d.base.Close(); err != nil {
			panic(err)
		}
		if err := d.openFile(); err != nil {
			panic(err)
		}
	}
	d.boot(slot)
}
