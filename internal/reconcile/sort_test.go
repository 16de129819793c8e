package reconcile

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// What is sorted on disk comes back whole and in order, and leaves no file behind.
func TestSorting(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 17, 500} {
		for _, memory := range []int{400, 4000, 1 << 20} {
			rng := rand.New(rand.NewPCG(uint64(n), 1))
			dir := t.TempDir()
			s := newSorter(dir, memory)
			var want []string
			for i := range n {
				key := fmt.Sprint(rng.IntN(n)) // some come twice
				value := fmt.Sprintf("%06d %s", i, strings.Repeat("x", rng.IntN(60)))
				want = append(want, key+"\x00"+value)
				if err := s.add([]byte(key), []byte(value)); err != nil {
					t.Fatal(err)
				}
			}
			slices.Sort(want) // by key, then by the order in which they were added
			m, err := s.sorted()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for {
				key, value, err := m.next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(key)+"\x00"+string(value))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d records in %d bytes: %q, want %q", n, memory, got, want)
			}
			if n == 500 && memory == 400 && len(s.runs) < 50 {
				t.Errorf("%d runs, want many", len(s.runs))
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		}
	}
	s := newSorter(t.TempDir(), 100)
	if err := s.add([]byte("k"), make([]byte, 200)); err == nil {
		t.Error("a record larger than the memory was taken")
	}
}
