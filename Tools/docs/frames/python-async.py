import asyncio

import peerid
from peerid import aio, ops

url, secret, password = "http://127.0.0.1:8400", "demo-secret-4", "alice-password"
transfer = ops.transfer(
    fee_asset="1.3.0", from_="1.2.31", to="1.2.33", amount=ops.Asset(amount=100000, asset_id="1.3.0")
)


async def main() -> None:
    async with aio.Client(url, client_id=4, client_secret=secret) as client:
        session = await client.login("alice", password=password)
        # PROGRAM


asyncio.run(main())
