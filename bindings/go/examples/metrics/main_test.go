package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/peerplays/libpeerid/bindings/go/internal/sandbox"
)

func TestTheExampleShowsWhatWasDone(t *testing.T) {
	server, err := sandbox.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	output, ended := runs(ctx, t, server.URL)
	lines := bufio.NewScanner(output)
	var address string
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "metrics at ")
	}
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	text := string(body)
	for _, line := range []string{
		`peerid_calls_total{call="check",outcome="succeeded"} 1`,
		`peerid_calls_total{call="login",outcome="succeeded"} 1`,
		`peerid_calls_total{call="submit",outcome="succeeded"} 1`,
		`peerid_calls_total{call="submit",outcome="unknown"} 0`,
		`peerid_calls_in_flight{mode="blocking"} 0`,
		`peerid_refreshes_total{result="renewed"} 0`,
		`peerid_store_failures_total 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no line %s in\n%s", line, text)
		}
	}
	if !regexp.MustCompile(`(?m)^peerid_call_seconds\{calls="operations",quantile="0.5"\} [0-9.e-]+$`).MatchString(text) {
		t.Errorf("there is no latency in\n%s", text)
	}
	checkFormat(t, text)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// runs starts the example, and returns what it prints.
func runs(ctx context.Context, t *testing.T, url string) (io.Reader, chan error) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = writer
	t.Cleanup(func() { os.Stdout = before })
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{url, "4", "demo-secret-4", "alice", "alice-password", "1.2.31", "1.2.33", "127.0.0.1:0"})
		writer.Close()
	}()
	return reader, ended
}

// checkFormat checks each line by the text format of Prometheus, and that a metric has its type before its first value.
func checkFormat(t *testing.T, text string) {
	t.Helper()
	comment := regexp.MustCompile(`^# (HELP [a-z_0-9]+ .+|TYPE [a-z_0-9]+ (counter|gauge))$`)
	sample := regexp.MustCompile(`^([a-z_0-9]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+$`)
	typed := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if found := sample.FindStringSubmatch(line); found != nil {
			if !typed[found[1]] {
				t.Errorf("%s has no type", line)
			}
			continue
		}
		if !comment.MatchString(line) {
			t.Errorf("this line is none of the format: %s", line)
		}
		if fields := strings.Fields(line); fields[1] == "TYPE" {
			if typed[fields[2]] {
				t.Errorf("%s has two types", fields[2])
			}
			typed[fields[2]] = true
		}
	}
}
