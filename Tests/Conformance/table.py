#!/usr/bin/env python3
"""Checks the table as a whole, and summarizes the results of the runners.

usage: table.py check
       table.py summary FOLDER

`check`: the names differ, and every code, outcome and call occurs in a case. `summary` reads the runners' results in
FOLDER (conformance.log in TAP, conformance.xml of JUnit, conformance.json of `go test -json`), prints a line for each
language, and ends with status 1 unless each has passed every case and detected every broken one.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
HEADER = FOLDER.parents[1] / "include/peerid.h"
MODES = ["blocking", "asynchronous"]
# How the runners name their runs.
C_PREFIXES = {"asynchronous": "asynchronously: ", "broken": "broken: "}
PYTHON_TESTS = {
    "test_case": "blocking",
    "test_case_asynchronously": "asynchronous",
    "test_broken_case": "broken",
}
GO_TESTS = {
    "TestConformance": "blocking",
    "TestConformanceAsynchronously": "asynchronous",
    "TestConformanceNoticesBrokenCases": "broken",
}


def read_cases():
    return [
        case for path in sorted(FOLDER.glob("cases/*.json")) for case in json.loads(path.read_text("utf-8"))["cases"]
    ]


def read_broken():
    return [entry["case"] for entry in json.loads((FOLDER / "broken.json").read_text("utf-8"))["cases"]]


def modes(case):
    """The modes in which a case is run."""
    return [case["only"]] if "only" in case else MODES


def published(enum):
    """The members of an enum in the header, as words."""
    body = re.search(rf"typedef enum peerid_{enum} \{{(.*?)\}} peerid_{enum};", HEADER.read_text("utf-8"), re.S)[1]
    return {name.lower() for name in re.findall(rf"PEERID_{enum.upper()}_(\w+) = \d+", body)}


def faults(cases):
    """The problems of the table, one line for each."""
    names = [case["name"] for case in cases + read_broken()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two cases are called '{name}'"
    calls = [step for case in cases for step in case["steps"] if "call" in step]
    errors = [step["error"] for step in calls if "error" in step]
    met = {error["code"] for error in errors}
    for code in sorted(published("code") ^ met):
        yield f"the code {code} is not published, or no case has it"
    for outcome in sorted(published("outcome") ^ {error["outcome"] for error in errors}):
        yield f"the outcome {outcome} is not published, or no case has it"
    known = json.loads((FOLDER / "format.json").read_text("utf-8"))["calls"]
    for call in sorted(set(known) - {step["call"] for step in calls} - {"client"}):
        yield f"no case makes the call '{call}'"


class Runs:
    """The results of one language, by the name that the language gives each case."""

    def __init__(self):
        self.passed = {"blocking": set(), "asynchronous": set(), "broken": set()}
        self.failed = []

    def add(self, kind, name, has_passed):
        if has_passed:
            self.passed[kind].add(name)
        else:
            self.failed.append(name)

    def cases(self):
        """How many cases have passed in every mode in which they were run."""
        return len((self.passed["blocking"] | self.passed["asynchronous"]) - set(self.failed))


def read_c(folder):
    runs = Runs()
    lines = re.findall(r"^(ok|not ok) \d+ - (.*)$", (folder / "conformance.log").read_text("utf-8"), re.M)
    for end, name in lines:
        kind = next((kind for kind, prefix in C_PREFIXES.items() if name.startswith(prefix)), "blocking")
        runs.add(kind, name.removeprefix(C_PREFIXES.get(kind, "")), end == "ok")
    return runs


def read_python(folder):
    runs = Runs()
    for test in ElementTree.parse(folder / "conformance.xml").iter("testcase"):
        function, _, name = test.get("name").partition("[")
        # Failed, erroneous and skipped tests each have an element.
        runs.add(PYTHON_TESTS[function], name[:-1], len(test) == 0)
    return runs


def read_go(folder):
    runs = Runs()
    for line in (folder / "conformance.json").read_text("utf-8").splitlines():
        event = json.loads(line)
        test, _, name = event.get("Test", "").partition("/")
        if name and event["Action"] in ("pass", "fail", "skip"):
            runs.add(GO_TESTS[test], name, event["Action"] == "pass")
    return runs


def check():
    cases = read_cases()
    found = list(faults(cases))
    for fault in found:
        print(f"the table: {fault}", file=sys.stderr)
    print(f"table: {len(cases)} cases, and {len(read_broken())} broken ones that must be detected")
    return not found


def summary(folder):
    cases = read_cases()
    wanted = {mode: sum(mode in modes(case) for case in cases) for mode in MODES}
    wanted["broken"] = len(read_broken())
    is_complete, counts = True, []
    for language, read in (("C", read_c), ("Python", read_python), ("Go", read_go)):
        try:
            runs = read(folder)
        except (OSError, ElementTree.ParseError, ValueError, KeyError) as error:
            print(f"{language}: no results: {error}", file=sys.stderr)
            runs = Runs()
        passed = {kind: len(names) for kind, names in runs.passed.items()}
        is_complete &= not runs.failed and passed == wanted
        print(
            f"{language}: {runs.cases()} of {len(cases)} cases passed ({passed['blocking']} runs blocking, "
            f"{passed['asynchronous']} asynchronous), {passed['broken']} of {wanted['broken']} broken ones detected, "
            f"{len(runs.failed)} failed or skipped"
        )
        counts.append(f"{language} {runs.cases()} passed")
    end = "none skipped" if is_complete else "NOT ALL PASSED"
    print(f"conformance: {', '.join(counts)}, of {len(cases)} cases, blocking and asynchronous, {end}")
    return is_complete


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        sys.exit(not check())
    if len(sys.argv) == 3 and sys.argv[1] == "summary":
        sys.exit(not summary(Path(sys.argv[2])))
    sys.exit(__doc__)
