"""Calls of the library: errors become exceptions, and Ctrl-C is heard.

Python runs the handler of a signal in the main thread, between two of its own
instructions, and so not while a call waits in the library. But the library asks on the
thread of the call, every 50 to 1000 ms, whether to go on. Asking runs the handlers that
are due; what a handler raises, such as KeyboardInterrupt, ends the call, and is raised
where the call was made.

A call that ends before it asks again is over when Python runs the handler. Its answer
may say that money has moved, and so is not lost: it is the cause of what is raised.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Generator
from itertools import starmap
from operator import attrgetter
from typing import Any, Callable

from ._callback import keep_forever
from ._prototypes import InterruptHandler
from .errors import (
    Cancelled,
    CancelledTooLate,
    Outcome,
    PeerIDError,
    free_error,
    read_error,
    take_error,
)

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
    """Make a call that may wait and has no result; see `obtain`."""
    obtain(function, arguments, _nothing, is_stopped)


def obtain(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    finish: Callable[[], Any],
    is_stopped: Callable[[], bool] | None = None,
) -> Any:
    """Make a call that may wait, and give its result.

    Python looks for signals whenever it has left C or enters a function. So the answer
    is put into a list still in C, and until the result is on its way to the caller
    everything stands where what a signal raises is caught. For the same reason who
    hands the result on does not call with `*`, after which some versions look as well.

    Args:
        function: the function of the library.
        arguments: its arguments.
        finish: makes the result when the call has succeeded; may be called twice.
        is_stopped: tells whether the call shall end.

    Raises:
        PeerIDError: the call has failed.
        BaseException: the handler of a signal has raised it during the call; its cause
            is the error of the call, or a `CancelledTooLate` with its result.
    """
    waiting = _waiting
    # The handler of a signal may make a call of its own while this one waits.
    outer = waiting.ask
    listener = _listen(is_stopped)
    next(listener)
    answers: list[Any] = []
    call = starmap(function, (arguments,))
    error: PeerIDError | None = None
    waiting.ask = listener.send
    try:
        answers.extend(call)
        waiting.ask = outer
        struck = waiting.exception
        if struck is None:
            failure = answers[0]
            if not failure:
                return finish()
            error = read_error(failure)
            answers[0] = None
            free_error(failure)
            raise error
    except BaseException as exception:
        if exception is error:
            # Who raises an error must not refer to it as well.
            error = None
            raise
        if not answers:
            # The library was not called at all.
            raise
        struck = exception
    finally:
        waiting.ask = outer
    waiting.exception = None
    raise struck from (error or _what_became(answers[0], finish))


def _nothing() -> None:
    """Finish a call that has no result."""


def _what_became(failure: Any, finish: Callable[[], Any]) -> PeerIDError:
    """Tell what became of a call that has ended."""
    return take_error(failure) if failure else CancelledTooLate(result=finish())


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
    failure: BaseException | None = None

    def call() -> None:
        nonlocal failure
        try:
            if stop.is_set():
                raise Cancelled("the call was cancelled before it began")
            invoke(function, *arguments, is_stopped=stop.is_set)
        except BaseException as error:
            failure = error
        finally:
            done.set()

    thread = threading.Thread(target=call, name="peerid", daemon=True)
    try:
        thread.start()
        # Not `join`: Ctrl-C makes it take a thread that runs for one that has ended.
        done.wait()
    except BaseException as exception:
        struck = exception
        stop.set()
        if thread.ident is None:
            # It has not begun, and will do nothing.
            raise
        try:
            done.wait(_PATIENCE)
        except BaseException as another:
            struck = another
        if not done.is_set():
            message = "the call goes on aside; what becomes of it is not known"
            failure = Cancelled(message, outcome=Outcome.UNKNOWN)
        raise struck from (failure or CancelledTooLate())
    if failure is not None:
        raise failure
