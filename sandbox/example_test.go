package sandbox_test

import (
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/lunas-pay/lunas/sandbox"
)

// A test in the same process serves the sandbox, orders an outcome, and reads the
// provider's truth afterwards.
func ExampleSandbox() {
	s := sandbox.New(sandbox.Options{})
	defer s.Close()
	server := httptest.NewServer(s.Handler())
	defer server.Close()

	// The next push to this phone is charged, but its answer is lost.
	s.Do(func(core *sandbox.Core, _ time.Time) {
		_, err := core.AddScript(sandbox.Script{
			Operation: sandbox.OperationPush, Phone: "081211111111", Times: 1,
			Effect: sandbox.Effect{Customer: sandbox.Cash, Answer: sandbox.AnswerLost},
		})
		fmt.Println(err)
	})
	// … a client pushes to server.URL + "/pos" …
	s.Do(func(core *sandbox.Core, _ time.Time) {
		fmt.Println(core.Totals().Held)
	})
	// Output:
	// <nil>
	// 0
}
