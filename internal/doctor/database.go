package doctor

import (
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
)

// setting is one of the database's with what is wanted of it.
type setting struct {
	name   string
	wanted language.Words
	well   func(value string) bool
	status Status // when it is not well
	mend   language.Words
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
	ours := say("lunas mengaturnya sendiri di koneksinya: proxy di antaranya mengubahnya, misalnya PgBouncer tanpa ignore_startup_parameters",
		"lunas sets this on its own connections: a proxy between changes it, such as PgBouncer without ignore_startup_parameters")
	aLimit := say("ada batasnya", "a limit")
	limited := func(v string) bool { return v != "" && v != "0" }
	switch kind {
	case "sqlite":
		return []setting{
			{"journal_mode", language.Same("wal"), is("wal"), Failed, say("biarkan lunas migrate membuat basis data; jangan ubah dengan program lain", "let lunas migrate make the database; do not change it with other programs")},
			{"synchronous", language.Same("full (2)"), is("2", "full", "3", "extra"), Failed, say("jangan ubah pengaturan basis data dengan program lain", "do not change the database's settings with other programs")},
		}
	case "postgres":
		return []setting{
			{"fsync", language.Same("on"), is("on"), Failed, say("fsync = on di postgresql.conf, lalu mulai ulang: tanpanya pembayaran dapat hilang atau rusak saat mati mendadak", "fsync = on in postgresql.conf, and restart: without it a crash loses or tears payments")},
			{"full_page_writes", language.Same("on"), is("on"), Failed, say("full_page_writes = on di postgresql.conf, lalu muat ulang", "full_page_writes = on in postgresql.conf, and reload")},
			{"synchronous_commit", say("on, remote_write, atau remote_apply", "on, remote_write or remote_apply"), is("on", "remote_write", "remote_apply"), Failed, ours},
			{"statement_timeout", aLimit, limited, Warning, ours},
			{"lock_timeout", aLimit, limited, Warning, ours},
			{"idle_in_transaction_session_timeout", aLimit, limited, Warning, ours},
			{"server_encoding", language.Same("UTF8"), is("UTF8"), Failed, say("buat basis data dengan ENCODING 'UTF8'", "make the database with ENCODING 'UTF8'")},
			{"transaction_read_only", language.Same("off"), is("off"), Failed, say("sebut server utamanya, dengan target_session_attrs=read-write", "name the primary, with target_session_attrs=read-write")},
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
			d.skip(s.name, say("basis data tidak mengatakannya", "the database does not tell"), s.wanted, never)
		case s.well(v):
			d.add(OK, s.name, language.Same(v), s.wanted, never)
		default:
			d.add(s.status, s.name, language.Same(v), s.wanted, s.mend)
		}
	}
	if l.Database.Fence != "" {
		d.add(Failed, "fence", language.Same(l.Database.Fence), say("basis data yang tidak kehilangan apa pun", "a database that has lost nothing"),
			say("lunas restore --confirm, setelah Anda membaca isinya", "lunas restore --confirm, after you have read what it says"))
	}
	if !l.Database.Now.IsZero() {
		d.clock("clock", l.Now().Sub(l.Database.Now), 500*time.Millisecond, say("basis data", "the database"))
	}
	wanted := masterWanted
	if err := l.Database.SealedTrouble; err != nil {
		d.add(Failed, "master key", language.Same(err.Error()), wanted,
			say("taruh kunci yang menyegelnya di belakang kunci sekarang di master_key_file", "put the key that has sealed it behind the present one in master_key_file"))
		return
	}
	d.add(OK, "master key", say("membuka kunci %d merchant", "opens the keys of %d merchant(s)").With(l.Database.Sealed), wanted, never)
}

// masterWanted is never written.
var masterWanted = say("kunci induk membuka yang tersimpan", "the master key opens what is stored")

// closed says that the database was not opened, and why.
func (a about) closed() {
	why, s, mend := language.Same(a.Database.NotOpen), NotChecked, say("tanyakan kepada gateway yang memegangnya: LUNAS_URL=… LUNAS_API_KEY=lunas_admin_… lunas doctor", "ask the gateway that has it: LUNAS_URL=… LUNAS_API_KEY=lunas_admin_… lunas doctor")
	if err := a.Database.Trouble; err != nil {
		why, s, mend = language.Same(err.Error()), Failed, say("sebut basis data dengan benar, pastikan dapat dihubungi, dan jalankan lunas migrate", "name the database right, let it be reached, and run lunas migrate")
	}
	a.add(s, "settings", why, say("basis data yang menyimpan apa yang diberikan", "a database that keeps what it is given"), mend)
	a.skip("master key", say("basis data tidak dibuka", "the database was not opened"), masterWanted, mend)
}
