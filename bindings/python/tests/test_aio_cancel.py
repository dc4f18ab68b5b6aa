"""Cancelled tasks: the call ends, and its outcome is available."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
from collections.abc import Awaitable
from typing import Any, Callable

import pytest
from loops import (
    block_until_completed,
    in_thread,
    log_in,
    new_client,
    on_a_loop,
    pending_calls,
    until,
)
from sandbox import LOGIN, OPERATIONS, REFRESH, TRANSFER, UNTIL_RELEASED, Sandbox
from stores import DictStore

import peerid
from peerid import MemoryStore, Outcome, aio

# Before the time limit of the requests. The delayed ones get no answer.
_SOON = 300


async def _cancelled(task: asyncio.Task[Any]) -> peerid.PeerIDError | None:
    """Cancel a task and return the outcome of its call."""
    start = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    assert task.cancelled()
    assert time.monotonic() - start < _SOON
    return aio.error_of(caught.value)


@on_a_loop
async def test_before_the_task_has_begun(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.submit(TRANSFER))
        assert await _cancelled(task) is None
        assert (await session.submit(TRANSFER)).transaction_id
    assert sandbox.executed() == 1


@on_a_loop
async def test_before_anything_is_sent(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    async with new_client(sandbox, max_active_requests=1) as client:
        session = await log_in(client)
        first = asyncio.create_task(session.submit(TRANSFER))
        await in_thread(sandbox.wait_for, OPERATIONS)
        second = asyncio.create_task(session.submit(TRANSFER))
        await until(lambda: pending_calls(client) == 2)
        error = await _cancelled(second)
        assert isinstance(error, peerid.Cancelled)
        assert error.outcome is Outcome.NOT_SENT
        assert isinstance(await _cancelled(first), peerid.Cancelled)
        assert (await session.submit(TRANSFER)).transaction_id
    assert len(sandbox.wait_for(OPERATIONS)) == 2


@on_a_loop
async def test_while_the_answer_is_on_its_way(sandbox: Sandbox) -> None:
    sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.submit(TRANSFER))
        await in_thread(sandbox.wait_for, OPERATIONS)
        error = await _cancelled(task)
        assert isinstance(error, peerid.Cancelled)
        assert error.outcome is Outcome.UNKNOWN
        assert not isinstance(error, aio.CancelledTooLate)
        assert (await session.submit(TRANSFER)).transaction_id
    # The cancelled call was done, which only the chain shows.
    assert sandbox.executed() == 2


@on_a_loop
async def test_when_the_answer_is_there_but_not_read(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.submit(TRANSFER))
        await asyncio.sleep(0)
        block_until_completed(client)
        error = await _cancelled(task)
    assert isinstance(error, aio.CancelledTooLate)
    assert error.outcome is Outcome.UNKNOWN
    (operation,) = sandbox.get("executed")["operations"]
    assert error.result.transaction_id == operation["transaction_id"]
    again = pickle.loads(pickle.dumps(error))
    assert again.result.transaction_id == error.result.transaction_id


@on_a_loop
async def test_when_the_answer_has_just_been_read(sandbox: Sandbox) -> None:
    """The task is cancelled after its call has ended and before the task continues."""
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.submit(TRANSFER))
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        calls = client._calls_on(loop)
        assert calls is not None
        assert len(calls._pending) == 1
        was_done = None

        def watch() -> None:
            nonlocal was_done
            if calls._pending:
                loop.call_soon(watch)
            else:
                was_done = task.done()
                task.cancel()

        watch()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert was_done is False
    error = aio.error_of(caught.value)
    assert isinstance(error, aio.CancelledTooLate)
    assert error.result.block_num


@on_a_loop
async def test_when_the_call_has_just_failed(sandbox: Sandbox) -> None:
    sandbox.fault("drop_after", OPERATIONS)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.submit(TRANSFER))
        await asyncio.sleep(0)
        block_until_completed(client)
        error = await _cancelled(task)
    assert isinstance(error, peerid.OutcomeUnknown)


@on_a_loop
async def test_when_the_answer_cannot_be_read(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = peerid.ProtocolError("unreadable")

    def fail(_: object) -> Any:
        raise unreadable

    monkeypatch.setattr(aio.session, "read_account", fail)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.account())
        await asyncio.sleep(0)
        block_until_completed(client)
        assert await _cancelled(task) is unreadable


@on_a_loop
async def test_twice(sandbox: Sandbox) -> None:
    """Even if a task is cancelled several times, it waits for the end of its call."""
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    async with new_client(sandbox) as client:
        task = asyncio.create_task(log_in(client))
        await in_thread(sandbox.wait_for, LOGIN)
        task.cancel()
        # The task is woken, and waits for the completion.
        await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        error = await _cancelled(task)
    assert isinstance(error, peerid.Cancelled)
    assert error.outcome is Outcome.UNKNOWN


class HangingStore(DictStore):
    """A store with a function that returns only when it is released."""

    def __init__(self, hanging: str = "load") -> None:
        super().__init__()
        self.hanging = hanging
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    def _wait(self, function: str) -> None:
        if function == self.hanging:
            self.is_asked.set()
            self.may_answer.wait()

    def load(self, key: str, lock: Any = None) -> Any:
        self._wait("load")
        return super().load(key, lock)

    def save(self, key: str, session: Any, expected: int, lock: Any) -> bool:
        self._wait("save")
        return super().save(key, session, expected, lock)

    def remove(self, key: str, lock: Any = None) -> None:
        self._wait("remove")
        super().remove(key, lock)


@on_a_loop
async def test_while_a_store_does_not_answer(sandbox: Sandbox) -> None:
    store = HangingStore()
    async with new_client(sandbox, store=store) as client:
        task = asyncio.create_task(client.open("alice"))
        await in_thread(store.is_asked.wait)
        error = await _cancelled(task)
        assert isinstance(error, peerid.Cancelled)
        assert error.outcome is Outcome.NOT_SENT
        store.may_answer.set()
        with pytest.raises(peerid.LoginRequired):
            await client.open("alice")


async def _restore(client: aio.Client, session: aio.Session) -> None:
    other = {"access_token": "another", "refresh_token": "another-too"}
    await client.restore(json.dumps(other), key="alice")


async def _log_out(client: aio.Client, session: aio.Session) -> None:
    await session.logout()


async def _set_account(client: aio.Client, session: aio.Session) -> None:
    await session.set_account("pi-bob")


@pytest.mark.parametrize(
    ("call", "changes"),
    [(_restore, "save"), (_log_out, "remove"), (_set_account, "save")],
)
@pytest.mark.parametrize("changed", [False, True])
@on_a_loop
async def test_a_change_of_the_store(
    sandbox: Sandbox, call: Any, changes: str, changed: bool
) -> None:
    """Not sent means that the store does not change later. Otherwise it may."""
    store = HangingStore("nothing")
    async with new_client(sandbox, store=store) as client:
        session = await log_in(client, key="alice")
        before = store.sessions["alice"]
        store.hanging = changes if changed else "load"
        task = asyncio.create_task(call(client, session))
        await in_thread(store.is_asked.wait)
        error = await _cancelled(task)
        assert isinstance(error, peerid.Cancelled)
        outcome = Outcome.UNKNOWN if changed else Outcome.NOT_SENT
        assert error.outcome is outcome
        assert ("may still" in str(error)) == changed
        store.hanging = "nothing"
        store.may_answer.set()
        with store.lock("alice", 600):
            assert (store.sessions.get("alice") != before) == changed


@on_a_loop
async def test_while_it_waits_for_its_turn(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    async with new_client(sandbox, max_in_flight=1) as client:
        session = await log_in(client)
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(4)]
        await in_thread(sandbox.wait_for, OPERATIONS)
        # The first waiting call, and the one after it.
        for waiting in (tasks[1], tasks[2]):
            error = await _cancelled(waiting)
            assert isinstance(error, peerid.Cancelled)
            assert error.outcome is Outcome.NOT_SENT
            assert error.retryable
        assert isinstance(await _cancelled(tasks[0]), peerid.Cancelled)
        assert (await tasks[3]).transaction_id
    assert len(sandbox.wait_for(OPERATIONS)) == 2


@on_a_loop
async def test_a_log_in(sandbox: Sandbox) -> None:
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    with MemoryStore() as store:
        async with new_client(sandbox, store=store) as client:
            task = asyncio.create_task(log_in(client, key="alice"))
            await in_thread(sandbox.wait_for, LOGIN)
            error = await _cancelled(task)
            assert isinstance(error, peerid.Cancelled)
            assert store.keys() == []
            assert (await log_in(client, key="alice")).key == "alice"


@on_a_loop
async def test_a_refresh_continues(sandbox: Sandbox) -> None:
    sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        task = asyncio.create_task(session.refresh())
        await in_thread(sandbox.wait_for, REFRESH)
        assert await _cancelled(task) is not None
        assert session.token.generation == 1
        sandbox.release()
        await until(lambda: session.token.generation == 2)
        assert (await session.submit(TRANSFER)).transaction_id
    assert sandbox.count(f"POST {REFRESH}") == 1


@on_a_loop
async def test_a_submit_that_waits_for_a_refresh(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        session = await log_in(client)
        await session.submit(TRANSFER)
        sandbox.expire()
        sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
        task = asyncio.create_task(session.submit(TRANSFER))
        await in_thread(sandbox.wait_for, REFRESH)
        error = await _cancelled(task)
        assert isinstance(error, peerid.Cancelled)
        sandbox.release()
        await until(lambda: session.token.generation == 2)
    assert sandbox.executed() == 1


async def _wait_for(call: Awaitable[Any], seconds: float) -> None:
    await asyncio.wait_for(call, seconds)


async def _timeout(call: Awaitable[Any], seconds: float) -> None:
    async with asyncio.timeout(seconds):  # type: ignore[attr-defined]
        await call


_Limit = Callable[[Awaitable[Any], float], Awaitable[None]]
_LIMITS: list[_Limit] = [_wait_for]
if hasattr(asyncio, "timeout"):
    _LIMITS.append(_timeout)


@pytest.mark.parametrize("limit", _LIMITS)
@on_a_loop
async def test_time_limits_of_asyncio(sandbox: Sandbox, limit: _Limit) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED, times="always")
    async with new_client(sandbox) as client:
        session = await log_in(client)
        seconds, outcome = 0.1, Outcome.NOT_SENT
        # On a slow machine the time may run out before the request is sent.
        while outcome is Outcome.NOT_SENT and seconds < _SOON:
            seconds *= 2
            start = time.monotonic()
            with pytest.raises(asyncio.TimeoutError) as caught:
                await limit(session.submit(TRANSFER), seconds)
            assert time.monotonic() - start < seconds + _SOON
            error = aio.error_of(caught.value)
            assert isinstance(error, peerid.Cancelled)
            outcome = error.outcome
        assert outcome is Outcome.UNKNOWN
        sandbox.post("faults", {"clear": True})
        await limit(session.submit(TRANSFER), _SOON)


@on_a_loop
async def test_a_shielded_call_continues(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        call = asyncio.ensure_future(session.submit(TRANSFER))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(call), 0.1)
        await in_thread(sandbox.wait_for, OPERATIONS)
        sandbox.release()
        assert (await call).transaction_id


async def _outcome(task: asyncio.Task[peerid.Result]) -> Any:
    """Wait for a task and return the result or the outcome of its call."""
    try:
        return await task
    except asyncio.CancelledError as exception:
        error = aio.error_of(exception)
        assert error is not None
        return (
            error.result if isinstance(error, aio.CancelledTooLate) else error.outcome
        )


@on_a_loop
async def test_after_a_gather_the_task_still_has_its_error(sandbox: Sandbox) -> None:
    """`gather` creates its own exceptions for cancelled tasks."""
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED, times=2)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(2)]
        await in_thread(sandbox.wait_for, OPERATIONS, at_least=2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert [await _outcome(task) for task in tasks] == [Outcome.UNKNOWN] * 2


@on_a_loop
async def test_a_thousand_tasks(sandbox: Sandbox) -> None:
    """Every outcome that is not unknown is correct."""
    async with new_client(sandbox) as client:
        session = await log_in(client)
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(1000)]
        # Enough calls have started, and many have not.
        await in_thread(sandbox.wait_for, OPERATIONS, at_least=100)
        for task in tasks:
            task.cancel()
        outcomes = [await _outcome(task) for task in tasks]
    done = {
        result.transaction_id
        for result in outcomes
        if isinstance(result, peerid.Result)
    }
    unknown = outcomes.count(Outcome.UNKNOWN)
    assert len(done) + unknown + outcomes.count(Outcome.NOT_SENT) == 1000
    assert len(done) <= sandbox.executed() <= len(done) + unknown


@pytest.mark.parametrize(
    ("exception", "found"),
    [(ValueError("x"), None), (asyncio.CancelledError(), None)],
)
def test_no_error_behind_other_exceptions(
    exception: BaseException, found: object
) -> None:
    assert aio.error_of(exception) is found


async def _time_out_without_a_cause(call: Awaitable[Any]) -> None:
    """A timeout of another library than asyncio."""
    try:
        await asyncio.wait_for(call, 0.2)
    except asyncio.TimeoutError as exception:
        cancellation = exception.__cause__
    try:
        assert cancellation is not None
        raise cancellation
    except asyncio.CancelledError:
        raise asyncio.TimeoutError  # noqa: B904


@on_a_loop
async def test_other_time_limits(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    async with new_client(sandbox) as client:
        session = await log_in(client)
        with pytest.raises(asyncio.TimeoutError) as caught:
            await _time_out_without_a_cause(session.submit(TRANSFER))
        assert isinstance(aio.error_of(caught.value), peerid.Cancelled)


@pytest.mark.parametrize("kind", [asyncio.TimeoutError, asyncio.CancelledError])
def test_what_is_raised_while_an_error_is_handled(kind: type[BaseException]) -> None:
    """The error is that of an earlier call."""
    earlier = peerid.NotSent("x", retryable=True)

    def fail_twice() -> None:
        try:
            raise earlier
        except peerid.NotSent:
            raise kind  # noqa: B904

    with pytest.raises(kind) as caught:
        fail_twice()
    assert caught.value.__context__ is earlier
    assert aio.error_of(caught.value) is None


@on_a_loop
async def test_a_time_limit_while_an_error_is_handled(sandbox: Sandbox) -> None:
    sandbox.fault("drop_before", OPERATIONS)
    async with new_client(sandbox) as client:
        session = await log_in(client)

        async def wait_after_a_failure() -> None:
            try:
                await session.submit(TRANSFER)
            except peerid.OutcomeUnknown:
                await asyncio.wait_for(asyncio.sleep(3600), 0.05)

        with pytest.raises(asyncio.TimeoutError) as caught:
            await wait_after_a_failure()
    assert aio.error_of(caught.value) is None
