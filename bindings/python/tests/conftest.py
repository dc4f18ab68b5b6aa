from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(_ROOT / "Tools/operations"))
if "PEERID_TEST_INSTALLED" not in os.environ:
    # Test the sources in this repository with the library of this build.
    sys.path.insert(0, str(_ROOT / "bindings/python"))
    os.environ.setdefault("PEERID_LIBRARY", str(_ROOT / "build/lib/libpeerid.so.1"))

from sandbox import PATIENT, Sandbox  # noqa: E402

import peerid  # noqa: E402

# A shell starts commands in the background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


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
def client(sandbox: Sandbox) -> Iterator[peerid.Client]:
    with peerid.Client(
        sandbox.url, client_id=4, client_secret="demo-secret-4", **PATIENT
    ) as client:
        yield client


@pytest.fixture
def session(client: peerid.Client) -> Iterator[peerid.Session]:
    with client.login("alice", password="alice-password") as session:
        yield session
