"""nginx on loopback, which answers as a PeerID server does, always with the same bodies.

    {base}/api/v1/app/operations           a transaction of about 800 bytes
    {base}/api/v1/app/blockchain-data      the newest entry of an account's history
    {base}/size-N/api/v1/app/operations    an answer of about N bytes
    {base}/held/api/v1/app/operations      the same transaction, one answer a second

over HTTP, and over HTTPS with the certificate of a CA that is created for the run. Everything is in one temporary
folder and on free ports; the configuration of the system's nginx is not used.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

SIZES = (1_000, 10_000, 100_000, 1_000_000)


class Server:
    """nginx for the time of a `with` block."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.ports = {"http": free_port(), "https": free_port()}
        self.ca = folder / "ca.pem"
        self.process = None

    def url(self, scheme: str, path: str = "") -> str:
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}{path}"

    def __enter__(self) -> "Server":
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("logs", "temp", "www/api/v1/app", "www/api/v1/auth"):
            (self.folder / name).mkdir(parents=True)
        self._write_answers()
        self._make_certificates()
        (self.folder / "nginx.conf").write_text(self._configuration())
        # In its own session: Ctrl-C at the terminal reaches only the runner, which then stops nginx.
        self.process = subprocess.Popen(
            [nginx(), "-p", str(self.folder), "-c", "nginx.conf", "-e", "logs/error.log"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._await()
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _await(self) -> None:
        deadline = time.monotonic() + 10
        for port in self.ports.values():
            while True:
                if self.process.poll() is not None:
                    raise RuntimeError("nginx did not start:\n" + (self.folder / "logs/error.log").read_text())
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)

    def _write_answers(self) -> None:
        www = self.folder / "www"
        (www / "api/v1/app/operations").write_text(envelope(transaction(1)))
        (www / "api/v1/app/blockchain-data").write_text(envelope(history()))
        for call in ("token", "exchange", "refreshtoken"):
            (www / "api/v1/auth" / call).write_text(envelope(token()))
        one = len(json.dumps(operation(), separators=(",", ":"))) + len(",[0,{}]")
        for size in SIZES:
            path = www / f"size-{size}/api/v1/app"
            path.mkdir(parents=True)
            (path / "operations").write_text(envelope(transaction(max(1, round((size - 400) / one)))))

    def _make_certificates(self) -> None:
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=benchmark CA")
        openssl("req", *key[:-2], "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        openssl(
            *("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "names", "-out", "server.pem"),
        )

    def _configuration(self) -> str:
        # As root, nginx needs this to run its workers as root; for another user it would cause a warning.
        user = "user root;" if os.geteuid() == 0 else ""
        workers = min(2, os.cpu_count() or 1)
        temporary = "\n  ".join(
            f"{kind}_temp_path temp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        location = """
      types { }
      default_type application/json;
      # nginx refuses a POST to a file with 405; the file is the answer to that error.
      error_page 405 =200 $uri;"""
        return f"""
{user}
daemon off;
worker_processes {workers};
pid nginx.pid;
error_log logs/error.log error;
worker_rlimit_nofile 40000;
events {{ worker_connections 20000; }}
http {{
  {temporary}
  access_log off;
  root www;
  open_file_cache max=100;
  tcp_nodelay on;
  sendfile off;
  keepalive_timeout 600;
  keepalive_requests 1000000000;
  client_max_body_size 8m;
  client_body_buffer_size 512k;
  large_client_header_buffers 4 16k;
  limit_req_zone $server_port zone=held:1m rate=1r/s;
  server {{
    listen 127.0.0.1:{self.ports["http"]} backlog=4096;
    listen 127.0.0.1:{self.ports["https"]} ssl http2 backlog=4096;
    ssl_certificate server.pem;
    ssl_certificate_key server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    location / {{{location}
    }}
    location /held/ {{{location}
      limit_req zone=held burst=1000000;
      rewrite ^/held(/.*)$ $1 break;
    }}
  }}
}}
"""


def nginx() -> str:
    """Debian installs nginx where only root searches."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or "nginx"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The answers of a PeerID server (measured on the backend, with made-up ids and signatures).


def envelope(result) -> str:
    return json.dumps({"result": result, "status": 200}, separators=(",", ":"))


def operation() -> list:
    fee = {"amount": "2000000000", "asset_id": "1.3.0"}
    amount = {"amount": 100000, "asset_id": "1.3.0"}
    return [0, {"fee": fee, "from": "1.2.31", "to": "1.2.33", "amount": amount, "extensions": []}]


def history() -> list:
    return [
        {
            "id": "1.11.4711",
            "op": operation(),
            "result": [0, {}],
            "block_num": 60283113,
            "trx_in_block": 0,
            "op_in_trx": 0,
            "virtual_op": 0,
        }
    ]


def transaction(operations: int) -> dict:
    return {
        "id": "5e2c0a3d9f1b47c6a8d0e1f2031425364758697a",
        "block_num": 60283114,
        "trx_num": 0,
        "trx": {
            "ref_block_num": 55977,
            "ref_block_prefix": 3098277245,
            "expiration": "2024-05-14T09:31:24",
            "operations": [operation() for _ in range(operations)],
            "extensions": [],
            "signatures": ["1f" + "5b3c9a" * 21 + "7e", "20" + "c4d1e2" * 21 + "90"],
            "operation_results": [[0, {}] for _ in range(operations)],
        },
    }


def token() -> dict:
    return {
        "id": 1,
        "token": "a" * 124,
        "refresh_token": "r" * 124,
        "scope": list(range(26)),
        "expires": "2099-01-01T00:00:00.000Z",
        "app_id": 4,
        "user_id": 31,
        "grantcode_id": None,
        "createdAt": "2024-05-14T09:30:24.000Z",
        "updatedAt": "2024-05-14T09:30:24.000Z",
    }
