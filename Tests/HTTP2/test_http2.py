"""Operations over HTTP/2 with faults, directly and through proxies: none arrives twice, and the reported outcome is
true. See run."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme
from peerid import PeerIDError, aio, ops

from faults import CASES, Case, answered_and_closing, silence
from proxies import PASSWORD, Proxy
from server import Connection, Server

TOKEN = '{"access_token": "access", "refresh_token": "refresh"}'
failures: list[str] = []
# Limits for a request, in milliseconds: the first for a call without an answer, and one that no machine reaches.
FIRST_LIMIT, LIMIT = 3000, 300_000


def check(condition: bool, what: str) -> None:
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}", flush=True)


async def submit(session: aio.Session, marker: int) -> str:
    """Submits an operation; returns its outcome."""
    operation = ops.transfer(
        fee_asset="1.3.0", from_="1.2.31", to="1.2.33", amount=ops.Asset(amount=marker, asset_id="1.3.0")
    )
    try:
        await session.submit(operation)
    except PeerIDError as error:
        check(PASSWORD not in str(error), f"the password of a proxy is shown: {error}")
        return error.outcome.name.lower()
    return "done"


def check_truth(server: Server, marker: int, outcome: str, name: str) -> None:
    """Checks what holds for every operation, whatever the fault."""
    check(server.requests[marker] <= 1, f"{name}: sent {server.requests[marker]} times")
    if outcome == "done":
        check(server.executed[marker] == 1, f"{name}: reported done, and not executed")
    if outcome in ("not_sent", "not_done"):
        check(server.executed[marker] == 0, f"{name}: reported {outcome}, and executed")


@asynccontextmanager
async def session_of(url: str, ca_file: str, **options: object) -> AsyncIterator[aio.Session]:
    options = {"connect_timeout_ms": LIMIT, "request_timeout_ms": LIMIT, **options}
    async with aio.Client(url, client_id=4, client_secret="s", ca_file=ca_file, http_version="2", **options) as client:
        yield await client.restore(TOKEN)


async def run_case(
    server: Server, url: str, ca_file: str, case: Case, marker: int, limit: int, **options: object
) -> bool:
    """One call before the fault, one with it, and one after it. Returns whether the limit is long enough for them."""
    async with session_of(url, ca_file, request_timeout_ms=limit, **options) as session:
        before = await submit(session, marker)
        with server.faulty(case.fault):
            outcome = await submit(session, marker + 1)
        last = marker + 2
        after = await submit(session, last)
        if after == "unknown" and case.fault is answered_and_closing and "proxy" in options:
            # The call began before the proxy passed on that the server had closed the connection.
            check_truth(server, last, after, f"{case.name}: the call after the fault")
            last += 1
            after = await submit(session, last)
        is_right = (before, outcome, after) == ("done", case.outcome, "done") and server.executed[marker + 1] == 1
        if limit < LIMIT and not is_right:
            return False
        check(before == "done", f"{case.name}: the call before the fault fails")
        check(outcome == case.outcome, f"{case.name}: {outcome} instead of {case.outcome}")
        check(
            server.executed[marker + 1] == case.executed, f"{case.name}: executed {server.executed[marker + 1]} times"
        )
        check_truth(server, marker + 1, outcome, case.name)
        check(after == "done", f"{case.name}: the call after the fault: {after} instead of done")
        check_truth(server, last, after, f"{case.name}: the call after the fault")
    return True


async def run_cases(server: Server, url: str, ca_file: str, marker: int, **options: object) -> None:
    for number, case in enumerate(CASES, 1):
        limit = FIRST_LIMIT if case.fault is silence else LIMIT
        for attempt in itertools.count():
            first = marker + 1000 * number + 10 * attempt
            if await run_case(server, url, ca_file, case, first, limit << attempt, **options):
                break
        print(f"{case.name}: {case.outcome}", flush=True)


async def run_proxy(server: Server, url: str, ca_file: str, marker: int, proxy: Proxy) -> None:
    """All faults through a proxy, which then refuses a password, and dies before the answer of a call."""
    print(f"-- through {proxy.name}", flush=True)
    await run_cases(server, url, ca_file, marker, proxy=proxy.url())
    async with session_of(url, ca_file, proxy=proxy.url("another")) as session:
        outcome = await submit(session, marker)
        check(outcome == "not_sent", f"{proxy.name} refuses a password: {outcome} instead of not_sent")
        check(server.requests[marker] == 0, f"{proxy.name} passes a request with a wrong password")
    async with session_of(url, ca_file, proxy=proxy.url()) as session:
        with server.faulty(silence):
            call = asyncio.create_task(submit(session, marker + 1))
            while server.executed[marker + 1] == 0 and not call.done():
                await asyncio.sleep(0.01)
            proxy.stop()
            outcome = await call
        check(outcome == "unknown", f"{proxy.name} dies before the answer: {outcome} instead of unknown")
        check_truth(server, marker + 1, outcome, f"{proxy.name} dies before the answer")
        outcome = await submit(session, marker + 2)
        check(outcome == "not_sent", f"{proxy.name} is dead: {outcome} instead of not_sent")
        check(server.requests[marker + 2] == 0, f"{proxy.name} is dead, and the request reached the server")


async def run_concurrently(server: Server, url: str, ca_file: str, marker: int) -> None:
    """A hundred calls at once, while the server closes every connection after ten of them."""
    served: dict[Connection, int] = {}

    def ends_after_ten(connection: Connection, stream: int, marker: int) -> None:
        served[connection] = served.get(connection, 0) + 1
        if served[connection] > 10:
            return
        connection.whole(stream, connection.execute(marker))
        if served[connection] == 10:
            connection.flush()
            connection.go_away(stream)
            connection.close()

    markers = range(marker, marker + 100)
    with server.faulty(ends_after_ten):
        async with session_of(url, ca_file) as session:
            outcomes = await asyncio.gather(*(submit(session, number) for number in markers))
    for number, outcome in zip(markers, outcomes, strict=True):
        check_truth(server, number, outcome, f"call {number - marker} of a hundred")
        check(outcome in ("done", "unknown"), f"call {number - marker} of a hundred: {outcome}")
    print(f"a hundred calls at once: {outcomes.count('done')} done, {outcomes.count('unknown')} unknown")


async def main() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2"])
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        server = Server(context)
        url = await server.start()
        await run_cases(server, url, file.name, 0)
        await run_concurrently(server, url, file.name, 1_000_000)
        with tempfile.TemporaryDirectory() as folder:
            proxies = [("tinyproxy", "http"), ("microsocks", "socks5h")]
            for number, (name, scheme) in enumerate(proxies, 2):
                proxy = Proxy(name, scheme, Path(folder))
                try:
                    await run_proxy(server, url, file.name, number * 1_000_000, proxy)
                finally:
                    proxy.stop()
    print(
        f"HTTP/2: {len(CASES)} faults, directly and through {len(proxies)} proxies, and a hundred concurrent calls, "
        f"{len(failures)} failed"
    )
    sys.exit(bool(failures))


asyncio.run(main())
