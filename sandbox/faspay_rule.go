package sandbox

// The rules of Faspay's debit API.
const (
	RuleFaspayPath         Rule = "faspay_path"
	RuleFaspayMethod       Rule = "faspay_method"
	RuleFaspaySize         Rule = "faspay_body_size"
	RuleFaspayForm         Rule = "faspay_form"
	RuleFaspayXML          Rule = "faspay_xml"
	RuleFaspayEncoding     Rule = "faspay_encoding"
	RuleFaspayFieldType    Rule = "faspay_field_type"
	RuleFaspayMandatory    Rule = "faspay_mandatory"
	RuleFaspayField        Rule = "faspay_field"
	RuleFaspayUnknownField Rule = "faspay_unknown_field"
	RuleFaspayMerchant     Rule = "faspay_merchant"
	RuleFaspayMerchantName Rule = "faspay_merchant_name"
	RuleFaspaySignature    Rule = "faspay_signature"
	RuleFaspayBillNo       Rule = "faspay_bill_no"
	RuleFaspayBillNoTwice  Rule = "faspay_bill_no_repeated"
	RuleFaspayBillDate     Rule = "faspay_bill_date"
	RuleFaspayBillExpired  Rule = "faspay_bill_expired"
	RuleFaspayAmount       Rule = "faspay_amount"
	RuleFaspayAmountPoint  Rule = "faspay_amount_point"
	RuleFaspayAmountSum    Rule = "faspay_amount_sum"
	RuleFaspayChannel      Rule = "faspay_payment_channel"
	RuleFaspayPayType      Rule = "faspay_pay_type"
	RuleFaspayTerminal     Rule = "faspay_terminal"
	RuleFaspayCustomer     Rule = "faspay_msisdn"
	RuleFaspayItem         Rule = "faspay_item"
	RuleFaspayTrxID        Rule = "faspay_trx_id"
	RuleFaspayPhone        Rule = "faspay_ovo_number"
	RuleFaspayPhoneFormat  Rule = "faspay_ovo_number_format"
	RuleFaspayPushOpen     Rule = "faspay_push_open"
	RuleFaspayBillOver     Rule = "faspay_bill_over"
	RuleFaspayNotFound     Rule = "faspay_not_found"
	RuleFaspayCancelPaid   Rule = "faspay_cancel_paid"
	RuleFaspayCancelOver   Rule = "faspay_cancel_over"
	RuleFaspayAcknowledge  Rule = "faspay_acknowledgement"
)

func faspayRules() []RuleText {
	const (
		guide   = "Faspay, OVO Integration Guide"
		post    = "Faspay, Post Data Transaction"
		notify  = "Faspay, Payment Notification"
		inquiry = "Faspay, Inquiry Payment Status"
		cancel  = "Faspay, Cancel Transaction"
		codes   = "Faspay, Status Response Code"
		here    = "this sandbox"

		format    = "30: Format Error"
		recipe    = "$signature = sha1(md5($user_id.$passw.$trx_id))"
		mandatory = "83: Parameter is mandatory"
		amount    = `Rp. 10.000,00 Written 1000000`
		ovoNumber = "customer's number already register on OVO"
	)
	return []RuleText{
		{RuleFaspayPath, "404", "Post Data Transaction, Inquiry, Cancel, Channel Inquiry: /cvr/… or /pws/…; please post the details to Faspay's URL Endpoint /pws/ovo_direct", guide},
		{RuleFaspayMethod, "405", "please post the details below to Faspay's URL Endpoint", guide},
		{RuleFaspaySize, "30", "a request is a few thousand bytes; more than 64 KiB is none", here},
		{RuleFaspayForm, "30", format, codes},
		{RuleFaspayXML, "30", "XML has no document type, no entities of its own and no processing instructions: they are read as an attack", here},
		{RuleFaspayEncoding, "30", `<?xml version="1.0" encoding="UTF-8" ?>`, guide},
		{RuleFaspayFieldType, "30", format, codes},
		{RuleFaspayMandatory, "83", mandatory, codes},
		{RuleFaspayField, "30", format, codes},
		{RuleFaspayUnknownField, "", "84: Unregistered Parameters; Faspay's own plugin sends payment_plant, so that it is let through", codes},
		{RuleFaspayMerchant, "03", "03: Invalid Merchant", codes},
		{RuleFaspayMerchantName, "", "merchant: AN32, mandatory; public clients leave it out", post},
		{RuleFaspaySignature, "55", recipe + "; of a bill's own requests over bill_no", guide},
		{RuleFaspayBillNo, "30", "bill_no: AN32", post},
		{RuleFaspayBillNoTwice, "14", "bill_no: order number, unique", post},
		{RuleFaspayBillDate, "30", "bill_date: YYYY-MM-DD HH:MM:SS", post},
		{RuleFaspayBillExpired, "54", "bill_expired: YYYY-MM-DD HH:MM:SS, at most 30 days", post},
		{RuleFaspayAmount, "13", amount, post},
		{RuleFaspayAmountPoint, "", amount + "; Faspay's old tool for XML writes 8000.00", post},
		{RuleFaspayAmountSum, "", "bill_total is what is to be paid; that gross, fee and tax add up to it is nowhere asked", post},
		{RuleFaspayChannel, "82", "payment_channel: 812 is OVO", post},
		{RuleFaspayPayType, "40", "pay_type: 1 full settlement, 2 instalment, 3 mixed", post},
		{RuleFaspayTerminal, "30", "terminal: 10 web, 21 Android, 22 iOS", post},
		{RuleFaspayCustomer, "18", "18: Invalid Customer or MSISDN is not found", codes},
		{RuleFaspayItem, "83", "item: mandatory, with product, qty, amount, payment_plan, merchant_id, tenor", post},
		{RuleFaspayTrxID, "14", "trx_id: transaction unix id from post data transaction", guide},
		{RuleFaspayPhone, "14", ovoNumber, guide},
		{RuleFaspayPhoneFormat, "", ovoNumber + ": 08817482255", guide},
		{RuleFaspayPushOpen, "94", "Duplicate request params: the customer is being asked", sourceTable},
		{RuleFaspayBillOver, "54", "17: Order Cancelled, 54: Order is Expired, 80: Payment Was Reversal, 81: Already Been Paid", codes},
		{RuleFaspayNotFound, "14", "14: Invalid Order; payment_status_code 5: No bills found", inquiry},
		{RuleFaspayCancelPaid, "81", "a paid transaction cannot be cancelled", cancel},
		{RuleFaspayCancelOver, "54", "17: Order Cancelled, 54: Order is Expired, 80: Payment Was Reversal", codes},
		{RuleFaspayAcknowledge, "", "response_code 00, in the form of the notification, with HTTP 200", notify},
	}
}
