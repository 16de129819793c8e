package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// One command finds every fault that is planted in a day's settlement file, and nothing else.
func TestADayWithPlantedFaultsIsReconciled(t *testing.T) {
	t.Parallel()
	d := startDev(t, "--speed", "15")
	for _, reference := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		d.line(0, "paid", "payments", "create", "--amount", "1250"+reference, "--reference", reference, "--phone", "081211110000", "--wait")
	}
	var clock struct{ Now string }
	d.call("GET", d.sandbox+"/control/clock", "", &clock)
	day, folder := clock.Now[:10], t.TempDir()
	file, report := filepath.Join(folder, "settlement.csv"), filepath.Join(folder, "report.json")
	settlement := []string{"sandbox", "settlement", "--url", d.sandbox, "--day", day, "--output", file}

	d.line(0, "8 payments are listed", settlement...)
	d.line(0, "Both sides agree", "reconcile", "--account", "ovo", "--day", day, "--file", file)

	planted := d.planted(append(settlement, "--faults", "all")...)
	out := d.line(4, "6 discrepancies", "reconcile", "--account", "ovo", "--day", day, "--file", file, "--dossiers",
		"--output", report, "--output", filepath.Join(folder, "report.xlsx"), "--output", filepath.Join(folder, "report.csv"))
	if !strings.Contains(out, "provider  answered the push: approved") || strings.Contains(out, "81211110000") {
		t.Errorf("dossiers:\n%s", out)
	}
	content, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var whole struct {
		Reconciliation struct{ ID string }
		Discrepancies  []struct{ Class, Key string }
	}
	if err := json.Unmarshal(content, &whole); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, x := range whole.Discrepancies {
		found = append(found, x.Class+"  "+x.Key)
	}
	slices.Sort(found)
	if slices.Sort(planted); len(planted) != 6 || !slices.Equal(found, planted) {
		t.Errorf("found %q\nplanted %q", found, planted)
	}
	d.line(4, whole.Reconciliation.ID, "reconcile", "--show", whole.Reconciliation.ID)
	d.line(0, whole.Reconciliation.ID, "reconcile", "--list")
	d.line(0, "match: [tid, batch, reference_number]", "reconcile", "--print-mapping", "ovo")
	d.line(0, "reconciliation.created", "actions")
	d.line(1, "which file", "reconcile", "--account", "ovo")
	d.line(1, "no such account", "reconcile", "--account", "other", "--day", day, "--file", file)
	d.line(1, "must end in .txt", "reconcile", "--account", "ovo", "--day", day, "--file", file, "--output", "r.pdf")
	d.line(1, "is no day", "recap", "heute")
	d.line(0, day+" is not closed yet", "recap", day)
	d.line(0, "There are no recaps yet", "recap")
}

// planted gets a settlement file, and gives what was planted in it.
func (d *dev) planted(args ...string) (all []string) {
	d.Helper()
	code, _, errOut := lunas(d.T, nil, args...)
	for _, m := range regexp.MustCompile(`(?m)^planted: (.+)$`).FindAllStringSubmatch(errOut, -1) {
		all = append(all, m[1])
	}
	if code != 0 {
		d.Errorf("lunas %s = %d\n%s", strings.Join(args, " "), code, errOut)
	}
	return all
}
