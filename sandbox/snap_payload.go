package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrNotQR is returned for a text that is no QRIS payload, or whose checksum is wrong.
var ErrNotQR = errors.New("sandbox: this is not a QRIS payload")

// payloadOf writes the QR of a payment. EMVCo merchant-presented mode; the GUID and the
// PAN are obviously not a provider's.
func payloadOf(m SNAPMerchant, terminal string, amount int64, number, reference string) string {
	const criteria = "UME" // a medium enterprise
	tail := "000000000" + strings.TrimLeft(m.MerchantID, "0")
	account := object("00", "ID.OVO.EMULATOR") + object("01", "936009123"+tail[len(tail)-9:]) +
		object("02", atMost(m.MerchantID, 15)) + object("03", criteria)
	national := object("00", "ID.CO.QRIS.WWW") + object("02", atMost(m.NMID, 15)) + object("03", criteria)
	more := object("01", number) + object("05", atMost(reference, 25)) + object("07", atMost(terminal, 25))
	text := object("00", "01") + object("01", "12") + object("26", account) + object("51", national) +
		object("52", "5812") + object("53", "360") + object("54", strconv.FormatInt(amount, 10)) + object("58", "ID") +
		object("59", atMost(m.Name, 25)) + object("60", atMost(m.City, 15)) + object("61", atMost(m.PostalCode, 10)) + object("62", more) + "6304"
	return text + fmt.Sprintf("%04X", checksum(text))
}

// object writes one object; what is empty is left out. Lengths count characters.
func object(id, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%s%02d%s", id, utf8.RuneCountInString(value), value)
}

func atMost(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// checkPayload tells whether a text is a payload with the right checksum.
func checkPayload(text string) error {
	if len(text) < 12 || len(text) > 1024 || !strings.HasPrefix(text, "000201") || text[len(text)-8:len(text)-4] != "6304" {
		return ErrNotQR
	}
	if want := fmt.Sprintf("%04X", checksum(text[:len(text)-4])); want != text[len(text)-4:] {
		return ErrNotQR
	}
	return nil
}

// checksum is CRC-16/CCITT-FALSE over the bytes, "6304" included.
func checksum(text string) uint16 {
	crc := uint16(0xFFFF)
	for i := range len(text) {
		crc ^= uint16(text[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
