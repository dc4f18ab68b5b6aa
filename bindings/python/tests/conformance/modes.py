"""Blocking wrappers of the objects of `peerid.aio`."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import peerid
from peerid import aio


class Loop:
    """An event loop on a separate thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._tasks: set[asyncio.Task[Any]] = set()

    def run(self, call: Callable[[], Any]) -> Any:
        """Make a call on the loop, and wait for its result."""
        return asyncio.run_coroutine_threadsafe(self._make(call), self._loop).result()

    def cancel_all(self) -> None:
        """Cancel the waiting calls."""

        def cancel() -> None:
            for task in self._tasks:
                task.cancel()

        self._loop.call_soon_threadsafe(cancel)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _make(self, call: Callable[[], Any]) -> Any:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            made = call()
            return await made if inspect.isawaitable(made) else made
        except asyncio.CancelledError as cancellation:
            error = aio.error_of(cancellation)
            if error is None:
                raise
            raise error from None
        finally:
            self._tasks.remove(task)


class _OnALoop:
    """Makes the calls of an object on its loop."""

    def __init__(self, loop: Loop, inner: Any) -> None:
        self._loop = loop
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def make(*arguments: Any, **more: Any) -> Any:
            made = self._loop.run(lambda: found(*arguments, **more))
            return Session(self._loop, made) if isinstance(made, aio.Session) else made

        return make


class Client(_OnALoop):
    """Wraps a `peerid.aio.Client`."""


class Session(_OnALoop):
    """Wraps a `peerid.aio.Session`."""


class Mode:
    """A mode: blocking, or asynchronous with a loop."""

    def __init__(self, loop: Loop | None) -> None:
        self.loop = loop

    def client(self, *arguments: Any, fail_when_full: bool, **more: Any) -> Any:
        if self.loop is None:
            return peerid.Client(*arguments, **more)
        made = aio.Client(*arguments, fail_when_full=fail_when_full, **more)
        return Client(self.loop, made)


@contextmanager
def mode(name: str) -> Iterator[Mode]:
    """The mode with this name, for one case."""
    if name == "blocking":
        yield Mode(None)
        return
    loop = Loop()
    try:
        yield Mode(loop)
    finally:
        loop.stop()
