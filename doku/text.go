package doku

// Text is one sentence for the customer in both languages, safe to show.
type Text struct {
	EN string // OVO's where OVO prescribes it for its own API
	ID string // Indonesian, ours
}

// Sentences that go with no single code. They are never changed.
var (
	// TextTimeout is for a push that the customer did not answer, once a check has
	// confirmed it.
	TextTimeout = Text{"Transaction Timeout", "Waktu transaksi habis"}
	// TextChecking is for the time until the check.
	TextChecking = Text{"We are checking your payment", "Kami sedang memeriksa pembayaran Anda"}
	// TextVoiding and TextVoided are for a void that is under way, and for one that is done.
	TextVoiding = Text{"Your payment is being cancelled", "Pembayaran Anda sedang dibatalkan"}
	TextVoided  = Text{"Your payment has been cancelled", "Pembayaran Anda telah dibatalkan"}
)

var (
	textSuccess     = Text{"Payment Success", "Pembayaran berhasil"}
	textNotOnApps   = Text{"Phone Number not Registered on OVO Apps", "Nomor HP tidak terdaftar di aplikasi OVO"}
	textCanceled    = Text{"Payment Canceled By User", "Pembayaran dibatalkan oleh pengguna"}
	textPushFailed  = Text{"Failed Push notif to users, please ensure user login to OVO app first", "Notifikasi gagal dikirim, pastikan Anda sudah masuk ke aplikasi OVO"}
	textCardBlocked = Text{"Card Blocked. Please call 1500696", "Kartu diblokir. Silakan hubungi 1500696"}
	textBlocked     = Text{"Account Blocked. Please call 1500696", "Akun diblokir. Silakan hubungi 1500696"}
	textLimit       = Text{"Your OVO transaction limit is exceeded", "Limit transaksi OVO Anda terlampaui"}
	textBelow       = Text{"The amount is below OVO's minimum payment", "Nominal di bawah minimum pembayaran OVO"}
	textFunds       = Text{"Your OVO balance is not sufficient", "Saldo OVO Anda tidak mencukupi"}
	textFailed      = Text{"Payment failed, please try another way to pay", "Pembayaran gagal, silakan gunakan cara pembayaran lain"}
	textVoidNotDone = Text{"Your payment could not be cancelled", "Pembayaran Anda tidak dapat dibatalkan"}
)

// text chooses the customer's sentence.
func (c Code) text(o Operation, f Follow) Text {
	switch {
	case o == Push:
		return c.pushText(f)
	case o != Void:
		return Text{}
	case f == Approved || f == Reversed:
		return TextVoided
	case f == NotFound || f == Declined || f == Misconfigured:
		return textVoidNotDone
	}
	return TextVoiding
}

func (c Code) pushText(f Follow) Text {
	switch c {
	case Success:
		return textSuccess
	case "14":
		return textNotOnApps
	case "17":
		return textCanceled
	case "26":
		return textPushFailed
	case "51":
		return textFunds
	case "56":
		return textCardBlocked
	case "61", "65":
		return textLimit
	case "64":
		return textBlocked
	case "67":
		return textBelow
	}
	switch f {
	case Unknown, Unanswered, Duplicate:
		return TextChecking
	}
	return textFailed
}

// doubtText is for an answer that leaves a push or void open.
func doubtText(o Operation) Text {
	switch o {
	case Push:
		return TextChecking
	case Void:
		return TextVoiding
	}
	return Text{}
}
