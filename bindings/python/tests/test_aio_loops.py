"""Several clients and event loops, forks, and closing."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
import warnings
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from loops import in_thread, log_in, new_client, on_a_loop, until
from sandbox import (
    LOGIN,
    OPERATIONS,
    TRANSFER,
    UNTIL_RELEASED,
    Sandbox,
    run_python,
    start_python,
)

import peerid
from peerid import aio

# Before the time limit of the requests. The delayed ones get no answer.
_SOON = 300


def test_one_client_on_many_event_loops(sandbox: Sandbox) -> None:
    client = new_client(sandbox)
    session = asyncio.run(log_in(client))

    async def submit() -> set[str | None]:
        results = await asyncio.gather(*(session.submit(TRANSFER) for _ in range(50)))
        return {result.transaction_id for result in results}

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(asyncio.run, submit()) for _ in range(8)]
        assert len(set.union(*(ids.result() for ids in found))) == 400
    asyncio.run(client.close())
    assert sandbox.executed() == 400


def test_event_loops_take_turns(sandbox: Sandbox) -> None:
    """Event loops of a client share the limit of calls in flight; none starves."""
    client = new_client(sandbox, max_in_flight=2)
    session = asyncio.run(log_in(client))

    async def submit() -> int:
        calls = (session.submit(TRANSFER) for _ in range(100))
        return len(await asyncio.gather(*calls))

    with ThreadPoolExecutor(3) as pool:
        counts = [pool.submit(asyncio.run, submit()) for _ in range(3)]
        assert [count.result(600) for count in counts] == [100, 100, 100]
    asyncio.run(client.close())


def test_event_loops_one_after_another_leave_nothing(sandbox: Sandbox) -> None:
    client = new_client(sandbox)
    session = asyncio.run(log_in(client))

    async def submit() -> None:
        assert (await session.submit(TRANSFER)).transaction_id

    asyncio.run(submit())
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        asyncio.run(submit())
    gc.collect()
    # The library may be about to close those of the last event loop.
    end = time.monotonic() + 600
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
        time.sleep(0.01)
    assert len(os.listdir("/proc/self/fd")) <= before
    asyncio.run(client.close())


def test_an_event_loop_that_is_closed_in_the_middle_of_calls(
    sandbox: Sandbox,
) -> None:
    program = """
        import asyncio, contextlib, gc, logging, os, sys, time
        from peerid import aio

        TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                    "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}
        # Python complains of the tasks that are thrown away.
        logging.disable(logging.CRITICAL)
        client = aio.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", max_in_flight=20
        )

        async def log_in():
            return await client.login("alice", password="alice-password")

        session = asyncio.run(log_in())
        for _ in range(20):
            loop = asyncio.new_event_loop()
            tasks = [loop.create_task(session.submit(TRANSFER)) for _ in range(50)]
            for _ in range(3):
                loop.run_until_complete(asyncio.sleep(0))
            loop.close()
            del tasks, loop
            gc.collect()

        async def go_on():
            results = await asyncio.gather(
                *(session.submit(TRANSFER) for _ in range(50))
            )
            await client.close()
            return len(results)

        print(asyncio.run(go_on()))

        def queues():
            # A descriptor may be closed while the list is read.
            count = 0
            for name in os.listdir("/proc/self/fd"):
                with contextlib.suppress(FileNotFoundError):
                    count += "eventfd" in os.readlink(f"/proc/self/fd/{name}")
            return count

        # The library may be about to end the calls of the last event loop.
        end = time.monotonic() + 600
        while queues() > 2 and time.monotonic() < end:
            gc.collect()
            time.sleep(0.01)
        print(queues() <= 2)
    """
    assert run_python(program, sandbox.url) == "50\nTrue\n"


@on_a_loop
async def test_closing_ends_calls_in_flight(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED, times="always")
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED, times=2, skip=1)
    client = new_client(sandbox, max_in_flight=20)
    session = await log_in(client)
    tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(30)]
    tasks.append(asyncio.create_task(log_in(client)))  # type: ignore[arg-type]
    await in_thread(sandbox.wait_for, OPERATIONS, at_least=20)
    start = time.monotonic()
    await client.close()
    assert time.monotonic() - start < _SOON
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(error, peerid.ClosedError) for error in ended)
    outcomes = [
        error.outcome for error in ended if isinstance(error, peerid.ClosedError)
    ]
    assert outcomes[:20] == [peerid.Outcome.UNKNOWN] * 20
    assert outcomes[20:30] == [peerid.Outcome.NOT_SENT] * 10
    await client.close()


@on_a_loop
async def test_closing_in_another_thread(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    client = new_client(sandbox)
    session = await log_in(client)
    task = asyncio.create_task(session.submit(TRANSFER))
    await in_thread(sandbox.wait_for, OPERATIONS)
    calls = client._calls_on(asyncio.get_running_loop())
    assert calls is not None
    thread = threading.Thread(target=lambda: asyncio.run(client.close()))
    thread.start()
    with pytest.raises(peerid.ClosedError):
        await task
    thread.join()
    await asyncio.sleep(0)
    assert not calls._is_watched


@on_a_loop
async def test_use_after_close(sandbox: Sandbox) -> None:
    client = new_client(sandbox)
    session, other = await log_in(client), await log_in(client)
    await session.close()
    await session.close()
    assert session.closed
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: session.submit(TRANSFER),
        lambda: session.confirm("x"),
        lambda: session.broadcast({}),
        lambda: session.refresh(),
        lambda: session.fresh_token(),
        lambda: session.logout(),
    ]
    for call in calls:
        with pytest.raises(peerid.ClosedError, match="the session was closed"):
            await call()
    await client.close()
    await client.close()
    calls = [
        lambda: client.login("alice", password="x"),
        lambda: client.exchange("?code=x&state=y", "y"),
        lambda: client.exchange_code("x"),
        lambda: client.restore("{}"),
        lambda: client.open("alice"),
        lambda: client.read_chain("database", "get_chain_id"),
        lambda: other.submit(TRANSFER),
        lambda: other.refresh(),
    ]
    for call in calls:
        with pytest.raises(peerid.ClosedError, match="the client was closed"):
            await call()


def test_a_closed_client_on_another_event_loop(sandbox: Sandbox) -> None:
    client = new_client(sandbox)
    session = asyncio.run(log_in(client))
    asyncio.run(client.close())

    async def submit() -> None:
        with pytest.raises(peerid.ClosedError):
            await session.submit(TRANSFER)

    asyncio.run(submit())


@on_a_loop
async def test_a_client_that_is_not_closed_causes_a_warning(sandbox: Sandbox) -> None:
    """The resources on an event loop that keeps running are released, too."""
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(5):
            client = new_client(sandbox)
            await log_in(client)
            del client
            gc.collect()
    messages = [str(warning.message) for warning in caught]
    assert len(messages) == 5
    assert all("client_id 4" in message for message in messages)
    gc.collect()
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before)


@on_a_loop
async def test_a_call_keeps_its_client(sandbox: Sandbox) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)

    async def submit() -> peerid.Result:
        client = new_client(sandbox)
        call = (await log_in(client)).submit(TRANSFER)
        del client
        return await call

    task = asyncio.create_task(submit())
    await in_thread(sandbox.wait_for, OPERATIONS)
    gc.collect()
    sandbox.release()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert (await task).transaction_id
        del task
        gc.collect()
    assert [warning.category for warning in caught] == [ResourceWarning]


def test_a_client_needs_no_event_loop_to_be_made(sandbox: Sandbox) -> None:
    client = new_client(sandbox)
    assert client.authorization_url("http://localhost/").state
    assert "client_id 4" in repr(client)
    asyncio.run(client.close())
    with pytest.raises(peerid.ConfigurationError):
        aio.Client("nonsense", client_id=4)


_FORK = """
    import asyncio, os, sys, threading, traceback, urllib.request, warnings
    from peerid import aio

    warnings.simplefilter("ignore", DeprecationWarning)
    TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}
    client = aio.Client(
        sys.argv[1], client_id=4, client_secret="demo-secret-4",
        request_timeout_ms=600000,
    )

    async def log_in():
        return await client.login("alice", password="alice-password")

    async def submit(count=20):
        results = await asyncio.gather(
            *(session.submit(TRANSFER) for _ in range(count))
        )
        return len({result.transaction_id for result in results})

    def child_runs(work):
        child = os.fork()
        if child == 0:
            try:
                status = 0 if asyncio.run(work) == 20 else 2
            except BaseException:
                traceback.print_exc()
                status = 1
            os._exit(status)
        work.close()
        return os.waitpid(child, 0)[1]
"""


def test_a_child_uses_what_it_inherited_on_an_event_loop_of_its_own(
    sandbox: Sandbox,
) -> None:
    program = (
        _FORK
        + """
    session = asyncio.run(log_in())
    print([child_runs(submit()) for _ in range(3)], asyncio.run(submit()))
    asyncio.run(client.close())
    """
    )
    assert run_python(program, sandbox.url) == "[0, 0, 0] 20\n"
    assert sandbox.executed() == 80


def test_a_fork_in_the_middle_of_calls(sandbox: Sandbox) -> None:
    program = (
        _FORK
        + """
    async def submit_and_close():
        count = await submit()
        await client.close()
        return count

    async def main():
        global session
        session = await log_in()
        urllib.request.urlopen(
            urllib.request.Request(
                sys.argv[1] + "/sandbox/faults",
                data=b'{"kind":"delay","ms":"until_released","times":5,"path":"%s"}'
                % sys.argv[2].encode(),
            )
        ).close()
        tasks = [asyncio.create_task(session.submit(TRANSFER)) for _ in range(5)]
        wait = "/sandbox/requests?at_least=5&wait_ms=600000&path="
        requests = sys.argv[1] + wait + sys.argv[2]
        await asyncio.get_running_loop().run_in_executor(
            None, lambda: urllib.request.urlopen(requests).close()
        )
        # Another thread forks, as servers with workers do.
        statuses = []
        thread = threading.Thread(
            target=lambda: statuses.append(child_runs(submit_and_close()))
        )
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.01)
        urllib.request.urlopen(sys.argv[1] + "/sandbox/release", b"{}").close()
        results = await asyncio.gather(*tasks)
        print(statuses, len({result.transaction_id for result in results}))
        print(await submit())
        await client.close()

    asyncio.run(main())
    """
    )
    assert run_python(program, sandbox.url, OPERATIONS) == "[0] 5\n20\n"
    assert sandbox.executed() == 45


def test_ctrl_c_ends_a_program(sandbox: Sandbox) -> None:
    program = """
        import asyncio, sys
        from peerid import aio

        TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                    "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}

        async def main():
            async with aio.Client(
                sys.argv[1], client_id=4, client_secret="demo-secret-4",
                request_timeout_ms=3600000,
            ) as client:
                session = await client.login("alice", password="alice-password")
                try:
                    await session.submit(TRANSFER)
                except asyncio.CancelledError as exception:
                    print(aio.error_of(exception).outcome.name, flush=True)
                    raise

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    process = start_python(program, sandbox.url)
    sandbox.wait_for(OPERATIONS)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=1200)
    assert output == "UNKNOWN\ninterrupted\n", errors
    assert time.monotonic() - start < _SOON


def test_a_program_may_end_in_the_middle_of_calls(sandbox: Sandbox) -> None:
    program = """
        import asyncio, logging, sys, urllib.request
        from peerid import aio

        logging.disable(logging.CRITICAL)
        client = aio.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4",
            request_timeout_ms=3600000,
        )
        loop = asyncio.new_event_loop()
        task = loop.create_task(client.login("alice", password="alice-password"))
        wait = "/sandbox/requests?at_least=1&wait_ms=600000&path="
        request = sys.argv[1] + wait + sys.argv[2]
        loop.run_until_complete(
            loop.run_in_executor(None, lambda: urllib.request.urlopen(request).close())
        )
        print("end")
    """
    sandbox.fault("delay", LOGIN, ms=UNTIL_RELEASED)
    start = time.monotonic()
    assert run_python(program, sandbox.url, LOGIN) == "end\n"
    assert time.monotonic() - start < _SOON


_LEAK = """
    import asyncio, gc, resource, sys
    from peerid import PeerIDError, aio, ops

    def resident():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize() // 1024

    async def main():
        client = aio.Client(sys.argv[1], client_id=4, client_secret="demo-secret-4")
        session = await client.login("alice", password="alice-password")
        transfer = ops.transfer(fee_asset="1.3.0", from_="1.2.31", to="1.2.33",
                                amount={"amount": 1, "asset_id": "1.3.0"})
        refused = ops.transfer(fee_asset="1.3.0", from_="1.2.31", to="1.2.33",
                               amount={"amount": 0, "asset_id": "1.3.0"})
        token = session.token.to_json()

        async def failing(call):
            try:
                await call
            except PeerIDError:
                pass

        async def cancelled(call):
            task = asyncio.create_task(call)
            await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as exception:
                assert aio.error_of(exception)

        async def round():
            await asyncio.gather(
                *(session.submit(transfer) for _ in range(40)),
                *(failing(session.submit(refused)) for _ in range(20)),
                *(failing(session.submit({"op_name": "transfer"})) for _ in range(20)),
                *(cancelled(session.submit(transfer)) for _ in range(10)),
                *(client.restore(token) for _ in range(5)),
                *(session.fresh_token() for _ in range(5)),
            )

        async def growth(warm, count):
            for _ in range(warm):
                await round()
            before = resident()
            for _ in range(count):
                await round()
            return resident() - before

        print(await growth(100, 300))
        await client.close()

    asyncio.run(main())
"""


def test_nothing_leaks_over_30_000_calls(sandbox: Sandbox) -> None:
    # In KiB; a leak of one byte in each call would be 29.
    assert int(run_python(_LEAK, sandbox.url, timeout=1200)) < 768
