package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// maximumAttempts is the maximum number of attempts for a request.
const maximumAttempts = 5

// worker makes payments for a session's user.
type worker struct {
	session     *peerid.Session
	journal     *journal
	longestWait time.Duration
}

// left is the error of a payment that a person has to check: it was not made, or may have been made.
type left struct {
	text string
	// stops means that the following payments cannot be made either.
	stops bool
}

func (l left) Error() string { return l.text }

// errUnknown is the error of a payment that may have been made. In the journal it is still marked as sent.
var errUnknown = errors.New("the answer is lost")

// settle finds out whether the payments were made that an earlier worker was sending when it ended. Nothing else is
// sent while one of them is open, because two equal payments cannot be distinguished on the chain.
func (w *worker) settle(ctx context.Context, tell func(id, report string)) error {
	for _, open := range w.journal.unsettled() {
		made, err := w.wasMade(ctx, open)
		if err != nil {
			tell(open.Payment.ID, err.Error())
			return err
		}
		if made {
			tell(open.Payment.ID, "paid: found on the chain")
		} else {
			tell(open.Payment.ID, "not paid when the worker ended: put it into the queue again")
		}
	}
	return nil
}

// pay makes a payment, unless it was made before, and prints the result.
func (w *worker) pay(ctx context.Context, p payment) (report string, err error) {
	if before, found := w.journal.notes[p.ID]; found {
		switch {
		case before.Payment != p:
			return "", left{text: "not paid: another payment had its id"}
		case before.State == paid:
			return "paid before", nil
		case before.State == unsigned:
			// Do not send it again: the user could sign both.
			return "", left{text: "not sent again: it was left to the user to sign it: look at the chain"}
		}
	}
	for attempt := 1; attempt <= maximumAttempts; attempt++ {
		report, err = w.send(ctx, p)
		var failure *peerid.Error
		switch {
		case errors.Is(err, errUnknown):
			made, err := w.wasMade(ctx, w.journal.notes[p.ID])
			if err != nil {
				return "", err
			}
			if made {
				return "paid: found on the chain", nil
			}
		case !errors.As(err, &failure):
			return report, err
		case ctx.Err() != nil:
			return "", left{text: "not paid: the worker was told to stop", stops: true}
		case failure.Code == peerid.ErrLoginRequired:
			return "", left{text: "not paid: the user has to log in again", stops: true}
		case !failure.Retryable || attempt == maximumAttempts:
			return "", left{text: "not paid: " + failure.Message}
		default:
			// If the context ends during the wait, the next attempt fails.
			_ = pause(ctx, waitAfter(err, attempt))
		}
	}
	return "", left{text: "not paid: several requests were lost", stops: true}
}

// send sends a payment once. The error is errUnknown when it may have been made, and a *peerid.Error when it was
// certainly not.
func (w *worker) send(ctx context.Context, p payment) (report string, err error) {
	// Without the mark a lost answer could not be settled, so nothing is sent.
	mark, err := again(ctx, func() ([]byte, error) { return w.session.Mark(ctx, p.operation()) })
	switch {
	case errors.Is(err, peerid.ErrInvalidArgument):
		return "", err
	case err != nil:
		return "", left{text: "not paid: the chain cannot be read: " + err.Error(), stops: true}
	}
	n := note{State: sent, Payment: p, Mark: string(mark)}
	if err := w.journal.write(n); err != nil {
		return "", err
	}
	result, err := w.session.Submit(ctx, p.operation())
	var failure *peerid.Error
	switch {
	case err == nil && result.TransactionID != "":
		n.State = paid
		return fmt.Sprintf("paid: transaction %s in block %d", result.TransactionID, result.BlockNum), w.journal.write(n)
	case err == nil && result.TransactionToken != "":
		n.State, n.TransactionToken = unsigned, result.TransactionToken
		if err := w.journal.write(n); err != nil {
			return "", err
		}
		return "", left{text: "not paid: the user has to sign it: confirm its transaction token, which is in the journal (Session.Confirm)"}
	case errors.As(err, &failure) && failure.Outcome != peerid.OutcomeUnknown:
		n.State = notPaid
		if err := w.journal.write(n); err != nil {
			return "", err
		}
		return "", failure
	default:
		return "", errUnknown
	}
}

// wasMade finds out whether a payment was made, and records it.
func (w *worker) wasMade(ctx context.Context, open note) (bool, error) {
	settlement, err := w.final(ctx, []byte(open.Mark))
	switch {
	case ctx.Err() != nil:
		return false, left{text: "open: it may have been paid: run the worker again with the same journal", stops: true}
	case err != nil:
		return false, left{text: "open: it may have been paid, and the chain cannot be read: " + err.Error(), stops: true}
	case settlement.State == peerid.SettledUndecided:
		return false, left{text: fmt.Sprintf("open: it may be one of these: %v", settlement.Transactions), stops: true}
	case settlement.State == peerid.SettledDone:
		open.State = paid
	default:
		open.State = notPaid
	}
	return open.State == paid, w.journal.write(open)
}

// final settles a mark, repeatedly until the result is final.
func (w *worker) final(ctx context.Context, mark []byte) (*peerid.Settlement, error) {
	for {
		settlement, err := again(ctx, func() (*peerid.Settlement, error) { return w.session.SettleMark(ctx, mark) })
		if err != nil || settlement.State != peerid.SettledNotYet {
			return settlement, err
		}
		wait := settlement.RetryAfter
		if wait > w.longestWait {
			wait = w.longestWait
		}
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// again reads the chain, and retries if that may help; reads are safe to repeat.
func again[T any](ctx context.Context, read func() (T, error)) (T, error) {
	for attempt := 1; ; attempt++ {
		answer, err := read()
		var failure *peerid.Error
		if err == nil || attempt == maximumAttempts || !errors.As(err, &failure) || !failure.Retryable {
			return answer, err
		}
		if pause(ctx, waitAfter(err, attempt)) != nil {
			return answer, err
		}
	}
}

// waitAfter returns the pause after a failed attempt, which grows with each attempt.
func waitAfter(err error, attempt int) time.Duration {
	wait := 100 * time.Millisecond << attempt
	var failure *peerid.Error
	if errors.As(err, &failure) && failure.RetryAfter > wait {
		wait = failure.RetryAfter
	}
	return wait
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
