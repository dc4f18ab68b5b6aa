// Command metrics makes a payment, and exports the client's statistics to Prometheus.
//
//	metrics BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO [HOST:PORT]
//
// It serves the metrics at http://127.0.0.1:9464/metrics until Ctrl-C.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	if len(os.Args) != 8 && len(os.Args) != 9 {
		fmt.Fprintf(os.Stderr, "usage: %s BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO [HOST:PORT]\n", os.Args[0])
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	client, err := peerid.NewClient(peerid.Config{BaseURL: arguments[0], ClientID: arguments[1], ClientSecret: arguments[2]})
	if err != nil {
		return err
	}
	defer client.Close()
	// Check that the server knows the application and its secret.
	if err := client.Check(ctx); err != nil {
		return err
	}
	if err := pay(ctx, client, arguments[3:7]); err != nil {
		fmt.Println(err)
	}
	address := "127.0.0.1:9464"
	if len(arguments) == 8 {
		address = arguments[7]
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("metrics at http://%s/metrics\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/metrics", Metrics(client))
	server := &http.Server{Handler: mux}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func pay(ctx context.Context, client *peerid.Client, arguments []string) error {
	session, err := client.Login(ctx, peerid.Password{Login: arguments[0], Password: arguments[1]})
	if err != nil {
		return err
	}
	defer session.Close()
	result, err := session.Submit(ctx, peerid.Transfer{
		FeeAsset: "1.3.0", From: peerid.ObjectID(arguments[2]), To: peerid.ObjectID(arguments[3]),
		Amount: peerid.Asset{Amount: 100000, AssetID: "1.3.0"},
	})
	if err != nil {
		return err
	}
	fmt.Println("transaction", result.TransactionID)
	return nil
}
