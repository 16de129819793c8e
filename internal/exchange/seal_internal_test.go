package exchange

import (
	"bytes"
	"testing"
)

func TestDataKeyIsRenewed(t *testing.T) {
	t.Parallel()
	k, err := NewKeyring(bytes.Repeat([]byte{1}, masterSize))
	if err != nil {
		t.Fatal(err)
	}
	first := k.head
	old := Part{ID: "ex_1", Wire: []byte("wire")}
	if err := k.Seal(&old); err != nil {
		t.Fatal(err)
	}
	k.sealed = sealsPerKey
	if err := k.Seal(&Part{ID: "ex_2"}); err != nil || k.head == first || k.sealed != 1 {
		t.Errorf("after %d seals: same key %v, %v", sealsPerKey, k.head == first, err)
	}
	if err := k.Open(&old); err != nil {
		t.Errorf("the data key before: %v", err)
	}
}
