#!/usr/bin/env python3
"""A PeerID server with a different fault on each port, on raw sockets.

    fault_server.py [--certificate PEM --key PEM]

It prints one line of JSON: {"control": PORT, "ports": {"name of the fault": PORT, ...}} and exits when its standard
input is closed. On the control port, GET /NAME returns the record of a port:

    connections   number of connections
    open          number of connections that are still open
    requests      number of complete requests
    fragments     number of requests that broke off
    bodies        the bodies of the requests, as text
    heads         their request lines and headers
    connects      number of CONNECT requests (proxies)

GET /NAME?closed=N waits until N connections have closed, GET /NAME?requests=N until N requests have arrived, so that
tests need not sleep; &within_ms=M limits the wait (120,000). POST /reset clears the records.

Some faults wait for the test: POST /NAME triggers the next one. "strays" counts the unrequested answers that they have
sent.
"""

import argparse
import base64
import collections
import ctypes
import ctypes.util
import gzip
import json
import select
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib

TRANSACTION = {
    "id": "a3" * 20,
    "block_num": 1000001,
    "trx_num": 0,
    "trx": {"operations": [[0, {}]], "operation_results": [[0, {}]], "signatures": ["1f" * 65]},
}
TOKEN = {
    "id": 7,
    "token": "newAccessToken" + "x" * 110,
    "refresh_token": "newRefreshToken" + "y" * 109,
    "scope": [0],
    "expires": "2099-01-01T00:00:00.000Z",
    "app_id": 4,
    "user_id": 1,
}
STACK_TRACE = (
    "Assert Exception: fee_payer_id->get_balance() >= fee: insufficient balance\n"
    + "".join(f"    at /srv/peerid/node_modules/secret-path/lib/file{n}.js:{n}:13\n" for n in range(160))
)[:10000]
HTML = "<!DOCTYPE html>\n<html><head><title>%s</title></head>\n<body><h1>%s</h1><hr>nginx</body></html>\n"
DEEP = 100_000


# ---- Records -------------------------------------------------------------------------------------------------------


class Record:
    """The connections and requests of a port."""

    def __init__(self):
        self.changed = threading.Condition()
        self.clears = 0
        self.clear()

    def clear(self):
        with self.changed:
            self.clears += 1
            self.connections = self.closed = self.requests = self.fragments = self.connects = self.strays = 0
            self.triggers = 0
            self.bodies, self.heads = [], []

    def count(self, **names):
        with self.changed:
            for name, by in names.items():
                setattr(self, name, getattr(self, name) + by)
            self.changed.notify_all()

    def count_closed(self, clears):
        """Counts a connection that ends, unless it began before the record was cleared."""
        if clears == self.clears:
            self.count(closed=1)

    def arrived(self, request):
        with self.changed:
            if request.method == "CONNECT":
                self.connects += 1
            else:
                self.requests += 1
                self.bodies.append(request.body.decode("utf-8", "replace")[:4096])
            self.heads.append(request.head)
            self.changed.notify_all()

    def wait(self, name, at_least, milliseconds):
        with self.changed:
            self.changed.wait_for(lambda: getattr(self, name) >= at_least, timeout=milliseconds / 1000)

    def await_trigger(self):
        """Waits until the test triggers the fault."""
        with self.changed:
            self.changed.wait_for(lambda: self.triggers > 0)
            self.triggers -= 1

    def json(self):
        with self.changed:
            return {
                "connections": self.connections,
                "open": self.connections - self.closed,
                "requests": self.requests,
                "fragments": self.fragments,
                "connects": self.connects,
                "strays": self.strays,
                "bodies": self.bodies,
                "heads": self.heads,
            }


# ---- One connection -------------------------------------------------------------------------------------------------


class ClientGone(Exception):
    """The client closed the connection or it broke."""


Request = collections.namedtuple("Request", "method target head body")


class Connection:
    def __init__(self, plain, record):
        self.socket, self.record, self.clears = plain, record, record.clears
        # Data is sent at once, without waiting for the client to acknowledge earlier data.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def start_tls(self, context):
        self.socket = context.wrap_socket(self.socket, server_side=True, suppress_ragged_eofs=True)

    def _receive(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError) as error:
            raise ClientGone from error
        if not data:
            raise ClientGone
        return data

    def wait_for_bytes(self):
        """Waits for the first bytes of a request, without reading them."""
        select.select([self.socket], [], [])

    def read_some(self, count):
        """Reads the first bytes of a request and no more."""
        while len(self.buffer) < count:
            self.buffer += self._receive()
        self.record.count(fragments=1)

    def read_request(self):
        """The next complete request."""
        try:
            while b"\r\n\r\n" not in self.buffer:
                self.buffer += self._receive()
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            text = head.decode("latin-1")
            length = 0
            for line in text.split("\r\n")[1:]:
                name, _, value = line.partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            while len(self.buffer) < length:
                self.buffer += self._receive()
        except ClientGone:
            if self.buffer:
                self.record.count(fragments=1)
            raise
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        method, target = text.split(" ")[:2]
        request = Request(method, target, text, body)
        self.record.arrived(request)
        return request

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError) as error:
            raise ClientGone from error

    def wait_until_client_leaves(self):
        while True:
            self._receive()

    def pause(self, seconds):
        """Waits, but not longer than the client stays connected."""
        if select.select([self.socket], [], [], seconds)[0]:
            self._receive()

    def reset(self):
        """Ends the connection with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        """Ends the connection with FIN, over TLS without its closing message."""
        if self.socket.fileno() >= 0:
            self.socket.close()
            self.record.count_closed(self.clears)


# ---- Answers --------------------------------------------------------------------------------------------------------


def answer(status, body=b"", *headers, reason="Reason", kind="application/json; charset=utf-8", length=None):
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Type: {kind}", *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def envelope(result):
    return json.dumps({"result": result, "status": 200})


def refusal(error, status):
    return json.dumps({"error": error, "status": status})


def valid_result(request):
    """The result that a healthy server returns."""
    path = request.target.partition("?")[0]
    if "/auth/" in path:
        return TOKEN
    if path.endswith("/blockchain-data"):
        return ["1.3.0"]
    return [TRANSACTION] if path.endswith("/broadcast") else TRANSACTION


def valid_answer(request):
    return answer(200, envelope(valid_result(request)))


def packed(status, body, coding="gzip", pack=gzip.compress):
    return answer(status, pack(body.encode()), f"Content-Encoding: {coding}")


def html(status, reason, *headers):
    title = f"{status} {reason}"
    return answer(status, HTML % (title, title), *headers, reason=reason, kind="text/html")


def http_date(seconds_from_now):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds_from_now))


ANSWERS = {
    "redirect_301": answer(301, "", "Location: /elsewhere"),
    "redirect_302": answer(302, "", "Location: /elsewhere"),
    "redirect_303": answer(303, "", "Location: /elsewhere"),
    "redirect_307": answer(307, "", "Location: /elsewhere"),
    "redirect_308": answer(308, "", "Location: /elsewhere"),
    "html_404": html(404, "Not Found"),
    "html_407": html(407, "Proxy Authentication Required"),
    "html_408": html(408, "Request Timeout"),
    "html_431": html(431, "Request Header Fields Too Large"),
    "html_499": html(499, "Client Closed Request"),
    "status_408": answer(408, refusal("Request Timeout", 408)),
    "html_413": html(413, "Request Entity Too Large"),
    "html_502": html(502, "Bad Gateway"),
    "html_503": html(503, "Service Temporarily Unavailable"),
    "html_503_retry_after": html(503, "Service Temporarily Unavailable", "Retry-After: 7"),
    "html_504": html(504, "Gateway Time-out"),
    "html_200": html(200, "OK"),
    "status_403": answer(403, refusal("Forbidden", 403)),
    "status_405": answer(405, refusal("Method Not Allowed", 405)),
    "status_429": answer(429, refusal("Too Many Requests", 429)),
    "status_429_retry_after": answer(429, refusal("Too Many Requests", 429), "Retry-After: 3"),
    "status_429_bad_retry_after": answer(429, refusal("Too Many Requests", 429), "Retry-After: -99999999999999999999"),
    "status_429_long_retry_after": answer(429, refusal("Too Many Requests", 429), "Retry-After: 99999999999999999999"),
    "status_503_bad_retry_after": answer(503, refusal("Unavailable", 503), "Retry-After: soon"),
    "gateway_500": answer(500, '{"status":500,"error":"Assert Exception: a: b","path":"/api"}'),
    "gateway_object_400": answer(400, '{"error":{"code":400,"message":"blocked"}}'),
    "status_500": answer(500, refusal("server side error", 500)),
    "stack_trace_500": answer(500, refusal(STACK_TRACE, 500)),
    "string_status_400": answer(400, refusal({"op_name": "Operation invalid"}, "400")),
    "null_result": answer(200, envelope(None)),
    "no_result": answer(200, '{"status":200}'),
    "false_result": answer(200, envelope(False)),
    "text_result": answer(200, envelope("done")),
    "result_and_error": answer(200, json.dumps({"result": TRANSACTION, "error": "no", "status": 200})),
    "array_200": answer(200, "[1,2,3]"),
    "not_json_200": answer(200, "Everything went well, thank you."),
    "cut_json_200": answer(200, '{"result":{"id":"a3a3'),
    "empty_200": answer(200, ""),
    "no_content_204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "strange_status_299": answer(299, '{"weather":"fine"}'),
    "strange_status_999": answer(999, '{"weather":"fine"}'),
    "invalid_utf8_200": answer(200, b'{"result":{"id":"\xff\xfe\xc0\x80"},"status":200}'),
    "invalid_utf8_400": answer(400, b'{"error":"\xff\xfe\xc0\x80","status":400}'),
    "deep_200": answer(200, '{"result":' + "[" * DEEP + "]" * DEEP + ',"status":200}'),
    "deep_400": answer(400, '{"error":' + '{"a":' * DEEP + "1" + "}" * DEEP + ',"status":400}'),
    "huge_number_200": answer(200, '{"result":{"block_num":' + "9" * 400 + '},"status":200}'),
    "nul_in_text_200": answer(200, '{"result":{"id":"a\\u0000b","block_num":5},"status":200}'),
    "nul_as_id_200": answer(200, '{"result":{"id":"\\u0000","block_num":5},"status":200}'),
    "byte_order_mark_400": answer(400, "\ufeff" + refusal({"op_name": "no"}, 400)),
    "large_html_500": answer(500, "<html>" + "x" * 100_000 + "</html>", kind="text/html"),
    "deflate_200": packed(200, envelope(TRANSACTION), "deflate", zlib.compress),
    "gzip_400": packed(400, refusal({"op_name": "no"}, 400)),
    "gzip_cut_200": packed(200, envelope(TRANSACTION), pack=lambda body: gzip.compress(body)[:-20]),
    "gzip_damaged_200": packed(200, envelope(TRANSACTION), pack=lambda body: b"\x1f\x8b\x08" + body),
    "gzip_bomb_200": packed(200, " " * 50_000_000),
    "unknown_coding_200": packed(200, envelope(TRANSACTION), "x-unknown"),
    "empty_refresh_token": answer(200, envelope({"token": "newAccessToken", "refresh_token": ""})),
    "refresh_token_false": answer(200, envelope({"token": "newAccessToken", "refresh_token": False})),
    "cut_status_line": b"HTTP/1.1 20",
    "cut_headers": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Le",
    "cut_body": answer(200, '{"result":{"id":"a3', length=500),
    "cut_body_of_400": answer(400, '{"error":{"op_name":"Opera', length=500),
    "cut_body_of_500": answer(500, '{"error":"server', length=500),
    "cut_chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"result\":",
    "bad_chunk_size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnumber\r\n{}\r\n0\r\n\r\n",
    "bad_content_length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    "not_http": b"220 mail.example.com ESMTP ready\r\n",
    "declares_too_much": answer(200, "{", length=10**12),
}

# ---- Faults: each gets a connection and ends by returning -----------------------------------------------------------

FAULTS = {}


def fault(function):
    FAULTS[function.__name__] = function
    return function


@fault
def healthy(connection):
    while True:
        connection.send(valid_answer(connection.read_request()))


@fault
def resets_before_reading(connection):
    connection.wait_for_bytes()
    connection.reset()


@fault
def resets_during_request(connection):
    connection.read_some(1000)
    connection.reset()


@fault
def resets_after_request(connection):
    connection.read_request()
    connection.reset()


@fault
def closes_after_request(connection):
    connection.read_request()


@fault
def closes_on_second(connection):
    """Keeps the connection after the first answer, reads the next request, and hangs up."""
    connection.send(valid_answer(connection.read_request()))
    connection.read_request()


@fault
def resets_on_second(connection):
    connection.send(valid_answer(connection.read_request()))
    connection.read_request()
    connection.reset()


@fault
def closes_after_answer(connection):
    """Promises to keep the connection, and closes it."""
    connection.send(valid_answer(connection.read_request()))


@fault
def silent(connection):
    connection.read_request()
    connection.wait_until_client_leaves()


@fault
def stalls_in_body(connection):
    connection.read_request()
    connection.send(answer(200, '{"result":', length=500))
    connection.wait_until_client_leaves()


@fault
def trickles(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.send(b"1\r\n \r\n")
        connection.pause(0.01)


@fault
def floods_body(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.send(b"4000\r\n" + b" " * 0x4000 + b"\r\n")


@fault
def floods_headers(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        connection.send(b"X-Endless-%d: " % number + b"x" * 4000 + b"\r\n")


@fault
def floods_one_header(connection):
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    while True:
        connection.send(b"x" * 16384)


@fault
def floods_interim_answers(connection):
    connection.read_request()
    while True:
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" * 50)


@fault
def sends_interim_answers(connection):
    while True:
        request = connection.read_request()
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        connection.send(valid_answer(request))


@fault
def answers_byte_by_byte(connection):
    while True:
        for byte in valid_answer(connection.read_request()):
            connection.send(bytes([byte]))


@fault
def echoes_head_407(connection):
    """A proxy that asks for credentials and shows what it has received."""
    connection.send(answer(407, "received: " + connection.read_request().head, kind="text/plain"))


@fault
def echoes_password_407(connection):
    """A proxy that refuses credentials and shows them in several encodings."""
    head = connection.read_request().head
    sent = head.split("Proxy-Authorization: Basic ")[1].split("\r\n")[0].encode()
    clear = base64.b64decode(sent)
    shown = (
        (b"header", sent),
        (b"clear", clear),
        (b"quoted", urllib.parse.quote(clear).encode()),
        (b"repr", repr(clear).encode()),
        (b"twice", base64.b64encode(sent)),
        (b"hex", clear.hex(" ").encode()),
    )
    body = b", ".join(name + b" " + value for name, value in shown)
    connection.send(b"HTTP/1.1 407 Refused\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@fault
def compresses(connection):
    while True:
        connection.send(packed(200, envelope(valid_result(connection.read_request()))))


@fault
def writes_byte_order_marks(connection):
    while True:
        connection.send(answer(200, "\ufeff" + envelope(valid_result(connection.read_request()))))


@fault
def speaks_http_1_0(connection):
    request = connection.read_request()
    body = envelope(valid_result(request)).encode()
    connection.send(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)


@fault
def rotates(connection):
    """Healthy, but each token request gets a new pair: the n-th since the record was cleared gets pair n."""
    while True:
        request = connection.read_request()
        result = valid_result(request)
        if result is TOKEN:
            pair = sum("/auth/" in head for head in connection.record.json()["heads"])
            result = dict(TOKEN, token=f"newAccessToken{pair}".ljust(124, "x"), refresh_token=f"newRefreshToken{pair}".ljust(124, "y"))
        connection.send(answer(200, envelope(result)))


@fault
def refuses_after_login(connection):
    """The chain refuses operations, and the server does not know the refresh token."""
    while True:
        request = connection.read_request()
        if "/app/operations" in request.target:
            connection.send(answer(500, refusal(STACK_TRACE, 500)))
        elif "/auth/refreshtoken" in request.target:
            connection.send(answer(400, refusal({"refresh_token": "invalid refresh token"}, 400)))
        else:
            connection.send(valid_answer(request))


@fault
def repeats_keys(connection):
    while True:
        result = json.dumps(valid_result(connection.read_request()))
        connection.send(answer(200, '{"result":null,"result":%s,"status":200,"status":200}' % result))


@fault
def sends_unrequested_answer(connection):
    """Sends a second, unrequested answer: it must not be treated as the answer to the next request."""
    request = connection.read_request()
    false_answer = answer(200, envelope(dict(TRANSACTION, id="ee" * 20)))
    connection.send(valid_answer(request) + false_answer)
    connection.send(valid_answer(connection.read_request()))


FALSE_ANSWER = answer(200, envelope(dict(TRANSACTION, id="ee" * 20)))
LATE_408 = answer(408, HTML % ("408 Request Timeout", "408 Request Timeout"), "Connection: close", kind="text/html")


def sends_when_idle(name, what):
    """Answers, sends an unrequested answer when the test triggers it, and continues."""

    def behaviour(connection):
        connection.send(valid_answer(connection.read_request()))
        if connection.record.strays == 0:
            connection.record.await_trigger()
            connection.send(what)
            connection.record.count(strays=1)
        while True:
            connection.send(valid_answer(connection.read_request()))

    behaviour.__name__ = name
    FAULTS[name] = behaviour
    return behaviour


says_408_when_idle = sends_when_idle("says_408_when_idle", LATE_408)
says_200_when_idle = sends_when_idle("says_200_when_idle", FALSE_ANSWER)


@fault
def closes_when_idle(connection):
    connection.send(valid_answer(connection.read_request()))
    if connection.record.strays > 0:
        healthy(connection)
    connection.record.await_trigger()
    connection.close()
    connection.record.count(strays=1)


@fault
def sends_more_after_large_answer(connection):
    """The last bytes of the answer and an unrequested answer arrive together; over TLS in one record."""
    while True:
        body = envelope(valid_result(connection.read_request())) + " " * 40000
        connection.send(answer(200, body) + FALSE_ANSWER)


@fault
def answers_with_three_megabytes(connection):
    asset = {"id": "1.3.0", "symbol": "PPY", "precision": 5}
    large = answer(200, envelope([asset] + [{"id": "2.9.1", "n": 1.5}] * 110_000))
    tokens = answer(200, envelope(dict(TOKEN, scope=[1] * 1_000_000)))
    while True:
        request = connection.read_request()
        special = {"/app/blockchain-data": large, "/auth/token": tokens}
        found = [special[path] for path in special if path in request.target]
        connection.send(found[0] if found else valid_answer(request))


@fault
def refuses_with_a_megabyte(connection):
    """Refuses a broadcast with an error almost as long as the longest that is read."""
    while True:
        request = connection.read_request()
        large = answer(500, refusal("Assert Exception: a: Insufficient Balance\n" + "x" * 1_000_000, 500))
        connection.send(large if "/broadcast" in request.target else valid_answer(request))


@fault
def answers_when_triggered(connection):
    while True:
        request = connection.read_request()
        connection.record.await_trigger()
        connection.send(valid_answer(request))
        connection.record.count(strays=1)


@fault
def refuses_before_body(connection):
    """Answers 413 after reading the headers, as proxies do, and lets the client finish."""
    connection.read_some(1000)
    connection.send(ANSWERS["html_413"])
    connection.wait_until_client_leaves()


@fault
def always_401(connection):
    """Refuses every access token and issues new ones."""
    while True:
        request = connection.read_request()
        if "/app/" in request.target:
            connection.send(answer(401, refusal("Access Token invalid or expired", 401)))
        else:
            connection.send(valid_answer(request))


@fault
def refresh_gets_no_answer(connection):
    """Refuses every access token, and does not answer a refresh."""
    request = connection.read_request()
    if "/app/" in request.target:
        connection.send(answer(401, refusal("Access Token invalid or expired", 401), "Connection: close"))


# ---- Proxies --------------------------------------------------------------------------------------------------------


def refusing_proxy(status, reason):
    def proxy(connection):
        while True:
            connection.read_request()
            connection.send(html(status, reason))

    return proxy


for code, why in ((403, "Forbidden"), (407, "Proxy Authentication Required"), (502, "Bad Gateway")):
    FAULTS[f"proxy_{code}"] = refusing_proxy(code, why)


@fault
def proxy_closes(connection):
    connection.read_request()


@fault
def proxy_silent(connection):
    connection.read_request()
    connection.wait_until_client_leaves()


@fault
def proxy_garbage(connection):
    connection.read_request()
    connection.send(b"what?\r\n\r\n")


# ---- TLS ------------------------------------------------------------------------------------------------------------

TLS_FAULTS = {}
tls_context = None
options = None


def behind_tls(behaviour):
    def behind_handshake(connection):
        try:
            connection.start_tls(tls_context)
        except (OSError, ssl.SSLError) as error:
            raise ClientGone from error
        behaviour(connection)

    return behind_handshake


def cuts_body(connection):
    connection.read_request()
    connection.send(ANSWERS["cut_body"])


for behaviour in (
    healthy,
    silent,
    cuts_body,
    resets_during_request,
    resets_after_request,
    closes_after_request,
    closes_on_second,
    resets_on_second,
    closes_after_answer,
    says_408_when_idle,
    says_200_when_idle,
    closes_when_idle,
    sends_more_after_large_answer,
    answers_when_triggered,
):
    TLS_FAULTS["tls_" + behaviour.__name__] = behind_tls(behaviour)


def tls_closes_in_handshake(connection):
    connection.read_some(5)


def tls_silent_in_handshake(connection):
    connection.read_some(5)
    connection.wait_until_client_leaves()


def tls_opens_when_triggered(connection):
    connection.wait_for_bytes()
    connection.record.count(fragments=1)
    connection.record.await_trigger()
    connection.record.count(strays=1)
    behind_tls(healthy)(connection)


def tls_answers_in_plain(connection):
    connection.read_some(5)
    connection.send(html(400, "Bad Request"))


class OpenSSLSocket:
    """A TLS connection made with OpenSSL itself, which can send session tickets at any time; Python's module cannot."""

    library = None
    context = None

    def __init__(self, plain):
        if OpenSSLSocket.library is None:
            self.prepare()
        self.plain = plain
        self.ssl = ctypes.c_void_p(self.library.SSL_new(self.context))
        self.library.SSL_set_fd(self.ssl, plain.fileno())
        if self.library.SSL_accept(self.ssl) != 1:
            raise ClientGone

    @classmethod
    def prepare(cls):
        cls.library = library = ctypes.CDLL(ctypes.util.find_library("ssl"))
        for name in ("TLS_server_method", "SSL_CTX_new", "SSL_new"):
            getattr(library, name).restype = ctypes.c_void_p
        cls.context = ctypes.c_void_p(library.SSL_CTX_new(ctypes.c_void_p(library.TLS_server_method())))
        pem_format = 1
        assert library.SSL_CTX_use_certificate_file(cls.context, options.certificate.encode(), pem_format) == 1
        assert library.SSL_CTX_use_PrivateKey_file(cls.context, options.key.encode(), pem_format) == 1

    def recv(self, count):
        data = ctypes.create_string_buffer(count)
        received = self.library.SSL_read(self.ssl, data, count)
        return data.raw[: max(received, 0)]

    def sendall(self, data):
        if self.library.SSL_write(self.ssl, data, len(data)) <= 0:
            raise ClientGone

    def send_ticket(self):
        if self.library.SSL_new_session_ticket(self.ssl) != 1 or self.library.SSL_do_handshake(self.ssl) != 1:
            raise ClientGone

    def fileno(self):
        return self.plain.fileno()

    def close(self):
        self.plain.close()


def tls_sends_tickets_when_idle(connection):
    connection.socket = OpenSSLSocket(connection.socket)
    while True:
        connection.send(valid_answer(connection.read_request()))
        for _ in range(3):
            connection.socket.send_ticket()
        connection.record.count(strays=1)


for behaviour in (
    tls_sends_tickets_when_idle,
    tls_closes_in_handshake,
    tls_silent_in_handshake,
    tls_opens_when_triggered,
    tls_answers_in_plain,
):
    TLS_FAULTS[behaviour.__name__] = behaviour

# ---- Ports ----------------------------------------------------------------------------------------------------------


def one_answer(data, keeps_open):
    def behaviour(connection):
        while True:
            connection.read_request()
            connection.send(data)
            if not keeps_open:
                return

    return behaviour


def behaviours(with_tls):
    faults = dict(FAULTS)
    for name, data in ANSWERS.items():
        is_cut = name.startswith(("cut_", "not_http", "bad_")) and name != "cut_json_200" or name == "declares_too_much"
        faults[name] = one_answer(data, keeps_open=not is_cut)
    if with_tls:
        faults.update(TLS_FAULTS)
    return faults


def serve(listener, record, behaviour):
    def handle(connection):
        try:
            behaviour(connection)
        except ClientGone:
            pass
        finally:
            connection.close()

    while True:
        plain, _ = listener.accept()
        record.count(connections=1)
        threading.Thread(target=handle, args=(Connection(plain, record),), daemon=True).start()


def listen(backlog=512):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


def start(behaviour, record):
    listener = listen()
    threading.Thread(target=serve, args=(listener, record, behaviour), daemon=True).start()
    return listener.getsockname()[1]


def control(records):
    """The behaviour of the control port."""

    def behaviour(connection):
        request = connection.read_request()
        url = urllib.parse.urlsplit(request.target)
        record = records.get(url.path[1:])
        if request.method == "POST":
            if record:
                record.count(triggers=1)
            else:
                for each in records.values():
                    each.clear()
            connection.send(answer(200, "{}"))
            return
        if record is None:
            connection.send(answer(404, "{}"))
            return
        conditions = dict(urllib.parse.parse_qsl(url.query))
        milliseconds = int(conditions.pop("within_ms", 120_000))
        for name, at_least in conditions.items():
            record.wait(name, int(at_least), milliseconds)
        connection.send(answer(200, json.dumps(record.json())))

    return behaviour


def unreachable_ports():
    """A port without a listener, and one with a full queue, which accepts no connection."""
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    full = listen(backlog=0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    # The sockets must live as long as the program.
    return {"no_listener": closed, "full_queue": full}, fillers


def main():
    global tls_context, options
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    if options.certificate:
        tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls_context.load_cert_chain(options.certificate, options.key)
    records, ports = {}, {}
    for name, behaviour in behaviours(with_tls=options.certificate is not None).items():
        records[name] = Record()
        ports[name] = start(behaviour, records[name])
    deaf, fillers = unreachable_ports()
    for name, listener in deaf.items():
        records[name] = Record()
        ports[name] = listener.getsockname()[1]
    print(json.dumps({"control": start(control(records), Record()), "ports": ports}), flush=True)
    sys.stdin.read()
    return fillers


if __name__ == "__main__":
    main()
