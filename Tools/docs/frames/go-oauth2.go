package main

import (
	// IMPORTS
	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// PROGRAM

func main() {
	ctx := context.Background()
	client, err := peerid.NewClient(peerid.Config{BaseURL: "http://127.0.0.1:8400", ClientID: "4", ClientSecret: "demo-secret-4"})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	session, err := client.Login(ctx, peerid.Password{Login: "alice", Password: "alice-password"})
	if err != nil {
		log.Fatal(err)
	}
	// The x/oauth2 client gets a token from the session for each request.
	request, err := http.NewRequest("POST", "http://127.0.0.1:8400/api/v1/app/operations", strings.NewReader(`{"operations":
		[{"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31", "to": "1.2.33",
		  "amount": {"amount": 100000, "asset_id": "1.3.0"}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("ClientID", "4")
	request.Header.Set("Content-Type", "application/json")
	answer, err := oauth2.NewClient(ctx, source{session}).Do(request)
	if err != nil {
		log.Fatal(err)
	}
	token, err := oauth2.ReuseTokenSource(nil, source{session}).Token()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.StatusCode, token.Type(), token.Valid())
}
