"""Ctrl-C: a signal to a program that waits."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from operator import methodcaller
from typing import Any

import pytest
from sandbox import (
    LOGIN,
    OPERATIONS,
    REFRESH,
    UNTIL_RELEASED,
    Sandbox,
    run_python,
    start_python,
)

import peerid
from peerid import _call
from peerid._call import invoke, obtain
from peerid._library import library

# Long before the time limit of the requests, which is an hour. They get no answer.
_SOON = 600

_PROGRAM = """
    import signal, sys, time
    from peerid import Client, PeerIDError

    class Stopped(Exception):
        pass

    def stop(*_):
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    client = Client(
        sys.argv[1], client_id=4, client_secret="demo-secret-4",
        request_timeout_ms=3600000, refresh_timeout_ms=3600000,
    )
    if sys.argv[2] == "login":
        call = lambda: client.login("alice", password="alice-password")
    else:
        session = client.login("alice", password="alice-password")
        if sys.argv[2] == "submit":
            call = lambda: session.submit(
                {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                 "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}})
        elif sys.argv[2] == "refresh":
            call = session.refresh
    print("calling", flush=True)
    try:
        call()
    except (KeyboardInterrupt, Stopped) as exception:
        cause = exception.__cause__
        print(type(exception).__name__, cause.name, cause.outcome.name, flush=True)
    if sys.argv[2] == "refresh":
        # The refresh went on: its pair is not lost.
        while session.token.generation == 1:
            time.sleep(0.01)
        print(session.token.generation)
    client.close()
"""


def _interrupted(
    sandbox: Sandbox, call: str, path: str, number: int, is_released: bool = False
) -> tuple[list[str], float]:
    sandbox.fault("delay", path, ms=UNTIL_RELEASED)
    process: subprocess.Popen[str] = start_python(_PROGRAM, sandbox.url, call)
    assert process.stdout is not None
    assert process.stdout.readline() == "calling\n"
    sandbox.wait_for(path)
    start = time.monotonic()
    process.send_signal(number)
    first = process.stdout.readline()
    elapsed = time.monotonic() - start
    if is_released:
        sandbox.release()
    output, errors = process.communicate(timeout=1200)
    assert process.returncode == 0, errors
    return [first.strip(), *output.split()], elapsed


@pytest.mark.parametrize(
    ("call", "path", "outcome"),
    [
        ("submit", OPERATIONS, "UNKNOWN"),
        ("login", LOGIN, "UNKNOWN"),
    ],
)
def test_ctrl_c_ends_a_call_within_a_second(
    sandbox: Sandbox, call: str, path: str, outcome: str
) -> None:
    lines, elapsed = _interrupted(sandbox, call, path, signal.SIGINT)
    assert lines == [f"KeyboardInterrupt cancelled {outcome}"]
    assert elapsed < _SOON


def test_what_any_handler_raises_ends_the_call(sandbox: Sandbox) -> None:
    lines, elapsed = _interrupted(sandbox, "submit", OPERATIONS, signal.SIGTERM)
    assert lines == ["Stopped cancelled UNKNOWN"]
    assert elapsed < _SOON


def test_a_refresh_continues_when_its_wait_is_interrupted(sandbox: Sandbox) -> None:
    lines, elapsed = _interrupted(sandbox, "refresh", REFRESH, signal.SIGINT, True)
    assert lines[0].startswith("KeyboardInterrupt cancelled")
    assert lines[1:] == ["2"]
    assert elapsed < _SOON
    assert sandbox.count(f"POST {REFRESH}") == 1


def test_a_handler_that_raises_nothing_does_not_end_the_call(
    sandbox: Sandbox,
) -> None:
    program = """
        import signal, sys, urllib.request
        from peerid import Client
        heard = []

        def hear(*_):
            heard.append(1)
            if len(heard) > 3:
                release = sys.argv[1] + "/sandbox/release"
                urllib.request.urlopen(release, b"{}").close()

        signal.signal(signal.SIGALRM, hear)
        signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
        with Client(
            sys.argv[1], client_id=4, client_secret="x", request_timeout_ms=3600000
        ) as client:
            client.login("alice", password="alice-password")
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(len(heard) > 3)
    """
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    process = start_python(program, sandbox.url)
    output, errors = process.communicate(timeout=1200)
    assert output == "True\n", errors


def test_a_handler_may_close_the_client(sandbox: Sandbox) -> None:
    program = """
        import signal, sys
        from peerid import Client, ClosedError
        client = Client(
            sys.argv[1], client_id=4, client_secret="x", request_timeout_ms=3600000
        )
        signal.signal(signal.SIGTERM, lambda *_: client.close())
        print("calling", flush=True)
        try:
            client.login("alice", password="alice-password")
        except ClosedError:
            print("closed")
    """
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    process = start_python(program, sandbox.url)
    assert process.stdout is not None
    assert process.stdout.readline() == "calling\n"
    sandbox.wait_for(LOGIN)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=1200)
    assert output == "closed\n", errors


def test_ctrl_c_reaches_the_main_thread_alone(sandbox: Sandbox) -> None:
    program = """
        import sys, threading
        from peerid import Client
        client = Client(
            sys.argv[1], client_id=4, client_secret="x", request_timeout_ms=3600000
        )
        ended = threading.Event()

        def log_in():
            client.login("alice", password="alice-password")
            ended.set()

        try:
            threading.Thread(target=log_in).start()
            ended.wait()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        print("ended", ended.wait())
        client.close()
    """
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    process = start_python(program, sandbox.url)
    assert process.stdout is not None
    sandbox.wait_for(LOGIN)
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    # The thread's call continues.
    sandbox.release()
    output, errors = process.communicate(timeout=1200)
    assert output == "ended True\n", errors


class Stopped(Exception):
    """The exception of the signal handler."""


@pytest.fixture
def raise_signal() -> Iterator[Any]:
    """A function of C that sends a signal, whose handler raises `Stopped`."""

    def stop(*_: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGTERM, stop)
    function = ctypes.PyDLL(None)["raise"]
    yield partial(function, int(signal.SIGTERM))
    signal.signal(signal.SIGTERM, before)


def test_a_signal_at_the_end_of_a_call_does_not_take_its_result(
    raise_signal: Any,
) -> None:
    """The library has checked for signals, but Python has not stored the result yet."""
    with pytest.raises(Stopped) as caught:
        obtain(raise_signal, (), lambda: "the result")
    cause = caught.value.__cause__
    assert isinstance(cause, peerid.CancelledTooLate)
    assert cause.result == "the result"
    # Nothing is left for the next call.
    assert obtain(lambda: None, (), lambda: "the next result") == "the next result"


def test_a_signal_while_a_result_is_made_does_not_take_it(raise_signal: Any) -> None:
    made = []

    def finish() -> str:
        made.append(1)
        if len(made) == 1:
            raise_signal()
        return "the result"

    with pytest.raises(Stopped) as caught:
        obtain(lambda: None, (), finish)
    cause = caught.value.__cause__
    assert isinstance(cause, peerid.CancelledTooLate)
    assert cause.result == "the result"


@pytest.mark.parametrize("moment", ["read_error", "free_error"])
def test_a_signal_while_an_error_is_read_does_not_take_it(
    raise_signal: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    work = getattr(_call, moment)

    def work_and_strike(failure: Any) -> Any:
        done = work(failure)
        raise_signal()
        return done

    monkeypatch.setattr(_call, moment, work_and_strike)
    config = peerid._prototypes.ConfigPointer()
    with pytest.raises(Stopped) as caught:
        invoke(library.peerid_config_create, b"", b"4", None, ctypes.byref(config))
    assert isinstance(caught.value.__cause__, peerid.InvalidArgument)


def test_a_signal_at_the_end_of_a_call_does_not_take_its_error(
    raise_signal: Any,
) -> None:
    config = peerid._prototypes.ConfigPointer()
    create = partial(
        library.peerid_config_create, b"", b"4", None, ctypes.byref(config)
    )
    # Calls the functions with no Python instruction between them.
    last = partial(max, map(methodcaller("__call__"), [raise_signal, create]), key=bool)
    with pytest.raises(Stopped) as caught:
        invoke(last)
    assert isinstance(caught.value.__cause__, peerid.InvalidArgument)


def test_a_signal_before_a_call_has_no_cause(raise_signal: Any) -> None:
    def function() -> None:
        raise_signal()

    with pytest.raises(Stopped) as caught:
        invoke(function)
    assert caught.value.__cause__ is None


def test_a_signal_while_arguments_are_handed_over_keeps_its_exception(
    session: peerid.Session, raise_signal: Any
) -> None:
    logout = partial(library.peerid_session_logout, session._handle)
    with pytest.raises(Stopped):
        list(map(methodcaller("__call__"), [raise_signal, logout]))


@pytest.mark.parametrize("moment", ["before", "during"])
def test_ctrl_c_at_the_end_of_the_process_leaves_out_nothing(
    sandbox: Sandbox, moment: str
) -> None:
    """Ctrl-C before the first instruction of the exit, or while it waits."""
    program = """
        import atexit, ctypes, sys
        from functools import partial

        def new_client():
            return peerid.Client(
                sys.argv[1], client_id=4, client_secret="demo-secret-4"
            )

        @atexit.register
        def look():
            # Runs last. After the library has ended it refreshes nothing.
            with new_client() as another:
                try:
                    another.restore(token).refresh()
                    print("refreshed")
                except peerid.PeerIDError:
                    print("ended")

        import peerid
        from peerid import _shutdown

        raise_signal = partial(ctypes.PyDLL(None)["raise"], 2)

        def wait():
            _shutdown.until_timeout = until_timeout
            raise_signal()
            yield

        client = new_client()
        token = client.login("alice", password="alice-password").token.to_json()
        if sys.argv[2] == "before":
            atexit.register(raise_signal)
        else:
            until_timeout, _shutdown.until_timeout = _shutdown.until_timeout, wait
    """
    process = start_python(program, sandbox.url, moment)
    output, errors = process.communicate(timeout=1200)
    assert output == "ended\n", errors
    assert "KeyboardInterrupt" in errors
    assert sandbox.count(f"POST {REFRESH}") == 0


@pytest.mark.parametrize("milliseconds", [5, 20, 60])
def test_no_payment_is_lost_to_ctrl_c(sandbox: Sandbox, milliseconds: int) -> None:
    """Short calls in a loop, and Ctrl-C at any moment."""
    program = """
        import random, signal, sys
        from peerid import CancelledTooLate, Client, Outcome
        transfer = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                    "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        results, unknown, edges = [], 0, 0
        with Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4"
        ) as client:
            session = client.login("alice", password="alice-password")
            for _ in range(20):
                try:
                    # Repeated, since Python ignores an exception in a destructor.
                    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.01, 0.15), 1)
                    while True:
                        results.append(session.submit(transfer))
                except KeyboardInterrupt as exception:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    cause = exception.__cause__
                    if isinstance(cause, CancelledTooLate):
                        results.append(cause.result)
                    elif cause is not None:
                        unknown += cause.outcome is Outcome.UNKNOWN
                    else:
                        edges += 1
        print(len({result.transaction_id for result in results}), unknown, edges)
    """
    sandbox.fault("delay_after", OPERATIONS, ms=milliseconds, times="always")
    done, unknown, edges = map(int, run_python(program, sandbox.url).split())
    # `edges` are signals between two calls, or before a returned result has a name. The
    # tests above aim at the moments in a call.
    assert done <= sandbox.executed() <= done + unknown + edges
