"""Forks, spawned processes and preforking servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox import REFRESH, UNTIL_RELEASED, Sandbox, environment, run_python

_HEAD = """
    import multiprocessing, os, sys, threading, warnings
    from peerid import Client, DirectoryStore
    TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
                "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}
    # Python warns of any fork of a process with threads; this is what is tested.
    warnings.simplefilter("ignore", DeprecationWarning)
"""


def test_a_forked_child_uses_what_it_inherited(sandbox: Sandbox) -> None:
    program = (
        _HEAD
        + """
    client = Client(sys.argv[1], client_id=4, client_secret="demo-secret-4")
    session = client.login("alice", password="alice-password")
    session.submit(TRANSFER)
    context = multiprocessing.get_context("fork")

    def work(queue):
        queue.put(session.submit(TRANSFER).transaction_id)

    queue = context.Queue()
    children = [context.Process(target=work, args=(queue,)) for _ in range(4)]
    for child in children:
        child.start()
    found = {queue.get(timeout=1200) for _ in children}
    for child in children:
        child.join()
        assert child.exitcode == 0
    found.add(session.submit(TRANSFER).transaction_id)
    client.close()
    print(len(found))
    """
    )
    assert run_python(program, sandbox.url) == "5\n"
    assert sandbox.executed() == 6


def test_a_fork_in_the_middle_of_calls_of_other_threads(sandbox: Sandbox) -> None:
    program = (
        _HEAD
        + """
    client = Client(sys.argv[1], client_id=4, client_secret="demo-secret-4")
    session = client.login("alice", password="alice-password")
    stop = threading.Event()

    def submit():
        while not stop.is_set():
            session.submit(TRANSFER)

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if session.submit(TRANSFER).transaction_id else 2
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
    stop.set()
    for thread in threads:
        thread.join()
    client.close()
    print("done")
    """
    )
    assert run_python(program, sandbox.url) == "done\n"


def test_a_spawned_process_opens_the_session_of_its_key(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    script = tmp_path / "spawn.py"
    script.write_text(
        """
import multiprocessing, sys
from peerid import Client, DirectoryStore, Rejected
TRANSFER = {"op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31",
            "to": "1.2.33", "amount": {"amount": 1, "asset_id": "1.3.0"}}

def work(arguments):
    url, path = arguments
    with DirectoryStore(path) as store, Client(
        url, client_id=4, client_secret="demo-secret-4", store=store
    ) as client:
        return client.open("alice").submit(TRANSFER)

def fail(url):
    with Client(url, client_id=4) as client:
        client.login("alice", password="wrong")

if __name__ == "__main__":
    url, path = sys.argv[1:]
    store = DirectoryStore(path)
    with Client(
        url, client_id=4, client_secret="demo-secret-4", store=store
    ) as client:
        client.login("alice", password="alice-password", key="alice")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.map(work, [(url, path)] * 4)
        print(len({result.transaction_id for result in results}))
        try:
            pool.map(fail, [url])
        except Rejected as error:
            print(error.fields)
"""
    )
    done = subprocess.run(
        [sys.executable, script, sandbox.url, tmp_path / "sessions"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "4",
        "{'login': 'Invalid email/username or password'}",
    ]


def test_a_preforking_server_shares_one_session(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = (
        _HEAD
        + """
    import urllib.request
    store = DirectoryStore(sys.argv[2])
    client = Client(
        sys.argv[1], client_id=4, client_secret="demo-secret-4", store=store
    )
    session = client.login("alice", password="alice-password", key="alice")
    session.submit(TRANSFER)
    urllib.request.urlopen(
        urllib.request.Request(sys.argv[1] + "/sandbox/expire", data=b"{}")
    ).close()
    children = []
    for _ in range(6):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                threads = [
                    threading.Thread(target=session.submit, args=(TRANSFER,))
                    for _ in range(4)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                status = 0 if session.token.generation == 2 else 3
            finally:
                os._exit(status)
        children.append(child)
    print([os.waitpid(child, 0)[1] for child in children])
    client.close()
    """
    )
    output = run_python(program, sandbox.url, tmp_path / "sessions")
    assert output == "[0, 0, 0, 0, 0, 0]\n"
    assert sandbox.count(f"POST {REFRESH}") == 1
    assert sandbox.executed() == 1 + 6 * 4


def test_a_child_leaves_the_locks_to_its_parent(sandbox: Sandbox) -> None:
    program = (
        _HEAD
        + """
    from contextlib import contextmanager
    from stores import DictStore

    class Loud(DictStore):
        @contextmanager
        def lock(self, key, timeout):
            try:
                with super().lock(key, timeout) as given:
                    yield given
            finally:
                print("unlocked by", "parent" if os.getpid() == parent else "child")

    parent = os.getpid()
    client = Client(
        sys.argv[1], client_id=4, client_secret="demo-secret-4", store=Loud()
    )
    session = client.login("alice", password="alice-password", key="alice")
    refresher = threading.Thread(target=session.refresh)
    refresher.start()
    control = sys.argv[1] + "/sandbox/"
    wait = control + "requests?at_least=1&wait_ms=600000&path=" + sys.argv[2]
    import urllib.request
    urllib.request.urlopen(wait).close()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        # The ordinary end of a program, with all that Python tears down.
        sys.exit(0)
    # The refresh, and with it the lock, lasts longer than the child.
    os.waitpid(child, 0)
    print("the child has ended")
    urllib.request.urlopen(control + "release", b"{}").close()
    refresher.join()
    client.close()
    """
    )
    sandbox.fault("delay", REFRESH, ms=UNTIL_RELEASED)
    output = run_python(program, sandbox.url, REFRESH)
    assert output.splitlines() == [
        "unlocked by parent",
        "the child has ended",
        "unlocked by parent",
    ]


def test_a_directory_belongs_to_its_owner_whatever_the_umask(tmp_path: Path) -> None:
    program = """
        import os, sys
        from peerid import DirectoryStore
        os.umask(0o177)
        DirectoryStore(sys.argv[1])
    """
    run_python(program, tmp_path / "sessions")
    assert (tmp_path / "sessions").stat().st_mode & 0o777 == 0o700
