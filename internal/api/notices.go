package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lunas-pay/lunas/internal/notice"
	"github.com/lunas-pay/lunas/internal/store"
)

// Notice is something that needs a human, or did.
type Notice struct {
	ID        string `json:"id" example:"ntc_01kafz0q3gf7ktc1ms2cqc1b9w"`
	Kind      string `json:"kind" enum:"reversal_pending,payments_in_review,endpoint_failing,credentials_ending,api_key_ending,provider_down,clock_off,disk_nearly_full"`
	Merchant  string `json:"merchant,omitempty" example:"kopi" doc:"Whom it concerns; left out: who runs the gateway."`
	Mode      string `json:"mode,omitempty" enum:"test,live" doc:"Left out: it is of no mode, or of both."`
	Subject   string `json:"subject,omitempty" doc:"The id of the payment, endpoint, account or key that it is about."`
	Urgent    bool   `json:"urgent"`
	Deadline  *Time  `json:"deadline" nullable:"true" doc:"Until when something must be done; null: there is no such time."`
	Text      string `json:"text" doc:"What is the matter."`
	Mend      string `json:"mend" doc:"What to do."`
	RaisedAt  Time   `json:"raised_at"`
	SaidAt    Time   `json:"said_at" doc:"When it was last told."`
	Times     int    `json:"times" doc:"How often it was told."`
	ClearedAt *Time  `json:"cleared_at" nullable:"true" doc:"Null: it holds."`
}

// NoticePage is a page of notices, newest first.
type NoticePage struct {
	Data       []Notice `json:"data" nullable:"false"`
	NextCursor *string  `json:"next_cursor" doc:"For the next, older page; null on the last one."`
}

type noticesInput struct {
	Open   bool   `query:"open" doc:"Only those that hold."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

const noticePrefix = "ntc_"

func (s *server) routeNotices() {
	register(s, huma.Operation{
		OperationID: "list-notices", Method: http.MethodGet, Path: "/v1/notices", Summary: "What needs a human, newest first",
		Description: "A reversal that does not get through before 23:59 WIB, payments in review, an endpoint that takes nothing, credentials " +
			"and keys that end, and for the platform's keys, which see everything, a provider that is away, a clock that is off and a disk " +
			"that is nearly full. Each is told by the events `notice.raised` and `notice.cleared`, again after growing waits while it holds, " +
			"and by e-mail where the gateway is set up for it.",
		Tags: []string{"Operating"},
	}, answers{codes: codes("invalid_parameter", "invalid_cursor", "unknown_parameter")}, s.listNotices)
}

func (s *server) listNotices(ctx context.Context, in *noticesInput) (*answered[NoticePage], error) {
	key := callOf(ctx).key
	f := store.NoticeFilter{MerchantID: key.MerchantID, Everybody: key.Platform(), Mode: key.Mode, Open: in.Open, Limit: in.Limit}
	if in.Cursor != "" {
		if !cursorForm.MatchString(in.Cursor) {
			return nil, problem("invalid_cursor", "this is not a cursor of ours").in("cursor")
		}
		f.Before = noticePrefix + strings.TrimPrefix(in.Cursor, cursorPrefix)
	}
	list, err := s.Engine.Store.Notices(ctx, f)
	if err != nil {
		return nil, err
	}
	page := NoticePage{Data: make([]Notice, 0, len(list))}
	for _, n := range list {
		page.Data = append(page.Data, viewNotice(n))
	}
	if len(list) == in.Limit {
		cursor := cursorPrefix + strings.TrimPrefix(list[len(list)-1].ID, noticePrefix)
		page.NextCursor = &cursor
	}
	return &answered[NoticePage]{page}, nil
}

func viewNotice(n notice.Kept) Notice {
	return Notice{
		ID: n.ID, Kind: string(n.Kind), Merchant: n.MerchantID, Mode: string(n.Mode), Subject: n.Subject, Urgent: n.Urgent,
		Deadline: timePtr(n.Deadline), Text: n.Text, Mend: n.Mend, RaisedAt: Time{n.RaisedAt}, SaidAt: Time{n.SaidAt}, Times: n.Said,
		ClearedAt: timePtr(n.ClearedAt),
	}
}
