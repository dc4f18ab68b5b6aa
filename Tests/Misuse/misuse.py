#!/usr/bin/env python3
"""Calls every exported function wrongly, each case in its own process.

usage: misuse.py [TEXT]        runs only the cases whose names contain the text

No case may end with a signal or hang. After an error the outputs are unchanged. An error about NULL names its argument,
and any other error about arguments names one or quotes it. PEERID_LIBRARY names the library to use instead of
build/lib/libpeerid.so.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from cases import Case, all_cases
from interface import ROOT, functions
from objects import CALLBACK, KEPT, LOAD, RELOGIN, TEXTS, Objects, rejecting_server, store_callbacks

_SENTINEL = 0x5A
_INTEGERS = {
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
}
_INVALID_ARGUMENT = 1
_NONSENSE = (1, 2, 3, -1, 2**31 - 1, -(2**31))


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(os.environ.get("PEERID_LIBRARY", str(ROOT / "build/lib/libpeerid.so")))


class Call:
    """One call with its arguments."""

    def __init__(self, library: ctypes.CDLL, case: Case, objects: Objects, reply: int | None = None) -> None:
        self._case, self._objects, self._reply = case, objects, reply
        self._outputs: list[tuple[str, ctypes.Array[ctypes.c_ubyte]]] = []
        self._function = library[case.function.name]
        self._function.restype = ctypes.c_void_p
        self._arguments = []
        previous = b""
        for parameter in case.function.parameters:
            value = case.arguments.get(parameter.name, self)
            if value is self:
                value = self._valid(parameter, previous)
            elif parameter.is_integer:
                value = _INTEGERS[parameter.type](value)
            previous = value if isinstance(value, bytes) else b""
            self._arguments.append(value)

    def _valid(self, parameter: Any, previous: bytes) -> Any:
        if parameter.is_output:
            # Larger than any output, so that a stray write is seen as well.
            buffer = (ctypes.c_ubyte * 64)(*[_SENTINEL] * 64)
            self._outputs.append((parameter.name, buffer))
            return buffer
        if parameter.is_integer:
            values = {"length": len(previous), "capacity": 1, "timeout_ms": 1, "code": 1, "generation": 1}
            return _INTEGERS[parameter.type](values.get(parameter.name, 0))
        if parameter.is_string:
            return TEXTS[parameter.name]
        if parameter.type == "const peerid_store_callbacks *":
            return ctypes.byref(store_callbacks())
        if parameter.type.endswith(("_handler", "_callback")):
            KEPT.append(CALLBACK(lambda: 0))
            return KEPT[-1]
        if parameter.handle in ("store_reply", "credentials"):
            return ctypes.c_void_p(self._reply)
        return self._objects.get(parameter.handle) if parameter.handle else None

    def run(self) -> str:
        """Make the call; return what is wrong with its result."""
        error = self._function(*self._arguments)
        if not self._case.function.can_fail or not error:
            return ""
        if self._case.function.name == "peerid_completion_error":
            return ""
        message = self._objects.message(error)
        for name, buffer in self._outputs:
            if any(byte != _SENTINEL for byte in buffer):
                return f"{name} was written although the call failed: {message}"
        nulls = [name for name, value in self._case.arguments.items() if value is None]
        if " is NULL" in message and not any(name in message for name in nulls):
            return f"the error names no argument that is NULL: {message}"
        code = self._objects.call("error_code", ctypes.c_void_p(error))
        named = any(parameter.name in message for parameter in self._case.function.parameters)
        if code == _INVALID_ARGUMENT and not named and not message.startswith("'"):
            return f"the error names no argument: {message}"
        return "" if message else "the error has no message"


def _perform(library: ctypes.CDLL, case: Case) -> str:
    objects = Objects(library)
    if any(parameter.handle == "store_reply" for parameter in case.function.parameters):
        return _in_load_callback(library, case, objects)
    if case.function.name.startswith("peerid_credentials_"):
        return _in_relogin_handler(library, case, objects)
    if case.how == "call":
        return Call(library, case, objects).run()
    calls = [Call(library, case, objects) for _ in range(8 if "threads" in case.how else 1)]
    client = objects.get("client")
    if case.how == "client freed first":
        objects.call("client_free", client)
    elif case.how == "closed client":
        objects.call("client_close", client)
        objects.call("client_close", client)
    else:
        threads = [threading.Thread(target=call.run) for call in calls]
        for thread in threads:
            thread.start()
        objects.call("client_close", client)
        for thread in threads:
            thread.join()
        return ""
    return calls[0].run()


def _in_load_callback(library: ctypes.CDLL, case: Case, objects: Objects) -> str:
    """Use a reply where it is valid: in a callback of a store."""
    faults = []

    def load(_context: int, _key: int, _lock: int, reply: int) -> int:
        faults.append(Call(library, case, objects, reply).run())
        return 0

    objects._made["store"] = objects.create("store_create_custom", ctypes.byref(store_callbacks(load=LOAD(load))))
    out = ctypes.c_void_p()
    error = objects.call("client_open", objects.get("client"), b"alice", ctypes.byref(out))
    if not faults:
        return "the load callback was not called"
    # The case provides no valid session.
    return faults[0] or ("" if error else "a session was opened from nothing")


def _in_relogin_handler(library: ctypes.CDLL, case: Case, objects: Objects) -> str:
    """Use credentials where they are valid: in a relogin handler."""
    faults = []

    def relogin(_context: int, _key: int, credentials: int) -> int:
        faults.append(Call(library, case, objects, credentials).run())
        return 1

    KEPT.append(RELOGIN(relogin))
    objects.url = rejecting_server()
    objects.call("config_set_relogin_handler", objects.get("config"), KEPT[-1], None, None)
    objects.call("session_refresh", objects.get("session"))
    return faults[0] if faults else "the relogin handler was not called"


def _freed_in_order(order: tuple[str, ...]) -> Callable[[ctypes.CDLL], str]:
    def run(library: ctypes.CDLL) -> str:
        objects = Objects(library)
        for kind in ("session", "token", "completion"):
            objects.get(kind)
        for kind in order:
            objects.call(f"{kind}_free", objects.get(kind))
        return ""

    return run


def _answering(callback: str, answer: int) -> Callable[[ctypes.CDLL], str]:
    """Any answer of a callback except OK is a failure of the store; save may also answer a conflict."""

    def run(library: ctypes.CDLL) -> str:
        objects = Objects(library)
        callbacks = store_callbacks(**{callback: CALLBACK(lambda: answer)})
        store = objects._made["store"] = objects.create("store_create_custom", ctypes.byref(callbacks))
        out, text = ctypes.c_void_p(), TEXTS["token_json"]
        error = {
            "load": lambda: objects.call("client_open", objects.get("client"), b"alice", ctypes.byref(out)),
            "list": lambda: objects.call("store_list", ctypes.c_void_p(store), ctypes.byref(out)),
            "save": lambda: objects.call(
                "client_restore",
                objects.get("client"),
                text,
                ctypes.c_size_t(len(text)),
                b"alice",
                ctypes.byref(out),
            ),
        }.get(callback, lambda: objects.call("store_remove", ctypes.c_void_p(store), b"alice"))()
        store_failed = 18
        code = objects.call("error_code", ctypes.c_void_p(error))
        return "" if error and code == store_failed else f"answered with code {code}"

    return run


def _relogin_answering(answer: int, sets: bool) -> Callable[[ctypes.CDLL], str]:
    """Any answer of a relogin handler except 0 provides no credentials, and neither does 0 if none were set."""

    def run(library: ctypes.CDLL) -> str:
        objects = Objects(library)
        objects.url = rejecting_server()

        def relogin(_context: int, _key: int, credentials: int) -> int:
            if sets:
                objects.call("credentials_set", ctypes.c_void_p(credentials), b"alice", b"password", None)
            return answer

        KEPT.append(RELOGIN(relogin))
        objects.call("config_set_relogin_handler", objects.get("config"), KEPT[-1], None, None)
        error = objects.call("session_refresh", objects.get("session"))
        login_required = 11
        code = objects.call("error_code", ctypes.c_void_p(error))
        return "" if error and code == login_required else f"the refresh ended with code {code}"

    return run


def _others() -> list[tuple[str, Callable[[ctypes.CDLL], str]]]:
    kinds = ("config", "client", "session", "store", "queue")
    orders = [(f"freed in the order {', '.join(o)}", _freed_in_order(o)) for o in itertools.permutations(kinds)]
    answers = [
        (f"{callback} answers {answer}", _answering(callback, answer))
        for callback in ("load", "save", "remove", "lock", "list")
        for answer in _NONSENSE
    ]
    relogins = [
        (f"relogin answers {answer}" + (" with credentials" if sets else ""), _relogin_answering(answer, sets))
        for answer in (0, *_NONSENSE)
        for sets in (False, True)
        if answer or not sets
    ]
    return orders + answers + relogins


def _in_child(library: ctypes.CDLL, run: Callable[[ctypes.CDLL], str], limit: float) -> str:
    """Run in its own process; returns what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            fault = run(library)
        except BaseException as exception:
            fault = f"{type(exception).__name__}: {exception}"
        os.write(writing, fault.encode()[:4000])
        os._exit(1 if fault else 0)
    os.close(writing)
    select.select([reading], [], [])
    fault = os.read(reading, 4000).decode()
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return fault


def main(arguments: list[str]) -> int:
    """Run the cases; the exit status is 1 when one fails."""
    library = _library()
    cases = all_cases()
    missing = {function.name for function in functions()} - {case.function.name for case in cases}
    if missing:
        print(f"not covered: {', '.join(sorted(missing))}")
        return 1
    runs: list[tuple[str, Callable[[ctypes.CDLL], str], bool]] = [
        (case.name, lambda library, case=case: _perform(library, case), case.may_wait) for case in cases
    ]
    runs += [(name, run, False) for name, run in _others()]
    if arguments:
        runs = [run for run in runs if arguments[0] in run[0]]
    begin = time.monotonic()
    failed = 0
    for name, run, may_wait in runs:
        fault = _in_child(library, run, 0.1 if may_wait else 600)
        if fault and not (may_wait and fault == "SIGALRM"):
            failed += 1
            print(f"FAILED: {name}: {fault}")
    print(f"misuse: {len(runs) - failed} passed, {failed} failed, in {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
