package sandbox

import (
	"errors"
	"strconv"
	"strings"

	"github.com/lunas-pay/lunas/qris"
)

// ErrNotQR is returned for a text that is no QRIS payload, or whose checksum is wrong.
var ErrNotQR = errors.New("sandbox: this is not a QRIS payload")

// payloadOf writes the QR of a payment. GUID and PAN are obviously not a provider's. The
// error is about the merchant: a name or city that no QR can hold.
func payloadOf(m SNAPMerchant, terminal string, amount int64, number, reference string) (string, error) {
	const criteria = "UME" // a medium enterprise
	tail := "000000000" + strings.TrimLeft(m.MerchantID, "0")
	return qris.Payload{
		Initiation: qris.Dynamic,
		Accounts: []qris.Account{
			{ID: "26", GUID: "ID.OVO.EMULATOR", PAN: "936009123" + tail[len(tail)-9:], MerchantID: m.MerchantID, Criteria: criteria},
			{ID: qris.NationalID, GUID: "ID.CO.QRIS.WWW", MerchantID: m.NMID, Criteria: criteria},
		},
		CategoryCode: "5812", Currency: qris.Rupiah, Amount: strconv.FormatInt(amount, 10), Country: qris.Indonesia,
		MerchantName: m.Name, City: m.City, PostalCode: m.PostalCode,
		Additional: qris.Additional{BillNumber: number, ReferenceLabel: reference, TerminalLabel: terminal},
	}.Build()
}

// checkPayload tells whether a text is a payload with the right checksum.
func checkPayload(text string) error {
	if _, err := qris.Parse(text); err != nil {
		return ErrNotQR
	}
	return nil
}

// spoilChecksum changes the last digit.
func spoilChecksum(payload string) string {
	last := payload[len(payload)-1]
	if last == '0' {
		return payload[:len(payload)-1] + "1"
	}
	return payload[:len(payload)-1] + "0"
}
