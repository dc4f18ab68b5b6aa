"""The web application without a framework, in a separate process."""

from __future__ import annotations

import http.cookiejar
import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sandbox import (
    OPERATIONS,
    PACKAGE,
    UNTIL_RELEASED,
    Sandbox,
    environment,
    reserve_port,
)

_CHAIN = "/api/v1/app/blockchain-data"


class Shop:
    """The web application in a separate process, with its own sandbox."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox()
        self._folder = folder
        self.log = folder.with_suffix(".log")
        # While the socket is bound, no other program on this machine gets its port.
        self.reserved = reserve_port()
        self.start()

    def start(self) -> None:
        port = self.reserved.getsockname()[1]
        command: list[Any] = [
            *(sys.executable, PACKAGE / "examples/web.py", self.sandbox.url),
            *("4", "demo-secret-4", f"127.0.0.1:{port}", self._folder),
        ]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(),
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[1].rstrip("/")

    def stop(self) -> None:
        self.send(signal.SIGINT)
        self.wait()

    def send(self, number: signal.Signals) -> None:
        """Ask the program to end."""
        self._process.send_signal(number)

    def wait(self) -> None:
        """Wait until the program has ended."""
        self._process.communicate(timeout=1200)
        assert self._process.returncode == 0

    def restart(self) -> None:
        self.stop()
        self.start()

    def register_callback(self) -> None:
        fixture = self.sandbox.get("fixture")
        for app in fixture["apps"]:
            app["redirect_uris"].append(f"{self.url}/callback")
        self.sandbox.reset(fixture)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "sessions")
    shop.register_callback()
    yield shop
    shop.stop()
    shop.reserved.close()
    shop.sandbox.stop()


class Browser:
    """A browser in which a user clicks."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.text = ""
        self.address = ""
        self.status = 0

    def go(self, path: str) -> str:
        """Open a page, follow redirects, and return the text."""
        return self._load(self._shop.url + path, None)

    def click(self, path: str, **form: str) -> str:
        """Send a form, follow redirects, and return the text of the page."""
        address = urllib.parse.urljoin(self._shop.url, path)
        return self._load(address, urllib.parse.urlencode(form).encode())

    def log_in(self, decision: str = "allow", user: str = "alice") -> str:
        """Go to the consent page and decide."""
        self.go("/login")
        form = {"login": user, "password": f"{user}-password", "decision": decision}
        return self.click(self.address, **form)

    def pay(self, payment: str | None = None) -> str:
        """Click on the button of the page, or send the form of an earlier page."""
        return self.click("/transfer", payment=payment or self.payment() or "")

    def payment(self) -> str | None:
        """The id in the form of the page; None if the page has no button."""
        found = re.search('name="payment" value="([^"]+)"', self.text)
        assert (found is not None) == ("Pay 100" in self.text)
        return found[1] if found else None

    def _load(self, address: str, form: bytes | None) -> str:
        try:
            answer = self._opener.open(address, form, timeout=1200)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.text = answer.read().decode()
            self.address, self.status = answer.geturl(), answer.status
        return self.text


def test_a_user_logs_in_pays_and_logs_out(shop: Shop) -> None:
    browser = Browser(shop)
    assert "Log in with PeerID" in browser.go("/")
    assert "Welcome. You have granted: transfer" in browser.log_in()
    assert browser.address == shop.url + "/"
    assert {cookie.name for cookie in browser.cookies} == {"session"}
    assert "Paid: transaction " in browser.pay()
    assert browser.address == shop.url + "/"
    assert "Log in with PeerID" in browser.click("/logout")
    assert not list(browser.cookies)
    assert "Log in with PeerID" in browser.pay()
    assert shop.sandbox.executed() == 1


def test_a_form_that_is_sent_again_does_not_pay_again(shop: Shop) -> None:
    browser = Browser(shop)
    browser.log_in()
    payment = browser.payment()
    assert "Paid: transaction " in browser.pay(payment)
    assert "Paid: transaction " in browser.pay(payment)
    assert browser.payment() not in (None, payment)
    assert "Paid: transaction " in browser.pay("of-nobody")
    assert shop.sandbox.executed() == 1
    browser.pay()
    assert shop.sandbox.executed() == 2


def test_the_payer_is_the_user(shop: Shop) -> None:
    browser, stranger = Browser(shop), Browser(shop)
    browser.log_in(user="bob")
    stranger.log_in(user="dave")
    assert stranger.payment() is None
    assert "does not know your account" in stranger.pay(browser.payment())
    assert shop.sandbox.executed() == 0
    assert "Paid: transaction " in browser.pay()
    (operation,) = shop.sandbox.get("executed")["operations"]
    assert operation["user"] == "bob"
    assert operation["operation"][1]["from"] == "1.2.33"


def test_a_user_is_still_logged_in_after_a_restart(shop: Shop) -> None:
    browser, stranger = Browser(shop), Browser(shop)
    browser.log_in()
    shop.restart()
    assert "Welcome" in browser.go("/")
    assert "Log in with PeerID" in stranger.go("/")
    shop.sandbox.expire()
    assert "Paid: transaction " in browser.pay()


def test_a_user_who_does_not_consent_is_not_logged_in(shop: Shop) -> None:
    browser = Browser(shop)
    assert "You are not logged in: " in browser.log_in("deny")
    assert browser.status == 403
    assert "Log in with PeerID" in browser.go("/")


def test_a_log_in_that_another_browser_began_is_refused(shop: Shop) -> None:
    victim, attacker = Browser(shop), Browser(shop)
    attacker.go("/login")
    (state,) = (cookie.value for cookie in attacker.cookies)
    query = f"/callback?code={'demoCodeAliceApp4'.ljust(40, '0')}&state={state}"
    assert "was not begun here" in victim.go(query)
    assert victim.status == 400
    victim.go("/login")
    assert "You are not logged in" in victim.go(query)
    assert victim.status == 403
    assert "Welcome" in attacker.go(query)


def test_a_user_is_told_whether_money_may_have_moved(shop: Shop) -> None:
    browser = Browser(shop)
    browser.log_in()
    shop.sandbox.fault("status", OPERATIONS, status=429)
    assert "Not paid: nothing was done." in browser.pay()
    shop.sandbox.fault("drop_before", _CHAIN, times="always")
    assert "Not paid: nothing was done." in browser.pay()
    shop.sandbox.post("faults", {"clear": True})
    payment = browser.payment()
    shop.sandbox.fault("drop_after", OPERATIONS)
    assert "it may have been done" in browser.pay()
    assert browser.payment() is None
    assert "it may have been done" in browser.pay(payment)
    assert "it may have been done" in browser.log_in()
    assert browser.payment() is None
    assert shop.sandbox.executed() == 1


def test_a_user_whose_session_has_ended_does_not_pay(shop: Shop) -> None:
    browser = Browser(shop)
    browser.log_in()
    shop.sandbox.post("revoke")
    assert "Not paid: please log out" in browser.pay()
    assert "Log in with PeerID" in browser.click("/logout")
    browser.log_in()
    assert shop.sandbox.executed() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_that_is_ended_waits_for_the_payment(
    shop: Shop, number: signal.Signals
) -> None:
    browser = Browser(shop)
    browser.log_in()
    shop.sandbox.fault("status_after", OPERATIONS, status=502, ms=UNTIL_RELEASED)
    with ThreadPoolExecutor() as pool:
        # The server may end before it has sent the page.
        paid = pool.submit(browser.pay)
        shop.sandbox.wait_for(OPERATIONS)
        shop.send(number)
        shop.sandbox.release()
        shop.wait()
        paid.exception()
    mark, outcome = re.findall(r"payment [\w-]+: (.*)", shop.log.read_text())
    assert json.loads(mark.removeprefix("mark "))["payer"] == "1.2.31"
    assert outcome.startswith("unknown: ")
    shop.start()


def test_a_payment_that_the_user_has_to_confirm_is_not_paid(shop: Shop) -> None:
    fixture = shop.sandbox.get("fixture")
    for app in fixture["apps"]:
        app["signing_request_required"] = True
    shop.sandbox.post("reset", fixture)
    browser = Browser(shop)
    browser.log_in()
    assert "Not paid: users of this application" in browser.pay()
    assert shop.sandbox.executed() == 0


def test_pages_that_do_not_exist(shop: Shop) -> None:
    browser = Browser(shop)
    browser.go("/elsewhere")
    assert browser.status == 404
    assert "Log in with PeerID" in browser.go("/transfer")
    browser.cookies.clear()
    request = urllib.request.Request(shop.url + "/", headers={"Cookie": "session=../x"})
    with urllib.request.urlopen(request, timeout=1200) as answer:
        assert "Log in with PeerID" in answer.read().decode()
