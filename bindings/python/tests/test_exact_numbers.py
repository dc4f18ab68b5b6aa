from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

import pytest
from sandbox import OPERATIONS, TRANSFER, Sandbox

import peerid
from peerid import Client, Session, ops

BEYOND = 2**53 + 1


def transfer_of(amount: Any) -> dict[str, Any]:
    return {**TRANSFER, "amount": {"amount": amount, "asset_id": "1.3.0"}}


def test_integers_beyond_2_53_are_sent_exactly(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4, client_secret="x", validate="off") as client:
        session = client.login("alice", password="alice-password")
        for number in (BEYOND, 2**63 - 1, -(2**63)):
            with pytest.raises(peerid.Rejected):
                session.submit(transfer_of(number))
            sent = sandbox.wait_for(OPERATIONS)[-1]["body"]
            assert f'"amount":{number},' in sent


def test_integers_beyond_2_53_are_read_exactly(
    session: Session, sandbox: Sandbox
) -> None:
    body = (
        f'{{"result":{{"id":"{"a" * 40}","block_num":{BEYOND},"trx_num":0,'
        f'"trx":{{"x":{2**63 - 1}}}}},"status":200}}'
    )
    sandbox.fault("status", OPERATIONS, status=200, body=body)
    result = session.submit(TRANSFER)
    assert result.block_num == BEYOND
    assert result.json["block_num"] == BEYOND
    assert result.json["trx"]["x"] == 2**63 - 1
    assert str(BEYOND) in result.text


@pytest.mark.parametrize(
    "digits", ["0.1", "0.10000000000000001", "1e400", "-1.50", "12345678901234567890.5"]
)
def test_fractions_are_read_exactly(
    session: Session, client: Client, sandbox: Sandbox, digits: str
) -> None:
    body = (
        f'{{"result":{{"id":"{"a" * 40}","block_num":7,"trx_num":0,"x":{digits}}},'
        '"status":200}'
    )
    sandbox.fault("status", OPERATIONS, status=200, body=body)
    result = session.submit(TRANSFER)
    assert str(result.json["x"]).replace("E+", "e") == digits
    assert isinstance(result.json["x"], Decimal)
    sandbox.fault("status", status=200, body=f'{{"result":[{digits}],"status":200}}')
    assert client.read_chain("database", "get_ticker") == [Decimal(digits)]


def test_a_number_that_python_cannot_hold_keeps_the_rest_of_a_result(
    session: Session, sandbox: Sandbox
) -> None:
    digits = "1e9999999999999999999"
    body = (
        f'{{"result":{{"id":"{"a" * 40}","block_num":7,"trx_num":0,"x":{digits}}},'
        '"status":200}'
    )
    sandbox.fault("status", OPERATIONS, status=200, body=body)
    result = session.submit(TRANSFER)
    with pytest.raises(peerid.ProtocolError, match="too large an exponent"):
        _ = result.json
    assert result.transaction_id == "a" * 40
    assert digits in result.text


@pytest.mark.parametrize(
    "amount",
    [1.0, 1e3, 0.1, float("nan"), float("inf"), Decimal(1), Decimal("0.5")],
)
def test_a_fraction_in_an_amount_is_refused_with_its_place(
    session: Session, sandbox: Sandbox, amount: Any
) -> None:
    place = r"operations\[1\]\.amount\.amount is the (float|Decimal)"
    for kind in (peerid.InvalidArgument, peerid.InexactNumber, TypeError, ValueError):
        with pytest.raises(kind, match=place):
            session.submit([TRANSFER, transfer_of(amount)])
    assert sandbox.count(f"POST {OPERATIONS}") == 0


def test_a_typed_operation_refuses_a_fraction_when_it_is_made() -> None:
    with pytest.raises(peerid.InexactNumber, match=r"transfer\.amount\.amount"):
        ops.transfer(
            fee_asset="1.3.0",
            from_="1.2.31",
            to="1.2.33",
            amount={"amount": 1.5, "asset_id": "1.3.0"},
        )


def test_a_fraction_is_refused_in_free_objects_and_unknown_operations(
    session: Session,
) -> None:
    with pytest.raises(peerid.InexactNumber, match=r"operations\[0\]\.b\[1\]\.c"):
        session.submit({"op_name": "of_tomorrow", "b": [1, {"c": 0.5}]})


def test_a_fraction_is_refused_in_parameters_and_transactions(
    client: Client, session: Session
) -> None:
    with pytest.raises(peerid.InexactNumber, match=r"params\[0\]"):
        client.read_chain("database", "echo", [0.5])
    with pytest.raises(peerid.InexactNumber, match=r"transaction\.ref_block_num"):
        session.broadcast({"ref_block_num": 1.0})


def lottery(tickets: list[Any]) -> dict[str, Any]:
    return {
        "op_name": "nft_metadata_create",
        "lottery_options": {"winning_tickets": tickets},
    }


def test_a_share_of_a_pot_has_no_fraction() -> None:
    # The server's schema accepts fractions here, but its serializer does not.
    for value in (2.5, Decimal("0.1"), float("nan")):
        with pytest.raises(peerid.InexactNumber, match=r"winning_tickets\[0\]"):
            peerid.check_operations(lottery([value]))


class Number(IntEnum):
    SEVEN = 7


class Text(str, Enum):
    CORE = "1.3.0"


class LikeNumpy:
    def __index__(self) -> int:
        return 9


def test_integers_and_strings_of_other_types_are_accepted(session: Session) -> None:
    for amount in (Number.SEVEN, LikeNumpy(), 7):
        session.submit(transfer_of(amount))
    session.submit({**TRANSFER, "fee_asset": Text.CORE})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), bytearray(b"x")])
def test_what_json_cannot_hold_is_refused_with_its_place(
    session: Session, value: Any
) -> None:
    with pytest.raises(peerid.InvalidArgument, match=r"operations\[0\]\.to"):
        session.submit({**TRANSFER, "to": value})


def test_keys_must_be_strings(session: Session) -> None:
    with pytest.raises(peerid.InvalidArgument, match=r"operations\[0\]\.amount .*5"):
        session.submit({**TRANSFER, "amount": {5: 1}})


def test_a_value_that_holds_itself_is_refused(session: Session) -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    with pytest.raises(peerid.InvalidArgument, match="nested too deeply"):
        session.submit({**TRANSFER, "amount": loop})


def test_half_of_a_surrogate_pair_is_refused(session: Session) -> None:
    for operations in ({**TRANSFER, "to": "\ud800"}, '{"op_name":"\ud800"}'):
        with pytest.raises(peerid.InvalidArgument, match="surrogate"):
            session.submit(operations)


def test_an_integer_that_no_json_reader_takes_is_refused(session: Session) -> None:
    with pytest.raises(peerid.InvalidArgument):
        session.submit(transfer_of(2**70))


def test_unicode_arrives_as_it_is(session: Session) -> None:
    name = "Ünïcode 💶 “quoted” \\ \n"
    token = ops.nft_mint(
        fee_asset="1.3.0",
        payer="1.2.31",
        nft_metadata_id="1.30.0",
        owner="1.2.31",
        approved="1.2.31",
        approved_operators=[],
        token_uri=name,
    )
    result = session.submit(token)
    assert result.json["trx"]["operations"][0][1]["token_uri"] == name


MOMENT = datetime(2026, 12, 24, 18, 0, 0, 999999, tzinfo=timezone.utc)


def test_points_in_time_become_seconds() -> None:
    order = ops.limit_order_create(
        fee_asset="1.3.0",
        seller="1.2.31",
        amount_to_sell=ops.Asset(amount=1, asset_id="1.3.0"),
        min_to_receive=ops.Asset(amount=1, asset_id="1.3.1"),
        expiration=MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))),
        fill_or_kill=False,
    )
    assert order.to_dict()["expiration"] == 1798135200
    peerid.check_operations(order)


def test_points_in_time_become_milliseconds_where_the_server_wants_them() -> None:
    plain = {
        "op_name": "lottery_asset_create",
        "extensions": {"end_date": MOMENT},
    }
    assert "1798135200999" in json.dumps(_submitted(plain))


def _submitted(operation: dict[str, Any]) -> Any:
    return peerid.Operation(operation["op_name"], operation).to_dict()


def test_points_in_time_before_1970_are_rounded_down() -> None:
    early = datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=timezone.utc)
    operation = {"op_name": "son_heartbeat", "ts": early}
    assert _submitted(operation)["ts"] == -1


def test_points_in_time_within_objects_and_dicts(session: Session) -> None:
    with pytest.raises(
        peerid.InvalidArgument, match=r"operations\[0\] needs more fields: fee_asset"
    ):
        session.submit(
            {
                "op_name": "tournament_create",
                "options": {"registration_deadline": MOMENT, "start_time": MOMENT},
            }
        )


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(
        peerid.InvalidArgument, match=r"proposal_create\.expiration_time"
    ):
        ops.proposal_create(
            fee_asset="1.3.0",
            fee_paying_account="1.2.31",
            expiration_time=datetime(2026, 1, 1),
            proposed_ops=[{}],
        )


def test_a_datetime_where_none_belongs_is_refused(session: Session) -> None:
    with pytest.raises(
        peerid.InvalidArgument, match=r"operations\[0\]\.to does not accept"
    ):
        session.submit({**TRANSFER, "to": MOMENT})


def test_a_float_is_not_a_point_in_time(session: Session) -> None:
    with pytest.raises(peerid.InexactNumber, match=r"operations\[0\]\.expiration"):
        session.submit({"op_name": "limit_order_create", "expiration": 1.5e9})
