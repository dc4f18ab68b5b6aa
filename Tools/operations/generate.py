#!/usr/bin/env python3
"""Generates all files that depend on the catalogue of operations, `catalogue.json`: the library's table, the typed
operations of the language bindings, test cases, and the reference in the documentation.

usage: generate.py [--check]

With `--check`, writes nothing and exits with status 1 if a file is out of date.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import catalogue
import compressed_table
import go_operations
import python_operations
import reference
import rule_cases

_ROOT = Path(__file__).resolve().parents[2]
_SOURCE = _ROOT / "Tools/operations/catalogue.json"


def _named(type: catalogue.Type) -> Iterator[catalogue.Named]:
    """The named types that a type uses."""
    if isinstance(type, catalogue.Named):
        yield type
        yield from _named(type.type)
    elif isinstance(type, catalogue.Object):
        for field in type.fields:
            yield from _named(field.type)
    elif isinstance(type, catalogue.Array):
        yield from _named(type.element)
    elif isinstance(type, catalogue.Tuple):
        for element in type.elements:
            yield from _named(element)
    elif isinstance(type, catalogue.Variant):
        for kind in type.kinds:
            if kind.type is not None:
                yield from _named(kind.type)


def outputs() -> dict[Path, str]:
    """The expected content of every generated file."""
    known = catalogue.read(_SOURCE)
    operations = known.operations
    # The bindings have no types for the chain's own forms, which occur only inside proposals.
    used = {named.name for operation in operations for field in operation.fields for named in _named(field.type)}
    types = [named for named in known.types if named.name in used]
    table = _ROOT / "Sources/CCatalogue/compressed.h"
    return {
        table: compressed_table.header(table, _SOURCE, known),
        _ROOT / "Tests/Conformance/cases/rules.json": rule_cases.table(known),
        _ROOT / "docs/operations.md": reference.page(known),
        _ROOT / "bindings/python/peerid/ops.py": python_operations.operations_module(types, operations),
        _ROOT / "bindings/python/peerid/_typed_fields.py": python_operations.typed_fields_module(operations),
        _ROOT / "bindings/go/operations.go": go_operations.operations_file(types, operations),
    }


def main(arguments: list[str]) -> int:
    """Write or compare the files."""
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
