package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
)

// Statistics are counters and latencies of a client's calls since it was created; peerid_client_statistics in peerid.h
// describes them.
type Statistics struct {
	// Calls counts the calls that have ended, by kind, such as "submit" or "login".
	Calls map[string]CallCounts `json:"calls"`
	// InFlight counts the calls that have not ended.
	InFlight struct {
		Blocking     int64 `json:"blocking"`
		Asynchronous int64 `json:"asynchronous"`
	} `json:"in_flight"`
	// ResendsAfter401 counts requests that were resent with a new token.
	ResendsAfter401 int64 `json:"resends_after_401"`
	// Refreshes counts refreshes by how they ended, and the calls that waited for one.
	Refreshes struct {
		Started    int64 `json:"started"`
		Renewed    int64 `json:"renewed"`
		FoundNewer int64 `json:"found_newer"`
		Rejected   int64 `json:"rejected"`
		Failed     int64 `json:"failed"`
		Unknown    int64 `json:"unknown"`
		Waits      int64 `json:"waits"`
	} `json:"refreshes"`
	// Store counts the uses of the store.
	Store struct {
		Locks                int64 `json:"locks"`
		LockWaitMicroseconds int64 `json:"lock_wait_us"`
		Failures             int64 `json:"failures"`
	} `json:"store"`
	// Connections counts requests that opened a connection, and requests that reused one.
	Connections struct {
		Opened int64 `json:"opened"`
		Reused int64 `json:"reused"`
	} `json:"connections"`
	// Latency holds the durations of calls: "operations", "reads" and "logins".
	Latency map[string]Latency `json:"latency_us"`
}

// CallCounts counts calls of a kind by how they ended.
type CallCounts struct {
	Succeeded int64 `json:"succeeded"`
	NotSent   int64 `json:"not_sent"`
	NotDone   int64 `json:"not_done"`
	Unknown   int64 `json:"unknown"`
}

// Latency holds durations in microseconds. The percentiles are at most 12.5 percent too high.
type Latency struct {
	Count int64 `json:"count"`
	P50   int64 `json:"p50"`
	P90   int64 `json:"p90"`
	P99   int64 `json:"p99"`
	P999  int64 `json:"p999"`
	Max   int64 `json:"max"`
}

// Statistics returns statistics of the client's calls. It sends nothing and takes microseconds.
//
// Errors: [ErrClosed].
func (c *Client) Statistics() (*Statistics, error) {
	statistics := &Statistics{}
	err := c.use(func(client *C.peerid_client) error {
		var response *C.peerid_response
		if err := asError(C.peerid_client_statistics(client, &response)); err != nil {
			return err
		}
		defer C.peerid_response_free(response)
		var length C.size_t
		text := C.peerid_response_json(response, &length)
		return json.Unmarshal(goBytes(text, length), statistics)
	})
	if err != nil {
		return nil, err
	}
	return statistics, nil
}

// Check checks that the server is a PeerID server and accepts the application's id and secret. Call it when a program
// starts. The check sends one request, which changes nothing: a refresh with a token that does not exist. It does not
// show whether users have granted operations, or whether redirect URIs are registered.
//
// Errors: [ErrConfiguration] without a secret; [ErrRejected] when the server does not know the application or the
// secret is wrong; [ErrProtocol] when the server is not a PeerID server; and those of any call.
func (c *Client) Check(ctx context.Context) error {
	return c.use(func(client *C.peerid_client) error {
		_, err := perform(ctx, c, exchange[struct{}]{
			run: func(cancellation *C.peerid_cancellation, _ *struct{}) *C.peerid_error {
				return C.peerid_go_check(client, cancellation)
			},
			begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
				return C.peerid_client_check_async(client, queue, tag, id)
			},
			take: func(completion *C.peerid_completion, _ *struct{}) *C.peerid_error {
				return C.peerid_go_take_nothing(completion)
			},
		})
		return err
	})
}

// SetSecret replaces the client secret, for instance after it was changed at PeerID. Sessions continue, and nothing is
// sent.
//
// Errors: [ErrInvalidArgument] when the secret is empty; [ErrClosed].
func (c *Client) SetSecret(secret string) error {
	text, err := newText(secret, "secret")
	if err != nil {
		return err
	}
	defer text.wipe()
	return c.use(func(client *C.peerid_client) error {
		return asError(C.peerid_client_set_secret(client, text.pointer()))
	})
}
