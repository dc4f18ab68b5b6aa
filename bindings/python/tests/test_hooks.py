"""The functions that a client calls: log and relogin."""

from __future__ import annotations

import ctypes
import gc
import logging
import signal
import threading
import weakref
from collections.abc import Iterator
from functools import partial
from operator import methodcaller
from typing import Any

import pytest
from sandbox import LOGIN, OPERATIONS, TRANSFER, Sandbox, start_python
from stores import DictStore, Unspeakable, new_client

import peerid
from peerid import Client, Credentials, _hooks
from peerid._call import obtain


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
        assert told.wait(600)
    assert events == [
        (logging.INFO, "session refreshed, generation 2 (user 1, application 4)")
    ]


class Listener(logging.Handler):
    """Records log events, and signals each one."""

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
        assert heard.told.wait(600)
    (record,) = heard.records
    assert record.name == "my.application"
    assert record.levelno == logging.ERROR
    assert "session is over" in record.getMessage()


def test_events_go_to_an_adapter(sandbox: Sandbox) -> None:
    adapter = logging.LoggerAdapter(logging.getLogger("my.application"), {"shop": 7})
    with (
        Listener("my.application") as heard,
        Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", log=adapter
        ) as client,
    ):
        client.login("alice", password="alice-password").refresh()
        assert heard.told.wait(600)
    assert vars(heard.records[0])["shop"] == 7


@pytest.mark.parametrize("log", [False, "peerid", 10, object()])
def test_a_log_that_cannot_receive_events_is_refused_at_once(log: Any) -> None:
    with pytest.raises(TypeError, match=r"log must be a logging\.Logger"):
        Client("https://peerid.example", client_id=4, log=log)


async def _asynchronous(*_: Any) -> None:
    pass


class _AsynchronousCall:
    async def __call__(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("name", ["log", "relogin"])
@pytest.mark.parametrize(
    "function", [_asynchronous, partial(_asynchronous), _AsynchronousCall()]
)
@pytest.mark.parametrize("kind", [Client, peerid.aio.Client])
def test_a_coroutine_function_is_refused_at_once(
    name: str, function: Any, kind: Any
) -> None:
    with pytest.raises(TypeError, match=f"{name} must be an ordinary function"):
        kind("https://peerid.example", client_id=4, **{name: function})


@pytest.mark.parametrize("relogin", [True, ("alice", "x"), Credentials("alice")])
def test_a_relogin_that_is_no_function_is_refused_at_once(relogin: Any) -> None:
    with pytest.raises(TypeError, match="relogin must be a function"):
        Client("https://peerid.example", client_id=4, relogin=relogin)


def test_events_go_to_the_logger_of_the_package_by_default(sandbox: Sandbox) -> None:
    with (
        Listener("peerid") as heard,
        Client(sandbox.url, client_id=4, client_secret="demo-secret-4") as client,
    ):
        client.login("alice", password="alice-password").refresh()
        assert heard.told.wait(600)
    (record,) = heard.records
    assert (record.name, record.levelno) == ("peerid", logging.INFO)
    message = "session refreshed, generation 2 (user 1, application 4)"
    assert record.getMessage() == message


def test_a_code_whose_tokens_are_not_saved_is_logged(sandbox: Sandbox) -> None:
    class Store(DictStore):
        def save(self, *_: Any) -> bool:
            raise OSError("the disk is full")

    with (
        Listener("peerid") as heard,
        new_client(sandbox, Store()) as client,
        pytest.raises(peerid.OutcomeUnknown),
    ):
        client.exchange_code("demoCodeAliceApp4".ljust(40, "0"), key="alice")
    (record,) = heard.records
    assert record.levelno == logging.WARNING
    message = record.getMessage()
    assert message.startswith("exchange: store (unknown): the code was exchanged, but")
    assert message.endswith("(session 'alice', application 4)")


def test_a_program_without_logging_prints_nothing(sandbox: Sandbox) -> None:
    program = """
        import logging, sys
        import peerid
        with peerid.Client(sys.argv[1], client_id=4, client_secret="x") as client:
            session = client.login("alice", password="alice-password")
            try:
                session.submit({"op_name": "transfer", "fee_asset": "1.3.0",
                    "from": "1.2.31", "to": "1.2.33",
                    "amount": {"amount": 1, "asset_id": "1.3.0"}})
            except peerid.OutcomeUnknown:
                print("unknown")
    """
    sandbox.fault("drop_after", OPERATIONS)
    process = start_python(program, sandbox.url)
    assert process.communicate(timeout=1200) == ("unknown\n", "")


@pytest.fixture
def raise_signal() -> Iterator[Any]:
    """A function of C that sends a signal, whose handler raises `KeyboardInterrupt`."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    function = ctypes.PyDLL(None)["raise"]
    yield partial(function, int(signal.SIGTERM))
    signal.signal(signal.SIGTERM, before)


def _call_log(hooks: _hooks.Hooks) -> Any:
    """The log callback as the library calls it, with no function of Python before."""
    callback = ctypes.cast(_hooks._on_log, ctypes.c_void_p).value
    assert callback is not None
    prototype = ctypes.PYFUNCTYPE(
        None, ctypes.c_void_p, ctypes.c_int32, ctypes.c_char_p
    )
    return partial(prototype(callback), hooks._number, 2, b"an event")


@pytest.mark.parametrize("is_first", [True, False])
def test_ctrl_c_before_an_event_ends_the_call(
    raise_signal: Any, is_first: bool
) -> None:
    events: list[str] = []
    hooks = _hooks.Hooks(lambda _, message: events.append(message), None)
    steps = (
        [raise_signal, _call_log(hooks)]
        if is_first
        else [_call_log(hooks), raise_signal]
    )
    # One after the other, without a Python instruction between them.
    call = partial(max, map(methodcaller("__call__"), steps), key=bool)
    with pytest.raises(KeyboardInterrupt) as caught:
        obtain(call, (), lambda: "the result")
    assert isinstance(caught.value.__cause__, peerid.CancelledTooLate)
    assert caught.value.__cause__.result == "the result"
    assert events == ["an event"]


def test_ctrl_c_during_an_event_ends_the_call(raise_signal: Any) -> None:
    hooks = _hooks.Hooks(lambda _level, _message: raise_signal(), None)
    call = _call_log(hooks)
    with pytest.raises(KeyboardInterrupt):
        obtain(call, (), lambda: "the result")
    # If no call waits, the next call raises the exception and is not made.
    call()
    made: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        obtain(lambda: made.append(1), (), lambda: "the result")
    assert made == []
    assert obtain(lambda: None, (), lambda: "the result") == "the result"


def test_a_log_that_fails_has_no_effect_on_calls(sandbox: Sandbox) -> None:
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
        assert heard.told.wait(600)
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
            # The server has other tokens than the session.
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


def test_a_failure_of_relogin_is_logged_by_the_log_of_the_client(
    sandbox: Sandbox,
) -> None:
    messages: list[str] = []

    def relogin(_key: str | None) -> Credentials:
        raise RuntimeError("no keychain")

    with Client(
        sandbox.url,
        client_id=4,
        client_secret="demo-secret-4",
        relogin=relogin,
        log=lambda _level, message: messages.append(message),
    ) as client:
        session = client.login("alice", password="alice-password")
        sandbox.post("revoke")
        with pytest.raises(peerid.LoginRequired):
            session.submit(TRANSFER)
    (message,) = (each for each in messages if "relogin" in each)
    assert "RuntimeError: no keychain" in message


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
    assert Log.told.wait(600)
    session.client.close()
    del session
    gc.collect()
    assert gone() is None
