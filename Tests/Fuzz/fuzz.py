#!/usr/bin/env python3
"""Fuzzes the code that reads external input, with libFuzzer and the address sanitizer.

    fuzz.py [--seconds N | --runs N] [TARGET ...]

Every target reads the committed inputs in Tests/Fuzz/corpus, inputs generated from the tables of cases, and then new
ones: for N seconds in all, or N for each target. Without a number there are no new inputs. Inputs that are JSON are
also compared with Python's json.

An input that breaks a promise ends the run and is saved in build/fuzz/findings. Move it to Tests/Fuzz/corpus/TARGET,
with a name that says what it broke, so that later runs read it.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import readings
import seeds

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"
OUT = ROOT / "build/fuzz"
PROGRAM = OUT / "fuzz"
MODULES = ("PeerID", "PeerIDSandbox")
# The settings of the package, and the settings for fuzzing.
FLAGS = [
    "-swift-version",
    "6",
    "-O",
    "-g",
    "-wmo",
    "-parse-as-library",
    "-warnings-as-errors",
    "-package-name",
    "libpeerid",
    "-enable-testing",
    "-sanitize=fuzzer,address",
    *(
        f
        for name in ("ExistentialAny", "MemberImportVisibility", "InternalImportsByDefault")
        for f in ("-enable-upcoming-feature", name)
    ),
    "-I",
    str(OUT),
    *(
        f
        for name in ("CCatalogue", "CCurl", "CJansson", "CLinux", "CMicroHTTPD", "CZlib")
        for f in ("-I", str(SOURCES / name))
    ),
]
# How long an input may take, in seconds, and how much memory it may use, in megabytes.
LIMITS = ["-timeout=600", "-rss_limit_mb=2048", "-max_len=4096"]


def targets():
    """The names of the targets, in the order of their list."""
    names = re.findall(r'FuzzTarget\(name: "(\w+)"', (ROOT / "Tests/Fuzz/Sources/Fuzzing.swift").read_text())
    return [name for name in names if name != "readings"]


def build():
    """Compiles the modules and the targets whose sources are newer than the program."""
    OUT.mkdir(parents=True, exist_ok=True)
    newest = 0.0
    for name in (*MODULES, "Fuzz"):
        folder = ROOT / "Tests/Fuzz/Sources" if name == "Fuzz" else SOURCES / name
        files = sorted(folder.rglob("*.swift"))
        made = OUT / f"{name}.o"
        newest = max([newest, *(file.stat().st_mtime for file in (*files, *SOURCES.glob("C*/*")))])
        if made.exists() and made.stat().st_mtime > newest:
            continue
        print(f"compiling {name}", flush=True)
        module = ["-emit-module", "-emit-module-path", str(OUT / f"{name}.swiftmodule")] if name != "Fuzz" else []
        subprocess.run(
            ["swiftc", *FLAGS, "-module-name", name, *module, "-c", *map(str, files), "-o", str(made)], check=True
        )
        # The compiler does not touch a file that would not change.
        made.touch()
        newest = made.stat().st_mtime
    libraries = subprocess.run(
        ["pkg-config", "--libs", "libcurl", "jansson", "libmicrohttpd", "zlib"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    if not PROGRAM.exists() or PROGRAM.stat().st_mtime < newest:
        objects = [str(OUT / f"{name}.o") for name in (*MODULES, "Fuzz")]
        subprocess.run(
            ["swiftc", "-use-ld=lld", "-sanitize=fuzzer,address", *objects, *libraries, "-o", str(PROGRAM)], check=True
        )
        PROGRAM.touch()


def run(target, *arguments, **options):
    environment = {
        **os.environ,
        "PEERID_FUZZ_TARGET": target,
        "TZ": "UTC",
        # libFuzzer handles the signals.
        "SWIFT_BACKTRACE": "enable=no",
        "LSAN_OPTIONS": f"suppressions={ROOT}/Tests/Fuzz/leaks.supp:print_suppressions=0",
    }
    return subprocess.run([str(PROGRAM), *arguments], env=environment, **options)


def fuzz(target, number):
    """Runs a target, and returns how many inputs it read; None when an input broke a promise."""
    found, findings = OUT / "found" / target, OUT / "findings" / target
    for folder in (found, findings):
        folder.mkdir(parents=True, exist_ok=True)
    committed = ROOT / "Tests/Fuzz/corpus" / target
    folders = [found, OUT / "seeds" / target, *([committed] if committed.exists() else [])]
    words = OUT / "seeds" / f"{target}.dict"
    log = OUT / f"{target}.log"
    with log.open("w") as file:
        done = run(
            target,
            *LIMITS,
            number,
            # Each run mutates the same inputs in the same way.
            "-seed=1",
            *([f"-dict={words}"] if words.stat().st_size else []),
            f"-artifact_prefix={findings}/",
            "-print_final_stats=1",
            *map(str, folders),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    text = log.read_text(errors="replace")
    if done.returncode != 0:
        lines = [
            line for line in text.splitlines() if "promise broken" in line or "ERROR" in line or "Test unit" in line
        ]
        print("\n".join(lines or text.splitlines()[-20:]), f"\nthe whole output is in {log}", flush=True)
        return None
    counted = re.search(r"number_of_executed_units: (\d+)", text)
    return int(counted[1]) if counted else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--seconds", type=int, default=0)
    group.add_argument("--runs", type=int, default=0)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    arguments = parser.parse_args()
    known = targets()
    chosen = arguments.targets or known
    if unknown := [name for name in chosen if name not in known]:
        parser.error(f"there is no target {unknown[0]}; known are {', '.join(known)}")
    build()
    for name in chosen:
        seeds.write(ROOT, OUT / "seeds", name)
    broken = []
    for name in chosen:
        begin = time.monotonic()
        number = f"-runs={arguments.runs}"
        if arguments.seconds:
            number = f"-max_total_time={max(1, arguments.seconds // len(chosen))}"
        count = fuzz(name, number)
        broken += [name] if count is None else []
        if count is not None:
            print(f"{name:15} {count:9} inputs in {time.monotonic() - begin:5.0f} s", flush=True)
    if "json" in chosen:
        texts = [OUT / "seeds/json", OUT / "found/json", *(ROOT / "Tests/Fuzz/corpus").glob("json")]
        count, faults = readings.compare(PROGRAM, texts)
        print(*faults, f"{count} texts read as Python's json reads them" if not faults else "", sep="\n")
        broken += ["readings"] if faults else []
    if broken:
        sys.exit(f"fuzzing: a promise is broken in {', '.join(broken)}")
    print(f"fuzzing: {len(chosen)} targets, no promise broken")


main()
