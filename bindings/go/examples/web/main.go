// Command web is a small web application whose users log in with PeerID through the authorization code flow.
//
//	web BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS]
//
// By default it listens on 127.0.0.1:8400. It keeps the sessions of its users in memory. The callback
// http://LISTEN_ADDRESS/callback must be registered for the application; in the sandbox that of the default is.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	if len(os.Args) != 4 && len(os.Args) != 5 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS]\n", os.Args[0])
		os.Exit(2)
	}
	address := "127.0.0.1:8400"
	if len(os.Args) == 5 {
		address = os.Args[4]
	}
	store := peerid.NewMemoryStore()
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: os.Args[1], ClientID: os.Args[2], ClientSecret: os.Args[3], Store: store,
	})
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Addr:              address,
		Handler:           newApplication(client, "http://"+address+"/callback"),
		ReadHeaderTimeout: 5 * time.Second,
	}
	defer client.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Printf("open http://%s/", address)
	select {
	case err := <-failed:
		log.Print(err)
	case <-ctx.Done():
		stop() // a second signal ends the program at once
		// Shutdown waits for running payments, which would end as unknown if the client were closed.
		if err := server.Shutdown(context.Background()); err != nil {
			log.Print(err)
		}
	}
}
