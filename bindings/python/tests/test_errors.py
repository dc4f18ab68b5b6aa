from __future__ import annotations

import contextlib
import copy
import pickle
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from sandbox import LOGIN, OPERATIONS, REFRESH, ROOT, TRANSFER, UNTIL_RELEASED, Sandbox

import peerid
from peerid import Client, Code, Outcome, Session

CLASSES: dict[Code, type[peerid.PeerIDError]] = {
    kind.default_code: kind
    for kind in peerid.PeerIDError.__subclasses__()
    if "default_code" in vars(kind)
}


def test_every_code_has_a_class() -> None:
    for code in Code:
        kind = CLASSES[code]
        assert getattr(peerid, kind.__name__) is kind
        assert kind.__name__ in peerid.__all__


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code", Code)
def test_except_by_outcome_catches_every_code(code: Code, outcome: Outcome) -> None:
    by_outcome = {
        Outcome.NOT_SENT: peerid.NotSent,
        Outcome.NOT_DONE: peerid.NotDone,
        Outcome.UNKNOWN: peerid.OutcomeUnknown,
    }
    error = CLASSES[code]("x", outcome=outcome)
    assert (error.code, error.outcome) == (code, outcome)
    assert type(error).__name__ == CLASSES[code].__name__
    for kind in CLASSES.values():
        assert isinstance(error, kind) == (kind is CLASSES[code])
    for other, kind in by_outcome.items():
        try:
            raise error
        except kind:
            assert other is outcome
        except peerid.PeerIDError:
            assert other is not outcome
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.code, again.outcome) == (code, outcome)


def test_an_outcome_has_one_class() -> None:
    assert peerid.OutcomeUnknown("x").outcome is Outcome.UNKNOWN
    assert peerid.NotSent("x", outcome=Outcome.NOT_SENT).outcome is Outcome.NOT_SENT
    assert isinstance(peerid.PeerIDError("x", outcome=Outcome.NOT_DONE), peerid.NotDone)
    with pytest.raises(ValueError, match="NotSent cannot have the outcome UNKNOWN"):
        peerid.NotSent("x", outcome=Outcome.UNKNOWN)
    with pytest.raises(AttributeError):
        peerid.NotSent("x").outcome = Outcome.UNKNOWN  # type: ignore[misc]

    class Own(peerid.Timeout):
        pass

    assert isinstance(Own("x", outcome=Outcome.UNKNOWN), (Own, peerid.OutcomeUnknown))


def test_codes_and_outcomes_print_as_words_and_share_none() -> None:
    error = peerid.Timeout("x", outcome=Outcome.UNKNOWN)
    assert f"{error.code} {error.outcome}" == "TIMEOUT UNKNOWN"
    assert str(error.outcome) == "UNKNOWN"
    assert f"{error.code:>8}|{error.outcome:<8}|" == " TIMEOUT|UNKNOWN |"
    assert not {code.name for code in Code} & {outcome.name for outcome in Outcome}
    assert not set(map(int, Code)) & set(map(int, Outcome))


def test_the_codes_are_those_of_the_header() -> None:
    header = (ROOT / "include/peerid.h").read_text()
    for enum, kind in (("CODE", Code), ("OUTCOME", Outcome)):
        found = dict(re.findall(rf"PEERID_{enum}_([A-Z_]+) = (\d+)", header))
        assert {name: int(number) for name, number in found.items()} == {
            member.name: member.value for member in kind
        }


def test_a_code_of_a_newer_library_is_kept() -> None:
    code = Code(999)
    assert (code, code.name) == (999, "CODE_999")
    assert peerid.PeerIDError("x", code=code).name == "code_999"
    assert Outcome(99) is Outcome.UNKNOWN
    with pytest.raises(ValueError, match="text"):
        Code("text")  # type: ignore[arg-type]


def test_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with (
            Client(url, client_id=4) as client,
            pytest.raises(peerid.Unreachable) as caught,
        ):
            client.login("alice", password="x")
    error = caught.value
    assert isinstance(error, ConnectionError)
    assert error.code is Code.UNREACHABLE
    assert error.name == "unreachable"
    assert error.outcome is Outcome.NOT_SENT
    assert error.retryable
    assert error.http_status is None
    assert error.retry_after is None
    assert error.detail is None
    assert error.fields is None
    assert str(error) == error.message


def test_rejected_with_the_fields_of_the_server(client: Client) -> None:
    with pytest.raises(peerid.Rejected) as caught:
        client.login("alice", password="wrong")
    error = caught.value
    assert error.http_status == 400
    assert error.outcome is Outcome.NOT_DONE
    assert not error.retryable
    assert error.fields == {"login": "Invalid email/username or password"}
    assert error.detail == error.fields
    assert repr(error).startswith("Rejected('")
    assert "http_status=400" in repr(error)


def test_a_message_without_fields(session: Session, sandbox: Sandbox) -> None:
    sandbox.fault("status", OPERATIONS, status=405)
    with pytest.raises(peerid.Rejected) as caught:
        session.submit(TRANSFER)
    assert caught.value.fields is None
    assert caught.value.detail == "Method Not Allowed"


def test_not_permitted(client: Client) -> None:
    with pytest.raises(peerid.NotPermitted) as caught:
        client.login("carol", password="carol-password")
    assert isinstance(caught.value, PermissionError)
    assert caught.value.http_status == 401


def test_login_required(session: Session, sandbox: Sandbox) -> None:
    sandbox.post("revoke", {"user": "alice", "app": 4})
    with pytest.raises(peerid.LoginRequired) as caught:
        session.submit(TRANSFER)
    assert caught.value.outcome is Outcome.NOT_DONE
    with pytest.raises(peerid.LoginRequired) as caught:
        session.refresh()
    assert caught.value.outcome is Outcome.NOT_SENT
    assert sandbox.count(f"POST {REFRESH}") == 1


def test_rate_limited(session: Session, sandbox: Sandbox) -> None:
    headers = {"Retry-After": "2"}
    sandbox.fault("status", OPERATIONS, status=429, headers=headers)
    with pytest.raises(peerid.RateLimited) as caught:
        session.submit(TRANSFER)
    assert caught.value.retry_after == 2.0
    assert caught.value.retryable
    assert caught.value.outcome is Outcome.NOT_DONE


def test_server_error(session: Session, sandbox: Sandbox) -> None:
    sandbox.fault("status", OPERATIONS, status=500)
    with pytest.raises(peerid.ServerError) as caught:
        session.submit(TRANSFER)
    assert caught.value.http_status == 500
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.retryable


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_connection_lost(session: Session, sandbox: Sandbox, kind: str) -> None:
    session.submit(TRANSFER)
    sandbox.fault(kind, OPERATIONS)
    with pytest.raises(peerid.ConnectionLost) as caught:
        session.submit(TRANSFER)
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert not caught.value.retryable
    assert sandbox.count(f"POST {OPERATIONS}") == 2
    assert sandbox.executed() == (2 if kind == "drop_after" else 1)


def test_timeout(session: Session, sandbox: Sandbox) -> None:
    sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED, times="always")
    limit, outcome = 100, Outcome.NOT_SENT
    # On a slow machine the time may run out before the request is sent.
    while outcome is Outcome.NOT_SENT and limit < 300_000:
        limit *= 2
        with Client(
            sandbox.url, client_id=4, client_secret="x", request_timeout_ms=limit
        ) as client:
            short = client.restore(session.token.to_json())
            with pytest.raises(peerid.Timeout) as caught:
                short.submit(TRANSFER)
        assert isinstance(caught.value, TimeoutError)
        outcome = caught.value.outcome
    assert outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "body", ["<html>Bad Gateway</html>", "", "[]", '{"a":1}', "\0"]
)
def test_protocol_error(session: Session, sandbox: Sandbox, body: str) -> None:
    sandbox.fault("status", OPERATIONS, status=200, body=body, content_type="text/html")
    with pytest.raises(peerid.ProtocolError) as caught:
        session.submit(TRANSFER)
    assert caught.value.outcome is Outcome.UNKNOWN


# The library reads 64 levels of an error, and all of a result.
_NESTED = "[" * 60 + "]" * 60
_DEEP = "[" * 490 + "]" * 490
# Python cannot parse these.
_EXCESSES = ["[" * 100_000 + "]" * 100_000]
if hasattr(sys, "get_int_max_str_digits"):
    _EXCESSES.append("9" * 5000)


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, Outcome.NOT_DONE), (500, Outcome.UNKNOWN)]
)
def test_an_error_with_a_long_detail(
    session: Session, sandbox: Sandbox, status: int, outcome: Outcome
) -> None:
    body = f'{{"error":{_NESTED},"status":{status}}}'
    sandbox.fault("status_after", OPERATIONS, status=status, body=body)
    with pytest.raises(peerid.PeerIDError) as caught:
        session.submit(TRANSFER)
    assert caught.value.outcome is outcome
    assert caught.value.http_status == status
    assert str(caught.value.detail).startswith("[[[")


@pytest.mark.parametrize("excess", _EXCESSES, ids=lambda text: text[0])
def test_detail_that_python_does_not_read_stays_text(excess: str) -> None:
    assert peerid.errors._parse_detail(excess.encode()) == excess


def test_a_message_that_python_does_not_write_is_left_out() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    error = peerid.PeerIDError("x", detail={"short": 1, "deep": deep})
    assert error.fields == {"short": "1", "deep": "(too large to be shown)"}


def test_a_result_with_unusual_content_is_not_lost(
    session: Session, sandbox: Sandbox
) -> None:
    body = (
        f'{{"result":{{"id":"{"a" * 40}","block_num":7,"trx_num":0,"trx":{_DEEP}}},'
        '"status":200}'
    )
    sandbox.fault("status_after", OPERATIONS, status=200, body=body)
    result = session.submit(TRANSFER)
    for _ in range(2):
        with contextlib.suppress(peerid.ProtocolError):
            assert result.json["block_num"] == 7
    assert result.transaction_id == "a" * 40
    assert result.block_num == 7
    assert _DEEP in result.text


@pytest.mark.parametrize(
    "value", ["1e400", "9223372036854775808", r'"\ud800"', "0.10000000000000001"]
)
def test_a_success_is_a_success_whatever_else_it_contains(
    session: Session, sandbox: Sandbox, value: str
) -> None:
    result = f'{{"id":"{"a" * 40}","block_num":7,"trx_num":0,"x":[{value}]}}'
    body = f'{{"y":{value},"result":{result},"status":200}}'
    sandbox.fault("status_after", OPERATIONS, status=200, body=body)
    answer = session.submit(TRANSFER)
    assert answer.transaction_id == "a" * 40
    assert answer.block_num == 7
    assert answer.text == result


@pytest.mark.parametrize(
    "result",
    [
        *("null", "false", "true", '"done"', "0", "[]", "{}", '{"id":"ab"}'),
        '{"id":"ab","block_num":7},"error":"x"',
    ],
)
def test_a_success_without_a_transaction_is_unknown(
    session: Session, sandbox: Sandbox, result: str
) -> None:
    body = f'{{"result":{result},"status":200}}'
    sandbox.fault("status_after", OPERATIONS, status=200, body=body)
    with pytest.raises(peerid.ProtocolError) as caught:
        session.submit(TRANSFER)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("value", ["1e400", "9223372036854775808", r'"\ud800"'])
def test_an_error_is_reported_whatever_else_it_contains(
    session: Session, sandbox: Sandbox, value: str
) -> None:
    body = f'{{"error":{{"operations":"no","x":{value}}},"status":400}}'
    sandbox.fault("status_after", OPERATIONS, status=400, body=body)
    with pytest.raises(peerid.Rejected, match="operations: no"):
        session.submit(TRANSFER)


@pytest.mark.parametrize("excess", _EXCESSES, ids=lambda text: text[0])
def test_an_answer_that_python_does_not_read_is_a_protocol_error(excess: str) -> None:
    with pytest.raises(peerid.ProtocolError, match=r"nested|digits") as caught:
        peerid._exact.read(excess)
    assert caught.value.outcome is Outcome.UNKNOWN


def test_too_large(sandbox: Sandbox) -> None:
    with Client(
        sandbox.url, client_id=4, client_secret="x", max_response_bytes=1024
    ) as client:
        session = client.login("alice", password="alice-password")
        sandbox.fault("status", OPERATIONS, status=200, body="x" * 2000)
        with pytest.raises(peerid.TooLarge) as caught:
            session.submit(TRANSFER)
        assert caught.value.outcome is Outcome.UNKNOWN
        long = [TRANSFER] * 1000
        with pytest.raises(peerid.TooLarge) as caught:
            session.submit(long)
        assert caught.value.http_status in (413, None)


def test_configuration_error() -> None:
    with pytest.raises(peerid.ConfigurationError, match="request_timeout_ms"):
        # A type checker reports this, too.
        Client("https://example.com", client_id=4, request_timeout=5)  # type: ignore[call-arg]
    with pytest.raises(peerid.ConfigurationError, match="true, false"):
        Client("https://example.com", client_id=4, allow_http="maybe")  # type: ignore[arg-type]
    with pytest.raises(peerid.ConfigurationError, match="clear"):
        Client("http://example.com", client_id=4)
    with pytest.raises(peerid.ConfigurationError, match="scheme"):
        Client("example.com", client_id=4)
    with pytest.raises(peerid.InvalidArgument, match="client_id"):
        Client("https://example.com", client_id="four")


def test_a_refresh_that_needs_a_secret(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4) as client:
        session = client.login("alice", password="alice-password")
        with pytest.raises(peerid.ConfigurationError, match="client secret"):
            session.refresh()


def test_closed(client: Client, session: Session) -> None:
    client.close()
    with pytest.raises(peerid.ClosedError) as caught:
        session.submit(TRANSFER)
    assert caught.value.code is Code.CLOSED
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_call_in_flight_ends_when_the_client_is_closed(
    client: Client, session: Session, sandbox: Sandbox
) -> None:
    sandbox.fault("delay", OPERATIONS, ms=UNTIL_RELEASED)
    caught: list[BaseException] = []

    def submit() -> None:
        try:
            session.submit(TRANSFER)
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=submit)
    thread.start()
    sandbox.wait_for(OPERATIONS)
    client.close()
    thread.join(600)
    assert not thread.is_alive()
    assert isinstance(caught[0], peerid.ClosedError)
    assert caught[0].outcome is Outcome.UNKNOWN


def test_store_error(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(peerid.StoreError, match="other users"):
        peerid.DirectoryStore(tmp_path)


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A TLS server with an untrusted certificate."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    alternative = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [*command.split(), "-addext", alternative, *files],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(65536)
                        secure.sendall(
                            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 26\r\n"
                            b"Connection: close\r\n\r\n"
                            b'{"error":"no","status":400}'[:26]
                        )
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}", certificate
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_tls_error(tls_server: tuple[str, Path]) -> None:
    url, certificate = tls_server
    with Client(url, client_id=4) as client, pytest.raises(peerid.TLSError) as caught:
        client.login("alice", password="x")
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.outcome is Outcome.NOT_SENT
    with (
        Client(url, client_id=4, ca_file=certificate) as client,
        pytest.raises(peerid.ProtocolError),
    ):
        client.login("alice", password="x")


def example_errors() -> list[peerid.PeerIDError]:
    detail: dict[str, Any] = {"login": "wrong", "more": [1]}
    return [
        kind(
            "what happened",
            outcome=Outcome.UNKNOWN,
            http_status=400,
            retryable=True,
            retry_after=1.5,
            detail=detail,
        )
        for kind in [*CLASSES.values(), peerid.InexactNumber, peerid.OutcomeUnknown]
    ]


@pytest.mark.parametrize("error", example_errors(), ids=lambda e: type(e).__name__)
def test_errors_survive_pickle_and_copy(error: peerid.PeerIDError) -> None:
    copies = [pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)]
    for other in copies:
        assert type(other) is type(error)
        assert str(other) == "what happened"
        assert repr(other) == repr(error)
        assert vars(other) == vars(error)
        assert other.fields == {"login": "wrong", "more": "[1]"}


def test_no_error_shows_a_secret(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4, client_secret="wrong-secret-99") as client:
        errors: list[str] = []
        calls: list[Callable[[], object]] = [
            lambda: client.login("alice", password="wrong-password-1"),
            lambda: client.exchange_code("wrong-code-123"),
            lambda: client.restore('{"refresh_token":"wrong-token-123"}'),
        ]
        for call in calls:
            with pytest.raises(peerid.PeerIDError) as caught:
                call()
            errors += [repr(caught.value), str(caught.value.detail)]
    assert len(errors) == 6
    assert not [text for text in errors if "wrong-" in text]
    assert sandbox.count(f"POST {LOGIN}") == 1
