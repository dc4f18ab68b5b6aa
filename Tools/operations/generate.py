#!/usr/bin/env python3
"""Writes the typed operations of the language bindings from the catalogue of the library.

usage: generate.py [--check]

With `--check` nothing is written; the exit status is 1 when a file is not what it should be.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import catalogue
import go_operations
import python_operations
from naming import with_names

_ROOT = Path(__file__).resolve().parents[2]
_SOURCE = _ROOT / "Sources/PeerID/Operations/CatalogueText.swift"


def outputs() -> dict[Path, str]:
    """What every generated file should hold."""
    types, operations = with_names(catalogue.read(_SOURCE))
    return {
        _ROOT / "bindings/python/peerid/ops.py": python_operations.operations_module(types, operations),
        _ROOT / "bindings/python/peerid/_typed_fields.py": python_operations.typed_fields_module(operations),
        _ROOT / "bindings/go/operations.go": go_operations.operations_file(types, operations),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or compare them."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    differing = 0
    for file, text in outputs().items():
        name = file.relative_to(_ROOT)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if before == text:
            continue
        differing += 1
        if arguments:
            changes = difflib.unified_diff(before.splitlines(), text.splitlines(), str(name), "generated", lineterm="")
            print("\n".join(list(changes)[:40]))
        else:
            file.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if arguments and differing:
        print(f"{differing} file(s) differ from the catalogue: run Tools/operations/generate.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
