package doku

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
)

// CheckSum is security.check_sum of a push, 64 lower-case hexadecimal characters:
//
//	SHA-256(amount ‖ client id ‖ invoice number ‖ OVO id ‖ secret)
//
// DOKU, OVO Push Payment Guide; some copies of that page have lost the client id, which
// stands second in the others and in DOKU's own PHP library. ovoID is as sent, 08….
func CheckSum(secret Secret, amount int64, clientID, invoiceNumber, ovoID string) string {
	return sum(strconv.FormatInt(amount, 10), clientID, invoiceNumber, ovoID, string(secret))
}

// VoidCheckSum is security.check_sum of a void: amount, approval code, batch number,
// client id, invoice number, OVO id, reference number, trace number and secret; a number
// that is zero is left out. DOKU does not publish it; it is from one public client.
func VoidCheckSum(secret Secret, amount int64, clientID, invoiceNumber, ovoID string, n Numbers) string {
	return sum(strconv.FormatInt(amount, 10), n.ApprovalCode, number(n.BatchNumber), clientID, invoiceNumber, ovoID,
		number(n.ReferenceNumber), number(n.TraceNumber), string(secret))
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func sum(values ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(values, "")))
	return hex.EncodeToString(digest[:])
}

// ResponseRule says how security.check_sum of an answer to a push or a void is made. DOKU
// does not publish it, and the sample in its guide fits no rule that is known.
type ResponseRule string

// The rules. The strings are stable and may be stored.
const (
	Unverified ResponseRule = "" // check_sum is not looked at
	// Alphabetical: all values of the answer as they stand in it, in the alphabetical
	// order of their names, then the secret; that is how requests are summed. Inferred.
	Alphabetical ResponseRule = "alphabetical"
)

// alphabetical is the order of the names amount, approvalCode, batchNumber, cashBalance,
// cashUsed, clientId, date, invoiceNumber, merchantId, mid, ovoAccountName, ovoId,
// ovoPointsBalance, ovoPointsEarned, ovoPointsUsed, referenceNumber, responseCode, status,
// storeCode, tid, traceNumber. It is never changed.
var alphabetical = [...]path{
	{"order", "amount"}, {"ovo_payment", "approval_code"}, {"ovo_payment", "batch_number"}, {"ovo_payment", "cash_balance"},
	{"ovo_payment", "cash_used"}, {"client", "id"}, {"ovo_payment", "date"}, {"order", "invoice_number"},
	{"ovo_configuration", "merchant_id"}, {"ovo_configuration", "mid"}, {"ovo_info", "ovo_account_name"}, {"ovo_info", "ovo_id"},
	{"ovo_payment", "ovo_points_balance"}, {"ovo_payment", "ovo_points_earned"}, {"ovo_payment", "ovo_points_used"},
	{"ovo_payment", "reference_number"}, {"ovo_payment", "response_code"}, {"ovo_payment", "status"},
	{"ovo_configuration", "store_code"}, {"ovo_configuration", "tid"}, {"ovo_payment", "trace_number"},
}

// ResponseCheckSum computes security.check_sum of an answer by the rule Alphabetical. What
// the body already has there does not matter.
func ResponseCheckSum(secret Secret, body []byte) (string, error) {
	m, err := parse(body)
	if err != nil {
		return "", err
	}
	return m.checkSum(secret), nil
}

func (m fields) checkSum(secret Secret) string {
	values := make([]string, 0, len(alphabetical)+1)
	for _, p := range alphabetical {
		values = append(values, m.literal(p))
	}
	return sum(append(values, string(secret))...)
}

// summed tells whether the answer carries the right check_sum. Capitals are as good.
func (m fields) summed(secret Secret) bool {
	got, err := hex.DecodeString(m.text("security", "check_sum"))
	want, _ := hex.DecodeString(m.checkSum(secret))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1
}

// Signed is what a header signature covers. DOKU, Generate Signature from Request Header.
type Signed struct {
	ClientID  string // Client-Id
	RequestID string // Request-Id
	Timestamp string // Request-Timestamp, or of a response Response-Timestamp, as sent
	Target    string // Request-Target: the path of the URL, as sent
	Body      []byte // raw; its digest is covered
	NoDigest  bool   // a GET, which has no body: no line for the digest
	Response  bool   // DOKU's answer to a request; Target is the request's
}

// Digest is Base64 of the SHA-256 of a raw body.
func Digest(body []byte) string {
	digest := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(digest[:])
}

// StringToSign is the text that is signed: lines without an end after the last.
func (s Signed) StringToSign() string {
	timestamp := "Request-Timestamp:"
	if s.Response {
		timestamp = "Response-Timestamp:"
	}
	text := "Client-Id:" + s.ClientID + "\nRequest-Id:" + s.RequestID + "\n" + timestamp + s.Timestamp + "\nRequest-Target:" + s.Target
	if !s.NoDigest {
		text += "\nDigest:" + Digest(s.Body)
	}
	return text
}

// signaturePrefix names the algorithm in the header.
const signaturePrefix = "HMACSHA256="

// Sign is the Signature header: HMACSHA256= and Base64 of HMAC-SHA256(secret, StringToSign).
func Sign(secret Secret, s Signed) string {
	return signaturePrefix + base64.StdEncoding.EncodeToString(mac(secret, s))
}

// Verify tells whether signature is the Signature header for s, in constant time. Base64
// may come without its padding, as in one of DOKU's own samples.
func Verify(secret Secret, s Signed, signature string) bool {
	text, ok := strings.CutPrefix(signature, signaturePrefix)
	got, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	return ok && err == nil && hmac.Equal(got, mac(secret, s))
}

func mac(secret Secret, s Signed) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(s.StringToSign()))
	return h.Sum(nil)
}
