package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// outcome is what became of a job.
type outcome struct {
	done bool
	// stops means that the jobs behind this one cannot be done either.
	stops bool
	text  string
}

func (o outcome) String() string { return o.text }

// maximumAttempts is how often a job is tried that was certainly not done.
const maximumAttempts = 5

// submit does one job. It is tried again only when it was certainly not done and may go well later. When nobody knows
// whether it was done, a person, or a program that reads the chain, has to find out: trying again could pay twice.
func submit(ctx context.Context, session *peerid.Session, job []byte) outcome {
	wait := 100 * time.Millisecond
	for attempt := 1; ; attempt++ {
		result, err := session.SubmitJSON(ctx, job)
		if err == nil {
			return outcome{done: true, text: fmt.Sprintf("done: transaction %s in block %d", result.TransactionID, result.BlockNum)}
		}
		var failure *peerid.Error
		switch {
		case !errors.As(err, &failure):
			return outcome{stops: true, text: "unknown: " + err.Error()}
		case failure.Outcome == peerid.OutcomeUnknown:
			return outcome{text: "unknown: look at the chain before it is sent again: " + failure.Message}
		case ctx.Err() != nil:
			return outcome{stops: true, text: "not done: the worker was told to stop"}
		case failure.Code == peerid.ErrLoginRequired:
			return outcome{stops: true, text: "not done: the user has to log in again"}
		case !failure.Retryable || attempt == maximumAttempts:
			return outcome{text: "not done: " + failure.Message}
		}
		if failure.RetryAfter > wait {
			wait = failure.RetryAfter
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait *= 2
	}
}
