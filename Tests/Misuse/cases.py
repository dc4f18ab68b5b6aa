"""The cases: every function with several kinds of wrong arguments, and objects used in the wrong order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from interface import INTEGERS, Function, Parameter, functions

# Texts that a careless caller may pass.
_STRINGS = {
    "empty": b"",
    "not UTF-8": b"\xff\xfe\x80",
    "controls": b"\x01\x02\r\n\t\x7f",
    "combining marks": "cafe\u0301\u0323".encode(),
    "10 MB": b"a" * 10_000_000,
}


@dataclass(frozen=True)
class Case:
    """A call of a function in which some arguments, by name, are replaced."""

    function: Function
    what: str
    arguments: dict[str, Any] = field(default_factory=dict)
    # `call`, or one of the ways to use an object while something else happens to it.
    how: str = "call"

    @property
    def name(self) -> str:
        """A description of the case."""
        return f"{self.function.name}: {self.what}"

    @property
    def may_wait(self) -> bool:
        """Whether the call waits as long as the caller asks."""
        timeout = self.arguments.get("timeout_ms", 0)
        return self.function.name == "peerid_queue_take" and not 0 <= timeout < 10_000


def extremes(parameter: Parameter, following: str = "") -> list[int]:
    """The numbers to try for an integer. Of lengths beyond the end of the text, only impossible ones are tried."""
    low, high = INTEGERS[parameter.type]
    candidates = [0, 1, -1, low, low + 1, high, high - 1, 2**31 - 1, 2**31, -(2**31), 2**32, 2**63 - 1, 2**63]
    is_length = parameter.name == "length"
    if is_length:
        candidates = [number for number in candidates if number <= 1 or number > 2**30]
    return sorted({number for number in candidates if low <= number <= high})


def _of_function(function: Function) -> Iterator[Case]:
    yield Case(function, "valid")
    pointers = [p for p in function.parameters if not p.is_integer]
    integers = [p for p in function.parameters if p.is_integer]
    for parameter in pointers:
        yield Case(function, f"{parameter.name} is NULL", {parameter.name: None})
    for pair in itertools.combinations(pointers, 2):
        names = [parameter.name for parameter in pair]
        yield Case(function, f"{' and '.join(names)} are NULL", dict.fromkeys(names))
    if len(pointers) > 2:
        yield Case(function, "every pointer is NULL", {parameter.name: None for parameter in pointers})
    for parameter in integers:
        for number in extremes(parameter):
            yield Case(function, f"{parameter.name} is {number}", {parameter.name: number})
            nothing = {pointer.name: None for pointer in pointers}
            if pointers:
                yield Case(
                    function,
                    f"{parameter.name} is {number}, every pointer NULL",
                    {**nothing, parameter.name: number},
                )
    if len(integers) > 1:
        for choice in (0, -1):
            chosen = {parameter.name: extremes(parameter)[choice] for parameter in integers}
            yield Case(function, "every number is " + ("smallest" if choice == 0 else "largest"), chosen)
    for parameter in pointers:
        if parameter.is_string:
            for kind, text in _STRINGS.items():
                yield Case(function, f"{parameter.name} is {kind}", {parameter.name: text})
    own = function.parameters[0].handle if function.parameters else None
    is_free = function.name.endswith("_free")
    if own in ("session", "client") and not is_free:
        for how in ("closed client", "eight threads while another closes", "client freed first"):
            if not (own == "client" and how == "client freed first"):
                yield Case(function, how, how=how)
    elif own in ("token", "response", "authorization", "completion", "queue", "store", "cancellation"):
        yield Case(function, "client freed first", how="client freed first")


def all_cases() -> list[Case]:
    """All cases; every function has one."""
    return [case for function in functions() for case in _of_function(function)]
