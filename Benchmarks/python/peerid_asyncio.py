"""Calls from many tasks with peerid.aio."""

import asyncio

from contender import CLIENT_ID, SERVER_TOKEN, Settings, measure_tasks
from peerid import aio


async def main() -> None:
    settings = Settings()
    options = {"ca_file": settings.ca} if settings.ca else {}
    async with aio.Client(
        settings.url, client_id=CLIENT_ID, client_secret="secret", http_version="1.1", **options
    ) as client:
        session = await client.restore(SERVER_TOKEN)

        async def call() -> str:
            return (await session.submit(settings.operations)).transaction_id

        await measure_tasks(settings, call)


asyncio.run(main())
