"""Functions of Python that the library calls, from any thread at any time."""

from __future__ import annotations

import ctypes
import logging
import traceback
from contextlib import suppress
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")

# For events, and for errors in callbacks that cannot report them otherwise. A program
# that has not set up logging prints nothing.
logger = logging.getLogger("peerid")
logger.addHandler(logging.NullHandler())


def keep_forever(thing: _Thing) -> _Thing:
    """Keep an object until the process ends, and never finalize it.

    For callbacks: a thread of the library may be about to call one when the interpreter
    is already freeing its modules. A callback that was freed would crash it.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def describe(exception: BaseException, secret: str | None = None) -> str:
    """Describe an exception of a callback on one line, without secrets.

    Databases repeat the row that they reject, so the text of an exception is left out
    if it contains a part of the secret.

    Args:
        exception: what was raised.
        secret: JSON with the tokens that were passed to the callback.
    """
    kind = type(exception).__name__
    frames = traceback.extract_tb(exception.__traceback__)
    place = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    try:
        whole = str(exception)
    except BaseException:
        # An exception whose text raises.
        whole = ""
    text = whole.strip().partition("\n")[0][:300]
    if not text or (secret is not None and _shows(whole, secret)):
        return kind + place
    return f"{kind}: {text}{place}"


def log_exception(what: str, exception: BaseException) -> None:
    """Log an exception of a callback that cannot report it otherwise.

    Raises nothing: that would make the callback's answer a random number.
    """
    with suppress(BaseException):
        logger.error("%s: %s", what, describe(exception))


def _shows(text: str, secret: str) -> bool:
    # Tokens are long; no other part of a stored session between quotes is. Databases
    # repeat only the beginning of a long value.
    return any(part[:16] in text for part in secret.split('"') if len(part) >= 32)


def as_text(value: Any) -> str:
    """Read a text that the library passes to a callback."""
    return "" if value is None else bytes(value).decode(errors="replace")
