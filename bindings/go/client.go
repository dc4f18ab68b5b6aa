package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
	"net/url"
	"runtime"
)

// Client is a client for a PeerID server: it creates sessions, and reads the chain. Any number of goroutines may use it
// at once.
type Client struct {
	handle   *handle[C.peerid_client]
	clientID string
	baseURL  *url.URL
	// Limits the calls in flight to what the library accepts.
	slots         chan struct{}
	failsWhenFull bool
	assets        assetTable
	hooks         *hooks
}

// NewClient creates a client. It sends nothing. Close the client when it is no longer needed.
//
// Errors: [ErrInvalidArgument] when the id is not a number; [ErrConfiguration] when the base URL is not usable, there
// is no such option, or its value is not valid.
func NewClient(config Config) (*Client, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	made, err := config.make()
	if err != nil {
		return nil, err
	}
	defer C.peerid_config_free(made)
	var object *C.peerid_client
	if err := asError(C.peerid_client_create(made, &object)); err != nil {
		return nil, err
	}
	client := &Client{
		clientID:      config.ClientID,
		slots:         make(chan struct{}, config.maximumInFlight()),
		failsWhenFull: config.FailWhenFull,
		hooks:         &hooks{log: config.Log},
	}
	client.handle = newHandle(object, func(object *C.peerid_client) { C.peerid_client_free(object) })
	// The library has accepted the base URL, so this cannot fail. (With nil, Transport would add its headers to no
	// request.)
	client.baseURL, _ = url.Parse(config.BaseURL)
	runtime.SetFinalizer(client, (*Client).finalize)
	return client, nil
}

// flushMilliseconds is the time that Close waits for refreshes and saves in flight; tests change it. A Go process ends
// without running C's atexit functions, so nothing else waits for them.
var flushMilliseconds int64 = 5000

// Close ends the calls of the client and its sessions with [ErrClosed]: those in flight within a second, later ones at
// once. It waits, at most five seconds, until a running refresh has ended and its tokens are saved, because they would
// be lost if the process ended before. The error is always nil.
func (c *Client) Close() error {
	if c.handle.acquire() {
		C.peerid_client_close(c.handle.object)
		C.peerid_client_flush(c.handle.object, C.int64_t(flushMilliseconds))
		c.handle.release()
	}
	c.handle.close()
	runtime.SetFinalizer(c, nil)
	return nil
}

// finalize frees a client that was not closed. Such a client has no sessions, because sessions keep their client
// reachable.
func (c *Client) finalize() {
	c.handle.close()
}

// use calls body with the library's client.
func (c *Client) use(body func(*C.peerid_client) error) error {
	// Otherwise the finalizer could close the client during the call.
	defer runtime.KeepAlive(c)
	if !c.handle.acquire() {
		return errClosed("client")
	}
	defer c.handle.release()
	return body(c.handle.object)
}

// ReadChain reads the chain through the server. It needs no session. Repeating a read is always safe, but the API
// network_broadcast changes the chain: such a call is sent once.
//
// The api is "database", "network_broadcast", "history", "crypto" or "bookie"; the method is one of that API of a
// Peerplays node, such as "get_objects", and params are its parameters, which encoding/json encodes. The server
// receives every value as text. Integers in the answer are exact; decode them into int64, or with
// [json.Decoder.UseNumber]. To print the answer, print string(answer): fmt prints a [json.RawMessage] as numbers.
//
// Errors: [ErrInvalidArgument] for an unknown API, or for parameters that cannot be sent to the server (null, an empty
// array or object, deep nesting); [ErrServer] with the node's message when the node fails; and those of any call.
func (c *Client) ReadChain(ctx context.Context, api, method string, params ...any) (json.RawMessage, error) {
	if params == nil {
		params = []any{}
	}
	encoded, err := encode(params)
	if err != nil {
		return nil, unencodable("params", err)
	}
	apiText, err := newText(api, "api")
	if err != nil {
		return nil, err
	}
	methodText, err := newText(method, "method")
	if err != nil {
		return nil, err
	}
	var result json.RawMessage
	err = c.use(func(client *C.peerid_client) error {
		data, length := borrowed(encoded)
		answer, err := perform(ctx, c, exchange[C.peerid_go_answer]{
			run: func(cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
				return C.peerid_go_read_chain(client, apiText.pointer(), methodText.pointer(), data, length, cancellation, answer)
			},
			begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
				return C.peerid_client_read_chain_async(client, apiText.pointer(), methodText.pointer(), data, length, queue, tag, id)
			},
			take: takeAnswer,
		})
		if err != nil {
			return err
		}
		defer C.peerid_response_free(answer.response)
		result = goBytes(answer.json, answer.json_length)
		return nil
	})
	return result, err
}
