"""Functions of Python that the library calls, on any thread and at any time."""

from __future__ import annotations

import ctypes
import logging
import traceback
from contextlib import suppress
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")

# What goes wrong in a callback that has no other way to say so.
complaints = logging.getLogger("peerid")


def keep_forever(thing: _Thing) -> _Thing:
    """Let an object live until the process ends, without its end ever being run.

    So with callbacks: a thread of the library may be about to call when the interpreter
    has begun to throw its modules away. The memory behind a callback that is gone would
    crash it there.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def describe(exception: BaseException, secret: str | None = None) -> str:
    """Tell on one line what a callback has raised, without secrets.

    Databases repeat the row that they refuse, so the text of an exception is left out
    when a part of the secret stands in it.

    Args:
        exception: what was raised.
        secret: JSON with the tokens that the callback knew.
    """
    kind = type(exception).__name__
    frames = traceback.extract_tb(exception.__traceback__)
    place = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    try:
        whole = str(exception)
    except BaseException:
        # An exception that cannot even say what it is.
        whole = ""
    text = whole.strip().partition("\n")[0][:300]
    if not text or (secret is not None and _shows(whole, secret)):
        return kind + place
    return f"{kind}: {text}{place}"


def complain(what: str, exception: BaseException) -> None:
    """Log what a callback has raised that can tell nobody else.

    Nothing is raised: that would make the callback's answer a random number.
    """
    with suppress(BaseException):
        complaints.error("%s: %s", what, describe(exception))


def _shows(text: str, secret: str) -> bool:
    # Tokens are long; no other part of a stored session between quotes is. Databases
    # repeat only the beginning of a long value.
    return any(part[:16] in text for part in secret.split('"') if len(part) >= 32)


def as_text(value: Any) -> str:
    """Read a text that the library lends to a callback."""
    return "" if value is None else bytes(value).decode(errors="replace")
