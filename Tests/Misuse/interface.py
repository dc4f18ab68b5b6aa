"""The exported functions with their parameters, as the header declares them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The smallest and the largest number of each integer type.
INTEGERS = {
    "int32_t": (-(2**31), 2**31 - 1),
    "int64_t": (-(2**63), 2**63 - 1),
    "uint64_t": (0, 2**64 - 1),
    "size_t": (0, 2**64 - 1),
}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function: its C type, without the name, and its name."""

    type: str
    name: str

    @property
    def is_integer(self) -> bool:
        """Whether it is a number."""
        return self.type in INTEGERS

    @property
    def is_output(self) -> bool:
        """Whether the function writes through it."""
        return self.name.startswith("out_")

    @property
    def handle(self) -> str | None:
        """The kind of object that it points to, such as `session`."""
        found = re.fullmatch(r"(?:const )?peerid_(\w+) \*", self.type)
        return found[1] if found and found[1] != "store_callbacks" else None

    @property
    def is_string(self) -> bool:
        """Whether it is a text."""
        return self.type == "const char *"


@dataclass(frozen=True)
class Function:
    """An exported function."""

    name: str
    result: str
    parameters: tuple[Parameter, ...]

    @property
    def can_fail(self) -> bool:
        """Whether it returns an error that belongs to the caller."""
        return self.result == "peerid_error *"


def _parameter(text: str) -> Parameter:
    found = re.fullmatch(r"(.*?)(\w+)", " ".join(text.split()))
    assert found, text
    return Parameter(found[1].rstrip() if not found[1].endswith("*") else found[1], found[2])


def functions() -> list[Function]:
    """Every function of the list of prototypes; the header gives the names of the parameters."""
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/peerid.h").read_text(encoding="utf-8"), flags=re.DOTALL)
    found = {}
    for result, name, parameters in re.findall(
        r"^PEERID_API (?:PEERID_MUST_CHECK )?([\w *]*?)(peerid_\w+)\(([^;]*)\);", header, re.MULTILINE
    ):
        split = () if parameters == "void" else tuple(_parameter(text) for text in parameters.split(","))
        found[name] = Function(name, result.strip(), split)
    published = []
    for line in (ROOT / "Tools/ABI/prototypes.txt").read_text(encoding="utf-8").splitlines():
        prototype = re.fullmatch(r"(?!typedef)([\w *]*?)(peerid_\w+)\((.*)\);", line)
        if prototype:
            function = found[prototype[2]]
            types = ", ".join(parameter.type for parameter in function.parameters) or "void"
            assert types == prototype[3], f"{line} differs from the header: {types}"
            published.append(function)
    return published
