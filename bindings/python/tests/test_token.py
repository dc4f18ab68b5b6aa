from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from loops import log_in, new_client, on_a_loop
from sandbox import REFRESH, TRANSFER, Sandbox

import peerid
from peerid import Client, Session


def test_a_token_has_all_properties(session: Session) -> None:
    token = session.token
    assert token.access_token == "demoAccessAliceApp4".ljust(124, "0")
    assert token.refresh_token == "demoRefreshAliceApp4".ljust(124, "0")
    assert token.app_id == 4
    assert token.user_id == 1
    assert token.generation == 1
    assert token.scope is not None
    assert 0 in token.scope
    assert all(peerid.operation_name(number) for number in token.scope)


def test_the_expiry_is_an_aware_point_in_time(session: Session) -> None:
    token = session.token
    assert token.expires_at is not None
    assert token.expires_at_ms is not None
    assert token.expires_at.utcoffset() == timedelta(0)
    since_1970 = token.expires_at - datetime(1970, 1, 1, tzinfo=timezone.utc)
    assert since_1970 == timedelta(milliseconds=token.expires_at_ms)
    days = (token.expires_at_ms / 1000 - time.time()) / 86400
    assert 89.9 < days < 90.1


def test_the_scope_permits_operations(session: Session) -> None:
    token = session.token
    assert token.permits("transfer")
    assert not token.permits("account_upgrade")
    assert token.permits("of_tomorrow")


def test_a_refresh_renews_both_tokens(session: Session) -> None:
    before = session.token
    after = session.refresh()
    assert after.generation == before.generation + 1
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    # A token is what it was when it was asked for.
    assert before.access_token.startswith("demoAccess")
    assert session.submit(TRANSFER).transaction_id


def test_the_tokens_of_another_user_are_not_used(
    sandbox: Sandbox, session: Session
) -> None:
    before = session.token
    tokens = {"token": "a" * 124, "refresh_token": "b" * 124, "user_id": 2}
    body = json.dumps({"result": tokens, "status": 200})
    sandbox.fault("status", REFRESH, status=200, body=body)
    with pytest.raises(peerid.ProtocolError, match="another user") as caught:
        session.refresh()
    assert caught.value.outcome is peerid.Outcome.UNKNOWN
    assert session.token.access_token == before.access_token
    assert session.token.user_id == 1
    assert session.submit(TRANSFER).transaction_id


@pytest.mark.parametrize("refused", [-1, 2**64, 2**64 + 1])
def test_a_generation_outside_64_bits_is_refused(
    sandbox: Sandbox, session: Session, refused: int
) -> None:
    message = rf"^refused is {refused}, which is not between .* unchanged$"
    with pytest.raises(peerid.InvalidArgument, match=message):
        session.fresh_token(refused)
    with pytest.raises(TypeError, match="refused must be an int, not str"):
        session.fresh_token("1")  # type: ignore[arg-type]
    assert session.fresh_token(2**64 - 1).generation == 1

    @on_a_loop
    async def on_the_loop() -> None:
        async with new_client(sandbox) as client, await log_in(client) as session:
            with pytest.raises(peerid.InvalidArgument, match=message):
                await session.fresh_token(refused)

    on_the_loop()
    assert sandbox.count(f"POST {REFRESH}") == 0


def test_a_token_outlives_its_session(client: Client) -> None:
    with client.login("alice", password="alice-password") as session:
        token = session.token
    del session
    client.close()
    assert token.app_id == 4


def test_the_export_holds_everything(session: Session) -> None:
    exported = json.loads(session.token.to_json())
    assert exported["access_token"] == session.token.access_token
    assert exported["generation"] == 1


def test_logout_ends_the_session(sandbox: Sandbox) -> None:
    store = peerid.MemoryStore()
    with Client(sandbox.url, client_id=4, client_secret="x", store=store) as client:
        session = client.login("alice", password="alice-password", key="alice")
        assert store.keys() == ["alice"]
        session.logout()
        assert store.keys() == []
        with pytest.raises(peerid.LoginRequired) as caught:
            session.submit(TRANSFER)
        assert caught.value.outcome is peerid.Outcome.NOT_SENT
    store.close()
