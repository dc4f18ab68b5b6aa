"""Calls from many tasks by hand: aiohttp and json, with as many connections as tasks."""

import asyncio
import ssl

import aiohttp
from contender import HEADERS, Settings, measure_tasks, transaction_id


async def main() -> None:
    settings = Settings()
    trust = ssl.create_default_context(cafile=settings.ca) if settings.ca else True
    connector = aiohttp.TCPConnector(limit=settings.in_flight, ssl=trust)
    timeout = aiohttp.ClientTimeout(total=30, connect=10)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS, timeout=timeout) as session:

        async def call() -> str:
            async with session.post(settings.endpoint, data=settings.body) as response:
                return transaction_id(response.status, await response.read())

        await measure_tasks(settings, call)


asyncio.run(main())
