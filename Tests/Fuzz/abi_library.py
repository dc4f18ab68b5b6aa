"""The C interface of one library. It records what a program sees: every value that a call returns, as lines of text."""

import ctypes
import importlib.util
from ctypes import byref
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The value of an output before the call. A call that fails does not change it.
UNTOUCHED = 0x5A5A5A5A


def prototypes():
    """The module with the prototypes, without the package, which would load another library."""
    path = ROOT / "bindings/python/peerid/_prototypes.py"
    spec = importlib.util.spec_from_file_location("_prototypes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


C = prototypes()
CODES = {value for name, value in vars(C).items() if name.startswith("CODE_")}
OUTCOMES = {value for name, value in vars(C).items() if name.startswith("OUTCOME_")}


class Library:
    """Calls functions, and records what they return and which promises they break."""

    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        C.declare(self.c)
        self.lines, self.broken, self.outcome = [], [], None

    def __getattr__(self, name):
        return getattr(self.c, f"peerid_{name}")

    def note(self, name, value):
        self.lines.append(f"{name}: {value!r}")

    def check(self, holds, what):
        if not holds:
            self.broken.append(what)

    def make(self, kind, name, *arguments):
        """Calls a function whose last parameter receives an object; records the error. Returns the object or None."""
        out = getattr(C, f"{kind.capitalize()}Pointer")()
        words = ctypes.cast(byref(out), ctypes.POINTER(ctypes.c_size_t))
        words[0] = UNTOUCHED
        failed = self.call(name, *arguments, byref(out))
        self.check(not failed or words[0] == UNTOUCHED, f"{name} failed and has written its output")
        return None if failed else out

    def call(self, name, *arguments):
        """Calls a function that can fail; records its error, and returns whether there is one."""
        return self.failure(name, getattr(self, name)(*arguments))

    def failure(self, name, error):
        self.outcome = None
        if not error:
            self.note(name, "ok")
            return False
        code, outcome, message = (getattr(self, f"error_{part}")(error) for part in ("code", "outcome", "message"))
        self.outcome = outcome
        self.note(name, (code, self.error_name(error), outcome, self.outcome_name(outcome)))
        self.note("message", message)
        length = ctypes.c_size_t(UNTOUCHED)
        self.note("detail", (self.error_detail(error, byref(length)), length.value))
        for part in ("http_status", "is_retryable", "retry_after_ms", "reason", "transaction_id", "mark"):
            self.note(part, getattr(self, f"error_{part}")(error))
        self.check(code in CODES and outcome in OUTCOMES, f"{name}: code {code} or outcome {outcome} does not exist")
        self.check(is_line(message), f"{name}: the message is not one line of UTF-8")
        self.error_free(error)
        return True

    def response(self, response):
        """Records and frees a response."""
        if response is None:
            return
        length = ctypes.c_size_t()
        json = self.response_json(response, byref(length))
        self.note("json", (json, length.value))
        for part in ("transaction_id", "block_num", "trx_num", "transaction_token"):
            self.note(part, getattr(self, f"response_{part}")(response))
        count = self.response_created_count(response)
        self.note("created", [self.response_created_id(response, index) for index in range(count + 1)])
        self.response_free(response)

    def token(self, token):
        """Records and frees a token; returns its JSON."""
        if token is None:
            return b""
        length, count = ctypes.c_size_t(), ctypes.c_size_t()
        for part in ("access_token", "refresh_token"):
            self.note(part, (getattr(self, f"token_{part}")(token, byref(length)), length.value))
        scope = self.token_scope(token, byref(count))
        self.note("scope", (scope[: count.value] if scope else None, count.value))
        for part in ("expires_at_ms", "app_id", "user_id", "generation"):
            self.note(part, getattr(self, f"token_{part}")(token))
        self.note("permits", [self.token_permits(token, name) for name in (b"transfer", b"vote_update", b"?")])
        json = ctypes.string_at(self.token_json(token, byref(length)), length.value)
        self.note("exported", json)
        self.token_free(token)
        return json


def is_line(message):
    """Whether a message is one line of UTF-8 that is not empty."""
    try:
        text = message.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(character >= " " and character != "\x7f" for character in text)
