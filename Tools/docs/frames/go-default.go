package main

import (
	// IMPORTS
	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	const url, secret, password = "http://127.0.0.1:8400", "demo-secret-4", "alice-password"
	client, err := peerid.NewClient(peerid.Config{BaseURL: url, ClientID: "4", ClientSecret: secret, Store: peerid.NewMemoryStore()})
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.Login(ctx, peerid.Password{Login: "alice", Password: password})
	if err != nil {
		return err
	}
	defer session.Close()
	transfer := peerid.Transfer{FeeAsset: "1.3.0", From: "1.2.31", To: "1.2.33",
		Amount: peerid.Asset{Amount: 100000, AssetID: "1.3.0"}}
	_ = transfer
	{
		// PROGRAM
	}
	return nil
}
