"""A store in a Redis server, which any number of machines can share.

    import redis
    from peerid.stores.redis import RedisStore

    client = redis.Redis(socket_timeout=10, socket_connect_timeout=10)
    store = RedisStore(client)

The client is one of redis-py; this module does not import it.
"""

from __future__ import annotations

import inspect
import os
import random
import secrets
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ._custom import Store, StoredSession

# Takes a lock. Succeeds again for the same owner, because redis-py resends a command
# whose answer was lost.
_LOCK = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# Releases a lock, unless another owner has taken it meanwhile.
_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

# Saves if the stored generation is the expected one. Numbers are compared as text,
# because Lua's numbers are not exact.
_SAVE = """
if (redis.call('HGET', KEYS[1], 'generation') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'data', ARGV[3])
return 1
"""

_SHORTEST_PAUSE = 0.005
_LONGEST_PAUSE = 0.05


class RedisStore(Store):
    """A store of hashes in Redis.

    A lease with a random owner locks a key. It lasts longer than the longest refresh,
    and then expires. If a lease is lost nevertheless, comparing generations prevents
    two writers from overwriting each other's tokens.

    If the server cannot be reached, nothing is refreshed. Durability depends on the
    server: with `appendonly yes` and `appendfsync always` sessions are as durable as in
    a file. After a failover the replica may not have the newest tokens.
    """

    def __init__(
        self, client: Any, *, prefix: str = "peerid:", margin: float = 15.0
    ) -> None:
        """Create a store. Sends nothing yet.

        Args:
            client: a client of redis-py, such as `redis.Redis(socket_timeout=10,
                socket_connect_timeout=10)`. Without its timeouts redis-py may wait
                forever for a server that has vanished, and calls wait with it.
            prefix: the beginning of the names of all keys in Redis.
            margin: how many seconds a lease lasts longer than the longest refresh.

        Raises:
            TypeError: the client is an asynchronous one.
        """
        if hasattr(client, "__aenter__") or inspect.iscoroutinefunction(
            getattr(client, "execute_command", None)
        ):
            raise TypeError(
                "RedisStore needs a blocking client, redis.Redis, and not one of "
                "redis.asyncio: stores are used in threads of their own"
            )
        self._client = client
        self._prefix = prefix
        self._margin = margin
        self._lock = client.register_script(_LOCK)
        self._unlock = client.register_script(_UNLOCK)
        self._save = client.register_script(_SAVE)
        _stores.add(self)

    def load(self, key: str, lock: Any = None) -> StoredSession | None:
        """Load a session."""
        names = ["data", "generation"]
        data, generation = self._client.hmget(self._session(key), names)
        if data is None or generation is None:
            return None
        return StoredSession(_text(data), int(generation))

    def save(self, key: str, session: StoredSession, expected: int, lock: Any) -> bool:
        """Save a session, if the expected generation is there.

        The owner of the lock is not checked: if the lease has expired, saving tokens
        that have not been replaced is better than losing them.
        """
        saved = self._save(
            keys=[self._session(key)],
            args=[expected, session.generation, session.data],
        )
        return bool(saved)

    def remove(self, key: str, lock: Any = None) -> None:
        """Remove a session."""
        self._client.delete(self._session(key))

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[Any]:
        """Lock a key, and return the owner of the lock."""
        name = f"{self._prefix}lock:{key}"
        owner = secrets.token_hex(16)
        try:
            self._wait_for(name, owner, timeout)
        except BaseException:
            # The lock may have been taken although the answer was lost.
            with suppress(Exception):
                self._unlock(keys=[name], args=[owner])
            raise
        try:
            yield owner
        finally:
            self._unlock(keys=[name], args=[owner])

    def keys(self) -> list[str]:
        """List the keys of all sessions."""
        prefix = self._session("")
        pattern = "".join(f"\\{c}" if c in "*?[]\\^" else c for c in prefix) + "*"
        names = {_text(name) for name in self._client.scan_iter(match=pattern)}
        return [name[len(prefix) :] for name in names]

    def _wait_for(self, name: str, owner: str, timeout: float) -> None:
        # A refresh, and the login after a failed one, may each take as long as the
        # wait.
        lease = int((2 * timeout + self._margin) * 1000)
        deadline = time.monotonic() + timeout
        pause = _SHORTEST_PAUSE
        while not self._lock(keys=[name], args=[owner, lease]):
            if time.monotonic() + pause > deadline:
                raise TimeoutError(f"the key was not free within {timeout} s")
            # Many may wait, so they poll at random times, and more and more rarely.
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _session(self, key: str) -> str:
        return f"{self._prefix}session:{key}"

    def _enter_child(self) -> None:
        """Close the parent's connections, without ending them for the parent.

        redis-py would do that when it is used next. By then a daemon has closed all
        descriptors, and their numbers belong to other files.
        """
        clients = [self._client]
        # A client of a cluster has a client for each node.
        if hasattr(self._client, "get_nodes"):
            clients = [node.redis_connection for node in self._client.get_nodes()]
        for pool in [client.connection_pool for client in clients if client]:
            connections = [
                connection
                for name in _CONNECTIONS
                for connection in getattr(pool, name, ())
            ]
            pool.reset()
            for connection in connections:
                connection.disconnect()


# Where the pools of redis-py keep their connections.
_CONNECTIONS = ("_available_connections", "_in_use_connections", "_connections")
_stores: weakref.WeakSet[RedisStore] = weakref.WeakSet()


def _enter_child() -> None:
    for store in _stores:
        # A client of another kind may have no such pool.
        with suppress(Exception):
            store._enter_child()


os.register_at_fork(after_in_child=_enter_child)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
