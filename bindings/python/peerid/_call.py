"""Calls of the library: errors become exceptions, and Ctrl-C is heard.

Python runs the handler of a signal in the main thread, between two of its own
instructions, and so not while a call waits in the library. But the library asks on the
thread of the call, every 50 to 1000 ms, whether to go on. Asking runs the handlers that
are due; what a handler raises, such as KeyboardInterrupt, ends the call, and is raised
where the call was made.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Generator
from operator import attrgetter
from typing import Any, Callable

from ._callback import keep_forever
from ._prototypes import InterruptHandler
from .errors import PeerIDError, take_error

# How long an interrupted call on a thread of its own may take to end.
_PATIENCE = 1.2

_Listener = Generator[int, Any, None]


class _Waiting(threading.local):
    """What a thread has to know while it waits for the library.

    Calling it asks the listener of the call that the thread is in.
    """

    #: What the handler of a signal has raised.
    exception: BaseException | None = None

    def _nobody(self, _context: object) -> int:
        return 0

    #: Resumes the listener.
    ask: Any = _nobody

    # Python looks for signals when it enters a function, before the function can catch
    # anything. So no function of Python may stand between the library and a listener:
    # this property is resolved in C.
    __call__ = property(attrgetter("ask"))


_waiting = _Waiting()

#: The interrupt handler of all clients.
on_interrupt = keep_forever(InterruptHandler(_waiting))


def _listen(is_stopped: Callable[[], bool] | None) -> _Listener:
    """Answer one call's question whether to end, again and again.

    A generator is resumed within its `try`, and so catches what a signal raises at the
    very moment at which it is resumed.
    """
    try:
        yield 0
        while True:
            ctypes.pythonapi.PyErr_CheckSignals()
            yield int(is_stopped is not None and is_stopped())
    except GeneratorExit:
        return
    except BaseException as exception:
        _waiting.exception = exception
    yield 1


def invoke(
    function: Callable[..., Any],
    *arguments: Any,
    is_stopped: Callable[[], bool] | None = None,
) -> None:
    """Make a call that may wait, and raise the error that it answers with."""
    waiting = _waiting
    # The handler of a signal may make a call of its own while this one waits.
    outer = waiting.ask
    listener = _listen(is_stopped)
    next(listener)
    waiting.ask = listener.send
    try:
        failure = function(*arguments)
    finally:
        waiting.ask = outer
    exception = waiting.exception
    if exception is not None:
        waiting.exception = None
        # The outcome of the call is not lost: the error of the library is the cause.
        raise exception from (take_error(failure) if failure else None)
    if failure:
        raise take_error(failure)


def check(failure: Any) -> None:
    """Raise the error that a call which does not wait has answered with."""
    if failure:
        raise take_error(failure)


def invoke_aside(function: Callable[..., Any], *arguments: Any) -> None:
    """Make a call that may wait and call functions of Python back.

    In the main thread a signal could strike such a function before its first
    instruction, and so take its answer from the library. Therefore the call is made on
    another thread, for which the main thread waits.
    """
    if threading.current_thread() is not threading.main_thread():
        invoke(function, *arguments)
        return
    stop, done = threading.Event(), threading.Event()
    failure: PeerIDError | None = None

    def call() -> None:
        nonlocal failure
        try:
            invoke(function, *arguments, is_stopped=stop.is_set)
        except PeerIDError as error:
            failure = error
        finally:
            done.set()

    try:
        threading.Thread(target=call, name="peerid", daemon=True).start()
        # Not `join`: Ctrl-C makes it take a thread that runs for one that has ended.
        done.wait()
    except BaseException as exception:
        stop.set()
        done.wait(_PATIENCE)
        raise exception from failure
    if failure is not None:
        raise failure
