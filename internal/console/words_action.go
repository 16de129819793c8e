package console

import "github.com/lunas-pay/lunas/internal/wording"

// They are never written.
var (
	sayReason      = wording.Words{ID: "Tulis alasannya: 5 sampai 255 huruf dalam satu baris.", EN: "Say why: 5 to 255 characters in one line."}
	sayTo          = wording.Words{ID: "Pilih keadaan akhir pembayaran ini.", EN: "Choose the state in which this payment ended."}
	sayPending     = wording.Words{ID: "Sudah ada permintaan yang menunggu persetujuan untuk ini.", EN: "A request about this waits for approval already."}
	saySelf        = wording.Words{ID: "Yang meminta tidak menyetujui. Mintalah orang lain.", EN: "Who asks does not approve. Ask somebody else."}
	sayDecided     = wording.Words{ID: "Permintaan ini sudah diputuskan, atau sudah kedaluwarsa.", EN: "This request was decided before, or has expired."}
	sayNumber      = wording.Words{ID: "Batch dan nomor referensi 1 sampai 999999. Bila batch dinamai menurut hari, batch harus hari (hhbbtt) sampai hari ini.", EN: "Batch and reference number go from 1 to 999999. Where batches are named after days, the batch must be a day (ddmmyy) up to today."}
	sayNothingToDo = wording.Words{ID: "Terminal ini tidak dihentikan. Isi batch dan nomor referensi.", EN: "This terminal is not stopped. Give a batch and a reference number."}
	sayBackwards   = wording.Words{ID: "Penomoran hanya dapat maju.", EN: "Numbering may only move ahead."}
	sayBad         = [2]wording.Words{
		{ID: "Isian ini tidak dapat dipakai", EN: "This form cannot be taken"},
		{ID: "Kembali, muat ulang halamannya, dan coba lagi.", EN: "Go back, reload the page, and try again."},
	}
)

// actionWords are those of what is done by hand.
var actionWords = map[string]wording.Words{ // never written
	"payment": {ID: "Pembayaran", EN: "Payment"}, "ask": {ID: "Tindakan", EN: "Action"}, "asks": {ID: "Yang dapat dilakukan", EN: "What can be done"}, "asks_none": {ID: "Tidak ada yang dapat dilakukan sekarang.", EN: "Nothing can be done now."},
	"until": {ID: "sampai", EN: "until"}, "amount": {ID: "Jumlah", EN: "Amount"}, "state": {ID: "Keadaan", EN: "State"}, "reference": {ID: "Referensi", EN: "Reference"}, "phone": {ID: "Nomor HP", EN: "Phone"}, "created": {ID: "Dibuat", EN: "Created"}, "id": {ID: "Nomor", EN: "Id"},
	"reason": {ID: "Alasan", EN: "Reason"}, "reason_hint": {ID: "Dicatat bersama nama Anda. Tanpa data pelanggan.", EN: "Kept with your name. No customer's data."}, "cancel": {ID: "Batal", EN: "Cancel"}, "more": {ID: "Lebih lama", EN: "Older"},
	"test": {ID: "uji coba", EN: "test"}, "to": {ID: "Berakhir sebagai", EN: "It ended as"}, "choose": {ID: "Pilih …", EN: "Choose …"},

	"what_check": {ID: "Tanyakan keadaannya", EN: "Check the status"}, "what_void": {ID: "Batalkan (void)", EN: "Void"}, "what_refund": {ID: "Kembalikan (refund)", EN: "Refund"},
	"what_reverse": {ID: "Kirim pembalikan lagi", EN: "Send the reversal again"}, "what_resolve": {ID: "Tutup setelah diperiksa", EN: "Resolve"}, "what_numbering": {ID: "Ubah penomoran", EN: "Renumber"},
	"hint_check":       {ID: "Provider ditanya. Keadaan hanya berubah oleh jawabannya.", EN: "The provider is asked. Only its answer changes the state."},
	"hint_void":        {ID: "Uang kembali ke pelanggan. Hanya pada hari pembayaran, sebelum 23:59 WIB.", EN: "The customer gets the money back. Only on the day of the payment, before 23:59 WIB."},
	"hint_refund":      {ID: "Seluruh jumlah kembali ke pelanggan.", EN: "The customer gets the whole amount back."},
	"hint_reverse":     {ID: "Pembalikan dikirim sekali lagi dengan nomor yang sama.", EN: "The reversal is sent once more, with the same number."},
	"hint_resolve":     {ID: "Pakai hanya bila Anda tahu dari provider bagaimana pembayaran ini berakhir. Tidak ada yang dikirim.", EN: "Only when you know from the provider how this payment ended. Nothing is sent."},
	"four_eyes":        {ID: "Perlu persetujuan orang lain dalam 30 menit.", EN: "Another person must approve it within 30 minutes."},
	"submit_four_eyes": {ID: "Minta persetujuan", EN: "Ask for approval"}, "submit": {ID: "Lakukan sekarang", EN: "Do it now"},
	"pending": {ID: "Menunggu persetujuan", EN: "Waiting for approval"},

	"approvals": {ID: "Persetujuan", EN: "Approvals"}, "approval": {ID: "Permintaan", EN: "Request"}, "approvals_none": {ID: "Tidak ada permintaan.", EN: "There are no requests."},
	"action": {ID: "Tindakan", EN: "Action"}, "subject": {ID: "Mengenai", EN: "About"}, "requested_by": {ID: "Diminta oleh", EN: "Requested by"}, "requested_at": {ID: "Diminta pada", EN: "Requested at"}, "expires_at": {ID: "Berlaku sampai", EN: "Expires at"},
	"decided_by": {ID: "Diputuskan oleh", EN: "Decided by"}, "decided_at": {ID: "Diputuskan pada", EN: "Decided at"}, "result": {ID: "Hasil", EN: "Result"}, "number_to": {ID: "Nomor terakhir menjadi", EN: "The last number becomes"},
	"approve": {ID: "Setujui", EN: "Approve"}, "reject": {ID: "Tolak", EN: "Reject"}, "withdraw": {ID: "Tarik kembali", EN: "Withdraw"}, "own_request": {ID: "Ini permintaan Anda sendiri. Orang lain yang memutuskan.", EN: "This is your own request. Somebody else decides."},
	"stands_pending": {ID: "menunggu", EN: "pending"}, "stands_expired": {ID: "kedaluwarsa", EN: "expired"}, "stands_approved": {ID: "disetujui, sedang dilakukan", EN: "approved, being done"}, "stands_performed": {ID: "selesai", EN: "done"},
	"stands_failed": {ID: "gagal", EN: "failed"}, "stands_rejected": {ID: "ditolak", EN: "rejected"}, "stands_withdrawn": {ID: "ditarik kembali", EN: "withdrawn"},

	"unmask": {ID: "Buka data pelanggan", EN: "Unmask the customer's data"}, "unmask_hint": {ID: "Nomor HP dan isi pesan ditampilkan utuh. Nama Anda dan alasannya dicatat. Rahasia tetap tertutup.", EN: "The phone number and the messages are shown whole. Your name and the reason are kept. Secrets stay hidden."},
	"unmask_submit": {ID: "Tampilkan", EN: "Show"}, "sealed": {ID: "Tidak ada kunci yang membuka pesan ini.", EN: "There is no key that opens this message."}, "side_request": {ID: "dikirim", EN: "sent"}, "side_response": {ID: "diterima", EN: "received"},

	"numbering": {ID: "Penomoran terminal", EN: "Terminal's numbering"}, "terminal": {ID: "Terminal", EN: "Terminal"}, "last_number": {ID: "Nomor terakhir (batch/referensi)", EN: "Last number (batch/reference)"}, "held": {ID: "Dihentikan karena", EN: "Stopped because"}, "batch": {ID: "Batch", EN: "Batch"}, "reference_number": {ID: "Nomor referensi", EN: "Reference number"},
	"numbering_hint": {ID: "Nomor berikutnya datang setelah nomor ini. Kosongkan keduanya bila terminal hanya dilepaskan.", EN: "The next number comes after this one. Leave both empty to only release the terminal."},

	"webhook_enable": {ID: "Nyalakan webhook lagi", EN: "Switch the webhook on again"}, "webhook_replay": {ID: "Kirim ulang webhook", EN: "Send webhooks again"}, "hours": {ID: "Dari berapa jam terakhir", EN: "Of the last hours"}, "replay_all": {ID: "Juga yang sudah diterima", EN: "Also those that were taken"}, "address": {ID: "Alamat", EN: "Address"},

	"log": {ID: "Catatan tindakan", EN: "Log of actions"}, "log_none": {ID: "Belum ada.", EN: "There are none yet."}, "at": {ID: "Waktu", EN: "Time"}, "actor": {ID: "Oleh", EN: "By"}, "details": {ID: "Rincian", EN: "Details"},

	"done_asked": {ID: "Sudah dikirim.", EN: "It is on its way."}, "done_requested": {ID: "Permintaan tercatat. Orang lain perlu menyetujuinya.", EN: "The request is kept. Somebody else must approve it."}, "done_approved": {ID: "Disetujui.", EN: "Approved."}, "done_rejected": {ID: "Ditolak.", EN: "Rejected."}, "done_withdrawn": {ID: "Ditarik kembali.", EN: "Withdrawn."},
	"done_numbered": {ID: "Penomoran sudah diubah.", EN: "The numbering was changed."}, "done_webhook_enable": {ID: "Webhook menyala lagi.", EN: "The webhook is on again."}, "done_webhook_replay": {ID: "Webhook sedang dikirim ulang.", EN: "Webhooks are being sent again."},

	"refused_cutoff": {ID: "Hanya dapat pada hari pembayaran, sebelum 23:59 WIB.", EN: "Only possible on the day of the payment, before 23:59 WIB."}, "refused_not_possible": {ID: "Tidak dapat dilakukan pada keadaan pembayaran ini.", EN: "Not possible in this payment's state."},
	"refused_in_progress": {ID: "Masih ada yang berjalan untuk pembayaran ini. Tunggu sampai selesai.", EN: "Something is under way for this payment. Wait for its end."}, "refused_check_in_progress": {ID: "Provider sedang ditanya. Satu per satu.", EN: "The provider is being asked already. One at a time."},
	"refused_check_too_old": {ID: "Provider hanya menjawab sampai 7 hari.", EN: "The provider answers for 7 days only."}, "refused_nothing_sent": {ID: "Tidak ada yang dikirim ke provider.", EN: "Nothing was sent to the provider."},
	"refused_not_found": {ID: "Tidak ditemukan lagi.", EN: "It is not there any more."}, "refused_backwards": {ID: "Penomoran sudah lebih jauh.", EN: "Numbering has gone further already."}, "refused_hold_changed": {ID: "Terminal dihentikan lagi karena hal lain.", EN: "The terminal was stopped again for another reason."},
}
