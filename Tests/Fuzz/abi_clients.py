"""The clients of one library and their server, for fuzzing through the C interface."""

import ctypes
import re
import tempfile
import time
from ctypes import byref
from pathlib import Path

from abi_library import C, Library
from abi_server import Server

SECRET = b"aClientSecret"
TOKEN = b'{"access_token":"anAccessToken","refresh_token":"aRefreshToken","scope":[0,5,6],"app_id":4,"user_id":1}'
OPERATION = (
    b'{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","amount":{"amount":1,"asset_id":"1.3.0"}}'
)
VALIDATIONS = (b"known", b"strict", b"allow_unknown", b"off")
STYLES = (b"form", b"json", b"query")


class Clients:
    """Clients of one library, and a server for them."""

    def __init__(self, path):
        self.library = Library(path)
        self.server = Server()
        self.folder = tempfile.TemporaryDirectory(prefix="peerid-fuzz-")
        self.logged = []
        self.handlers = [C.LogHandler(lambda _context, level, message: self.logged.append((level, message)))]
        self.store = self.custom_store()
        self.directory = self.create("store", "store_create_directory", self.folder.name.encode())
        self.clients = {
            **{name: self.client({b"validate": name}) for name in VALIDATIONS},
            **{name: self.client({b"parameters": name}) for name in STYLES},
            "custom": self.client({}, self.store),
            "directory": self.client({}, self.directory),
        }
        self.queue = self.create("queue", "queue_create")
        self.inputs = 0
        self.file = self.file_of_store()

    def create(self, kind, name, *arguments):
        made = self.library.make(kind, name, *arguments)
        assert made is not None, self.library.lines
        return made

    def client(self, options, store=None):
        config = self.create("config", "config_create", f"http://{self.server.address}".encode(), b"4", SECRET)
        # A refresh in the background would send its request during another input.
        for name, value in {b"refresh_window_ms": b"0", b"refresh_probe_delay_ms": b"0", **options}.items():
            assert not self.library.call("config_set", config, name, value), self.library.lines
        assert not self.library.config_set_log_handler(config, self.handlers[0], None, C.ReleaseCallback())
        if store is not None:
            assert not self.library.config_set_store(config, store)
        client = self.create("client", "client_create", config)
        self.library.config_free(config)
        return client

    def custom_store(self):
        """A store that contains `self.stored`."""

        def load(_context, _key, _lock, reply):
            data, generation = self.stored
            self.library.store_reply_set_session(reply, data, len(data), generation)
            return 0

        names = [name for name, _ in C.StoreCallbacks._fields_]
        done = [
            C.StoreSaveCallback(lambda *_: 0),
            C.StoreRemoveCallback(lambda *_: 0),
            C.StoreLockCallback(lambda *_: 0),
        ]
        callbacks = [C.StoreLoadCallback(load), *done, C.StoreUnlockCallback(lambda *_: None)]
        self.handlers += callbacks
        struct = C.StoreCallbacks(size=ctypes.sizeof(C.StoreCallbacks), **dict(zip(names[3:], callbacks, strict=False)))
        return self.create("store", "store_create_custom", byref(struct))

    def file_of_store(self):
        """The file of alice's session in the directory store."""
        session = self.create("session", "client_restore", self.clients["directory"], TOKEN, len(TOKEN), b"alice")
        self.library.session_free(session)
        (file,) = Path(self.folder.name).glob("*.session")
        return file

    def observe(self, target, data):
        """What a program sees of the calls for an input, and the promises that they break."""
        library = self.library
        library.lines, library.broken, self.logged = [], [], []
        self.server.prepare()
        self.inputs += 1
        getattr(self, target)(data)
        for client in self.clients.values():
            library.check(library.client_flush(client, 600_000) == 1, "a refresh does not end")
        for request in self.server.requests:
            library.note("sent", request)
        # The library's threads write log lines as well.
        for line in sorted(self.logged):
            library.note("log", line)
        text = "\n".join(library.lines)
        for name, hidden in (("FOLDER", self.folder.name), ("SERVER", self.server.address)):
            text = text.replace(hidden, name)
        return without_time(text), library.broken

    def session(self, client, token=TOKEN):
        """A session with its own pair, because sessions with the same access token are the same session."""
        token = token.replace(b"anAccessToken", b"access%d" % self.inputs)
        token = token.replace(b"aRefreshToken", b"refresh%d" % self.inputs)
        return self.create("session", "client_restore", client, token, len(token), None)

    def operate(self, name, *arguments, session=None):
        """Makes a call of a session that can move money."""
        library = self.library
        session = session or self.session(self.clients[VALIDATIONS[0]])
        self.server.requests.clear()
        library.response(library.make("response", f"session_{name}", session, *arguments))
        self.check_sending(name)
        library.session_free(session)

    def check_sending(self, name):
        """A request that moves money is sent once, except after HTTP 401, and not at all if the outcome is not_sent."""
        statuses = [status for *_, status in self.server.moving()]
        for request in self.server.requests:
            self.library.note("sent", request)
        self.server.requests.clear()
        self.library.check(all(status == 401 for status in statuses[:-1]), f"{name} was sent again: {statuses}")
        self.library.check(
            not statuses or self.library.outcome != C.OUTCOME_NOT_SENT, f"{name} was sent, and is not_sent"
        )

    def use(self, session):
        """Reads the tokens of a session, exports them, and restores them; frees the session."""
        library = self.library
        if session is None:
            return
        exported = library.token(library.make("token", "session_get_token", session))
        library.session_free(session)
        again = library.make("session", "client_restore", self.clients[VALIDATIONS[0]], exported, len(exported), None)
        library.check(again is not None, "exported tokens cannot be restored")
        if again is not None:
            token = library.make("token", "session_get_token", again)
            library.check(library.token(token) == exported, "exported tokens change when they are restored")
            library.session_free(again)

    def asynchronously(self, kind):
        """Makes a call through the queue."""
        library, client = self.library, self.clients[VALIDATIONS[0]]
        queue, tag = self.queue, ctypes.c_uint64(7)
        session = self.session(client)
        started = [
            lambda: library.session_submit_async(session, OPERATION, len(OPERATION), queue, tag, None),
            lambda: library.client_read_chain_async(client, b"database", b"get", b"[7]", 3, queue, tag, None),
            lambda: library.client_login_async(client, b"alice", b"aPassword", None, None, queue, tag, None),
            lambda: library.session_acquire_token_async(session, 1, queue, tag, None),
        ][kind % 4]()
        if not library.failure("start", started):
            completion, count = C.CompletionPointer(), ctypes.c_size_t()
            if not library.call("queue_take", queue, 600_000, 1, byref(completion), byref(count)) and count.value == 1:
                library.note("tag", library.completion_tag(completion))
                library.failure("completion", library.completion_error(completion))
                self.check_sending("an asynchronous call")
                library.response(library.completion_response(completion) or None)
                library.token(library.completion_token(completion) or None)
                self.use(library.completion_session(completion) or None)
                library.completion_free(completion)
            else:
                library.check(False, "no completion")
        library.session_free(session)

    def create_client(self, base_url, options, client_id=b"4", secret=SECRET):
        """Creates a client, and asks it for the address of the consent page."""
        library = self.library
        config = library.make("config", "config_create", base_url, client_id, secret)
        if config is None:
            return
        for name, value in options.items():
            library.call("config_set", config, name, value)
        client = library.make("client", "client_create", config)
        library.config_free(config)
        if client is None:
            return
        page = library.make("authorization", "authorization_create", client, b"https://shop.example/cb?a=1")
        if page is not None:
            state = library.authorization_state(page)
            library.note("page", library.authorization_url(page).replace(state, b"STATE"))
            library.authorization_free(page)
        library.client_free(client)


def without_time(text):
    """The text without values that depend on the clock or on chance: the time of a refresh, and a session's wait."""

    def renewed(found):
        return "NOW" if abs(int(found[0]) / 1000 - time.time()) < 3600 else found[0]

    text = re.sub(r'(?<="renewed_at":)\d{13}\b', renewed, text)
    if "the next try is in" in text:
        text = re.sub(r"(?<=the next try is in )\d+ ms|(?<=retry_after_ms: )\d+", "SOON", text)
    return text
