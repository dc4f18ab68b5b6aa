"""The end of the process.

The interpreter ends before the library, and a thread of the library that calls back
afterwards would crash the process. So before the interpreter ends, all clients are
closed, and the library does what it does at exit: it waits for refreshes and for tokens
that are not saved, and then ends its threads.
"""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Iterator
from typing import Protocol

from ._handle import Handle
from ._library import library

# Seconds that a closed client waits for refreshes and saves in flight.
_TIMEOUT = 5.0
_PAUSE_MS = 50


class _Closable(Protocol):
    def _close_at_once(self) -> Handle | None: ...


clients: weakref.WeakSet[_Closable] = weakref.WeakSet()


def flush(*handles: Handle) -> None:
    """Wait until clients that were closed have nothing left to refresh or to save.

    Some processes end without waiting for that otherwise, such as a child of
    `multiprocessing`.
    """
    for _ in until_timeout():
        # Between two waits Python runs signal handlers.
        if all(library.peerid_client_flush(each, _PAUSE_MS) for each in handles):
            return


def until_timeout() -> Iterator[None]:
    """Repeat until the time is over."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        yield


def _leave() -> None:
    handles = [client._close_at_once() for client in list(clients)]
    flush(*(handle for handle in handles if handle is not None))
    library.peerid_library_prepare_exit()


atexit.register(_leave)
