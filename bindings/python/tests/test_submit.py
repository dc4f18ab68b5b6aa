from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox import OPERATIONS, TRANSFER, Sandbox

import peerid
from peerid import Client, Session, ops

TYPED = ops.transfer(
    fee_asset="1.3.0",
    from_="1.2.31",
    to="1.2.33",
    amount=ops.Asset(amount=100000, asset_id="1.3.0"),
)


@pytest.mark.parametrize(
    "operations",
    [
        TRANSFER,
        [TRANSFER],
        (TRANSFER, TRANSFER),
        TYPED,
        [TYPED, TRANSFER],
        {"operations": [TRANSFER]},
        json.dumps(TRANSFER),
        json.dumps([TRANSFER]).encode(),
        iter([TRANSFER, TYPED]),
    ],
)
def test_all_ways_to_write_operations(
    session: Session, sandbox: Sandbox, operations: Any
) -> None:
    result = session.submit(operations)
    assert result.transaction_id is not None
    assert len(result.transaction_id) == 40
    assert result.block_num
    assert result.trx_num == 0
    assert result.created_ids == ()
    assert result.transaction_token is None
    assert sandbox.executed() == 1


@pytest.mark.parametrize("operations", [5, [5], None, {"operations": "text"}, [[]]])
def test_anything_but_an_operation_is_a_type_error(
    session: Session, operations: Any
) -> None:
    with pytest.raises(TypeError, match="must be an operation"):
        session.submit(operations)


def test_the_result_holds_all_that_the_server_said(session: Session) -> None:
    result = session.submit([TRANSFER, TRANSFER])
    assert result.json == json.loads(result.text)
    assert result.json["id"] == result.transaction_id
    assert [name for name, _ in result.json["trx"]["operations"]] == [0, 0]
    assert list(result.json) == ["id", "block_num", "trx_num", "trx"]
    assert result.transaction_id is not None
    assert result.transaction_id in repr(result)


def test_created_objects_are_returned(session: Session) -> None:
    token = ops.nft_mint(
        fee_asset="1.3.0",
        payer="1.2.31",
        nft_metadata_id="1.30.0",
        owner="1.2.31",
        approved="1.2.31",
        approved_operators=[],
        token_uri="/hockey",
    )
    result = session.submit([token, TRANSFER, token])
    assert len(result.created_ids) == 2
    assert all(name.startswith("1.31.") for name in result.created_ids)


def test_an_empty_list_is_refused(session: Session, sandbox: Sandbox) -> None:
    with pytest.raises(peerid.InvalidArgument, match="empty"):
        session.submit([])
    assert sandbox.count(f"POST {OPERATIONS}") == 0


def test_an_operation_that_was_not_granted_is_named(client: Client) -> None:
    session = client.login("alice", password="alice-password")
    assert not session.token.permits("account_upgrade")
    upgrade = ops.account_upgrade(
        fee_asset="1.3.0",
        account_to_upgrade="1.2.31",
        upgrade_to_lifetime_member=True,
    )
    with pytest.raises(peerid.NotPermitted, match="account_upgrade") as caught:
        session.submit([TRANSFER, upgrade])
    assert caught.value.outcome is peerid.Outcome.NOT_SENT


def test_an_operation_that_the_user_did_not_grant(client: Client) -> None:
    session = client.login("frank", password="frank-password")
    with pytest.raises(peerid.NotPermitted, match="missing permission") as caught:
        session.submit({**TRANSFER, "from": "1.2.37"})
    assert caught.value.outcome is peerid.Outcome.NOT_DONE


def test_an_expired_token_is_refreshed_and_the_operation_sent_once_more(
    session: Session, sandbox: Sandbox
) -> None:
    session.submit(TRANSFER)
    sandbox.expire()
    session.submit(TRANSFER)
    assert session.token.generation == 2
    assert sandbox.executed() == 2


def test_transaction_tokens_are_confirmed_once(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=6, client_secret="demo-secret-6") as client:
        session = client.login("alice", password="alice-password")
        pending = session.submit(TRANSFER)
        assert pending.transaction_id is None
        assert pending.block_num is None
        assert pending.trx_num is None
        assert pending.transaction_token is not None
        assert pending.transaction_token not in repr(pending)
        assert sandbox.executed() == 0
        done = session.confirm(pending.transaction_token)
        assert done.transaction_id
        assert sandbox.executed() == 1
        with pytest.raises(peerid.Rejected) as caught:
            session.confirm(pending.transaction_token)
        assert caught.value.fields == {"token": "Invalid token"}


def test_a_signed_transaction_is_broadcast(session: Session) -> None:
    transaction = session.submit(TRANSFER).json["trx"]
    del transaction["operation_results"]
    for form in (
        transaction,
        json.dumps(transaction),
        json.dumps(transaction).encode(),
    ):
        assert session.broadcast(form).transaction_id
    del transaction["signatures"]
    with pytest.raises(peerid.InvalidArgument, match="signatures"):
        session.broadcast(transaction)


def test_the_chain_is_read(client: Client) -> None:
    (asset,) = client.read_chain("database", "get_objects", [["1.3.0"]])
    assert asset["id"] == "1.3.0"
    assert isinstance(client.read_chain("database", "get_chain_id"), str)


def test_parameters_of_the_chain_are_sent_as_they_are(client: Client) -> None:
    parameters = [["1.2.31", "Ünïcode & = ?"], True, 2**60, {"a": [1]}]
    answer = client.read_chain("database", "echo", parameters)
    assert answer == [
        ["1.2.31", "Ünïcode & = ?"],
        "true",
        str(2**60),
        {"a": ["1"]},
    ]


def test_an_api_that_the_server_lacks(client: Client) -> None:
    with pytest.raises(peerid.InvalidArgument, match="bookie"):
        client.read_chain("wallet", "x")


def test_operations_are_checked_without_a_session() -> None:
    peerid.check_operations(TYPED)
    peerid.check_operations([TRANSFER, TYPED])
    with pytest.raises(peerid.InvalidArgument, match=r"operations\[1\]\.from"):
        peerid.check_operations([TRANSFER, {**TRANSFER, "from": "31"}])


def test_names_and_numbers_of_operations() -> None:
    names = peerid.operation_names()
    assert len(names) == 119
    assert peerid.operation_id("transfer") == 0
    assert peerid.operation_name(0) == "transfer"
    assert all(
        peerid.operation_name(peerid.operation_id(name) or 0) == name for name in names
    )
    for name in ("no such", "", "transfer\0x", "\ud800"):
        assert peerid.operation_id(name) is None
        assert peerid.describe_operation(name) is None
    for function in (peerid.operation_id, peerid.describe_operation):
        with pytest.raises(TypeError, match="name must be a str, not bytes"):
            function(b"transfer")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="number must be an int, not str"):
        peerid.operation_name("0")  # type: ignore[arg-type]
    for number in (-1, 9999, 2**31, 2**70):
        assert peerid.operation_name(number) is None


def test_validation_can_be_turned_off(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4, client_secret="x", validate="off") as client:
        session = client.login("alice", password="alice-password")
        with pytest.raises(peerid.Rejected) as caught:
            session.submit({**TRANSFER, "amount": {"amount": "x", "asset_id": "1"}})
        assert caught.value.http_status == 400


def test_each_lost_answer_has_the_same_message(
    session: Session, sandbox: Sandbox
) -> None:
    # libcurl counts its retries for all requests of a handle, and allows five.
    messages = set()
    for _ in range(8):
        session.submit(TRANSFER)
        sandbox.fault("drop_before", OPERATIONS)
        with pytest.raises(peerid.ConnectionLost) as failure:
            session.submit(TRANSFER)
        assert failure.value.outcome is peerid.Outcome.UNKNOWN
        messages.add(str(failure.value))
    assert len(messages) == 1
    assert sandbox.executed() == 8


def test_each_read_on_a_dead_connection_is_repeated(
    client: Client, sandbox: Sandbox
) -> None:
    path = "/api/v1/app/blockchain-data"
    for done in range(0, 24, 3):
        client.read_chain("database", "get_chain_id")
        sandbox.fault("drop_before", path)
        client.read_chain("database", "get_chain_id")
        assert sandbox.count("GET " + path) == done + 3


def test_an_error_of_a_confirmation_names_the_application(session: Session) -> None:
    with pytest.raises(peerid.Rejected) as failure:
        session.confirm("x" * 124)
    assert "Invalid token" in str(failure.value)
    assert "(confirming as application 4)" in str(failure.value)
