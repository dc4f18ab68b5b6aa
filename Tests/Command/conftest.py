"""A sandbox, a home directory for each test, and the command in a pipe or in a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from sandbox import ROOT, TRANSFER, Sandbox

PROGRAM = ROOT / "build/bin/peerid"
# A limit for requests that no machine reaches.
PATIENT = ("--option", "request_timeout_ms=600000")

# A shell starts commands in the background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Answer:
    """The result of a run of the command."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.output = done.stdout
        self.errors = done.stderr

    def __repr__(self) -> str:
        return f"status {self.status}\n{self.output}\n{self.errors}"

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def json(self) -> Any:
        return json.loads(self.output)

    @property
    def error(self) -> Any:
        return json.loads(self.errors)["error"]

    @property
    def states(self) -> list[tuple[int, str]]:
        return [(line["n"], line["state"]) for line in self.lines]


class Command:
    """The command as one user calls it on one machine."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.home = home
        self.sandbox = sandbox
        self.config = home / "config/peerid"
        self.config.mkdir(parents=True)
        self.sessions = home / "state/peerid/sessions"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "xterm",
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "PEERID_BASE_URL": sandbox.url,
            "PEERID_CLIENT_ID": "4",
            "PEERID_CLIENT_SECRET": "demo-secret-4",
        }

    def __call__(self, *arguments: object, input: str = "", **more: str) -> Answer:
        """Run it as a script does."""
        return Answer(
            subprocess.run(
                [PROGRAM, *map(str, arguments)],
                input=input,
                capture_output=True,
                text=True,
                timeout=1200,
                cwd=self.home,
                env={**self.environment, **more},
                start_new_session=True,
            )
        )

    def start(self, *arguments: object, **more: Any) -> subprocess.Popen[str]:
        """Start it and do not wait."""
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=self.environment,
            **more,
        )

    def type(self, *arguments: object, columns: int = 80, **more: str) -> pexpect.spawn:
        """Run it in a terminal, as a person does."""
        return pexpect.spawn(
            str(PROGRAM),
            [str(argument) for argument in arguments],
            encoding="utf-8",
            timeout=600,
            cwd=str(self.home),
            env={**self.environment, **more},
            dimensions=(24, columns),
        )

    def login(self, user: str = "alice") -> None:
        answer = self("login", user, "--password-stdin", input=f"{user}-password\n")
        assert answer.status == 0, answer

    def write(self, name: str, *amounts: int) -> str:
        """Write a file of transfers of these amounts, one per line."""
        lines = [json.dumps(transfer(amount)) for amount in amounts]
        (self.home / name).write_text("".join(line + "\n" for line in lines))
        return name

    def journal(self, name: str) -> list[Any]:
        return [json.loads(line) for line in (self.home / name).read_text().splitlines()]


def transfer(amount: int) -> dict[str, Any]:
    return {**TRANSFER, "amount": {"amount": amount, "asset_id": "1.3.0"}}


def executed(peerid: Command) -> list[int]:
    """The amounts of the transfers that were executed, in order."""
    return [operation["operation"][1]["amount"]["amount"] for operation in peerid.sandbox.get("executed")["operations"]]


def await_line(program: subprocess.Popen[str], text: str) -> None:
    """Wait until the program prints a line with this text on standard error."""
    assert program.stderr is not None
    assert any(text in line for line in program.stderr), f"{text!r} was not printed"


def ended(terminal: pexpect.spawn) -> int:
    """Wait until the program in a terminal exits, and return its status."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return 128 + terminal.signalstatus if terminal.signalstatus else terminal.exitstatus


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def peerid(tmp_path: Path, sandbox: Sandbox) -> Command:
    return Command(tmp_path, sandbox)


@pytest.fixture
def alice(peerid: Command) -> Command:
    peerid.login()
    return peerid
