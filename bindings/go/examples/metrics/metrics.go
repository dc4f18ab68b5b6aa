package main

import (
	"fmt"
	"io"
	"net/http"
	"sort"

	peerid "github.com/peerplays/libpeerid/bindings/go"
)

// Metrics returns a handler that exports a client's statistics to Prometheus. Copy it into your program.
func Metrics(client *peerid.Client) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		statistics, err := client.Statistics()
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		Write(w, statistics)
	})
}

// Write writes statistics in Prometheus's text format.
func Write(w io.Writer, s *peerid.Statistics) {
	metric(w, "peerid_calls_total", "counter", "Calls that have ended.")
	for _, call := range sortedKeys(s.Calls) {
		counts := s.Calls[call]
		for _, outcome := range []value{
			{"succeeded", counts.Succeeded}, {"not_sent", counts.NotSent}, {"not_done", counts.NotDone}, {"unknown", counts.Unknown},
		} {
			fmt.Fprintf(w, "peerid_calls_total{call=%q,outcome=%q} %d\n", call, outcome.label, outcome.count)
		}
	}
	metric(w, "peerid_calls_in_flight", "gauge", "Calls in flight.")
	values(w, "peerid_calls_in_flight", "mode", []value{{"blocking", s.InFlight.Blocking}, {"asynchronous", s.InFlight.Asynchronous}})
	single(w, "peerid_resends_after_401_total", "Requests resent with a new token.", s.ResendsAfter401)
	single(w, "peerid_refreshes_started_total", "Refreshes that were started.", s.Refreshes.Started)
	single(w, "peerid_refresh_waits_total", "Calls that waited for a refresh.", s.Refreshes.Waits)
	metric(w, "peerid_refreshes_total", "counter", "Refreshes that have ended.")
	values(w, "peerid_refreshes_total", "result", []value{
		{"renewed", s.Refreshes.Renewed}, {"found_newer", s.Refreshes.FoundNewer}, {"rejected", s.Refreshes.Rejected},
		{"failed", s.Refreshes.Failed}, {"unknown", s.Refreshes.Unknown},
	})
	single(w, "peerid_store_locks_total", "Session locks taken.", s.Store.Locks)
	metric(w, "peerid_store_lock_wait_seconds_total", "counter", "Time spent on taking session locks.")
	fmt.Fprintf(w, "peerid_store_lock_wait_seconds_total %g\n", seconds(s.Store.LockWaitMicroseconds))
	single(w, "peerid_store_failures_total", "Failures of the session store.", s.Store.Failures)
	metric(w, "peerid_requests_total", "counter", "Requests by connection.")
	values(w, "peerid_requests_total", "connection", []value{{"opened", s.Connections.Opened}, {"reused", s.Connections.Reused}})
	metric(w, "peerid_call_seconds", "gauge", "Durations of calls since the client was created.")
	for _, calls := range sortedKeys(s.Latency) {
		latency := s.Latency[calls]
		for _, quantile := range []value{
			{"0.5", latency.P50}, {"0.9", latency.P90}, {"0.99", latency.P99}, {"0.999", latency.P999}, {"1", latency.Max},
		} {
			fmt.Fprintf(w, "peerid_call_seconds{calls=%q,quantile=%q} %g\n", calls, quantile.label, seconds(quantile.count))
		}
	}
}

type value struct {
	label string
	count int64
}

func metric(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func single(w io.Writer, name, help string, count int64) {
	metric(w, name, "counter", help)
	fmt.Fprintf(w, "%s %d\n", name, count)
}

func values(w io.Writer, name, label string, all []value) {
	for _, each := range all {
		fmt.Fprintf(w, "%s{%s=%q} %d\n", name, label, each.label, each.count)
	}
}

func seconds(microseconds int64) float64 {
	return float64(microseconds) / 1e6
}

func sortedKeys[V any](of map[string]V) []string {
	var keys []string
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
