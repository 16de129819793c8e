package doctor

import (
	"context"
	"strings"

	"github.com/lunas-pay/lunas/internal/rail"
)

// This file asks an aggregator whether the way to pay that we use is active for the merchant: without it every bill is
// refused, while the account's credentials are as they must be.

// channelWanted is never written.
var channelWanted = say("kanal OVO aktif untuk merchant ini", "the OVO channel is active for this merchant")

// channel asks, where the provider can be asked.
func (p prober) channel(ctx context.Context) {
	line, ok := p.line.(rail.ChannelLister)
	if !ok {
		return
	}
	m, err := line.RenderChannels(p.Now())
	var all []rail.Channel
	if err == nil {
		err = p.call(ctx, m, func(ctx context.Context) error {
			all, err = line.Channels(ctx, m)
			return err
		})
	}
	if err != nil {
		p.skip("channel", said(err), channelWanted, never)
		return
	}
	var names []string
	for _, c := range all {
		if c.Ours {
			p.add(OK, "channel", say("aktif: %s %s", "active: %s %s").With(c.Code, c.Name), channelWanted, never)
			return
		}
		names = append(names, strings.TrimSpace(c.Code+" "+c.Name))
	}
	found := say("tidak ada di antara kanal merchant ini: %s", "not among this merchant's channels: %s").With(strings.Join(names, ", "))
	if len(names) == 0 {
		found = say("merchant ini tidak punya kanal", "this merchant has no channels")
	}
	p.add(Failed, "channel", found, channelWanted, say("minta provider mengaktifkan kanal OVO untuk merchant ini", "ask the provider to activate OVO for this merchant"))
}
