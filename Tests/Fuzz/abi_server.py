"""A PeerID server for fuzzing: its first answer to a call comes from the input, all others are those of a healthy
server. It records the requests."""

import hashlib
import json
import socket
import threading

# Headers whose values change with each run.
VARYING = (b"host",)
MOVES_MONEY = (b"/app/operations", b"/app/broadcast", b"/app/transaction-token")


class Server:
    """Listens on loopback, with a thread for each connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.requests, self.answer = [], None
        threading.Thread(target=self.accept, daemon=True).start()

    def prepare(self, answer=None):
        """Forgets the requests; `answer`, a status, headers and a body, is for the next one."""
        self.requests, self.answer = [], answer

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            while (line := stream.readline()).strip():
                headers = {}
                while field := stream.readline().strip():
                    name, _, value = field.partition(b":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get(b"content-length", 0)))
                method, target = line.split()[:2]
                kept = tuple((name, value) for name, value in headers.items() if name not in VARYING)
                answer, self.answer = self.answer, None
                status, extra, content = answer or self.healthy(method, target, body)
                self.requests.append((method, target, kept, body, status))
                has_body = status >= 200 and status not in (204, 304)
                fields = [f"HTTP/1.1 {status} Status".encode(), b"Content-Type: application/json", *extra]
                fields += [b"Content-Length: %d" % len(content)] if has_body else []
                connection.sendall(b"\r\n".join(fields) + b"\r\n\r\n" + (content if has_body else b""))

    @staticmethod
    def healthy(method, target, body):
        """The answer to a request that succeeds; the same request always gets the same answer."""
        digest = hashlib.sha1(method + target + body).hexdigest()
        result = {
            "id": digest,
            "block_num": 5,
            "trx_num": 1,
            "trx": {"operations": [], "operation_results": [[1, "1.22.7"]]},
        }
        if b"/auth/" in target:
            result = {"token": "a" + digest, "refresh_token": "r" + digest, "scope": [0, 5], "app_id": 4, "user_id": 1}
        elif method == b"GET":
            result = {"asked": target.decode("latin-1")}
        return 200, (), json.dumps({"result": result, "status": 200}).encode()

    def moving(self):
        """The requests that can move money."""
        return [request for request in self.requests if request[1].partition(b"?")[0].endswith(MOVES_MONEY)]
