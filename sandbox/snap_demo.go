package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
)

// The demo's two RSA keys, PKCS#8 in Base64. They were made for this file, are known to
// everybody who can read it, and open nothing but this emulator.
const (
	demoPartnerKey = `
MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCFiZSuuwHwz9XP18di7BIDnVaeqaE8WrVQPXgSmzsBKJL6sKhQGWwcfVUg5y
6HtLeDTENHYnfEiNjR8PgJdwvUFRYb0ICINSrJNvMEvArE5ZZScbpO8bMqTorkYcZ2j+x7ZNPTd/2sWEwEIvxDynGx6ky8u4mLdgh7f/dGtQGO
U9UHC+P4YbargaXiK89JHsCjbCTo5qZqtKY3dhqaDVA58GdEs+Ae6Gnw4ZWHE/UZZuhbmHBQta0Vf4pLSBZddlC/Nz8q+0z4i7hw/1Zx8DNL78
jCsWa+N13aLRuhZtpZxhlUeZvIdByrBDumcFUof2XNltnRW1amb2x40UAp70E9AgMBAAECggEADYs5uEshVEJQJkd1YpQc857mpSsBPnTYxO2n
GwQBhQmPdruqJo2diHoxwyePcZYjsr5uaHQVP6q9ivWMwrD/UyBcYK/SCX6S+1uGZGmKEhRTHcOJKO6cxGK49ZbxIR9R1eYREfaulOdTtmux+F
I1G91usQm4Vpu/Gn+NHe/H256Bj52/c4x2AUDtic6gtBJK7r7rrf5N7jOQUHNJPOlCI7k5yFNzxejNRWKjejwvgeedfN2KWMRxYqnbN2s4/IuR
JlfQ+ZekyhDelr0X9HeVmEBWN0PaYQPIUmPFDDX6yzulx8hhk0JbuPLgTiwuLqQWxC4H7PKdVmGxa8sapJn6RQKBgQC7DPxANJ9Mgpy1MbOYK+
yVvv9CgflmFapU5SskVkfLtYeqp9Q1bpRw8mvL/Q3kuoN8RvygOcPXDbH44aFOLF4dft8rmu8j0DFpjANrxkOWYuHFpbvWZ1o0ED0BI13W6fsn
CBCV9uxVCMHma4IHBJXExuS21is0bw6LNq6+8OUCtwKBgQC2wtIXpAcQKhc/OpKxaAcvqp8+ahXi1xTtdIIgHxZk7889ktniyghww51icW0swH
BKNWH1DQQpo7JhzJ1UnxFu/UsL69cTBgMC2F0jCG7L04c8KshwiDtufY/XU0i2+p4KAZxPH61U0BsT6MM7vNb5BPh1XNZ2hdRZ8PdkKAgXqwKB
gQCXFUL+fUKaIvl+pVmBtSDQR0iYqLEQUrmU/tHc9M/i64pcPlj6m4nMvRJy3sAFGt2vWQseQ+o6XvZ8p4qJwO539o0+BFPaYoQ203/D4o2e/9
mKsnZJFIvYd7E+pRlbyPwyp6H1708u0/cCLZ4GGx75pQkB4XVeUcG2koGM+riPewKBgQCinlNmabNHNMyenDWu2YubZExxst9qikq6xvKKNl8s
zR0wAp0RaQd9nvFJiPfF3C2OOlXBQCW2D0xILVLI2wkeIw9FukITUUQYogCtjXFYuA0bAk57oxyOwfbdd+O5vOImsSwuU1ddohaV7oTZgLwfs8
aIV2UU7Rv4M6tNWTlqJQKBgQCYFOldPVGKcQSnBpiAQ5XN+YG9yDiRqfa8WqhOkLXB+1bWgowO7rCopn79nOPtu1tm+TU4Jwpk9gqIzgDCen1v
8UxEooZjBtYEBmMKK965ZxVbiGYTAkD+lC0aaCHl8SzTMUYJMTiOWxZd4WOdoFbZ7SeOHdEOijOxVBH9uN8T6g==
`
	demoProviderKey = `
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCputqFqMfRtsck7vaH3c8VbEcX1PNJWEoEKe70ZBNi6J/sE0e4TYj313gsK2
G984r1c5YdAnRwAlkdUZLxN4LFihMTGU2ivkAJUylMsvBn++BDHmtCoQIx0z9UqpbFC5CNEcZ1ZiHuuMZXVY2FQMeWbY80d3IjzSMhhk5bcIWu
HJNS19QZmm+z2+JGoMtYgESpGsPmKbdsXWdWXEipe3Cf0qXYXt6pf0J8cEwrHsj6ql6y+Md7h/u083Q/yEngEoWZ+jaeNkq8D4MfRym5GqMh1E
tni033zypetRxd/7nHT7ixoW/1ya0V0m2h37vPymer4DSEV2IbCtZfv53w2m5jAgMBAAECggEAAdtCMPcSecfq2rZlv5ZcrFUlsUGKMwcCXD73
LE4nQMw0P5lLDggvE4LpqhYEDiyqnEUE4yatOQfANh1ieD1NXWAawE6PtlQoECdhisNkShw2V5WZbROkxKsVBMCO60h/7sMUgsvjWstDmXNH8S
lZutqnl9Z8oElJ9T+/qKliP5rE0JGcDQvgFr8HjWx/ZTu2V1l39fxgKR8uHtOrployDPPEefeXX4pDqjGV0YJe2tc+unNYsVI8ud1jnzYDqFqx
NKmdSSaZQYBQjya/zUxDrjDhRNZ12VMUHfL9EAJrQhiWiU5OJSEmM9zS0VVBHzhJrDor97HPtkWkKTY7msE9WQKBgQDsPTRdRr9nZg8YuONcCE
JW3GfU2gFUBLTeC1iCxJNvInACP6HYKJdzYPLFm5YSuxvppJqCQMFVW4APckRAEElyKciL5wirfTHdiWv6a76TjRHz3pVC4uHDef08DN4qgFjd
YrYWtQjJqIlaor3nCW+zy2qTpXodEmh0s9Gi1or+CwKBgQC37W3pdwp7X8rlIOrp9p/QfkI1iWOPNpw/fAQE+nLX82vFcJjVh8LF9MWZ7kiYxP
eL9h3RSEC16FHUIYLGmY5Op28rqZbUPj7StuY2fMYx0leEGRlFyWvJNlfslDfI1CTCd2QD7E6bwmQmwt8BTkXom2k87Eanv9U8hf48dhaACQKB
gDwnmZ3m1fZOVqnE6qAUuk/D7+yTVqM+T4/6857Yz3INIthvu5Z/P5FxrmADLkO2wXTNJUrlklVZ51IHlrl5bDpVyWtWeS6xwnDW/VfW98A6u8
eNdhSCEVrlRUZ1QF0yMW6uJA/EKWiwMcmShyi9jmQJ+CmAiYe9mDufTlJYryvhAoGAJOE52cdh1a02jM0V7YXjM7YtZni++tdzaxNd5vWlE4Ie
yP8z1hUby/+xo5Tw/5j3HhxijDVVrGQCDGwPwezGaSUPmIyvzq0QgcXk0WYhg5nurHEv7RtfPoBkDu8FZIKNQGUaK+M1O+w1ksQeXS+puuN2rZ
2e6UIA6trfSJZRGqkCgYEAkg5ASSL58Dna+xwxllMN+i6WANGo5YVE1Mt2KO24KhuPipkNhsRNYyXqdgJL3LZHQ9Wp8QIjFB4qf1W97r8kvsed
YZfxzV/h9/USIOdyiiyBl5dm3U/43rQwqbM/hb370ERlVVL0CwtAoLJbyw3XFA+RAlgFMiJn9b9Z2X52eA8=
`
)

// DemoSNAPKey returns the private key whose public half DemoSNAPMerchant has: with it the
// demo's partner signs. It returns an error only if the key in this package is spoilt.
func DemoSNAPKey() (*rsa.PrivateKey, error) { return partnerKey() }

// DemoProviderKey returns the key with which a sandbox signs asymmetric notifications
// when it is given none.
func DemoProviderKey() (*rsa.PrivateKey, error) { return providerKey() }

// The keys are read once: checking an RSA key takes longer than serving a hundred payments.
var (
	partnerKey  = sync.OnceValues(func() (*rsa.PrivateKey, error) { return demoKey(demoPartnerKey) })
	providerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return demoKey(demoProviderKey) })
)

func demoKey(text string) (*rsa.PrivateKey, error) {
	der, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("read the demo key: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read the demo key: %w", err)
	}
	known, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read the demo key: it is %T, not RSA", key)
	}
	return known, nil
}
