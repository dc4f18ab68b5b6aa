"""Logging in at the terminal, in scripts, and on the consent page."""

from __future__ import annotations

import copy
import json
import os
import re
import socket
import urllib.error
import urllib.parse
import urllib.request

import pexpect
import pytest

from conftest import PROGRAM, Command, ended
from sandbox import LOGIN


def test_the_password_is_asked_for_and_not_shown(peerid: Command) -> None:
    terminal = peerid.type("login", "alice")
    terminal.expect_exact("Password of alice: ")
    terminal.sendline("alice-password")
    terminal.expect("alice: logged in, expires .* days")
    assert "alice-password" not in terminal.before
    assert ended(terminal) == 0
    assert peerid("show", "--json").json["user"] == "alice"


def test_the_user_is_asked_for_and_shown(peerid: Command) -> None:
    terminal = peerid.type("login")
    terminal.expect_exact("User name or e-mail: ")
    terminal.sendline("alice")
    terminal.expect_exact("alice")
    terminal.expect_exact("Password of alice: ")
    terminal.sendline("alice-password")
    terminal.expect("logged in")
    assert ended(terminal) == 0


def test_a_prompt_works_when_standard_input_is_not_the_terminal(peerid: Command) -> None:
    command = "exec peerid login alice < /dev/null"
    environment = {"PATH": f"{PROGRAM.parent}:{peerid.environment['PATH']}"}
    terminal = pexpect.spawn(
        "sh", ["-c", command], encoding="utf-8", timeout=600, env={**peerid.environment, **environment}
    )
    terminal.expect_exact("Password of alice: ")
    terminal.sendline("alice-password")
    terminal.expect("logged in")
    assert ended(terminal) == 0


def test_a_wrong_password_is_refused_with_status_1(peerid: Command) -> None:
    terminal = peerid.type("login", "alice")
    terminal.expect_exact("Password of alice: ")
    terminal.sendline("wrong")
    terminal.expect("Invalid email/username or password")
    assert ended(terminal) == 1
    assert peerid("sessions", "--json").json == []


def test_ctrl_c_at_the_prompt_sends_nothing_and_restores_the_echo(peerid: Command) -> None:
    terminal = peerid.type("login", "alice")
    terminal.expect_exact("Password of alice: ")
    assert not terminal.getecho()
    terminal.send("alice-pass")
    terminal.sendintr()
    assert ended(terminal) == 130
    assert peerid.sandbox.count(f"POST {LOGIN}") == 0


def test_the_terminal_echoes_again_after_ctrl_c(peerid: Command) -> None:
    shell = pexpect.spawn("sh", encoding="utf-8", timeout=600, env={**peerid.environment, "PS1": "$ "})
    shell.expect_exact("$ ")
    shell.sendline(f"{PROGRAM} login alice")
    shell.expect_exact("Password of alice: ")
    shell.sendintr()
    shell.expect_exact("$ ")
    assert shell.getecho()
    shell.sendline("echo status $?")
    shell.expect_exact("status 130")
    shell.sendline("exit")


def test_a_script_passes_the_password_on_standard_input(peerid: Command) -> None:
    answer = peerid("login", "alice", "--password-stdin", "--json", input="alice-password\n")
    assert answer.status == 0
    assert answer.json["user"] == "alice"
    assert answer.json["generation"] == 1
    assert answer.errors == ""


def test_without_a_terminal_and_a_password_nothing_is_sent(peerid: Command) -> None:
    answer = peerid("login", "alice")
    assert answer.status == 2
    assert "--help" in answer.errors
    assert peerid.sandbox.count(f"POST {LOGIN}") == 0


def test_an_empty_standard_input_is_not_a_password(peerid: Command) -> None:
    answer = peerid("login", "alice", "--password-stdin")
    assert answer.status == 2
    assert peerid.sandbox.count(f"POST {LOGIN}") == 0


def test_a_mobile_number_instead_of_a_password(peerid: Command) -> None:
    users = peerid.sandbox.fixture["users"]
    mobile = next(user["mobile"] for user in users if user["username"] == "alice")
    assert peerid("login", "alice", "--mobile", mobile).status == 0
    refused = peerid("login", "alice", "--mobile", "+1 555 000 0000")
    assert refused.status == 1


def test_a_mobile_number_and_a_password(peerid: Command) -> None:
    users = peerid.sandbox.fixture["users"]
    mobile = next(user["mobile"] for user in users if user["username"] == "alice")
    terminal = peerid.type("login", "alice", "--mobile", mobile, "--password")
    terminal.expect_exact("Password of alice: ")
    terminal.sendline("alice-password")
    terminal.expect("logged in")
    assert ended(terminal) == 0


def test_an_unreachable_server_is_status_3(peerid: Command) -> None:
    answer = peerid("login", "alice", "--password-stdin", "--json", input="x\n", PEERID_BASE_URL="http://127.0.0.1:1")
    assert answer.status == 3
    assert answer.error["code"] == "unreachable"
    assert answer.error["outcome"] == "not_sent"


# The consent page


class Browser:
    """Submits the form of the consent page, and returns the address to which the server redirects the browser."""

    def __init__(self, page: str) -> None:
        self.page = page

    def decide(self, decision: str = "allow") -> str:
        form = {"login": "alice", "password": "alice-password", "decision": decision}

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        try:
            urllib.request.build_opener(Stay).open(self.page, urllib.parse.urlencode(form).encode())
        except urllib.error.HTTPError as redirect:
            return str(redirect.headers["Location"])
        raise AssertionError("the page does not redirect")


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=600) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def page_of(terminal: object) -> str:
    terminal.expect(r"(http://\S+/permissions\?\S+)")
    page = str(terminal.match.group(1))
    terminal.expect("Waiting for the redirect")
    return page


def test_the_browser_is_redirected_to_the_command(peerid: Command) -> None:
    terminal = peerid.type("login", "alice", "--web", "--no-browser", columns=1000)
    redirect = Browser(page_of(terminal)).decide()
    status, text = get(redirect)
    assert (status, "logged in" in text) == (200, True)
    terminal.expect("alice: logged in")
    assert ended(terminal) == 0
    assert peerid("show", "--json").json["user"] == "alice"


def test_without_a_name_the_session_is_stored_under_the_user_id(peerid: Command) -> None:
    terminal = peerid.type("login", "--web", "--no-browser", columns=1000)
    get(Browser(page_of(terminal)).decide())
    terminal.expect("user-1: logged in")
    assert ended(terminal) == 0
    assert [session["user"] for session in peerid("sessions", "--json").json] == ["user-1"]
    assert peerid("refresh").status == 0


def test_the_address_can_be_pasted(peerid: Command) -> None:
    terminal = peerid.type("login", "alice", "--web", "--no-browser", columns=1000)
    terminal.sendline(Browser(page_of(terminal)).decide())
    terminal.expect("alice: logged in")
    assert ended(terminal) == 0


def test_a_redirect_of_another_request_is_refused(peerid: Command) -> None:
    terminal = peerid.type("login", "alice", "--web", "--no-browser", columns=1000)
    redirect = Browser(page_of(terminal)).decide()
    status, text = get(re.sub("state=[^&]*", "state=forged", redirect))
    assert (status, "another state" in text) == (400, True)
    assert get(redirect.split("/callback")[0] + "/favicon.ico")[0] == 404
    assert get(redirect)[0] == 200
    terminal.expect("alice: logged in")
    assert ended(terminal) == 0


def test_silent_connections_do_not_block_the_browser(peerid: Command) -> None:
    terminal = peerid.type("login", "alice", "--web", "--no-browser", columns=1000)
    redirect = Browser(page_of(terminal)).decide()
    port = urllib.parse.urlsplit(redirect).port
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    assert get(redirect)[0] == 200
    for connection in silent:
        connection.close()
    terminal.expect("alice: logged in")
    assert ended(terminal) == 0


def test_a_user_who_declines_is_status_1(peerid: Command) -> None:
    terminal = peerid.type("login", "alice", "--web", "--no-browser", columns=1000)
    status, text = get(Browser(page_of(terminal)).decide("deny"))
    assert (status, "consent was not given" in text) == (400, True)
    terminal.expect("consent was not given")
    assert ended(terminal) == 1


@pytest.mark.parametrize("from_profile", [False, True])
def test_an_address_on_another_machine_is_pasted(peerid: Command, from_profile: bool) -> None:
    uri = "https://shop.example/callback"
    fixture = copy.deepcopy(peerid.sandbox.fixture)
    for app in fixture["apps"]:
        app["redirect_uris"].append(uri)
    peerid.sandbox.reset(fixture)
    try:
        arguments = ["--redirect-uri", uri]
        if from_profile:
            (peerid.config / "shop.json").write_text(json.dumps({"redirect_uri": uri}))
            arguments = ["--profile", "shop"]
        terminal = peerid.type("login", "alice", "--web", "--no-browser", *arguments, columns=1000)
        terminal.expect(r"(http://\S+/permissions\?\S+)")
        page = terminal.match.group(1)
        terminal.expect("Paste the address of the page to which the browser was redirected: ")
        redirect = Browser(page).decide()
        assert redirect.startswith(uri)
        terminal.sendline(redirect)
        terminal.expect("alice: logged in")
        assert ended(terminal) == 0
    finally:
        peerid.sandbox.reset(peerid.sandbox.fixture)


def test_the_browser_of_the_user_is_opened(peerid: Command, tmp_path: object) -> None:
    browser = peerid.home / "browser"
    opened = peerid.home / "opened"
    os.mkfifo(opened)
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    terminal = peerid.type("login", "alice", "--web", columns=1000, BROWSER=str(browser))
    page = opened.read_text().strip()
    assert page == page_of(terminal)
    get(Browser(page).decide())
    assert ended(terminal) == 0


@pytest.mark.parametrize(
    "arguments",
    [["--web", "--password-stdin"], ["--web", "--mobile", "1"], ["--no-browser"], ["--redirect-uri", "http://x"]],
)
def test_options_that_exclude_each_other(peerid: Command, arguments: list[str]) -> None:
    assert peerid("login", "alice", *arguments).status == 2
