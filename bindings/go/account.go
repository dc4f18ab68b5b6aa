package peerid

// #include "bridge.h"
import "C"

import (
	"context"
	"encoding/json"
)

// Account is a chain account, such as the payer of an operation.
type Account struct {
	// ID is its object id, such as 1.2.31.
	ID ObjectID `json:"id"`
	// Name is its name, such as pi-alice; it never changes.
	Name string `json:"name"`
}

// Account finds an account of the chain by its name or its id. It needs no session.
//
// Errors: [ErrInvalidArgument] when the chain has no such account; and those of [Client.ReadChain].
func (c *Client) Account(ctx context.Context, name string) (Account, error) {
	text, err := newText(name, "name")
	if err != nil {
		return Account{}, err
	}
	var account Account
	err = c.use(func(client *C.peerid_client) error {
		answer, err := perform(ctx, c, exchange[C.peerid_go_answer]{
			run: func(cancellation *C.peerid_cancellation, answer *C.peerid_go_answer) *C.peerid_error {
				return C.peerid_go_find_account(client, text.pointer(), cancellation, answer)
			},
			begin: func(queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
				return C.peerid_client_account_async(client, text.pointer(), queue, tag, id)
			},
			take: takeAnswer,
		})
		if err != nil {
			return err
		}
		defer C.peerid_response_free(answer.response)
		return readAccount(goBytes(answer.json, answer.json_length), &account)
	})
	return account, err
}

// Account returns the chain account of the session's user, which operations name as payer. The server does not return
// the account. After a login with a user name the library finds it on the chain: pi-<user name> or <user name>,
// depending on which of the two has granted PeerID a permission. The account is read once and then stored with the
// session. After a login with an e-mail address or an exchange of a code the user name is unknown: ask the user, and
// call [Session.SetAccount].
//
// Errors: [ErrConfiguration] when the account is unknown or two accounts are possible; the message says what to do; and
// those of [Client.ReadChain].
func (s *Session) Account(ctx context.Context) (Account, error) {
	return s.account(s.send(ctx, sending{
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_account_async(session, queue, tag, id)
		},
	}))
}

// SetAccount sets the account of the session's user by its name or its id. The account is looked up on the chain and
// stored with the session; exported tokens also contain it. If PeerID has no permission on the account, a warning is
// logged.
//
// Errors: [ErrInvalidArgument] when the chain has no such account; [ErrLoginRequired] when another process has logged
// the session out; [ErrStore] when the account could not be saved; and those of [Client.ReadChain].
func (s *Session) SetAccount(ctx context.Context, name string) (Account, error) {
	text, err := newText(name, "name")
	if err != nil {
		return Account{}, err
	}
	return s.account(s.send(ctx, sending{
		begin: func(session *C.peerid_session, queue *C.peerid_queue, tag C.uint64_t, id *C.uint64_t) *C.peerid_error {
			return C.peerid_session_set_account_async(session, text.pointer(), queue, tag, id)
		},
	}))
}

func (s *Session) account(result *Result, err error) (Account, error) {
	var account Account
	if err == nil {
		err = readAccount(result.JSON, &account)
	}
	return account, err
}

func readAccount(text []byte, account *Account) error {
	if err := json.Unmarshal(text, account); err != nil {
		return newError(ErrInternal, "the account cannot be read: %v", err)
	}
	return nil
}
