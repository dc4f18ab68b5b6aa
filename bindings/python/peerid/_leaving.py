"""The end of the process.

The interpreter goes before the library does, and a thread of the library that calls
back afterwards would crash the process at its very end. So before the interpreter goes
all clients are closed, and the library does what it does when a process exits: it gives
refreshes a moment to bring and save their new pairs, and then ends its threads.
"""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Iterator
from typing import Protocol

from ._handle import Handle
from ._library import library

# How many seconds a client that is closed waits for refreshes and saves under way.
_PATIENCE = 5.0
_PAUSE_MS = 50


class _Closable(Protocol):
    def _close_at_once(self) -> Handle | None: ...


clients: weakref.WeakSet[_Closable] = weakref.WeakSet()


def settle(*handles: Handle) -> None:
    """Wait until clients that were closed have nothing left to refresh or to save.

    A process may end without anybody else waiting for that: a child of
    `multiprocessing`, for example.
    """
    for _ in while_patient():
        # Between two waits a signal can strike.
        if all(library.peerid_client_settle(each, _PAUSE_MS) for each in handles):
            return


def while_patient() -> Iterator[None]:
    """Go around until patience is at its end."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        yield


def _leave() -> None:
    handles = [client._close_at_once() for client in list(clients)]
    settle(*(handle for handle in handles if handle is not None))
    library.peerid_library_prepare_exit()


atexit.register(_leave)
