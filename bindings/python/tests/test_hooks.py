"""What a client calls: the log, and relogin."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from typing import Any

import pytest
from sandbox import LOGIN, TRANSFER, Sandbox
from stores import Unspeakable

import peerid
from peerid import Client, Credentials


def test_events_go_to_a_function(sandbox: Sandbox) -> None:
    events: list[tuple[int, str]] = []
    told = threading.Event()

    def log(level: int, message: str) -> None:
        events.append((level, message))
        told.set()

    with Client(
        sandbox.url, client_id=4, client_secret="demo-secret-4", log=log
    ) as client:
        client.login("alice", password="alice-password").refresh()
        assert told.wait(5)
    assert events == [
        (logging.INFO, "session refreshed, generation 2 (user 1, application 4)")
    ]


class Listener(logging.Handler):
    """Hears what a logger is told, and tells that it has."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.told = threading.Event()
        self._logger = logging.getLogger(name)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.told.set()

    def __enter__(self) -> Listener:
        self._logger.addHandler(self)
        self._logger.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)


def test_events_go_to_a_logger(sandbox: Sandbox) -> None:
    with (
        Listener("my.application") as heard,
        Client(
            sandbox.url,
            client_id=4,
            client_secret="demo-secret-4",
            log=logging.getLogger("my.application"),
        ) as client,
    ):
        session = client.login("alice", password="alice-password")
        sandbox.post("revoke", {"part": "refresh"})
        with pytest.raises(peerid.LoginRequired):
            session.refresh()
        assert heard.told.wait(5)
    (record,) = heard.records
    assert record.name == "my.application"
    assert record.levelno == logging.ERROR
    assert "session is over" in record.getMessage()


def test_a_log_that_fails_harms_nothing(sandbox: Sandbox) -> None:
    def log(_level: int, _message: str) -> None:
        raise RuntimeError("the disk is full")

    with (
        Listener("peerid") as heard,
        Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", log=log
        ) as client,
    ):
        session = client.login("alice", password="alice-password")
        session.refresh()
        assert heard.told.wait(5)
        assert session.submit(TRANSFER).transaction_id
    message = heard.records[0].getMessage()
    assert "the log function failed: RuntimeError: the disk is full" in message


def test_a_session_that_is_over_logs_in_again(sandbox: Sandbox) -> None:
    asked: list[Any] = []

    def relogin(key: str | None) -> Credentials:
        asked.append((key, threading.current_thread() is threading.main_thread()))
        return Credentials("alice", password="alice-password")

    store = peerid.MemoryStore()
    with Client(
        sandbox.url,
        client_id=4,
        client_secret="demo-secret-4",
        relogin=relogin,
        store=store,
    ) as client:
        sessions = [
            client.login("alice", password="alice-password"),
            client.login("alice", password="alice-password", key="alice"),
        ]
        for session in sessions:
            # The server goes on with another pair than the one that the session has.
            refresher = Client(sandbox.url, client_id=4, client_secret="demo-secret-4")
            refresher.login("alice", password="alice-password").refresh()
            refresher.close()
            sandbox.expire()
            assert session.submit(TRANSFER).transaction_id
    assert asked == [(None, False), ("alice", False)]
    store.close()


@pytest.mark.parametrize(
    "answer", [None, "wrong", "raise", "raise without words", "not credentials"]
)
def test_a_session_ends_when_relogin_does_not_help(
    sandbox: Sandbox, answer: str | None
) -> None:
    def relogin(_key: str | None) -> Any:
        if answer is None:
            return None
        if answer == "raise":
            raise RuntimeError("no keychain")
        if answer == "raise without words":
            raise Unspeakable
        if answer == "wrong":
            return Credentials("alice", password="wrong")
        return answer

    with (
        Listener("peerid") as heard,
        Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", relogin=relogin
        ) as client,
    ):
        session = client.login("alice", password="alice-password")
        sandbox.post("revoke")
        with pytest.raises(peerid.LoginRequired):
            session.submit(TRANSFER)
    if answer in ("raise", "raise without words", "not credentials"):
        message = heard.records[0].getMessage()
        assert message.startswith("the relogin function failed")


def test_a_password_can_be_kept(sandbox: Sandbox) -> None:
    with (
        Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", relogin="keep"
        ) as client,
        Client(sandbox.url, client_id=4, client_secret="demo-secret-4") as other,
    ):
        session = client.login("alice", password="alice-password")
        other.login("alice", password="alice-password").refresh()
        sandbox.expire()
        assert session.submit(TRANSFER).transaction_id
    assert sandbox.count(f"POST {LOGIN}") == 3


def test_hooks_live_as_long_as_sessions(sandbox: Sandbox) -> None:
    class Log:
        count = 0
        told = threading.Event()

        def __call__(self, _level: int, _message: str) -> None:
            Log.count += 1
            Log.told.set()

    log = Log()
    gone = weakref.ref(log)
    session = Client(
        sandbox.url, client_id=4, client_secret="demo-secret-4", log=log
    ).login("alice", password="alice-password")
    del log
    gc.collect()
    session.refresh()
    assert Log.told.wait(5)
    session.client.close()
    del session
    gc.collect()
    assert gone() is None
