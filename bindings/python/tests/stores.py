"""Checks for all stores, and a store written in Python."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable

import pytest
from sandbox import REFRESH, TRANSFER, Sandbox

import peerid
from peerid import Client, Store, StoredSession

KEYS = [
    "alice",
    "caf\u00e9",
    "cafe\u0301",
    "mit Ümläuten 💶",
    "a/b\\c*?[x]^{y}",
    "k" * 4096,
]


class DictStore(Store):
    """A store in a dict, as an application could write it."""

    def __init__(self) -> None:
        self.sessions: dict[str, StoredSession] = {}
        self.calls: list[tuple[Any, ...]] = []
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def load(self, key: str, lock: Any = None) -> StoredSession | None:
        self.calls.append(("load", key, lock))
        return self.sessions.get(key)

    def save(self, key: str, session: StoredSession, expected: int, lock: Any) -> bool:
        self.calls.append(("save", key, session.generation, expected, lock))
        stored = self.sessions.get(key)
        if (stored.generation if stored else 0) != expected:
            return False
        self.sessions[key] = session
        return True

    def remove(self, key: str, lock: Any = None) -> None:
        self.calls.append(("remove", key, lock))
        self.sessions.pop(key, None)

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[str]:
        # In minutes: a slow machine takes seconds of it.
        self.calls.append(("lock", key, round(timeout / 60)))
        if not self._locks[key].acquire(timeout=timeout):
            raise TimeoutError("somebody else holds the key")
        try:
            yield f"the lock of {key[:10]}"
        finally:
            self._locks[key].release()

    def keys(self) -> list[str]:
        return list(self.sessions)


class Unspeakable(Exception):
    """An object whose repr fails."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def new_client(sandbox: Sandbox, store: Any, **options: Any) -> Client:
    return Client(
        sandbox.url, client_id=4, client_secret="demo-secret-4", store=store, **options
    )


def check_sharing(sandbox: Sandbox, make_store: Callable[[], Any]) -> None:
    """Two clients share a session by its key, and refresh it once."""
    with (
        new_client(sandbox, make_store()) as first,
        new_client(sandbox, make_store()) as second,
    ):
        mine = first.login("alice", password="alice-password", key="alice")
        yours = second.open("alice")
        assert mine.token.to_json() == yours.token.to_json()
        sandbox.expire()
        with ThreadPoolExecutor(16) as pool:
            calls = [
                pool.submit(session.submit, TRANSFER)
                for session in (mine, yours)
                for _ in range(8)
            ]
            assert all(call.result(600).transaction_id for call in calls)
        assert sandbox.count(f"POST {REFRESH}") == 1
        assert mine.token.generation == yours.token.generation == 2
        mine.logout()
        with pytest.raises(peerid.LoginRequired):
            second.open("alice")


def check_store(store: Store) -> None:
    """Check the methods of a store."""
    for key in KEYS:
        assert store.load(key, None) is None
        with store.lock(key, 600) as lock:
            assert store.load(key, lock) is None
            first = StoredSession('{"token": "ö"}', 1)
            assert not store.save(key, first, 1, lock)
            assert store.save(key, first, 0, lock)
            assert not store.save(key, first, 0, lock)
            assert store.load(key, lock) == first
            second = StoredSession("x" * 5000, 2**62 + 1)
            assert not store.save(key, second, 2, lock)
            assert store.load(key, lock) == first
            assert store.save(key, second, 1, lock)
        assert store.load(key, None) == second
    assert sorted(store.keys()) == sorted(KEYS)
    for key in KEYS:
        with store.lock(key, 600) as lock:
            store.remove(key, lock)
            store.remove(key, lock)
            assert store.load(key, lock) is None
    assert list(store.keys()) == []


def check_locks(first: Store, second: Store) -> None:
    """A lock excludes the other holder, times out, and is released."""
    with first.lock("alice", 600):
        with second.lock("bob", 600):
            pass
        with pytest.raises(TimeoutError), second.lock("alice", 0.2):
            pass
    counter = [0]

    def count(store: Store) -> None:
        for _ in range(20):
            with store.lock("alice", 600):
                before = counter[0]
                store.load("alice", None)
                counter[0] = before + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, [first, second] * 4))
    assert counter[0] == 160
