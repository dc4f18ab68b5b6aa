"""The built-in stores: memory and directory."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Callable, NoReturn, TypeVar

from .. import _exact
from .._call import call_on_thread, invoke
from .._handle import Handle
from .._library import library
from .._prototypes import StorePointer
from .._text import encode
from ..errors import ClosedError
from ..result import Response

_Self = TypeVar("_Self", bound="BuiltinStore")


def new_store_handle() -> Handle:
    """Make an empty handle for a new store."""
    return Handle(StorePointer(), library.peerid_store_free)


class BuiltinStore:
    """A built-in store. Clients and threads may share it."""

    _handle: Handle | None = None

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        """Create the store with a function of the library."""
        handle = new_store_handle()
        invoke(make, *arguments, handle.out)
        self._handle = handle

    def keys(self) -> list[str]:
        """List the keys of all sessions in the store, in no particular order.

        Raises:
            StoreError: the store failed, or contains a damaged session.
            ClosedError: the store was closed.
        """
        response = Response()
        invoke(library.peerid_store_list, self._open_handle(), response.out)
        keys: list[str] = _exact.read(response.text)
        return keys

    def remove(self, key: str) -> None:
        """Remove a session, even a damaged one. Succeeds if there is none.

        The tokens stay valid at the server. Waits up to 30 seconds while another call
        or process holds the key; on an event loop, use `asyncio.to_thread`.

        Raises:
            InvalidArgument: the key is empty or longer than 4096 bytes.
            StoreError: the store failed.
            ClosedError: the store was closed.
        """
        handle = self._open_handle()
        # On another thread, because without a client the library hears no Ctrl-C.
        call_on_thread(library.peerid_store_remove, handle, encode(key, "key"))

    def close(self) -> None:
        """Free the store. Clients that use it continue to work. Closing twice is
        allowed.
        """
        self._handle = None

    def _open_handle(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the store was closed")
        return self._handle

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled: make one like it")


class MemoryStore(BuiltinStore):
    """A store in the memory of this process."""

    def __init__(self) -> None:
        """Create an empty store."""
        super().__init__(library.peerid_store_create_memory)


class DirectoryStore(BuiltinStore):
    """A store of files in a directory, which all processes of a machine can share.

    Each key has a file, readable only by the process's user, replaced atomically, and
    guarded by a kernel lock.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Create a store in a directory.

        Args:
            path: the directory; created with mode 0700 if it does not exist.

        Raises:
            InvalidArgument: the path is empty or not UTF-8.
            StoreError: the directory cannot be created or used, or other users can
                read it.
        """
        self.path = os.fspath(path)
        super().__init__(
            library.peerid_store_create_directory, encode(self.path, "path")
        )

    def __repr__(self) -> str:
        return f"<DirectoryStore {self.path!r}>"
