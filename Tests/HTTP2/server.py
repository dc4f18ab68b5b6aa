"""A PeerID server for HTTP/2 with faults in its answers to operations, written with the library h2."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
from collections import Counter
from collections.abc import Callable, Iterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset

MARKER = re.compile(rb'"amount":\s*\{"amount":\s*(\d+)')


def success(marker: int) -> bytes:
    transaction = {"id": f"{marker:040x}", "block_num": 1, "trx_num": 0, "trx": {}}
    return json.dumps({"result": transaction, "status": 200}).encode()


class Connection(asyncio.Protocol):
    """One connection. A fault is a function of it, the stream, and the marker of the operation."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.bodies: dict[int, bytearray] = {}
        self.http = H2Connection(H2Configuration(client_side=False, validate_outbound_headers=False))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.http.initiate_connection()
        self.flush()

    def data_received(self, data: bytes) -> None:
        for event in self.http.receive_data(data):
            if isinstance(event, RequestReceived):
                self.bodies[event.stream_id] = bytearray()
            elif isinstance(event, DataReceived):
                self.bodies[event.stream_id] += event.data
                self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.answer(event.stream_id)
            elif isinstance(event, StreamReset):
                self.bodies.pop(event.stream_id, None)
        self.flush()

    def flush(self) -> None:
        data = self.http.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)

    def answer(self, stream: int) -> None:
        found = MARKER.search(self.bodies.pop(stream))
        assert found, "a request without a marker"
        marker = int(found[1])
        self.server.requests[marker] += 1
        self.server.fault(self, stream, marker)

    # ---- Parts of answers ----

    def execute(self, marker: int) -> bytes:
        """Executes the operation; returns the body of the answer."""
        self.server.executed[marker] += 1
        return success(marker)

    def head(self, stream: int, status: int = 200, length: int | None = None, ends: bool = False) -> None:
        headers = [(":status", str(status)), ("content-type", "application/json; charset=utf-8")]
        if length is not None:
            headers.append(("content-length", str(length)))
        self.http.send_headers(stream, headers, end_stream=ends)

    def whole(self, stream: int, body: bytes, status: int = 200) -> None:
        self.head(stream, status, len(body))
        self.http.send_data(stream, body, end_stream=True)

    def reset(self, stream: int, code: ErrorCodes) -> None:
        self.http.reset_stream(stream, code)

    def go_away(self, last: int) -> None:
        self.http.close_connection(ErrorCodes.NO_ERROR, last_stream_id=last)
        self.flush()

    def close(self) -> None:
        """Closes the connection when all data has been sent."""
        self.flush()
        self.transport.close()


Fault = Callable[[Connection, int, int], None]


class Server:
    """A server on a free port of this machine."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.fault: Fault = lambda connection, stream, marker: connection.whole(stream, connection.execute(marker))
        self.requests: Counter[int] = Counter()
        self.executed: Counter[int] = Counter()

    async def start(self) -> str:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0, ssl=self.context)
        return f"https://localhost:{self._server.sockets[0].getsockname()[1]}"

    @contextlib.contextmanager
    def faulty(self, fault: Fault) -> Iterator[None]:
        before, self.fault = self.fault, fault
        try:
            yield
        finally:
            self.fault = before
