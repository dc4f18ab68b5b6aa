"""Finding out whether operations were done whose answer was lost."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from loops import in_thread, log_in, new_client, on_a_loop
from sandbox import OPERATIONS, TRANSFER, Sandbox
from test_submit import TYPED

import peerid
from peerid import Session, ops

SIGNED: dict[str, Any] = {
    "ref_block_num": 1,
    "ref_block_prefix": 2,
    "expiration": "2020-01-01T00:00:00",
    "operations": [
        [
            0,
            {
                "fee": {"amount": 20, "asset_id": "1.3.0"},
                **{key: TRANSFER[key] for key in ("from", "to", "amount")},
            },
        ]
    ],
    "extensions": [],
    "signatures": ["1f00"],
}


@pytest.fixture(autouse=True)
def stopped_clock(sandbox: Sandbox) -> None:
    """No transaction expires before the test wants it to."""
    sandbox.post("settings", {"stopped_clock_ms": int(time.time()) * 1000})


def _lose(session: Session, operations: Any = TRANSFER) -> peerid.PeerIDError:
    with pytest.raises(peerid.OutcomeUnknown) as lost:
        session.submit(operations)
    return lost.value


def test_an_error_is_settled(sandbox: Sandbox) -> None:
    with (
        peerid.Client(
            sandbox.url, client_id=4, client_secret="demo-secret-4", settleable=True
        ) as client,
        client.login("alice", password="alice-password") as session,
    ):
        sandbox.fault("drop_after", OPERATIONS)
        error = _lose(session)
        assert error.mark is not None
        settlement = session.settle(error)
        assert settlement.done
        assert not settlement.not_done
        assert settlement == session.settle(error.mark)
        (transaction,) = settlement.transactions
        assert settlement.transaction_id == transaction.id
        assert re.fullmatch("[0-9a-f]{40}", transaction.id or "")
        assert settlement.block_num == transaction.block_num
        assert settlement.trx_num == transaction.trx_num
        assert settlement.retry_after is None
        executed = sandbox.get("executed")["operations"]
        assert [done["transaction_id"] for done in executed] == [transaction.id]


def test_what_was_lost_is_not_done_when_it_has_expired(
    session: Session, sandbox: Sandbox
) -> None:
    mark = session.mark(TYPED)
    assert json.loads(mark)["payer"] == "1.2.31"
    sandbox.fault("lose_before_chain", OPERATIONS)
    assert _lose(session, TYPED).mark is None
    early = session.settle(mark)
    assert early.state == "not_yet"
    assert not early.done
    assert not early.not_done
    assert early.retry_after is not None
    assert 1 <= early.retry_after <= 15
    sandbox.post("settings", {"clock_offset_s": 600})
    late = session.settle(mark)
    assert late.not_done
    assert late.irreversible
    assert (late.transaction_id, late.block_num, late.trx_num) == (None, None, None)
    assert late.transactions == ()


@pytest.mark.parametrize(
    "operations",
    [
        TRANSFER,
        [TYPED, TRANSFER],
        json.dumps(TRANSFER),
        SIGNED,
        {"transaction": SIGNED},
    ],
)
def test_all_that_can_be_sent_can_be_marked(session: Session, operations: Any) -> None:
    assert session.settle(session.mark(operations)).state in ("not_yet", "not_done")


def test_what_has_no_mark_cannot_be_settled(session: Session, sandbox: Sandbox) -> None:
    sandbox.fault("drop_after", OPERATIONS)
    error = _lose(session)
    with pytest.raises(peerid.InvalidArgument, match="only with the option settleable"):
        session.settle(error)
    with pytest.raises(peerid.InvalidArgument, match="not JSON"):
        session.settle("nonsense")
    with pytest.raises(TypeError, match="mark"):
        session.settle(5)  # type: ignore[arg-type]
    with pytest.raises(peerid.InvalidArgument, match="no operation"):
        session.mark([])
    with pytest.raises(TypeError, match="must be an operation"):
        session.mark(5)  # type: ignore[arg-type]


def test_a_marker_distinguishes_a_transaction_from_equal_ones(sandbox: Sandbox) -> None:
    def payment(marker: str) -> list[Any]:
        marking = ops.custom(
            fee_asset="1.3.0",
            payer="1.2.31",
            required_auths=["1.2.31"],
            id=1,
            data=marker,
        )
        return [TYPED, marking]

    with (
        peerid.Client(
            sandbox.url, client_id=8, client_secret="demo-secret-8"
        ) as client,
        client.login("alice", password="alice-password") as session,
    ):
        mark = session.mark(payment("AQ=="))
        session.submit(payment("Ag=="))
        assert session.settle(mark).state == "not_yet"
        session.submit(payment("AQ=="))
        settlement = session.settle(mark)
        assert settlement.done
        assert len(settlement.transactions) == 1


@on_a_loop
async def test_an_error_is_settled_on_a_loop(sandbox: Sandbox) -> None:
    async with (
        new_client(sandbox, settleable=True) as client,
        await log_in(client) as session,
    ):
        await in_thread(sandbox.fault, "drop_after", OPERATIONS)
        with pytest.raises(peerid.OutcomeUnknown) as lost:
            await session.submit(TRANSFER)
        assert (await session.settle(lost.value)).done
        mark = await session.mark([TRANSFER])
        assert (await session.settle(mark)).state == "not_yet"
