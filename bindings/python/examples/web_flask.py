"""Log in with PeerID in Flask.

    web_flask.py BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS [FOLDER]]

Listens on 127.0.0.1:8400 by default. The callback http://LISTEN_ADDRESS/callback must
be registered for the application. Sessions are in FOLDER, or in memory by default.
"""

from __future__ import annotations

import logging
import secrets
import sys

from flask import Flask, redirect, render_template_string, request, session
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

import peerid
from peerid import Client, DirectoryStore, MemoryStore, Outcome, PeerIDError, ops

PAGE = """<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{% if message %}<p id="message">{{ message }}</p>{% endif %}
{% if user %}<p id="welcome">Welcome. You have granted: {{ operations }}</p>
<form method="post" action="/transfer"><button id="transfer">Pay 100</button></form>
<form method="post" action="/logout"><button id="logout">Log out</button></form>
{% else %}<p><a id="login" href="/login">Log in with PeerID</a></p>{% endif %}
</html>"""


def create_app(client: Client, callback: str) -> Flask:
    """Create the application. One client serves all threads of the process."""
    app = Flask(__name__)
    # A real application keeps one key, so that cookies survive a restart, and sets
    # SESSION_COOKIE_SECURE, because it uses HTTPS.
    app.secret_key = secrets.token_bytes(32)
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"

    def user() -> peerid.Session | None:
        """Open the session whose key is in the browser's cookie."""
        try:
            return client.open(session.get("key", ""))
        except (peerid.LoginRequired, peerid.InvalidArgument):
            return None

    def page(message: str = "", status: int = 200) -> tuple[str, int]:
        current = user()
        names = [peerid.operation_name(number) or "?" for number in scope(current)]
        return render_template_string(
            PAGE, message=message, user=current, operations=" ".join(names)
        ), status

    @app.get("/")
    def home() -> tuple[str, int]:
        return page()

    @app.get("/login")
    def login() -> Response:
        authorization = client.authorization_url(callback)
        session["state"] = authorization.state
        return redirect(authorization.url)

    @app.get("/callback")
    def finish_login() -> Response | tuple[str, int]:
        state = session.pop("state", None)
        if state is None:
            return page("This login did not begin here. Please begin again.", 400)
        key = secrets.token_urlsafe(24)
        try:
            client.exchange(request.url, state, key=key)
        except PeerIDError as error:
            return page(f"You are not logged in: {explain(error)}", 403)
        session["key"] = key
        return redirect("/")

    @app.post("/transfer")
    def transfer() -> Response | tuple[str, int]:
        current = user()
        if current is None:
            return redirect("/")
        try:
            result = current.submit(payment())
        except peerid.LoginRequired:
            return page("Please log in again.", 403)
        except PeerIDError as error:
            return page(f"The payment has a problem: {explain(error)}", 502)
        if result.transaction_id is None:
            return page("Not paid: users of this application confirm each payment.")
        return page(f"Paid: transaction {result.transaction_id}")

    @app.post("/logout")
    def logout() -> Response:
        current = user()
        if current is not None:
            current.logout()
        session.clear()
        return redirect("/")

    return app


def payment() -> peerid.Operation:
    """Return the operation that the button submits."""
    return ops.transfer(
        fee_asset="1.3.0",
        from_="1.2.31",
        to="1.2.33",
        amount=ops.Asset(amount=100, asset_id="1.3.0"),
    )


def scope(current: peerid.Session | None) -> tuple[int, ...]:
    """Return the numbers of the operations that the user granted."""
    return tuple(current.token.scope or ()) if current is not None else ()


def explain(error: PeerIDError) -> str:
    """Return a message that says whether money may have moved."""
    if error.outcome is Outcome.UNKNOWN:
        return "it may have been done. Look at your account before you try again."
    return f"nothing was done. {error}"


def main(arguments: list[str]) -> int:
    """Create a client, and serve."""
    if not 4 <= len(arguments) <= 6:
        print(__doc__, file=sys.stderr)
        return 2
    url, client_id, secret, *more = arguments[1:]
    address = more[0] if more else "127.0.0.1:8400"
    host, _, port = address.rpartition(":")
    store = DirectoryStore(more[1]) if len(more) == 2 else MemoryStore()
    # The callback's address contains the code: keep it out of the log.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with Client(url, client_id=client_id, client_secret=secret, store=store) as client:
        app = create_app(client, f"http://{address}/callback")
        make_server(host, int(port), app, threaded=True).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
