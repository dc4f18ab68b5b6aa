"""The chain account of a session's user."""

from __future__ import annotations

from pathlib import Path

import pytest
from loops import log_in, new_client, on_a_loop
from sandbox import TRANSFER, Sandbox

import peerid
from peerid import Account, Client, DirectoryStore, Session

ALICE = Account("1.2.31", "pi-alice")


def test_an_account_is_found_by_name_and_by_id(client: Client) -> None:
    assert client.account("pi-alice") == client.account("1.2.31") == ALICE
    with pytest.raises(peerid.InvalidArgument, match="the chain has no account 'x'"):
        client.account("x")
    with pytest.raises(TypeError, match="name"):
        client.account(5)  # type: ignore[arg-type]


def test_a_login_with_a_user_name_finds_the_account(session: Session) -> None:
    assert session.account() == ALICE
    assert session.account().id == "1.2.31"
    assert "1.2.31" in session.token.to_json()


def test_the_account_is_asked_for_and_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    def new_client() -> Client:
        return Client(
            sandbox.url,
            client_id=4,
            client_secret="demo-secret-4",
            store=DirectoryStore(tmp_path),
        )

    with (
        new_client() as client,
        client.login(
            "alice@example.com", password="alice-password", key="alice"
        ) as session,
    ):
        with pytest.raises(peerid.ConfigurationError, match="did not tell a user name"):
            session.account()
        with pytest.raises(peerid.InvalidArgument, match="'nobody'"):
            session.set_account("nobody")
        assert session.set_account("pi-alice") == ALICE
    with new_client() as client, client.open("alice") as session:
        assert session.account() == ALICE


def test_an_operation_of_another_payer_is_a_warning(sandbox: Sandbox) -> None:
    lines: list[str] = []
    with (
        Client(
            sandbox.url,
            client_id=4,
            client_secret="demo-secret-4",
            log=lambda level, line: (
                lines.append(line) if "is paid by" in line else None
            ),
        ) as client,
        client.login("alice", password="alice-password") as session,
    ):
        session.account()
        session.submit(TRANSFER)
        assert not lines
        session.set_account("1.2.33")
        session.submit(TRANSFER)
    assert len(lines) == 1
    assert "operations[0] is paid by 1.2.31" in lines[0]
    assert "1.2.33 (pi-bob)" in lines[0]


@on_a_loop
async def test_accounts_on_a_loop(sandbox: Sandbox) -> None:
    async with new_client(sandbox) as client, await log_in(client) as session:
        assert await client.account("1.2.33") == ("1.2.33", "pi-bob")
        assert await session.account() == ALICE
        assert await session.set_account("pi-bob") == ("1.2.33", "pi-bob")
        assert (await session.account()).name == "pi-bob"
