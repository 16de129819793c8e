package qris

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Build writes the payload, objects in the order of their IDs and the checksum last. It
// refuses what Validate refuses.
func (p Payload) Build() (string, error) {
	if err := p.Validate(); err != nil {
		return "", err
	}
	list := []Object{{ID: "00", Value: "01"}}
	add := func(id, value string) {
		if value != "" {
			list = append(list, Object{ID: id, Value: value})
		}
	}
	add("01", string(p.Initiation))
	for _, a := range p.Accounts {
		value := a.Value
		if isTemplate(a.ID) {
			var err error
			if value, err = gather(a.places(), a.Others, a.ID); err != nil {
				return "", err
			}
		}
		add(a.ID, value)
	}
	additional, err := gather(p.Additional.places(), p.Additional.Others, "62")
	if err != nil {
		return "", err
	}
	language, err := gather(p.Language.places(), p.Language.Others, "64")
	if err != nil {
		return "", err
	}
	add("52", p.CategoryCode)
	add("53", p.Currency)
	add("54", p.Amount)
	add("55", string(p.Tip))
	add(map[TipMode]string{TipFixed: "56", TipPercent: "57"}[p.Tip], p.TipValue)
	add("58", p.Country)
	add("59", p.MerchantName)
	add("60", p.City)
	add("61", p.PostalCode)
	add("62", additional)
	add("64", language)
	list = append(list, p.Others...)
	text, err := Encode(list)
	if err != nil {
		return "", err
	}
	if text = Seal(text); length(text) > MaxLength {
		return "", &Error{At: MaxLength, Problem: fmt.Sprintf("longer than %d characters", MaxLength)}
	}
	return text, nil
}

// gather writes what spread has read.
func gather(places []place, others []Object, tag string) (string, error) {
	var list []Object
	for _, p := range places {
		if *p.to != "" {
			list = append(list, Object{ID: p.id, Value: *p.to})
		}
	}
	text, err := Encode(append(list, others...))
	var inner *Error
	if errors.As(err, &inner) {
		inner.Tag = join(tag, inner.Tag)
	}
	return text, err
}

// Validate checks the payload against EMVCo's table of objects. All mistakes are
// reported together, as *Error joined. Amounts must be positive numbers; whether it is
// Indonesian, and right, is for Check to say.
func (p Payload) Validate() error {
	var v validator
	v.must(p.Initiation == "" || p.Initiation == Static || p.Initiation == Dynamic, "01", "must be 11 or 12")
	v.must(len(p.Accounts) > 0, "26", "there is no merchant account information, 02 to 51")
	v.accounts(p.Accounts, p.Country == Indonesia)
	v.must(len(p.CategoryCode) == 4 && digits(p.CategoryCode), "52", "must be four digits")
	v.must(len(p.Currency) == 3 && digits(p.Currency), "53", "must be three digits")
	v.must(p.Amount == "" || isAmount(p.Amount), "54", "must be a positive number of up to 13 characters")
	v.tip(p)
	v.must(len(p.Country) == 2 && capitals(p.Country), "58", "must be two capital letters")
	v.text(p.MerchantName, 1, 25, "59")
	v.text(p.City, 1, 15, "60")
	v.text(p.PostalCode, 0, 10, "61")
	for _, place := range p.Additional.places() {
		most := 25
		if place.id == "09" {
			most = 3
		}
		v.text(*place.to, 0, most, "62."+place.id)
	}
	v.others(p.Additional.Others, "62", "12", "99")
	for _, o := range p.Additional.Others {
		if o.ID >= "50" {
			if _, err := o.template(join("62", o.ID)); err != nil {
				v = append(v, placeless(err))
			}
		}
	}
	v.must(p.Language.Code == "" || len(p.Language.Code) == 2, "64.00", "must be two letters")
	v.text(p.Language.Name, 0, 25, "64.01")
	v.text(p.Language.City, 0, 15, "64.02")
	v.others(p.Language.Others, "64", "03", "99")
	v.others(p.Others, "", "65", "99")
	return errors.Join(v...)
}

// validator collects mistakes.
type validator []error

func (v *validator) must(ok bool, tag, problem string) {
	if !ok {
		*v = append(*v, &Error{Tag: tag, At: -1, Problem: problem})
	}
}

func (v *validator) text(s string, least, most int, tag string) {
	v.must(length(s) >= least && length(s) <= most, tag, fmt.Sprintf("must have %d to %d characters", least, most))
	v.must(readable(s) == nil, tag, "has characters that no code can carry")
}

// accounts knows the lengths inside a template in Indonesia only; elsewhere they are the
// scheme's own.
func (v *validator) accounts(list []Account, indonesian bool) {
	pan, merchant, criteria := 99, 99, 99
	if indonesian {
		pan, merchant, criteria = 19, 15, 3
	}
	seen := map[string]bool{}
	for _, a := range list {
		if len(a.ID) != 2 || !digits(a.ID) || a.ID < "02" || a.ID > "51" {
			v.must(false, "", "the ID of an account must be 02 to 51")
			continue
		}
		v.must(!seen[a.ID], a.ID, "stands twice")
		seen[a.ID] = true
		if !isTemplate(a.ID) {
			v.text(a.Value, 1, 99, a.ID)
			v.must(a.GUID == "" && a.PAN == "" && a.MerchantID == "" && a.Criteria == "" && a.Others == nil, a.ID, "is no template; it has a Value only")
			continue
		}
		v.must(a.Value == "", a.ID, "is a template; it has no Value")
		v.text(a.GUID, 1, 32, a.ID+".00")
		v.text(a.PAN, 0, pan, a.ID+".01")
		v.text(a.MerchantID, 0, merchant, a.ID+".02")
		v.text(a.Criteria, 0, criteria, a.ID+".03")
		v.others(a.Others, a.ID, "04", "99")
	}
}

// others checks objects without a name: in their range, once each, readable.
func (v *validator) others(list []Object, tag, least, most string) {
	seen := map[string]bool{}
	for _, o := range list {
		if len(o.ID) != 2 || !digits(o.ID) || o.ID < least || o.ID > most {
			v.must(false, tag, "another object's ID must be "+least+" to "+most)
			continue
		}
		v.must(!seen[o.ID], join(tag, o.ID), "stands twice")
		seen[o.ID] = true
		v.text(o.Value, 1, 99, join(tag, o.ID))
	}
}

func (v *validator) tip(p Payload) {
	switch p.Tip {
	case NoTip, TipPrompt:
		v.must(p.TipValue == "", "56", "goes only with a tip indicator, 55, of 02 or 03")
	case TipFixed:
		v.must(isAmount(p.TipValue), "56", "must be a positive number of up to 13 characters")
	case TipPercent:
		percent, err := strconv.ParseFloat(p.TipValue, 64)
		v.must(err == nil && len(p.TipValue) <= 5 && isAmount(p.TipValue) && percent >= 0.01 && percent <= 99.99, "57", "must be 00.01 to 99.99")
	default:
		v.must(false, "55", "must be 01, 02 or 03")
	}
}

// isAmount: digits with at most one point between them, not all zero.
func isAmount(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	return len(s) <= 13 && whole != "" && digits(whole) && digits(fraction) && (!point || fraction != "") && strings.Trim(s, "0.") != ""
}

func capitals(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// placed gives the errors of Validate the positions of their objects in a text that was
// parsed; what is missing has none.
func placed(err error, text string) error {
	joined, ok := err.(interface{ Unwrap() []error })
	list, _ := Objects(text)
	if !ok {
		return err
	}
	for _, one := range joined.Unwrap() {
		e, ok := one.(*Error)
		for _, o := range list {
			if ok && e.At < 0 && strings.HasPrefix(e.Tag, o.ID) {
				e.At = o.At
			}
		}
	}
	return err
}

// placeless takes the position out of an error about something that is not written yet.
func placeless(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return &Error{Tag: e.Tag, At: -1, Problem: e.Problem}
	}
	return err
}
