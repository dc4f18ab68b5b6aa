"""Log in with PeerID in Flask.

    web_flask.py BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS [FOLDER]]

Listens on 127.0.0.1:8400 by default. The callback http://LISTEN_ADDRESS/callback must
be registered for the application. Sessions are in FOLDER, or in memory by default.
"""

from __future__ import annotations

import logging
import secrets
import signal
import sys

from flask import Flask, redirect, render_template_string, request, session
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

import peerid
from peerid import Client, DirectoryStore, MemoryStore, PeerIDError
from web_payments import Payments, log, payer

PAGE = """<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{% if message %}<p id="message">{{ message }}</p>{% endif %}
{% if user %}<p id="welcome">Welcome. You have granted: {{ operations }}</p>
{% if payment %}<form method="post" action="/transfer">
<input type="hidden" name="payment" value="{{ payment }}">
<button id="transfer">Pay 100</button></form>{% endif %}
<form method="post" action="/logout"><button id="logout">Log out</button></form>
{% else %}<p><a id="login" href="/login">Log in with PeerID</a></p>{% endif %}
</html>"""


def create_app(client: Client, payments: Payments, callback: str) -> Flask:
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
        current, names, payment = user(), [], ""
        if current is not None:
            scope = current.token.scope or ()
            names = [peerid.operation_name(number) or "?" for number in scope]
            payment, news = payments.offer(payer(current.token))
            message = message or news
        return render_template_string(
            PAGE,
            message=message,
            user=current,
            operations=" ".join(names),
            payment=payment,
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
            return page(f"You are not logged in: {error}", 403)
        session["key"] = key
        return redirect("/")

    @app.post("/transfer")
    def transfer() -> Response:
        current = user()
        if current is None:
            return redirect("/", 303)
        payment_id = request.form.get("payment", "")
        payment = payments.begin(payer(current.token), payment_id)
        if payment is not None:
            try:
                payment.write_down(current.mark(payment.operation))
                payment.end(current.submit(payment.operation))
            except PeerIDError as error:
                payment.end(error)
        # The page with the result can be reloaded: only a POST with a new id pays.
        return redirect("/", 303)

    @app.post("/logout")
    def logout() -> Response:
        current = user()
        if current is not None:
            current.logout()
        session.clear()
        return redirect("/")

    return app


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
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    with (
        Client(url, client_id=client_id, client_secret=secret, store=store) as client,
        Payments() as payments,
    ):
        app = create_app(client, payments, f"http://{address}/callback")
        make_server(host, int(port), app, threaded=True).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
