from __future__ import annotations

import http.client
import json
import urllib.parse
from contextlib import closing
from pathlib import Path

import pytest
from sandbox import LOGIN, TRANSFER, Sandbox

import peerid
from peerid import Client, Session


def test_a_user_logs_in_with_a_password(client: Client) -> None:
    with client.login("alice", password="alice-password") as session:
        assert session.token.access_token.startswith("demoAccessAliceApp4")


def test_a_user_logs_in_with_a_mobile_number(client: Client) -> None:
    session = client.login("alice@example.com", mobile="+16045550101")
    assert session.token.app_id == 4


def test_a_user_logs_in_with_both(client: Client) -> None:
    session = client.login("alice", password="alice-password", mobile="6045550101")
    assert session.token.generation == 1


def test_neither_password_nor_mobile_is_refused_before_sending(
    client: Client, sandbox: Sandbox
) -> None:
    with pytest.raises(peerid.InvalidArgument, match="password"):
        client.login("alice")
    assert sandbox.count(f"POST {LOGIN}") == 0


def test_a_stored_pair_that_has_expired_is_refreshed(client: Client) -> None:
    with client.login("erin", password="erin-password") as session:
        assert session.token.generation == 2
        session.submit({**TRANSFER, "from": "1.2.36"})


def test_a_user_without_a_token_is_sent_to_the_code_flow(client: Client) -> None:
    with pytest.raises(peerid.Rejected, match="authorization code flow"):
        client.login("dave", password="dave-password")


def test_a_client_id_may_be_written_as_text(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id="4") as client:
        assert client.login("alice", password="alice-password").token.app_id == 4


@pytest.mark.parametrize("part", ["login", "password", "mobile"])
@pytest.mark.parametrize(
    ("text", "says"), [("ali\0ce", "NUL"), ("ali\ud800ce", "surrogate")]
)
def test_strings_that_c_would_truncate_or_refuse(
    client: Client, part: str, text: str, says: str
) -> None:
    arguments = {"login": "alice", "password": "x", "mobile": "1", part: text}
    with pytest.raises(peerid.InvalidArgument, match=f"{part} .*{says}"):
        client.login(**arguments)


def test_a_string_argument_must_be_a_str(client: Client) -> None:
    with pytest.raises(TypeError, match="password must be a str, not bytes"):
        client.login("alice", password=b"alice-password")  # type: ignore[arg-type]
    for tokens in ({"token": "x"}, None, 5):
        with pytest.raises(TypeError, match="token_json must be a str or bytes"):
            client.restore(tokens)  # type: ignore[arg-type]


def consent(url: str, decision: str = "allow") -> str:
    """Sign in and decide on the authorization page; return the redirect."""

    form = {"login": "alice", "password": "alice-password", "decision": decision}
    address = urllib.parse.urlsplit(url)
    assert address.hostname
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
    with closing(connection):
        connection.request(
            "POST",
            f"{address.path}?{address.query}",
            urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        assert answer.status in (302, 303)
        return str(answer.headers["Location"])


def test_the_authorization_code_flow(client: Client) -> None:
    authorization = client.authorization_url("http://127.0.0.1:8400/callback")
    url, state = authorization
    assert url == authorization.url
    assert len(state) >= 22
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    assert query["state"] == [state]
    assert query["client_id"] == ["4"]
    with client.exchange(consent(url), state) as session:
        assert session.submit(TRANSFER).block_num


def test_states_differ(client: Client) -> None:
    states = {client.authorization_url("http://localhost/").state for _ in range(100)}
    assert len(states) == 100


def test_another_state_is_refused(client: Client) -> None:
    authorization = client.authorization_url("http://127.0.0.1:8400/callback")
    came_back = consent(authorization.url)
    other = client.authorization_url("http://127.0.0.1:8400/callback").state
    with pytest.raises(peerid.InvalidArgument, match="state"):
        client.exchange(came_back, other)


def test_a_user_who_declines(client: Client) -> None:
    authorization = client.authorization_url("http://127.0.0.1:8400/callback")
    came_back = consent(authorization.url, "deny")
    with pytest.raises(peerid.Rejected, match="access_denied"):
        client.exchange(came_back, authorization.state)


def test_a_code_is_exchanged(client: Client) -> None:
    session = client.exchange_code("demoCodeAliceApp4".ljust(40, "0"))
    assert session.submit(TRANSFER).transaction_id


def test_a_code_of_another_app_is_refused(client: Client) -> None:
    with pytest.raises(peerid.Rejected) as caught:
        client.exchange_code("demoCodeAliceApp5".ljust(40, "0"))
    assert caught.value.fields == {"code": "code doesn't belong to this app"}


def test_an_exchange_needs_a_secret(sandbox: Sandbox) -> None:
    with (
        Client(sandbox.url, client_id=4) as client,
        pytest.raises(peerid.ConfigurationError, match="client secret"),
    ):
        client.exchange_code("x")


def test_a_session_is_restored_from_saved_tokens(
    client: Client, session: Session
) -> None:
    saved = session.token.to_json()
    for text in (saved, saved.encode()):
        again = client.restore(text)
        assert again.token.to_json() == saved
        assert again.submit(TRANSFER).transaction_id


def test_a_session_is_restored_from_a_token_of_the_server(client: Client) -> None:
    token = {"token": "demoAccessAliceApp4".ljust(124, "0")}
    session = client.restore(json.dumps(token))
    assert session.token.refresh_token is None
    assert session.token.scope is None
    assert session.token.expires_at is None
    assert session.token.expires_at_ms is None
    assert session.token.app_id is None
    assert session.token.user_id is None
    assert session.submit(TRANSFER).transaction_id


@pytest.mark.parametrize("text", ["", "{}", "[1]", "{", '{"token": 5}'])
def test_an_invalid_token_is_refused(client: Client, text: str) -> None:
    with pytest.raises(peerid.InvalidArgument):
        client.restore(text)


def test_a_key_needs_a_store(client: Client) -> None:
    with pytest.raises(peerid.ConfigurationError, match="store"):
        client.login("alice", password="alice-password", key="alice")


def test_a_session_is_opened_by_its_key(sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        peerid.DirectoryStore(tmp_path / "sessions") as store,
        Client(sandbox.url, client_id=4, client_secret="x", store=store) as client,
    ):
        session = client.login("alice", password="alice-password", key="alice")
        assert session.key == "alice"
        assert session.client is client
        assert client.open("alice").token.to_json() == session.token.to_json()
        with pytest.raises(peerid.LoginRequired, match="bob"):
            client.open("bob")
