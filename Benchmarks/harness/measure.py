"""Runs the contenders of a workload in turn, round after round, and returns the figures."""

import json
import os
import re
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass

from .table import Entry, Workload

TIMEOUT = 120


class Failed(Exception):
    """A contender that failed."""


@dataclass
class Result:
    """The figures of one entry, one for each round, and everything else that it printed in the last one."""

    entry: Entry
    figures: list[float]
    processor: list[float]
    output: dict

    @property
    def median(self) -> float:
        return statistics.median(self.figures)


@dataclass
class Comparison:
    """A measured workload."""

    workload: Workload
    results: list[Result]
    calls: int

    def ratio(self, index: int) -> float:
        """The median of the ratios of all rounds: what slows both contenders of a round does not change it."""
        return paired_ratio(self.results[index].figures, self.results[0].figures)

    def processor_ratio(self, index: int) -> float | None:
        mine, reference = self.results[index].processor, self.results[0].processor
        return paired_ratio(mine, reference) if mine and reference else None

    def spread(self, index: int) -> tuple[float, float]:
        """The quartiles of the ratios of all rounds."""
        ratios = [a / b for a, b in zip(self.results[index].figures, self.results[0].figures)]
        if len(ratios) < 2:
            return (ratios[0], ratios[0])
        low, _, high = statistics.quantiles(ratios, n=4)
        return (low, high)

    @property
    def judged(self) -> int:
        """The index of the result for which the target or the limit holds."""
        return next(i for i, result in enumerate(self.results) if result.entry is self.workload.judged_entry)

    @property
    def reached(self) -> bool | None:
        if self.workload.target is not None:
            return round(self.ratio(self.judged), 2) <= self.workload.target
        if self.workload.limit is not None:
            return self.results[self.judged].median * self.workload.scale <= self.workload.limit
        return None


def paired_ratio(mine: list[float], reference: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(mine, reference))


class Bench:
    """Runs programs against the server."""

    def __init__(self, server, commands: dict[str, list[str]], quick: bool):
        self.server = server
        self.commands = commands
        self.quick = quick

    def compare(self, workload: Workload, progress) -> Comparison:
        entries = [entry for entry in workload.entries if entry.of in self.commands]
        rounds = max(1, (workload.rounds + 2) // 3) if self.quick else workload.rounds
        calls = workload.calls or (1 if not workload.server or workload.under else self._calls(workload, entries[0]))
        results = [Result(entry, [], [], {}) for entry in entries]
        for number in range(rounds):
            # A B, then B A: being first in a round is neither an advantage nor a disadvantage.
            for result in results if number % 2 == 0 else reversed(results):
                progress(f"round {number + 1} of {rounds}: {result.entry.title}")
                output = self._figures(workload, result.entry, calls)
                result.figures.append(output[workload.figure])
                if "processor_us_per_call" in output and workload.figure == "us_per_call":
                    result.processor.append(output["processor_us_per_call"])
                result.output = output
        # Contenders that do not report a size are not compared.
        if len({result.output["result_bytes"] for result in results if "result_bytes" in result.output}) > 1:
            raise Failed(f"{workload.name}: the contenders returned different results")
        return Comparison(workload, results, calls)

    def _calls(self, workload: Workload, entry: Entry) -> int:
        """As many calls as the reference makes in a round, found by trying."""
        calls = 20
        wanted = workload.round * (0.6 if self.quick else 1)
        while True:
            output = self._run(workload, entry, calls)
            if output["seconds"] >= wanted / 8 or calls >= 1_000_000:
                return max(1, round(calls * wanted / output["seconds"]))
            calls *= 4

    def _figures(self, workload: Workload, entry: Entry, calls: int) -> dict:
        if workload.under == "callgrind":
            once, twice = (self._instructions(workload, entry, n) for n in (calls, 2 * calls))
            return {"instructions_per_call": (twice - once) / calls}
        if workload.under == "process":
            started = time.monotonic()
            self._run(workload, entry, None)
            return {"ms_per_process": (time.monotonic() - started) * 1000}
        output = self._run(workload, entry, calls)
        if output["calls"]:
            output["us_per_call"] = output["seconds"] / output["calls"] * 1e6
            if "processor_seconds" in output:
                output["processor_us_per_call"] = output["processor_seconds"] / output["calls"] * 1e6
        return output

    def _run(self, workload: Workload, entry: Entry, calls: int | None) -> dict:
        text = execute(self._command(workload, entry, calls)).stdout
        try:
            return json.loads(text)
        except ValueError:
            raise Failed(f"{entry.title}: not a line of JSON: {text!r}") from None

    def _instructions(self, workload: Workload, entry: Entry, calls: int) -> int:
        # A command may begin with `env`, which becomes the program.
        valgrind = ["valgrind", "--tool=callgrind", "--trace-children=yes", "--callgrind-out-file=/dev/null"]
        finished = execute(valgrind + self._command(workload, entry, calls))
        found = re.search(r"Collected *: *(\d+)", finished.stderr)
        if not found:
            raise Failed(f"{entry.title}: callgrind counted nothing:\n{finished.stderr}")
        return int(found[1])

    def _command(self, workload: Workload, entry: Entry, calls: int | None) -> list[str]:
        command = list(self.commands[entry.of])
        if workload.server:
            command += ["--url", self.server.url(workload.server, workload.path)]
        if workload.server == "https":
            command += ["--ca", str(self.server.ca)]
        if calls is not None:
            warmup = 0 if workload.under else min(max(calls // 10, 1), 1000)
            command += ["--calls", str(calls), "--warmup", str(warmup)]
        return command + workload.arguments + entry.arguments


def execute(command: list[str]) -> subprocess.CompletedProcess:
    """Runs a command to its end; kills it and its children when that takes too long or the run is aborted."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except BaseException as reason:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(reason, subprocess.TimeoutExpired):
            raise Failed(f"took longer than {TIMEOUT} s: {' '.join(command)}") from None
        raise
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{errors.strip()[-2000:]}")
    return subprocess.CompletedProcess(command, 0, output, errors)
