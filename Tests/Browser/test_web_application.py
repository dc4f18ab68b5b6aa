"""A web application as its users see it, from the first page to the logout."""

from __future__ import annotations

import re
import urllib.parse

import pytest

from applications import Application
from browser import Browser
from sandbox import OPERATIONS, REFRESH, TRANSFER, UNTIL_RELEASED

ALLOW = "button[value=allow]"
DENY = "button[value=deny]"
SIGN_IN = "button:not([name])"
EXCHANGE = "POST /api/v1/auth/exchange"


def go_to_consent(browser: Browser, application: Application) -> None:
    """Open the application and follow its link to the page of PeerID."""
    browser.open(application.url)
    browser.click("#login")
    assert browser.url.startswith(f"{application.sandbox.url}/permissions?")


def sign_in(browser: Browser, user: str = "alice") -> None:
    """Sign in at PeerID, up to the consent form."""
    browser.type("input[name=login]", user)
    browser.type("input[name=password]", f"{user}-password")
    browser.click(SIGN_IN)


def log_in(browser: Browser, application: Application) -> None:
    """Complete the flow, and return with a session."""
    go_to_consent(browser, application)
    sign_in(browser)
    browser.click(ALLOW)
    assert browser.shows("#welcome"), browser.text("body")


def pay(browser: Browser) -> str:
    """Pay, and return the id of the transaction that the page shows."""
    browser.click("#transfer")
    found = re.search(r"\b[0-9a-f]{40}\b", browser.text("#message"))
    assert found, browser.text("body")
    return found[0]


def assert_logged_out(browser: Browser) -> None:
    assert browser.shows("#login"), browser.text("body")
    assert not browser.shows("#welcome")
    assert not browser.shows("#transfer")
    assert browser.cookie("session") is None


def test_a_user_logs_in_pays_and_logs_out(
    browser: Browser, application: Application
) -> None:
    go_to_consent(browser, application)
    sign_in(browser)
    assert "signed in as alice" in browser.text("main")
    browser.click(ALLOW)
    assert browser.url == application.url
    assert "transfer" in browser.text("#welcome")

    transaction = pay(browser)
    executed = application.sandbox.get("executed")
    assert executed["transactions"] == 1
    (operation,) = executed["operations"]
    assert operation["transaction_id"] == transaction
    assert operation["op_name"] == TRANSFER["op_name"]
    assert operation["user"] == "alice"

    browser.open(application.url)
    browser.click("#logout")
    assert browser.url == application.url
    assert_logged_out(browser)


def test_a_payment_is_made_once(browser: Browser, application: Application) -> None:
    log_in(browser, application)
    browser.send_twice("#transfer")
    assert application.sandbox.executed() == 1
    browser.open(application.url)
    pay(browser)
    browser.reload()
    assert application.sandbox.executed() == 2


def test_an_open_payment_is_not_made_again(
    browser: Browser, own_application: Application
) -> None:
    log_in(browser, own_application)
    own_application.sandbox.fault("drop_after", OPERATIONS)
    browser.click("#transfer")
    assert browser.url == own_application.url
    assert "it may have been done" in browser.text("#message")
    browser.reload()
    assert "it may have been done" in browser.text("#message")
    assert not browser.shows("#transfer")
    log = re.findall(r"payment ([\w-]+): (mark|unknown)", own_application.log())
    marks = [payment for payment, event in log if event == "mark"]
    assert (marks[-1], "unknown") in log


def test_an_application_that_is_ended_finishes_the_payment(
    browser: Browser, own_application: Application
) -> None:
    log_in(browser, own_application)
    own_application.sandbox.fault(
        "status_after", OPERATIONS, status=502, ms=UNTIL_RELEASED
    )
    browser.begin_to_send("#transfer")
    own_application.sandbox.wait_for(OPERATIONS)
    own_application.terminate()
    own_application.sandbox.release()
    own_application.wait()
    assert re.search(r"payment [\w-]+: unknown: ", own_application.log())


def test_the_payer_is_the_user(browser: Browser, application: Application) -> None:
    go_to_consent(browser, application)
    sign_in(browser, "bob")
    browser.click(ALLOW)
    pay(browser)
    (operation,) = application.sandbox.get("executed")["operations"]
    assert operation["user"] == "bob"
    assert operation["operation"][1]["from"] == "1.2.33"


def test_a_user_without_a_known_account_cannot_pay(
    browser: Browser, application: Application
) -> None:
    go_to_consent(browser, application)
    sign_in(browser, "dave")
    if browser.shows(ALLOW):
        browser.click(ALLOW)
    assert browser.shows("#welcome"), browser.text("body")
    assert "does not know your account" in browser.text("#message")
    assert not browser.shows("#transfer")


def test_a_session_outlives_the_token(
    browser: Browser, application: Application
) -> None:
    log_in(browser, application)
    application.sandbox.expire()
    pay(browser)
    assert application.sandbox.count(f"POST {REFRESH}") == 1
    assert application.sandbox.executed() == 1


def test_a_cookie_from_before_the_log_out_is_refused(
    browser: Browser, application: Application
) -> None:
    log_in(browser, application)
    cookie = browser.cookie("session")
    assert cookie is not None
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"
    browser.click("#logout")
    browser.set_cookie(cookie)
    browser.open(application.url)
    assert browser.shows("#login")
    assert not browser.shows("#welcome")


@pytest.mark.parametrize(
    "signed_in", [False, True], ids=["at once", "after signing in"]
)
def test_a_refusal_is_shown_to_the_user(
    browser: Browser, application: Application, signed_in: bool
) -> None:
    go_to_consent(browser, application)
    if signed_in:
        sign_in(browser)
    browser.click(DENY)
    assert browser.url.startswith(f"{application.callback}?error=access_denied")
    assert "not logged in" in browser.text("#message")
    assert_logged_out(browser)
    assert application.sandbox.count(EXCHANGE) == 0


def test_a_user_who_refused_can_change_their_mind(
    browser: Browser, application: Application
) -> None:
    go_to_consent(browser, application)
    browser.click(DENY)
    browser.click("#login")
    sign_in(browser)
    browser.click(ALLOW)
    assert browser.shows("#welcome")


def state_of(browser: Browser) -> str:
    """The state with which the browser was sent to the consent page."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.url).query)
    return query["state"][0]


def return_from_consent(
    browser: Browser, application: Application, **query: str
) -> None:
    """Return from the consent page with these parameters."""
    browser.open(f"{application.callback}?{urllib.parse.urlencode(query)}")


def code_of_another_user(application: Application) -> str:
    """A valid code of another user, which would log the browser in as that user."""
    code: str = application.sandbox.post("codes", {"user": "bob", "app": 4})["code"]
    return code


@pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "of-somebody-else"}])
def test_a_callback_with_a_wrong_state_is_refused(
    browser: Browser, application: Application, query: dict[str, str]
) -> None:
    code = code_of_another_user(application)
    go_to_consent(browser, application)
    return_from_consent(browser, application, code=code, **query)
    assert "not logged in" in browser.text("#message")
    assert_logged_out(browser)
    assert application.sandbox.count(EXCHANGE) == 0

    # Only the state was wrong.
    go_to_consent(browser, application)
    return_from_consent(browser, application, code=code, state=state_of(browser))
    assert browser.shows("#welcome")


def test_a_callback_of_another_browser_is_refused(
    browser: Browser, application: Application
) -> None:
    code = code_of_another_user(application)
    go_to_consent(browser, application)
    state = state_of(browser)
    browser.forget()
    return_from_consent(browser, application, code=code, state=state)
    assert browser.text("#message")
    assert_logged_out(browser)
    assert application.sandbox.count(EXCHANGE) == 0
