package main

import (
	"context"
	"errors"
	"log"
	"sync"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// accounts has the account of each user, by the user's id at PeerID. A token contains this id, but not the account, and
// PeerID does not check that the payer is the user. So an application keeps, for each user, the account that it has
// verified. These are users of the sandbox.
var accounts = map[int64]peerid.ObjectID{1: "1.2.31", 2: "1.2.33"}

// shop is the account that is paid.
const shop peerid.ObjectID = "1.2.34"

// payments makes each payment at most once. A real application keeps them in its database, where they survive a restart
// and all its processes see them.
type payments struct {
	mutex sync.Mutex
	// next is the id of an account's next payment, empty while a payment is open; news is the result of the last one.
	next, news map[peerid.ObjectID]string
}

func newPayments() *payments {
	return &payments{next: map[peerid.ObjectID]string{}, news: map[peerid.ObjectID]string{}}
}

// offer returns the id for the next payment, and the result of the last one. The id is empty, and the user cannot pay,
// if a payment is open or the account is not known.
func (p *payments) offer(account peerid.ObjectID) (id, news string, err error) {
	if account == "" {
		return "", "You cannot pay, because this shop does not know your account.", nil
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, found := p.next[account]; !found {
		if p.next[account], err = newKey(); err != nil {
			delete(p.next, account)
			return "", "", err
		}
	}
	return p.next[account], p.news[account], nil
}

// begin uses an id, once: after a reload or a second click it returns false.
func (p *payments) begin(account peerid.ObjectID, id string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if account == "" || id == "" || p.next[account] != id {
		return false
	}
	p.next[account] = ""
	p.news[account] = "Your payment is being made. Please reload the page."
	return true
}

// end publishes the result of a payment, and allows the next one unless this one is open.
func (p *payments) end(account peerid.ObjectID, news string, isOpen bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.news[account] = news
	if !isOpen {
		delete(p.next, account)
	}
}

// pay makes a payment that has begun. It logs what an operator needs to settle the payment.
func (p *payments) pay(ctx context.Context, session *peerid.Session, account peerid.ObjectID, id string) {
	payment := peerid.Transfer{
		FeeAsset: "1.3.0", From: account, To: shop, Amount: peerid.Asset{Amount: 100, AssetID: "1.3.0"},
	}
	var result *peerid.Result
	mark, err := session.Mark(ctx, payment)
	if err == nil {
		log.Printf("payment %s: mark %s", id, mark)
		result, err = session.Submit(ctx, payment)
	}
	switch {
	case mark != nil && errors.Is(err, peerid.OutcomeUnknown):
		log.Printf("payment %s: unknown: %v", id, err)
		p.end(account, "Your payment is open: it may have been done. Do not pay again.", true)
	case errors.Is(err, peerid.ErrLoginRequired):
		log.Printf("payment %s: not done: %v", id, err)
		p.end(account, "Not paid: please log out, and log in again.", false)
	case err != nil:
		log.Printf("payment %s: not done: %v", id, err)
		p.end(account, "Not paid: nothing was done. "+err.Error(), false)
	case result.TransactionID == "":
		// The users of some applications have to sign each request; see Session.Confirm.
		log.Printf("payment %s: not confirmed", id)
		p.end(account, "Not paid: users of this application confirm each payment.", false)
	default:
		log.Printf("payment %s: transaction %s", id, result.TransactionID)
		p.end(account, "Paid: transaction "+result.TransactionID, false)
	}
}
