from __future__ import annotations

import gc
import warnings

import pytest
from sandbox import TRANSFER, Sandbox, run_python

import peerid
from peerid import Client, Session


def test_use_after_close_is_a_clear_error(client: Client, session: Session) -> None:
    assert not session.closed
    session.close()
    session.close()
    assert session.closed
    assert "closed" in repr(session)
    for call in (
        lambda: session.submit(TRANSFER),
        lambda: session.confirm("x"),
        lambda: session.broadcast({}),
        lambda: session.refresh(),
        lambda: session.logout(),
        lambda: session.token,
    ):
        with pytest.raises(peerid.ClosedError, match="the session was closed"):
            call()
    client.close()
    client.close()
    assert client.closed
    assert "closed" in repr(client)
    for call in (
        lambda: client.login("alice", password="x"),
        lambda: client.authorization_url("http://localhost/"),
        lambda: client.exchange("?code=x&state=y", "y"),
        lambda: client.exchange_code("x"),
        lambda: client.restore("{}"),
        lambda: client.open("alice"),
        lambda: client.read_chain("database", "get_chain_id"),
    ):
        with pytest.raises(peerid.ClosedError, match="the client was closed"):
            call()


def test_a_finalizer_may_use_a_session_that_is_already_freed(client: Client) -> None:
    failures: list[BaseException] = []

    class Payer:
        def __init__(self, session: Session) -> None:
            self.session = session
            self.cycle = self

        def __del__(self) -> None:
            try:
                self.session.submit(TRANSFER)
            except BaseException as failure:
                failures.append(failure)

    # Of the objects of a cycle, the oldest one is finalized first.
    Payer(client.login("alice", password="alice-password"))
    gc.collect()
    (failure,) = failures
    assert isinstance(failure, peerid.InvalidArgument)
    assert failure.outcome is peerid.Outcome.NOT_SENT


def test_blocks_close(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4, client_secret="x") as client:
        with client.login("alice", password="alice-password") as session:
            assert not session.closed
        assert session.closed
    assert client.closed


def test_a_session_keeps_its_client(sandbox: Sandbox) -> None:
    session = Client(sandbox.url, client_id=4, client_secret="x").login(
        "alice", password="alice-password"
    )
    gc.collect()
    assert session.submit(TRANSFER).transaction_id
    session.client.close()


def test_a_client_that_is_not_closed_causes_a_warning(sandbox: Sandbox) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client = Client(sandbox.url, client_id=4)
        del client
        gc.collect()
    (warning,) = caught
    assert warning.category is ResourceWarning
    assert "client_id 4" in str(warning.message)


def test_a_client_that_could_not_be_made_leaves_nothing() -> None:
    for _ in range(3):
        with pytest.raises(peerid.ConfigurationError):
            Client("nonsense", client_id=4)
    gc.collect()


_LEAK = """
    import gc, resource, sys
    import peerid
    from peerid import Client, PeerIDError, ops

    def resident():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() // 1024

    def failing(call):
        try:
            call()
        except PeerIDError:
            pass

    client = Client(sys.argv[1], client_id=4, client_secret="demo-secret-4")
    session = client.login("alice", password="alice-password")
    transfer = ops.transfer(fee_asset="1.3.0", from_="1.2.31", to="1.2.33",
                            amount={"amount": 1, "asset_id": "1.3.0"})
    closed = client.restore(session.token.to_json())
    closed.close()

    def cheap():
        token = session.token
        token.access_token, token.refresh_token, token.scope, token.to_json()
        client.restore(token.to_json())
        client.authorization_url("http://localhost/")
        peerid.check_operations(transfer)
        failing(lambda: peerid.check_operations({"op_name": "transfer"}))
        failing(lambda: closed.submit(transfer))
        failing(lambda: client.open("alice"))
        Client(sys.argv[1], client_id=4, store=peerid.MemoryStore()).close()

    def dear():
        result = session.submit(transfer)
        result.json, result.text, result.created_ids

    def growth(call, warm, count):
        for _ in range(warm):
            call()
        before = resident()
        for _ in range(count):
            call()
        return resident() - before

    print(growth(cheap, 1000, 10000), growth(dear, 500, 5000))
    client.close()
"""


def test_nothing_leaks_over_100_000_calls(sandbox: Sandbox) -> None:
    cheap, dear = map(int, run_python(_LEAK, sandbox.url, timeout=1200).split())
    # In KiB; one byte lost in each of 100,000 calls would be 98.
    assert cheap < 512
    assert dear < 512
