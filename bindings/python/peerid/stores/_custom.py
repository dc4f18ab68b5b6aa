"""Stores that are written in Python."""

from __future__ import annotations

import abc
import ctypes
import itertools
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from typing import Any, Callable, NamedTuple

from .. import _prototypes
from .._arguments import generation_argument
from .._call import check
from .._callback import (
    as_text,
    check_not_async,
    describe,
    keep_forever,
    log_exception,
)
from .._handle import Handle
from .._host import check_no_green_threads
from .._library import library, quick
from ._builtin import new_store_handle

_OK = _prototypes.STORE_RESULT_OK
_CONFLICT = _prototypes.STORE_RESULT_CONFLICT
_FAILED = _prototypes.STORE_RESULT_FAILED


class StoredSession(NamedTuple):
    """A session as a store keeps it."""

    #: The text to save, which only the library reads. A secret: it contains the tokens.
    data: str
    #: Shows which of two versions is newer. It grows with every new pair of tokens, and
    #: stays the same if only data about the user changes.
    generation: int

    def __repr__(self) -> str:
        return f"<StoredSession: generation {self.generation}, data hidden>"


class Store(abc.ABC):
    """The base class of a custom store, for instance for a database.

    Write a class with these methods, and pass an object of it to clients. The methods
    may block. They are called on any thread, and on several at once, and must not use
    this package. If one raises, the call fails with a `StoreError` that contains the
    message, and no refresh is sent.
    """

    @abc.abstractmethod
    def load(self, key: str, lock: Any) -> StoredSession | None:
        """Load a session.

        Args:
            key: its key.
            lock: what `lock` returned; None if the key is not locked.

        Returns:
            What was saved, unchanged; None if there is no session.
        """

    @abc.abstractmethod
    def save(self, key: str, session: StoredSession, expected: int, lock: Any) -> bool:
        """Save a session durably if the stored generation is the expected one.

        Args:
            key: its key.
            session: what to keep.
            expected: the generation that the key must have now; 0 if it must have no
                session.
            lock: what `lock` returned.

        Returns:
            True if it was saved; False if the key has another generation, and nothing
            was changed.
        """

    @abc.abstractmethod
    def remove(self, key: str, lock: Any) -> None:
        """Remove a session. Succeeds if there is none.

        Args:
            key: its key.
            lock: what `lock` returned.
        """

    @abc.abstractmethod
    def lock(self, key: str, timeout: float) -> AbstractContextManager[Any]:
        """Lock a key. Simplest as a generator with `contextlib.contextmanager`.

        Entering the context manager waits until no other process, on any machine, holds
        the key, and raises if that takes too long. The value that it returns is passed
        to the other methods. The lock is held for at most twice the timeout and some
        seconds for loading and saving; a lease must last longer. The lock must be
        released when its holder dies.

        Args:
            key: the key.
            timeout: the longest wait in seconds.
        """

    def keys(self) -> Iterable[str]:
        """List the keys of all sessions. Optional."""
        raise NotImplementedError("this store cannot list its keys")


class _Binding:
    """Adapts a store in Python for the library."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # The context managers of the held locks, and the values that they returned.
        self._locks: dict[int, tuple[AbstractContextManager[Any], Any]] = {}

    def load(self, key: str, lock: int | None, reply: Any) -> int:
        self._check_host()
        session = self.store.load(key, self._given(lock))
        if session is not None:
            data, number = session
            text = data.encode()
            generation = generation_argument(number, "the generation of the session")
            quick.peerid_store_reply_set_session(reply, text, len(text), generation)
        return _OK

    def save(
        self, key: str, session: StoredSession, expected: int, lock: int | None
    ) -> int:
        is_saved = self.store.save(key, session, expected, self._given(lock))
        return _OK if is_saved else _CONFLICT

    def remove(self, key: str, lock: int | None) -> int:
        self.store.remove(key, self._given(lock))
        return _OK

    def lock(self, key: str, timeout_ms: int, reply: Any) -> int:
        self._check_host()
        manager = self.store.lock(key, timeout_ms / 1000)
        given = manager.__enter__()
        number = next(_numbers)
        self._locks[number] = manager, given
        quick.peerid_store_reply_set_lock(reply, number)
        return _OK

    def unlock(self, lock: int | None) -> None:
        manager, _ = self._locks[lock or 0]
        try:
            manager.__exit__(None, None, None)
        finally:
            del self._locks[lock or 0]

    def list(self, reply: Any) -> int:
        self._check_host()
        keys = self.store.keys()
        for key in keys:
            quick.peerid_store_reply_add_key(reply, key.encode())
        return _OK

    def enter_child(self) -> None:
        """Forget the parent's locks after a fork.

        They are kept alive: a context manager that is deleted would release its lock.
        """
        for held in self._locks.values():
            keep_forever(held)
        self._locks = {}

    def _check_host(self) -> None:
        """Refuse green threads that were enabled after the store was bound.

        With --preload, gunicorn enables them in its workers, after the program has
        created its clients. Saving, removing and unlocking are not refused, because the
        key is locked already.
        """
        check_no_green_threads(self.store)

    def _given(self, lock: int | None) -> Any:
        return None if lock is None else self._locks[lock][1]


_numbers = itertools.count(1)
# The stores that the library uses. It releases those that it no longer needs.
_bindings: dict[int, _Binding] = {}


def bind(store: Store) -> Handle:
    """Make a store of the library from a store in Python."""
    # Anything else, such as a path, would fail only when it is used.
    methods = ("load", "save", "remove", "lock")
    is_class = isinstance(store, type)
    if is_class or not all(hasattr(store, name) for name in methods):
        raise TypeError(
            "store must be a DirectoryStore, a MemoryStore or an object of a subclass "
            f"of Store, not {'a class' if is_class else type(store).__name__}"
        )
    for name in methods:
        check_not_async(f"the method {name} of a store", getattr(store, name))
    check_no_green_threads(store)
    number = next(_numbers)
    _bindings[number] = _Binding(store)
    handle = new_store_handle()
    try:
        callbacks = _prototypes.StoreCallbacks(
            ctypes.sizeof(_prototypes.StoreCallbacks), number, *_callbacks
        )
        check(library.peerid_store_create_custom(ctypes.byref(callbacks), handle.out))
    except BaseException:
        _bindings.pop(number, None)
        raise
    return handle


def _answer(
    doing: str, reply: Any, answer: Callable[[], int], secret: str | None = None
) -> int:
    """Run a callback; if it raises, the exception becomes the message of the failure.

    No exception may escape, because the library would get an undefined result.
    """
    try:
        return answer()
    except BaseException as exception:
        with suppress(BaseException):
            message = f"{doing}: {describe(exception, secret)}"
            quick.peerid_store_reply_set_error(reply, message.encode(errors="replace"))
    return _FAILED


def _load(context: Any, key: Any, lock: Any, reply: Any) -> int:
    return _answer(
        "loading", reply, lambda: _bindings[context].load(as_text(key), lock, reply)
    )


def _save(
    context: Any,
    key: Any,
    data: Any,
    _length: int,
    generation: int,
    expected: int,
    lock: Any,
    reply: Any,
) -> int:
    session = StoredSession(as_text(data), generation)
    return _answer(
        "saving",
        reply,
        lambda: _bindings[context].save(as_text(key), session, expected, lock),
        secret=session.data,
    )


def _remove(context: Any, key: Any, lock: Any, reply: Any) -> int:
    return _answer(
        "removing", reply, lambda: _bindings[context].remove(as_text(key), lock)
    )


def _lock(context: Any, key: Any, timeout_ms: int, reply: Any) -> int:
    return _answer(
        "locking",
        reply,
        lambda: _bindings[context].lock(as_text(key), timeout_ms, reply),
    )


def _unlock(context: Any, _key: Any, lock: Any) -> None:
    try:
        _bindings[context].unlock(lock)
    except BaseException as exception:
        log_exception("a lock could not be released", exception)


def _list(context: Any, reply: Any) -> int:
    return _answer("listing", reply, lambda: _bindings[context].list(reply))


def _release(context: Any) -> None:
    _bindings.pop(context, None)


def _enter_child() -> None:
    for binding in _bindings.values():
        binding.enter_child()


os.register_at_fork(after_in_child=_enter_child)


# In the order of the fields of the struct.
_callbacks = (
    keep_forever(_prototypes.ReleaseCallback(_release)),
    keep_forever(_prototypes.StoreLoadCallback(_load)),
    keep_forever(_prototypes.StoreSaveCallback(_save)),
    keep_forever(_prototypes.StoreRemoveCallback(_remove)),
    keep_forever(_prototypes.StoreLockCallback(_lock)),
    keep_forever(_prototypes.StoreUnlockCallback(_unlock)),
    keep_forever(_prototypes.StoreListCallback(_list)),
)
