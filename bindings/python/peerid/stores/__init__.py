"""Stores keep sessions, so that they survive the process and can be shared.

`DirectoryStore` shares sessions among the processes of one machine. To share them among
machines, use a database: `peerid.stores.postgres`, `peerid.stores.redis`, or your own
`Store`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._builtin import BuiltinStore, DirectoryStore, MemoryStore
from ._custom import Store, StoredSession

if TYPE_CHECKING:
    from . import postgres, redis

_LAZY = ("postgres", "redis")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "BuiltinStore",
    "DirectoryStore",
    "MemoryStore",
    "Store",
    "StoredSession",
    "postgres",
    "redis",
]
