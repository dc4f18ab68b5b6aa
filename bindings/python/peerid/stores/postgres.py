"""A store in a PostgreSQL database, which any number of machines can share.

    import functools, psycopg
    from peerid.stores.postgres import PostgresStore

    store = PostgresStore(functools.partial(psycopg.connect, "dbname=app"))
    store.create_table()

It works with every DB-API driver that uses `%s` for parameters: psycopg, psycopg2,
pg8000. This module does not import a driver.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Callable

from ._custom import Store, StoredSession

_COLUMNS = {"key_hash": "text", "key": "text", "generation": "bigint", "data": "text"}

# Waits for a lock, for at most the timeout. Without waiting: NULL if the database is
# read-only, true if this database session already has the lock. The timeout applies
# until the end of the transaction, which with autocommit is this statement. The lock
# lasts as long as the session.
_LOCK = (
    "SELECT CASE WHEN current_setting('transaction_read_only') = 'on' THEN NULL "
    "WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' "
    "AND pid = pg_backend_pid() AND objsubid = 1 "
    "AND classid::bigint << 32 | objid::bigint = %s) THEN true "
    "WHEN set_config('lock_timeout', %s, true) IS NOT NULL "
    "THEN pg_advisory_lock(%s) IS NULL END"
)

# The SQLSTATE of a statement that waited longer than lock_timeout.
_LOCK_NOT_AVAILABLE = "55P03"


class PoolerError(RuntimeError):
    """A pooler has moved a lock to another database session."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "a session lock was lost, because a pooler before PostgreSQL changes the "
            "database session between transactions: set it to session pooling "
            "(pgbouncer: pool_mode = session), or connect without it"
        )


class PostgresStore(Store):
    """A store in one table of a PostgreSQL database.

    An advisory lock of the database session locks a key. It lasts until it is released
    or the connection ends, so the lock of a process that dies is released at once. The
    same connection saves: without the lock nothing is written.

    A pooler between this store and the database must pool whole sessions (pgbouncer:
    `pool_mode = session`). With a pooler that pools transactions locks are lost: the
    store detects this when it takes or releases a lock, and then raises `PoolerError`.
    Set `connect_timeout` and `keepalives_idle` in `connect`, to detect a database that
    does not answer.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        *,
        table: str = "peerid_sessions",
        max_idle: int = 4,
    ) -> None:
        """Create a store. Does not connect yet.

        Args:
            connect: returns a new connection, such as
                `functools.partial(psycopg.connect, "dbname=app")`.
            table: the table, with its schema if necessary; see `create_table`. Stores
                in other languages do not share it.
            max_idle: how many idle connections are kept.

        Raises:
            ValueError: the name of the table cannot be used.
            TypeError: the connections are asynchronous.
        """
        if inspect.iscoroutinefunction(connect):
            raise _asynchronous()
        if not re.fullmatch(r"([A-Za-z_]\w*\.)?[A-Za-z_]\w*", table, re.ASCII):
            raise ValueError(f"{table!r} is no name of a table")
        self._connect = connect
        self._table = table
        self._max_idle = max_idle
        self._idle: deque[Any] = deque()
        # All open connections, by their identity: some drivers' cannot be hashed.
        self._open: dict[int, Any] = {}
        self._process = os.getpid()
        _stores.add(self)
        self._has_lost_lock = False

    def create_table(self) -> None:
        """Create the table if it does not exist.

        Raises:
            ValueError: a table of this name exists that does not belong to such a
                store, such as that of a store in another language.
        """
        # If two connections create a table at the same time, one of them fails, even
        # with "if not exists". Keys may be longer than an index allows, so their hashes
        # are indexed.
        self._execute(
            None,
            f"DO $$ BEGIN PERFORM pg_advisory_xact_lock({_number(self._table)}); "
            f"CREATE TABLE IF NOT EXISTS {self._table} ("
            "key_hash text PRIMARY KEY, key text NOT NULL, "
            "generation bigint NOT NULL, data text NOT NULL); END $$",
        )
        rows = self._execute(
            None,
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            self._table,
        )
        columns = {str(name): str(kind) for name, kind in rows}
        if not _COLUMNS.items() <= columns.items():
            found = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            raise ValueError(
                f"the table {self._table} is there already, with other columns than "
                f"this store's ({found}): choose another name for `table`"
            )

    def load(self, key: str, lock: Any = None) -> StoredSession | None:
        """Load a session."""
        rows = self._execute(
            lock,
            f"SELECT data, generation FROM {self._table} WHERE key_hash = %s",
            _hash(key).hex(),
        )
        return StoredSession(str(rows[0][0]), int(rows[0][1])) if rows else None

    def save(self, key: str, session: StoredSession, expected: int, lock: Any) -> bool:
        """Save a session if the stored generation is the expected one."""
        if expected == 0:
            rows = self._execute(
                lock,
                f"INSERT INTO {self._table} (key_hash, key, generation, data) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1",
                _hash(key).hex(),
                key,
                session.generation,
                session.data,
            )
        else:
            rows = self._execute(
                lock,
                f"UPDATE {self._table} SET generation = %s, data = %s "
                "WHERE key_hash = %s AND generation = %s RETURNING 1",
                session.generation,
                session.data,
                _hash(key).hex(),
                expected,
            )
        return len(rows) == 1

    def remove(self, key: str, lock: Any = None) -> None:
        """Remove a session."""
        self._execute(
            lock,
            f"DELETE FROM {self._table} WHERE key_hash = %s RETURNING 1",
            _hash(key).hex(),
        )

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[Any]:
        """Lock a key, and return the connection that holds the lock."""
        if self._has_lost_lock:
            raise PoolerError
        number = _number(key)
        connection = self._lock(number, timeout)
        is_free = False
        try:
            self._reserve(connection, key)
            yield connection
            rows = _run(connection, "SELECT pg_advisory_unlock(%s)", (number,))
            is_free = bool(rows and rows[0][0])
            if not is_free:
                self._has_lost_lock = True
                raise PoolerError
        finally:
            # Closing the connection releases the lock, whatever is wrong with it.
            self._put_back(connection, is_usable=is_free)

    def keys(self) -> list[str]:
        """List the keys of all sessions."""
        return [
            str(row[0]) for row in self._execute(None, f"SELECT key FROM {self._table}")
        ]

    def close(self) -> None:
        """Close the idle connections."""
        self._leave_parent()
        while self._idle:
            self._discard(self._idle.pop())

    def _lock(self, number: int, timeout: float) -> Any:
        limit = f"{max(int(timeout * 1000), 1)}ms"

        def take(connection: Any) -> None:
            has_lock = _run(connection, _LOCK, (number, limit, number))[0][0]
            if has_lock is None:
                raise RuntimeError(
                    "the database is read-only, so it cannot save new tokens: connect "
                    "to the primary server (target_session_attrs=read-write)"
                )
            if has_lock:
                # A pooler uses one database session for two connections, which would
                # both have the lock.
                self._has_lost_lock = True
                raise PoolerError

        try:
            return self._with_connection(take)
        except Exception as error:
            if _sqlstate(error) != _LOCK_NOT_AVAILABLE:
                raise
            raise TimeoutError(f"the key was not free within {timeout} s") from None

    def _reserve(self, connection: Any, key: str) -> None:
        """Write the session's row without a change: raises if the session cannot be
        saved, for instance because of a missing privilege or a full disk.
        """
        columns = "key_hash, key, generation, data"
        _run(
            connection,
            f"WITH new AS (INSERT INTO {self._table} ({columns}) "
            f"SELECT {columns} FROM {self._table} WHERE false) "
            f"UPDATE {self._table} SET generation = generation WHERE key_hash = %s",
            (_hash(key).hex(),),
        )

    def _execute(self, lock: Any, statement: str, *values: Any) -> list[Any]:
        """Run a statement on the connection that holds the lock or, without a lock, on
        any.
        """
        if lock is not None:
            return _run(lock, statement, values)
        rows: list[Any] = []

        def execute(connection: Any) -> None:
            rows[:] = _run(connection, statement, values)

        self._put_back(self._with_connection(execute), is_usable=True)
        return rows

    def _with_connection(self, use: Callable[[Any], None]) -> Any:
        """Run a statement on a connection, and return the connection. An idle
        connection may be dead; then the next one is tried.
        """
        self._leave_parent()
        while True:
            try:
                connection, is_new = self._idle.pop(), False
            except IndexError:
                connection, is_new = self._connect(), True
                self._open[id(connection)] = connection
            if inspect.isawaitable(connection):
                self._discard(connection)
                raise _asynchronous()
            try:
                use(connection)
            except BaseException as error:
                is_over = is_new or not isinstance(error, Exception)
                is_over = is_over or not _is_dead(connection)
                self._discard(connection)
                if is_over:
                    raise
                continue
            return connection

    def _put_back(self, connection: Any, *, is_usable: bool) -> None:
        if is_usable and len(self._idle) < self._max_idle:
            self._idle.append(connection)
        else:
            self._discard(connection)

    def _discard(self, connection: Any) -> None:
        # A connection of the parent is not closed.
        if self._open.pop(id(connection), None) is not None:
            # The connection may already be dead.
            with suppress(Exception):
                connection.close()

    def _leave_parent(self) -> None:
        """After a fork, forget the parent's connections.

        They are not closed, because that would end the parent's database sessions.
        """
        if self._process != os.getpid():
            _of_parents.append(self._open)
            self._open = {}
            self._idle = deque()
            self._process = os.getpid()

    def _enter_child(self) -> None:
        """Close the descriptors of the parent's connections, so that locks end with the
        parent. (uWSGI does not call this.)
        """
        for connection in self._open.values():
            # Only the socket of a connection of pg8000 tells its descriptor.
            socket = getattr(connection, "_usock", connection)
            with suppress(Exception):
                os.close(socket.fileno())
        self._leave_parent()


_of_parents: list[dict[int, Any]] = []
_stores: weakref.WeakSet[PostgresStore] = weakref.WeakSet()


def _enter_child() -> None:
    for store in _stores:
        store._enter_child()


os.register_at_fork(after_in_child=_enter_child)


def _asynchronous() -> TypeError:
    return TypeError(
        "`connect` is asynchronous: give this store a blocking driver, such as "
        "psycopg.connect; it is used in threads of its own"
    )


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _number(key: str) -> int:
    """Return the number that identifies a key's lock in the database."""
    return int.from_bytes(_hash(key)[:8], "big", signed=True)


def _run(connection: Any, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    cursor = connection.cursor()
    # psycopg can be configured to return rows as dicts or objects.
    if hasattr(connection, "row_factory"):
        cursor.row_factory = lambda _: tuple
    try:
        if values:
            cursor.execute(statement, values)
        else:
            cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    finally:
        cursor.close()
    connection.commit()
    # psycopg2's DictCursor does that, too. Strings of a database with the encoding
    # SQL_ASCII arrive as bytes.
    return [
        tuple(
            value.decode() if isinstance(value, bytes) else value
            for value in (row.values() if isinstance(row, Mapping) else row)
        )
        for row in rows
    ]


def _sqlstate(error: Exception) -> Any:
    """Return the database's error code from an exception of psycopg, psycopg2 or
    pg8000.
    """
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    fields = error.args[0] if error.args else None
    return fields.get("C") if state is None and isinstance(fields, dict) else state


def _is_dead(connection: Any) -> bool:
    """Return whether a connection on which a statement has failed is unusable."""
    if getattr(connection, "closed", False):
        return True
    try:
        connection.rollback()
        _run(connection, "SELECT 1")
    except Exception:
        return True
    return False
