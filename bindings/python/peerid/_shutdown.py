"""The end of the process.

The interpreter ends before the library. If a thread of the library called a function of
Python after that, the process would crash. So before the interpreter ends, this module
closes all clients, and the library does what it does at exit: it waits for refreshes
and unsaved tokens, and then ends its threads.
"""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Iterator
from typing import Protocol

from ._handle import Handle
from ._library import library

# How long a closed client waits for refreshes and saves in flight, in seconds.
_TIMEOUT = 5.0
_PAUSE_MS = 50


class _Closable(Protocol):
    def _close_at_once(self) -> Handle | None: ...


clients: weakref.WeakSet[_Closable] = weakref.WeakSet()


def flush(*handles: Handle) -> None:
    """Wait until closed clients have nothing left to refresh or to save.

    Some processes, such as a child of `multiprocessing`, end without waiting for that.
    """
    for _ in until_timeout():
        # Python runs signal handlers between two waits.
        if all(library.peerid_client_flush(each, _PAUSE_MS) for each in handles):
            return


def until_timeout() -> Iterator[None]:
    """Repeat until the timeout."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        yield


def _leave() -> None:
    handles = [client._close_at_once() for client in list(clients)]
    flush(*(handle for handle in handles if handle is not None))


# The last one registered runs first. The other one runs after it, whatever a signal
# handler raises in it: no instruction of Python is between the two.
atexit.register(library.peerid_library_prepare_exit)
atexit.register(_leave)
