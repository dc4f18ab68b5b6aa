#!/usr/bin/env python3
"""Searches what the library has shown during a run of the cases for secrets.

usage: secrets.py FILE ...

Each FILE contains the log lines and the error texts of one language; see c/shown.h. The secrets are those of the
sandbox and of the cases, and everything that looks like a token."""

import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NAMES = {"password", "relogin_password", "client_secret", "code", "access_token", "refresh_token"}
# The secrets of the demo fixture, and the form of the server's tokens.
PATTERNS = [
    r"demo-secret-\d",
    r"\b(?:alice|bob|carol|dave|erin|frank)-password",
    r"demo(?:Access|Refresh|Code)\w{8,}",
    r"\b(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)[A-Za-z0-9]{100,}\b",
]
# Shorter words occur in many texts.
SHORTEST = 8


def passed(value):
    """The secrets that the cases pass to calls."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name in NAMES and isinstance(member, str) and len(member) >= SHORTEST and "$" not in member:
                yield re.escape(member)
            yield from passed(member)
    elif isinstance(value, list):
        for member in value:
            yield from passed(member)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    files = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("cases/*.json"))]
    cases = [case for file in files for case in file["cases"]]
    given = [case.get("client") for case in cases] + [step.get("with") for case in cases for step in case["steps"]]
    patterns = re.compile("|".join([*PATTERNS, *sorted(set(passed(given)))]))
    lines = []
    for path in map(Path, sys.argv[1:]):
        text = path.read_text("utf-8", "replace")
        # Without these the search would prove nothing.
        if text.count("\n") < 500 or "refresh" not in text:
            sys.exit(f"{path.name}: {text.count(chr(10))} lines are too few to prove anything")
        lines += text.splitlines()
    found = [line for line in lines if patterns.search(line)]
    for line in found[:20]:
        print(f"a secret is shown: {line}")
    print(f"{len(lines)} lines of logs and errors, {len(found)} with a secret")
    sys.exit(len(found) > 0)


if __name__ == "__main__":
    main()
