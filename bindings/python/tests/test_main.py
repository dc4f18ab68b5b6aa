"""The command `python -m peerid`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from sandbox import Sandbox, environment

import peerid
from peerid import _doctor


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "peerid", *arguments],
        capture_output=True,
        text=True,
        env={**environment(), **more},
        check=False,
        timeout=1200,
    )


def answer(*arguments: str, **more: str) -> Any:
    done = run(*arguments, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_version(arguments: list[str]) -> None:
    text = run(*arguments).stdout
    assert f"peerid {peerid.__version__}," in text
    assert f"libpeerid {peerid.library_version()} (" in text
    assert answer("version")["library"] == peerid.library_version()


def test_options() -> None:
    assert [option["name"] for option in answer("options")] == [
        option.name for option in peerid.options()
    ]
    text = run("options", "request_timeout_ms").stdout
    assert text.startswith("request_timeout_ms: 1–3600000; default 30000\n    ")


def test_operations() -> None:
    found = answer("operations")
    assert [entry["name"] for entry in found] == list(peerid.operation_names())
    assert answer("operations", "bet_place") == peerid.describe_operation("bet_place")
    assert json.loads(run("operations", "bet_place").stdout)["id"] == 62
    assert "  0  transfer" in run("operations").stdout.splitlines()


@pytest.mark.parametrize(
    ("command", "name", "nearest"),
    [
        ("options", "request_timeout", "request_timeout_ms"),
        ("operations", "bet_plase", "bet_place"),
    ],
)
def test_a_name_that_does_not_exist(command: str, name: str, nearest: str) -> None:
    done = run(command, name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"there is no {command[:-1]} {name}; did you mean {nearest}?\n"
    )


def test_doctor_of_a_server_that_answers(sandbox: Sandbox) -> None:
    report = answer("doctor", "--base-url", sandbox.url)
    assert report["server"]["answers"] is True
    assert len(report["server"]["chain"]) == 64
    assert report["library"].startswith(peerid.library_version())
    text = run("doctor", PEERID_BASE_URL=sandbox.url)
    assert text.returncode == 0
    assert "answers yes" in text.stdout


def test_doctor_of_a_server_that_does_not_answer() -> None:
    done = run("doctor", "--base-url", "http://127.0.0.1:1", "--json")
    assert done.returncode == 1
    server = json.loads(done.stdout)["server"]
    assert server["answers"] is False
    assert "unreachable" in server["error"].lower() or "reach" in server["error"]


def test_doctor_of_an_address_that_cannot_be_used() -> None:
    done = run("doctor", "--base-url", "ftp://x", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["server"]["answers"] is False


def test_doctor_hides_a_password_in_the_address_of_the_server() -> None:
    done = run("doctor", "--base-url", "https://alice:secret@127.0.0.1:1")
    assert "secret" not in done.stdout
    assert "asked https://…@127.0.0.1:1" in done.stdout


def test_doctor_prints_numbers_as_numbers() -> None:
    assert _doctor.text({"answers": True, "milliseconds": 1}) == (
        "answers yes; milliseconds 1"
    )


def test_doctor_without_a_server_asks_none() -> None:
    report = answer("doctor", PEERID_BASE_URL="")
    assert "answers" not in report["server"]


def test_doctor_says_what_is_wrong_with_certificates_and_hides_passwords() -> None:
    report = answer(
        "doctor",
        PEERID_BASE_URL="",
        SSL_CERT_FILE="/nowhere.pem",
        https_proxy="http://user:secret@proxy.example:3128",
        all_proxy="http://user:secret//secret@proxy.example:3128",
    )
    assert "does not exist" in report["certificates"]["SSL_CERT_FILE"]
    for name in ("https_proxy", "all_proxy"):
        assert report["proxy"][name] == "http://…@proxy.example:3128"
    option = answer("doctor", "--option", "ca_file=/gone.pem", PEERID_BASE_URL="")
    assert "/gone.pem, which does not exist" in option["certificates"]["and"]


def test_without_a_command_it_lists_the_commands() -> None:
    done = run()
    assert done.returncode == 2
    assert "doctor" in done.stdout
