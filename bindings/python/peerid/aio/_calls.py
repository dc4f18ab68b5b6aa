"""The calls of one client on one event loop.

When a call has ended, the library adds a completion to a queue, and the event loop
watches the queue's descriptor.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
from contextlib import suppress
from typing import Any, Callable, TypeVar

from .._call import check, raise_what_signals_raised
from .._handle import Handle
from .._library import library, quick
from .._prototypes import CompletionPointer, QueuePointer
from .._session import new_session_handle
from ..errors import (
    Cancelled,
    CancelledTooLate,
    InternalError,
    Outcome,
    PeerIDError,
    QueueFull,
    take_error,
)
from ..result import Response
from ..token import new_token_handle

_T = TypeVar("_T")

# How many completions are taken from the queue at a time.
_BATCH = 256
# After how many seconds a call is tried again that found the queue full: this event
# loop is not notified when calls of another one end.
_TIMEOUT = 0.01

# Stands for the outcome of a call that has not ended.
_NOTHING_YET: Any = object()


class _Call:
    """A call in flight, and its outcome after it has ended."""

    __slots__ = ("future", "id", "outcome")

    def __init__(self, future: asyncio.Future[None], number: int) -> None:
        self.future = future
        self.id = number
        self.outcome = _NOTHING_YET

    @property
    def has_ended(self) -> bool:
        return self.outcome is not _NOTHING_YET

    def end(self, outcome: Any) -> None:
        self.outcome = outcome
        # The call may have been cancelled before its task has run.
        if not self.future.done():
            self.future.set_result(None)

    def take_outcome(self) -> Any:
        """Return the outcome and forget it, so that a frame that raises does not keep
        it.
        """
        outcome, self.outcome = self.outcome, None
        return outcome


class Calls:
    """The calls of one client on one event loop.

    The event loop keeps this object alive while it watches for completions. This object
    does not keep the client alive, so that both can be freed.
    """

    def __init__(self, client: Handle, *, fail_when_full: bool) -> None:
        """Watch for completions on the running event loop."""
        self._client = client
        self._fails_when_full = fail_when_full
        self._queue = Handle(QueuePointer(), library.peerid_queue_free)
        check(library.peerid_queue_create(self._queue.out))
        self._pending: dict[int, _Call] = {}
        self._last_tag = 0
        self._id = ctypes.c_uint64()
        self._id_out = ctypes.byref(self._id)
        self._batch = (CompletionPointer * _BATCH)()
        self._count = ctypes.c_size_t()
        self._count_out = ctypes.byref(self._count)
        self._place = 0
        # Calls that wait because too many are in flight, in the order in which they
        # came.
        self._turn = asyncio.Lock()
        self._delivery: asyncio.Future[None] | None = None
        self._is_retired = False
        #: The process that may use the event loop; the child of a fork may not.
        self.process = os.getpid()
        self._descriptor = quick.peerid_queue_fd(self._queue)
        self._is_watched = True
        asyncio.get_running_loop().add_reader(self._descriptor, self._deliver)

    async def make(
        self,
        finish: Callable[[Any], _T],
        function: Callable[..., Any],
        *arguments: Any,
    ) -> _T:
        """Make a call.

        Args:
            finish: converts the outcome to the result.
            function: the function of the library that starts the call.
            arguments: its arguments, without the last three.
        """
        call = None if self._turn.locked() else self._begin(function, arguments)
        if call is None:
            call = await self._begin_in_turn(function, arguments)
        try:
            await call.future
        except asyncio.CancelledError as cancellation:
            raise cancellation from await self._cancel(call, finish)
        except GeneratorExit:
            # The event loop was closed, so nothing awaits the call.
            library.peerid_client_cancel(self._client, call.id)
            raise
        if isinstance(call.outcome, PeerIDError):
            raise call.take_outcome()
        return finish(call.take_outcome())

    async def all_ended(self) -> None:
        """Wait until no call is in flight."""
        while self._pending:
            await self._next_delivery()

    def retire(self) -> None:
        """Stop watching when the last call has ended."""
        self._is_retired = True
        if self._is_watched and not self._pending:
            self._is_watched = False
            asyncio.get_running_loop().remove_reader(self._descriptor)

    def _begin(
        self, function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> _Call | None:
        """Start a call; return None if it has to wait because too many are in
        flight.
        """
        self._last_tag = tag = self._last_tag + 1
        failure = function(*arguments, self._queue.pointer, tag, self._id_out)
        if failure:
            error = take_error(failure)
            if isinstance(error, QueueFull) and not self._fails_when_full:
                return None
            raise error
        future = asyncio.get_running_loop().create_future()
        self._pending[tag] = call = _Call(future, self._id.value)
        raise_what_signals_raised()
        return call

    async def _begin_in_turn(
        self, function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> _Call:
        """Start a call as soon as the number of calls in flight permits it."""
        try:
            async with self._turn:
                while True:
                    call = self._begin(function, arguments)
                    if call is not None:
                        return call
                    await self._next_delivery(_TIMEOUT)
        except asyncio.CancelledError as cancellation:
            message = "the call was cancelled before it started; nothing was sent"
            raise cancellation from Cancelled(message, retryable=True)

    async def _cancel(self, call: _Call, finish: Callable[[Any], Any]) -> PeerIDError:
        """Cancel a call whose task was cancelled, and return how it ended."""
        if not call.has_ended:
            library.peerid_client_cancel(self._client, call.id)
        while not call.has_ended:
            # The completion always arrives, even if the task is cancelled several
            # times.
            call.future = asyncio.get_running_loop().create_future()
            with suppress(asyncio.CancelledError):
                await call.future
        if isinstance(call.outcome, PeerIDError):
            return call.take_outcome()  # type: ignore[no-any-return]
        try:
            return CancelledTooLate(result=finish(call.take_outcome()))
        except PeerIDError as error:
            return error

    async def _next_delivery(self, seconds: float | None = None) -> None:
        """Wait until calls have ended."""
        if self._delivery is None:
            self._delivery = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._delivery], timeout=seconds)

    def _deliver(self) -> None:
        """Deliver completions to the waiting tasks.

        If there is more than one batch, the descriptor stays readable.
        """
        try:
            if self._place == self._count.value:
                self._place = 0
                failure = quick.peerid_queue_take(
                    self._queue, 0, _BATCH, self._batch, self._count_out
                )
                check(failure)
            while self._place < self._count.value:
                completion = self._batch[self._place]
                self._place += 1
                self._finish(completion)
        finally:
            if self._place < self._count.value:
                # A signal handler has raised; the completions that were taken must not
                # be lost.
                asyncio.get_running_loop().call_soon(self._deliver)
        if self._delivery is not None:
            self._delivery.set_result(None)
            self._delivery = None
        if self._is_retired:
            self.retire()

    def _finish(self, completion: Any) -> None:
        call = self._pending.pop(quick.peerid_completion_tag(completion), None)
        try:
            outcome = _outcome(completion)
        except BaseException:
            # A signal handler has raised, or memory ran out; no task must wait forever.
            message = "the call has ended, but its result could not be read"
            outcome = InternalError(message, outcome=Outcome.UNKNOWN)
            raise
        finally:
            quick.peerid_completion_free(completion)
            if call is not None:
                call.end(outcome)


def _outcome(completion: Any) -> Any:
    """Take the outcome from a completion."""
    # The most common first.
    response = quick.peerid_completion_response(completion)
    if response:
        return Response(response)
    failure = quick.peerid_completion_error(completion)
    if failure:
        return take_error(failure)
    session = quick.peerid_completion_session(completion)
    if session:
        return new_session_handle(session)
    token = quick.peerid_completion_token(completion)
    return new_token_handle(token) if token else None
