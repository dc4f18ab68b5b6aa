"""Where sessions are kept, so that they survive the process and can be shared.

`DirectoryStore` shares sessions among the processes of one machine. With a database
that several machines reach, a `Store` shares them among machines:
`peerid.stores.postgres` and `peerid.stores.redis` are ready to use.
"""

from __future__ import annotations

from ._builtin import BuiltinStore, DirectoryStore, MemoryStore
from ._custom import Store, StoredSession

__all__ = [
    "BuiltinStore",
    "DirectoryStore",
    "MemoryStore",
    "Store",
    "StoredSession",
]
