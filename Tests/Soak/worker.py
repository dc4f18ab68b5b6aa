"""Calls of a Python program for soak.py: blocking ones in two threads, those of asyncio in the main thread. See soak.py
for a worker's arguments and output."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from peerid import Client, LoginRequired, Outcome, PeerIDError, aio, ops
from peerid.stores import DirectoryStore

IN_FLIGHT = 4

over = threading.Event()
printing = threading.Lock()
markers: Iterator[int] = iter(())


def say(*words: object) -> None:
    with printing:
        print(*words, flush=True)


@contextlib.contextmanager
def reported(kind: str, marker: int = 0) -> Iterator[list[PeerIDError]]:
    """Print how the call in the block ends; the list then contains its error."""
    failures: list[PeerIDError] = []
    began = time.monotonic_ns()
    try:
        yield failures
    except PeerIDError as error:
        failures.append(error)
    outcome, name = (failures[0].outcome.name.lower(), failures[0].name) if failures else ("done", "ok")
    say(kind, marker, outcome, (time.monotonic_ns() - began) // 1000, name)


def transfer(marker: int, source: str) -> ops.Operation:
    return ops.transfer(fee_asset="1.3.0", from_=source, to="1.2.33", amount=ops.Asset(amount=marker, asset_id="1.3.0"))


def log_in(client: Client, user: str, key: str) -> Any:
    """Try until it succeeds or the run is over."""
    while not over.is_set():
        with reported("login"):
            return client.login(user, password=f"{user}-password", key=key)
        over.wait(0.1)
    return None


def settle(session: Any, marker: int, error: PeerIDError) -> None:
    """Settle an unknown outcome at once. A certain result must already be true."""
    state = "failed"
    began = time.monotonic_ns()
    with contextlib.suppress(PeerIDError):
        state = session.settle(error).state
    say("settle", marker, state, (time.monotonic_ns() - began) // 1000, "ok")


def submit(client: Client, pause: float) -> None:
    """Submit one operation after the other, and settle unknown outcomes."""
    session = log_in(client, "shared", "shared")
    while not over.wait(pause):
        marker = next(markers)
        with reported("submit", marker) as failures:
            session.submit(transfer(marker, "1.2.31"))
        for error in failures:
            if isinstance(error, LoginRequired):
                session = log_in(client, "shared", "shared")
            elif error.outcome is Outcome.UNKNOWN:
                settle(session, marker, error)


def mix(client: Client, pause: float) -> None:
    """Make all other calls in turn."""
    session = log_in(client, "python-others", "python-others")
    for turn in itertools.count():
        if over.wait(pause):
            return
        failures: list[PeerIDError] = []
        if turn % 6 == 0:
            with reported("read"):
                client.read_chain("database", "get_chain_properties", [])
        elif turn % 6 == 1:
            with reported("token") as failures:
                session.fresh_token()
        elif turn % 6 == 2:
            with reported("open"):
                client.open("shared").close()
        elif turn % 6 == 3:
            with reported("statistics"):
                client.statistics()
        elif turn % 60 == 4:
            with reported("refresh") as failures:
                session.refresh()
        elif turn % 90 == 5:
            with reported("logout"):
                session.logout()
            session = log_in(client, "python-others", "python-others")
        if any(isinstance(error, LoginRequired) for error in failures):
            session = log_in(client, "python-others", "python-others")


async def submit_with_asyncio(url: str, pause: float, **options: Any) -> None:
    """Keep some submissions in flight."""

    async def submit_one() -> bool:
        marker = next(markers)
        with reported("submit", marker) as failures:
            await session.submit(transfer(marker, "1.2.34"))
        return any(isinstance(error, LoginRequired) for error in failures)

    async with aio.Client(url, **options) as client:
        session: Any = None
        while not over.is_set():
            if session is None:
                with reported("login"):
                    session = await client.login("python", password="python-password")
            elif any(await asyncio.gather(*(submit_one() for _ in range(IN_FLIGHT)))):
                session = None
            await asyncio.sleep(pause)


def wait_for_the_end() -> None:
    sys.stdin.read()
    over.set()


def main() -> None:
    global markers
    url, folder, first, pause_ms = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    markers = itertools.count(first)
    options: dict[str, Any] = {
        "client_id": 4,
        "client_secret": "demo-secret-4",
        "request_timeout_ms": 2000,
        "relogin": "keep",
    }
    threading.Thread(target=wait_for_the_end, daemon=True).start()
    with DirectoryStore(folder) as store, Client(url, store=store, settleable=True, **options) as client:
        threads = [threading.Thread(target=lane, args=(client, pause_ms / 1000)) for lane in (submit, mix)]
        for thread in threads:
            thread.start()
        asyncio.run(submit_with_asyncio(url, pause_ms / 1000, **options))
        for thread in threads:
            thread.join()
    say("end", next(markers) - first)


main()
