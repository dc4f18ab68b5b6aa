package peerid_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func BenchmarkSubmit(b *testing.B) {
	session := login(b, newClient(b))
	operation := transfer(1)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := session.Submit(context.Background(), operation); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSubmitFrom64Goroutines(b *testing.B) { benchmarkParallel(b, 64) }

func BenchmarkSubmitFrom1000Goroutines(b *testing.B) { benchmarkParallel(b, 1000) }

func benchmarkParallel(b *testing.B, goroutines int) {
	session := login(b, newClient(b))
	operation := transfer(1)
	b.ResetTimer()
	share(b, goroutines, func() error {
		_, err := session.Submit(context.Background(), operation)
		return err
	})
}

// share lets goroutines make b.N calls together.
func share(b *testing.B, goroutines int, call func() error) {
	turns := make(chan struct{}, b.N)
	for i := 0; i < b.N; i++ {
		turns <- struct{}{}
	}
	close(turns)
	var group sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for range turns {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		}()
	}
	group.Wait()
}

// The same by net/http, with a token that never expires: what a program would do without this package.
func BenchmarkNetHTTP(b *testing.B) {
	client, send := netHTTP(b, 1)
	defer client.CloseIdleConnections()
	for i := 0; i < b.N; i++ {
		if err := send(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNetHTTPFrom64Goroutines(b *testing.B) {
	client, send := netHTTP(b, 64)
	defer client.CloseIdleConnections()
	share(b, 64, send)
}

func BenchmarkNetHTTPFrom1000Goroutines(b *testing.B) {
	client, send := netHTTP(b, 1000)
	defer client.CloseIdleConnections()
	share(b, 1000, send)
}

func netHTTP(b *testing.B, connections int) (*http.Client, func() error) {
	token, err := login(b, newClient(b)).CurrentToken()
	if err != nil {
		b.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = connections, connections
	client := &http.Client{Transport: transport}
	b.ReportAllocs()
	b.ResetTimer()
	return client, func() error {
		request, err := http.NewRequest(http.MethodPost, sandboxURL+operationsPath, strings.NewReader(transferBody))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token.AccessToken)
		request.Header.Set("ClientID", "4")
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.ReadAll(response.Body)
		return err
	}
}
