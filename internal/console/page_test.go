package console

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/lunas-pay/lunas/internal/doctor"
	"github.com/lunas-pay/lunas/internal/merchant"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/recap"
	"github.com/lunas-pay/lunas/internal/store"
)

var wordForm = regexp.MustCompile(`\.Word "([a-z0-9_]+)"`)

// Every label that a template names is there, in both languages, and defined once. What is put together from a value is
// there for every value.
func TestTemplatesSayOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, some := range words() {
		for key, w := range some {
			if have[key] {
				t.Errorf("%q is defined twice", key)
			}
			if have[key] = true; w.ID == "" || w.EN == "" {
				t.Errorf("%q is not in both languages: %+v", key, w)
			}
		}
	}
	files, err := fs.Glob(web, "web/*.html")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d templates, %v", len(files), err)
	}
	need := map[string]string{}
	for _, name := range files {
		content, err := web.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range wordForm.FindAllStringSubmatch(string(content), -1) {
			need[found[1]] = name
		}
		for _, bad := range []string{"style=", "<style", "onclick", "onload", "javascript:", "http://", "https://"} {
			if strings.Contains(string(content), bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	for _, s := range payment.States() {
		need["state_"+string(s)] = "payment.States"
	}
	for _, r := range operator.Roles() {
		need["role_"+string(r)] = "operator.Roles"
	}
	for _, a := range operator.Actions() {
		need["what_"+string(a)] = "operator.Actions"
	}
	for _, a := range asked {
		need["what_"+string(a.what)], need["hint_"+string(a.what)] = "asked", "asked"
	}
	for _, s := range []operator.ApprovalState{
		operator.Pending, operator.Approved, operator.Performed, operator.Failed, operator.Rejected, operator.Withdrawn, "expired",
	} {
		need["stands_"+string(s)] = "operator.ApprovalState"
	}
	for _, k := range notice.Kinds() {
		need["notice_"+string(k)] = "notice.Kinds"
	}
	for _, c := range recap.Classes() {
		need["class_"+string(c)] = "recap.Classes"
	}
	for _, k := range (&recap.Totals{}).Kinds() {
		need["total_"+k.Name] = "recap.Totals"
	}
	for _, s := range []recap.Source{recap.FromJournal, recap.FromProvider, recap.FromFile} {
		need["source_"+string(s)] = "recap.Source"
	}
	for _, s := range doctor.Statuses() {
		need["finding_"+string(s)] = "doctor.Statuses"
	}
	for _, c := range doctor.Checks() {
		need["check_"+slug(c)] = "doctor.Checks"
	}
	for _, s := range merchant.Scopes() {
		need["scope_"+string(s)] = "merchant.Scopes"
	}
	for _, s := range []store.RegistrationState{
		store.RegistrationMade, store.RegistrationSent, store.RegistrationAnswered, store.RegistrationApplied, store.RegistrationRefused,
	} {
		need["registration_"+string(s)], need["file_"+string(s)] = "store.RegistrationState", "store.RegistrationState"
	}
	for _, rt := range newServer(Options{}).routes() {
		if rt.menu != "" {
			need[rt.menu] = rt.pattern
		}
	}
	for key, where := range need {
		if !have[key] {
			t.Errorf("%s needs the label %q, which there is not", where, key)
		}
	}
}
