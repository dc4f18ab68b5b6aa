"""Shared by all contenders in Python: the command line, the operations to send, the clock, and the output line."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from typing import Callable

CLIENT_ID = "4"
ACCESS_TOKEN = "a".ljust(124, "x")
REFRESH_TOKEN = "r".ljust(124, "x")

HEADERS = {
    "Authorization": f"Bearer {ACCESS_TOKEN}",
    "ClientID": CLIENT_ID,
    "Content-Type": "application/json",
    "Accept": "application/json",
}

# A token object in the server's form, with the scope of an application of 26 operations.
SERVER_TOKEN = json.dumps(
    {
        "id": 1,
        "token": ACCESS_TOKEN,
        "refresh_token": REFRESH_TOKEN,
        "scope": [*range(9), *range(10, 20), 22, 23, 25, 26, 27, 29, 30],
        "expires": "2099-01-01T00:00:00.000Z",
        "app_id": 4,
        "user_id": 1,
    }
)

# The same for OAuth 2 libraries. They check the expiry before each request, as libpeerid does.
OAUTH_TOKEN = {
    "access_token": ACCESS_TOKEN,
    "refresh_token": REFRESH_TOKEN,
    "token_type": "Bearer",
    "expires_at": 4070908800,
}

TRANSFER = {
    "op_name": "transfer",
    "fee_asset": "1.3.0",
    "from": "1.2.31",
    "to": "1.2.33",
    "amount": {"amount": 100000, "asset_id": "1.3.0"},
}


class Settings:
    """The arguments of the runner."""

    def __init__(self) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("--url", required=True)
        parser.add_argument("--ca")
        parser.add_argument("--calls", type=int, required=True)
        parser.add_argument("--warmup", type=int, default=0)
        parser.add_argument("--in-flight", type=int, default=1)
        parser.add_argument("--operations", type=int, default=1)
        given = parser.parse_args()
        self.url, self.ca, self.calls, self.in_flight = given.url, given.ca, given.calls, given.in_flight
        # Every connection must be open before the clock starts.
        self.warmup = max(given.warmup, 2 * given.in_flight) if given.warmup else 0
        self.endpoint = f"{given.url}/api/v1/app/operations"
        #: The operations as JSON, and the whole body of the request: the same text for all contenders.
        self.operations = json.dumps([TRANSFER] * given.operations, separators=(",", ":")).encode()
        self.body = b'{"operations":' + self.operations + b"}"


def transaction_id(status: int, answer: bytes) -> str:
    """Checks an answer as a careful program does; any error ends the program."""
    envelope = json.loads(answer)
    if status != 200:
        sys.exit(f"refused: {envelope.get('error')}")
    return envelope["result"]["id"]


def measure(settings: Settings, call: Callable[[], str]) -> None:
    """Make the calls, one after another; each returns the id of its transaction."""
    for _ in range(settings.warmup):
        call()
    clock = _Clock()
    received = 0
    for _ in range(settings.calls):
        received += len(call())
    clock.report(settings.calls, received)


async def measure_tasks(settings: Settings, call: Callable[[], Awaitable[str]]) -> None:
    """Make the calls from as many tasks as there may be calls in flight."""

    async def work(calls: int) -> int:
        received = 0
        for _ in range(calls):
            received += len(await call())
        return received

    async def run(calls: int) -> int:
        each, more = divmod(calls, settings.in_flight)
        return sum(await asyncio.gather(*(work(each + (place < more)) for place in range(settings.in_flight))))

    await run(settings.warmup)
    clock = _Clock()
    received = await run(settings.calls)
    clock.report(settings.calls, received)


class _Clock:
    def __init__(self) -> None:
        self._processor = time.process_time()
        self._started = time.perf_counter()

    def report(self, calls: int, received: int) -> None:
        seconds = time.perf_counter() - self._started
        processor = time.process_time() - self._processor
        line = {"seconds": seconds, "processor_seconds": processor, "calls": calls, "result_bytes": received}
        print(json.dumps(line))
