from __future__ import annotations

import gc
import weakref
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sandbox import LOGIN, REFRESH, TRANSFER, Sandbox, run_python
from stores import (
    DictStore,
    Unspeakable,
    check_locks,
    check_sharing,
    check_store,
    new_client,
)

import peerid
from peerid import Client, DirectoryStore, MemoryStore, StoredSession


def test_a_store_of_python_meets_the_requirements() -> None:
    store = DictStore()
    check_store(store)
    check_locks(store, store)


def test_clients_share_a_store_of_python(sandbox: Sandbox) -> None:
    store = DictStore()
    check_sharing(sandbox, lambda: store)


class _AsynchronousStore(DictStore):
    async def load(self, key: str, lock: Any = None) -> Any:  # type: ignore[override]
        return None


@pytest.mark.parametrize("store", ["/var/lib/shop", Path("/"), DictStore, {}])
def test_what_is_no_store_is_refused_at_once(store: Any) -> None:
    with pytest.raises(TypeError, match="store must be a DirectoryStore"):
        Client("https://peerid.example", client_id=4, store=store)


def test_a_store_with_coroutine_functions_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="load of a store must be an ordinary function"):
        Client("https://peerid.example", client_id=4, store=_AsynchronousStore())


def test_clients_share_a_memory_store(sandbox: Sandbox) -> None:
    with MemoryStore() as store:
        check_sharing(sandbox, lambda: store)


def test_clients_share_a_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    check_sharing(sandbox, lambda: DirectoryStore(tmp_path / "sessions"))


def test_the_library_uses_a_store_as_it_promises(sandbox: Sandbox) -> None:
    store = DictStore()
    limits = {"request_timeout_ms": 3_600_000, "refresh_timeout_ms": 1_800_000}
    with new_client(sandbox, store, **limits) as client:
        session = client.login("alice", password="alice-password", key="alice")
        lock = "the lock of alice"
        assert store.calls == [
            ("lock", "alice", 60),
            ("load", "alice", lock),
            ("save", "alice", 1, 0, lock),
        ]
        store.calls.clear()
        session.refresh()
        assert store.calls == [
            ("lock", "alice", 30),
            ("load", "alice", lock),
            ("save", "alice", 2, 1, lock),
        ]
        store.calls.clear()
        client.open("alice")
        assert store.calls == [("load", "alice", None)]
        store.calls.clear()
        session.logout()
        assert [call[0] for call in store.calls] == ["lock", "load", "remove"]


def test_a_stored_session_can_be_copied_to_another_store(sandbox: Sandbox) -> None:
    store, other = DictStore(), DictStore()
    with new_client(sandbox, store) as client:
        client.login("alice", password="alice-password", key="alice")
    other.sessions = dict(store.sessions)
    with new_client(sandbox, other) as client:
        assert client.open("alice").submit(TRANSFER).transaction_id


class FailingStore(DictStore):
    """Fails where it is told to."""

    def __init__(self, where: str, exception: BaseException) -> None:
        super().__init__()
        self._where = where
        self._exception = exception

    def _fail(self, where: str) -> None:
        if where == self._where:
            raise self._exception

    def load(self, key: str, lock: Any = None) -> StoredSession | None:
        self._fail("load")
        return super().load(key, lock)

    def save(self, key: str, session: StoredSession, expected: int, lock: Any) -> bool:
        self._fail("save")
        return super().save(key, session, expected, lock)

    def remove(self, key: str, lock: Any = None) -> None:
        self._fail("remove")
        super().remove(key, lock)

    def lock(self, key: str, timeout: float) -> Any:
        self._fail("lock")
        return super().lock(key, timeout)


@pytest.mark.parametrize("where", ["lock", "load", "save"])
def test_what_a_store_raises_becomes_the_message(sandbox: Sandbox, where: str) -> None:
    store = FailingStore(where, RuntimeError("the disk is on fire\nat once"))
    with (
        new_client(sandbox, store) as client,
        pytest.raises(peerid.StoreError) as caught,
    ):
        client.login("alice", password="alice-password", key="alice")
    assert "RuntimeError: the disk is on fire (" in str(caught.value)
    assert "test_stores.py" in str(caught.value)
    assert "at once" not in str(caught.value)
    assert caught.value.__context__ is None
    # Without the lock nothing is sent.
    assert sandbox.count(f"POST {LOGIN}") == (1 if where == "save" else 0)


@pytest.mark.parametrize("where", ["lock", "load", "save", "remove"])
def test_an_exception_that_cannot_be_described_is_a_failure(
    sandbox: Sandbox, where: str
) -> None:
    store = FailingStore(where, Unspeakable())
    with (
        new_client(sandbox, store) as client,
        pytest.raises(peerid.StoreError, match=r"ing: Unspeakable \("),
    ):
        client.login("alice", password="alice-password", key="alice").logout()


def test_a_failure_without_a_description_is_still_a_failure(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(*_: object) -> str:
        raise MemoryError

    monkeypatch.setattr("peerid.stores._custom.describe", describe)
    store = FailingStore("lock", RuntimeError("x"))
    with new_client(sandbox, store) as client, pytest.raises(peerid.StoreError):
        client.login("alice", password="alice-password", key="alice")
    assert sandbox.count(f"POST {LOGIN}") == 0


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_nothing_that_a_store_raises_crosses_the_library(
    sandbox: Sandbox, kind: type[BaseException]
) -> None:
    with new_client(sandbox, FailingStore("load", kind("stop"))) as client:
        with pytest.raises(peerid.StoreError, match=kind.__name__):
            client.login("alice", password="alice-password", key="alice")
        with pytest.raises(peerid.StoreError, match=kind.__name__):
            client.open("alice")


def test_a_store_that_cannot_lock_refreshes_nothing(sandbox: Sandbox) -> None:
    store = DictStore()
    with new_client(sandbox, store) as client:
        client.login("alice", password="alice-password", key="alice")
    failing = FailingStore("lock", OSError("no connection"))
    failing.sessions = store.sessions
    with new_client(sandbox, failing) as client:
        session = client.open("alice")
        sandbox.expire()
        with pytest.raises(peerid.StoreError, match="no connection") as caught:
            session.submit(TRANSFER)
        assert caught.value.outcome is not peerid.Outcome.UNKNOWN
    assert sandbox.count(f"POST {REFRESH}") == 0


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
@pytest.mark.parametrize("length", [16, 30, 1000])
def test_the_message_of_a_store_shows_no_token(
    sandbox: Sandbox, token: str, length: int
) -> None:
    class Telling(DictStore):
        def save(
            self, key: str, session: StoredSession, expected: int, lock: Any
        ) -> bool:
            _, _, rest = session.data.partition(f'"{token}":"')
            # Databases cut what is long.
            raise ValueError(f"row ({key}, {rest[:length]}...) violates everything")

    with (
        new_client(sandbox, Telling()) as client,
        pytest.raises(peerid.StoreError, match="saving: ValueError") as caught,
    ):
        client.login("alice", password="alice-password", key="alice")
    assert "violates" not in str(caught.value)
    assert "demo" not in str(caught.value)


def test_a_conflict_is_reported(sandbox: Sandbox) -> None:
    class Contested(DictStore):
        def save(
            self, key: str, session: StoredSession, expected: int, lock: Any
        ) -> bool:
            return False

    with (
        new_client(sandbox, Contested()) as client,
        pytest.raises(peerid.StoreError, match="modified despite the lock"),
    ):
        client.login("alice", password="alice-password", key="alice")


def test_a_damaged_session_is_reported_and_left_unchanged(sandbox: Sandbox) -> None:
    store = DictStore()
    store.sessions["alice"] = StoredSession("not ours", 7)
    with new_client(sandbox, store) as client:
        with pytest.raises(peerid.StoreError, match="cannot be used"):
            client.open("alice")
        with pytest.raises(peerid.StoreError, match="cannot be used"):
            client.login("alice", password="alice-password", key="alice")
    assert store.sessions["alice"].data == "not ours"


@pytest.mark.parametrize("generation", [-1, 2**64, 2**64 + 1])
def test_a_generation_outside_64_bits_is_a_failure(
    sandbox: Sandbox, generation: int
) -> None:
    store = DictStore()
    with new_client(sandbox, store) as client:
        client.login("alice", password="alice-password", key="alice").close()
        stored = store.sessions["alice"]
        store.sessions["alice"] = stored._replace(generation=generation)
        with pytest.raises(
            peerid.StoreError,
            match=f"InvalidArgument: the generation of the session is {generation},",
        ):
            client.open("alice")


def test_a_store_lives_as_long_as_its_sessions(sandbox: Sandbox) -> None:
    store = DictStore()
    gone = weakref.ref(store)
    client = new_client(sandbox, store)
    session = client.login("alice", password="alice-password", key="alice")
    del store
    gc.collect()
    assert gone() is not None
    session.refresh()
    client.close()
    session.close()
    del client, session
    gc.collect()
    assert gone() is None


def test_builtin_stores_list_and_remove(sandbox: Sandbox, tmp_path: Path) -> None:
    for store in (MemoryStore(), DirectoryStore(str(tmp_path / "sessions"))):
        with new_client(sandbox, store) as client:
            client.login("alice", password="alice-password", key="alice ü")
        assert store.keys() == ["alice ü"]
        store.remove("alice ü")
        store.remove("alice ü")
        assert store.keys() == []
        with pytest.raises(peerid.InvalidArgument):
            store.remove("")
        with pytest.raises(peerid.InvalidArgument):
            store.remove("x" * 4097)
        store.close()
        store.close()
        with pytest.raises(peerid.ClosedError, match="store"):
            store.keys()
        with pytest.raises(peerid.ClosedError, match="store"):
            Client(sandbox.url, client_id=4, store=store)


def test_a_folder_is_shared_by_programs(sandbox: Sandbox, tmp_path: Path) -> None:
    with new_client(sandbox, DirectoryStore(tmp_path / "sessions")) as client:
        session = client.login("alice", password="alice-password", key="alice")
        program = """
            import sys
            from peerid import Client, DirectoryStore
            with Client(
                sys.argv[1], client_id=4, client_secret="demo-secret-4",
                store=DirectoryStore(sys.argv[2]),
            ) as client:
                print(client.open("alice").refresh().generation)
        """
        output = run_python(program, sandbox.url, tmp_path / "sessions")
        assert output == "2\n"
        sandbox.expire()
        session.submit(TRANSFER)
        assert session.token.generation == 3


_LEAVING = """
    import multiprocessing, sys, threading, urllib.request
    import peerid
    from peerid import _shutdown

    # A slow machine may take longer for the rest of the refresh.
    _shutdown._TIMEOUT = 600

    events = []

    def begin_refresh(url, folder):
        store = peerid.DirectoryStore(folder)
        with peerid.Client(
            url, client_id=4, client_secret="demo-secret-4", store=store,
            log=lambda level, line: events.append(line),
        ) as client:
            session = client.open("alice")
            threading.Thread(target=session.refresh, daemon=True).start()
            path = "/api/v1/auth/refreshtoken"
            control = f"{url}/sandbox/requests?at_least=1&path={path}"
            urllib.request.urlopen(control + "&wait_ms=600000").read()
            ENDING
"""


@pytest.mark.parametrize(
    ("ending", "begin"),
    [
        ("pass", "begin_refresh(*sys.argv[1:])"),
        ("sys.exit(0)", "begin_refresh(*sys.argv[1:])"),
        # A child of multiprocessing ends without the handlers of anybody.
        (
            "pass",
            "multiprocessing.get_context('fork').Process("
            "target=begin_refresh, args=sys.argv[1:]).start()",
        ),
    ],
)
def test_a_refresh_with_a_log_survives_the_end_of_the_process(
    sandbox: Sandbox, tmp_path: Path, ending: str, begin: str
) -> None:
    folder = tmp_path / "sessions"
    with new_client(sandbox, DirectoryStore(folder)) as client:
        client.login("alice", password="alice-password", key="alice")
        sandbox.fault("delay_after", REFRESH, ms=700)
        program = dedent(_LEAVING.replace("ENDING", ending)) + begin + "\n"
        run_python(program, sandbox.url, folder)
        assert client.open("alice").token.generation == 2


def test_what_a_store_refused_is_saved_before_the_process_ends(
    sandbox: Sandbox,
) -> None:
    program = """
        import sys
        import peerid
        from stores import DictStore

        class Restarting(DictStore):
            failures = []
            def save(self, key, session, expected, lock):
                if session.generation == 2 and not self.failures:
                    self.failures.append(1)
                    raise RuntimeError("the database is restarting")
                print("saved", session.generation, flush=True)
                return super().save(key, session, expected, lock)

        with peerid.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=Restarting()
        ) as client:
            session = client.login("alice", password="alice-password", key="alice")
            try:
                session.refresh()
            except peerid.StoreError:
                print("refused")
    """
    assert run_python(program, sandbox.url) == "saved 1\nrefused\nsaved 2\n"


@pytest.mark.parametrize("delay", [300, 2500])
def test_a_refresh_at_the_end_of_the_process_is_saved(
    sandbox: Sandbox, delay: int
) -> None:
    program = """
        import sys, threading, urllib.request
        from peerid import Client, _shutdown
        from stores import DictStore

        # A slow machine may take longer for the rest of the refresh.
        _shutdown._TIMEOUT = 600

        class Loud(DictStore):
            def save(self, key, session, expected, lock):
                print("saving", session.generation, flush=True)
                return super().save(key, session, expected, lock)

        client = Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=Loud()
        )
        session = client.login("alice", password="alice-password", key="alice")
        threading.Thread(target=session.refresh, daemon=True).start()
        wait = "/sandbox/requests?at_least=1&wait_ms=600000&path="
        urllib.request.urlopen(sys.argv[1] + wait + sys.argv[2]).close()
    """
    sandbox.fault("delay", REFRESH, ms=delay)
    assert run_python(program, sandbox.url, REFRESH) == "saving 1\nsaving 2\n"
