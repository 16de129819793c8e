package doctor

import (
	"fmt"
	"strings"
	"time"
)

// setting is one of the database's with what is wanted of it.
type setting struct {
	name   string
	wanted string
	well   func(value string) bool
	status Status // when it is not well
	mend   string
}

func is(values ...string) func(string) bool {
	return func(v string) bool {
		for _, want := range values {
			if strings.EqualFold(v, want) {
				return true
			}
		}
		return false
	}
}

// settingsOf are what a payment may lean on, by the kind of database.
func settingsOf(kind string) []setting {
	const ours = "lunas sets this on its own connections: a proxy between changes it, such as PgBouncer without ignore_startup_parameters"
	limited := func(v string) bool { return v != "" && v != "0" }
	switch kind {
	case "sqlite":
		return []setting{
			{"journal_mode", "wal", is("wal"), Failed, "let lunas migrate make the database; do not change it with other programs"},
			{"synchronous", "full (2)", is("2", "full", "3", "extra"), Failed, "do not change the database's settings with other programs"},
		}
	case "postgres":
		return []setting{
			{"fsync", "on", is("on"), Failed, "fsync = on in postgresql.conf, and restart: without it a crash loses or tears payments"},
			{"full_page_writes", "on", is("on"), Failed, "full_page_writes = on in postgresql.conf, and reload"},
			{"synchronous_commit", "on, remote_write or remote_apply", is("on", "remote_write", "remote_apply"), Failed, ours},
			{"statement_timeout", "a limit", limited, Warning, ours},
			{"lock_timeout", "a limit", limited, Warning, ours},
			{"idle_in_transaction_session_timeout", "a limit", limited, Warning, ours},
			{"server_encoding", "UTF8", is("UTF8"), Failed, "make the database with ENCODING 'UTF8'"},
			{"transaction_read_only", "off", is("off"), Failed, "name the primary, with target_session_attrs=read-write"},
		}
	}
	return nil
}

func (l *look) database() {
	d := l.of("database")
	if l.Database.NotOpen != "" || l.Database.Trouble != nil {
		d.closed()
		return
	}
	for _, s := range settingsOf(l.Database.Kind) {
		v, known := l.Database.Settings[s.name]
		switch {
		case !known:
			d.skip(s.name, "the database does not tell", s.wanted, "")
		case s.well(v):
			d.add(OK, s.name, v, s.wanted, "")
		default:
			d.add(s.status, s.name, v, s.wanted, s.mend)
		}
	}
	if l.Database.Fence != "" {
		d.add(Failed, "fence", l.Database.Fence, "a database that has lost nothing", "lunas restore --confirm, after you have read what it says")
	}
	if !l.Database.Now.IsZero() {
		d.clock("clock", l.Now().Sub(l.Database.Now), 500*time.Millisecond, "the database")
	}
	const wanted = "the master key opens what is stored"
	if err := l.Database.SealedTrouble; err != nil {
		d.add(Failed, "master key", err.Error(), wanted, "put the key that has sealed it behind the present one in master_key_file")
		return
	}
	d.add(OK, "master key", fmt.Sprintf("opens the keys of %d merchant(s)", l.Database.Sealed), wanted, "")
}

// closed says that the database was not opened, and why.
func (a about) closed() {
	why, s, mend := a.Database.NotOpen, NotChecked, "ask the gateway that has it: LUNAS_URL=… LUNAS_API_KEY=lunas_admin_… lunas doctor"
	if err := a.Database.Trouble; err != nil {
		why, s, mend = err.Error(), Failed, "name the database right, let it be reached, and run lunas migrate"
	}
	a.add(s, "settings", why, "a database that keeps what it is given", mend)
	a.skip("master key", "the database was not opened", "the master key opens what is stored", mend)
}
