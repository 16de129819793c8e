package notice_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lunas-pay/lunas/internal/language"
	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/payment"
)

// now is 21 March 2026, 10:00 WIB.
var now = time.Date(2026, 3, 21, 10, 0, 0, 0, payment.WIB) // never written

func pushed(ago time.Duration) payment.Payment {
	return payment.Payment{
		ID: "pay_1", MerchantID: "kopi", Mode: payment.Live, State: payment.Reversing, CreatedAt: now.Add(-ago),
		Phone: mustPhone("081211110101"), Amount: 98765, Reference: "canary-reference", Attempts: []payment.Attempt{{PushedAt: now.Add(-ago)}},
	}
}

func mustPhone(s string) payment.Phone {
	p, err := payment.ParsePhone(s)
	if err != nil {
		panic(err)
	}
	return p
}

// inBothLanguages wants a sentence to be said in both, with the same ids, numbers and times in it.
func inBothLanguages(t *testing.T, what string, w language.Words) {
	t.Helper()
	facts := func(s string) []string {
		found := regexp.MustCompile(`[a-z]*[-_]?[0-9][0-9:.-]*`).FindAllString(s, -1)
		slices.Sort(found)
		return found
	}
	if w.ID == "" || w.EN == "" || w.ID == w.EN || strings.Contains(w.ID, "%!") || !slices.Equal(facts(w.ID), facts(w.EN)) {
		t.Errorf("%s is not said in both languages: %+v", what, w)
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	hook := func(failing time.Duration, off bool) notice.Facts {
		return notice.Facts{Endpoints: []notice.Hook{{
			MerchantID: "kopi", ID: "whe_1", Host: "shop.example", Mode: payment.Live, FailingSince: now.Add(-failing), OffAt: now.Add(72*time.Hour - failing), Off: off,
		}}}
	}
	end := func(kind notice.Kind, in, used time.Duration) notice.Facts {
		return notice.Facts{Ends: []notice.End{{MerchantID: "kopi", Mode: payment.Live, Kind: kind, Subject: "x", At: now.Add(in), Used: now.Add(-used)}}}
	}
	const day = 24 * time.Hour
	told := map[notice.Kind]bool{}
	for name, c := range map[string]struct {
		f      notice.Facts
		kind   notice.Kind // empty: nothing is wanted
		urgent bool
		text   string
	}{
		"nothing":                        {notice.Facts{}, "", false, ""},
		"a reversal that has just begun": {notice.Facts{Reversing: []payment.Payment{pushed(3 * time.Minute)}}, "", false, ""},
		"a reversal that hangs":          {notice.Facts{Reversing: []payment.Payment{pushed(5 * time.Minute)}}, notice.Reversal, true, "pay_1 does not get through"},
		"an empty queue":                 {notice.Facts{Queues: []notice.Queue{{MerchantID: "kopi"}}}, "", false, ""},
		"a queue":                        {notice.Facts{Queues: []notice.Queue{{MerchantID: "kopi", Mode: payment.Live, Count: 2, Oldest: now}}}, notice.Review, false, "2 payment(s) of merchant kopi (live) wait"},
		"a long queue":                   {notice.Facts{Queues: []notice.Queue{{MerchantID: "kopi", Count: 100, More: true, Oldest: now}}}, notice.Review, false, "More than 100"},
		"an endpoint that fails now":     {hook(30*time.Minute, false), "", false, ""},
		"an endpoint that fails":         {hook(2*time.Hour, false), notice.Endpoint, false, "has taken nothing since 2026-03-21 08:00 WIB"},
		"an endpoint that is off":        {hook(73*time.Hour, true), notice.Endpoint, true, "was switched off"},
		"credentials without an end":     {notice.Facts{Ends: []notice.End{{Kind: notice.Credentials, Subject: "x"}}}, "", false, ""},
		"credentials for a long time":    {end(notice.Credentials, 31*day, 0), "", false, ""},
		"credentials for some time":      {end(notice.Credentials, 29*day, 0), notice.Credentials, false, "to be replaced by 2026-04-19"},
		"credentials for two days":       {end(notice.Credentials, 2*day, 0), notice.Credentials, true, "to be replaced"},
		"credentials that have ended":    {end(notice.Credentials, -day, 0), notice.Credentials, true, "to be replaced"},
		"a folder of keys": {
			notice.Facts{Ends: []notice.End{{Kind: notice.Credentials, Subject: "ovo-keys", At: now.Add(day)}}}, notice.Credentials, true, "The keys in the folder ovo-keys are to be replaced",
		},
		"a key that nobody uses":  {end(notice.APIKey, day/2, 2*day), "", false, ""},
		"a key that is in use":    {end(notice.APIKey, 5*day, time.Hour), notice.APIKey, false, "which is in use, ends at 2026-03-26"},
		"a key that ends today":   {end(notice.APIKey, 5*time.Hour, time.Hour), notice.APIKey, true, "ends at"},
		"a key that has ended":    {end(notice.APIKey, -time.Hour, time.Hour), "", false, ""},
		"a key for a long time":   {end(notice.APIKey, 15*day, time.Hour), "", false, ""},
		"providers that answer":   {notice.Facts{Providers: []notice.Outage{{Rail: payment.OVO}}}, "", false, ""},
		"a provider that is away": {notice.Facts{Providers: []notice.Outage{{Rail: payment.OVO, Accounts: 3}}}, notice.Provider, true, "rail ovo does not answer: 3 account(s)"},
		"a good clock":            {notice.Facts{Clocks: []notice.Drift{{Of: "the database", Ahead: time.Second}}}, "", false, ""},
		"a clock that is off":     {notice.Facts{Clocks: []notice.Drift{{Of: "the database", Ahead: -5 * time.Second}}}, notice.Clock, false, "5s behind that of the database"},
		"a clock that is far off": {notice.Facts{Clocks: []notice.Drift{{Of: "the database", Ahead: 2 * time.Minute}}}, notice.Clock, true, "2m0s ahead of"},
		"an unknown disk":         {notice.Facts{Disk: notice.Room{Free: 1}}, "", false, ""},
		"a large disk":            {notice.Facts{Disk: notice.Room{Known: true, Free: 100 << 30}}, "", false, ""},
		"a disk that fills":       {notice.Facts{Disk: notice.Room{Known: true, Free: 5 << 30}}, notice.Disk, false, "5.0 GiB left"},
		"a full disk":             {notice.Facts{Disk: notice.Room{Known: true, Free: 1 << 30}}, notice.Disk, true, "1.0 GiB left"},
	} {
		c.f.Now = now
		got := notice.Wanted(c.f)
		for _, n := range got {
			told[n.Kind] = true
			inBothLanguages(t, name, n.Matter())
			inBothLanguages(t, name, n.ToDo())
		}
		switch {
		case c.kind == "" && len(got) > 0:
			t.Errorf("%s: %+v, want nothing", name, got)
		case c.kind != "" && (len(got) != 1 || got[0].Kind != c.kind || got[0].Urgent != c.urgent || !strings.Contains(got[0].Text, c.text) || got[0].Mend == "" || got[0].Cause == ""):
			t.Errorf("%s: %+v, want %s, urgent %t, %q", name, got, c.kind, c.urgent, c.text)
		}
		for _, n := range got {
			if s := fmt.Sprintf("%+v", n); strings.Contains(s, "0812") || strings.Contains(s, "canary") || strings.Contains(s, "98765") {
				t.Errorf("%s tells what is personal: %s", name, s)
			}
		}
	}
	for _, k := range notice.Kinds() {
		if !told[k] {
			t.Errorf("no case tells of %s", k)
		}
	}
	got := notice.Wanted(notice.Facts{Now: now, Reversing: []payment.Payment{pushed(5 * time.Minute)}})
	if want := time.Date(2026, 3, 21, 23, 59, 0, 0, payment.WIB); !got[0].Deadline.Equal(want) {
		t.Errorf("the deadline of a reversal is %v, want %v", got[0].Deadline, want)
	}
}

// history is what becomes of one cause in time.
type history struct {
	*testing.T
	kept []notice.Kept
	ids  int
}

// at looks at a time and gives the steps, such as "raised 1".
func (h *history) at(after time.Duration, wanted ...notice.Notice) string {
	changes := notice.Next(h.kept, wanted, now.Add(after), func() string { h.ids++; return fmt.Sprint("ntc_", h.ids) })
	var said []string
	for _, c := range changes {
		said = append(said, fmt.Sprintf("%s %d", c.Step, c.Said))
		i := slices.IndexFunc(h.kept, func(k notice.Kept) bool { return k.ID == c.ID })
		switch {
		case i < 0 && c.Version == 1:
			h.kept = append(h.kept, c.Kept)
		case i < 0 || c.Version != h.kept[i].Version+1:
			h.Fatalf("a change to version %d of what is not before it", c.Version)
		default:
			h.kept[i] = c.Kept
		}
	}
	return strings.Join(said, ", ")
}

func TestANoticeInTime(t *testing.T) {
	t.Parallel()
	disk := notice.Notice{Cause: "disk", Kind: notice.Disk, Text: "10 GiB"}
	full := disk
	full.Urgent, full.Text = true, "1 GiB"
	h := &history{T: t}
	for _, c := range []struct {
		after  time.Duration
		wanted []notice.Notice
		want   string
	}{
		{0, nil, ""},
		{0, []notice.Notice{disk}, "raised 1"},
		{time.Minute, []notice.Notice{disk}, ""},
		{11*time.Hour + 59*time.Minute, []notice.Notice{disk}, ""},
		{12 * time.Hour, []notice.Notice{disk}, "repeated 2"},
		{35 * time.Hour, []notice.Notice{disk}, ""},
		{36 * time.Hour, []notice.Notice{disk}, "repeated 3"},
		{36*time.Hour + time.Minute, []notice.Notice{full}, "repeated 4"}, // it is urgent now
		{36*time.Hour + 30*time.Minute, []notice.Notice{full}, ""},
		{37 * time.Hour, nil, "noted 4"}, // over, perhaps
		{37*time.Hour + time.Minute, nil, ""},
		{37*time.Hour + 90*time.Second, []notice.Notice{full}, "noted 4"}, // it was not
		{37*time.Hour + 4*time.Minute, nil, "noted 4"},
		{37*time.Hour + 6*time.Minute, nil, "cleared 5"},
		{37*time.Hour + 7*time.Minute, nil, ""},
		{40 * time.Hour, []notice.Notice{disk}, "raised 1"},
	} {
		if got := h.at(c.after, c.wanted...); got != c.want {
			t.Errorf("after %v: %q, want %q", c.after, got, c.want)
		}
	}
	if h.ids != 2 || h.kept[0].Open() || !h.kept[1].Open() || h.kept[0].Text != "1 GiB" {
		t.Errorf("kept: %+v", h.kept)
	}
}

func TestUrgentNoticesComeAgainEverMoreRarely(t *testing.T) {
	t.Parallel()
	n := notice.Notice{Cause: "clock", Urgent: true}
	h := &history{T: t}
	var times []time.Duration
	for after := time.Duration(0); after <= 72*time.Hour; after += time.Minute {
		if h.at(after, n) != "" {
			times = append(times, after)
		}
	}
	want := []time.Duration{
		0, 15 * time.Minute, 45 * time.Minute, 105 * time.Minute, 225 * time.Minute, 465 * time.Minute, 945 * time.Minute,
		945*time.Minute + 12*time.Hour, 945*time.Minute + 24*time.Hour, 945*time.Minute + 36*time.Hour, 945*time.Minute + 48*time.Hour,
	}
	if !slices.Equal(times, want) {
		t.Errorf("told at %v, want %v", times, want)
	}
}

func TestCausesAreApart(t *testing.T) {
	t.Parallel()
	h := &history{T: t}
	a := notice.Notice{Cause: "review/live", MerchantID: "kopi"}
	b := notice.Notice{Cause: "review/live", MerchantID: "teh"}
	if got := h.at(0, a, b, a); got != "raised 1, raised 1" {
		t.Errorf("two merchants, one twice: %q", got)
	}
	h.at(time.Minute, b)
	if got := h.at(4*time.Minute, b); got != "cleared 2" || h.kept[0].MerchantID != "kopi" || h.kept[0].Open() || !h.kept[1].Open() {
		t.Errorf("one is over: %q, %+v", got, h.kept)
	}
}

// shelf keeps notices in memory, as the store does.
type shelf struct {
	kept  map[string]notice.Kept
	saved []notice.Change
	mine  bool
	err   error
}

func (s *shelf) Mine(context.Context, time.Time) (bool, error) { return s.mine, s.err }

func (s *shelf) Kept(context.Context) (list []notice.Kept, err error) {
	for _, k := range s.kept {
		if k.Open() || k.Mailed < k.Said {
			list = append(list, k)
		}
	}
	return list, nil
}

func (s *shelf) Save(_ context.Context, c notice.Change) error {
	if s.kept[c.ID].Version != c.Version-1 {
		return notice.ErrOvertaken
	}
	s.kept[c.ID] = c.Kept
	s.saved = append(s.saved, c)
	return nil
}

func TestTheBoard(t *testing.T) {
	t.Parallel()
	at, room, ids := now, uint64(1<<30), 0
	mails, mailTrouble := 0, errors.New("no route to host")
	s := &shelf{kept: map[string]notice.Kept{}, mine: true}
	board := func() *notice.Board {
		return &notice.Board{
			Keeper: s, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
			Facts: func(context.Context) (notice.Facts, error) {
				return notice.Facts{Now: at, Disk: notice.Room{Known: true, Free: room}}, nil
			},
			Mail: func(_ context.Context, all []notice.Kept, _ time.Time) error {
				if mailTrouble == nil {
					mails += len(all)
				}
				return mailTrouble
			},
			NewID: func() string { ids++; return fmt.Sprint("ntc_", ids) },
		}
	}
	first, second := board(), board()
	look := func(b *notice.Board, wantMails int, wantErr bool) {
		t.Helper()
		if err := b.Look(t.Context()); (err != nil) != wantErr || mails != wantMails {
			t.Errorf("at %v: %v, %d mails, want %d", at.Sub(now), err, mails, wantMails)
		}
	}
	look(first, 0, true) // raised, and the mail server is away
	mailTrouble = nil
	at = at.Add(30 * time.Second)
	look(second, 1, false) // the other process mails, and raises nothing again
	look(first, 1, false)
	at, room = at.Add(time.Minute), 100<<30
	look(first, 1, false)
	at = at.Add(5 * time.Minute)
	look(second, 2, false) // it is over
	look(first, 2, false)
	s.mine, room = false, 1
	look(first, 2, false) // not this process's turn
	if ids != 1 || len(s.kept) != 1 {
		t.Errorf("%d notices, want one", ids)
	}
	s.mine, s.err = true, errors.New("database")
	look(first, 2, true)
}

func TestWithoutMail(t *testing.T) {
	t.Parallel()
	s := &shelf{kept: map[string]notice.Kept{}, mine: true}
	b := &notice.Board{
		Keeper: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), NewID: func() string { return "ntc_1" },
		Facts: func(context.Context) (notice.Facts, error) {
			return notice.Facts{Now: now, Disk: notice.Room{Known: true}}, nil
		},
	}
	if err := b.Look(t.Context()); err != nil || s.kept["ntc_1"].Mailed != 1 {
		t.Errorf("%v, %+v: nothing must wait for mails that nobody sends", err, s.kept)
	}
}
