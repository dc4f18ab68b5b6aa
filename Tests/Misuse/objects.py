"""Valid arguments: an object of each kind, and a text for each string parameter."""

from __future__ import annotations

import ctypes
import json
import socket
import tempfile
import threading
from typing import Any

_OPERATION = {
    "op_name": "transfer",
    "fee_asset": "1.3.0",
    "from": "1.2.31",
    "to": "1.2.33",
    "amount": {"amount": 1, "asset_id": "1.3.0"},
}
_TRANSACTION = {
    "ref_block_num": 1,
    "ref_block_prefix": 1,
    "expiration": "2030-01-01T00:00:00",
    "operations": [],
    "signatures": [],
}
_MARK = {
    "mark": 1,
    "payer": "1.2.31",
    "after": "1.11.0",
    "sent_by": 1790000000,
    "request": {"operations": [_OPERATION]},
}

# No server listens there, so every request fails at once.
_URL = b"http://127.0.0.1:9"
_FOLDER = tempfile.TemporaryDirectory(prefix="peerid-misuse-")

TEXTS = {
    "base_url": _URL,
    "client_id": b"4",
    "client_secret": b"secret",
    "name": b"request_timeout_ms",
    "value": b"500",
    "login": b"alice",
    "password": b"password",
    "mobile": b"123",
    "key": b"alice",
    "redirect": b"http://127.0.0.1/callback?code=c&state=s",
    "redirect_uri": b"http://127.0.0.1/callback",
    "expected_state": b"s",
    "code": b"c",
    "token_json": b'{"access_token": "a", "refresh_token": "r"}',
    "api": b"database",
    "method": b"get_objects",
    "params": b'[["1.2.31"]]',
    "operations": json.dumps(_OPERATION).encode(),
    "mark": json.dumps(_MARK).encode(),
    "transaction": json.dumps(_TRANSACTION).encode(),
    "transaction_token": b"t",
    "operation": b"transfer",
    "data": b"text",
    "text": b"1.5",
    "message": b"reason",
    "path": _FOLDER.name.encode() + b"/store",
}

_FIELDS = ("size", "context", "release", "load", "save", "remove", "lock", "unlock", "list")
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32)
RELOGIN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
LOAD = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class StoreCallbacks(ctypes.Structure):
    """`peerid_store_callbacks`, with plain pointers."""

    _fields_ = [("size", ctypes.c_size_t), *((name, ctypes.c_void_p) for name in _FIELDS[1:])]


def store_callbacks(**changed: Any) -> StoreCallbacks:
    """Callbacks that all succeed and provide nothing, except those given."""
    struct = StoreCallbacks(size=ctypes.sizeof(StoreCallbacks))
    for name in _FIELDS[3:]:
        function = changed.get(name) or CALLBACK(lambda: 0)
        KEPT.append(function)
        setattr(struct, name, ctypes.cast(function, ctypes.c_void_p))
    return struct


# Objects that ctypes must not free while C uses them.
KEPT: list[Any] = []


def rejecting_server() -> bytes:
    """Start a server that rejects every request, so that a session ends; returns its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        body = b'{"status": 400, "error": {"refresh_token": "invalid refresh token"}}'
        head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
        while True:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(head + body)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return b"http://127.0.0.1:%d" % listener.getsockname()[1]


class Objects:
    """Makes objects when they are first needed."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._made: dict[str, int] = {}
        self.url = _URL

    def call(self, name: str, *arguments: Any) -> int:
        """Call a function that returns a pointer or a number."""
        function = self._library[f"peerid_{name}"]
        function.restype = ctypes.c_void_p
        return function(*arguments) or 0

    def create(self, name: str, *arguments: Any) -> int:
        """Call a function that returns its result through its last parameter."""
        out = ctypes.c_void_p()
        error = self.call(name, *arguments, ctypes.byref(out))
        assert not error, (name, self.message(error))
        return out.value or 0

    def message(self, error: int) -> str:
        """The message of an error."""
        function = self._library.peerid_error_message
        function.restype = ctypes.c_char_p
        return function(ctypes.c_void_p(error)).decode()

    def get(self, kind: str) -> ctypes.c_void_p:
        """The object of a kind."""
        if kind not in self._made:
            self._made[kind] = getattr(self, f"_{kind}")()
        return ctypes.c_void_p(self._made[kind])

    def _config(self) -> int:
        config = self.create("config_create", self.url, b"4", b"secret")
        self.call("config_set_store", ctypes.c_void_p(config), self.get("store"))
        self.call("config_set", ctypes.c_void_p(config), b"request_timeout_ms", b"300000")
        return config

    def _client(self) -> int:
        return self.create("client_create", self.get("config"))

    def _session(self) -> int:
        text = TEXTS["token_json"]
        return self.create("client_restore", self.get("client"), text, ctypes.c_size_t(len(text)), b"alice")

    def _token(self) -> int:
        return self.create("session_get_token", self.get("session"))

    def _authorization(self) -> int:
        return self.create("authorization_create", self.get("client"), TEXTS["redirect_uri"])

    def _error(self) -> int:
        return self.call("config_set", None, None, None)

    def _store(self) -> int:
        return self.create("store_create_memory")

    def _response(self) -> int:
        return self.create("store_list", self.get("store"))

    def _queue(self) -> int:
        return self.create("queue_create")

    def _cancellation(self) -> int:
        return self.create("cancellation_create")

    def _completion(self) -> int:
        queue = self.get("queue")
        error = self.call("client_open_async", self.get("client"), b"nobody", queue, ctypes.c_uint64(7), None)
        assert not error
        taken, count = ctypes.c_void_p(), ctypes.c_size_t()
        places = ctypes.byref(taken), ctypes.byref(count)
        self.call("queue_take", queue, ctypes.c_int64(600_000), ctypes.c_size_t(1), *places)
        return taken.value or 0
