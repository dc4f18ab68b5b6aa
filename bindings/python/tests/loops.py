"""Tests on an event loop."""

from __future__ import annotations

import asyncio
import functools
import select
import time
from collections.abc import Coroutine
from typing import Any, Callable

from sandbox import PATIENT, Sandbox

from peerid import aio

# The timeout of a test, in case a task never ends.
_PATIENCE = 1200


def on_a_loop(
    test: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Run a test on its own event loop, in debug mode."""

    @functools.wraps(test)
    def run(*arguments: Any, **more: Any) -> None:
        work = asyncio.wait_for(test(*arguments, **more), _PATIENCE)
        asyncio.run(work, debug=True)

    return run


def new_client(sandbox: Sandbox, **options: Any) -> aio.Client:
    options = {"client_id": 4, "client_secret": "demo-secret-4", **PATIENT, **options}
    return aio.Client(sandbox.url, **options)


async def log_in(client: aio.Client, **more: Any) -> aio.Session:
    return await client.login("alice", password="alice-password", **more)


async def in_thread(function: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """Make a blocking call, such as a control of the sandbox, on another thread."""
    call = functools.partial(function, *arguments, **more)
    return await asyncio.get_running_loop().run_in_executor(None, call)


def pending_calls(client: aio.Client) -> int:
    """The number of a client's calls in flight on this event loop."""
    calls = client._calls_on(asyncio.get_running_loop())
    return len(calls._pending) if calls else 0


def block_until_completed(client: aio.Client) -> None:
    """Block the event loop until all calls of the client have completions."""
    calls = client._calls_on(asyncio.get_running_loop())
    assert calls is not None
    end = time.monotonic() + 600
    while client.statistics()["in_flight"]["asynchronous"] > 0:
        assert time.monotonic() < end
        time.sleep(0.005)
    readable, _, _ = select.select([calls._descriptor], [], [], 600)
    assert readable


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)
