package operator

import (
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// Hash is what is kept of a secret that is long and random by itself: a session's, a link's, a recovery code's.
type Hash [sha256.Size]byte

// HashOf hashes such a secret.
func HashOf(secret string) Hash { return sha256.Sum256([]byte("lunas console 1\x00" + secret)) }

// TokenBytes is how many random bytes a session or a link needs.
const TokenBytes = 32

// Token writes random bytes as they stand in cookies and links.
func Token(random [TokenBytes]byte) string { return base64.RawURLEncoding.EncodeToString(random[:]) }

// Session is somebody who is logged in.
type Session struct {
	Hash      Hash
	UserID    string
	CreatedAt time.Time
	SeenAt    time.Time // to about a minute
	Agent     string    // what the browser calls itself, at most 200 bytes
}

// How long a session lives: unused, and at all.
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
)

// Ends is when a session ends if nothing more happens.
func (s Session) Ends() time.Time {
	idle, life := s.SeenAt.Add(SessionIdle), s.CreatedAt.Add(SessionLife)
	if idle.Before(life) {
		return idle
	}
	return life
}

// Invite is a link by which somebody sets password and second factor, once. Without a user it makes the first owner.
type Invite struct {
	Hash      Hash
	UserID    string // empty: of the first owner
	ExpiresAt time.Time
}

// InviteLife is how long a link is good for; FirstLife that of the first owner's.
const (
	InviteLife = 48 * time.Hour
	FirstLife  = time.Hour
)

// Attempts count how often somebody has tried to log in under a name, or from an address, without success.
type Attempts struct {
	Count int
	Last  time.Time
	Until time.Time // no further try before this
}

// Patience says how many tries are free, and how the wait grows after them.
type Patience struct {
	Free       int
	First, Max time.Duration // the first wait, and the longest; each is twice the one before
}

// The patience with a name, and with an address, behind which many people may sit.
var (
	NamePatience    = Patience{Free: 5, First: 30 * time.Second, Max: 15 * time.Minute} // never written
	AddressPatience = Patience{Free: 30, First: 30 * time.Second, Max: 15 * time.Minute}
)

// attemptsKept is after how long without a try nothing is remembered.
const attemptsKept = 24 * time.Hour

// Next counts one more try; false: it comes too soon, and a says until when. A try counts before it is known how it ends,
// so that a hundred at a time are not free.
func (a Attempts) Next(p Patience, now time.Time) (next Attempts, ok bool) {
	if now.Before(a.Until) {
		return a, false
	}
	if now.Sub(a.Last) > attemptsKept {
		a = Attempts{}
	}
	next = Attempts{Count: a.Count + 1, Last: now}
	if over := next.Count - p.Free; over >= 0 {
		wait := p.First
		for range over {
			if wait = min(2*wait, p.Max); wait == p.Max {
				break
			}
		}
		next.Until = now.Add(min(wait, p.Max))
	}
	return next, true
}
