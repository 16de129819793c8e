package api

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"strconv"
	"time"

	"github.com/lunas-pay/lunas/internal/payment"
)

// NewCustomer is who is billed, for rails that make a bill.
type NewCustomer struct {
	Number     string `json:"number,omitempty" maxLength:"32" doc:"Your own number of the customer."`
	Name       string `json:"name,omitempty" maxLength:"100"`
	Email      string `json:"email,omitempty" maxLength:"128" example:"budi@example.id"`
	Address    string `json:"address,omitempty" maxLength:"200"`
	City       string `json:"city,omitempty" maxLength:"50"`
	Region     string `json:"region,omitempty" maxLength:"100"`
	PostalCode string `json:"postal_code,omitempty" maxLength:"10"`
	Country    string `json:"country,omitempty" pattern:"^[A-Z]{2}$" example:"ID" doc:"ISO 3166, two letters."`
}

// NewItem is a line of a bill.
type NewItem struct {
	ID       string `json:"id,omitempty" maxLength:"50"`
	Name     string `json:"name" minLength:"1" maxLength:"50" example:"Kopi Tubruk"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"1000000" example:"2"`
	Price    int64  `json:"price" minimum:"0" maximum:"999999999999" example:"6250" doc:"Of one, in whole rupiah."`
}

const (
	itemsMax    = 100
	quantityMax = 1_000_000
)

var (
	customerFields = []string{"number", "name", "email", "address", "city", "region", "postal_code", "country"} // never written
	itemFields     = []string{"id", "name", "quantity", "price"}                                                // never written
)

// readCustomer reads who is billed. No value of it stands in a problem: it is personal data.
func readCustomer(value json.RawMessage) (*NewCustomer, *Problem) {
	all, p := members(value, "customer")
	if p != nil {
		return nil, p
	}
	c := &NewCustomer{}
	texts := map[string]struct {
		to   *string
		most int
	}{
		"number": {&c.Number, 32}, "name": {&c.Name, 100}, "email": {&c.Email, 128}, "address": {&c.Address, 200},
		"city": {&c.City, 50}, "region": {&c.Region, 100}, "postal_code": {&c.PostalCode, 10}, "country": {&c.Country, 2},
	}
	for _, m := range all {
		field, known := texts[m.name]
		if !known {
			return nil, unknownField(m.name, customerFields).in("customer")
		}
		s, p := text("customer."+m.name, m.value)
		if p == nil {
			p = checkText("customer."+m.name, s, 1, field.most, "customer_invalid")
		}
		if p != nil {
			return nil, p
		}
		*field.to = s
	}
	if address, err := mail.ParseAddress(c.Email); c.Email != "" && (err != nil || address.Address != c.Email) {
		return nil, problem("customer_invalid", "customer.email is no e-mail address").in("customer.email")
	}
	if upper := func(b byte) bool { return b >= 'A' && b <= 'Z' }; c.Country != "" && (len(c.Country) != 2 || !upper(c.Country[0]) || !upper(c.Country[1])) {
		return nil, problem("customer_invalid", "customer.country is not two capital letters").in("customer.country")
	}
	return c, nil
}

func (c *NewCustomer) customer() *payment.Customer {
	if c == nil {
		return nil
	}
	made := payment.Customer(*c)
	return &made
}

// readItems reads the lines of a bill.
func readItems(value json.RawMessage) ([]NewItem, *Problem) {
	var list []json.RawMessage
	if kindOf(value) != "an array" || json.Unmarshal(value, &list) != nil {
		return nil, wrongType("items", "an array", value)
	}
	if len(list) < 1 || len(list) > itemsMax {
		return nil, problem("items_invalid", fmt.Sprintf("items has %d entries, 1 to %d are taken", len(list), itemsMax)).in("items")
	}
	items := make([]NewItem, 0, len(list))
	for i, value := range list {
		item, p := readItem(fmt.Sprintf("items.%d", i), value)
		if p != nil {
			return nil, p
		}
		items = append(items, item)
	}
	return items, nil
}

func readItem(at string, value json.RawMessage) (item NewItem, p *Problem) {
	all, p := members(value, at)
	if p != nil {
		return item, p
	}
	seen := map[string]bool{}
	for _, m := range all {
		field := at + "." + m.name
		seen[m.name] = true
		switch m.name {
		case "id":
			item.ID, p = readText(member{field, m.value}, 0, 50, "items_invalid")
		case "name":
			item.Name, p = readText(member{field, m.value}, 1, 50, "items_invalid")
		case "quantity":
			var n int64
			n, p = readWhole(field, m.value, 1, quantityMax)
			item.Quantity = int(n)
		case "price":
			item.Price, p = readWhole(field, m.value, 0, amountMax)
		default:
			p = unknownField(m.name, itemFields).in(at)
		}
		if p != nil {
			return item, p
		}
	}
	for _, name := range itemFields[1:] {
		if !seen[name] {
			return item, missing(at + "." + name)
		}
	}
	return item, nil
}

func readWhole(field string, value json.RawMessage, least, most int64) (int64, *Problem) {
	if kindOf(value) != "a number" {
		return 0, wrongType(field, "a whole number, without quotes", value)
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if !wholeNumber.Match(value) || err != nil || n < least || n > most {
		return 0, problem("items_invalid", fmt.Sprintf("%s must be a whole number from %d to %d", field, least, most)).in(field)
	}
	return n, nil
}

func itemsOf(list []NewItem) (items []payment.Item) {
	for _, i := range list {
		items = append(items, payment.Item{ID: i.ID, Name: i.Name, Quantity: i.Quantity, Price: payment.Rupiah(i.Price)})
	}
	return items
}

// readExpiry reads a time with its zone.
func readExpiry(m member) (string, *Problem) {
	s, p := text(m.name, m.value)
	if p != nil {
		return "", p
	}
	if at, err := time.Parse(time.RFC3339, s); err != nil || at.Year() > 9999 {
		return "", problem("expires_at_invalid", m.name+" is no time such as 2026-03-21T10:15:30+07:00").in(m.name)
	}
	return s, nil
}

// expiry is when a bill shall end; zero: as the account's terms say.
func (n *NewPayment) expiry() time.Time {
	at, _ := time.Parse(time.RFC3339, n.ExpiresAt) // read before
	return at
}
