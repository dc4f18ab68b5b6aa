package main

import (
	// IMPORTS
	peerid "github.com/peerplays/libpeerid/bindings/go"
)

const url, secret, password = "http://127.0.0.1:8400", "demo-secret-4", "alice-password"

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	// PROGRAM
	return nil
}
