"""Operations over HTTP/2 with faults: none arrives twice, and the reported outcome is true. See run."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trustme
from peerid import PeerIDError, aio, ops

from faults import CASES, Case, silence
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


async def run_case(server: Server, url: str, ca_file: str, case: Case, marker: int, limit: int = LIMIT) -> bool:
    """One call before the fault, one with it, and one after it. Returns whether the limit is long enough for them."""
    async with session_of(url, ca_file, request_timeout_ms=limit) as session:
        before = await submit(session, marker)
        with server.faulty(case.fault):
            outcome = await submit(session, marker + 1)
        after = await submit(session, marker + 2)
        is_right = (before, outcome, after) == ("done", case.outcome, "done") and server.executed[marker + 1] == 1
        if limit < LIMIT and not is_right:
            return False
        check(before == "done", f"{case.name}: the call before the fault fails")
        check(outcome == case.outcome, f"{case.name}: {outcome} instead of {case.outcome}")
        check(
            server.executed[marker + 1] == case.executed, f"{case.name}: executed {server.executed[marker + 1]} times"
        )
        check_truth(server, marker + 1, outcome, case.name)
        check(after == "done", f"{case.name}: the call after the fault fails")
        check_truth(server, marker + 2, "done", case.name)
    return True


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
        for number, case in enumerate(CASES, 1):
            limit = FIRST_LIMIT if case.fault is silence else LIMIT
            for attempt in itertools.count():
                if await run_case(server, url, file.name, case, 1000 * number + 10 * attempt, limit << attempt):
                    break
            print(f"{case.name}: {case.outcome}", flush=True)
        await run_concurrently(server, url, file.name, 1_000_000)
    print(f"HTTP/2: {len(CASES)} faults and a hundred concurrent calls, {len(failures)} failed")
    sys.exit(bool(failures))


asyncio.run(main())
