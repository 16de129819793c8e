package main

import (
	"context"
	"fmt"
	"net"

	"github.com/lunas-pay/lunas/internal/checkout"
	"github.com/lunas-pay/lunas/internal/console"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/storybook"
	"github.com/lunas-pay/lunas/sandbox"
)

// storybookRooms are the rooms that have pages. The sandbox comes last: it has a page for what nobody else knows. A room
// joins by a function Storybook that gives its views, and a line here.
func storybookRooms(ctx context.Context) (rooms []storybook.Room, closing func(), err error) {
	shop, err := checkout.Storybook()
	if err != nil {
		return nil, nil, err
	}
	operators, closeConsole, err := console.Storybook(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, shown := sandbox.Showcase()
	wallets := storybook.Room{Name: "sandbox", Handler: s.Handler()}
	for _, page := range shown {
		wallets.Views = append(wallets.Views, storybook.View(page))
	}
	return []storybook.Room{shop, operators, wallets}, func() { s.Close(); closeConsole() }, nil
}

// storyteller serves the storybook beside gateway and sandbox, or nothing.
type storyteller struct {
	listener net.Listener
	serve    func(ctx context.Context) error
	close    func()
}

// announce prints where the storybook is.
func (s storyteller) announce(t *terminal) error {
	if s.listener == nil {
		return nil
	}
	_, err := fmt.Fprintf(t.out, "\nStorybook http://%s%s   every view with made-up data\n", s.listener.Addr(), storybook.Path)
	return err
}

// openStorybook listens for the storybook; without the flag it does nothing.
func (c devCommand) openStorybook(ctx context.Context) (storyteller, error) {
	none := storyteller{serve: func(ctx context.Context) error { <-ctx.Done(); return nil }, close: func() {}}
	if !c.Storybook {
		return none, nil
	}
	l, err := gateway.Listen(c.StorybookListen, "--storybook-listen")
	if err != nil {
		return none, err
	}
	rooms, closing, err := storybookRooms(ctx)
	if err != nil {
		_ = l.Close()
		return none, err
	}
	h := storybook.New(rooms...)
	return storyteller{
		listener: l,
		serve:    func(ctx context.Context) error { return serveHTTP(ctx, l, h) },
		close:    func() { closing(); _ = l.Close() },
	}, nil
}
