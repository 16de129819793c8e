package sandbox

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
)

// The demo's two RSA keys, PKCS#8 in Base64. They were made for this file, are known to
// everybody who can read it, and open nothing but this emulator.
const (
	demoPartnerKey = `
MIIEpQIBAAKCAQEAhYmUrrsB8M/Vz9fHYuwSA51WnqmhPFq1UD14Eps7ASiS+rCoUBlsHH1VIOcuh7S3g0xDR2J3xIjY0fD4CXcL1BUWG9CAiD
UqyTbzBLwKxOWWUnG6TvGzKk6K5GHGdo/se2TT03f9rFhMBCL8Q8pxsepMvLuJi3YIe3/3RrUBjlPVBwvj+GG2q4Gl4ivPSR7Ao2wk6OamarSm
N3Yamg1QOfBnRLPgHuhp8OGVhxP1GWboW5hwULWtFX+KS0gWXXZQvzc/KvtM+Iu4cP9WcfAzS+/IwrFmvjdd2i0boWbaWcYZVHmbyHQcqwQ7pn
BVKH9lzZbZ0VtWpm9seNFAKe9BPQIDAQABAoIBAA2LObhLIVRCUCZHdWKUHPOe5qUrAT502MTtpxsEAYUJj3a7qiaNnYh6McMnj3GWI7K+bmh0
FT+qvYr1jMKw/1MgXGCv0gl+kvtbhmRpihIUUx3DiSjunMRiuPWW8SEfUdXmERH2rpTnU7ZrsfhSNRvdbrEJuFabvxp/jR3vx9uegY+dv3OMdg
FA7YnOoLQSSu6+663+Te4zkFBzSTzpQiO5OchTc8XozUVio3o8L4HnnXzdiljEcWKp2zdrOPyLkSZX0PmXpMoQ3pa9F/R3lZhAVjdD2mEDyFJj
xQw1+ss7pcfIYZNCW7jy4E4sLi6kFsQuB+zynVZhsWvLGqSZ+kUCgYEAuwz8QDSfTIKctTGzmCvslb7/QoH5ZhWqVOUrJFZHy7WHqqfUNW6UcP
Jry/0N5LqDfEb8oDnD1w2x+OGhTixeHX7fK5rvI9AxaYwDa8ZDlmLhxaW71mdaNBA9ASNd1un7JwgQlfbsVQjB5muCBwSVxMbkttYrNG8Oizau
vvDlArcCgYEAtsLSF6QHECoXPzqSsWgHL6qfPmoV4tcU7XSCIB8WZO/PPZLZ4soIcMOdYnFtLMBwSjVh9Q0EKaOyYcydVJ8Rbv1LC+vXEwYDAt
hdIwhuy9OHPCrIcIg7bn2P11NItvqeCgGcTx+tVNAbE+jDO7zW+QT4dVzWdoXUWfD3ZCgIF6sCgYEAlxVC/n1CmiL5fqVZgbUg0EdImKixEFK5
lP7R3PTP4uuKXD5Y+puJzL0Sct7ABRrdr1kLHkPqOl72fKeKicDud/aNPgRT2mKENtN/w+KNnv/ZirJ2SRSL2HexPqUZW8j8Mqeh9e9PLtP3Ai
2eBhse+aUJAeF1XlHBtpKBjPq4j3sCgYEAop5TZmmzRzTMnpw1rtmLm2RMcbLfaopKusbyijZfLM0dMAKdEWkHfZ7xSYj3xdwtjjpVwUAltg9M
SC1SyNsJHiMPRbpCE1FEGKIArY1xWLgNGwJOe6McjsH23XfjubziJrEsLlNXXaIWle6E2YC8H7PGiFdlFO0b+DOrTVk5aiUCgYEAmBTpXT1Rin
EEpwaYgEOVzfmBvcg4kan2vFqoTpC1wftW1oKMDu6wqKZ+/Zzj7btbZvk1OCcKZPYKiM4Awnp9b/FMRKKGYwbWBAZjCiveuWcVW4hmEwJA/pQt
Gmgh5fEs0zFGCTE4jlsWXeFjnaBW2e0njh3RDoozsVQR/bjfE+o=
`
	demoProviderKey = `
MIIEowIBAAKCAQEAqbrahajH0bbHJO72h93PFWxHF9TzSVhKBCnu9GQTYuif7BNHuE2I99d4LCthvfOK9XOWHQJ0cAJZHVGS8TeCxYoTExlNor
5ACVMpTLLwZ/vgQx5rQqECMdM/VKqWxQuQjRHGdWYh7rjGV1WNhUDHlm2PNHdyI80jIYZOW3CFrhyTUtfUGZpvs9viRqDLWIBEqRrD5im3bF1n
VlxIqXtwn9Kl2F7eqX9CfHBMKx7I+qpesvjHe4f7tPN0P8hJ4BKFmfo2njZKvA+DH0cpuRqjIdRLZ4tN988qXrUcXf+5x0+4saFv9cmtFdJtod
+7z8pnq+A0hFdiGwrWX7+d8NpuYwIDAQABAoIBAAHbQjD3EnnH6tq2Zb+WXKxVJbFBijMHAlw+9yxOJ0DMND+ZSw4ILxOC6aoWBA4sqpxFBOMm
rTkHwDYdYng9TV1gGsBOj7ZUKBAnYYrDZEocNleVmW0TpMSrFQTAjutIf+7DFILL41rLQ5lzR/EpWbrap5fWfKBJSfU/v6ipYj+axNCRnA0L4B
a/B41sf2U7tldZd/X8YCkfLh7Tq6ZaMgzzxHn3l1+KQ6oxldGCXtrXPrpzWLFSPLndY582A6hasTSpnUkmmUGAUI8mv81MQ64w4UTWddlTFB3y
/RACa0IYlolOTiUhJjPc0tFVQR84Saw6K/exz7ZFpCk2O5rBPVkCgYEA7D00XUa/Z2YPGLjjXAhCVtxn1NoBVAS03gtYgsSTbyJwAj+h2CiXc2
DyxZuWErsb6aSagkDBVVuAD3JEQBBJcinIi+cIq30x3Ylr+mu+k40R896VQuLhw3n9PAzeKoBY3WK2FrUIyaiJWqK95wlvs8tqk6V6HRJodLPR
otaK/gsCgYEAt+1t6XcKe1/K5SDq6faf0H5CNYljjzacP3wEBPpy1/NrxXCY1YfCxfTFme5ImMT3i/Yd0UhAtehR1CGCxpmOTqdvK6mW1D4+0r
bmNnzGMdJXhBkZRclryTZX7JQ3yNQkwndkA+xOm8JkJsLfAU5F6JtpPOxGp7/VPIX+PHYWgAkCgYA8J5md5tX2TlapxOqgFLpPw+/sk1ajPk+P
+vOe2M9yDSLYb7uWfz+Rca5gAy5DtsF0zSVK5ZJVWedSB5a5eWw6VclrVnkuscJw1v1X1vfAOrvHjXYUghFa5UVGdUBdMjFuriQPxClosDHJko
covY5kCfgpgImHvZg7n05SWK8r4QKBgCThOdnHYdWtNozNFe2F4zO2LWZ4vvrXc2sTXeb1pROCHsj/M9YVG8v/saOU8P+Y9x4cYow1VaxkAgxs
D8HsxmklD5iMr86tEIHF5NFmIYOZ7qxxL+0bXz6AZA7vBWSCjUBlGivjNTvsNZLEHl0vqbrjdq2dnulCAOra30iWURqpAoGBAJIOQEki+fA52v
scMZZTDfoulgDRqOWFRNTLdijtuCobj4qZDYbETWMl6nYCS9y2R0PVqfECIxQeKn9Vve6/JL7HnWGX8c1f4ff1EiDncoosgZeXZt1P+N60MKmz
P4W9+9BEZVVS9AsLQKCyW8sN1xQPkQJYBTIiZ/W/Wdl+dngP
`
)

// DemoSNAPKey returns the private key whose public half DemoSNAPMerchant has: with it the
// demo's partner signs. It returns an error only if the key in this package is spoilt.
func DemoSNAPKey() (*rsa.PrivateKey, error) { return demoKey(demoPartnerKey) }

// DemoProviderKey returns the key with which a sandbox signs asymmetric notifications
// when it is given none.
func DemoProviderKey() (*rsa.PrivateKey, error) { return demoKey(demoProviderKey) }

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
