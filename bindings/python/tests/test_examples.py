from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
from sandbox import (
    LOGIN,
    OPERATIONS,
    PACKAGE,
    REFRESH,
    ROOT,
    UNTIL_RELEASED,
    Sandbox,
    environment,
)

_ARGUMENTS = ["4", "demo-secret-4", "alice", "alice-password", "1.2.31", "1.2.33"]


def _transcript(command: list[object], sandbox: Sandbox) -> list[str]:
    sandbox.reset()
    done = subprocess.run(
        [*map(str, command), sandbox.url, *_ARGUMENTS],
        capture_output=True,
        text=True,
        check=False,
        env={
            **environment(),
            "PEERID_SANDBOX_URL": sandbox.url,
            "PEERID_EXAMPLE_EXPIRE": str(ROOT / "Tools/scripts/sandbox-expire"),
        },
    )
    assert done.returncode == 0, done.stderr
    return [
        re.sub(r"[0-9a-f]{40} in block \d+", "…", line)
        for line in done.stdout.splitlines()
    ]


def test_the_example_prints_the_same_as_in_c(sandbox: Sandbox) -> None:
    example = PACKAGE / "examples/login_and_submit.py"
    transcript = _transcript([sys.executable, example], sandbox)
    assert transcript[0] == "Logging in as alice"
    assert transcript[1].startswith("  may submit transfer limit_order_create")
    story = transcript[transcript.index("Transferring 100000 from 1.2.31 to 1.2.33") :]
    assert [line for line in story if "(library)" not in line] == [
        "Transferring 100000 from 1.2.31 to 1.2.33",
        "  transaction …",
        "The server lets the token expire",
        "Transferring 250 from 1.2.31 to 1.2.33",
        "  transaction …",
    ]
    refreshed = "  (library)   session refreshed, generation 2 "
    assert any(line.startswith(refreshed) for line in transcript)
    in_c = ROOT / "build/examples/login_and_submit"
    if os.access(in_c, os.X_OK):
        assert sorted(_transcript([in_c], sandbox)) == sorted(transcript)


def test_the_example_reports_what_went_wrong(sandbox: Sandbox) -> None:
    arguments = [word.replace("alice-password", "wrong") for word in _ARGUMENTS]
    example = str(PACKAGE / "examples/login_and_submit.py")
    done = subprocess.run(
        [sys.executable, example, sandbox.url, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("rejected (outcome not_done): the server rejected")


def _payment(name: str, amount: int = 7) -> dict[str, Any]:
    return {"id": name, "from": "1.2.31", "to": "1.2.33", "amount": amount}


_CHAIN = "/api/v1/app/blockchain-data"
_FOUND_BEFORE = ["a: paid: found on the chain", "a: paid before"]


class Work:
    """Runs of the worker with one journal."""

    def __init__(self, sandbox: Sandbox, journal: Path, app: int = 4) -> None:
        self._sandbox = sandbox
        self._journal = journal
        self._app = [str(app), f"demo-secret-{app}"]

    def run(
        self,
        *queue: Any,
        status: int = 0,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> list[str]:
        """Return the report without transaction ids."""
        lines = [item if isinstance(item, str) else json.dumps(item) for item in queue]
        with subprocess.Popen(
            self.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        ) as process:
            assert process.stdin is not None
            process.stdin.write("\n".join(lines))
            process.stdin.close()
            process.stdin = None
            meanwhile()
            output, errors = process.communicate(timeout=1200)
        assert process.returncode == status, errors + output
        assert errors == ""
        return re.sub(r"[0-9a-f]{40} in block \d+", "…", output).splitlines()

    def command(self) -> list[str]:
        user = _ARGUMENTS[2:4]
        arguments = [self._sandbox.url, *self._app, *user, str(self._journal)]
        program = str(PACKAGE / "examples/worker.py")
        return [sys.executable, program, *arguments, "--longest-wait=0.05"]


@pytest.fixture
def worker(sandbox: Sandbox, tmp_path: Path) -> Work:
    return Work(sandbox, tmp_path / "journal")


def test_payments_are_made_once(worker: Work, sandbox: Sandbox) -> None:
    queue = [_payment("a"), _payment("b"), _payment("a")]
    assert worker.run(*queue) == [
        "a: paid: transaction …",
        "b: paid: transaction …",
        "a: paid before",
    ]
    assert worker.run(*queue) == ["a: paid before", "b: paid before", "a: paid before"]
    assert sandbox.executed() == 2


@pytest.mark.parametrize("fault", ["drop_after", "drop_mid", "status_after"])
def test_a_lost_answer_is_looked_for_on_the_chain(
    worker: Work, sandbox: Sandbox, fault: str
) -> None:
    sandbox.fault(fault, OPERATIONS, status=502, skip=1)
    report = worker.run(_payment("a"), _payment("b"), _payment("c"))
    assert report == [
        "a: paid: transaction …",
        "b: paid: found on the chain",
        "c: paid: transaction …",
    ]
    assert sandbox.executed() == 3


def test_a_lost_request_is_sent_again_when_it_has_expired(
    worker: Work, sandbox: Sandbox
) -> None:
    # An earlier payment of the same amount on the chain is not mistaken for this one.
    worker.run(_payment("before"))
    sandbox.fault("drop_before", OPERATIONS, times=2)
    sent = sandbox.last_request()

    def let_it_expire() -> None:
        for lost in (1, 2):
            sandbox.wait_for(OPERATIONS, lost, after=sent)
            sandbox.post("settings", {"clock_offset_s": 600 * lost})

    report = worker.run(_payment("a"), meanwhile=let_it_expire)
    assert report == ["a: paid: transaction …"]
    assert sandbox.executed() == 2


def test_a_payment_is_found_behind_many_others(worker: Work, sandbox: Sandbox) -> None:
    """A node returns 100 operations at a time."""
    sandbox.fault("drop_after", OPERATIONS)
    sandbox.fault("status", _CHAIN, status=503, times=5, skip=1)
    report = worker.run(_payment("a", 10**11), status=1)
    assert report[0].startswith("a: open: it may have been paid, and the chain cannot")
    others = [_payment(f"other {number}", 1) for number in range(120)]
    Work(sandbox, worker._journal.with_name("other")).run(*others)
    assert worker.run(_payment("a", 10**11)) == _FOUND_BEFORE
    assert sandbox.executed() == 121


def test_a_worker_that_is_killed_pays_once(worker: Work, sandbox: Sandbox) -> None:
    sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED)
    process = subprocess.Popen(
        worker.command(), stdin=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(_payment("a")))
    process.stdin.close()
    sandbox.wait_for(OPERATIONS)
    process.kill()
    process.wait()
    assert sandbox.executed() == 1
    assert worker.run(_payment("a")) == _FOUND_BEFORE
    assert sandbox.executed() == 1


def test_nothing_is_sent_as_long_as_a_payment_is_open(
    worker: Work, sandbox: Sandbox
) -> None:
    """Two equal payments cannot be distinguished on the chain."""
    sandbox.fault("drop_after", OPERATIONS)
    # The worker reads the chain once before it sends.
    sandbox.fault("status", _CHAIN, status=503, times="always", skip=1)
    for _ in range(2):
        (line,) = worker.run(_payment("a"), _payment("b"), status=1)
        assert line.startswith("a: open: it may have been paid, and the chain cannot")
    sandbox.post("faults", {"clear": True})
    assert worker.run(_payment("b"), _payment("a")) == [
        "a: paid: found on the chain",
        "b: paid: transaction …",
        "a: paid before",
    ]
    assert sandbox.executed() == 2


def test_an_id_stands_for_one_payment(worker: Work, sandbox: Sandbox) -> None:
    worker.run(_payment("a"))
    report = worker.run(_payment("a", 8), status=1)
    assert report == ["a: not paid: another payment had its id"]
    assert sandbox.executed() == 1


def test_one_worker_at_a_time_has_a_journal(worker: Work, sandbox: Sandbox) -> None:
    sandbox.fault("delay_after", OPERATIONS, ms=UNTIL_RELEASED)
    with subprocess.Popen(
        worker.command(), stdin=subprocess.PIPE, text=True, env=environment()
    ) as first:
        assert first.stdin is not None
        first.stdin.write(json.dumps(_payment("a")))
        first.stdin.close()
        sandbox.wait_for(OPERATIONS)
        # It holds the journal until the second one has ended.
        first.send_signal(signal.SIGSTOP)
        second = subprocess.run(
            worker.command(),
            input=json.dumps(_payment("b")),
            capture_output=True,
            text=True,
            env=environment(),
            timeout=1200,
            check=False,
        )
        first.kill()
    assert second.returncode == 1
    assert second.stderr == f"the journal {worker._journal}: database is locked\n"
    assert sandbox.executed() == 1


def test_what_was_not_done_is_tried_again(worker: Work, sandbox: Sandbox) -> None:
    sandbox.fault("status", OPERATIONS, status=429, times=2)
    assert worker.run(_payment("a")) == ["a: paid: transaction …"]
    assert sandbox.executed() == 1


def test_a_payment_that_cannot_be_made_is_reported(
    worker: Work, sandbox: Sandbox
) -> None:
    nobody = {**_payment("b"), "to": "nobody"}
    large = _payment("d", 2**63)
    unnamed = {**_payment("e"), "id": None}
    queue = ["nonsense", '{"id": 1}', large, unnamed, _payment("f", amount=True)]
    report = worker.run(*queue, nobody, _payment("c"), status=1)
    assert [line.partition(": ")[2][:11] for line in report] == [
        "not a payme",
        "not a payme",
        "not a payme",
        "not a payme",
        "not a payme",
        "not paid: o",
        "paid: trans",
    ]
    assert sandbox.executed() == 1


def test_what_a_user_has_to_confirm_is_not_paid(worker: Work, sandbox: Sandbox) -> None:
    """The application's users sign each request."""
    signing = Work(sandbox, worker._journal, app=6)
    report = signing.run(_payment("a"), _payment("b"), status=1)
    (line,) = report
    assert line.startswith("a: not paid: the users of this application have to confirm")
    assert sandbox.executed() == 0
    assert worker.run(_payment("a")) == ["a: paid: transaction …"]


def test_a_session_that_is_over_stops_the_worker(
    worker: Work, sandbox: Sandbox
) -> None:
    refused = {"error": {"refresh_token": "invalid refresh token"}, "status": 400}
    sandbox.fault("status", OPERATIONS, status=401, times="always")
    sandbox.fault("status", REFRESH, status=400, body=refused)
    # The first login succeeds, the second fails.
    sandbox.fault("status", LOGIN, status=400, skip=1)
    report = worker.run(_payment("a"), _payment("b"), status=1)
    assert report == ["a: not paid: the user has to log in again"]
    sandbox.post("faults", {"clear": True})
    assert worker.run(_payment("a")) == ["a: paid: transaction …"]
