from __future__ import annotations

import copy
import pickle
from typing import Any, Callable

import pytest
from sandbox import Sandbox

import peerid
from peerid import Client, Credentials, MemoryStore, Session, StoredSession

SECRETS = ["demoAccess", "demoRefresh", "demo-secret", "alice-password"]


def everything(client: Client, session: Session) -> list[Any]:
    return [
        client,
        session,
        session.token,
        MemoryStore(),
        Credentials("alice", password="alice-password", mobile="+16045550101"),
        StoredSession(session.token.to_json(), 1),
        client.authorization_url("http://127.0.0.1:8400/callback"),
    ]


def test_nothing_that_is_printed_shows_a_secret(
    client: Client, session: Session
) -> None:
    for thing in everything(client, session):
        for text in (repr(thing), str(thing), f"{thing}", f"{[thing]}"):
            assert not [secret for secret in SECRETS if secret in text]
    authorization = client.authorization_url("http://127.0.0.1:8400/callback")
    assert authorization.state not in repr(authorization)


def test_a_transaction_token_is_not_printed(sandbox: Sandbox) -> None:
    transfer = {"op_name": "bet_cancel", "fee_asset": "1.3.0", "bettor_id": "1.2.31"}
    with Client(sandbox.url, client_id=6, client_secret="demo-secret-6") as client:
        session = client.login("alice", password="alice-password")
        result = session.submit({**transfer, "bet_to_cancel": "1.26.1"})
        assert result.transaction_token
        assert result.transaction_token not in repr(result)
        assert result.transaction_token not in str(result)


def test_what_holds_secrets_is_not_pickled(client: Client, session: Session) -> None:
    for thing in everything(client, session)[:5]:
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(thing)
        with pytest.raises(TypeError, match="pickled"):
            copy.copy(thing)
        with pytest.raises(TypeError, match="pickled"):
            copy.deepcopy(thing)


def test_results_and_operations_are_pickled(session: Session) -> None:
    operation = peerid.Operation("bet_cancel", {"fee_asset": "1.3.0"})
    assert pickle.loads(pickle.dumps(operation)) == operation
    result = session.submit(
        {
            "op_name": "transfer",
            "fee_asset": "1.3.0",
            "from": "1.2.31",
            "to": "1.2.33",
            "amount": {"amount": 1, "asset_id": "1.3.0"},
        }
    )
    again = pickle.loads(pickle.dumps(result))
    assert again.json == result.json
    assert repr(again) == repr(result)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("token_json", lambda client, text: client.restore(text)),
        ("login", lambda client, text: client.login(text, password="x")),
        ("password", lambda client, text: client.login("alice", password=text)),
        ("code", lambda client, text: client.exchange_code(text)),
        ("transaction", lambda client, text: _log_in(client).broadcast(text)),
        ("operations", lambda client, text: _log_in(client).submit(text)),
    ],
)
def test_half_of_a_surrogate_pair_is_reported_without_the_text(
    client: Client, name: str, call: Callable[[Client, str], object]
) -> None:
    with pytest.raises(peerid.InvalidArgument) as caught:
        call(client, '{"token":"demo-secret\ud800"}')
    assert str(caught.value) == f"{name} contains half of a surrogate pair"
    # An error that Python shows or a program logs may bring others along.
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def _log_in(client: Client) -> Session:
    return client.login("alice", password="alice-password")
