from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from sandbox import OPERATIONS, REFRESH, TRANSFER, UNTIL_RELEASED, Sandbox

import peerid
from peerid import Client, Session


def test_one_refresh_serves_many_threads(session: Session, sandbox: Sandbox) -> None:
    session.submit(TRANSFER)
    sandbox.expire()
    sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
    with ThreadPoolExecutor(32) as pool:
        calls = pool.map(lambda _: session.submit(TRANSFER), range(64))
        sandbox.wait_for(REFRESH)
        sandbox.release()
        results = list(calls)
    assert len({result.transaction_id for result in results}) == 64
    assert sandbox.count(f"POST {REFRESH}") == 1
    assert sandbox.executed() == 65
    assert session.token.generation == 2


def test_a_call_does_not_hold_the_interpreter(
    session: Session, sandbox: Sandbox
) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED, times=8)
    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(session.submit, TRANSFER) for _ in range(8)]
        # All eight wait at once, and this thread goes on meanwhile.
        sandbox.wait_for(OPERATIONS, at_least=8)
        assert not any(result.done() for result in results)
        sandbox.release()
    assert all(result.result().transaction_id for result in results)


def test_closing_in_the_middle_of_calls_is_safe(sandbox: Sandbox) -> None:
    for _ in range(20):
        client = Client(sandbox.url, client_id=4, client_secret="demo-secret-4")
        session = client.login("alice", password="alice-password")

        def submit(session: Session = session) -> str:
            try:
                while True:
                    session.submit(TRANSFER)
            except peerid.ClosedError as error:
                return error.name

        with ThreadPoolExecutor(8) as pool:
            names = [pool.submit(submit) for _ in range(8)]
            session.close()
            client.close()
            assert {name.result(600) for name in names} == {"closed"}


def test_a_call_keeps_what_it_uses(client: Client, sandbox: Sandbox) -> None:
    """Closing in the middle of a call frees nothing that the call still needs."""
    session = client.login("alice", password="alice-password")
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(session.submit, TRANSFER)
        sandbox.wait_for(OPERATIONS)
        handle = weakref.ref(session._open_handle())
        session.close()
        gc.collect()
        assert handle() is not None
        sandbox.release()
        assert call.result().transaction_id
    gc.collect()
    assert handle() is None


def test_clients_may_be_made_in_threads(sandbox: Sandbox) -> None:
    def whole_life(_: int) -> int:
        with (
            Client(sandbox.url, client_id=4, client_secret="x") as client,
            client.login("alice", password="alice-password") as session,
        ):
            return session.token.generation

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(whole_life, range(64))) == {1}


@pytest.mark.parametrize("what", ["client", "session"])
def test_closing_twice_in_many_threads(
    client: Client, session: Session, what: str
) -> None:
    target = client if what == "client" else session
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: target.close(), range(64)))
    assert target.closed
