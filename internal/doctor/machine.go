package doctor

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/credential"
	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

func (l *look) machine(ctx context.Context) {
	m := l.of("this machine")
	m.zone()
	m.cutOff()
	m.timeServer(ctx)
	m.files()
	m.folders()
	m.disk()
	m.mail(ctx)
}

// mail: what needs a human before a deadline must reach one.
func (a about) mail(ctx context.Context) {
	wanted := say("server surel yang mengizinkan kita masuk", "a mail server that lets us in")
	if a.Machine.Mail == nil {
		a.skip("mail", say("server surel belum diatur: tidak ada yang menerima surel tentang hal yang perlu ditangani", "no mail server is set up: nobody gets e-mails about what needs a human"), wanted,
			say("isi notices.smtp, atau pantau lunas notices dengan cara lain", "set notices.smtp, or watch lunas notices by other means"))
		return
	}
	if err := a.Machine.Mail(ctx); err != nil {
		a.add(Failed, "mail", language.Same(err.Error()), wanted, say("betulkan notices.smtp; tidak ada yang dikirim", "put notices.smtp right; nothing was sent"))
		return
	}
	a.add(OK, "mail", say("server surel mengizinkan kita masuk; tidak ada yang dikirim", "the mail server lets us in; nothing was sent"), wanted, never)
}

// zone: dates, batches and the cut-off are counted in Western Indonesian Time.
func (a about) zone() {
	wanted := say("Asia/Jakarta pada UTC+7", "Asia/Jakarta at UTC+7")
	place, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		a.add(Failed, "time zone", say("tidak ada data zona waktu", "no time zone data"), wanted, say("pasang paket tzdata", "install the package tzdata"))
		return
	}
	_, seconds := a.Now().In(place).Zone()
	a.judge(seconds == 7*60*60, "time zone", say("Asia/Jakarta pada UTC%+d", "Asia/Jakarta at UTC%+d").With(seconds/3600), wanted, say("perbarui paket tzdata", "renew the package tzdata"))
}

// nearCutOff is from when on it is told that the day's cut-off comes.
const nearCutOff = 30 * time.Minute

// cutOff says what the clock means for reversals. OVO, Push To Pay API: a reversal is taken until 23:59 of the push's day.
func (a about) cutOff() {
	now := a.Now().In(payment.WIB)
	left := payment.DayOf(now).Start().Add(23*time.Hour + 59*time.Minute).Sub(now)
	s, found := OK, say("%s, batas waktu dalam %s", "%s, cut-off in %s").With(now.Format("2006-01-02 15:04:05 WIB"), gap(left))
	if left < nearCutOff {
		s, found = Warning, say("%s, batas waktu pukul 23:59:00", "%s, cut-off at 23:59:00").With(now.Format("2006-01-02 15:04:05 WIB"))
	}
	a.add(s, "cut-off", found, say("pembalikan dan void tembus sampai 23:59 WIB", "reversals and voids get through until 23:59 WIB"),
		say("kerjakan setelah tengah malam: yang di-push sekarang mungkin tidak dapat dibalik lagi", "do what you have to do after midnight: what is pushed now may not be reversed any more"))
}

// The limits of a clock's error. OVO takes a signature for five minutes, and the time of day decides the batch and the cut-off.
const (
	clockWarn = 2 * time.Second
	clockFail = 30 * time.Second
)

// They are never written.
var (
	clockWanted = say("paling jauh 2s dari jam yang lain", "within 2s of others' clocks")
	clockMend   = say("biarkan chrony atau systemd-timesyncd menjaga jam: timedatectl set-ntp true", "let chrony or systemd-timesyncd keep the clock: timedatectl set-ntp true")
)

// clock judges how far our clock is ahead of another one. Slack is how sure the comparison is.
func (a about) clock(check string, ahead, slack time.Duration, by language.Words) {
	beyond := max(0, ahead.Abs()-slack)
	s := OK
	switch {
	case beyond > clockFail:
		s = Failed
	case beyond > clockWarn:
		s = Warning
	}
	found := say("%s lebih cepat daripada %s (±%s)", "%s ahead of %s (±%s)")
	if ahead < 0 {
		found = say("%s lebih lambat daripada %s (±%s)", "%s behind %s (±%s)")
	}
	a.add(s, check, found.With(gap(ahead.Abs()), by, gap(slack)), clockWanted, clockMend)
}

func (a about) timeServer(ctx context.Context) {
	if a.Machine.NTP == "" {
		a.skip("clock", say("server waktu belum disebut", "no time server is named"), clockWanted,
			say("isi doctor.ntp, misalnya id.pool.ntp.org:123; jam provider dibandingkan di bawah", "set doctor.ntp, such as id.pool.ntp.org:123; providers' clocks are compared below"))
		return
	}
	began := a.Now()
	their, err := AskTime(ctx, a.Machine.NTP)
	if err != nil {
		a.skip("clock", say("server waktu tidak menjawab", "the time server does not answer"), clockWanted,
			say("buka port UDP 123 ke luar, atau sebut server lain di doctor.ntp", "let UDP port 123 out, or name another one in doctor.ntp"))
		return
	}
	ended := a.Now()
	middle := began.Add(ended.Sub(began) / 2)
	a.clock("clock", middle.Sub(their), ended.Sub(began)/2, say("server waktu", "the time server"))
}

// ntpEpoch is the beginning of 1900, in seconds before 1970 (RFC 5905).
const ntpEpoch = 2208988800

// AskTime asks a time server, host:port, by SNTP (RFC 5905): one packet there, one back, within 3 s.
func AskTime(ctx context.Context, address string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", address)
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = conn.Close() }()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	packet := make([]byte, 48)
	packet[0] = 0b00_100_011 // version 4, client
	binary.BigEndian.PutUint64(packet[40:], uint64(time.Now().UnixNano()))
	if _, err := conn.Write(packet); err != nil {
		return time.Time{}, err
	}
	answer := make([]byte, 128)
	n, err := conn.Read(answer)
	if err != nil {
		return time.Time{}, err
	}
	return readTime(packet, answer[:n])
}

// readTime reads the answer of a time server to a packet.
func readTime(asked, answer []byte) (time.Time, error) {
	if len(answer) < 48 || answer[0]&7 != 4 || answer[1] == 0 || answer[1] > 15 || string(answer[24:32]) != string(asked[40:48]) {
		return time.Time{}, errors.New("this is no answer of a time server that knows the time")
	}
	seconds, part := binary.BigEndian.Uint32(answer[40:]), binary.BigEndian.Uint32(answer[44:])
	return time.Unix(int64(seconds)-ntpEpoch, int64(uint64(part)*1e9>>32)), nil
}

// files: nobody but the gateway's user may read what is secret.
func (a about) files() {
	wanted := say("hanya dapat dibaca pemiliknya (0600), atau milik root dan dapat dibaca grupnya (0640)", "readable by its owner alone (0600), or root's and readable by its group (0640)")
	if len(a.Machine.Files) == 0 {
		a.skip("permissions", say("tidak ada berkas: semuanya dari environment", "no file is known: everything comes from the environment"), wanted, never)
		return
	}
	well := 0
	for _, path := range a.Machine.Files {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			a.add(Failed, "permissions", say("%s tidak ada", "%s is not there").With(path), wanted,
				say("buat berkasnya, atau sebut berkas lain di konfigurasi", "make it, or name another file in the configuration"))
		case err != nil:
			a.add(Failed, "permissions", say("%s tidak dapat dilihat", "%s cannot be looked at").With(path), wanted,
				say("izinkan lunas membacanya, juga folder di atasnya", "let lunas read it, and the folders above it"))
		case exposed(info.Mode(), ofRoot(info)):
			a.add(Failed, "permissions", say("%s terbuka untuk orang lain (%04o)", "%s is open to others (%04o)").With(path, info.Mode().Perm()), wanted, language.Same("chmod 600 "+path))
		default:
			well++
		}
	}
	if well == len(a.Machine.Files) {
		a.add(OK, "permissions", say("%d berkas rahasia, tidak satu pun terbuka untuk orang lain", "%d file(s) with secrets, none open to others").With(well), wanted, never)
	}
}

// exposed tells whether others than the gateway's user may read or change a file with a secret. A file that root owns and the
// gateway's group may read, as the Debian package installs its configuration, cannot even be changed by the gateway itself.
func exposed(mode fs.FileMode, ofRoot bool) bool {
	if ofRoot {
		return mode.Perm()&0o037 != 0
	}
	return mode.Perm()&0o077 != 0
}

// folders looks at what lunas credentials keygen has made.
func (a about) folders() {
	for _, dir := range a.Machine.KeyFolders {
		wanted := say("bagian pribadi hanya untuk pemiliknya, sidik jari seperti saat dibuat", "private halves for their owner alone, fingerprints as they were made")
		f, err := credential.ReadFolder(dir)
		if err != nil {
			a.add(Failed, "key folder", say("%s tidak dapat dibaca", "%s cannot be read").With(dir), wanted,
				say("sebut folder buatan lunas credentials keygen di doctor.keys", "name a folder of lunas credentials keygen in doctor.keys"))
			continue
		}
		wrong := never
		for _, k := range f.Keys {
			for _, name := range []string{k.Public, k.Private} {
				b, err := os.ReadFile(filepath.Join(dir, filepath.Base(name)))
				print, _, err2 := credential.FingerprintOf(b)
				if err != nil || err2 != nil || print != k.Fingerprint {
					wrong = say("%s bukan kunci yang dulu dibuat", "%s is not the key that was made").With(name)
				}
			}
			if info, err := os.Stat(filepath.Join(dir, filepath.Base(k.Private))); err == nil && info.Mode().Perm()&0o077 != 0 {
				wrong = say("%s terbuka untuk orang lain", "%s is open to others").With(k.Private)
			}
		}
		if wrong != never {
			a.add(Failed, "key folder", language.Same(dir+": ").And(wrong), wanted,
				say("chmod 600 berkas pribadi; yang berubah harus dikembalikan dari cadangan", "chmod 600 the private files; what was changed must come back from your backup"))
			continue
		}
		a.ends("key folder", f.ExpiresAt, say("%s: %d kunci seperti saat dibuat", "%s: %d keys as they were made").With(dir, len(f.Keys)), mendKeys)
	}
}

// soon is how long before the end of a key it is told.
const soon = 30 * 24 * time.Hour

// mendKeys is for keys that end. It is never written.
var mendKeys = say("buat kunci baru dan kirim bagian publiknya kepada OVO: lunas credentials keygen", "make new keys and send OVO the public halves: lunas credentials keygen")

// ends judges when something is to be replaced.
func (a about) ends(check string, at time.Time, found, mend language.Words) {
	wanted := say("baru harus diganti setelah lebih dari 30 hari", "to be replaced in more than 30 days")
	left, day := at.Sub(a.Now()), at.In(payment.WIB).Format(time.DateOnly)
	by := say("; harus diganti sebelum %s", "; to be replaced by %s").With(day)
	switch {
	case at.IsZero():
		a.add(OK, check, found.And(say("; belum ada yang mengatakan kapan harus diganti", "; nobody has said when it is to be replaced")), wanted, never)
	case left <= 0:
		a.add(Failed, check, found.And(say("; seharusnya sudah diganti sejak ", "; to be replaced since ")).And(language.Same(day)), wanted, mend)
	case left < soon:
		a.add(Warning, check, found.And(by), wanted, mend)
	default:
		a.add(OK, check, found.And(by), wanted, never)
	}
}

// Limits of the disk.
const (
	freeFail = 1 << 30  // bytes
	freeWarn = 10 << 30 //
	syncs    = 24       // writes that are measured
	// honest is the fastest that a disk is believed to write to something that keeps it without power. Caches that live on a
	// battery do it in some 20 µs.
	honest = 12 * time.Microsecond
	slow   = 50 * time.Millisecond
)

// disk looks at where data is written.
func (a about) disk() {
	spaceWanted, kindWanted := say("lebih dari 10 GiB kosong", "more than 10 GiB free"), say("disk mesin ini", "a disk of this machine")
	syncWanted := say("yang ditulis fsync tetap ada tanpa listrik", "what fsync has written stays without power")
	dir := a.Machine.Folder
	if dir == "" {
		why := say("tidak ada yang ditulis di sini: basis datanya di tempat lain", "nothing is written here: the database is elsewhere")
		a.skip("free space", why, spaceWanted, say("lihat di mesin basis data", "look at the database's machine"))
		a.skip("file system", why, kindWanted, never)
		a.skip("fsync", why, syncWanted, say("di mesin basis data: pg_test_fsync", "on the database's machine: pg_test_fsync"))
		return
	}
	disk := a.Machine.Disk
	if disk == nil {
		disk = thisDisk{}
	}
	free, kind, err := disk.Stat(dir)
	switch {
	case err != nil:
		unseen := say("foldernya tidak dapat dilihat", "the folder cannot be looked at")
		a.skip("free space", unseen, spaceWanted, language.Same("df -h "+dir))
		a.skip("file system", unseen, kindWanted, never)
	default:
		s := OK
		if free < freeFail {
			s = Failed
		} else if free < freeWarn {
			s = Warning
		}
		a.add(s, "free space", say("%s di %s", "%s in %s").With(bytesText(free), dir), spaceWanted,
			say("kosongkan ruang, atau pindahkan basis data ke disk yang lebih besar; tanpa ruang tidak ada pembayaran yang diterima", "make room, or move the database to a larger disk; without room no payment is taken"))
		a.fileSystem(dir, kind, kindWanted)
	}
	took, err := disk.Sync(dir)
	if err != nil {
		a.add(Failed, "fsync", say("tidak ada berkas yang dapat ditulis di %s", "no file can be written in %s").With(dir), syncWanted, say("izinkan lunas menulis di sana", "let lunas write there"))
		return
	}
	a.sync(took, syncWanted)
}

// thisDisk measures the disk that is there.
type thisDisk struct{}

func (thisDisk) Stat(dir string) (uint64, string, error) { return statDisk(dir) }
func (thisDisk) Sync(dir string) (time.Duration, error)  { return measureSync(dir) }

// Free is how much room is left in a folder for us, in bytes.
func Free(dir string) (uint64, error) {
	free, _, err := statDisk(dir)
	return free, err
}

// fileSystem judges where a database lies.
func (a about) fileSystem(dir, kind string, wanted language.Words) {
	s, mend, name := OK, never, language.Same(kind)
	switch {
	case slices.Contains([]string{"tmpfs", "ramfs"}, kind):
		s, mend = Failed, say("ini memori: semuanya hilang setelah mesin dinyalakan ulang. Taruh basis data di disk", "this is memory: everything is gone after a restart. Put the database on a disk")
	case slices.Contains([]string{"nfs", "cifs", "fuse", "9p"}, kind):
		s, mend = Failed, say("kunci dan fsync sistem berkas jaringan tidak dapat dipercaya dengan SQLite: pakai disk lokal, atau PostgreSQL", "locks and fsync of a network file system cannot be trusted with SQLite: use a local disk, or PostgreSQL")
	case kind == "overlayfs":
		s, mend = Failed, say("ini lapisan kontainer sendiri, yang hilang bersamanya: pasang volume", "this is a container's own layer, which goes with it: mount a volume")
	case kind == "":
		s, name = NotChecked, say("jenisnya tidak dikenal", "of an unknown kind")
	}
	a.add(s, "file system", name.And(language.Same(", "+dir)), wanted, mend)
}

// sync judges how long a write that is kept takes.
func (a about) sync(took time.Duration, wanted language.Words) {
	found := say("4 KiB tersimpan dalam %s (median dari %d)", "4 KiB are kept in %s (median of %d)").With(took.Round(time.Microsecond), syncs)
	switch {
	case took < honest:
		a.add(Warning, "fsync", found.And(say(", lebih cepat daripada yang bisa disk", ", faster than a disk can")), wanted,
			say("disk, atau yang di antaranya, mengaku sudah menulis padahal belum: matikan cache-nya (hdparm -W0), atau pasang tanpa nobarrier", "the disk, or what is between, says that it has written what it has not: turn its cache off (hdparm -W0), or mount without nobarrier"))
	case took > slow:
		a.add(Warning, "fsync", found.And(say(", dan itu lambat", ", which is slow")), wanted,
			say("pakai SSD tersendiri untuk basis data: setiap pembayaran menunggu dua kali ini", "use an SSD of its own for the database: every payment waits for two of these"))
	default:
		a.add(OK, "fsync", found, wanted, never)
	}
}

// measureSync writes a small file again and again, and gives the median of how long one write took until it was kept.
func measureSync(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, ".lunas-doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer func() { _ = f.Close() }()
	page := make([]byte, 4096)
	var took []time.Duration
	for i := range syncs {
		page[0] = byte(i)
		began := time.Now()
		if _, err := f.WriteAt(page, int64(i)*int64(len(page))); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
