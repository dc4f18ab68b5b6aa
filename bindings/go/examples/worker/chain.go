package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

const (
	timePerBlock = 3 * time.Second
	// historyPage is how many operations a node tells at a time.
	historyPage = 100
)

// place is where the chain stood: the newest operation of an account, and the block.
type place struct {
	Operation uint64 `json:"operation"`
	Block     uint64 `json:"block"`
}

// chain is what the worker asks the chain.
type chain struct {
	client *peerid.Client
	// lifetime is that of a transaction, in blocks: one that is in none of them has expired.
	lifetime uint64
}

// entry is an operation in the history of an account.
type entry struct {
	ID        string            `json:"id"`
	Operation []json.RawMessage `json:"op"`
}

// number is that of an operation, such as 7 of 1.11.7.
func (e entry) number() (uint64, error) {
	return strconv.ParseUint(strings.TrimPrefix(e.ID, "1.11."), 10, 64)
}

// place tells where the chain stands for an account.
func (c chain) place(ctx context.Context, account peerid.ObjectID) (place, error) {
	page, err := c.historyPage(ctx, account, 0, 0, 1)
	if err != nil {
		return place{}, err
	}
	var stands place
	if len(page) > 0 {
		if stands.Operation, err = page[0].number(); err != nil {
			return place{}, err
		}
	}
	stands.Block, err = c.headBlock(ctx)
	return stands, err
}

// has looks for a payment that was sent behind a place, until it is there, or cannot come any more.
func (c chain) has(ctx context.Context, p payment, since place) (bool, error) {
	for {
		// The block first: what is not in the history afterwards was in no block up to this one.
		block, err := c.headBlock(ctx)
		if err != nil {
			return false, err
		}
		history, err := c.history(ctx, p.From, since.Operation)
		if err != nil {
			return false, err
		}
		for _, entry := range history {
			if p.isMadeBy(entry.Operation) {
				return true, nil
			}
		}
		if block >= since.Block+c.lifetime {
			return false, nil
		}
		if err := pause(ctx, timePerBlock); err != nil {
			return false, err
		}
	}
}

// history lists an account's operations since one of them, the newest first.
func (c chain) history(ctx context.Context, account peerid.ObjectID, since uint64) ([]entry, error) {
	var found []entry
	var newest uint64
	for {
		page, err := c.historyPage(ctx, account, since, newest, historyPage)
		if err != nil {
			return nil, err
		}
		found = append(found, page...)
		if len(page) < historyPage {
			return found, nil
		}
		oldest, err := page[len(page)-1].number()
		if err != nil {
			return nil, err
		}
		if newest = oldest - 1; newest <= since {
			return found, nil
		}
	}
}

// historyPage lists the operations behind one up to another; 0 stands for the newest.
func (c chain) historyPage(ctx context.Context, account peerid.ObjectID, since, newest uint64, limit int) (page []entry, err error) {
	err = c.read(ctx, &page, "history", "get_account_history",
		account, fmt.Sprintf("1.11.%d", since), limit, fmt.Sprintf("1.11.%d", newest))
	return page, err
}

func (c chain) headBlock(ctx context.Context) (uint64, error) {
	var properties struct {
		HeadBlock uint64 `json:"head_block_number"`
	}
	err := c.read(ctx, &properties, "database", "get_dynamic_global_properties")
	if err == nil && properties.HeadBlock == 0 {
		err = errors.New("the chain does not tell its newest block")
	}
	return properties.HeadBlock, err
}

// read reads the chain; to read again does no harm.
func (c chain) read(ctx context.Context, into any, api, method string, params ...any) error {
	for attempt := 1; ; attempt++ {
		answer, err := c.client.ReadChain(ctx, api, method, params...)
		if err == nil {
			return json.Unmarshal(answer, into)
		}
		// Whether the request has left does not matter: it changes nothing.
		if attempt == maximumAttempts {
			return err
		}
		if stopped := pause(ctx, waitAfter(err, attempt)); stopped != nil {
			return err
		}
	}
}
