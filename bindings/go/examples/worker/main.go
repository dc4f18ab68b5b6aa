// Command worker submits operations from a queue, and never pays twice.
//
//	worker BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD < jobs
//
// Each line of the standard input is a job: an operation as JSON. The worker tells on its standard output what became of
// each, and ends with status 1 if a person has to look at one.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD < jobs\n", os.Args[0])
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	clean, err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !clean {
		os.Exit(1)
	}
}

// run does all jobs; clean means that nobody has to look at one.
func run(ctx context.Context, arguments []string, jobs io.Reader, report io.Writer) (clean bool, err error) {
	credentials := peerid.Password{Login: arguments[3], Password: arguments[4]}
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: arguments[0], ClientID: arguments[1], ClientSecret: arguments[2],
		// If a refresh is lost on the way, logging in again gives back the tokens that are current.
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

	clean = true
	lines := bufio.NewScanner(jobs)
	for number := 1; lines.Scan(); number++ {
		outcome := submit(ctx, session, lines.Bytes())
		fmt.Fprintf(report, "job %d: %s\n", number, outcome)
		if outcome.stops {
			return false, nil
		}
		clean = clean && outcome.done
	}
	return clean, lines.Err()
}
