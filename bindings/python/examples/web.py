"""A small web application whose users log in with PeerID.

    web.py BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS [FOLDER]]

Listens on 127.0.0.1:8400 by default; port 0 means any free port. The callback
http://LISTEN_ADDRESS/callback must be registered for the application; in the sandbox,
the default is. Sessions are stored in FOLDER, so that users stay logged in after a
restart, and in other processes with the same folder. Without FOLDER they are stored in
memory.
"""

from __future__ import annotations

import html
import logging
import secrets
import signal
import sys
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Callable, NamedTuple
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from peerid import (
    Client,
    DirectoryStore,
    InvalidArgument,
    LoginRequired,
    MemoryStore,
    PeerIDError,
    Session,
    operation_name,
)
from web_payments import Payments, log, payer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATE_COOKIE = "state"
SESSION_COOKIE = "session"

PAGE = """<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{message}
{content}
</html>"""
STRANGER = '<p><a id="login" href="/login">Log in with PeerID</a></p>'
USER = """<p id="welcome">Welcome. You have granted: {operations}</p>
{button}
<form method="post" action="/logout"><button id="logout">Log out</button></form>"""
BUTTON = """<form method="post" action="/transfer">
<input type="hidden" name="payment" value="{payment}">
<button id="transfer">Pay 100</button></form>"""


class Request(NamedTuple):
    """A request of a browser."""

    method: str
    path: str
    query: str
    cookies: dict[str, str]
    form: dict[str, list[str]]


class Answer(NamedTuple):
    """The answer to a browser."""

    status: str
    headers: list[tuple[str, str]]
    text: str = ""


class Application:
    """The web application.

    A cookie names the user's session, which the store of the client keeps: any process
    with the same store could answer the next request.
    """

    def __init__(self, client: Client, payments: Payments, callback: str) -> None:
        """Create an application whose redirect URI is `callback`."""
        self._client = client
        self._payments = payments
        self._callback = callback
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/"): self._home,
            ("GET", "/login"): self._login,
            ("GET", "/callback"): self._finish_login,
            ("POST", "/transfer"): self._transfer,
            ("POST", "/logout"): self._logout,
        }

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a WSGI request."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        request = Request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            read_cookies(environ.get("HTTP_COOKIE", "")),
            parse_qs(environ["wsgi.input"].read(length).decode(errors="replace")),
        )
        route = self._routes.get((request.method, request.path))
        if route is not None:
            answer = route(request)
        elif any(path == request.path for _, path in self._routes):
            answer = redirect("/")
        else:
            answer = Answer("404 Not Found", [], "There is no such page.")
        kind = ("Content-Type", "text/html; charset=utf-8")
        start_response(answer.status, [kind, *answer.headers])
        return [answer.text.encode()]

    def _home(self, request: Request) -> Answer:
        """Show the user's page, or the login page if there is no session."""
        session = self._session(request)
        if session is None:
            return page("200 OK", STRANGER)
        names = [operation_name(number) or "?" for number in session.token.scope or ()]
        payment, news = self._payments.offer(payer(session.token))
        button = BUTTON.format(payment=payment) if payment else ""
        content = USER.format(operations=html.escape(" ".join(names)), button=button)
        return page("200 OK", content, news)

    def _login(self, _request: Request) -> Answer:
        """Redirect the browser to the consent page.

        The state ties the answer to this browser.
        """
        url, state = self._client.authorization_url(self._callback)
        return redirect(url, cookie(STATE_COOKIE, state))

    def _finish_login(self, request: Request) -> Answer:
        """Exchange the code from the redirect."""
        state = request.cookies.get(STATE_COOKIE)
        if not state:
            message = "This login was not begun here. Please begin again."
            return page("400 Bad Request", STRANGER, message)
        # An unguessable key for the session.
        key = secrets.token_urlsafe(24)
        try:
            self._client.exchange("?" + request.query, state, key=key)
        except PeerIDError as error:
            message = f"You are not logged in: {error}"
            return page("403 Forbidden", STRANGER, message)
        return redirect("/", cookie(STATE_COOKIE, ""), cookie(SESSION_COOKIE, key))

    def _transfer(self, request: Request) -> Answer:
        """Submit an operation in the user's name."""
        session = self._session(request)
        if session is None:
            return redirect("/")
        payment_id = request.form.get("payment", [""])[0]
        payment = self._payments.begin(payer(session.token), payment_id)
        if payment is not None:
            try:
                payment.write_down(session.mark(payment.operation))
                payment.end(session.submit(payment.operation))
            except PeerIDError as error:
                payment.end(error)
        # The page with the result can be reloaded: only a POST with a new id pays.
        return redirect("/")

    def _logout(self, request: Request) -> Answer:
        session = self._session(request)
        if session is not None:
            session.logout()
        return redirect("/", cookie(SESSION_COOKIE, ""))

    def _session(self, request: Request) -> Session | None:
        """Open the session whose key is in the browser's cookie."""
        try:
            return self._client.open(request.cookies.get(SESSION_COOKIE, ""))
        except (LoginRequired, InvalidArgument):
            return None


def page(status: str, content: str, message: str = "") -> Answer:
    """Return a page with a message."""
    if message:
        message = f'<p id="message">{html.escape(message)}</p>'
    return Answer(status, [], PAGE.format(message=message, content=content))


def redirect(address: str, *cookies: tuple[str, str]) -> Answer:
    """Redirect the browser."""
    return Answer("303 See Other", [("Location", address), *cookies])


def cookie(name: str, value: str) -> tuple[str, str]:
    """Set a cookie until the browser is closed; an empty value deletes it.

    A real application is reached by https and sets Secure as well.
    """
    age = "" if value else "; Max-Age=0"
    return "Set-Cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}"


def read_cookies(header: str) -> dict[str, str]:
    """Read the cookies of a request; an invalid header means no cookies."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


class Server(ThreadingMixIn, WSGIServer):
    """Answers each request on its own thread; all threads share one client.

    At the end, the program waits for payments, but not for idle browsers.
    """

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Writes no log, because the callback's address contains the code."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing."""


def serve(client: Client, payments: Payments, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    with Server((host, port), Handler) as server:
        own = f"http://{host}:{server.server_port}/"
        server.set_app(Application(client, payments, own + "callback"))
        print(f"open {own}", flush=True)
        server.serve_forever()


def main(arguments: list[str]) -> int:
    """Create a client, and serve."""
    if not 4 <= len(arguments) <= 6:
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, secret, *more = arguments[1:]
    host, _, port = (more[0] if more else "127.0.0.1:8400").rpartition(":")
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    try:
        store = DirectoryStore(more[1]) if len(more) == 2 else MemoryStore()
        with (
            Client(
                url, client_id=client_id, client_secret=secret, store=store
            ) as client,
            Payments() as payments,
        ):
            serve(client, payments, host, int(port))
    except PeerIDError as error:
        print(f"{error.name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
