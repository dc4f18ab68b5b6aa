"""Makes calls from C, Python and Go for minutes, with a fault every second, and checks that the results add up.

    soak.py MINUTES [--seed N] [--chart FILE]

Three programs, `worker.c`, `worker.py` and `go/main.go`, run beside each other against one sandbox. They submit
operations, blocking and asynchronously, and make every other call that needs no browser. Some of their sessions are
shared among all of them through a directory.

A worker gets the server's URL, the directory, its first marker, and the pause between calls in milliseconds as
arguments. It exits when its standard input is closed. It prints a line for each call that ends:

    KIND MARKER OUTCOME MICROSECONDS ERROR      KIND: submit, login, read, …; MARKER: 0 for all but submit
    settle MARKER STATE MICROSECONDS ok         the result of settling an unknown outcome at once
    end OPERATIONS                              how many operations it has started

The marker is the amount of a transfer, so that the chain and the server's log show which operation it is.

The run lasts as long as the given time, and on a slow machine until all programs have made every kind of call, and
every fault has happened.

Fails when an operation is not accounted for (account.py), when memory, descriptors or threads grow (flat.py), or when
one of the kinds of faults or calls did not happen. The seed, which is printed, determines the order of the faults.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from account import OUTCOMES, Account
from chart import draw
from faults import FAULTS, Fault
from flat import growth
from server import Server

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build/soak"
PAUSE_MS = 100
# One point of the chart covers the latencies and outcomes of this many seconds.
BUCKET = 5
# How many seconds a slow machine may take longer than the given time.
PATIENCE = 1800
# How much the memory of a program, in MB, its descriptors and its threads may grow between the second and the last
# third of the run: by this share plus this constant. The allocators of C and Go keep the memory of the busiest moment,
# and the number of connections and threads depends on the latest faults.
ALLOWED = {"memory": (0.05, 4), "descriptors": (0, 5), "threads": (0, 3)}
# The calls that each program must make.
CALLS = {"submit", "login", "read", "token", "open", "statistics", "refresh", "logout"}


class Worker:
    """A program that makes calls."""

    def __init__(self, run: Run, name: str, number: int, command: list[str], environment: dict[str, str]) -> None:
        self.run, self.name = run, name
        # The markers of different programs never overlap.
        arguments = [run.server.url, str(run.folder / "store"), str(number * 10**8), str(PAUSE_MS)]
        self.log = OUT / f"{name}.log"
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            env=environment,
        )
        self.samples: list[tuple[float, float, int, int]] = []
        # The number of samples before the program had made every kind of call.
        self.beginning = 0
        self.kinds: Counter[str] = Counter()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        """Adds what the program prints to the account."""
        for line in self.process.stdout or ():
            words = line.split()
            with self.run.lock:
                if words[0] == "end":
                    self.run.account.begun[self.name] = int(words[1])
                elif words[0] == "settle":
                    self.run.account.settle(int(words[1]), words[2])
                else:
                    self.kinds[words[0]] += 1
                    if words[0] == "submit":
                        self.run.account.report(self.name, int(words[1]), words[2])
                        self.run.submitted.append((self.run.time, words[2], int(words[3]) / 1000))

    def sample(self, now: float) -> None:
        """Records memory in MB, descriptors and threads."""
        process = Path(f"/proc/{self.process.pid}")
        try:
            memory = int((process / "smaps_rollup").read_text().split("Private_Dirty:")[1].split()[0]) / 1024
            descriptors = len(list((process / "fd").iterdir()))
            threads = len(list((process / "task").iterdir()))
        except (OSError, IndexError):
            return
        self.samples.append((now, memory, descriptors, threads))
        if not self.has_called():
            self.beginning = len(self.samples)

    def has_called(self) -> bool:
        """Whether the program has made every kind of call."""
        return not CALLS.difference(self.kinds)

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()

    def problems(self) -> list[str]:
        """What went wrong in the program itself."""
        lines = []
        if status := self.process.returncode:
            said = "".join(self.log.read_text().splitlines(keepends=True)[-5:]).strip()
            lines.append(f"the program {self.name} ended with status {status}: {said}")
        if self.name not in self.run.account.begun:
            lines.append(f"the program {self.name} did not exit correctly; it has printed to {self.log}")
        if missing := CALLS.difference(self.kinds):
            lines.append(f"the program {self.name} made no call of the kind {', '.join(sorted(missing))}")
        for index, (what, (share, constant)) in enumerate(ALLOWED.items(), 1):
            if found := growth([sample[index] for sample in self.samples[self.beginning :]], share, constant):
                lines.append(f"the {what} of {self.name} grew: {found[0]:.1f} in the middle, {found[1]:.1f} at the end")
        return lines


class Run:
    def __init__(self, seconds: int, seed: int) -> None:
        self.seconds, self.random = seconds, random.Random(seed)
        self.lock = threading.Lock()
        self.account = Account()
        self.submitted: list[tuple[float, str, float]] = []
        # The faults that are still to come, each once.
        self.deck: list[Fault] = []
        self.faults = 0
        self.begin = time.monotonic()
        self.shown = -1.0
        self.folder = Path(tempfile.mkdtemp(prefix="peerid-soak-"))
        self.server = Server(ROOT / "build/bin/peerid-sandbox", self.folder)
        library = ROOT / "build/lib"
        environment = {
            "PATH": "/usr/bin:/bin",
            "LD_LIBRARY_PATH": str(library),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT / "bindings/python"),
        }
        commands = {
            "C": [str(OUT / "worker-c")],
            "Python": [sys.executable, str(ROOT / "Tests/Soak/worker.py")],
            "Go": [str(OUT / "worker-go")],
        }
        self.workers = [
            Worker(self, name, number, command, environment)
            for number, (name, command) in enumerate(commands.items(), 1)
        ]

    @property
    def time(self) -> float:
        return time.monotonic() - self.begin

    def work(self) -> list[str]:
        """Runs to the end, and returns what does not add up."""
        for second in range(1, self.seconds + PATIENCE + 1):
            if second > self.seconds and self.is_complete():
                break
            time.sleep(max(0.0, second - self.time))
            if dead := [worker for worker in self.workers if worker.process.poll() is not None]:
                print(f"\nthe program {dead[0].name} has ended too early", flush=True)
                break
            if not self.deck:
                self.deck = self.random.sample(FAULTS, len(FAULTS))
            self.server.apply(self.deck.pop())
            self.faults += 1
            for worker in self.workers:
                worker.sample(self.time)
            with self.lock:
                self.server.read_requests(self.account)
                if second % 20 == 0:
                    self.server.read_executed(self.account)
            self.show(second)
        return self.end()

    def is_complete(self) -> bool:
        """Whether everything has happened, and the programs have then been watched for long enough."""
        with self.lock:
            is_watched = all(
                worker.has_called() and len(worker.samples) - worker.beginning >= self.seconds * 2 // 3
                for worker in self.workers
            )
        return is_watched and (not self.has_time_for_faults or all(map(self.has_happened, FAULTS)))

    @property
    def has_time_for_faults(self) -> bool:
        return self.seconds >= 2 * len(FAULTS)

    def end(self) -> list[str]:
        self.server.clear()
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            worker.reader.join()
            worker.process.wait()
        problems = self.server.settle(self.account)
        self.server.stop()
        shutil.rmtree(self.folder)
        problems += self.account.problems()
        for worker in self.workers:
            problems += worker.problems()
        if self.has_time_for_faults:
            problems += [f"the fault '{fault.name}' never happened" for fault in FAULTS if not self.has_happened(fault)]
        return problems

    def has_happened(self, fault: Fault) -> bool:
        kind, path = fault.body.get("kind"), fault.body.get("path")
        return not fault.is_of_requests or any(
            count for (k, p), count in self.server.happened.items() if k == kind and path in ("*", p)
        )

    def show(self, second: int) -> None:
        """Shows the progress: one line that changes on a terminal, elsewhere a line every ten seconds."""
        if not sys.stdout.isatty() and second % 10:
            return
        with self.lock:
            recent = [ms for begun, _, ms in self.submitted[-2000:] if begun > self.time - BUCKET]
            counts = Counter(outcome for _, outcome, _ in self.submitted)
        memory = ", ".join(f"{w.name} {w.samples[-1][1]:.0f} MB" for w in self.workers if w.samples)
        median = f"{sorted(recent)[len(recent) // 2]:.0f} ms" if recent else "-"
        line = (
            f"{second:5} of {self.seconds} s  "
            + "  ".join(f"{outcome.replace('_', ' ')} {counts[outcome]}" for outcome in OUTCOMES)
            + f"  median {median}  {memory}"
        )
        print(f"\r{line}\x1b[K" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--chart", type=Path, default=OUT / "soak.svg")
    arguments = parser.parse_args()
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
    OUT.mkdir(parents=True, exist_ok=True)
    print(f"soak: {arguments.minutes:g} minutes, faults from the seed {seed}", flush=True)
    run = Run(round(arguments.minutes * 60), seed)
    problems = run.work()
    draw(run, arguments.chart, BUCKET)
    facts = {
        "account": run.account.summary(),
        "faults": {f"{kind} {path}": count for (kind, path), count in sorted(run.server.happened.items())},
        "calls": {worker.name: dict(worker.kinds) for worker in run.workers},
        "problems": problems,
    }
    (OUT / "facts.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"\n{run.account.summary()}" if not problems else "", flush=True)
    for worker in run.workers:
        thirds = [sample[1:] for sample in worker.samples[len(worker.samples) // 3 :]]
        if thirds:
            print(
                f"{worker.name}: {sum(worker.kinds.values())} calls, at most {max(s[0] for s in thirds):.1f} MB, "
                f"{max(s[1] for s in thirds)} descriptors, {max(s[2] for s in thirds)} threads"
            )
    happened = sum(run.server.happened.values())
    print(f"{run.faults} faults, which {happened} requests met; the chart is {arguments.chart}")
    for problem in problems:
        print(f"soak: {problem}")
    sys.exit(f"soak: {len(problems)} things do not add up (seed {seed})" if problems else 0)


if __name__ == "__main__":
    main()
