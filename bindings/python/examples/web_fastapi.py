"""Log in with PeerID in FastAPI, with asyncio.

    web_fastapi.py BASE_URL CLIENT_ID CLIENT_SECRET [LISTEN_ADDRESS [FOLDER]]

Listens on 127.0.0.1:8400 by default. The callback http://LISTEN_ADDRESS/callback must
be registered for the application. Sessions are in FOLDER, or in memory by default.
"""

from __future__ import annotations

import asyncio
import html
import logging
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware.sessions import SessionMiddleware

import peerid
from peerid import DirectoryStore, MemoryStore, PeerIDError, aio
from web_payments import Payment, Payments, log, payer

PAGE = """<!DOCTYPE html>
<html lang="en"><title>A small shop</title>
{message}{content}
</html>"""
STRANGER = '<p><a id="login" href="/login">Log in with PeerID</a></p>'
USER = """<p id="welcome">Welcome. You have granted: {operations}</p>
{button}
<form method="post" action="/logout"><button id="logout">Log out</button></form>"""
BUTTON = """<form method="post" action="/transfer">
<input type="hidden" name="payment" value="{payment}">
<button id="transfer">Pay 100</button></form>"""


def create_app(client: aio.Client, callback: str) -> FastAPI:
    """Create the application. One client serves all requests of the process."""
    payments = Payments()
    running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield
            await asyncio.gather(*running)

    app = FastAPI(lifespan=lifespan)
    # A real application keeps one key, so that cookies survive a restart, and sets
    # https_only=True.
    app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex(32))

    async def user(request: Request) -> aio.Session | None:
        """Open the session whose key is in the browser's cookie."""
        try:
            return await client.open(request.session.get("key", ""))
        except (peerid.LoginRequired, peerid.InvalidArgument):
            return None

    async def page(request: Request, message: str = "", status: int = 200) -> Response:
        current = await user(request)
        content = STRANGER
        if current is not None:
            scope = current.token.scope or ()
            names = [peerid.operation_name(number) or "?" for number in scope]
            payment, news = payments.offer(payer(current.token))
            button = BUTTON.format(payment=payment) if payment else ""
            content = USER.format(
                operations=html.escape(" ".join(names)), button=button
            )
            message = message or news
        if message:
            message = f'<p id="message">{html.escape(message)}</p>'
        return HTMLResponse(PAGE.format(message=message, content=content), status)

    @app.get("/")
    async def home(request: Request) -> Response:
        return await page(request)

    @app.get("/login")
    async def login(request: Request) -> Response:
        authorization = client.authorization_url(callback)
        request.session["state"] = authorization.state
        return RedirectResponse(authorization.url, 303)

    @app.get("/callback")
    async def finish_login(request: Request) -> Response:
        state = request.session.pop("state", None)
        if state is None:
            return await page(request, "This login did not begin here.", 400)
        key = secrets.token_urlsafe(24)
        try:
            await client.exchange(str(request.url), state, key=key)
        except PeerIDError as error:
            return await page(request, f"You are not logged in: {error}", 403)
        request.session["key"] = key
        return RedirectResponse("/", 303)

    async def pay(current: aio.Session, payment: Payment) -> None:
        try:
            payment.write_down(await current.mark(payment.operation))
            payment.end(await current.submit(payment.operation))
        except PeerIDError as error:
            payment.end(error)

    @app.post("/transfer")
    async def transfer(request: Request) -> Response:
        current = await user(request)
        if current is None:
            return RedirectResponse("/", 303)
        form = parse_qs((await request.body()).decode(errors="replace"))
        payment_id = form.get("payment", [""])[0]
        payment = payments.begin(payer(current.token), payment_id)
        if payment is not None:
            # The payment continues, and is recorded, if the user closes the page.
            task = asyncio.create_task(pay(current, payment))
            running.add(task)
            task.add_done_callback(running.discard)
            await asyncio.shield(task)
        # The page with the result can be reloaded: only a POST with a new id pays.
        return RedirectResponse("/", 303)

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        current = await user(request)
        if current is not None:
            await current.logout()
        request.session.clear()
        return RedirectResponse("/", 303)

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
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)
    client = aio.Client(url, client_id=client_id, client_secret=secret, store=store)
    app = create_app(client, f"http://{address}/callback")
    # The callback's address contains the code: keep it out of the log.
    uvicorn.run(app, host=host, port=int(port), access_log=False, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
