"""Children of fork."""

import contextlib
import fcntl
import glob
import os
import signal
import subprocess

from gate import Gate
from harness import KEY, Postgres, Sandbox, check, end, fixture, folder, reached_by, server, start, test, wait_until


def forks(kind):
    with reached_by(kind) as (sandbox, environment), folder() as path:
        environment.update(PEERID_USER="u0", PEERID_KEY=KEY, PEERID_STORE=f"directory:{path}/store")
        process = start("forking", 100, environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            output, errors = process.communicate(timeout=1800)
        finally:
            end([process])
        check(process.returncode == 0, f"status {process.returncode}: {output}{errors[:2000]}")
        done = [str(operation["operation"]) for operation in sandbox.get("executed")["operations"]]
        check(len(done) == len(set(done)), "an operation was done twice")
        return output.strip()


@test("fork")
def children_use_an_inherited_client():
    return forks("http")


@test("fork")
def children_use_an_inherited_client_over_tls():
    return forks("tls")


@test("fork")
def a_fork_waits_for_the_locks_of_openssl():
    """A thread of the parent opens a connection, and holds another lock in each round."""
    with reached_by("tls") as (_, environment):
        environment.update(PEERID_USER="u0", PEERID_OPTIONS="max_idle_connections=0")
        held = 0
        for number in (1, 2, 5, 10, 20, 50, 100):
            process = start("fork_in_tls", number, environment=environment, stderr=subprocess.PIPE, text=True)
            _, errors = process.communicate(timeout=1800)
            check(process.returncode in (0, 77), f"lock {number}: status {process.returncode} {errors[:2000]}")
            held += process.returncode == 0
        check(held > 0, "no lock of OpenSSL was held: this test proves nothing")
        return f"{held} forks"


@test("fork")
def a_fork_waits_for_threads_that_leave_openssl():
    """A thread of the library ends, and frees what OpenSSL keeps for it."""
    with reached_by("tls") as (sandbox, environment):
        environment.update(PEERID_USER="u0")
        statuses = []
        for number in (1, 2):
            process = start("fork_in_tls", "exit", number, environment=environment, stderr=subprocess.PIPE, text=True)
            _, errors = process.communicate(timeout=1800)
            statuses.append(process.returncode)
            check(process.returncode in (0, 77), f"lock {number}: status {process.returncode} {errors[:2000]}")
        check(0 in statuses, "no lock of OpenSSL was held: this test proves nothing")


@test("fork")
def a_fork_waits_for_functions_with_locks():
    """Functions of libcurl and jansson that take a lock of the whole process, which stays locked in a child."""
    functions = [
        "json_object_seed", "curl_global_init", "curl_easy_init", "curl_multi_init", "curl_multi_add_handle", "curl_multi_perform",
        "curl_multi_remove_handle", "curl_easy_cleanup", "curl_multi_cleanup",
    ]
    with Sandbox() as sandbox:
        for function in functions:
            process = start("fork_inside", function, environment={"PEERID_URL": sandbox.url}, stderr=subprocess.PIPE, text=True)
            _, errors = process.communicate(timeout=1800)
            check(process.returncode == 0, f"{function}: status {process.returncode} {errors[:2000]}")
    return f"{len(functions)} functions"


def kinds():
    """The kinds of first calls."""
    process = start("first_call", "kinds", environment={}, stdout=subprocess.PIPE, text=True)
    return process.communicate(timeout=1800)[0].split()


def reset(sandbox):
    """One user, who has executed the transfer that a call may settle."""
    sandbox.post("reset", fixture(1))
    transfer = {
        "op_name": "transfer", "fee_asset": "1.3.0", "from": "1.2.31", "to": "1.2.33",
        "amount": {"amount": 1, "asset_id": "1.3.0"},
    }
    sandbox.submit(sandbox.pair("u0")["token"], [transfer])


@test("fork")
def a_fork_during_the_first_call_is_safe():
    """Nothing that the first call creates may stay locked in the child."""
    forks = 0
    with reached_by("http") as (sandbox, environment), folder() as path:
        pair = sandbox.pair("u0")
        environment.update(
            PEERID_USER="u0", PEERID_STORE=f"directory:{path}/store", PEERID_ACCESS=pair["token"],
            PEERID_REFRESH=pair["refresh_token"],
        )
        for kind in kinds():
            for microseconds in range(0, 600, 30):
                reset(sandbox)
                process = start("first_call", kind, microseconds, environment=environment, stderr=subprocess.PIPE, text=True)
                _, errors = process.communicate(timeout=1800)
                place = f"{kind}, after {microseconds} us"
                check(process.returncode == 0, f"{place}: status {process.returncode} {errors[:2000]}")
                forks += 1
    return f"{forks} forks"


@contextlib.contextmanager
def forks_with_a_lock(store):
    """A parent that holds the lock of its session, and the process id of its child."""
    with Sandbox() as sandbox, Gate(sandbox, "request") as gate:
        environment = {"PEERID_URL": gate.url, "PEERID_USER": "u0", "PEERID_KEY": KEY, "PEERID_STORE": store}
        parent = start("fork_in_lock", environment=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        child = None
        try:
            gate.await_held()
            print(file=parent.stdin, flush=True)
            child = int(parent.stdout.readline())
            yield parent, child
        finally:
            end([parent])
            if child:
                os.kill(child, signal.SIGKILL)
            parent.stdin.close()
            parent.stdout.close()


@test("fork")
def a_child_does_not_hold_the_lock_of_its_dead_parent():
    with folder() as path, forks_with_a_lock(f"directory:{path}/store") as (parent, child):
        with open(glob.glob(f"{path}/store/*.lock")[0]) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                raise AssertionError("the lock was not held: this test proves nothing")
            except BlockingIOError:
                pass
            end([parent])
            os.kill(child, 0)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@test("fork")
def a_child_does_not_hold_the_lock_of_its_dead_parent_in_postgresql():
    held = "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with server(Postgres) as database, forks_with_a_lock(database.store) as (parent, child):
        check(len(database.query(held)) == 1, "the lock was not held: this test proves nothing")
        end([parent])
        os.kill(child, 0)
        wait_until(lambda: not database.query(held), 600, "the lock is free")
