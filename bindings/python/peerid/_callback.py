"""Functions of Python that the library calls, on any thread at any time."""

from __future__ import annotations

import ctypes
import inspect
import logging
import traceback
from contextlib import suppress
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")

# For events, and for errors in callbacks that cannot report them in another way. A
# program that has not set up logging prints nothing.
logger = logging.getLogger("peerid")
logger.addHandler(logging.NullHandler())


def keep_forever(thing: _Thing) -> _Thing:
    """Keep an object until the process ends, without finalizing it.

    Used for callbacks: a thread of the library may call one while the interpreter is
    freeing its modules. Calling a freed callback would crash.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def check_not_async(name: str, function: Any) -> None:
    """Refuse a coroutine function: its coroutines would never run.

    Without this check, an asynchronous `relogin` is noticed only when a user is lost.
    """
    is_async = inspect.iscoroutinefunction
    if is_async(function) or (callable(function) and is_async(function.__call__)):
        raise TypeError(
            f"{name} must be an ordinary function, not a coroutine function: "
            "it is called on threads of the library"
        )


def describe(exception: BaseException, secret: str | None = None) -> str:
    """Describe an exception of a callback on one line, without secrets.

    Databases quote the row that they reject. So the exception's text is left out if it
    contains a part of the secret.

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
        # Converting the exception to text has raised.
        whole = ""
    text = whole.strip().partition("\n")[0][:300]
    if not text or (secret is not None and _shows(whole, secret)):
        return kind + place
    return f"{kind}: {text}{place}"


def log_exception(what: str, exception: BaseException) -> None:
    """Log an exception of a callback that cannot report it in another way.

    Never raises, because the callback's result would then be undefined.
    """
    with suppress(BaseException):
        logger.error("%s: %s", what, describe(exception))


def _shows(text: str, secret: str) -> bool:
    # Of the quoted strings in a stored session, only tokens are long. Databases quote
    # only the beginning of a long value.
    return any(part[:16] in text for part in secret.split('"') if len(part) >= 32)


def as_text(value: Any) -> str:
    """Read a string that the library passes to a callback."""
    return "" if value is None else bytes(value).decode(errors="replace")
