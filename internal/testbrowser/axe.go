package testbrowser

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The checker of accessibility, axe-core 4.14.1 (MPL 2.0), as published.
//
//go:embed axe/axe.min.js
var axeScript string

// finding is one rule that a page breaks, with where it does.
type finding struct {
	ID, Impact, Help string
	Nodes            []string
}

func (f finding) serious() bool { return f.Impact == "serious" || f.Impact == "critical" }

// Axe fails the test for everything serious or critical that axe finds on the page that the browser shows now: what keeps
// somebody from using it by keyboard, by screen reader or with weak eyes. What says in the failure which page it is.
func Axe(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	findings, err := axe(ctx)
	if err != nil {
		t.Errorf("axe on %s: %v", what, err)
	}
	for _, f := range findings {
		if f.serious() {
			t.Errorf("%s: %s (%s, %s)\n\t%s", what, f.Help, f.ID, f.Impact, strings.Join(f.Nodes, "\n\t"))
		}
	}
}

func axe(ctx context.Context) ([]finding, error) {
	const look = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({
		ID: v.id, Impact: v.impact || "", Help: v.help,
		Nodes: v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " ")),
	})))`
	// A page that is fading in has the contrast of nothing.
	for _, script := range []string{still, axeScript + "\n;true"} {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script)); err != nil {
			return nil, err
		}
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]finding](look, func(p *runtime.EvaluateParams) {
		p.AwaitPromise = new(true)
	}))
}
