// Command nethttp makes the same calls by hand: what a careful programmer writes with net/http and encoding/json.
package main

import (
	"context"
	"log"
	"time"

	"github.com/peerplays/libpeerid/benchmarks/contender"
)

func main() {
	settings := contender.ReadSettings()
	expires := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	session, err := newSession(settings, tokenPair{contender.AccessToken, contender.RefreshToken, expires})
	if err != nil {
		log.Fatal(err)
	}
	settings.Measure(func() (string, error) {
		result, err := session.submit(context.Background(), settings.Operations)
		if err != nil {
			return "", err
		}
		return result.ID, nil
	})
}
