package sim

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

const childSeeds = "LUNAS_SIM_CHILD_SEEDS"

// TestMain lets the test's binary be its own second process.
func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(childSeeds)); err == nil {
		s, err := RunMany(context.Background(), ManyOptions{Seeds: n, Workers: 1}, io.Discard)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(s.Hash)
		return
	}
	os.Exit(m.Run())
}

// TestTheSameSeedIsTheSameDay: in one process and another, with one core and two, alone and among others.
func TestTheSameSeedIsTheSameDay(t *testing.T) {
	const seeds = 12
	days := func(workers int) string {
		s, err := RunMany(t.Context(), ManyOptions{Seeds: seeds, Workers: workers}, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash
	}
	want := days(1)
	if got := days(3); got != want {
		t.Errorf("three days side by side hash to %s, want %s", got, want)
	}
	for _, cores := range []int{1, 2} {
		before := runtime.GOMAXPROCS(cores)
		if got := days(1); got != want {
			t.Errorf("with %d cores the days hash to %s, want %s", cores, got, want)
		}
		runtime.GOMAXPROCS(before)

		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), childSeeds+"="+strconv.Itoa(seeds), "GOMAXPROCS="+strconv.Itoa(cores))
		out, err := child.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("in another process with %d cores the days hash to %s, want %s", cores, got, want)
		}
	}
	other, err := RunMany(t.Context(), ManyOptions{From: 2, Seeds: seeds, Workers: 1}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if other.Hash == want {
		t.Error("other seeds give the same days")
	}
}
