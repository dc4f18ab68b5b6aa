"""Sessions: list, show, refresh, log out, token."""

from __future__ import annotations

import json
import re
import stat
import subprocess

from conftest import Command, await_line, ended
from sandbox import REFRESH, UNTIL_RELEASED


def tokens(peerid: Command) -> list[str]:
    return [token["pair"]["token"] for token in peerid.sandbox.get("tokens", user="alice", app=4)]


def test_a_session_is_shown_without_its_secrets(alice: Command) -> None:
    answer = alice("show")
    assert answer.status == 0
    shown = dict(re.split("  +", line, maxsplit=1) for line in answer.output.splitlines())
    assert shown["user"] == "alice"
    assert shown["server"] == alice.sandbox.url
    assert shown["account"] == "pi-alice (1.2.31)"
    assert shown["generation"] == "1"
    assert "in 89 days" in shown["expires"]
    assert "transfer" in shown["scope"].split()
    for secret in [*tokens(alice), "demo-secret-4"]:
        assert secret not in answer.output + answer.errors + alice("show", "--json").output


def test_secrets_are_shown_on_request(alice: Command) -> None:
    assert tokens(alice)[0] in alice("show", "--reveal").output
    revealed = alice("show", "--reveal", "--json").json
    assert revealed["access_token"] == tokens(alice)[0]
    assert len(revealed["refresh_token"]) == 124


def test_the_sessions_of_all_servers_are_listed(alice: Command) -> None:
    alice.login("bob")
    listed = alice("sessions", "--json", PEERID_BASE_URL="https://elsewhere.example").json
    assert [(session["user"], session["server"]) for session in listed] == [
        ("alice", alice.sandbox.url),
        ("bob", alice.sandbox.url),
    ]
    table = alice("sessions").output.splitlines()
    assert table[0].split() == ["USER", "APP", "SERVER", "EXPIRES"]
    assert table[2].startswith("bob    4    http://127.0.0.1:")


def test_with_several_users_one_must_be_named(alice: Command) -> None:
    alice.login("bob")
    answer = alice("show")
    assert answer.status == 2
    assert "alice, bob" in answer.errors
    assert alice("show", "--user", "bob", "--json").json["user"] == "bob"
    assert alice("show", "--json", PEERID_USER="bob").json["user"] == "bob"
    # Options of every command may come before the command.
    assert alice("-u", "alice", "--json", "show").json["user"] == "alice"


def test_nobody_is_logged_in(peerid: Command) -> None:
    for command in ["show", "refresh", "token", "logout"]:
        answer = peerid(command)
        assert answer.status == 5, command
        assert "peerid login" in answer.errors
    assert peerid("sessions").status == 0


def test_a_session_of_another_application_is_not_used(alice: Command) -> None:
    assert alice("show", PEERID_CLIENT_ID="5").status == 5


def test_refresh_renews_the_tokens(alice: Command) -> None:
    alice.sandbox.post("settings", {"save_delay_ms": 0})
    before = tokens(alice)
    assert alice("refresh", "--json").json["generation"] == 2
    assert tokens(alice) != before
    assert alice("token").output.strip() == tokens(alice)[0]


def test_token_prints_nothing_but_a_working_token(alice: Command) -> None:
    answer = alice("token")
    assert answer.output == tokens(alice)[0] + "\n"
    assert answer.errors == ""


def test_a_token_that_expires_soon_is_renewed_first(alice: Command) -> None:
    alice.sandbox.post("settings", {"token_lifetime_ms": 200_000, "save_delay_ms": 0})
    alice("refresh")
    answer = alice("token", "--json").json
    # A token with 200 seconds left is refreshed; the new one lasts no longer, and is printed anyway.
    assert answer["generation"] == 3
    assert alice("token", "--valid-for", "100", "--json").json["generation"] == 3


def test_printing_a_token_starts_no_refresh_that_would_invalidate_it(alice: Command) -> None:
    # Within the refresh window of a day, in which the library would refresh in the background.
    alice.sandbox.post("settings", {"token_lifetime_ms": 3_600_000, "save_delay_ms": 0})
    alice("refresh")
    count = alice.sandbox.count(f"POST {REFRESH}")
    assert alice("token").output.strip() == tokens(alice)[0]
    assert alice.sandbox.count(f"POST {REFRESH}") == count


def test_a_refused_token_is_replaced(alice: Command) -> None:
    alice.sandbox.post("settings", {"save_delay_ms": 0})
    first = alice("token", "--json").json
    alice.sandbox.post("revoke", {"token": first["access_token"], "part": "access"})
    second = alice("token", "--json", "--refused", first["generation"]).json
    assert second["generation"] == first["generation"] + 1
    assert second["access_token"] == tokens(alice)[0]


def test_logout_removes_the_session(alice: Command) -> None:
    assert alice("logout").status == 0
    assert alice("show").status == 5
    assert alice("sessions", "--json").json == []


def test_a_damaged_session_can_be_removed(alice: Command) -> None:
    file = next(alice.sessions.glob("*.session"))
    file.write_text(file.read_text().replace("alice", "mallo"))
    assert "log the user in" in alice("show", "-u", "alice").errors
    assert alice("logout", "-u", "alice").status == 0
    assert alice("show", "-u", "alice").status == 5


def test_showing_a_session_does_not_ask_for_the_secret(alice: Command) -> None:
    (alice.config / "shop.json").write_text('{"client_secret": {"command": "touch asked; echo x"}}')
    del alice.environment["PEERID_CLIENT_SECRET"]
    assert alice("show", "--profile", "shop").status == 0
    assert alice("read", "database", "get_chain_id", "--profile", "shop").status == 0
    assert not (alice.home / "asked").exists()
    assert alice("refresh", "--profile", "shop").status == 1
    assert (alice.home / "asked").exists()


def test_logout_of_all(alice: Command) -> None:
    alice.login("bob")
    assert alice("logout", "--all", "--json").json == {"removed": 2}
    assert alice("sessions", "--json").json == []


def test_an_ended_session_is_status_5(alice: Command) -> None:
    alice.sandbox.post("revoke", {"user": "alice"})
    answer = alice("refresh", "--json")
    assert answer.status == 5
    assert answer.error["code"] == "login_required"
    alice.login()
    assert alice("refresh").status == 0


def test_others_cannot_read_the_sessions(alice: Command) -> None:
    assert stat.S_IMODE(alice.sessions.stat().st_mode) == 0o700
    for file in alice.sessions.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_many_commands_at_once_share_one_refresh(alice: Command) -> None:
    alice.sandbox.post("settings", {"token_lifetime_ms": 200_000, "save_delay_ms": 0})
    alice("refresh")
    alice.sandbox.post("settings", {"token_lifetime_ms": 7_776_000_000})
    commands = [alice.start("token") for _ in range(6)]
    printed = {command.communicate()[0] for command in commands}
    assert printed == {tokens(alice)[0] + "\n"}
    assert alice.sandbox.count(f"POST {REFRESH}") == 2


def test_ctrl_c_in_a_refresh_waits_for_the_new_tokens(alice: Command) -> None:
    alice.sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
    refresh = alice.start("refresh", "--option", "refresh_timeout_ms=600000")
    # The delay begins when the whole request has been read.
    alice.sandbox.wait_for(REFRESH)
    refresh.send_signal(subprocess.signal.SIGINT)
    await_line(refresh, "waiting for the new tokens")
    alice.sandbox.release()
    refresh.communicate()
    assert refresh.returncode == 130
    shown = alice("show", "--json").json
    assert shown["generation"] == 2
    assert alice("token").output.strip() == tokens(alice)[0]


def test_a_narrow_terminal_wraps_the_scope(alice: Command) -> None:
    terminal = alice.type("show", columns=50)
    assert ended(terminal) == 0
    lines = terminal.before.replace("\x1b[2m", "").replace("\x1b[0m", "").splitlines()
    assert max(len(line) for line in lines if "transfer" in line or line.startswith(" " * 14)) <= 50
    assert sum(line.startswith(" " * 14) for line in lines) > 3


def test_colours_on_a_terminal_only(alice: Command) -> None:
    def shown(**more: str) -> str:
        terminal = alice.type("sessions", **more)
        assert ended(terminal) == 0
        return str(terminal.before)

    assert "\x1b[" in shown()
    assert "\x1b[" not in shown(NO_COLOR="1")
    assert "\x1b[" not in shown(TERM="dumb")
    assert "\x1b[" not in alice("sessions").output
    json.loads(alice("sessions", "--json").output)
