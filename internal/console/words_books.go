package console

import "github.com/lunas-pay/lunas/internal/wording"

// They are never written.
var (
	sayNoFile    = wording.Words{ID: "Pilih berkas settlement: CSV atau XLSX.", EN: "Choose a settlement file: CSV or XLSX."}
	sayAccount   = wording.Words{ID: "Pilih akun yang berkasnya ini.", EN: "Choose the account whose file it is."}
	sayBusyBooks = wording.Words{ID: "Terlalu banyak berkas sedang dibandingkan. Coba lagi sebentar.", EN: "Too many files are being compared. Try again in a moment."}
)

// bookWords are those of recaps, reconciliations and notices.
var bookWords = map[string]wording.Words{ // never written
	"recaps": {ID: "Rekap harian", EN: "Recaps"}, "recap": {ID: "Rekap hari", EN: "Recap of a day"}, "recaps_hint": {ID: "Hari ditutup tak lama setelah 00:00 WIB. Yang berubah kemudian menjadi koreksi.", EN: "A day is closed soon after 00:00 WIB. What changes later makes a correction."}, "recaps_none": {ID: "Belum ada hari yang ditutup.", EN: "No day has been closed yet."},
	"paid_sums": {ID: "Jumlah lunas per hari", EN: "Sum paid by day"}, "day": {ID: "Hari", EN: "Day"}, "corrected": {ID: "dikoreksi", EN: "corrected"}, "closed_at": {ID: "Ditutup", EN: "Closed"},
	"total_paid": {ID: "Lunas", EN: "Paid"}, "total_voided": {ID: "Dibatalkan", EN: "Voided"}, "total_refunded": {ID: "Dikembalikan", EN: "Refunded"}, "total_reversed": {ID: "Dibalik", EN: "Reversed"}, "total_review": {ID: "Diperiksa", EN: "In review"}, "total_failed": {ID: "Gagal", EN: "Failed"}, "total_open": {ID: "Berjalan", EN: "Under way"},
	"numbers": {ID: "Nomor", EN: "Numbers"}, "given": {ID: "dipakai", EN: "given"}, "gaps": {ID: "celah", EN: "gaps"}, "burnt": {ID: "hangus", EN: "burnt"}, "twice": {ID: "Dipakai dua kali", EN: "Given twice"}, "why_corrected": {ID: "Mengapa dikoreksi", EN: "Why it was corrected"}, "changed": {ID: "Yang berubah", EN: "What changed"}, "before": {ID: "Sebelumnya", EN: "Before"}, "after": {ID: "Sesudahnya", EN: "After"},

	"reconciliations": {ID: "Rekonsiliasi", EN: "Reconciliations"}, "reconciliation": {ID: "Rekonsiliasi", EN: "Reconciliation"}, "reconciliations_none": {ID: "Belum ada berkas yang dibandingkan.", EN: "No file was compared yet."},
	"upload": {ID: "Bandingkan berkas settlement", EN: "Compare a settlement file"}, "upload_hint": {ID: "CSV atau XLSX, sampai 64 MiB. Berkasnya tidak disimpan. Yang lebih besar: lewat API.", EN: "CSV or XLSX, up to 64 MiB. The file is not kept. Larger ones go by the API."}, "file": {ID: "Berkas", EN: "File"}, "compare": {ID: "Bandingkan", EN: "Compare"},
	"reconciliation_running": {ID: "sedang dibandingkan", EN: "under way"}, "reconciliation_done": {ID: "selesai", EN: "done"}, "reconciliation_failed": {ID: "gagal", EN: "failed"}, "read_so_far": {ID: "Sudah dibaca", EN: "Read so far"},
	"side": {ID: "Pihak", EN: "Side"}, "ours": {ID: "Menurut kami", EN: "By our books"}, "theirs": {ID: "Menurut berkas", EN: "By the file"}, "matched": {ID: "cocok", EN: "matched"}, "ignored": {ID: "bukan pembayaran", EN: "no payments"}, "unread": {ID: "tidak terbaca", EN: "could not be read"},
	"discrepancies": {ID: "Selisih", EN: "Discrepancies"}, "discrepancies_none": {ID: "Tidak ada selisih.", EN: "There are no discrepancies."}, "kind": {ID: "Jenis", EN: "Kind"}, "key": {ID: "Kunci", EN: "Key"}, "row": {ID: "baris", EN: "row"}, "statements": {ID: "Kata masing-masing pihak", EN: "What each side says"}, "further": {ID: "Berikutnya", EN: "Further"},
	"class_missing_here": {ID: "Tidak ada di sini", EN: "Missing here"}, "class_missing_there": {ID: "Tidak ada di berkas", EN: "Missing in the file"}, "class_amount_differs": {ID: "Jumlah berbeda", EN: "Amount differs"}, "class_state_differs": {ID: "Keadaan berbeda", EN: "State differs"}, "class_duplicate": {ID: "Ganda", EN: "Duplicate"}, "class_fee_differs": {ID: "Biaya berbeda", EN: "Fee differs"}, "class_other_day": {ID: "Berkas hari lain (bukan selisih)", EN: "The other day's file (no discrepancy)"}, "settled_by": {ID: "Sudah ada di berkas hari", EN: "Settled by the file of"},

	"queue_notices": {ID: "Pemberitahuan", EN: "Notices"}, "queue_notices_do": {ID: "Hal yang tidak dapat diperbaiki program. Masing-masing berakhir sendiri bila sebabnya hilang.", EN: "What a program cannot mend. Each ends by itself when its cause is gone."},
	"notice_reversal_pending": {ID: "Pembalikan belum tembus", EN: "A reversal does not get through"}, "notice_payments_in_review": {ID: "Pembayaran perlu diperiksa", EN: "Payments in review"}, "notice_endpoint_failing": {ID: "Webhook gagal", EN: "A webhook fails"}, "notice_credentials_ending": {ID: "Kredensial perlu diganti", EN: "Credentials to be replaced"},
	"notice_api_key_ending": {ID: "Kunci API segera berakhir", EN: "An API key ends"}, "notice_provider_down": {ID: "Provider tidak menjawab", EN: "A provider is away"}, "notice_clock_off": {ID: "Jam tidak tepat", EN: "A clock is off"}, "notice_disk_nearly_full": {ID: "Disk hampir penuh", EN: "A disk is nearly full"},
	"urgent": {ID: "mendesak", EN: "urgent"},
}
