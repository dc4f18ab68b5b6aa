// Command worker makes payments from a queue, and none of them twice.
//
//	worker [-longest-wait DURATION] BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD JOURNAL < payments
//
// Each line of the standard input is a payment: JSON with an "id" that you choose, "from", "to", "amount", and
// optionally "asset_id". The worker prints the result of each on its standard output, and ends with status 1 if a
// person has to check one. A payment whose id has been paid before is skipped, so you can pass the same queue again
// after a crash or Ctrl-C.
//
// The file JOURNAL makes that safe. Before a payment is sent, it is recorded in the journal together with a mark
// (Session.Mark). If the answer is lost, or the worker ends before it arrives, the worker settles the mark
// (Session.SettleMark), and resends the payment only if it was not done and cannot be done later. Meanwhile no other
// program may make the same payments from the same account.
//
// If the application's users have to sign each request, nothing is paid: the journal contains the transaction token of
// each payment, to be confirmed with Session.Confirm.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(),
			"usage: %s [-longest-wait DURATION] BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD JOURNAL < payments\n", os.Args[0])
		flag.PrintDefaults()
	}
	longestWait := flag.Duration("longest-wait", 15*time.Second, "the longest pause before the chain is read again")
	flag.Parse()
	if flag.NArg() != 6 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	clean, err := run(ctx, flag.Args(), *longestWait, os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !clean {
		os.Exit(1)
	}
}

// run makes all payments; clean means that no person has to check one.
func run(ctx context.Context, arguments []string, longestWait time.Duration, queue io.Reader, report io.Writer) (clean bool, err error) {
	journal, err := openJournal(arguments[5])
	if err != nil {
		return false, err
	}
	defer journal.close()
	credentials := peerid.Password{Login: arguments[3], Password: arguments[4]}
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: arguments[0], ClientID: arguments[1], ClientSecret: arguments[2],
		// If the answer to a refresh is lost, logging in again returns the current tokens.
		Relogin: func(string) (peerid.Password, bool) { return credentials, true },
	})
	if err != nil {
		return false, err
	}
	defer client.Close()
	session, err := client.Login(ctx, credentials)
	if err != nil {
		return false, err
	}
	defer session.Close()
	return work(ctx, &worker{session, journal, longestWait}, queue, report)
}

// work makes the payments of a queue.
func work(ctx context.Context, w *worker, queue io.Reader, report io.Writer) (clean bool, err error) {
	tell := func(id, text string) { fmt.Fprintf(report, "%s: %s\n", id, text) }
	var problem left
	if err := w.settle(ctx, tell); errors.As(err, &problem) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	clean = true
	lines := bufio.NewScanner(queue)
	for number := 1; lines.Scan(); number++ {
		payment, err := readPayment(lines.Bytes())
		if err != nil {
			tell(fmt.Sprintf("line %d", number), "not a payment: "+err.Error())
			clean = false
			continue
		}
		done, err := w.pay(ctx, payment)
		switch {
		case err == nil:
			tell(payment.ID, done)
			continue
		case !errors.As(err, &problem):
			return false, fmt.Errorf("%s: %w", payment.ID, err)
		}
		tell(payment.ID, problem.text)
		clean = false
		if problem.stops {
			break
		}
	}
	return clean, lines.Err()
}
