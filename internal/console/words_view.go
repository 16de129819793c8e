package console

import (
	"strings"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/webhook"
	"github.com/lunas-pay/lunas/internal/wording"
)

// They are never written.
var (
	sayMode         = wording.Words{ID: "Mode: test atau live.", EN: "A mode is test or live."}
	sayState        = wording.Words{ID: "Keadaan ini tidak ada.", EN: "There is no such state."}
	sayRail         = wording.Words{ID: "Jalur: ovo, snap, doku, atau faspay.", EN: "A rail is ovo, snap, doku or faspay."}
	sayDay          = wording.Words{ID: "Tulis tanggal seperti 2026-03-21.", EN: "Write a day as 2026-03-21."}
	sayDays         = wording.Words{ID: "Tanggal awal harus sebelum tanggal akhir.", EN: "The first day must not be after the last one."}
	sayAmount       = wording.Words{ID: "Tulis jumlah dalam rupiah, seperti 12500.", EN: "Write an amount in rupiah, as 12500."}
	sayPhoneHash    = wording.Words{ID: "Cari nomor HP lewat kolom pencarian.", EN: "Look for a phone by the search field."}
	sayNumberForm   = wording.Words{ID: "Tulis nomor sebagai batch/referensi, seperti 12/345.", EN: "Write a number as batch/reference, as 12/345."}
	sayBatch        = wording.Words{ID: "Tulis batch sebagai angka 1 sampai 999999.", EN: "Write a batch as a number from 1 to 999999."}
	sayTerminal     = wording.Words{ID: "Nama terminal paling panjang 64 karakter.", EN: "A terminal's name has at most 64 characters."}
	sayCodeForm     = wording.Words{ID: "Kode persetujuan terdiri atas huruf dan angka.", EN: "An approval code is made of letters and digits."}
	sayCursor       = wording.Words{ID: "Halaman ini tidak ada. Mulailah dari yang terbaru.", EN: "There is no such page. Begin with the newest."}
	sayFoundNothing = wording.Words{
		ID: "Tidak ada pembayaran yang ditemukan. Yang dapat dicari: id, referensi, nomor HP lengkap, batch/referensi, batch, kode persetujuan, jumlah.",
		EN: "No payment was found. You can look for an id, a reference, a whole phone number, batch/reference, a batch, an approval code, an amount.",
	}
	sayEndpointOff = [2]wording.Words{
		{ID: "Webhook ini mati", EN: "This webhook is off"},
		{ID: "Nyalakan dulu, lalu kirim ulang.", EN: "Switch it on first, then send again."},
	}
	sayNotSent = wording.Words{ID: "tidak terkirim, provider tidak dapat dihubungi", EN: "not sent, the provider could not be reached"}
)

// viewWords are those of the pages on which people look at payments.
var viewWords = map[string]wording.Words{ // never written
	"payments": {ID: "Pembayaran", EN: "Payments"}, "find": {ID: "Cari", EN: "Find"}, "find_field": {ID: "Cari pembayaran", EN: "Find a payment"},
	"find_hint": {ID: "Id, referensi, nomor HP, batch/referensi, batch, kode persetujuan, atau jumlah", EN: "Id, reference, phone, batch/reference, batch, approval code, or amount"},
	"filter":    {ID: "Saring", EN: "Filter"}, "filter_submit": {ID: "Terapkan", EN: "Apply"}, "filter_reset": {ID: "Semua", EN: "All"}, "any": {ID: "semua", EN: "any"},
	"from": {ID: "Dari tanggal", EN: "From day"}, "to_day": {ID: "Sampai tanggal", EN: "To day"}, "rail": {ID: "Jalur", EN: "Rail"}, "mode": {ID: "Mode", EN: "Mode"},
	"mode_test": {ID: "uji coba", EN: "test"}, "mode_live": {ID: "sungguhan", EN: "live"}, "live": {ID: "sungguhan", EN: "live"},
	"number": {ID: "Batch/referensi", EN: "Batch/reference"}, "approval_code": {ID: "Kode persetujuan", EN: "Approval code"}, "filtered_by": {ID: "Hanya", EN: "Only"},
	"payments_none": {ID: "Belum ada pembayaran.", EN: "There are no payments yet."}, "payments_none_hint": {ID: "Buat yang pertama dengan POST /v1/payments, atau dengan lunas payments create.", EN: "Make the first one by POST /v1/payments, or by lunas payments create."},
	"payments_no_match": {ID: "Tidak ada pembayaran yang cocok.", EN: "No payment matches."}, "payments_looked": {ID: "Belum semua dilihat. Cari lebih jauh ke belakang:", EN: "Not all were looked at. Look further back:"},
	"newest": {ID: "Terbaru", EN: "Newest"}, "export": {ID: "Unduh CSV", EN: "Download CSV"}, "export_rows": {ID: "baris diterima …", EN: "rows so far …"}, "export_done": {ID: "Selesai:", EN: "Done:"}, "export_broke": {ID: "Unduhan terputus. Coba lagi.", EN: "The download broke off. Try again."},
	"story": {ID: "Yang terjadi", EN: "What happened"}, "story_left": {ID: "baris lebih lama tidak ditampilkan.", EN: "older lines are not shown."}, "story_all": {ID: "Tampilkan semua", EN: "Show all"},
	"message": {ID: "Pesan (tersamar)", EN: "Message (masked)"}, "method": {ID: "Cara bayar", EN: "Method"}, "waits": {ID: "Menunggu", EN: "Waits for"}, "customer_sees": {ID: "Pelanggan membaca", EN: "The customer reads"},
	"why_review": {ID: "Mengapa perlu diperiksa", EN: "Why a human must look"}, "attempts": {ID: "Percobaan", EN: "Attempts"}, "updated": {ID: "Berubah", EN: "Changed"}, "description": {ID: "Keterangan", EN: "Description"},
	"turned": {ID: "Halaman ini diperbarui.", EN: "This page was updated."}, "response_code": {ID: "Jawaban", EN: "Answer"}, "invoice": {ID: "Nomor invoice di provider", EN: "Invoice at the provider"}, "warning_cutoff": {ID: "Diterima dekat batas waktu: pembalikan mungkin terlambat.", EN: "Taken close to the cut-off: a reversal may come too late."},
}

// lookWords are those of the pages of what waits, of health, webhooks and charts.
var lookWords = map[string]wording.Words{ // never written
	"work": {ID: "Perlu ditangani", EN: "Needs a human"}, "work_none": {ID: "Tidak ada yang perlu ditangani.", EN: "Nothing needs a human."}, "work_none_hint": {ID: "lunas menyelesaikan sisanya sendiri.", EN: "lunas brings the rest to its end by itself."},
	"queue_review": {ID: "Perlu diperiksa", EN: "In review"}, "queue_review_do": {ID: "Cari tahu di provider bagaimana pembayaran ini berakhir, lalu tutup dengan alasan. Di hari yang sama pembalikan dapat dikirim lagi.", EN: "Find out from the provider how the payment ended, then resolve it with a reason. On its day the reversal can be sent again."},
	"queue_reversing": {ID: "Pembalikan belum dipastikan", EN: "Reversals not yet confirmed"}, "queue_reversing_do": {ID: "lunas mengulangnya sampai 23:59 WIB. Bila terus gagal, hubungi provider sebelum batas waktu.", EN: "lunas repeats them until 23:59 WIB. If they keep failing, call the provider before the cut-off."},
	"queue_indoubt": {ID: "Belum pasti", EN: "In doubt"}, "queue_indoubt_do": {ID: "Biasanya selesai sendiri. Yang dekat batas waktu: tanyakan keadaannya.", EN: "They usually end by themselves. Check those that are close to the cut-off."},
	"queue_voiding": {ID: "Sedang dibatalkan", EN: "Being voided"}, "queue_voiding_do": {ID: "Provider belum memastikan. Tanyakan keadaannya sebelum batas waktu.", EN: "The provider has not confirmed. Check them before the cut-off."},
	"queue_refunding": {ID: "Sedang dikembalikan", EN: "Being refunded"}, "queue_refunding_do": {ID: "Provider belum memastikan. lunas mengulangnya pada hari yang sama.", EN: "The provider has not confirmed. lunas repeats it on the same day."},
	"queue_terminals": {ID: "Terminal berhenti", EN: "Stopped terminals"}, "queue_terminals_do": {ID: "Tidak ada push dari terminal ini. Majukan penomorannya atau lepaskan, setelah tahu sebabnya.", EN: "No push goes out from them. Move the numbering ahead, or release them, once you know why."},
	"queue_approvals": {ID: "Menunggu persetujuan", EN: "Waiting for approval"}, "queue_approvals_do": {ID: "Orang kedua memutuskan sebelum kedaluwarsa.", EN: "A second person decides before they expire."},
	"queue_endpoints": {ID: "Webhook bermasalah", EN: "Webhooks in trouble"}, "queue_endpoints_do": {ID: "Perbaiki penerimanya, nyalakan lagi, lalu kirim ulang yang tertinggal.", EN: "Mend the receiver, switch it on again, then send what it has missed."},
	"why": {ID: "Sebab", EN: "Why"}, "tried": {ID: "dicoba", EN: "tried"}, "cutoff": {ID: "Batas waktu", EN: "Cut-off"}, "all": {ID: "Semua", EN: "All"},
	"today": {ID: "Hari ini", EN: "Today"}, "made": {ID: "dibuat", EN: "made"}, "failed": {ID: "gagal", EN: "failed"}, "given_back": {ID: "dikembalikan", EN: "given back"}, "rate": {ID: "Berhasil", EN: "Success"}, "away": {ID: "Provider tidak menjawab", EN: "A provider does not answer"},

	"health": {ID: "Kesehatan provider", EN: "Provider health"}, "health_hint": {ID: "Seperti yang dilihat gateway ini. Provider yang berkali-kali gagal tidak diberi pembayaran baru untuk sementara; yang sedang berjalan tetap diselesaikan.", EN: "As this gateway sees them. A provider that fails again and again gets no new payments for a while; those under way are brought to their end all the same."},
	"circuit_closed": {ID: "baik", EN: "well"}, "circuit_open": {ID: "tidak menjawab", EN: "does not answer"}, "circuit_half_open": {ID: "sedang dicoba", EN: "being tried"}, "closed": {ID: "ditutup", EN: "closed"},
	"environment": {ID: "Lingkungan", EN: "Environment"}, "failures": {ID: "Gagal berturut-turut", EN: "Failures in a row"}, "asked_again": {ID: "Dicoba lagi", EN: "Asked again"}, "two_hours": {ID: "Jam ini dan sebelumnya", EN: "This hour and the one before"},
	"accounts_none": {ID: "Belum ada akun.", EN: "There are no accounts yet."}, "accounts_none_hint": {ID: "Tambahkan akun di konfigurasi, atau dengan POST /v1/merchants/…/accounts.", EN: "Add an account in the configuration, or by POST /v1/merchants/…/accounts."},

	"terminals": {ID: "Terminal dan penomoran", EN: "Terminals and numbering"}, "terminals_none": {ID: "Belum ada terminal.", EN: "There are no terminals yet."}, "accounts": {ID: "Akun", EN: "Accounts"}, "style": {ID: "Gaya", EN: "Style"}, "next_number": {ID: "Nomor berikutnya hari ini", EN: "Next number today"}, "stopped": {ID: "berhenti", EN: "stopped"}, "works": {ID: "berjalan", EN: "works"},

	"webhooks": {ID: "Webhook", EN: "Webhooks"}, "webhooks_none": {ID: "Belum ada webhook.", EN: "There are no webhooks yet."}, "webhooks_none_hint": {ID: "Daftarkan alamat toko dengan POST /v1/webhook_endpoints.", EN: "Register the shop's address by POST /v1/webhook_endpoints."},
	"off": {ID: "mati", EN: "off"}, "failing_since": {ID: "gagal sejak", EN: "failing since"}, "events": {ID: "Peristiwa", EN: "Events"}, "event": {ID: "Peristiwa", EN: "Event"}, "deliveries": {ID: "Pengiriman", EN: "Deliveries"}, "deliveries_none": {ID: "Belum ada yang dikirim.", EN: "Nothing was sent yet."},
	"delivery_due": {ID: "menunggu", EN: "due"}, "delivery_delivered": {ID: "diterima", EN: "taken"}, "delivery_failed": {ID: "gagal", EN: "given up"}, "last_answer": {ID: "Jawaban terakhir", EN: "Last answer"}, "next_try": {ID: "dicoba lagi", EN: "next try"}, "send_again": {ID: "Kirim lagi", EN: "Send again"},

	"keys": {ID: "Kunci API", EN: "API keys"}, "keys_hint": {ID: "Kunci utuh tidak pernah ditampilkan. Kunci dari berkas konfigurasi tidak ada di daftar ini.", EN: "Whole keys are never shown. Keys of the configuration file are not listed here."}, "keys_none": {ID: "Belum ada kunci. Buat dengan lunas keys create.", EN: "There are no keys yet. Make one by lunas keys create."},
	"key_begins": {ID: "Awalan", EN: "Begins with"}, "scopes": {ID: "Boleh", EN: "Scopes"}, "last_used": {ID: "Terakhir dipakai", EN: "Last used"}, "key_good": {ID: "berlaku", EN: "good"}, "key_revoked": {ID: "dicabut", EN: "revoked"}, "key_expired": {ID: "kedaluwarsa", EN: "expired"},

	"doctor": {ID: "Pemeriksaan", EN: "Doctor"}, "doctor_hint": {ID: "Memeriksa jam, kunci, kredensial, dan provider. Provider ditanya tanpa memindahkan uang. Dapat memakan waktu satu menit.", EN: "Looks at clocks, keys, credentials and providers. Providers are asked what moves no money. It may take a minute."}, "doctor_look": {ID: "Periksa sekarang", EN: "Look now"},
	"found": {ID: "Ditemukan", EN: "Found"}, "wanted": {ID: "Seharusnya", EN: "Wanted"}, "mend": {ID: "Cara membenahi", EN: "How to mend it"}, "findings_none": {ID: "Tidak ada yang diperiksa untuk merchant ini.", EN: "Nothing was looked at for this merchant."},
	"finding_ok": {ID: "baik", EN: "ok"}, "finding_not_checked": {ID: "tidak diperiksa", EN: "not checked"}, "finding_warning": {ID: "peringatan", EN: "warning"}, "finding_failed": {ID: "gagal", EN: "failed"},

	"charts": {ID: "Grafik", EN: "Charts"}, "days": {ID: "hari", EN: "days"}, "volume": {ID: "Jumlah pembayaran", EN: "Payments"}, "table": {ID: "Sebagai tabel", EN: "As a table"}, "chart": {ID: "Grafik", EN: "Chart"}, "charts_none": {ID: "Tidak ada pembayaran pada hari-hari ini.", EN: "There were no payments on these days."}, "charts_none_hint": {ID: "Pilih lebih banyak hari, atau mode yang lain.", EN: "Choose more days, or the other mode."},
	"rates": {ID: "Berhasil per jalur", EN: "Success by rail"}, "codes": {ID: "Mengapa gagal, menurut jawaban provider", EN: "Why they failed, by the provider's answer"}, "count": {ID: "Banyaknya", EN: "Count"}, "share": {ID: "Bagian", EN: "Share"},
	"time_to_pay": {ID: "Lama sampai lunas", EN: "Time to pay"}, "half_paid": {ID: "Separuhnya lunas dalam", EN: "Half of them were paid within"}, "seconds": {ID: "detik", EN: "seconds"}, "seconds_most": {ID: "Paling lama (detik)", EN: "At most (seconds)"}, "longer": {ID: "lebih lama", EN: "longer"},
}

var askedWords = map[payment.Ask]wording.Words{ // never written
	payment.AskCheck: {ID: "Diminta: tanyakan keadaannya", EN: "Asked for: a status check"}, payment.AskVoid: {ID: "Diminta: batalkan (void)", EN: "Asked for: a void"},
	payment.AskCancel: {ID: "Diminta: hentikan", EN: "Asked for: to cancel"}, payment.AskRefund: {ID: "Diminta: kembalikan", EN: "Asked for: a refund"},
	payment.AskRenew: {ID: "Diminta: QR baru", EN: "Asked for: another QR"}, payment.AskReverse: {ID: "Diminta: kirim pembalikan lagi", EN: "Asked for: the reversal once more"},
	payment.AskResolve: {ID: "Ditutup oleh orang", EN: "Resolved by hand"}, payment.AskReturn: {ID: "Pelanggan kembali dari halaman provider", EN: "The customer came back from the provider's page"},
	payment.AskPhone: {ID: "Pelanggan mengisi nomor HP", EN: "The customer gave a phone number"},
}

var happenedWords = map[string]wording.Words{ // never written
	"requested": {ID: "Pembayaran diminta", EN: "The payment was requested"}, "chosen": {ID: "Pelanggan memilih cara bayar", EN: "The customer chose how to pay"},
	"no_route": {ID: "Tidak ada jalur lain", EN: "There is no other way left"}, "woke": {ID: "Waktunya tiba", EN: "The time had come"},
	"faulted": {ID: "lunas tidak dapat melanjutkan", EN: "lunas could not go on"},
}

var waitWords = map[string]wording.Words{ // never written
	"confirm": {ID: "Pelanggan mengonfirmasi di aplikasi OVO", EN: "The customer to confirm in the OVO app"}, "check": {ID: "Provider ditanya keadaannya", EN: "The provider to be asked"},
	"reverse": {ID: "Pembalikan dikirim bila tidak ada jawaban", EN: "The reversal, unless an answer comes"}, "confirm_reversal": {ID: "Provider memastikan pembalikan", EN: "The provider to confirm the reversal"},
	"confirm_void": {ID: "Provider memastikan pembatalan", EN: "The provider to confirm the void"}, "present": {ID: "QR atau tagihan dibuat", EN: "The QR or bill to be made"},
	"push": {ID: "Jalur lain dicoba", EN: "Another way to be tried"}, "scan": {ID: "Pelanggan memindai QR", EN: "The customer to scan the QR"}, "pay": {ID: "Pelanggan membayar di halaman provider", EN: "The customer to pay on the provider's page"},
	"confirm_refund": {ID: "Provider memastikan pengembalian", EN: "The provider to confirm the refund"}, "redirect": {ID: "Pelanggan memilih cara bayar", EN: "The customer to choose how to pay"},
	"inspect": {ID: "Anda: periksa, lalu tutup", EN: "You: look, then resolve it"},
}

var decisionWords = map[operator.ApprovalState]wording.Words{ // never written
	operator.Approved: {ID: "menyetujui", EN: "approved"}, operator.Rejected: {ID: "menolak", EN: "rejected"}, operator.Withdrawn: {ID: "menarik kembali", EN: "withdrew"},
}

func sentWords(operation string) wording.Words {
	w := operationWords(operation)
	return wording.Words{ID: "Terkirim: " + w.ID, EN: "Sent: " + w.EN}
}

func receivedWords(operation string) wording.Words {
	w := operationWords(operation)
	return wording.Words{ID: "Diterima: " + w.ID, EN: "Received: " + w.EN}
}

func operationWords(operation string) wording.Words {
	return language.Call(payment.Call(operation))
}

func deliveryWords(d webhook.Delivery) wording.Words {
	w := map[webhook.State]wording.Words{
		webhook.Due: {ID: "Webhook menunggu dikirim", EN: "Webhook to be sent"}, webhook.Delivered: {ID: "Webhook diterima toko", EN: "Webhook taken by the shop"},
		webhook.Failed: {ID: "Webhook gagal", EN: "Webhook given up"},
	}[d.State]
	return wording.Words{ID: w.ID + ": " + d.Type, EN: w.EN + ": " + d.Type}
}

// reviews say in Indonesian why a human must look, by the beginning of what the core says. They are never written.
var reviews = []struct{ begins, id string }{
	{"the number of this push was used before, and the provider answers", "Nomor push ini pernah dipakai; jawaban provider mungkin tentang penjualan lama"},
	{"the number of this push was used before", "Nomor push ini pernah dipakai"},
	{"the push was charged, or may have been", "Pelanggan terdebit, atau mungkin terdebit, dan batas waktu pembalikan sudah lewat"},
	{"paid here, but the provider answers a status check with", "Lunas di sini, tetapi provider menjawab lain"},
	{"paid here, but the provider answers a query with", "Lunas di sini, tetapi provider menjawab lain"},
	{"paid here, but the provider answers the push itself with", "Lunas di sini, tetapi provider menolak push itu"},
	{"paid here, but the provider confirms a reversal with", "Lunas di sini, tetapi provider memastikan pembalikan"},
	{"voiding here, but the provider confirms a reversal with", "Sedang dibatalkan di sini, tetapi provider memastikan pembalikan"},
	{"paid here, but the provider says that it was given back", "Lunas di sini, tetapi menurut provider uangnya sudah dikembalikan"},
	{"paid here, but the provider says that it was not", "Lunas di sini, tetapi menurut provider tidak dibayar"},
	{"reversed here, but the provider answers a status check with", "Dibalik di sini, tetapi provider menjawab lain"},
	{"reversed here, but the provider says that the customer is charged", "Dibalik di sini, tetapi menurut provider pelanggan terdebit"},
	{"voided here, but the provider says that the customer is charged", "Dibatalkan di sini, tetapi menurut provider pelanggan terdebit"},
	{"the provider answers a status check with", "Provider menjawab pertanyaan keadaan dengan kode yang tidak menentukan"},
	{"the provider refuses the reversal with", "Provider menolak pembalikan"},
	{"the provider answers a check of the void with", "Provider menjawab pertanyaan void dengan kode yang tidak menentukan"},
	{"the provider did not know the push", "Provider tidak mengenal push ini, dan tidak menjawab apakah masih begitu"},
	{"no reversal was confirmed before", "Tidak ada pembalikan yang dipastikan sebelum batas waktu provider"},
	{"the provider does not say whether the void was done", "Provider tidak mengatakan apakah void dilakukan"},
	{"the number of this QR was used before", "Nomor QR ini pernah dipakai: lihat apakah uangnya milik penjualan lama"},
	{"the customer paid", "Jumlah yang dibayar pelanggan berbeda dari yang diminta"},
	{"the customer was charged twice", "Pelanggan terdebit dua kali: kembalikan salah satunya"},
	{"the provider has not said whether", "Provider belum mengatakan apakah pelanggan membayar"},
	{"the provider did not confirm the refund", "Provider tidak memastikan pengembalian pada hari pembayaran"},
	{"the provider had seen this invoice before", "Provider pernah melihat invoice ini: mungkin itu penjualan lama"},
}

// reviewWords says why a human must look, in both languages: in Indonesian with the core's own words where those say more.
func reviewWords(why string) wording.Words {
	if why == "" {
		return wording.Words{}
	}
	for _, r := range reviews {
		if strings.HasPrefix(why, r.begins) {
			return wording.Words{ID: r.id + " (" + why + ")", EN: why}
		}
	}
	return wording.Words{ID: why, EN: why}
}
