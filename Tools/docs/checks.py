"""Checks of what the documentation shows and nothing runs: data, units of systemd, Dockerfiles."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

import tomllib

from pages import Block

TIMEOUT = 180


class Failure(Exception):
    """A block that does not do what the page says."""


def file(block: Block, tools: Path | None) -> None:
    """Check a file that nothing runs: a unit of systemd, or a Dockerfile."""
    if re.search(r"\.(service|timer)$", block.title or ""):
        unit(block)
    elif block.language == "dockerfile" and tools:
        # The versions of packages and of pip's wheels are those of the image.
        ignored = [f"--ignore={rule}" for rule in ("DL3008", "DL3013")]
        report([tools / "hadolint", "--no-color", *ignored, "-"], block.text)


def unit(block: Block) -> None:
    """Let systemd read a unit, whose program need not be there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, block.title or "")
        path.write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\1/bin/true", block.text))
        if path.suffix == ".timer":
            path.with_suffix(".service").write_text("[Service]\nExecStart=/bin/true\n")
        report(["systemd-analyze", "verify", "--man=no", path])


def data(block: Block) -> None:
    """Check that data of a page can be read: one value, or one a line."""
    text = re.sub(r":…", ":0", block.text)
    try:
        if block.language == "toml":
            tomllib.loads(text)
        elif block.language == "json":
            json.loads(text)
    except json.JSONDecodeError:
        try:
            for line in text.splitlines():
                json.loads(line)
        except json.JSONDecodeError as error:
            raise Failure(f"is not JSON: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise Failure(f"is not TOML: {error}") from None


def report(command: list[str | Path], text: str | None = None) -> None:
    """Run a check that prints what is wrong."""
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT
    )
    if done.returncode != 0 or done.stdout:
        raise Failure(f"{Path(command[0]).name} says\n{done.stdout}")
