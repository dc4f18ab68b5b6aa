"""The package for asyncio: the same calls, awaited.

    import asyncio
    from peerid import aio, ops

    async def main() -> None:
        async with aio.Client("https://…", client_id=4, client_secret="…") as client:
            session = await client.login("alice", password="…")
            result = await session.submit(
                ops.transfer(
                    fee_asset="1.3.0",
                    from_="1.2.31",
                    to="1.2.33",
                    amount={"amount": 100000, "asset_id": "1.3.0"},
                )
            )
            print(result.transaction_id)

    asyncio.run(main())

The event loop watches a descriptor of the library, which is readable when calls have
ended; no thread of Python waits. Names, arguments, results, exceptions,
options and stores are those of `peerid`.

**Cancelling.** A task that is cancelled while it waits for a call cancels the call,
waits until it has ended, which is at once, and raises `CancelledError`. The error of
the call is the cause of that exception. `error_of` finds it, even if the exception is a
`TimeoutError` of `asyncio.timeout` or `asyncio.wait_for`.
"""

from __future__ import annotations

from ..errors import CancelledTooLate
from .cancellation import error_of
from .client import Client
from .session import Session

__all__ = ["CancelledTooLate", "Client", "Session", "error_of"]
