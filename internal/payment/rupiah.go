package payment

import "strconv"

// Rupiah is an amount in whole rupiah. There are no smaller units and no floats.
type Rupiah int64

// String writes the amount as Indonesians do: Rp 12.500.
func (r Rupiah) String() string {
	digits := strconv.FormatInt(int64(r), 10)
	sign := ""
	if r < 0 {
		sign, digits = "-", digits[1:]
	}
	out := make([]byte, 0, len(digits)+len(digits)/3+4)
	out = append(out, sign...)
	out = append(out, "Rp "...)
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, '.')
		}
		out = append(out, d)
	}
	return string(out)
}
