"""The local PeerID server that the tests run against, and programs that use it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "bindings/python"
PROGRAM = ROOT / "build/bin/peerid-sandbox"

TRANSFER: dict[str, Any] = {
    "op_name": "transfer",
    "fee_asset": "1.3.0",
    "from": "1.2.31",
    "to": "1.2.33",
    "amount": {"amount": 100000, "asset_id": "1.3.0"},
}
# The delay of a request that waits for `Sandbox.release` or a reset.
UNTIL_RELEASED = "until_released"
# Limits for requests that no machine reaches.
PATIENT: dict[str, Any] = {"connect_timeout_ms": 600_000, "request_timeout_ms": 600_000}
# The seconds after which a test gives up waiting for the sandbox.
_PATIENCE = 700
OPERATIONS = "/api/v1/app/operations"
REFRESH = "/api/v1/auth/refreshtoken"
LOGIN = "/api/v1/auth/token"


class Sandbox:
    """A sandbox process, which ends when its standard input is closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [
                PROGRAM,
                "--json",
                "--exit-with-stdin",
                "--without-session-cookie",
                "--without-chain-rules",
                "--idle-seconds=0",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.url: str = json.loads(self._process.stdout.readline())["url"]
        self.fixture: object = self.get("fixture")

    def stop(self) -> None:
        self._process.communicate()

    def get(self, control: str, **query: object) -> Any:
        address = f"{self.url}/sandbox/{control}"
        if query:
            address += f"?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
            return json.load(answer)

    def post(self, control: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/sandbox/{control}",
            data=json.dumps({} if body is None else body).encode(),
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return json.load(answer)

    def reset(self, fixture: object = None) -> None:
        """Reset to the fixture, or to another fixture."""
        request = urllib.request.Request(
            f"{self.url}/sandbox/reset",
            data=None if fixture is None else json.dumps(fixture).encode(),
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE):
            pass
        # A pair that is saved late is refreshed twice when the client takes seconds to
        # send its next request.
        self.post("settings", {"save_delay_ms": 0})

    def fault(self, kind: str, path: str = "*", **more: object) -> None:
        self.post("faults", {"kind": kind, "path": path, **more})

    def release(self) -> None:
        """End the delay of the requests with `ms=UNTIL_RELEASED`."""
        self.post("release")

    def expire(self) -> None:
        self.post("expire")

    def count(self, method_and_path: str) -> int:
        entry = self.get("counts").get(method_and_path, {})
        return int(entry.get("total", 0))

    def last_request(self) -> int:
        """The sequence number of the last request."""
        found = self.get("requests", limit=1)
        return int(found[-1]["sequence"]) if found else 0

    def wait_for(self, path: str, at_least: int = 1, after: int = 0) -> list[Any]:
        found = self.get(
            "requests", path=path, at_least=at_least, after=after, wait_ms=600_000
        )
        assert len(found) >= at_least
        return list(found)

    def executed(self) -> int:
        return int(self.get("executed")["transactions"])


def reserve_port() -> socket.socket:
    """A bound socket. A server may listen on its port with SO_REUSEADDR."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def environment() -> dict[str, str]:
    """The environment in which a program finds the package and the library."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def start_python(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python program."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def run_python(program: str, *arguments: object, timeout: float = 1200) -> str:
    """Run a Python program and return its output."""
    process = start_python(program, *arguments)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise AssertionError(f"it does not end\n{output}\n{errors}") from None
    assert process.returncode == 0, f"{process.returncode}\n{output}\n{errors}"
    return output
