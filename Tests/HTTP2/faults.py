"""What can happen to an operation over HTTP/2, and the outcome that the caller gets."""

from __future__ import annotations

import json
from dataclasses import dataclass

from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from server import Connection, Fault


@dataclass(frozen=True)
class Case:
    name: str
    fault: Fault
    # The true outcomes: done, not_sent, not_done, unknown.
    outcome: str
    # Whether the server executes it.
    executed: bool


def refused(connection: Connection, stream: int, _: int) -> None:
    connection.reset(stream, ErrorCodes.REFUSED_STREAM)


def rejected_by_goaway(connection: Connection, _: int, __: int) -> None:
    connection.go_away(0)
    connection.close()


def done_and_reset(connection: Connection, stream: int, marker: int) -> None:
    connection.execute(marker)
    connection.reset(stream, ErrorCodes.INTERNAL_ERROR)


def done_and_cancelled(connection: Connection, stream: int, marker: int) -> None:
    connection.execute(marker)
    connection.reset(stream, ErrorCodes.CANCEL)


def done_and_closed(connection: Connection, _: int, marker: int) -> None:
    connection.execute(marker)
    connection.close()


def done_and_aborted(connection: Connection, _: int, marker: int) -> None:
    connection.execute(marker)
    connection.transport.abort()


def head_and_reset(connection: Connection, stream: int, marker: int) -> None:
    connection.head(stream, length=len(connection.execute(marker)))
    connection.reset(stream, ErrorCodes.INTERNAL_ERROR)


def half_and_reset(connection: Connection, stream: int, marker: int) -> None:
    body = connection.execute(marker)
    connection.head(stream, length=len(body))
    connection.http.send_data(stream, body[: len(body) // 2])
    connection.reset(stream, ErrorCodes.INTERNAL_ERROR)


def half_and_closed(connection: Connection, stream: int, marker: int) -> None:
    body = connection.execute(marker)
    connection.head(stream)
    connection.http.send_data(stream, body[: len(body) // 2])
    connection.close()


def half_and_ended(connection: Connection, stream: int, marker: int) -> None:
    body = connection.execute(marker)
    connection.head(stream)
    connection.http.send_data(stream, body[: len(body) // 2], end_stream=True)


def nothing_and_ended(connection: Connection, stream: int, marker: int) -> None:
    connection.execute(marker)
    connection.head(stream, ends=True)


def garbage(connection: Connection, _: int, marker: int) -> None:
    connection.execute(marker)
    connection.flush()
    connection.transport.write(b"HTTP/1.1 200 OK\r\n\r\n" * 20)
    connection.close()


def silence(connection: Connection, _: int, marker: int) -> None:
    connection.execute(marker)


def answered_and_closing(connection: Connection, stream: int, marker: int) -> None:
    connection.whole(stream, connection.execute(marker))
    connection.flush()
    connection.go_away(stream)
    connection.close()


def early_hints(connection: Connection, stream: int, marker: int) -> None:
    for _ in range(3):
        connection.http.send_headers(stream, [(":status", "103"), ("link", "</x>")])
    connection.whole(stream, connection.execute(marker))


def trailers(connection: Connection, stream: int, marker: int) -> None:
    connection.head(stream)
    connection.http.send_data(stream, connection.execute(marker))
    connection.http.send_headers(stream, [("x-end", "1")], end_stream=True)


def byte_by_byte(connection: Connection, stream: int, marker: int) -> None:
    connection.head(stream)
    for byte in connection.execute(marker):
        connection.http.send_data(stream, bytes([byte]))
    connection.http.end_stream(stream)


def pings_and_settings(connection: Connection, stream: int, marker: int) -> None:
    for number in range(50):
        connection.http.ping(number.to_bytes(8, "big"))
    connection.http.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 100_000})
    connection.whole(stream, connection.execute(marker))


def status(code: int, *, executed: bool = False) -> Fault:
    def answer(connection: Connection, stream: int, marker: int) -> None:
        if executed:
            connection.execute(marker)
        body = json.dumps({"error": "server side error", "status": code}).encode()
        connection.whole(stream, body, code)

    return answer


CASES = (
    Case("a stream that is refused", refused, "unknown", False),
    Case("a request that a closing connection rejects", rejected_by_goaway, "unknown", False),
    Case("done, then reset", done_and_reset, "unknown", True),
    Case("done, then cancelled", done_and_cancelled, "unknown", True),
    Case("done, then closed", done_and_closed, "unknown", True),
    Case("done, then aborted", done_and_aborted, "unknown", True),
    Case("a head, then reset", head_and_reset, "unknown", True),
    Case("half an answer, then reset", half_and_reset, "unknown", True),
    Case("half an answer, then closed", half_and_closed, "unknown", True),
    Case("half an answer, then the end of the stream", half_and_ended, "unknown", True),
    Case("an answer without a body", nothing_and_ended, "unknown", True),
    Case("bytes that are not frames", garbage, "unknown", True),
    Case("no answer in time", silence, "unknown", True),
    Case("500", status(500, executed=True), "unknown", True),
    Case("502", status(502), "unknown", False),
    Case("429", status(429), "not_done", False),
    Case("400", status(400), "not_done", False),
    Case("an answer, then the connection closes", answered_and_closing, "done", True),
    Case("early hints", early_hints, "done", True),
    Case("trailers", trailers, "done", True),
    Case("an answer in frames of one byte", byte_by_byte, "done", True),
    Case("pings and settings", pings_and_settings, "done", True),
)
