"""Checks parts of the documentation that no test runs: data, systemd units, Dockerfiles."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

import tomllib

from pages import Block

TIMEOUT = 1800


class Failure(Exception):
    """A block does not do what the page says."""


def file(block: Block, tools: Path | None) -> None:
    """Check a systemd unit or a Dockerfile."""
    if re.search(r"\.(service|timer)$", block.title or ""):
        unit(block)
    elif block.language == "dockerfile" and tools:
        # The packages and wheels in the image determine the versions.
        ignored = [f"--ignore={rule}" for rule in ("DL3008", "DL3013")]
        report([tools / "hadolint", "--no-color", *ignored, "-"], block.text)


def unit(block: Block) -> None:
    """Check a unit with systemd-analyze. Its program need not exist."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, block.title or "")
        path.write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\1/bin/true", block.text))
        if path.suffix == ".timer":
            path.with_suffix(".service").write_text("[Service]\nExecStart=/bin/true\n")
        report(["systemd-analyze", "verify", "--man=no", path])


def data(block: Block) -> None:
    """Check that a block of data is valid: one value, or one value on each line."""
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
    """Run a command that prints what is wrong, and fail if it prints anything."""
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT
    )
    if done.returncode != 0 or done.stdout:
        raise Failure(f"{Path(command[0]).name} says\n{done.stdout}")
