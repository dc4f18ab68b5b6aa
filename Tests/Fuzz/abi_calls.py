"""The calls for fuzzing through the C interface. The inputs are those of the targets in Sources, whose comments
describe their parts."""

import base64
import ctypes
import hashlib
import unicodedata
import urllib.parse
from ctypes import byref

from abi_clients import OPERATION, STYLES, TOKEN, VALIDATIONS, Clients

TRANSACTION = (
    b'{"ref_block_num":1,"ref_block_prefix":2,"expiration":"2030-01-01T00:00:00","operations":[],"signatures":["1f"]}'
)
STATUSES = (200, 400, 401, 403, 408, 413, 429, 500, 502, 503, 302, 204, 499, 405)
ENCODINGS = (
    lambda secret: secret,
    lambda secret: urllib.parse.quote(secret, safe="").encode(),
    lambda secret: b"".join(b"%%%02x" % byte for byte in secret),
    lambda secret: b"".join(b"\\u%04x" % ord(letter) for letter in secret.decode("utf-8", "replace")),
    lambda secret: secret.decode("utf-8", "replace").encode("ascii", "xmlcharrefreplace"),
    lambda secret: base64.b64encode(b"password=" + secret + b"&x"),
)


class Calls(Clients):
    """The calls: a function for each target."""

    def json(self, data):
        self.operations(b"\0" + data)
        self.tokens(data)
        self.chain_queries(b"database\0get_objects\0" + data)
        self.server.answer = (200, (), b'{"result":' + data + b',"status":200}')
        self.operate("submit", OPERATION, len(OPERATION))

    def answers(self, data):
        status, kind, body = STATUSES[byte(data, 0) % len(STATUSES)], byte(data, 1), data[2:]
        self.server.answer = (status, (b"Retry-After: 2",) if status in (429, 503) else (), body)
        library, client = self.library, self.clients[VALIDATIONS[0]]
        if kind & 8:
            return self.asynchronously(kind)
        match kind % 8:
            case 0:
                self.operate("submit", OPERATION, len(OPERATION))
            case 1:
                self.operate("confirm", b"aTransactionToken")
            case 2:
                self.operate("broadcast", TRANSACTION, len(TRANSACTION))
            case 3:
                library.response(library.make("response", "client_read_chain", client, b"database", b"get", b"[7]", 3))
            case 4:
                name = b"network_broadcast"
                library.response(library.make("response", "client_read_chain", client, name, b"get", b"[7]", 3))
            case 5:
                self.use(library.make("session", "client_login", client, b"alice", b"aPassword", None, None))
            case 6:
                self.use(library.make("session", "client_exchange", client, b"aCode", None))
            case 7:
                session = self.session(client)
                library.call("session_refresh", session)
                self.use(session)
        return None

    def masks(self, data):
        status, style = (400, 401, 500, 502)[byte(data, 0) % 4], byte(data, 1)
        secret, _, body = data[2:].partition(b"\0")
        word = ENCODINGS[style % len(ENCODINGS)](secret)
        self.server.answer = (status, (), body.replace(b"\0", word))
        client = self.clients[STYLES[style % 3]]
        self.use(self.library.make("session", "client_login", client, b"alice", secret, None, None))

    def tokens(self, data):
        client = self.clients[VALIDATIONS[0]]
        self.use(self.library.make("session", "client_restore", client, data, len(data), None))
        self.server.answer = (200, (), data)
        self.use(self.library.make("session", "client_login", client, b"alice", b"aPassword", None, None))

    def sessions(self, data):
        kind = byte(data, 0) % 3
        self.stored = (data[1:] if kind == 0 else damaged(data[1:]) if kind == 2 else with_checksum(data[1:]), 7)
        self.use(self.library.make("session", "client_open", self.clients["custom"], b"alice"))

    def files(self, data):
        self.file.write_bytes(with_checksum(data[1:]) if byte(data, 0) % 2 == 0 else data[1:])
        self.use(self.library.make("session", "client_open", self.clients["directory"], b"alice"))
        self.library.response(self.library.make("response", "store_list", self.directory))

    def keys(self, data):
        """Sessions are found by the bytes of their keys: two Unicode forms of the same letters are two keys."""
        library, client, token = self.library, self.clients["directory"], TOKEN
        key = data.replace(b"\0", b"")
        session = library.make("session", "client_restore", client, token, len(token), key)
        text = key.decode("utf-8", "replace")
        for form in ("NFC", "NFD", "NFKC"):
            other = unicodedata.normalize(form, text).encode()
            found = library.make("session", "client_open", client, other)
            library.check(found is None or other == key, f"the session of {key!r} is found by {other!r}")
            library.session_free(found)
        library.response(library.make("response", "store_list", self.directory))
        library.session_free(session)
        library.call("store_remove", self.directory, key)

    def operations(self, data):
        library, text = self.library, data[1:]
        library.call("operation_check", text, len(text))
        buffer = ctypes.create_string_buffer(300)
        library.note("warnings", (library.operation_warnings(text, len(text), len(buffer), buffer), buffer.value))
        name = VALIDATIONS[byte(data, 0) % 4]
        session = self.session(self.clients[name], TOKEN.replace(b"[0,5,6]", b"null") if byte(data, 0) & 4 else TOKEN)
        library.response(library.make("response", "session_check", session, text, len(text)))
        self.operate("submit", text, len(text), session=session)

    def transactions(self, data):
        self.operate("broadcast", data, len(data))

    def marks(self, data):
        library, session = self.library, self.session(self.clients[VALIDATIONS[0]])
        library.response(library.make("response", "session_mark", session, data, len(data)))
        library.response(library.make("response", "session_settle", session, data, len(data)))
        library.session_free(session)

    def chain_queries(self, data):
        api, method, parameters = fields(data, 3)
        arguments = self.clients[VALIDATIONS[0]], api, method, parameters, len(parameters)
        self.library.response(self.library.make("response", "client_read_chain", *arguments))

    def redirects(self, data):
        state, url, _ = fields(data, 3)
        client = self.clients[VALIDATIONS[0]]
        self.use(self.library.make("session", "client_exchange_redirect", client, url, state, None))

    def base_urls(self, data):
        library, (text,) = self.library, fields(data[1:], 1)
        allows = b"true" if byte(data, 0) % 2 else b"false"
        self.create_client(text, {b"allow_http": allows})
        self.create_client(b"https://peerid.example", {b"proxy": text})
        self.create_client(b"https://peerid.example", {b"authorization_page": text})
        library.note("address", text)

    def options(self, data):
        name, value, client_id, secret = fields(data, 4)
        texts = [ctypes.c_char_p() for _ in range(4)]
        if name.isdigit() and self.library.option_describe(int(name[:6]), *map(byref, texts)):
            self.library.note("option", [text.value for text in texts])
            name = texts[0].value
        # Not the option that names a file: the file could be large, or a pipe that blocks the client.
        if name != b"ca_file":
            self.create_client(b"https://peerid.example", {name: value}, client_id, secret)

    def dates(self, data):
        line = data.translate(None, b"\r\n\0")
        self.server.answer = (503, (b"Retry-After: " + line,), b"{}")
        library = self.library
        begin = len(library.lines)
        self.operate("submit", OPERATION, len(OPERATION))
        # The time until a date depends on the clock.
        library.lines[begin:] = [
            "a wait" if text.startswith("retry_after_ms: ") and not line.isdigit() else text
            for text in library.lines[begin:]
        ]
        expires = line.replace(b"\\", b"").replace(b'"', b"")
        self.tokens(TOKEN[:-1] + b',"expires":"' + expires + b'"}')

    def amounts(self, data):
        library, precision, (text,) = self.library, byte(data, 0) % 16 - 1, fields(data[1:], 1)
        number = ctypes.c_int64(0)
        given = ctypes.c_int64(int.from_bytes(data[:8], "little", signed=True))
        for name in ("amount", "odds", "percent"):
            more = (precision,) if name == "amount" else ()
            if not library.call(f"{name}_parse", text, *more, byref(number)):
                library.note("number", number.value)
            for value in (number, given):
                buffer = ctypes.create_string_buffer(1 + byte(data, 0) % 48)
                if not library.call(f"{name}_format", value, *more, len(buffer), buffer):
                    library.note("text", buffer.value)


TARGETS = tuple(name for name in vars(Calls) if not name.startswith("__"))


def byte(data, index):
    return data[index] if index < len(data) else 0


def fields(data, count):
    """The texts between NULs; missing ones are empty."""
    return [*data.split(b"\0"), *[b""] * count][:count]


def with_checksum(data):
    """An object with a checksum in place of its last brace."""
    return data[:-1] + b',"sha256":"' + hashlib.sha256(data[:-1]).hexdigest().encode() + b'"}'


WHOLE = with_checksum(
    b'{"format":"libpeerid session","version":2,"key":"alice","token":{"access_token":"a","refresh_token":"b",'
    b'"scope":[0],"expires_at":1900000000000,"app_id":4,"user_id":1,"generation":7}}'
)


def damaged(changes):
    """A stored session with changed bytes: each three bytes are a position and the new byte."""
    text = bytearray(WHOLE)
    for start in range(0, len(changes) - 2, 3):
        text[int.from_bytes(changes[start : start + 2]) % len(text)] = changes[start + 2]
    return bytes(text)
