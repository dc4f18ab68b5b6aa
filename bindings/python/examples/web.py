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
import secrets
import sys
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Callable, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from peerid import (
    Client,
    DirectoryStore,
    InvalidArgument,
    LoginRequired,
    MemoryStore,
    Outcome,
    PeerIDError,
    Session,
    operation_name,
    ops,
)

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
<form method="post" action="/transfer"><button id="transfer">Pay 100</button></form>
<form method="post" action="/logout"><button id="logout">Log out</button></form>"""


class Request(NamedTuple):
    """A request of a browser."""

    method: str
    path: str
    query: str
    cookies: dict[str, str]


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

    def __init__(self, client: Client, callback: str) -> None:
        """Create an application whose redirect URI is `callback`."""
        self._client = client
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
        request = Request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ["QUERY_STRING"],
            read_cookies(environ.get("HTTP_COOKIE", "")),
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
        return page("200 OK", self._session(request))

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
            return page("400 Bad Request", message=message)
        # An unguessable key for the session.
        key = secrets.token_urlsafe(24)
        try:
            self._client.exchange("?" + request.query, state, key=key)
        except PeerIDError as error:
            message = "You are not logged in: " + explain(error)
            return page("403 Forbidden", message=message)
        return redirect("/", cookie(STATE_COOKIE, ""), cookie(SESSION_COOKIE, key))

    def _transfer(self, request: Request) -> Answer:
        """Submit an operation in the user's name."""
        session = self._session(request)
        if session is None:
            return redirect("/")
        payment = ops.transfer(
            fee_asset="1.3.0",
            from_="1.2.31",
            to="1.2.33",
            amount=ops.Asset(amount=100, asset_id="1.3.0"),
        )
        try:
            result = session.submit(payment)
        except LoginRequired:
            return page("403 Forbidden", message="Please log in again.")
        except PeerIDError as error:
            message = "The payment has a problem: " + explain(error)
            return page("502 Bad Gateway", session, message)
        if result.transaction_id is None:
            message = (
                "Not paid: users of this application have to confirm each payment."
            )
            return page("200 OK", session, message)
        return page("200 OK", session, f"Paid: transaction {result.transaction_id}")

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


def page(status: str, session: Session | None = None, message: str = "") -> Answer:
    """Return the page for a user, or the login page if there is no session."""
    content = STRANGER
    if session is not None:
        names = [operation_name(number) or "?" for number in session.token.scope or ()]
        content = USER.format(operations=html.escape(" ".join(names)))
    if message:
        message = f'<p id="message">{html.escape(message)}</p>'
    return Answer(status, [], PAGE.format(message=message, content=content))


def redirect(address: str, *cookies: tuple[str, str]) -> Answer:
    """Redirect the browser."""
    return Answer("303 See Other", [("Location", address), *cookies])


def explain(error: PeerIDError) -> str:
    """Return a message that says whether money may have moved."""
    if error.outcome is Outcome.UNKNOWN:
        return (
            "it may have been done. Please look at your account before you try again."
        )
    return f"nothing was done. {error}"


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
    """Answers each request on its own thread; all threads share one client."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Writes no log, because the callback's address contains the code."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing."""


def serve(client: Client, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    with Server((host, port), Handler) as server:
        own = f"http://{host}:{server.server_port}/"
        server.set_app(Application(client, own + "callback"))
        print(f"open {own}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def main(arguments: list[str]) -> int:
    """Create a client, and serve."""
    if not 4 <= len(arguments) <= 6:
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, secret, *more = arguments[1:]
    host, _, port = (more[0] if more else "127.0.0.1:8400").rpartition(":")
    try:
        store = DirectoryStore(more[1]) if len(more) == 2 else MemoryStore()
        with Client(
            url, client_id=client_id, client_secret=secret, store=store
        ) as client:
            serve(client, host, int(port))
    except PeerIDError as error:
        print(f"{error.name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
