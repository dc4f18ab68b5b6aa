"""Environments of the package: servers, green threads, subinterpreters."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from os import environ, pathsep
from pathlib import Path

import pytest
from sandbox import LOGIN, PACKAGE, Sandbox, run_python

from peerid import _host

# A program with a Python store, whose refresh calls back from another thread.
APPLICATION = """
import os, sys
sys.path.insert(0, os.environ["TESTS"])
import peerid
from stores import DictStore

def application(environ, start_response):
    raise RuntimeError("no request is made")

try:
    client = peerid.Client(
        os.environ["SANDBOX"], client_id=4, client_secret="demo-secret-4",
        store=DictStore(),
    )
    session = client.login("alice", password="alice-password", key="alice")
    session.refresh()
    text = f"generation {session.token.generation}"
except peerid.ConfigurationError as error:
    text = f"refused: {error}"
print(text, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "refused: uWSGI runs Python without threads"),
        (["--threads", "1"], "refused: uWSGI runs Python without threads"),
        (["--set", "enable-threads=off"], "refused: uWSGI runs Python without threads"),
        (["--enable-threads"], "generation 2"),
        (["--threads", "2"], "generation 2"),
    ],
)
def test_uwsgi(
    sandbox: Sandbox, tmp_path: Path, options: list[str], expected: str
) -> None:
    file = tmp_path / "application.py"
    file.write_text(APPLICATION, "utf-8")
    # The interpreter of Debian's uWSGI is not that of the environment: stores.py needs
    # pytest, which is pure Python.
    paths = [str(PACKAGE), sysconfig.get_path("purelib")]
    done = subprocess.run(
        [
            *["uwsgi", "--plugin", "python3", "--http-socket", "127.0.0.1:0"],
            *["--need-app", "--wsgi-file", str(file), *options],
        ],
        env={
            **environ,
            "PYTHONPATH": pathsep.join(paths),
            "SANDBOX": sandbox.url,
            "TESTS": str(Path(__file__).parent),
        },
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    # uWSGI writes everything to its log.
    assert expected in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("options", "has_threads"),
    [
        ({}, False),
        ({"threads": b"1"}, False),
        ({"threads": b"2"}, True),
        ({b"threads": b"4"}, True),
        ({"enable-threads": True}, True),
        ({b"enable-threads": b"true"}, True),
        ({"enable-threads": b"False"}, False),
        ({"enable-threads": b"0", "threads": b"2"}, True),
    ],
)
def test_options_of_uwsgi(options: dict[object, object], has_threads: bool) -> None:
    assert _host._has_threads(options) is has_threads


PATCHES = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}


@pytest.mark.parametrize("name", PATCHES)
def test_green_threads_share_a_directory_but_no_store_in_python(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    program = f"""
        import warnings
        warnings.simplefilter("ignore")
        {PATCHES[name]}
        import logging, sys
        import peerid
        logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
        class Store(peerid.Store):
            load = save = remove = lock = None
        def client(store):
            return peerid.Client(
                sys.argv[1], client_id=4, client_secret="demo-secret-4", store=store
            )
        try:
            client(Store())
        except peerid.ConfigurationError as error:
            print("{name}" in str(error), "DirectoryStore" in str(error))
        try:
            peerid.Client(sys.argv[1], client_id=4, log=logging.getLogger("shop"))
        except peerid.ConfigurationError as error:
            print("{name}" in str(error), "Pass a function" in str(error))
        with client(peerid.DirectoryStore(sys.argv[2])) as good:
            session = good.login("alice", password="alice-password", key="alice")
            session.refresh()
            print(session.token.generation)
    """
    output = run_python(program, sandbox.url, tmp_path / "store")
    # Events are not logged: the locks of logging are those of green threads.
    assert output == "True True\nTrue True\n2\n"


@pytest.mark.parametrize("name", PATCHES)
def test_green_threads_that_come_after_the_client_are_refused(
    sandbox: Sandbox, name: str
) -> None:
    """As in `gunicorn --preload --worker-class gevent`."""
    program = f"""
        import logging, sys, warnings
        warnings.simplefilter("ignore")
        import peerid
        from stores import DictStore
        logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
        client = peerid.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=DictStore(),
            log=logging.getLogger("shop"),
        )
        {PATCHES[name]}
        for use in (
            lambda: client.login("alice", password="alice-password", key="alice"),
            lambda: client.open("alice"),
        ):
            try:
                use()
            except peerid.StoreError as error:
                print("{name}" in str(error), "DirectoryStore" in str(error))
    """
    # Events are not logged any more.
    assert run_python(program, sandbox.url) == "True True\n" * 2
    assert sandbox.count(f"POST {LOGIN}") == 0


def test_green_threads_that_are_only_imported_have_no_effect(sandbox: Sandbox) -> None:
    program = """
        import gevent.monkey, sys
        import peerid
        from stores import DictStore
        with peerid.Client(
            sys.argv[1], client_id=4, client_secret="demo-secret-4", store=DictStore()
        ) as client:
            session = client.login("alice", password="alice-password", key="alice")
            session.refresh()
            print(session.token.generation)
    """
    assert run_python(program, sandbox.url) == "2\n"


def test_a_subinterpreter_is_refused(tmp_path: Path) -> None:
    # The module has another name in every version.
    name = "_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters"
    inner = tmp_path / "inner.py"
    inner.write_text(
        f"import sys\nsys.path.insert(0, {str(PACKAGE)!r})\n"
        "try:\n    import peerid\n"
        "except ImportError as error:\n    print(error, flush=True)\n"
    )
    program = f"""
        import sys
        import {name} as interpreters
        with open(sys.argv[1]) as inner:
            interpreters.run_string(interpreters.create(), inner.read())
    """
    assert "in the main interpreter only" in run_python(program, inner)
