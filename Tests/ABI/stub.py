#!/usr/bin/env python3
"""Prints a C file that defines every exported function, with the types of the header and without a body."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Misuse"))
from interface import ROOT, functions

print("#include <stdlib.h>\n#include <peerid.h>")
for function in functions():
    parameters = ", ".join(f"{parameter.type} {parameter.name}" for parameter in function.parameters)
    print(f"{function.result} {function.name}({parameters or 'void'}) {{ abort(); }}")

# abidiff compares only the types that functions use. This function uses the types that no other function uses.
header = (ROOT / "include/peerid.h").read_text(encoding="utf-8")
types = [
    *re.findall(r"typedef enum \w+ \{[^}]*\} (\w+);", header),
    *re.findall(r"typedef struct \w+ \{[^}]*\} (\w+);", header),
]
print(f"void peerid_abi_types({', '.join(types)});")
print(f"void peerid_abi_types({', '.join(f'{name} a{index}' for index, name in enumerate(types))}) {{ abort(); }}")
