"""Calls of the library that wait: errors become exceptions, and Ctrl-C is heard.

Python runs the handler of a signal in the main thread, between two of its own
instructions, and so not while a call waits in the library. But the library asks on the
thread of the call, every 50 to 1000 ms, whether to go on; the answer runs the handlers
that are due. What a handler raises, such as KeyboardInterrupt, ends the call, and is
raised where the call was made.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any, Callable

from .errors import take_error


class _Raised(threading.local):
    """What a callback has raised during the call of this thread."""

    exception: BaseException | None = None


_raised = _Raised()


def invoke(function: Callable[..., Any], *arguments: Any) -> None:
    """Make a call that answers with an error or with none."""
    failure = function(*arguments)
    exception = _raised.exception
    if exception is not None:
        _raised.exception = None
        # The outcome of the call is not lost: the error of the library is the cause.
        raise exception from (take_error(failure) if failure else None)
    if failure:
        raise take_error(failure)


def raise_later(exception: BaseException) -> None:
    """Keep what a callback has raised until the call of its thread has returned."""
    _raised.exception = exception


def is_interrupted() -> bool:
    """Run the handlers of signals that have come, if this is the main thread."""
    try:
        ctypes.pythonapi.PyErr_CheckSignals()
    except BaseException as exception:
        raise_later(exception)
        return True
    return False
