"""Log in with PeerID in Django, in one file.

    web_django.py BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS [FOLDER]]

Listens on 127.0.0.1:8400 by default. The callback http://LISTEN_ADDRESS/callback must
be registered for the application. Sessions are in FOLDER, or in memory by default.
"""

from __future__ import annotations

import logging
import secrets
import signal
import sys

import django
from django.conf import settings
from django.core.servers.basehttp import run
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template import Context, Engine
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

import peerid
from peerid import Client, DirectoryStore, MemoryStore, PeerIDError
from web_payments import Payments, log, payer

PAGE = """<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{% if message %}<p id="message">{{ message }}</p>{% endif %}
{% if user %}<p id="welcome">Welcome. You have granted: {{ operations }}</p>
{% if payment %}<form method="post" action="/transfer">
<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">
<input type="hidden" name="payment" value="{{ payment }}">
<button id="transfer">Pay 100</button></form>{% endif %}
<form method="post" action="/logout">
<input type="hidden" name="csrfmiddlewaretoken" value="{{ token }}">
<button id="logout">Log out</button></form>
{% else %}<p><a id="login" href="/login">Log in with PeerID</a></p>{% endif %}
</html>"""


class Shop:
    """The views. One client serves all threads of the process."""

    def __init__(self, client: Client, payments: Payments, callback: str) -> None:
        """Create the views for a client and a redirect URI."""
        self._client = client
        self._payments = payments
        self._callback = callback
        self._template = Engine().from_string(PAGE)
        self.urlpatterns = [
            path("", require_GET(self.home)),
            path("login", require_GET(self.login)),
            path("callback", require_GET(self.finish_login)),
            path("transfer", require_POST(self.transfer)),
            path("logout", require_POST(self.logout)),
        ]

    def home(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return self._page(request)

    def login(self, request: HttpRequest) -> HttpResponse:
        """Redirect the browser to the consent page."""
        authorization = self._client.authorization_url(self._callback)
        request.session["state"] = authorization.state
        return HttpResponseRedirect(authorization.url)

    def finish_login(self, request: HttpRequest) -> HttpResponse:
        """Exchange the code from the redirect."""
        state = request.session.pop("state", None)
        if state is None:
            return self._page(request, "This login did not begin here.", 400)
        key = secrets.token_urlsafe(24)
        try:
            self._client.exchange(request.build_absolute_uri(), state, key=key)
        except PeerIDError as error:
            request.session.flush()
            return self._page(request, f"You are not logged in: {error}", 403)
        request.session["key"] = key
        return HttpResponseRedirect("/")

    def transfer(self, request: HttpRequest) -> HttpResponse:
        """Submit an operation in the user's name."""
        current = self._user(request)
        if current is None:
            return see_other()
        payment_id = request.POST.get("payment", "")
        payment = self._payments.begin(payer(current.token), payment_id)
        if payment is not None:
            try:
                payment.write_down(current.mark(payment.operation))
                payment.end(current.submit(payment.operation))
            except PeerIDError as error:
                payment.end(error)
        # The page with the result can be reloaded: only a POST with a new id pays.
        return see_other()

    def logout(self, request: HttpRequest) -> HttpResponse:
        """End the session."""
        current = self._user(request)
        if current is not None:
            current.logout()
        request.session.flush()
        return HttpResponseRedirect("/")

    def _user(self, request: HttpRequest) -> peerid.Session | None:
        """Open the session whose key is in the browser's cookie."""
        try:
            return self._client.open(request.session.get("key", ""))
        except (peerid.LoginRequired, peerid.InvalidArgument):
            return None

    def _page(
        self, request: HttpRequest, message: str = "", status: int = 200
    ) -> HttpResponse:
        current, names, payment = self._user(request), [], ""
        if current is not None:
            scope = current.token.scope or ()
            names = [peerid.operation_name(number) or "?" for number in scope]
            payment, news = self._payments.offer(payer(current.token))
            message = message or news
        values = {
            "message": message,
            "user": current,
            "operations": " ".join(names),
            "payment": payment,
            "token": get_token(request),
        }
        return HttpResponse(self._template.render(Context(values)), status=status)


def see_other() -> HttpResponse:
    """Return to the page."""
    return HttpResponse(status=303, headers={"Location": "/"})


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
    logging.getLogger("django.server").setLevel(logging.ERROR)
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    with (
        Client(url, client_id=client_id, client_secret=secret, store=store) as client,
        Payments() as payments,
    ):
        shop = Shop(client, payments, f"http://{address}/callback")
        settings.configure(
            ALLOWED_HOSTS=[host],
            LOGGING_CONFIG=None,
            MIDDLEWARE=[
                "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware",
            ],
            ROOT_URLCONF=tuple(shop.urlpatterns),
            # A real application keeps one key, so that cookies survive a restart, and
            # sets SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE.
            SECRET_KEY=secrets.token_hex(32),
            SESSION_COOKIE_NAME="session",
            SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        )
        django.setup()
        run(host, int(port), get_wsgi_application(), threading=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
