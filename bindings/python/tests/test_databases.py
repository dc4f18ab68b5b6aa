"""The database stores, with their own servers."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pg8000.dbapi
import psycopg
import psycopg2.extras
import pytest
import redis
import redis.asyncio
from sandbox import (
    LOGIN,
    REFRESH,
    TRANSFER,
    Sandbox,
    reserve_port,
    run_python,
    start_python,
)
from stores import check_locks, check_sharing, check_store, new_client

import peerid
from peerid import StoredSession
from peerid.stores.postgres import PoolerError, PostgresStore
from peerid.stores.redis import RedisStore


class Postgres:
    """A PostgreSQL server with its own folder."""

    def __init__(self) -> None:
        (self._programs,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
        self._folder = self.folder = Path(tempfile.mkdtemp(prefix="peerid-postgres-"))
        # The server refuses to run as root.
        self._prefix: list[str] = []
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._prefix = ["runuser", "-u", "postgres", "--"]
        # The server listens in its folder alone.
        self.port = 5432
        self.address = (
            f"host={self._folder} port={self.port} user=tester dbname=postgres"
        )
        self.file = str(self._folder / f".s.PGSQL.{self.port}")
        self._run("initdb", "-A", "trust", "-U", "tester", "--no-sync", "data")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def connect(self) -> Any:
        return psycopg.connect(self.address)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._prefix, str(self._programs / program), *arguments],
            cwd=self._folder,
            env={**os.environ, "PGCTLTIMEOUT": "600"},
            check=True,
            stdout=subprocess.DEVNULL,
        )


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture
def postgres_store(postgres: Postgres) -> Iterator[PostgresStore]:
    with postgres.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS peerid_sessions")
    store = PostgresStore(postgres.connect)
    store.create_table()
    store.create_table()
    yield store
    store.close()


@pytest.fixture
def other_postgres_store(
    postgres: Postgres, postgres_store: PostgresStore
) -> Iterator[PostgresStore]:
    store = PostgresStore(postgres.connect, table="public.peerid_sessions")
    yield store
    store.close()


class Redis:
    """A Redis server without a folder."""

    def __init__(self, *options: str) -> None:
        self._options = options
        # While the socket is bound, no other program on this machine gets its port.
        self.reserved = reserve_port()
        self.port = int(self.reserved.getsockname()[1])
        self.start()

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(
            ["redis-server", *arguments, *self._options], stdout=subprocess.DEVNULL
        )
        client = self.connect()
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.02)
        client.close()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def connect(self, **options: Any) -> Any:
        return redis.Redis(port=self.port, **options)


@pytest.fixture(scope="module")
def redis_server() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()
    server.reserved.close()


@pytest.fixture
def redis_client(redis_server: Redis) -> Iterator[Any]:
    client = redis_server.connect()
    client.flushall()
    yield client
    client.close()


def test_postgres_meets_the_requirements(postgres_store: PostgresStore) -> None:
    check_store(postgres_store)


def test_locks_of_postgres(
    postgres_store: PostgresStore, other_postgres_store: PostgresStore
) -> None:
    check_locks(postgres_store, other_postgres_store)


def test_clients_share_postgres(
    sandbox: Sandbox,
    postgres_store: PostgresStore,
    other_postgres_store: PostgresStore,
) -> None:
    stores = iter([postgres_store, other_postgres_store])
    check_sharing(sandbox, lambda: next(stores))


def test_a_lock_of_postgres_is_free_when_its_process_dies(
    postgres: Postgres, postgres_store: PostgresStore
) -> None:
    program = """
        import functools, sys, time
        import psycopg
        from peerid.stores.postgres import PostgresStore
        store = PostgresStore(functools.partial(psycopg.connect, sys.argv[1]))
        with store.lock("alice", 600):
            print("locked", flush=True)
            time.sleep(3600)
    """
    process = start_python(program, postgres.address)
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    with pytest.raises(TimeoutError), postgres_store.lock("alice", 0.1):
        pass
    process.kill()
    process.communicate()
    with postgres_store.lock("alice", 600):
        pass


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "pg8000"])
def test_a_child_does_not_hold_the_lock_of_its_dead_parent(
    postgres: Postgres, postgres_store: PostgresStore, driver: str
) -> None:
    program = f"""
        import functools, os, sys, threading, time
        import {driver}
        from peerid.stores.postgres import PostgresStore
        if "{driver}" == "pg8000":
            import pg8000.dbapi
            connect = functools.partial(
                pg8000.dbapi.connect,
                "tester",
                unix_sock=sys.argv[2],
                database="postgres",
            )
        else:
            connect = functools.partial({driver}.connect, sys.argv[1])
        store = PostgresStore(connect)
        locked = threading.Event()
        def hold():
            with store.lock("alice", 600):
                locked.set()
                time.sleep(3600)
        threading.Thread(target=hold, daemon=True).start()
        locked.wait()
        if os.fork() == 0:
            with store.lock("bob", 600):
                print(os.getpid(), flush=True)
                time.sleep(3600)
        time.sleep(3600)
    """
    process = start_python(program, postgres.address, postgres.file)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    try:
        with pytest.raises(TimeoutError), postgres_store.lock("alice", 0.1):
            pass
        process.kill()
        process.wait()
        with postgres_store.lock("alice", 600):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        process.communicate()


def test_a_lock_of_postgres_that_is_lost_saves_nothing(
    postgres_store: PostgresStore, postgres: Postgres
) -> None:
    def save_without_connection() -> None:
        with postgres_store.lock("alice", 600) as lock:
            _cut(postgres)
            postgres_store.save("alice", StoredSession("x", 1), 0, lock)

    with pytest.raises(psycopg.OperationalError):
        save_without_connection()
    assert postgres_store.load("alice") is None


def _connect_with_pg8000(postgres: Postgres) -> Any:
    return pg8000.dbapi.connect("tester", database="postgres", unix_sock=postgres.file)


def _by_themselves(connect: Callable[[], Any]) -> Callable[[], Any]:
    """Make connections that commit by themselves."""

    def connect_and_set() -> Any:
        connection = connect()
        connection.autocommit = True
        # A lock without a timeout fails its test instead of hanging.
        connection.cursor().execute("SET statement_timeout = '1200s'")
        return connection

    return connect_and_set


@pytest.mark.parametrize("commits", ["on demand", "by themselves"])
@pytest.mark.parametrize("driver", ["psycopg", "pg8000"])
def test_postgres_works_with_any_connections(
    postgres: Postgres, postgres_store: PostgresStore, driver: str, commits: str
) -> None:
    connect: Callable[[], Any] = postgres.connect
    if driver == "pg8000":
        connect = functools.partial(_connect_with_pg8000, postgres)
    if commits == "by themselves":
        connect = _by_themselves(connect)
    store, other = PostgresStore(connect), PostgresStore(connect)
    store.create_table()
    check_store(store)
    check_locks(store, other)
    # Connections that died while they were idle are replaced.
    _cut(postgres)
    assert store.load("alice") is None
    with store.lock("alice", 600):
        pass
    store.close()
    other.close()


def _with_dicts(postgres: Postgres) -> Any:
    return psycopg.connect(postgres.address, row_factory=psycopg.rows.dict_row)


def _with_names(postgres: Postgres) -> Any:
    return psycopg.connect(postgres.address, row_factory=psycopg.rows.namedtuple_row)


def _with_first_columns(postgres: Postgres) -> Any:
    return psycopg.connect(postgres.address, row_factory=psycopg.rows.scalar_row)


def _with_cursors_of_dicts(postgres: Postgres) -> Any:
    factory = psycopg2.extras.RealDictCursor
    return psycopg2.connect(postgres.address, cursor_factory=factory)


def _with_cursors_of_lists(postgres: Postgres) -> Any:
    factory = psycopg2.extras.DictCursor
    return psycopg2.connect(postgres.address, cursor_factory=factory)


def _with_bytes(postgres: Postgres) -> Any:
    # As strings in a database without an encoding.
    return psycopg.connect(postgres.address, client_encoding="SQL_ASCII")


@pytest.mark.parametrize(
    "connect",
    [
        _with_bytes,
        _with_dicts,
        _with_names,
        _with_first_columns,
        _with_cursors_of_dicts,
        _with_cursors_of_lists,
    ],
)
def test_postgres_works_with_any_kind_of_rows(
    postgres: Postgres,
    postgres_store: PostgresStore,
    connect: Callable[[Postgres], Any],
) -> None:
    store = PostgresStore(functools.partial(connect, postgres))
    store.create_table()
    check_store(store)
    with store.lock("alice", 600):
        pass
    store.close()


def test_many_processes_create_the_table_at_once(postgres: Postgres) -> None:
    program = """
        import sys, threading
        import psycopg
        from peerid.stores.postgres import PostgresStore
        THREADS, ROUNDS = 8, 8
        barrier = threading.Barrier(THREADS)
        failures = []
        def create(table):
            store = PostgresStore(lambda: psycopg.connect(sys.argv[1]), table=table)
            with psycopg.connect(sys.argv[1]):
                barrier.wait()
            try:
                store.create_table()
            except Exception as error:
                failures.append(repr(error))
            store.close()
        for number in range(ROUNDS):
            table = f"created_{sys.argv[2]}_{number}"
            threads = [
                threading.Thread(target=create, args=[table]) for _ in range(THREADS)
            ]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        print(failures)
    """
    processes = [start_python(program, postgres.address, "x") for _ in range(2)]
    for process in processes:
        output, errors = process.communicate(timeout=1200)
        assert output == "[]\n", output + errors


def test_an_asynchronous_connection_is_refused(postgres: Postgres) -> None:
    connect = functools.partial(psycopg.AsyncConnection.connect, postgres.address)
    with pytest.raises(TypeError, match="blocking driver"):
        PostgresStore(connect)
    store = PostgresStore(lambda: connect())
    with pytest.raises(TypeError, match="blocking driver"):
        store.create_table()


class Pooler:
    """pgbouncer before a PostgreSQL server, with two connections to it."""

    def __init__(self, postgres: Postgres, mode: str) -> None:
        self._reserved = reserve_port()
        self.port = int(self._reserved.getsockname()[1])
        self._folder = Path(tempfile.mkdtemp(prefix="peerid-pgbouncer-"))
        users = self._folder / "users"
        users.write_text('"tester" ""\n')
        configuration = self._folder / "pgbouncer.ini"
        configuration.write_text(
            "[databases]\n"
            f"postgres = host={postgres.folder} port={postgres.port} user=tester\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\n"
            f"unix_socket_dir =\nauth_type = any\nauth_file = {users}\n"
            f"pool_mode = {mode}\ndefault_pool_size = 2\n"
        )
        command = ["pgbouncer", "--quiet", str(configuration)]
        if os.getuid() == 0:
            for path in (self._folder, configuration, users):
                shutil.chown(path, "postgres", "postgres")
            command = ["runuser", "-u", "postgres", "--", *command]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 600
        while True:
            try:
                self.connect().close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "pgbouncer does not start"
                time.sleep(0.02)

    def connect(self) -> Any:
        return psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=tester dbname=postgres",
            prepare_threshold=None,
        )

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._reserved.close()
        shutil.rmtree(self._folder)


@pytest.fixture
def pooler(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Pooler]:
    pooler = Pooler(postgres, request.param)
    yield pooler
    pooler.stop()


@pytest.mark.parametrize("pooler", ["session"], indirect=True)
def test_a_pooler_of_sessions_is_used(
    postgres_store: PostgresStore, pooler: Pooler
) -> None:
    store = PostgresStore(pooler.connect, max_idle=1)
    for _ in range(3):
        with store.lock("alice", 600) as lock:
            assert store.load("alice", lock) is None
    store.close()


@pytest.mark.parametrize("pooler", ["transaction"], indirect=True)
def test_a_pooler_of_transactions_is_noticed(
    sandbox: Sandbox, postgres_store: PostgresStore, pooler: Pooler
) -> None:
    store = PostgresStore(pooler.connect)
    other = pooler.connect()
    with (
        pytest.raises(PoolerError, match="pool_mode = session"),
        store.lock("bob", 60),
    ):
        # A transaction that goes on takes the session of the database with the lock.
        other.execute("SELECT 1")
    other.close()
    # After that, nothing is refreshed, and the error gives the reason.
    with (
        new_client(sandbox, store) as client,
        pytest.raises(peerid.StoreError, match="pool_mode = session"),
    ):
        client.login("alice", password="alice-password", key="alice")
    assert sandbox.count("POST " + LOGIN) == 0
    store.close()


@pytest.mark.parametrize("pooler", ["transaction"], indirect=True)
def test_a_pooler_that_gives_two_the_same_lock_is_noticed(
    postgres_store: PostgresStore, pooler: Pooler
) -> None:
    # The pooler uses the same session of the database for both, and a session can take
    # its own lock again.
    store, other = PostgresStore(pooler.connect), PostgresStore(pooler.connect)
    with store.lock("alice", 600):
        for _ in range(2):
            with (
                pytest.raises(PoolerError, match="pool_mode = session"),
                other.lock("alice", 600),
            ):
                pytest.fail("two have the lock")
    store.close()
    other.close()


def _cut(postgres: Postgres) -> None:
    """End all connections."""
    with postgres.connect() as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_a_failure_of_postgres_is_reported_without_secrets(
    sandbox: Sandbox, postgres: Postgres, postgres_store: PostgresStore
) -> None:
    with postgres.connect() as connection:
        connection.execute(
            "ALTER TABLE peerid_sessions ADD CONSTRAINT never CHECK (length(data) < 5)"
        )
    with (
        new_client(sandbox, postgres_store) as client,
        pytest.raises(peerid.StoreError, match="saving: CheckViolation") as caught,
    ):
        client.login("alice", password="alice-password", key="alice")
    assert "demoAccess" not in str(caught.value)


def test_with_a_read_only_database_nothing_is_sent(
    sandbox: Sandbox, postgres: Postgres, postgres_store: PostgresStore
) -> None:
    """As after a failover: the store is connected to a replica."""

    def connect() -> Any:
        return psycopg.connect(
            postgres.address, options="-c default_transaction_read_only=on"
        )

    with (
        contextlib.closing(PostgresStore(connect)) as replica,
        new_client(sandbox, postgres_store) as client,
        new_client(sandbox, replica) as other,
    ):
        client.login("alice", password="alice-password", key="alice")
        session = other.open("alice")
        with pytest.raises(peerid.StoreError, match="target_session_attrs"):
            session.refresh()
        with pytest.raises(peerid.StoreError, match="target_session_attrs"):
            other.login("alice", password="alice-password", key="alice")
    assert sandbox.count(f"POST {REFRESH}") == 0
    assert sandbox.count(f"POST {LOGIN}") == 1


def test_without_the_right_to_save_nothing_is_sent(
    sandbox: Sandbox, postgres: Postgres, postgres_store: PostgresStore
) -> None:
    """As for a role that may only read the table."""
    with postgres.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON peerid_sessions TO reader")
    address = postgres.address.replace("user=tester", "user=reader")
    with (
        contextlib.closing(PostgresStore(lambda: psycopg.connect(address))) as readers,
        new_client(sandbox, postgres_store) as client,
        new_client(sandbox, readers) as other,
    ):
        client.login("alice", password="alice-password", key="alice")
        session = other.open("alice")
        for right in "UPDATE", "INSERT":
            with pytest.raises(peerid.StoreError, match="permission denied"):
                session.refresh()
            with pytest.raises(peerid.StoreError, match="permission denied"):
                other.login("bob", password="bob-password", key="bob")
            with postgres.connect() as connection:
                connection.execute(f"GRANT {right} ON peerid_sessions TO reader")
        assert sandbox.count(f"POST {REFRESH}") == 0
        assert sandbox.count(f"POST {LOGIN}") == 1
        other.login("bob", password="bob-password", key="bob")
    with postgres.connect() as connection:
        connection.execute("DROP OWNED BY reader")
        connection.execute("DROP ROLE reader")


def test_a_forked_child_leaves_the_connections_of_its_parent(
    sandbox: Sandbox, postgres: Postgres, postgres_store: PostgresStore
) -> None:
    program = """
        import functools, os, sys, warnings
        import psycopg
        from peerid.stores.postgres import PostgresStore
        warnings.simplefilter("ignore")
        store = PostgresStore(functools.partial(psycopg.connect, sys.argv[1]))
        with store.lock("alice", 600):
            pass
        children = []
        for _ in range(4):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    with store.lock("alice", 600) as lock:
                        store.load("alice", lock)
                    status = 0
                finally:
                    os._exit(status)
            children.append(child)
        print([os.waitpid(child, 0)[1] for child in children])
        with store.lock("alice", 600) as lock:
            print(store.load("alice", lock), len(store._idle))
    """
    assert run_python(program, postgres.address) == "[0, 0, 0, 0]\nNone 0\n"


@pytest.mark.parametrize(
    "columns",
    [
        # The same as in the C example.
        "id bytea PRIMARY KEY, key text NOT NULL, data bytea, generation bigint",
        "key_hash bytea PRIMARY KEY, key text, data text, generation bigint",
    ],
)
@pytest.mark.parametrize("table", ["other", "public.other"])
def test_a_table_with_other_columns_is_not_taken(
    postgres: Postgres, columns: str, table: str
) -> None:
    with postgres.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS other")
        connection.execute(f"CREATE TABLE other ({columns})")
    store = PostgresStore(postgres.connect, table=table)
    with pytest.raises(ValueError, match=rf"the table {table} .*bytea") as caught:
        store.create_table()
    assert "generation bigint" in str(caught.value)
    store.close()


def test_a_table_with_a_column_more_is_taken(
    postgres: Postgres, postgres_store: PostgresStore
) -> None:
    with postgres.connect() as connection:
        connection.execute(
            "ALTER TABLE peerid_sessions ADD COLUMN saved timestamp DEFAULT now()"
        )
    postgres_store.create_table()
    check_store(postgres_store)


def test_names_of_tables_are_checked() -> None:
    for name in ("x; DROP TABLE y", "", "a.b.c", "1a", "ä"):
        with pytest.raises(ValueError, match="no name of a table"):
            PostgresStore(lambda: None, table=name)


@pytest.mark.parametrize("decodes", [False, True])
def test_redis_meets_the_requirements(
    redis_server: Redis, redis_client: Any, decodes: bool
) -> None:
    client = redis_server.connect(decode_responses=decodes)
    check_store(RedisStore(client, prefix="app[1]*:"))
    client.close()


def test_an_asynchronous_client_of_redis_is_refused(redis_server: Redis) -> None:
    for client in (
        redis.asyncio.Redis(port=redis_server.port),
        redis.asyncio.StrictRedis(port=redis_server.port),
        redis.asyncio.Redis(port=redis_server.port).pipeline(),
    ):
        with pytest.raises(TypeError, match="blocking client"):
            RedisStore(client)


def test_locks_of_redis(redis_client: Any) -> None:
    check_locks(RedisStore(redis_client), RedisStore(redis_client))


def test_clients_share_redis(sandbox: Sandbox, redis_client: Any) -> None:
    check_sharing(sandbox, lambda: RedisStore(redis_client))


@pytest.fixture(scope="module")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A cluster of one node."""
    folder = str(tmp_path_factory.mktemp("cluster"))
    reserved = reserve_port()
    port = str(reserved.getsockname()[1])
    server = Redis("--cluster-enabled", "yes", "--cluster-port", port, "--dir", folder)
    client = server.connect()
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    deadline = time.monotonic() + 600
    while client.cluster("info")["cluster_state"] != "ok":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield server
    client.close()
    server.stop()
    server.reserved.close()
    reserved.close()


_CLIENTS = [
    "redis.Redis(connection_pool=redis.ConnectionPool(port=port))",
    "redis.Redis(connection_pool=redis.BlockingConnectionPool(port=port))",
    "redis.RedisCluster(host='127.0.0.1', port=port)",
]


@pytest.mark.usefixtures("redis_client")
@pytest.mark.parametrize("redis", _CLIENTS)
def test_a_daemon_with_redis_keeps_its_own_files(
    sandbox: Sandbox,
    redis_server: Redis,
    redis_cluster: Redis,
    tmp_path: Path,
    redis: str,
) -> None:
    """A child that closes all descriptors and opens its own files."""
    program = f"""
        import gc, os, sys
        import redis
        import peerid
        from peerid.stores.redis import RedisStore
        port = int(sys.argv[2])
        store = RedisStore({redis})
        client = peerid.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=store
        )
        session = client.login("alice", password="alice-password", key="alice")
        with store.lock("bob", 600):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    os.closerange(3, 256)
                    files = [open(sys.argv[3], "w") for _ in range(100)]
                    session.refresh()
                    gc.collect()
                    own = os.stat(sys.argv[3]).st_ino
                    assert all(os.fstat(file.fileno()).st_ino == own for file in files)
                    status = 0
                finally:
                    os._exit(status)
            print(os.waitpid(child, 0)[1])
        session.refresh()
        print(session.token.generation)
    """
    server = redis_cluster if "Cluster" in redis else redis_server
    port = str(server.port)
    assert run_python(program, sandbox.url, port, tmp_path / "own") == "0\n2\n"


def test_a_lease_outlives_the_refresh_and_then_ends(redis_client: Any) -> None:
    store = RedisStore(redis_client, margin=0.3)
    start = time.monotonic()
    with store.lock("alice", 3600):
        # A refresh and the login after it can each take as long as the wait.
        left = redis_client.pttl("peerid:lock:alice") / 1000
        assert 7200.2 - (time.monotonic() - start) < left <= 7200.3
    assert redis_client.get("peerid:lock:alice") is None
    # The holder dies and does not release the lock.
    holder = store.lock("alice", 0.2)
    holder.__enter__()
    with store.lock("alice", 600):
        pass


def test_a_lease_that_passed_to_another_is_left_to_it(redis_client: Any) -> None:
    store = RedisStore(redis_client)
    with store.lock("alice", 600):
        redis_client.set("peerid:lock:alice", "somebody else")
    assert redis_client.get("peerid:lock:alice") == b"somebody else"


class Cutter:
    """A proxy before a Redis server, which can drop an answer and its connection."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._word = b""
        self.has_cut = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(self._serve)

    def cut_after(self, word: bytes) -> None:
        """Drop the answer to the next command that contains a word."""
        self._word = word

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._pass_on, client)

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server)) as server:
            # One command and one answer at a time, as redis-py does.
            while command := client.recv(65536):
                server.sendall(command)
                answer = server.recv(65536)
                if self._word and self._word in command:
                    self._word = b""
                    self.has_cut.set()
                    return
                client.sendall(answer)


@pytest.fixture
def cutter(redis_server: Redis) -> Iterator[Cutter]:
    cutter = Cutter(redis_server.port)
    yield cutter
    cutter.stop()


@pytest.mark.parametrize("retries", [0, 1])
def test_a_lock_of_redis_whose_answer_is_lost(
    redis_client: Any, cutter: Cutter, retries: int
) -> None:
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), retries)
    # Closed at the end, and the connections with it, for which the cutter waits.
    with redis.Redis(
        port=cutter.port, retry=retry, retry_on_error=[redis.ConnectionError]
    ) as client:
        store = RedisStore(client)
        # The server has stored the scripts now.
        with store.lock("alice", 600):
            pass
        cutter.cut_after(b"peerid:lock:alice")
        expected = (
            contextlib.nullcontext()
            if retries
            else pytest.raises(redis.ConnectionError)
        )
        with expected, store.lock("alice", 600):
            assert redis_client.exists("peerid:lock:alice")
        assert cutter.has_cut.is_set()
    assert not redis_client.exists("peerid:lock:alice")


def test_without_redis_nothing_is_refreshed(
    sandbox: Sandbox, redis_server: Redis, redis_client: Any
) -> None:
    with new_client(sandbox, RedisStore(redis_client)) as client:
        session = client.login("alice", password="alice-password", key="alice")
        sandbox.expire()
        redis_server.stop()
        try:
            with pytest.raises(peerid.StoreError, match="locking: ConnectionError"):
                session.submit(TRANSFER)
        finally:
            redis_server.start()
        assert sandbox.count(f"POST {REFRESH}") == 0


def test_machines_share_one_session(sandbox: Sandbox, redis_server: Redis) -> None:
    """Programs that share only Redis refresh a session once."""
    program = """
        import sys
        import redis
        from peerid import Client
        from peerid.stores.redis import RedisStore
        transfer = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                    "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}
        with Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4",
            store=RedisStore(redis.Redis(port=int(sys.argv[2]))),
        ) as client:
            session = client.open("alice")
            session.submit(transfer)
            print(session.token.generation)
    """
    connection = redis_server.connect()
    with new_client(sandbox, RedisStore(connection)) as client:
        client.login("alice", password="alice-password", key="alice")
    connection.close()
    sandbox.expire()
    outputs: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: outputs.append(
                run_python(program, sandbox.url, redis_server.port)
            )
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == ["2\n"] * 4
    assert sandbox.count(f"POST {REFRESH}") == 1
