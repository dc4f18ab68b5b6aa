"""What a client counts, and the check at the start."""

from __future__ import annotations

import pytest
from loops import log_in, new_client, on_a_loop
from sandbox import TRANSFER, Sandbox

import peerid
from peerid import Client, Session


def test_calls_are_counted(client: Client, session: Session) -> None:
    session.submit(TRANSFER)
    with pytest.raises(peerid.InvalidArgument):
        session.submit([])
    counts = client.statistics()
    assert counts["calls"]["submit"] == {
        "succeeded": 1,
        "not_sent": 0,
        "not_done": 0,
        "unknown": 0,
    }
    assert counts["latency_us"]["operations"]["count"] == 1
    assert counts["in_flight"] == {"blocking": 0, "asynchronous": 0}


def test_a_check_finds_a_wrong_secret(client: Client) -> None:
    client.check()
    client.set_secret("wrong")
    with pytest.raises(peerid.Rejected) as caught:
        client.check()
    assert caught.value.outcome is peerid.Outcome.NOT_DONE
    with pytest.raises(peerid.InvalidArgument):
        client.set_secret("")


@on_a_loop
async def test_on_event_loops(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client:
        await client.check()
        session = await log_in(client)
        await session.submit(TRANSFER)
        assert client.statistics()["calls"]["check"]["succeeded"] == 1
        assert client.statistics()["calls"]["submit"]["succeeded"] == 1
