"""Real proxies, which need a user name and a password: tinyproxy, which opens a tunnel with CONNECT, and microsocks,
which speaks SOCKS 5."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

USER, PASSWORD = "alice", "aProxyPassword"


class Proxy:
    """A proxy on a free port of this machine."""

    def __init__(self, name: str, scheme: str, folder: Path) -> None:
        self.name, self.scheme, self.folder = name, scheme, folder
        # Another program may take the port before the proxy does.
        while not self.start():
            pass

    def start(self) -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def command(self) -> list[str]:
        program = shutil.which(self.name)
        assert program, f"there is no {self.name}: install the packages that `run` names"
        if self.name == "microsocks":
            return [program, "-i", "127.0.0.1", "-p", str(self.port), "-u", USER, "-P", PASSWORD]
        configuration = self.folder / "tinyproxy.conf"
        configuration.write_text(
            f"Port {self.port}\nListen 127.0.0.1\nTimeout 1800\nMaxClients 200\nLogLevel Critical\n"
            f"BasicAuth {USER} {PASSWORD}\n"
        )
        return [program, "-d", "-c", str(configuration)]

    def url(self, password: str = PASSWORD) -> str:
        return f"{self.scheme}://{USER}:{password}@127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
