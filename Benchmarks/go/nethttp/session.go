package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/peerplays/libpeerid/benchmarks/contender"
)

// A tokenPair never changes; it is replaced.
type tokenPair struct {
	access, refresh string
	expires         time.Time
}

// session submits operations with a token that it refreshes when it is about to expire.
type session struct {
	client *http.Client
	url    string

	mutex sync.Mutex
	token tokenPair
}

// result has the values that most programs read from the answer to operations.
type result struct {
	ID       string `json:"id"`
	BlockNum int64  `json:"block_num"`
	TrxNum   int64  `json:"trx_num"`
}

func newSession(settings contender.Settings, token tokenPair) (*session, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The default, two, would close the other connections after each call.
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, settings.Goroutines
	transport.MaxConnsPerHost = settings.OnTheWire
	if settings.CA != "" {
		certificates, err := os.ReadFile(settings.CA)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(certificates) {
			return nil, errors.New(settings.CA + " contains no certificate")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	return &session{client: client, url: settings.URL + "/api/v1", token: token}, nil
}

// submit submits a JSON array of operations.
func (s *session) submit(ctx context.Context, operations []byte) (*result, error) {
	token, err := s.freshToken(ctx)
	if err != nil {
		return nil, err
	}
	body := make([]byte, 0, len(operations)+len(`{"operations":}`))
	body = append(append(append(body, `{"operations":`...), operations...), '}')
	answer := new(result)
	return answer, s.post(ctx, "/app/operations", body, token.access, answer)
}

// freshToken returns a token that does not expire soon. Other goroutines wait while it is refreshed.
func (s *session) freshToken(ctx context.Context) (tokenPair, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if time.Until(s.token.expires) > time.Minute {
		return s.token, nil
	}
	body, err := json.Marshal(map[string]string{
		"refresh_token": s.token.refresh, "client_id": contender.ClientID, "client_secret": "secret",
	})
	if err != nil {
		return tokenPair{}, err
	}
	var renewed struct {
		Token        string    `json:"token"`
		RefreshToken string    `json:"refresh_token"`
		Expires      time.Time `json:"expires"`
	}
	if err := s.post(ctx, "/auth/refreshtoken", body, "", &renewed); err != nil {
		return tokenPair{}, err
	}
	s.token = tokenPair{renewed.Token, renewed.RefreshToken, renewed.Expires}
	return s.token, nil
}

// post sends JSON and reads the result in the envelope of the answer.
func (s *session) post(ctx context.Context, path string, body []byte, token string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("ClientID", contender.ClientID)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	envelope := struct {
		Result any             `json:"result"`
		Error  json.RawMessage `json:"error"`
	}{Result: into}
	if err := json.Unmarshal(content, &envelope); err != nil {
		return fmt.Errorf("HTTP %d: %w", response.StatusCode, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d: %s", response.StatusCode, envelope.Error)
	}
	return nil
}
