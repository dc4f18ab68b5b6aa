"""The example that exports statistics to Prometheus."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client.parser import text_string_to_metric_families
from sandbox import OPERATIONS, PACKAGE, Sandbox, environment

_USER = ["4", "demo-secret-4", "alice", "alice-password", "1.2.31", "1.2.33"]


@contextmanager
def example(sandbox: Sandbox) -> Iterator[subprocess.Popen[str]]:
    program = PACKAGE / "examples/metrics.py"
    with subprocess.Popen(
        [sys.executable, program, sandbox.url, *_USER, "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        yield process
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def _samples(process: subprocess.Popen[str]) -> dict[str, float]:
    """The values that Prometheus reads after the payment, by name and labels."""
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    process.stdout.readline()
    with urllib.request.urlopen(address, timeout=1200) as answer:
        text = answer.read().decode()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            found[f"{sample.name}({labels})"] = sample.value
    return found


def test_prometheus_reads_what_was_done(sandbox: Sandbox) -> None:
    with example(sandbox) as process:
        samples = _samples(process)
    assert samples["peerid_calls_total(check,succeeded)"] == 1
    assert samples["peerid_calls_total(submit,succeeded)"] == 1
    assert samples["peerid_calls_total(submit,unknown)"] == 0
    assert samples["peerid_calls_in_flight(blocking)"] == 0
    assert samples["peerid_refreshes_total(renewed)"] == 0
    assert samples["peerid_store_failures_total()"] == 0
    assert samples["peerid_requests_total(opened)"] >= 1
    assert 0 < samples["peerid_call_seconds(operations,0.5)"] < 60


def test_prometheus_reads_that_an_outcome_is_unknown(sandbox: Sandbox) -> None:
    sandbox.fault("drop_after", OPERATIONS)
    with example(sandbox) as process:
        samples = _samples(process)
    assert samples["peerid_calls_total(submit,unknown)"] == 1
    assert samples["peerid_calls_total(submit,succeeded)"] == 0
