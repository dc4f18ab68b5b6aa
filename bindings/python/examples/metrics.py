"""Makes a payment, and exports the client's statistics to Prometheus.

    metrics.py BASE_URL CLIENT_ID CLIENT_SECRET LOGIN PASSWORD FROM TO [HOST:PORT]

Needs the package `prometheus_client`. Serves the metrics at
http://127.0.0.1:9464/metrics until Ctrl-C. Copy `Collector` into your program. Each
process has its own counters: give each of several workers its own port.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector as BaseCollector

from peerid import Client, PeerIDError, ops

QUANTILES = {"p50": "0.5", "p90": "0.9", "p99": "0.99", "p999": "0.999", "max": "1"}


class Collector(BaseCollector):
    """Collects the statistics of a client for Prometheus."""

    def __init__(self, client: Client) -> None:
        """Collect the statistics of this client."""
        self._client = client

    def collect(self) -> Iterator[Metric]:
        """Return the metrics."""
        counts = self._client.statistics()
        calls = CounterMetricFamily(
            "peerid_calls",
            "Calls that have ended.",
            labels=["call", "outcome"],
        )
        for call, outcomes in counts["calls"].items():
            for outcome, count in outcomes.items():
                calls.add_metric([call, outcome], count)
        yield calls
        flight = GaugeMetricFamily(
            "peerid_calls_in_flight", "Calls in flight.", labels=["mode"]
        )
        for mode, count in counts["in_flight"].items():
            flight.add_metric([mode], count)
        yield flight
        yield CounterMetricFamily(
            "peerid_resends_after_401",
            "Requests that were sent again with a new token.",
            value=counts["resends_after_401"],
        )
        refreshes = dict(counts["refreshes"])
        yield CounterMetricFamily(
            "peerid_refreshes_started",
            "Refreshes that were begun.",
            value=refreshes.pop("started"),
        )
        yield CounterMetricFamily(
            "peerid_refresh_waits",
            "Calls that waited for a refresh.",
            value=refreshes.pop("waits"),
        )
        ended = CounterMetricFamily(
            "peerid_refreshes", "Refreshes that have ended.", labels=["result"]
        )
        for result, count in refreshes.items():
            ended.add_metric([result], count)
        yield ended
        store = counts["store"]
        yield CounterMetricFamily(
            "peerid_store_locks", "Session locks taken.", value=store["locks"]
        )
        yield CounterMetricFamily(
            "peerid_store_lock_wait_seconds",
            "Time that taking session locks took.",
            value=store["lock_wait_us"] / 1e6,
        )
        yield CounterMetricFamily(
            "peerid_store_failures",
            "Failures of the session store.",
            value=store["failures"],
        )
        requests = CounterMetricFamily(
            "peerid_requests", "Requests by connection.", labels=["connection"]
        )
        for connection, count in counts["connections"].items():
            requests.add_metric([connection], count)
        yield requests
        latency = GaugeMetricFamily(
            "peerid_call_seconds",
            "How long calls took since the client was made.",
            labels=["calls", "quantile"],
        )
        for kind, values in counts["latency_us"].items():
            for name, quantile in QUANTILES.items():
                latency.add_metric([kind, quantile], values[name] / 1e6)
        yield latency


def main(arguments: list[str]) -> int:
    """Make a payment, and serve the metrics."""
    if len(arguments) not in (7, 8):
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, secret, login, password, sender, receiver, *where = arguments
    host, _, port = (where or ["127.0.0.1:9464"])[0].rpartition(":")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Client(url, client_id=client_id, client_secret=secret) as client:
        registry = CollectorRegistry()
        registry.register(Collector(client))
        server, _ = start_http_server(int(port), host, registry)
        print(
            f"metrics at http://{host}:{server.server_port}/metrics",
            flush=True,
        )
        try:
            # Check that the server knows the application and its secret.
            client.check()
            transfer = ops.transfer(
                fee_asset="1.3.0",
                from_=sender,
                to=receiver,
                amount=ops.Asset(amount=100000, asset_id="1.3.0"),
            )
            result = client.login(login, password=password).submit(transfer)
            print("transaction", result.transaction_id, flush=True)
        except PeerIDError as error:
            print(f"{error.name} ({error.outcome.name.lower()}): {error}", flush=True)
        ended.wait()
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
