"""Ctrl-C while a store works."""

from __future__ import annotations

import ctypes
import signal
import time
from operator import methodcaller
from pathlib import Path
from typing import Any, Callable

import pytest
from sandbox import LOGIN, REFRESH, UNTIL_RELEASED, Sandbox, run_python, start_python
from stores import DictStore, new_client

import peerid
from peerid import Session, StoredSession

# Long before the time limit of the requests, which is an hour. They get no answer.
_SOON = 600


def test_ctrl_c_while_a_store_of_python_waits(sandbox: Sandbox) -> None:
    program = """
        import sys, time
        from peerid import Client
        from stores import DictStore

        class Slow(DictStore):
            def load(self, key, lock):
                print("loading", flush=True)
                time.sleep(3600)

        client = Client(
            sys.argv[1], client_id=4, client_secret="x", store=Slow(),
            request_timeout_ms=3600000,
        )
        try:
            client.login("alice", password="alice-password", key="alice")
        except KeyboardInterrupt as exception:
            print(exception.__cause__.outcome.name, flush=True)
        import os
        os._exit(0)
    """
    process = start_python(program, sandbox.url)
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "UNKNOWN\n"
    assert time.monotonic() - start < _SOON
    process.communicate(timeout=1200)


def test_a_call_with_a_store_of_python_is_interrupted(sandbox: Sandbox) -> None:
    program = """
        import sys
        from peerid import Client
        from stores import DictStore

        client = Client(
            sys.argv[1], client_id=4, store=DictStore(), request_timeout_ms=3600000
        )
        try:
            client.login("alice", password="alice-password", key="alice")
        except KeyboardInterrupt as exception:
            print(exception.__cause__.outcome.name, flush=True)
        client.close()
    """
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    process = start_python(program, sandbox.url)
    sandbox.wait_for(LOGIN)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=1200)
    assert output == "UNKNOWN\n", errors
    assert time.monotonic() - start < _SOON


@pytest.mark.parametrize(
    "call", [Session.account, methodcaller("set_account", "pi-alice")]
)
def test_a_signal_while_a_store_of_python_works_is_raised(
    sandbox: Sandbox, call: Callable[[Session], Any]
) -> None:
    class InterruptedStore(DictStore):
        is_next = False

        def load(self, key: str, lock: Any = None) -> StoredSession | None:
            if self.is_next:
                self.is_next = False
                ctypes.PyDLL(None)["raise"](signal.SIGINT)
            return super().load(key, lock)

    store = InterruptedStore()
    with new_client(sandbox, store) as client:
        session = client.login("alice", password="alice-password", key="alice")
        store.is_next = True
        with pytest.raises(KeyboardInterrupt) as caught:
            call(session)
        cause = caught.value.__cause__
        assert isinstance(cause, (peerid.Cancelled, peerid.CancelledTooLate))
        assert call(session).name == "pi-alice"


def test_ctrl_c_while_a_stored_session_is_removed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = """
        import os, signal, sys, threading, urllib.request
        from peerid import Client, DirectoryStore

        store = DirectoryStore(sys.argv[2])
        client = Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=store,
            refresh_timeout_ms=3600000,
        )
        session = client.login("alice", password="alice-password", key="alice")
        # It holds the key.
        threading.Thread(target=session.refresh, daemon=True).start()
        wait = "/sandbox/requests?at_least=1&wait_ms=600000&path="
        urllib.request.urlopen(sys.argv[1] + wait + sys.argv[3]).close()
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                store.remove("alice")
            except KeyboardInterrupt as exception:
                # Without a cause the signal came before the call.
                if exception.__cause__:
                    print(type(exception.__cause__).__name__, flush=True)
                    os._exit(0)
    """
    sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
    output = run_python(program, sandbox.url, tmp_path / "sessions", REFRESH)
    assert output == "Cancelled\n"
