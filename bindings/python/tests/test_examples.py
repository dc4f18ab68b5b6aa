from __future__ import annotations

import os
import re
import subprocess
import sys

from sandbox import PACKAGE, ROOT, Sandbox, environment

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


def test_the_example_tells_the_story_as_in_c(sandbox: Sandbox) -> None:
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
    assert "  (library)   session refreshed, generation 2" in transcript
    in_c = ROOT / "build/examples/login_and_submit"
    if os.access(in_c, os.X_OK):
        assert sorted(_transcript([in_c], sandbox)) == sorted(transcript)


def test_the_example_tells_what_went_wrong(sandbox: Sandbox) -> None:
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
    assert done.stderr.startswith("refused (outcome refused): the server refused")
