package certify_test

import (
	"context"
	"os"
	"testing"

	"github.com/lunas-pay/lunas/internal/certify"
	"github.com/lunas-pay/lunas/internal/evidence"
)

func TestTmp(t *testing.T) {
	for _, n := range []string{"ovo-uat", "snap-devsite"} {
		r, err := certify.Run(context.Background(), options(t, n))
		if err != nil {
			t.Fatal(err)
		}
		b, err := evidence.PDF(r, evidence.Options{})
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/ev-"+n+".pdf", b, 0o600)
		b, err = evidence.HTML(r, evidence.Options{})
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/ev-"+n+".html", b, 0o600)
	}
}
