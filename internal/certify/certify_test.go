package certify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/evidence"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
)

// options are those of a suite at the sandbox, on a pinned day.
func options(t *testing.T, suite string) certify.Options {
	t.Helper()
	s, err := certify.SuiteNamed(suite)
	if err != nil {
		t.Fatal(err)
	}
	account, name, err := gateway.DemoAccount(s.Rail, "http://sandbox.lunas")
	if err != nil {
		t.Fatal(err)
	}
	return certify.Options{
		Suite: s, Target: certify.Sandbox, Account: account, Merchant: name, Tool: "lunas test", Start: time.Date(2026, 11, 20, 9, 0, 0, 0, payment.WIB),
	}
}

// TestSuitesPassAtTheSandbox makes every suite.
func TestSuitesPassAtTheSandbox(t *testing.T) {
	t.Parallel()
	for _, s := range certify.Suites() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			made, err := certify.Run(context.Background(), options(t, s.Name))
			if err != nil && !errors.Is(err, certify.ErrFailed) {
				t.Fatal(err)
			}
			for _, c := range made.Scenarios {
				if c.Result != evidence.Passed {
					t.Errorf("%s %s: %s: %s", c.ID, c.Title, c.Result, c.Note)
				}
			}
			if len(made.Scenarios) < 8 {
				t.Errorf("the suite has %d scenarios", len(made.Scenarios))
			}
		})
	}
}
