"""One browser for all tests, and each application with a fresh server for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from applications import COMMANDS, Application
from browser import Browser
from sandbox import Sandbox


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.quit()


@pytest.fixture(scope="session", params=COMMANDS)
def _running(request: pytest.FixtureRequest) -> Iterator[Application]:
    application = Application(COMMANDS[request.param])
    yield application
    application.stop()


@pytest.fixture
def application(_running: Application) -> Application:
    _running.sandbox.reset()
    return _running


@pytest.fixture(params=COMMANDS)
def own_application(request: pytest.FixtureRequest) -> Iterator[Application]:
    """An application that no other test uses, because it remembers open payments."""
    application = Application(COMMANDS[request.param])
    yield application
    application.stop()


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    _chromium.forget()
    return _chromium


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()
