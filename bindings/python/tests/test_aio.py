"""Calls on an event loop: the same results as the blocking calls."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest
from loops import block_until_completed, in_thread, log_in, new_client, on_a_loop
from sandbox import (
    LOGIN,
    OPERATIONS,
    PATIENT,
    REFRESH,
    TRANSFER,
    UNTIL_RELEASED,
    Sandbox,
    run_python,
)
from stores import DictStore
from test_login import consent

import peerid
from peerid import Credentials, DirectoryStore, MemoryStore, aio
from peerid.aio import _calls


@on_a_loop
async def test_a_user_logs_in_and_submits(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client, await log_in(client) as session:
        assert session.client is client
        assert session.key is None
        assert session.token.access_token.startswith("demoAccessAliceApp4")
        result = await session.submit(TRANSFER)
        assert result.transaction_id is not None
        assert len(result.transaction_id) == 40
        assert result.json["trx"]["operations"][0][0] == 0
        assert (await session.submit([TRANSFER, TRANSFER])).block_num
        assert (await session.refresh()).generation == 2
    assert session.closed
    assert client.closed
    assert sandbox.executed() == 2


@pytest.mark.parametrize("of", ["Client", "Session"])
def test_names_and_arguments_are_those_of_the_calls_that_block(of: str) -> None:
    blocking = vars(peerid)[of]
    awaited = vars(aio)[of]
    names = {name for name in dir(blocking) if not name.startswith("_")}
    assert names == {name for name in dir(awaited) if not name.startswith("_")}
    for name in [*names, "__init__"]:
        ours, theirs = getattr(awaited, name), getattr(blocking, name)
        if callable(theirs):
            parameters = dict(inspect.signature(ours).parameters)
            # The library does not limit blocking calls.
            if (of, name) == ("Client", "__init__"):
                del parameters["fail_when_full"]
            assert parameters == inspect.signature(theirs).parameters
            assert ours.__doc__


@on_a_loop
async def test_the_authorization_code_flow(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        url, state = client.authorization_url("http://127.0.0.1:8400/callback")
        session = await client.exchange(consent(url), state)
        assert (await session.submit(TRANSFER)).transaction_id
        with pytest.raises(peerid.InvalidArgument, match="state"):
            await client.exchange("?code=x&state=y", state)
        session = await client.exchange_code("demoCodeAliceApp4".ljust(40, "0"))
        assert (await session.submit(TRANSFER)).transaction_id


@on_a_loop
async def test_transaction_tokens_and_signed_transactions(sandbox: Sandbox) -> None:
    async with new_client(
        sandbox, client_id=6, client_secret="demo-secret-6"
    ) as client:
        session = await log_in(client)
        pending = await session.submit(TRANSFER)
        assert pending.transaction_id is None
        assert pending.transaction_token is not None
        assert (await session.confirm(pending.transaction_token)).transaction_id
        with pytest.raises(peerid.Rejected, match="Invalid token"):
            await session.confirm(pending.transaction_token)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        transaction = (await session.submit(TRANSFER)).json["trx"]
        del transaction["operation_results"]
        for form in (transaction, json.dumps(transaction)):
            assert (await session.broadcast(form)).transaction_id


@on_a_loop
async def test_the_chain_is_read(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        (asset,) = await client.read_chain("database", "get_objects", [["1.3.0"]])
        assert asset["id"] == "1.3.0"
        answer = await client.read_chain("database", "echo", ["Ü & =", 2**60])
        assert answer == ["Ü & =", str(2**60)]


@on_a_loop
async def test_sessions_are_kept_by_their_keys(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    store = DirectoryStore(tmp_path / "sessions")
    async with new_client(sandbox, store=store) as client:
        session = await log_in(client, key="alice")
        assert session.key == "alice"
        opened = await client.open("alice")
        assert opened.token.to_json() == session.token.to_json()
        restored = await client.restore(session.token.to_json(), key="bob")
        assert restored.key == "bob"
        assert sorted(store.keys()) == ["alice", "bob"]
        # A program that blocks shares them.
        with peerid.Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", store=store
        ) as blocking:
            assert blocking.open("alice").refresh().generation == 2
        assert (await opened.submit(TRANSFER)).transaction_id
        await opened.logout()
        with pytest.raises(peerid.LoginRequired):
            await opened.submit(TRANSFER)
        with pytest.raises(peerid.LoginRequired):
            await client.open("alice")
        assert store.keys() == ["bob"]


@pytest.mark.parametrize("expired", [False, True])
def test_fresh_token_returns_a_valid_token(sandbox: Sandbox, expired: bool) -> None:
    with peerid.Client(
        sandbox.url, client_id=4, client_secret="demo-secret-4"
    ) as client:
        session = client.login("alice", password="alice-password")
        client.read_chain("database", "get_chain_id")
        if expired:
            sandbox.post("settings", {"clock_offset_s": 91 * 86400})
            client.read_chain("database", "get_chain_id")
        token = session.fresh_token()
        assert token.generation == session.token.generation
        sandbox.post("revoke", {"part": "access"})
        again = session.fresh_token(refused=token.generation)
        assert again.generation == token.generation + 1


@on_a_loop
async def test_fresh_token_returns_a_valid_token_to_a_task(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        token = await session.fresh_token()
        assert token.access_token == session.token.access_token
        again = await session.fresh_token(refused=token.generation)
        assert again.generation == 2
        await session.logout()
        with pytest.raises(peerid.LoginRequired):
            await session.fresh_token()


_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("drop_before", {}),
    ("drop_after", {}),
    ("drop_mid", {"cut": "head"}),
    ("drop_mid", {"cut": "body"}),
    ("status", {"status": 500}),
    ("status", {"status": 503, "headers": {"Retry-After": "2"}}),
    ("status", {"status": 429}),
    ("status", {"status": 400, "body": '{"error":{"amount":"no"},"status":400}'}),
    ("status", {"status": 302, "headers": {"Location": "http://localhost/"}}),
    ("status", {"status": 200, "body": "x" * 3000}),
    ("delay", {"ms": UNTIL_RELEASED}),
]


@pytest.mark.parametrize(("kind", "more"), _FAULTS)
def test_errors_are_those_of_the_calls_that_block(
    client: peerid.Client, sandbox: Sandbox, kind: str, more: dict[str, Any]
) -> None:
    options: dict[str, Any] = {**PATIENT, "max_response_bytes": 2000}
    if kind == "delay":
        options["request_timeout_ms"] = 500
    token = client.login("alice", password="alice-password").token.to_json()

    async def awaited() -> peerid.PeerIDError:
        async with new_client(sandbox, **options) as client:
            session = await client.restore(token)
            sandbox.fault(kind, OPERATIONS, **more)
            with pytest.raises(peerid.PeerIDError) as caught:
                await session.submit(TRANSFER)
        assert aio.error_of(caught.value) is caught.value
        return caught.value

    def blocking() -> peerid.PeerIDError:
        with peerid.Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", **options
        ) as client:
            session = client.restore(token)
            sandbox.fault(kind, OPERATIONS, **more)
            with pytest.raises(peerid.PeerIDError) as caught:
                session.submit(TRANSFER)
        return caught.value

    ours, theirs = asyncio.run(awaited()), blocking()
    # On a slow machine the time may run out before the request is sent.
    while peerid.Outcome.NOT_SENT in (ours.outcome, theirs.outcome):
        assert options["request_timeout_ms"] < 300_000
        options["request_timeout_ms"] *= 2
        sandbox.post("faults", {"clear": True})
        ours, theirs = asyncio.run(awaited()), blocking()
    assert type(ours) is type(theirs)
    # libcurl's message depends on whether it has reused a connection.
    assert {**vars(ours), "message": ""} == {**vars(theirs), "message": ""}


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda session: session.submit([]), peerid.InvalidArgument),
        (lambda session: session.submit(5), TypeError),
        (
            lambda session: session.submit({"op_name": "transfer"}),
            peerid.InvalidArgument,
        ),
        (lambda session: session.confirm("a\0b"), peerid.InvalidArgument),
        (lambda session: session.broadcast({}), peerid.InvalidArgument),
        (lambda session: session.client.login("alice"), peerid.InvalidArgument),
        (
            lambda session: session.client.read_chain("wallet", "x"),
            peerid.InvalidArgument,
        ),
        (lambda session: session.client.open("alice"), peerid.ConfigurationError),
    ],
)
@on_a_loop
async def test_mistakes_are_reported_before_anything_is_sent(
    sandbox: Sandbox, call: Callable[[aio.Session], Any], kind: type[Exception]
) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        sandbox.post("requests")
        with pytest.raises(kind):
            await call(session)
    assert sandbox.get("requests") == []


@on_a_loop
async def test_a_thousand_tasks(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        await session.submit(TRANSFER)
        sandbox.expire()
        results = await asyncio.gather(*(session.submit(TRANSFER) for _ in range(1000)))
        assert len({result.transaction_id for result in results}) == 1000
        assert session.token.generation == 2
    assert sandbox.executed() == 1001
    assert sandbox.count(f"POST {REFRESH}") == 1


@on_a_loop
async def test_more_calls_have_ended_than_are_taken_at_a_time(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        count = 2 * _calls._BATCH + 10
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(count)]
        await asyncio.sleep(0)
        block_until_completed(client)
        assert len({(await task).transaction_id for task in tasks}) == count


def test_no_thread_but_the_librarys_own(sandbox: Sandbox) -> None:
    program = """
        import asyncio, os, sys, threading
        from peerid import aio

        TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                    "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}

        async def main():
            client = aio.Client(sys.argv[1], client_id=4, client_secret="x")
            token = '{"token": "%s"}' % "demoAccessAliceApp4".ljust(124, "0")
            async with client:
                session = await client.restore(token)
                # The threads that opened the session end when they have no more to do.
                while len(os.listdir("/proc/self/task")) > 1:
                    await asyncio.sleep(0.1)
                tasks = [
                    asyncio.create_task(session.submit(TRANSFER)) for _ in range(200)
                ]
                most = 0
                while not all(task.done() for task in tasks):
                    await asyncio.sleep(0.001)
                    most = max(most, len(os.listdir("/proc/self/task")))
                await asyncio.gather(*tasks)
                print(most, threading.active_count())

        asyncio.run(main())
    """
    # The main thread, and that of the client's event loop in the library.
    assert run_python(program, sandbox.url) == "2 1\n"


class LoopStore(DictStore):
    """A store that answers only if the event loop runs during its wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self.waits = 0

    def _wait_for_loop(self) -> None:
        async def turn() -> None:
            self.waits += 1

        asyncio.run_coroutine_threadsafe(turn(), self._loop).result(600)

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[str]:
        with super().lock(key, timeout) as lock:
            self._wait_for_loop()
            yield lock

    def load(self, key: str, lock: Any = None) -> Any:
        self._wait_for_loop()
        return super().load(key, lock)


@on_a_loop
async def test_the_loop_runs_while_a_store_waits(sandbox: Sandbox) -> None:
    store = LoopStore(asyncio.get_running_loop())
    async with new_client(sandbox, store=store) as client:
        session = await log_in(client, key="alice")
        opened = await client.open("alice")
        assert (await opened.refresh()).generation == 2
        await session.logout()
        with pytest.raises(peerid.LoginRequired):
            await client.open("alice")
    assert store.waits > 0


@on_a_loop
async def test_what_a_client_calls(sandbox: Sandbox) -> None:
    events: list[str] = []
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    threads = set()

    def log(_level: int, message: str) -> None:
        events.append(message)
        loop.call_soon_threadsafe(told.set)

    def relogin(_key: str | None) -> Credentials:
        threads.add(threading.current_thread() is threading.main_thread())
        return Credentials("alice", password="alice-password")

    async with new_client(sandbox, log=log, relogin=relogin) as client:
        session = await log_in(client)
        async with new_client(sandbox) as other:
            await (await log_in(other)).refresh()
        sandbox.expire()
        assert (await session.submit(TRANSFER)).transaction_id
        await told.wait()
    assert threads == {False}
    assert events


@on_a_loop
async def test_a_password_can_be_kept(sandbox: Sandbox) -> None:
    async with new_client(sandbox, relogin="keep") as client:
        session = await log_in(client)
        async with new_client(sandbox) as other:
            await (await log_in(other)).refresh()
        sandbox.expire()
        assert (await session.submit(TRANSFER)).transaction_id
    assert sandbox.count(f"POST {LOGIN}") == 3


@on_a_loop
async def test_calls_wait_for_their_turn(sandbox: Sandbox) -> None:
    """No call fails because many are in flight."""
    async with new_client(sandbox, max_in_flight=3) as client:
        session = await log_in(client)
        sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, times=3)
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(60)]
        found = await in_thread(sandbox.wait_for, OPERATIONS, at_least=3)
        assert len(found) == 3
        sandbox.release()
        await asyncio.gather(*tasks)
    assert sandbox.executed() == 60


@on_a_loop
async def test_calls_start_in_order(sandbox: Sandbox) -> None:
    async with new_client(sandbox, max_in_flight=1) as client:
        session = await log_in(client)
        calls = (
            session.submit({**TRANSFER, "amount": _amount(number)})
            for number in range(30)
        )
        await asyncio.gather(*calls)
    sent = [
        json.loads(request["body"])["operations"][0]["amount"]["amount"]
        for request in sandbox.wait_for(OPERATIONS, at_least=30)
    ]
    assert sent == list(range(1, 31))


@on_a_loop
async def test_calls_can_fail_when_many_are_in_flight(sandbox: Sandbox) -> None:
    async with new_client(sandbox, max_in_flight=2, fail_when_full=True) as client:
        session = await log_in(client)
        sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, times=2)
        calls = [session.submit(TRANSFER) for _ in range(5)]
        gathered = asyncio.gather(*calls, return_exceptions=True)
        await in_thread(sandbox.wait_for, OPERATIONS, at_least=2)
        sandbox.release()
        ended = await gathered
        assert (await session.submit(TRANSFER)).transaction_id
        kinds = [peerid.Result] * 2 + [peerid.QueueFull] * 3
        assert all(map(isinstance, ended, kinds))
    refusal = ended[2]
    assert isinstance(refusal, peerid.QueueFull)
    assert refusal.outcome is peerid.Outcome.NOT_SENT
    assert refusal.retryable
    assert "max_in_flight" in str(refusal)
    assert sandbox.executed() == 3


def _amount(number: int) -> dict[str, Any]:
    return {"amount": number + 1, "asset_id": "1.3.0"}


@on_a_loop
async def test_a_call_that_cannot_begin_lets_the_next_one_pass(
    sandbox: Sandbox,
) -> None:
    async with new_client(sandbox, max_in_flight=1) as client:
        session = await log_in(client)
        faulty = {**TRANSFER, "from": "nobody"}
        calls = [
            session.submit(operation) for operation in (TRANSFER, faulty, TRANSFER)
        ]
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(result, peerid.Result) for result in ended] == [
        True,
        False,
        True,
    ]
    assert isinstance(ended[1], peerid.InvalidArgument)


@on_a_loop
async def test_an_exception_during_a_delivery_loses_no_other_completion(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raise, as a signal handler can between any two instructions."""
    read = _calls._outcome
    reports = []

    def interrupted(completion: Any) -> Any:
        monkeypatch.setattr(_calls, "_outcome", read)
        raise RuntimeError("a signal")

    async with new_client(sandbox) as client:
        session = await log_in(client)
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reports.append(str(context["exception"]))
        )
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(20)]
        await asyncio.sleep(0)
        monkeypatch.setattr(_calls, "_outcome", interrupted)
        block_until_completed(client)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    (lost,) = (result for result in ended if not isinstance(result, peerid.Result))
    assert isinstance(lost, peerid.OutcomeUnknown)
    assert lost.outcome is peerid.Outcome.UNKNOWN
    assert reports == ["a signal"]


@on_a_loop
async def test_stores_are_shared_with_calls_that_block(sandbox: Sandbox) -> None:
    with MemoryStore() as store:
        async with new_client(sandbox, store=store) as client:
            await log_in(client, key="alice")
        with peerid.Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", store=store
        ) as blocking:
            assert blocking.open("alice").submit(TRANSFER).transaction_id
