"""A proxy in front of the sandbox that holds requests and answers until the test decides."""

import socket
import threading

from harness import REFRESH, check

PATIENCE = 1200


class Gate:
    """Holds the first refreshes: at `request` before they reach the server, or at `answer` before the client gets
    one."""

    def __init__(self, sandbox, point=None, holds=1):
        host, _, port = sandbox.url.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self._point = point
        self._forwards = True
        self.hold(point, holds)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._decided.set()
        self._listener.close()

    def hold(self, point, holds=1):
        """Holds the next refreshes, after the earlier ones have been decided."""
        self._point, self._count = point, holds
        self._holds = threading.Semaphore(holds if point else 0)
        self._reached, self._decided, self._over = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)

    def await_held(self):
        """Waits until the gate holds all of them."""
        for _ in range(self._count):
            check(self._reached.acquire(timeout=PATIENCE), f"a refresh is missing: the gate waits for its {self._point}")

    def decide(self, forwards=True):
        """Forwards what the gate holds, or drops it. Returns when the server has done its part."""
        self._forwards = forwards
        self._decided.set()
        for _ in range(self._count):
            check(self._over.acquire(timeout=PATIENCE), "the server does not answer")

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client):
        with client, socket.create_connection(self._server) as server:
            while request := _message(client):
                is_refresh = f" {REFRESH} ".encode() in request.split(b"\r\n")[0]
                point = self._point if is_refresh and self._holds.acquire(blocking=False) else None
                reached, decided, over = self._reached, self._decided, self._over

                def await_decision():
                    reached.release()
                    decided.wait()
                    return self._forwards

                if point == "request" and not await_decision():
                    over.release()
                    return
                server.sendall(request)
                answer = _message(server)
                if point == "answer":
                    await_decision()
                if point:
                    over.release()
                if not answer:
                    return
                try:
                    client.sendall(answer)
                except OSError:
                    return


def _message(connection):
    """One request or answer, with the length that its headers state; empty when the connection ends."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        rest = int(lengths[0]) - len(body) if lengths else 0
        while rest > 0:
            part = connection.recv(rest)
            if not part:
                return b""
            data += part
            rest -= len(part)
        return data
    except OSError:
        return b""
