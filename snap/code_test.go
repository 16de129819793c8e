package snap

import (
	"fmt"
	"strings"
	"testing"
)

// Every code in answer to every operation, as a table to be read.
func TestCodesGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, e := range append(Codes(), Entry{Status: 418, Case: "99", Message: "(unlisted)"}) {
		fmt.Fprintf(&b, "%d %s %s", e.Status, e.Case, e.Message)
		if e.Note != "" {
			fmt.Fprintf(&b, " (%s)", e.Note)
		}
		b.WriteByte('\n')
		for _, o := range Operations() {
			fmt.Fprintf(&b, "\t%-14s %s\n", string(o), string(NewCode(e.Status, o.Service(), e.Case).For(o).Follow))
		}
	}
	golden(t, "codes.golden", []byte(b.String()))
}

func TestCodeParts(t *testing.T) {
	t.Parallel()
	c := NewCode(404, "47", "08")
	if c != "4044708" || c.Status() != 404 || c.Service() != "47" || c.Case() != "08" || c.Succeeded() {
		t.Errorf("code = %s: %d %s %s", c, c.Status(), c.Service(), c.Case())
	}
	for _, bad := range []Code{"", "20054000", "200470", "20047a0", "6004700", "0004700", "2004 00"} {
		if bad.Valid() || bad.Status() != 0 || bad.Service() != "" || bad.Case() != "" || bad.For(Generate).Follow != Unknown {
			t.Errorf("%q is taken for a code", string(bad))
		}
	}
	if got := fmt.Sprintf("%v %q", Code("081234567890"), Code("081234567890")); strings.Contains(got, "34567") {
		t.Errorf("a foreign text prints as %s", got)
	}
}

// The table has no line twice, and each message is Bank Indonesia's.
func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range Codes() {
		key := fmt.Sprintf("%d%s", e.Status, e.Case)
		if seen[key] || e.Message == "" {
			t.Errorf("%s stands twice or is empty", key)
		}
		seen[key] = true
	}
	if len(seen) != 63 {
		t.Errorf("%d codes, want 63", len(seen))
	}
	for code, want := range map[Code]string{
		"2004700": "Successful", "4044718": "Inconsistent Request", "4057801": "Requested Opearation Is Not Allowed",
		"4094701": "Duplicate partnerReferenceNo", "5044700": "Timeout", "4034702": "Exceeds Transaction Amount Limit",
	} {
		if e, ok := code.Entry(); !ok || e.Message != want {
			t.Errorf("%s = %v, want %s", code, e, want)
		}
	}
	Codes()[0].Message = "changed"
	if Codes()[0].Message != "Successful" {
		t.Error("a caller can change the table")
	}
}

// The rules that move money, apart from the golden table, so that updating the table
// cannot change them unseen.
func TestWhatFollows(t *testing.T) {
	t.Parallel()
	follows := func(o Operation, want Follow, cases ...string) {
		t.Helper()
		for _, c := range cases {
			code := Code(c[:3] + o.Service() + c[4:])
			if got := code.For(o).Follow; got != want {
				t.Errorf("%s on %s = %s, want %s", code, o, got, want)
			}
		}
	}
	for _, o := range Operations() {
		follows(o, Done, "200 00")
		follows(o, Pending, "202 00")
		follows(o, Unknown, "500 00", "500 01", "500 02", "504 00", "418 00", "200 01", "404 99")
		follows(o, Again, "409 00", "429 00")
		follows(o, Misconfigured, "400 00", "400 01", "400 02", "401 00", "404 08", "404 17")
		for _, e := range Codes() {
			code := NewCode(e.Status, o.Service(), e.Case)
			if f := code.For(o).Follow; f == Done && code.Status() != 200 || f == "" {
				t.Errorf("%s on %s = %q", code, o, string(f))
			}
		}
	}
	for _, o := range []Operation{Generate, Query, Refund, Cancel, Unbind} {
		follows(o, TokenDead, "401 01", "401 03")
	}
	for _, o := range []Operation{Access, Bind, CustomerAccess} {
		follows(o, Misconfigured, "401 01", "401 03")
	}
	follows(Generate, Duplicate, "409 01", "404 18")
	follows(Generate, Declined, "403 02", "403 20", "404 13")
	follows(Query, NotFound, "404 01")
	follows(Query, Unknown, "403 00", "404 00", "404 04", "403 15", "404 18")
	follows(Refund, Declined, "403 15", "404 00", "404 13", "405 01")
	follows(Refund, NotFound, "404 01")
	follows(Refund, Duplicate, "409 01", "404 18")
	follows(Refund, Unknown, "403 07", "404 14")
	follows(Cancel, Declined, "404 00", "403 00")
	if f := Code("2004700").For("push").Follow; f != Unknown {
		t.Errorf("an unknown operation is %s", f)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]struct {
		state State
		final bool
	}{
		"00": {Paid, true},
		"01": {Waiting, false},
		"02": {Waiting, false},
		"03": {Waiting, false},
		"04": {Refunded, true},
		"05": {Canceled, true},
		"06": {Failed, true},
		"07": {Missing, false},
		"08": {Unlisted, false},
		"09": {Unlisted, false},
		"":   {Unlisted, false},
		"0":  {Unlisted, false},
	} {
		if status.State() != want.state || status.Final() != want.final {
			t.Errorf("%q = %s, final %t", string(status), status.State(), status.Final())
		}
		if listed := want.state != Unlisted; (status.Words() != "") != listed {
			t.Errorf("%q has words %q", string(status), status.Words())
		}
		if text := status.Text(); want.final != (text.EN != "" && text.ID != "") {
			t.Errorf("%q tells the customer %v", string(status), text)
		}
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	for _, o := range Operations() {
		for _, prefix := range []string{"", "/OVOSNAP", "/api", "/ovosnap/v3.0"} {
			if got, ok := OperationOf(prefix + o.Path()); !ok || got != o {
				t.Errorf("OperationOf(%s%s) = %s, %t", prefix, o.Path(), got, ok)
			}
		}
		if o.Timeout() <= 0 || len(o.Service()) != 2 {
			t.Errorf("%s: %v %q", o, o.Timeout(), o.Service())
		}
	}
	if got, ok := OperationOf("/ovosnap/qr-mpm-generate"); !ok || got != Generate { // the log in OVO's FAQ
		t.Errorf("FAQ's path = %s, %t", got, ok)
	}
	for _, path := range []string{"", "/", "b2b", "/v1.0/qr/qr-mpm-decode", "/v1.0/qr/qr-mpm-generate/", "/xqr-mpm-query2"} {
		if got, ok := OperationOf(path); ok {
			t.Errorf("OperationOf(%q) = %s", path, got)
		}
	}
}
