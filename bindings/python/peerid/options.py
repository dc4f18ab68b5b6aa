"""The options of a client, as the library lists them."""

from __future__ import annotations

import ctypes
import os
from typing import NamedTuple, Union

from ._library import quick

OptionValue = Union[str, int, bool, "os.PathLike[str]"]
"""The value of an option."""


class Option(NamedTuple):
    """One option of a client."""

    #: The name, which ends with the unit if there is one.
    name: str
    #: A readable description of the valid values.
    accepts: str
    #: The default value.
    default: str
    #: What the option does.
    help: str


def options() -> list[Option]:
    """List all options that the loaded library has."""
    found: list[Option] = []
    texts = [ctypes.c_char_p() for _ in Option._fields]
    places = [ctypes.byref(text) for text in texts]
    while quick.peerid_option_describe(len(found), *places):
        found.append(Option(*((text.value or b"").decode() for text in texts)))
    return found


def option_text(name: str, value: object) -> str:
    """Encode the value of an option for the library."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    raise TypeError(
        f"option {name} must be a str, an int, a bool or a path, "
        f"not {type(value).__name__}"
    )
