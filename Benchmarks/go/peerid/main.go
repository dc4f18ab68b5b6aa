// Command peerid makes calls with the package peerid.
package main

import (
	"context"
	"log"

	"github.com/peerplays/libpeerid/benchmarks/contender"
	peerid "github.com/peerplays/libpeerid/bindings/go"
)

func main() {
	settings := contender.ReadSettings()
	options := map[string]string{"http_version": "1.1"}
	if settings.CA != "" {
		options["ca_file"] = settings.CA
	}
	client, err := peerid.NewClient(peerid.Config{
		BaseURL: settings.URL, ClientID: contender.ClientID, ClientSecret: "secret", Options: options,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	session, err := client.Restore(context.Background(), contender.ServerToken)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	settings.Measure(func() (string, error) {
		result, err := session.SubmitJSON(context.Background(), settings.Operations)
		if err != nil {
			return "", err
		}
		return result.TransactionID, nil
	})
}
