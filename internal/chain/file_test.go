package chain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// whole builds a log of two chains: the first of three links, the second, which names it as its parent, of two.
func whole(t testing.TB) []Record {
	t.Helper()
	var records []Record
	grow := func(id int64, parents []Chain, links int) Chain {
		c, stored := New(id, parents)
		records = append(records, Record{Chain: &Begun{ID: id, Parents: stored, Genesis: c.Hash}})
		for n := range links {
			at := Place{Chain: id, Link: c.Link + 1}
			name := fmt.Sprintf("%d-%d", id, n)
			request := &Exchange{at, "mer_1", "pay_" + name, "exc_1", "request", 1000, "ovo", "push", "", []byte("sealed " + name)}
			response := &Exchange{at, "mer_1", "pay_" + name, "exc_1", "response", 2000, "ovo", "push", "note", []byte{0, 255}}
			asked := &Action{at, "mer_1", "pay_" + name, 3, 3000, "chg_" + name, "asked", "own_1", `{"what":"void"}`}
			digests := [][]byte{request.Digest(), response.Digest(), asked.Digest()}
			if n == 0 {
				did := &OperatorAction{at, "mer_1", "act_" + name, "test", 3500, "key_1", "api_key.created", "key_2", 1, "new till", `{"mode":"test"}`}
				records, digests = append(records, Record{OperatorAction: did}), append(digests, did.Digest())
			}
			rows := int64(len(digests))
			c = c.Next(digests)
			records = append(records, Record{Exchange: request}, Record{Action: asked}, Record{Exchange: response},
				Record{Link: &Linked{Chain: id, Link: c.Link, At: 4000, Digests: rows, Hash: c.Hash}})
		}
		return c
	}
	first := grow(11, nil, 3)
	grow(22, []Chain{first}, 2)
	return records
}

func write(t testing.TB, records []Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, time.Unix(0, 0), "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(t testing.TB, records []Record, known ...Chain) Report {
	t.Helper()
	r, err := Verify(bytes.NewReader(write(t, records)), known)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWholeLogIsVerified(t *testing.T) {
	t.Parallel()
	records := whole(t)
	r := verify(t, records)
	if len(r.Troubles) > 0 || r.Chains != 2 || r.Links != 5 || r.Exchanges != 10 || r.Actions != 7 || len(r.Heads) != 2 {
		t.Errorf("Verify = %+v, want two chains with five links, ten halves and seven actions, and no trouble", r)
	}
	slices.Reverse(records) // no order is needed
	if again := verify(t, records, r.Heads...); len(again.Troubles) > 0 {
		t.Errorf("in another order, with known heads: %v", again.Troubles)
	}
}

// Whatever is changed in the log, one field of one row or whole rows, links and chains, is noticed.
func TestEveryChangeIsNoticed(t *testing.T) {
	t.Parallel()
	heads := verify(t, whole(t)).Heads
	changed := 0
	for i := range whole(t) {
		var fields map[string]map[string]any
		b, _ := json.Marshal(whole(t)[i])
		if err := json.Unmarshal(b, &fields); err != nil {
			t.Fatal(err)
		}
		for kind, row := range fields {
			for field, value := range row {
				if kind == "link" && field == "at" {
					continue // a link's time is for people; what happened when is in its rows
				}
				switch v := value.(type) {
				case string:
					row[field] = "AAAA" + v
				case float64:
					row[field] = v + 1
				case nil:
					row[field] = "AAAA"
				}
				var other Record
				b, _ := json.Marshal(fields)
				if err := json.Unmarshal(b, &other); err != nil {
					t.Fatal(err)
				}
				row[field] = value
				records := whole(t)
				records[i] = other
				changed++
				if r := verify(t, records); len(r.Troubles) == 0 {
					t.Errorf("%s.%s of record %d was changed, and nobody notices", kind, field, i)
				}
			}
		}
		if r := verify(t, slices.Delete(whole(t), i, i+1)); len(r.Troubles) == 0 && whole(t)[i].Link == nil {
			t.Errorf("record %d was left out, and nobody notices", i)
		}
		if r := verify(t, slices.Insert(whole(t), i, whole(t)[i])); len(r.Troubles) == 0 {
			t.Errorf("record %d stands there twice, and nobody notices", i)
		}
		if r := verify(t, slices.Delete(whole(t), i, i+1), heads...); len(r.Troubles) == 0 {
			t.Errorf("record %d was left out, and somebody who knows the heads does not notice", i)
		}
	}
	if changed < 100 {
		t.Errorf("only %d changes were tried", changed)
	}
}

// Who cuts off the newest links with their rows leaves a log that is whole in itself: known heads tell.
func TestACutEndIsNoticedByKnownHeads(t *testing.T) {
	t.Parallel()
	heads := verify(t, whole(t)).Heads
	all := whole(t)
	cut := all[:len(all)-4] // the last link of the second chain
	if r := verify(t, cut); len(r.Troubles) > 0 {
		t.Fatalf("a log with its end cut off is not whole in itself: %v", r.Troubles)
	}
	if r := verify(t, cut, heads...); len(r.Troubles) != 1 || !strings.Contains(r.Troubles[0], "chain 22 ends at link 1; link 2 is known from an earlier check") {
		t.Errorf("with known heads: %q", r.Troubles)
	}
	// The first chain's end is known from the beginning of the second.
	without := slices.Concat(all[:10], all[14:])
	if r := verify(t, without); len(r.Troubles) != 1 || !strings.Contains(r.Troubles[0], "chain 11 ends at link 2; link 3 is known from the beginning of chain 22") {
		t.Errorf("without the end of the first chain: %q", r.Troubles)
	}
	if r := verify(t, all[:14], heads...); len(r.Troubles) == 0 {
		t.Error("a whole chain was cut off, and somebody who knows its head does not notice")
	}
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	good := string(write(t, whole(t)))
	lines := strings.SplitAfter(good, "\n")
	for name, file := range map[string]string{
		"empty":             "",
		"no JSON":           "hello",
		"cut":               strings.Join(lines[:len(lines)-2], ""),
		"cut in a line":     good[:len(good)-5],
		"more behind":       good + lines[1],
		"without its form":  strings.Join(lines[1:], ""),
		"another form":      strings.Replace(good, Format, "lunas chain 9", 1),
		"a line missing":    strings.Join(slices.Delete(slices.Clone(lines), 3, 4), ""),
		"an empty record":   strings.Join(slices.Insert(slices.Clone(lines), 3, "{}\n"), ""),
		"an unknown record": strings.Join(slices.Insert(slices.Clone(lines), 3, `{"row":{}}`+"\n"), ""),
	} {
		if _, err := Verify(strings.NewReader(file), nil); err == nil {
			t.Errorf("%s: Verify = nil, want an error", name)
		}
	}
}

func TestManyTroublesAreCounted(t *testing.T) {
	t.Parallel()
	var records []Record
	for n := range 2 * troublesMax {
		records = append(records, Record{Action: &Action{Place: Place{Chain: int64(n), Link: 1}}})
	}
	if r := verify(t, records); len(r.Troubles) != troublesMax || r.More != troublesMax {
		t.Errorf("%d troubles and %d more, want %d and %d", len(r.Troubles), r.More, troublesMax, troublesMax)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(write(f, whole(f)))
	f.Add([]byte(`{"file":{"format":"lunas chain 1"}}{"chain":{"id":1,"parents":"AAAA"}}{"end":{"records":2}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = Verify(bytes.NewReader(b), nil)
	})
}

// archived writes an archive of two rows of whole's log, and one that is not chained.
func archived(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewArchive(&b, time.Unix(0, 0), "test", Archive{Before: time.Unix(1, 0).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	all := whole(t)
	for _, r := range []Record{{Row: &Row{Table: "payments", Values: map[string]any{"id": "pay_1", "version": 3}}}, all[2], all[3]} {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An archive whose bytes were changed anywhere, or that was cut, is not taken for whole.
func TestEveryChangeOfAnArchiveIsNoticed(t *testing.T) {
	t.Parallel()
	good := archived(t)
	r, err := VerifyArchive(bytes.NewReader(good))
	if err != nil || r.Payments != 1 || r.Exchanges != 1 || r.Actions != 1 || !r.Before.Equal(time.Unix(1, 0)) {
		t.Fatalf("VerifyArchive = %+v, %v", r, err)
	}
	for i := range good {
		changed := bytes.Clone(good)
		changed[i] ^= 1
		if _, err := VerifyArchive(bytes.NewReader(changed)); err == nil {
			t.Errorf("byte %d was changed from %q to %q, and nobody notices", i, good[i], changed[i])
		}
		if _, err := VerifyArchive(bytes.NewReader(good[:i])); err == nil {
			t.Errorf("it was cut after %d bytes, and nobody notices", i)
		}
	}
	for name, file := range map[string][]byte{
		"an export": write(t, whole(t)), "more behind": append(bytes.Clone(good), good...), "empty": nil,
	} {
		if _, err := VerifyArchive(bytes.NewReader(file)); err == nil {
			t.Errorf("%s passes as an archive", name)
		}
	}
	if _, err := Verify(bytes.NewReader(good), nil); err == nil {
		t.Error("an archive passes as an export")
	}
}

// Of a row that is gone the digest holds its place in the chain; another digest does not.
func TestARowThatIsGoneKeepsItsPlace(t *testing.T) {
	t.Parallel()
	all := whole(t)
	place, digest, ok := chained(all[2])
	if !ok {
		t.Fatal("the record is not chained")
	}
	gone := slices.Clone(all)
	gone[2] = Record{Gone: &Gone{place, digest[:]}}
	if r := verify(t, gone); len(r.Troubles) > 0 || r.Elsewhere != 1 {
		t.Errorf("with a row that is gone: %+v", r)
	}
	if r := verify(t, append(slices.Clone(gone), all[2])); len(r.Troubles) > 0 || r.Elsewhere != 0 {
		t.Errorf("with a row that was removed while it was exported: %+v", r)
	}
	other := bytes.Clone(digest[:])
	other[0]++
	gone[2] = Record{Gone: &Gone{place, other}}
	if r := verify(t, gone); len(r.Troubles) != 1 {
		t.Errorf("with another digest: %q", r.Troubles)
	}
}

func FuzzReadArchive(f *testing.F) {
	f.Add(archived(f))
	f.Add([]byte(`{"file":{"format":"lunas archive 1","made":"2026-03-21T00:00:00Z","by":"","archive":{"before":"2026-03-21T00:00:00Z"}}}` + "\n" + `{"end":{"records":1}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = VerifyArchive(bytes.NewReader(b))
		_, _ = VerifyWith(bytes.NewReader(b), nil, map[string]io.Reader{"x": bytes.NewReader(b)})
	})
}
