#!/usr/bin/env python3
"""Generates the C header, the version script, the list of prototypes and Python's prototypes from the Swift sources.

usage: generate.py [--check] [--allow-break]

Builds the modules, and reads their symbol graphs. With `--check`, writes nothing and exits with status 1 if a file is
out of date. Entries of the list of prototypes cannot be removed or changed, except with `--allow-break`: the ABI only
grows.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import c_files
import interface
import python_file
import rules

_ROOT = Path(__file__).resolve().parents[2]
_PROTOTYPES = "Tools/ABI/prototypes.txt"


def read(root: Path) -> interface.Interface:
    """Build the modules and read the interface."""
    subprocess.run(["swift", "build", "--quiet", "--target", "PeerIDABI", "--package-path", str(root)], check=True)
    modules = root / ".build/debug/Modules"
    with tempfile.TemporaryDirectory() as scratch:
        core, exported = (interface.extract(name, modules, root, Path(scratch)) for name in ("PeerID", "PeerIDABI"))
    return interface.Reader(root, core, exported).read()


def hidden_exports(root: Path, read: interface.Interface) -> list[str]:
    """The functions that the sources export but do not declare public."""
    sources = "".join(
        path.read_text(encoding="utf-8") for path in sorted((root / "Sources/PeerIDABI").rglob("*.swift"))
    )
    exported = re.findall(r'^@_cdecl\("(\w+)"\)', sources, re.MULTILINE)
    published = {function.name for function in read.functions}
    return [f"`{name}` is exported but not public" for name in exported if name not in published]


def outputs(read: interface.Interface) -> dict[str, str]:
    """The expected content of every generated file."""
    return {
        "include/peerid.h": c_files.header(read),
        "Tools/ABI/peerid.map": c_files.version_script(read),
        _PROTOTYPES: c_files.prototypes(read),
        "bindings/python/peerid/_prototypes.py": python_file.module(read),
    }


def main(arguments: list[str]) -> int:
    """Write or compare the files."""
    if not set(arguments) <= {"--check", "--allow-break"}:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        current = read(_ROOT)
    except interface.InterfaceError as error:
        print(error, file=sys.stderr)
        return 1
    problems = rules.problems(current) + hidden_exports(_ROOT, current)
    files = outputs(current)
    problems += rules.unknown_names(files["include/peerid.h"], current)
    if "--allow-break" not in arguments:
        problems += rules.broken_promises((_ROOT / _PROTOTYPES).read_text(encoding="utf-8"), files[_PROTOTYPES])
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    stale = 0
    for name, text in files.items():
        file = _ROOT / name
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if before == text:
            # Unchanged files keep their modification time, so that `make` does not rebuild.
            continue
        stale += 1
        if "--check" in arguments:
            changes = difflib.unified_diff(before.splitlines(), text.splitlines(), name, "generated", lineterm="")
            print("\n".join(changes), file=sys.stderr)
        else:
            file.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if stale and "--allow-break" in arguments:
        print("also update the ABI dump: Tests/ABI/run --update")
    if stale and "--check" in arguments:
        print(f"{stale} file(s) are out of date: run `make header`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
