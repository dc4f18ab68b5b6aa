package peerid

import (
	"context"
	"time"
)

// earlyPauses are the waits after a refusal of a token that has just been made. The server was never more than 24 ms
// late.
var earlyPauses = []time.Duration{
	25 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond,
}

// maximumRenewals is how many newer tokens one request tries before the server's refusal is handed on.
const maximumRenewals = 2

// remedy is what helps a request whose token was refused.
type remedy int

const (
	// giveUp: nothing helps; the server's answer is handed on.
	giveUp remedy = iota
	// sendAgain: the session has another token already.
	sendAgain
	// waitALittle: the token is so new that the server may not know it yet.
	waitALittle
	// renew: get another token first.
	renew
)

// attempts counts what one request has been through.
type attempts struct {
	early, renewals int
}

// refused decides about a request whose token of this generation was refused.
func (a *attempts) refused(session *Session, generation uint64) remedy {
	current, err := session.CurrentToken()
	if err != nil {
		return giveUp
	}
	if current.Generation == generation && session.renewals.isNew(generation) && a.early < len(earlyPauses) {
		a.early++
		return waitALittle
	}
	if a.renewals == maximumRenewals {
		return giveUp
	}
	a.renewals++
	if current.Generation != generation {
		return sendAgain
	}
	return renew
}

// pause waits until the server may know its new token.
func (a *attempts) pause(ctx context.Context) error {
	timer := time.NewTimer(earlyPauses[a.early-1])
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		e := notBegun(ctx.Err())
		e.Outcome = OutcomeRefused
		return e
	}
}
