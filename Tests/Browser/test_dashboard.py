"""The pages of the sandbox, as a developer uses them."""

from __future__ import annotations

from browser import Browser
from sandbox import Sandbox


def button(label: str) -> str:
    """The selector of a dashboard button, by its position among those of its kind."""
    places = {
        "expire": "button[data-control=expire]",
        "lose the answer": "button[data-control=faults]:nth-of-type(2)",
        "hold in the pool": "button[data-control=faults]:nth-of-type(4)",
        "remove all faults": "button[data-control=faults]:nth-of-type(9)",
        "reset": "button[data-control=reset]",
    }
    return places[label]


def test_the_dashboard_shows_what_the_json_endpoint_returns(
    browser: Browser, sandbox: Sandbox
) -> None:
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#apps", "demo-secret-4")
    state = sandbox.get("state")
    for user in state["users"]:
        assert user["username"] in browser.text("#users")
        assert user["account_name"] in browser.text("#users")
    for app in state["apps"]:
        assert app["name"] in browser.text("#apps")
    assert "expired" in browser.text("#sessions")
    assert "No faults to come." in browser.text("#faults")


def test_buttons_make_faults_and_reset_removes_them(
    browser: Browser, sandbox: Sandbox
) -> None:
    browser.open(sandbox.url + "/")
    browser.press(button("lose the answer"))
    browser.wait_for_text("#faults", "drop_after /api/v1/app/operations")
    browser.press(button("hold in the pool"))
    browser.wait_for_text("#faults", "hold_in_pool /api/v1/app/operations")
    assert [fault["kind"] for fault in sandbox.get("faults")] == [
        "drop_after",
        "hold_in_pool",
    ]
    browser.press(button("remove all faults"))
    browser.wait_for_text("#faults", "No faults to come.")
    browser.press(button("expire"))
    browser.wait_for_text("#message", "Expire all access tokens: done")
    assert all(session["expired"] for session in sandbox.get("state")["sessions"])
    sandbox.post("settings", {"save_delay_ms": 2000})
    browser.wait_for_text("#settings", "Refreshed tokens are saved after 2000 ms.")
    browser.press(button("reset"))
    browser.wait_for_text("#message", "Reset: done")
    assert not all(session["expired"] for session in sandbox.get("state")["sessions"])


def test_the_consent_page_leads_to_a_callback_that_shows_the_code(
    browser: Browser, sandbox: Sandbox
) -> None:
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#apps", "open the consent page")
    browser.click("#apps a")
    browser.type("input[name=login]", "alice")
    browser.type("input[name=password]", "alice-password")
    browser.click("button:not([name])")
    browser.click("button[value=allow]")
    assert browser.url.startswith(f"{sandbox.url}/callback?code=")
    assert "The user allowed the app." in browser.text("#meaning")
    code = browser.url.split("code=")[1].split("&")[0]
    assert code in browser.text("#parameters")
    assert code in [entry["code"] for entry in sandbox.get("codes")]


def test_requests_appear_while_the_page_is_open(
    browser: Browser, sandbox: Sandbox
) -> None:
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#faults", "No faults to come.")
    browser.open(
        sandbox.url + "/api/v1/app/blockchain-data?api=database&method=get_chain_id"
    )
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#requests", "GET /api/v1/app/blockchain-data")


def test_a_secret_is_copied_or_selected_with_a_click(
    browser: Browser, sandbox: Sandbox
) -> None:
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#apps", "demo-secret-4")
    browser.press("#apps code")
    browser.wait_for_text("#copied", "o")
    shown = browser.text("#copied")
    assert shown in ("Copied: demo-secret-4.", "Selected; press Ctrl-C to copy.")


def test_a_browser_requests_no_icon(browser: Browser, sandbox: Sandbox) -> None:
    for path in ("/", "/callback", "/permissions?client_id=4"):
        browser.open(sandbox.url + path)
        assert '<link rel="icon" href="data:,">' in browser.source
    paths = [request["path"] for request in sandbox.get("requests")]
    assert "/favicon.ico" not in paths


def test_the_page_says_that_the_sandbox_has_ended(browser: Browser) -> None:
    sandbox = Sandbox()
    browser.open(sandbox.url + "/")
    browser.wait_for_text("#chain", "Block")
    sandbox.stop()
    browser.wait_for_text("#chain", "The sandbox does not answer")
