#!/usr/bin/env python3
"""Checks the table as a whole, and counts what the runners did with it.

usage: table.py check
       table.py summary FOLDER

`check`: the names differ, and every code, outcome and call is met by a case. `summary` reads what the runners have left
in FOLDER (conformance.log in TAP, conformance.xml of JUnit, conformance.json of `go test -json`), prints a line a
language, and ends with status 1 unless each has passed every case and noticed every broken one.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
HEADER = FOLDER.parents[1] / "include/peerid.h"
# What a table cannot bring about, with the reason in README.md.
OUT_OF_REACH = {"internal", "out_of_memory", "queue_full"}


def read_cases():
    return [
        case for path in sorted(FOLDER.glob("cases/*.json")) for case in json.loads(path.read_text("utf-8"))["cases"]
    ]


def read_broken():
    return [entry["case"] for entry in json.loads((FOLDER / "broken.json").read_text("utf-8"))["cases"]]


def published(enum):
    """The members of an enum of the header, as words."""
    body = re.search(rf"typedef enum peerid_{enum} \{{(.*?)\}} peerid_{enum};", HEADER.read_text("utf-8"), re.S)[1]
    return {name.lower() for name in re.findall(rf"PEERID_{enum.upper()}_(\w+) = \d+", body)}


def faults(cases):
    """What is wrong with the table, a line each."""
    names = [case["name"] for case in cases + read_broken()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two cases are called '{name}'"
    calls = [step for case in cases for step in case["steps"] if "call" in step]
    errors = [step["error"] for step in calls if "error" in step]
    met = {error["code"] for error in errors}
    for code in sorted(published("code") - met - OUT_OF_REACH):
        yield f"no case meets the code {code}"
    for code in sorted((met & OUT_OF_REACH) | (met - published("code"))):
        yield f"the code {code} is met, but is said to be out of reach or is not published"
    for outcome in sorted(published("outcome") ^ {error["outcome"] for error in errors}):
        yield f"the outcome {outcome} is not published, or no case meets it"
    known = json.loads((FOLDER / "format.json").read_text("utf-8"))["calls"]
    for call in sorted(set(known) - {step["call"] for step in calls} - {"client"}):
        yield f"no case makes the call '{call}'"


def read_c(folder):
    """The names of what passed and of what did not, broken cases with `broken: ` in front."""
    lines = re.findall(r"^(ok|not ok) \d+ - (.*)$", (folder / "conformance.log").read_text("utf-8"), re.M)
    return [name for end, name in lines if end == "ok"], [name for end, name in lines if end != "ok"]


def read_python(folder):
    passed, failed = [], []
    for test in ElementTree.parse(folder / "conformance.xml").iter("testcase"):
        function, _, name = test.get("name").partition("[")
        prefix = "broken: " if function == "test_broken_case" else ""
        # A failure, an error, or a skipped test has an element of its own.
        (failed if len(test) else passed).append(prefix + name[:-1])
    return passed, failed


def read_go(folder):
    passed, failed = [], []
    for line in (folder / "conformance.json").read_text("utf-8").splitlines():
        event = json.loads(line)
        test, _, name = event.get("Test", "").partition("/")
        if name and event["Action"] in ("pass", "fail", "skip"):
            prefix = "broken: " if test == "TestConformanceNoticesBrokenCases" else ""
            (passed if event["Action"] == "pass" else failed).append(prefix + name)
    return passed, failed


def check():
    cases = read_cases()
    found = list(faults(cases))
    for fault in found:
        print(f"the table: {fault}", file=sys.stderr)
    print(f"table: {len(cases)} cases, and {len(read_broken())} broken ones that must be noticed")
    return not found


def summary(folder):
    wanted, wanted_broken = len(read_cases()), len(read_broken())
    is_complete, counts = True, []
    for language, read in (("C", read_c), ("Python", read_python), ("Go", read_go)):
        try:
            passed, failed = read(folder)
        except (OSError, ElementTree.ParseError, ValueError) as error:
            print(f"{language}: no results: {error}", file=sys.stderr)
            passed, failed = [], []
        noticed = sum(name.startswith("broken: ") for name in passed)
        count = len(passed) - noticed
        is_complete &= not failed and (count, noticed) == (wanted, wanted_broken)
        print(
            f"{language}: {count} of {wanted} cases passed, {noticed} of {wanted_broken} broken ones noticed, "
            f"{len(failed)} failed or skipped"
        )
        counts.append(f"{language} {count} passed")
    end = "none skipped" if is_complete else "NOT ALL PASSED"
    print(f"conformance: {', '.join(counts)}, of {wanted} cases, {end}")
    return is_complete


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.exit(not check())
    if len(sys.argv) == 3 and sys.argv[1] == "summary":
        sys.exit(not summary(Path(sys.argv[2])))
    sys.exit(__doc__)
