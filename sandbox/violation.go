package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Rule names a sentence of a provider's documents that a request can break.
type Rule string

// RuleText is what is known of a rule.
type RuleText struct {
	Rule Rule `json:"rule"`
	// Code is the response code of a request that breaks it; empty if it is only noted.
	Code string `json:"code,omitempty"`
	// Sentence is the provider's own, in its spelling, or what its clients agree on.
	Sentence string `json:"sentence"`
	// Source says where the sentence stands.
	Source string `json:"source"`
}

// The rules of OVO's Push To Pay API.
const (
	RuleMethod           Rule = "method"
	RulePath             Rule = "path"
	RuleContentType      Rule = "content_type"
	RuleBodySize         Rule = "body_size"
	RuleJSON             Rule = "json"
	RuleFieldType        Rule = "field_type"
	RuleUnknownField     Rule = "unknown_field"
	RuleAppSource        Rule = "app_source"
	RuleStoreCode        Rule = "store_code"
	RuleCredentials      Rule = "credentials"
	RuleTimeWindow       Rule = "time_window"
	RuleHMAC             Rule = "hmac"
	RuleTerminal         Rule = "terminal"
	RuleProcessingCode   Rule = "processing_code"
	RuleAmount           Rule = "amount"
	RuleMinimumAmount    Rule = "minimum_amount"
	RuleDateFormat       Rule = "date_format"
	RuleDateClock        Rule = "date_clock"
	RuleReferenceNumber  Rule = "reference_number"
	RuleReferenceType    Rule = "reference_type"
	RuleBatchNumber      Rule = "batch_number"
	RuleBatchType        Rule = "batch_type"
	RuleInvoice          Rule = "merchant_invoice"
	RulePhone            Rule = "phone"
	RulePhoneFormat      Rule = "phone_format"
	RuleDuplicateNumber  Rule = "duplicate_reference"
	RuleDuplicateInvoice Rule = "duplicate_invoice"
	RuleReferenceStart   Rule = "reference_start"
	RuleReferenceGap     Rule = "reference_gap"
	RuleReferenceOrder   Rule = "reference_order"
	RuleBatchOrder       Rule = "batch_order"
	RuleBatchStyle       Rule = "batch_style"
	RuleNotFound         Rule = "not_found"
	RuleOriginal         Rule = "original"
	RuleOriginalDate     Rule = "original_date"
	RuleCheckAge         Rule = "check_age"
	RuleReversalCutoff   Rule = "reversal_cutoff"
	RuleVoidCutoff       Rule = "void_cutoff"
	RuleVoidState        Rule = "void_state"
	RuleReversalTooEarly Rule = "reversal_early"
)

const (
	sourceSeed            = "OVO, Push To Pay API, integration page"
	sourceTable           = "OVO, Push To Pay API, response codes"
	sourceTechnical       = "OVO, Push To Pay technical document"
	sourceClients         = "public clients of the Push To Pay API"
	sentenceReference     = "please use sequence numbering starting from 1, and incrementing 1 every Push to Pay request success or failed, max ref number 999999 within 1 batch number"
	sentenceBatch         = "please use sequence numbering starting from 1 and incrementing 1 at daily basis or using date format (ddmmyy)"
	sentenceDate          = "format: yyyy-MM-dd HH:mm:ss.SSS … please ensure that you are using GMT +7 JKT Time and just using 3 digit of milliseconds"
	sentenceBadRequest    = "Bad request: Incorrect JSON Format setup"
	sentenceInvalidFormat = "Invalid format request: Invalid store code, empty storecode, or invalid appsource"
	sentenceDuplicate     = "Duplicate request params: Duplication on merchant invoice or reference number"
)

// Rules lists every rule with its sentence.
func Rules() []RuleText {
	return append([]RuleText{
		{RuleMethod, "", "every operation is an HTTP POST", sourceTechnical},
		{RulePath, "", "one URL for every operation: /pos", sourceTechnical},
		{RuleContentType, "BR", "Content-Type: application/json", sourceTechnical},
		{RuleBodySize, "BR", "a request is a few hundred bytes; more than 64 KiB is none", "this sandbox"},
		{RuleJSON, "BR", sentenceBadRequest, sourceTable},
		{RuleFieldType, "BR", sentenceBadRequest, sourceTable},
		{RuleUnknownField, "", "the request body has the fields of the document and no others", sourceTechnical},
		{RuleAppSource, "BR", sentenceInvalidFormat, sourceTable},
		{RuleStoreCode, "BR", sentenceInvalidFormat, sourceTable},
		{RuleCredentials, "ER", "System Failure: There is an error in OVO Systems, Credentials not found in OVO Systems", sourceTable},
		{RuleTimeWindow, "TO", "Timeout: Request has expired due to invalid usage of unix timestamp (5 minutes max.)", sourceTable},
		{RuleHMAC, "63", "Security Violation: Authentication Failed", sourceTable},
		{RuleTerminal, "EB", "Terminal Blocked: TID and/or MID not registered in OVO Systems", sourceTable},
		{RuleProcessingCode, "96", "Invalid Processing Code", sourceTable},
		{RuleAmount, "13", "Amount is missing ( less than Rp 1 ); amount using Integer type or whole numbers, not allow for decimal format", sourceTable},
		{RuleMinimumAmount, "67", "Below Transaction Limit: The transaction amount is less than the minimum payment", sourceTable},
		{RuleDateFormat, "BR", sentenceDate, sourceSeed},
		{RuleDateClock, "", sentenceDate, sourceSeed},
		{RuleReferenceNumber, "BR", sentenceReference, sourceSeed},
		{RuleReferenceType, "", "referenceNumber is a string of 1 to 6 digits", sourceTechnical},
		{RuleBatchNumber, "BR", "Max of batch number is 6 digits", sourceSeed},
		{RuleBatchType, "", "batchNo is a string of 1 to 6 digits", sourceTechnical},
		{RuleInvoice, "BR", "merchantInvoice is a string of 1 to 50 characters", sourceTechnical},
		{RulePhone, "14", "Invalid Mobile Number / OVO ID: Phone number / OVO ID not found in OVO System", sourceTable},
		{RulePhoneFormat, "", "Enter Your Registered Phone Number in the OVO Application with 08xxx format", sourceSeed},
		{RuleDuplicateNumber, "94", sentenceDuplicate, sourceTable},
		{RuleDuplicateInvoice, "94", sentenceDuplicate, sourceTable},
		{RuleReferenceStart, "", sentenceReference, sourceSeed},
		{RuleReferenceGap, "", sentenceReference, sourceSeed},
		{RuleReferenceOrder, "", sentenceReference, sourceSeed},
		{RuleBatchOrder, "", sentenceBatch, sourceSeed},
		{RuleBatchStyle, "", sentenceBatch, sourceSeed},
		{RuleNotFound, "25", "Transaction Not Found: Payment status not found when called by Check Payment Status API", sourceTable},
		{RuleOriginal, "25", "reversal, void and checks carry the original's amount, number, invoice and phone", sourceClients},
		{RuleOriginalDate, "25", "Date parameter used for check payment API is Date parameter when transaction payment performed", sourceSeed},
		{RuleCheckAge, "54", "Check Payment API can only be used to check payments for the past 7 days", sourceSeed},
		{RuleReversalCutoff, "58", "Cut off time call reversal is at 23:59 or 11:59PM in the same day with transaction push to pay", sourceSeed},
		{RuleVoidCutoff, "58", "Cut off time call void API is at 23:59 or 11:59PM in the same day with transaction push to pay", sourceSeed},
		{RuleVoidState, "25", "a void undoes a payment that was approved", sourceClients},
		{RuleReversalTooEarly, "", "Merchant need to call reversal automatically at 65s if merchant didn’t get any response (type : 0210) from OVO System within 60s", sourceSeed},
	}, slices.Concat(snapRules(), dokuRules(), faspayRules())...)
}

// Violation is one request that broke one rule.
type Violation struct {
	At        time.Time `json:"at"`
	Rule      Rule      `json:"rule"`
	Noted     bool      `json:"noted"` // true: noted only, the request was not refused for it
	Request   uint64    `json:"request"`
	Operation Operation `json:"operation,omitempty"`
	TID       string    `json:"tid,omitempty"`
	Batch     uint32    `json:"batch,omitempty"`
	Reference uint32    `json:"reference,omitempty"`
	Invoice   string    `json:"invoice,omitempty"` // partnerReferenceNo of SNAP
	Detail    string    `json:"detail,omitempty"`
}

// violations keeps the last ones and counts them all.
type violations struct {
	keep  int
	list  []Violation
	count map[Rule]int64
}

func (v *violations) add(violation Violation) {
	if v.count == nil {
		v.count = map[Rule]int64{}
	}
	v.count[violation.Rule]++
	v.list = append(v.list, violation)
	if v.keep > 0 && len(v.list) >= 2*v.keep {
		v.list = append(v.list[:0:0], v.list[len(v.list)-v.keep:]...)
	}
}

// Violations lists the last violations, oldest first.
func (c *Core) Violations() []Violation {
	list := c.violations.list
	if extra := len(list) - c.options.KeepViolations; extra > 0 {
		list = list[extra:]
	}
	return append([]Violation(nil), list...)
}

// ViolationCounts says how often each rule has been broken since the last Reset.
func (c *Core) ViolationCounts() map[Rule]int64 {
	counts := make(map[Rule]int64, len(c.violations.count))
	for rule, n := range c.violations.count {
		counts[rule] = n
	}
	return counts
}

// violated records that a call broke a rule; noted means that it went on all the same.
func (c *Core) violated(now time.Time, held *call, rule Rule, noted bool, detail string) {
	m := held.ovo.message
	v := Violation{At: now, Rule: rule, Noted: noted, Request: held.id, Detail: detail}
	if m != nil {
		v.Operation, v.TID, v.Batch, v.Reference = m.operation, strings.Clone(clip(m.tid, 16)), m.batch, m.reference
		m.broken = append(m.broken, rule)
	}
	if s := held.snap; s != nil {
		v.Operation, v.Invoice = s.service.operation, clip(s.message.invoice(), 64)
		s.broken = append(s.broken, rule)
	}
	if d := held.doku; d != nil {
		v.Operation, v.Invoice = d.operation, clip(d.invoice, 64)
		d.broken = append(d.broken, rule)
	}
	if f := held.faspay; f != nil {
		v.Operation, v.Invoice = f.operation, clip(f.asked().invoice, 64)
		f.broken = append(f.broken, rule)
	}
	c.violations.add(v)
	c.revision++
}
