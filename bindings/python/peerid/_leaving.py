"""The end of the process.

The interpreter goes before the library does, and a thread of the library that calls
back afterwards would crash the process at its very end. So before the interpreter goes
all clients are closed, and refreshes that hold a key of a store of Python get a moment
to save their new pair, which would be lost otherwise.
"""

from __future__ import annotations

import atexit
import time
import weakref
from typing import Protocol

# A refresh that takes longer than this at the very end is given up.
_PATIENCE = 5.0
_PAUSE = 0.005


class _Closable(Protocol):
    def _close_at_once(self) -> None: ...


class _Busy(Protocol):
    @property
    def is_busy(self) -> bool: ...


clients: weakref.WeakSet[_Closable] = weakref.WeakSet()
stores: weakref.WeakSet[_Busy] = weakref.WeakSet()


def _leave() -> None:
    for client in list(clients):
        client._close_at_once()
    deadline = time.monotonic() + _PATIENCE
    while any(store.is_busy for store in list(stores)):
        if time.monotonic() > deadline:
            return
        time.sleep(_PAUSE)


atexit.register(_leave)
