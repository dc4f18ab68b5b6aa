// Command login_and_submit logs a user in, submits a transfer, and submits again after the server has refused the
// token.
//
//	login_and_submit BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO
//
// If the environment variable PEERID_EXAMPLE_EXPIRE contains a command, the program runs it between the two transfers;
// the demo uses it to expire the token in the sandbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	if len(os.Args) != 8 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO\n", os.Args[0])
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	// Ctrl-C ends the running call.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	client, err := peerid.NewClient(peerid.Config{
		BaseURL:      arguments[0],
		ClientID:     arguments[1],
		ClientSecret: arguments[2],
		Log: func(level peerid.Level, message string) {
			if level >= peerid.LevelInfo {
				fmt.Printf("  (library)   %s\n", message)
			}
		},
	})
	if err != nil {
		return err
	}
	defer client.Close()

	fmt.Printf("Logging in as %s\n", arguments[3])
	session, err := client.Login(ctx, peerid.Password{Login: arguments[3], Password: arguments[4]})
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	defer session.Close()
	token, err := session.Token(ctx)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	printScope(token)

	from, to := peerid.ObjectID(arguments[5]), peerid.ObjectID(arguments[6])
	if err := transfer(ctx, session, from, to, 100000); err != nil {
		return err
	}
	if expire := os.Getenv("PEERID_EXAMPLE_EXPIRE"); expire != "" {
		fmt.Println("The server lets the token expire")
		if err := exec.Command("/bin/sh", "-c", expire).Run(); err != nil {
			fmt.Fprintf(os.Stderr, "'%s' failed\n", expire)
		}
	}
	return transfer(ctx, session, from, to, 250)
}

// printScope prints the names of the operations that the user granted, several on each line.
func printScope(token *peerid.Token) {
	column, _ := fmt.Print("  may submit")
	for _, id := range token.Scope {
		name := peerid.OperationName(id)
		if name == "" {
			name = "?"
		}
		if column > 76 {
			column, _ = fmt.Print("\n            ")
		}
		printed, _ := fmt.Print(" ", name)
		column += printed
	}
	fmt.Println()
}

func transfer(ctx context.Context, session *peerid.Session, from, to peerid.ObjectID, amount int64) error {
	fmt.Printf("Transferring %d from %s to %s\n", amount, from, to)
	result, err := session.Submit(ctx, peerid.Transfer{
		FeeAsset: "1.3.0",
		From:     from,
		To:       to,
		Amount:   peerid.Asset{Amount: amount, AssetID: "1.3.0"},
	})
	if err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	if result.TransactionID == "" {
		return errors.New("transfer: nothing is done yet: the user has to sign it (Session.Confirm)")
	}
	fmt.Printf("  transaction %s in block %d\n", result.TransactionID, result.BlockNum)
	return nil
}
