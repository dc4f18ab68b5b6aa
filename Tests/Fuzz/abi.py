#!/usr/bin/env python3
"""Fuzzes the C interface: passes the same inputs to the normal library and the one as Embedded Swift, and compares
their codes, outcomes, messages, values, requests and log lines byte for byte.

    abi.py [--runs N] [--seed N] [--libraries FIRST SECOND] [TARGET ...]

Every target reads the committed inputs in Tests/Fuzz/corpus, inputs generated from the tables of cases, those that
libFuzzer has kept in build/fuzz/found, and N mutations of them, which the seed determines. Needs `make normal
embedded` before.

Inputs for which the two differ, or on which a library breaks a promise or crashes, are saved in
build/fuzz/findings/abi."""

import argparse
import contextlib
import hashlib
import itertools
import multiprocessing
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import seeds
from abi_calls import TARGETS, Calls

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = ROOT / "build/fuzz/findings/abi"
LIBRARIES = [ROOT / "build/normal/libpeerid.so", ROOT / "build/embedded/libpeerid.so"]
# How many inputs a library reads before the answers are compared.
BATCH = 100
# How long a batch may take, in seconds.
LIMIT = 1800
SHOWN = 5
AMOUNTS = ["12.5", "0", "-0.00001", "1e3", ".5", "5.", "9223372036854775807", "92233720368547758.08", "1.123456789012"]
MARK = '{"mark":1,"payer":"1.2.31","after":"1.11.0","sent_by":1790000000,"request":{"operations":[OPERATION]}}'
# The same letters in one scalar and in two, and letters that change their length with their case.
LETTERS = [
    *("\u00e9", "e\u0301", "\u212b", "\u00c5", "A\u030a", "\uac00", "\u1100\u1161", "\u0301", "\u200d"),
    *("\u017f", "\u0130", "\u00df", "\ufb01", "\u00fc", "\U0001f600"),
]
PIECES = [
    *(bytes([character]) for character in b'"\\{}[],:\0%&= \xff'),
    *(letter.encode() for letter in LETTERS),
    *(b"\xed\xa0\x80", b"\\u0000", b"\\u0301", b"\\ud83d\\ude00"),
    *(b"-1", b"0", b"1e400", b"9223372036854775808", b"null", b"true", b"1.2.31"),
]


class Worker:
    """A process with one library."""

    def __init__(self, path):
        self.path = path
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(path, other), daemon=True)
        self.process.start()
        other.close()
        if self.receive() != "ready":
            sys.exit(f"{path} cannot be used")

    def send(self, batch):
        # A process that has died gives no answer, which `receive` reports.
        with contextlib.suppress(OSError):
            self.pipe.send(batch)

    def receive(self):
        """The observations for each input; None if the process has died or hangs."""
        try:
            return self.pipe.recv() if self.pipe.poll(LIMIT) else None
        except (EOFError, OSError):
            return None

    def end(self):
        self.pipe.close()
        self.process.kill()
        self.process.join()


def work(path, pipe):
    """Reads batches, and answers each with the observations."""
    calls = Calls(path)
    pipe.send("ready")
    while True:
        try:
            batch = pipe.recv()
        except EOFError:
            os._exit(0)
        pipe.send([calls.observe(target, data) for target, data in batch])


def starting_inputs(target):
    """The initial inputs: from the tables, committed, and saved by libFuzzer."""
    match target:
        case "amounts":
            made = [f"{chr(precision)}{text}" for precision in range(16) for text in AMOUNTS]
        case "keys":
            made = ["alice", "", "k" * 4096, "k" * 4097, *LETTERS, *(f"{a}{b}" for a in LETTERS for b in LETTERS)]
        case "marks":
            operations = seeds.Tables(ROOT).operations
            made = [*operations, *(MARK.replace("OPERATION", operation) for operation in operations)]
        case _:
            made = seeds.inputs(ROOT, target)
            if target == "json":
                made += [f'{{"{a}":1,"{b}":2}}' for a in LETTERS for b in LETTERS]
    found = [item if isinstance(item, bytes) else item.encode("utf-8", "surrogatepass") for item in made]
    for folder in (ROOT / "Tests/Fuzz/corpus" / target, ROOT / "build/fuzz/found" / target):
        found += [file.read_bytes() for file in sorted(folder.glob("*"))]
    return list(dict.fromkeys(data for data in found if len(data) <= seeds.LONGEST))


def changed(data, others, chance):
    """An input with one to four changes."""
    text = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randint(0, len(text))
        length = chance.choice((1, 1, 2, 4, 16, 64))
        match chance.randrange(6):
            case 0 if place < len(text):
                text[place] ^= 1 << chance.randrange(8)
            case 1:
                del text[place : place + length]
            case 2:
                text[place:place] = text[place : place + length]
            case 3:
                text[place:place] = chance.choice(PIECES)
            case 4:
                text[place : place + length] = chance.choice(PIECES)
            case 5:
                other = chance.choice(others)
                start = chance.randint(0, len(other))
                text[place : place + length] = other[start : start + length]
    return bytes(text[: seeds.LONGEST])


class Comparison:
    """Two processes, each with one library, and the inputs for which they differ."""

    def __init__(self, paths):
        self.paths = paths
        self.workers = [Worker(path) for path in paths]
        self.faults = []

    def end(self):
        for worker in self.workers:
            worker.end()

    def run(self, batch):
        for worker in self.workers:
            worker.send(batch)
        answers = [worker.receive() for worker in self.workers]
        if any(answer is None for answer in answers):
            self.restart()
            if len(batch) == 1:
                dead = [str(path) for path, answer in zip(self.paths, answers, strict=True) if answer is None]
                self.keep(batch[0], f"{', '.join(dead)} has died or does not answer")
            else:
                for item in batch:
                    self.run([item])
            return
        for item, first, second in zip(batch, *answers, strict=True):
            for (_, broken), path in zip((first, second), self.paths, strict=True):
                if broken:
                    self.keep(item, f"{path}: " + "; ".join(broken))
            if first[0] != second[0]:
                lines = [answer[0].split("\n") for answer in (first, second)]
                one, other = next(pair for pair in itertools.zip_longest(*lines) if pair[0] != pair[1])
                self.keep(item, f"they differ\n    {one}\n    {other}")

    def restart(self):
        self.end()
        self.workers = [Worker(path) for path in self.paths]

    def keep(self, item, fault):
        target, data = item
        file = FINDINGS / target / hashlib.sha1(data).hexdigest()[:16]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self.faults.append(fault)
        if len(self.faults) <= SHOWN:
            print(f"{target}: {fault}\n    the input is in {file}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--libraries", nargs=2, type=Path, default=LIBRARIES, metavar=("FIRST", "SECOND"))
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.targets).difference(TARGETS)):
        parser.error(f"there is no target {unknown[0]}; known are {', '.join(TARGETS)}")
    if missing := [path for path in arguments.libraries if not path.exists()]:
        sys.exit(f"{missing[0]} is missing: run make normal embedded first")
    comparison = Comparison(arguments.libraries)
    count = 0
    for target in arguments.targets or TARGETS:
        begin = time.monotonic()
        known = starting_inputs(target)
        chance = random.Random(f"{arguments.seed} {target}")
        items = known + [changed(chance.choice(known), known, chance) for _ in range(arguments.runs)]
        for start in range(0, len(items), BATCH):
            comparison.run([(target, data) for data in items[start : start + BATCH]])
        count += len(items)
        print(f"{target:15} {len(items):6} inputs in {time.monotonic() - begin:5.1f} s", flush=True)
    comparison.end()
    if comparison.faults:
        sys.exit(f"fuzzing through the C interface: {len(comparison.faults)} of {count} inputs found a fault")
    print(f"fuzzing through the C interface: {count} inputs, with the same results in both libraries")


if __name__ == "__main__":
    main()
