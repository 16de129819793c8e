package exchange

// Masked shows a message to people: secrets, phone numbers, names, addresses and balances are masked.
func Masked(wire []byte) string { return "" }

// Message is a message taken apart for showing.
type Message struct {
	FirstLine string
	Header    []Field // in the order and spelling of the wire
	Body      []byte  // chunks joined, otherwise as it was on the wire
	Rest      []byte  // what came after the message's end, such as the answer after a 100 Continue
}

// Field is one header line.
type Field struct{ Name, Value string }

// ParseWire takes a message apart. It never fails: what is no HTTP is all Body.
func ParseWire(wire []byte) Message { return Message{Body: wire} }
