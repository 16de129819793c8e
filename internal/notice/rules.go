package notice

import (
	"slices"
	"strings"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/payment"
)

// Facts are how things stand.
type Facts struct {
	Now       time.Time
	Reversing []payment.Payment // pushes whose reversal is under way
	Queues    []Queue
	Endpoints []Hook
	Ends      []End
	Providers []Outage
	Clocks    []Drift
	Disk      Room
}

// Queue is a merchant's payments that need a human.
type Queue struct {
	MerchantID string
	Mode       payment.Mode
	Count      int
	More       bool      // there are more than were counted
	Oldest     time.Time // since when the oldest waits
}

// Hook is where a merchant wants to be told of events, which does not work. Host is the address without path and query.
type Hook struct {
	MerchantID, ID, Host string
	Mode                 payment.Mode
	FailingSince         time.Time
	OffAt                time.Time // when it is switched off, or was
	Off                  bool
}

// End is a secret that ends.
type End struct {
	MerchantID string // empty: the platform's own key
	Mode       payment.Mode
	Kind       Kind   // Credentials or APIKey
	Subject    string // the account, the folder of keys where there is no merchant, or the key's id
	Name       string // what people call it
	At         time.Time
	Used       time.Time // when a key was last used
}

// Outage is a rail whose provider is not asked for new payments for a while, by so many accounts.
type Outage struct {
	Rail     payment.Rail
	Accounts int
}

// Drift is how far this machine's clock is ahead of another one.
type Drift struct {
	Of    string // the database, the time server
	Ahead time.Duration
}

// Room is the room where data is written.
type Room struct {
	Known bool
	Free  uint64 // bytes
}

const (
	// reversalAfter is how long after a push its reversal should have got through: it goes out at 65 s, and is tried again after
	// 15 s, 30 s and 60 s.
	reversalAfter = 4 * time.Minute
	// failingAfter is how long an endpoint may fail before somebody is told; it is switched off after three days.
	failingAfter = time.Hour

	credentialsSoon, credentialsUrgent = 30 * 24 * time.Hour, 3 * 24 * time.Hour
	keySoon, keyUrgent                 = 14 * 24 * time.Hour, 24 * time.Hour
	// usedLately is how long ago a key was used that somebody still needs.
	usedLately = 24 * time.Hour

	driftMax = 2 * time.Second
	// OVO takes no signature that is older than five minutes.
	driftUrgent = time.Minute

	roomSoon, roomUrgent = 10 << 30, 2 << 30
)

// Wanted says what there is to tell, each cause once.
func Wanted(f Facts) []Notice {
	return slices.Concat(reversals(f), reviews(f), endpoints(f), ends(f), outages(f), drifts(f), room(f))
}

// reversals. OVO, Push To Pay API: "Cut off time call reversal is at 23:59 … in the same day".
func reversals(f Facts) (all []Notice) {
	for _, p := range f.Reversing {
		pushed := pushedAt(p)
		if f.Now.Sub(pushed) < reversalAfter {
			continue
		}
		all = append(all, Notice{
			Cause: "reversal/" + p.ID, Kind: Reversal, MerchantID: p.MerchantID, Mode: p.Mode, Subject: p.ID, Urgent: true,
			Deadline: payment.DayOf(pushed).Start().Add(23*time.Hour + 59*time.Minute),
		}.say(language.Words{
			ID: "Pembalikan pembayaran %s tidak tembus: provider belum memastikannya, dan hanya menerimanya sampai 23:59 WIB pada hari push.",
			EN: "The reversal of payment %s does not get through: the provider has not confirmed it, and takes it until 23:59 WIB of the push's day only.",
		}.With(p.ID), language.Words{
			ID: "Lihat apakah provider dapat dihubungi (lunas doctor) dan telepon dukungannya dengan pesan-pesan pembayaran ini; lunas terus mencoba sampai 23:59, lalu pembayaran perlu diperiksa.",
			EN: "See whether the provider can be reached (lunas doctor) and call its support with the payment's exchanges; lunas goes on trying until 23:59, then the payment comes to review.",
		}))
	}
	return all
}

func pushedAt(p payment.Payment) time.Time {
	if n := len(p.Attempts); n > 0 && !p.Attempts[n-1].PushedAt.IsZero() {
		return p.Attempts[n-1].PushedAt
	}
	return p.CreatedAt
}

func reviews(f Facts) (all []Notice) {
	for _, q := range f.Queues {
		if q.Count == 0 {
			continue
		}
		text := language.Words{
			ID: "%d pembayaran merchant %s (%s) menunggu orang, yang terlama sejak %s: bagaimana berakhirnya tidak diketahui.",
			EN: "%d payment(s) of merchant %s (%s) wait for a human, the oldest since %s: how they ended is not known.",
		}
		if q.More {
			text = language.Words{ID: "Lebih dari ", EN: "More than "}.And(text)
		}
		all = append(all, Notice{
			Cause: "review/" + string(q.Mode), Kind: Review, MerchantID: q.MerchantID, Mode: q.Mode,
		}.say(text.With(q.Count, q.MerchantID, q.Mode, wib(q.Oldest)), language.Words{
			ID: "Cari tahu dari provider bagaimana masing-masing berakhir, lalu tutup di konsol, atau lihat lunas payments list --state review.",
			EN: "Find out from the provider what became of each, and resolve it in the console, or see lunas payments list --state review.",
		}))
	}
	return all
}

func endpoints(f Facts) (all []Notice) {
	for _, e := range f.Endpoints {
		n := Notice{
			Cause: "endpoint/" + e.ID, Kind: Endpoint, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.ID, Deadline: e.OffAt,
		}.say(language.Words{
			ID: "Webhook %s di %s tidak menerima apa pun sejak %s dan dimatikan setelah tiga hari.",
			EN: "The webhook endpoint %s at %s has taken nothing since %s and is switched off after three days.",
		}.With(e.ID, e.Host, wib(e.FailingSince)), language.Words{
			ID: "Lihat jawabannya: lunas webhooks deliveries %s. Yang tertinggal dapat dikirim ulang.",
			EN: "See what it answers: lunas webhooks deliveries %s. What it has missed can be replayed.",
		}.With(e.ID))
		switch {
		case e.Off:
			n.Urgent, n.Deadline = true, time.Time{}
			n = n.say(language.Words{
				ID: "Webhook %s di %s dimatikan pada %s: terlalu lama tidak menerima apa pun.",
				EN: "The webhook endpoint %s at %s was switched off at %s: it took nothing for too long.",
			}.With(e.ID, e.Host, wib(e.OffAt)), language.Words{
				ID: "Perbaiki, nyalakan lagi, dan kirim ulang yang tertinggal; atau hapus.",
				EN: "Mend it, switch it on again, and replay what it has missed; or delete it.",
			})
		case f.Now.Sub(e.FailingSince) < failingAfter:
			continue
		}
		all = append(all, n)
	}
	return all
}

func ends(f Facts) (all []Notice) {
	for _, e := range f.Ends {
		left := e.At.Sub(f.Now)
		n := Notice{
			Cause: string(e.Kind) + "/" + e.Subject, Kind: e.Kind, MerchantID: e.MerchantID, Mode: e.Mode, Subject: e.Subject, Deadline: e.At,
		}
		switch {
		case e.At.IsZero():
			continue
		case e.Kind == Credentials && left < credentialsSoon:
			n.Urgent = left < credentialsUrgent
			text := language.Words{
				ID: "Kredensial akun %s milik merchant %s harus diganti sebelum %s.",
				EN: "The credentials of account %s of merchant %s are to be replaced by %s.",
			}.With(e.Subject, e.MerchantID, wib(e.At))
			if e.MerchantID == "" {
				text = language.Words{
					ID: "Kunci di folder %s harus diganti sebelum %s.", EN: "The keys in the folder %s are to be replaced by %s.",
				}.With(e.Subject, wib(e.At))
			}
			n = n.say(text, language.Words{
				ID: "Buat kunci baru dan kirim bagian publiknya kepada provider: lunas credentials keygen; lalu lunas credentials import.",
				EN: "Make new keys and send the provider their public halves: lunas credentials keygen; then lunas credentials import.",
			})
		case e.Kind == APIKey && left < keySoon && left > 0 && f.Now.Sub(e.Used) < usedLately:
			n.Urgent = left < keyUrgent
			n = n.say(language.Words{
				ID: "Kunci API %s, yang sedang dipakai, berakhir pada %s.", EN: "The API key %s, which is in use, ends at %s.",
			}.With(strings.TrimRight(e.Subject+" "+e.Name, " "), wib(e.At)), language.Words{
				ID: "Buat yang baru dan ganti di program: lunas keys rotate %s.", EN: "Make another one and change the program over: lunas keys rotate %s.",
			}.With(e.Subject))
		default:
			continue
		}
		all = append(all, n)
	}
	return all
}

func outages(f Facts) (all []Notice) {
	for _, o := range f.Providers {
		if o.Accounts == 0 {
			continue
		}
		all = append(all, Notice{
			Cause: "provider/" + string(o.Rail), Kind: Provider, Subject: string(o.Rail), Urgent: true,
		}.say(language.Words{
			ID: "Provider jalur %s tidak menjawab: untuk sementara %d akun tidak diberi pembayaran baru.",
			EN: "The provider of rail %s does not answer: %d account(s) are not asked for new payments for a while.",
		}.With(o.Rail, o.Accounts), language.Words{
			ID: "Lihat apakah provider dapat dihubungi dari sini (lunas doctor), dan apa yang diumumkannya; pembayaran yang berjalan tetap diselesaikan.",
			EN: "See whether the provider can be reached from here (lunas doctor), and what it says of itself; payments under way are brought to their end.",
		}))
	}
	return all
}

func drifts(f Facts) (all []Notice) {
	for _, d := range f.Clocks {
		off := d.Ahead.Abs()
		if off < driftMax {
			continue
		}
		direction := language.Words{ID: "lebih cepat", EN: "ahead of"}
		if d.Ahead < 0 {
			direction = language.Words{ID: "lebih lambat", EN: "behind"}
		}
		all = append(all, Notice{
			Cause: "clock/" + d.Of, Kind: Clock, Urgent: off >= driftUrgent,
		}.say(language.Words{
			ID: "Jam mesin ini %s %s daripada jam %s: tanda tangan, batch, dan batas waktu bergantung padanya.",
			EN: "This machine's clock is %s %s that of %s: signatures, batches and the cut-off hang on it.",
		}.With(off.Round(100*time.Millisecond), direction, clockOf(d.Of)), language.Words{
			ID: "Biarkan chrony atau systemd-timesyncd menjaga jam: timedatectl set-ntp true.",
			EN: "Let chrony or systemd-timesyncd keep the clock: timedatectl set-ntp true.",
		}))
	}
	return all
}

func room(f Facts) []Notice {
	if !f.Disk.Known || f.Disk.Free >= roomSoon {
		return nil
	}
	return []Notice{Notice{
		Cause: "disk", Kind: Disk, Urgent: f.Disk.Free < roomUrgent,
	}.say(language.Words{
		ID: "Sisa ruang di tempat basis data %.1f GiB; tanpa ruang tidak ada pembayaran yang diterima.",
		EN: "There are %.1f GiB left where the database is; without room no payment is taken.",
	}.With(float64(f.Disk.Free)/(1<<30)), language.Words{
		ID: "Kosongkan ruang, atau pindahkan basis data ke disk yang lebih besar.", EN: "Make room, or move the database to a larger disk.",
	})}
}

// clockOf names whose clock it is.
func clockOf(of string) language.Words {
	id := map[string]string{"the database": "basis data", "the time server": "server waktu"}[of]
	if id == "" {
		id = of
	}
	return language.Words{ID: id, EN: of}
}

func wib(t time.Time) string { return t.In(payment.WIB).Format("2006-01-02 15:04 WIB") }
