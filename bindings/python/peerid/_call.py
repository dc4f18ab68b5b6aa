"""Calls of the library: errors become exceptions, and Ctrl-C ends a call.

Python runs signal handlers in the main thread, between two instructions of the
interpreter. It runs none while a call waits in the library. So the library calls the
interrupt handler every 50 to 1000 ms on the thread of the call, and that handler runs
the pending signal handlers. If one of them raises, for instance KeyboardInterrupt, the
call ends, and the exception is raised where the call was made.

If the call ends before the interrupt handler is called again, Python runs the signal
handler after the call. The result of the call may say that money has moved, so it
becomes the cause of the exception.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Generator, Iterator
from itertools import starmap
from operator import attrgetter, methodcaller
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

# How long an interrupted call on another thread may take to end, in seconds.
_TIMEOUT = 1.2

_Listener = Generator[int, Any, None]


class _Waiting(threading.local):
    """The state of a thread that waits for the library.

    When called, it resumes the listener of the thread's current call.
    """

    #: The exception that a signal handler raised.
    exception: BaseException | None = None

    def __init__(self) -> None:
        """Prepare the thread for callbacks."""
        for callback in _signal_safe:
            callback.prepare()

    def _nobody(self, _context: object) -> int:
        return 0

    #: Resumes the listener.
    ask: Any = _nobody

    # Python runs signal handlers when it enters a function, before the function can
    # catch anything. So no function of Python may be between the library and the
    # listener: this property is resolved in C.
    __call__ = property(attrgetter("ask"))


class SignalSafe(threading.local):
    """A callback in which no exception of a signal handler is lost.

    Python runs signal handlers when it enters a function, and ctypes drops exceptions
    that they raise in a callback. So they run before: the property, which is resolved
    in C, resumes a generator inside its `try`. The call that the thread makes raises
    the exception again; see `obtain` and `raise_what_signals_raised`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        """Run signal handlers before a function."""
        entry = _enter(function)
        next(entry)
        self._enter = entry.__next__
        _signal_safe.add(self)

    def prepare(self) -> None:
        """Make the generator of this thread."""

    __call__ = property(methodcaller("_enter"))


def _enter(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    while True:
        try:
            yield function
        except GeneratorExit:
            return
        except BaseException as exception:
            keep_for_the_call(exception)


def keep_for_the_call(exception: BaseException) -> None:
    """Keep what a signal handler raised in a callback, for the call of this thread."""
    _waiting.exception = exception


def raise_what_signals_raised() -> None:
    """Raise what a signal handler raised in a callback."""
    exception, _waiting.exception = _waiting.exception, None
    if exception is not None:
        raise exception


_signal_safe: set[SignalSafe] = set()
_waiting = _Waiting()

#: The interrupt handler of all clients.
on_interrupt = keep_forever(InterruptHandler(_waiting))


def _listen(is_stopped: Callable[[], bool] | None) -> _Listener:
    """Return whether one call should end, each time it checks.

    A generator is resumed inside its `try`, so it also catches what a signal handler
    raises at the moment when it is resumed.
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
    """Make a call that may block and has no result; see `obtain`."""
    obtain(function, arguments, _nothing, is_stopped)


def obtain(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    finish: Callable[[], Any],
    is_stopped: Callable[[], bool] | None = None,
) -> Any:
    """Make a call that may block, and return its result.

    Python runs signal handlers when it returns from C and when it enters a function. So
    C code puts the answer into a list, and everything until the result is returned is
    inside a `try`. For the same reason callers that return the result do not pass
    `*args`: some versions of Python also run signal handlers after unpacking them.

    Args:
        function: the function of the library.
        arguments: its arguments.
        finish: makes the result after success; may be called twice.
        is_stopped: returns whether the call should end.

    Raises:
        PeerIDError: the call failed.
        BaseException: a signal handler raised it during the call. Its cause is the
            error of the call, or a `CancelledTooLate` with the result.
    """
    waiting = _waiting
    if waiting.exception is not None:
        raise_what_signals_raised()
    # A signal handler may make another call while this one waits.
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
        raised = waiting.exception
        if raised is None:
            failure = answers[0]
            if not failure:
                return finish()
            error = read_error(failure)
            answers[0] = None
            free_error(failure)
            raise error
    except BaseException as exception:
        if exception is error:
            # The frame that raises an error must not refer to it, because that would be
            # a cycle.
            error = None
            raise
        if not answers:
            # The library has not been called yet.
            raise
        raised = exception
    finally:
        waiting.ask = outer
    waiting.exception = None
    raise raised from (error or _what_became(answers[0], finish))


def _nothing() -> None:
    """Finish a call that has no result."""


def _what_became(failure: Any, finish: Callable[[], Any]) -> PeerIDError:
    """Return the error of a call that has ended, or its result in an exception."""
    return take_error(failure) if failure else CancelledTooLate(result=finish())


def check(failure: Any) -> None:
    """Raise the error of a call that does not block."""
    if failure:
        raise take_error(failure)


def call_on_thread(function: Callable[..., Any], *arguments: Any) -> None:
    """Make a call that may block and may call functions of Python, on another thread.

    The library calls such a function of Python on the thread of the call. On the main
    thread a signal handler could raise before the function's first instruction, and the
    library would get no result. So another thread makes the call, and the main thread
    waits for it.
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
                raise Cancelled("the call was cancelled before it started")
            invoke(function, *arguments, is_stopped=stop.is_set)
        except BaseException as error:
            failure = error
        finally:
            done.set()

    thread = threading.Thread(target=call, name="peerid", daemon=True)
    try:
        thread.start()
        # `join` is not usable: after Ctrl-C it treats a running thread as ended.
        done.wait()
    except BaseException as exception:
        raised = exception
        stop.set()
        if thread.ident is None:
            # The thread has not started the call, and will not.
            raise
        try:
            done.wait(_TIMEOUT)
        except BaseException as another:
            raised = another
        if not done.is_set():
            message = "the call continues on another thread; how it ends is not known"
            failure = Cancelled(message, outcome=Outcome.UNKNOWN)
        raise raised from (failure or CancelledTooLate())
    if failure is not None:
        raise failure
