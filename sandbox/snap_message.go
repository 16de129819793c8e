package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// snapMessage is a request body of SNAP, read strictly: its members in order, those of
// an inner object as "amount.value". additionalInfo is passed over.
type snapMessage struct {
	object  bool
	members []snapMember
	twice   string // a member that stands twice
}

type snapMember struct {
	name, text string
	kind       byte // as jsonReader.scalar has it
}

// membersMax bounds what is read of a body.
const membersMax = 64

// parseSNAP reads JSON that json.Valid has accepted.
func parseSNAP(body string) *snapMessage {
	m := &snapMessage{}
	r := jsonReader{text: body}
	if m.object = r.open(); m.object {
		m.read(&r, "")
	}
	return m
}

func (m *snapMessage) read(r *jsonReader, outer string) {
	for r.next() {
		name := r.name
		if outer != "" {
			name = outer + "." + name
		}
		if _, given := m.get(name); given && m.twice == "" {
			m.twice = name
		}
		if outer == "" && name != "additionalInfo" && r.space() == '{' {
			m.add(snapMember{name, "", 'o'})
			r.open()
			m.read(r, name)
			continue
		}
		text, kind := r.scalar()
		m.add(snapMember{name, text, kind})
	}
}

func (m *snapMessage) add(member snapMember) {
	if len(m.members) < membersMax {
		m.members = append(m.members, member)
	}
}

// get finds a member; null is as good as absent.
func (m *snapMessage) get(name string) (snapMember, bool) {
	for _, member := range m.members {
		if member.name == name {
			return member, member.kind != 'z'
		}
	}
	return snapMember{}, false
}

// text is a member's string, "" if it is none.
func (m *snapMessage) text(name string) string {
	if member, _ := m.get(name); member.kind == 's' {
		return member.text
	}
	return ""
}

// invoice is the number that the partner knows the payment by.
func (m *snapMessage) invoice() string {
	if number := m.text("partnerReferenceNo"); number != "" {
		return number
	}
	return m.text("originalPartnerReferenceNo")
}

// rupiah is the amount that the request is about, 0 if there is none.
func (m *snapMessage) rupiah() int64 {
	for _, name := range [...]string{"amount.value", "refundAmount.value"} {
		if n, ok := parseAmount(m.text(name)); ok {
			return n
		}
	}
	return 0
}

// parseAmount reads "12500.00". Rupiah have no smaller coin, the two decimals are zero.
func parseAmount(text string) (int64, bool) {
	whole, decimals, _ := strings.Cut(text, ".")
	if decimals != "00" || len(whole) > 13 || !digits(whole) || (whole[0] == '0' && len(whole) > 1) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

func amountText(n int64) string { return strconv.FormatInt(n, 10) + ".00" }

// snapField is one row of a service's table.
type snapField struct {
	name string
	must bool
	most int // characters
	like func(string) bool
	rule Rule // that is broken by what is there but is not like that
}

func (f snapField) judge(m *snapMessage) verdict {
	member, given := m.get(f.name)
	switch {
	case f.most == 0: // an object
		if given && member.kind != 'o' {
			return badField("40001", f.name, RuleSNAPField)
		}
	case !given || member.kind == 's' && member.text == "":
		if f.must {
			return badField("40002", f.name, RuleSNAPMandatory)
		}
	case member.kind != 's', len([]rune(member.text)) > f.most:
		return badField("40001", f.name, RuleSNAPField)
	case f.like != nil && !f.like(member.text):
		return badField("40001", f.name, f.rule)
	}
	return verdict{}
}

// unknown names a member that no row has.
func (m *snapMessage) unknown(fields []snapField) string {
next:
	for _, member := range m.members {
		for _, field := range fields {
			known, _, _ := strings.Cut(field.name, ".")
			if member.name == field.name || member.kind == 'o' && member.name == known {
				continue next
			}
		}
		return member.name
	}
	return ""
}

func exactly(want ...string) func(string) bool {
	return func(text string) bool {
		for _, w := range want {
			if text == w {
				return true
			}
		}
		return false
	}
}

func isAmount(text string) bool {
	n, ok := parseAmount(text)
	return ok && n > 0
}

// isReferenceNo: OVO, Dynamic QRIS FAQ: 12 digits, numeric only.
func isReferenceNo(text string) bool { return len(text) == 12 && digits(text) }

// rows are fields that may be left out, in one go.
func rows(most int, names ...string) (list []snapField) {
	for _, name := range names {
		list = append(list, snapField{name: name, most: most})
	}
	return list
}

func amountRows(name string, must bool) []snapField {
	return []snapField{
		{name: name},
		{name: name + ".value", must: must, most: 16, like: isAmount, rule: RuleSNAPAmount},
		{name: name + ".currency", must: must, most: 3, like: exactly("IDR"), rule: RuleSNAPAmount},
	}
}

func join(parts ...[]snapField) (all []snapField) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// snapServices is what this rail offers. The fields and their lengths are Bank
// Indonesia's; what is a must beyond them is OVO's, Dynamic QRIS FAQ.
func snapServices() []snapService {
	info := []snapField{{name: "additionalInfo"}}
	original := join(rows(64, "originalReferenceNo"), rows(32, "originalExternalId"))
	store := join(rows(32, "subMerchantId"), rows(64, "externalStoreId"))
	return []snapService{
		{OperationToken, "73", "access-token/b2b", authToken, join([]snapField{
			{name: "grantType", must: true, most: 64, like: exactly("client_credentials"), rule: RuleGrantType},
		}, info), (*snapRail).access},
		{OperationGenerate, "47", "qr/qr-mpm-generate", authSymmetric, join([]snapField{
			{name: "partnerReferenceNo", must: true, most: 64, like: isReferenceNo, rule: RulePartnerReference},
		}, amountRows("amount", true), amountRows("feeAmount", false), []snapField{
			{name: "merchantId", must: true, most: 64},
			{name: "terminalId", must: true, most: 16},
		}, rows(32, "subMerchantId"), rows(64, "storeId"), rows(25, "validityPeriod"), info), (*snapRail).generate},
		{OperationQuery, "51", "qr/qr-mpm-query", authSymmetric, join([]snapField{
			{name: "serviceCode", must: true, most: 2, like: exactly("47"), rule: RuleServiceCode},
		}, rows(64, "originalPartnerReferenceNo", "merchantId"), original, store, info), (*snapRail).query},
		{OperationRefund, "78", "qr/qr-mpm-refund", authSymmetric, join([]snapField{
			{name: "originalPartnerReferenceNo", must: true, most: 64},
			{name: "partnerRefundNo", must: true, most: 64},
		}, amountRows("refundAmount", false), rows(64, "merchantId"), rows(256, "reason"), original, store, info), (*snapRail).refund},
		{OperationCancel, "77", "qr/qr-mpm-cancel", authSymmetric, join([]snapField{
			{name: "merchantId", must: true, most: 64},
			{name: "reason", must: true, most: 256},
		}, rows(64, "originalPartnerReferenceNo"), amountRows("amount", false), original, store, info), (*snapRail).cancel},
		{OperationBind, "07", "oauth/account/registration-account-binding", authAsymmetric, join([]snapField{
			{name: "merchantId", must: true, most: 64},
			{name: "phoneNo", must: true, most: 16, like: isPhone, rule: RuleSNAPField},
		}, rows(2048, "redirectUrl", "successRegistrationUrl", "failedRegistrationUrl"),
			rows(64, "partnerReferenceNo", "custIdMerchant", "state", "authCode", "grantType", "refreshToken"),
			rows(32, "subMerchantId"), rows(128, "customerName"), rows(254, "email"), rows(36, "referenceId"),
			rows(16, "terminalId", "msisdn", "tokenRequestorId", "locale", "lang", "action", "platformType", "isBindAndPay", "otp"),
			[]snapField{{name: "additionalData"}, {name: "successParams"}}, info), (*snapRail).bind},
		{OperationUnbind, "09", "oauth/account/registration-account-unbinding", authSymmetric, join([]snapField{
			{name: "merchantId", must: true, most: 64},
		}, rows(64, "partnerReferenceNo"), rows(24, "linkId"), rows(512, "tokenId"), rows(32, "subMerchantId"), info), (*snapRail).unbind},
		{OperationCustomerToken, "74", "access-token/b2b2c", authToken, join([]snapField{
			{name: "grantType", must: true, most: 64, like: isCustomerGrant, rule: RuleGrantType},
		}, rows(256, "authCode"), rows(512, "refreshToken"), info), (*snapRail).customerAccess},
	}
}

func isPhone(text string) bool {
	_, ok := normalPhone(text)
	return ok
}

func isCustomerGrant(text string) bool {
	return strings.EqualFold(text, "authorization_code") || strings.EqualFold(text, "refresh_token")
}

// snapBody writes a response body, member by member.
type snapBody struct{ b []byte }

func newSNAPBody(code, message string) *snapBody {
	w := &snapBody{make([]byte, 0, 512)}
	w.b = append(w.b, '{')
	w.text("responseCode", code)
	w.text("responseMessage", message)
	return w
}

func (w *snapBody) raw(name, value string) {
	if len(w.b) > 1 {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(append(w.b, '"'), name...), '"', ':'), value...)
}

func (w *snapBody) text(name, value string) {
	w.raw(name, "")
	w.b = appendText(w.b, value)
}

// given writes a member that has a value.
func (w *snapBody) given(name, value string) {
	if value != "" {
		w.text(name, value)
	}
}

func (w *snapBody) amount(name string, n int64) {
	w.raw(name, `{"value":"`+amountText(n)+`","currency":"IDR"}`)
}

func (w *snapBody) time(name string, t time.Time) {
	if !t.IsZero() {
		w.text(name, snapTimeText(t))
	}
}

func (w *snapBody) end() []byte {
	w.raw("additionalInfo", "{}")
	return append(w.b, '}')
}

func snapTimeText(t time.Time) string { return t.In(WIB).Format(snapTime) }

// refuse answers a code for a broken rule.
func (s *snapRail) refuse(now time.Time, held *call, code, reason string, rule Rule, detail string) {
	s.core.violated(now, held, rule, false, detail)
	s.answer(now, held, code, reason, nil)
}

// answer writes a response: code is HTTP status and case, reason goes into the message,
// fill adds to a success.
func (s *snapRail) answer(now time.Time, held *call, code, reason string, fill func(*snapBody)) {
	if forced := held.effect.AnswerCode; forced != "" {
		if forced = forced[:3] + forced[5:]; forced != code {
			code, reason, fill = forced, "", nil
		}
	}
	status, err := strconv.Atoi(code[:3])
	if err != nil {
		status = http.StatusInternalServerError
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Timestamp": {snapTimeText(now)}}
	c := held.snap
	if c.service.auth == authToken {
		header["X-Client-Key"] = []string{c.header.clientKey}
	}
	if status == http.StatusMethodNotAllowed {
		header["Allow"] = []string{http.MethodPost}
	}
	answer := Answer{Status: status, Header: header}
	s.core.reply(now, held, s.core.onItsWay(held, answer, func() []byte {
		full := code[:3] + c.service.code + code[3:]
		if code == "40101" && c.service.auth == authSymmetric {
			return deadToken(full, c)
		}
		body := newSNAPBody(full, snapMessageText(code, reason))
		if fill != nil {
			fill(body)
		}
		return body.end()
	}))
}

// deadToken is OVO's own error body, from the sample log of its Dynamic QRIS FAQ; only
// the address of the page is this sandbox's.
func deadToken(code string, c *snapCall) []byte {
	body := newSNAPBody(code, "Invalid Token:Anda Tidak Memiliki Akses")
	data := []byte(`{"actionables":[{"pinWebviewURL":`)
	data = appendText(data, c.base+"/cellblockui/v2/paymentPin")
	data = append(data, `,"qParams":{"action":"regeneratePayment","client-id":`...)
	data = appendText(data, c.header.partnerID)
	data = append(data, `}}],"error":{"code":"OV00502","message":"Unauthorized access"}}`...)
	body.raw("data", string(data))
	return append(body.b, '}')
}

// snapMessageText puts the reason where the table has a place for it.
func snapMessageText(code, reason string) string {
	text := snapText(code)
	switch {
	case text == "":
		return "General Error"
	case reason == "":
		return text
	case code == "40001" || code == "40002":
		return text + " " + reason
	}
	return strings.TrimSuffix(text, ".") + ". [" + reason + "]"
}

// snapText is the message of Bank Indonesia's table, spelt as published.
func snapText(code string) string {
	switch code {
	case "20000":
		return "Successful"
	case "20200":
		return "Request In Progress"
	case "40000":
		return "Bad Request"
	case "40001":
		return "Invalid Field Format"
	case "40002":
		return "Invalid Mandatory Field"
	case "40100":
		return "Unauthorized."
	case "40101":
		return "Invalid Token (B2B)"
	case "40102":
		return "Invalid Customer Token"
	case "40103":
		return "Token Not Found (B2B)"
	case "40104":
		return "Customer Token Not Found"
	case "50400":
		return "Timeout"
	}
	return snapBusinessText(code)
}

func snapBusinessText(code string) string {
	const forbidden = "Transaction Expired|Feature Not Allowed|Exceeds Transaction Amount Limit|Suspected Fraud|Activity Count Limit Exceeded|" +
		"Do Not Honor|Feature Not Allowed At This Time.|Card Blocked|Card Expired|Dormant Account|Need To Set Token Limit|OTP Blocked|" +
		"OTP Lifetime Expired|OTP Sent To Cardholer|Insufficient Funds|Transaction Not Permitted.|Suspend Transaction|Token Limit Exceeded|" +
		"Inactive Card/Account/Customer|Merchant Blacklisted|Merchant Limit Exceed|Set Limit Not Allowed|Token Limit Invalid|Account Limit Exceed"
	const absent = "Invalid Transaction Status|Transaction Not Found|Invalid Routing|Bank Not Supported By Switch|Transaction Cancelled|" +
		"Merchant Is Not Registered For Card Registration Services|Need To Request OTP|Journey Not Found|Invalid Merchant|No Issuer|" +
		"Invalid API Transition|Invalid Card/Account/Customer|Invalid Bill/Virtual Account|Invalid Amount|Paid Bill|Invalid OTP|" +
		"Partner Not Found|Invalid Terminal|Inconsistent Request|Invalid Bill/Virtual Account"
	if len(code) != 5 {
		return ""
	}
	texts := ""
	switch code[:3] {
	case "403":
		texts = forbidden
	case "404":
		texts = absent
	case "405":
		texts = "Requested Function Is Not Supported|Requested Opearation Is Not Allowed"
	case "409":
		texts = "Conflict|Duplicate partnerReferenceNo"
	case "429":
		texts = "Too Many Requests"
	case "500":
		texts = "General Error|Internal Server Error|External Server Error"
	}
	list := strings.Split(texts, "|")
	if n, err := strconv.Atoi(code[3:]); err == nil && n < len(list) {
		return list[n]
	}
	return ""
}

// snapHead is what the log keeps of a request's headers, signatures and tokens masked.
func snapHead(h http.Header) string {
	var text strings.Builder
	for _, name := range [...]string{
		"X-Timestamp", "X-Client-Key", "X-Partner-Id", "X-External-Id", "Channel-Id", "X-Signature", "Authorization", "Authorization-Customer",
	} {
		value := h.Get(name)
		if value == "" {
			continue
		}
		switch name {
		case "X-Signature":
			value = maskSecret(value)
		case "Authorization", "Authorization-Customer":
			value = "Bearer " + maskSecret(strings.TrimPrefix(value, "Bearer "))
		}
		text.WriteString(strings.ToUpper(name) + ": " + clip(value, 64) + "\n")
	}
	return text.String()
}

// maskTokens hides the credentials that stand in bodies, in requests and answers.
func maskTokens(body string) string {
	for _, name := range [...]string{"accessToken", "refreshToken", "linkageToken", "authCode", "tokenId", "redirect_url", "check_sum"} {
		quoted := `"` + name + `"`
		for from := 0; ; {
			at := strings.Index(body[from:], quoted)
			if at < 0 {
				break
			}
			from += at + len(quoted)
			value := strings.TrimLeft(body[from:], " \t\r\n:")
			if !strings.HasPrefix(value, `"`) {
				continue
			}
			start := len(body) - len(value) + 1
			end := strings.IndexByte(body[start:], '"')
			if end < 0 {
				end = len(body) - start
			}
			masked := maskSecret(body[start : start+end])
			body = body[:start] + masked + body[start+end:]
			from = start + len(masked)
		}
	}
	return body
}
