"""The web applications that are tested, each with a sandbox of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time

from sandbox import PACKAGE, ROOT, Sandbox

# An application is called with BASE_URL CLIENT_ID CLIENT_SECRET LISTEN_ADDRESS, and its
# pages have elements with the same ids: login, welcome, transfer, logout, message.
COMMANDS: dict[str, list[object]] = {
    "Go": [ROOT / "build/browser/bin/go-web"],
    "Python": [sys.executable, PACKAGE / "examples/web.py"],
    "Flask": [sys.executable, PACKAGE / "examples/web_flask.py"],
    "FastAPI": [sys.executable, PACKAGE / "examples/web_fastapi.py"],
    "Django": [sys.executable, PACKAGE / "examples/web_django.py"],
}


class Application:
    """A running web application, and its PeerID server."""

    def __init__(self, command: list[object]) -> None:
        # While the socket is bound, no other program on this machine gets its port.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{self._reserved.getsockname()[1]}"
        self.url = f"http://{address}/"
        self.callback = f"{self.url}callback"
        self.sandbox = Sandbox()
        fixture = self.sandbox.get("fixture")
        for app in fixture["apps"]:
            app["redirect_uris"] = [self.callback]
        # From now on every reset restores this fixture.
        self.sandbox.reset(fixture)
        arguments = [*command, self.sandbox.url, 4, "demo-secret-4", address]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(list(map(str, arguments)), stderr=self._log)
        try:
            self._wait_for(address)
        except BaseException:
            self.stop()
            raise

    def log(self) -> str:
        """What the application has written to its log."""
        # The application writes at its own position of the same file.
        return os.pread(self._log.fileno(), 1_000_000, 0).decode()

    def terminate(self) -> None:
        """Ask the application to end, as a service manager does."""
        self._process.terminate()

    def wait(self) -> None:
        """Wait until the application has ended."""
        self._process.wait()

    def stop(self) -> None:
        """End the application, and then its server."""
        self.terminate()
        self.wait()
        sys.stderr.write(self.log())
        self._log.close()
        self._reserved.close()
        self.sandbox.stop()

    def _wait_for(self, address: str) -> None:
        host, port = address.split(":")
        deadline = time.monotonic() + 600
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
                return
            except OSError:
                status = self._process.poll()
                assert status is None, f"the application ended with {status}"
                assert time.monotonic() < deadline, "the application does not listen"
                time.sleep(0.05)
