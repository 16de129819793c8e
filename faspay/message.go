package faspay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"
)

// Operation names what is asked of Faspay. The strings are stable and may be stored.
type Operation string

// The five operations.
const (
	PostData Operation = "post_data"  // make a bill
	Direct   Operation = "ovo_direct" // ask the customer to pay in the OVO app
	Inquiry  Operation = "inquiry"    // ask what became of a bill
	Cancel   Operation = "cancel"     // take an unpaid bill back
	Channels Operation = "channels"   // ask which ways to pay there are
)

// Default limits of one call, from sending to the last byte of the answer, used when the
// context has no deadline. Faspay names none; all are ours. A Direct blocks while the
// customer confirms, for which OVO gives 55 s.
const (
	PostDataTimeout = 30 * time.Second
	DirectTimeout   = 75 * time.Second
	InquiryTimeout  = 15 * time.Second
	CancelTimeout   = 15 * time.Second
	ChannelsTimeout = 15 * time.Second
)

// SendWithin is how long after it was rendered a request that changes something may
// leave. A process that was paused in between must not ask the customer late.
const SendWithin = 2 * time.Second

// words are an operation's fixed values. Faspay does not check the text of `request`, and
// its own samples differ.
type words struct {
	request string
	timeout time.Duration
	changes bool // has a SendBy
}

func (o Operation) words() words {
	switch o {
	case PostData:
		return words{"Post Data Transaction", PostDataTimeout, true}
	case Direct:
		return words{"", DirectTimeout, true}
	case Inquiry:
		return words{"Inquiry Payment Status", InquiryTimeout, false}
	case Cancel:
		return words{"Cancel Payment", CancelTimeout, true}
	case Channels:
		return words{"Request List of Payment Gateway", ChannelsTimeout, false}
	}
	return words{}
}

// Operations lists all five, in the order of this package's documentation.
func Operations() []Operation { return []Operation{PostData, Direct, Inquiry, Cancel, Channels} }

// Timeout is the call's default limit; zero for an unknown operation.
func (o Operation) Timeout() time.Duration { return o.words().timeout }

// encoding is the form in which o is sent by a client that is set to e.
func (o Operation) encoding(e Encoding) Encoding {
	switch {
	case o == Direct:
		return URLEncoded
	case e == XML && o != Channels:
		return XML
	}
	return JSON
}

// Request is one operation.
//
//	field   post_data  ovo_direct  inquiry    cancel  channels
//	Bill    yes
//	BillNo                         yes        yes
//	TrxID              yes         if known¹  yes
//	Phone              yes
//	Reason                                    yes
//
// ¹ Faspay's table has it as mandatory; after a post that was not answered there is none,
// and bill_no is what the request is signed over.
//
// It prints with its phone masked and without the customer.
type Request struct {
	Operation Operation // may be left empty with Client.PostData and its sisters
	Bill      Bill
	BillNo    string
	TrxID     string // from the answer to the post, digits
	Phone     string // ovo_number: 08…, 62… or +62…; see NormalizePhone
	Reason    string // payment_cancel, 1 to 50 characters
}

// completed gives r with its defaults, as it goes on the wire.
func (r Request) completed(merchantID string, at time.Time) Request {
	switch r.Operation {
	case PostData:
		r.Bill = r.Bill.completed(merchantID, at)
	case Direct:
		if phone, err := NormalizePhone(r.Phone); err == nil {
			r.Phone = phone
		}
	}
	return r
}

// check reports all mistakes of a completed request together, as *FieldError joined.
func (r *Request) check(at time.Time) error {
	var p problems
	switch r.Operation {
	case PostData:
		r.Bill.check(&p, at)
	case Direct:
		p.trxID(r.TrxID)
		p.phone("ovo_number", r.Phone)
	case Inquiry:
		p.billNo(r.BillNo)
		if r.TrxID != "" {
			p.trxID(r.TrxID)
		}
	case Cancel:
		p.billNo(r.BillNo)
		p.trxID(r.TrxID)
		p.text("payment_cancel", r.Reason, 1, 50)
	case Channels:
	default:
		p.must(false, "operation", "is not one of the five", "post_data, ovo_direct, inquiry, cancel, channels")
	}
	p.must(plausible(at), "rendering", "would not be at a plausible time", "check the clock")
	return p.err()
}

// body writes the message.
func (c *Client) body(r *Request, f Encoding) []byte {
	if r.Operation == Direct {
		return []byte(c.directValues(r.TrxID, r.Phone).encode())
	}
	fields := make(record, 0, 48)
	fields.add("request", r.Operation.words().request)
	switch r.Operation {
	case PostData:
		fields.add("merchant_id", c.merchantID)
		fields.add("merchant", c.merchant)
		r.Bill.record(&fields, c.amount, f)
		fields.add("signature", c.credentials.SignBill(r.Bill.Number))
	case Inquiry, Cancel:
		fields.add("trx_id", r.TrxID)
		fields.add("merchant_id", c.merchantID)
		if r.Operation == Cancel {
			fields.add("merchant", c.merchant)
		}
		fields.add("bill_no", r.BillNo)
		fields.add("payment_cancel", r.Reason)
		fields.add("signature", c.credentials.SignBill(r.BillNo))
	case Channels:
		fields.add("merchant_id", c.merchantID)
		fields.add("merchant", c.merchant)
		fields.add("signature", c.credentials.SignChannels())
	}
	return fields.write(make([]byte, 0, 2048), f)
}

// values are the three fields of ovo_direct, in OVO Integration Guide's order.
type values [3]struct{ Name, Value string }

func (c *Client) directValues(trxID, phone string) values {
	return values{{"trx_id", trxID}, {"ovo_number", phone}, {"signature", c.credentials.SignTransaction(trxID)}}
}

func (v values) encode() string {
	var b strings.Builder
	for i, field := range v {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(field.Name + "=" + url.QueryEscape(field.Value))
	}
	return b.String()
}

// identity is what an answer must be about.
type identity struct {
	merchantID, billNo, trxID string
	body                      *byte // the first byte of the Body it was made from
}

// String is "bill 4370 trx 9999981256572178".
func (w identity) String() string {
	s := ""
	if w.billNo != "" {
		s = "bill " + w.billNo
	}
	if w.trxID != "" {
		s = strings.TrimPrefix(s+" trx "+w.trxID, " ")
	}
	return maskDigits(s)
}

// readRequest tells what one of our own messages is and is about.
func readRequest(body []byte) (Operation, Encoding, identity, error) {
	refuse := func(why string) (Operation, Encoding, identity, error) {
		return "", "", identity{}, errors.New("body: " + why)
	}
	doc, f, err := parse(body)
	if errors.Is(err, errForm) {
		v, err := url.ParseQuery(string(body))
		if err != nil || len(v) != 3 || v.Get("ovo_number") == "" || !isTrxID(v.Get("trx_id")) || len(v.Get("signature")) != 40 {
			return refuse("not the three fields of ovo_direct")
		}
		return Direct, URLEncoded, identity{trxID: v.Get("trx_id"), body: &body[0]}, nil
	}
	if err != nil {
		return refuse(err.Error())
	}
	w := identity{merchantID: doc.get("merchant_id"), billNo: doc.get("bill_no"), trxID: doc.get("trx_id"), body: &body[0]}
	for _, o := range Operations() {
		if request := o.words().request; request == "" || request != doc.get("request") {
			continue
		}
		if w.merchantID == "" || w.billNo == "" && o != Channels {
			return refuse("merchant_id or bill_no is missing")
		}
		if o.encoding(f) != f {
			return refuse("not the form of this operation")
		}
		return o, f, w, nil
	}
	return refuse("its request is none of ours")
}

// String names the request, without phone or customer.
func (r Request) String() string {
	w := identity{billNo: r.BillNo, trxID: r.TrxID}
	if r.Operation == PostData {
		return strings.TrimSpace(string(r.Operation) + " " + r.Bill.String())
	}
	s := strings.TrimSpace(string(r.Operation) + " " + w.String())
	if r.Phone != "" {
		s += " " + MaskPhone(r.Phone)
	}
	return s
}

// Format prints String for every verb, so that no verb shows the phone.
func (r Request) Format(f fmt.State, _ rune) { print(f, r.String()) }

// LogValue is String.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
