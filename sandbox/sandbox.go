package sandbox

import (
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sandbox is the emulator as a server: a Core with a clock, timers and HTTP handlers.
// It is safe for use by several goroutines. Close it after use.
type Sandbox struct {
	options Options
	mu      sync.Mutex
	core    *Core
	waiting map[uint64]chan Answer
	planned time.Time     // when the timer fires; zero: it is not set
	changed chan struct{} // closed at the next change that pages show
	shown   uint64        // the core's revision at the last such change
	wake    chan struct{}
	done    chan struct{}
	closing sync.Once
	runner  sync.WaitGroup
	pages   http.Handler
	post    postman
	reading chan struct{} // has room for the one picture that is read
}

// New starts a sandbox.
func New(options Options) *Sandbox {
	s := &Sandbox{
		options: options.withDefaults(),
		core:    NewCore(options),
		waiting: map[uint64]chan Answer{},
		changed: make(chan struct{}),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
		reading: make(chan struct{}, 1),
	}
	s.post.start(s.options)
	s.shown = s.core.Revision()
	s.pages = s.routes()
	s.runner.Go(s.run)
	return s
}

// Close ends every held call by cutting its connection, the notifications under way, and
// the sandbox's timer. It returns when they have stopped; it does not wait for handlers.
func (s *Sandbox) Close() {
	s.closing.Do(func() {
		s.mu.Lock() // so that no notification sets out any more
		close(s.done)
		s.mu.Unlock()
		s.post.stop()
	})
	s.runner.Wait()
}

// Now is the sandbox's clock.
func (s *Sandbox) Now() time.Time { return s.options.Now() }

// Do runs f on the core, with the sandbox's time; f must not keep the core. It is how
// a test in the same process reads the truth or orders an outcome.
func (s *Sandbox) Do(f func(core *Core, now time.Time)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	s.deliver(s.core.Advance(now))
	f(s.core, now)
	s.deliver(s.core.Advance(now))
	s.replan()
	s.tell()
}

// run advances the core whenever something is due.
func (s *Sandbox) run() {
	for {
		var timer <-chan time.Time
		s.mu.Lock()
		now := s.options.Now()
		s.deliver(s.core.Advance(now))
		s.tell()
		next, ok := s.core.Next()
		s.planned = time.Time{}
		if ok {
			s.planned = next
			timer = s.options.After(s.roundUp(next.Sub(now)))
		}
		s.mu.Unlock()
		select {
		case <-timer:
		case <-s.wake:
		case <-s.done:
			return
		}
	}
}

// roundUp makes up for the nanoseconds that a fast clock's After loses when it divides;
// without it the timer would fire just before the time, again and again.
func (s *Sandbox) roundUp(d time.Duration) time.Duration {
	if speed := s.speed(); speed > 1 {
		d += time.Duration(math.Ceil(speed))
	}
	return d
}

// replan wakes the runner if something is due before its timer; the lock is held.
func (s *Sandbox) replan() {
	if next, ok := s.core.Next(); ok && (s.planned.IsZero() || next.Before(s.planned)) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// tell wakes the pages that watch; the lock is held.
func (s *Sandbox) tell() {
	if revision := s.core.Revision(); revision != s.shown {
		s.shown = revision
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// deliver hands answers to the handlers that wait for them, and notifications to the
// post; the lock is held.
func (s *Sandbox) deliver(answers []Answer) {
	for _, notification := range s.core.Notifications() {
		s.deliverNotification(notification)
	}
	for _, answer := range answers {
		if waiting, ok := s.waiting[answer.ID]; ok {
			waiting <- answer // has room for "never" and a later cut
			if !answer.Never {
				delete(s.waiting, answer.ID)
			}
		}
	}
}

func (s *Sandbox) arrive(request Request) (uint64, <-chan Answer) {
	answers := make(chan Answer, 2)
	var id uint64
	s.Do(func(core *Core, now time.Time) {
		id = core.Arrive(now, request)
		s.waiting[id] = answers
	})
	return id, answers
}

func (s *Sandbox) gone(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, id)
	s.core.Gone(id)
}

// OVO returns OVO's own API alone: POST /pos.
func (s *Sandbox) OVO() http.Handler { return s.provider(RailOVO) }

// SNAP returns OVO's dynamic QRIS alone: /OVOSNAP/…, without the customer's pages.
func (s *Sandbox) SNAP() http.Handler { return s.provider(RailSNAP) }

// DOKU returns DOKU's OVO e-money API alone: /ovo-emoney/… and /orders/….
func (s *Sandbox) DOKU() http.Handler { return s.provider(RailDOKU) }

// Faspay returns Faspay's debit API alone: /cvr/… and /pws/….
func (s *Sandbox) Faspay() http.Handler { return s.provider(RailFaspay) }

// provider serves the paths that are a rail's.
func (s *Sandbox) provider(rail Rail) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.options.railOf(r.URL.Path) != rail {
			http.NotFound(w, r)
			return
		}
		s.serveProvider(w, r)
	})
}

// Handler returns everything: the wallet page at /, the providers' APIs and /control/.
func (s *Sandbox) Handler() http.Handler { return s.pages }

// serveProvider is the door of every rail; the core tells them apart by their paths.
func (s *Sandbox) serveProvider(w http.ResponseWriter, r *http.Request) {
	// A push is held for longer than a server's write time-out may be.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	body, err := io.ReadAll(io.LimitReader(r.Body, ovoBodyMax+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the request never came whole: nobody asked for anything
	}
	id, answers := s.arrive(Request{
		Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body, Real: s.options.RealNow(),
	})
	for {
		select {
		case answer := <-answers:
			switch {
			case answer.Never:
				continue
			case answer.Reset:
				cut(w)
				return
			}
			for name, values := range answer.Header {
				w.Header()[name] = values
			}
			w.WriteHeader(answer.Status)
			_, _ = w.Write(answer.Body) // a caller who is gone reads nothing
			return
		case <-r.Context().Done():
			s.gone(id)
			return
		case <-s.done:
			cut(w)
			return
		}
	}
}

// cut ends the connection without an answer, by a TCP reset where there is one.
func cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: the stream is reset
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
